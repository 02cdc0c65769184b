//! How a JSON value that is nearly right still becomes the value that was meant.
//!
//! | expected | taken as well |
//! |---|---|
//! | anything | `null`, as absent |
//! | text, ids, enums, dates | numbers and booleans, by their text |
//! | integer | `1234.0`, `"1234"`, `"1234.0"`, `true`; `""` as absent; beyond 64 bits the nearest one |
//! | number | `"12.5"`, `true`; `""` as absent |
//! | boolean | `"true"`, `"false"` in any case, `"1"`, `"0"`, 1, 0; `""` as absent |
//! | list | elements that are `null` are left out |
//!
//! JSON of another kind, an object for a number say, is an error.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};

/// A type that is read leniently. `None` is JSON's null.
pub(crate) trait Lenient: Sized {
    /// Reads the next value.
    fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error>;

    /// What null stands for as an element of a list: nothing, unless the type can hold a null.
    fn null() -> Option<Self> {
        None
    }
}

/// What a field of a response model is: an optional value, or a collection that may be empty.
pub(crate) trait Slot {
    /// Replaces what the field holds by the next value.
    fn fill<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error>;
}

impl<T: Lenient> Slot for Option<T> {
    #[inline]
    fn fill<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        *self = T::lenient(deserializer)?;
        Ok(())
    }
}

macro_rules! collection_slots {
    ($($type:ty),*) => {$(
        impl<T: Lenient> Slot for $type {
            #[inline]
            fn fill<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
                *self = Lenient::lenient(deserializer)?.unwrap_or_default();
                Ok(())
            }
        }
    )*};
}

collection_slots!(Vec<T>, BTreeMap<String, T>);

/// Fills a slot from whatever comes next.
pub(crate) struct Fill<'a, T>(pub(crate) &'a mut T);

impl<'de, T: Slot> DeserializeSeed<'de> for Fill<'_, T> {
    type Value = ();

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.0.fill(deserializer)
    }
}

/// Reads a value leniently where there is one to read next.
struct Seed<T>(PhantomData<T>);

impl<'de, T: Lenient> DeserializeSeed<'de> for Seed<T> {
    type Value = Option<T>;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        T::lenient(deserializer)
    }
}

/// For `Deserialize`: a lenient value that has to be there.
pub(crate) fn required<'de, T, D>(deserializer: D, expected: &'static str) -> Result<T, D::Error>
where
    T: Lenient,
    D: Deserializer<'de>,
{
    T::lenient(deserializer)?
        .or_else(T::null)
        .ok_or_else(|| D::Error::invalid_type(Unexpected::Unit, &expected))
}

/// What can be made of any text.
pub(crate) trait Text: Sized {
    const EXPECTED: &'static str;

    fn from_text(text: &str) -> Self;

    #[inline]
    fn from_string(text: String) -> Self {
        Self::from_text(&text)
    }
}

impl Text for String {
    const EXPECTED: &'static str = "a text";

    #[inline]
    fn from_text(text: &str) -> Self {
        text.to_owned()
    }

    #[inline]
    fn from_string(text: String) -> Self {
        text
    }
}

/// Reads text, or a number or boolean as its text.
#[inline]
pub(crate) fn text<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Text,
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(TextVisitor(PhantomData))
}

struct TextVisitor<T>(PhantomData<T>);

/// Null is `None`, in the three ways in which deserializers say it.
macro_rules! null_is_none {
    () => {
        #[inline]
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        #[inline]
        fn visit_none<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        #[inline]
        fn visit_some<D: Deserializer<'de>>(
            self,
            deserializer: D,
        ) -> Result<Self::Value, D::Error> {
            deserializer.deserialize_any(self)
        }
    };
}
pub(crate) use null_is_none;

