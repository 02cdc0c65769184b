//! One call: a request on its way, with what is special about this one.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::HeaderName;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::content::MediaContent;
use super::credentials::{BoxFuture, CredentialsProvider};
use super::decode::{Decode, Json, Raw};
use super::meta::{Auth, Endpoint};
use super::param::ParamValue;
use super::request::PreparedRequest;
use super::response::RawResponse;
use super::retry::RetryPolicy;
use super::sending::{self, run};
use super::session::Session;
use super::streamed::StreamedResponse;
use crate::data::secret::collect;
use crate::error::{Error, Result};

/// A request together with the client that will send it, and settings for this one call.
///
/// Await it to send it.
///
/// ```
/// # async fn example(client: iconik_api::Client) -> iconik_api::Result<()> {
/// use std::time::Duration;
///
/// let assets = client
///     .request(http::Method::GET, "/API/assets/v1/assets/")
///     .query("per_page", 10)
///     .timeout(Duration::from_secs(5))
///     .json_value()
///     .await?;
/// # Ok(())
/// # }
/// # iconik_api::mock::run_example(example);
/// ```
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<D> {
    session: Arc<Session>,
    request: Result<PreparedRequest>,
    options: Options,
    decode: PhantomData<fn() -> D>,
}

/// What is special about one call.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    pub(super) accept: &'static str,
    /// Whether a redirect is a success.
    pub(super) redirects: bool,
    pub(super) timeout: Option<Duration>,
    pub(super) deadline: Option<Duration>,
    pub(super) credentials: Option<CredentialsProvider>,
    pub(super) retry: Option<RetryPolicy>,
}

impl<D: Decode> Call<D> {
    pub(crate) fn new(session: Arc<Session>, request: Result<PreparedRequest>) -> Self {
        let options = Options {
            accept: D::ACCEPT,
            redirects: D::REDIRECTS,
            ..Options::default()
        };
        Self {
            session,
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
            Err(_) => Err(request.problem(
                "a header name contains a character that is not allowed in a name".into(),
            )),
        })
    }

    /// Adds a query parameter, also one that the action does not document.
    pub fn query(self, name: &str, value: impl ParamValue) -> Self {
        self.change(|request| request.try_push_query(name, &value))
    }

    /// Sets the JSON body, or replaces it.
    pub fn json<B: Serialize + ?Sized>(self, body: &B) -> Self {
        self.change(|request| request.set_json(body))
    }

    /// Sets the body, or replaces it, by content of any media type.
    ///
    /// ```
    /// # async fn example(client: iconik_api::Client, xml: String) -> iconik_api::Result<()> {
    /// use iconik_api::MediaContent;
    ///
    /// client
    ///     .request(http::Method::POST, "/API/auth/v1/auth/saml/idp/convert/")
    ///     .content(MediaContent::new("application/xml", xml))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// # iconik_api::mock::run_example(|client| example(client, "<xml/>".to_owned()));
    /// ```
    pub fn content(self, content: MediaContent) -> Self {
        self.change(|request| request.set_content(content.media_type(), content.content().clone()))
    }

    /// Sends other credentials than the client's: those of another user or tenant of the same
    /// system.
    pub fn credentials(mut self, credentials: impl Into<CredentialsProvider>) -> Self {
        self.options.credentials = Some(credentials.into());
        self
    }

    /// Sets which credentials are sent, for an endpoint that is not described.
    pub fn auth(self, auth: Auth) -> Self {
        self.change(|request| {
            request.auth = auth;
            Ok(())
        })
    }

    /// Sets whether the request may be sent again when it is not known whether it was carried out.
    pub fn idempotent(self, idempotent: bool) -> Self {
        self.change(|request| {
            request.idempotent = idempotent;
            Ok(())
        })
    }

    /// Retries this call by other rules than the client's: [`RetryPolicy::none`] for not at all.
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

    /// Reads the response as a type of your own.
    pub fn decode_as<T: DeserializeOwned + 'static>(self) -> Call<Json<T>> {
        self.read_by()
    }

    /// Reads the response as any JSON.
    pub fn json_value(self) -> Call<Json<serde_json::Value>> {
        self.read_by()
    }

    /// Returns status, headers and bytes of the response.
    pub fn raw(self) -> Call<Raw> {
        self.read_by()
    }

    /// Sends the request, and returns the response as soon as its head is received: the body is read
    /// chunk by chunk, whatever its size.
    ///
    /// Failures until then are retried like those of every call.
    ///
    /// # Errors
    ///
    /// Those of awaiting the call.
    ///
    /// ```
    /// # async fn example(client: iconik_api::Client) -> iconik_api::Result<()> {
    /// let path = "/API/assets/v1/assets/2c5bfe1a-f149-11eb-a843-0a580a3db916/segments/vtt/";
    /// let mut response = client.request(http::Method::GET, path).open().await?;
    /// while let Some(chunk) = response.chunk().await? {
    ///     println!("{} bytes", chunk.len());
    /// }
    /// # Ok(())
    /// # }
    /// # iconik_api::mock::run_example(example);
    /// ```
    pub async fn open(self) -> Result<StreamedResponse> {
        sending::open(self.session, self.request, self.options).await
    }

    /// Returns what would be sent, without credentials.
    ///
    /// # Errors
    ///
    /// When an argument cannot be sent.
    pub fn prepared(&self) -> Result<&PreparedRequest, &Error> {
        self.request.as_ref()
    }

    #[cfg(test)]
    pub(super) fn into_parts(self) -> (Arc<Session>, Result<PreparedRequest>, Options) {
        (self.session, self.request, self.options)
    }

    fn read_by<E>(self) -> Call<E> {
        let Self {
            session,
            request,
            options,
            decode: _,
        } = self;
        Call {
            session,
            request,
            options,
            decode: PhantomData,
        }
    }

    fn change(mut self, change: impl FnOnce(&mut PreparedRequest) -> Result<()>) -> Self {
        if let Ok(request) = &mut self.request {
            let (changed, secrets) = collect(|| change(request));
            request.hide(secrets);
            if let Err(error) = changed {
                self.request = Err(error);
            }
        }
        self
    }
}

/// A call that is made again and again, with another query each time: the pages of a list.
pub(crate) struct Template {
    session: Arc<Session>,
    pub(crate) request: PreparedRequest,
    options: Options,
}

impl<D> Call<D> {
    pub(crate) fn into_template(self) -> Result<Template> {
        Ok(Template {
            session: self.session,
            request: self.request?,
            options: self.options,
        })
    }
}

impl Template {
    /// Returns whether a request that failed may be sent again at all.
    pub(crate) fn retries(&self) -> bool {
        let policy = self.options.retry.as_ref().unwrap_or(&self.session.retry);
        policy.retries()
    }

    /// Sends it once, changed.
    pub(crate) fn send(
        &self,
        change: impl FnOnce(&mut PreparedRequest) -> Result<()>,
    ) -> ResponseFuture<Raw> {
        let mut request = self.request.clone();
        let request = change(&mut request).map(|()| request);
        Call {
            session: Arc::clone(&self.session),
            request,
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
            session,
            request,
            options,
            decode,
        } = self;
        ResponseFuture {
            response: run(session, request, options),
            decode,
        }
    }
}

/// The response that is to come. Dropping it cancels the request.
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

/// Nothing in a call's future may tie it to one thread.
const _: fn() = || {
    fn is_send<T: Send + 'static>() {}
    is_send::<ResponseFuture<Raw>>();
    is_send::<Call<Raw>>();
    is_send::<Endpoint>();
};
