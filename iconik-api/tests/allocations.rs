//! What an answer costs in memory: ids, dates and known enum values take no heap allocation.

#![allow(missing_docs)]

use allocation_counter::measure;
use iconik_api::{Id, IdKind, Timestamp, UnknownValue};
use serde::Deserialize;

enum AssetMarker {}

impl IdKind for AssetMarker {
    const NAME: &'static str = "AssetId";
}

#[derive(Clone, Debug)]
#[non_exhaustive]
enum Status {
    Active,
    Deleted,
    Unknown(UnknownValue),
}

iconik_api::open_enum!(Status { Active => "ACTIVE", Deleted => "DELETED" });

#[derive(Debug, Default)]
struct Asset {
    date_created: Option<Timestamp>,
    duration: Option<i64>,
    id: Option<Id<AssetMarker>>,
    is_online: Option<bool>,
    status: Option<Status>,
    title: Option<String>,
    extra: iconik_api::Extra,
}

iconik_api::response_model!(Asset {
    date_created: "date_created",
    duration: "duration",
    id: "id",
    is_online: "is_online",
    status: "status",
    title: "title",
});

fn allocations<'de, T: Deserialize<'de>>(json: &'de str) -> u64 {
    let counted = measure(|| {
        serde_json::from_str::<T>(json).unwrap();
    });
    counted.count_total
}

#[test]
fn ids_dates_and_known_values_take_no_allocation() {
    let json = r#"{
        "date_created": "2021-07-30T15:16:54.406403+00:00", "duration": 61000,
        "id": "2c5bfe1a-f149-11eb-a843-0a580a3db916", "is_online": true, "status": "DELETED", "title": null
    }"#;
    let asset: Asset = serde_json::from_str(json).unwrap();
    assert_eq!(asset.status, Some(Status::Deleted));
    assert_eq!(allocations::<Asset>(json), 0);
}

#[test]
fn only_what_is_kept_as_text_is_allocated() {
    assert_eq!(allocations::<Asset>(r#"{"title": "Take 3"}"#), 1);
    assert_eq!(allocations::<Asset>(r#"{"status": "ARCHIVED"}"#), 1);
    assert_eq!(allocations::<Asset>(r#"{"date_created": "yesterday"}"#), 1);
    assert_eq!(allocations::<Asset>(r#"{"date_created": ""}"#), 0);
}

#[test]
fn an_id_is_copied_without_allocation() {
    let id = Id::<AssetMarker>::from("2c5bfe1a-f149-11eb-a843-0a580a3db916");
    assert_eq!(measure(|| drop(id.clone())).count_total, 0);
}
