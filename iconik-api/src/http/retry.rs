//! What is retried, when, and how often.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, StatusCode};

use crate::error::{Error, ErrorKind};

/// How a call deals with failures that may pass.
///
/// Requests that change nothing when they are repeated (GET, PUT, DELETE, and actions that the spec marks
/// as idempotent) are sent again after failed connections, timeouts and the statuses 429, 500, 502,
/// 503 and 504. The others, creates above all, are sent again only if certainly nothing was
/// done: no connection was made, or the response was 429. A DELETE that is retried because its response
/// was lost may get a 404, and a PUT a 409: the first attempt did the work. Then
/// [`Error::maybe_sent`] is true.
///
/// The waits grow exponentially, each with a random length between nothing and the whole, so
/// that clients that failed together do not come back together. `Retry-After` is respected.
///
/// ```
/// use std::time::Duration;
/// use iconik_api::RetryPolicy;
///
/// let patient = RetryPolicy::default().attempts(10).total_time(Duration::from_secs(3_600));
/// let never = RetryPolicy::none();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a policy does nothing until a client or a call has it"]
pub struct RetryPolicy {
    attempts: u32,
    first_wait: Duration,
    longest_wait: Duration,
    longest_retry_after: Duration,
    total_time: Duration,
    patches: bool,
    waits: bool,
}

impl Default for RetryPolicy {
    /// Up to 5 attempts within 5 minutes; waits of at most 0.5, 1, 2, 4 seconds.
    fn default() -> Self {
        Self {
            attempts: 5,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(20),
            longest_retry_after: Duration::from_secs(120),
            total_time: Duration::from_secs(300),
            patches: false,
            waits: true,
        }
    }
}

impl RetryPolicy {
    /// One attempt, whatever happens.
    pub fn none() -> Self {
        Self::default().attempts(1)
    }

    /// Sets how often the request is sent at most, the first time included.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Sets the longest first wait, which doubles from attempt to attempt, and what it grows to.
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.first_wait = first;
        self.longest_wait = longest;
        self
    }

    /// Sets how long a `Retry-After` may be. A call that is asked to wait longer fails at once,
    /// and [`Error::retry_after`] says how long.
    pub fn longest_retry_after(mut self, time: Duration) -> Self {
        self.longest_retry_after = time;
        self
    }

    /// Sets how long after the first attempt began the last one may be due. Its turn in the pace may
    /// come later; [`ClientBuilder::deadline`](crate::ClientBuilder::deadline) counts that, too.
    pub fn total_time(mut self, time: Duration) -> Self {
        self.total_time = time;
        self
    }

    /// Says whether a PATCH is retried like a PUT, though it may have been carried out. Default: `false`.
    ///
    /// Setting fields to given values does the same twice as once; whether an action does no more than
    /// that, only the caller knows. A PATCH that the spec marks as idempotent is retried anyway.
    pub fn retry_patch(mut self, retry: bool) -> Self {
        self.patches = retry;
        self
    }

    /// Retries at once, whatever the waits.
    #[cfg(feature = "testing")]
    pub(crate) fn without_waits(mut self) -> Self {
        self.waits = false;
        self
    }

    /// Returns whether there is ever a second attempt.
    pub(crate) fn retries(&self) -> bool {
        self.attempts > 1
    }

    /// How long to wait before the next attempt; `None` where there should be none.
    pub(crate) fn wait(&self, failed: &Failed<'_>, budget: &Budget) -> Option<Duration> {
        let may_repeat = match repeat(failed.error) {
            Repeat::Always => true,
            Repeat::IfIdempotent => failed.idempotent || (self.patches && failed.patch),
            Repeat::Never => false,
        };
        if !may_repeat {
            return None;
        }
        self.pause(failed, budget)
    }

    /// How long to wait before the next attempt, if the failure is one that may pass; `None` where the
    /// policy allows no other attempt.
    pub(crate) fn pause(&self, failed: &Failed<'_>, budget: &Budget) -> Option<Duration> {
        if failed.attempts >= self.attempts {
            return None;
        }
        let jitter = self.jitter(failed.attempts);
        let wait = match failed.error.retry_after() {
            _ if !self.waits => Duration::ZERO,
            None => jitter,
            Some(asked) if asked > self.longest_retry_after => return None,
            Some(asked) => asked.saturating_add(jitter.min(self.first_wait)),
        };
        let in_time = failed
            .elapsed
            .checked_add(wait)
            .is_some_and(|end| end <= self.total_time);
        // Refusals are paced by the limiter and cost the server little; the budget is for outages.
        (in_time && (failed.error.is_rate_limited() || budget.take())).then_some(wait)
    }

    fn jitter(&self, attempts: u32) -> Duration {
        let doublings = attempts.saturating_sub(1).min(31);
        let most = self
            .first_wait
            .saturating_mul(1 << doublings)
            .min(self.longest_wait);
        most.mul_f64(fastrand::f64())
    }
}

/// What the decision is about.
pub(crate) struct Failed<'a> {
    pub(crate) error: &'a Error,
    pub(crate) attempts: u32,
    pub(crate) idempotent: bool,
    /// Whether the method is PATCH.
    pub(crate) patch: bool,
    /// Since the first attempt began.
    pub(crate) elapsed: Duration,
}

enum Repeat {
    /// Nothing was done, so any request can be repeated.
    Always,
    /// Something may have been done, so only a request that then does nothing more.
    IfIdempotent,
    /// It would only fail again.
    Never,
}

/// Whether a failure may be gone with another attempt.
pub(super) fn may_pass(error: &Error) -> bool {
    !matches!(repeat(error), Repeat::Never)
}

