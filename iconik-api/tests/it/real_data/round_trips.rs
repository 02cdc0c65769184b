//! What this version does not know survives it, byte for byte.

use iconik_api::assets::{Asset, AssetPatch, AssetType, Segment};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{ASSET, SEGMENT};
use crate::support::{Reply, Server};

/// Known fields in the order of the documentation, then what nobody knows: values that change when
/// somebody reads them as numbers, sorts them or escapes them anew.
const ASSET_JSON: &str = concat!(
    r#"{"id":"b6a8d1f0-9f31-11ec-8c1d-0a580a3c7702","title":"Überfahrt \"2\"","type":"HOLOGRAM","#,
    r#""status":"MOTHBALLED","analyze_status":"N/A","versions":[{"id":"v1","status":"PARKED","#,
    r#""zeta":1.50,"alpha":{"b":1,"a":[1e2,-0.0]}}],"z_last":12345678901234567890.10,"#,
    r#""a_first":"\u00fc\/","flags":{ "x" : [ ] },"nothing":null}"#,
);

fn round_trip<T: DeserializeOwned + Serialize>(json: &str) -> String {
    serde_json::to_string(&serde_json::from_str::<T>(json).unwrap()).unwrap()
}

#[tokio::test]
async fn unknown_values_and_fields_are_kept_byte_for_byte() {
    let server = Server::always(Reply::json(200, ASSET_JSON)).await;

    let asset = server.client().assets().get(ASSET).await.unwrap();

    assert_eq!(serde_json::to_string(&asset).unwrap(), ASSET_JSON);
    assert!(asset.r#type.as_ref().unwrap().is_unknown());
    assert_eq!(asset.r#type.as_ref().unwrap().as_str(), "HOLOGRAM");
    assert_eq!(asset.extra.raw("z_last"), Some("12345678901234567890.10"));
    assert_eq!(asset.extra.raw("flags"), Some(r#"{ "x" : [ ] }"#));
    assert_eq!(asset.extra.raw("nothing"), Some("null"));
    assert_eq!(asset.versions[0].extra.raw("zeta"), Some("1.50"));
}

#[tokio::test]
async fn an_unknown_value_can_be_sent_back() {
    let server = Server::always(Reply::json(200, ASSET_JSON)).await;
    let assets = server.client().assets();

    let asset = assets.get(ASSET).await.unwrap();
    let kind = asset.r#type.clone().unwrap();
    assets
        .list()
        .types([kind.clone(), AssetType::Asset])
        .await
        .unwrap();
    assets
        .update(ASSET, AssetPatch::every_field_of(asset))
        .await
        .unwrap();
    assets
        .update(ASSET, AssetPatch::new().r#type("FRESCO"))
        .await
        .unwrap();

    let sent = server.received();
    assert_eq!(sent[1].query(), "types=HOLOGRAM,ASSET");
    assert_eq!(sent[2].json()["type"], "HOLOGRAM");
    assert_eq!(sent[2].json()["status"], "MOTHBALLED");
    assert_eq!(sent[3].body, br#"{"type":"FRESCO"}"#);
}

#[tokio::test]
async fn a_nested_object_keeps_what_it_does_not_know_on_its_way_back() {
    use iconik_api::assets::{SegmentPatch, SegmentType};
    let drawing = concat!(
        r#"{"primitives":[{"type":"SPIRAL","points":[{"x":0.5,"y":0.25,"pressure":1.0}],"#,
        r#""turns":3.00}],"renderer":"v9"}"#,
    );
    let segment = format!(r#"{{"segment_type":"AROMA","drawing":{drawing}}}"#);
    let server = Server::always(Reply::json(200, &segment)).await;
    let segments = server.client().assets().segments();

    let read = segments.get(ASSET, SEGMENT).await.unwrap();
    assert_eq!(read.segment_type, Some(SegmentType::from("AROMA")));
    segments
        .update(ASSET, SEGMENT, SegmentPatch::every_field_of(read))
        .await
        .unwrap();

    let sent = String::from_utf8(server.received()[1].body.clone()).unwrap();
    assert!(sent.contains(&format!(r#""drawing":{drawing}"#)), "{sent}");
    assert!(sent.contains(r#""segment_type":"AROMA""#), "{sent}");
}

#[test]
fn nothing_is_invented() {
    assert_eq!(round_trip::<Asset>("{}"), "{}");
    assert_eq!(round_trip::<Segment>(r#"{"x":1}"#), r#"{"x":1}"#);
    assert_eq!(
        round_trip::<Asset>(r#"{"title":null,"versions":null}"#),
        "{}"
    );
}
