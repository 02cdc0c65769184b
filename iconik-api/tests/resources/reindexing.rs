use iconik_api::reindexing::{BulkObjectType, BulkReindexOptions};
use serde_json::json;

use crate::support::{Reply, Server};
use crate::{COLLECTION, assert_arrived};

/// There is nothing to read here.
#[tokio::test]
async fn reindexing_is_started() {
    let server = Server::always(Reply::empty(200)).await;

    let () = server
        .client()
        .reindexing()
        .bulk(
            BulkReindexOptions::new(BulkObjectType::Collections, [COLLECTION])
                .include_assets(true)
                .realms(["metadata", "acls"]),
        )
        .await
        .unwrap();

    assert_arrived(
        &server,
        "POST /API/assets/v1/reindex/bulk/",
        json!({ "object_type": "collections", "object_ids": [COLLECTION], "include_assets": true,
                "realms": ["metadata", "acls"] }),
    );
}
