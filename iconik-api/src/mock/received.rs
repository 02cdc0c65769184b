//! What a server received, and whether it is what a test expects.

use std::collections::VecDeque;
use std::fmt::{self, Write as _};

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde_json::Value;

use super::check::Unknown;
use super::description::Action;
use super::incoming::Incoming;

/// How many requests are remembered.
const REMEMBERED: usize = 10_000;

/// A request that a [`Server`](super::Server) received.
///
/// It does not contain the values of credential headers.
#[derive(Clone)]
pub struct ReceivedRequest {
    action: Option<&'static str>,
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
    status: u16,
    unknown: Unknown,
}

impl ReceivedRequest {
    /// The id of the action, for example `assets.get`; none where there is no such path.
    pub fn action(&self) -> Option<&str> {
        self.action
    }

    /// The HTTP method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path, not decoded, without the query.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The names and values of the query, decoded.
    pub fn query(&self) -> &[(String, String)] {
        &self.query
    }

    /// The value of a query parameter, decoded.
    pub fn param(&self, name: &str) -> Option<&str> {
        let mut query = self.query.iter();
        let (_, value) = query.find(|(known, _)| known == name)?;
        Some(value)
    }

    /// The headers, without those that carry credentials.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body as JSON; `null` where it is not.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The status of the response.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The names of query parameters that iconik does not document, and so ignores.
    pub fn unknown_params(&self) -> &[String] {
        &self.unknown.params
    }

    /// The body fields that iconik does not document, and so ignores; `a.b` is a field within a field.
    pub fn unknown_fields(&self) -> &[String] {
        &self.unknown.fields
    }
}

/// Names the request, without its query and its body, which may contain secrets.
impl fmt::Debug for ReceivedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceivedRequest")
            .field("action", &self.action)
            .field("method", &self.method)
            .field("path", &self.path)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// What a server received, the newest last.
#[derive(Debug, Default)]
pub(super) struct Record {
    requests: VecDeque<ReceivedRequest>,
}

impl Record {
    pub(super) fn add(
        &mut self,
        action: Option<&'static Action>,
        request: &Incoming,
        unknown: Unknown,
        status: u16,
    ) {
        if self.requests.len() == REMEMBERED {
            self.requests.pop_front();
        }
        let mut headers = request.headers.clone();
        for name in [
            "app-id",
            "auth-token",
            "share-auth-token",
            "temp-auth-token",
            "authorization",
            "cookie",
        ] {
            headers.remove(name);
        }
        self.requests.push_back(ReceivedRequest {
            action: action.map(|action| action.id),
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query.clone(),
            headers,
            body: request.body.clone(),
            status,
            unknown,
        });
    }

    pub(super) fn all(&self) -> Vec<ReceivedRequest> {
        self.requests.iter().cloned().collect()
    }

    pub(super) fn clear(&mut self) {
        self.requests.clear();
    }

    /// How many requests are as expected.
    pub(super) fn count(&self, expected: &Expected) -> usize {
        let requests = self.requests.iter();
        requests
            .filter(|request| expected.misses(request).is_empty())
            .count()
    }

    /// Why no request is as expected: those that come closest, and what differs.
    pub(super) fn explain(&self, expected: &Expected) -> String {
        let mut text = format!("expected a request: {expected}\n");
        let mut near: Vec<_> = self
            .requests
            .iter()
            .enumerate()
            .map(|(index, request)| (expected.misses(request), index, request))
            .filter(|(misses, ..)| !misses.is_empty())
            .collect();
        near.sort_by_key(|(misses, ..)| misses.iter().map(|miss| miss.weight).sum::<u32>());
        let count = self.requests.len();
        let _ = match count {
            0 => writeln!(text, "no request was received"),
            1 => writeln!(text, "1 request was received"),
            _ => writeln!(text, "{count} requests were received; the nearest:"),
        };
        for (misses, index, request) in near.into_iter().take(3) {
            let action = request.action.unwrap_or("unknown path");
            let (method, path) = (&request.method, &request.path);
            let _ = writeln!(text, "  {}. {action}: {method} {path}", index + 1);
            for miss in misses {
                let _ = writeln!(text, "     {}", miss.text);
            }
        }
        text
    }
}

