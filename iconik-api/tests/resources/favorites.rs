use iconik_api::favorites::{CollectionItem, ContentObjectType, FavoriteObjects};
use serde_json::json;

use crate::{ASSET, COLLECTION, OTHER_ASSET, answering, assert_arrived};

#[tokio::test]
async fn favorites_are_read() {
    let server = answering(
        200,
        json!({ "objects": [
            { "object_type": "assets", "id": ASSET, "title": "Harbour", "favoured": true },
            { "object_type": "collections", "id": COLLECTION, "title": "Dailies", "favoured": true },
        ], "page": 1, "pages": 1 }),
    )
    .await;

    let page = server.client().favorites().list().page(1).await.unwrap();

    assert_arrived(&server, "GET /API/assets/v1/favorites/?page=1", json!(null));
    assert!(
        matches!(&page.objects[0], CollectionItem::Asset(asset) if asset.favoured == Some(true))
    );
    assert!(
        matches!(&page.objects[1], CollectionItem::Collection(folder) if folder.id == Some(COLLECTION.into()))
    );
}

#[tokio::test]
async fn favorites_are_added() {
    let server = answering(
        200,
        json!({ "object_type": "assets", "object_ids": [ASSET, OTHER_ASSET] }),
    )
    .await;

    let added = server
        .client()
        .favorites()
        .add(FavoriteObjects::new(
            ContentObjectType::Assets,
            [ASSET, OTHER_ASSET],
        ))
        .await
        .unwrap();

    assert_arrived(
        &server,
        "POST /API/assets/v1/favorites/",
        json!({ "object_type": "assets", "object_ids": [ASSET, OTHER_ASSET] }),
    );
    assert_eq!(added.object_ids, [ASSET, OTHER_ASSET]);
}
