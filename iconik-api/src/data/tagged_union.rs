//! Objects of one of several kinds, which one of their members names.

use std::borrow::Cow;
use std::fmt;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor,
};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::data::json_error::JsonError;
use crate::data::json_text::Json;
use crate::data::lenient::{self, Unread};
use crate::data::model::Members;
use crate::data::raw_json::RawJson;
use crate::data::unknown_fields::UnknownFields;

/// An object of a kind that this version does not know: its JSON, byte for byte.
///
/// Types for objects of several kinds are enums with a variant for each kind, and `Unknown` with a value of
/// this type for every other one. It is written as it was read. One made from [`RawJson`] sends a kind that
/// this version does not know.
///
/// ```
/// use iconik_api::assets::CollectionItem;
///
/// let item: CollectionItem = serde_json::from_str(r#"{ "object_type": "holograms", "title": "Storm" }"#)?;
/// match item {
///     CollectionItem::Asset(asset) => println!("asset {:?}", asset.title),
///     CollectionItem::Collection(collection) => println!("collection {:?}", collection.title),
///     CollectionItem::Unknown(item) => assert_eq!(item.value()["title"], "Storm"),
///     _ => {}
/// }
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone)]
pub struct Unrecognized(Box<RawValue>);

impl Unrecognized {
    /// Returns the JSON as it was received.
    #[must_use]
    pub fn raw(&self) -> &str {
        self.0.get()
    }

    /// Returns the JSON as a tree.
    #[must_use]
    pub fn value(&self) -> Value {
        serde_json::from_str(self.raw()).unwrap_or_default()
    }

    /// Returns the JSON as a type of yours.
    ///
    /// # Errors
    ///
    /// When it is not of this type.
    pub fn get_as<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.raw())
    }
}

impl From<&RawJson> for Unrecognized {
    fn from(json: &RawJson) -> Self {
        let json = json.as_str().to_owned();
        // What is in a `RawJson` is JSON already.
        Self(RawValue::from_string(json).unwrap_or_default())
    }
}

impl From<RawJson> for Unrecognized {
    fn from(json: RawJson) -> Self {
        (&json).into()
    }
}

/// Shows no content, which may hold secrets.
impl fmt::Debug for Unrecognized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unrecognized({} bytes)", self.raw().len())
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

/// Reads a variant whose model is one member of the object, and what is in the object besides.
pub(crate) fn content<T: DeserializeOwned>(
    json: &str,
    tag: &'static str,
    content: &'static str,
) -> Result<(Box<T>, UnknownFields), String> {
    let (found, unknown) = members(json, tag, Some(content))?;
    // Without parameters, or with null for them, an object has none.
    let found = found.filter(|found| found != "null");
    let found = found.as_deref().unwrap_or("{}");
    let model = serde_json::from_str(found)
        .map_err(|error| JsonError::new(found, &error).within_member(content))?;
    Ok((Box::new(model), unknown))
}

/// Reads a variant without a model: what is in the object besides the tag.
pub(crate) fn bare(json: &str, tag: &'static str) -> Result<UnknownFields, String> {
    members(json, tag, None).map(|(_, unknown)| unknown)
}

/// The member `content`, and all others but the tag.
fn members(
    json: &str,
    tag: &'static str,
    content: Option<&'static str>,
) -> Result<(Option<String>, UnknownFields), String> {
    serde_json::Deserializer::from_str(json)
        .deserialize_map(MembersVisitor { tag, content })
        .map_err(|error| JsonError::new(json, &error).within())
}
struct MembersVisitor {
    tag: &'static str,
    content: Option<&'static str>,
}

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = (Option<String>, UnknownFields);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with `{}`", self.tag)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut content, mut unknown) = (None, UnknownFields::new());
        while let Some(name) = map.next_key::<String>()? {
            if name == self.tag {
                map.next_value::<IgnoredAny>()?;
            } else if Some(name.as_str()) == self.content {
                let Json(json) = map.next_value()?;
                content = Some(json.into_owned());
            } else {
                unknown.read(&name, &mut map)?;
            }
        }
        unknown.settle();
        Ok((content, unknown))
    }
}

/// Writes a model with its tag first, whatever the model itself holds under that name.
pub(crate) fn write_tagged<T: Members, S: Serializer>(
    tag: &'static str,
    value: &'static str,
    model: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry(tag, value)?;
    model.write(&mut Without {
        map: &mut map,
        name: tag,
    })?;
    map.end()
}

