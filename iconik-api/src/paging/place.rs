//! Where in a list a pager stands.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::http::request::PreparedRequest;

/// The parameters that say where a page begins. `per_page` is not one of them.
pub(super) const PLACE_PARAMS: &[&str] =
    &["page", "scroll", "scroll_id", "last_id", "search_after"];

/// Where a page begins, in one of the styles.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Place {
    /// The page of this number, from 1.
    Number(u64),
    /// The next page of the scroll with this id, or the first page of a new scroll.
    Scroll(Option<String>),
    /// Behind the row with this id.
    LastId(Option<String>),
    /// Behind the row with these sort values.
    SearchAfter(Option<String>),
    /// Where the server's link points: its query.
    Link(Vec<(String, String)>),
}

impl Place {
    /// The place that a request names itself.
    pub(super) fn of(request: &PreparedRequest) -> Option<Self> {
        let find = |name: &str| {
            request
                .query_pairs()
                .find(|(known, value)| known == name && !value.is_empty())
                .map(|(_, value)| value)
        };
        if let Some(id) = find("scroll_id") {
            return Some(Self::Scroll(Some(id)));
        }
        if find("scroll").is_some_and(|scroll| scroll == "true") {
            return Some(Self::Scroll(None));
        }
        if let Some(id) = find("last_id") {
            return Some(Self::LastId(Some(id)));
        }
        if let Some(after) = find("search_after") {
            return Some(Self::SearchAfter(Some(after)));
        }
        find("page")?.parse().ok().map(Self::Number)
    }

    /// Writes the place into a request that names none.
    pub(super) fn write(&self, request: &mut PreparedRequest) {
        match self {
            Self::Number(number) => request.push_query("page", number),
            Self::Scroll(id) => {
                request.push_query("scroll", &true);
                request.push_query("scroll_id", id);
            }
            Self::LastId(id) => request.push_query("last_id", id),
            Self::SearchAfter(after) => request.push_query("search_after", after),
            Self::Link(pairs) => {
                let own: Vec<String> = request.query_pairs().map(|(name, _)| name).collect();
                // What the request says itself counts, however the server repeats it.
                for (name, value) in pairs.iter().filter(|(name, _)| !own.contains(name)) {
                    request.push_query(name, value);
                }
            }
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Number(number) => json!({ "page": number }),
            Self::Scroll(id) => json!({ "scroll": id }),
            Self::LastId(id) => json!({ "last_id": id }),
            Self::SearchAfter(after) => json!({ "search_after": after }),
            Self::Link(pairs) => json!({ "link": pairs }),
        }
    }

    fn from_json(json: &Map<String, Value>) -> Option<Self> {
        let (style, value) = json.iter().next()?;
        let text = match value {
            Value::Null => Some(None),
            Value::String(text) => Some(Some(text.clone())),
            _ => None,
        };
        match style.as_str() {
            "page" => value.as_u64().filter(|page| *page > 0).map(Self::Number),
            "scroll" => text.map(Self::Scroll),
            "last_id" => text.map(Self::LastId),
            "search_after" => text.map(Self::SearchAfter),
            "link" => serde_json::from_value(value.clone()).ok().map(Self::Link),
            _ => None,
        }
    }
}

/// A place in a list, to go on from there later: after a crash, or tomorrow.
///
/// It is short text, by `Display` and [`FromStr`], and serialises as this text. It holds no token.
/// It belongs to one list: the same action with the same arguments. Another list refuses it.
///
/// Get one from [`Items::cursor`](crate::Items::cursor) or [`Pages::cursor`](crate::Pages::cursor),
/// store it when what came before it is done, and give it to
/// [`Items::resume`](crate::Items::resume).
///
/// | style | goes on |
/// |---|---|
/// | `last_id`, `search_after` | exactly behind the last row |
/// | page numbers | at the same page and row number; rows that came or went before it in the meantime shift it |
/// | scroll | in a new scroll, by passing over as many rows as were read: a scroll's own place moves with every answer, so that what was under way in a crash would be lost |
#[derive(Clone, Debug, PartialEq)]
pub struct Cursor {
    /// Which list it is.
    pub(super) list: String,
    pub(super) place: Place,
    /// How many rows from there on are done.
    pub(super) skip: u64,
    /// Page numbers mean nothing without it.
    pub(super) per_page: Option<u64>,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut json = json!({ "list": self.list, "at": self.place.to_json() });
        if self.skip > 0 {
            json["skip"] = self.skip.into();
        }
        if let Some(per_page) = self.per_page {
            json["per_page"] = per_page.into();
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
                list: json.get("list")?.as_str()?.to_owned(),
                place: Place::from_json(json.get("at")?.as_object()?)?,
                skip: number("skip")?.unwrap_or(0),
                per_page: number("per_page")?,
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

/// A text that is not a [`Cursor`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CursorError(());

impl fmt::Display for CursorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is not the text of a cursor")
    }
}

impl std::error::Error for CursorError {}

/// Tells one list from another: the action, and a number made from all arguments. It has to be the
/// same in every version and on every machine, so it is FNV-1a and not a hash of the standard
/// library.
pub(super) fn name_of(request: &PreparedRequest) -> String {
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
    add(request.body().map_or(b"", |body| body));
    format!("{}#{hash:016x}", request.action().unwrap_or("list"))
}

