//! What a request sends that is not JSON: bytes or a stream, and how often it can be sent.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;

use super::body::{Body, Chunks};
use crate::error::BoxError;

/// The content of a request body, or of a file in a form: bytes in memory, or a stream.
///
/// Bytes and text convert into it. A stream is made by one of three functions:
///
/// | | sent again after a failure |
/// |---|---|
/// | bytes, text | yes, like JSON |
/// | [`from_streams`](Self::from_streams) | yes, with a new stream for each attempt |
/// | [`from_stream`](Self::from_stream) | never: what was read from the stream is gone |
///
/// ```
/// use iconik_api::Content;
///
/// let content = Content::from("WEBVTT\n");
/// assert_eq!(content.length(), Some(7));
/// ```
#[derive(Clone)]
pub struct Content(Source);

#[derive(Clone)]
enum Source {
    Bytes(Bytes),
    Once {
        chunks: Arc<Mutex<Option<Chunks>>>,
        length: Option<u64>,
    },
    Reopened {
        open: Arc<dyn Fn() -> Chunks + Send + Sync>,
        length: Option<u64>,
    },
    Joined(Arc<[Content]>),
}

impl Content {
    /// Content from a stream, which is sent at most once: such a request is not retried.
    #[must_use]
    pub fn from_stream(
        stream: impl Stream<Item = Result<Bytes, BoxError>> + Send + 'static,
    ) -> Self {
        Self(Source::Once {
            chunks: Arc::new(Mutex::new(Some(Box::pin(stream)))),
            length: None,
        })
    }

    /// Content from a function that makes a new stream for each attempt, for example by opening a
    /// file.
    #[must_use]
    pub fn from_streams<S>(open: impl Fn() -> S + Send + Sync + 'static) -> Self
    where
        S: Stream<Item = Result<Bytes, BoxError>> + Send + 'static,
    {
        Self(Source::Reopened {
            open: Arc::new(move || Box::pin(open())),
            length: None,
        })
    }

    /// Announces the number of bytes of a stream, which is then sent with `Content-Length` in place
    /// of chunked encoding. Has no effect on bytes in memory.
    ///
    /// A stream with fewer or more bytes ends the request with an error.
    #[must_use]
    pub fn with_length(mut self, bytes: u64) -> Self {
        match &mut self.0 {
            Source::Once { length, .. } | Source::Reopened { length, .. } => *length = Some(bytes),
            Source::Bytes(_) | Source::Joined(_) => {}
        }
        self
    }

    /// The number of bytes, where it is known.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        match &self.0 {
            Source::Bytes(bytes) => u64::try_from(bytes.len()).ok(),
            Source::Once { length, .. } | Source::Reopened { length, .. } => *length,
            Source::Joined(parts) => parts
                .iter()
                .try_fold(0_u64, |sum, part| sum.checked_add(part.length()?)),
        }
    }

    /// The bytes, unless it is a stream.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match &self.0 {
            Source::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Whether it can be sent more than once.
    pub(crate) fn is_repeatable(&self) -> bool {
        match &self.0 {
            Source::Bytes(_) | Source::Reopened { .. } => true,
            Source::Once { .. } => false,
            Source::Joined(parts) => parts.iter().all(Self::is_repeatable),
        }
    }

    /// Several contents, one after the other.
    pub(crate) fn join(parts: Vec<Self>) -> Self {
        let in_memory: Option<Vec<&Bytes>> = parts.iter().map(Self::as_bytes).collect();
        match in_memory {
            Some(bytes) => {
                let mut whole = BytesMut::with_capacity(bytes.iter().map(|part| part.len()).sum());
                bytes.iter().for_each(|part| whole.extend_from_slice(part));
                whole.freeze().into()
            }
            None => Self(Source::Joined(parts.into())),
        }
    }

    /// The body of one attempt; `None` if the stream was sent before.
    pub(crate) fn open(&self) -> Option<Body> {
        match &self.0 {
            Source::Bytes(bytes) => Some(bytes.clone().into()),
            _ => Some(Body::chunks(self.chunks()?, self.length())),
        }
    }

    fn chunks(&self) -> Option<Chunks> {
        match &self.0 {
            Source::Bytes(bytes) => Some(Box::pin(Single(Some(bytes.clone())))),
            Source::Once { chunks, length } => {
                let mut chunks = chunks.lock().unwrap_or_else(PoisonError::into_inner);
                Some(measured(chunks.take()?, *length))
            }
            Source::Reopened { open, length } => Some(measured(open(), *length)),
            Source::Joined(parts) => {
                let parts: Option<Vec<_>> = parts.iter().rev().map(Self::chunks).collect();
                Some(Box::pin(Chain(parts?)))
            }
        }
    }
}

