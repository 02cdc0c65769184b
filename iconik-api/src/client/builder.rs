//! The settings of a client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;

use super::Client;
use super::base_url::BaseUrl;
use crate::data::secret::Secret;
use crate::error::{Error, Result};
use crate::http::credentials::{Credentials, CredentialsProvider};
use crate::http::driver;
use crate::http::limit::Limiter;
use crate::http::retry::{Budget, RetryPolicy};
use crate::http::session::Session;
use crate::http::transport::{Network, Transport};

const DEFAULT_BASE_URL: &str = "https://app.iconik.io";
const USER_AGENT: &str = concat!("iconik-api/", env!("CARGO_PKG_VERSION"));
const HAS_TLS: bool = cfg!(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
));

/// Settings for a [`Client`].
#[must_use = "a builder does nothing until `build`"]
pub struct ClientBuilder {
    app_id: Option<Secret>,
    auth_token: Option<Secret>,
    share_token: Option<Secret>,
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
    #[cfg(feature = "testing")]
    describes: bool,
}

impl ClientBuilder {
    pub(super) fn new() -> Self {
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
            #[cfg(feature = "testing")]
            describes: false,
        }
    }

    pub(super) fn from_vars(var: impl Fn(&str) -> Option<String>) -> Result<Self> {
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
    pub fn app_id(mut self, app_id: impl Into<Secret>) -> Self {
        self.app_id = Some(app_id.into());
        self
    }

    /// Sets the token, as iconik shows it: without `Bearer`.
    pub fn auth_token(mut self, token: impl Into<Secret>) -> Self {
        self.auth_token = Some(token.into());
        self
    }

    /// Sets the token of a share login, for the actions that take it.
    pub fn share_token(mut self, token: impl Into<Secret>) -> Self {
        self.share_token = Some(token.into());
        self
    }

    /// Sets all credentials at once: [`Credentials`], or
    /// [`RotatingCredentials`](crate::RotatingCredentials) for tokens that change.
    pub fn credentials(mut self, credentials: impl Into<CredentialsProvider>) -> Self {
        self.credentials = Some(credentials.into());
        self
    }

    /// Sets the address of the system. Default: `https://app.iconik.io`.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// Adds the name of your program to `User-Agent`, behind this library's own.
    pub fn user_agent(mut self, program: impl Into<String>) -> Self {
        self.user_agent = Some(program.into());
        self
    }

    /// Sets how long making a connection may take. Default: 10 seconds.
    pub fn connect_timeout(mut self, time: Duration) -> Self {
        self.connect_timeout = time;
        self
    }

    /// Sets how long one attempt may take, from connecting to the last byte of the response. Default: 60
    /// seconds.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = time;
        self
    }

    /// Sets how long a call may take altogether: with its wait for the pace, the fetch of credentials, and
    /// every attempt and pause. Each page of a list is a call of its own. Default: no deadline, because a
    /// queue of thousands of calls is slow without anything being wrong.
    pub fn deadline(mut self, time: Duration) -> Self {
        self.deadline = Some(time);
        self
    }

    /// Sets how many bytes a response may have, uncompressed. Default: 256 MiB.
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

    /// Sends through a mock, which is told which action each message is for.
    #[cfg(feature = "testing")]
    pub(crate) fn mocked(mut self, transport: impl Transport) -> Self {
        self.describes = true;
        self.transport(transport)
    }

    /// Makes the client. Nothing is sent.
    ///
    /// # Errors
    ///
    /// When credentials are missing, the address cannot be used, or TLS cannot be set up.
    pub fn build(self) -> Result<Client> {
        driver::start()?;
        let base = BaseUrl::parse(&self.base_url)?;
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
        credentials.check().map_err(Error::config)?;
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
                        Error::config("the HTTP client cannot be set up").source(source)
                    })?;
                Arc::new(network)
            }
        };
        Ok(Client {
            base_url: Arc::new(base),
            session: Arc::new(Session {
                transport,
                credentials,
                user_agent,
                timeout: self.timeout,
                deadline: self.deadline,
                max_response_size: self.max_response_size,
                retry: self.retry,
                budget: Arc::new(Budget::new(self.retry_budget)),
                limiter: self.limiter,
                plain_http: self.plain_http,
                #[cfg(feature = "testing")]
                describes: self.describes,
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
