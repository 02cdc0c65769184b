//! List that are of one of several kinds, told by one of their members.

use std::fmt;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Unexpected,
    Visitor,
};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::data::json_error::JsonError;
use crate::data::json_text::Json;

/// An object of a kind that this version does not know: its JSON, byte for byte.
#[derive(Clone)]
pub struct Unrecognized(Box<RawValue>);

impl Unrecognized {
    /// The JSON as it came.
    #[must_use]
    pub fn raw(&self) -> &str {
        self.0.get()
    }

    /// The JSON as a tree.
    #[must_use]
    pub fn value(&self) -> Value {
        serde_json::from_str(self.raw()).unwrap_or_default()
    }

    /// The JSON as a type of yours.
    ///
    /// # Errors
    ///
    /// If it is not of this type.
    pub fn get_as<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.raw())
    }
}

impl fmt::Debug for Unrecognized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unrecognized({})", self.raw())
    }
}

impl PartialEq for Unrecognized {
    fn eq(&self, other: &Self) -> bool {
        self.raw() == other.raw()
    }
}

impl Serialize for Unrecognized {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// An enum of models as [`tagged_union!`](crate::tagged_union) completes it.
pub(crate) trait TaggedUnion: Sized {
    const NAME: &'static str;

    /// The member that tells the kind.
    const TAG: &'static str;

    /// Reads the object by the text of its tag; `None` if this is no known kind.
    fn known(tag: &str, json: &str) -> Option<Result<Self, String>>;

    fn unknown(object: Unrecognized) -> Self;
}

/// Reads a variant. An error tells where in the object it is: whoever reads the whole answer sees
/// no deeper than the union.
pub(crate) fn variant<T: DeserializeOwned>(json: &str) -> Result<Box<T>, String> {
    serde_json::from_str(json)
        .map(Box::new)
        .map_err(|error| JsonError::new(json, &error).within())
}

/// Reads a union; null is `None`.
///
/// The tag may be anywhere in the object, so that the text is looked through once for it.
pub(crate) fn lenient_union<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: TaggedUnion,
    D: Deserializer<'de>,
{
    let Json(json) = Json::deserialize(deserializer)?;
    if json == "null" {
        return Ok(None);
    }
    let tag = find_tag(T::TAG, &json)
        .map_err(|error| D::Error::custom(format_args!("{}: {error}", T::NAME)))?;
    if let Some(known) = tag.and_then(|tag| T::known(&tag, &json)) {
        return known.map(Some).map_err(D::Error::custom);
    }
    let object = RawValue::from_string(json.into_owned()).map_err(D::Error::custom)?;
    Ok(Some(T::unknown(Unrecognized(object))))
}

/// Reads a union that has to be there.
pub(crate) fn required_union<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: TaggedUnion,
    D: Deserializer<'de>,
{
    lenient_union(deserializer)?.ok_or_else(|| D::Error::invalid_type(Unexpected::Unit, &T::NAME))
}

fn find_tag(tag: &'static str, json: &str) -> Result<Option<String>, serde_json::Error> {
    serde_json::Deserializer::from_str(json).deserialize_map(TagVisitor(tag))
}

/// Looks for the member of this name; of several the last one counts, as in models.
struct TagVisitor(&'static str);

impl<'de> Visitor<'de> for TagVisitor {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with `{}`", self.0)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<String>, A::Error> {
        let mut tag = None;
        while let Some(is_tag) = map.next_key_seed(Is(self.0))? {
            if is_tag {
                tag = map.next_value::<Value>()?.as_str().map(str::to_owned);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(tag)
    }
}

/// Whether a name is this one.
struct Is(&'static str);

impl<'de> DeserializeSeed<'de> for Is {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Is {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E>(self, name: &str) -> Result<bool, E> {
        Ok(name == self.0)
    }
}

/// The impls of an enum of boxed models with a last variant `Unknown(Box<Unrecognized>)`.
///
/// ```text
/// tagged_union!(CollectionItem by "object_type" { Asset(Asset) => "assets", Collection(Collection) => "collections" });
/// ```
///
/// Written as the model alone, which has the tag among its fields or in its `extra`.
macro_rules! tagged_union {
    ($union:ident by $tag:literal { $($variant:ident($model:ty) => $wire:literal),+ $(,)? }) => {
        impl $crate::data::tagged_union::TaggedUnion for $union {
            const NAME: &'static str = stringify!($union);
            const TAG: &'static str = $tag;

            fn known(
                tag: &str,
                json: &str,
            ) -> ::std::option::Option<::std::result::Result<Self, ::std::string::String>> {
                match tag {
                    $($wire => Some($crate::data::tagged_union::variant(json).map(Self::$variant)),)+
                    _ => None,
                }
            }

            fn unknown(object: $crate::Unrecognized) -> Self {
                Self::Unknown(::std::boxed::Box::new(object))
            }
        }

        $(
            impl ::std::convert::From<$model> for $union {
                fn from(model: $model) -> Self {
                    Self::$variant(::std::boxed::Box::new(model))
                }
            }
        )+

        impl ::serde::Serialize for $union {
            fn serialize<S: ::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(model) => ::serde::Serialize::serialize(model, serializer),)+
                    Self::Unknown(object) => ::serde::Serialize::serialize(object, serializer),
                }
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $union {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::data::tagged_union::required_union(deserializer)
            }
        }

        impl $crate::data::lenient::Lenient for $union {
            fn lenient<'de, D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<::std::option::Option<Self>, D::Error> {
                $crate::data::tagged_union::lenient_union(deserializer)
            }
        }
    };
}
