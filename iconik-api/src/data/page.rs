//! The two envelopes in which iconik sends lists.

use std::fmt;
use std::marker::PhantomData;
use std::{slice, vec};

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::allowance;
use super::json_text::Json;
use super::lenient::{Collection, CollectionVisitor, Unread, UnreadItems, kind};
use super::model;
use super::raw_json::RawJson;
use super::unknown_fields::UnknownFields;

/// One page of a list.
///
/// Every field except the objects may be missing: which of them an action sends depends on its paging. To read
/// all pages, use `items` or `pages` of the request instead.
///
/// ```
/// # async fn example(client: iconik_api::Client) -> iconik_api::Result<()> {
/// let page = client.assets().collections().list().per_page(50).await?;
/// println!("{} of {:?} collections", page.objects.len(), page.total);
/// for collection in &page {
///     println!("{:?}", collection.title);
/// }
/// # Ok(())
/// # }
/// ```
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The objects on this page.
    pub objects: Vec<T>,
    /// The number of this page, from 1.
    pub page: Option<i64>,
    /// How many pages there are.
    pub pages: Option<i64>,
    /// How many objects a page contains at most.
    pub per_page: Option<i64>,
    /// How many objects there are on all pages.
    pub total: Option<i64>,
    /// Where the first page is.
    pub first_url: Option<String>,
    /// Where the last page is.
    pub last_url: Option<String>,
    /// Where the next page is. On the last page it is `null`; then [`is_last`](Self::is_last) returns `true`.
    pub next_url: Option<String>,
    /// Where the previous page is; absent on the first one.
    pub prev_url: Option<String>,
    /// Where a scrolled list continues. Every page has a new one.
    pub scroll_id: Option<String>,
    /// Where a list that is sorted by the search index continues.
    pub search_after: Vec<RawJson>,
    /// Counts by value, of the fields for which they were asked.
    pub facets: Option<RawJson>,
    /// What iconik sent beyond the documented fields.
    pub extra: UnknownFields,
    /// Whether `next_url` was sent as null.
    is_last: bool,
}

impl<T> Page<T> {
    /// Returns `true` if iconik says that this is the last page: `next_url` is present and `null`.
    ///
    /// `false` says nothing: not every list has links.
    pub fn is_last(&self) -> bool {
        self.is_last && self.next_url.is_none()
    }
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self {
            objects: Vec::new(),
            page: None,
            pages: None,
            per_page: None,
            total: None,
            first_url: None,
            last_url: None,
            next_url: None,
            prev_url: None,
            scroll_id: None,
            search_after: Vec::new(),
            facets: None,
            extra: UnknownFields::new(),
            is_last: false,
        }
    }
}

response_model!(Page<T> {
    facets,
    first_url,
    last_url,
    next_url link,
    objects items,
    page,
    pages,
    per_page,
    prev_url,
    scroll_id,
    search_after,
    total,
});

/// Reads `next_url`: that it is null says something else than that it is absent.
pub(crate) fn put_link<'de, A: MapAccess<'de>>(
    link: &mut Option<String>,
    is_last: &mut bool,
    name: &'static str,
    extra: &mut UnknownFields,
    map: &mut A,
) -> Result<bool, A::Error> {
    let kept = model::put(link, name, extra, map)?;
    *is_last = link.is_none() && !kept;
    Ok(kept)
}

/// Writes `next_url`, also if it is null.
pub(crate) fn write_link<M: SerializeMap>(
    map: &mut M,
    name: &'static str,
    link: &Option<String>,
    is_last: bool,
) -> Result<(), M::Error> {
    match is_last {
        true => map.serialize_entry(name, &()),
        false => model::write(map, name, link),
    }
}

/// A list without pages: the response contains all objects.
///
/// ```
/// # async fn example(client: iconik_api::Client) -> iconik_api::Result<()> {
/// let actions = client.assets().custom_actions().list().await?;
/// let titles: Vec<_> = actions.into_iter().filter_map(|action| action.title).collect();
/// # Ok(())
/// # }
/// ```
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq)]
pub struct List<T> {
    /// The objects.
    pub objects: Vec<T>,
    /// What iconik sent beyond the documented fields.
    pub extra: UnknownFields,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self {
            objects: Vec::new(),
            extra: UnknownFields::new(),
        }
    }
}

