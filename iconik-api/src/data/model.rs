//! How models are read and written.
//!
//! A model is listed once, field by field, in [`response_model!`](crate::response_model) or
//! [`request_model!`](crate::request_model). The macros contain only what differs between models; the one
//! loop that reads an object is here.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::allowance;
use super::field::{Field, Fill};
use super::lenient::{Collection, CollectionVisitor, Unread, Value};
use super::unknown_fields::UnknownFields;

/// An object that is read field by field and keeps what it does not know.
pub(crate) trait Model<'de>: Default {
    const NAME: &'static str;

    /// The names of the fields in JSON, by their place.
    const FIELDS: &'static [&'static str];

    /// The place of the field of this name in JSON.
    fn place(name: &str) -> Option<usize>;

    /// Reads the value of a field. Returns `true` if a part of it could not be read and was kept.
    fn put<A: MapAccess<'de>>(&mut self, place: usize, map: &mut A) -> Result<bool, A::Error>;

    fn extra(&mut self) -> &mut UnknownFields;
}

/// Reads a value into a field; what cannot be read is kept.
#[inline]
pub(crate) fn put<'de, F: Field<Item: Value>, A: MapAccess<'de>>(
    field: &mut F,
    name: &'static str,
    extra: &mut UnknownFields,
    map: &mut A,
) -> Result<bool, A::Error> {
    Ok(keep(map.next_value_seed(Fill(field))?, name, extra))
}

/// Keeps what could not be read of a field. Returns `true` if there was anything.
#[inline]
pub(crate) fn keep(unread: Option<Unread>, name: &'static str, extra: &mut UnknownFields) -> bool {
    match unread {
        None => false,
        Some(json) => {
            extra.put(name, &json);
            true
        }
    }
}

/// Reads the members of an object into a model.
pub(crate) fn read_members<'de, T: Model<'de>, A: MapAccess<'de>>(
    model: &mut T,
    mut map: A,
) -> Result<(), A::Error> {
    allowance::take(size_of::<T>())?;
    let mut kept = false;
    while let Some(key) = map.next_key_seed(KeySeed(T::place))? {
        match key {
            Key::Field(place) => {
                // Of a member that comes twice the last one counts, also if only that could be read.
                if kept {
                    model.extra().discard(T::FIELDS[place]);
                }
                kept |= model.put(place, &mut map)?;
            }
            Key::Unknown(name) => model.extra().read(&name, &mut map)?,
        }
    }
    model.extra().settle();
    Ok(())
}

/// `Deserialize` of a model: there must be an object.
pub(crate) fn required_model<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Model<'de>,
    D: Deserializer<'de>,
{
    let mut model = T::default();
    deserializer.deserialize_map(ModelVisitor(&mut model))?;
    Ok(model)
}

struct ModelVisitor<'a, T>(&'a mut T);

impl<'de, T: Model<'de>> Visitor<'de> for ModelVisitor<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        read_members(self.0, map)
    }
}

/// Where a model is read to, so that it is never moved: large ones have a kilobyte.
pub(crate) trait Place<T> {
    /// Makes an empty model here.
    fn open(&mut self) -> &mut T;

    /// Notes that there is none.
    fn close(&mut self) -> Option<Unread>;
}

impl<T: Default> Place<T> for Option<T> {
    fn open(&mut self) -> &mut T {
        self.insert(T::default())
    }

    fn close(&mut self) -> Option<Unread> {
        *self = None;
        None
    }
}

impl<T: Default> Place<T> for Option<Box<T>> {
    fn open(&mut self) -> &mut T {
        self.insert(Box::default())
    }

    fn close(&mut self) -> Option<Unread> {
        *self = None;
        None
    }
}

/// A list has no place for `null`.
impl<T: Default> Place<T> for Vec<T> {
    fn open(&mut self) -> &mut T {
        self.push(T::default());
        let last = self.len() - 1;
        &mut self[last]
    }

    fn close(&mut self) -> Option<Unread> {
        Some("null".into())
    }
}

struct Object<'a, T, P> {
    place: &'a mut P,
    model: std::marker::PhantomData<T>,
}

impl<'de, T: Model<'de>, P: Place<T>> Collection<'de> for Object<'_, T, P> {
    const EXPECTED: &'static str = T::NAME;

    fn null(self) -> Option<Unread> {
        self.place.close()
    }

