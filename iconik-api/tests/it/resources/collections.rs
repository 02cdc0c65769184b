use iconik_api::assets::{
    CollectionContent, CollectionItem, ContentObjectType, NewCollection, ParentChange,
    VisibilityStatus,
};
use serde_json::json;

use super::{ASSET, COLLECTION, answering, assert_arrived};
use crate::support::{Reply, Server};

const PARENT: &str = "0d1b7c66-8f12-11ec-8a55-0a580a3c2f10";

#[tokio::test]
async fn the_contents_of_a_collection_are_read() {
    let server = answering(
        200,
        json!({
            "objects": [
                { "id": PARENT, "object_type": "collections", "title": "Day 2", "status": "ACTIVE" },
                { "id": ASSET, "object_type": "assets", "title": "Harbour", "position": 4 },
            ],
            "next_url": null,
        }),
    )
    .await;

    let contents = server
        .client()
        .assets()
        .collections()
        .list_items(COLLECTION)
        .per_page(500)
        .await
        .unwrap();

    assert_arrived(
        &server,
        &format!("GET /API/assets/v1/collections/{COLLECTION}/contents/?per_page=500"),
        json!(null),
    );
    assert_eq!(contents.next_url, None);
    match &contents.objects[..] {
        [
            CollectionItem::Collection(folder),
            CollectionItem::Asset(clip),
        ] => {
            assert_eq!(folder.title.as_deref(), Some("Day 2"));
            assert_eq!(folder.status, Some(VisibilityStatus::Active));
            assert_eq!(clip.id, Some(ASSET.into()));
            assert_eq!(clip.position, Some(4));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_collection_is_created() {
    let server = answering(
        201,
        json!({ "id": COLLECTION, "title": "Dailies", "parent_id": PARENT, "is_root": false,
                "status": "ACTIVE", "parents": [PARENT], "custom_order_status": "DISABLED" }),
    )
    .await;

    let collection = server
        .client()
        .assets()
        .collections()
        .create(NewCollection::new("Dailies").parent_id(PARENT))
        .apply_collection_acls(true)
        .await
        .unwrap();

    assert_arrived(
        &server,
        "POST /API/assets/v1/collections/?apply_collection_acls=true",
        json!({ "title": "Dailies", "parent_id": PARENT }),
    );
    assert_eq!(collection.id, Some(COLLECTION.into()));
    assert_eq!(collection.parents, [PARENT]);
    assert_eq!(collection.is_root, Some(false));
}

#[tokio::test]
async fn a_collection_is_moved() {
    let server = answering(200, json!({ "id": COLLECTION, "parent_id": PARENT })).await;

    server
        .client()
        .assets()
        .collections()
        .replace(COLLECTION, NewCollection::new("Dailies").parent_id(PARENT))
        .change_parent_mode(ParentChange::Move)
        .await
        .unwrap();

    assert_arrived(
        &server,
        &format!("PUT /API/assets/v1/collections/{COLLECTION}/?change_parent_mode=move"),
        json!({ "title": "Dailies", "parent_id": PARENT }),
    );
}

#[tokio::test]
async fn an_asset_is_put_into_a_collection() {
    let server = Server::always(Reply::empty(201)).await;

    let () = server
        .client()
        .assets()
        .collections()
        .add_item(
            COLLECTION,
            CollectionContent::new(ASSET, ContentObjectType::Assets),
        )
        .await
        .unwrap();

    assert_arrived(
        &server,
        &format!("POST /API/assets/v1/collections/{COLLECTION}/contents/"),
        json!({ "object_id": ASSET, "object_type": "assets" }),
    );
}
