//! Which rows a page has, apart from what they are: to tell rows that were seen before.

use std::collections::HashSet;
use std::fmt;
use std::hash::{BuildHasher, RandomState};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::data::lenient::null_is_none;

/// What tells a row from others: its id, and the kind of object where a list has several.
///
/// Rows without an id are told by their whole text.
#[derive(Clone, Debug, Hash, PartialEq)]
pub(super) struct RowKey {
    pub(super) id: Option<String>,
    /// The kind, or the text of a row that has no id.
    rest: Option<String>,
}

/// The keys of the rows on a page, in their order; nulls are left out, as everywhere.
///
/// The page is read a second time for them, which works for rows of every type, also the caller's
/// own, and skips everything but the ids.
pub(super) fn keys(page: &str) -> Vec<RowKey> {
    let texts = || {
        let texts = read(page, Objects(TextSeed)).unwrap_or_default();
        texts.into_iter().map(|text| RowKey {
            id: None,
            rest: Some(text),
        })
    };
    match read(page, Objects(KeySeed)) {
        Some(keys) if keys.iter().all(|key| key.id.is_some()) => keys,
        Some(mut keys) => {
            for (key, text) in keys.iter_mut().zip(texts()) {
                if key.id.is_none() {
                    *key = text;
                }
            }
            keys
        }
        // An id that no reader takes, a number beyond all bounds for example.
        None => texts().collect(),
    }
}

fn read<'de, S: DeserializeSeed<'de>>(page: &'de str, seed: S) -> Option<S::Value> {
    seed.deserialize(&mut serde_json::Deserializer::from_str(page))
        .ok()
}

/// Reads `objects` of an envelope, each by a seed that gives `None` for null.
struct Objects<S>(S);

impl<'de, T, S: DeserializeSeed<'de, Value = Option<T>> + Copy> DeserializeSeed<'de>
    for Objects<S>
{
    type Value = Vec<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<T>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T, S: DeserializeSeed<'de, Value = Option<T>> + Copy> Visitor<'de> for Objects<S> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a page")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<T>, A::Error> {
        let mut rows = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if name == "objects" {
                // Of a repeated member the last one counts, as in models.
                rows = map.next_value_seed(List(self.0))?.unwrap_or_default();
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(rows)
    }
}

struct List<S>(S);

impl<'de, T, S: DeserializeSeed<'de, Value = Option<T>> + Copy> DeserializeSeed<'de> for List<S> {
    type Value = Option<Vec<T>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T, S: DeserializeSeed<'de, Value = Option<T>> + Copy> Visitor<'de> for List<S> {
    type Value = Option<Vec<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    null_is_none!();

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut rows = Vec::new();
        while let Some(row) = list.next_element_seed(self.0)? {
            rows.extend(row);
        }
        Ok(Some(rows))
    }
}

#[derive(Clone, Copy)]
struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Option<RowKey>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// A row that is no object has no id.
const NO_ID: RowKey = RowKey {
    id: None,
    rest: None,
};

impl<'de> Visitor<'de> for KeySeed {
    type Value = Option<RowKey>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row")
    }

    null_is_none!();

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut key = NO_ID;
        while let Some(member) = map.next_key_seed(MemberSeed)? {
            match member {
                Member::Id => key.id = text(map.next_value()?),
                Member::Kind => key.rest = text(map.next_value()?),
                Member::Other => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Some(key))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Some(NO_ID))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Some(NO_ID))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Some(NO_ID))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Some(NO_ID))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Some(NO_ID))
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Some(NO_ID))
    }
}

/// A member of a row.
enum Member {
    Id,
    Kind,
    Other,
}

struct MemberSeed;

impl<'de> DeserializeSeed<'de> for MemberSeed {
    type Value = Member;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Member, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for MemberSeed {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E>(self, name: &str) -> Result<Member, E> {
        Ok(match name {
            "id" => Member::Id,
            "object_type" => Member::Kind,
            _ => Member::Other,
        })
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
    .filter(|text| !text.is_empty())
}

#[derive(Clone, Copy)]
struct TextSeed;

impl<'de> DeserializeSeed<'de> for TextSeed {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        use serde::Deserialize;
        let row = <&RawValue>::deserialize(deserializer)?.get();
        Ok((row != "null").then(|| row.to_owned()))
    }
}

/// Keys that were seen, 16 bytes each.
///
/// Two independent hashes of 64 bits make it certain enough that no row is taken for another one: in
/// a list of a billion rows the chance is less than one in 10²⁰.
pub(super) struct Seen {
    hashes: HashSet<u128>,
    keys: [RandomState; 2],
}

impl Seen {
    pub(super) fn new() -> Self {
        Self {
            hashes: HashSet::new(),
            keys: [RandomState::new(), RandomState::new()],
        }
    }

    /// Whether this is seen for the first time.
    pub(super) fn insert(&mut self, key: &impl std::hash::Hash) -> bool {
        let [high, low] = [0, 1].map(|at: usize| u128::from(self.keys[at].hash_one(key)));
        self.hashes.insert(high << 64 | low)
    }

    pub(super) fn len(&self) -> u64 {
        self.hashes.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(page: &str) -> Vec<Option<String>> {
        keys(page).into_iter().map(|key| key.id).collect()
    }

    #[test]
    fn rows_are_told_by_id() {
        let page = r#"{"total": 3, "objects": [{"title": "x", "id": "a"}, null, {"id": 7, "deep": {"id": "no"}}], "page": 1}"#;
        assert_eq!(ids(page), [Some("a".to_owned()), Some("7".to_owned())]);
    }

    #[test]
    fn objects_of_different_kinds_may_have_the_same_id() {
        let page = r#"{"objects": [{"id": "a", "object_type": "assets"}, {"object_type": "collections", "id": "a"}]}"#;
        let keys = keys(page);
        assert_ne!(keys[0], keys[1]);
    }

    #[test]
    fn rows_without_id_are_told_by_their_text() {
        let page = r#"{"objects": [{"name": "a"}, {"name": "b"}, "a", 1, [], true, null, {"name": "a"}, {"id": null}]}"#;
        let keys = keys(page);
        assert_eq!(keys.len(), 8);
        assert_eq!(keys[0], keys[6]);
        assert_ne!(keys[0], keys[1]);
        assert!(
            keys.iter()
                .all(|key| key.id.is_none() && key.rest.is_some())
        );
    }

    #[test]
    fn an_id_that_cannot_be_read_is_text_too() {
        let keys = keys(r#"{"objects": [{"id": 1e999}, {"id": "a"}]}"#);
        assert_eq!(keys.len(), 2);
        assert!(keys.iter().all(|key| key.rest.is_some()));
    }

    #[test]
    fn an_envelope_without_rows_has_no_keys() {
        for page in [
            "{}",
            r#"{"objects": null}"#,
            r#"{"objects": []}"#,
            "[]",
            "",
            r#"{"objects": 7}"#,
        ] {
            assert_eq!(ids(page), [], "{page}");
        }
    }

    #[test]
    fn a_key_is_new_once() {
        let mut seen = Seen::new();
        assert!(seen.insert(&"a"));
        assert!(seen.insert(&"b"));
        assert!(!seen.insert(&"a"));
        assert_eq!(seen.len(), 2);
    }
}
