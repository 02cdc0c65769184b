//! The requests that a mock or a server received.

use std::collections::VecDeque;
use std::fmt::{self, Write as _};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, Uri};
use serde_json::Value;

use super::expected::{Expected, Miss};
use super::form;
use crate::http::credentials::is_credential;
use crate::http::hidden::Hidden;
use crate::http::request::Described;

/// How many requests are kept.
const MOST_KEPT: usize = 10_000;
/// How many near misses are shown.
const MOST_SHOWN: usize = 3;

/// A request that a [`Mock`](super::Mock) or a local iconik received.
///
/// It does not contain the values of credential headers.
#[derive(Clone)]
pub struct ReceivedRequest {
    pub(crate) action: Option<&'static str>,
    pub(super) method: Method,
    /// Scheme, host and port, where they are known.
    pub(super) origin: String,
    /// Path and query, not decoded.
    pub(super) target: String,
    path: String,
    pub(super) query: Vec<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
    pub(crate) status: Option<u16>,
    pub(crate) unknown_params: Vec<String>,
    pub(crate) unknown_fields: Vec<String>,
    /// Whether it is for a host other than iconik's: then its URL is secret.
    pub(super) is_foreign: bool,
    /// The secrets in it.
    pub(super) hidden: Hidden,
}

impl ReceivedRequest {
    pub(crate) fn new(method: Method, uri: &Uri, headers: &HeaderMap, body: Bytes) -> Self {
        let origin = match (uri.scheme_str(), uri.authority()) {
            (Some(scheme), Some(authority)) => format!("{scheme}://{authority}"),
            _ => String::new(),
        };
        Self {
            action: None,
            method,
            origin,
            target: uri.path_and_query().map_or("", |it| it.as_str()).to_owned(),
            path: uri.path().to_owned(),
            query: form::pairs(uri.query().unwrap_or_default()),
            headers: without_credentials(headers),
            body,
            status: None,
            unknown_params: Vec::new(),
            unknown_fields: Vec::new(),
            is_foreign: false,
            hidden: Hidden::default(),
        }
    }

    /// Adds what the message does not say.
    pub(super) fn describe(&mut self, described: &Described) {
        self.action = described.action;
        self.is_foreign = described.is_foreign;
        self.hidden = Hidden::of(described.arguments.clone());
    }

    /// Returns the id of the action, for example `assets.get`; none where the path is not described.
    pub fn action(&self) -> Option<&str> {
        self.action
    }

    /// Returns the HTTP method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Returns the path, not decoded, without the query.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the names and values of the query, decoded.
    pub fn query(&self) -> &[(String, String)] {
        &self.query
    }

    /// Returns the value of a query parameter, decoded.
    pub fn param(&self, name: &str) -> Option<&str> {
        let mut query = self.query.iter();
        let (_, value) = query.find(|(known, _)| known == name)?;
        Some(value)
    }

    /// Returns the headers, without those that contain credentials.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the text of a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the body.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Returns the body as JSON; `null` where it is not.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Returns the status of the response; none where there was no response.
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// Returns the names of query parameters that iconik does not document, and so ignores.
    ///
    /// Always empty in a [`Mock`](super::Mock), which does not know the documentation.
    pub fn unknown_params(&self) -> &[String] {
        &self.unknown_params
    }

    /// Returns the body fields that iconik does not document, and so ignores; `a.b` is a field within a
    /// field.
    ///
    /// Always empty in a [`Mock`](super::Mock), which does not know the documentation.
    pub fn unknown_fields(&self) -> &[String] {
        &self.unknown_fields
    }

    /// Writes the request on one line, as a failure of a test shows it.
    pub(super) fn line(&self) -> String {
        let mut text = match self.action {
            None if self.is_foreign => format!("{} {}", self.method, self.origin),
            Some(action) => format!("{action}: {} {}", self.method, self.path),
            None => format!("unknown path: {} {}", self.method, self.path),
        };
        self.hidden.hide(&mut text);
        text
    }
}

/// Names the request, without its query and its body, which may contain secrets.
impl fmt::Debug for ReceivedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceivedRequest")
            .field("request", &self.line())
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