    fn object<A: MapAccess<'de>>(self, map: A) -> Result<Option<Unread>, A::Error> {
        read_members(self.place.open(), map)?;
        Ok(None)
    }
}

/// Reads a model where there is one.
pub(crate) fn read_model<'de, T, P, D>(
    place: &mut P,
    deserializer: D,
) -> Result<Option<Unread>, D::Error>
where
    T: Model<'de>,
    P: Place<T>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(CollectionVisitor(Object {
        place,
        model: std::marker::PhantomData,
    }))
}

impl<T: for<'de> Model<'de>> Value for Box<T> {
    fn read<'de, D: Deserializer<'de>>(
        into: &mut Option<Self>,
        deserializer: D,
    ) -> Result<Option<Unread>, D::Error> {
        read_model::<T, _, D>(into, deserializer)
    }
}

/// A member of an object: a field by its place, or a name that is not known.
enum Key {
    Field(usize),
    Unknown(Box<str>),
}

struct KeySeed<F>(F);

impl<'de, F: Fn(&str) -> Option<usize>> DeserializeSeed<'de> for KeySeed<F> {
    type Value = Key;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<F: Fn(&str) -> Option<usize>> Visitor<'_> for KeySeed<F> {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    #[inline]
    fn visit_str<E>(self, name: &str) -> Result<Key, E> {
        Ok(self.0(name).map_or_else(|| Key::Unknown(name.into()), Key::Field))
    }
}

/// Writes a field of a response unless it is absent or empty.
pub(crate) fn write<F: Field + Serialize, M: SerializeMap>(
    map: &mut M,
    name: &'static str,
    field: &F,
) -> Result<(), M::Error> {
    match field.is_absent() || field.is_empty() {
        true => Ok(()),
        false => map.serialize_entry(name, field),
    }
}

/// Writes a field of a response that is also written when it is empty, unless what was sent in its place was
/// kept.
pub(crate) fn write_required<F: Field + Serialize, M: SerializeMap>(
    map: &mut M,
    name: &'static str,
    field: &F,
    extra: &UnknownFields,
) -> Result<(), M::Error> {
    match field.is_empty() && extra.raw(name).is_some() {
        true => Ok(()),
        false => send(map, name, field),
    }
}

/// Writes a field of a request unless it is absent.
pub(crate) fn send<F: Field + Serialize, M: SerializeMap>(
    map: &mut M,
    name: &'static str,
    field: &F,
) -> Result<(), M::Error> {
    match field.is_absent() {
        true => Ok(()),
        false => map.serialize_entry(name, field),
    }
}

/// An object whose members are written one by one.
pub(crate) trait Members {
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;
}

/// Writes a model.
pub(crate) fn write_model<T: Members, S: Serializer>(
    model: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    model.write(&mut map)?;
    map.end()
}

/// The name of a field in JSON, unless it is given that of the field itself.
macro_rules! wire {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident: $wire:literal) => {
        $wire
    };
}

/// The serde impls of a model that iconik sends, and that may be sent back.
///
/// ```text
/// response_model!(Playlist { id, r#type: "type", objects required });
/// ```
///
/// The model has these fields and `extra: UnknownFields`, and a `Default`. A field is an `Option`, a `Vec` or
/// a map. Reading is lenient: `null` is absent, unknown members and values that cannot be read go to `extra`,
/// and of a member that comes twice the last one counts. Writing omits what is absent and collections that
/// are empty, unless they are marked `required`, and ends with `extra`. A field that is marked `received` is
/// written too, but not into a request.
///
/// Pages have a list of `items`, which may be of any type that can be deserialized, and a `link` to the next one,
/// of which `null` says that there is none.
macro_rules! response_model {
    ($model:ident $(<$item:ident>)? {
        $($field:ident $(: $wire:literal)? $($word:ident)?),* $(,)?
    }) => {
        const _: () = {
            // No model has a name with underscores.
            #[allow(dead_code, non_camel_case_types)]
            enum __Place { $($field),* }

            impl<'de $(, $item: ::serde::Deserialize<'de>)?> $crate::data::model::Model<'de> for $model $(<$item>)? {
                const NAME: &'static str = stringify!($model);
                const FIELDS: &'static [&'static str] = &[$(wire!($field $(: $wire)?)),*];

                fn place(name: &str) -> ::std::option::Option<usize> {
                    match name {
                        $(wire!($field $(: $wire)?) => Some(__Place::$field as usize),)*
                        _ => None,
                    }
                }

                fn put<A: ::serde::de::MapAccess<'de>>(
                    &mut self,
                    place: usize,
                    map: &mut A,
                ) -> ::std::result::Result<bool, A::Error> {
                    $(
                        if place == __Place::$field as usize {
                            let name = wire!($field $(: $wire)?);
                            return put_field!([$($word)?] self $field name map);
                        }
                    )*
                    // Only a model without fields has no use for them.
                    let _ = (place, map);
                    Ok(false)
                }

                fn extra(&mut self) -> &mut $crate::UnknownFields {
                    &mut self.extra
                }
            }
        };

        impl $(<$item: ::serde::Serialize>)? $crate::data::model::Members for $model $(<$item>)? {
            fn write<M: ::serde::ser::SerializeMap>(&self, map: &mut M) -> ::std::result::Result<(), M::Error> {
                $(write_field!([$($word)?] self $field wire!($field $(: $wire)?), map);)*
                self.extra.write_beside(map, |name| match name {
                    $(wire!($field $(: $wire)?) => {
                        !($crate::data::field::Field::is_absent(&self.$field)
                            || $crate::data::field::Field::is_empty(&self.$field))
                    })*
                    _ => false,
                })
            }
        }

        model_value!($model $(<$item>)?);
        serialize_model!($model $(<$item>)?);
    };
}

