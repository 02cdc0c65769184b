//! The client: one configured way to one iconik system.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Method};
use secrecy::SecretString;

use crate::action::Action;
use crate::call::Call;
use crate::credentials::{Credentials, CredentialsProvider};
use crate::error::{Error, Result};
use crate::limit::Limiter;
use crate::request::{self, PreparedRequest};
use crate::response::Raw;
use crate::retry::{Budget, RetryPolicy};
use crate::transport::{Network, Transport};

const DEFAULT_BASE_URL: &str = "https://app.iconik.io";
const USER_AGENT: &str = concat!("iconik-api/", env!("CARGO_PKG_VERSION"));
const HAS_TLS: bool = cfg!(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
));

/// A client of one iconik system. Cheap to clone; clones share connections, pace and retry budget.
///
/// ```
/// # fn example() -> iconik_api::Result<()> {
/// let client = iconik_api::Client::builder()
///     .app_id("my-app-id")
///     .auth_token("my-token")
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) transport: Arc<dyn Transport>,
    base: Base,
    pub(crate) credentials: CredentialsProvider,
    pub(crate) user_agent: HeaderValue,
    pub(crate) timeout: Duration,
    pub(crate) deadline: Option<Duration>,
    pub(crate) max_response_size: usize,
    pub(crate) retry: RetryPolicy,
    pub(crate) budget: Budget,
    pub(crate) limiter: Limiter,
}

impl Client {
    /// Settings for a new client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// A client from the environment: `ICONIK_APP_ID`, `ICONIK_AUTH_TOKEN`, and `ICONIK_BASE_URL`
    /// where it is not <https://app.iconik.io>.
    ///
    /// # Errors
    ///
    /// When a variable is missing or cannot be used; the error names it.
    pub fn from_env() -> Result<Self> {
        ClientBuilder::from_vars(|name| std::env::var(name).ok())?.build()
    }

    /// Makes a call of a request: `client.send(&request).await`.
    ///
    /// The request is encoded at once and can be used again; nothing is sent until the call is
    /// awaited.
    pub fn send<A: Action>(&self, request: &A) -> Call<A::Response> {
        let base = &self.inner.base;
        Call::new(
            self.clone(),
            request::encode(request, &base.url, base.origin),
        )
    }

    /// Makes a call of an endpoint that this version does not describe.
    ///
    /// The path begins with a slash, usually with `/API/`, and may hold a query; it must be
    /// percent-encoded. The host is always the client's own. The answer is a
    /// [`RawResponse`](crate::RawResponse) unless the call is told otherwise:
    ///
    /// ```
    /// # async fn example(client: iconik_api::Client) -> iconik_api::Result<()> {
    /// use http::Method;
    ///
    /// let found = client
    ///     .request(Method::POST, "/API/search/v1/search/")
    ///     .query("per_page", 50)
    ///     .json(&serde_json::json!({ "doc_types": ["assets"], "query": "storm" }))
    ///     .json_value()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: Method, path: &str) -> Call<Raw> {
        let base = &self.inner.base;
        Call::new(
            self.clone(),
            PreparedRequest::custom(method, path, &base.url, base.origin),
        )
    }

    /// The address of the system, without a slash at its end.
    pub fn base_url(&self) -> &str {
        &self.inner.base.url
    }
}

/// Two clients are equal if one is a clone of the other.
impl PartialEq for Client {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }
}

impl Eq for Client {}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.inner.base.url)
            .finish_non_exhaustive()
    }
}

/// The address of the system.
struct Base {
    /// Scheme, host and port, then the path of a gateway if there is one.
    url: String,
    /// Where the path begins in `url`.
    origin: usize,
    https: bool,
    loopback: bool,
}

