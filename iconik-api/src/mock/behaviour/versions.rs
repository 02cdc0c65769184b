//! The versions of assets. An asset has one from the start; one of them is the latest.

use serde_json::{Map, Value, json};

use super::{Rule, set};
use crate::mock::call::Call;
use crate::mock::reply::{Reply, Result};
use crate::mock::state::State;

pub(super) const RULES: &[Rule] = &[
    ("POST", "/API/assets/v1/assets/", create_asset),
    ("PUT", "/API/assets/v1/assets/", |call| {
        write_many(call, true)
    }),
    ("PATCH", "/API/assets/v1/assets/", |call| {
        write_many(call, false)
    }),
    ("POST", "/API/assets/v1/assets/{}/versions/", |call| {
        let asset = call.last().to_owned();
        add(call.state, &asset);
        Ok(respond(call, &asset))
    }),
    (
        "POST",
        "/API/assets/v1/assets/{}/versions/from/assets/{}/",
        add_later,
    ),
    (
        "POST",
        "/API/assets/v1/assets/{}/versions/from/versions/{}/",
        add_later,
    ),
    ("PUT", "/API/assets/v1/assets/{}/versions/{}/", |call| {
        write(call, true)
    }),
    ("PATCH", "/API/assets/v1/assets/{}/versions/{}/", |call| {
        write(call, false)
    }),
    (
        "PUT",
        "/API/assets/v1/assets/{}/versions/{}/promote/",
        |call| {
            let (asset, version) = (call.at("asset_id").to_owned(), call.last().to_owned());
            set(
                call.state,
                "AssetId",
                &asset,
                [("default_version_id", json!(version))],
            );
            refresh(call.state, &asset);
            Ok(respond(call, &asset))
        },
    ),
    ("DELETE", "/API/assets/v1/assets/{}/versions/{}/", |call| {
        let (asset, version) = (call.at("asset_id").to_owned(), call.last().to_owned());
        call.state.store.remove("VersionId", &version);
        refresh(call.state, &asset);
        Ok(call.nothing())
    }),
    ("DELETE", "/API/assets/v1/assets/{}/versions/old/", |call| {
        let asset = call.last().to_owned();
        let latest = latest(call.state, &asset);
        for version in of(call.state, &asset) {
            if Some(&version) != latest.as_ref() {
                call.state.store.remove("VersionId", &version);
            }
        }
        refresh(call.state, &asset);
        Ok(call.nothing())
    }),
];

/// Creates an asset with its first version, in the collection that the body names.
fn create_asset(call: &mut Call<'_>) -> Result {
    let collection = call
        .body
        .get("collection_id")
        .and_then(Value::as_str)
        .map(str::to_owned);
    if let Some(collection) = &collection {
        super::collections::require(call.state, "CollectionId", collection)?;
    }
    let fields = call.sent();
    let asset = call.insert("AssetId", "Asset", fields);
    let collections = collection.map_or_else(|| json!([]), |collection| json!([collection]));
    set(
        call.state,
        "AssetId",
        &asset,
        [("in_collections", collections)],
    );
    add(call.state, &asset);
    call.respond_with("AssetId", &asset)
}

/// Changes several assets, after the response.
fn write_many(call: &mut Call<'_>, all: bool) -> Result {
    let objects = call
        .body
        .get("objects")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let changes: Vec<(String, Map<String, Value>)> = objects
        .into_iter()
        .filter_map(|object| match object {
            Value::Object(fields) => Some((fields.get("id")?.as_str()?.to_owned(), fields)),
            _ => None,
        })
        .collect();
    let service = call.service;
    call.state.later(move |state| {
        for (id, mut fields) in changes {
            let described = service.fields("Asset").unwrap_or_default();
            fields.retain(|name, _| {
                described
                    .iter()
                    .any(|field| field.name == name && !field.read_only)
            });
            let now = state.source.now();
            state.store.update("AssetId", &id, |old| {
                if all {
                    let settable = described.iter().filter(|field| !field.read_only);
                    settable.for_each(|field| drop(old.remove(field.name)));
                }
                old.extend(fields);
                old.insert("date_modified".to_owned(), now.into());
            });
        }
    });
    Ok(call.nothing())
}

fn add_later(call: &mut Call<'_>) -> Result {
    let asset = call.at("asset_id").to_owned();
    call.state.later(move |state| add(state, &asset));
    Ok(call.nothing())
}

fn write(call: &mut Call<'_>, all: bool) -> Result {
    let (asset, version) = (call.at("asset_id").to_owned(), call.last().to_owned());
    let sent = call.sent();
    call.change("VersionId", &version, sent, all)?;
    refresh(call.state, &asset);
    call.respond_with("VersionId", &version)
}

fn respond(call: &Call<'_>, asset: &str) -> Reply {
    let object = call.state.store.get("AssetId", asset);
    let versions = object
        .and_then(|object| object.fields().get("versions"))
        .cloned();
    let mut fields = Map::new();
    fields.insert("asset_id".to_owned(), asset.into());
    fields.insert(
        "system_domain_id".to_owned(),
        call.state.system_domain.clone().into(),
    );
    fields.insert("versions".to_owned(), versions.unwrap_or_else(|| json!([])));
    call.respond(fields)
}

/// The versions of an asset, in the order of their creation.
fn of(state: &State, asset: &str) -> Vec<String> {
    let versions = state.store.all("VersionId");
    let versions = versions.filter(|version| version.parent("asset_id") == Some(asset));
    versions.map(|version| version.id.clone()).collect()
}

/// The version that people see.
pub(super) fn latest(state: &State, asset: &str) -> Option<String> {
    let object = state.store.get("AssetId", asset)?;
    object.text("default_version_id").map(str::to_owned)
}

/// Adds a version, which becomes the latest.
fn add(state: &mut State, asset: &str) {
    let number = of(state, asset).len() + 1;
    let parents = vec![("asset_id".to_owned(), asset.to_owned())];
    let home = state.description.service("/API/assets/v1/");
    let Some((service, _)) = home else { return };
    let mut fields = Map::new();
    fields.insert("version_number".to_owned(), number.into());
    fields.insert("is_online".to_owned(), false.into());
    let version = state.add(service, "VersionId", "AssetVersion", parents, fields);
    set(
        state,
        "AssetId",
        asset,
        [("default_version_id", version.into())],
    );
    refresh(state, asset);
}

/// Writes the versions into the asset.
fn refresh(state: &mut State, asset: &str) {
    let mut ids = of(state, asset);
    if !ids
        .iter()
        .any(|id| Some(id) == latest(state, asset).as_ref())
    {
        set(
            state,
            "AssetId",
            asset,
            [("default_version_id", json!(ids.last()))],
        );
    }
    // The latest first.
    ids.reverse();
    let latest = latest(state, asset);
    ids.sort_by_key(|id| Some(id) != latest.as_ref());
    let versions: Vec<Value> = ids
        .iter()
        .filter_map(|id| state.store.get("VersionId", id))
        .map(|version| version.fields().clone().into())
        .collect();
    let count = versions.len();
    let fields = [
        ("versions", versions.into()),
        ("versions_number", count.into()),
    ];
    set(state, "AssetId", asset, fields);
}
