//! One call: a request on its way, with what is special about this one.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, Uri};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep, timeout};

use crate::action::{ActionMeta, Auth, Endpoint};
use crate::client::{Client, Inner};
use crate::credentials::{BoxFuture, Credentials, CredentialsProvider};
use crate::error::{Error, ErrorKind, Result};
use crate::limit::Grant;
use crate::request::{ParamValue, PreparedRequest};
use crate::response::{Decode, Json, Raw, RawResponse};
use crate::retry::{Failed, RetryPolicy, retry_after};
use crate::trace::Span;
use crate::transport::{Failure, ReadError, TransportError};

/// How many bytes of an error's body are kept.
const MOST_OF_AN_ERROR: usize = 1 << 20;
/// How long the body of an error is waited for.
const LONGEST_ERROR: Duration = Duration::from_secs(5);

/// A request together with the client that will send it, and settings for this one call.
///
/// Await it to send it.
///
/// ```
/// # async fn example(client: iconik_api::Client) -> iconik_api::Result<()> {
/// use std::time::Duration;
///
/// let answer = client
///     .request(http::Method::GET, "/API/assets/v1/assets/")
///     .query("per_page", 10)
///     .timeout(Duration::from_secs(5))
///     .json_value()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<D> {
    client: Client,
    request: Result<PreparedRequest>,
    options: Options,
    decode: PhantomData<fn() -> D>,
}

/// What is special about one call.
#[derive(Clone, Debug, Default)]
struct Options {
    accept: &'static str,
    timeout: Option<Duration>,
    deadline: Option<Duration>,
    credentials: Option<CredentialsProvider>,
    retry: Option<RetryPolicy>,
}

impl<D: Decode> Call<D> {
    pub(crate) fn new(client: Client, request: Result<PreparedRequest>) -> Self {
        let options = Options {
            accept: D::ACCEPT,
            ..Options::default()
        };
        Self {
            client,
            request,
            options,
            decode: PhantomData,
        }
    }
}

impl<D> Call<D> {
    /// Adds a header, or replaces it. Headers with credentials are set by
    /// [`credentials`](Self::credentials) only.
    pub fn header<N>(self, name: N, value: impl ParamValue) -> Self
    where
        N: TryInto<HeaderName>,
    {
        let name = name.try_into();
        self.change(|request| match name {
            Ok(name) => request.push_header(name, &value),
            Err(_) => {
                Err(request.problem("a header name holds a character that no name may hold".into()))
            }
        })
    }

    /// Adds a query parameter, also one that the action does not document.
    pub fn query(self, name: &str, value: impl ParamValue) -> Self {
        self.change(|request| {
            request.push_query(name, &value);
            Ok(())
        })
    }

    /// Sets the JSON body, or replaces it.
    pub fn json<B: Serialize + ?Sized>(self, body: &B) -> Self {
        self.change(|request| request.set_json(body))
    }

    /// Sends other credentials than the client's: those of another user or tenant of the same
    /// system.
    pub fn credentials(mut self, credentials: impl Into<CredentialsProvider>) -> Self {
        self.options.credentials = Some(credentials.into());
        self
    }

    /// Says which credentials are sent, for an endpoint that is not described.
    pub fn auth(self, auth: Auth) -> Self {
        self.change(|request| {
            request.auth = auth;
            Ok(())
        })
    }

    /// Says whether the request may be sent again when nobody knows whether it was carried out.
    pub fn idempotent(self, idempotent: bool) -> Self {
        self.change(|request| {
            request.idempotent = idempotent;
            Ok(())
        })
    }

