//! Searches over everything that is kept.

use serde_json::{Map, Value, json};

use super::Rule;
use crate::mock::call::Call;
use crate::mock::description::{Action, Description, Service};
use crate::mock::list::{facets, paged, unstored};
use crate::mock::reply::{Content, Reply, Result};
use crate::mock::select::{SortKey, at, compare, exists, is, matches_words, sort, text};
use crate::mock::store::{Fields, Indexed};

pub(super) const RULES: &[Rule] = &[
    ("POST", "/API/search/v1/search/", search),
    ("POST", "/API/search/v2/search/", search),
    ("POST", "/API/search/v1/search/content/info/", info),
    ("POST", "/API/search/v1/search/suggest/", suggest),
    ("POST", "/API/search/v2/search/suggest/", suggest),
    ("GET", "/API/search/v1/search/saved/{}/", run_saved),
    ("PUT", "/API/search/v1/search/saved/{}/", |call| {
        write_saved(call, true)
    }),
    ("PATCH", "/API/search/v1/search/saved/{}/", |call| {
        write_saved(call, false)
    }),
];

/// The kinds that are searched where the request names none.
const KINDS: [&str; 2] = ["assets", "collections"];

/// Whether an action belongs to the second version of the search, which has errors of its own form.
pub(super) fn is_second_version(service: &Service, action: &Action) -> bool {
    service.base_path == "/API/search" && action.path.starts_with("/v2/")
}

/// The form that the second version gives to a validation error.
pub(super) fn validation_error(reply: Reply) -> Reply {
    let Content::Json(Value::Object(body)) = &reply.content else {
        return reply;
    };
    let errors = body.get("errors").and_then(Value::as_object);
    let detail: Vec<Value> = errors
        .into_iter()
        .flatten()
        .map(|(place, messages)| {
            let location = ["body"].into_iter().chain(place.split('.'));
            let location: Vec<&str> = location.collect();
            let message = messages.get(0).cloned().unwrap_or_default();
            json!({ "loc": location, "msg": message, "type": "value_error" })
        })
        .collect();
    Reply::json(422, json!({ "detail": detail }))
}

fn search(call: &mut Call<'_>) -> Result {
    let criteria = call.body.as_object().cloned().unwrap_or_default();
    if call.param("scroll_id").is_none() && call.state.settings.invent && !has_objects(call) {
        return Ok(call.sample_list());
    }
    run(call, &criteria)
}

fn has_objects(call: &Call<'_>) -> bool {
    KINDS.iter().any(|kind| {
        let entity = call.state.description.entity_of_kind(kind);
        entity.is_some_and(|entity| call.state.store.all(entity).next().is_some())
    })
}

fn run(call: &mut Call<'_>, criteria: &Fields) -> Result {
    let mut items = found(call, criteria);
    let keys = keys(criteria);
    sort(&mut items, &keys);
    let names = super::texts(criteria, "facets");
    let counts = facets(items.iter(), names.iter().map(String::as_str));
    let mut reply = paged(call, items, &keys, "SearchHit")?;
    if let Content::Json(Value::Object(page)) = &mut reply.content {
        page.insert("facets".to_owned(), counts);
        limit_fields(page, criteria);
    }
    Ok(reply)
}

/// Leaves of each hit the fields that the criteria ask for.
fn limit_fields(page: &mut Fields, criteria: &Fields) {
    let (include, exclude) = (
        super::texts(criteria, "include_fields"),
        super::texts(criteria, "exclude_fields"),
    );
    let Some(Value::Array(hits)) = page.get_mut("objects") else {
        return;
    };
    for hit in hits.iter_mut().filter_map(Value::as_object_mut) {
        hit.retain(|name, _| {
            let always = ["id", "object_type", "_sort"].contains(&name.as_str());
            let included = include.is_empty() || include.contains(name);
            always || (included && !exclude.contains(name))
        });
    }
}

fn keys(criteria: &Fields) -> Vec<SortKey> {
    let sort = criteria.get("sort").and_then(Value::as_array);
    let keys = sort.into_iter().flatten().filter_map(|key| {
        Some(SortKey {
            field: key.get("name")?.as_str()?.to_owned(),
            descending: key.get("order").and_then(Value::as_str) == Some("desc"),
        })
    });
    keys.collect()
}