macro_rules! put_field {
    ([items] $model:ident $field:ident $name:ident $map:ident) => {
        $crate::data::page::put_items(&mut $model.$field, $name, &mut $model.extra, $map)
    };
    ([link] $model:ident $field:ident $name:ident $map:ident) => {
        $crate::data::page::put_link(
            &mut $model.$field,
            &mut $model.is_last,
            $name,
            &mut $model.extra,
            $map,
        )
    };
    // `required`, `received` or nothing
    ([$($word:ident)?] $model:ident $field:ident $name:ident $map:ident) => {
        $crate::data::model::put(&mut $model.$field, $name, &mut $model.extra, $map)
    };
}

macro_rules! write_field {
    ([] $model:ident $field:ident $name:expr, $map:ident) => {
        $crate::data::model::write($map, $name, &$model.$field)?
    };
    ([link] $model:ident $field:ident $name:expr, $map:ident) => {
        $crate::data::page::write_link($map, $name, &$model.$field, $model.is_last())?
    };
    // What iconik sets is kept with the value, but a request does not contain it.
    ([received] $model:ident $field:ident $name:expr, $map:ident) => {
        if !$crate::data::model::is_sending() {
            $crate::data::model::write($map, $name, &$model.$field)?
        }
    };
    // `required` or `items`
    ([$word:ident] $model:ident $field:ident $name:expr, $map:ident) => {
        $crate::data::model::write_required($map, $name, &$model.$field, &$model.extra)?
    };
}

/// How a model is read, by itself and as a value of other models. Those with items of the caller's do this by
/// themselves.
macro_rules! model_value {
    ($model:ident) => {
        impl<'de> ::serde::Deserialize<'de> for $model {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::data::model::required_model(deserializer)
            }
        }

        impl $crate::data::lenient::Value for $model {
            fn read<'de, D: ::serde::Deserializer<'de>>(
                into: &mut ::std::option::Option<Self>,
                deserializer: D,
            ) -> ::std::result::Result<::std::option::Option<$crate::data::lenient::Unread>, D::Error> {
                $crate::data::model::read_model::<Self, _, D>(into, deserializer)
            }

            fn read_item<'de, D: ::serde::Deserializer<'de>>(
                list: &mut ::std::vec::Vec<Self>,
                deserializer: D,
            ) -> ::std::result::Result<::std::option::Option<$crate::data::lenient::Unread>, D::Error> {
                $crate::data::model::read_model::<Self, _, D>(list, deserializer)
            }
        }
    };
    ($model:ident <$item:ident>) => {};
}

/// Runs a function that writes the body of a request: what iconik sets is left out of it.
pub(crate) fn sending<T>(write: impl FnOnce() -> T) -> T {
    /// Ends the sending, also when a value panics while it is written.
    struct Ended(bool);

    impl Drop for Ended {
        fn drop(&mut self) {
            SENDING.set(self.0);
        }
    }

    let _ended = Ended(SENDING.replace(true));
    write()
}

