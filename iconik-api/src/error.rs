//! One opaque error: what happened, whether it may have been done, and what to do.

mod message;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use self::message::messages_of;
use crate::data::missing_field::MissingFieldError;
use crate::data::not_a_time::NotATimeError;
use crate::http::hidden::Hidden;
use crate::http::meta::{ActionMeta, Endpoint};

pub use self::message::ErrorMessage;

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Any error, as other people's traits give it.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// One cause of several errors.
pub(crate) type SharedError = Arc<dyn std::error::Error + Send + Sync>;

/// Bytes of its own words that an error keeps.
const MOST_DETAIL: usize = 2_000;
/// Characters of the server's words that `Display` repeats.
const MOST_TEXT_SHOWN: usize = 1_000;

/// Why a request failed.
///
/// `Display` is one line for a log: the action, what happened, the server's own words. It never
/// contains query values, tokens or bodies.
///
/// ```
/// # async fn example(client: iconik_api::Client) -> iconik_api::Result<()> {
/// # use http::Method;
/// match client.request(Method::GET, "/API/assets/v1/assets/0b1c/").json_value().await {
///     Ok(asset) => println!("{asset}"),
///     Err(error) if error.is_not_found() => println!("no such asset"),
///     Err(error) if error.maybe_sent() => println!("may have happened, look first: {error}"),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// # iconik_api::mock::run_example(example);
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    endpoint: Endpoint,
    attempts: u32,
    maybe_sent: bool,
    response: Option<Response>,
    detail: String,
    retry_after: Option<Duration>,
    /// Whether every further attempt would fail in the same way.
    permanent: bool,
    source: Option<SharedError>,
}

/// What is kept of a response.
struct Response {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    messages: Vec<ErrorMessage>,
}

/// The part of the way on which a request failed.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The client cannot be built from these settings.
    Config,
    /// An argument cannot be sent: an empty path value, for example.
    Request,
    /// The call cannot run here: it would block a current-thread runtime, or the thread that drives
    /// connections cannot be started.
    Runtime,
    /// The credentials are missing, malformed, or their source failed.
    Credentials,
    /// No connection was made.
    Connect,
    /// No complete response came in time.
    Timeout,
    /// The connection failed after it was made.
    Transport,
    /// The status of the response is not 2xx.
    Status,
    /// The response is larger than the client allows.
    TooLarge,
    /// The response is not what the action documents.
    Decode,
    /// A list cannot be read any further.
    Paging,
    /// A list ended before all its items came; see [`Error::incomplete`].
    Incomplete,
    /// A file on this machine, or another source of an upload, cannot be read or written.
    File,
    /// A job that was waited for did not succeed.
    Job,
}

