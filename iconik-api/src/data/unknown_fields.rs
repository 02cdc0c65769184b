//! Fields that no document mentions: kept as they came.

use std::collections::HashMap;
use std::fmt;

use super::json_text::Json;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// What iconik sent in an object beyond the documented fields.
///
/// iconik adds fields without notice. They are kept here byte for byte and in their order, and
/// written again with the object. An empty one takes a single word.
///
/// ```
/// use iconik_api::UnknownFields;
///
/// let extra: UnknownFields = serde_json::from_str(r#"{ "default_version_id": "2c5c5ae0", "ratio": 1.50 }"#)?;
/// assert_eq!(extra.get_as::<String>("default_version_id")?.as_deref(), Some("2c5c5ae0"));
/// assert_eq!(extra.raw("ratio"), Some("1.50"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default, PartialEq)]
// The box makes the common case, nothing at all, one word in every model.
#[allow(clippy::box_collection)]
pub struct UnknownFields(Option<Box<Vec<Field>>>);

/// Up to so many fields are looked through for each new one; beyond, that would take for ever.
const FEW: usize = 32;

/// A name and its JSON in one piece of text: one allocation per field.
#[derive(Clone, PartialEq)]
struct Field {
    text: Box<str>,
    name_len: usize,
}

impl Field {
    fn new(name: &str, json: &str) -> Self {
        Self {
            text: [name, json].concat().into(),
            name_len: name.len(),
        }
    }

    fn split(&self) -> (&str, &str) {
        self.text
            .split_at_checked(self.name_len)
            .unwrap_or_default()
    }

    fn name(&self) -> &str {
        self.split().0
    }

    fn json(&self) -> &str {
        self.split().1
    }
}

impl UnknownFields {
    /// No fields.
    #[must_use]
    pub const fn new() -> Self {
        Self(None)
    }

    /// Whether there is no field.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields().is_empty()
    }

    /// How many fields there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fields().len()
    }

    /// The value of a field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Value> {
        serde_json::from_str(self.raw(name)?).ok()
    }

    /// The value of a field as a type of yours; `None` if there is no such field.
    ///
    /// # Errors
    ///
    /// If the field is of another kind.
    pub fn get_as<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, serde_json::Error> {
        self.raw(name).map(serde_json::from_str).transpose()
    }

    /// The JSON of a field, byte for byte.
    #[must_use]
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(known, _)| *known == name)
            .map(|(_, json)| json)
    }

    /// The fields with their JSON, in the order in which they came.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + DoubleEndedIterator {
        self.fields().iter().map(Field::split)
    }

    /// Sets a field, in the place of one of the same name or else at the end.
    pub fn insert(&mut self, name: impl AsRef<str>, value: impl Into<Value>) {
        self.put(name.as_ref(), &value.into().to_string());
    }

    /// Takes a field out.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let value = self.get(name);
        if let Some(fields) = &mut self.0 {
            fields.retain(|field| field.name() != name);
        }
        if self.is_empty() {
            self.0 = None;
        }
        value
    }

    fn fields(&self) -> &[Field] {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }

    /// Of several fields with one name the last one counts.
    pub(crate) fn put(&mut self, name: &str, json: &str) {
        let field = Field::new(name, json);
        let fields = self.0.get_or_insert_default();
        match fields.iter_mut().find(|known| known.name() == name) {
            Some(known) => *known = field,
            None => fields.push(field),
        }
    }

    /// Reads the value that belongs to an unknown name.
    pub(crate) fn read<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        map: &mut A,
    ) -> Result<(), A::Error> {
        let Json(json) = map.next_value()?;
        if self.len() < FEW {
            self.put(name, &json);
        } else {
            self.0.get_or_insert_default().push(Field::new(name, &json));
        }
        Ok(())
    }

    /// Lets the last of several fields with one name count, after all were read.
    pub(crate) fn settle(&mut self) {
        let Some(fields) = self.0.as_mut().filter(|fields| fields.len() > FEW) else {
            return;
        };
        let mut places: HashMap<String, usize> = HashMap::with_capacity(fields.len());
        let mut settled: Vec<Field> = Vec::with_capacity(fields.len());
        for field in fields.drain(..) {
            match places.get(field.name()) {
                Some(place) => settled[*place] = field,
                None => {
                    places.insert(field.name().to_owned(), settled.len());
                    settled.push(field);
                }
            }
        }
        **fields = settled;
    }

    /// Writes the fields into an object that is being written.
    pub(crate) fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        self.fields()
            .iter()
            .try_for_each(|field| write_json(map, field.name(), field.json()))
    }
}

fn write_json<M: SerializeMap>(map: &mut M, name: &str, json: &str) -> Result<(), M::Error> {
    let raw: &RawValue = serde_json::from_str(json).map_err(serde::ser::Error::custom)?;
    map.serialize_entry(name, raw)
}

impl fmt::Debug for UnknownFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (name, json) in self.iter() {
            map.entry(&name, &format_args!("{json}"));
        }
        map.finish()
    }
}

