//! The helpers, over HTTP.

use std::time::Duration;

use crate::support::{Received, Reply, Server};
use iconik_api::OptionalExt;
use iconik_api::assets::{
    BulkDeletion, CollectionItem, ContentObjectType, NewSegment, NewSegments, NewShareUrl,
};
use iconik_api::batch::Batches;
use iconik_api::ids::{AssetId, CollectionId};
use iconik_api::tree::{TreeEntry, TreeWalk};
use iconik_api::wait::PollOptions;
use iconik_api::{Client, Credentials, ErrorKind, Limiter, RetryPolicy};
use serde_json::{Value, json};

fn client(server: &Server) -> Client {
    let builder = server.builder().limiter(Limiter::unlimited());
    builder.retry(RetryPolicy::none()).build().unwrap()
}

/// What lies in each collection: names that begin with `c` are collections.
fn contents(tree: &[(&str, &[&str])], request: &Received) -> Reply {
    let id = request.path().split('/').nth(5).unwrap();
    let Some((_, items)) = tree.iter().find(|(collection, _)| *collection == id) else {
        return Reply::json(404, r#"{"errors": ["Collection does not exist"]}"#);
    };
    let item = |id: &&str| {
        let kind = if id.starts_with('c') {
            "collections"
        } else {
            "assets"
        };
        json!({ "id": id, "object_type": kind, "title": id })
    };
    let objects: Vec<Value> = items.iter().map(item).collect();
    Reply::json(
        200,
        json!({ "objects": objects, "next_url": null, "page": 1 }).to_string(),
    )
}

fn name(found: &TreeEntry) -> String {
    let id = match &found.item {
        CollectionItem::Asset(asset) => asset.id.as_ref().unwrap().as_str(),
        CollectionItem::Collection(collection) => collection.id.as_ref().unwrap().as_str(),
        _ => panic!("{found:?}"),
    };
    format!("{}/{id}@{}", found.parent, found.depth)
}

const TREE: &[(&str, &[&str])] = &[
    ("c0", &["c1", "a1", "c2"]),
    ("c1", &["a2", "c3", "c0"]),
    ("c2", &["c3", "a1"]),
    ("c3", &["c3", "a3"]),
];

#[tokio::test]
async fn a_tree_is_walked_level_by_level_and_each_collection_is_opened_once() {
    let server = Server::start(|request| contents(TREE, request)).await;

    let mut tree = client(&server).assets().collections().walk("c0");
    let mut names = Vec::new();
    while let Some(found) = tree.next().await {
        names.push(name(&found.unwrap()));
    }

    assert_eq!(
        names,
        [
            "c0/c1@1", "c0/a1@1", "c0/c2@1", "c1/a2@2", "c1/c3@2", "c1/c0@2", "c2/c3@2", "c2/a1@2",
            "c3/c3@3", "c3/a3@3"
        ]
    );
    assert_eq!(server.count(), 4);
}

#[tokio::test]
async fn a_walk_ends_at_its_depth() {
    let server = Server::start(|request| contents(TREE, request)).await;
    let mut tree = client(&server)
        .assets()
        .collections()
        .walk("c0")
        .max_depth(1);
    let mut found = 0;
    while let Some(item) = tree.next().await {
        item.unwrap();
        found += 1;
    }
    assert_eq!((found, server.count()), (3, 1));
}

#[tokio::test]
async fn a_collection_that_cannot_be_read_costs_itself_only() {
    let tree: &[(&str, &[&str])] = &[("c0", &["c1", "c2"]), ("c2", &["a1"])];
    let server = Server::start(move |request| contents(tree, request)).await;

    let mut tree = client(&server).assets().collections().walk("c0");
    let (mut names, mut errors) = (Vec::new(), Vec::new());
    while let Some(found) = tree.next().await {
        match found {
            Ok(found) => names.push(name(&found)),
            Err(error) => errors.push(error),
        }
    }

    assert_eq!(names, ["c0/c1@1", "c0/c2@1", "c2/a1@2"]);
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].collection_id(), "c1");
    assert!(errors[0].error().is_not_found());
}

