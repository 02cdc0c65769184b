//! The facts about an action: what it is called, where it goes and how it may be sent.

use std::fmt;
use std::sync::Arc;

use http::Method;

/// What is known about an action without sending it.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionMeta {
    /// How the action is called, with dots: `assets.get`, `assets.playlists.list`.
    pub id: &'static str,
    /// The service, for example `assets`.
    pub service: &'static str,
    /// The resource, for example `playlists`. Of actions that are methods of the service's handle, it
    /// is the service.
    pub resource: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path below [`base_path`](Self::base_path), with placeholders in braces.
    pub path: &'static str,
    /// The path of the service, for example `/API/assets`.
    pub base_path: &'static str,
    /// The roles that the user behind the token needs; all of them.
    pub roles: &'static [&'static str],
    /// The credentials that are sent.
    pub auth: Auth,
    /// Whether sending it twice does the same as sending it once. If not, it is not repeated when
    /// it is not known whether it was carried out.
    pub idempotent: bool,
    /// The ways to page through the list; empty where there is one page only.
    pub paging: &'static [Paging],
    /// Whether the list may contain an item several times, as a playlist may. Otherwise an item that
    /// comes again is taken for one that has moved.
    pub repeats: bool,
    /// Whether `search_after` is a member of the JSON body. If not, it is a query parameter.
    pub search_after_in_body: bool,
    /// The parameters outside the body.
    pub params: &'static [ParamMeta],
    /// The paths of other actions with the same method that a value could turn this one into: a
    /// request whose path is one of them is not sent.
    pub siblings: &'static [&'static str],
}

impl ActionMeta {
    /// The facts about an endpoint of your own: no roles, the usual credentials, and idempotent
    /// unless the method is POST or PATCH.
    ///
    /// The service is the part of `id` before the first dot. The resource is the part between
    /// the first two dots, or the service if there is one dot only.
    pub const fn new(
        id: &'static str,
        method: Method,
        base_path: &'static str,
        path: &'static str,
    ) -> Self {
        let idempotent = is_idempotent(&method);
        Self {
            id,
            service: service_of(id),
            resource: resource_of(id),
            method,
            path,
            base_path,
            roles: &[],
            auth: Auth::Token,
            idempotent,
            paging: &[],
            repeats: false,
            search_after_in_body: false,
            params: &[],
            siblings: &[],
        }
    }

    /// Names the roles that it needs.
    pub const fn with_roles(mut self, roles: &'static [&'static str]) -> Self {
        self.roles = roles;
        self
    }

    /// Says which credentials it takes.
    pub const fn with_auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    /// Sets the ways to page through its list, the best for short lists first.
    pub const fn with_paging(mut self, paging: &'static [Paging]) -> Self {
        self.paging = paging;
        self
    }

    /// States that its list may contain an item several times.
    pub const fn with_repeats(mut self) -> Self {
        self.repeats = true;
        self
    }

    /// Says that `search_after` is a member of the JSON body.
    pub const fn with_search_after_in_body(mut self) -> Self {
        self.search_after_in_body = true;
        self
    }

    /// Names the paths that a value must not turn this one into.
    pub const fn with_siblings(mut self, siblings: &'static [&'static str]) -> Self {
        self.siblings = siblings;
        self
    }

    /// Says whether it may be sent again when it is not known whether it was carried out.
    pub const fn with_idempotent(mut self, idempotent: bool) -> Self {
        self.idempotent = idempotent;
        self
    }
}

/// Whether sending a request of this method twice does the same as sending it once. Of methods that HTTP
/// does not define, nothing is known.
pub(crate) const fn is_idempotent(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::PUT | Method::DELETE | Method::OPTIONS | Method::TRACE
    )
}

