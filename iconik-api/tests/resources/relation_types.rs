use iconik_api::relation_types::NewRelationType;
use serde_json::json;

use crate::{answering, assert_arrived};

#[tokio::test]
async fn a_relation_type_is_read() {
    let server = answering(
        200,
        json!({ "name": "derived from", "description": null, "source_label": "derives",
                "destination_label": "is derived from", "is_directional": true, "is_system": false }),
    )
    .await;

    let kind = server
        .client()
        .relation_types()
        .get("derived from")
        .await
        .unwrap();

    assert_arrived(
        &server,
        "GET /API/assets/v1/assets/relation_types/derived%20from/",
        json!(null),
    );
    assert_eq!(kind.name.as_deref(), Some("derived from"));
    assert_eq!(kind.description, None);
    assert_eq!(kind.is_directional, Some(true));
}

#[tokio::test]
async fn a_relation_type_is_created() {
    let server = answering(201, json!({ "name": "remake" })).await;

    let kind = server
        .client()
        .relation_types()
        .create(NewRelationType::new("remake", "remakes", "is remade by").is_directional(true))
        .await
        .unwrap();

    assert_arrived(
        &server,
        "POST /API/assets/v1/assets/relation_types/",
        json!({ "name": "remake", "source_label": "remakes", "destination_label": "is remade by",
                "is_directional": true }),
    );
    assert_eq!(kind.name.as_deref(), Some("remake"));
}