impl<'de, T: Text> Visitor<'de> for TextVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    null_is_none!();

    #[inline]
    fn visit_str<E>(self, text: &str) -> Result<Option<T>, E> {
        Ok(Some(T::from_text(text)))
    }

    #[inline]
    fn visit_string<E>(self, text: String) -> Result<Option<T>, E> {
        Ok(Some(T::from_string(text)))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Option<T>, E> {
        Ok(Some(T::from_text(if value { "true" } else { "false" })))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Option<T>, E> {
        Ok(Some(T::from_string(value.to_string())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Option<T>, E> {
        Ok(Some(T::from_string(value.to_string())))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Option<T>, E> {
        Ok(Some(T::from_string(value.to_string())))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<T>, A::Error> {
        Ok(Some(T::from_string(big_number(map, &self)?)))
    }
}

/// With the feature `arbitrary_precision`, which any crate of a program may turn on for all,
/// serde_json hands numbers out as an object of one member of this name, the text.
const BIG_NUMBER: &str = "$serde_json::private::Number";

/// The text of such a number.
fn big_number<'de, A: MapAccess<'de>>(
    mut map: A,
    expected: &dyn serde::de::Expected,
) -> Result<String, A::Error> {
    match map.next_key::<String>()? {
        Some(key) if key == BIG_NUMBER => map.next_value(),
        _ => Err(A::Error::invalid_type(Unexpected::Map, expected)),
    }
}

/// An integer, a number or a boolean: what comes as a JSON number, a boolean or text.
trait Scalar: Sized {
    const EXPECTED: &'static str;

    fn from_bool(value: bool) -> Self;
    fn from_i64(value: i64) -> Option<Self>;
    fn from_u64(value: u64) -> Option<Self>;
    fn from_f64(value: f64) -> Option<Self>;
    fn from_text(text: &str) -> Option<Self>;
}

impl Scalar for i64 {
    const EXPECTED: &'static str = "an integer";

    fn from_bool(value: bool) -> Self {
        value.into()
    }

    #[inline]
    fn from_i64(value: i64) -> Option<Self> {
        Some(value)
    }

    #[inline]
    fn from_u64(value: u64) -> Option<Self> {
        Some(Self::try_from(value).unwrap_or(Self::MAX))
    }

    /// The nearest integer: `as` stops at the ends of the range.
    fn from_f64(value: f64) -> Option<Self> {
        Some(value.round() as Self)
    }

    fn from_text(text: &str) -> Option<Self> {
        text.parse()
            .ok()
            .or_else(|| f64::from_text(text).and_then(Self::from_f64))
    }
}

impl Scalar for f64 {
    const EXPECTED: &'static str = "a number";

    fn from_bool(value: bool) -> Self {
        value.into()
    }

    #[inline]
    fn from_i64(value: i64) -> Option<Self> {
        Some(value as Self)
    }

    #[inline]
    fn from_u64(value: u64) -> Option<Self> {
        Some(value as Self)
    }

    #[inline]
    fn from_f64(value: f64) -> Option<Self> {
        Some(value)
    }

    /// Finite ones: JSON has no others, so they could not be written again.
    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok().filter(|number: &f64| number.is_finite())
    }
}

impl Scalar for bool {
    const EXPECTED: &'static str = "a boolean";

    #[inline]
    fn from_bool(value: bool) -> Self {
        value
    }

    fn from_i64(value: i64) -> Option<Self> {
        match value {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    fn from_u64(value: u64) -> Option<Self> {
        i64::try_from(value).ok().and_then(Self::from_i64)
    }

    fn from_f64(value: f64) -> Option<Self> {
        (value == 0.0)
            .then_some(false)
            .or((value == 1.0).then_some(true))
    }

    fn from_text(text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case("true") {
            return Some(true);
        }
        if text.eq_ignore_ascii_case("false") {
            return Some(false);
        }
        f64::from_text(text).and_then(Self::from_f64)
    }
}

struct ScalarVisitor<T>(PhantomData<T>);

impl<'de, T: Scalar> Visitor<'de> for ScalarVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    null_is_none!();

    #[inline]
    fn visit_bool<E>(self, value: bool) -> Result<Option<T>, E> {
        Ok(Some(T::from_bool(value)))
    }

    #[inline]
    fn visit_i64<E: Error>(self, value: i64) -> Result<Option<T>, E> {
        let wrong = || E::invalid_value(Unexpected::Signed(value), &self);
        T::from_i64(value).map(Some).ok_or_else(wrong)
    }

    #[inline]
    fn visit_u64<E: Error>(self, value: u64) -> Result<Option<T>, E> {
        let wrong = || E::invalid_value(Unexpected::Unsigned(value), &self);
        T::from_u64(value).map(Some).ok_or_else(wrong)
    }

    #[inline]
    fn visit_f64<E: Error>(self, value: f64) -> Result<Option<T>, E> {
        let wrong = || E::invalid_value(Unexpected::Float(value), &self);
        T::from_f64(value).map(Some).ok_or_else(wrong)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Option<T>, E> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Ok(None);
        }
        let wrong = || E::invalid_value(Unexpected::Str(text), &self);
        T::from_text(trimmed).map(Some).ok_or_else(wrong)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<T>, A::Error> {
        let text = big_number(map, &self)?;
        self.visit_str(&text)
    }
}

macro_rules! lenient_scalars {
    ($($type:ty),*) => {$(
        impl Lenient for $type {
            #[inline]
            fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
                deserializer.deserialize_any(ScalarVisitor(PhantomData))
            }
        }
    )*};
}

lenient_scalars!(i64, f64, bool);

impl Lenient for String {
    #[inline]
    fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        text(deserializer)
    }
}

impl<T: Lenient> Lenient for Box<T> {
    #[inline]
    fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        Ok(T::lenient(deserializer)?.map(Box::new))
    }
}

impl<T: Lenient> Lenient for Vec<T> {
    #[inline]
    fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Lenient> Visitor<'de> for ListVisitor<T> {
    type Value = Option<Vec<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    null_is_none!();

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element_seed(Seed::<T>(PhantomData))? {
            if let Some(element) = element.or_else(T::null) {
                elements.push(element);
            }
        }
        Ok(Some(elements))
    }
}

impl<T: Lenient> Lenient for BTreeMap<String, T> {
    #[inline]
    fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        deserializer.deserialize_any(TableVisitor(PhantomData))
    }
}

struct TableVisitor<T>(PhantomData<T>);

impl<'de, T: Lenient> Visitor<'de> for TableVisitor<T> {
    type Value = Option<BTreeMap<String, T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    null_is_none!();

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut table = BTreeMap::new();
        while let Some(name) = map.next_key()? {
            if let Some(value) = map
                .next_value_seed(Seed::<T>(PhantomData))?
                .or_else(T::null)
            {
                table.insert(name, value);
            }
        }
        Ok(Some(table))
    }
}

