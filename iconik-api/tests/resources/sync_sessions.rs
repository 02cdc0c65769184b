use iconik_api::sync_sessions::SyncSessionOptions;
use serde_json::json;

use crate::{answering, assert_arrived};

#[tokio::test]
async fn a_sync_session_is_read_whether_it_was_there_or_not() {
    for status in [200, 201] {
        let server = answering(
            status,
            json!({ "id": "room-7", "node": "n2", "dc_url": "https://dc.example" }),
        )
        .await;

        let session = server.client().sync_sessions().get("room-7").await.unwrap();

        assert_arrived(
            &server,
            "GET /API/assets/v1/sync/sessions/room-7/",
            json!(null),
        );
        assert_eq!(session.node.as_deref(), Some("n2"));
        assert_eq!(session.date_created, None);
    }
}

#[tokio::test]
async fn a_sync_session_is_changed() {
    let server = answering(200, json!({ "id": "room-7", "node": "n3" })).await;

    let session = server
        .client()
        .sync_sessions()
        .update("room-7", SyncSessionOptions::new().node("n3"))
        .update_if_none(true)
        .await
        .unwrap();

    assert_arrived(
        &server,
        "PATCH /API/assets/v1/sync/sessions/room-7/?update_if_none=true",
        json!({ "node": "n3" }),
    );
    assert_eq!(session.node.as_deref(), Some("n3"));
}