/// What a request must be like, for [`Server::assert_received`](super::Server::assert_received).
///
/// ```
/// use iconik_api::mock::Expected;
/// use serde_json::json;
///
/// let renamed = Expected::action("assets.update").json(json!({ "title": "Dailies" }));
/// let second_page = Expected::action("assets.list").query("page", "2");
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "it is compared by `Server::assert_received`"]
pub struct Expected {
    action: Option<String>,
    method: Option<Method>,
    path: Option<String>,
    query: Vec<(String, Option<String>)>,
    headers: Vec<(String, String)>,
    body: Option<Value>,
}

impl Expected {
    /// A request for an action, for example `assets.get`.
    pub fn action(id: impl Into<String>) -> Self {
        Self {
            action: Some(id.into()),
            ..Self::default()
        }
    }

    /// A request of this method for a path.
    pub fn request(method: Method, path: impl Into<String>) -> Self {
        Self {
            method: Some(method),
            path: Some(path.into()),
            ..Self::default()
        }
    }

    /// A request whose path has this value as a segment, for example an id.
    pub fn path_with(mut self, segment: impl AsRef<str>) -> Self {
        self.path = Some(format!("…/{}/…", segment.as_ref()));
        self
    }

    /// A request with this query parameter.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), Some(value.into())));
        self
    }

    /// A request without this query parameter.
    pub fn without_query(mut self, name: impl Into<String>) -> Self {
        self.query.push((name.into(), None));
        self
    }

    /// A request with this header; credentials are not recorded.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// A request whose JSON body has these members; it may have others.
    pub fn json(mut self, members: Value) -> Self {
        self.body = Some(members);
        self
    }

    fn misses(&self, request: &ReceivedRequest) -> Vec<Miss> {
        let mut misses = Vec::new();
        let mut miss = |weight: u32, text: String| misses.push(Miss { weight, text });
        if let Some(action) = self
            .action
            .as_deref()
            .filter(|action| Some(*action) != request.action)
        {
            miss(10, format!("action: expected {action}"));
        }
        if let Some(method) = self
            .method
            .as_ref()
            .filter(|method| **method != request.method)
        {
            miss(5, format!("method: expected {method}"));
        }
        if let Some(path) = &self.path {
            let segment = path
                .strip_prefix("…/")
                .and_then(|path| path.strip_suffix("/…"));
            let is = match segment {
                Some(segment) => request.path.split('/').any(|part| part == segment),
                None => request.path == *path,
            };
            if !is {
                miss(5, format!("path: expected {path}"));
            }
        }
        for (name, value) in &self.query {
            let was = request.param(name);
            if was != value.as_deref() {
                let expected = value.as_deref().unwrap_or("none");
                miss(
                    1,
                    format!(
                        "query {name}: expected {expected}, was {}",
                        was.unwrap_or("none")
                    ),
                );
            }
        }
        for (name, value) in &self.headers {
            let was = request
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok());
            if was != Some(value) {
                miss(
                    1,
                    format!(
                        "header {name}: expected {value}, was {}",
                        was.unwrap_or("none")
                    ),
                );
            }
        }
        if let Some(expected) = &self.body {
            differences("body", expected, &request.json(), &mut |text| miss(1, text));
        }
        misses
    }
}

struct Miss {
    weight: u32,
    text: String,
}

/// Reports the members of `expected` that are not so in `actual`.
fn differences(place: &str, expected: &Value, actual: &Value, report: &mut dyn FnMut(String)) {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            for (name, value) in expected {
                let place = format!("{place}.{name}");
                match actual.get(name) {
                    Some(actual) => differences(&place, value, actual, report),
                    None => report(format!("{place}: expected {value}, was absent")),
                }
            }
        }
        (Value::Array(expected), Value::Array(actual)) if expected.len() == actual.len() => {
            for (index, (expected, actual)) in expected.iter().zip(actual).enumerate() {
                differences(&format!("{place}.{index}"), expected, actual, report);
            }
        }
        (expected, actual) if expected == actual => {}
        (expected, actual) => report(format!("{place}: expected {expected}, was {actual}")),
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        parts.extend(self.action.clone());
        parts.extend(self.method.as_ref().map(Method::to_string));
        parts.extend(self.path.clone());
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
        parts.extend(self.body.as_ref().map(|body| format!("body with {body}")));
        f.write_str(&parts.join(", "))
    }
}