#[tokio::test]
async fn collections_are_read_side_by_side_in_bounds() {
    let many: Vec<String> = (0..20).map(|number| format!("c{number}x")).collect();
    let server = Server::start(move |request| {
        let id = request.path().split('/').nth(5).unwrap();
        let mut objects = vec![json!({ "id": format!("a-{id}"), "object_type": "assets" })];
        if id == "c" {
            let item = |id: &String| json!({ "id": id, "object_type": "collections" });
            objects = many.iter().map(item).collect();
        }
        Reply::json(200, json!({ "objects": objects, "pages": 1 }).to_string())
            .after(Duration::from_millis(20))
    })
    .await;

    let walk = async |at_once| {
        let start = std::time::Instant::now();
        let mut tree = client(&server)
            .assets()
            .collections()
            .walk("c")
            .at_once(at_once);
        let mut names = Vec::new();
        while let Some(found) = tree.next().await {
            names.push(name(&found.unwrap()));
        }
        (start.elapsed(), names)
    };
    let (alone, in_order) = walk(1).await;
    let (together, also_in_order) = walk(10).await;
    assert_eq!(in_order.len(), 40);
    assert_eq!(in_order, also_in_order);
    assert!(together * 2 < alone, "{together:?} {alone:?}");
}

#[tokio::test]
async fn not_found_is_none_and_other_errors_stay() {
    let server = Server::replies([
        Reply::json(404, r#"{"errors": ["Asset does not exist"]}"#),
        Reply::json(403, r#"{"errors": ["No"]}"#),
        Reply::json(200, r#"{"id": "a"}"#),
    ])
    .await;
    let get = || client(&server).assets().get("a");

    assert_eq!(get().await.optional().unwrap(), None);
    assert!(get().await.optional().unwrap_err().is_forbidden());
    assert_eq!(get().await.optional().unwrap().unwrap().id.unwrap(), "a");
}

#[tokio::test]
async fn a_change_is_waited_for() {
    let server = Server::replies([
        Reply::json(200, r#"{"id": "a", "status": "ACTIVE"}"#),
        Reply::json(200, r#"{"id": "a", "status": "ACTIVE"}"#),
        Reply::json(404, "{}"),
    ])
    .await;
    let client = client(&server);

    let wait = PollOptions::up_to(Duration::from_secs(30))
        .pauses(Duration::from_millis(1), Duration::from_millis(5));
    wait.until(
        || async { client.assets().get("a").await.optional() },
        Option::is_none,
    )
    .await
    .unwrap();
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_bad_chunk_of_a_bulk_loses_nothing() {
    let server = Server::start(|request| match request.number {
        1 => Reply::json(500, r#"{"errors": ["Oops"]}"#),
        _ => Reply::empty(201),
    })
    .await;
    let client = client(&server);
    let segments: Vec<NewSegment> = (0..1_234)
        .map(|number| NewSegment::new("MARKER").segment_text(number.to_string()))
        .collect();

    let report = Batches::new(segments)
        .send(|chunk| {
            client
                .assets()
                .segments()
                .create_many("a", NewSegments::new(chunk.to_vec()))
        })
        .await;

    assert_eq!(report.responses.len(), 2);
    let failed = &report.failed[0];
    assert_eq!((failed.first, failed.items.len()), (500, 500));
    assert!(failed.error.maybe_sent());
    assert_eq!(failed.items[0].segment_text, "500".to_owned().into());
    let sent: Vec<usize> = server
        .received()
        .iter()
        .map(|request| request.json()["objects"].as_array().unwrap().len())
        .collect();
    assert_eq!(sent, [500, 500, 234]);
}

/// The error of an application.
#[derive(Debug)]
enum ImportError {
    Iconik(iconik_api::Error),
    Refused(String),
}

impl From<iconik_api::Error> for ImportError {
    fn from(error: iconik_api::Error) -> Self {
        Self::Iconik(error)
    }
}

#[tokio::test]
async fn waits_and_batches_take_closures_with_errors_of_the_application() {
    let server = Server::start(|request| match request.method.as_str() {
        "POST" => Reply::json(202, "{}"),
        _ => Reply::json(200, r#"{"id": "a1", "title": "Storm"}"#),
    })
    .await;
    let client = client(&server);

    let wait = PollOptions::up_to(Duration::from_secs(5));
    let title = wait
        .until(
            || async {
                let asset = client.assets().get("a1").await?;
                asset.title.ok_or(ImportError::Refused("untitled".into()))
            },
            |title| title == "Storm",
        )
        .await
        .unwrap();
    assert_eq!(title, "Storm");
    let late = PollOptions::up_to(Duration::ZERO)
        .until(
            || async { Ok::<_, ImportError>(client.assets().get("a1").await?) },
            |_| false,
        )
        .await;
    assert!(matches!(late, Err(ImportError::Iconik(error)) if error.is_timeout()));

    let segments = (0..1_001).map(|_| NewSegment::new(iconik_api::assets::SegmentType::Marker));
    let mut number = 0;
    let report = Batches::new(segments)
        .send(|batch| {
            number += 1;
            let refused = number == 2;
            let body = NewSegments::new(batch.to_vec());
            let create = client.assets().segments().create_many("a1", body);
            async move {
                if refused {
                    return Err(ImportError::Refused("by the ledger".into()));
                }
                Ok(create.await?)
            }
        })
        .await;
    assert_eq!(
        (report.succeeded_items(), report.failed_items()),
        (501, 500)
    );
    assert_eq!(report.failed[0].first, 500);
    assert!(matches!(&report.failed[0].error, ImportError::Refused(why) if why == "by the ledger"));
}

#[tokio::test]
async fn an_id_that_must_be_there_is_one_question_mark_away() {
    let server = Server::start(|request| match request.path().contains("without") {
        true => Reply::json(201, r#"{"segment_type": "MARKER"}"#),
        false => Reply::json(201, r#"{"id": "s1"}"#),
    })
    .await;
    let client = client(&server);
    let new = || NewSegment::new(iconik_api::assets::SegmentType::Marker);
    let create = async |asset: &str| -> iconik_api::Result<iconik_api::ids::SegmentId> {
        let id = client
            .assets()
            .segments()
            .create(asset, new())
            .await?
            .id()?;
        Ok(id)
    };

    assert_eq!(create("a1").await.unwrap(), "s1");
    let error = create("without").await.unwrap_err();
    assert!(error.is_decode());
    assert_eq!(error.to_string(), "this Segment has no `id`");
}

#[test]
fn errors_of_texts_and_payloads_become_errors_of_the_crate() {
    fn read(cursor: &str, payload: &[u8], date: &str) -> iconik_api::Result<std::time::SystemTime> {
        let _: iconik_api::Cursor = cursor.parse()?;
        let payload = iconik_api::webhooks::Webhook::from_slice(payload)?;
        let _ = iconik_api::assets::AssetReplacement::try_from(
            payload.data_as::<iconik_api::assets::Asset>()?,
        )?;
        Ok(iconik_api::Timestamp::from(date).try_into()?)
    }
    let cursor = r#"{"list": "x", "at": {"page": 2}}"#;
    let asset = br#"{"data": {"title": "Storm"}}"#;

    assert!(read(cursor, asset, "2021-01-01").is_ok());
    for (cursor, payload, date, kind, text) in [
        (
            "x",
            &asset[..],
            "2021-01-01",
            ErrorKind::Paging,
            "this is not the text of a cursor",
        ),
        (
            cursor,
            &b"[]"[..],
            "2021-01-01",
            ErrorKind::Decode,
            "this is not the payload of a webhook",
        ),
        (
            cursor,
            &b"{}"[..],
            "2021-01-01",
            ErrorKind::Decode,
            "this Asset has no `title`",
        ),
        (
            cursor,
            &asset[..],
            "soon",
            ErrorKind::Decode,
            "the timestamp contains no time",
        ),
    ] {
        let error = read(cursor, payload, date).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().starts_with(text), "{error}");
    }
}

#[tokio::test]
async fn an_id_says_the_kind_of_its_object() {
    let server = Server::always(Reply::json(201, r#"{"id": "s1", "url": "https://x"}"#)).await;
    let assets = client(&server).assets();
    let collection_id = CollectionId::from("c1");

    assets
        .shares()
        .create_url(&collection_id, NewShareUrl::new())
        .await
        .unwrap();
    assets
        .collections()
        .remove_item(&collection_id, AssetId::from("a1"))
        .await
        .unwrap();
    assets.approvals().list(("sequences", "q1")).await.unwrap();
    let bulk = BulkDeletion::new("assets", [AssetId::from("a1"), AssetId::from("a2")]);
    assets.delete_queue().add_many(bulk).await.unwrap();

    let paths: Vec<_> = server
        .received()
        .iter()
        .map(|it| it.target.clone())
        .collect();
    assert_eq!(
        paths,
        [
            "/API/assets/v1/collections/c1/shares/url/",
            "/API/assets/v1/collections/c1/contents/assets/a1/",
            "/API/assets/v1/sequences/q1/approvals/",
            "/API/assets/v1/delete_queue/bulk/",
        ]
    );
}

/// The paths of the entries of a walk.
async fn paths(mut tree: TreeWalk, skip: &str) -> Vec<String> {
    let mut paths = Vec::new();
    while let Some(found) = tree.try_next().await.unwrap() {
        paths.push(found.path().join("/"));
        if found.path().last() == Some(&skip) {
            tree.skip(&found);
        }
    }
    paths
}

#[tokio::test]
async fn a_walk_returns_paths_of_the_wanted_kinds_and_skips_collections() {
    let server = Server::start(|request| contents(TREE, request)).await;
    let walk = || client(&server).assets().collections().walk("c0");

    assert_eq!(
        paths(walk(), "c1").await,
        ["c1", "a1", "c2", "c2/c3", "c2/a1", "c2/c3/c3", "c2/c3/a3"]
    );
    assert_eq!(server.count(), 3);

    let assets = walk().object_types([ContentObjectType::Assets]);
    assert_eq!(
        paths(assets, "").await,
        ["a1", "c1/a2", "c2/a1", "c1/c3/a3"]
    );
    let shallow = walk().object_types(["assets"]).max_depth(1);
    assert_eq!(paths(shallow, "").await, ["a1"]);
    let queries: Vec<_> = server.received()[3..]
        .iter()
        .map(|it| it.query().to_owned())
        .collect();
    let both = "object_types=assets,collections&per_page=100&page=1";
    assert_eq!(
        queries,
        [
            both,
            both,
            both,
            both,
            "object_types=assets&per_page=100&page=1"
        ]
    );

    let none: [ContentObjectType; 0] = [];
    let error = walk().object_types(none).next().await.unwrap().unwrap_err();
    assert_eq!(error.error().kind(), ErrorKind::Request);
    assert_eq!(server.count(), 8);
}

#[tokio::test]
async fn a_walk_uses_the_credentials_of_its_client() {
    let server = Server::start(|request| contents(TREE, request)).await;
    let for_ann = client(&server).with_credentials(Credentials::new("app", "token-of-ann"));
    paths(for_ann.assets().collections().walk("c0"), "").await;

    let received = server.received();
    assert_eq!(received.len(), 4);
    for sent in received {
        assert_eq!(sent.header("Auth-Token"), Some("token-of-ann"));
    }
}
