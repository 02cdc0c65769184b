//! Lists of several kinds of objects.

use iconik_api::assets::CollectionItem;
use serde_json::Value;

use super::COLLECTION;
use crate::support::{Reply, Server};

const PORTAL: &str = r#"{ "object_type" : "portals","id":"p1","weight":1.50,"hosts":[ "a" ]}"#;
const NAMELESS: &str = r#"{"id":"n1"}"#;

fn body() -> String {
    format!(
        r#"{{"objects":[
            {{"id":"a1","title":"Clip","duration_milliseconds":40.0,"object_type":"assets"}},
            {{"object_type":"collections","id":"c1","title":"Folder","position":null}},
            {PORTAL},{NAMELESS},null,{{"object_type":7,"id":"x"}}
        ],"next_url":null}}"#
    )
}

#[track_caller]
fn check(objects: &[CollectionItem]) {
    match objects {
        [
            CollectionItem::Asset(asset),
            CollectionItem::Collection(collection),
            CollectionItem::Unknown(portal),
            CollectionItem::Unknown(nameless),
            CollectionItem::Unknown(_),
        ] => {
            assert_eq!(asset.id, Some("a1".into()));
            assert_eq!(asset.duration_milliseconds, Some(40));
            assert_eq!(collection.title.as_deref(), Some("Folder"));
            assert_eq!(portal.raw(), PORTAL);
            assert_eq!(portal.value()["hosts"][0], "a");
            assert_eq!(portal.get_as::<Value>().unwrap()["id"], "p1");
            assert_eq!(nameless.raw(), NAMELESS);
        }
        other => panic!("{other:#?}"),
    }
}

#[tokio::test]
async fn contents_and_favorites_are_told_apart_and_the_unknown_is_kept() {
    let server = Server::always(Reply::json(200, body())).await;
    let client = server.client();

    check(
        &client
            .assets()
            .collections()
            .list_items(COLLECTION)
            .await
            .unwrap()
            .objects,
    );
    check(&client.assets().favorites().list().await.unwrap().objects);
}

#[tokio::test]
async fn every_kind_is_written_as_it_was_read() {
    let server = Server::always(Reply::json(200, body())).await;
    let contents = server
        .client()
        .assets()
        .collections()
        .list_items(COLLECTION)
        .await
        .unwrap();

    let written: Vec<_> = contents
        .objects
        .iter()
        .map(|object| serde_json::to_string(object).unwrap())
        .collect();

    assert_eq!(written[2], PORTAL);
    assert_eq!(written[3], NAMELESS);
    for text in &written[..2] {
        let again: CollectionItem = serde_json::from_str(text).unwrap();
        assert!(!matches!(again, CollectionItem::Unknown(_)), "{text}");
    }
}
