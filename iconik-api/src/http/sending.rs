//! The attempt loop: sends one request until there is a response or nothing more to hope for.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, Uri};
use tokio::time::Instant;

use super::body::Body;
use super::call::Options;
use super::credentials::{BoxFuture, Credentials, CredentialsProvider, FetchError};
use super::driver::{sleep, timeout};
use super::exchange::{Answer, Broken, Content, Plan, Reading, exchange};
use super::hidden::Hidden;
use super::limit::Permission;
use super::meta::Auth;
use super::request::PreparedRequest;
use super::response::RawResponse;
use super::retry::{Failed, may_pass};
use super::session::{Channel, Session};
use super::streamed::StreamedResponse;
use super::trace::Span;
use super::transport::{Failure, TransportError};
use crate::error::{Error, ErrorKind, Result};

/// Sends a request and reads its response: the one body that all actions share.
pub(super) fn run(
    session: Arc<Session>,
    request: Result<PreparedRequest>,
    options: Options,
) -> BoxFuture<'static, Result<RawResponse>> {
    match Sending::new(session, request, options, Reading::Whole) {
        Ok(sending) => Box::pin(async move { Ok(sending.exchange().await?.response) }),
        Err(error) => Box::pin(ready(Err(error))),
    }
}

/// Sends a request and returns its response with the body still to be read.
pub(super) fn open(
    session: Arc<Session>,
    request: Result<PreparedRequest>,
    options: Options,
) -> BoxFuture<'static, Result<StreamedResponse>> {
    match Sending::new(session, request, options, Reading::Open) {
        Ok(sending) => Box::pin(async move {
            let received = sending.exchange().await?;
            let body = received.body.unwrap_or_default();
            Ok(StreamedResponse::new(
                received.response,
                body,
                sending.timeout(),
            ))
        }),
        Err(error) => Box::pin(ready(Err(error))),
    }
}

/// A successful response.
struct Received {
    response: RawResponse,
    /// What is left to be read.
    body: Option<Body>,
}

/// A request that is being sent.
///
/// Its futures refer to it, so that it is in memory once: what is passed by value to an `async fn` is there twice.
struct Sending {
    session: Arc<Session>,
    request: PreparedRequest,
    options: Options,
    reading: Reading,
    span: Span,
}

/// How far a call has come, for the error in which it may end now.
#[derive(Debug, Default)]
struct Progress {
    attempts: u32,
    /// Whether an attempt that has ended may have been carried out.
    maybe_sent: bool,
    under_way: UnderWay,
}

/// Whether an attempt may be carried out at present.
#[derive(Debug, Default)]
enum UnderWay {
    #[default]
    No,
    Yes,
    /// As soon as it has a connection.
    Once(Arc<AtomicBool>),
}

impl Progress {
    fn maybe_sent(&self) -> bool {
        self.maybe_sent
            || match &self.under_way {
                UnderWay::No => false,
                UnderWay::Yes => true,
                UnderWay::Once(begun) => begun.load(Ordering::Relaxed),
            }
    }
}

impl Sending {
    fn new(
        session: Arc<Session>,
        request: Result<PreparedRequest>,
        options: Options,
        reading: Reading,
    ) -> Result<Box<Self>> {
        let request = request?;
        let span = Span::new(&request.endpoint, request.origin());
        Ok(Box::new(Self {
            session,
            request,
            options,
            reading,
            span,
        }))
    }

    async fn exchange(&self) -> Result<Received> {
        self.span.enter(self.within_deadline()).await
    }

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
                // Most calls have no deadline, and should not have room for a second copy of this.
                let sending = Box::pin(self.repeat(&mut progress, end));
                let done = timeout(deadline, sending).await;
                done.unwrap_or_else(|_| {
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
                Err(error.sent(progress.attempts, progress.maybe_sent()))
            }
        }
    }

    /// Sends until there is a response, or no further attempt is allowed before the end.
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
            // In the future of the call, it would be there several times.
            let message = Box::new(self.message(&credentials)?);
            let permission = self.permission().await;
            let began = *began.get_or_insert_with(Instant::now);

            progress.attempts += 1;
            self.span.sending(progress.attempts);
            let result = self
                .attempt(message, &credentials, permission, progress)
                .await;
            progress.under_way = UnderWay::No;

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
        message: Box<Request<Body>>,
        credentials: &Credentials,
        permission: Option<Permission>,
        progress: &mut Progress,
    ) -> Result<Received> {
        let plan = Plan {
            limit: self.timeout(),
            most: self.session.max_response_size,
            is_head: self.request.method == Method::HEAD,
            redirects: self.options.redirects,
            reading: self.reading,
        };
        let report = match &self.session.transport {
            Channel::Network(network) => {
                let attempt = network.attempt(*message, plan, permission)?;
                progress.under_way = match &attempt.begun {
                    None => UnderWay::Yes,
                    Some(begun) => UnderWay::Once(Arc::clone(begun)),
                };
                attempt.await
            }
            Channel::Custom(transport) => {
                progress.under_way = UnderWay::Yes;
                Box::pin(exchange(transport.send(*message), plan, permission)).await
            }
        };
        if let Some((status, time)) = report.head {
            self.span.received(progress.attempts, status, time);
        }
        if let Some(pause) = report.pause {
            self.span.pause(self.request.endpoint.service(), pause);
        }
        match report.result {
            Ok(answer) => self.received(answer, credentials, progress.attempts),
            Err(Broken::TooLate) => Err(self.too_late(plan.limit)),
            Err(Broken::Failed(error)) => Err(self.broken(error, credentials)),
            Err(Broken::TooLarge(head)) => Err(self
                .error(ErrorKind::TooLarge)
                .detail(format!(
                    "the response is larger than {} bytes, which `max_response_size` allows",
                    plan.most
                ))
                .response(head.status, head.headers, Bytes::new(), &Hidden::default())
                .sent(1, true)),
        }
    }

    fn received(
        &self,
        answer: Answer,
        credentials: &Credentials,
        attempts: u32,
    ) -> Result<Received> {
        let (status, headers) = (answer.head.status, answer.head.headers);
        let (body, open) = match answer.content {
            Content::Whole(body) => (body, None),
            Content::Open(body) => (Bytes::new(), Some(body)),
        };
        if answer.is_success {
            let response = RawResponse {
                endpoint: self.request.endpoint.clone(),
                status,
                headers,
                body,
                attempts,
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
            .wait(answer.retry_after)
            // Nothing but a 4xx says for certain that nothing was done.
            .sent(attempts, !status.is_client_error()))
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

#[cfg(test)]
mod tests {
    use std::mem::size_of_val;

    use super::*;
    use crate::Client;

    #[test]
    fn the_future_of_a_call_is_small() {
        let client = Client::builder().app_id("a").auth_token("t");
        let client = client.base_url("http://127.0.0.1:9").build().unwrap();
        let call = || client.request(Method::GET, "/API/assets/v1/assets/0b1c/");
        let (session, request, options) = call().into_parts();
        let whole = run(session, request, options);
        let (session, request, options) = call().into_parts();
        let open = open(session, request, options);
        let sizes = [size_of_val(&*whole), size_of_val(&*open)];
        assert!(sizes.iter().all(|size| *size < 1_024), "{sizes:?}");
    }
}
