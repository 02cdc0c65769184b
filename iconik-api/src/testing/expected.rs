//! What a request must be like, and how another one differs from it.

use std::fmt;

use bytes::Bytes;
use http::Method;
use http::header::CONTENT_TYPE;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::form;
use super::received::ReceivedRequest;
use crate::http::action::{Action, prepare};
use crate::http::foreign::ForeignUrl;
use crate::http::hidden::Hidden;
use crate::http::request::PreparedRequest;
use crate::paging::{PLACE_PARAMS, SEARCH_AFTER};

/// Characters of a value that are shown.
const MOST_SHOWN: usize = 300;

/// What a request must be like: for [`Mock::on_matching`](super::Mock::on_matching), and for
/// `assert_received` of a mock and of a local iconik.
///
/// ```
/// # #[cfg(feature = "assets")] {
/// use iconik_api::assets::requests::GetAsset;
/// use iconik_api::testing::Expected;
/// use serde_json::json;
///
/// let this_asset = Expected::of(&GetAsset::new("2c5bfe1a-f149-11eb-a843-0a580a3db916"));
/// let renamed = Expected::action("assets.update").json(json!({ "title": "Dailies" }));
/// let second_page = Expected::action("assets.list").query("page", "2");
/// # }
/// ```
#[derive(Clone, Default)]
#[must_use = "an expectation does nothing until it is compared with requests"]
pub struct Expected {
    action: Option<String>,
    /// The action of the request that it was made of. Another way to make the same request is as good.
    label: Option<&'static str>,
    method: Option<Method>,
    path: Option<ExpectedPath>,
    /// A URL of another host.
    url: Option<ForeignUrl>,
    query: Vec<(String, Option<String>)>,
    others: Others,
    headers: Vec<(String, String)>,
    body: ExpectedBody,
    /// Why there can be no such request.
    problem: Option<String>,
    /// The secrets in it.
    hidden: Hidden,
}

#[derive(Clone, Debug, PartialEq)]
enum ExpectedPath {
    Whole(String),
    /// A path with this segment.
    Segment(String),
}

/// Which query parameters a request may have beyond those that are expected.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Others {
    #[default]
    All,
    None,
    /// Those that say that a list is read from its beginning.
    FirstPage,
    /// Those that say where a page of a list begins.
    AnyPage,
}

impl Others {
    fn allow(self, name: &str, value: &str) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::FirstPage => matches!((name, value), ("page", "1") | ("scroll", "true")),
            Self::AnyPage => PLACE_PARAMS.contains(&name),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
enum ExpectedBody {
    #[default]
    Any,
    /// JSON that has these members, and perhaps others.
    Members(Value),
    Whole(Content),
}

/// The content of a body, as far as it can be compared.
#[derive(Clone, Debug, PartialEq)]
enum Content {
    Nothing,
    Json(Value),
    /// The fields of a form. The boundaries between its parts are made up by chance.
    Form(Value),
    Bytes(Bytes),
}

impl Content {
    fn new(media_type: Option<&str>, bytes: &Bytes) -> Self {
        let read = || {
            let media_type = media_type?;
            match media_type.split(';').next()?.trim() {
                "application/json" => serde_json::from_slice(bytes).ok().map(Self::Json),
                "application/x-www-form-urlencoded" => form::fields(bytes).map(Self::Form),
                "multipart/form-data" => form::parts(media_type, bytes).map(Self::Form),
                _ => None,
            }
        };
        if bytes.is_empty() {
            return Self::Nothing;
        }
        read().unwrap_or_else(|| Self::Bytes(bytes.clone()))
    }

    /// Removes where a page begins.
    fn without_place(mut self) -> Self {
        if let Self::Json(Value::Object(members)) = &mut self {
            members.remove(SEARCH_AFTER);
        }
        self
    }
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("none"),
            Self::Json(value) => f.write_str(&shown(value)),
            Self::Form(fields) => write!(f, "a form with {}", shown(fields)),
            Self::Bytes(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => f.write_str(&shown(&Value::from(text))),
                Err(_) => write!(f, "{} bytes", bytes.len()),
            },
        }
    }
}

impl Expected {
    /// Returns an expectation of exactly this request: its method, path, query, headers and body, whatever
    /// the order of the query.
    ///
    /// A list that is read with `items` or `pages` begins with a request that says so (`page=1`). That
    /// request is as expected, too. The content of a body that is a stream is not compared.
    pub fn of<A: Action>(request: &A) -> Self {
        match prepare(request) {
            Ok(request) => Self::prepared(&request, A::META.id),
            Err(error) => Self {
                label: Some(A::META.id),
                problem: Some(error.to_string()),
                ..Self::default()
            },
        }
    }

