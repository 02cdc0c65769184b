//! The attempt loop: sends one request until there is a response or nothing more to hope for.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, LOCATION, USER_AGENT};
use http::response::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri};
use tokio::time::Instant;

use super::body::{Body, ReadError};
use super::call::Options;
use super::credentials::{Credentials, CredentialsProvider, FetchError};
use super::driver::{sleep, timeout};
use super::hidden::Hidden;
use super::limit::Permission;
use super::meta::Auth;
use super::request::PreparedRequest;
use super::response::RawResponse;
use super::retry::{Failed, may_pass, retry_after};
use super::session::Session;
use super::streamed::StreamedResponse;
use super::trace::Span;
use super::transport::{Failure, TransportError};
use crate::error::{Error, ErrorKind, Result};

/// How many bytes of an error's body are kept.
const MOST_OF_AN_ERROR: usize = 1 << 20;
/// How long the body of an error is waited for.
const LONGEST_ERROR: Duration = Duration::from_secs(5);

/// Sends a request and reads its response: the one body that all actions share.
pub(super) async fn run(
    session: Arc<Session>,
    request: Result<PreparedRequest>,
    options: Options,
) -> Result<RawResponse> {
    let received = exchange(session, request, options, Reading::Whole).await?;
    Ok(received.response)
}

/// Sends a request and returns its response with the body still to be read.
pub(super) async fn open(
    session: Arc<Session>,
    request: Result<PreparedRequest>,
    options: Options,
) -> Result<StreamedResponse> {
    let timeout = options.timeout.unwrap_or(session.timeout);
    let received = exchange(session, request, options, Reading::Open).await?;
    let body = received.body.unwrap_or_default();
    Ok(StreamedResponse::new(received.response, body, timeout))
}

/// Whether the body of a successful response is read with it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    Whole,
    Open,
}

/// The body of a response.
enum Content {
    Whole(Bytes),
    Open(Body),
}

/// A successful response.
struct Received {
    response: RawResponse,
    /// What is left to be read.
    body: Option<Body>,
}

async fn exchange(
    session: Arc<Session>,
    request: Result<PreparedRequest>,
    options: Options,
    reading: Reading,
) -> Result<Received> {
    let request = request?;
    let span = Span::new(&request.endpoint, request.origin());
    let sending = Sending {
        session: &session,
        request,
        options: &options,
        reading,
        span: &span,
    };
    span.enter(sending.within_deadline()).await
}

struct Sending<'a> {
    session: &'a Session,
    request: PreparedRequest,
    options: &'a Options,
    reading: Reading,
    span: &'a Span,
}

/// How far a call has come: what its error tells if it ends now.
#[derive(Debug, Default)]
struct Progress {
    attempts: u32,
    /// Whether an attempt that has ended may have been carried out.
    maybe_sent: bool,
    /// Whether an attempt is on its way.
    under_way: bool,
}

