//! JSON as it is sent: what JSON cannot express is an error, not `null`.
//!
//! `null` clears a field, so that a `NaN` written as `null` would delete what it was meant to change.

use std::fmt::Display;

use serde::ser::{
    Error, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use crate::data::model::sending;

/// Writes a value as JSON.
///
/// # Errors
///
/// When it contains a number that is not finite, or when its `Serialize` fails. The error names the
/// place.
pub(crate) fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    sending(|| serde_json::to_vec(&Strict(value)))
}

/// A value that is written by [`StrictSerializer`].
struct Strict<'a, T: ?Sized>(&'a T);

impl<T: Serialize + ?Sized> Serialize for Strict<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(StrictSerializer(serializer))
    }
}

/// Passes everything on, but numbers that are not finite.
struct StrictSerializer<S>(S);

/// The collections of a [`StrictSerializer`].
struct StrictItems<I> {
    items: I,
    /// The number of the next item of a list.
    next: usize,
}

fn items<I>(items: I) -> StrictItems<I> {
    StrictItems { items, next: 0 }
}

macro_rules! pass_on {
    ($($name:ident($($argument:ident: $ty:ty),*);)*) => {$(
        fn $name(self $(, $argument: $ty)*) -> Result<S::Ok, S::Error> {
            self.0.$name($($argument),*)
        }
    )*};
}

