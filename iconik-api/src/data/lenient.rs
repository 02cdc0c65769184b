//! How values are read so that one strange value costs that value and nothing else.
//!
//! | expected | accepted as well |
//! |---|---|
//! | anything | `null`, as unset |
//! | text, ids, enums, dates | numbers and booleans, as their text with every digit |
//! | integer | `1234.0`, `"1234"`, `"1234.0"`, `true` |
//! | number | `"12.5"`, `true` |
//! | boolean | `"true"`, `"false"` in any case, `"1"`, `"0"`, 1, 0 |
//!
//! Nothing is rounded or clamped: `1234.6` is not an integer, nor is one beyond 64 bits. What cannot be read
//! leaves the field unset, and is kept with the unknown fields under the name of the field. Of a list or a
//! map, only the items that cannot be read are missing; they are kept in the same way, as a list or a map.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use memchr::memchr;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor,
};

use super::json_text::Json;
use super::mended_json::without_half_surrogates;

/// The JSON of a value, or of a part of it, that could not be read.
pub(crate) type Unread = Box<str>;

/// The type of a value in JSON. Reading fails only where there is no JSON.
pub(crate) trait Value: Sized {
    /// Replaces what is there by the next value, and returns what of it could not be read. `null` is
    /// `None`.
    fn read<'de, D: Deserializer<'de>>(
        into: &mut Option<Self>,
        deserializer: D,
    ) -> Result<Option<Unread>, D::Error>;

    /// Adds the next value to a list. A list has no place for `null`: it counts as unread.
    fn read_item<'de, D: Deserializer<'de>>(
        list: &mut Vec<Self>,
        deserializer: D,
    ) -> Result<Option<Unread>, D::Error> {
        let mut item = None;
        let unread = Self::read(&mut item, deserializer)?;
        Ok(match item {
            Some(item) => {
                list.push(item);
                unread
            }
            None => unread.or_else(|| Some("null".into())),
        })
    }
}

/// What the text of a JSON value is to some type.
pub(crate) enum Parsed<T> {
    Value(T),
    Null,
    Unread,
}

/// A value that is not made of other values.
pub(crate) trait Scalar: Sized {
    /// Reads the JSON text of one value.
    fn parse(json: &str) -> Parsed<Self>;
}

/// [`Value::read`] of a scalar.
pub(crate) fn read_scalar<'de, T: Scalar, D: Deserializer<'de>>(
    into: &mut Option<T>,
    deserializer: D,
) -> Result<Option<Unread>, D::Error> {
    let json = Json::deserialize(deserializer)?;
    *into = match T::parse(&json.0) {
        Parsed::Value(value) => Some(value),
        Parsed::Null => None,
        Parsed::Unread => {
            *into = None;
            return Ok(Some(json.readable().into()));
        }
    };
    Ok(None)
}

/// `Deserialize` of a scalar: there must be one.
pub(crate) fn required<'de, T: Scalar, D: Deserializer<'de>>(
    deserializer: D,
    expected: &'static str,
) -> Result<T, D::Error> {
    let Json(json) = Json::deserialize(deserializer)?;
    match T::parse(&json) {
        Parsed::Value(value) => Ok(value),
        Parsed::Null | Parsed::Unread => Err(D::Error::invalid_type(kind(&json), &expected)),
    }
}

/// What a JSON text is, without the value.
pub(crate) fn kind(json: &str) -> Unexpected<'static> {
    Unexpected::Other(match json.as_bytes().first() {
        Some(b'{') => "map",
        Some(b'[') => "sequence",
        Some(b'"') => "string",
        Some(b't' | b'f') => "boolean",
        Some(b'n') => "null",
        _ => "number",
    })
}

