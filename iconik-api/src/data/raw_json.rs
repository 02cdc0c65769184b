//! JSON of no fixed shape, read when it is looked at.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Map;
use serde_json::value::RawValue;

use crate::data::json_text::Json;
use crate::data::lenient::{Unread, Value};
use crate::data::strict_json;

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
    /// Returns a value of any type that can be serialized, as JSON.
    ///
    /// ```
    /// use iconik_api::RawJson;
    ///
    /// let values = RawJson::of(&[("Location", "Visby")])?;
    /// assert_eq!(values.as_str(), r#"[["Location","Visby"]]"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If JSON cannot express the value, for example `f64::NAN`.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        let json = strict_json::to_vec(value)?;
        String::from_utf8(json)
            .map(|json| Self(json.into()))
            .map_err(serde::ser::Error::custom)
    }

    /// The text, as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The whole as a tree; null if it is nested deeper than 128 levels, which [`read`](Self::read)
    /// tells.
    #[must_use]
    pub fn value(&self) -> serde_json::Value {
        serde_json::from_str(&self.0).unwrap_or_default()
    }

    /// The part at a JSON pointer, as `/size/width`.
    #[must_use]
    pub fn get(&self, pointer: &str) -> Option<serde_json::Value> {
        self.value()
            .pointer_mut(pointer)
            .map(serde_json::Value::take)
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

impl From<&serde_json::Value> for RawJson {
    fn from(value: &serde_json::Value) -> Self {
        Self(value.to_string().into())
    }
}

impl From<serde_json::Value> for RawJson {
    fn from(value: serde_json::Value) -> Self {
        Self::from(&value)
    }
}

impl From<Map<String, serde_json::Value>> for RawJson {
    fn from(object: Map<String, serde_json::Value>) -> Self {
        Self::from(serde_json::Value::Object(object))
    }
}

impl PartialEq<serde_json::Value> for RawJson {
    fn eq(&self, other: &serde_json::Value) -> bool {
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
        Ok(Self(Json::deserialize(deserializer)?.readable().into()))
    }
}

/// `null` is none in a field, and a value in a list.
impl Value for RawJson {
    fn read<'de, D: Deserializer<'de>>(
        into: &mut Option<Self>,
        deserializer: D,
    ) -> Result<Option<Unread>, D::Error> {
        let json = Json::deserialize(deserializer)?;
        *into = match &*json.0 {
            "null" => None,
            _ => Some(Self(json.readable().into())),
        };
        Ok(None)
    }

    fn read_item<'de, D: Deserializer<'de>>(
        list: &mut Vec<Self>,
        deserializer: D,
    ) -> Result<Option<Unread>, D::Error> {
        list.push(Self::deserialize(deserializer)?);
        Ok(None)
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
    fn any_value_of_the_callers_becomes_json() {
        #[derive(serde::Serialize)]
        struct Size {
            width: f64,
        }
        assert_eq!(
            RawJson::of(&Size { width: 1.5 }).unwrap().as_str(),
            r#"{"width":1.5}"#
        );
        assert!(RawJson::of(&Size { width: f64::NAN }).is_err());
        assert!(RawJson::of(&std::collections::BTreeMap::from([((), 1)])).is_err());
    }

    #[test]
    fn it_is_read_from_a_value_tree_too() {
        let raw: RawJson = serde_json::from_value(json!({"a": [1]})).unwrap();
        assert_eq!(raw.as_str(), r#"{"a":[1]}"#);
    }
}