/// The part of an action's id before its first dot; the whole id if it has none.
const fn service_of(id: &'static str) -> &'static str {
    match dot(id, 0) {
        Some(at) => part(id, 0, at),
        None => id,
    }
}

/// The part of an action's id between its first two dots; the service if it has no two.
pub(crate) const fn resource_of(id: &'static str) -> &'static str {
    let Some(first) = dot(id, 0) else {
        return id;
    };
    match dot(id, first + 1) {
        Some(second) => part(id, first + 1, second),
        None => part(id, 0, first),
    }
}

/// The position of the first dot at or after `at`.
const fn dot(id: &str, mut at: usize) -> Option<usize> {
    while at < id.len() {
        if id.as_bytes()[at] == b'.' {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// The text between two positions, which are at its ends or at dots.
const fn part(id: &'static str, start: usize, end: usize) -> &'static str {
    let (before, _) = id.as_bytes().split_at(end);
    let (_, part) = before.split_at(start);
    match std::str::from_utf8(part) {
        Ok(part) => part,
        Err(_) => id,
    }
}

/// The credentials that an action takes.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Auth {
    /// `App-ID` and `Auth-Token`.
    Token,
    /// `App-ID` and `Share-Auth-Token`.
    ShareToken,
    /// `App-ID` alone.
    AppId,
    /// `Temp-Auth-Token`, and `App-ID` where the credentials have one: between the first and the
    /// second step of a login.
    TemporaryToken,
    /// None: no header of the credentials is sent.
    None,
}

/// A way to get the next page.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Paging {
    /// `page` and `per_page`.
    Page,
    /// `scroll=true`, then `scroll_id` from each response.
    Scroll,
    /// `last_id` is the id of the last item seen.
    LastId,
    /// `search_after` from each response, or the values by which its last item is sorted.
    SearchAfter,
    /// `last_field_name` is the name of the last item seen.
    LastFieldName,
}

/// A parameter outside the body.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ParamMeta {
    /// The name as it is sent.
    pub name: &'static str,
    /// Where it goes.
    pub location: Location,
    /// Whether the request is refused without it.
    pub required: bool,
}

impl ParamMeta {
    /// A parameter.
    pub const fn new(name: &'static str, location: Location, required: bool) -> Self {
        Self {
            name,
            location,
            required,
        }
    }
}

/// Where a parameter goes.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Location {
    /// Into a placeholder of the path.
    Path,
    /// Behind the question mark.
    Query,
    /// Into a header.
    Header,
}

/// What is the same for all actions of a service.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceMeta {
    /// Its name, for example `assets`.
    pub name: &'static str,
    /// What every path begins with, for example `/API/assets`.
    pub base_path: &'static str,
    /// How many requests a second it takes from one application, sustained.
    pub per_second: u32,
    /// How many requests it takes in any window of [`burst_seconds`](Self::burst_seconds).
    pub burst: u32,
    /// The length of that window, in seconds.
    pub burst_seconds: u32,
}

/// What errors and traces call a request: never with values of its arguments.
#[derive(Clone)]
pub(crate) enum Endpoint {
    /// A described action, and its path with the arguments filled in, once they are.
    Known(&'static ActionMeta, Option<Arc<str>>),
    /// An endpoint that the caller spelt out; the path is his own text, without the query.
    Custom(Method, Arc<str>),
    /// A host that is not iconik's; of the URL, which is a credential, only this is shown.
    Foreign(Method, Box<str>),
    /// No request at all: the client could not be built.
    None,
}

impl Endpoint {
    pub(crate) fn meta(&self) -> Option<&'static ActionMeta> {
        match self {
            Self::Known(meta, _) => Some(meta),
            Self::Custom(..) | Self::Foreign(..) | Self::None => None,
        }
    }

    /// What the paths of the service begin with, for example `/API/assets`.
    pub(crate) fn service(&self) -> &str {
        match self {
            Self::Known(meta, _) => meta.base_path,
            Self::Custom(_, path) => {
                // The first segment, and the one behind it if the first is `API`.
                let slashes = if path.starts_with("/API/") { 3 } else { 2 };
                let end = path.match_indices('/').nth(slashes - 1);
                end.map_or(path, |(end, _)| &path[..end])
            }
            Self::Foreign(..) | Self::None => "",
        }
    }

    /// The path with its arguments, percent-encoded, without the query.
    pub(crate) fn path(&self) -> Option<&str> {
        match self {
            Self::Known(_, path) => path.as_deref(),
            Self::Custom(_, path) => Some(&**path).filter(|path| path.starts_with('/')),
            Self::Foreign(..) | Self::None => None,
        }
    }

    /// Action and method.
    #[cfg(feature = "tracing")]
    pub(crate) fn parts(&self) -> (&str, &str) {
        match self {
            Self::Known(meta, _) => (meta.id, meta.method.as_str()),
            Self::Custom(method, _) | Self::Foreign(method, _) => ("", method.as_str()),
            Self::None => ("", ""),
        }
    }
}

/// A path for a line of a log.
fn shortened(path: &str) -> impl fmt::Display {
    const MOST: usize = 300;
    let short = path.get(..MOST).filter(|_| path.len() > MOST);
    let more = if short.is_some() { "…" } else { "" };
    let path = short.unwrap_or(path).to_owned();
    path + more
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(meta, None) => write!(f, "{} {} {}: ", meta.id, meta.method, meta.path),
            Self::Known(meta, Some(path)) => {
                write!(f, "{} {} {}: ", meta.id, meta.method, shortened(path))
            }
            Self::Custom(method, path) => write!(f, "{method} {}: ", shortened(path)),
            Self::Foreign(method, host) => write!(f, "{method} {host}: "),
            Self::None => Ok(()),
        }
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(meta, _) => f.write_str(meta.id),
            Self::Custom(method, path) => write!(f, "{method} {path}"),
            Self::Foreign(method, host) => write!(f, "{method} {host}"),
            Self::None => f.write_str("none"),
        }
    }
}
