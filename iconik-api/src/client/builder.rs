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
use crate::http::network::{Network, Settings};
use crate::http::retry::{Budget, RetryPolicy};
use crate::http::session::{Channel, Session};
use crate::http::transport::Transport;

const DEFAULT_BASE_URL: &str = "https://app.iconik.io";
const USER_AGENT: &str = concat!("iconik-api/", env!("CARGO_PKG_VERSION"));
const HAS_TLS: bool = cfg!(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
));

/// Settings for a [`Client`].
///
/// # Defaults
///
/// | setting | default |
/// |---|---|
/// | [`base_url`](Self::base_url) | `https://app.iconik.io` |
/// | [`timeout`](Self::timeout) of an attempt | 60 seconds |
/// | [`connect_timeout`](Self::connect_timeout) | 10 seconds |
/// | [`deadline`](Self::deadline) of a call | none |
/// | [`retry`](Self::retry): attempts | at most 5, the last of which begins within 5 minutes |
/// | waits between attempts | random, at most 0.5, 1, 2 and 4 seconds |
/// | longest `Retry-After` that is waited for | 2 minutes |
/// | [`retry_budget`](Self::retry_budget) of all calls | 100 retries |
/// | [`limiter`](Self::limiter) | 50 requests a second and 1,000 in 20 seconds for each service, or what iconik documents for it |
/// | longest pause after a 429 | 2 minutes |
/// | [`max_connections`](Self::max_connections) to a host | 64 |
/// | a connection that is not used is closed after | 90 seconds |
/// | [`max_response_size`](Self::max_response_size) | 256 MiB |
/// | objects of a response in memory | at most 8 times its size, or 32 MiB if that is more |
/// | body of an error that is kept | at most 1 MiB, as far as it arrives within 5 seconds |
/// | proxy | that of the environment, see below |
///
/// # Proxies
///
/// The variables `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` are respected, in capital or small
/// letters, as other programs do; they are read when the client is built. Requests to this machine never
/// use a proxy. A proxy that opens TLS connections has a certificate of its own, which
/// [`root_certificate`](Self::root_certificate) makes trusted. For anything else, a
/// [`transport`](Self::transport) can use any HTTP client.
///
/// # Runtimes
///
/// A client works in every async runtime, in several of them at once, and in one that ends while others go on:
/// a `static` client can be used by all tests of a program. Connections and clocks are driven by one
/// thread of the process, which the first client starts. After a fork, only the parent process has that thread:
/// build clients in the child.
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
    max_connections: usize,
    root_certificates: Vec<Vec<u8>>,
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
            max_connections: 64,
            root_certificates: Vec::new(),
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

    /// Sets the address of the system: scheme, host and perhaps the path of a gateway, without the path of a
    /// service. Default: `https://app.iconik.io`.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// Adds the name of your program to `User-Agent`, after that of this library.
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

    /// Sets how long a call may take altogether: with its waits for the pace and for a connection, the fetch of
    /// credentials, every attempt and every pause. Each page of a list is a call of its own. Default: no
    /// deadline, because a queue of thousands of calls is slow without anything being wrong.
    pub fn deadline(mut self, time: Duration) -> Self {
        self.deadline = Some(time);
        self
    }

    /// Sets how many bytes the body of a response may have, uncompressed; a larger one is an error of kind
    /// [`TooLarge`](crate::ErrorKind::TooLarge). A body that is read as a stream may have any size. Default: 256
    /// MiB.
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.max_response_size = bytes;
        self
    }

    /// Sets how many requests to one host may be under way at once; over HTTP/1.1, each has a connection of its
    /// own. Default: 64.
    ///
    /// Further requests wait until another one is done. That wait counts for the
    /// [`deadline`](Self::deadline), not for the [`timeout`](Self::timeout), and it ends whatever the program
    /// does: a request that has begun is finished also if its future is not polled any more. A response that
    /// is read as a stream ([`Call::open`](crate::Call::open)) keeps its connection, but is not counted once its
    /// head is received. Requests that share a connection by HTTP/2 are not counted at all, and a
    /// [`transport`](Self::transport) of your own sees to this itself.
    pub fn max_connections(mut self, requests: usize) -> Self {
        self.max_connections = requests;
        self
    }

    /// Trusts a certificate authority, besides those of the system: one that signs the certificate of a proxy of
    /// your company, for example. The text is PEM and may contain several certificates.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let root = std::fs::read("/etc/company/root.pem")?;
    /// let client = iconik_api::Client::builder()
    ///     .app_id("my-app-id")
    ///     .auth_token("my-token")
    ///     .root_certificate(root)
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates.push(pem.into());
        self
    }

    /// Allows `http://` to a host that is not this machine. Others can read the tokens on the way. Default: not
    /// allowed.
    pub fn allow_plain_http(mut self) -> Self {
        self.plain_http = true;
        self
    }

    /// Sets what is retried after a failure, and how often: [`RetryPolicy::none`] for nothing. Default:
    /// [`RetryPolicy::default`].
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets how many retries all calls together may spend before some succeed. Ten calls that succeed earn one
    /// back. Retries after a 429 are free. Default: 100.
    pub fn retry_budget(mut self, retries: u32) -> Self {
        self.retry_budget = retries;
        self
    }

    /// Sets the pace: a limiter that other clients share, another pace, or
    /// [`Limiter::unlimited`]. Default: [`Limiter::default`], which this client and its clones share.
    pub fn limiter(mut self, limiter: Limiter) -> Self {
        self.limiter = limiter;
        self
    }

    /// Sends requests by something other than the built-in HTTP client: a fake, a recorder, another client.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Sends requests to a mock, together with the action of each of them.
    #[cfg(feature = "testing")]
    pub(crate) fn mocked(mut self, transport: impl Transport) -> Self {
        self.describes = true;
        self.transport(transport)
    }

    /// Builds the client. Nothing is sent.
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
                        "set the tokens either in `credentials` or by themselves, not both",
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
                    Error::config(
                        "user agent: it contains a character that is not allowed in a header",
                    )
                })?
            }
        };
        let transport = match self.transport {
            Some(transport) => Channel::Custom(transport),
            None if base.https && !HAS_TLS => {
                return Err(Error::config(
                    "https:// needs TLS: enable the feature `rustls`, `rustls-no-provider` or `native-tls`, or set a transport",
                ));
            }
            None => {
                let network = Network::new(Settings {
                    base: base.parsed.clone(),
                    connect_timeout: self.connect_timeout,
                    connections: self.max_connections,
                    roots: self.root_certificates,
                    loopback: base.loopback,
                });
                Channel::Network(network.map_err(|source| {
                    Error::config("the HTTP client cannot be set up").source(source)
                })?)
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
        // The address may contain a password until `build` has refused it.
        f.debug_struct("ClientBuilder").finish_non_exhaustive()
    }
}
