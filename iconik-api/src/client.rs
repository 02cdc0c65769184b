//! The client: one configured way to one iconik system.

mod base_url;
#[cfg(feature = "blocking")]
pub mod blocking;
mod builder;

use std::fmt;
use std::sync::Arc;

use http::Method;

use self::base_url::BaseUrl;
use crate::data::secret::Secret;
use crate::error::Result;
use crate::http::action::{Action, encode};
use crate::http::call::Call;
use crate::http::credentials::CredentialsProvider;
use crate::http::decode::Raw;
use crate::http::foreign::ForeignUrl;
use crate::http::request::PreparedRequest;
use crate::http::session::Session;

pub use self::builder::ClientBuilder;

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
    session: Arc<Session>,
    base_url: Arc<BaseUrl>,
}

impl Client {
    /// Returns the settings for a new client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// Creates a client from the environment: `ICONIK_APP_ID`, `ICONIK_AUTH_TOKEN`, and `ICONIK_BASE_URL`
    /// where it is not <https://app.iconik.io>.
    ///
    /// # Errors
    ///
    /// When a variable is missing or cannot be used; the error names it.
    pub fn from_env() -> Result<Self> {
        ClientBuilder::from_vars(|name| std::env::var(name).ok())?.build()
    }

    /// Makes a call of a request: `client.call(&request).await`.
    ///
    /// The request is encoded at once and can be used again; nothing is sent until the call is
    /// awaited.
    pub fn call<A: Action>(&self, request: &A) -> Call<A::Response> {
        let base = &self.base_url;
        Call::new(
            Arc::clone(&self.session),
            encode(request, &base.url, base.origin),
        )
    }

    /// Makes a call of an endpoint that this version does not describe.
    ///
    /// The path begins with a slash, usually with `/API/`, and may hold a query; it must be
    /// percent-encoded. The host is always the client's own. By default, the response is a
    /// [`RawResponse`](crate::RawResponse):
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
    /// # iconik_api::mock::run_example(example);
    /// ```
    pub fn request(&self, method: Method, path: &str) -> Call<Raw> {
        let base = &self.base_url;
        Call::new(
            Arc::clone(&self.session),
            PreparedRequest::custom(method, path, &base.url, base.origin),
        )
    }

    /// Makes a GET of a signed URL, without credentials of iconik.
    ///
    /// iconik does not deliver the bytes of files, proxies and keyframes itself: responses contain
    /// URLs of the storage that has them, Amazon S3 for example, which are signed for one object and
    /// some hours. Such a URL is a credential: whoever has it can read the object, so that it must not
    /// appear in a log. And it is complete: `App-ID` and `Auth-Token` must never be sent with it, they
    /// would be given to another host. That is why [`request`](Self::request) takes no URLs.
    ///
    /// The call shares the connections, timeouts and retries of the client, but not its pace,
    /// which is for iconik alone. Errors and traces contain the host and nothing else of the URL.
    /// The URL must begin with `https://`; `http://` is allowed to this machine, and where
    /// [`ClientBuilder::allow_plain_http`] was called.
    ///
    /// ```
    /// # async fn example(client: iconik_api::Client, url: &str) -> iconik_api::Result<()> {
    /// let mut response = client.fetch(url).open().await?;
    /// while let Some(chunk) = response.chunk().await? {
    ///     println!("{} bytes", chunk.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn fetch(&self, url: impl Into<Secret>) -> Call<Raw> {
        let url = ForeignUrl::parse(&Method::GET, &url.into(), self.session.plain_http);
        let request = url.map(|url| PreparedRequest::foreign(Method::GET, &url));
        Call::new(Arc::clone(&self.session), request)
    }

    /// What all calls share, for the helpers that send requests to other hosts.
    #[cfg(any(feature = "download", feature = "upload"))]
    pub(crate) fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// Returns the address of the system, without a slash at its end.
    pub fn base_url(&self) -> &str {
        &self.base_url.url
    }

    /// Returns a client with other credentials that shares the rest: connections, pace, retry
    /// budget and settings.
    ///
    /// For a program that acts for several users or tenants of one iconik system. The settings of
    /// a single call are on [`Call::credentials`].
    ///
    /// ```
    /// # fn example(client: iconik_api::Client) {
    /// use iconik_api::Credentials;
    ///
    /// let for_ann = client.with_credentials(Credentials::new("my-app-id", "token-of-ann"));
    /// # }
    /// ```
    pub fn with_credentials(&self, credentials: impl Into<CredentialsProvider>) -> Self {
        let session = Session {
            credentials: credentials.into(),
            ..Session::clone(&self.session)
        };
        Self {
            session: Arc::new(session),
            base_url: Arc::clone(&self.base_url),
        }
    }
}

/// Two clients are equal if one is a clone of the other.
impl PartialEq for Client {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.session, &other.session)
    }
}

impl Eq for Client {}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.base_url.url)
            .finish_non_exhaustive()
    }
}