/// Implements [`Value`] for scalars.
macro_rules! scalar_values {
    ($($type:ty),* $(,)?) => {$(
        impl $crate::data::lenient::Value for $type {
            fn read<'de, D: ::serde::Deserializer<'de>>(
                into: &mut ::std::option::Option<Self>,
                deserializer: D,
            ) -> ::std::result::Result<::std::option::Option<$crate::data::lenient::Unread>, D::Error> {
                $crate::data::lenient::read_scalar(into, deserializer)
            }
        }
    )*};
}

scalar_values!(i64, f64, bool, String);

/// What can be made of any text.
pub(crate) trait Text: Sized {
    fn from_text(text: Cow<'_, str>) -> Self;
}

/// [`Scalar::parse`] of what can be made of any text: also numbers and booleans, as they were written.
#[inline]
pub(crate) fn parse_text<T: Text>(json: &str) -> Parsed<T> {
    match json.as_bytes().first() {
        Some(b'"') => string(json).map_or(Parsed::Unread, |text| Parsed::Value(T::from_text(text))),
        Some(b'n') => Parsed::Null,
        Some(b'{' | b'[') | None => Parsed::Unread,
        Some(_) => Parsed::Value(T::from_text(Cow::Borrowed(json))),
    }
}

/// The text in a JSON string; `None` for every other kind of value.
#[inline]
pub(crate) fn string(json: &str) -> Option<Cow<'_, str>> {
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    match memchr(b'\\', inner.as_bytes()) {
        None => Some(Cow::Borrowed(inner)),
        Some(_) => unescaped(json),
    }
}

#[cold]
fn unescaped(json: &str) -> Option<Cow<'static, str>> {
    let text = serde_json::from_str(json).ok();
    text.or_else(|| serde_json::from_str(&without_half_surrogates(json)?).ok())
        .map(Cow::Owned)
}

impl Text for String {
    #[inline]
    fn from_text(text: Cow<'_, str>) -> Self {
        text.into_owned()
    }
}

impl Scalar for String {
    #[inline]
    fn parse(json: &str) -> Parsed<Self> {
        parse_text(json)
    }
}

/// What comes as a number, a boolean, or either of them as text.
fn parse_plain<T>(json: &str, from_plain: impl Fn(&str) -> Option<T>) -> Parsed<T> {
    let value = match json.as_bytes().first() {
        Some(b'n') => return Parsed::Null,
        Some(b'"') => string(json).and_then(|text| from_plain(text.trim())),
        _ => from_plain(json),
    };
    value.map_or(Parsed::Unread, Parsed::Value)
}

impl Scalar for i64 {
    #[inline]
    fn parse(json: &str) -> Parsed<Self> {
        match json.parse() {
            Ok(number) => Parsed::Value(number),
            Err(_) => parse_plain(json, integer),
        }
    }
}

/// An integer in any spelling, exactly.
fn integer(text: &str) -> Option<i64> {
    /// Above, `f64` does not have every integer.
    const MOST: f64 = 9_007_199_254_740_992.0;
    match text {
        "true" => return Some(1),
        "false" => return Some(0),
        _ => {}
    }
    let digits = |text: &str| text.bytes().any(|byte| byte.is_ascii_digit());
    text.parse().ok().or_else(|| {
        let number: f64 = text.parse().ok().filter(|_| digits(text))?;
        (number.fract() == 0.0 && number.abs() < MOST).then_some(number as i64)
    })
}

impl Scalar for f64 {
    #[inline]
    fn parse(json: &str) -> Parsed<Self> {
        parse_plain(json, number)
    }
}

/// A finite number: JSON has no others, so that they could not be written again.
fn number(text: &str) -> Option<f64> {
    match text {
        "true" => Some(1.0),
        "false" => Some(0.0),
        _ => text.parse().ok().filter(|number: &f64| number.is_finite()),
    }
}

impl Scalar for bool {
    #[inline]
    fn parse(json: &str) -> Parsed<Self> {
        match json {
            "true" => Parsed::Value(true),
            "false" => Parsed::Value(false),
            _ => parse_plain(json, boolean),
        }
    }
}

fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        return Some(true);
    }
    if text.eq_ignore_ascii_case("false") {
        return Some(false);
    }
    match number(text) {
        Some(0.0) => Some(false),
        Some(1.0) => Some(true),
        _ => None,
    }
}

/// What reads one kind of collection. Everything else counts as unread.
pub(crate) trait Collection<'de>: Sized {
    /// What an error calls it.
    const EXPECTED: &'static str;

    /// Reads `null`.
    fn null(self) -> Option<Unread>;

    /// Reads an object.
    fn object<A: MapAccess<'de>>(self, mut members: A) -> Result<Option<Unread>, A::Error> {
        self.null();
        let mut unread = UnreadMembers::default();
        while let Some(name) = members.next_key::<String>()? {
            let json: Json<'_> = members.next_value()?;
            unread.add(&name, &json.readable());
        }
        Ok(Some(unread.all()))
    }

    /// Reads a list.
    fn list<A: SeqAccess<'de>>(self, mut items: A) -> Result<Option<Unread>, A::Error> {
        self.null();
        let mut unread = UnreadItems::default();
        while let Some(json) = items.next_element::<Json<'_>>()? {
            unread.add(&json.readable());
        }
        Ok(Some(unread.all()))
    }
}

/// The items of a list that could not be read.
#[derive(Default)]
pub(crate) struct UnreadItems(String);

impl UnreadItems {
    pub(crate) fn add(&mut self, json: &str) {
        self.0.push(if self.0.is_empty() { '[' } else { ',' });
        self.0.push_str(json);
    }

    /// A list of those that were added, if there are any.
    pub(crate) fn some(self) -> Option<Unread> {
        (!self.0.is_empty()).then(|| self.all())
    }

    /// A list of those that were added.
    pub(crate) fn all(mut self) -> Unread {
        self.0.push_str(if self.0.is_empty() { "[]" } else { "]" });
        self.0.into()
    }
}

/// The members of an object that could not be read.
#[derive(Default)]
struct UnreadMembers(String);

impl UnreadMembers {
    fn add(&mut self, name: &str, json: &str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        self.0.push_str(&text_as_json(name));
        self.0.push(':');
        self.0.push_str(json);
    }

    fn some(self) -> Option<Unread> {
        (!self.0.is_empty()).then(|| self.all())
    }

    fn all(mut self) -> Unread {
        self.0.push_str(if self.0.is_empty() { "{}" } else { "}" });
        self.0.into()
    }
}

fn text_as_json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Reads a collection from whatever there is.
pub(crate) struct CollectionVisitor<C>(pub(crate) C);

impl<'de, C: Collection<'de>> Visitor<'de> for CollectionVisitor<C> {
    type Value = Option<Unread>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(C::EXPECTED)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(self.0.null())
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(self.0.null())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        self.0.object(members)
    }

    #[inline]
    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        self.0.list(items)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        self.0.null();
        Ok(Some(value.to_string().into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        self.0.null();
        Ok(Some(value.to_string().into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        self.0.null();
        Ok(Some(value.to_string().into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        self.0.null();
        Ok(Some(serde_json::Value::from(value).to_string().into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        self.0.null();
        Ok(Some(text_as_json(value).into()))
    }
}

/// Adds the next value to a list.
struct Item<'a, T>(&'a mut Vec<T>);

impl<'de, T: Value> DeserializeSeed<'de> for Item<'_, T> {
    type Value = Option<Unread>;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        T::read_item(self.0, deserializer)
    }
}

/// Reads the next value.
struct Next<'a, T>(&'a mut Option<T>);

impl<'de, T: Value> DeserializeSeed<'de> for Next<'_, T> {
    type Value = Option<Unread>;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        T::read(self.0, deserializer)
    }
}

/// Reads a list; an empty one where there is none.
pub(crate) fn read_list<'de, T: Value, D: Deserializer<'de>>(
    into: &mut Vec<T>,
    deserializer: D,
) -> Result<Option<Unread>, D::Error> {
    deserializer.deserialize_any(CollectionVisitor(List(into)))
}

