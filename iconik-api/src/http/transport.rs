//! The last step to the network, and the place where another HTTP client or a fake goes.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http::{Request, Response};
use tokio::time::{Instant, timeout_at};

use super::credentials::BoxFuture;
use crate::error::BoxError;

/// Sends one HTTP request and gives the head of the answer with a body to read.
///
/// It must not follow redirects, must not repeat anything, and must not log headers: the client
/// above it does what is to be done about failures.
///
/// ```
/// use bytes::Bytes;
/// use http::{Request, Response};
/// use iconik_api::{BoxFuture, Client, Transport, TransportBody, TransportError};
///
/// /// Answers everything with an empty object.
/// #[derive(Debug)]
/// struct Fake;
///
/// impl Transport for Fake {
///     fn send(&self, _: Request<Bytes>) -> BoxFuture<'_, Result<Response<TransportBody>, TransportError>> {
///         Box::pin(async { Ok(Response::new(Bytes::from_static(b"{}").into())) })
///     }
/// }
///
/// let client = Client::builder().app_id("app").auth_token("token").transport(Fake).build()?;
/// # Ok::<(), iconik_api::Error>(())
/// ```
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    /// Sends the request.
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'_, Result<Response<TransportBody>, TransportError>>;
}

/// The body of an answer, read piece by piece.
pub struct TransportBody(Kind);

enum Kind {
    Full(Bytes),
    // A response is large, and most of the time this enum is moved around.
    Reqwest(Box<reqwest::Response>),
    Stream(Pin<Box<dyn Stream<Item = Result<Bytes, BoxError>> + Send>>),
}

impl TransportBody {
    /// A body that arrives piece by piece.
    pub fn from_stream(
        stream: impl Stream<Item = Result<Bytes, BoxError>> + Send + 'static,
    ) -> Self {
        Self(Kind::Stream(Box::pin(stream)))
    }

    async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        match &mut self.0 {
            Kind::Full(bytes) if bytes.is_empty() => Ok(None),
            Kind::Full(bytes) => Ok(Some(std::mem::take(bytes))),
            Kind::Reqwest(response) => response.chunk().await.map_err(from_reqwest),
            Kind::Stream(stream) => {
                let next = std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await;
                next.transpose().map_err(TransportError::broken)
            }
        }
    }

    /// As much of the body as comes within `time`, up to `most` bytes.
    pub(crate) async fn read_some(mut self, most: usize, time: Duration) -> Bytes {
        let mut body = BytesMut::new();
        let end = Instant::now() + time;
        while let Ok(Ok(Some(mut chunk))) = timeout_at(end, self.chunk()).await {
            chunk.truncate(most - body.len());
            body.extend_from_slice(&chunk);
            if body.len() == most {
                break;
            }
        }
        body.freeze()
    }

    /// The whole body, unless it is longer than `most`; `expected` is the announced length.
    pub(crate) async fn read(
        mut self,
        most: usize,
        expected: Option<usize>,
    ) -> Result<Bytes, ReadError> {
        let Some(first) = self.chunk().await? else {
            return Ok(Bytes::new());
        };
        if first.len() > most {
            return Err(ReadError::TooLarge);
        }
        if expected == Some(first.len()) {
            // Nothing to join. The end must still be seen, or the connection is not used again.
            if self.chunk().await?.is_none_or(|rest| rest.is_empty()) {
                return Ok(first);
            }
            return Err(ReadError::Failed(TransportError::broken(
                "more bytes came than were announced",
            )));
        }
        // The announcement is the server's word only: it saves moves, it does not reserve memory.
        const MOST_RESERVED: usize = 1 << 20;
        let room = expected.unwrap_or(0).min(MOST_RESERVED).max(first.len());
        let mut body = BytesMut::with_capacity(room);
        body.extend_from_slice(&first);
        drop(first);
        while let Some(chunk) = self.chunk().await? {
            if chunk.len() > most - body.len() {
                return Err(ReadError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }
}

/// Why a body was not read to its end.
pub(crate) enum ReadError {
    TooLarge,
    Failed(TransportError),
}

impl From<TransportError> for ReadError {
    fn from(error: TransportError) -> Self {
        Self::Failed(error)
    }
}

impl From<Bytes> for TransportBody {
    fn from(bytes: Bytes) -> Self {
        Self(Kind::Full(bytes))
    }
}

impl From<Vec<u8>> for TransportBody {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Kind::Full(bytes.into()))
    }
}