impl Base {
    fn parse(text: &str) -> Result<Self> {
        let wrong = |why: &str| Error::config(format!("base URL: {why}"));
        // The parser of the HTTP client, so that it takes every URL made from this one as it is:
        // the host in lower case, no port that goes without saying.
        let parsed = reqwest::Url::parse(text.trim())
            .map_err(|_| wrong("it is not a URL like https://app.iconik.io"))?;
        let https = match parsed.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(wrong("it must begin with https://")),
        };
        let host = parsed.host_str().ok_or_else(|| wrong("it has no host"))?;
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err(wrong("user name and password do not belong there"));
        }
        if parsed.query().is_some() {
            return Err(wrong("it has a query"));
        }
        let mut url = parsed.origin().ascii_serialization();
        let origin = url.len();
        // The form with `/API` is common, too; the paths of the actions begin with it anyway.
        let path = parsed.path().trim_end_matches('/');
        url.push_str(path.strip_suffix("/API").unwrap_or(path));
        let loopback = is_loopback(host);
        Ok(Self {
            url,
            origin,
            https,
            loopback,
        })
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Settings for a [`Client`].
#[must_use = "a builder does nothing until `build`"]
pub struct ClientBuilder {
    app_id: Option<SecretString>,
    auth_token: Option<SecretString>,
    share_token: Option<SecretString>,
    credentials: Option<CredentialsProvider>,
    base_url: String,
    user_agent: Option<String>,
    connect_timeout: Duration,
    timeout: Duration,
    deadline: Option<Duration>,
    max_response_size: usize,
    plain_http: bool,
    retry: RetryPolicy,
    retry_budget: u32,
    limiter: Limiter,
    transport: Option<Arc<dyn Transport>>,
}

impl ClientBuilder {
    fn new() -> Self {
        Self {
            app_id: None,
            auth_token: None,
            share_token: None,
            credentials: None,
            base_url: DEFAULT_BASE_URL.to_owned(),
            user_agent: None,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(60),
            deadline: None,
            max_response_size: 256 << 20,
            plain_http: false,
            retry: RetryPolicy::default(),
            retry_budget: Budget::DEFAULT,
            limiter: Limiter::default(),
            transport: None,
        }
    }

    fn from_vars(var: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let get = |name: &str| {
            let value = var(name).map(|value| value.trim().to_owned());
            value.filter(|value| !value.is_empty())
        };
        let need = |name: &str| {
            get(name)
                .ok_or_else(|| Error::config(format!("the environment variable {name} is not set")))
        };
        let mut builder = Self::new()
            .app_id(need("ICONIK_APP_ID")?)
            .auth_token(need("ICONIK_AUTH_TOKEN")?);
        if let Some(base_url) = get("ICONIK_BASE_URL") {
            builder = builder.base_url(base_url);
        }
        Ok(builder)
    }

    /// Sets the App-ID of the application token.
    pub fn app_id(mut self, app_id: impl Into<SecretString>) -> Self {
        self.app_id = Some(app_id.into());
        self
    }

    /// Sets the token, as iconik shows it: without `Bearer`.
    pub fn auth_token(mut self, token: impl Into<SecretString>) -> Self {
        self.auth_token = Some(token.into());
        self
    }

    /// Sets the token of a share login, for the actions that take it.
    pub fn share_token(mut self, token: impl Into<SecretString>) -> Self {
        self.share_token = Some(token.into());
        self
    }

    /// Sets all credentials at once: [`Credentials`], or
    /// [`RotatingCredentials`](crate::RotatingCredentials) for tokens that change.
    pub fn credentials(mut self, credentials: impl Into<CredentialsProvider>) -> Self {
        self.credentials = Some(credentials.into());
        self
    }

    /// Sets the address of the system: `https://app.iconik.io` unless told otherwise.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// Adds the name of your program to `User-Agent`, behind this library's own.
    pub fn user_agent(mut self, program: impl Into<String>) -> Self {
        self.user_agent = Some(program.into());
        self
    }

    /// Sets how long making a connection may take: 10 seconds unless told otherwise.
    pub fn connect_timeout(mut self, time: Duration) -> Self {
        self.connect_timeout = time;
        self
    }

