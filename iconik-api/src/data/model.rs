//! How models are read and written.
//!
//! A model is listed once, field by field, in [`response_model!`](crate::response_model) or
//! [`request_model!`](crate::request_model). The macros write down only what differs between models;
//! the one loop that reads an object is here.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Unexpected, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::nullable::Nullable;
use super::unknown_fields::UnknownFields;
use crate::data::lenient::{Fill, Slot, null_is_none};

/// An object that is read field by field and keeps what it does not know.
pub(crate) trait Model<'de>: Default {
    const NAME: &'static str;

    /// The place of the field of this name in JSON.
    fn place(name: &str) -> Option<usize>;

    /// Reads the value of a field.
    fn put<A: MapAccess<'de>>(&mut self, field: usize, map: &mut A) -> Result<(), A::Error>;

    fn extra(&mut self) -> &mut UnknownFields;
}

/// Reads a value into a field.
#[inline]
pub(crate) fn put<'de, T: Slot, A: MapAccess<'de>>(
    field: &mut T,
    map: &mut A,
) -> Result<(), A::Error> {
    map.next_value_seed(Fill(field))
}

/// Reads a value that no field takes, which only happens to a model without fields.
pub(crate) fn pass_over<'de, A: MapAccess<'de>>(
    _place: usize,
    map: &mut A,
) -> Result<(), A::Error> {
    map.next_value::<IgnoredAny>().map(drop)
}

/// Reads a model; null is `None`.
#[inline]
pub(crate) fn lenient_model<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Model<'de>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(ModelVisitor(PhantomData))
}

/// Reads a model that has to be there.
pub(crate) fn required_model<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Model<'de>,
    D: Deserializer<'de>,
{
    lenient_model(deserializer)?.ok_or_else(|| D::Error::invalid_type(Unexpected::Unit, &T::NAME))
}

struct ModelVisitor<T>(PhantomData<T>);

