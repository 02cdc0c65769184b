//! The helpers, over HTTP.

use std::time::Duration;

use crate::support::{Received, Reply, Server};
use iconik_api::OptionalExt;
use iconik_api::assets::{CollectionItem, NewSegment, NewSegments};
use iconik_api::batch::Batches;
use iconik_api::tree::TreeEntry;
use iconik_api::wait::PollOptions;
use iconik_api::{Client, Limiter, RetryPolicy};
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
async fn a_walk_goes_no_deeper_than_it_is_told() {
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

    assert_eq!(report.answers.len(), 2);
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