    /// Repeats this call by other rules than the client's: [`RetryPolicy::none`] for not at all.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.options.retry = Some(policy);
        self
    }

    /// Sets how long one attempt of this call may take.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.options.timeout = Some(time);
        self
    }

    /// Sets how long this call may take altogether, with every attempt and every wait.
    pub fn deadline(mut self, time: Duration) -> Self {
        self.options.deadline = Some(time);
        self
    }

    /// Reads the answer as a type of your own.
    pub fn decode_as<T: DeserializeOwned + 'static>(self) -> Call<Json<T>> {
        self.read_by()
    }

    /// Reads the answer as any JSON.
    pub fn json_value(self) -> Call<Json<serde_json::Value>> {
        self.read_by()
    }

    /// Gives status, headers and bytes of the answer.
    pub fn raw(self) -> Call<Raw> {
        self.read_by()
    }

    /// What would be sent, without credentials.
    ///
    /// # Errors
    ///
    /// When an argument cannot be sent.
    pub fn prepared(&self) -> Result<&PreparedRequest, &Error> {
        self.request.as_ref()
    }

    fn read_by<E>(self) -> Call<E> {
        let Self {
            client,
            request,
            options,
            decode: _,
        } = self;
        Call {
            client,
            request,
            options,
            decode: PhantomData,
        }
    }

    fn change(mut self, change: impl FnOnce(&mut PreparedRequest) -> Result<()>) -> Self {
        if let Ok(request) = &mut self.request {
            if let Err(error) = change(request) {
                self.request = Err(error);
            }
        }
        self
    }
}

/// A call that is made again and again, with another query each time: the pages of a list.
pub(crate) struct Template {
    client: Client,
    pub(crate) request: PreparedRequest,
    options: Options,
}

impl<D> Call<D> {
    pub(crate) fn meta(&self) -> Option<&'static ActionMeta> {
        self.request.as_ref().ok()?.endpoint.meta()
    }

    pub(crate) fn into_template(self) -> Result<Template> {
        Ok(Template {
            client: self.client,
            request: self.request?,
            options: self.options,
        })
    }
}

impl Template {
    /// Sends it once, changed.
    pub(crate) fn send(&self, change: impl FnOnce(&mut PreparedRequest)) -> ResponseFuture<Raw> {
        let mut request = self.request.clone();
        change(&mut request);
        Call {
            client: self.client.clone(),
            request: Ok(request),
            options: self.options.clone(),
            decode: PhantomData,
        }
        .into_future()
    }
}

impl<D> fmt::Debug for Call<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("request", &self.request)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl<D: Decode> IntoFuture for Call<D> {
    type Output = Result<D::Output>;
    type IntoFuture = ResponseFuture<D>;

    fn into_future(self) -> ResponseFuture<D> {
        let Self {
            client,
            request,
            options,
            decode,
        } = self;
        ResponseFuture {
            response: Box::pin(run(client, request, options)),
            decode,
        }
    }
}

/// The answer that is to come. Dropping it gives the request up.
#[must_use = "a future does nothing until it is awaited"]
pub struct ResponseFuture<D> {
    response: BoxFuture<'static, Result<RawResponse>>,
    decode: PhantomData<fn() -> D>,
}

impl<D: Decode> Future for ResponseFuture<D> {
    type Output = Result<D::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.response
            .as_mut()
            .poll(context)
            .map(|response| D::decode(&response?))
    }
}

impl<D> fmt::Debug for ResponseFuture<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResponseFuture")
    }
}

/// Makes request types awaitable once they belong to a client.
#[macro_export]
#[doc(hidden)]
macro_rules! awaitable {
    ($($request:ident),* $(,)?) => {$(
        impl $request<$crate::Client> {
            /// Makes a call of it, for settings that are special to this call.
            pub fn send(self) -> $crate::Call<<Self as $crate::Action>::Response> {
                self.client.send(&self)
            }
        }

        impl ::std::future::IntoFuture for $request<$crate::Client> {
            type Output =
                $crate::Result<<<Self as $crate::Action>::Response as $crate::Decode>::Output>;
            type IntoFuture = $crate::ResponseFuture<<Self as $crate::Action>::Response>;

            fn into_future(self) -> Self::IntoFuture {
                ::std::future::IntoFuture::into_future(self.send())
            }
        }
    )*};
}

/// Sends a request and gives its answer: the one body that all actions share.
async fn run(
    client: Client,
    request: Result<PreparedRequest>,
    options: Options,
) -> Result<RawResponse> {
    let request = request?;
    if tokio::runtime::Handle::try_current().is_err() {
        let error = Error::new(ErrorKind::Runtime, request.endpoint);
        return Err(
            error.detail("there is no Tokio runtime here; the feature `blocking` needs none")
        );
    }
    let span = Span::new(&request.endpoint);
    let sending = Sending {
        client: &client.inner,
        request,
        options: &options,
        span: &span,
    };
    span.enter(sending.within_deadline()).await
}

