//! Requests to a storage: one attempt, and the rules of the next.

use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http::header::{CONTENT_LENGTH, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri};
use tokio::time::{sleep, timeout};

use super::piece::{Piece, ended_early, length_of, source_failed, too_long};
use super::progress::{Meter, UploadEvent};
use crate::data::secret::Secret;
use crate::error::{BoxError, Error, ErrorKind, Result};
use crate::http::attempts::Attempts;
use crate::http::body::{Body, Chunks};
use crate::http::foreign::ForeignUrl;
use crate::http::retry::{Budget, RetryPolicy, retry_after};
use crate::http::session::Session;
use crate::http::trace::Span;
use crate::http::transport::Failure;
use crate::xml;

/// How many bytes of a response are read.
const MOST_READ: usize = 1 << 20;

/// A request to a storage. The URL is a credential, and so may be the headers.
pub(super) struct StorageRequest {
    method: Method,
    url: Secret,
    headers: HeaderMap,
    body: Option<Piece>,
    patience: u32,
    is_counted: bool,
}

impl StorageRequest {
    pub(super) fn new(method: Method, url: &Secret) -> Self {
        Self {
            method,
            url: url.clone(),
            headers: HeaderMap::new(),
            body: None,
            patience: 1,
            is_counted: true,
        }
    }

    /// Sets a header. A value that no header may carry is left out: the storage then says what is
    /// missing.
    pub(super) fn header(mut self, name: impl TryInto<HeaderName>, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (name.try_into(), HeaderValue::from_str(value)) {
            self.headers.insert(name, value);
        }
        self
    }

    /// Sets a header whose value is a credential.
    pub(super) fn secret_header(mut self, name: &str, value: &Secret) -> Self {
        let name = HeaderName::try_from(name);
        let value = HeaderValue::from_str(value.expose());
        if let (Ok(name), Ok(mut value)) = (name, value) {
            value.set_sensitive(true);
            self.headers.insert(name, value);
        }
        self
    }

    /// Sets the headers that iconik asks for.
    pub(super) fn headers(self, headers: &[(String, Secret)]) -> Self {
        headers.iter().fold(self, |request, (name, value)| {
            request.secret_header(name, value)
        })
    }

    pub(super) fn body(mut self, piece: &Piece) -> Self {
        self.body = Some(piece.clone());
        self
    }

    /// Says that the body is not part of the content, so that it is no progress.
    pub(super) fn uncounted(mut self) -> Self {
        self.is_counted = false;
        self
    }

    /// Says how many times longer than usual the storage may take to respond.
    pub(super) fn patient(mut self, times: u32) -> Self {
        self.patience = times;
        self
    }
}

/// A response of a storage: 2xx, or 308, by which Google Cloud Storage asks for the rest.
pub(super) struct StorageResponse {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    body: Bytes,
    /// What an error of it is called.
    url: ForeignUrl,
    method: Method,
}

impl StorageResponse {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The text of an element of the XML body.
    pub(super) fn xml(&self, name: &str) -> Option<String> {
        xml::text_of(std::str::from_utf8(&self.body).ok()?, name)
    }

    /// Refuses a success whose body reports a failure: Amazon S3 sends the status before it knows.
    pub(super) fn checked(self) -> Result<Self> {
        let is_error =
            std::str::from_utf8(&self.body).is_ok_and(|body| xml::is_document(body, "Error"));
        let hidden = self.url.hidden();
        match is_error {
            false => Ok(self),
            true => Err(
                Error::new(ErrorKind::Status, self.url.endpoint(self.method))
                    .response(self.status, self.headers, self.body, &hidden)
                    .sent(1, true),
            ),
        }
    }

    /// The error of a response that lacks something.
    pub(super) fn lacks(self, what: &str) -> Error {
        let hidden = self.url.hidden();
        Error::new(ErrorKind::Decode, self.url.endpoint(self.method))
            .detail(format!("the response of the storage has no {what}"))
            .response(self.status, self.headers, self.body, &hidden)
            .sent(1, true)
    }
}

