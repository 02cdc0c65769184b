//! A response whose body is read chunk by chunk.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, StatusCode};
use tokio::time::Sleep;

use super::body::Body;
use super::driver::sleep;
use super::response::RawResponse;
use super::transport::Failure;
use crate::error::{Error, ErrorKind, Result};

/// A successful response whose body has not been read yet, returned by
/// [`Call::open`](crate::Call::open).
///
/// It is a [`Stream`] of the chunks of the body. The timeout of the call applies to each chunk, not to
/// the whole body. A body that ends early is an error; it is not requested again.
///
/// ```
/// # async fn example(client: iconik_api::Client, mut file: impl std::io::Write) -> Result<(), Box<dyn std::error::Error>> {
/// use http::Method;
///
/// let mut response = client.request(Method::GET, "/API/files/v1/exports/0b1c/").open().await?;
/// println!("{:?} bytes", response.length());
/// while let Some(chunk) = response.chunk().await? {
///     file.write_all(&chunk)?;
/// }
/// # Ok(())
/// # }
/// ```
pub struct StreamedResponse {
    /// Without the body.
    head: RawResponse,
    body: Body,
    timeout: Duration,
    /// Runs while a chunk is waited for.
    timer: Option<Pin<Box<Sleep>>>,
    ended: bool,
}

impl StreamedResponse {
    pub(super) fn new(head: RawResponse, body: Body, timeout: Duration) -> Self {
        Self {
            head,
            body,
            timeout,
            timer: None,
            ended: false,
        }
    }

    /// Returns the status.
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// Returns the headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// Returns how many bytes of the body are left, where the server has announced its length.
    pub fn length(&self) -> Option<u64> {
        self.body.length()
    }

    /// Returns how many times the request was sent until this response was received.
    pub fn attempts(&self) -> u32 {
        self.head.attempts
    }

    /// Returns the next chunk of the body, or `None` at the end.
    ///
    /// # Errors
    ///
    /// When the connection fails, or no chunk arrives in time.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        poll_fn(|context| self.poll_chunk(context))
            .await
            .transpose()
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        if let Poll::Ready(chunk) = Pin::new(&mut self.body).poll_next(context) {
            self.timer = None;
            self.ended = !matches!(chunk, Some(Ok(_)));
            return Poll::Ready(chunk.map(|chunk| {
                chunk.map_err(|error| {
                    let kind = match error.failure {
                        Failure::Timeout => ErrorKind::Timeout,
                        _ => ErrorKind::Transport,
                    };
                    self.error(kind, "the body of the response ended early")
                        .source(error)
                })
            }));
        }
        let timeout = self.timeout;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(timeout)));
        if timer.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        self.ended = true;
        let detail = format!("no more of the body arrived within {timeout:?}");
        Poll::Ready(Some(Err(self.error(ErrorKind::Timeout, detail))))
    }

    fn error(&self, kind: ErrorKind, detail: impl Into<String>) -> Error {
        let head = &self.head;
        Error::new(kind, head.endpoint.clone())
            .detail(detail)
            .response(
                head.status,
                head.headers.clone(),
                Bytes::new(),
                &head.hidden,
            )
            // The response is a success, so that the request was carried out.
            .sent(head.attempts, true)
    }
}

impl Stream for StreamedResponse {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_chunk(context)
    }
}

/// Shows neither the body nor the headers' values: a response can contain tokens.
impl fmt::Debug for StreamedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamedResponse")
            .field("action", &self.head.endpoint)
            .field("status", &self.head.status)
            .field("length", &self.length())
            .finish_non_exhaustive()
    }
}
