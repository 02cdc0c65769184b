//! What is in collections: assets by their `in_collections`, collections by their `parent_id` as well.

use serde_json::{Map, Value, json};

use super::{Rule, delete_queue, set, texts};
use crate::mock::call::Call;
use crate::mock::list::{paged, unstored};
use crate::mock::reply::{Reply, Result};
use crate::mock::select::{sort, sort_keys};
use crate::mock::state::State;
use crate::mock::store::Fields;

pub(super) const RULES: &[Rule] = &[
    ("POST", "/API/assets/v1/collections/", create),
    ("PUT", "/API/assets/v1/collections/{}/", |call| {
        write(call, true)
    }),
    ("PATCH", "/API/assets/v1/collections/{}/", |call| {
        write(call, false)
    }),
    ("GET", "/API/assets/v1/collections/{}/contents/", list),
    ("POST", "/API/assets/v1/collections/{}/contents/", add),
    (
        "PUT",
        "/API/assets/v1/collections/{}/contents/{}/{}/",
        |call| {
            require_content(call)?;
            Ok(call.nothing())
        },
    ),
    (
        "DELETE",
        "/API/assets/v1/collections/{}/contents/{}/{}/",
        |call| {
            let entity = require_content(call)?;
            let (collection, id) = (call.at("collection_id").to_owned(), call.last().to_owned());
            let mut collections = collections_of(call.state, entity, &id);
            collections.retain(|known| *known != collection);
            put(call.state, entity, &id, &collections);
            Ok(call.nothing())
        },
    ),
    (
        "POST",
        "/API/assets/v1/collections/{}/subcollections/",
        copy,
    ),
    ("GET", "/API/assets/v1/collections/{}/ancestors/", |call| {
        let ancestors = ancestors(call.state, call.last());
        let known = ancestors
            .iter()
            .filter_map(|id| call.state.store.get("CollectionId", id));
        let objects = known
            .map(|object| call.shown("Collection", object.fields()))
            .collect();
        Ok(unstored(call, objects))
    }),
    ("GET", "/API/assets/v1/collections/{}/full/path/", |call| {
        let mut path = ancestors(call.state, call.last());
        path.push(call.last().to_owned());
        let known = path
            .iter()
            .filter_map(|id| call.state.store.get("CollectionId", id));
        let titles: Vec<&str> = known.filter_map(|object| object.text("title")).collect();
        Ok(Reply::json(200, titles.join("/")))
    }),
    (
        "GET",
        "/API/assets/v1/collections/{}/content/info/",
        |call| {
            let contents = contents(call.state, call.last());
            let count = |entity: &str| {
                contents
                    .iter()
                    .filter(|(known, _)| *known == entity)
                    .count()
            };
            let mut fields = Map::new();
            fields.insert("assets_count".to_owned(), count("AssetId").into());
            fields.insert("collections_count".to_owned(), count("CollectionId").into());
            fields.insert("total_size".to_owned(), 0.into());
            Ok(call.respond(fields))
        },
    ),
];

/// Checks that an object exists.
pub(super) fn require(state: &mut State, entity: &'static str, id: &str) -> Result<()> {
    if state.store.get(entity, id).is_none() {
        if !state.settings.invent {
            return Err(Reply::not_found(entity, id));
        }
        state.invent(entity, id, Vec::new());
    }
    Ok(())
}

/// What is in a collection, one level deep: entities and ids.
pub(super) fn contents(state: &State, collection: &str) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    for entity in ["CollectionId", "AssetId"] {
        let objects = state.store.all(entity);
        let inside = objects.filter(|object| is_in(object.fields(), collection));
        found.extend(inside.map(|object| (entity, object.id.clone())));
    }
    found
}

fn is_in(fields: &Fields, collection: &str) -> bool {
    texts(fields, "in_collections")
        .iter()
        .any(|known| known == collection)
}

fn collections_of(state: &State, entity: &str, id: &str) -> Vec<String> {
    let object = state.store.get(entity, id);
    object.map_or_else(Vec::new, |object| texts(object.fields(), "in_collections"))
}

/// Says which collections an object is in.
fn put(state: &mut State, entity: &'static str, id: &str, collections: &[String]) {
    set(state, entity, id, [("in_collections", json!(collections))]);
    if entity == "CollectionId" {
        let parent = state
            .store
            .get(entity, id)
            .and_then(|object| object.text("parent_id"));
        let parent = parent.filter(|parent| collections.iter().any(|known| known == parent));
        let parent = parent
            .map(str::to_owned)
            .or_else(|| collections.first().cloned());
        let fields = [
            ("is_root", parent.is_none().into()),
            ("parents", json!(collections)),
            ("parent_id", json!(parent)),
        ];
        set(state, entity, id, fields);
    }
}

/// The collections above a collection, the topmost first.
fn ancestors(state: &State, collection: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut at = collection.to_owned();
    while let Some(parent) = state
        .store
        .get("CollectionId", &at)
        .and_then(|object| object.text("parent_id"))
    {
        if found.iter().any(|known| known == parent) || parent == collection {
            break;
        }
        at = parent.to_owned();
        found.push(at.clone());
    }
    found.reverse();
    found
}

/// The parent that the body names, if it names one.
fn parent(call: &mut Call<'_>) -> Result<Option<Option<String>>> {
    let parent = match call.body.get("parent_id") {
        None => return Ok(None),
        Some(parent) => parent.as_str().map(str::to_owned),
    };
    if let Some(parent) = &parent {
        require(call.state, "CollectionId", parent)?;
    }
    Ok(Some(parent))
}