struct List<'a, T>(&'a mut Vec<T>);

impl<'de, T: Value> Collection<'de> for List<'_, T> {
    const EXPECTED: &'static str = "a list";

    fn null(self) -> Option<Unread> {
        self.0.clear();
        None
    }

    fn list<A: SeqAccess<'de>>(self, mut items: A) -> Result<Option<Unread>, A::Error> {
        let Self(list) = self;
        list.clear();
        let mut unread = UnreadItems::default();
        while let Some(item) = items.next_element_seed(Item(list))? {
            if let Some(item) = item {
                unread.add(&item);
            }
        }
        Ok(unread.some())
    }
}

impl<T: Value> Value for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(
        into: &mut Option<Self>,
        deserializer: D,
    ) -> Result<Option<Unread>, D::Error> {
        *into = None;
        deserializer.deserialize_any(CollectionVisitor(Optional(into)))
    }
}

/// A collection that may be missing.
struct Optional<'a, T>(&'a mut Option<T>);

impl<'de, T: Value> Collection<'de> for Optional<'_, Vec<T>> {
    const EXPECTED: &'static str = "a list";

    fn null(self) -> Option<Unread> {
        None
    }

    fn list<A: SeqAccess<'de>>(self, items: A) -> Result<Option<Unread>, A::Error> {
        List(self.0.insert(Vec::new())).list(items)
    }
}

/// Reads a map; an empty one where there is none.
pub(crate) fn read_map<'de, T: Value, D: Deserializer<'de>>(
    into: &mut BTreeMap<String, T>,
    deserializer: D,
) -> Result<Option<Unread>, D::Error> {
    deserializer.deserialize_any(CollectionVisitor(Map(into)))
}

struct Map<'a, T>(&'a mut BTreeMap<String, T>);

impl<'de, T: Value> Collection<'de> for Map<'_, T> {
    const EXPECTED: &'static str = "an object";

    fn null(self) -> Option<Unread> {
        self.0.clear();
        None
    }

    fn object<A: MapAccess<'de>>(self, mut members: A) -> Result<Option<Unread>, A::Error> {
        let Self(map) = self;
        map.clear();
        let mut unread = UnreadMembers::default();
        while let Some(name) = members.next_key::<String>()? {
            let mut value = None;
            let part = members.next_value_seed(Next(&mut value))?;
            match (value, part) {
                (value, Some(part)) => {
                    unread.add(&name, &part);
                    value.map(|value| map.insert(name, value));
                }
                (Some(value), None) => drop(map.insert(name, value)),
                (None, None) => unread.add(&name, "null"),
            }
        }
        Ok(unread.some())
    }
}

impl<T: Value> Value for BTreeMap<String, T> {
    fn read<'de, D: Deserializer<'de>>(
        into: &mut Option<Self>,
        deserializer: D,
    ) -> Result<Option<Unread>, D::Error> {
        *into = None;
        deserializer.deserialize_any(CollectionVisitor(Optional(into)))
    }
}

impl<'de, T: Value> Collection<'de> for Optional<'_, BTreeMap<String, T>> {
    const EXPECTED: &'static str = "an object";

    fn null(self) -> Option<Unread> {
        None
    }

    fn object<A: MapAccess<'de>>(self, members: A) -> Result<Option<Unread>, A::Error> {
        Map(self.0.insert(BTreeMap::new())).object(members)
    }
}

#[cfg(test)]
mod tests {
    use serde::de::value::MapDeserializer;
    use serde_json::json;

    use super::*;
    use crate::RawJson;

    /// The value, and what of it could not be read.
    fn read<T: Value>(json: &str) -> (Option<T>, Option<String>) {
        let mut value = None;
        let unread = T::read(&mut value, &mut serde_json::Deserializer::from_str(json));
        (value, unread.unwrap().map(String::from))
    }