/// Whether this thread writes the body of a request.
pub(crate) fn is_sending() -> bool {
    SENDING.get()
}

thread_local! {
    static SENDING: Cell<bool> = const { Cell::new(false) };
}

macro_rules! serialize_model {
    ($model:ident $(<$item:ident>)?) => {
        impl $(<$item: ::serde::Serialize>)? ::serde::Serialize for $model $(<$item>)? {
            fn serialize<S: ::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                $crate::data::model::write_model(self, serializer)
            }
        }
    };
}

/// `Serialize` of a model that is only sent.
///
/// ```text
/// request_model!(NewPlaylist { name required, project_id });
/// ```
///
/// A field is an `Option`, which is omitted when it is `None`, or a [`Nullable`](crate::Nullable),
/// which is omitted when it is absent and cleared by `null`. A `required` field is of any type and
/// always sent.
macro_rules! request_model {
    ($model:ident { $($field:ident $(: $wire:literal)? $($required:ident)?),* $(,)? }) => {
        impl $crate::data::model::Members for $model {
            fn write<M: ::serde::ser::SerializeMap>(&self, map: &mut M) -> ::std::result::Result<(), M::Error> {
                $(send_field!($($required)? map, wire!($field $(: $wire)?), &self.$field);)*
                // Only a model without fields has no use for it.
                let _ = map;
                Ok(())
            }
        }

        serialize_model!($model);
    };
}

macro_rules! send_field {
    (required $map:ident, $wire:expr, $field:expr) => {
        $map.serialize_entry($wire, $field)?
    };
    ($map:ident, $wire:expr, $field:expr) => {
        $crate::data::model::send($map, $wire, $field)?
    };
}

