//! The two envelopes in which iconik sends lists.

use std::fmt;
use std::marker::PhantomData;
use std::{slice, vec};

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::json_text::Json;
use super::raw_json::RawJson;
use super::unknown_fields::UnknownFields;
use crate::data::lenient::null_is_none;
use crate::data::model::{self, Members, Model, put, write, write_model, write_required};

/// One page of a list.
///
/// Everything but the objects may be missing: which of the other fields an action sends depends on
/// how it is paged.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The objects on this page.
    pub objects: Vec<T>,
    /// The number of this page, from 1.
    pub page: Option<i64>,
    /// How many pages there are.
    pub pages: Option<i64>,
    /// How many objects a page holds at most.
    pub per_page: Option<i64>,
    /// How many objects there are on all pages.
    pub total: Option<i64>,
    /// Where the first page is.
    pub first_url: Option<String>,
    /// Where the last page is.
    pub last_url: Option<String>,
    /// Where the next page is. On the last page it is `null`, which [`is_last`](Self::is_last) tells from
    /// a list without links.
    pub next_url: Option<String>,
    /// Where the previous page is; absent on the first one.
    pub prev_url: Option<String>,
    /// Where a scrolled list goes on. Every page has a new one.
    pub scroll_id: Option<String>,
    /// Where a list sorted by the search index goes on.
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

impl<'de, T: Deserialize<'de>> Model<'de> for Page<T> {
    const NAME: &'static str = "Page";

    fn place(name: &str) -> Option<usize> {
        Some(match name {
            "facets" => 0,
            "first_url" => 1,
            "last_url" => 2,
            "next_url" => 3,
            "objects" => 4,
            "page" => 5,
            "pages" => 6,
            "per_page" => 7,
            "prev_url" => 8,
            "scroll_id" => 9,
            "search_after" => 10,
            "total" => 11,
            _ => return None,
        })
    }

    fn put<A: MapAccess<'de>>(&mut self, field: usize, map: &mut A) -> Result<(), A::Error> {
        match field {
            0 => put(&mut self.facets, map),
            1 => put(&mut self.first_url, map),
            2 => put(&mut self.last_url, map),
            3 => self.read_next_url(map),
            4 => map.next_value_seed(Elements(&mut self.objects)),
            5 => put(&mut self.page, map),
            6 => put(&mut self.pages, map),
            7 => put(&mut self.per_page, map),
            8 => put(&mut self.prev_url, map),
            9 => put(&mut self.scroll_id, map),
            10 => put(&mut self.search_after, map),
            _ => put(&mut self.total, map),
        }
    }

    fn extra(&mut self) -> &mut UnknownFields {
        &mut self.extra
    }
}

impl<T> Page<T> {
    /// Reads `next_url`: that it is null says something else than that it is absent.
    fn read_next_url<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        let Json(json) = map.next_value()?;
        self.is_last = false;
        self.next_url = None;
        match serde_json::from_str(&json) {
            Ok(Value::Null) => self.is_last = true,
            Ok(Value::String(link)) => self.next_url = Some(link),
            _ => self.extra.put("next_url", &json),
        }
        Ok(())
    }
}

impl<T: Serialize> Members for Page<T> {
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        write(map, "facets", &self.facets)?;
        write(map, "first_url", &self.first_url)?;
        write(map, "last_url", &self.last_url)?;
        match self.is_last() {
            true => map.serialize_entry("next_url", &())?,
            false => write(map, "next_url", &self.next_url)?,
        }
        write_required(map, "objects", &self.objects)?;
        write(map, "page", &self.page)?;
        write(map, "pages", &self.pages)?;
        write(map, "per_page", &self.per_page)?;
        write(map, "prev_url", &self.prev_url)?;
        write(map, "scroll_id", &self.scroll_id)?;
        write(map, "search_after", &self.search_after)?;
        write(map, "total", &self.total)?;
        self.extra.write(map)
    }
}

/// A list that comes whole.
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

impl<'de, T: Deserialize<'de>> Model<'de> for List<T> {
    const NAME: &'static str = "List";

    fn place(name: &str) -> Option<usize> {
        (name == "objects").then_some(0)
    }

    fn put<A: MapAccess<'de>>(&mut self, _: usize, map: &mut A) -> Result<(), A::Error> {
        map.next_value_seed(Elements(&mut self.objects))
    }

    fn extra(&mut self) -> &mut UnknownFields {
        &mut self.extra
    }
}

impl<T: Serialize> Members for List<T> {
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        write_required(map, "objects", &self.objects)?;
        self.extra.write(map)
    }
}

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

        impl<T: Serialize> Serialize for $envelope<T> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                write_model(self, serializer)
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

/// Reads the objects of an envelope. They may be of the caller's own type, hence by plain
/// `Deserialize`; null is an empty list and a null among them is left out.
struct Elements<'a, T>(&'a mut Vec<T>);

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Elements<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let elements = deserializer.deserialize_any(ElementsVisitor(PhantomData))?;
        *self.0 = elements.unwrap_or_default();
        Ok(())
    }
}

struct ElementsVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ElementsVisitor<T> {
    type Value = Option<Vec<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    null_is_none!();

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element::<Option<T>>()? {
            if let Some(element) = element {
                elements.push(element);
            }
        }
        Ok(Some(elements))
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
