//! What a list must know about its items: what distinguishes them, and what follows after one.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::data::id::Id;
use crate::data::raw_json::RawJson;
use crate::data::tagged_union::Unrecognized;

/// An item of a list.
///
/// The models of this crate implement it, and so do [`serde_json::Value`] and [`RawJson`]. Implement
/// it for a type of your own that is read with
/// [`Call::decode_as`](crate::Call::decode_as):
///
/// ```
/// use iconik_api::{ItemKey, ListItem};
///
/// struct Title {
///     id: String,
///     title: String,
/// }
///
/// impl ListItem for Title {
///     fn key(&self) -> ItemKey<'_> {
///         ItemKey::from_id(&self.id)
///     }
/// }
/// ```
///
/// `impl ListItem for Title {}` is enough for a list whose items have no id. Such items are never
/// recognized as duplicates: when items are inserted while the list is read, some may come twice.
/// To read a list once without an implementation, use [`Call::items_by`](crate::Call::items_by).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not known as an item of a list",
    note = "add `impl iconik_api::ListItem for {Self} {{}}`, or use `items_by` or `pages_by`"
)]
pub trait ListItem {
    /// Returns what distinguishes this item from the others in its list.
    fn key(&self) -> ItemKey<'_> {
        ItemKey::none()
    }

    /// Returns the values by which the list is sorted, as a JSON array: what `search_after`
    /// continues after when the response itself contains no cursor.
    fn sort_values(&self) -> Option<Cow<'_, str>> {
        None
    }
}

/// What distinguishes an item of a list from the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct ItemKey<'a> {
    pub(super) id: Option<Cow<'a, str>>,
    pub(super) kind: Option<Cow<'a, str>>,
    pub(super) position: Option<i64>,
    pub(super) name: Option<Cow<'a, str>>,
}

impl<'a> ItemKey<'a> {
    /// Returns the key of an item that has no id.
    pub const fn none() -> Self {
        Self {
            id: None,
            kind: None,
            position: None,
            name: None,
        }
    }

    /// Returns a key with an id, which is also what `last_id` continues after.
    pub fn from_id(id: impl Into<Cow<'a, str>>) -> Self {
        Self::none().with_id(Some(id.into()))
    }

    /// Sets the kind of object, for a list of several kinds whose ids may be equal.
    pub fn with_kind(mut self, kind: impl Into<Cow<'a, str>>) -> Self {
        self.kind = Some(kind.into());
        self
    }

    /// Sets the position in the list. It only matters in a list that may contain an item several
    /// times, such as a playlist.
    pub fn with_position(mut self, position: impl Into<Option<i64>>) -> Self {
        self.position = position.into();
        self
    }

    /// Sets the name, for a list that continues after a name (`last_field_name`).
    pub fn with_name(mut self, name: impl Into<Cow<'a, str>>) -> Self {
        self.name = Some(name.into());
        self
    }

    pub(crate) fn with_id(mut self, id: Option<Cow<'a, str>>) -> Self {
        self.id = id.filter(|id| !id.is_empty());
        self
    }

    pub(crate) fn with_optional_name(mut self, name: Option<Cow<'a, str>>) -> Self {
        self.name = name.filter(|name| !name.is_empty());
        self
    }

    fn into_owned(self) -> ItemKey<'static> {
        let own = |text: Option<Cow<'a, str>>| text.map(|text| Cow::Owned(text.into_owned()));
        ItemKey {
            id: own(self.id),
            kind: own(self.kind),
            position: self.position,
            name: own(self.name),
        }
    }
}

/// The implementation of [`ListItem`] for a generated model, from the fields that matter.
///
/// ```text
/// list_item!(Asset { id: id, position: position });
/// list_item!(MetadataField { name: name });
/// list_item!(SearchHit sorted by sort { id: id });
/// list_item!(CollectionItem by variant { Asset, Collection });
/// ```
///
/// The third form is for a model that has the sort values in a field of its own, the last one for a union: the key of what is in the variant, with the variant as the kind.
macro_rules! list_item {
    ($model:ident { $($part:ident: $field:ident),* $(,)? }) => {
        impl $crate::paging::ListItem for $model {
            #[inline]
            fn key(&self) -> $crate::paging::ItemKey<'_> {
                $crate::paging::ItemKey::none()$(.$part(&self.$field))*
            }

            fn sort_values(&self) -> Option<::std::borrow::Cow<'_, str>> {
                self.extra.raw("_sort").map(::std::borrow::Cow::Borrowed)
            }
        }
    };
    ($model:ident sorted by $sort:ident { $($part:ident: $field:ident),* $(,)? }) => {
        impl $crate::paging::ListItem for $model {
            #[inline]
            fn key(&self) -> $crate::paging::ItemKey<'_> {
                $crate::paging::ItemKey::none()$(.$part(&self.$field))*
            }

            fn sort_values(&self) -> Option<::std::borrow::Cow<'_, str>> {
                match self.$sort.is_empty() {
                    true => None,
                    false => Some($crate::paging::json_list(&self.$sort).into()),
                }
            }
        }
    };
    ($union:ident by variant {}) => {
        impl $crate::paging::ListItem for $union {}
    };
    ($union:ident by variant { $($variant:ident),* $(,)? }) => {
        impl $crate::paging::ListItem for $union {
            fn key(&self) -> $crate::paging::ItemKey<'_> {
                use $crate::paging::ListItem;
                match self {
                    $(Self::$variant(item) => ListItem::key(&**item).with_kind(stringify!($variant)),)*
                    Self::Unknown(item) => ListItem::key(&**item),
                }
            }

            fn sort_values(&self) -> Option<::std::borrow::Cow<'_, str>> {
                use $crate::paging::ListItem;
                match self {
                    $(Self::$variant(item) => ListItem::sort_values(&**item),)*
                    Self::Unknown(item) => ListItem::sort_values(&**item),
                }
            }
        }
    };
}