fn without_credentials(headers: &HeaderMap) -> HeaderMap {
    let is_secret = |name: &HeaderName| is_credential(name) || name == http::header::COOKIE;
    let shown = headers
        .iter()
        .filter(|(name, value)| !is_secret(name) && !value.is_sensitive());
    shown
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// The requests that were received, the newest last.
#[derive(Debug, Default)]
pub(crate) struct Record {
    requests: VecDeque<ReceivedRequest>,
}

impl Record {
    pub(crate) fn add(&mut self, request: ReceivedRequest) {
        if self.requests.len() == MOST_KEPT {
            self.requests.pop_front();
        }
        self.requests.push_back(request);
    }

    pub(super) fn len(&self) -> usize {
        self.requests.len()
    }

    pub(crate) fn all(&self) -> Vec<ReceivedRequest> {
        self.requests.iter().cloned().collect()
    }

    pub(crate) fn clear(&mut self) {
        self.requests.clear();
    }

    /// Counts the requests that are as expected.
    pub(crate) fn count(&self, expected: &Expected) -> usize {
        let requests = self.requests.iter();
        requests
            .filter(|request| expected.misses(request).is_empty())
            .count()
    }

    /// Returns what is wrong if a request was not received, or not `times` times.
    pub(crate) fn failure(&self, expected: &Expected, times: Option<usize>) -> Option<String> {
        let count = self.count(expected);
        match times {
            None if count > 0 => None,
            None => Some(self.explain(expected)),
            Some(times) if times == count => None,
            Some(times) => Some(format!(
                "received {count} times instead of {times}: {}",
                self.explain(expected)
            )),
        }
    }

    /// Returns the requests that come closest to what is expected, and how they differ.
    fn explain(&self, expected: &Expected) -> String {
        let mut text = format!("expected a request: {expected}\n");
        let count = self.requests.len();
        let _ = match count {
            0 => writeln!(text, "no request was received"),
            1 => writeln!(text, "1 request was received"),
            _ => writeln!(text, "{count} requests were received; the nearest:"),
        };
        let requests = self.requests.iter();
        let near = requests.map(|request| (expected.misses(request), request.line()));
        write_nearest(&mut text, near);
        text
    }
}

/// The methods by which a test looks at what was received, of a type with a [`Record`] in its `state()`.
macro_rules! received_methods {
    () => {
        /// Returns all requests that were received, the newest last; of very many, the last 10,000.
        pub fn received(&self) -> ::std::vec::Vec<$crate::testing::ReceivedRequest> {
            self.state().record.all()
        }

        /// Counts the requests that are as expected.
        pub fn count_received(&self, expected: &$crate::testing::Expected) -> usize {
            self.state().record.count(expected)
        }

        /// Checks that a request was received.
        ///
        /// # Panics
        ///
        /// When there is none that is as expected; the message names those that come closest and how they differ.
        #[track_caller]
        pub fn assert_received(&self, expected: &$crate::testing::Expected) {
            let failure = self.state().record.failure(expected, None);
            if let Some(failure) = failure {
                panic!("{failure}");
            }
        }

        /// Checks how often a request was received.
        ///
        /// # Panics
        ///
        /// When it was received more or less often.
        #[track_caller]
        pub fn assert_received_times(&self, expected: &$crate::testing::Expected, times: usize) {
            let failure = self.state().record.failure(expected, Some(times));
            if let Some(failure) = failure {
                panic!("{failure}");
            }
        }
    };
}
pub(crate) use received_methods;

/// Writes the nearest of several candidates, each with its number, its description and what it misses.
/// Those that miss nothing are omitted.
pub(super) fn write_nearest(
    text: &mut String,
    candidates: impl Iterator<Item = (Vec<Miss>, String)>,
) {
    let numbered = candidates.enumerate();
    let mut near: Vec<_> = numbered
        .filter(|(_, (misses, _))| !misses.is_empty())
        .collect();
    near.sort_by_key(|(_, (misses, _))| misses.iter().map(|miss| miss.weight).sum::<u32>());
    for (index, (misses, line)) in near.into_iter().take(MOST_SHOWN) {
        let _ = writeln!(text, "  {}. {line}", index + 1);
        for miss in misses {
            let _ = writeln!(text, "     {}", miss.text);
        }
    }
}