#[cfg(test)]
// What the macros make is public in the library, and private with the types of these tests.
#[allow(unreachable_pub)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::Value;

    use crate::{
        Id, IdKind, Nullable, Page, RawJson, Timestamp, UnknownFields, UnknownValue, Unrecognized,
    };

    /// Marks ids of assets.
    enum AssetMarker {}

    impl crate::data::id::Sealed for AssetMarker {}

    impl IdKind for AssetMarker {
        const NAME: &'static str = "AssetId";
    }

    type AssetId = Id<AssetMarker>;

    #[non_exhaustive]
    #[derive(Clone, Debug)]
    enum Status {
        Active,
        Deleted,
        Unknown(UnknownValue),
    }

    open_enum!(Status { Active => "ACTIVE", Deleted => "DELETED" });

    #[derive(Clone, Debug, Default, PartialEq)]
    struct Asset {
        category: Option<String>,
        date_created: Option<Timestamp>,
        date_deleted: Option<Timestamp>,
        duration: Option<i64>,
        id: Option<AssetId>,
        in_collections: Vec<AssetId>,
        is_online: Option<bool>,
        metadata: Option<RawJson>,
        scores: BTreeMap<String, f64>,
        status: Option<Status>,
        title: Option<String>,
        r#type: Option<String>,
        versions: Vec<Version>,
        warning: Option<RawJson>,
        parent: Option<Box<Asset>>,
        extra: UnknownFields,
    }

    #[derive(Clone, Debug, Default, PartialEq)]
    struct Stamp {
        id: Option<i64>,
        name: Option<String>,
        extra: UnknownFields,
    }

    response_model!(Stamp { id received, name });

    #[test]
    fn what_iconik_sets_is_kept_with_the_value_and_not_sent() {
        let json = r#"{"id":7,"name":"x"}"#;
        let stamp: Stamp = serde_json::from_str(json).unwrap();

        let kept = serde_json::to_string(&stamp).unwrap();
        let sent = super::sending(|| serde_json::to_string(&[&stamp]).unwrap());

        assert_eq!(kept, json);
        assert_eq!(sent, r#"[{"name":"x"}]"#);
        assert_eq!(serde_json::to_string(&stamp).unwrap(), json);
    }

    response_model!(Asset {
        category,
        date_created,
        date_deleted,
        duration,
        id,
        in_collections,
        is_online,
        metadata,
        scores,
        status,
        title,
        r#type: "type",
        versions,
        warning,
        parent,
    });

    #[derive(Clone, Debug, Default, PartialEq)]
    struct Version {
        id: Option<AssetId>,
        frames: Vec<i64>,
        extra: UnknownFields,
    }

    response_model!(Version { id, frames required });

    #[derive(Clone, Debug, Default, PartialEq)]
    struct NewAsset {
        title: String,
        category: Nullable<String>,
        date_imported: Option<Timestamp>,
        tags: Nullable<Vec<String>>,
        collection_ids: Vec<AssetId>,
        extras: Option<Vec<String>>,
    }

    request_model!(NewAsset {
        title required,
        category,
        date_imported,
        tags,
        collection_ids required,
        extras,
    });

    #[derive(Clone, Debug, PartialEq)]
    enum Content {
        Asset(Box<Asset>),
        Version(Box<Version>),
        Unknown(Box<Unrecognized>),
    }

    tagged_union!(Content by "object_type" { Asset(Asset) => "assets", Version(Version) => "versions" });

    #[derive(Clone, Debug, Default, PartialEq)]
    struct Anything {
        extra: UnknownFields,
    }

    response_model!(Anything {});

    #[derive(Clone, Debug, Default, PartialEq)]
    struct Nothing {}

    request_model!(Nothing {});

    fn read<'de, T: Deserialize<'de>>(json: &'de str) -> T {
        serde_json::from_str(json).unwrap()
    }

    fn written<T: serde::Serialize>(value: &T) -> String {
        serde_json::to_string(value).unwrap()
    }

    const CREATED: &str = r#"{
        "analyze_status": "N/A", "category": null, "date_created": "2021-07-30T15:16:54.406403+00:00",
        "date_deleted": null, "id": "2c5bfe1a-f149-11eb-a843-0a580a3db916", "is_online": false,
        "status": "ACTIVE", "title": "My New Asset", "type": "ASSET",
        "versions": [{ "id": "2c5c5ae0-f149-11eb-a843-0a580a3db916", "transcribe_status": "N/A" }], "warning": null
    }"#;

    #[test]
    fn an_asset_is_read_as_iconik_sends_it() {
        let asset: Asset = read(CREATED);

        assert_eq!(asset.title.as_deref(), Some("My New Asset"));
        assert_eq!(asset.category, None);
        assert_eq!(asset.status, Some(Status::Active));
        assert_eq!(asset.r#type.as_deref(), Some("ASSET"));
        assert_eq!(asset.is_online, Some(false));
        assert_eq!(
            asset.date_created,
            Some(Timestamp::from("2021-07-30T15:16:54.406403Z"))
        );
        assert_eq!(
            asset.versions[0].id.as_ref().unwrap(),
            "2c5c5ae0-f149-11eb-a843-0a580a3db916"
        );
        assert_eq!(
            asset.versions[0].extra.raw("transcribe_status"),
            Some(r#""N/A""#)
        );
        assert_eq!(
            asset.extra.iter().collect::<Vec<_>>(),
            [("analyze_status", r#""N/A""#)]
        );
    }

    #[test]
    fn an_object_of_nulls_is_an_empty_one() {
        let asset: Asset = read(
            r#"{"category":null,"date_created":null,"duration":null,"id":null,"in_collections":null,"is_online":null,
                "metadata":null,"scores":null,"status":null,"versions":null,"warning":null,"parent":null}"#,
        );
        assert_eq!(asset, Asset::default());
        assert_eq!(asset, read("{}"));
        assert_eq!(written(&asset), "{}");
    }

    #[test]
    fn nothing_is_lost_between_reading_and_writing() {
        let json = concat!(
            r#"{"id":"ORIGINAL","in_collections":["..",""],"metadata":{"a":[1,null]},"scores":{"x":0.5},"#,
            r#""status":"AWAITED","type":"X","warning":{"a":null},"new":{ "b": 1.50 },"newer":null}"#
        );
        let asset: Asset = read(json);
        assert!(asset.status.as_ref().is_some_and(Status::is_unknown));
        assert!(!Status::KNOWN.contains(&Status::from("AWAITED")));
        assert_eq!(written(&asset), json);
    }

    #[test]
    fn fields_come_in_any_order_and_the_last_of_one_name_counts() {
        let asset: Asset =
            read(r#"{"type":"A","title":"1","id":"x","new":1,"title":"2","category":"c","new":2}"#);
        assert_eq!(
            written(&asset),
            r#"{"category":"c","id":"x","title":"2","type":"A","new":2}"#
        );
    }

    #[test]
    fn names_may_be_written_with_escapes() {
        let asset: Asset = read(r#"{"\u0074itle":"t","\u006eew":1}"#);
        assert_eq!(written(&asset), r#"{"title":"t","new":1}"#);
    }

    #[test]
    fn one_strange_value_does_not_cost_the_answer() {
        let asset: Asset = read(
            r#"{"date_created":"","date_deleted":12,"duration":"1234.0","id":7,"in_collections":[null,"a"],
                "is_online":"true","metadata":null,"scores":null,"title":29.97,"versions":null}"#,
        );
        assert_eq!(
            written(&asset),
            r#"{"date_created":"","date_deleted":"12","duration":1234,"id":"7","in_collections":["a"],"is_online":true,"title":"29.97"}"#
        );
    }

    #[test]
    fn a_value_that_cannot_be_read_is_kept_and_written_again() {
        let json = concat!(
            r#"{"id":["x"],"in_collections":"none","is_online":"yes","scores":[0.50],"status":{"a":1},"title":{},"#,
            r#""versions":7,"parent":[{"id":1.50}],"duration":"00:00:10:00"}"#
        );
        let mut asset: Asset = read(json);
        let kept = std::mem::take(&mut asset.extra);
        assert_eq!(asset, Asset::default());
        assert_eq!(kept.len(), 9);
        assert_eq!(kept.raw("duration"), Some(r#""00:00:10:00""#));

        asset.extra = kept;
        assert_eq!(written(&asset), json);
        asset.duration = Some(250);
        asset.in_collections = vec!["a".into()];
        assert_eq!(
            written(&asset),
            concat!(
                r#"{"duration":250,"in_collections":["a"],"id":["x"],"is_online":"yes","scores":[0.50],"#,
                r#""status":{"a":1},"title":{},"versions":7,"parent":[{"id":1.50}]}"#
            )
        );
    }

    #[test]
    fn items_that_cannot_be_read_are_kept_beside_the_others() {
        let asset: Asset = read(
            r#"{"versions":[{"id":"a"},null,3,"x",[{}],{"frames":[1,{"a":2.50},null]}],"in_collections":["a",null],
                "scores":{"a":1,"b":null,"c":"x"}}"#,
        );
        assert_eq!(asset.versions.len(), 2);
        assert_eq!(asset.extra.raw("versions"), Some(r#"[null,3,"x",[{}]]"#));
        assert_eq!(asset.versions[1].frames, [1]);
        assert_eq!(
            asset.versions[1].extra.raw("frames"),
            Some(r#"[{"a":2.50},null]"#)
        );
        assert_eq!(asset.in_collections, ["a"]);
        assert_eq!(asset.extra.raw("in_collections"), Some("[null]"));
        assert_eq!(asset.scores.len(), 1);
        assert_eq!(asset.extra.raw("scores"), Some(r#"{"b":null,"c":"x"}"#));
    }

    #[test]
    fn a_required_list_that_cannot_be_read_is_written_as_it_was_sent() {
        for json in [r#"{"frames":"none"}"#, r#"{"frames":[null]}"#] {
            assert_eq!(written(&read::<Version>(json)), json);
        }
    }

    #[test]
    fn of_a_field_that_comes_twice_the_last_counts_also_if_one_cannot_be_read() {
        let asset: Asset = read(r#"{"duration":"N/A","id":"x","duration":5}"#);
        assert_eq!((asset.duration, asset.extra.len()), (Some(5), 0));
        let asset: Asset = read(r#"{"duration":5,"versions":[{}],"duration":"N/A","versions":2}"#);
        assert_eq!((asset.duration, asset.versions.len()), (None, 0));
        assert_eq!(asset.extra.raw("duration"), Some(r#""N/A""#));
        assert_eq!(asset.extra.raw("versions"), Some("2"));
    }

    #[test]
    fn numbers_keep_their_digits() {
        let json = concat!(
            r#"{"duration":1234.60,"id":123456789012345678901234567890,"title":1.50,"#,
            r#""in_collections":[18446744073709551616,1e999],"metadata":[1.50,1e999],"new":1e999}"#
        );
        let asset: Asset = read(json);
        assert_eq!(asset.id, Some("123456789012345678901234567890".into()));
        assert_eq!(asset.in_collections, ["18446744073709551616", "1e999"]);
        assert_eq!(
            written(&asset),
            concat!(
                r#"{"id":"123456789012345678901234567890","in_collections":["18446744073709551616","1e999"],"#,
                r#""metadata":[1.50,1e999],"title":"1.50","duration":1234.60,"new":1e999}"#
            )
        );
    }

    #[test]
    fn half_a_surrogate_pair_costs_one_character() {
        let asset: Asset = read(
            r#"{"id":"a\ud83c","title":"Party \ud83c","status":"\udf89","in_collections":["\ud83c"],
                "metadata":{"\ud83c":1},"date_created":"\ud83c","new":"\ud83c"}"#,
        );
        assert_eq!(asset.id.as_ref().unwrap(), "a\u{fffd}");
        assert_eq!(asset.title.as_deref(), Some("Party \u{fffd}"));
        assert_eq!(asset.status, Some("\u{fffd}".into()));
        assert_eq!(asset.in_collections, ["\u{fffd}"]);
        assert_eq!(asset.metadata.as_ref().unwrap().value()["\u{fffd}"], 1);
        assert_eq!(asset.date_created, Some("\u{fffd}".into()));
        assert_eq!(asset.extra.get("new"), Some("\u{fffd}".into()));
        assert!(read::<Value>(&written(&asset)).is_object());
    }

    #[test]
    fn an_answer_of_another_kind_is_an_error_that_names_the_model() {
        for json in ["[]", "1", r#""text""#, "null"] {
            let error = serde_json::from_str::<Asset>(json).unwrap_err().to_string();
            assert!(error.contains("expected Asset"), "{error}");
        }
    }

    #[test]
    fn a_model_is_read_from_every_source_with_its_unknown_fields() {
        let asset: Asset = read(CREATED);
        assert_eq!(
            serde_json::from_slice::<Asset>(CREATED.as_bytes()).unwrap(),
            asset
        );
        assert_eq!(
            serde_json::from_reader::<_, Asset>(CREATED.as_bytes()).unwrap(),
            asset
        );
        assert_eq!(
            serde_json::from_value::<Asset>(read(CREATED)).unwrap(),
            asset
        );
        assert_eq!(Asset::deserialize(&read::<Value>(CREATED)).unwrap(), asset);
    }

    #[test]
    fn a_model_is_part_of_the_callers_own_types() {
        #[derive(Deserialize)]
        struct Flat {
            title: String,
            #[serde(flatten)]
            asset: Asset,
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Number(#[allow(dead_code)] i64),
            Asset(Box<Asset>),
        }
        #[derive(Deserialize)]
        #[serde(tag = "type")]
        enum Tagged {
            #[serde(rename = "ASSET")]
            Asset(Asset),
        }

        let flat: Flat = read(CREATED);
        assert_eq!(flat.title, "My New Asset");
        assert_eq!(flat.asset.extra.raw("analyze_status"), Some(r#""N/A""#));
        assert_eq!(flat.asset.versions.len(), 1);

        let Either::Asset(asset) = read(CREATED) else {
            panic!("not an asset")
        };
        assert_eq!(*asset, read(CREATED));

        let Tagged::Asset(asset) = read(CREATED);
        assert_eq!(asset.versions, read::<Asset>(CREATED).versions);
    }

    #[test]
    fn a_model_without_fields_keeps_everything_and_sends_nothing() {
        let json = r#"{"b":1,"a":[2]}"#;
        assert_eq!(written(&read::<Anything>(json)), json);
        assert_eq!(written(&Nothing {}), "{}");
    }

    #[test]
    fn required_lists_are_written_when_empty() {
        assert_eq!(written(&Version::default()), r#"{"frames":[]}"#);
    }

    #[test]
    fn a_request_has_what_is_set_and_null_only_where_cleared() {
        let mut asset = NewAsset {
            title: "Take 3".into(),
            ..NewAsset::default()
        };
        assert_eq!(written(&asset), r#"{"title":"Take 3","collection_ids":[]}"#);

        asset.category = Nullable::Null;
        asset.date_imported = Some("2026-01-26".into());
        asset.tags = vec!["a".to_owned()].into();
        asset.extras = Some(Vec::new());
        assert_eq!(
            written(&asset),
            concat!(
                r#"{"title":"Take 3","category":null,"date_imported":"2026-01-26T00:00:00Z","tags":["a"],"#,
                r#""collection_ids":[],"extras":[]}"#
            )
        );
    }

    #[test]
    fn a_union_is_read_by_its_tag_wherever_that_is() {
        let json = r#"{"objects":[{"id":"a","title":"t","object_type":"assets"},{"object_type":"versions","id":"v"}]}"#;
        let page: Page<Content> = read(json);
        assert!(
            matches!(&page.objects[0], Content::Asset(asset) if asset.title.as_deref() == Some("t"))
        );
        assert!(matches!(&page.objects[1], Content::Version(_)));
        assert_eq!(
            serde_json::from_value::<Page<Content>>(read(json)).unwrap(),
            page
        );
    }

    #[test]
    fn an_unknown_kind_is_kept_byte_for_byte() {
        for json in [
            r#"{"object_type":"portals", "n": 1.50}"#,
            r#"{"id":"no tag"}"#,
            r#"{"object_type":7}"#,
        ] {
            let content: Content = read(json);
            let Content::Unknown(object) = &content else {
                panic!("known: {json}")
            };
            assert_eq!(object.raw(), json);
            assert_eq!(written(&content), json);
        }
    }

    #[test]
    fn a_strange_value_in_a_union_is_kept() {
        let json = r#"{"objects":[{"object_type":"assets","versions":[{"frames":[{}]}]}]}"#;
        let page: Page<Content> = read(json);
        let Content::Asset(asset) = &page.objects[0] else {
            panic!("not an asset")
        };
        assert_eq!(asset.versions[0].extra.raw("frames"), Some("[{}]"));
    }

    #[test]
    fn a_union_is_an_object() {
        assert!(
            serde_json::from_str::<Content>("[1]")
                .unwrap_err()
                .to_string()
                .contains("Content")
        );
        assert!(serde_json::from_str::<Content>("null").is_err());
        assert_eq!(read::<Page<Content>>(r#"{"objects":[null]}"#).objects, []);
    }

    #[test]
    fn a_page_without_objects_is_empty() {
        let page: Page<Asset> =
            read(r#"{"objects":null,"total":"0","pages":0.0,"next_url":null,"sort":[1]}"#);
        assert_eq!(
            (page.total, page.pages, page.objects.len()),
            (Some(0), Some(0), 0)
        );
        assert_eq!(
            written(&page),
            r#"{"next_url":null,"objects":[],"pages":0,"total":0,"sort":[1]}"#
        );
    }

    #[test]
    fn what_is_no_object_is_kept_beside_the_items() {
        let json =
            r#"{"objects":[{"id":"a"},7,"x",null,[1.50,{}],true,-1,2.5,{"id":"b"}],"total":9}"#;
        let kept = r#"[7,"x",null,[1.50,{}],true,-1,2.5]"#;

        let page: Page<Asset> = read(json);
        assert_eq!(page.objects.len(), 2);
        assert_eq!(page.objects[1].id, Some("b".into()));
        assert_eq!(page.extra.raw("objects"), Some(kept));
        assert_eq!(
            written(&page),
            r#"{"objects":[{"id":"a"},{"id":"b"}],"total":9}"#
        );

        #[derive(Debug, Deserialize, PartialEq)]
        struct Mine {
            id: String,
        }
        let page: Page<Mine> = read(json);
        assert_eq!(page.objects.len(), 2);
        assert_eq!(page.extra.raw("objects"), Some(kept));
        assert!(serde_json::from_str::<Page<Mine>>(r#"{"objects":[{"id":1}]}"#).is_err());

        let page: Page<RawJson> = read(json);
        assert_eq!(
            (page.objects.len(), page.extra.raw("objects")),
            (8, Some("[null]"))
        );
        let page: Page<Asset> = read(r#"{"objects":"none","total":0}"#);
        assert_eq!(written(&page), r#"{"total":0,"objects":"none"}"#);
    }

    #[test]
    fn a_page_holds_the_callers_own_types_too() {
        #[derive(Debug, Deserialize, PartialEq)]
        struct Mine {
            title: String,
        }
        let page: Page<Mine> =
            read(r#"{"objects":[{"title":"a"},null],"search_after":[1,"x"],"scroll_id":"s"}"#);
        let after: Vec<&str> = page.search_after.iter().map(RawJson::as_str).collect();
        assert_eq!(after, ["1", r#""x""#]);
        assert_eq!(page.scroll_id.as_deref(), Some("s"));
        assert_eq!((&page).into_iter().count(), 1);
        assert_eq!(
            page.into_iter().collect::<Vec<_>>(),
            [Mine { title: "a".into() }]
        );
    }
}