struct Sending<'a> {
    client: &'a Inner,
    request: PreparedRequest,
    options: &'a Options,
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
    fn error(&self, kind: ErrorKind) -> Error {
        Error::new(kind, self.request.endpoint.clone())
    }

    async fn within_deadline(&self) -> Result<RawResponse> {
        let mut progress = Progress::default();
        let result = match self.deadline() {
            None => self.repeat(&mut progress, None).await,
            Some(deadline) => {
                let end = Instant::now().checked_add(deadline);
                let done = timeout(deadline, self.repeat(&mut progress, end)).await;
                done.unwrap_or_else(|_| {
                    Err(self
                        .error(ErrorKind::Timeout)
                        .detail(format!("not done within {deadline:?}")))
                })
            }
        };
        match result {
            Ok(mut response) => {
                response.attempts = progress.attempts;
                self.span
                    .done(progress.attempts, Some(response.status), None);
                Ok(response)
            }
            Err(error) => {
                self.span
                    .done(progress.attempts, error.status(), Some(error.kind().name()));
                Err(error.sent(progress.attempts, progress.maybe_sent || progress.under_way))
            }
        }
    }

    /// Sends until there is an answer, or nothing more to hope for before the end.
    async fn repeat(&self, progress: &mut Progress, end: Option<Instant>) -> Result<RawResponse> {
        let policy = self.options.retry.as_ref().unwrap_or(&self.client.retry);
        let provider = self
            .options
            .credentials
            .as_ref()
            .unwrap_or(&self.client.credentials);
        let mut stale = None;
        let mut began = None;
        loop {
            let (credentials, generation) = self.credentials(provider, stale).await?;
            let message = self.message(&credentials)?;
            let grant = self.turn().await;
            let began = *began.get_or_insert_with(Instant::now);

            progress.attempts += 1;
            progress.under_way = true;
            self.span.sending(progress.attempts);
            let result = self
                .attempt(message, &credentials, grant, progress.attempts)
                .await;
            progress.under_way = false;

            let error = match result {
                Ok(response) => {
                    self.client.budget.earn();
                    return Ok(response);
                }
                Err(error) => error,
            };
            progress.maybe_sent |= error.maybe_sent();
            if error.is_unauthorized() && provider.rotates() && stale.is_none() {
                // The token may just have been replaced. A refused request has done nothing.
                stale = Some(generation);
                continue;
            }
            let failed = Failed {
                error: &error,
                attempts: progress.attempts,
                idempotent: self.request.idempotent,
                elapsed: began.elapsed(),
            };
            let Some(wait) = policy.wait(&failed, &self.client.budget) else {
                return Err(error);
            };
            // To wait for the deadline would only bury this error under another one.
            if end.is_some_and(|end| wait >= end.saturating_duration_since(Instant::now())) {
                return Err(error);
            }
            self.span.waiting("to try again", wait);
            sleep(wait).await;
        }
    }

    async fn credentials(
        &self,
        provider: &CredentialsProvider,
        stale: Option<u64>,
    ) -> Result<(Credentials, u64)> {
        let limit = self.timeout();
        let failed = |detail: String| self.error(ErrorKind::Credentials).detail(detail);
        match timeout(limit, provider.get(stale)).await {
            Ok(Ok(found)) => Ok(found),
            Ok(Err(source)) => {
                Err(failed("the source of the credentials failed".into()).shared_source(source))
            }
            Err(_) => Err(failed(format!(
                "the source of the credentials gave none within {limit:?}"
            ))),
        }
    }

    fn deadline(&self) -> Option<Duration> {
        self.options.deadline.or(self.client.deadline)
    }

    fn timeout(&self) -> Duration {
        self.options.timeout.unwrap_or(self.client.timeout)
    }

    /// Waits for a place in the pace.
    async fn turn(&self) -> Option<Grant> {
        let asked = Instant::now();
        let grant = self.client.limiter.acquire().await;
        let waited = asked.elapsed();
        if waited > Duration::from_millis(1) {
            self.span.waiting("for the pace", waited);
        }
        grant
    }

    async fn attempt(
        &self,
        message: Request<Bytes>,
        credentials: &Credentials,
        grant: Option<Grant>,
        number: u32,
    ) -> Result<RawResponse> {
        let limit = self.timeout();
        let started = Instant::now();
        let (status, headers, body) = self.exchange(message, started, limit).await?;
        self.span.answered(number, status, started.elapsed());
        let retry_after = retry_after(status, &headers);
        self.client
            .limiter
            .observe(grant, status, &headers, retry_after);
        if status.is_success() {
            let endpoint = self.request.endpoint.clone();
            return Ok(RawResponse {
                endpoint,
                status,
                headers,
                body,
                attempts: number,
            });
        }
        let mut error = self.error(ErrorKind::Status);
        if status.is_redirection() {
            error =
                error.detail("redirects are not followed: the tokens are for this address only");
        }
        Err(error
            .response(status, headers, body, &credentials.secrets())
            .wait(retry_after)
            .sent(number, status.is_server_error()))
    }

    /// The message with everything that all requests carry.
    fn message(&self, credentials: &Credentials) -> Result<Request<Bytes>> {
        let mut headers = HeaderMap::with_capacity(8);
        headers.insert(USER_AGENT, self.client.user_agent.clone());
        headers.insert(ACCEPT, HeaderValue::from_static(self.options.accept));
        if self.request.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
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
        let mut message = Request::new(self.request.body.clone().unwrap_or_default());
        *message.method_mut() = self.request.method.clone();
        *message.uri_mut() = uri;
        *message.headers_mut() = headers;
        Ok(message)
    }

    async fn exchange(
        &self,
        request: Request<Bytes>,
        started: Instant,
        limit: Duration,
    ) -> Result<(StatusCode, HeaderMap, Bytes)> {
        let too_late = |_| {
            self.error(ErrorKind::Timeout)
                .detail(format!("no complete answer within {limit:?}"))
                .sent(1, true)
        };
        let most = self.client.max_response_size;
        let sent = timeout(limit, self.client.transport.send(request)).await;
        let (head, body) = sent
            .map_err(too_late)?
            .map_err(|error| self.broken(error))?
            .into_parts();
        let left = limit.saturating_sub(started.elapsed());
        if !head.status.is_success() {
            // The status is the message. Its text may be cut short, but must not hide it.
            let most = most.min(MOST_OF_AN_ERROR);
            let body = body.read_some(most, left.min(LONGEST_ERROR)).await;
            return Ok((head.status, head.headers, body));
        }
        let length = head
            .headers
            .get(CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.parse().ok());
        let body = match length {
            Some(length) if length > most => Err(ReadError::TooLarge),
            length => timeout(left, body.read(most, length))
                .await
                .map_err(too_late)?,
        };
        match body {
            Ok(body) => Ok((head.status, head.headers, body)),
            Err(ReadError::Failed(error)) => Err(self.broken(error)),
            Err(ReadError::TooLarge) => Err(self
                .error(ErrorKind::TooLarge)
                .detail(format!(
                    "the answer is larger than the {most} bytes that the client takes"
                ))
                .response(head.status, head.headers, Bytes::new(), &[])
                .sent(1, true)),
        }
    }

    fn broken(&self, error: TransportError) -> Error {
        let (kind, what, maybe_sent) = match error.failure {
            Failure::Refused => (ErrorKind::Request, "the request cannot be sent", false),
            Failure::Connect => (ErrorKind::Connect, "no connection was made", false),
            Failure::Timeout => (ErrorKind::Timeout, "no complete answer came in time", true),
            Failure::Broken => (ErrorKind::Transport, "the connection failed", true),
        };
        self.error(kind)
            .detail(what)
            .source(error)
            .sent(1, maybe_sent)
    }
}

/// Nothing in a call's future may tie it to one thread.
const _: fn() = || {
    fn is_send<T: Send + 'static>() {}
    is_send::<ResponseFuture<Raw>>();
    is_send::<Call<Raw>>();
    is_send::<Endpoint>();
};
