//! JSON values as the text in which they were sent.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::mended_json::without_half_surrogates;

/// Any JSON value as its text: byte for byte from serde_json, written anew from elsewhere.
///
/// `RawValue` itself can only be read from serde_json. Inside an object that serde has buffered, for
/// a `flatten` or an untagged enum, it is an error.
pub(crate) struct Json<'de>(pub(crate) Cow<'de, str>);

impl<'de> Json<'de> {
    /// The text with U+FFFD in place of half surrogates, which no reader takes: for text that is kept.
    pub(crate) fn readable(self) -> Cow<'de, str> {
        match without_half_surrogates(&self.0) {
            Some(readable) => Cow::Owned(readable),
            None => self.0,
        }
    }
}

/// Asked for a struct of this name, serde_json hands out the raw text. Should it ever want another
/// name, the value is read and written anew instead.
const RAW: &str = "$serde_json::private::RawValue";

impl<'de> Deserialize<'de> for Json<'de> {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(RAW, JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    /// serde_json knows the name: this is an object of one member, the text.
    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json<'de>, A::Error> {
        map.next_key::<IgnoredAny>()?;
        map.next_value_seed(self)
    }

    #[inline]
    fn visit_borrowed_str<E>(self, json: &'de str) -> Result<Json<'de>, E> {
        Ok(Json(Cow::Borrowed(json)))
    }

    fn visit_str<E>(self, json: &str) -> Result<Json<'de>, E> {
        Ok(Json(Cow::Owned(json.to_owned())))
    }

    fn visit_string<E>(self, json: String) -> Result<Json<'de>, E> {
        Ok(Json(Cow::Owned(json)))
    }

    /// It does not, or this is not serde_json.
    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Json<'de>, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Ok(Json(Cow::Owned(value.to_string())))
    }
}

/// The member that holds the text.
impl<'de> DeserializeSeed<'de> for JsonVisitor {
    type Value = Json<'de>;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_by_which_serde_json_hands_out_raw_text_is_still_the_one() {
        let Json(json) = serde_json::from_str(r#"{ "a" : 1 }"#).unwrap();
        assert!(matches!(json, Cow::Borrowed(r#"{ "a" : 1 }"#)), "{json}");
    }

    #[test]
    fn another_name_would_only_cost_the_spelling() {
        struct Other<'de>(Json<'de>);
        impl<'de> Deserialize<'de> for Other<'de> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer
                    .deserialize_newtype_struct("another name", JsonVisitor)
                    .map(Self)
            }
        }
        let Other(Json(json)) = serde_json::from_str(r#"{ "a" : 1 }"#).unwrap();
        assert_eq!(json, r#"{"a":1}"#);
    }

    #[test]
    fn text_that_is_kept_can_be_read_again() {
        let json: Json<'_> = serde_json::from_str(r#"{"a":["\ud83c"]}"#).unwrap();
        assert_eq!(json.readable(), r#"{"a":["\ufffd"]}"#);
    }
}
