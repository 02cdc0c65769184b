//! What a mock responds with.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use serde::Serialize;
use serde_json::json;

use super::received::ReceivedRequest;
use crate::http::body::Body;
use crate::http::transport::TransportError;

/// What a [`Mock`](super::Mock) responds with: a response, or a failure of the connection.
///
/// ```
/// use std::time::Duration;
///
/// use iconik_api::testing::Reply;
/// use serde_json::json;
///
/// let asset = Reply::json(json!({ "id": "1", "title": "Dailies" }));
/// let throttled = Reply::error(429, "slow down").retry_after(Duration::from_secs(2));
/// let late = Reply::json(json!({ "objects": [] })).delay(Duration::from_secs(90));
/// let lost = Reply::reset();
/// ```
#[derive(Clone)]
#[must_use = "a reply does nothing until a mock has it"]
pub struct Reply {
    status: Option<StatusCode>,
    headers: HeaderMap,
    content: Content,
    delay: Duration,
}

#[derive(Clone)]
enum Content {
    Nothing,
    Json(Bytes),
    /// A text, in the form that the request accepts.
    Text(String),
    Bytes(Bytes),
    Failure(Failure),
    Computed(Arc<Compute>),
}

type Compute = dyn Fn(&ReceivedRequest) -> Reply + Send + Sync;

#[derive(Clone, Copy)]
enum Failure {
    Connect,
    Timeout,
    Reset,
    CutBody,
}

impl Reply {
    fn new(content: Content) -> Self {
        Self {
            status: None,
            headers: HeaderMap::new(),
            content,
            delay: Duration::ZERO,
        }
    }

    /// Responds with JSON: `json!`, a model, a page, or anything else that can be serialized.
    ///
    /// # Panics
    ///
    /// When the value cannot be written as JSON.
    #[track_caller]
    pub fn json(value: impl Serialize) -> Self {
        match serde_json::to_vec(&value) {
            Ok(json) => Self::new(Content::Json(json.into())),
            Err(error) => panic!("the reply cannot be written as JSON: {error}"),
        }
    }

    /// Responds with bytes of this media type.
    pub fn bytes(media_type: &str, bytes: impl Into<Bytes>) -> Self {
        Self::new(Content::Bytes(bytes.into())).set(CONTENT_TYPE, media_type)
    }

    /// Responds with text, for example subtitles.
    pub fn text(text: impl Into<String>) -> Self {
        Self::new(Content::Text(text.into()))
    }

    /// Responds without content.
    pub fn empty() -> Self {
        Self::new(Content::Nothing)
    }

    /// Responds with a redirect.
    pub fn redirect(target: &str) -> Self {
        Self::new(Content::Nothing)
            .status(302)
            .set(LOCATION, target)
    }

    /// Responds with a failure, and with this message in the form in which iconik sends its messages.
    ///
    /// # Panics
    ///
    /// When there is no such status.
    #[track_caller]
    pub fn error(status: u16, message: impl fmt::Display) -> Self {
        Self::json(json!({ "errors": [message.to_string()] })).status(status)
    }

    /// Makes no connection: the request does not arrive.
    pub fn connection_refused() -> Self {
        Self::new(Content::Failure(Failure::Connect))
    }

    /// Ends the attempt as if no response came in time. No time passes.
    pub fn timeout() -> Self {
        Self::new(Content::Failure(Failure::Timeout))
    }

    /// Closes the connection before there is a response: the request may have been carried out.
    pub fn reset() -> Self {
        Self::new(Content::Failure(Failure::Reset))
    }

    /// Closes the connection in the middle of the body of a success.
    pub fn cut_body() -> Self {
        Self::new(Content::Failure(Failure::CutBody))
    }

