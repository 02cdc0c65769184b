//! From an action to the request that is sent: path, query, headers and body.

use std::fmt;
use std::ops::Range;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Serialize;

use super::meta::{ActionMeta, Auth, Endpoint};
use super::param::{ParamSink, ParamValue, Target};
use super::path::problem_of;
use crate::error::{Error, ErrorKind, Result};

/// A request that is ready to be sent, without credentials.
///
/// Made by [`prepare`](crate::prepare): to log it, to compare it in a test, to send it with another HTTP client.
/// Its `Debug` output leaves out the body and whatever came from a secret.
#[derive(Clone)]
pub struct PreparedRequest {
    pub(crate) endpoint: Endpoint,
    pub(crate) method: Method,
    /// Origin (none in a request made by [`prepare`](crate::prepare)), path and query.
    pub(crate) url: String,
    /// Where the path begins in `url`.
    pub(crate) path_start: usize,
    /// Where the question mark stands in `url`.
    pub(crate) query_start: Option<usize>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    pub(crate) auth: Auth,
    pub(crate) idempotent: bool,
    /// The parts of `url` that came from a secret.
    hidden: Vec<Range<usize>>,
}

impl PreparedRequest {
    /// A request to a path that the caller spelt out.
    pub(crate) fn custom(
        method: Method,
        path: &str,
        base: &str,
        path_start: usize,
    ) -> Result<Self> {
        let route = path.split('?').next().unwrap_or_default();
        let endpoint = Endpoint::Custom(method.clone(), route.into());
        if let Some(problem) = problem_of(path, route) {
            // The path may hold anything, so only a well-formed one is repeated in an error.
            let endpoint = Endpoint::Custom(method, "(refused path)".into());
            return Err(Error::new(ErrorKind::Request, endpoint).detail(problem));
        }
        let mut url = String::with_capacity(base.len() + path.len());
        url.push_str(base);
        url.push_str(path);
        let query_start = (route.len() < path.len()).then_some(base.len() + route.len());
        let idempotent = method != Method::POST && method != Method::PATCH;
        Ok(Self {
            endpoint,
            method,
            url,
            path_start,
            query_start,
            headers: HeaderMap::new(),
            body: None,
            auth: Auth::Token,
            idempotent,
            hidden: Vec::new(),
        })
    }

    /// The action's id, for example `playlists.list`; none for a path of your own.
    pub fn action(&self) -> Option<&'static str> {
        self.endpoint.meta().map(|meta| meta.id)
    }

    /// The HTTP method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path, percent-encoded, without the query.
    pub fn path(&self) -> &str {
        &self.url[self.path_start..self.query_start.unwrap_or(self.url.len())]
    }

    /// Scheme, host and port; empty in a request made by [`prepare`](crate::prepare).
    pub(crate) fn origin(&self) -> &str {
        &self.url[..self.path_start]
    }

    /// What stands behind the question mark, percent-encoded.
    pub fn query(&self) -> Option<&str> {
        self.query_start.map(|start| &self.url[start + 1..])
    }

    /// The names and values of the query, decoded.
    pub fn query_pairs(&self) -> impl Iterator<Item = (String, String)> + '_ {
        let decode = |text: &str| {
            percent_encoding::percent_decode_str(text)
                .decode_utf8_lossy()
                .into_owned()
        };
        self.query()
            .unwrap_or_default()
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(move |pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decode(name), decode(value))
            })
    }

    /// The headers of this request; those of every request (credentials, user agent) come with
    /// the client.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The JSON body.
    pub fn body(&self) -> Option<&Bytes> {
        self.body.as_ref()
    }

    pub(crate) fn push_query(&mut self, name: &str, value: &dyn ParamValue) {
        let mut sink = ParamSink {
            out: &mut self.url,
            target: Target::Query {
                name,
                separator: if self.query_start.is_some() { '&' } else { '?' },
            },
            values: 0,
            start: 0,
            secret: false,
        };
        sink.start = sink.out.len();
        let start = sink.start;
        value.write(&mut sink);
        let (values, secret) = (sink.values, sink.secret);
        if values > 0 && self.query_start.is_none() {
            self.query_start = Some(start);
        }
        if secret {
            self.hidden.push(start + 1..self.url.len());
        }
    }

    /// Takes parameters out of the query.
    pub(crate) fn drop_query(&mut self, names: &[&str]) {
        let Some(start) = self.query_start else {
            return;
        };
        let old = self.url.split_off(start);
        self.query_start = None;
        let hidden = self.hidden.clone();
        self.hidden.retain(|range| range.end <= start);
        let mut at = start + 1;
        for pair in old.get(1..).unwrap_or_default().split('&') {
            let range = at..at + pair.len();
            at = range.end + 1;
            // The names that are looked for need no escapes, so that encoded ones never match.
            let name = pair.split_once('=').map_or(pair, |(name, _)| name);
            if pair.is_empty() || names.contains(&name) {
                continue;
            }
            self.query_start.get_or_insert(start);
            self.url
                .push(if self.url.len() == start { '?' } else { '&' });
            let moved = self.url.len();
            self.url.push_str(pair);
            if hidden.contains(&range) {
                self.hidden.push(moved..self.url.len());
            }
        }
    }

    pub(crate) fn push_header(&mut self, name: HeaderName, value: &dyn ParamValue) -> Result<()> {
        let mut text = String::new();
        let mut sink = ParamSink {
            out: &mut text,
            target: Target::Header,
            values: 0,
            start: 0,
            secret: false,
        };
        value.write(&mut sink);
        let (values, secret) = (sink.values, sink.secret);
        if values == 0 {
            return Ok(());
        }
        if is_reserved(&name) {
            return Err(self.problem(format!("header `{name}`: the client sets it itself")));
        }
        let Ok(mut value) = HeaderValue::try_from(text) else {
            return Err(self.problem(format!(
                "header `{name}`: its value holds a character that no header may carry"
            )));
        };
        value.set_sensitive(secret);
        self.headers.insert(name, value);
        Ok(())
    }

    pub(crate) fn set_json<T: Serialize + ?Sized>(&mut self, body: &T) -> Result<()> {
        match serde_json::to_vec(body) {
            // An optional body that is absent; no action takes a literal null.
            Ok(json) if json == b"null" => self.body = None,
            Ok(json) => self.body = Some(json.into()),
            Err(source) => {
                return Err(self
                    .problem("the body cannot be written as JSON".into())
                    .source(source));
            }
        }
        Ok(())
    }

    pub(crate) fn problem(&self, detail: String) -> Error {
        Error::new(ErrorKind::Request, self.endpoint.clone()).detail(detail)
    }
}