impl<'de, T: Model<'de>> Visitor<'de> for ModelVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::NAME)
    }

    null_is_none!();

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<T>, A::Error> {
        let mut model = T::default();
        while let Some(key) = map.next_key_seed(KeySeed(T::place))? {
            match key {
                Key::Field(place) => model.put(place, &mut map)?,
                Key::Unknown(name) => model.extra().read(&name, &mut map)?,
            }
        }
        model.extra().settle();
        Ok(Some(model))
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

/// A field of a response model when it is written.
pub(crate) trait Kept {
    /// Whether there is nothing to write.
    fn is_absent(&self) -> bool;

    /// Whether it is an empty collection, which only some fields write.
    fn is_empty(&self) -> bool {
        false
    }
}

impl<T> Kept for Option<T> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T> Kept for Vec<T> {
    fn is_absent(&self) -> bool {
        false
    }

    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

impl<T> Kept for BTreeMap<String, T> {
    fn is_absent(&self) -> bool {
        false
    }

    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

/// Writes a field unless it is absent or empty.
pub(crate) fn write<T: Kept + Serialize, M: SerializeMap>(
    map: &mut M,
    name: &'static str,
    field: &T,
) -> Result<(), M::Error> {
    match field.is_absent() || field.is_empty() {
        true => Ok(()),
        false => map.serialize_entry(name, field),
    }
}

/// Writes a field unless it is absent; an empty list is written.
pub(crate) fn write_required<T: Kept + Serialize, M: SerializeMap>(
    map: &mut M,
    name: &'static str,
    field: &T,
) -> Result<(), M::Error> {
    match field.is_absent() {
        true => Ok(()),
        false => map.serialize_entry(name, field),
    }
}

/// A field of a request model that may be left out.
pub(crate) trait Sent {
    /// Whether the field is left out of the request.
    fn is_left_out(&self) -> bool;
}

impl<T> Sent for Option<T> {
    fn is_left_out(&self) -> bool {
        self.is_none()
    }
}

impl<T> Sent for Nullable<T> {
    fn is_left_out(&self) -> bool {
        self.is_absent()
    }
}

/// Sends a field unless it is left out.
pub(crate) fn send<T: Sent + Serialize, M: SerializeMap>(
    map: &mut M,
    name: &'static str,
    field: &T,
) -> Result<(), M::Error> {
    match field.is_left_out() {
        true => Ok(()),
        false => map.serialize_entry(name, field),
    }
}

/// Nothing more to send.
pub(crate) fn done<M: SerializeMap>(_: &mut M) -> Result<(), M::Error> {
    Ok(())
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

/// The serde impls of a model that iconik sends, and that may be sent back.
///
/// ```text
/// response_model!(Playlist { id: "id", r#type: "type", required objects: "objects" });
/// ```
///
/// The model has these fields and `extra: UnknownFields`, and a `Default`. A field is an `Option`, a `Vec` or
/// a map. Reading is lenient: null is absent, unknown members go to `extra`, and of a member
/// that comes twice the last one counts. Writing leaves out what is absent and collections that are
/// empty, unless they are marked `required`, and ends with `extra`.
macro_rules! response_model {
    ($model:ident { $($field:ident: $wire:literal $($required:ident)?),* $(,)? }) => {
        const _: () = {
            #[allow(dead_code, non_camel_case_types)]
            enum Place { $($field),* }

            impl<'de> $crate::data::model::Model<'de> for $model {
                const NAME: &'static str = stringify!($model);

                fn place(name: &str) -> ::std::option::Option<usize> {
                    match name {
                        $($wire => Some(Place::$field as usize),)*
                        _ => None,
                    }
                }

                fn put<A: ::serde::de::MapAccess<'de>>(
                    &mut self,
                    place: usize,
                    map: &mut A,
                ) -> ::std::result::Result<(), A::Error> {
                    $(
                        if place == Place::$field as usize {
                            return $crate::data::model::put(&mut self.$field, map);
                        }
                    )*
                    $crate::data::model::pass_over(place, map)
                }

                fn extra(&mut self) -> &mut $crate::UnknownFields {
                    &mut self.extra
                }
            }
        };

        impl $crate::data::model::Members for $model {
            fn write<M: ::serde::ser::SerializeMap>(&self, map: &mut M) -> ::std::result::Result<(), M::Error> {
                $(write_field!($($required)? map, $wire, &self.$field);)*
                self.extra.write(map)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $model {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::data::model::required_model(deserializer)
            }
        }

        impl $crate::data::lenient::Lenient for $model {
            fn lenient<'de, D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<::std::option::Option<Self>, D::Error> {
                $crate::data::model::lenient_model(deserializer)
            }
        }

        serialize_model!($model);
    };
    // Few models have required lists: their fields are put into the form above one by one.
    ($model:ident { $($fields:tt)* }) => {
        required_last!($model [] $($fields)*);
    };
}

/// Rewrites `required field: "name"` as `field: "name" required`.
macro_rules! required_last {
    ($model:ident [$($done:tt)*]) => {
        response_model!($model { $($done)* });
    };
    ($model:ident [$($done:tt)*] required $field:ident: $wire:literal $(, $($rest:tt)*)?) => {
        required_last!($model [$($done)* $field: $wire required,] $($($rest)*)?);
    };
    ($model:ident [$($done:tt)*] $field:ident: $wire:literal $(, $($rest:tt)*)?) => {
        required_last!($model [$($done)* $field: $wire,] $($($rest)*)?);
    };
}

macro_rules! write_field {
    (required $map:ident, $wire:literal, $field:expr) => {
        $crate::data::model::write_required($map, $wire, $field)?
    };
    ($map:ident, $wire:literal, $field:expr) => {
        $crate::data::model::write($map, $wire, $field)?
    };
}

macro_rules! serialize_model {
    ($model:ident) => {
        impl ::serde::Serialize for $model {
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
/// request_model!(NewPlaylist { required name: "name", project_id: "project_id" });
/// ```
///
/// A field is an `Option`, which is left out when it is `None`, or a [`Nullable`](crate::Nullable),
/// which is left out when it is absent and cleared by null. A `required` field is of any type and
/// always sent.
macro_rules! request_model {
    ($model:ident { $($($word:ident)+: $wire:literal),* $(,)? }) => {
        impl $crate::data::model::Members for $model {
            fn write<M: ::serde::ser::SerializeMap>(&self, map: &mut M) -> ::std::result::Result<(), M::Error> {
                $(send_field!(self map $wire, $($word)+);)*
                $crate::data::model::done(map)
            }
        }

        serialize_model!($model);
    };
}

macro_rules! send_field {
    ($model:ident $map:ident $wire:literal, required $field:ident) => {
        $map.serialize_entry($wire, &$model.$field)?
    };
    ($model:ident $map:ident $wire:literal, $field:ident) => {
        $crate::data::model::send($map, $wire, &$model.$field)?
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

    response_model!(Asset {
        category: "category",
        date_created: "date_created",
        date_deleted: "date_deleted",
        duration: "duration",
        id: "id",
        in_collections: "in_collections",
        is_online: "is_online",
        metadata: "metadata",
        scores: "scores",
        status: "status",
        title: "title",
        r#type: "type",
        versions: "versions",
        warning: "warning",
        parent: "parent",
    });

    #[derive(Clone, Debug, Default, PartialEq)]
    struct Version {
        id: Option<AssetId>,
        frames: Vec<i64>,
        extra: UnknownFields,
    }

    response_model!(Version { id: "id", required frames: "frames" });

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
        required title: "title",
        category: "category",
        date_imported: "date_imported",
        tags: "tags",
        required collection_ids: "collection_ids",
        extras: "extras",
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
    fn an_error_tells_where_it_is() {
        let json = r#"{"objects":[{"versions":[{"frames":[1,{}]}]}]}"#;
        let error = serde_path_to_error::deserialize::<_, Page<Asset>>(
            &mut serde_json::Deserializer::from_str(json),
        )
        .unwrap_err();
        assert_eq!(error.path().to_string(), "objects[0].versions[0].frames[1]");
        assert!(
            error
                .inner()
                .to_string()
                .starts_with("invalid type: map, expected an integer"),
            "{error}"
        );
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
    fn a_union_is_told_by_its_tag_wherever_it_stands() {
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
    fn an_error_in_a_union_tells_where_it_is() {
        let json = r#"{"objects":[{"object_type":"assets","versions":[{"frames":[{}]}]}]}"#;
        let error = serde_json::from_str::<Page<Content>>(json)
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("versions[0].frames[0]: invalid type: map"),
            "{error}"
        );
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
