//! List whose form belongs to somebody else: they keep all that is in them.

use iconik_api::RawJson;
use iconik_api::assets::{AssetSearchDocument, SegmentPatch};
use serde_json::json;

use super::{ASSET, COLLECTION, SEGMENT};
use crate::support::{Reply, Server};

const FORMAT: &str =
    r#"{ "name":"ORIGINAL","id":"f1","components":[{"fps":23.9760,"type":"VIDEO"}] }"#;
const FILE: &str = r#"{"size":9223372036854775808,"checksum":null,"name":"\u00dcbung.mov"}"#;
const PROXY: &str = r#"{"url":null,"codec":"h264","a":{"b":{"c":[[],{}]}}}"#;
const KEYFRAME: &str = r#"{"time_code":{"isDropFrame":false},"rotation":-0.0}"#;
const METADATA: &str =
    r#"{"Szene":["12A","12B"],"__separator__":null,"rating":4.50,"":{"de":"Überblendung"}}"#;

fn texts(items: &[RawJson]) -> Vec<&str> {
    items.iter().map(RawJson::as_str).collect()
}

#[tokio::test]
async fn free_form_items_keep_their_content() {
    let asset = format!(
        r#"{{"formats":[{FORMAT}],"files":[{FILE}],"proxies":[{PROXY}],"keyframes":[{KEYFRAME},{{}}],"metadata":{METADATA}}}"#
    );
    let server = Server::always(Reply::json(200, format!(r#"{{"objects":[{asset}]}}"#))).await;

    let page = server.client().assets().list().await.unwrap();

    let asset = &page.objects[0];
    assert_eq!(texts(&asset.formats), [FORMAT]);
    assert_eq!(texts(&asset.files), [FILE]);
    assert_eq!(texts(&asset.proxies), [PROXY]);
    assert_eq!(texts(&asset.keyframes), [KEYFRAME, "{}"]);
    let metadata = asset.metadata.as_ref().unwrap();
    assert_eq!(metadata.as_str(), METADATA);
    assert_eq!(metadata.get("/Szene/1"), Some(json!("12B")));
    assert_eq!(
        asset.formats[0].get_as::<f64>("/components/0/fps").unwrap(),
        Some(23.976)
    );
    assert!(asset.extra.is_empty());
}

#[tokio::test]
async fn an_item_may_be_of_any_form() {
    let body = r#"{"objects":[{"files":["f1",7,null,[1.0]],"metadata":"none","keyframes":null}]}"#;
    let server = Server::always(Reply::json(200, body)).await;

    let page = server.client().assets().list().await.unwrap();

    let asset = &page.objects[0];
    assert_eq!(texts(&asset.files), [r#""f1""#, "7", "null", "[1.0]"]);
    assert_eq!(asset.metadata.as_ref().unwrap().as_str(), r#""none""#);
    assert!(asset.keyframes.is_empty());
}

#[tokio::test]
async fn free_form_items_are_sent_as_they_are() {
    let server = Server::always(Reply::json(200, "{}")).await;
    let client = server.client();
    let format: RawJson = serde_json::from_str(FORMAT).unwrap();

    let document = AssetSearchDocument::new("Harbour").formats([format]);
    client
        .assets()
        .replace_search_document(ASSET, document)
        .await
        .unwrap();
    let patch = SegmentPatch::new().metadata(json!({ "Farbe": { "r": 1 }, "": null }));
    client
        .assets()
        .segments()
        .update(ASSET, SEGMENT, patch)
        .await
        .unwrap();

    let sent = server.received();
    let first = String::from_utf8(sent[0].body.clone()).unwrap();
    assert_eq!(
        first,
        format!(r#"{{"title":"Harbour","formats":[{FORMAT}]}}"#)
    );
    assert_eq!(
        sent[1].json(),
        json!({ "metadata": { "Farbe": { "r": 1 }, "": null } })
    );
}

#[tokio::test]
async fn an_object_that_no_document_describes_can_be_sent() {
    let server = Server::always(Reply::empty(201)).await;

    server
        .client()
        .assets()
        .collections()
        .reindex_with_contents(COLLECTION)
        .body(json!({ "depth": 2 }))
        .await
        .unwrap();

    assert_eq!(server.single().json(), json!({ "depth": 2 }));
}

#[tokio::test]
async fn boxes_and_points_keep_their_numbers() {
    let body = json!({ "id": SEGMENT, "segment_type": "PERSON", "face_bounding_boxes": [{
        "person_version_face_id": "pf1", "timestamp_ms": "1200", "bounding_box": [0.1, 0, 1, 0.25],
        "landmarks": [{ "x": 0.5, "y": 1 }],
    }] });
    let server = Server::always(Reply::json(200, body.to_string())).await;

    let segment = server
        .client()
        .assets()
        .segments()
        .get(ASSET, SEGMENT)
        .await
        .unwrap();

    let face = &segment.face_bounding_boxes[0];
    assert_eq!(face.timestamp_ms, Some(1_200));
    assert_eq!(face.bounding_box, [0.1, 0.0, 1.0, 0.25]);
    assert_eq!(face.landmarks[0].y, Some(1.0));
}
