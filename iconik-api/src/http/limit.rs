//! The pace: when the next request may go.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use tokio::time::{Instant, sleep_until};

const SECOND: Duration = Duration::from_secs(1);
/// However long a server asks to wait, and however often it refuses, somebody tries again then.
const LONGEST_PAUSE: Duration = Duration::from_secs(120);
const LONGEST_WINDOW: Duration = Duration::from_secs(86_400);

/// Keeps the requests of one application within what iconik takes: 50 a second, and 1,000 in any
/// 20 seconds.
///
/// Every client has one, which its clones share. Give the same one to several clients that use
/// the same application token:
///
/// ```
/// use iconik_api::{Client, Limiter};
///
/// let limiter = Limiter::default();
/// let one = Client::builder().app_id("a").auth_token("t").limiter(limiter.clone()).build()?;
/// let two = Client::builder().app_id("a").auth_token("u").limiter(limiter).build()?;
/// # Ok::<(), iconik_api::Error>(())
/// ```
///
/// Requests go in the order in which they were asked for. A 429 stops all of them for a while,
/// not only the one that met it. `RateLimit-Remaining` slows them down when others use the same
/// application; it never speeds them up.
#[derive(Clone)]
pub struct Limiter(Option<Arc<Shared>>);

impl Limiter {
    /// At most `per_second` requests in any second, and at most `burst` in any `window`.
    ///
    /// Zero counts as one: a limiter that never lets anything go helps nobody. A window is at most a
    /// day long.
    pub fn new(per_second: u32, burst: u32, window: Duration) -> Self {
        let pace = Pace::new(per_second, burst, window);
        Self(Some(Arc::new(Shared(Mutex::new(State::new(pace))))))
    }

    /// No limit at all, and no pause after a 429 but that of the call that met it.
    pub fn unlimited() -> Self {
        Self(None)
    }

    /// Waits for a place.
    pub(crate) async fn acquire(&self) -> Option<Grant> {
        match &self.0 {
            Some(shared) => Some(shared.acquire().await),
            None => None,
        }
    }

    /// Learns from an answer.
    pub(crate) fn observe(
        &self,
        grant: Option<Grant>,
        status: StatusCode,
        headers: &HeaderMap,
        retry_after: Option<Duration>,
    ) {
        if let (Some(shared), Some(grant)) = (&self.0, grant) {
            let remaining = headers.get("ratelimit-remaining");
            let remaining = remaining.and_then(|value| value.to_str().ok()?.trim().parse().ok());
            shared
                .lock()
                .observe(Instant::now(), grant, status, remaining, retry_after);
        }
    }
}

impl Default for Limiter {
    /// What iconik documents: 50 requests a second, 1,000 in any 20 seconds.
    fn default() -> Self {
        Self::new(50, 1_000, Duration::from_secs(20))
    }
}

impl fmt::Debug for Limiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(shared) => {
                let state = shared.lock();
                f.debug_struct("Limiter")
                    .field("pace", &state.pace.windows)
                    .field("waiting", &state.queue.len())
                    .finish()
            }
            None => f.write_str("Limiter(unlimited)"),
        }
    }
}

/// When a request got its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grant(Instant);

/// When requests went, and when the next one may. It has no clock: time is an argument.
struct Pace {
    /// At most so many grants in any stretch of this length.
    windows: [(usize, Duration); 2],
    /// The latest grants, oldest first: those that some window still counts.
    grants: VecDeque<Instant>,
}

impl Pace {
    fn new(per_second: u32, burst: u32, window: Duration) -> Self {
        // No clock goes as far as the longest `Duration`.
        let window = window.min(LONGEST_WINDOW);
        let most = |count: u32| usize::try_from(count).unwrap_or(usize::MAX).max(1);
        Self {
            windows: [(most(per_second), SECOND), (most(burst), window)],
            grants: VecDeque::new(),
        }
    }

    /// The earliest time at which every window has room.
    fn free_at(&self) -> Option<Instant> {
        let full = |&(most, length): &(usize, Duration)| {
            let oldest = self.grants.len().checked_sub(most)?;
            Some(*self.grants.get(oldest)? + length)
        };
        self.windows.iter().filter_map(full).max()
    }

