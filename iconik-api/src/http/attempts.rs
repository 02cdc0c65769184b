//! The attempts at one request to another host: which failures may pass with a newly signed URL.

use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::retry::{Budget, Failed, RetryPolicy};
use crate::error::{Error, ErrorKind, Result};
use crate::xml;

/// The codes of failures that may pass although their status says otherwise.
const PASSING: [&str; 9] = [
    "InternalError",
    "OperationAborted",
    "RequestTimeout",
    "ServiceUnavailable",
    "SlowDown",
    // The URL has expired, or was used before.
    "ExpiredToken",
    "auth_token_limit",
    "bad_auth_token",
    "expired_auth_token",
];

/// The attempts that have failed.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    failed: u32,
    refused: u32,
    since: Option<Instant>,
}

impl Attempts {
    /// Returns how long to wait before the next attempt.
    ///
    /// # Errors
    ///
    /// The failure itself, where it will not pass or there were enough attempts.
    pub(crate) fn pause(
        &mut self,
        error: Error,
        policy: &RetryPolicy,
        budget: &Budget,
    ) -> Result<(Error, Duration)> {
        self.failed += 1;
        let elapsed = self.since.get_or_insert_with(Instant::now).elapsed();
        let failed = Failed {
            error: &error,
            attempts: self.failed,
            idempotent: true,
            patch: false,
            elapsed,
        };
        let pause = match self.may_pass(&error) {
            true => policy.pause(&failed, budget),
            false => None,
        };
        match pause {
            Some(pause) => Ok((error, pause)),
            None => {
                let maybe_sent = error.maybe_sent();
                Err(error.sent(self.failed, maybe_sent))
            }
        }
    }

    /// Forgets the failures, because there was progress since.
    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }

    /// Whether another attempt, with a new URL, may succeed.
    fn may_pass(&mut self, error: &Error) -> bool {
        match error.kind() {
            ErrorKind::Connect => !error.is_permanent(),
            ErrorKind::Timeout | ErrorKind::Transport => true,
            ErrorKind::Status => match error.status().map(|status| status.as_u16()) {
                Some(408 | 429 | 500..) => true,
                // The URL may have expired. A new one that is refused, too, is wrong.
                Some(401 | 403) => {
                    self.refused += 1;
                    self.refused == 1
                }
                Some(200 | 400 | 409) => PASSING.contains(&code_of(error).as_str()),
                _ => false,
            },
            _ => false,
        }
    }
}

/// A storage's own code of a failure; empty where there is none.
pub(crate) fn code_of(error: &Error) -> String {
    let code = || {
        let body = std::str::from_utf8(error.body()?).ok()?;
        if let Some(code) = xml::text_of(body, "Code") {
            return Some(code);
        }
        let body: Value = serde_json::from_str(body).ok()?;
        Some(body.get("code")?.as_str()?.to_owned())
    };
    code().unwrap_or_default()
}
