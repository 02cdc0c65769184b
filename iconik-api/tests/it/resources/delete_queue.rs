use iconik_api::assets::{AssetIdList, BulkDeletion, BulkObjectType, ObjectStatus};
use serde_json::json;

use super::{ASSET, COLLECTION, OTHER_ASSET, answering, assert_arrived};
use crate::support::{Reply, Server};

#[tokio::test]
async fn deleted_assets_are_read() {
    let server = answering(
        200,
        json!({ "objects": [{ "id": ASSET, "status": "DELETED",
                              "date_deleted": "2024-05-05T05:05:05.500000+00:00" }],
                "page": 1, "pages": 1, "per_page": 10, "total": 1, "next_url": null }),
    )
    .await;

    let page = server
        .client()
        .assets()
        .delete_queue()
        .list_assets()
        .filter("title,eq,Dailies & more")
        .await
        .unwrap();

    assert_arrived(
        &server,
        "GET /API/assets/v1/delete_queue/assets/?filter=title%2Ceq%2CDailies%20%26%20more",
        json!(null),
    );
    assert_eq!(page.total, Some(1));
    assert_eq!(page.objects[0].status, Some(ObjectStatus::Deleted));
    assert_eq!(
        page.objects[0].date_deleted,
        Some("2024-05-05T05:05:05.5Z".into())
    );
}

#[tokio::test]
async fn a_bulk_deletion_is_started() {
    let server = Server::always(Reply::empty(202)).await;

    let () = server
        .client()
        .assets()
        .delete_queue()
        .add_many(BulkDeletion::new(BulkObjectType::Collections, [COLLECTION]).content_only(false))
        .await
        .unwrap();

    assert_arrived(
        &server,
        "POST /API/assets/v1/delete_queue/bulk/",
        json!({ "object_type": "collections", "object_ids": [COLLECTION], "content_only": false }),
    );
}

#[tokio::test]
async fn deleted_assets_are_brought_back_by_a_delete_with_a_body() {
    let server = Server::always(Reply::empty(204)).await;

    let () = server
        .client()
        .assets()
        .delete_queue()
        .restore_assets(AssetIdList::new([ASSET, OTHER_ASSET]))
        .await
        .unwrap();

    assert_arrived(
        &server,
        "DELETE /API/assets/v1/delete_queue/assets/",
        json!({ "ids": [ASSET, OTHER_ASSET] }),
    );
}