    fn is<T>(value: T) -> (Option<T>, Option<String>) {
        (Some(value), None)
    }

    fn unread<T>(json: &str) -> (Option<T>, Option<String>) {
        (None, Some(json.to_owned()))
    }

    #[test]
    fn null_is_absent_for_every_type() {
        assert_eq!(read::<i64>("null"), (None, None));
        assert_eq!(read::<f64>("null"), (None, None));
        assert_eq!(read::<bool>("null"), (None, None));
        assert_eq!(read::<String>("null"), (None, None));
        assert_eq!(read::<RawJson>("null"), (None, None));
        assert_eq!(read::<Vec<i64>>("null"), (None, None));
        assert_eq!(read::<BTreeMap<String, i64>>("null"), (None, None));
    }

    #[test]
    fn integers_come_as_floats_and_texts_too() {
        for json in [
            "1234",
            "1234.0",
            "1.234e3",
            r#""1234""#,
            r#""1234.0""#,
            r#"" 1234 ""#,
        ] {
            assert_eq!(read::<i64>(json), is(1234), "{json}");
        }
        assert_eq!(read::<i64>("-1234.0"), is(-1234));
        assert_eq!(read::<i64>("true"), is(1));
        assert_eq!(read::<i64>("-0.0"), is(0));
    }