/// Writes an object whose model, if it has one, is a member of it.
pub(crate) fn write_content<T: Serialize, S: Serializer>(
    tag: (&'static str, &'static str),
    content: Option<(&'static str, &T)>,
    unknown: &UnknownFields,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry(tag.0, tag.1)?;
    if let Some((name, model)) = content {
        map.serialize_entry(name, model)?;
    }
    unknown.write_beside(&mut map, |_| false)?;
    map.end()
}

/// Writes the members of an object but one.
struct Without<'m, M> {
    map: &'m mut M,
    name: &'static str,
}

impl<M: SerializeMap> SerializeMap for Without<'_, M> {
    type Ok = ();
    type Error = M::Error;

    fn serialize_key<K: Serialize + ?Sized>(&mut self, key: &K) -> Result<(), M::Error> {
        self.map.serialize_key(key)
    }

    fn serialize_value<V: Serialize + ?Sized>(&mut self, value: &V) -> Result<(), M::Error> {
        self.map.serialize_value(value)
    }

    /// All members of a model are written by this method.
    fn serialize_entry<K, V>(&mut self, key: &K, value: &V) -> Result<(), M::Error>
    where
        K: Serialize + ?Sized,
        V: Serialize + ?Sized,
    {
        match serde_json::to_value(key) {
            Ok(Value::String(name)) if name == self.name => Ok(()),
            _ => self.map.serialize_entry(key, value),
        }
    }

    fn end(self) -> Result<(), M::Error> {
        Ok(())
    }
}

/// Reads a union where there is one.
///
/// The tag may be anywhere in the object, so that the text is searched once for it.
pub(crate) fn read_union<'de, T, D>(
    into: &mut Option<T>,
    deserializer: D,
) -> Result<Option<Unread>, D::Error>
where
    T: TaggedUnion,
    D: Deserializer<'de>,
{
    let json = Json::deserialize(deserializer)?.readable();
    *into = None;
    if json == "null" {
        return Ok(None);
    }
    match parse(&json) {
        Ok(union) => *into = Some(union),
        Err(_) => return Ok(Some(json.into())),
    }
    Ok(None)
}

/// `Deserialize` of a union: there must be an object.
pub(crate) fn required_union<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: TaggedUnion,
    D: Deserializer<'de>,
{
    let json = Json::deserialize(deserializer)?.readable();
    if !json.starts_with('{') {
        return Err(D::Error::invalid_type(lenient::kind(&json), &T::NAME));
    }
    parse(&json).map_err(D::Error::custom)
}

fn parse<T: TaggedUnion>(json: &str) -> Result<T, String> {
    if is_nested_too_deep(json) {
        return Err("it is nested too deep".to_owned());
    }
    let tag = find_tag(T::TAG, json).map_err(|error| format!("{}: {error}", T::NAME))?;
    match tag.and_then(|tag| T::known(&tag, json)) {
        Some(known) => known,
        None => RawValue::from_string(json.to_owned())
            .map(|json| T::unknown(Unrecognized(json)))
            .map_err(|error| error.to_string()),
    }
}

/// Whether this is nested deeper than serde_json reads. A union is read from its own text, so that serde_json
/// would count anew in every union within another, and the stack would end first.
fn is_nested_too_deep(json: &str) -> bool {
    const MOST: usize = 127;
    let (mut depth, mut deepest, mut in_string) = (0_usize, 0, false);
    let mut bytes = json.bytes();
    while let Some(byte) = bytes.next() {
        match (byte, in_string) {
            (b'\\', _) => drop(bytes.next()),
            (b'"', _) => in_string = !in_string,
            (b'[' | b'{', false) => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            (b']' | b'}', false) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest > MOST
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
                let Json(json) = map.next_value()?;
                tag = lenient::string(&json).map(Cow::into_owned);
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
/// Written with the tag of the variant. A union that is only sent is marked: `tagged_union!(sent …)`.
macro_rules! tagged_union {
    ($union:ident by $tag:literal { $($variant:ident($model:ty) => $wire:literal),+ $(,)? }) => {
        tagged_union!(sent $union by $tag { $($variant($model) => $wire),+ });

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

        read_union!($union);
    };
    (sent $union:ident by $tag:literal { $($variant:ident($model:ty) => $wire:literal),+ $(,)? }) => {
        impl ::serde::Serialize for $union {
            fn serialize<S: ::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(model) => {
                        $crate::data::tagged_union::write_tagged($tag, $wire, &**model, serializer)
                    })+
                    Self::Unknown(object) => ::serde::Serialize::serialize(object, serializer),
                }
            }
        }
    };
}