/// The query of a link, if the link stays on the origin of the request; else the link's origin.
///
/// iconik writes links as a whole URL, from `/API/` on, or relative, and the part before the service
/// has changed once. None of that matters here: the path is the request's own, and only the query
/// of the link is read.
pub(super) fn query_of_link(link: &str, origin: &str) -> Result<Vec<(String, String)>, String> {
    if let Some(foreign) = foreign_origin(link, origin) {
        return Err(foreign);
    }
    let link = link.split('#').next().unwrap_or_default();
    let query = link.split_once('?').map_or("", |(_, query)| query);
    let decode = |text: &str| {
        // Servers write a space in a query as a plus.
        let text = text.replace('+', " ");
        percent_encoding::percent_decode_str(&text)
            .decode_utf8_lossy()
            .into_owned()
    };
    Ok(query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect())
}

/// The origin of a link, if it names another one than `origin`.
fn foreign_origin(link: &str, origin: &str) -> Option<String> {
    // URL parsers take a backslash for a slash, and strip white space.
    let link = link.trim().replace('\\', "/");
    let (scheme, rest) = match link.split_once(':') {
        Some((scheme, rest)) if !scheme.contains(['/', '?', '#']) => (Some(scheme), rest),
        _ => (None, link.as_str()),
    };
    let own_scheme = origin.split_once(':').map_or("https", |(scheme, _)| scheme);
    let scheme_or_own = scheme.unwrap_or(own_scheme);
    let Some(rest) = rest.strip_prefix("//") else {
        // Without a host it is relative, unless it names a scheme: `mailto:`, `data:`.
        return scheme.map(|scheme| format!("{scheme}:"));
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let theirs = format!("{scheme_or_own}://{authority}");
    (normal(&theirs) != normal(origin)).then_some(theirs)
}

/// An origin in lower case, with its port.
fn normal(origin: &str) -> String {
    let mut origin = origin.to_ascii_lowercase();
    let after_host = origin.rsplit(']').next().unwrap_or_default();
    let has_port = after_host
        .rsplit_once(':')
        .is_some_and(|(_, port)| !port.starts_with("//"));
    if !has_port {
        origin.push_str(match origin.starts_with("https:") {
            true => ":443",
            false => ":80",
        });
    }
    origin
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "https://app.iconik.io";

    #[test]
    fn parameters_are_taken_out_of_a_query_and_secrets_stay_hidden() {
        let path = "/v1/shares/?page=2&title=a%26b&page=3";
        let mut request = PreparedRequest::custom(http::Method::GET, path, "", 0).unwrap();
        request.push_query("password", &crate::Secret::from("hunter2"));
        request.push_query("scroll", &true);

        request.drop_query(PLACE_PARAMS);
        assert_eq!(request.query(), Some("title=a%26b&password=hunter2"));
        assert!(!format!("{request:?}").contains("hunter2"), "{request:?}");

        request.drop_query(&["title"]);
        assert_eq!(request.query(), Some("password=hunter2"));
        assert!(!format!("{request:?}").contains("hunter2"), "{request:?}");

        request.drop_query(&["password"]);
        assert_eq!((request.path(), request.query()), ("/v1/shares/", None));
        request.push_query("page", &4);
        assert_eq!(request.query(), Some("page=4"));
    }

    #[test]
    fn a_link_is_read_in_all_its_forms() {
        for link in [
            "https://app.iconik.io/API/assets/v1/assets/?page=2&query=a+b%26",
            "HTTPS://APP.iconik.io:443/API/assets/v1/assets/?page=2&query=a%20b%26",
            "//app.iconik.io/API/assets/v1/assets/?page=2&query=a+b%26",
            "/API/assets/v1/assets/?page=2&query=a+b%26#top",
            "/v1/assets/?page=2&query=a+b%26",
            "v1/assets/?page=2&query=a+b%26",
            "?page=2&query=a+b%26",
        ] {
            let pairs = [("page", "2"), ("query", "a b&")];
            let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
            assert_eq!(query_of_link(link, ORIGIN), Ok(pairs.to_vec()), "{link}");
        }
        assert_eq!(query_of_link("anything", ORIGIN), Ok(Vec::new()));
        assert_eq!(query_of_link("/a/?t=12:30", ORIGIN).unwrap().len(), 1);
    }

    #[test]
    fn a_link_to_another_origin_is_told() {
        for link in [
            "https://evil.example/API/assets/v1/assets/?page=2",
            "http://app.iconik.io/?page=2",
            "https://app.iconik.io:8443/?page=2",
            "https://app.iconik.io.evil.example/?page=2",
            "https://app.iconik.io@evil.example/?page=2",
            "//evil.example/?page=2",
            "\\\\evil.example/?page=2",
            " https://evil.example/?page=2",
            "data:text/plain,?page=2",
        ] {
            assert!(query_of_link(link, ORIGIN).is_err(), "{link}");
        }
        let local = "http://127.0.0.1:4000";
        assert!(query_of_link("http://127.0.0.1:4001/?page=2", local).is_err());
        assert!(query_of_link("http://127.0.0.1:4000/?page=2", local).is_ok());
        assert!(query_of_link("http://[::1]/?page=2", "http://[::1]:80").is_ok());
    }

    #[test]
    fn a_cursor_is_text_and_comes_back() {
        let places = [
            Place::Number(7),
            Place::Scroll(None),
            Place::Scroll(Some("abc".into())),
            Place::LastId(Some("é\"".into())),
            Place::SearchAfter(Some("[1,\"x\"]".into())),
            Place::Link(vec![("token".into(), "a b".into())]),
        ];
        for place in places {
            let cursor = Cursor {
                list: "segments.list#0123456789abcdef".into(),
                place,
                skip: 3,
                per_page: Some(100),
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
}