/// Returns values as the text of a JSON list, with the bytes that they have.
pub(crate) fn json_list(values: &[RawJson]) -> String {
    let values: Vec<&str> = values.iter().map(RawJson::as_str).collect();
    format!("[{}]", values.join(","))
}

/// A field of a model that is part of a key.
pub(crate) trait KeyPart {
    fn part(&self) -> Option<Cow<'_, str>>;
}

impl<K> KeyPart for Id<K> {
    fn part(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.as_str()))
    }
}

impl KeyPart for String {
    fn part(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self))
    }
}

impl KeyPart for i64 {
    fn part(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Owned(self.to_string()))
    }
}

impl<T: KeyPart> KeyPart for Option<T> {
    fn part(&self) -> Option<Cow<'_, str>> {
        self.as_ref()?.part()
    }
}

/// What [`list_item!`] writes.
impl<'a> ItemKey<'a> {
    pub(crate) fn id(self, field: &'a impl KeyPart) -> Self {
        self.with_id(field.part())
    }

    pub(crate) fn name(self, field: &'a impl KeyPart) -> Self {
        self.with_optional_name(field.part())
    }

    pub(crate) fn position(self, field: &'a Option<i64>) -> Self {
        self.with_position(*field)
    }
}

impl ListItem for Value {
    fn key(&self) -> ItemKey<'_> {
        self.as_object().map_or(ItemKey::none(), ListItem::key)
    }

    fn sort_values(&self) -> Option<Cow<'_, str>> {
        self.as_object()?.sort_values()
    }
}

impl ListItem for Map<String, Value> {
    fn key(&self) -> ItemKey<'_> {
        let text = |name: &str| match self.get(name)? {
            Value::String(text) => Some(Cow::Borrowed(text.as_str())),
            Value::Number(number) => Some(Cow::Owned(number.to_string())),
            _ => None,
        };
        ItemKey {
            kind: text("object_type"),
            ..ItemKey::none()
        }
        .with_id(text("id"))
        .with_optional_name(text("name"))
        .with_position(self.get("position").and_then(Value::as_i64))
    }

    fn sort_values(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Owned(self.get("_sort")?.to_string()))
    }
}

impl ListItem for RawJson {
    fn key(&self) -> ItemKey<'_> {
        self.value().key().into_owned()
    }

    fn sort_values(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Owned(self.value().sort_values()?.into_owned()))
    }
}

impl ListItem for Unrecognized {
    fn key(&self) -> ItemKey<'_> {
        self.value().key().into_owned()
    }

    fn sort_values(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Owned(self.value().sort_values()?.into_owned()))
    }
}

impl ListItem for String {}

impl<T: ListItem> ListItem for Box<T> {
    fn key(&self) -> ItemKey<'_> {
        (**self).key()
    }

    fn sort_values(&self) -> Option<Cow<'_, str>> {
        (**self).sort_values()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_is_read_from_free_json() {
        let item = json!({ "id": 7, "object_type": "assets", "position": 3, "name": "n", "_sort": [1, "x"] });
        let raw = RawJson::from(&item);
        for (key, sort) in [
            (item.key(), item.sort_values()),
            (raw.key(), raw.sort_values()),
        ] {
            let expected = ItemKey::from_id("7")
                .with_kind("assets")
                .with_position(3)
                .with_name("n");
            assert_eq!(key, expected);
            assert_eq!(sort.as_deref(), Some(r#"[1,"x"]"#));
        }
    }

    #[test]
    fn what_has_no_id_has_no_key() {
        for item in [
            json!(null),
            json!("text"),
            json!([]),
            json!({}),
            json!({ "id": null }),
            json!({ "id": "" }),
            json!({ "id": {} }),
        ] {
            assert_eq!(item.key().id, None, "{item}");
        }
        assert_eq!("text".to_owned().key(), ItemKey::none());
    }
}