impl From<Bytes> for Content {
    fn from(bytes: Bytes) -> Self {
        Self(Source::Bytes(bytes))
    }
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<&[u8]> for Content {
    fn from(bytes: &[u8]) -> Self {
        Bytes::copy_from_slice(bytes).into()
    }
}

impl<const N: usize> From<&[u8; N]> for Content {
    fn from(bytes: &[u8; N]) -> Self {
        bytes[..].into()
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&String> for Content {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<&Content> for Content {
    fn from(content: &Content) -> Self {
        content.clone()
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        text.as_bytes().into()
    }
}

/// Bytes are equal if they are the same; streams, if one is a clone of the other.
impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Source::Bytes(one), Source::Bytes(other)) => one == other,
            (Source::Once { chunks: one, .. }, Source::Once { chunks: other, .. }) => {
                Arc::ptr_eq(one, other)
            }
            (Source::Reopened { open: one, .. }, Source::Reopened { open: other, .. }) => {
                Arc::ptr_eq(one, other)
            }
            (Source::Joined(one), Source::Joined(other)) => one == other,
            _ => false,
        }
    }
}

/// Shows the length alone.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.length() {
            Some(length) => write!(f, "Content({length} bytes)"),
            None => f.write_str("Content(a stream)"),
        }
    }
}

/// Content together with its media type, for actions that accept several.
///
/// ```
/// use iconik_api::MediaContent;
///
/// let logo = MediaContent::new("image/png", b"\x89PNG");
/// assert_eq!(logo.media_type(), "image/png");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MediaContent {
    media_type: String,
    content: Content,
}

impl MediaContent {
    /// Content of this media type, for example `image/png`.
    pub fn new(media_type: impl Into<String>, content: impl Into<Content>) -> Self {
        Self {
            media_type: media_type.into(),
            content: content.into(),
        }
    }

    /// The media type.
    #[must_use]
    pub fn media_type(&self) -> &str {
        &self.media_type
    }

    /// The content.
    #[must_use]
    pub fn content(&self) -> &Content {
        &self.content
    }
}

/// One chunk.
struct Single(Option<Bytes>);

impl Stream for Single {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().map(Ok))
    }
}

/// Streams one after the other; the last one of the list is read first.
struct Chain(Vec<Chunks>);

impl Stream for Chain {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while let Some(chunks) = self.0.last_mut() {
            match ready!(chunks.as_mut().poll_next(context)) {
                None => drop(self.0.pop()),
                chunk => return Poll::Ready(chunk),
            }
        }
        Poll::Ready(None)
    }
}

fn measured(chunks: Chunks, length: Option<u64>) -> Chunks {
    match length {
        None => chunks,
        Some(left) => Box::pin(Measured { chunks, left }),
    }
}

/// Holds a stream to the announced number of bytes: one that is too long would otherwise be cut in
/// silence.
struct Measured {
    chunks: Chunks,
    left: u64,
}

impl Stream for Measured {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let chunk = ready!(self.chunks.as_mut().poll_next(context));
        let left = match &chunk {
            Some(Err(_)) => return Poll::Ready(chunk),
            Some(Ok(bytes)) => u64::try_from(bytes.len())
                .ok()
                .and_then(|length| self.left.checked_sub(length)),
            None if self.left > 0 => {
                let left = std::mem::take(&mut self.left);
                let error = format!("the stream ended {left} bytes before the announced length");
                return Poll::Ready(Some(Err(error.into())));
            }
            None => return Poll::Ready(None),
        };
        match left {
            Some(left) => {
                self.left = left;
                Poll::Ready(chunk)
            }
            None => {
                let error = "the stream is longer than the announced length";
                Poll::Ready(Some(Err(error.into())))
            }
        }
    }
}