fn create(call: &mut Call<'_>) -> Result {
    let parent = parent(call)?.flatten();
    let fields = call.sent();
    let id = call.insert("CollectionId", "Collection", fields);
    put(call.state, "CollectionId", &id, &Vec::from_iter(parent));
    call.respond_with("CollectionId", &id)
}

/// Changes a collection, and moves it where the body names another parent.
fn write(call: &mut Call<'_>, all: bool) -> Result {
    let id = call.last().to_owned();
    let parent = parent(call)?;
    if let Some(Some(parent)) = &parent {
        let above = ancestors(call.state, parent);
        if (*parent == id || above.contains(&id)) && !call.state.settings.invent {
            return Err(Reply::error(
                400,
                "A collection cannot be moved into itself",
            ));
        }
    }
    let old = collections_of(call.state, "CollectionId", &id);
    let sent = call.sent();
    call.change("CollectionId", &id, sent, all)?;
    let collections = match parent {
        Some(parent) => Vec::from_iter(parent),
        None => old,
    };
    put(call.state, "CollectionId", &id, &collections);
    call.respond_with("CollectionId", &id)
}

fn list(call: &mut Call<'_>) -> Result {
    let collection = call.last().to_owned();
    let kinds = call.param("object_types").map(str::to_owned);
    let ids = call.param("object_ids").map(str::to_owned);
    let external_id = call.param("external_id").map(str::to_owned);
    let mut items = Vec::new();
    for (entity, kind) in [("CollectionId", "collections"), ("AssetId", "assets")] {
        if kinds
            .as_ref()
            .is_none_or(|kinds| kinds.split(',').any(|known| known == kind))
        {
            items.extend(call.state.store.indexed(entity));
        }
    }
    items.retain(|item| {
        let text = |name: &str| item.fields.get(name).and_then(Value::as_str);
        is_in(&item.fields, &collection)
            && text("status") != Some("DELETED")
            && ids
                .as_ref()
                .is_none_or(|ids| ids.split(',').any(|id| Some(id) == text("id")))
            && external_id
                .as_deref()
                .is_none_or(|id| Some(id) == text("external_id"))
    });
    if items.is_empty() && call.state.settings.invent {
        return Ok(call.sample_list());
    }
    let keys = call.param("sort").map(sort_keys).unwrap_or_default();
    sort(&mut items, &keys);
    paged(call, items, &keys, "CollectionItem")
}

/// The object that the body names.
fn object_of_body(call: &mut Call<'_>) -> Result<(&'static str, String)> {
    let text = |name: &str| {
        call.body
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let (kind, id) = (text("object_type"), text("object_id"));
    let entity = call.state.description.entity_of_kind(&kind);
    let entity =
        entity.ok_or_else(|| Reply::error(400, format!("{kind} cannot be in a collection")))?;
    require(call.state, entity, &id)?;
    Ok((entity, id))
}

fn add(call: &mut Call<'_>) -> Result {
    let collection = call.last().to_owned();
    let (entity, id) = object_of_body(call)?;
    let inside = || id == collection || ancestors(call.state, &collection).contains(&id);
    if entity == "CollectionId" && inside() && !call.state.settings.invent {
        return Err(Reply::error(400, "A collection cannot be put into itself"));
    }
    let mut collections = collections_of(call.state, entity, &id);
    if !collections.contains(&collection) {
        collections.push(collection);
    }
    put(call.state, entity, &id, &collections);
    // No body is documented, but clients that were used live read one.
    let mut fields = call.sent();
    fields.insert("collection_id".to_owned(), call.last().into());
    fields.insert("date_created".to_owned(), call.state.source.now().into());
    Ok(Reply::json(call.nothing().status, fields))
}

/// The entity of the object that the path names, if it is in the collection.
fn require_content(call: &Call<'_>) -> Result<&'static str> {
    let kind = call.at("object_type");
    let entity = call
        .state
        .description
        .entity_of_kind(kind)
        .unwrap_or("ObjectId");
    let collections = collections_of(call.state, entity, call.last());
    let inside = collections
        .iter()
        .any(|known| known == call.at("collection_id"));
    match inside || call.state.settings.invent {
        true => Ok(entity),
        false => Err(Reply::error(
            404,
            format!("{} is not in the collection", call.last()),
        )),
    }
}

/// Copies a collection with everything in it.
fn copy(call: &mut Call<'_>) -> Result {
    let target = call.last().to_owned();
    let (entity, id) = object_of_body(call)?;
    if entity != "CollectionId" {
        return match call.state.settings.invent {
            true => Ok(call.other()),
            false => Err(Reply::error(400, "Only collections can be copied")),
        };
    }
    let copied = copy_tree(call.state, &id, &target, 0);
    call.respond_with("CollectionId", &copied)
}

fn copy_tree(state: &mut State, collection: &str, target: &str, depth: u32) -> String {
    let inside = contents(state, collection);
    let object = state.store.get("CollectionId", collection);
    let mut fields = object
        .map(|object| object.fields().clone())
        .unwrap_or_default();
    let id = state.source.id();
    fields.insert("id".to_owned(), id.clone().into());
    state
        .store
        .insert("CollectionId", id.clone(), Vec::new(), fields);
    put(state, "CollectionId", &id, &[target.to_owned()]);
    // Deeper trees exist only by mistake.
    if depth < 50 {
        for (entity, content) in inside.into_iter().filter(|(_, content)| *content != id) {
            if delete_queue::is_deleted(state, entity, &content) {
                continue;
            }
            match entity {
                "CollectionId" => drop(copy_tree(state, &content, &id, depth + 1)),
                _ => {
                    let mut collections = collections_of(state, entity, &content);
                    collections.push(id.clone());
                    put(state, entity, &content, &collections);
                }
            }
        }
    }
    id
}
