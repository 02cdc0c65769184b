//! Lists: what they contain, and page by page.

use serde_json::{Map, Value, json};

use super::call::Call;
use super::description::{Location, Paging, Returned, Type};
use super::reply::{Reply, Result};
use super::select::{
    SortKey, at, compare_sorted, exists, is, matches_words, sort, sort_keys, sort_values, text,
    within,
};
use super::store::Indexed;

/// How many objects numbered pages reach where a search index serves them.
const WINDOW: u64 = 10_000;

/// How many objects a page has where neither request nor description say so.
const PER_PAGE: u64 = 10;

/// What is left of a scroll.
#[derive(Debug)]
pub(super) struct Scroll {
    items: Vec<Value>,
    per_page: usize,
    total: usize,
}

/// Responds with the objects of an entity that the request asks for.
pub(super) fn list(call: &mut Call<'_>, entity: &str, model: &'static str) -> Result {
    let mut items = matching(call, entity, model);
    if items.is_empty() && call.state.settings.invent {
        return Ok(call.sample_list());
    }
    let keys = call.param("sort").map(sort_keys).unwrap_or_default();
    sort(&mut items, &keys);
    paged(call, items, &keys, model)
}

/// The objects of an entity that are in the list that the path names, and match the filters of the query.
pub(super) fn matching(call: &mut Call<'_>, entity: &str, model: &str) -> Vec<Indexed> {
    let mut items = call.state.store.indexed(entity);
    items.retain(|item| in_path(call, model, item) && in_query(call, model, item));
    items
}

/// Whether an object is in the list that the path names.
fn in_path(call: &Call<'_>, model: &str, item: &Indexed) -> bool {
    call.path.iter().all(|(param, value)| {
        let mut parents = item.parents.iter();
        if let Some((_, parent)) = parents.find(|(name, _)| name == param.name) {
            return parent == value;
        }
        match call.service.field(model, param.name) {
            Some(_) => is(at(&item.fields, param.name), value),
            None => true,
        }
    })
}

/// Whether an object matches the filters of the query.
fn in_query(call: &Call<'_>, model: &str, item: &Indexed) -> bool {
    let params = call
        .request
        .query
        .iter()
        .filter(|(_, value)| !value.is_empty());
    params.into_iter().all(|(name, value)| {
        let mut described = call.action.params.iter();
        let described = described.any(|param| {
            let prefix = param.name.strip_suffix('*');
            param.location == Location::Query
                && (param.name == name || prefix.is_some_and(|start| name.starts_with(start)))
        });
        if !described || is_paging(name) {
            return true;
        }
        filter(call, model, item, name, value)
    })
}

fn filter(call: &Call<'_>, model: &str, item: &Indexed, name: &str, value: &str) -> bool {
    let fields = &item.fields;
    let any = |field: &str| value.split(',').any(|value| is(at(fields, field), value));
    let number = |field: &str| at(fields, field).as_f64().zip(value.parse::<f64>().ok());
    match name {
        "ids" => any("id"),
        "query" => matches_words(fields, value),
        "filter" => value.split(';').all(|term| {
            let mut parts = term.splitn(3, ',');
            let (field, operator) = (parts.next().unwrap_or_default(), parts.next());
            let found = is(at(fields, field), parts.next().unwrap_or_default());
            if operator == Some("ne") {
                !found
            } else {
                found
            }
        }),
        "_exists_" => value.split(',').all(|field| exists(at(fields, field))),
        "_missing_" => value.split(',').all(|field| !exists(at(fields, field))),
        _ if name.contains('.') => any(name),
        _ => match name.rsplit_once("__") {
            Some((field, "gte")) => number(field).is_some_and(|(is, than)| is >= than),
            Some((field, "lte")) => number(field).is_some_and(|(is, than)| is <= than),
            _ => match call.service.field(model, name).map(|field| &field.ty) {
                Some(Type::Timestamp) => within(at(fields, name), value),
                Some(_) => any(name),
                // `types` are several values of `type`.
                None => match name.strip_suffix('s') {
                    Some(field) if call.service.field(model, field).is_some() => any(field),
                    _ => true,
                },
            },
        },
    }
}

fn is_paging(name: &str) -> bool {
    const NAMES: [&str; 8] = [
        "page",
        "per_page",
        "scroll",
        "scroll_id",
        "last_id",
        "last_field_name",
        "search_after",
        "sort",
    ];
    NAMES.contains(&name)
}

