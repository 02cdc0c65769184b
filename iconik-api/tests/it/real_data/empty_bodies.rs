//! Successes without a body, where one may come and where none does.

use iconik_api::approvals::{
    ApprovalStatus, CreateApprovalRequestOutcome, NewApprovalRequest, ObjectType,
};
use iconik_api::favorites::{ContentObjectType, FavoriteObjects};
use iconik_api::reindexing::{BulkObjectType, BulkReindexOptions};
use iconik_api::shares::ShareSelection;
use serde_json::json;

use super::{ASSET, COLLECTION, SEGMENT};
use crate::support::{Reply, Server};

#[tokio::test]
async fn nothing_is_read_where_nothing_is_expected() {
    let bodies = [
        "",
        " \n",
        "{}",
        "null",
        "<html>ok</html>",
        "OK",
        r#"{"job_id":7}"#,
    ];
    for status in [200, 201, 202, 203, 204] {
        for body in bodies {
            let server = Server::always(match status {
                204 => Reply::empty(204),
                _ => Reply::new(status, &[], body),
            })
            .await;
            let client = server.client();

            let () = client.assets().delete(ASSET).await.unwrap();
            let () = client.collections().purge(COLLECTION).await.unwrap();
            let () = client.assets().restore(ASSET).await.unwrap();
            let options = BulkReindexOptions::new(BulkObjectType::Assets, [ASSET]);
            let () = client.reindexing().bulk(options).await.unwrap();
        }
    }
}

#[tokio::test]
async fn an_answer_that_may_be_missing_is_an_option() {
    let server = Server::replies([
        Reply::json(
            200,
            json!({ "object_type": "assets", "object_ids": [ASSET] }).to_string(),
        ),
        Reply::empty(204),
        Reply::json(202, r#"{"job_id":"j1","status":"STARTED"}"#),
        Reply::empty(201),
        Reply::new(201, &[("content-type", "application/json")], "\r\n"),
    ])
    .await;
    let client = server.client();
    let favorites = FavoriteObjects::new(ContentObjectType::Assets, [ASSET]);

    let removed = client.favorites().remove(favorites.clone()).await.unwrap();
    assert_eq!(removed, Some(favorites.clone()));
    assert_eq!(client.favorites().remove(favorites).await.unwrap(), None);

    let restored = client.collections().restore(COLLECTION).await.unwrap();
    assert_eq!(restored.unwrap().job_id, Some("j1".into()));
    assert_eq!(
        client.collections().restore(COLLECTION).await.unwrap(),
        None
    );
    assert_eq!(
        client.collections().restore(COLLECTION).await.unwrap(),
        None
    );
}

#[tokio::test]
async fn the_status_decides_what_an_answer_is() {
    let approval = json!({ "object_id": ASSET, "status": "REQUESTED" }).to_string();
    let server = Server::replies([
        Reply::json(201, &approval),
        Reply::json(202, r#"{"job_id":"j9"}"#),
        Reply::json(200, &approval),
    ])
    .await;
    let approvals = server.client().approvals();
    let ask = || approvals.create_request(ObjectType::Assets, ASSET, NewApprovalRequest::new());

    let (first, second, third) = (
        ask().await.unwrap(),
        ask().await.unwrap(),
        ask().await.unwrap(),
    );

    match (first, second, third) {
        (
            CreateApprovalRequestOutcome::Approval(first),
            CreateApprovalRequestOutcome::ApprovalJob(second),
            CreateApprovalRequestOutcome::Approval(third),
        ) => {
            assert_eq!(first.status, Some(ApprovalStatus::Requested));
            assert_eq!(second.job_id, Some("j9".into()));
            assert_eq!(third, first, "a success that no document names");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_request_without_body_sends_none() {
    let server = Server::always(Reply::empty(204)).await;
    let client = server.client();

    client
        .assets()
        .record_view(ASSET)
        .call()
        .raw()
        .await
        .unwrap();
    client.assets().restore(ASSET).await.unwrap();
    client.collections().reindex_all().await.unwrap();
    client.history().reindex(ASSET, "h1").await.unwrap();

    for sent in server.received() {
        assert_eq!(sent.body, b"", "{}", sent.target);
        assert_eq!(sent.header("content-type"), None, "{}", sent.target);
    }
}

#[tokio::test]
async fn a_delete_carries_its_json_body() {
    use iconik_api::delete_queue::CollectionIdList;
    use iconik_api::segments::SegmentDeletion;
    let server = Server::always(Reply::empty(204)).await;
    let client = server.client();

    client
        .segments()
        .delete_many(ASSET, SegmentDeletion::new().segment_ids([SEGMENT]))
        .await
        .unwrap();
    client
        .delete_queue()
        .restore_collections(CollectionIdList::new([COLLECTION]))
        .await
        .unwrap();
    client
        .shares()
        .delete_any(ShareSelection::new(["s1", "s2"]))
        .await
        .unwrap();

    let sent = server.received();
    let bodies: Vec<_> = sent.iter().map(|one| one.json()).collect();
    assert!(sent.iter().all(|one| one.method == "DELETE"));
    assert!(
        sent.iter()
            .all(|one| one.header("content-type") == Some("application/json"))
    );
    assert_eq!(
        bodies,
        [
            json!({ "segment_ids": [SEGMENT] }),
            json!({ "ids": [COLLECTION] }),
            json!({ "share_ids": ["s1", "s2"] }),
        ]
    );
}
