//! What all calls of a client share.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;

use super::credentials::CredentialsProvider;
use super::limit::Limiter;
use super::retry::{Budget, RetryPolicy};
use super::transport::Transport;

/// What all calls of a client share: its settings, its connections, its pace and its retry budget.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) transport: Arc<dyn Transport>,
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