impl<N: AsRef<str>, V: Into<Value>> FromIterator<(N, V)> for UnknownFields {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(fields: I) -> Self {
        let mut extra = Self::new();
        fields
            .into_iter()
            .for_each(|(name, value)| extra.insert(name, value));
        extra
    }
}

impl Serialize for UnknownFields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        self.write(&mut map)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for UnknownFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(UnknownFieldsVisitor)
    }
}

struct UnknownFieldsVisitor;

impl<'de> Visitor<'de> for UnknownFieldsVisitor {
    type Value = UnknownFields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<UnknownFields, A::Error> {
        let mut extra = UnknownFields::new();
        while let Some(name) = map.next_key::<String>()? {
            extra.read(&name, &mut map)?;
        }
        extra.settle();
        Ok(extra)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_kept_byte_for_byte_and_in_order() {
        let json = r#"{"z":1.50,"a":{ "k" : [1,  2] },"é\n":"\u00e9","big":123456789012345678901234567890}"#;
        let extra: UnknownFields = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&extra).unwrap(), json);
        assert_eq!(extra.len(), 4);
        assert_eq!(extra.raw("a"), Some(r#"{ "k" : [1,  2] }"#));
        assert_eq!(extra.raw("é\n"), Some(r#""\u00e9""#));
    }

    #[test]
    fn an_empty_one_is_one_word() {
        assert_eq!(size_of::<UnknownFields>(), size_of::<usize>());
        assert!(
            serde_json::from_str::<UnknownFields>("{}")
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn fields_are_read_as_json_and_as_the_callers_types() {
        let extra = UnknownFields::from_iter([("n", json!(1)), ("list", json!(["a"]))]);
        assert_eq!(extra.get("n"), Some(json!(1)));
        assert_eq!(extra.get("m"), None);
        assert_eq!(
            extra.get_as::<Vec<String>>("list").unwrap(),
            Some(vec!["a".to_owned()])
        );
        assert_eq!(extra.get_as::<i64>("m").unwrap(), None);
        assert!(extra.get_as::<i64>("list").is_err());
    }

    #[test]
    fn inserting_replaces_in_place_and_removing_empties() {
        let mut extra = UnknownFields::from_iter([("a", 1), ("b", 2)]);
        extra.insert("a", "x");
        assert_eq!(
            extra.iter().collect::<Vec<_>>(),
            [("a", r#""x""#), ("b", "2")]
        );
        assert_eq!(extra.remove("a"), Some(json!("x")));
        assert_eq!(extra.remove("a"), None);
        assert_eq!(extra.remove("b"), Some(json!(2)));
        assert_eq!(extra, UnknownFields::new());
    }

    #[test]
    fn of_a_repeated_name_the_last_value_counts() {
        let extra: UnknownFields = serde_json::from_str(r#"{"a":1,"b":2,"a":3}"#).unwrap();
        assert_eq!(serde_json::to_string(&extra).unwrap(), r#"{"a":3,"b":2}"#);
    }

    #[test]
    fn very_many_fields_are_read_in_no_time() {
        let fields = |value: usize| (0..100_000).map(move |name| format!(r#""f{name}":{value}"#));
        let all: Vec<_> = fields(1).chain(fields(2)).collect();
        let json = format!("{{{}}}", all.join(","));

        let start = std::time::Instant::now();
        let extra: UnknownFields = serde_json::from_str(&json).unwrap();
        let page: crate::Page<String> = serde_json::from_str(&json).unwrap();

        // Looking through all of them for each took minutes.
        assert!(start.elapsed() < std::time::Duration::from_secs(10));
        let last: Vec<_> = fields(2).collect();
        let json = format!("{{{}}}", last.join(","));
        assert_eq!(serde_json::to_string(&extra).unwrap(), json);
        assert_eq!(page.extra, extra);
    }

    #[test]
    fn debug_shows_the_json() {
        let extra = UnknownFields::from_iter([("a", json!({"b": "c"}))]);
        assert_eq!(format!("{extra:?}"), r#"{"a": {"b":"c"}}"#);
    }

    #[test]
    fn a_value_tree_and_a_reader_give_the_same_fields() {
        let json = r#"{"a":{"b":[1,null,"x"]},"c":1.5}"#;
        let extra: UnknownFields = serde_json::from_str(json).unwrap();
        assert_eq!(
            serde_json::from_value::<UnknownFields>(serde_json::from_str(json).unwrap()).unwrap(),
            extra
        );
        assert_eq!(
            serde_json::from_reader::<_, UnknownFields>(json.as_bytes()).unwrap(),
            extra
        );
        assert_eq!(
            serde_json::from_slice::<UnknownFields>(json.as_bytes()).unwrap(),
            extra
        );
        assert_eq!(
            serde_json::to_value(&extra).unwrap(),
            serde_json::from_str::<Value>(json).unwrap()
        );
    }
}
