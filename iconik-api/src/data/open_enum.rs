//! Enums that iconik may extend at any time: an unknown value is kept, not refused.

use std::borrow::Cow;
use std::fmt;

use crate::data::lenient::{self, Parsed, Text};

/// The text of an enum value that this version does not know.
///
/// It is only made by reading such a value, so that it never contains a known value: compare with
/// the variants of the enum, or with text by [`as_str`](Self::as_str).
///
/// ```
/// use iconik_api::assets::SegmentType;
///
/// assert_eq!(SegmentType::from("MARKER"), SegmentType::Marker);
/// match SegmentType::from("HOLOGRAM") {
///     SegmentType::Marker => unreachable!(),
///     SegmentType::Unknown(value) => assert_eq!(value.as_str(), "HOLOGRAM"),
///     _ => unreachable!(),
/// }
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnknownValue(Box<str>);

impl UnknownValue {
    /// Returns the text that iconik sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For [`open_enum!`](crate::open_enum), after it has looked through the known values.
    #[must_use]
    pub(crate) fn new(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// An enum as [`open_enum!`](crate::open_enum) completes it.
pub(crate) trait OpenEnum: Sized {
    fn from_text(text: &str) -> Self;
}

/// The rest of an enum that has a variant `Unknown(UnknownValue)` and derives `Clone` and `Debug`.
///
/// `open_enum!(SegmentType { Marker => "MARKER", Comment => "COMMENT" });`
macro_rules! open_enum {
    ($name:ident { $($variant:ident => $wire:literal),+ $(,)? }) => {
        impl $name {
            /// The values that this version knows.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),+];

            /// The value as iconik writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $wire,)+
                    Self::Unknown(value) => value.as_str(),
                }
            }

            /// Whether this version does not know the value.
            #[must_use]
            pub fn is_unknown(&self) -> bool {
                matches!(self, Self::Unknown(_))
            }
        }

        impl $crate::data::open_enum::OpenEnum for $name {
            fn from_text(text: &str) -> Self {
                match text {
                    $($wire => Self::$variant,)+
                    _ => Self::Unknown($crate::UnknownValue::new(text)),
                }
            }
        }

        text_type!($name);
    };
}

/// The impls of a type that is text with some values known by name.
macro_rules! text_type {
    ($name:ident) => {
        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::std::convert::From<&str> for $name {
            fn from(text: &str) -> Self {
                $crate::data::open_enum::OpenEnum::from_text(text)
            }
        }

        impl ::std::convert::From<::std::string::String> for $name {
            fn from(text: ::std::string::String) -> Self {
                $crate::data::open_enum::OpenEnum::from_text(&text)
            }
        }

        impl ::std::convert::From<&$name> for $name {
            fn from(value: &$name) -> Self {
                value.clone()
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(
                text: &str,
            ) -> ::std::result::Result<Self, <Self as ::std::str::FromStr>::Err> {
                Ok($crate::data::open_enum::OpenEnum::from_text(text))
            }
        }

        impl ::std::convert::AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl ::std::cmp::PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.as_str() == other.as_str()
            }
        }

        impl ::std::cmp::Eq for $name {}

        impl ::std::cmp::PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl ::std::cmp::PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl ::std::cmp::PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> ::std::option::Option<::std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl ::std::cmp::Ord for $name {
            fn cmp(&self, other: &Self) -> ::std::cmp::Ordering {
                self.as_str().cmp(other.as_str())
            }
        }

        impl ::std::hash::Hash for $name {
            fn hash<H: ::std::hash::Hasher>(&self, state: &mut H) {
                self.as_str().hash(state);
            }
        }

        impl $crate::ParamValue for $name {
            fn write(&self, sink: &mut $crate::http::param::ParamSink<'_>) {
                sink.text(self.as_str());
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::data::lenient::required(deserializer, stringify!($name))
            }
        }

        impl $crate::data::lenient::Scalar for $name {
            fn parse(json: &str) -> $crate::data::lenient::Parsed<Self> {
                $crate::data::open_enum::parse(json)
            }
        }

        scalar_values!($name);
    };
}

/// Reads the JSON text of a value.
pub(crate) fn parse<T: OpenEnum>(json: &str) -> Parsed<T> {
    match lenient::parse_text(json) {
        Parsed::Value(Known(value)) => Parsed::Value(value),
        Parsed::Null => Parsed::Null,
        Parsed::Unread => Parsed::Unread,
    }
}

struct Known<T>(T);

impl<T: OpenEnum> Text for Known<T> {
    #[inline]
    fn from_text(text: Cow<'_, str>) -> Self {
        Self(T::from_text(&text))
    }
}

#[cfg(test)]
// What the macros make is public in the library, and private with the types of these tests.
#[allow(unreachable_pub)]
mod tests {
    use std::collections::BTreeSet;

    use crate::UnknownValue;

    /// What a segment is.
    #[non_exhaustive]
    #[derive(Clone, Debug)]
    enum SegmentType {
        Marker,
        Comment,
        NotApplicable,
        Unknown(UnknownValue),
    }

    open_enum!(SegmentType { Marker => "MARKER", Comment => "COMMENT", NotApplicable => "N/A" });

    #[test]
    fn every_known_value_is_read_and_written_by_its_text() {
        for value in SegmentType::KNOWN {
            let json = serde_json::to_string(value).unwrap();
            let read: SegmentType = serde_json::from_str(&json).unwrap();
            assert_eq!(&read, value);
            assert!(!read.is_unknown());
        }
        assert_eq!(SegmentType::KNOWN.len(), 3);
        assert_eq!(SegmentType::from("N/A"), SegmentType::NotApplicable);
    }

    #[test]
    fn an_unknown_value_keeps_its_text() {
        for json in [r#""SHOT""#, r#""marker""#, r#""""#, r#""\"é\"""#] {
            let value: SegmentType = serde_json::from_str(json).unwrap();
            assert!(value.is_unknown());
            assert_eq!(serde_json::to_string(&value).unwrap(), json);
        }
        let value: SegmentType = "SHOT".parse().unwrap();
        assert_eq!(value, "SHOT");
        assert_eq!(format!("{value} {value:?}"), r#"SHOT Unknown("SHOT")"#);
    }

    #[test]
    fn a_known_text_never_becomes_an_unknown_value() {
        assert!(matches!(
            SegmentType::from("MARKER".to_owned()),
            SegmentType::Marker
        ));
    }

    #[test]
    fn values_are_ordered_by_text() {
        let values: BTreeSet<SegmentType> = ["N/A", "ZOO", "COMMENT", "ABC", "ZOO"]
            .map(SegmentType::from)
            .into();
        let texts: Vec<&str> = values.iter().map(SegmentType::as_str).collect();
        assert_eq!(texts, ["ABC", "COMMENT", "N/A", "ZOO"]);
    }

    #[test]
    fn a_list_is_no_enum_value() {
        let error = serde_json::from_str::<SegmentType>("[]").unwrap_err();
        assert!(
            error.to_string().contains("expected SegmentType"),
            "{error}"
        );
        assert!(serde_json::from_str::<SegmentType>("null").is_err());
    }
}