impl ErrorKind {
    /// Returns the name in traces.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Request => "request",
            Self::Runtime => "runtime",
            Self::Credentials => "credentials",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Transport => "transport",
            Self::Status => "status",
            Self::TooLarge => "too_large",
            Self::Decode => "decode",
            Self::Paging => "paging",
            Self::Incomplete => "incomplete",
            Self::File => "file",
            Self::Job => "job",
        }
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, endpoint: Endpoint) -> Self {
        Self(Box::new(Inner {
            kind,
            endpoint,
            attempts: 0,
            maybe_sent: false,
            response: None,
            detail: String::new(),
            retry_after: None,
            permanent: false,
            source: None,
        }))
    }

    /// An error without a request: settings that do not work.
    pub(crate) fn config(detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::Config, Endpoint::None).detail(detail)
    }

    /// The same error without the request that it is about.
    #[cfg(feature = "testing")]
    pub(crate) fn about_no_request(mut self) -> Self {
        self.0.endpoint = Endpoint::None;
        self
    }

    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        let mut detail = detail.into();
        shorten(&mut detail, MOST_DETAIL);
        self.0.detail = detail;
        self
    }

    pub(crate) fn source(self, source: impl Into<BoxError>) -> Self {
        self.shared_source(source.into().into())
    }

    pub(crate) fn shared_source(mut self, source: SharedError) -> Self {
        self.0.source = Some(source);
        self
    }

    pub(crate) fn sent(mut self, attempts: u32, maybe_sent: bool) -> Self {
        self.0.attempts = attempts;
        self.0.maybe_sent = maybe_sent;
        self
    }

    pub(crate) fn permanent(mut self, permanent: bool) -> Self {
        self.0.permanent = permanent;
        self
    }

    pub(crate) fn is_permanent(&self) -> bool {
        self.0.permanent
    }

    pub(crate) fn wait(mut self, retry_after: Option<Duration>) -> Self {
        self.0.retry_after = retry_after;
        self
    }

    /// Adds the response. Its words do not repeat what is hidden.
    pub(crate) fn response(
        mut self,
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
        hidden: &Hidden,
    ) -> Self {
        let mut messages = messages_of(&body);
        for message in &mut messages {
            hidden.hide(&mut message.text);
            if let Some(field) = &mut message.field {
                hidden.hide(field);
            }
            message.shorten();
        }
        self.0.response = Some(Response {
            status,
            headers,
            body,
            messages,
        });
        self
    }

    /// Returns the part of the way on which it failed.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the status of the response, if there was one.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.response.as_ref().map(|response| response.status)
    }

    #[cfg(feature = "tracing")]
    pub(crate) fn status_text(&self) -> Option<&str> {
        self.0
            .response
            .as_ref()
            .map(|response| response.status.as_str())
    }

    /// Returns the headers of the response.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.0.response.as_ref().map(|response| &response.headers)
    }

    /// Returns the body of the response, byte for byte. Unlike `Display`, it may repeat what was sent.
    pub fn body(&self) -> Option<&Bytes> {
        self.0.response.as_ref().map(|response| &response.body)
    }

    /// Returns the server's messages; empty where it sent none that could be understood.
    pub fn messages(&self) -> &[ErrorMessage] {
        self.0
            .response
            .as_ref()
            .map_or(&[], |response| &response.messages)
    }

    /// Returns the id of the action that failed; none for a path of your own.
    pub fn action(&self) -> Option<&'static str> {
        self.meta().map(|meta| meta.id)
    }

    /// Returns the path of the request, with the ids of the objects that it was about: percent-encoded,
    /// without the query and without secrets. `None` if the request could not be made.
    ///
    /// ```
    /// # async fn example(client: iconik_api::Client) {
    /// if let Err(error) = client.assets().get("0b1c").await {
    ///     assert_eq!(error.path(), Some("/API/assets/v1/assets/0b1c/"));
    /// }
    /// # }
    /// # iconik_api::mock::run_example(|client| async { example(client).await; Ok::<(), iconik_api::Error>(()) });
    /// ```
    pub fn path(&self) -> Option<&str> {
        self.0.endpoint.path()
    }

    /// Returns what is known about the action that failed: its roles, for example.
    pub fn meta(&self) -> Option<&'static ActionMeta> {
        self.0.endpoint.meta()
    }

    /// Returns how many times the request was sent, or tried to be.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns whether iconik may have carried out the request, in any of the attempts.
    ///
    /// `false` is certain: no attempt reached the server, or each was refused. `true` after a
    /// create means: look before you send it again.
    pub fn maybe_sent(&self) -> bool {
        self.0.maybe_sent
    }

    /// Returns how long the server asked to wait, by `Retry-After`.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns `true` for a `400`: the request was understood and found wrong; [`messages`](Self::messages) say where.
    pub fn is_bad_request(&self) -> bool {
        self.is(StatusCode::BAD_REQUEST)
    }

    /// Returns `true` for a `401`: the token is missing, wrong or expired.
    pub fn is_unauthorized(&self) -> bool {
        self.is(StatusCode::UNAUTHORIZED)
    }

    /// Returns `true` for a `403`: a role is missing, or the token is not one of this App-ID.
    pub fn is_forbidden(&self) -> bool {
        self.is(StatusCode::FORBIDDEN)
    }

    /// Returns `true` for a `404`: there is no such object, or nothing was ever stored there.
    pub fn is_not_found(&self) -> bool {
        self.is(StatusCode::NOT_FOUND)
    }

    /// Returns `true` for a `409`: the state of the object does not allow it.
    pub fn is_conflict(&self) -> bool {
        self.is(StatusCode::CONFLICT)
    }

    /// Returns `true` for a `429`: too many requests.
    pub fn is_rate_limited(&self) -> bool {
        self.is(StatusCode::TOO_MANY_REQUESTS)
    }

    /// Returns `true` for a status from 500 on.
    pub fn is_server_error(&self) -> bool {
        self.status().is_some_and(|status| status.is_server_error())
    }

    /// Returns `true` if no complete response came in time.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    /// Returns `true` if no connection was made.
    pub fn is_connect(&self) -> bool {
        self.kind() == ErrorKind::Connect
    }

    /// Returns `true` if the response is not what the action documents.
    pub fn is_decode(&self) -> bool {
        self.kind() == ErrorKind::Decode
    }

    fn is(&self, status: StatusCode) -> bool {
        self.kind() == ErrorKind::Status && self.status() == Some(status)
    }

    fn write_response(&self, f: &mut fmt::Formatter<'_>, response: &Response) -> fmt::Result {
        write!(f, "{}", response.status.as_u16())?;
        if let Some(reason) = response.status.canonical_reason() {
            write!(f, " {reason}")?;
        }
        let mut room = MOST_TEXT_SHOWN;
        for (at, message) in response.messages.iter().enumerate() {
            f.write_str(if at == 0 { ": " } else { "; " })?;
            if room == 0 {
                return f.write_str("…");
            }
            write_bounded(f, &message.to_string(), &mut room)?;
        }
        Ok(())
    }

    fn write_roles(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let roles = self.meta().map_or(&[][..], |meta| meta.roles);
        match roles {
            [] => f.write_str(" (it needs no role: check that App-ID and token belong together)"),
            [role] => write!(f, " (it needs the role {role})"),
            roles => write!(f, " (it needs the roles {})", roles.join(", ")),
        }
    }
}

