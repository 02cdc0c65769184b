//! A place in a list, as text.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::body;
use super::place::{PLACE_PARAMS, Place, SEARCH_AFTER};
use crate::error::{Error, ErrorKind};
use crate::http::meta::Endpoint;
use crate::http::request::PreparedRequest;

/// A place in a list, to continue from there later: after a crash, or tomorrow.
///
/// It is short text, by `Display` and [`FromStr`], and serializes as this text. It contains no token.
/// It belongs to one list: the same action with the same arguments. Another list refuses it.
///
/// Get one from [`Items::cursor`](crate::Items::cursor) or [`Pages::cursor`](crate::Pages::cursor),
/// or one with each item from [`Items::with_cursors`](crate::Items::with_cursors). Store it when
/// everything before it is done, and pass it to [`Items::resume`](crate::Items::resume).
///
/// ```
/// # async fn example(client: iconik_api::Client, stored: Option<String>) -> iconik_api::Result<()> {
/// # fn store(_: Option<String>) {}
/// let mut items = client.assets().collections().list().items();
/// if let Some(text) = stored {
///     items = items.resume(text.parse()?);
/// }
/// while let Some(collection) = items.try_next().await? {
///     println!("{:?}", collection.title);
///     // `None` at the end: the next run begins at the first item again.
///     store(items.cursor().map(|cursor| cursor.to_string()));
/// }
/// store(None);
/// # Ok(())
/// # }
/// ```
///
/// | style | continues |
/// |---|---|
/// | `last_id`, `last_field_name`, `search_after` with items that have their sort values | exactly after the last item |
/// | `search_after` otherwise | at the same item of its page |
/// | page numbers | at the same page and the same item on it; items that were added or removed before it in the meantime shift it |
/// | scroll | in a new scroll, by skipping as many items as were read: a scroll's own place moves with every response, so that a page whose response was lost could not be requested again |
#[derive(Clone, Debug, PartialEq)]
pub struct Cursor {
    /// Which list it is.
    pub(super) list: Arc<str>,
    pub(super) place: Place,
    /// How many items from there on are done.
    pub(super) skip: u64,
    /// Page numbers mean nothing without it.
    pub(super) per_page: Option<u64>,
    /// How many items of the whole list are done.
    pub(super) done: Option<u64>,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut json = json!({ "list": &*self.list, "at": self.place.to_json() });
        if self.skip > 0 {
            json["skip"] = self.skip.into();
        }
        if let Some(per_page) = self.per_page {
            json["per_page"] = per_page.into();
        }
        if let Some(done) = self.done {
            json["done"] = done.into();
        }
        write!(f, "{json}")
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let parse = || {
            let json: Map<String, Value> = serde_json::from_str(text).ok()?;
            let number = |name: &str| match json.get(name) {
                None => Some(None),
                Some(value) => value.as_u64().map(Some),
            };
            Some(Self {
                list: json.get("list")?.as_str()?.into(),
                place: Place::from_json(json.get("at")?.as_object()?)?,
                skip: number("skip")?.unwrap_or(0),
                per_page: number("per_page")?.filter(|per_page| *per_page > 0),
                done: number("done")?,
            })
        };
        parse().ok_or(CursorError(()))
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// The error of a text that is not a [`Cursor`].
///
/// It converts into an [`Error`] of the kind [`ErrorKind::Paging`], so that `text.parse()?` works in a
/// function that returns [`iconik_api::Result`](crate::Result).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CursorError(());

impl fmt::Display for CursorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is not the text of a cursor")
    }
}

impl std::error::Error for CursorError {}

impl From<CursorError> for Error {
    fn from(error: CursorError) -> Self {
        Self::new(ErrorKind::Paging, Endpoint::None)
            .detail(error.to_string())
            .source(error)
    }
}

/// Returns the name of a list: the action, and a number made from all arguments.
///
/// It has to be the same in every version and on every machine, so it is FNV-1a and not a hash of
/// the standard library.
pub(super) fn name_of(request: &PreparedRequest, in_body: bool) -> Arc<str> {
    let mut pairs: Vec<_> = request
        .query_pairs()
        .filter(|(name, _)| name != "per_page" && !PLACE_PARAMS.contains(&name.as_str()))
        .collect();
    pairs.sort();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |bytes: &[u8]| {
        // The length, so that texts cannot be mistaken for one another when they are joined.
        let length = (bytes.len() as u64).to_le_bytes();
        for byte in length.iter().chain(bytes) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    };
    add(request.path().as_bytes());
    for (name, value) in &pairs {
        add(name.as_bytes());
        add(value.as_bytes());
    }
    let body = request.body().map_or(&b""[..], |body| body);
    match in_body {
        true => add(&body::replaced(body, SEARCH_AFTER, None).unwrap_or_else(|| body.to_vec())),
        false => add(body),
    }
    format!("{}#{hash:016x}", request.action().unwrap_or("list")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_text_and_comes_back() {
        let places = [
            Place::Number(7),
            Place::Scroll(None),
            Place::Scroll(Some("abc".into())),
            Place::LastId(Some("é\"".into())),
            Place::SearchAfter(Some("[1,\"x\"]".into())),
            Place::LastFieldName(Some("title".into())),
            Place::Link(vec![("token".into(), "a b".into())]),
        ];
        for place in places {
            let cursor = Cursor {
                list: "segments.list#0123456789abcdef".into(),
                place,
                skip: 3,
                per_page: Some(100),
                done: Some(603),
            };
            assert_eq!(cursor.to_string().parse(), Ok(cursor.clone()));
            let json = serde_json::to_string(&cursor).unwrap();
            assert_eq!(serde_json::from_str::<Cursor>(&json).unwrap(), cursor);
        }
        for text in [
            "",
            "{}",
            "7",
            r#"{"list":"a","at":{"page":0}}"#,
            r#"{"list":"a","at":{"page":1},"skip":-1}"#,
        ] {
            assert_eq!(text.parse::<Cursor>(), Err(CursorError(())), "{text}");
        }
    }

    #[test]
    fn the_error_of_a_cursor_is_an_error_of_the_crate() {
        fn parse(text: &str) -> crate::Result<Cursor> {
            Ok(text.parse()?)
        }
        let error = parse("no").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Paging);
        assert!(error.to_string().contains("not the text of a cursor"));
    }

    #[test]
    fn where_a_search_continues_is_no_part_of_its_name() {
        let name = |body: &str, in_body| {
            let mut request =
                PreparedRequest::custom(http::Method::POST, "/v1/search/", "", 0).unwrap();
            request.replace_json(body.as_bytes().to_vec());
            name_of(&request, in_body)
        };
        let first = name(r#"{"query":"q","search_after":[]}"#, true);
        assert_eq!(first, name(r#"{"search_after":[1],"query":"q"}"#, true));
        assert_eq!(first, name(r#"{"query":"q"}"#, true));
        assert_ne!(first, name(r#"{"query":"p"}"#, true));
        assert_ne!(
            name(r#"{"search_after":[]}"#, false),
            name(r#"{"search_after":[1]}"#, false)
        );
    }
}