#[cfg(test)]
mod tests {
    use serde::de::value::MapDeserializer;
    use serde_json::json;

    use super::*;
    use crate::RawJson;

    fn read<T: Lenient>(json: &str) -> Result<Option<T>, String> {
        T::lenient(&mut serde_json::Deserializer::from_str(json)).map_err(|error| error.to_string())
    }

    #[test]
    fn null_is_absent_for_every_type() {
        assert_eq!(read::<i64>("null"), Ok(None));
        assert_eq!(read::<f64>("null"), Ok(None));
        assert_eq!(read::<bool>("null"), Ok(None));
        assert_eq!(read::<String>("null"), Ok(None));
        assert_eq!(read::<RawJson>("null"), Ok(None));
        assert_eq!(read::<Box<i64>>("null"), Ok(None));
        assert_eq!(read::<Vec<i64>>("null"), Ok(None));
        assert_eq!(read::<BTreeMap<String, i64>>("null"), Ok(None));
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
            assert_eq!(read::<i64>(json), Ok(Some(1234)), "{json}");
        }
        assert_eq!(read::<i64>("-1234.0"), Ok(Some(-1234)));
        assert_eq!(read::<i64>("true"), Ok(Some(1)));
        assert_eq!(read::<i64>(r#""""#), Ok(None));
    }

    #[test]
    fn integers_are_exact_up_to_64_bits_and_the_nearest_one_beyond() {
        assert_eq!(read::<i64>("9223372036854775807"), Ok(Some(i64::MAX)));
        assert_eq!(read::<i64>(r#""9223372036854775807""#), Ok(Some(i64::MAX)));
        assert_eq!(read::<i64>("-9223372036854775808"), Ok(Some(i64::MIN)));
        assert_eq!(read::<i64>("18446744073709551615"), Ok(Some(i64::MAX)));
        assert_eq!(read::<i64>("1e300"), Ok(Some(i64::MAX)));
        assert_eq!(
            read::<i64>("-123456789012345678901234567890"),
            Ok(Some(i64::MIN))
        );
        assert_eq!(read::<i64>("41.7"), Ok(Some(42)));
    }

    #[test]
    fn numbers_come_as_integers_and_texts_too() {
        assert_eq!(read::<f64>("12.5"), Ok(Some(12.5)));
        assert_eq!(read::<f64>("12"), Ok(Some(12.0)));
        assert_eq!(read::<f64>("-12"), Ok(Some(-12.0)));
        assert_eq!(read::<f64>(r#""12.5""#), Ok(Some(12.5)));
        assert!(read::<f64>(r#""NaN""#).is_err());
    }

    #[test]
    fn booleans_come_as_texts_and_digits_too() {
        for (json, value) in [
            ("true", true),
            (r#""true""#, true),
            (r#""True""#, true),
            ("1", true),
            (r#""1""#, true),
        ] {
            assert_eq!(read::<bool>(json), Ok(Some(value)), "{json}");
        }
        for (json, value) in [
            ("false", false),
            (r#""false""#, false),
            ("0", false),
            (r#""0""#, false),
            ("0.0", false),
        ] {
            assert_eq!(read::<bool>(json), Ok(Some(value)), "{json}");
        }
        assert_eq!(
            read::<bool>("2"),
            Err("invalid value: integer `2`, expected a boolean at line 1 column 1".into())
        );
    }

    #[test]
    fn text_comes_as_numbers_and_booleans_too() {
        assert_eq!(read::<String>("29.97"), Ok(Some("29.97".into())));
        assert_eq!(read::<String>("25"), Ok(Some("25".into())));
        assert_eq!(read::<String>("-1"), Ok(Some("-1".into())));
        assert_eq!(read::<String>("false"), Ok(Some("false".into())));
    }

    #[test]
    fn json_of_another_kind_is_an_error() {
        for json in ["{}", "[]", r#"{"a":1}"#] {
            assert!(
                read::<i64>(json)
                    .unwrap_err()
                    .contains("expected an integer"),
                "{json}"
            );
            assert!(
                read::<String>(json)
                    .unwrap_err()
                    .contains("expected a text"),
                "{json}"
            );
        }
        assert!(
            read::<Vec<i64>>("{}")
                .unwrap_err()
                .contains("expected a list")
        );
        assert!(
            read::<i64>(r#""abc""#)
                .unwrap_err()
                .contains("expected an integer")
        );
    }

    #[test]
    fn nulls_in_lists_are_left_out_unless_the_elements_are_json() {
        assert_eq!(read::<Vec<i64>>("[1, null, 2]"), Ok(Some(vec![1, 2])));
        assert_eq!(
            read::<Vec<Vec<i64>>>("[[1], null, []]"),
            Ok(Some(vec![vec![1], vec![]]))
        );
        assert_eq!(
            read::<Vec<RawJson>>("[1, null]"),
            Ok(Some(vec![json!(1).into(), RawJson::default()]))
        );
    }

    #[test]
    fn tables_keep_their_values_leniently() {
        let table = read::<BTreeMap<String, i64>>(r#"{"a": "1", "b": null, "c": 3.0}"#)
            .unwrap()
            .unwrap();
        assert_eq!(
            table,
            BTreeMap::from([("a".to_owned(), 1), ("c".to_owned(), 3)])
        );
    }

    #[test]
    fn numbers_survive_serde_jsons_arbitrary_precision() {
        let number = || {
            let members = std::iter::once((BIG_NUMBER, "9007199254740993"));
            MapDeserializer::<_, serde::de::value::Error>::new(members)
        };
        let any = serde::de::value::MapAccessDeserializer::new;
        assert_eq!(
            i64::lenient(any(number())).unwrap(),
            Some(9_007_199_254_740_993)
        );
        assert_eq!(
            String::lenient(any(number())).unwrap().as_deref(),
            Some("9007199254740993")
        );
    }
}