impl<S: Serializer> Serializer for StrictSerializer<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = StrictItems<S::SerializeSeq>;
    type SerializeTuple = StrictItems<S::SerializeTuple>;
    type SerializeTupleStruct = StrictItems<S::SerializeTupleStruct>;
    type SerializeTupleVariant = StrictItems<S::SerializeTupleVariant>;
    type SerializeMap = StrictItems<S::SerializeMap>;
    type SerializeStruct = StrictItems<S::SerializeStruct>;
    type SerializeStructVariant = StrictItems<S::SerializeStructVariant>;

    pass_on! {
        serialize_bool(value: bool);
        serialize_i8(value: i8);
        serialize_i16(value: i16);
        serialize_i32(value: i32);
        serialize_i64(value: i64);
        serialize_i128(value: i128);
        serialize_u8(value: u8);
        serialize_u16(value: u16);
        serialize_u32(value: u32);
        serialize_u64(value: u64);
        serialize_u128(value: u128);
        serialize_char(value: char);
        serialize_str(value: &str);
        serialize_bytes(value: &[u8]);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(name: &'static str);
        serialize_unit_variant(name: &'static str, index: u32, variant: &'static str);
    }

    fn serialize_f32(self, value: f32) -> Result<S::Ok, S::Error> {
        match value.is_finite() {
            true => self.0.serialize_f32(value),
            false => Err(not_finite(value)),
        }
    }

    fn serialize_f64(self, value: f64) -> Result<S::Ok, S::Error> {
        match value.is_finite() {
            true => self.0.serialize_f64(value),
            false => Err(not_finite(value)),
        }
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.0.serialize_some(&Strict(value))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.0.serialize_newtype_struct(name, &Strict(value))
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.0
            .serialize_newtype_variant(name, index, variant, &Strict(value))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Self::SerializeSeq, S::Error> {
        self.0.serialize_seq(length).map(items)
    }

    fn serialize_tuple(self, length: usize) -> Result<Self::SerializeTuple, S::Error> {
        self.0.serialize_tuple(length).map(items)
    }

    fn serialize_tuple_struct(
        self,
        name: &'static str,
        length: usize,
    ) -> Result<Self::SerializeTupleStruct, S::Error> {
        self.0.serialize_tuple_struct(name, length).map(items)
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeTupleVariant, S::Error> {
        self.0
            .serialize_tuple_variant(name, index, variant, length)
            .map(items)
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Self::SerializeMap, S::Error> {
        self.0.serialize_map(length).map(items)
    }

    fn serialize_struct(
        self,
        name: &'static str,
        length: usize,
    ) -> Result<Self::SerializeStruct, S::Error> {
        self.0.serialize_struct(name, length).map(items)
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeStructVariant, S::Error> {
        self.0
            .serialize_struct_variant(name, index, variant, length)
            .map(items)
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.0.collect_str(value)
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

#[cold]
fn not_finite<E: Error>(value: impl Display) -> E {
    E::custom(format_args!(
        "{value} is not a number that JSON can express"
    ))
}

/// The collections whose items have numbers.
macro_rules! numbered {
    ($($kind:ident::$add:ident),* $(,)?) => {$(
        impl<I: $kind> $kind for StrictItems<I> {
            type Ok = I::Ok;
            type Error = I::Error;

            fn $add<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), I::Error> {
                let result = self.items.$add(&Strict(value));
                self.next += 1;
                match result {
                    Ok(()) => Ok(()),
                    Err(error) => Err(within(format_args!("[{}]", self.next - 1), error)),
                }
            }

            fn end(self) -> Result<I::Ok, I::Error> {
                self.items.end()
            }
        }
    )*};
}

numbered! {
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field,
}

/// The collections whose items have names.
macro_rules! named {
    ($($kind:ident),* $(,)?) => {$(
        impl<I: $kind> $kind for StrictItems<I> {
            type Ok = I::Ok;
            type Error = I::Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), I::Error> {
                match self.items.serialize_field(name, &Strict(value)) {
                    Ok(()) => Ok(()),
                    Err(error) => Err(within(name, error)),
                }
            }

            fn skip_field(&mut self, name: &'static str) -> Result<(), I::Error> {
                self.items.skip_field(name)
            }

            fn end(self) -> Result<I::Ok, I::Error> {
                self.items.end()
            }
        }
    )*};
}

named!(SerializeStruct, SerializeStructVariant);

impl<I: SerializeMap> SerializeMap for StrictItems<I> {
    type Ok = I::Ok;
    type Error = I::Error;

    fn serialize_key<K: Serialize + ?Sized>(&mut self, key: &K) -> Result<(), I::Error> {
        self.items.serialize_key(key)
    }

    fn serialize_value<V: Serialize + ?Sized>(&mut self, value: &V) -> Result<(), I::Error> {
        self.items.serialize_value(&Strict(value))
    }

    fn serialize_entry<K, V>(&mut self, key: &K, value: &V) -> Result<(), I::Error>
    where
        K: Serialize + ?Sized,
        V: Serialize + ?Sized,
    {
        match self.items.serialize_entry(key, &Strict(value)) {
            Ok(()) => Ok(()),
            Err(error) => Err(match serde_json::to_value(key) {
                Ok(serde_json::Value::String(name)) => within(name, error),
                _ => error,
            }),
        }
    }

    fn end(self) -> Result<I::Ok, I::Error> {
        self.items.end()
    }
}

/// Puts the place in front of an error: `filter` before `terms[0]: …` gives `filter.terms[0]: …`.
#[cold]
fn within<E: Error>(place: impl Display, error: E) -> E {
    let inner = error.to_string();
    match inner.strip_prefix(MARK) {
        Some(rest) if rest.starts_with('[') => E::custom(format_args!("{MARK}{place}{rest}")),
        Some(rest) => E::custom(format_args!("{MARK}{place}.{rest}")),
        None => E::custom(format_args!("{MARK}{place}: {inner}")),
    }
}

/// The first character of an error that names a place already.
const MARK: char = '\u{1}';

/// The text of an error of [`to_vec`].
pub(crate) fn message(error: &serde_json::Error) -> String {
    error.to_string().replace(MARK, "")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;
    use crate::RawJson;

    #[derive(serde::Serialize)]
    struct Outer {
        name: &'static str,
        points: Vec<Point>,
        scores: BTreeMap<&'static str, f64>,
        free: Option<RawJson>,
    }

    #[derive(serde::Serialize)]
    struct Point {
        x: f64,
        y: f32,
    }

    fn outer(x: f64, y: f32, score: f64) -> Outer {
        Outer {
            name: "a",
            points: vec![Point { x: 1.0, y: 2.0 }, Point { x, y }],
            scores: BTreeMap::from([("mean value", score)]),
            free: Some(RawJson::from(json!({ "a": [1.5, null] }))),
        }
    }

    #[test]
    fn what_json_can_express_is_written_as_always() {
        let value = outer(0.5, -1.0, 1e300);

        assert_eq!(to_vec(&value).unwrap(), serde_json::to_vec(&value).unwrap());
        let mixed = (1, "a", 'b', [true, false], (), None::<u8>, Value::Null);
        assert_eq!(to_vec(&mixed).unwrap(), serde_json::to_vec(&mixed).unwrap());
    }

    #[test]
    fn a_number_that_is_not_finite_is_an_error_that_names_the_place() {
        let problem = |value: &Outer| message(&to_vec(value).unwrap_err());

        assert_eq!(
            problem(&outer(f64::NAN, 0.0, 0.0)),
            "points[1].x: NaN is not a number that JSON can express"
        );
        assert_eq!(
            problem(&outer(0.0, f32::INFINITY, 0.0)),
            "points[1].y: inf is not a number that JSON can express"
        );
        assert_eq!(
            problem(&outer(0.0, 0.0, f64::NEG_INFINITY)),
            "scores.mean value: -inf is not a number that JSON can express"
        );
        assert_eq!(
            message(&to_vec(&f64::NAN).unwrap_err()),
            "NaN is not a number that JSON can express"
        );
    }

    #[test]
    fn an_error_of_the_callers_own_type_names_the_place_too() {
        struct Refuses;
        impl Serialize for Refuses {
            fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
                Err(S::Error::custom("not today"))
            }
        }

        let error = to_vec(&json_like(Refuses)).unwrap_err();

        assert_eq!(message(&error), "a[0]: not today");
    }

    fn json_like<T>(value: T) -> BTreeMap<&'static str, [T; 1]> {
        BTreeMap::from([("a", [value])])
    }
}