impl From<String> for TransportBody {
    fn from(text: String) -> Self {
        Self(Kind::Full(text.into()))
    }
}

impl fmt::Debug for TransportBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TransportBody")
    }
}

/// Why no answer came. The difference that matters is whether the request can have arrived.
#[derive(Debug)]
pub struct TransportError {
    pub(crate) failure: Failure,
    pub(crate) source: BoxError,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    Refused,
    Connect,
    Timeout,
    Broken,
}

impl TransportError {
    /// No connection was made: the request has certainly not arrived.
    pub fn connect(source: impl Into<BoxError>) -> Self {
        Self {
            failure: Failure::Connect,
            source: source.into(),
        }
    }

    /// No answer came in time: the request may have arrived.
    pub fn timeout(source: impl Into<BoxError>) -> Self {
        Self {
            failure: Failure::Timeout,
            source: source.into(),
        }
    }

    /// The connection failed on the way: the request may have arrived.
    pub fn broken(source: impl Into<BoxError>) -> Self {
        Self {
            failure: Failure::Broken,
            source: source.into(),
        }
    }

    fn refused(source: impl Into<BoxError>) -> Self {
        Self {
            failure: Failure::Refused,
            source: source.into(),
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // Its own words are what `Display` says already.
        self.source.source()
    }
}

/// The network, by reqwest.
#[derive(Debug)]
pub(crate) struct Network(reqwest::Client);

impl Network {
    pub(crate) fn new(connect_timeout: Duration, loopback: bool) -> Result<Self, BoxError> {
        let mut builder = reqwest::Client::builder()
            .connect_timeout(connect_timeout)
            // Tokens stand in headers that no HTTP client knows to be secret, so it would carry
            // them along wherever a redirect points.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            // What is repeated is decided in one place, and counted there.
            .retry(reqwest::retry::never());
        if loopback {
            // A proxy has no business with requests to this machine, least of all unencrypted ones.
            builder = builder.no_proxy();
        }
        Ok(Self(builder.build()?))
    }
}

impl Transport for Network {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'_, Result<Response<TransportBody>, TransportError>> {
        Box::pin(async move {
            let request = to_reqwest(request)?;
            let mut response = self.0.execute(request).await.map_err(from_reqwest)?;
            let mut answer = Response::new(TransportBody(Kind::Full(Bytes::new())));
            *answer.status_mut() = response.status();
            std::mem::swap(answer.headers_mut(), response.headers_mut());
            *answer.body_mut() = TransportBody(Kind::Reqwest(Box::new(response)));
            Ok(answer)
        })
    }
}

fn to_reqwest(request: Request<Bytes>) -> Result<reqwest::Request, TransportError> {
    let (parts, body) = request.into_parts();
    let text = text_of(&parts.uri);
    let url = reqwest::Url::parse(&text).map_err(TransportError::refused)?;
    // The URL parser rewrites some paths. None of ours should be such a one; if one is, it would
    // name another endpoint than the one that was meant.
    if url.as_str() != text {
        return Err(TransportError::refused(
            "the URL would be rewritten on its way",
        ));
    }
    let mut request = reqwest::Request::new(parts.method, url);
    *request.headers_mut() = parts.headers;
    if !body.is_empty() {
        *request.body_mut() = Some(body.into());
    }
    Ok(request)
}

/// What `Display` writes, without its many small steps.
fn text_of(uri: &http::Uri) -> String {
    let scheme = uri.scheme_str().unwrap_or_default();
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let path = uri.path_and_query().map_or("", |path| path.as_str());
    [scheme, "://", authority, path].concat()
}

fn from_reqwest(error: reqwest::Error) -> TransportError {
    // The URL holds query values.
    let error = error.without_url();
    if error.is_connect() {
        TransportError::connect(error)
    } else if error.is_timeout() {
        TransportError::timeout(error)
    } else if error.is_builder() {
        TransportError::refused(error)
    } else {
        TransportError::broken(error)
    }
}
