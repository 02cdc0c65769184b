//! From an action to the request that is sent: path, query, headers and body.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Serialize;

use super::content::{Content, MediaContent};
use super::credentials::is_credential;
use super::foreign::ForeignUrl;
use super::form::{self, Form, FormWriter};
#[cfg(feature = "testing")]
use super::hidden::Hidden;
use super::meta::{ActionMeta, Auth, Endpoint, is_idempotent};
use super::param::{EMPTY, ParamSink, ParamValue, Target};
use super::path::problem_of;
use crate::data::secret::Secret;
use crate::data::strict_json;
use crate::error::{Error, ErrorKind, Result};

/// A request that is ready to be sent, without credentials.
///
/// Created by [`prepare`](crate::prepare): to log it, to compare it in a test, to send it with another HTTP client.
/// Its `Debug` output leaves out the body and whatever came from a secret.
///
/// ```
/// # fn example(client: iconik_api::Client) -> iconik_api::Result<()> {
/// use http::Method;
///
/// let call = client.request(Method::GET, "/API/assets/v1/assets/").query("per_page", 10);
/// let request = call.prepared().map_err(ToString::to_string).unwrap();
/// assert_eq!(request.path(), "/API/assets/v1/assets/");
/// assert_eq!(request.query(), Some("per_page=10"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PreparedRequest {
    pub(crate) endpoint: Endpoint,
    pub(crate) method: Method,
    /// Origin (none in a request made by [`prepare`](crate::prepare)), path and query.
    pub(crate) url: String,
    /// Where the path begins in `url`.
    pub(crate) path_start: usize,
    /// Where the question mark is in `url`.
    pub(crate) query_start: Option<usize>,
    pub(crate) headers: HeaderMap,
    pub(super) body: Option<Payload>,
    pub(crate) auth: Auth,
    pub(crate) idempotent: bool,
    /// The parts of `url` that came from a secret.
    hidden: Vec<Range<usize>>,
    /// The secrets among the arguments.
    pub(super) secrets: Option<Arc<[Secret]>>,
}

/// What the message that is sent does not say of its request.
#[cfg(feature = "testing")]
#[derive(Clone)]
pub(crate) struct Described {
    pub(crate) action: Option<&'static str>,
    /// Whether it is for a host other than iconik's.
    pub(crate) is_foreign: bool,
    /// The secrets among the arguments.
    pub(crate) arguments: Option<Arc<[Secret]>>,
}