/// Cuts a text off behind this many bytes.
fn shorten(text: &mut String, most: usize) {
    if text.len() > most {
        let end = (0..=most).rev().find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or(0));
        text.push('…');
        text.shrink_to_fit();
    }
}

/// Control characters would let a server forge lines of a log.
fn write_bounded(f: &mut fmt::Formatter<'_>, text: &str, room: &mut usize) -> fmt::Result {
    use fmt::Write as _;
    for char in text.chars() {
        if *room == 0 {
            return f.write_char('…');
        }
        *room -= 1;
        f.write_char(if char.is_control() { ' ' } else { char })?;
    }
    Ok(())
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        write!(f, "{}", inner.endpoint)?;
        match (inner.kind, &inner.response) {
            (ErrorKind::Status, Some(response)) => {
                self.write_response(f, response)?;
                if self.is_forbidden() && inner.endpoint.meta().is_some() {
                    self.write_roles(f)?;
                }
                if !inner.detail.is_empty() {
                    write!(f, " ({})", inner.detail)?;
                }
            }
            (_, Some(response)) => {
                write!(f, "{} (status {})", inner.detail, response.status.as_u16())?
            }
            (_, None) => f.write_str(&inner.detail)?,
        }
        if inner.attempts > 1 {
            write!(f, " (after {} attempts)", inner.attempts)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Error");
        debug
            .field("kind", &self.0.kind)
            .field("action", &self.0.endpoint)
            .field("message", &self.to_string())
            .field("attempts", &self.0.attempts)
            .field("maybe_sent", &self.0.maybe_sent);
        if let Some(response) = &self.0.response {
            debug
                .field("status", &response.status)
                .field("body_bytes", &response.body.len());
        }
        if let Some(source) = &self.0.source {
            debug.field("source", source);
        }
        debug.finish()
    }
}

/// Makes an error of the kind [`ErrorKind::Decode`] from the errors of values that a response should contain.
macro_rules! decode_errors {
    ($($error:ty),* $(,)?) => {$(
        impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self::new(ErrorKind::Decode, Endpoint::None)
                    .detail(error.to_string())
                    .source(error)
            }
        }
    )*};
}

decode_errors!(MissingFieldError, NotATimeError);

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