    fn prepared(request: &PreparedRequest, action: &'static str) -> Self {
        let query: Vec<(String, Option<String>)> = request
            .query_pairs()
            .map(|(name, value)| (name, Some(value)))
            .collect();
        let names_place = query
            .iter()
            .any(|(name, _)| PLACE_PARAMS.contains(&name.as_str()));
        let headers = request.headers().iter().filter_map(|(name, value)| {
            let value = value.to_str().ok()?;
            Some((name.as_str().to_owned(), value.to_owned()))
        });
        let body = match (request.media_type(), request.body()) {
            (None, _) => ExpectedBody::Whole(Content::Nothing),
            (Some(_), None) => ExpectedBody::Any,
            (media_type, Some(bytes)) => ExpectedBody::Whole(Content::new(media_type, bytes)),
        };
        Self {
            label: Some(action),
            method: Some(request.method().clone()),
            path: Some(ExpectedPath::Whole(request.path().to_owned())),
            query,
            others: match names_place {
                true => Others::None,
                false => Others::FirstPage,
            },
            headers: headers.collect(),
            body,
            hidden: request.hidden(),
            ..Self::default()
        }
    }

    /// Returns an expectation of a request for an action, for example `assets.get`.
    pub fn action(id: impl Into<String>) -> Self {
        Self {
            action: Some(id.into()),
            ..Self::default()
        }
    }

    /// Returns an expectation of a request of this method for a path.
    pub fn request(method: Method, path: impl Into<String>) -> Self {
        Self {
            method: Some(method),
            path: Some(ExpectedPath::Whole(path.into())),
            ..Self::default()
        }
    }

    /// Returns an expectation of a GET of a URL of another host, as [`Client::fetch`](crate::Client::fetch)
    /// sends it. Nothing of the URL is shown but its host.
    pub fn fetch(url: &str) -> Self {
        let expected = Self {
            method: Some(Method::GET),
            ..Self::default()
        };
        match ForeignUrl::parse(&Method::GET, &url.into(), true) {
            Ok(url) => Self {
                url: Some(url),
                ..expected
            },
            Err(error) => Self {
                problem: Some(error.to_string()),
                ..expected
            },
        }
    }

    /// Requires that the path has this value as a segment, for example an id.
    pub fn path_with(mut self, segment: impl AsRef<str>) -> Self {
        self.path = Some(ExpectedPath::Segment(segment.as_ref().to_owned()));
        self
    }

    /// Requires this query parameter.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), Some(value.into())));
        self
    }

    /// Requires that this query parameter is absent.
    pub fn without_query(mut self, name: impl Into<String>) -> Self {
        self.query.push((name.into(), None));
        self
    }

    /// Requires this header. Credentials cannot be required: they are not kept.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Requires a JSON body with these members; it may have others.
    pub fn json(mut self, members: Value) -> Self {
        self.body = ExpectedBody::Members(members);
        self
    }

    /// Accepts all pages of the list.
    pub(super) fn any_page(mut self) -> Self {
        self.query
            .retain(|(name, _)| !PLACE_PARAMS.contains(&name.as_str()));
        self.others = Others::AnyPage;
        if let ExpectedBody::Whole(content) = self.body {
            self.body = ExpectedBody::Whole(content.without_place());
        }
        self
    }

    /// Returns why there can be no such request, if that is known.
    pub(super) fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Returns whether the same requests are expected.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let sorted = |expected: &Self| {
            let mut query = expected.query.clone();
            query.sort();
            query
        };
        self.action == other.action
            && self.method == other.method
            && self.path == other.path
            && self.url.as_ref().map(ForeignUrl::expose)
                == other.url.as_ref().map(ForeignUrl::expose)
            && sorted(self) == sorted(other)
            && self.others == other.others
            && self.headers == other.headers
            && self.body == other.body
            && self.problem == other.problem
    }

    /// Returns how a request differs; nothing if it is as expected.
    pub(super) fn misses(&self, request: &ReceivedRequest) -> Vec<Miss> {
        let mut misses = Vec::new();
        let mut miss = |weight: u32, mut text: String| {
            self.hidden.hide(&mut text);
            request.hidden.hide(&mut text);
            misses.push(Miss { weight, text });
        };
        if let Some(problem) = &self.problem {
            miss(100, format!("it cannot be sent: {problem}"));
        }
        if let Some(action) = &self.action {
            if Some(action.as_str()) != request.action {
                miss(10, format!("action: expected {action}"));
            }
        }
        if let Some(method) = &self.method {
            if *method != request.method {
                miss(5, format!("method: expected {method}"));
            }
        }
        let another = self.label.is_some() && self.label != request.action;
        let path_weight = if another { 15 } else { 5 };
        if let Some(url) = &self.url {
            if url.origin() != request.origin {
                let (expected, was) = (url.origin(), &request.origin);
                miss(10, format!("host: expected {expected}, was {was}"));
            } else if url.expose()[url.path_start()..] != request.target {
                miss(5, "URL: expected another one of this host".to_owned());
            }
            return misses;
        }
        match &self.path {
            Some(ExpectedPath::Whole(path)) if decoded(path) != decoded(request.path()) => {
                miss(path_weight, format!("path: expected {path}"));
            }
            Some(ExpectedPath::Segment(segment))
                if !request.path().split('/').any(|part| part == segment) =>
            {
                miss(path_weight, format!("path: expected …/{segment}/…"));
            }
            _ => {}
        }
        if request.is_foreign {
            // What it contains is secret.
            return misses;
        }
        self.compare_query(request, &mut miss);
        for (name, value) in &self.headers {
            let was = request.header(name);
            if was != Some(value) {
                let was = was.unwrap_or("none");
                miss(1, format!("header {name}: expected {value}, was {was}"));
            }
        }
        self.compare_body(request, &mut |text| miss(1, text));
        misses
    }

    fn compare_query(&self, request: &ReceivedRequest, miss: &mut dyn FnMut(u32, String)) {
        for (name, value) in &self.query {
            let was = request.param(name);
            if was != value.as_deref() {
                let (expected, was) = (value.as_deref().unwrap_or("none"), was.unwrap_or("none"));
                miss(1, format!("query {name}: expected {expected}, was {was}"));
            }
        }
        for (name, value) in &request.query {
            let expected = self.query.iter().any(|(known, _)| known == name);
            if !expected && !self.others.allow(name, value) {
                miss(1, format!("query {name}: expected none, was {value}"));
            }
        }
    }

    fn compare_body(&self, request: &ReceivedRequest, miss: &mut dyn FnMut(String)) {
        let expected = match &self.body {
            ExpectedBody::Any => return,
            ExpectedBody::Members(members) => {
                return differences("body", members, &request.json(), Compare::Members, miss);
            }
            ExpectedBody::Whole(content) => content,
        };
        let media_type = request.header(CONTENT_TYPE.as_str());
        let mut actual = Content::new(media_type, request.body());
        if self.others == Others::AnyPage {
            actual = actual.without_place();
        }
        match (expected, &actual) {
            (Content::Json(expected), Content::Json(actual))
            | (Content::Form(expected), Content::Form(actual)) => {
                differences("body", expected, actual, Compare::Whole, miss);
            }
            _ if *expected == actual => {}
            _ => miss(format!("body: expected {expected}, was {actual}")),
        }
    }
}