/// What a request sends.
#[derive(Clone, Debug)]
pub(super) struct Payload {
    /// JSON where it is absent.
    media_type: Option<HeaderValue>,
    pub(super) content: Content,
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
        let idempotent = is_idempotent(&method);
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
            secrets: None,
        })
    }

    /// A request to a host that is not iconik's, without credentials.
    pub(crate) fn foreign(method: Method, url: &ForeignUrl) -> Self {
        let text = url.expose();
        let (path_start, query_start) = (url.path_start(), url.query_start());
        let idempotent = is_idempotent(&method);
        Self {
            endpoint: url.endpoint(method.clone()),
            method,
            url: text.to_owned(),
            path_start,
            query_start,
            headers: HeaderMap::new(),
            body: None,
            auth: Auth::None,
            idempotent,
            hidden: std::iter::once(path_start..text.len()).collect(),
            secrets: Some(url.secrets()),
        }
    }

    pub(super) fn is_foreign(&self) -> bool {
        matches!(self.endpoint, Endpoint::Foreign(..))
    }

    /// The secrets among its arguments.
    #[cfg(feature = "testing")]
    pub(crate) fn hidden(&self) -> Hidden {
        Hidden::of(self.secrets.clone())
    }

    /// Returns what a mock needs to know besides the message.
    #[cfg(feature = "testing")]
    pub(super) fn described(&self) -> Described {
        Described {
            action: self.action(),
            is_foreign: self.is_foreign(),
            arguments: self.secrets.clone(),
        }
    }

    /// Notes secrets that were written into it.
    pub(super) fn hide(&mut self, secrets: Vec<Secret>) {
        if !secrets.is_empty() {
            let known = self.secrets.iter().flat_map(|known| known.iter().cloned());
            self.secrets = Some(known.chain(secrets).collect());
        }
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

    /// Returns what follows the question mark, percent-encoded.
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

    /// The body; `None` where there is none, and where it is a stream.
    pub fn body(&self) -> Option<&Bytes> {
        self.body.as_ref()?.content.as_bytes()
    }

    /// The media type of the body, if there is a body: `application/json`, unless the action sends
    /// something else.
    pub fn media_type(&self) -> Option<&str> {
        self.media_type_header()?.to_str().ok()
    }

    pub(super) fn media_type_header(&self) -> Option<&HeaderValue> {
        static JSON: HeaderValue = HeaderValue::from_static("application/json");
        let body = self.body.as_ref()?;
        Some(body.media_type.as_ref().unwrap_or(&JSON))
    }

    /// Whether it can be sent more than once: a stream may be gone after the first attempt.
    pub(super) fn is_repeatable(&self) -> bool {
        let body = self.body.as_ref();
        body.is_none_or(|body| body.content.is_repeatable())
    }

    /// Adds a query parameter of the library's own, which can be sent whatever its value.
    pub(crate) fn push_query(&mut self, name: &str, value: &dyn ParamValue) {
        // What is refused is not added.
        let _ = self.try_push_query(name, value);
    }

    pub(super) fn try_push_query(&mut self, name: &str, value: &dyn ParamValue) -> Result<()> {
        let start = self.url.len();
        let separator = if self.query_start.is_some() { '&' } else { '?' };
        let mut sink = ParamSink::new(&mut self.url, Target::Query { name, separator });
        value.write(&mut sink);
        let (values, secret, problem) = (sink.values, sink.secret, sink.problem);
        if let Some(problem) = problem {
            self.url.truncate(start);
            return Err(self.problem(format!("query parameter `{name}` {problem}")));
        }
        if values > 0 && self.query_start.is_none() {
            self.query_start = Some(start);
        }
        if secret {
            self.hidden.push(start + 1..self.url.len());
        }
        Ok(())
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
        let mut sink = ParamSink::new(&mut text, Target::Plain);
        value.write(&mut sink);
        let (values, secret, problem) = (sink.values, sink.secret, sink.problem);
        if let Some(problem) = problem {
            return Err(self.problem(format!("header `{name}` {problem}")));
        }
        if values == 0 {
            return Ok(());
        }
        if is_reserved(&name) {
            return Err(self.problem(format!("header `{name}`: the client sets it itself")));
        }
        let Ok(mut value) = HeaderValue::try_from(text) else {
            return Err(self.problem(format!(
                "header `{name}`: its value contains a character that is not allowed in a header"
            )));
        };
        value.set_sensitive(secret);
        self.headers.insert(name, value);
        Ok(())
    }

    pub(crate) fn set_json<T: Serialize + ?Sized>(&mut self, body: &T) -> Result<()> {
        match strict_json::to_vec(body) {
            // An optional body that is absent; no action takes a literal null.
            Ok(json) if json == b"null" => self.body = None,
            Ok(json) => self.set_payload(None, json.into()),
            Err(source) => {
                let detail = format!("the body cannot be sent: {}", strict_json::message(&source));
                return Err(self.problem(detail));
            }
        }
        Ok(())
    }

    pub(super) fn set_form<T: Form + ?Sized>(&mut self, body: &T) -> Result<()> {
        let mut form = FormWriter::default();
        body.write(&mut form);
        let form = form.into_urlencoded();
        let form = form.map_err(|detail| self.problem(detail))?;
        let media_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        self.set_payload(Some(media_type), form.into());
        Ok(())
    }

    pub(super) fn set_multipart<T: Form + ?Sized>(&mut self, body: &T) -> Result<()> {
        let mut form = FormWriter::default();
        body.write(&mut form);
        let boundary = form::boundary();
        let form = form.into_multipart(&boundary);
        let form = form.map_err(|detail| self.problem(detail))?;
        self.set_content(&format!("multipart/form-data; boundary={boundary}"), form)
    }

    /// Sets a body of any media type.
    pub(super) fn set_content(&mut self, media_type: &str, content: Content) -> Result<()> {
        let Ok(media_type) = HeaderValue::from_str(media_type) else {
            let detail = "the media type of the body contains a character that no header may have";
            return Err(self.problem(detail.into()));
        };
        self.set_payload(Some(media_type), content);
        Ok(())
    }

    fn set_payload(&mut self, media_type: Option<HeaderValue>, content: Content) {
        self.body = Some(Payload {
            media_type,
            content,
        });
    }

    /// Replaces the body by other JSON.
    pub(crate) fn replace_json(&mut self, json: Vec<u8>) {
        self.set_payload(None, Bytes::from(json).into());
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
            .field("body", &self.body.as_ref().map(|body| &body.content))
            .finish()
    }
}