/// The objects that the criteria find.
fn found(call: &mut Call<'_>, criteria: &Fields) -> Vec<Indexed> {
    let mut kinds = super::texts(criteria, "doc_types");
    if kinds.is_empty() {
        kinds = KINDS.map(str::to_owned).to_vec();
    }
    let mut items = Vec::new();
    for kind in kinds {
        let Some(entity) = call.state.description.entity_of_kind(&kind) else {
            continue;
        };
        for mut item in call.state.store.indexed(entity) {
            let fields = std::sync::Arc::make_mut(&mut item.fields);
            fields.insert(
                "object_type".to_owned(),
                Description::kind_of_entity(entity).into(),
            );
            items.push(item);
        }
    }
    items.retain(|item| {
        let query = criteria
            .get("query")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let filter = criteria.get("filter").and_then(Value::as_object);
        let facets = criteria.get("facets_filters").and_then(Value::as_array);
        let mut facets = facets.into_iter().flatten().filter_map(Value::as_object);
        matches_query(&item.fields, query)
            && filter.is_none_or(|filter| matches_filter(&item.fields, filter))
            && facets.all(|facet| matches_term(&item.fields, facet))
    });
    items
}

/// Whether an object matches the text of a query: words, `field:value`, `_exists_:field`, `NOT`, all of them.
fn matches_query(fields: &Fields, query: &str) -> bool {
    let mut negate = false;
    for term in terms(query) {
        match term.as_str() {
            "AND" | "*" => continue,
            "NOT" => {
                negate = true;
                continue;
            }
            _ => {}
        }
        let matches = match term.split_once(':') {
            Some(("_exists_", field)) => exists(at(fields, field)),
            Some((field, value))
                if fields.contains_key(field) || field.starts_with("metadata.") =>
            {
                let value = value.trim_matches('"');
                match value.contains('*') {
                    true => contains(at(fields, field), value.trim_matches('*')),
                    false if is_text(field) => has_phrase(at(fields, field), value),
                    false => is(at(fields, field), value),
                }
            }
            _ => matches_words(fields, term.trim_matches('"')),
        };
        if matches == negate {
            return false;
        }
        negate = false;
    }
    true
}

/// Whether the index has the words of a field, so that a phrase finds it in a longer text.
fn is_text(field: &str) -> bool {
    matches!(field, "title" | "name" | "description") || field.starts_with("metadata.")
}

/// Whether a text has these words, one after the other; case does not matter.
fn has_phrase(value: &Value, phrase: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|letter: char| !letter.is_alphanumeric());
        let words = words.filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect()
    };
    let phrase = words(phrase);
    match value {
        Value::Array(items) => items.iter().any(|item| has_phrase(item, &phrase.join(" "))),
        Value::Null => false,
        value if phrase.is_empty() => text(value).is_empty(),
        value => {
            let words = words(&text(value));
            words.windows(phrase.len()).any(|part| part == phrase)
        }
    }
}

/// The terms of a query; text in quotes is one.
fn terms(query: &str) -> Vec<String> {
    let mut terms = Vec::new();
    let mut term = String::new();
    let mut quoted = false;
    let mut letters = query.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => {
                quoted = !quoted;
                term.push('"');
            }
            '\\' => term.extend(letters.next()),
            ' ' if !quoted => terms.push(std::mem::take(&mut term)),
            _ => term.push(letter),
        }
    }
    terms.push(term);
    terms.retain(|term| !term.is_empty());
    terms
}

fn contains(value: &Value, part: &str) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| contains(item, part)),
        Value::Null => false,
        value => text(value).to_lowercase().contains(&part.to_lowercase()),
    }
}

fn matches_filter(fields: &Fields, filter: &Fields) -> bool {
    let list = |name: &str| {
        let items = filter.get(name).and_then(Value::as_array);
        items.into_iter().flatten().filter_map(Value::as_object)
    };
    let terms = list("terms").map(|term| matches_term(fields, term));
    let filters = list("filters").map(|filter| matches_filter(fields, filter));
    let mut results = terms.chain(filters);
    match filter.get("operator").and_then(Value::as_str) {
        Some("OR") => results.any(|matches| matches),
        Some("NOT") => !results.any(|matches| matches),
        _ => results.all(|matches| matches),
    }
}

