//! What a call reports to `tracing`, if that feature is on: never values of the query, bodies or tokens.
//!
//! The names of fields are those of OpenTelemetry's conventions for HTTP clients, where there is one.

use std::time::Duration;

use http::StatusCode;

use super::meta::Endpoint;
use crate::error::Error;

/// The span of one call.
#[derive(Clone, Debug)]
pub(crate) struct Span(#[cfg(feature = "tracing")] tracing::Span);

#[cfg(feature = "tracing")]
fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(feature = "tracing")]
impl Span {
    pub(crate) fn new(endpoint: &Endpoint, origin: &str) -> Self {
        use tracing::field::Empty;
        let (action, method) = endpoint.parts();
        let host = origin.split("://").nth(1).unwrap_or_default();
        // The port, if there is one, follows the last colon that is not part of an IPv6 address.
        let (address, port) = match host.rsplit_once(':') {
            Some((address, port)) if !port.contains(']') => (address, port.parse::<u16>().ok()),
            _ => (host, None),
        };
        Self(tracing::info_span!(
            "iconik",
            "iconik.action" = action,
            "http.request.method" = method,
            "url.path" = endpoint.path().unwrap_or_default(),
            "server.address" = address,
            "server.port" = port,
            "http.response.status_code" = Empty,
            "http.request.resend_count" = Empty,
            "error.type" = Empty
        ))
    }

    pub(crate) fn enter<F: Future>(&self, future: F) -> impl Future<Output = F::Output> {
        tracing::Instrument::instrument(future, self.0.clone())
    }

    pub(crate) fn sending(&self, attempt: u32) {
        tracing::debug!(attempt, "sending");
    }

    pub(crate) fn received(&self, attempt: u32, status: StatusCode, time: Duration) {
        let (status, millis) = (status.as_u16(), millis(time));
        tracing::debug!(
            attempt,
            "http.response.status_code" = status,
            millis,
            "received"
        );
    }

    pub(crate) fn waiting_for_the_pace(&self, time: Duration) {
        tracing::debug!(millis = millis(time), "waited for the pace");
    }

    /// The requests to a service pause.
    pub(crate) fn pause(&self, service: &str, time: Duration) {
        tracing::info!(
            service,
            millis = millis(time),
            "pausing all requests after a 429"
        );
    }

    pub(crate) fn retry(&self, attempt: u32, error: &Error, wait: Duration) {
        let millis = millis(wait);
        tracing::info!(
            attempt,
            "error.type" = error_type(error),
            millis,
            "retrying"
        );
    }

    /// No further attempt is made of a request whose failure may pass.
    pub(crate) fn give_up(&self, attempts: u32, error: &Error) {
        tracing::warn!(attempts, "error.type" = error_type(error), "giving up");
    }

    pub(crate) fn done(&self, attempts: u32, result: Result<StatusCode, &Error>) {
        self.0
            .record("http.request.resend_count", attempts.saturating_sub(1));
        let status = match result {
            Ok(status) => Some(status),
            Err(error) => {
                self.0.record("error.type", error_type(error));
                error.status()
            }
        };
        if let Some(status) = status {
            self.0.record("http.response.status_code", status.as_u16());
        }
    }
}

/// The status, or what failed before there was one.
#[cfg(feature = "tracing")]
fn error_type(error: &Error) -> &str {
    use crate::error::ErrorKind;
    match (error.kind(), error.status_text()) {
        (ErrorKind::Status, Some(status)) => status,
        (kind, _) => kind.name(),
    }
}

#[cfg(not(feature = "tracing"))]
impl Span {
    pub(crate) fn new(_: &Endpoint, _: &str) -> Self {
        Self()
    }

    pub(crate) fn enter<F: Future>(&self, future: F) -> F {
        future
    }

    pub(crate) fn sending(&self, _: u32) {}

    pub(crate) fn received(&self, _: u32, _: StatusCode, _: Duration) {}

    pub(crate) fn waiting_for_the_pace(&self, _: Duration) {}

    pub(crate) fn pause(&self, _: &str, _: Duration) {}

    pub(crate) fn retry(&self, _: u32, _: &Error, _: Duration) {}

    pub(crate) fn give_up(&self, _: u32, _: &Error) {}

    pub(crate) fn done(&self, _: u32, _: Result<StatusCode, &Error>) {}
}