response_model!(List<T> { objects items });

macro_rules! envelope {
    ($envelope:ident) => {
        impl<T> $envelope<T> {
            /// Returns an iterator over the objects.
            pub fn iter(&self) -> slice::Iter<'_, T> {
                self.objects.iter()
            }
        }

        impl<'de, T: Deserialize<'de>> Deserialize<'de> for $envelope<T> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let page: Self = model::required_model(deserializer)?;
                match page.objects.is_empty() && has_errors(&page.extra) {
                    true => Err(D::Error::custom(
                        "missing field `objects`: the response contains `errors` instead",
                    )),
                    false => Ok(page),
                }
            }
        }

        impl<T> IntoIterator for $envelope<T> {
            type Item = T;
            type IntoIter = vec::IntoIter<T>;

            fn into_iter(self) -> Self::IntoIter {
                self.objects.into_iter()
            }
        }

        impl<'a, T> IntoIterator for &'a $envelope<T> {
            type Item = &'a T;
            type IntoIter = slice::Iter<'a, T>;

            fn into_iter(self) -> Self::IntoIter {
                self.objects.iter()
            }
        }
    };
}

envelope!(Page);
envelope!(List);

/// Returns whether a response without objects reports a failure instead: some searches do so with
/// status 200.
fn has_errors(extra: &UnknownFields) -> bool {
    match extra.get("errors") {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::Array(errors)) => !errors.is_empty(),
        Some(Value::Object(errors)) => !errors.is_empty(),
        Some(Value::String(error)) => !error.trim().is_empty(),
        Some(Value::Bool(true) | Value::Number(_)) => true,
    }
}

/// Reads the items of an envelope. They may be of the caller's own type, hence by plain `Deserialize`. What is
/// not an object where one is expected is kept beside the others.
pub(crate) fn put_items<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    items: &mut Vec<T>,
    name: &'static str,
    extra: &mut UnknownFields,
    map: &mut A,
) -> Result<bool, A::Error> {
    let unread = map.next_value_seed(Items(items))?;
    Ok(model::keep(unread, name, extra))
}

/// How many items of a list may be something other than objects. Each of them is an error of the JSON reader first,
/// which looks for its line from the beginning of the text.
const MOST_OTHERS: usize = 100;

struct Items<'a, T>(&'a mut Vec<T>);

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Items<'_, T> {
    type Value = Option<Unread>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(CollectionVisitor(self))
    }
}

impl<'de, T: Deserialize<'de>> Collection<'de> for Items<'_, T> {
    const EXPECTED: &'static str = "a list";

    fn null(self) -> Option<Unread> {
        self.0.clear();
        None
    }

    fn list<A: SeqAccess<'de>>(self, mut list: A) -> Result<Option<Unread>, A::Error> {
        let Self(items) = self;
        items.clear();
        let mut unread = UnreadItems::default();
        let mut others = 0;
        loop {
            let mut other = None;
            let left = allowance::left();
            match list.next_element_seed(Item {
                other: &mut other,
                item: PhantomData,
            }) {
                Ok(Some(Some(item))) => {
                    // A type of the caller's does not do this by itself.
                    if allowance::left() == left {
                        allowance::take(size_of::<T>())?;
                    }
                    items.push(item);
                }
                Ok(Some(None)) => unread.add("null"),
                Ok(None) => return Ok(unread.some()),
                // The value was read to its end.
                Err(error) => match other {
                    Some(json) if others < MOST_OTHERS => {
                        others += 1;
                        unread.add(&json);
                    }
                    _ => return Err(error),
                },
            }
        }
    }
}

/// Reads an item, or `null`. A value of another kind is noted before the error.
struct Item<'a, T> {
    other: &'a mut Option<Unread>,
    item: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Item<'_, T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Item<'_, T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an item")
    }

    fn visit_unit<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_none<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        T::deserialize(ItemDeserializer {
            deserializer,
            other: self.other,
        })
        .map(Some)
    }
}

/// Passes everything on, but looks at what there is where an object is expected.
struct ItemDeserializer<'a, D> {
    deserializer: D,
    other: &'a mut Option<Unread>,
}