    fn grant(&mut self, now: Instant) {
        // What no window counts any more is forgotten.
        let most = self
            .windows
            .iter()
            .map(|(most, _)| *most)
            .max()
            .unwrap_or(1);
        let longest = self
            .windows
            .iter()
            .map(|(_, length)| *length)
            .max()
            .unwrap_or(SECOND);
        let old = |grant: &Instant| now.duration_since(*grant) >= longest;
        while self.grants.len() >= most || self.grants.front().is_some_and(old) {
            self.grants.pop_front();
        }
        self.grants.push_back(now);
    }

    /// How many more the larger window has room for.
    fn left(&self, now: Instant) -> usize {
        let (most, length) = self.windows[1];
        let old = self
            .grants
            .partition_point(|grant| now.duration_since(*grant) >= length);
        most.saturating_sub(self.grants.len() - old)
    }
}

struct State {
    pace: Pace,
    queue: VecDeque<Waiter>,
    next_ticket: u64,
    /// Until when nobody goes, because of a 429.
    paused_until: Option<Instant>,
    pause_began: Option<Instant>,
    /// Pauses in a row without a success between them.
    pauses: u32,
    /// The least distance between two requests, and until when it is kept.
    spacing: Option<(Duration, Instant)>,
}

struct Waiter {
    ticket: u64,
    waker: Option<Waker>,
}

impl State {
    fn new(pace: Pace) -> Self {
        Self {
            pace,
            queue: VecDeque::new(),
            next_ticket: 0,
            paused_until: None,
            pause_began: None,
            pauses: 0,
            spacing: None,
        }
    }

    /// When the first in the queue may go.
    fn free_at(&self, now: Instant) -> Instant {
        let spaced = self
            .spacing
            .filter(|(_, until)| now < *until)
            .and_then(|(distance, _)| Some(*self.pace.grants.back()? + distance));
        [self.pace.free_at(), self.paused_until, spaced]
            .into_iter()
            .flatten()
            .fold(now, Instant::max)
    }

    fn observe(
        &mut self,
        now: Instant,
        grant: Grant,
        status: StatusCode,
        remaining: Option<usize>,
        retry_after: Option<Duration>,
    ) {
        if let Some(remaining) = remaining {
            self.slow_down(now, remaining);
        }
        let sent_before_pause = self.pause_began.is_some_and(|began| grant.0 < began);
        if status != StatusCode::TOO_MANY_REQUESTS {
            if !sent_before_pause {
                self.pauses = 0;
            }
            return;
        }
        // Requests that were on their way when the pause began belong to the same refusal.
        if !sent_before_pause {
            self.pauses += 1;
            self.pause_began = Some(now);
        }
        let own = SECOND * (1 << (self.pauses.clamp(1, 6) - 1));
        let until = now + retry_after.unwrap_or(own).min(LONGEST_PAUSE);
        if !sent_before_pause || retry_after.is_some() {
            self.paused_until = self.paused_until.max(Some(until));
        }
    }

    /// Where the server has less left than this log says, somebody else uses the application.
    fn slow_down(&mut self, now: Instant, remaining: usize) {
        let (per_second, _) = self.pace.windows[0];
        self.spacing = (remaining < per_second && remaining < self.pace.left(now)).then(|| {
            let share = u32::try_from(remaining.max(1)).unwrap_or(u32::MAX);
            (SECOND / share, now + SECOND)
        });
    }

    /// What wakes the first in the queue. Not to be used or dropped while the lock is held: it is
    /// code of others, which may drop a call that waits here, too.
    #[must_use]
    fn first_waker(&mut self) -> Option<Waker> {
        self.queue.front_mut()?.waker.take()
    }
}

struct Shared(Mutex<State>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves nothing half done here.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn acquire(&self) -> Grant {
        let ticket = {
            let mut state = self.lock();
            let now = Instant::now();
            if state.queue.is_empty() && state.free_at(now) <= now {
                state.pace.grant(now);
                return Grant(now);
            }
            let ticket = state.next_ticket;
            state.next_ticket += 1;
            state.queue.push_back(Waiter {
                ticket,
                waker: None,
            });
            ticket
        };
        let place = Place {
            shared: self,
            ticket,
        };
        place.first().await;
        loop {
            // Only the first in the queue watches the clock.
            let free_at = {
                let mut state = self.lock();
                let now = Instant::now();
                let free_at = state.free_at(now);
                if free_at <= now {
                    state.pace.grant(now);
                    return Grant(now);
                }
                free_at
            };
            sleep_until(free_at).await;
        }
    }
}

/// A place in the queue. Whoever leaves, served or not, makes room for the next.
struct Place<'a> {
    shared: &'a Shared,
    ticket: u64,
}