/// The way to the storages, of one upload.
pub(super) struct Storage {
    session: Arc<Session>,
    policy: RetryPolicy,
    budget: Budget,
    pub(super) meter: Arc<Meter>,
}

impl Storage {
    pub(super) fn new(session: Arc<Session>, policy: RetryPolicy, meter: Arc<Meter>) -> Self {
        Self {
            session,
            policy,
            budget: Budget::new(Budget::DEFAULT),
            meter,
        }
    }

    pub(super) fn retries(&self) -> Retries<'_> {
        Retries {
            storage: self,
            attempts: Attempts::default(),
        }
    }

    /// Sends a request once. What a failed attempt has sent no longer counts as progress.
    pub(super) async fn send(&self, request: StorageRequest) -> Result<StorageResponse> {
        let method = request.method.clone();
        let url = ForeignUrl::parse(&method, &request.url, self.session.plain_http)?;
        let span = Span::new(&url.endpoint(method.clone()), url.origin());
        let sent = Arc::new(Sent::default());
        span.sending(1);
        let result = span.enter(self.exchange(request, &url, &sent)).await;
        match &result {
            Ok(response) => {
                self.budget.earn();
                span.done(1, Ok(response.status));
            }
            Err(error) => {
                self.meter.take_back(sent.give_up());
                span.done(1, Err(error));
            }
        }
        result
    }

    async fn exchange(
        &self,
        request: StorageRequest,
        url: &ForeignUrl,
        sent: &Arc<Sent>,
    ) -> Result<StorageResponse> {
        let method = request.method.clone();
        let failed = |kind| Error::new(kind, url.endpoint(method.clone()));
        let patience = self.session.timeout.saturating_mul(request.patience);
        let too_late = || {
            failed(ErrorKind::Timeout)
                .detail(format!("nothing was sent or received within {patience:?}"))
                .sent(1, true)
        };
        let message = self.message(request, url, sent).await?;
        let sending = self.session.transport.send(message);
        let Some(response) = while_active(sending, sent, patience).await else {
            return Err(too_late());
        };
        let response = match response {
            Ok(response) => response,
            Err(error) => {
                if let Some(source) = sent.failure() {
                    return Err(source);
                }
                let (kind, what) = match error.failure {
                    Failure::Connect | Failure::Tls => {
                        (ErrorKind::Connect, "no connection was made")
                    }
                    Failure::Timeout => (ErrorKind::Timeout, "no response came in time"),
                    Failure::Refused => (ErrorKind::Request, "the request cannot be sent"),
                    Failure::Broken => (ErrorKind::Transport, "the connection failed"),
                };
                let maybe_sent = !matches!(
                    error.failure,
                    Failure::Connect | Failure::Tls | Failure::Refused
                );
                return Err(failed(kind)
                    .detail(what)
                    .permanent(error.failure == Failure::Tls)
                    .source(error)
                    .sent(1, maybe_sent));
            }
        };
        let (head, body) = response.into_parts();
        let (status, headers) = (head.status, head.headers);
        let body = body.read_some(MOST_READ, patience).await;
        if !status.is_success() && status != StatusCode::PERMANENT_REDIRECT {
            let wait = retry_after(status, &headers);
            return Err(failed(ErrorKind::Status)
                .response(status, headers, body, &url.hidden())
                .wait(wait)
                .sent(1, status.is_server_error()));
        }
        Ok(StorageResponse {
            status,
            headers,
            body,
            url: url.clone(),
            method,
        })
    }

    async fn message(
        &self,
        request: StorageRequest,
        url: &ForeignUrl,
        sent: &Arc<Sent>,
    ) -> Result<Request<Body>> {
        let uri = Uri::try_from(url.expose()).map_err(|_| {
            Error::new(ErrorKind::Request, url.endpoint(request.method.clone()))
                .detail("the URL cannot be sent")
        })?;
        let length = request.body.as_ref().map_or(0, Piece::length);
        let body = match &request.body {
            Some(piece) if length > 0 => {
                let chunks = piece.open().await?;
                let metered = Metered {
                    chunks,
                    left: length,
                    sent: Arc::clone(sent),
                    meter: request.is_counted.then(|| Arc::clone(&self.meter)),
                };
                Body::chunks(Box::pin(metered), Some(length))
            }
            _ => Body::empty(),
        };
        let mut headers = request.headers;
        headers.insert(USER_AGENT, self.session.user_agent.clone());
        if request.method != Method::GET {
            // Some storages refuse such a method without a length, and all refuse chunked encoding.
            headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        }
        let mut message = Request::new(body);
        *message.method_mut() = request.method;
        *message.uri_mut() = uri;
        *message.headers_mut() = headers;
        Ok(message)
    }
}

