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
    /// Creates a body without content.
    #[must_use]
    pub fn empty() -> Self {
        Self(Kind::Bytes(Bytes::new()))
    }

    /// Creates a body that arrives in chunks.
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

    /// Returns the content, unless it is a stream; of a body that is partly read, the rest.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match &self.0 {
            Kind::Bytes(bytes) => Some(bytes),
            Kind::Reqwest(_) | Kind::Stream { .. } => None,
        }
    }

    /// Returns `true` if there certainly is no content. A stream may turn out to be empty, too.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.as_bytes().is_some_and(Bytes::is_empty)
    }

    /// Returns the number of bytes that are left, where it is known before they are read.
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
            // Nothing to join. The end must still be read, or the connection is not used again.
            if self.chunk().await?.is_none_or(|rest| rest.is_empty()) {
                return Ok(first);
            }
            return Err(ReadError::Failed(TransportError::broken(
                "more bytes came than were announced",
            )));
        }
        let mut body = BytesMut::with_capacity(room(expected, first.len()));
        body.extend_from_slice(&first);
        drop(first);
        while let Some(chunk) = self.chunk().await? {
            if chunk.len() > most - body.len() {
                return Err(ReadError::TooLarge);
            }
            let length = body.len() + chunk.len();
            if length > body.capacity() {
                body.reserve(room(expected, length) - body.len());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }
}

/// Returns how much memory a body may take of which this much has arrived.
///
/// The announced length saves moves: a page of some megabytes is moved once at most. But a server must not be
/// able to take memory by an announcement alone, so that it is trusted in proportion to what has arrived.
fn room(expected: Option<usize>, arrived: usize) -> usize {
    const AT_FIRST: usize = 1 << 20;
    const TIMES_WHAT_ARRIVED: usize = 16;
    let most = arrived.saturating_mul(TIMES_WHAT_ARRIVED).max(AT_FIRST);
    expected.unwrap_or(0).min(most).max(arrived)
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

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::Waker;

    use super::*;

    /// A body of chunks of this length.
    fn body(chunk: usize, count: usize) -> Body {
        let mut left = count;
        Body::from_stream(Repeat(move || {
            left = left.checked_sub(1)?;
            Some(Ok(Bytes::from(vec![b'x'; chunk])))
        }))
    }

    struct Repeat<F>(F);

    impl<F: FnMut() -> Option<Result<Bytes, BoxError>> + Unpin> Stream for Repeat<F> {
        type Item = Result<Bytes, BoxError>;

        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Ready((self.0)())
        }
    }

    /// Reads a body and returns its length and the bytes that were allocated.
    fn read(body: Body, most: usize, announced: usize) -> (Option<usize>, u64) {
        let mut length = None;
        let allocated = allocation_counter::measure(|| {
            let mut reading = pin!(body.read(most, Some(announced)));
            let context = &mut Context::from_waker(Waker::noop());
            if let Poll::Ready(Ok(body)) = reading.as_mut().poll(context) {
                length = Some(body.len());
            }
        });
        (length, allocated.bytes_max)
    }

    #[test]
    fn memory_is_reserved_in_proportion_to_what_has_arrived() {
        const MIB: usize = 1 << 20;
        for (sent, announced) in [
            (1, 256 * MIB),
            (100, 256 * MIB),
            (2 * 1024, 256 * MIB),
            (5 * 1024, 6 * MIB),
            (5 * 1024, usize::MAX),
            (5 * 1024, 0),
        ] {
            let (length, allocated) = read(body(1_024, sent), usize::MAX, announced);
            assert_eq!(length, Some(sent * 1_024));
            let most = 2 * MIB + 16 * sent * 1_024 + 1_024;
            assert!(
                allocated <= most as u64,
                "{sent} KiB of {announced}: {allocated}"
            );
        }
    }

    #[test]
    fn a_page_is_moved_once_at_most() {
        let length = 3_000 * 1_024;
        let (read, allocated) = read(body(1_024, 3_000), usize::MAX, length);
        assert_eq!(read, Some(length));
        // What was reserved at first, and the whole.
        assert!(
            allocated <= (length + (1 << 20) + 4_096) as u64,
            "{allocated}"
        );
    }

    #[test]
    fn no_more_is_read_than_is_allowed() {
        assert_eq!(read(body(10, 10), 99, 100).0, None);
        assert_eq!(read(body(10, 10), 100, 100).0, Some(100));
        assert_eq!(read(body(100, 1), 99, 100).0, None);
    }
}