/// How a request differs from what was expected, and by how much.
pub(super) struct Miss {
    pub(super) weight: u32,
    pub(super) text: String,
}

/// Whether an object may have members that are not expected.
#[derive(Clone, Copy, PartialEq)]
enum Compare {
    Members,
    Whole,
}

/// Reports what differs between two JSON values, member by member.
fn differences(
    place: &str,
    expected: &Value,
    actual: &Value,
    compare: Compare,
    report: &mut dyn FnMut(String),
) {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            for (name, value) in expected {
                let place = format!("{place}.{name}");
                match actual.get(name) {
                    Some(actual) => differences(&place, value, actual, compare, report),
                    None => report(format!("{place}: expected {}, was absent", shown(value))),
                }
            }
            let unexpected = actual
                .iter()
                .filter(|(name, _)| !expected.contains_key(*name));
            for (name, value) in unexpected.filter(|_| compare == Compare::Whole) {
                report(format!(
                    "{place}.{name}: expected none, was {}",
                    shown(value)
                ));
            }
        }
        (Value::Array(expected), Value::Array(actual)) if expected.len() == actual.len() => {
            for (index, (expected, actual)) in expected.iter().zip(actual).enumerate() {
                let place = format!("{place}.{index}");
                differences(&place, expected, actual, compare, report);
            }
        }
        (expected, actual) if expected == actual => {}
        (expected, actual) => {
            let (expected, actual) = (shown(expected), shown(actual));
            report(format!("{place}: expected {expected}, was {actual}"));
        }
    }
}

/// Returns the text of a value, cut off where it is long.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn decoded(path: &str) -> Vec<u8> {
    percent_decode_str(path).collect()
}

/// Writes what is expected on one line.
impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        parts.extend(self.label.map(str::to_owned));
        parts.extend(self.action.clone());
        parts.extend(self.method.as_ref().map(Method::to_string));
        parts.extend(self.url.as_ref().map(|url| url.origin().to_owned()));
        parts.extend(self.path.as_ref().map(|path| match path {
            ExpectedPath::Whole(path) => path.clone(),
            ExpectedPath::Segment(segment) => format!("…/{segment}/…"),
        }));
        for (name, value) in &self.query {
            parts.push(match value {
                Some(value) => format!("{name}={value}"),
                None => format!("no {name}"),
            });
        }
        parts.extend(
            self.headers
                .iter()
                .map(|(name, value)| format!("{name}: {value}")),
        );
        match &self.body {
            ExpectedBody::Any | ExpectedBody::Whole(Content::Nothing) => {}
            ExpectedBody::Members(members) => parts.push(format!("body with {}", shown(members))),
            ExpectedBody::Whole(content) => parts.push(format!("body {content}")),
        }
        let mut text = parts.join(", ");
        self.hidden.hide(&mut text);
        f.write_str(&text)
    }
}

/// Shows what `Display` does: secrets are hidden.
impl fmt::Debug for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expected").field(&self.to_string()).finish()
    }
}
