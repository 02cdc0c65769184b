//! Which objects a list contains, and in which order.

use std::cmp::Ordering;

use serde_json::Value;

use super::store::{Fields, Indexed};

/// A field to order by, and whether backwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SortKey {
    pub(super) field: String,
    pub(super) descending: bool,
}

/// Reads `field,asc;other,desc`; fields separated by commas alone are read, too.
pub(super) fn sort_keys(text: &str) -> Vec<SortKey> {
    let mut keys: Vec<SortKey> = Vec::new();
    for part in text
        .split([';', ','])
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        match (part, keys.last_mut()) {
            ("asc", Some(_)) => {}
            ("desc", Some(key)) => key.descending = true,
            (field, _) => keys.push(SortKey {
                field: field.to_owned(),
                descending: false,
            }),
        }
    }
    keys
}

/// What an object is ordered by: the values of the fields, and its place in the order of creation, so that
/// no two are equal.
pub(super) fn sort_values(item: &Indexed, keys: &[SortKey]) -> Vec<Value> {
    let fields = keys.iter().map(|key| at(&item.fields, &key.field).clone());
    fields.chain([item.number.into()]).collect()
}

/// Compares what [`sort_values`] returned for two objects.
pub(super) fn compare_sorted(left: &[Value], right: &[Value], keys: &[SortKey]) -> Ordering {
    for (index, (left, right)) in left.iter().zip(right).enumerate() {
        let order = compare(left, right);
        let descending = keys.get(index).is_some_and(|key| key.descending);
        let order = if descending { order.reverse() } else { order };
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

/// Orders objects.
pub(super) fn sort(items: &mut [Indexed], keys: &[SortKey]) {
    if !keys.is_empty() {
        items.sort_by_cached_key(|item| Sorted(sort_values(item, keys), keys));
    }
}

struct Sorted<'k>(Vec<Value>, &'k [SortKey]);

impl Ord for Sorted<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        compare_sorted(&self.0, &other.0, self.1)
    }
}

impl PartialOrd for Sorted<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Sorted<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Sorted<'_> {}

/// Orders values: numbers by size, text by letters, `null` last.
pub(super) fn compare(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Greater,
        (_, Value::Null) => Ordering::Less,
        (Value::Number(left), Value::Number(right)) => {
            let (left, right) = (left.as_f64(), right.as_f64());
            left.partial_cmp(&right).unwrap_or(Ordering::Equal)
        }
        (left, right) => text(left).cmp(&text(right)),
    }
}

/// The value of a field; `a.b` is a field within a field.
pub(super) fn at<'v>(fields: &'v Fields, path: &str) -> &'v Value {
    if let Some(value) = fields.get(path) {
        return value;
    }
    let within = path.split_once('.').and_then(|(first, rest)| {
        let inner = fields.get(first)?;
        Some(inside(inner, rest))
    });
    within.unwrap_or(&Value::Null)
}

fn inside<'v>(value: &'v Value, path: &str) -> &'v Value {
    match value {
        Value::Object(fields) => at(fields, path),
        // The first of several that has the field.
        Value::Array(items) => {
            let mut found = items.iter().map(|item| inside(item, path));
            found.find(|value| !value.is_null()).unwrap_or(&Value::Null)
        }
        _ => &Value::Null,
    }
}

/// Whether a value is the text, or a list with it.
pub(super) fn is(value: &Value, expected: &str) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| is(item, expected)),
        Value::Null => false,
        value => text(value).eq_ignore_ascii_case(expected),
    }
}

/// Whether a value is there.
pub(super) fn exists(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        _ => true,
    }
}

/// Whether a time is within `from;to`, or is the one time that is given; `*` is an open end.
pub(super) fn within(value: &Value, range: &str) -> bool {
    let Some(value) = value.as_str() else {
        return false;
    };
    let Some((from, to)) = range.split_once(';') else {
        return value.starts_with(range);
    };
    let from = from == "*" || value >= from;
    // A shorter end, for example a day, includes all that begins with it.
    from && (to == "*" || value <= to || value.starts_with(to))
}

/// Whether some text of an object contains all words of a query; `*` matches anything.
pub(super) fn matches_words(fields: &Fields, query: &str) -> bool {
    let mut words = query.split(['*', ' ']).filter(|word| !word.is_empty());
    words.all(|word| {
        let word = word.to_lowercase();
        let texts = fields.values().filter_map(Value::as_str);
        texts
            .into_iter()
            .any(|text| text.to_lowercase().contains(&word))
    })
}

/// A value as text, as a query writes it.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}
