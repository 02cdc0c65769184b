//! The bytes of a download, which continues by itself after a break.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf, Bytes};
use futures_core::Stream;
use http::StatusCode;
use http::header::{ACCEPT_ENCODING, CONTENT_RANGE, ETAG, RANGE};
use tokio::time::sleep;

use super::{Download, DownloadProgress};
use crate::error::{Error, ErrorKind, Result};
use crate::http::attempts::Attempts;
use crate::http::credentials::BoxFuture;
use crate::http::meta::Endpoint;
use crate::http::retry::{Budget, RetryPolicy};
use crate::http::streamed::StreamedResponse;

/// The bytes of a download, chunk by chunk. It is a [`Stream`].
///
/// A break is not visible: the stream continues with the next byte. It ends with an error where that
/// is not possible, and where the number of bytes is wrong.
///
/// ```no_run
/// # async fn example(client: iconik_api::Client) -> iconik_api::Result<()> {
/// let asset_id = "2c5bfe1a-f149-11eb-a843-0a580a3db916";
/// let download = client.download_proxy(asset_id, "5a1b2c3d-f149-11eb-a843-0a580a3db916");
/// let mut stream = download.open().await?;
/// println!("{:?} bytes", stream.total());
/// while let Some(chunk) = stream.chunk().await? {
///     println!("{} bytes", chunk.len());
/// }
/// # Ok(())
/// # }
/// ```
pub struct DownloadStream(Option<Step>);

/// The reader, or the future that has it while the next chunk is waited for.
enum Step {
    Idle(Box<Reader>),
    Reading(BoxFuture<'static, (Box<Reader>, Result<Option<Bytes>>)>),
}

impl DownloadStream {
    /// Opens the download at this byte.
    pub(super) async fn open(download: Download, position: u64) -> Result<Self> {
        let mut reader = Box::new(Reader::new(download, position));
        reader.connect_or_retry().await?;
        Ok(Self(Some(Step::Idle(reader))))
    }

    /// How many bytes there are altogether, where the storage has announced it. Unknown while
    /// [`chunk`](Self::chunk) is waited for.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        match &self.0 {
            Some(Step::Idle(reader)) => reader.total,
            _ => None,
        }
    }

    /// Returns the next bytes, or `None` at the end. The future may be dropped: nothing is lost.
    ///
    /// # Errors
    ///
    /// When the storage fails for good, or the number of bytes is not what it must be.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        poll_fn(|context| self.poll_chunk(context))
            .await
            .transpose()
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        let mut reading = match self.0.take() {
            None => return Poll::Ready(None),
            Some(Step::Reading(reading)) => reading,
            Some(Step::Idle(mut reader)) => Box::pin(async move {
                let chunk = reader.next().await;
                (reader, chunk)
            }),
        };
        match reading.as_mut().poll(context) {
            Poll::Pending => {
                self.0 = Some(Step::Reading(reading));
                Poll::Pending
            }
            Poll::Ready((reader, Ok(Some(chunk)))) => {
                self.0 = Some(Step::Idle(reader));
                Poll::Ready(Some(Ok(chunk)))
            }
            Poll::Ready((_, end)) => Poll::Ready(end.transpose()),
        }
    }
}

impl Stream for DownloadStream {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_chunk(context)
    }
}

impl fmt::Debug for DownloadStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DownloadStream")
            .field("total", &self.total())
            .finish_non_exhaustive()
    }
}

/// Where a download is.
struct Reader {
    download: Download,
    policy: RetryPolicy,
    budget: Budget,
    attempts: Attempts,
    response: Option<StreamedResponse>,
    /// The next byte.
    position: u64,
    /// How many bytes of the response come before it: not every server returns a part.
    skip: u64,
    total: Option<u64>,
    /// Which content of the object it is.
    etag: Option<String>,
    /// The storage has no byte from `position` on.
    is_at_end: bool,
}

impl Reader {
    fn new(download: Download, position: u64) -> Self {
        let policy = download.retry.clone().unwrap_or_else(|| {
            let policy = download.client.session().retry.clone();
            policy.total_time(Duration::MAX)
        });
        Self {
            download,
            policy,
            budget: Budget::new(Budget::DEFAULT),
            attempts: Attempts::default(),
            response: None,
            position,
            skip: 0,
            total: None,
            etag: None,
            is_at_end: false,
        }
    }

