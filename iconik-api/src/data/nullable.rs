//! Fields of a request that may be omitted, cleared or set.

use serde::{Serialize, Serializer};

/// A field of a request with three states: omitted, cleared, or set.
///
/// Models have methods for all of them: a new model omits the field, `category("News")` sets it, and
/// `clear_category()` sends `null`.
///
/// An [`Option`] has two states only, so the name says what `None` means:
/// [`value_or_null`](Self::value_or_null) clears the field, and [`value_or_absent`](Self::value_or_absent)
/// omits it.
///
/// ```
/// use iconik_api::Nullable;
/// use iconik_api::assets::AssetPatch;
///
/// // `None` in the table: the asset keeps its category.
/// let category: Option<String> = None;
/// let mut patch = AssetPatch::new().title("Storm");
/// patch.category = Nullable::value_or_absent(category);
/// assert_eq!(serde_json::to_string(&patch)?, r#"{"title":"Storm"}"#);
///
/// // An empty cell: the category is removed.
/// patch.category = Nullable::value_or_null(None);
/// assert_eq!(serde_json::to_string(&patch)?, r#"{"title":"Storm","category":null}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Nullable<T> {
    /// Omitted: iconik keeps what it has.
    #[default]
    Absent,
    /// Sent as `null`: iconik clears the field.
    Null,
    /// Sent as this value.
    Value(T),
}

impl<T> Nullable<T> {
    /// Creates a field with this value; `None` clears it.
    #[must_use]
    pub fn value_or_null(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Value)
    }

    /// Creates a field with this value; `None` omits it, so that iconik keeps what it has.
    #[must_use]
    pub fn value_or_absent(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Self::Value)
    }

    /// Returns `true` if the field is omitted.
    #[must_use]
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Returns `true` if the field is cleared.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Returns the value; `None` if the field is omitted or cleared.
    #[must_use]
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// Returns the same state with a reference to the value.
    #[must_use]
    pub const fn as_ref(&self) -> Nullable<&T> {
        match self {
            Self::Absent => Nullable::Absent,
            Self::Null => Nullable::Null,
            Self::Value(value) => Nullable::Value(value),
        }
    }

    /// Returns the same state with another value.
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

/// A model omits an absent field. Without a model it can only be written as `null`.
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
    fn the_name_says_what_none_means() {
        assert!(Nullable::<i64>::value_or_null(None).is_null());
        assert!(Nullable::<i64>::value_or_absent(None).is_absent());
        assert_eq!(Nullable::value_or_null(Some(1)), Nullable::Value(1));
        assert_eq!(Nullable::value_or_absent(Some(1)), Nullable::Value(1));
        assert_eq!(Nullable::from(1), Nullable::Value(1));
    }

    #[test]
    fn the_state_survives_a_change_of_the_value() {
        assert_eq!(Nullable::Value(1).map(|number| number + 1).value(), Some(2));
        assert!(Nullable::<i64>::Null.map(|number| number + 1).is_null());
        assert!(Nullable::<i64>::Absent.as_ref().is_absent());
    }
}