    /// Sets how long one attempt may take, from connecting to the last byte of the answer: 60
    /// seconds unless told otherwise.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = time;
        self
    }

    /// Sets how long a call may take altogether, with every attempt and every wait, also for its
    /// turn in the pace. Unlimited unless told otherwise: a queue of thousands of calls is slow
    /// without anything being wrong.
    pub fn deadline(mut self, time: Duration) -> Self {
        self.deadline = Some(time);
        self
    }

    /// Sets how many bytes an answer may have, uncompressed: 256 MiB unless told otherwise.
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.max_response_size = bytes;
        self
    }

    /// Allows `http://` to a host that is not this machine. Tokens can be read on the way.
    pub fn allow_plain_http(mut self) -> Self {
        self.plain_http = true;
        self
    }

    /// Sets what is sent again after a failure, and how often: [`RetryPolicy::none`] for nothing.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets how many repetitions all calls together may spend before some succeed: 100 unless
    /// told otherwise. Ten calls that succeed earn one back. Repetitions after a 429 are free.
    pub fn retry_budget(mut self, repetitions: u32) -> Self {
        self.retry_budget = repetitions;
        self
    }

    /// Sets the pace: a limiter that other clients share, another pace, or
    /// [`Limiter::unlimited`].
    pub fn limiter(mut self, limiter: Limiter) -> Self {
        self.limiter = limiter;
        self
    }

    /// Sends through something else than the network: a fake, a recorder, another HTTP client.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Makes the client. Nothing is sent.
    ///
    /// # Errors
    ///
    /// When credentials are missing, the address cannot be used, or TLS cannot be set up.
    pub fn build(self) -> Result<Client> {
        let base = Base::parse(&self.base_url)?;
        if !base.https && !base.loopback && !self.plain_http {
            return Err(Error::config(
                "base URL: http:// would send the tokens unencrypted; use https://, or `allow_plain_http` if that is meant",
            ));
        }
        let credentials = match (self.credentials, self.app_id) {
            (None, None) => {
                return Err(Error::config(
                    "no App-ID; set `app_id` and `auth_token`, or `credentials`",
                ));
            }
            (Some(_), Some(_)) => {
                return Err(Error::config(
                    "set either `credentials` or `app_id`, not both",
                ));
            }
            (Some(credentials), None) => {
                if self.auth_token.is_some() || self.share_token.is_some() {
                    return Err(Error::config(
                        "a token stands beside `credentials`; put it into them",
                    ));
                }
                credentials
            }
            (None, Some(app_id)) => {
                let mut credentials = Credentials::app(app_id);
                if let Some(token) = self.auth_token {
                    credentials = credentials.auth_token(token);
                }
                if let Some(token) = self.share_token {
                    credentials = credentials.share_token(token);
                }
                credentials.into()
            }
        };
        let user_agent = match self.user_agent {
            None => HeaderValue::from_static(USER_AGENT),
            Some(program) => {
                HeaderValue::try_from(format!("{USER_AGENT} {program}")).map_err(|_| {
                    Error::config("user agent: it holds a character that no header may carry")
                })?
            }
        };
        let transport = match self.transport {
            Some(transport) => transport,
            None if base.https && !HAS_TLS => {
                return Err(Error::config(
                    "https:// needs TLS: enable the feature `rustls`, `rustls-no-provider` or `native-tls`, or set a transport",
                ));
            }
            None => {
                let network =
                    Network::new(self.connect_timeout, base.loopback).map_err(|source| {
                        Error::config(format!("the HTTP client cannot be set up: {source}"))
                            .source(source)
                    })?;
                Arc::new(network)
            }
        };
        Ok(Client {
            inner: Arc::new(Inner {
                transport,
                base,
                credentials,
                user_agent,
                timeout: self.timeout,
                deadline: self.deadline,
                max_response_size: self.max_response_size,
                retry: self.retry,
                budget: Budget::new(self.retry_budget),
                limiter: self.limiter,
            }),
        })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address may hold a password until `build` has refused it.
        f.debug_struct("ClientBuilder").finish_non_exhaustive()
    }
}
