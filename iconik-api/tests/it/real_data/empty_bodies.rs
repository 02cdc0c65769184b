//! Successes without a body, where one may come and where none does.

use iconik_api::assets::requests::CreateApprovalRequestOutcome;
use iconik_api::assets::{
    ApprovalStatus, BulkObjectType, BulkReindexOptions, ContentObjectType, FavoriteObjects,
    NewApprovalRequest, ObjectType, ShareSelection,
};
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
            let () = client
                .assets()
                .collections()
                .purge(COLLECTION)
                .await
                .unwrap();
            let () = client.assets().restore(ASSET).await.unwrap();
            let options = BulkReindexOptions::new(BulkObjectType::Assets, [ASSET]);
            let () = client
                .assets()
                .reindexing()
                .reindex_many(options)
                .await
                .unwrap();
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

    let removed = client
        .assets()
        .favorites()
        .remove_many(favorites.clone())
        .await
        .unwrap();
    assert_eq!(removed, Some(favorites.clone()));
    assert_eq!(
        client
            .assets()
            .favorites()
            .remove_many(favorites)
            .await
            .unwrap(),
        None
    );

    let restored = client
        .assets()
        .collections()
        .restore(COLLECTION)
        .await
        .unwrap();
    assert_eq!(restored.unwrap().job_id, Some("j1".into()));
    assert_eq!(
        client
            .assets()
            .collections()
            .restore(COLLECTION)
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        client
            .assets()
            .collections()
            .restore(COLLECTION)
            .await
            .unwrap(),
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
    let approvals = server.client().assets().approvals();
    let ask = || approvals.create_request((ObjectType::Assets, ASSET), NewApprovalRequest::new());

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
    client.assets().collections().reindex_all().await.unwrap();
    client
        .assets()
        .history()
        .reindex(ASSET, "h1")
        .await
        .unwrap();

    for sent in server.received() {
        assert_eq!(sent.body, b"", "{}", sent.target);
        assert_eq!(sent.header("content-type"), None, "{}", sent.target);
    }
}

#[tokio::test]
async fn a_delete_carries_its_json_body() {
    use iconik_api::assets::{CollectionIdList, SegmentDeletion};
    let server = Server::always(Reply::empty(204)).await;
    let client = server.client();

    client
        .assets()
        .segments()
        .delete_many(ASSET, SegmentDeletion::new().segment_ids([SEGMENT]))
        .await
        .unwrap();
    client
        .assets()
        .delete_queue()
        .restore_collections(CollectionIdList::new([COLLECTION]))
        .await
        .unwrap();
    client
        .assets()
        .shares()
        .delete_many_as_admin(ShareSelection::new(["s1", "s2"]))
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