fn matches_term(fields: &Fields, term: &Fields) -> bool {
    let name = term.get("name").and_then(Value::as_str).unwrap_or_default();
    let value = at(fields, name);
    let flag = |key: &str| term.get(key).and_then(Value::as_bool) == Some(true);
    if flag("exists") {
        return exists(value);
    }
    if flag("missing") {
        return !exists(value);
    }
    if let Some(range) = term.get("range").and_then(Value::as_object) {
        let end = |key: &str| range.get(key).filter(|end| !end.is_null());
        let number = |end: &Value| match (value, end) {
            // Bounds are text, also those of numbers.
            (Value::Number(_), Value::String(text)) => text.parse::<f64>().map(Value::from).ok(),
            _ => None,
        };
        let compared = |end: &Value| compare(value, &number(end).unwrap_or_else(|| end.clone()));
        return !value.is_null()
            && end("min").is_none_or(|min| compared(min).is_ge())
            && end("max").is_none_or(|max| compared(max).is_le());
    }
    let expected = match (term.get("value_in"), term.get("value")) {
        (Some(Value::Array(values)), _) => values.clone(),
        (_, Some(value)) => vec![value.clone()],
        _ => return true,
    };
    expected.iter().any(|expected| is(value, &text(expected)))
}

/// Counts what a search finds.
fn info(call: &mut Call<'_>) -> Result {
    let criteria = call.body.as_object().cloned().unwrap_or_default();
    let items = found(call, &criteria);
    let count = |kind: &str| {
        let kinds = items
            .iter()
            .filter_map(|item| item.fields.get("object_type"));
        kinds.filter(|known| is(known, kind)).count()
    };
    let mut fields = Map::new();
    fields.insert("assets_count".to_owned(), count("assets").into());
    fields.insert("collections_count".to_owned(), count("collections").into());
    fields.insert("total_size".to_owned(), 0.into());
    Ok(call.respond(fields))
}

/// The values of a field that contain a text.
fn suggest(call: &mut Call<'_>) -> Result {
    let field = call
        .body
        .get("field_name")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let part = call
        .body
        .get("query")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let criteria = call.body.get("doc_types").cloned();
    let criteria = criteria
        .map(|kinds| ("doc_types".to_owned(), kinds))
        .into_iter()
        .collect();
    let mut values: Vec<String> = Vec::new();
    for item in found(call, &criteria) {
        match at(&item.fields, &field) {
            Value::Null => {}
            Value::Array(items) => values.extend(items.iter().map(text)),
            value => values.push(text(value)),
        }
    }
    values.retain(|value| value.to_lowercase().contains(&part.to_lowercase()));
    values.sort();
    values.dedup();
    let objects = values
        .into_iter()
        .map(|value| json!({ "value": value }))
        .collect();
    Ok(unstored(call, objects))
}

/// Runs a saved search.
fn run_saved(call: &mut Call<'_>) -> Result {
    let saved = call.state.store.get("SavedSearchId", call.last());
    let criteria = saved.and_then(|saved| saved.fields().get("criteria")?.as_object().cloned());
    let definition = saved
        .map(|saved| saved.fields().clone())
        .unwrap_or_default();
    if !call.flag("include_results", true) {
        let mut reply = unstored(call, Vec::new());
        if let Content::Json(Value::Object(page)) = &mut reply.content {
            let document = json!({ "criteria": definition.get("criteria") });
            page.insert("search_criteria_document".to_owned(), document);
            for name in ["id", "name"] {
                page.insert(
                    name.to_owned(),
                    definition.get(name).cloned().unwrap_or_default(),
                );
            }
        }
        return Ok(reply);
    }
    run(call, &criteria.unwrap_or_default())
}

fn write_saved(call: &mut Call<'_>, all: bool) -> Result {
    let id = call.last().to_owned();
    let sent = call.sent();
    call.change("SavedSearchId", &id, sent, all)?;
    run_saved(call)
}
