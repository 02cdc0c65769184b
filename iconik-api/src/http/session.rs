//! What all calls of a client share.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Request, Response};

use super::body::Body;
use super::credentials::CredentialsProvider;
use super::limit::Limiter;
use super::network::Network;
use super::retry::{Budget, RetryPolicy};
use super::transport::{Transport, TransportError};

/// What all calls of a client share: its settings, its connections, its pace and its retry budget.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) transport: Channel,
    pub(crate) credentials: CredentialsProvider,
    pub(crate) user_agent: HeaderValue,
    pub(crate) timeout: Duration,
    pub(crate) deadline: Option<Duration>,
    pub(crate) max_response_size: usize,
    pub(crate) retry: RetryPolicy,
    pub(crate) budget: Arc<Budget>,
    pub(crate) limiter: Limiter,
    /// Whether `http://` may lead to hosts other than this machine.
    pub(crate) plain_http: bool,
    /// Whether messages to the transport say which action they are for.
    #[cfg(feature = "testing")]
    pub(crate) describes: bool,
}

/// Where requests are sent.
#[derive(Clone)]
pub(crate) enum Channel {
    Network(Network),
    Custom(Arc<dyn Transport>),
}

impl Channel {
    /// Sends a request and returns the head of the response, with the body to be read.
    #[cfg(feature = "upload")]
    pub(crate) async fn send(
        &self,
        message: Request<Body>,
    ) -> Result<Response<Body>, TransportError> {
        match self {
            Self::Network(network) => network.send(message).await,
            Self::Custom(transport) => transport.send(message).await,
        }
    }
}
