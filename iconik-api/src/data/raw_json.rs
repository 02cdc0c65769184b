//! JSON of no fixed shape, read when it is looked at.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::data::json_text::Json;
use crate::data::lenient::{self, Lenient};

/// JSON of no fixed shape: any value, or an object whose members iconik does not document.
///
/// It is kept as text, byte for byte, and only read when it is looked at: half of a list of assets
/// is such JSON, and most programs want little of it. Two are equal if their texts are.
///
/// ```
/// use iconik_api::RawJson;
///
/// let keyframe: RawJson = serde_json::from_str(r#"{ "size": { "width": 960 }, "type": "POSTER" }"#)?;
/// assert_eq!(keyframe.get_as::<String>("/type")?.as_deref(), Some("POSTER"));
/// assert_eq!(keyframe.value()["size"]["width"], 960);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RawJson(Box<str>);

impl RawJson {
    /// The text, as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The whole as a tree; null if it is nested deeper than 128 levels, which [`read`](Self::read)
    /// tells.
    #[must_use]
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.0).unwrap_or_default()
    }

    /// The part at a JSON pointer, as `/size/width`.
    #[must_use]
    pub fn get(&self, pointer: &str) -> Option<Value> {
        self.value().pointer_mut(pointer).map(Value::take)
    }

    /// The part at a JSON pointer as a type of yours; `None` if there is no such part.
    ///
    /// # Errors
    ///
    /// If the part is of another kind.
    pub fn get_as<T: DeserializeOwned>(
        &self,
        pointer: &str,
    ) -> Result<Option<T>, serde_json::Error> {
        self.get(pointer).map(serde_json::from_value).transpose()
    }

    /// The whole as a type of yours.
    ///
    /// # Errors
    ///
    /// If it is of another kind.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.0)
    }
}

impl Default for RawJson {
    fn default() -> Self {
        Self("null".into())
    }
}

impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&Value> for RawJson {
    fn from(value: &Value) -> Self {
        Self(value.to_string().into())
    }
}

impl From<Value> for RawJson {
    fn from(value: Value) -> Self {
        Self::from(&value)
    }
}

impl From<Map<String, Value>> for RawJson {
    fn from(object: Map<String, Value>) -> Self {
        Self::from(Value::Object(object))
    }
}

impl PartialEq<Value> for RawJson {
    fn eq(&self, other: &Value) -> bool {
        self.value() == *other
    }
}

impl Serialize for RawJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::required(deserializer, "any JSON value")
    }
}

impl Lenient for RawJson {
    fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        let Json(json) = Json::deserialize(deserializer)?;
        Ok((json != "null").then(|| Self(json.into())))
    }

    fn null() -> Option<Self> {
        Some(Self::default())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_is_kept_byte_for_byte() {
        for json in [
            r#"{ "b" : 1.50, "a": [1,  2] }"#,
            "[]",
            "1e5",
            r#""\u00e9""#,
            "null",
        ] {
            let raw: RawJson = serde_json::from_str(json).unwrap();
            assert_eq!(raw.as_str(), json);
            assert_eq!(serde_json::to_string(&raw).unwrap(), json);
            assert_eq!(serde_json::to_value(&raw).unwrap(), raw.value());
        }
    }

    #[test]
    fn parts_are_read_when_asked_for() {
        let raw = RawJson::from(json!({"size": {"width": 960}, "list": ["a", "b"]}));
        assert_eq!(raw.get("/size/width"), Some(json!(960)));
        assert_eq!(
            raw.get_as::<String>("/list/1").unwrap().as_deref(),
            Some("b")
        );
        assert_eq!(raw.get_as::<i64>("/size/height").unwrap(), None);
        assert!(raw.get_as::<i64>("/list").is_err());
        assert_eq!(raw, json!({"list": ["a", "b"], "size": {"width": 960}}));
    }

    #[test]
    fn a_list_of_json_keeps_its_nulls_and_an_optional_one_is_absent_when_null() {
        let mut json = serde_json::Deserializer::from_str("[1, null]");
        assert_eq!(
            Vec::<RawJson>::lenient(&mut json).unwrap().unwrap().len(),
            2
        );
        let mut json = serde_json::Deserializer::from_str("null");
        assert_eq!(RawJson::lenient(&mut json).unwrap(), None);
    }

    #[test]
    fn it_is_read_from_a_value_tree_too() {
        let raw: RawJson = serde_json::from_value(json!({"a": [1]})).unwrap();
        assert_eq!(raw.as_str(), r#"{"a":[1]}"#);
    }
}
