//! Errors as a client would return them.

use std::fmt::Display;
use std::future::{Future, IntoFuture};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use http::Method;

use super::expected::Expected;
use super::mock::Mock;
use super::reply::{IntoReply, Reply};
use crate::error::{Error, Result};
use crate::http::action::Action;
use crate::http::call::Call;
use crate::http::decode::Decode;
use crate::http::retry::RetryPolicy;

/// Returns the error of a response with this status and message.
///
/// It is the error that a client returns for such a response: its kind, status, body, messages, and whether
/// the request may have been carried out. It is about no request: [`Error::path`] and [`Error::action`] are
/// `None`. See [`error_of`] for an error that is about one.
///
/// ```
/// let error = iconik_api::testing::error(409, "the collection is not empty");
/// assert!(error.is_conflict() && !error.maybe_sent());
/// assert_eq!(error.messages()[0].text(), "the collection is not empty");
/// ```
///
/// # Panics
///
/// When the status is not that of a failure.
#[track_caller]
pub fn error(status: u16, message: impl Display) -> Error {
    let reply = Reply::error(status, message);
    match response(reply, |client| client.request(Method::GET, "/").raw()) {
        Err(error) => error.about_no_request(),
        Ok(_) => panic!("the status {status} is a success"),
    }
}

/// Returns the error of a call of this request that gets this reply: a response with the status of a failure,
/// a connection that fails, or a response that cannot be read.
///
/// ```
/// # #[cfg(feature = "assets")] {
/// use iconik_api::assets::requests::GetAsset;
/// use iconik_api::testing::{Reply, error_of};
///
/// let gone = error_of(&GetAsset::new("1"), Reply::error(404, "gone"));
/// assert_eq!(gone.action(), Some("assets.get"));
/// assert_eq!(gone.path(), Some("/API/assets/v1/assets/1/"));
///
/// let late = error_of(&GetAsset::new("1"), Reply::timeout());
/// assert!(late.is_timeout() && late.maybe_sent());
/// # }
/// ```
///
/// # Panics
///
/// When the call succeeds with this reply.
#[track_caller]
pub fn error_of<A: Action>(request: &A, reply: impl IntoReply) -> Error {
    match response(reply.into_reply(), |client| client.call(request)) {
        Err(error) => error,
        Ok(_) => panic!("the call succeeds with this reply"),
    }
}

/// Returns what becomes of a call that gets a reply. Nothing waits.
fn response<D: Decode>(
    reply: Reply,
    call: impl FnOnce(&crate::Client) -> Call<D>,
) -> Result<D::Output> {
    let mock = Mock::new()
        .on_matching(Expected::default(), reply.delay(std::time::Duration::ZERO))
        .times(..);
    let client = mock.client_builder().retry(RetryPolicy::none()).build()?;
    let mut call = pin!(call(&client).into_future());
    match call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("the computed reply has a delay"),
    }
}
