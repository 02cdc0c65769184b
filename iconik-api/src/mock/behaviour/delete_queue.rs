//! The delete queue: what is deleted stays readable until it is purged.

use serde_json::{Value, json};

use super::{Rule, set};
use crate::mock::call::Call;
use crate::mock::list::paged;
use crate::mock::reply::{Reply, Result};
use crate::mock::select::{is, sort, sort_keys};
use crate::mock::state::State;

pub(super) const RULES: &[Rule] = &[
    ("GET", "/API/assets/v1/assets/", |call| {
        list(call, "AssetId", "Asset", false)
    }),
    ("DELETE", "/API/assets/v1/assets/{}/", |call| {
        delete_one(call, "AssetId")
    }),
    ("DELETE", "/API/assets/v1/assets/{}/purge/", |call| {
        purge_one(call, "AssetId")
    }),
    ("PUT", "/API/assets/v1/assets/{}/restore/", |call| {
        restore_one(call, "AssetId")
    }),
    ("GET", "/API/assets/v1/delete_queue/assets/", |call| {
        list(call, "AssetId", "Asset", true)
    }),
    ("POST", "/API/assets/v1/delete_queue/assets/", |call| {
        named(call, "AssetId", delete)
    }),
    ("DELETE", "/API/assets/v1/delete_queue/assets/", |call| {
        named(call, "AssetId", restore)
    }),
    (
        "POST",
        "/API/assets/v1/delete_queue/assets/purge/",
        |call| named(call, "AssetId", purge),
    ),
    (
        "POST",
        "/API/assets/v1/delete_queue/assets/restore/all/",
        |call| all(call, &["AssetId"], restore),
    ),
    (
        "POST",
        "/API/assets/v1/delete_queue/assets/purge/all/",
        |call| all(call, &["AssetId"], purge),
    ),
    ("GET", "/API/assets/v1/collections/", |call| {
        list(call, "CollectionId", "Collection", false)
    }),
    ("DELETE", "/API/assets/v1/collections/{}/", |call| {
        delete_one(call, "CollectionId")
    }),
    ("DELETE", "/API/assets/v1/collections/{}/purge/", |call| {
        purge_one(call, "CollectionId")
    }),
    ("PUT", "/API/assets/v1/collections/{}/restore/", |call| {
        restore_one(call, "CollectionId")
    }),
    ("GET", "/API/assets/v1/delete_queue/collections/", |call| {
        list(call, "CollectionId", "Collection", true)
    }),
    ("POST", "/API/assets/v1/delete_queue/collections/", |call| {
        named(call, "CollectionId", delete)
    }),
    (
        "DELETE",
        "/API/assets/v1/delete_queue/collections/",
        |call| named(call, "CollectionId", restore),
    ),
    (
        "POST",
        "/API/assets/v1/delete_queue/collections/purge/",
        |call| named(call, "CollectionId", purge),
    ),
    (
        "POST",
        "/API/assets/v1/delete_queue/collections/restore/all/",
        |call| all(call, &["CollectionId"], restore),
    ),
    (
        "POST",
        "/API/assets/v1/delete_queue/collections/purge/all/",
        |call| all(call, &["CollectionId"], purge),
    ),
    ("POST", "/API/assets/v1/delete_queue/purge/all/", |call| {
        all(call, &["AssetId", "CollectionId"], purge)
    }),
    ("POST", "/API/assets/v1/delete_queue/bulk/", delete_many),
    ("DELETE", "/API/files/v1/assets/{}/file_sets/{}/", |call| {
        delete_or_purge(call, "FileSetId")
    }),
    (
        "DELETE",
        "/API/files/v1/assets/{}/file_sets/{}/purge/",
        |call| purge_one(call, "FileSetId"),
    ),
    (
        "PUT",
        "/API/files/v1/assets/{}/file_sets/{}/restore/",
        |call| restore_one(call, "FileSetId"),
    ),
    ("GET", "/API/files/v1/delete_queue/file_sets/", |call| {
        list(call, "FileSetId", "FileSet", true)
    }),
    ("DELETE", "/API/files/v1/delete_queue/file_sets/", |call| {
        named(call, "FileSetId", restore)
    }),
    (
        "POST",
        "/API/files/v1/delete_queue/file_sets/purge/",
        |call| named(call, "FileSetId", purge),
    ),
    (
        "POST",
        "/API/files/v1/delete_queue/file_sets/purge/all/",
        |call| all(call, &["FileSetId"], purge),
    ),
    ("DELETE", "/API/files/v1/assets/{}/formats/{}/", |call| {
        delete_or_purge(call, "FormatId")
    }),
    (
        "DELETE",
        "/API/files/v1/assets/{}/formats/{}/purge/",
        |call| purge_one(call, "FormatId"),
    ),
    (
        "PUT",
        "/API/files/v1/assets/{}/formats/{}/restore/",
        |call| restore_one(call, "FormatId"),
    ),
    ("GET", "/API/files/v1/delete_queue/formats/", |call| {
        list(call, "FormatId", "Format", true)
    }),
    ("DELETE", "/API/files/v1/delete_queue/formats/", |call| {
        named(call, "FormatId", restore)
    }),
    (
        "POST",
        "/API/files/v1/delete_queue/formats/purge/",
        |call| named(call, "FormatId", purge),
    ),
    (
        "POST",
        "/API/files/v1/delete_queue/formats/purge/all/",
        |call| all(call, &["FormatId"], purge),
    ),
];

