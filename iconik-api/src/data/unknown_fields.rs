//! Fields that are not documented, and values that could not be read: kept as they were sent.

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
/// A documented field with a value that cannot be read, for example `"N/A"` where a number is expected, is unset,
/// and the value is kept here under the name of the field. Items that are missing in a list, `null` for example,
/// are kept as a list, and those of a map as an object. Once the field is set, it is written instead.
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

/// Above this number of fields, duplicates are removed in one pass at the end instead of on every insert, which
/// is quadratic.
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
        self.discard(name);
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
        let json = map.next_value::<Json<'_>>()?.readable();
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

    /// Removes a field.
    pub(crate) fn discard(&mut self, name: &str) {
        if let Some(fields) = &mut self.0 {
            fields.retain(|field| field.name() != name);
        }
        if self.is_empty() {
            self.0 = None;
        }
    }

    /// Writes the fields into an object that is being written, but those that it has already.
    pub(crate) fn write_beside<M: SerializeMap>(
        &self,
        map: &mut M,
        is_written: impl Fn(&str) -> bool,
    ) -> Result<(), M::Error> {
        self.fields()
            .iter()
            .filter(|field| !is_written(field.name()))
            .try_for_each(|field| write_json(map, field.name(), field.json()))
    }
}

fn write_json<M: SerializeMap>(map: &mut M, name: &str, json: &str) -> Result<(), M::Error> {
    let raw: &RawValue = serde_json::from_str(json).map_err(serde::ser::Error::custom)?;
    map.serialize_entry(name, raw)
}

/// Shows how many fields there are, but neither names nor values: either may be a secret.
impl fmt::Debug for UnknownFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnknownFields({})", self.len())
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
        self.write_beside(&mut map, |_| false)?;
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
    fn very_many_fields_are_read() {
        let fields = |value: usize| (0..100_000).map(move |name| format!(r#""f{name}":{value}"#));
        let all: Vec<_> = fields(1).chain(fields(2)).collect();
        let json = format!("{{{}}}", all.join(","));

        let extra: UnknownFields = serde_json::from_str(&json).unwrap();
        let page: crate::Page<String> = serde_json::from_str(&json).unwrap();

        // Searching all of them for each would take minutes.
        let last: Vec<_> = fields(2).collect();
        let json = format!("{{{}}}", last.join(","));
        assert_eq!(serde_json::to_string(&extra).unwrap(), json);
        assert_eq!(page.extra, extra);
    }

    #[test]
    fn debug_shows_neither_names_nor_values() {
        let extra = UnknownFields::from_iter([("hunter2", json!({"b": "s3cret"}))]);
        assert_eq!(
            format!("{extra:?} {extra:#?}"),
            "UnknownFields(1) UnknownFields(1)"
        );
    }

    #[test]
    fn fields_with_half_surrogates_can_be_read() {
        let extra: UnknownFields = serde_json::from_str(r#"{"a":["\ud83c"]}"#).unwrap();
        assert_eq!(extra.get("a"), Some(json!(["\u{fffd}"])));
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