    async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            if self.is_at_end {
                return self.end();
            }
            let Some(response) = &mut self.response else {
                self.connect_or_retry().await?;
                continue;
            };
            let error = match response.chunk().await {
                Ok(Some(chunk)) => match self.accept(chunk)? {
                    Some(chunk) => return Ok(Some(chunk)),
                    None => continue,
                },
                Ok(None) if self.skip > 0 => return Err(too_short()),
                Ok(None) if self.total.is_none_or(|total| self.position >= total) => {
                    self.is_at_end = true;
                    continue;
                }
                Ok(None) => broken("the response ended before the last byte"),
                Err(error) => error,
            };
            self.pause(error).await?;
        }
    }

    /// Takes a chunk of the response; returns what of it has not been returned before.
    fn accept(&mut self, mut chunk: Bytes) -> Result<Option<Bytes>> {
        let length = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        let known = self.skip.min(length);
        self.skip -= known;
        chunk.advance(usize::try_from(known).unwrap_or(chunk.len()));
        if chunk.is_empty() {
            return Ok(None);
        }
        self.position += length - known;
        if self.total.is_some_and(|total| self.position > total) {
            return Err(broken("more bytes came than were announced"));
        }
        self.attempts.reset();
        self.budget.earn();
        if let Some(listener) = &self.download.listener {
            listener(DownloadProgress {
                received: self.position,
                total: self.total,
            });
        }
        Ok(Some(chunk))
    }

    fn end(&self) -> Result<Option<Bytes>> {
        match self.download.size {
            Some(size) if size != self.position => Err(wrong_size(size, self.position)),
            _ => Ok(None),
        }
    }

    async fn connect_or_retry(&mut self) -> Result<()> {
        loop {
            match self.connect().await {
                Ok(()) => return Ok(()),
                Err(Failure::Iconik(error)) => return Err(error),
                Err(Failure::Storage(error)) => self.pause(error).await?,
            }
        }
    }

    async fn pause(&mut self, error: Error) -> Result<()> {
        self.response = None;
        let (_, pause) = self.attempts.pause(error, &self.policy, &self.budget)?;
        sleep(pause).await;
        Ok(())
    }

    /// Requests the rest, with a newly signed URL.
    async fn connect(&mut self) -> Result<(), Failure> {
        // The client repeats its own requests.
        let url = self.download.url().await.map_err(Failure::Iconik)?;
        let mut call = self.download.client.fetch(url);
        // Positions are those of the object itself.
        call = call.header(ACCEPT_ENCODING, "identity");
        if self.position > 0 {
            call = call.header(RANGE, format!("bytes={}-", self.position));
        }
        let response = match call.retry(RetryPolicy::none()).open().await {
            Ok(response) => response,
            Err(error) if error.status() == Some(StatusCode::RANGE_NOT_SATISFIABLE) => {
                return self.past_the_end(error).map_err(Failure::Iconik);
            }
            Err(error) => return Err(Failure::Storage(error)),
        };
        self.begin(response).map_err(Failure::Iconik)
    }

    /// Begins to read a response, if it is the rest of the same content.
    fn begin(&mut self, response: StreamedResponse) -> Result<()> {
        let header = |name| response.headers().get(name)?.to_str().ok();
        let etag = header(ETAG).map(str::to_owned);
        if let (Some(before), Some(now)) = (&self.etag, &etag) {
            if before != now {
                return Err(broken("the object has changed since the download began"));
            }
        }
        let is_part = response.status() == StatusCode::PARTIAL_CONTENT;
        let total = match is_part {
            true => {
                let (first, total) = header(CONTENT_RANGE)
                    .and_then(read_range)
                    .ok_or_else(|| broken("the response does not say which part it is"))?;
                if first != self.position {
                    return Err(broken(
                        "the response is another part than the requested one",
                    ));
                }
                total
            }
            false => {
                self.skip = self.position;
                response.length()
            }
        };
        if let (Some(size), Some(total)) = (self.download.size, total) {
            if size != total {
                return Err(wrong_size(size, total));
            }
        }
        if total.is_some_and(|total| total < self.position) {
            return Err(too_short());
        }
        if let (Some(before), Some(now)) = (self.total, total) {
            if before != now {
                return Err(broken("the object has changed since the download began"));
            }
        }
        self.total = total.or(self.total);
        self.etag = etag.or(self.etag.take());
        self.response = Some(response);
        Ok(())
    }

    /// The object has no byte at the position: it is complete, or another one.
    fn past_the_end(&mut self, error: Error) -> Result<()> {
        // `bytes */42`
        let range = error
            .headers()
            .and_then(|headers| headers.get(CONTENT_RANGE)?.to_str().ok());
        let total = range.and_then(|range| range.rsplit_once('/')?.1.parse::<u64>().ok());
        if total != Some(self.position) {
            return Err(error);
        }
        self.total = total;
        self.is_at_end = true;
        Ok(())
    }
}

/// Whose failure it was.
enum Failure {
    Iconik(Error),
    Storage(Error),
}

/// The first byte and the length of the whole of `bytes 3-41/42`; the length may be unknown.
fn read_range(range: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = range.strip_prefix("bytes ")?.split_once('/')?;
    let (first, _) = range.split_once('-')?;
    Some((first.parse().ok()?, total.parse().ok()))
}

fn broken(detail: &str) -> Error {
    Error::new(ErrorKind::Transport, Endpoint::None).detail(detail)
}

fn too_short() -> Error {
    Error::new(ErrorKind::Decode, Endpoint::None)
        .detail("the object is shorter than what was received of it before")
}

fn wrong_size(expected: u64, found: u64) -> Error {
    Error::new(ErrorKind::Decode, Endpoint::None).detail(format!(
        "the object has {found} bytes where {expected} were expected"
    ))
}