impl Sending<'_> {
    fn hidden(&self, credentials: &Credentials) -> Hidden {
        Hidden {
            credentials: Some(credentials.clone()),
            arguments: self.request.secrets.clone(),
        }
    }

    fn error(&self, kind: ErrorKind) -> Error {
        Error::new(kind, self.request.endpoint.clone())
    }

    async fn within_deadline(&self) -> Result<Received> {
        let mut progress = Progress::default();
        let result = match self.deadline() {
            None => self.repeat(&mut progress, None).await,
            Some(deadline) => {
                let end = Instant::now().checked_add(deadline);
                let done = timeout(deadline, self.repeat(&mut progress, end)).await;
                done.unwrap_or_else(|| {
                    Err(self
                        .error(ErrorKind::Timeout)
                        .detail(format!("not done within {deadline:?}")))
                })
            }
        };
        match result {
            Ok(mut received) => {
                received.response.attempts = progress.attempts;
                let status = received.response.status;
                self.span.done(progress.attempts, Ok(status));
                Ok(received)
            }
            Err(error) => {
                self.span.done(progress.attempts, Err(&error));
                Err(error.sent(progress.attempts, progress.maybe_sent || progress.under_way))
            }
        }
    }

    /// Sends until there is an answer, or nothing more to hope for before the end.
    async fn repeat(&self, progress: &mut Progress, end: Option<Instant>) -> Result<Received> {
        let policy = self.options.retry.as_ref().unwrap_or(&self.session.retry);
        let provider = self
            .options
            .credentials
            .as_ref()
            .unwrap_or(&self.session.credentials);
        let mut stale = None;
        let mut began = None;
        loop {
            let (credentials, generation) = self.credentials(provider, stale).await?;
            let message = self.message(&credentials)?;
            let permission = self.permission().await;
            let began = *began.get_or_insert_with(Instant::now);

            progress.attempts += 1;
            progress.under_way = true;
            self.span.sending(progress.attempts);
            let result = self
                .attempt(message, &credentials, permission, progress.attempts)
                .await;
            progress.under_way = false;

            let error = match result {
                Ok(response) => {
                    self.session.budget.earn();
                    return Ok(response);
                }
                Err(error) => error,
            };
            progress.maybe_sent |= error.maybe_sent();
            if !self.request.is_repeatable() {
                return Err(error);
            }
            if error.is_unauthorized() && provider.rotates() && stale.is_none() {
                // The token may just have been replaced. A refused request has done nothing.
                stale = Some(generation);
                continue;
            }
            let failed = Failed {
                error: &error,
                attempts: progress.attempts,
                idempotent: self.request.idempotent,
                patch: self.request.method == Method::PATCH,
                elapsed: began.elapsed(),
            };
            let Some(wait) = policy.wait(&failed, &self.session.budget) else {
                if may_pass(&error) {
                    self.span.give_up(progress.attempts, &error);
                }
                return Err(error);
            };
            // To wait for the deadline would only bury this error under another one.
            if end.is_some_and(|end| wait >= end.saturating_duration_since(Instant::now())) {
                self.span.give_up(progress.attempts, &error);
                return Err(error);
            }
            self.span.retry(progress.attempts, &error, wait);
            sleep(wait).await;
        }
    }

    async fn credentials(
        &self,
        provider: &CredentialsProvider,
        stale: Option<u64>,
    ) -> Result<(Credentials, u64)> {
        if self.request.auth == Auth::None {
            return Ok((Credentials::none(), 0));
        }
        let limit = self.timeout();
        let failed = |detail: String| self.error(ErrorKind::Credentials).detail(detail);
        match provider.get(stale, limit).await {
            Ok(found) => Ok(found),
            Err(FetchError::Source(source)) => {
                Err(failed("the source of the credentials failed".into()).shared_source(source))
            }
            Err(FetchError::TooSlow) => Err(failed(format!(
                "the source of the credentials gave none within {limit:?}"
            ))),
        }
    }

    fn deadline(&self) -> Option<Duration> {
        self.options.deadline.or(self.session.deadline)
    }

    fn timeout(&self) -> Duration {
        self.options.timeout.unwrap_or(self.session.timeout)
    }

    /// Waits until the pace lets the request go.
    async fn permission(&self) -> Option<Permission> {
        // The pace is iconik's; other hosts have their own.
        if self.request.is_foreign() {
            return None;
        }
        let asked = Instant::now();
        let limiter = &self.session.limiter;
        let permission = limiter.acquire(&self.request.endpoint).await;
        let waited = asked.elapsed();
        if waited > Duration::from_millis(1) {
            self.span.waiting_for_the_pace(waited);
        }
        permission
    }

    async fn attempt(
        &self,
        message: Request<Body>,
        credentials: &Credentials,
        permission: Option<Permission>,
        number: u32,
    ) -> Result<Received> {
        let limit = self.timeout();
        let started = Instant::now();
        let (head, body) = self.send(message, limit, credentials).await?;
        self.span.received(number, head.status, started.elapsed());
        // The others learn from the head at once: the body may take long.
        let retry_after = retry_after(head.status, &head.headers);
        if let Some(permission) = permission {
            let pause = permission.observe(head.status, &head.headers, retry_after);
            if let Some(pause) = pause {
                self.span.pause(self.request.endpoint.service(), pause);
            }
        }
        let left = limit.saturating_sub(started.elapsed());
        let (head, content) = self.read(head, body, left, limit, credentials).await?;
        let (status, headers) = (head.status, head.headers);
        let (body, open) = match content {
            Content::Whole(body) => (body, None),
            Content::Open(body) => (Bytes::new(), Some(body)),
        };
        if self.is_success(status, &headers) {
            let endpoint = self.request.endpoint.clone();
            let response = RawResponse {
                endpoint,
                status,
                headers,
                body,
                attempts: number,
                hidden: self.hidden(credentials),
            };
            return Ok(Received {
                response,
                body: open,
            });
        }
        let mut error = self.error(ErrorKind::Status);
        if status.is_redirection() {
            error = error.detail(match self.request.is_foreign() {
                true => "redirects are not followed",
                false => "redirects are not followed: the tokens are for this address only",
            });
        }
        Err(error
            .response(status, headers, body, &self.hidden(credentials))
            .wait(retry_after)
            // Nothing but a 4xx says for certain that nothing was done.
            .sent(number, !status.is_client_error()))
    }

    /// Whether the response is what the action documents: a redirect is, where its target is the
    /// result.
    fn is_success(&self, status: StatusCode, headers: &HeaderMap) -> bool {
        let redirect = status.is_redirection() && headers.contains_key(LOCATION);
        status.is_success() || (redirect && self.options.redirects)
    }

    /// The message with everything that all requests carry.
    fn message(&self, credentials: &Credentials) -> Result<Request<Body>> {
        let mut headers = HeaderMap::with_capacity(8);
        headers.insert(USER_AGENT, self.session.user_agent.clone());
        headers.insert(ACCEPT, HeaderValue::from_static(self.options.accept));
        let body = match &self.request.body {
            None => Body::empty(),
            Some(body) => body.content.open().ok_or_else(|| {
                let detail = "the stream of its body has been sent before; make a new one";
                self.error(ErrorKind::Request).detail(detail)
            })?,
        };
        if let Some(media_type) = self.request.media_type_header() {
            headers.insert(CONTENT_TYPE, media_type.clone());
        }
        let expects_body = [Method::POST, Method::PUT, Method::PATCH];
        if body.is_empty() && expects_body.contains(&self.request.method) {
            // Front ends answer 411 to such a method without a length.
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        headers.extend(self.request.headers.clone());
        credentials
            .apply(self.request.auth, &mut headers)
            .map_err(|detail| self.error(ErrorKind::Credentials).detail(detail))?;
        let uri = Uri::try_from(self.request.url.as_str()).map_err(|source| {
            self.error(ErrorKind::Request)
                .detail("the URL is too long")
                .source(source)
        })?;
        let mut message = Request::new(body);
        *message.method_mut() = self.request.method.clone();
        *message.uri_mut() = uri;
        *message.headers_mut() = headers;
        #[cfg(feature = "testing")]
        if self.session.describes {
            message.extensions_mut().insert(self.request.described());
        }
        Ok(message)
    }

    fn too_late(&self, limit: Duration) -> Error {
        self.error(ErrorKind::Timeout)
            .detail(format!("no complete response within {limit:?}"))
            .sent(1, true)
    }

    /// Sends the message and waits for the head of the response.
    async fn send(
        &self,
        message: Request<Body>,
        limit: Duration,
        credentials: &Credentials,
    ) -> Result<(Parts, Body)> {
        let response = timeout(limit, self.session.transport.send(message)).await;
        let response = response.ok_or_else(|| self.too_late(limit))?;
        Ok(response
            .map_err(|error| self.broken(error, credentials))?
            .into_parts())
    }

    /// Reads the body, unless the caller wants to.
    async fn read(
        &self,
        head: Parts,
        body: Body,
        left: Duration,
        limit: Duration,
        credentials: &Credentials,
    ) -> Result<(Parts, Content)> {
        let most = self.session.max_response_size;
        if !self.is_success(head.status, &head.headers) {
            // The status is the message. Its text may be cut short, but must not hide it.
            let most = most.min(MOST_OF_AN_ERROR);
            let body = body.read_some(most, left.min(LONGEST_ERROR)).await;
            return Ok((head, Content::Whole(body)));
        }
        if self.reading == Reading::Open {
            return Ok((head, Content::Open(body)));
        }
        let length = head
            .headers
            .get(CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.parse().ok());
        let body = match length {
            // The answer to a HEAD announces what it leaves out.
            Some(length) if length > most && self.request.method != Method::HEAD => {
                Err(ReadError::TooLarge)
            }
            length => timeout(left, body.read(most, length))
                .await
                .ok_or_else(|| self.too_late(limit))?,
        };
        match body {
            Ok(body) => Ok((head, Content::Whole(body))),
            Err(ReadError::Failed(error)) => Err(self.broken(error, credentials)),
            Err(ReadError::TooLarge) => Err(self
                .error(ErrorKind::TooLarge)
                .detail(format!(
                    "the answer is larger than the {most} bytes that the client takes"
                ))
                .response(head.status, head.headers, Bytes::new(), &Hidden::default())
                .sent(1, true)),
        }
    }

    fn broken(&self, error: TransportError, credentials: &Credentials) -> Error {
        let origin = self.request.origin();
        let (kind, what, maybe_sent) = match error.failure {
            Failure::Refused => {
                let mut what = format!("the request cannot be sent: {error}");
                self.hidden(credentials).hide(&mut what);
                (ErrorKind::Request, what, false)
            }
            Failure::Connect | Failure::Tls => {
                let what = format!("no connection to {origin} was made");
                (ErrorKind::Connect, what, false)
            }
            Failure::Timeout => {
                let what = format!("no complete response from {origin} in time");
                (ErrorKind::Timeout, what, true)
            }
            Failure::Broken => {
                let what = format!("the connection to {origin} failed");
                (ErrorKind::Transport, what, true)
            }
        };
        let failure = self.error(kind).detail(what).sent(1, maybe_sent);
        match error.failure {
            // What refused it is in the detail already.
            Failure::Refused => failure,
            Failure::Tls => failure.permanent(true).source(error),
            _ => failure.source(error),
        }
    }
}
