use iconik_api::RawJson;
use iconik_api::relations::NewRelation;
use serde_json::json;

use crate::{ASSET, OTHER_ASSET, answering, assert_arrived};

#[tokio::test]
async fn related_assets_are_read() {
    let server = answering(
        200,
        json!({ "objects": [{
            "id": OTHER_ASSET, "title": "Harbour, long version",
            "relations": [{ "relation_type": "remake", "related_from_asset_id": ASSET,
                            "related_to_asset_id": OTHER_ASSET, "description": null }],
        }], "search_after": [1_715_000_000_000_i64, "9b2f6c1e"] }),
    )
    .await;

    let page = server
        .client()
        .relations()
        .list_by_type(ASSET, "remake/redo")
        .include_deleted(true)
        .await
        .unwrap();

    assert_arrived(
        &server,
        &format!("GET /API/assets/v1/assets/{ASSET}/relations/remake%2Fredo/?include_deleted=true"),
        json!(null),
    );
    let relation = &page.objects[0].relations[0];
    assert_eq!(relation.relation_type.as_deref(), Some("remake"));
    assert_eq!(relation.related_from_asset_id, Some(ASSET.into()));
    assert_eq!(
        page.search_after,
        [json!(1_715_000_000_000_i64), json!("9b2f6c1e")].map(RawJson::from)
    );
}

#[tokio::test]
async fn assets_are_related() {
    for status in [200, 201] {
        let server = answering(
            status,
            json!({ "id": "r1", "asset_id": ASSET, "related_to_asset_id": OTHER_ASSET,
                    "relation_type": "remake" }),
        )
        .await;

        let relation = server
            .client()
            .relations()
            .create(
                ASSET,
                NewRelation::new("remake", OTHER_ASSET).description("The 1954 one"),
            )
            .await
            .unwrap();

        assert_arrived(
            &server,
            &format!("POST /API/assets/v1/assets/{ASSET}/relations/"),
            json!({ "related_to_asset_id": OTHER_ASSET, "relation_type": "remake",
                    "description": "The 1954 one" }),
        );
        assert_eq!(relation.id, Some("r1".into()));
    }
}
