//! Waiting for what iconik does later.

use std::future::IntoFuture;
use std::time::Duration;

use tokio::time::Instant;

use crate::error::{Error, ErrorKind, Result};
use crate::http::driver::{sleep, timeout_at};
use crate::http::meta::Endpoint;

/// No pause is longer, whatever is asked for.
const DAY: Duration = Duration::from_secs(86_400);

/// Requests something again and again until the response is the expected one.
///
/// iconik answers 202 to some requests and does the work later, without saying when it is done; and
/// lists come from a search index that trails changes by some seconds. In both cases there is
/// nothing to do but to look again.
///
/// The pauses grow from half a second to ten, with some chance in them, so that many waiting
/// programs do not ask all at once.
///
/// ```
/// use std::time::Duration;
/// use iconik_api::OptionalExt;
/// use iconik_api::wait::PollOptions;
///
/// # async fn example(client: iconik_api::Client) -> iconik_api::Result<()> {
/// let id = "2c5bfe1a-f149-11eb-a843-0a580a3db916";
///
/// // Until a list shows what was just made.
/// PollOptions::up_to(Duration::from_secs(90))
///     .until(|| client.assets().segments().list(id), |page| page.total > Some(0))
///     .await?;
///
/// // Until something is gone.
/// PollOptions::up_to(Duration::from_secs(90))
///     .until(|| async { client.assets().get(id).await.optional() }, Option::is_none)
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "nothing is asked before `until`"]
pub struct PollOptions {
    time: Duration,
    first_pause: Duration,
    longest_pause: Duration,
}

impl PollOptions {
    /// Waits this long altogether, including the time that the responses take.
    pub const fn up_to(time: Duration) -> Self {
        Self {
            time,
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(10),
        }
    }

    /// Sets the first pause and the longest one; each is half as long again as the one before it.
    pub const fn pauses(mut self, first: Duration, longest: Duration) -> Self {
        self.first_pause = first;
        self.longest_pause = longest;
        self
    }

    /// Requests until `done` returns `true` for a response, and returns this response.
    ///
    /// `ask` makes a new request each time: a request of a handle, a [`Call`](crate::Call), or any
    /// other future of a result. The error may be of any type that an [`Error`] converts into.
    ///
    /// # Errors
    ///
    /// The first error of a request (a 404 is one, unless it is made
    /// [`optional`](crate::OptionalExt::optional)), or one of kind [`ErrorKind::Timeout`] when the
    /// time is over.
    pub async fn until<T, E, A, D>(self, mut ask: impl FnMut() -> A, mut done: D) -> Result<T, E>
    where
        A: IntoFuture<Output = Result<T, E>>,
        E: From<Error>,
        D: FnMut(&T) -> bool,
    {
        // A time beyond all clocks is no limit.
        let end = Instant::now().checked_add(self.time);
        let longest_pause = self.longest_pause.min(DAY);
        let mut pause = self.first_pause.min(longest_pause);
        let mut responses = 0_u32;
        loop {
            let ask = ask().into_future();
            let answer = match end {
                Some(end) => match timeout_at(end, ask).await {
                    Ok(answer) => answer?,
                    Err(_) => return Err(self.too_late(responses).into()),
                },
                None => ask.await?,
            };
            responses = responses.saturating_add(1);
            if done(&answer) {
                return Ok(answer);
            }
            let wait = pause.mul_f64(0.75 + 0.5 * fastrand::f64());
            if end.is_some_and(|end| Instant::now() + wait >= end) {
                return Err(self.too_late(responses).into());
            }
            sleep(wait).await;
            pause = (pause + pause / 2).min(longest_pause);
        }
    }

    fn too_late(self, responses: u32) -> Error {
        let time = self.time;
        Error::new(ErrorKind::Timeout, Endpoint::None).detail(format!(
            "not done within {time:?}, after {responses} responses"
        ))
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    const MINUTE: PollOptions = PollOptions::up_to(Duration::from_secs(60));

    #[tokio::test(start_paused = true)]
    async fn it_asks_until_the_answer_is_as_it_should_be() {
        let mut number = 0;
        let ask = || {
            number += 1;
            ready(Ok::<_, Error>(number))
        };
        assert_eq!(MINUTE.until(ask, |number| *number == 5).await.unwrap(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn the_pauses_grow_to_the_longest() {
        let mut asked = Vec::new();
        let start = Instant::now();
        let ask = || {
            asked.push(start.elapsed());
            ready(Ok::<_, Error>(()))
        };
        let error = MINUTE.until(ask, |()| false).await.unwrap_err();

        assert!(error.is_timeout());
        assert!(error.to_string().contains("not done within 60s"), "{error}");
        let pauses: Vec<_> = asked.windows(2).map(|two| two[1] - two[0]).collect();
        assert!(pauses[0] < Duration::from_millis(700));
        assert!(
            pauses
                .iter()
                .all(|pause| *pause < Duration::from_millis(12_501))
        );
        assert!((9..=16).contains(&asked.len()), "{}", asked.len());
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_ends_it() {
        let ask = || ready(Err::<(), Error>(Error::config("no")));
        let error = MINUTE.until(ask, |()| true).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_never_comes_ends_in_time() {
        let start = Instant::now();
        let error = MINUTE
            .until(pending::<Result<()>>, |()| true)
            .await
            .unwrap_err();
        assert!(error.is_timeout());
        assert_eq!(start.elapsed(), Duration::from_secs(60));
    }

    #[tokio::test(start_paused = true)]
    async fn no_time_is_one_question() {
        let wait = PollOptions::up_to(Duration::ZERO);
        assert_eq!(
            wait.until(|| ready(Ok::<_, Error>(7)), |_| true)
                .await
                .unwrap(),
            7
        );
        let wait = PollOptions::up_to(Duration::MAX);
        assert_eq!(
            wait.until(|| ready(Ok::<_, Error>(7)), |_| true)
                .await
                .unwrap(),
            7
        );
    }

    #[tokio::test(start_paused = true)]
    async fn the_longest_pause_is_no_overflow() {
        let wait = MINUTE.pauses(Duration::MAX, Duration::MAX);
        let error = wait
            .until(|| ready(Ok::<_, Error>(())), |()| false)
            .await
            .unwrap_err();
        assert!(error.is_timeout());
    }
}