impl fmt::Debug for PreparedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut url = self.url[..].to_owned();
        for range in self.hidden.iter().rev() {
            url.replace_range(range.clone(), "[hidden]");
        }
        f.debug_struct("PreparedRequest")
            .field("action", &self.endpoint)
            .field("method", &self.method)
            .field("url", &url)
            .field("headers", &self.headers)
            .field(
                "body",
                &self.body.as_ref().map(|body| format_args_len(body.len())),
            )
            .finish()
    }
}

fn format_args_len(len: usize) -> impl fmt::Debug {
    struct Len(usize);
    impl fmt::Debug for Len {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{} bytes", self.0)
        }
    }
    Len(len)
}

/// Headers that would break the message, or that carry credentials and have their own door.
fn is_reserved(name: &HeaderName) -> bool {
    const RESERVED: [&str; 9] = [
        "app-id",
        "auth-token",
        "share-auth-token",
        "authorization",
        "connection",
        "content-length",
        "host",
        "transfer-encoding",
        "upgrade",
    ];
    RESERVED.contains(&name.as_str())
}

/// Writes the arguments of an action into a request.
///
/// The first argument that cannot be sent becomes the error of the request; nothing is sent then.
pub struct RequestWriter {
    request: PreparedRequest,
    /// What is left of the path's template.
    template: &'static str,
    error: Option<Error>,
}

impl RequestWriter {
    pub(crate) fn new(meta: &'static ActionMeta, base: &str, path_start: usize) -> Self {
        // Room for two ids and a few parameters, so that the text is rarely moved.
        let mut url =
            String::with_capacity(base.len() + meta.base_path.len() + meta.path.len() + 128);
        url.push_str(base);
        url.push_str(meta.base_path);
        let request = PreparedRequest {
            endpoint: Endpoint::Known(meta),
            method: meta.method.clone(),
            url,
            path_start,
            query_start: None,
            headers: HeaderMap::new(),
            body: None,
            auth: meta.auth,
            idempotent: meta.idempotent,
            hidden: Vec::new(),
        };
        Self {
            request,
            template: meta.path,
            error: None,
        }
    }

    /// Fills the next placeholder of the path.
    ///
    /// The value becomes one segment whatever it holds; empty text, `.` and `..` are refused,
    /// because they would name another endpoint.
    pub fn path(&mut self, name: &str, value: &dyn ParamValue) {
        let next = self.template.split_once('{').and_then(|(before, rest)| {
            let (placeholder, after) = rest.split_once('}')?;
            (placeholder == name).then_some((before, after))
        });
        let Some((before, after)) = next else {
            return self.fail(format!("`{name}` is not the next placeholder of the path"));
        };
        self.template = after;
        let url = &mut self.request.url;
        url.push_str(before);
        let start = url.len();
        let mut sink = ParamSink {
            out: url,
            target: Target::Path,
            values: 0,
            start,
            secret: false,
        };
        value.write(&mut sink);
        if sink.secret {
            self.request.hidden.push(start..self.request.url.len());
        }
        match &self.request.url[start..] {
            "" => self.fail(format!("path parameter `{name}` is empty")),
            dots @ ("." | "..") => {
                let detail =
                    format!("path parameter `{name}` is `{dots}`, which no path segment may be");
                self.fail(detail);
            }
            _ => {}
        }
    }

    /// Adds a query parameter; a list becomes one value with commas, an absent or empty one nothing.
    pub fn query(&mut self, name: &str, value: &dyn ParamValue) {
        self.close_path();
        self.request.push_query(name, value);
    }

    /// Adds a header, unless the value is absent.
    pub fn header(&mut self, name: &str, value: &dyn ParamValue) {
        let done = match HeaderName::try_from(name) {
            Ok(name) => self.request.push_header(name, value),
            Err(_) => Err(self
                .request
                .problem(format!("`{name}` is not a header name"))),
        };
        if let Err(error) = done {
            self.error.get_or_insert(error);
        }
    }

    /// Sets the JSON body, whatever the method; `None` is no body.
    pub fn json<T: Serialize + ?Sized>(&mut self, body: &T) {
        if let Err(error) = self.request.set_json(body) {
            self.error.get_or_insert(error);
        }
    }

    fn close_path(&mut self) {
        if self.template.contains('{') {
            self.fail(format!(
                "the path is not complete: `{}` is left",
                self.template
            ));
        }
        self.request.url.push_str(self.template);
        self.template = "";
    }

    fn fail(&mut self, detail: String) {
        if self.error.is_none() {
            self.error = Some(self.request.problem(detail));
        }
    }

    pub(crate) fn finish(mut self) -> Result<PreparedRequest> {
        self.close_path();
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.request),
        }
    }
}

impl fmt::Debug for RequestWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestWriter")
            .field("request", &self.request)
            .finish_non_exhaustive()
    }
}
