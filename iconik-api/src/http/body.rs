//! An HTTP body in transit: what a transport sends, and what it returns.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http_body::{Frame, SizeHint};
use tokio::time::Instant;

use super::driver::timeout_at;
use super::transport::TransportError;
use crate::error::BoxError;

/// A stream of chunks on the heap.
pub(crate) type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, BoxError>> + Send>>;

/// The body of an HTTP message: empty, bytes in memory, or a stream of chunks.
///
/// Whoever implements [`Transport`](crate::Transport) receives one with the request and returns one
/// with the response. A body is a [`Stream`] of its chunks; [`as_bytes`](Self::as_bytes) is the short
/// way for a body in memory, which every body is unless the caller has sent a stream.
///
/// ```
/// use iconik_api::Body;
///
/// let body = Body::from(r#"{"title":"Dailies"}"#);
/// assert_eq!(body.as_bytes().unwrap(), r#"{"title":"Dailies"}"#);
/// assert_eq!(body.length(), Some(19));
/// assert!(Body::empty().is_empty());
/// ```
pub struct Body(Kind);

enum Kind {
    Bytes(Bytes),
    Reqwest(reqwest::Body),
    Stream { chunks: Chunks, length: Option<u64> },
}

impl Body {
    /// A body without content.
    #[must_use]
    pub fn empty() -> Self {
        Self(Kind::Bytes(Bytes::new()))
    }

    /// A body that arrives in chunks.
    #[must_use]
    pub fn from_stream(
        stream: impl Stream<Item = Result<Bytes, BoxError>> + Send + 'static,
    ) -> Self {
        Self::chunks(Box::pin(stream), None)
    }

    pub(crate) fn chunks(chunks: Chunks, length: Option<u64>) -> Self {
        Self(Kind::Stream { chunks, length })
    }

    pub(crate) fn from_reqwest(body: reqwest::Body) -> Self {
        Self(Kind::Reqwest(body))
    }

    pub(crate) fn into_reqwest(self) -> Option<reqwest::Body> {
        match self.0 {
            Kind::Bytes(bytes) if bytes.is_empty() => None,
            Kind::Bytes(bytes) => Some(bytes.into()),
            Kind::Reqwest(body) => Some(body),
            Kind::Stream { chunks, length } => Some(reqwest::Body::wrap(Outgoing {
                chunks: Mutex::new(chunks),
                length,
            })),
        }
    }

    /// The content, unless it is a stream; of a body that is partly read, the rest.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match &self.0 {
            Kind::Bytes(bytes) => Some(bytes),
            Kind::Reqwest(_) | Kind::Stream { .. } => None,
        }
    }

    /// Whether there certainly is no content. A stream may turn out to be empty, too.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.as_bytes().is_some_and(Bytes::is_empty)
    }

    /// The number of bytes that are left, where it is known before they are read.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        match &self.0 {
            Kind::Bytes(bytes) => u64::try_from(bytes.len()).ok(),
            Kind::Reqwest(body) => http_body::Body::size_hint(body).exact(),
            Kind::Stream { length, .. } => *length,
        }
    }

    /// Returns the next chunk, or `None` at the end.
    ///
    /// # Errors
    ///
    /// When the connection, or the stream that the body was made from, fails.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        poll_fn(|context| self.poll_chunk(context))
            .await
            .transpose()
    }

    fn poll_chunk(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, TransportError>>> {
        match &mut self.0 {
            Kind::Bytes(bytes) if bytes.is_empty() => Poll::Ready(None),
            Kind::Bytes(bytes) => Poll::Ready(Some(Ok(std::mem::take(bytes)))),
            Kind::Reqwest(body) => loop {
                let frame = ready!(http_body::Body::poll_frame(Pin::new(body), context));
                match frame.map(|frame| frame.map(Frame::into_data)) {
                    None => return Poll::Ready(None),
                    Some(Ok(Ok(data))) => return Poll::Ready(Some(Ok(data))),
                    // Trailers.
                    Some(Ok(Err(_))) => {}
                    Some(Err(error)) => {
                        return Poll::Ready(Some(Err(TransportError::from_reqwest(error))));
                    }
                }
            },
            Kind::Stream { chunks, length } => {
                let chunk = ready!(chunks.as_mut().poll_next(context));
                if let (Some(Ok(chunk)), Some(left)) = (&chunk, length) {
                    *left = left.saturating_sub(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
                }
                Poll::Ready(chunk.map(|chunk| chunk.map_err(TransportError::broken)))
            }
        }
    }

    /// As much of the body as arrives within `time`, up to `most` bytes.
    pub(crate) async fn read_some(mut self, most: usize, time: Duration) -> Bytes {
        let mut body = BytesMut::new();
        let end = Instant::now() + time;
        while let Some(Ok(Some(mut chunk))) = timeout_at(end, self.chunk()).await {
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
            // Nothing to join. The end must still be read, or the connection is not used again.
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

impl Stream for Body {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_chunk(context)
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::empty()
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self(Kind::Bytes(bytes))
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

/// Shows the length alone: bodies contain secrets.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body")
            .field("length", &self.length())
            .finish_non_exhaustive()
    }
}

/// A stream on its way to the HTTP client, which wants to share it between threads: the lock is never
/// taken, because all access is exclusive.
struct Outgoing {
    chunks: Mutex<Chunks>,
    length: Option<u64>,
}

impl http_body::Body for Outgoing {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let chunks = self
            .chunks
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        let chunk = ready!(chunks.as_mut().poll_next(context));
        if let (Some(Ok(chunk)), Some(left)) = (&chunk, &mut self.length) {
            *left = left.saturating_sub(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        }
        Poll::Ready(chunk.map(|chunk| chunk.map(Frame::data)))
    }

    fn size_hint(&self) -> SizeHint {
        self.length
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