    #[test]
    fn integers_are_exact_or_kept_as_they_were_sent() {
        assert_eq!(read::<i64>("9223372036854775807"), is(i64::MAX));
        assert_eq!(read::<i64>(r#""9223372036854775807""#), is(i64::MAX));
        assert_eq!(read::<i64>("-9223372036854775808"), is(i64::MIN));
        for json in [
            "9223372036854775808",
            "18446744073709551615",
            "-123456789012345678901234567890",
            "9007199254740993.0",
            "1e300",
            "1e999",
            "41.7",
            "1234.60",
            r#""1234.6""#,
            r#""""#,
            r#""N/A""#,
            r#""00:00:10:00""#,
            r#""1,234""#,
            r#""NaN""#,
            r#""infinity""#,
            "[5]",
            r#"{"value":3}"#,
            r#"{"value": [1e999, "\ufffd"]}"#,
        ] {
            assert_eq!(read::<i64>(json), unread(json), "{json}");
        }
    }

    #[test]
    fn numbers_come_as_integers_and_texts_too() {
        assert_eq!(read::<f64>("12.5"), is(12.5));
        assert_eq!(read::<f64>("12"), is(12.0));
        assert_eq!(read::<f64>("-12"), is(-12.0));
        assert_eq!(
            read::<f64>("0.1234567890123456"),
            is(0.123_456_789_012_345_6)
        );
        assert_eq!(read::<f64>(r#""12.5""#), is(12.5));
        assert_eq!(read::<f64>("true"), is(1.0));
        for json in [
            r#""NaN""#,
            r#""""#,
            r#""12,5""#,
            "1e999",
            "-1e999",
            "[5]",
            "{}",
        ] {
            assert_eq!(read::<f64>(json), unread(json), "{json}");
        }
    }

    #[test]
    fn booleans_come_as_texts_and_digits_too() {
        for json in ["true", r#""true""#, r#""True""#, "1", r#""1""#, "1.0"] {
            assert_eq!(read::<bool>(json), is(true), "{json}");
        }
        for json in ["false", r#""false""#, "0", r#""0""#, "0.0"] {
            assert_eq!(read::<bool>(json), is(false), "{json}");
        }
        for json in ["2", r#""yes""#, r#""""#, "0.5", "1e999", "[true]", "{}"] {
            assert_eq!(read::<bool>(json), unread(json), "{json}");
        }
    }

    #[test]
    fn text_comes_as_numbers_and_booleans_too_with_every_digit() {
        for text in [
            "29.97",
            "1.50",
            "25",
            "-1",
            "false",
            "123456789012345678901234567890",
            "1e999",
        ] {
            assert_eq!(read::<String>(text), is(text.to_owned()));
        }
        assert_eq!(read::<String>(r#""a\n\"b\"""#), is("a\n\"b\"".to_owned()));
        for json in ["{}", "[]", r#"{"a":1}"#] {
            assert_eq!(read::<String>(json), unread(json));
        }
    }

    #[test]
    fn half_a_surrogate_pair_becomes_a_replacement_character() {
        let text = read::<String>(r#""Party \ud83c \ud83c\udf89""#);
        assert_eq!(text, is("Party \u{fffd} \u{1f389}".to_owned()));
        assert_eq!(
            read::<Vec<i64>>(r#"[1,"\udf89"]"#),
            (Some(vec![1]), Some(r#"["\ufffd"]"#.to_owned()))
        );
        assert_eq!(
            read::<RawJson>(r#"{"a":"\udf89"}"#).0.unwrap(),
            json!({ "a": "\u{fffd}" })
        );
    }

    #[test]
    fn collections_of_another_kind_are_kept() {
        for json in [
            "1",
            "-1",
            "1.5",
            "true",
            r#""a\"b""#,
            r#"{"a":[1,2.50]}"#,
            "{}",
        ] {
            assert_eq!(read::<Vec<i64>>(json), unread(json), "{json}");
        }
        for json in [
            "1",
            "-1",
            "1.5",
            "true",
            r#""a\"b""#,
            r#"[{"a":2.50},null]"#,
            "[]",
        ] {
            assert_eq!(read::<BTreeMap<String, i64>>(json), unread(json), "{json}");
        }
    }

    #[test]
    fn items_that_cannot_be_read_are_kept_as_a_list() {
        assert_eq!(
            read::<Vec<i64>>(r#"[1, null, 2, "x", {"a": 1.50}, [3]]"#),
            (
                Some(vec![1, 2]),
                Some(r#"[null,"x",{"a": 1.50},[3]]"#.to_owned())
            )
        );
        assert_eq!(
            read::<Vec<Vec<i64>>>("[[1], null, [], [2, null]]"),
            (
                Some(vec![vec![1], vec![], vec![2]]),
                Some("[null,[null]]".to_owned())
            )
        );
        assert_eq!(
            read::<Vec<RawJson>>("[1, null]"),
            is(vec![json!(1).into(), RawJson::default()])
        );
    }

    #[test]
    fn maps_keep_their_values_leniently() {
        assert_eq!(
            read::<BTreeMap<String, i64>>(r#"{"a": "1", "b": null, "c": 3.0, "d\"": [4]}"#),
            (
                Some(BTreeMap::from([("a".to_owned(), 1), ("c".to_owned(), 3)])),
                Some(r#"{"b":null,"d\"":[4]}"#.to_owned())
            )
        );
    }

    #[test]
    fn nesting_without_end_is_kept_as_text() {
        let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
        assert_eq!(read::<i64>(&deep), unread(&deep));
        assert_eq!(read::<String>(&deep), unread(&deep));
        assert_eq!(read::<BTreeMap<String, i64>>(&deep), unread(&deep));
        let (list, kept) = read::<Vec<i64>>(&deep);
        assert_eq!((list, kept), (Some(Vec::new()), Some(deep)));
    }

    #[test]
    fn numbers_survive_serde_jsons_arbitrary_precision() {
        // With this feature, which any crate of a program may turn on for all, serde_json hands
        // numbers out as an object of one member, the text.
        let number = || {
            let members = std::iter::once(("$serde_json::private::Number", "9007199254740993"));
            MapDeserializer::<_, serde::de::value::Error>::new(members)
        };
        let any = serde::de::value::MapAccessDeserializer::new;
        let (mut integer, mut text) = (None, None);
        i64::read(&mut integer, any(number())).unwrap();
        String::read(&mut text, any(number())).unwrap();
        assert_eq!(integer, Some(9_007_199_254_740_993));
        assert_eq!(text.as_deref(), Some("9007199254740993"));
    }
}
