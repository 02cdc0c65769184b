//! The events of an upload as a stream.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use futures_core::Stream;

use super::error::UploadError;
use super::progress::UploadEvent;
use super::{Upload, Uploaded};
use crate::http::credentials::BoxFuture;

/// The events of an upload. It drives the upload: nothing happens while no event is waited for.
///
/// ```no_run
/// # async fn example(client: iconik_api::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use iconik_api::upload::{Source, UploadEvent};
///
/// let mut events = client.upload(Source::bytes("notes.txt", "Take 3.")).events();
/// while let Some(event) = events.next().await {
///     if let UploadEvent::Progress { sent, .. } = event {
///         println!("{sent} bytes");
///     }
/// }
/// let uploaded = events.finish().await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "an upload does nothing until its events are waited for"]
pub struct UploadEvents {
    upload: BoxFuture<'static, Result<Uploaded, UploadError>>,
    queue: Arc<Mutex<Queue>>,
    result: Option<Result<Uploaded, UploadError>>,
}

/// Events that were not returned yet.
#[derive(Default)]
struct Queue {
    events: VecDeque<UploadEvent>,
    /// Of whoever waits for an event: workers of the upload send them, too.
    waker: Option<Waker>,
}

impl Queue {
    fn push(&mut self, event: UploadEvent) {
        // Of progress, only the latest matters.
        if matches!(
            (self.events.back(), &event),
            (
                Some(UploadEvent::Progress { .. }),
                UploadEvent::Progress { .. }
            )
        ) {
            self.events.pop_back();
        }
        self.events.push_back(event);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

fn lock(queue: &Mutex<Queue>) -> std::sync::MutexGuard<'_, Queue> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

impl UploadEvents {
    pub(super) fn new(upload: Upload) -> Self {
        let queue = Arc::new(Mutex::new(Queue::default()));
        let waiting = Arc::clone(&queue);
        let earlier = upload.listener.clone();
        let upload = upload.on_event(move |event| {
            if let Some(listener) = &earlier {
                listener(event.clone());
            }
            lock(&waiting).push(event);
        });
        Self {
            upload: upload.into_future(),
            queue,
            result: None,
        }
    }

    /// Returns the next event, or `None` when the upload has ended, however it did.
    pub async fn next(&mut self) -> Option<UploadEvent> {
        poll_fn(|context| self.poll_event(context)).await
    }

    /// Waits for the end of the upload, and returns its result.
    ///
    /// # Errors
    ///
    /// When the upload failed.
    pub async fn finish(mut self) -> Result<Uploaded, UploadError> {
        match self.result.take() {
            Some(result) => result,
            None => self.upload.await,
        }
    }

    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Option<UploadEvent>> {
        {
            let mut queue = lock(&self.queue);
            if let Some(event) = queue.events.pop_front() {
                return Poll::Ready(Some(event));
            }
            if self.result.is_some() {
                return Poll::Ready(None);
            }
            queue.waker = Some(context.waker().clone());
        }
        let polled = self.upload.as_mut().poll(context);
        let is_pending = polled.is_pending();
        if let Poll::Ready(result) = polled {
            self.result = Some(result);
        }
        match lock(&self.queue).events.pop_front() {
            None if is_pending => Poll::Pending,
            event => Poll::Ready(event),
        }
    }
}

impl Stream for UploadEvents {
    type Item = UploadEvent;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<UploadEvent>> {
        self.poll_event(context)
    }
}

impl fmt::Debug for UploadEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadEvents")
            .field("has_ended", &self.result.is_some())
            .finish_non_exhaustive()
    }
}