/// Headers that would break the message, and those that only credentials set.
fn is_reserved(name: &HeaderName) -> bool {
    const RESERVED: [&str; 5] = [
        "connection",
        "content-length",
        "host",
        "transfer-encoding",
        "upgrade",
    ];
    is_credential(name) || RESERVED.contains(&name.as_str())
}

/// Writes the arguments of an action into a request.
///
/// The first argument that cannot be sent becomes the error of the request; nothing is sent then. An
/// implementation of [`Action::encode`](crate::Action::encode) receives it:
///
/// ```
/// use iconik_api::RequestWriter;
///
/// fn encode(request: &mut RequestWriter, label: &str, page: Option<u32>) {
///     request.path("label", &label);
///     request.query("page", &page);
/// }
/// ```
pub struct RequestWriter {
    request: PreparedRequest,
    /// What is left of the path's template.
    template: &'static str,
    /// Where the action's own path begins in the request's path.
    own_path: usize,
    error: Option<Error>,
}

/// The name in a segment like `{asset_id}`.
fn placeholder(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// Whether a path matches a template with placeholders.
fn matches(path: &str, template: &str) -> bool {
    let (mut parts, mut places) = (path.split('/'), template.split('/'));
    loop {
        match (parts.next(), places.next()) {
            (None, None) => return true,
            (Some(part), Some(place)) if placeholder(place).is_some() || part == place => {}
            _ => return false,
        }
    }
}

impl RequestWriter {
    pub(crate) fn new(meta: &'static ActionMeta, base: &str, path_start: usize) -> Self {
        // Room for two ids and a few parameters, so that the text is rarely moved.
        let mut url =
            String::with_capacity(base.len() + meta.base_path.len() + meta.path.len() + 128);
        url.push_str(base);
        url.push_str(meta.base_path);
        let request = PreparedRequest {
            endpoint: Endpoint::Known(meta, None),
            method: meta.method.clone(),
            url,
            path_start,
            query_start: None,
            headers: HeaderMap::new(),
            body: None,
            auth: meta.auth,
            idempotent: meta.idempotent,
            hidden: Vec::new(),
            secrets: None,
        };
        Self {
            request,
            template: meta.path,
            own_path: base.len() + meta.base_path.len() - path_start,
            error: None,
        }
    }

    /// Fills the next placeholder of the path.
    ///
    /// The value becomes one segment whatever it contains. A value that is not set is refused, and so are
    /// empty text, `.` and `..`, because they would name another endpoint.
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
        let mut sink = ParamSink::new(url, Target::Path);
        value.write(&mut sink);
        let (values, secret, problem) = (sink.values, sink.secret, sink.problem);
        if secret {
            self.request.hidden.push(start..self.request.url.len());
        }
        if let Some(problem) = problem {
            return self.fail(format!("path parameter `{name}` {problem}"));
        }
        if values == 0 {
            return self.fail(format!("path parameter `{name}` is not set"));
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

    /// Adds a query parameter, unless the value is absent; a list becomes one value with commas.
    ///
    /// A list without items is refused: iconik would take it for no filter at all, and return or
    /// change everything.
    pub fn query(&mut self, name: &str, value: &dyn ParamValue) {
        self.close_path();
        let done = self.request.try_push_query(name, value);
        self.keep(done);
    }

    /// Adds a query parameter for each entry of a map: of the name `metadata.*`, the key takes the place
    /// of the star.
    pub fn query_prefix(&mut self, name: &str, values: &Option<BTreeMap<String, String>>) {
        self.close_path();
        let prefix = name.trim_end_matches('*');
        for (key, value) in values.iter().flatten() {
            let done = self
                .request
                .try_push_query(&format!("{prefix}{key}"), value);
            self.keep(done);
        }
        if values.as_ref().is_some_and(BTreeMap::is_empty) {
            self.fail(format!("query parameter `{name}` {EMPTY}"));
        }
    }

    /// Adds a header, unless the value is absent.
    pub fn header(&mut self, name: &str, value: &dyn ParamValue) {
        let done = match HeaderName::try_from(name) {
            Ok(name) => self.request.push_header(name, value),
            Err(_) => Err(self
                .request
                .problem(format!("`{name}` is not a header name"))),
        };
        self.keep(done);
    }

    /// Sets the JSON body, whatever the method; `None` is no body.
    pub fn json<T: Serialize + ?Sized>(&mut self, body: &T) {
        let done = self.request.set_json(body);
        self.keep(done);
    }

    /// Sets the JSON body that says which objects to delete. A body that says nothing is refused: iconik could
    /// take it for all of them.
    #[doc(hidden)]
    pub fn selection<T: Serialize + ?Sized>(&mut self, body: &T) {
        let mut done = self.request.set_json(body);
        let sent = self.request.body().map_or(&b""[..], |body| body);
        if done.is_ok() && selects_nothing(sent) {
            done = Err(self.request.problem(
                "the body selects nothing, which could delete everything: set at least one of its fields"
                    .to_owned(),
            ));
        }
        self.keep(done);
    }

    /// Sets the body of this media type, for example `application/xml`.
    pub fn content(&mut self, media_type: &str, content: impl Into<Content>) {
        let done = self.request.set_content(media_type, content.into());
        self.keep(done);
    }

    /// Sets a body of the media type that it names.
    pub fn media(&mut self, body: &MediaContent) {
        self.content(body.media_type(), body.content().clone());
    }

    /// Sets the body to a form, URL-encoded.
    #[doc(hidden)]
    pub fn form<T: Form + ?Sized>(&mut self, body: &T) {
        let done = self.request.set_form(body);
        self.keep(done);
    }

    /// Sets the body to a form with files.
    #[doc(hidden)]
    pub fn multipart<T: Form + ?Sized>(&mut self, body: &T) {
        let done = self.request.set_multipart(body);
        self.keep(done);
    }

    fn keep(&mut self, done: Result<()>) {
        if let Err(error) = done {
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

    /// A value that is equal to a part of another action's path would call that action.
    fn refuse_siblings(&mut self) {
        let Some(meta) = self.request.endpoint.meta() else {
            return;
        };
        let path = self.request.path();
        let path = &path[path.len().min(self.own_path)..];
        let Some(sibling) = meta.siblings.iter().find(|sibling| matches(path, sibling)) else {
            return;
        };
        // The placeholders that are filled with the sibling's own words.
        let places = meta.path.split('/').zip(sibling.split('/'));
        let filled: Vec<String> = places
            .filter(|(_, word)| placeholder(word).is_none())
            .filter_map(|(place, word)| Some(format!("`{}` is `{word}`", placeholder(place)?)))
            .collect();
        self.fail(format!(
            "path parameter {}, which is another action: {} {sibling}",
            filled.join(" and "),
            meta.method
        ));
    }

    fn fail(&mut self, detail: String) {
        if self.error.is_none() {
            self.error = Some(self.request.problem(detail));
        }
    }

    /// Notes the path for errors and traces, without secrets.
    fn note_path(&mut self) {
        let request = &mut self.request;
        let Some(meta) = request.endpoint.meta() else {
            return;
        };
        let start = request.path_start + self.own_path - meta.base_path.len();
        let end = request.query_start.unwrap_or(request.url.len());
        let mut path = String::new();
        let mut at = start;
        for range in request.hidden.iter().filter(|range| range.end <= end) {
            path.push_str(&request.url[at..range.start]);
            path.push_str("[hidden]");
            at = range.end;
        }
        path.push_str(&request.url[at..end]);
        request.endpoint = Endpoint::Known(meta, Some(path.into()));
    }

    pub(crate) fn finish(mut self) -> Result<PreparedRequest> {
        self.close_path();
        self.refuse_siblings();
        self.note_path();
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.request),
        }
    }
}

/// Returns `true` if a JSON body contains nothing but `null` and empty collections.
fn selects_nothing(body: &[u8]) -> bool {
    let members = serde_json::from_slice::<BTreeMap<String, serde_json::Value>>(body);
    members.is_ok_and(|members| {
        members.values().all(|value| match value {
            serde_json::Value::Null => true,
            serde_json::Value::Array(items) => items.is_empty(),
            serde_json::Value::Object(members) => members.is_empty(),
            _ => false,
        })
    })
}

impl fmt::Debug for RequestWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestWriter")
            .field("request", &self.request)
            .finish_non_exhaustive()
    }
}
