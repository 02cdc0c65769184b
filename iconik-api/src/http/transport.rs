//! The last step to the network, and the place where another HTTP client or a fake goes.

use std::fmt;
use std::io;

use http::{Request, Response};

use super::body::Body;
use super::credentials::BoxFuture;
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

/// Why there is no response. The difference that matters is whether the request may have arrived.
///
/// ```
/// use iconik_api::TransportError;
///
/// let error = TransportError::connect("no route to host");
/// assert_eq!(error.to_string(), "no route to host");
/// ```
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
    /// Creates an error for a connection that was not made: the request has certainly not arrived.
    pub fn connect(source: impl Into<BoxError>) -> Self {
        Self {
            failure: Failure::Connect,
            source: source.into(),
        }
    }

    /// Creates an error for a response that did not come in time: the request may have arrived.
    pub fn timeout(source: impl Into<BoxError>) -> Self {
        Self {
            failure: Failure::Timeout,
            source: source.into(),
        }
    }

    /// Creates an error for a connection that failed on the way: the request may have arrived.
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