macro_rules! pass_on {
    ($($name:ident($($argument:ident: $ty:ty),*);)*) => {$(
        #[inline]
        fn $name<V: Visitor<'de>>(self, $($argument: $ty,)* visitor: V) -> Result<V::Value, D::Error> {
            self.deserializer.$name($($argument,)* visitor)
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for ItemDeserializer<'_, D> {
    type Error = D::Error;

    #[inline]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let Self {
            deserializer,
            other,
        } = self;
        deserializer.deserialize_any(ObjectVisitor { visitor, other })
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.deserialize_map(visitor)
    }

    pass_on! {
        deserialize_any();
        deserialize_bool();
        deserialize_i8();
        deserialize_i16();
        deserialize_i32();
        deserialize_i64();
        deserialize_i128();
        deserialize_u8();
        deserialize_u16();
        deserialize_u32();
        deserialize_u64();
        deserialize_u128();
        deserialize_f32();
        deserialize_f64();
        deserialize_char();
        deserialize_str();
        deserialize_string();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_option();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_newtype_struct(name: &'static str);
        deserialize_seq();
        deserialize_tuple(len: usize);
        deserialize_tuple_struct(name: &'static str, len: usize);
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
        deserialize_identifier();
        deserialize_ignored_any();
    }

    fn is_human_readable(&self) -> bool {
        self.deserializer.is_human_readable()
    }
}

/// Passes an object on. Every other value is noted, and an error.
struct ObjectVisitor<'a, V> {
    visitor: V,
    other: &'a mut Option<Unread>,
}

impl<'de, V: Visitor<'de>> ObjectVisitor<'_, V> {
    fn note<E: Error>(self, json: impl ToString) -> Result<V::Value, E> {
        let json = json.to_string();
        let error = E::invalid_type(kind(&json), &self.visitor);
        *self.other = Some(json.into());
        Err(error)
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for ObjectVisitor<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<V::Value, A::Error> {
        let mut items = UnreadItems::default();
        while let Some(json) = list.next_element::<Json<'_>>()? {
            items.add(&json.readable());
        }
        self.note(items.all())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<V::Value, E> {
        self.note(value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<V::Value, E> {
        self.note(value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<V::Value, E> {
        self.note(value)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<V::Value, E> {
        self.note(serde_json::Value::from(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<V::Value, E> {
        self.note(serde_json::Value::from(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_says_so() {
        for (json, is_last) in [
            (r#"{"objects":[],"next_url":null}"#, true),
            (r#"{"objects":[],"next_url":"/v1/assets/?page=2"}"#, false),
            (r#"{"objects":[],"next_url":""}"#, false),
            (r#"{"objects":[],"next_url":[1]}"#, false),
            (r#"{"objects":[]}"#, false),
        ] {
            let page: Page<Value> = serde_json::from_str(json).unwrap();
            assert_eq!(page.is_last(), is_last, "{json}");
            let written = serde_json::to_string(&page).unwrap();
            assert_eq!(serde_json::from_str::<Page<Value>>(&written).unwrap(), page);
        }
    }

    #[test]
    fn errors_in_the_place_of_objects_are_an_error() {
        for errors in [
            r#"["overloaded"]"#,
            r#""overloaded""#,
            r#"{"a":["b"]}"#,
            "true",
        ] {
            for rest in ["", r#","objects":[]"#, r#","objects":null"#] {
                let json = format!(r#"{{"errors":{errors}{rest}}}"#);
                assert!(
                    serde_json::from_str::<Page<Value>>(&json).is_err(),
                    "{json}"
                );
                assert!(
                    serde_json::from_str::<List<Value>>(&json).is_err(),
                    "{json}"
                );
            }
            let json = format!(r#"{{"errors":{errors},"objects":[1]}}"#);
            assert_eq!(
                serde_json::from_str::<Page<Value>>(&json)
                    .unwrap()
                    .objects
                    .len(),
                1
            );
        }
        for errors in ["[]", "null", "{}", "\"\"", "false"] {
            let json = format!(r#"{{"errors":{errors}}}"#);
            assert!(serde_json::from_str::<Page<Value>>(&json).is_ok(), "{json}");
        }
    }
}
