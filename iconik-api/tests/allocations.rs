//! What an answer costs in memory: ids, dates and known enum values take no heap allocation.

#![cfg(feature = "assets")]
#![allow(missing_docs)]

use allocation_counter::measure;
use iconik_api::assets::{Asset, AssetId, ObjectStatus};
use serde::Deserialize;

fn allocations<'de, T: Deserialize<'de>>(json: &'de str) -> u64 {
    let counted = measure(|| {
        serde_json::from_str::<T>(json).unwrap();
    });
    counted.count_total
}

#[test]
fn ids_dates_and_known_values_take_no_allocation() {
    let json = r#"{
        "date_created": "2021-07-30T15:16:54.406403+00:00", "duration_milliseconds": 61000, "files": [],
        "id": "2c5bfe1a-f149-11eb-a843-0a580a3db916", "is_online": true, "status": "DELETED", "title": null
    }"#;
    let asset: Asset = serde_json::from_str(json).unwrap();
    assert_eq!(asset.status, Some(ObjectStatus::Deleted));
    assert_eq!(allocations::<Asset>(json), 0);
}

#[test]
fn only_what_is_kept_as_text_is_allocated() {
    assert_eq!(allocations::<Asset>(r#"{"title": "Take 3"}"#), 1);
    assert_eq!(allocations::<Asset>(r#"{"status": "FROZEN"}"#), 1);
    assert_eq!(allocations::<Asset>(r#"{"date_created": "yesterday"}"#), 1);
    assert_eq!(allocations::<Asset>(r#"{"date_created": ""}"#), 0);
    assert_eq!(
        allocations::<Asset>(r#"{"metadata": {"a": [1, {"b": 2}]}}"#),
        1
    );
}

#[test]
fn an_id_is_copied_without_allocation() {
    let id = AssetId::from("2c5bfe1a-f149-11eb-a843-0a580a3db916");
    assert_eq!(measure(|| drop(id.clone())).count_total, 0);
}