/// Waits for a response as long as bytes are sent: only silence is a failure.
async fn while_active<F: Future>(sending: F, sent: &Sent, patience: Duration) -> Option<F::Output> {
    let mut sending = pin!(sending);
    loop {
        let before = sent.bytes();
        if let Ok(response) = timeout(patience, &mut sending).await {
            return Some(response);
        }
        if sent.bytes() == before {
            return None;
        }
    }
}

/// What one attempt has sent. The body belongs to the connection, which may outlive the attempt.
#[derive(Default)]
struct Sent {
    bytes: AtomicU64,
    /// Those that count as progress.
    progress: AtomicU64,
    state: Mutex<SentState>,
}

#[derive(Default)]
struct SentState {
    given_up: bool,
    /// Why the source could not be read.
    failure: Option<Error>,
}

impl Sent {
    fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Ends the counting; returns how many bytes have counted as progress.
    fn give_up(&self) -> u64 {
        self.lock().given_up = true;
        self.progress.load(Ordering::Relaxed)
    }

    /// Counts bytes, unless the attempt was given up.
    fn count(&self, bytes: u64, meter: Option<&Meter>) -> bool {
        let state = self.lock();
        if state.given_up {
            return false;
        }
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        if let Some(meter) = meter {
            self.progress.fetch_add(bytes, Ordering::Relaxed);
            meter.add(bytes);
        }
        true
    }

    fn fail(&self, error: Error) -> BoxError {
        let message = error.to_string();
        self.lock().failure.get_or_insert(error);
        message.into()
    }

    fn failure(&self) -> Option<Error> {
        self.lock().failure.take()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, SentState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The chunks of a piece on their way, counted and measured.
struct Metered {
    chunks: Chunks,
    left: u64,
    sent: Arc<Sent>,
    meter: Option<Arc<Meter>>,
}

impl Stream for Metered {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let chunk = match ready!(self.chunks.as_mut().poll_next(context)) {
            Some(Ok(chunk)) => chunk,
            Some(Err(source)) => {
                return Poll::Ready(Some(Err(self.sent.fail(source_failed(source)))));
            }
            None if self.left > 0 => {
                return Poll::Ready(Some(Err(self.sent.fail(ended_early()))));
            }
            None => return Poll::Ready(None),
        };
        let length = length_of(&chunk);
        let Some(left) = self.left.checked_sub(length) else {
            return Poll::Ready(Some(Err(self.sent.fail(too_long()))));
        };
        self.left = left;
        if !self.sent.count(length, self.meter.as_deref()) {
            return Poll::Ready(Some(Err("the attempt was given up".into())));
        }
        Poll::Ready(Some(Ok(chunk)))
    }
}

/// The attempts at one step of an upload.
pub(super) struct Retries<'a> {
    storage: &'a Storage,
    attempts: Attempts,
}

impl Retries<'_> {
    /// Waits until the next attempt is due.
    ///
    /// # Errors
    ///
    /// The failure itself, where it will not pass or there were enough attempts.
    pub(super) async fn pause(&mut self, error: Error) -> Result<()> {
        let storage = self.storage;
        let failed = self.attempts.pause(error, &storage.policy, &storage.budget);
        let (error, pause) = failed?;
        storage.meter.emit(UploadEvent::Retry {
            error: error.to_string(),
            pause,
        });
        sleep(pause).await;
        Ok(())
    }

    /// Forgets the failures, because the storage has taken something since.
    pub(super) fn reset(&mut self) {
        self.attempts.reset();
    }
}
