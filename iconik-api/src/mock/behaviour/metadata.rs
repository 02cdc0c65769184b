//! Metadata values: kept for each object and field, and shown through views.

use serde_json::{Map, Value, json};

use super::Rule;
use crate::mock::call::Call;
use crate::mock::reply::{Reply, Result};
use crate::mock::state::State;
use crate::mock::store::Fields;

pub(super) const RULES: &[Rule] = &[
    ("GET", "/API/metadata/v1/{}/{}/views/{}/", get),
    ("PUT", "/API/metadata/v1/{}/{}/views/{}/", set),
    ("GET", "/API/metadata/v1/{}/{}/", get_without_view),
    ("PUT", "/API/metadata/v1/{}/{}/", set),
    (
        "GET",
        "/API/metadata/v1/assets/{}/versions/{}/views/{}/",
        get,
    ),
    ("GET", "/API/metadata/v1/assets/{}/{}/{}/views/{}/", get),
    ("PUT", "/API/metadata/v1/assets/{}/{}/{}/views/{}/", set),
    (
        "GET",
        "/API/metadata/v1/assets/{}/{}/{}/versions/{}/views/{}/",
        get,
    ),
    ("PUT", "/API/metadata/v1/{}/views/{}/", set_many),
    ("POST", "/API/metadata/v1/{}/views/{}/", set_each),
    (
        "PUT",
        "/API/metadata/v1/{}/content/views/{}/",
        set_for_contents,
    ),
    ("GET", "/API/metadata/v1/views/{}/", get_view),
];

/// Where the values of an object are kept. Versions of an asset have the values of the asset.
fn place(kind: &str, id: &str) -> String {
    format!("metadata:{kind}/{id}/")
}

/// The object that the path names.
fn object(call: &Call<'_>) -> (String, String) {
    match (call.at("object_type"), call.at("object_id")) {
        ("", _) => ("assets".to_owned(), call.at("asset_id").to_owned()),
        (kind, id) => (kind.to_owned(), id.to_owned()),
    }
}

/// The fields of the view that the path names; none where it names none.
fn fields_of_view(call: &Call<'_>) -> Option<Vec<String>> {
    let view = call.state.store.get("MetadataViewId", call.at("view_id"))?;
    let fields = view.fields().get("view_fields")?.as_array()?;
    let names = fields
        .iter()
        .filter_map(|field| field.get("name")?.as_str());
    Some(names.map(str::to_owned).collect())
}

fn get(call: &mut Call<'_>) -> Result {
    let (kind, id) = object(call);
    let view = fields_of_view(call).unwrap_or_default();
    let values = call.state.store.named(&place(&kind, &id));
    let known = values.is_some_and(|values| view.iter().any(|field| values.contains_key(field)));
    if !known {
        // Seen live: an object without any value in the view leads to a 404.
        return match call.state.settings.invent {
            true => Ok(call.other()),
            false => Err(Reply::error(
                404,
                format!("Metadata for {kind} {id} doesn't exist"),
            )),
        };
    }
    Ok(respond(call, &kind, &id))
}

/// All fields of the view, those without values too.
fn respond(call: &Call<'_>, kind: &str, id: &str) -> Reply {
    let values = call.state.store.named(&place(kind, id));
    let shown: Map<String, Value> = match fields_of_view(call) {
        Some(view) => view
            .into_iter()
            .map(|name| {
                let value = values.and_then(|values| values.get(&name)).cloned();
                let empty = || json!({ "field_values": [], "date_created": null });
                (name, value.unwrap_or_else(empty))
            })
            .collect(),
        None => values.cloned().unwrap_or_default(),
    };
    let mut fields = Map::new();
    fields.insert("metadata_values".to_owned(), shown.into());
    fields.insert("object_id".to_owned(), id.into());
    fields.insert("object_type".to_owned(), kind.into());
    // Seen live: of a collection, the version is the collection itself.
    let version = match kind {
        "assets" => super::versions::latest(call.state, id),
        _ => Some(id.to_owned()),
    };
    fields.insert("version_id".to_owned(), json!(version));
    call.respond(fields)
}

fn set(call: &mut Call<'_>) -> Result {
    let (kind, id) = object(call);
    let Some(Value::Object(values)) = call.body.get("metadata_values").cloned() else {
        return Ok(respond(call, &kind, &id));
    };
    if let Some(view) = fields_of_view(call).filter(|_| !call.state.settings.invent) {
        if let Some(unknown) = values.keys().find(|name| !view.contains(name)) {
            return Err(Reply::error(
                400,
                format!("The view has no field {unknown}"),
            ));
        }
    }
    merge(call.state, &kind, &id, &values);
    Ok(respond(call, &kind, &id))
}

