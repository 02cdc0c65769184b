//! Fields of a request that may be left out, cleared or set.

use serde::{Serialize, Serializer};

/// A field of a request with three states: left as it is, cleared, or set.
///
/// Models have setters for both: `category("News")` sets a field, `clear_category()` sends `null`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Nullable<T> {
    /// Not sent: iconik keeps what it has.
    #[default]
    Absent,
    /// Sent as `null`: iconik clears the field.
    Null,
    /// Sent as this value.
    Value(T),
}

impl<T> Nullable<T> {
    /// Whether the field is left out of the request.
    #[must_use]
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Whether the field is cleared.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The value, if there is one.
    #[must_use]
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// The same state with a reference to the value.
    #[must_use]
    pub const fn as_ref(&self) -> Nullable<&T> {
        match self {
            Self::Absent => Nullable::Absent,
            Self::Null => Nullable::Null,
            Self::Value(value) => Nullable::Value(value),
        }
    }

    /// The same state with another value.
    #[must_use]
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Nullable<U> {
        match self {
            Self::Absent => Nullable::Absent,
            Self::Null => Nullable::Null,
            Self::Value(value) => Nullable::Value(change(value)),
        }
    }
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

/// `None` clears the field.
impl<T> From<Option<T>> for Nullable<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Value)
    }
}

/// In a model an absent field is left out. Alone it can only be written as `null`.
impl<T: Serialize> Serialize for Nullable<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => value.serialize(serializer),
            Self::Absent | Self::Null => serializer.serialize_unit(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_absent_until_it_is_touched() {
        assert!(Nullable::<String>::default().is_absent());
    }

    #[test]
    fn none_clears_and_a_value_sets() {
        assert!(Nullable::<i64>::from(None).is_null());
        assert_eq!(Nullable::from(Some(1)), Nullable::Value(1));
        assert_eq!(Nullable::from(1), Nullable::Value(1));
    }

    #[test]
    fn the_state_survives_a_change_of_the_value() {
        assert_eq!(Nullable::Value(1).map(|number| number + 1).value(), Some(2));
        assert!(Nullable::<i64>::Null.map(|number| number + 1).is_null());
        assert!(Nullable::<i64>::Absent.as_ref().is_absent());
    }
}
