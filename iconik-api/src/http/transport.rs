//! The last step to the network, and the place where another HTTP client or a fake goes.

use std::fmt;
use std::io;
use std::time::Duration;

use http::{Request, Response};

use super::body::Body;
use super::credentials::BoxFuture;
use super::driver::Driven;
use crate::error::BoxError;

/// Sends one HTTP request, and returns the head of the response with a body to read.
///
/// It must not follow redirects, must not retry, and must not log headers: the client that uses it
/// handles failures.
///
/// ```
/// use http::{Request, Response};
/// use iconik_api::{Body, BoxFuture, Client, Transport, TransportError};
///
/// /// Returns an empty object, whatever is asked for.
/// #[derive(Debug)]
/// struct Fake;
///
/// impl Transport for Fake {
///     fn send(&self, _: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
///         Box::pin(async { Ok(Response::new(Body::from("{}"))) })
///     }
/// }
///
/// let client = Client::builder().app_id("app").auth_token("token").transport(Fake).build()?;
/// # Ok::<(), iconik_api::Error>(())
/// ```
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    /// Sends the request.
    fn send(&self, request: Request<Body>)
    -> BoxFuture<'_, Result<Response<Body>, TransportError>>;
}

/// Why no answer came. The difference that matters is whether the request can have arrived.
#[derive(Debug)]
pub struct TransportError {
    pub(crate) failure: Failure,
    pub(crate) source: BoxError,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    Refused,
    Connect,
    /// The two sides do not agree on TLS: the certificate is not trusted, for example.
    Tls,
    Timeout,
    Broken,
}

impl TransportError {
    /// No connection was made: the request has certainly not arrived.
    pub fn connect(source: impl Into<BoxError>) -> Self {
        Self {
            failure: Failure::Connect,
            source: source.into(),
        }
    }

    /// No answer came in time: the request may have arrived.
    pub fn timeout(source: impl Into<BoxError>) -> Self {
        Self {
            failure: Failure::Timeout,
            source: source.into(),
        }
    }

    /// The connection failed on the way: the request may have arrived.
    pub fn broken(source: impl Into<BoxError>) -> Self {
        Self {
            failure: Failure::Broken,
            source: source.into(),
        }
    }

    /// Nothing was sent, and nothing can be: an attempt later would fail in the same way.
    ///
    /// The message of the source becomes part of the message of the [`Error`](crate::Error).
    pub fn refused(source: impl Into<BoxError>) -> Self {
        Self {
            failure: Failure::Refused,
            source: source.into(),
        }
    }

    pub(super) fn from_reqwest(error: reqwest::Error) -> Self {
        // The URL holds query values.
        let error = error.without_url();
        if error.is_connect() && is_tls(&error) {
            Self {
                failure: Failure::Tls,
                source: error.into(),
            }
        } else if error.is_connect() {
            Self::connect(error)
        } else if error.is_timeout() {
            Self::timeout(error)
        } else if error.is_builder() {
            Self::refused(error)
        } else {
            Self::broken(error)
        }
    }
}

/// Whether TLS refused the server: another attempt would end in the same way.
fn is_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    if let Some(error) = error.downcast_ref::<io::Error>() {
        // What an I/O error contains is not what it names as its source.
        let within = error.get_ref();
        if error.kind() == io::ErrorKind::InvalidData || within.is_some_and(|within| is_tls(within))
        {
            return true;
        }
    }
    // The TLS of the operating system has no kind of its own for it.
    error.to_string().contains("certificate") || error.source().is_some_and(is_tls)
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // Its own words are what `Display` says already.
        self.source.source()
    }
}

/// The network, by reqwest.
#[derive(Debug)]
pub(crate) struct Network(reqwest::Client);

impl Network {
    pub(crate) fn new(connect_timeout: Duration, loopback: bool) -> Result<Self, BoxError> {
        let mut builder = reqwest::Client::builder()
            .connect_timeout(connect_timeout)
            // Tokens stand in headers that no HTTP client knows to be secret, so it would carry
            // them along wherever a redirect points.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            // What is repeated is decided in one place, and counted there.
            .retry(reqwest::retry::never());
        if loopback {
            // A proxy has no business with requests to this machine, least of all unencrypted ones.
            builder = builder.no_proxy();
        }
        Ok(Self(builder.build()?))
    }
}

impl Transport for Network {
    fn send(
        &self,
        request: Request<Body>,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let request = to_reqwest(request)?;
            // Its connections are used by later calls, perhaps in another runtime.
            let response = Driven::new(Box::pin(self.0.execute(request))).await;
            let response = response.map_err(TransportError::from_reqwest)?;
            Ok(Response::from(response).map(Body::from_reqwest))
        })
    }
}

fn to_reqwest(request: Request<Body>) -> Result<reqwest::Request, TransportError> {
    let (parts, body) = request.into_parts();
    let text = text_of(&parts.uri);
    let url = reqwest::Url::parse(&text).map_err(TransportError::refused)?;
    // The URL parser rewrites some paths. None of ours should be such a one; if one is, it would
    // name another endpoint than the one that was meant.
    if url.as_str() != text {
        return Err(TransportError::refused(
            "the URL would be rewritten on its way",
        ));
    }
    let mut request = reqwest::Request::new(parts.method, url);
    *request.headers_mut() = parts.headers;
    *request.body_mut() = body.into_reqwest();
    Ok(request)
}

/// What `Display` writes, without its many small steps.
fn text_of(uri: &http::Uri) -> String {
    let scheme = uri.scheme_str().unwrap_or_default();
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let path = uri.path_and_query().map_or("", |path| path.as_str());
    [scheme, "://", authority, path].concat()
}
