//! One attempt: sends a message and reads its response.

use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, LOCATION};
use http::response::Parts;
use http::{Response, StatusCode};
use tokio::time::Instant;

use super::body::{Body, ReadError};
use super::driver::timeout;
use super::limit::Permission;
use super::retry::retry_after;
use super::transport::TransportError;

/// How many bytes of an error's body are kept.
const MOST_OF_AN_ERROR: usize = 1 << 20;
/// How long the body of an error is waited for.
const LONGEST_ERROR: Duration = Duration::from_secs(5);

/// How an attempt is made.
#[derive(Clone, Copy)]
pub(super) struct Plan {
    /// How long it may take.
    pub(super) limit: Duration,
    /// How many bytes the body of a successful response may have.
    pub(super) most: usize,
    /// Whether the method is HEAD.
    pub(super) is_head: bool,
    /// Whether a redirect is a success.
    pub(super) redirects: bool,
    pub(super) reading: Reading,
}

/// Whether the body of a successful response is read with it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    Whole,
    Open,
}

/// The body of a response.
pub(super) enum Content {
    Whole(Bytes),
    Open(Body),
}

/// A response.
pub(super) struct Answer {
    pub(super) head: Parts,
    pub(super) content: Content,
    pub(super) is_success: bool,
    pub(super) retry_after: Option<Duration>,
}

/// Why there is no response.
pub(super) enum Broken {
    TooLate,
    TooLarge(Box<Parts>),
    Failed(TransportError),
}

/// What became of an attempt.
pub(super) struct Report {
    /// The status, and how long its head took.
    pub(super) head: Option<(StatusCode, Duration)>,
    /// How long all requests to the service pause because of this one.
    pub(super) pause: Option<Duration>,
    pub(super) result: Result<Answer, Broken>,
}

impl Plan {
    /// Returns whether the response is what the action documents: a redirect is, where its target is the
    /// result.
    fn is_success(&self, head: &Parts) -> bool {
        let redirect = head.status.is_redirection() && head.headers.contains_key(LOCATION);
        head.status.is_success() || (redirect && self.redirects)
    }
}

/// Waits for the head of a response and reads its body.
pub(super) async fn exchange(
    sending: impl Future<Output = Result<Response<Body>, TransportError>>,
    plan: Plan,
    permission: Option<Permission>,
) -> Report {
    let mut report = Report {
        head: None,
        pause: None,
        result: Err(Broken::TooLate),
    };
    let started = Instant::now();
    let response = match timeout(plan.limit, sending).await {
        Err(_) => return report,
        Ok(Err(error)) => {
            report.result = Err(Broken::Failed(error));
            return report;
        }
        Ok(Ok(response)) => response,
    };
    let (head, body) = response.into_parts();
    let elapsed = started.elapsed();
    report.head = Some((head.status, elapsed));
    // The others learn from the head at once: the body may take long.
    let retry_after = retry_after(head.status, &head.headers);
    report.pause = permission
        .and_then(|permission| permission.observe(head.status, &head.headers, retry_after));
    let is_success = plan.is_success(&head);
    let left = plan.limit.saturating_sub(elapsed);
    let content = if !is_success {
        // The status is the message. Its text may be cut short, but must not hide it.
        let most = plan.most.min(MOST_OF_AN_ERROR);
        Content::Whole(body.read_some(most, left.min(LONGEST_ERROR)).await)
    } else if plan.reading == Reading::Open {
        Content::Open(body)
    } else {
        match read_whole(&head, body, plan, left).await {
            Some(Ok(body)) => Content::Whole(body),
            Some(Err(ReadError::TooLarge)) => {
                report.result = Err(Broken::TooLarge(Box::new(head)));
                return report;
            }
            Some(Err(ReadError::Failed(error))) => {
                report.result = Err(Broken::Failed(error));
                return report;
            }
            None => return report,
        }
    };
    report.result = Ok(Answer {
        head,
        content,
        is_success,
        retry_after,
    });
    report
}

/// Reads a body to its end; `None` if it takes longer than `left`.
async fn read_whole(
    head: &Parts,
    body: Body,
    plan: Plan,
    left: Duration,
) -> Option<Result<Bytes, ReadError>> {
    let length = head
        .headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    // The response to a HEAD announces what it omits.
    if !plan.is_head && length.is_some_and(|length: usize| length > plan.most) {
        return Some(Err(ReadError::TooLarge));
    }
    timeout(left, body.read(plan.most, length)).await.ok()
}
