//! What every field of a model can do, whatever holds its value.

use std::collections::BTreeMap;

use serde::Deserializer;
use serde::de::DeserializeSeed;

use super::lenient::{self, Unread, Value};
use super::nullable::Nullable;

/// A field of a model: an `Option`, a `Vec`, a map, or in requests a [`Nullable`].
pub(crate) trait Field: Sized {
    /// What the field holds if it is set.
    type Value;
    /// What is read from JSON: the value, or an item of it.
    type Item;

    /// Replaces what the field holds by the next value, and returns what of it could not be read.
    fn read<'de, D: Deserializer<'de>>(
        &mut self,
        deserializer: D,
    ) -> Result<Option<Unread>, D::Error>
    where
        Self::Item: Value;

    /// Whether the field is never written.
    fn is_absent(&self) -> bool;

    /// Whether the field is an empty collection, which is written only where one is required.
    fn is_empty(&self) -> bool {
        false
    }

    /// The value of a field that a request must have. An empty collection is one.
    fn required(self) -> Option<Self::Value>;

    /// The value of a field that a request may have. An empty collection is none: not every response has
    /// every field, so that an empty one must not clear anything.
    fn value(self) -> Option<Self::Value>;

    /// A field with this value, or an absent one.
    fn with(value: Option<Self::Value>) -> Self;

    /// A field that clears what iconik has, or an absent one if it cannot be cleared.
    fn cleared() -> Self {
        Self::with(None)
    }
}

impl<T> Field for Option<T> {
    type Value = T;
    type Item = T;

    fn read<'de, D: Deserializer<'de>>(
        &mut self,
        deserializer: D,
    ) -> Result<Option<Unread>, D::Error>
    where
        T: Value,
    {
        T::read(self, deserializer)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn required(self) -> Option<T> {
        self
    }

    fn value(self) -> Option<T> {
        self
    }

    fn with(value: Option<T>) -> Self {
        value
    }
}

impl<T> Field for Nullable<T> {
    type Value = T;
    type Item = T;

    fn read<'de, D: Deserializer<'de>>(
        &mut self,
        deserializer: D,
    ) -> Result<Option<Unread>, D::Error>
    where
        T: Value,
    {
        let mut value = None;
        let unread = T::read(&mut value, deserializer)?;
        *self = match (value, &unread) {
            (Some(value), _) => Self::Value(value),
            (None, None) => Self::Null,
            (None, Some(_)) => Self::Absent,
        };
        Ok(unread)
    }

    fn is_absent(&self) -> bool {
        Nullable::is_absent(self)
    }

    fn required(self) -> Option<T> {
        self.value()
    }

    fn value(self) -> Option<T> {
        Nullable::value(self)
    }

    fn with(value: Option<T>) -> Self {
        Self::value_or_absent(value)
    }

    fn cleared() -> Self {
        Self::Null
    }
}

macro_rules! collections {
    ($($collection:ty: $read:path;)*) => {$(
        impl<T> Field for $collection {
            type Value = Self;
            type Item = T;

            fn read<'de, D: Deserializer<'de>>(
                &mut self,
                deserializer: D,
            ) -> Result<Option<Unread>, D::Error>
            where
                T: Value,
            {
                $read(self, deserializer)
            }

            fn is_absent(&self) -> bool {
                false
            }

            fn is_empty(&self) -> bool {
                self.is_empty()
            }

            fn required(self) -> Option<Self> {
                Some(self)
            }

            fn value(self) -> Option<Self> {
                (!self.is_empty()).then_some(self)
            }

            fn with(value: Option<Self>) -> Self {
                value.unwrap_or_default()
            }
        }
    )*};
}

collections! {
    Vec<T>: lenient::read_list;
    BTreeMap<String, T>: lenient::read_map;
}

/// Reads the next value into a field.
pub(crate) struct Fill<'a, F>(pub(crate) &'a mut F);

impl<'de, F: Field<Item: Value>> DeserializeSeed<'de> for Fill<'_, F> {
    type Value = Option<Unread>;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.0.read(deserializer)
    }
}

/// Sets a field of a request to what a field of a response contains, if it differs from what the field
/// contained before.
pub(crate) fn change<R, F>(before: R, after: R, request: &mut F)
where
    R: Field + PartialEq,
    F: Field<Value = R::Value>,
{
    if before != after {
        *request = match after.required() {
            Some(value) => F::with(Some(value)),
            None => F::cleared(),
        };
    }
}

/// Sets a field of a request to what a field of a response holds.
pub(crate) fn copy<R: Field, F: Field<Value = R::Value>>(response: R, request: &mut F) {
    *request = F::with(response.value());
}