impl Place<'_> {
    async fn first(&self) {
        poll_fn(|context| {
            let mut state = self.shared.lock();
            let Ok(at) = state
                .queue
                .binary_search_by_key(&self.ticket, |waiter| waiter.ticket)
            else {
                return Poll::Ready(());
            };
            if at == 0 {
                return Poll::Ready(());
            }
            let old = state.queue[at].waker.replace(context.waker().clone());
            drop(state);
            drop(old);
            Poll::Pending
        })
        .await;
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        let Ok(at) = state
            .queue
            .binary_search_by_key(&self.ticket, |waiter| waiter.ticket)
        else {
            return;
        };
        let left = state.queue.remove(at);
        let next = match at {
            0 => state.first_waker(),
            _ => None,
        };
        drop(state);
        drop(left);
        if let Some(waker) = next {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use proptest::prelude::*;
    use tokio::time::{advance, sleep};

    use super::*;

    const OK: StatusCode = StatusCode::OK;
    const REFUSED: StatusCode = StatusCode::TOO_MANY_REQUESTS;

    #[test]
    fn the_default_is_the_pace_that_the_spec_names() {
        for service in crate::services() {
            let window = Duration::from_secs(service.burst_seconds.into());
            let named = Limiter::new(service.per_second, service.burst, window);
            assert_eq!(format!("{:?}", Limiter::default()), format!("{named:?}"));
        }
    }

    /// No stretch of `length` that begins with a grant holds more than `most`.
    fn keeps(grants: &[Instant], most: usize, length: Duration) -> bool {
        grants
            .windows(most + 1)
            .all(|stretch| stretch[most] - stretch[0] >= length)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn neither_bound_is_exceeded_whatever_arrives_when(
            per_second in 1_u32..20,
            burst in 1_u32..60,
            window in 1_u64..30,
            arrivals in prop::collection::vec((0_u64..3_000, 0_u8..40), 1..60),
        ) {
            let window = Duration::from_secs(window);
            let mut pace = Pace::new(per_second, burst, window);
            let mut now = Instant::now();
            let mut grants = Vec::new();
            for (millis, requests) in arrivals {
                now += Duration::from_millis(millis);
                for _ in 0..requests {
                    now = now.max(pace.free_at().unwrap_or(now));
                    pace.grant(now);
                    grants.push(now);
                }
            }
            prop_assert!(keeps(&grants, per_second as usize, SECOND));
            prop_assert!(keeps(&grants, burst as usize, window));
        }
    }

    /// Runs a test with a clock that jumps from event to event.
    fn on_a_fake_clock<T>(test: impl Future<Output = T>) -> T {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap()
            .block_on(test)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]
        #[test]
        fn callers_that_come_go_and_give_up_keep_both_bounds(
            callers in prop::collection::vec((0_u64..4_000, prop::option::of(0_u64..3_000)), 1..120),
        ) {
            let grants = on_a_fake_clock(async {
                let limiter = Limiter::new(5, 20, Duration::from_secs(7));
                let grants = Arc::new(Mutex::new(Vec::new()));
                let mut tasks = Vec::new();
                for (arrives, gives_up) in callers {
                    let (limiter, grants) = (limiter.clone(), Arc::clone(&grants));
                    tasks.push(tokio::spawn(async move {
                        sleep(Duration::from_millis(arrives)).await;
                        let patience = gives_up.map_or(Duration::from_secs(3_600), Duration::from_millis);
                        if let Ok(Some(grant)) = tokio::time::timeout(patience, limiter.acquire()).await {
                            grants.lock().unwrap().push(grant.0);
                        }
                    }));
                }
                for task in tasks {
                    task.await.unwrap();
                }
                let mut grants = grants.lock().unwrap().clone();
                grants.sort();
                grants
            });
            prop_assert!(keeps(&grants, 5, SECOND));
            prop_assert!(keeps(&grants, 20, Duration::from_secs(7)));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_documented_pace_is_kept_to_the_millisecond() {
        let limiter = Limiter::default();
        let start = Instant::now();
        for number in 0..1_200_u64 {
            let grant = limiter.acquire().await.unwrap();
            let expected = Duration::from_secs(number / 50);
            assert!(
                grant.0 - start >= expected
                    && grant.0 - start < expected + Duration::from_millis(2 * (number / 50 + 1)),
                "{number}: {:?}",
                grant.0 - start
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_first_goes_first() {
        let limiter = Limiter::new(1, 1_000, SECOND);
        let order = Arc::new(Mutex::new(Vec::new()));
        let tasks: Vec<_> = (0..10)
            .map(|number| {
                let (limiter, order) = (limiter.clone(), Arc::clone(&order));
                tokio::spawn(async move {
                    limiter.acquire().await;
                    order.lock().unwrap().push(number);
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), (0..10).collect::<Vec<_>>());
    }

    #[tokio::test(start_paused = true)]
    async fn the_longest_window_is_no_overflow() {
        let limiter = Limiter::new(1, 2, Duration::MAX);
        let start = Instant::now();
        for _ in 0..3 {
            limiter.acquire().await;
        }
        let time = start.elapsed();
        assert!(
            time >= LONGEST_WINDOW && time < LONGEST_WINDOW + SECOND,
            "{time:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_waiter_that_gives_up_makes_room_for_the_next() {
        let limiter = Limiter::new(1, 1_000, SECOND);
        let start = Instant::now();
        limiter.acquire().await;
        let served = Arc::new(AtomicUsize::new(0));
        let spawn = || {
            let (limiter, served) = (limiter.clone(), Arc::clone(&served));
            tokio::spawn(async move {
                limiter.acquire().await;
                served.fetch_add(1, Ordering::Relaxed);
                Instant::now()
            })
        };
        let (first, second, third) = (spawn(), spawn(), spawn());
        tokio::task::yield_now().await;
        first.abort();
        second.abort();

        let end = third.await.unwrap();
        assert!(
            end - start < Duration::from_millis(1_010),
            "the third goes when the first would have"
        );
        assert_eq!(served.load(Ordering::Relaxed), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_stops_everybody_for_as_long_as_it_says() {
        let limiter = Limiter::default();
        let start = Instant::now();
        let grant = limiter.acquire().await;
        limiter.observe(
            grant,
            REFUSED,
            &HeaderMap::new(),
            Some(Duration::from_secs(7)),
        );
        let other = limiter.clone();
        other.acquire().await;
        let waited = Instant::now() - start;
        assert!(
            waited >= Duration::from_secs(7) && waited < Duration::from_millis(7_010),
            "{waited:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_storm_of_refusals_counts_once_and_the_next_one_pauses_longer() {
        let limiter = Limiter::default();
        let storm = async || {
            let start = Instant::now();
            let mut grants = Vec::new();
            for _ in 0..20 {
                grants.push(limiter.acquire().await);
            }
            advance(Duration::from_millis(5)).await;
            for grant in grants {
                limiter.observe(grant, REFUSED, &HeaderMap::new(), None);
            }
            let grant = limiter.acquire().await;
            (Instant::now() - start, grant)
        };
        let (first, _) = storm().await;
        assert!(first < Duration::from_millis(1_100), "{first:?}");
        let (second, grant) = storm().await;
        assert!(
            second > Duration::from_secs(2) && second < Duration::from_millis(3_100),
            "{second:?}"
        );

        limiter.observe(grant, OK, &HeaderMap::new(), None);
        advance(Duration::from_secs(20)).await;
        let (after_success, _) = storm().await;
        assert!(
            after_success < Duration::from_millis(1_100),
            "{after_success:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_server_has_left_only_slows() {
        let limiter = Limiter::default();
        let mut headers = HeaderMap::new();
        let mut seconds_for = async |remaining: &str| {
            headers.insert("ratelimit-remaining", remaining.parse().unwrap());
            let start = Instant::now();
            for _ in 0..10 {
                let grant = limiter.acquire().await;
                limiter.observe(grant, OK, &headers, None);
            }
            let time = Instant::now() - start;
            advance(Duration::from_secs(30)).await;
            time.as_secs_f64()
        };
        assert!(seconds_for("1000000").await < 0.1);
        assert!(seconds_for("garbage").await < 0.1);
        assert!(seconds_for("-1").await < 0.1);
        let slow = seconds_for("5").await;
        assert!((1.7..2.0).contains(&slow), "five a second: {slow}");
        let stop = seconds_for("0").await;
        assert!((8.9..9.2).contains(&stop), "one a second: {stop}");
    }

    #[tokio::test(start_paused = true)]
    async fn without_limits_nothing_waits() {
        let limiter = Limiter::unlimited();
        let start = Instant::now();
        for _ in 0..10_000 {
            let grant = limiter.acquire().await;
            limiter.observe(grant, REFUSED, &HeaderMap::new(), Some(SECOND));
        }
        assert_eq!(Instant::now(), start);
    }
}