fn repeat(error: &Error) -> Repeat {
    match error.kind() {
        ErrorKind::Connect if error.is_permanent() => Repeat::Never,
        ErrorKind::Connect => Repeat::Always,
        ErrorKind::Timeout | ErrorKind::Transport => Repeat::IfIdempotent,
        ErrorKind::Status => match error.status().map(|status| status.as_u16()) {
            Some(429) => Repeat::Always,
            Some(500 | 502 | 503 | 504) => Repeat::IfIdempotent,
            _ => Repeat::Never,
        },
        _ => Repeat::Never,
    }
}

/// How many repetitions a client still has. When most calls fail, repeating them all would
/// multiply the load on a server that has enough trouble.
#[derive(Debug)]
pub(crate) struct Budget {
    /// In tenths of a repetition.
    left: AtomicU32,
    most: u32,
}

impl Budget {
    pub(crate) const DEFAULT: u32 = 100;
    const PRICE: u32 = 10;

    pub(crate) fn new(repetitions: u32) -> Self {
        let most = repetitions.saturating_mul(Self::PRICE);
        Self {
            left: AtomicU32::new(most),
            most,
        }
    }

    fn take(&self) -> bool {
        let pay = |left: u32| left.checked_sub(Self::PRICE);
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, pay)
            .is_ok()
    }

    /// Ten calls that succeed earn one repetition.
    pub(crate) fn earn(&self) {
        // Full is the usual state, and reading it costs nothing.
        if self.left.load(Ordering::Relaxed) < self.most {
            let earn = |left: u32| (left < self.most).then_some(left + 1);
            let _ = self
                .left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, earn);
        }
    }
}

/// How long the server asks to wait: seconds, or a date. Anything else, also a wait of more than
/// a day, is taken for a mistake.
pub(crate) fn retry_after(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    const DAY: Duration = Duration::from_secs(86_400);
    if status.is_success() {
        return None;
    }
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match seconds(text) {
        Some(wait) => wait,
        None => {
            let until = httpdate::parse_http_date(text).ok()?;
            // By the server's own clock, if the response contains it; ours may be wrong.
            let date = headers
                .get(DATE)
                .and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
            until
                .duration_since(date.unwrap_or_else(SystemTime::now))
                .unwrap_or_default()
        }
    };
    (wait <= DAY).then_some(wait)
}

/// Seconds as a number, perhaps with a fraction or a unit: `2`, `2.5`, `2s`. Rounded up.
fn seconds(text: &str) -> Option<Duration> {
    let number = ["seconds", "second", "secs", "sec", "s"]
        .iter()
        .find_map(|unit| text.strip_suffix(unit))
        .unwrap_or(text)
        .trim_end();
    let decimal = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    if !number.starts_with(|first: char| first.is_ascii_digit()) || !number.bytes().all(decimal) {
        return None;
    }
    // What is too large here is too large for every caller.
    Duration::try_from_secs_f64(number.parse::<f64>().ok()?.ceil()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(value: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, value.parse().unwrap());
        headers.insert(DATE, "Sun, 06 Nov 1994 08:49:30 GMT".parse().unwrap());
        retry_after(StatusCode::TOO_MANY_REQUESTS, &headers)
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_and_garbage_is_nothing() {
        assert_eq!(asked("7"), Some(Duration::from_secs(7)));
        assert_eq!(asked(" 0 "), Some(Duration::ZERO));
        assert_eq!(
            asked("Sun, 06 Nov 1994 08:49:37 GMT"),
            Some(Duration::from_secs(7))
        );
        assert_eq!(asked("Sun, 06 Nov 1994 08:00:00 GMT"), Some(Duration::ZERO));
        for (text, wait) in [
            ("2.0", 2),
            ("2.5", 3),
            ("2s", 2),
            ("0.2", 1),
            ("7 seconds", 7),
        ] {
            assert_eq!(asked(text), Some(Duration::from_secs(wait)), "{text}");
        }
        for garbage in [
            "1.2.3",
            "s",
            ".",
            "1e3",
            "+1",
            "0x2",
            "2m",
            "inf",
            "NaN",
            "",
            "soon",
            "-1",
            "99999999999999999999999",
            "86401",
            "Fri, 31 Dec 9999 23:59:59 GMT",
        ] {
            assert_eq!(asked(garbage), None, "{garbage}");
        }
    }

    #[test]
    fn waits_grow_and_are_never_longer_than_they_may_be() {
        let policy =
            RetryPolicy::default().backoff(Duration::from_millis(100), Duration::from_secs(1));
        for attempts in [1, 2, 3, 4, 5, 40, u32::MAX] {
            let most =
                Duration::from_millis(100 << (attempts - 1).min(4)).min(Duration::from_secs(1));
            let waits: Vec<_> = (0..2_000).map(|_| policy.jitter(attempts)).collect();
            assert!(waits.iter().all(|wait| *wait <= most));
            assert!(
                waits.iter().any(|wait| *wait < most / 4)
                    && waits.iter().any(|wait| *wait > most / 2)
            );
        }
    }

    #[test]
    fn a_budget_is_spent_and_earned_back_slowly() {
        let budget = Budget::new(2);
        assert!(budget.take() && budget.take() && !budget.take());
        for _ in 0..9 {
            budget.earn();
            assert!(!budget.take());
        }
        budget.earn();
        assert!(budget.take());
        for _ in 0..1_000 {
            budget.earn();
        }
        assert!(budget.take() && budget.take() && !budget.take());
    }
}
