//! What a call tells `tracing`, if that feature is on: never values of arguments, bodies or tokens.

use std::time::Duration;

use http::StatusCode;

use super::meta::Endpoint;

/// The span of one call.
#[derive(Clone, Debug)]
pub(crate) struct Span(#[cfg(feature = "tracing")] tracing::Span);

#[cfg(feature = "tracing")]
impl Span {
    pub(crate) fn new(endpoint: &Endpoint) -> Self {
        use tracing::field::Empty;
        let (action, method, path) = endpoint.parts();
        Self(tracing::info_span!(
            "iconik",
            action,
            method,
            path,
            status = Empty,
            attempts = Empty,
            error = Empty
        ))
    }

    pub(crate) async fn enter<F: Future>(&self, future: F) -> F::Output {
        tracing::Instrument::instrument(future, self.0.clone()).await
    }

    pub(crate) fn sending(&self, attempt: u32) {
        tracing::debug!(attempt, "sending");
    }

    pub(crate) fn answered(&self, attempt: u32, status: StatusCode, time: Duration) {
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(attempt, status = status.as_u16(), millis, "answered");
    }

    pub(crate) fn waiting(&self, reason: &str, time: Duration) {
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(reason, millis, "waiting");
    }

    pub(crate) fn done(&self, attempts: u32, status: Option<StatusCode>, error: Option<&str>) {
        self.0.record("attempts", attempts);
        if let Some(status) = status {
            self.0.record("status", status.as_u16());
        }
        if let Some(error) = error {
            self.0.record("error", error);
        }
    }
}

#[cfg(not(feature = "tracing"))]
impl Span {
    pub(crate) fn new(_: &Endpoint) -> Self {
        Self()
    }

    pub(crate) async fn enter<F: Future>(&self, future: F) -> F::Output {
        future.await
    }

    pub(crate) fn sending(&self, _: u32) {}

    pub(crate) fn answered(&self, _: u32, _: StatusCode, _: Duration) {}

    pub(crate) fn waiting(&self, _: &str, _: Duration) {}

    pub(crate) fn done(&self, _: u32, _: Option<StatusCode>, _: Option<&str>) {}
}