/// Responds with the page of the objects that the request asks for.
pub(super) fn paged(
    call: &mut Call<'_>,
    items: Vec<Indexed>,
    keys: &[SortKey],
    model: &'static str,
) -> Result {
    let per_page = per_page(call);
    let offers = |style| call.action.paging.contains(&style);
    if let Some(id) = call.param("scroll_id").filter(|_| offers(Paging::Scroll)) {
        let id = id.to_owned();
        return scrolled(call, &id);
    }
    let sorts = offers(Paging::SearchAfter);
    let total = items.len();
    let size = usize::try_from(per_page).unwrap_or(usize::MAX);
    if offers(Paging::Scroll) && call.param("scroll") == Some("true") {
        let items = items
            .iter()
            .map(|item| shown(call, item, keys, sorts, model));
        let items = items.collect();
        let id = call.state.source.secret();
        let scroll = Scroll {
            items,
            per_page: size,
            total,
        };
        call.state.scrolls.insert(id.clone(), scroll);
        return scrolled(call, &id);
    }
    let after = search_after(call).filter(|_| sorts);
    let start = if let Some(after) = &after {
        let before = |item: &Indexed| compare_sorted(&sort_values(item, keys), after, keys).is_le();
        items.iter().take_while(|item| before(item)).count()
    } else if let Some(id) = call.param("last_id").filter(|_| offers(Paging::LastId)) {
        behind(&items, "id", id)
    } else if let Some(name) = call
        .param("last_field_name")
        .filter(|_| offers(Paging::LastFieldName))
    {
        behind(&items, "name", name)
    } else if call.action.paging.is_empty() {
        0
    } else {
        let page = number(call, "page").unwrap_or(1).max(1);
        let indexed = offers(Paging::Scroll) || offers(Paging::SearchAfter);
        if indexed && page.saturating_mul(per_page) > WINDOW {
            let message = format!("page * per_page must not exceed {WINDOW}");
            return Err(Reply::error(400, message));
        }
        usize::try_from((page - 1).saturating_mul(per_page)).unwrap_or(usize::MAX)
    };
    let size = if call.action.paging.is_empty() {
        usize::MAX
    } else {
        size
    };
    let page: Vec<_> = items.into_iter().skip(start).take(size).collect();
    let is_last = start + page.len() >= total;
    let last = page
        .last()
        .filter(|_| sorts)
        .map(|item| sort_values(item, keys));
    let objects = page
        .iter()
        .map(|item| shown(call, item, keys, sorts, model));
    let objects: Vec<Value> = objects.collect();
    let mut envelope = envelope(call, objects, total);
    if let Value::Object(envelope) = &mut envelope {
        if let Some(last) = last {
            envelope.insert("search_after".to_owned(), last.into());
        }
        // The number of the page does not say so where a list continues after an item.
        if is_last && envelope.contains_key("next_url") {
            envelope.insert("next_url".to_owned(), Value::Null);
        }
    }
    Ok(Reply::json(call.action.main_return().0, envelope))
}

/// The value of the cursor: in the body, or in the query as JSON or separated by commas. An empty one
/// begins at the start.
fn search_after(call: &Call<'_>) -> Option<Vec<Value>> {
    if let Some(Value::Array(after)) = call.body.get("search_after") {
        return (!after.is_empty()).then(|| after.clone());
    }
    let text = call.param("search_after")?;
    match serde_json::from_str(text) {
        Ok(Value::Array(after)) => (!after.is_empty()).then_some(after),
        _ => {
            let parts = text.split(',');
            let value = |part: &str| serde_json::from_str(part).unwrap_or_else(|_| part.into());
            Some(parts.map(value).collect())
        }
    }
}

fn behind(items: &[Indexed], field: &str, value: &str) -> usize {
    let place = items
        .iter()
        .position(|item| is(at(&item.fields, field), value));
    // Behind what has been removed nothing is known, so that the list ends.
    place.map_or(items.len(), |place| place + 1)
}

fn shown(
    call: &Call<'_>,
    item: &Indexed,
    keys: &[SortKey],
    sorts: bool,
    model: &'static str,
) -> Value {
    let mut value = call.shown(model, &item.fields);
    if let (true, Value::Object(fields)) = (sorts, &mut value) {
        fields.insert("_sort".to_owned(), sort_values(item, keys).into());
    }
    value
}

fn number(call: &Call<'_>, name: &str) -> Option<u64> {
    call.param(name)?.parse().ok()
}

fn per_page(call: &Call<'_>) -> u64 {
    let mut params = call.action.params.iter();
    let param = params.find(|param| param.name == "per_page");
    let default = param.and_then(|param| param.limits.default.as_ref()?.as_u64());
    number(call, "per_page")
        .or(default)
        .unwrap_or(PER_PAGE)
        .max(1)
}