/// The impls of an enum whose variants have their model in one member of the object.
///
/// ```text
/// adjacent_union!(Step by "type" in parameters "parameters" { Archive(ArchiveStep) => "ARCHIVE", Wait => "WAIT" });
/// ```
///
/// A variant with a model has the fields `parameters: Box<ArchiveStep>` and `extra`, one
/// without has only the latter. A union that is only sent is marked: `adjacent_union!(sent …)`.
macro_rules! adjacent_union {
    ($union:ident by $tag:literal in $field:ident $content:literal {
        $($variant:ident $(($model:ty))? => $wire:literal),+ $(,)?
    }) => {
        adjacent_union!(sent $union by $tag in $field $content {
            $($variant $(($model))? => $wire),+
        });

        impl $crate::data::tagged_union::TaggedUnion for $union {
            const NAME: &'static str = stringify!($union);
            const TAG: &'static str = $tag;

            fn known(
                tag: &str,
                json: &str,
            ) -> ::std::option::Option<::std::result::Result<Self, ::std::string::String>> {
                match tag {
                    $($wire => Some(adjacent_union!(@read json $tag $field $content $variant $(($model))?)),)+
                    _ => None,
                }
            }

            fn unknown(object: $crate::Unrecognized) -> Self {
                Self::Unknown(::std::boxed::Box::new(object))
            }
        }

        read_union!($union);
    };
    (sent $union:ident by $tag:literal in $field:ident $content:literal {
        $($variant:ident $(($model:ty))? => $wire:literal),+ $(,)?
    }) => {
        impl ::serde::Serialize for $union {
            fn serialize<S: ::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                $(
                    if let adjacent_union!(@pattern $field unknown $variant $(($model))?) = self {
                        let content = adjacent_union!(@content $field $content $(($model))?);
                        return $crate::data::tagged_union::write_content(
                            ($tag, $wire), content, unknown, serializer,
                        );
                    }
                )+
                match self {
                    Self::Unknown(object) => ::serde::Serialize::serialize(object, serializer),
                    // All others have been written above.
                    _ => serializer.serialize_none(),
                }
            }
        }
    };
    (@read $json:ident $tag:literal $field:ident $content:literal $variant:ident) => {
        $crate::data::tagged_union::bare($json, $tag)
            .map(|extra| Self::$variant { extra })
    };
    (@read $json:ident $tag:literal $field:ident $content:literal $variant:ident($model:ty)) => {
        $crate::data::tagged_union::content($json, $tag, $content)
            .map(|($field, extra)| Self::$variant { $field, extra })
    };
    (@pattern $field:ident $unknown:ident $variant:ident) => {
        Self::$variant { extra: $unknown }
    };
    (@pattern $field:ident $unknown:ident $variant:ident($model:ty)) => {
        Self::$variant { $field, extra: $unknown }
    };
    (@content $field:ident $content:literal) => { None::<(&'static str, &())> };
    (@content $field:ident $content:literal ($model:ty)) => { Some(($content, &**$field)) };
}

/// How a union is read.
macro_rules! read_union {
    ($union:ident) => {
        impl<'de> ::serde::Deserialize<'de> for $union {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::data::tagged_union::required_union(deserializer)
            }
        }

        impl $crate::data::lenient::Value for $union {
            fn read<'de, D: ::serde::Deserializer<'de>>(
                into: &mut ::std::option::Option<Self>,
                deserializer: D,
            ) -> ::std::result::Result<::std::option::Option<$crate::data::lenient::Unread>, D::Error> {
                $crate::data::tagged_union::read_union(into, deserializer)
            }
        }
    };
}

/// `From` of the models that are in one variant only.
///
/// ```text
/// from_variants!(CollectionItem { Asset(Asset), Collection(Collection) });
/// ```
macro_rules! from_variants {
    ($union:ident { $($variant:ident($model:ty)),+ $(,)? }) => {$(
        impl ::std::convert::From<$model> for $union {
            fn from(model: $model) -> Self {
                Self::$variant(::std::boxed::Box::new(model))
            }
        }
    )+};
}

/// `From` of the models that are in one variant only, within a member.
///
/// ```text
/// from_contents!(Step in parameters { Archive(ArchiveStep) });
/// ```
macro_rules! from_contents {
    ($union:ident in $field:ident { $($variant:ident($model:ty)),+ $(,)? }) => {$(
        impl ::std::convert::From<$model> for $union {
            fn from(model: $model) -> Self {
                Self::$variant {
                    $field: ::std::boxed::Box::new(model),
                    extra: $crate::UnknownFields::new(),
                }
            }
        }
    )+};
}