    /// Computes the reply from the request.
    ///
    /// ```
    /// # #[cfg(feature = "assets")]
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> iconik_api::Result<()> {
    /// use iconik_api::assets::NewAsset;
    /// use iconik_api::testing::{Expected, Mock, Reply};
    /// use serde_json::json;
    ///
    /// let mock = Mock::new().on_matching(
    ///     Expected::action("assets.create"),
    ///     Reply::computed(|request| Reply::json(json!({ "id": "1", "title": request.json()["title"] }))),
    /// );
    /// let asset = mock.client().assets().create(NewAsset::new("Dailies")).await?;
    /// assert_eq!(asset.title.as_deref(), Some("Dailies"));
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "assets"))]
    /// # fn main() {}
    /// ```
    pub fn computed(reply: impl Fn(&ReceivedRequest) -> Self + Send + Sync + 'static) -> Self {
        Self::new(Content::Computed(Arc::new(reply)))
    }

    /// Sets the status. Default: 200, and 204 without content.
    ///
    /// # Panics
    ///
    /// When there is no such status.
    #[track_caller]
    pub fn status(mut self, status: u16) -> Self {
        match StatusCode::from_u16(status) {
            Ok(status) => self.status = Some(status),
            Err(_) => panic!("there is no status {status}"),
        }
        self
    }

    /// Adds a header, or replaces it.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Adds `Retry-After`, in whole seconds.
    pub fn retry_after(self, time: Duration) -> Self {
        let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
        self.header(RETRY_AFTER, seconds.into())
    }

    /// Responds after this time.
    ///
    /// The time is that of the runtime: in a test with `#[tokio::test(start_paused = true)]`, no real time
    /// passes.
    pub fn delay(mut self, time: Duration) -> Self {
        self.delay = time;
        self
    }

    /// Sets a header of this module's own; a value that no header can have is omitted.
    fn set(self, name: HeaderName, value: &str) -> Self {
        match HeaderValue::from_str(value) {
            Ok(value) => self.header(name, value),
            Err(_) => self,
        }
    }

    /// Returns how long to wait, and what to respond with then.
    pub(super) fn play(&self, request: &ReceivedRequest) -> (Duration, Played) {
        /// Computed replies may be computed again, but not without end.
        const MOST_COMPUTED: usize = 16;
        let mut reply = self.clone();
        let mut delay = reply.delay;
        for _ in 0..MOST_COMPUTED {
            let Content::Computed(compute) = &reply.content else {
                break;
            };
            reply = compute(request);
            delay += reply.delay;
        }
        (delay, reply.response(request))
    }

    fn response(self, request: &ReceivedRequest) -> Played {
        let json = "application/json";
        let (media_type, body) = match self.content {
            Content::Computed(_) => {
                let text = "the reply is computed by replies that are computed, without end";
                return Err(TransportError::refused(text));
            }
            Content::Failure(Failure::Connect) => {
                return Err(TransportError::connect("a connection refused on demand"));
            }
            Content::Failure(Failure::Timeout) => {
                return Err(TransportError::timeout("a timeout on demand"));
            }
            Content::Failure(Failure::Reset) => {
                return Err(TransportError::broken("a reset on demand"));
            }
            Content::Failure(Failure::CutBody) => (Some(json), Body::from_stream(Cut::default())),
            Content::Nothing => (None, Body::empty()),
            Content::Json(json_text) => (Some(json), json_text.into()),
            Content::Bytes(bytes) => (None, bytes.into()),
            Content::Text(text) => {
                let failed = self.status.is_some_and(|status| !status.is_success());
                let accepts_json = request.header("accept") == Some(json);
                match (failed, accepts_json) {
                    (true, _) => {
                        let body = json!({ "errors": [text] }).to_string();
                        (Some(json), body.into())
                    }
                    (false, true) => (Some(json), json!(text).to_string().into()),
                    (false, false) => (Some("text/plain; charset=utf-8"), text.into()),
                }
            }
        };
        let status = match body.is_empty() {
            true => StatusCode::NO_CONTENT,
            false => StatusCode::OK,
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status.unwrap_or(status);
        if let Some(media_type) = media_type {
            let media_type = HeaderValue::from_static(media_type);
            response.headers_mut().insert(CONTENT_TYPE, media_type);
        }
        response.headers_mut().extend(self.headers);
        Ok(response)
    }

    /// The same reply with a status, for a value that has none.
    #[track_caller]
    pub(super) fn or_status(self, status: u16) -> Self {
        match self.status {
            Some(_) => self,
            None => self.status(status),
        }
    }
}

/// What a mock gives to the client.
pub(super) type Played = Result<Response<Body>, TransportError>;

/// The beginning of a body, then a failure.
#[derive(Default)]
struct Cut {
    began: bool,
}

impl futures_core::Stream for Cut {
    type Item = Result<Bytes, crate::BoxError>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(Some(match self.began {
            false => {
                self.began = true;
                Ok(Bytes::from_static(b"{\""))
            }
            true => Err("a cut body on demand".into()),
        }))
    }
}

/// Shows the status alone: bodies may contain secrets.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status)
            .field("delay", &self.delay)
            .finish_non_exhaustive()
    }
}

/// A value that a [`Mock`](super::Mock) can respond with.
///
/// | value | response |
/// |---|---|
/// | `json!`, a model, a [`Page`](crate::Page), anything that can be serialized | this JSON |
/// | text | this text where the action returns text; with the status of a failure, one of iconik's messages |
/// | `()` | no content |
/// | [`Reply`] | itself: bytes, headers, delays, failures of the connection |
pub trait IntoReply {
    /// Makes a reply of it.
    fn into_reply(self) -> Reply;
}

impl IntoReply for Reply {
    fn into_reply(self) -> Reply {
        self
    }
}

impl<T: Serialize> IntoReply for T {
    #[track_caller]
    fn into_reply(self) -> Reply {
        let reply = Reply::json(self);
        let Content::Json(json) = &reply.content else {
            return reply;
        };
        match &json[..] {
            b"null" => Reply::empty(),
            [b'"', ..] => match serde_json::from_slice::<String>(json) {
                Ok(text) => Reply::text(text),
                Err(_) => reply,
            },
            _ => reply,
        }
    }
}