fn scrolled(call: &mut Call<'_>, id: &str) -> Result {
    let Some(mut scroll) = call.state.scrolls.remove(id) else {
        return match call.state.settings.invent {
            true => Ok(call.sample_list()),
            false => Err(Reply::error(404, "The scroll has expired")),
        };
    };
    let rest = scroll
        .items
        .split_off(scroll.per_page.min(scroll.items.len()));
    let objects = std::mem::replace(&mut scroll.items, rest);
    let (total, per_page) = (scroll.total, scroll.per_page);
    // Each response has an id of its own, as on iconik.
    let next = call.state.source.secret();
    call.state.scrolls.insert(next.clone(), scroll);
    let body =
        json!({ "objects": objects, "per_page": per_page, "total": total, "scroll_id": next });
    Ok(Reply::json(call.action.main_return().0, body))
}

/// Responds with objects that are not stored, all on one page.
pub(super) fn unstored(call: &Call<'_>, objects: Vec<Value>) -> Reply {
    let total = objects.len();
    let start = match call.action.paging.contains(&Paging::Page) {
        true => number(call, "page").unwrap_or(1).max(1) - 1,
        false => 0,
    };
    let rest = ["last_id", "last_field_name", "scroll_id", "search_after"];
    let over = start > 0 || rest.iter().any(|name| call.param(name).is_some());
    let objects = if over { Vec::new() } else { objects };
    Reply::json(call.action.main_return().0, envelope(call, objects, total))
}

/// Puts objects into the envelope of the action.
pub(super) fn envelope(call: &Call<'_>, objects: Vec<Value>, total: usize) -> Value {
    match call.action.main_return().1 {
        Returned::Page(_) => {}
        Returned::Json(Type::List(_)) => return objects.into(),
        _ => return json!({ "objects": objects }),
    }
    let per_page = per_page(call);
    let numbered = call.action.paging.is_empty() || call.action.paging.contains(&Paging::Page);
    if !numbered {
        // Seen live: such lists have no numbers of pages.
        return json!({ "objects": objects, "per_page": per_page });
    }
    let total = u64::try_from(total).unwrap_or(u64::MAX);
    let page = number(call, "page").unwrap_or(1).max(1);
    let pages = match call.action.paging.is_empty() {
        true => 1,
        false => total.div_ceil(per_page).max(1),
    };
    let link = |to: u64| Value::from(link(call, to, per_page));
    let next = if page < pages {
        link(page + 1)
    } else {
        Value::Null
    };
    let previous = if page > 1 {
        link(page - 1)
    } else {
        Value::Null
    };
    let mut envelope = Map::new();
    let mut add = |name: &str, value: Value| drop(envelope.insert(name.to_owned(), value));
    add("objects", objects.into());
    add("page", page.into());
    add("pages", pages.into());
    add("per_page", per_page.into());
    add("total", total.into());
    add("first_url", link(1));
    add("last_url", link(pages));
    add("next_url", next);
    add("prev_url", previous);
    envelope.into()
}

/// The path of another page, as iconik writes it: without a host.
fn link(call: &Call<'_>, page: u64, per_page: u64) -> String {
    let mut link = format!("{}?page={page}&per_page={per_page}", call.request.path);
    for (name, value) in &call.request.query {
        if !is_paging(name) || name == "sort" {
            let encode = |text: &str| {
                percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
                    .to_string()
            };
            link.push_str(&format!("&{}={}", encode(name), encode(value)));
        }
    }
    link
}

/// Counts objects by the values of fields.
pub(super) fn facets<'i>(
    items: impl Iterator<Item = &'i Indexed> + Clone,
    names: impl Iterator<Item = &'i str>,
) -> Value {
    let facets = names.map(|name| {
        let mut counts: Map<String, Value> = Map::new();
        for item in items.clone() {
            let values = match at(&item.fields, name) {
                Value::Null => continue,
                Value::Array(values) => values.iter().map(text).collect(),
                value => vec![text(value)],
            };
            for value in values {
                let count = counts
                    .get(&value)
                    .and_then(Value::as_u64)
                    .unwrap_or_default();
                counts.insert(value, (count + 1).into());
            }
        }
        let buckets = counts.into_iter();
        let buckets = buckets.map(|(key, count)| json!({ "key": key, "doc_count": count }));
        let buckets: Value = buckets.collect();
        (name.to_owned(), json!({ "buckets": buckets }))
    });
    facets.collect::<Map<_, _>>().into()
}