/// What is done to an object.
type Deed = fn(&mut State, &'static str, &str);

pub(super) fn delete(state: &mut State, entity: &'static str, id: &str) {
    let (now, user) = (state.source.now(), state.user.clone());
    let fields = [
        ("status", json!("DELETED")),
        ("date_deleted", now.into()),
        ("deleted_by_user", user.into()),
    ];
    set(state, entity, id, fields);
}

fn restore(state: &mut State, entity: &'static str, id: &str) {
    if is_deleted(state, entity, id) {
        let fields = [
            ("status", json!("ACTIVE")),
            ("date_deleted", Value::Null),
            ("deleted_by_user", Value::Null),
        ];
        set(state, entity, id, fields);
    }
}

fn purge(state: &mut State, entity: &'static str, id: &str) {
    if is_deleted(state, entity, id) {
        state.store.remove(entity, id);
    }
}

pub(super) fn is_deleted(state: &State, entity: &str, id: &str) -> bool {
    let object = state.store.get(entity, id);
    object.is_some_and(|object| object.text("status") == Some("DELETED"))
}

fn delete_one(call: &mut Call<'_>, entity: &'static str) -> Result {
    let id = call.last().to_owned();
    match call.nothing() {
        reply @ Reply { status: 202, .. } => {
            call.state.later(move |state| delete(state, entity, &id));
            Ok(reply)
        }
        reply => {
            delete(call.state, entity, &id);
            Ok(reply)
        }
    }
}

/// Deletes what goes to the delete queue unless the request says otherwise; the response contains it then.
fn delete_or_purge(call: &mut Call<'_>, entity: &'static str) -> Result {
    let id = call.last().to_owned();
    if call.flag("immediately", false) {
        call.state.store.remove(entity, &id);
        return Ok(call.nothing());
    }
    delete(call.state, entity, &id);
    call.respond_with(entity, &id)
}

/// Removes an object for good, whether it was deleted before or not (seen live).
fn purge_one(call: &mut Call<'_>, entity: &'static str) -> Result {
    let id = call.last().to_owned();
    call.state.later(move |state| {
        state.store.remove(entity, &id);
    });
    Ok(call.nothing())
}

fn restore_one(call: &mut Call<'_>, entity: &'static str) -> Result {
    let id = call.last().to_owned();
    restore(call.state, entity, &id);
    Ok(call.other())
}

/// Does it to the objects that the body names.
fn named(call: &mut Call<'_>, entity: &'static str, deed: Deed) -> Result {
    let body = call.action.body.as_ref().and_then(|body| body.ty.name());
    let fields = body
        .and_then(|body| call.service.fields(body))
        .unwrap_or_default();
    let list = fields
        .iter()
        .find(|field| call.body.get(field.name).is_some_and(Value::is_array));
    let ids = list.map_or_else(Vec::new, |list| call.texts(list.name));
    for id in ids {
        deed(call.state, entity, &id);
    }
    Ok(call.nothing())
}

/// Does it to everything in the queue.
fn all(call: &mut Call<'_>, entities: &[&'static str], deed: Deed) -> Result {
    for entity in entities {
        let ids: Vec<String> = call
            .state
            .store
            .all(entity)
            .map(|object| object.id.clone())
            .collect();
        for id in ids
            .iter()
            .filter(|id| is_deleted(call.state, entity, id))
            .cloned()
            .collect::<Vec<_>>()
        {
            deed(call.state, entity, &id);
        }
    }
    Ok(call.nothing())
}

/// Deletes assets, or what is in collections, after the response.
fn delete_many(call: &mut Call<'_>) -> Result {
    let kind = call
        .body
        .get("object_type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let Some(entity) = call.state.description.entity_of_kind(kind) else {
        return Ok(call.nothing());
    };
    let ids = call.texts("object_ids");
    let content_only = call
        .body
        .get("content_only")
        .and_then(Value::as_bool)
        .unwrap_or(true);
    call.state.later(move |state| {
        for id in ids {
            if entity == "CollectionId" {
                for (kind, content) in super::collections::contents(state, &id) {
                    delete(state, kind, &content);
                }
            }
            if entity == "AssetId" || !content_only {
                delete(state, entity, &id);
            }
        }
    });
    Ok(call.nothing())
}

/// Lists the objects that are in the queue, or those that are not.
fn list(call: &mut Call<'_>, entity: &'static str, model: &'static str, deleted: bool) -> Result {
    let asked = call.param("status").is_some();
    if call.state.settings.invent && call.state.store.all(entity).next().is_none() {
        return Ok(call.sample_list());
    }
    if !deleted {
        let mut items = crate::mock::list::matching(call, entity, model);
        items.retain(|item| {
            asked
                || !item
                    .fields
                    .get("status")
                    .is_some_and(|status| is(status, "DELETED"))
        });
        return finish(call, items, model);
    }
    let mut items = call.state.store.indexed(entity);
    items.retain(|item| {
        item.fields
            .get("status")
            .is_some_and(|status| is(status, "DELETED"))
    });
    finish(call, items, model)
}

fn finish(
    call: &mut Call<'_>,
    mut items: Vec<crate::mock::store::Indexed>,
    model: &'static str,
) -> Result {
    let keys = call.param("sort").map(sort_keys).unwrap_or_default();
    sort(&mut items, &keys);
    paged(call, items, &keys, model)
}