/// Writes values: of the named fields, as `mode` says; the others keep theirs.
fn merge(state: &mut State, kind: &str, id: &str, values: &Fields) {
    let place = place(kind, id);
    let mut kept = state.store.named(&place).cloned().unwrap_or_default();
    let now = state.source.now();
    for (name, value) in values {
        let list = |value: &Value| match value.get("field_values") {
            Some(Value::Array(values)) => values.clone(),
            _ => Vec::new(),
        };
        let sent = list(value);
        let mut result = kept.get(name).map(list).unwrap_or_default();
        match value.get("mode").and_then(Value::as_str) {
            Some("append") => result.extend(sent),
            Some("delete") => {
                let same = |left: &Value, right: &Value| left.get("value") == right.get("value");
                result.retain(|old| !sent.iter().any(|gone| same(old, gone)));
            }
            _ => result = sent,
        }
        let date = if result.is_empty() {
            Value::Null
        } else {
            now.clone().into()
        };
        kept.insert(
            name.clone(),
            json!({ "field_values": result, "date_created": date }),
        );
    }
    state.store.set_named(&place, kept.clone());
    // The index has them as plain lists.
    let flat: Map<String, Value> = kept
        .iter()
        .map(|(name, value)| {
            let values = value.get("field_values").and_then(Value::as_array);
            let values = values
                .into_iter()
                .flatten()
                .filter_map(|value| value.get("value").cloned());
            (name.clone(), values.collect())
        })
        .collect();
    if let Some(entity) = state.description.entity_of_kind(kind) {
        super::set(state, entity, id, [("metadata", flat.into())]);
    }
}

/// The values in all fields, in the form of this one action.
fn get_without_view(call: &mut Call<'_>) -> Result {
    let (kind, id) = object(call);
    let values = call.state.store.named(&place(&kind, &id));
    let Some(values) = values else {
        return match call.state.settings.invent {
            true => Ok(call.other()),
            false => Err(Reply::error(
                404,
                format!("Metadata for {kind} {id} doesn't exist"),
            )),
        };
    };
    let shown = values.iter().map(|(name, value)| {
        let values = value
            .get("field_values")
            .cloned()
            .unwrap_or_else(|| json!([]));
        (
            name.clone(),
            json!({ "name": name, "type": "string", "values": values }),
        )
    });
    Ok(call.respond(shown.collect()))
}

fn sent_values(call: &Call<'_>) -> Fields {
    let values = call.body.get("metadata_values").and_then(Value::as_object);
    values.cloned().unwrap_or_default()
}

fn set_many(call: &mut Call<'_>) -> Result {
    let (kind, ids) = (call.at("object_type").to_owned(), call.texts("object_ids"));
    let values = sent_values(call);
    call.state
        .later(move |state| ids.iter().for_each(|id| merge(state, &kind, id, &values)));
    Ok(call.nothing())
}

fn set_each(call: &mut Call<'_>) -> Result {
    let kind = call.at("object_type").to_owned();
    let each = call
        .body
        .get("metadata_values_object_id_mapping")
        .and_then(Value::as_array);
    let each = each.cloned().unwrap_or_default();
    call.state.later(move |state| {
        for entry in each {
            let id = entry.get("id").and_then(Value::as_str);
            let values = entry.get("metadata_values").and_then(Value::as_object);
            if let (Some(id), Some(values)) = (id, values) {
                merge(state, &kind, id, values);
            }
        }
    });
    Ok(call.nothing())
}

fn set_for_contents(call: &mut Call<'_>) -> Result {
    let ids = call.texts("object_ids");
    let flag = |name: &str| {
        call.body
            .get(name)
            .and_then(Value::as_bool)
            .unwrap_or(false)
    };
    let (assets, collections) = (flag("include_assets"), flag("include_collections"));
    let values = sent_values(call);
    call.state.later(move |state| {
        for id in ids {
            for (entity, content) in super::collections::contents(state, &id) {
                match entity {
                    "AssetId" if assets => merge(state, "assets", &content, &values),
                    "CollectionId" if collections => merge(state, "collections", &content, &values),
                    _ => {}
                }
            }
        }
    });
    Ok(call.nothing())
}

/// A view, with what is known of its fields.
fn get_view(call: &mut Call<'_>) -> Result {
    let id = call.last().to_owned();
    let Some(view) = call.state.store.get("MetadataViewId", &id) else {
        return Err(Reply::not_found("MetadataViewId", &id));
    };
    let mut fields = view.fields().clone();
    if let Some(Value::Array(view_fields)) = fields.get_mut("view_fields") {
        for field in view_fields {
            let name = field
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let described = call
                .state
                .store
                .named(&format!("/API/metadata/v1/fields/{name}/"));
            if let (Some(described), Value::Object(field)) = (described, field) {
                let mut full = described.clone();
                full.append(field);
                *field = full;
            }
        }
    }
    Ok(call.respond(fields))
}
