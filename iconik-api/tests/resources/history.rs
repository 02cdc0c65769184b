use iconik_api::history::{HistoryOperationType, NewHistoryEntry};
use serde_json::json;

use crate::{ASSET, USER, VERSION, answering, assert_arrived};

const ENTRY: &str = "5f4e2b90-8f14-11ec-9c1d-0a580a3c2f10";

#[tokio::test]
async fn the_history_of_an_asset_is_read() {
    let server = answering(
        200,
        json!({
            "objects": [
                { "id": ENTRY, "operation_type": "VERSION_PROMOTE", "asset_id": ASSET,
                  "version_id": VERSION, "user_id": USER, "job_id": null,
                  "date_created": "2023-11-02T14:00:00.000001+00:00" },
                { "id": "x", "operation_type": "TELEPORT" },
            ],
            "page": 1, "pages": 9, "per_page": 2, "total": 17,
        }),
    )
    .await;

    let page = server
        .client()
        .history()
        .list(ASSET)
        .per_page(2)
        .sort("date_created,desc")
        .await
        .unwrap();

    assert_arrived(
        &server,
        &format!("GET /API/assets/v1/assets/{ASSET}/history/?sort=date_created%2Cdesc&per_page=2"),
        json!(null),
    );
    assert_eq!(page.pages, Some(9));
    let first = &page.objects[0];
    assert_eq!(
        first.operation_type,
        Some(HistoryOperationType::VersionPromote)
    );
    assert_eq!(first.user_id, Some(USER.into()));
    assert_eq!(first.job_id, None);
    assert_eq!(page.objects[1].operation_type, Some("TELEPORT".into()));
}

#[tokio::test]
async fn an_entry_is_added_to_the_history() {
    let server = answering(
        201,
        json!({ "id": ENTRY, "operation_type": "CUSTOM", "operation_description": "Graded" }),
    )
    .await;

    let entry = server
        .client()
        .history()
        .create(
            ASSET,
            NewHistoryEntry::new(HistoryOperationType::Custom).operation_description("Graded"),
        )
        .await
        .unwrap();

    assert_arrived(
        &server,
        &format!("POST /API/assets/v1/assets/{ASSET}/history/"),
        json!({ "operation_type": "CUSTOM", "operation_description": "Graded" }),
    );
    assert_eq!(entry.id, Some(ENTRY.into()));
}
