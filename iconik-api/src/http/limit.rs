//! Keeps the requests of all calls within the rate limits of iconik.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use tokio::time::Instant;

use super::driver;
use super::meta::{Endpoint, ServiceMeta};
use super::pace::{Grant, Pace, Ticket, Turn};

/// Keeps the requests of one application within the rate limits of iconik.
///
/// By default each service has a pace of its own, from its [`ServiceMeta`]: 50 requests a second and
/// 1,000 in any 20 seconds, where iconik documents no other numbers. Every client has a limiter, which
/// its clones share. Give the same one to several clients that use the same application token:
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
/// - **Each request reserves a point in time**, in the order in which they ask. A call that is not
///   polled when its time comes, or that is dropped, wastes at most its own slot; no other call waits
///   for it.
/// - **The server's count stays below the limit.** Requests are spread over each second, and each window
///   is 0.2 seconds longer than the limit says, because a request on a new connection takes longer to
///   arrive than one on a kept connection. So 50 requests a second become about 41.
/// - **A 429 pauses all requests to the service**, not only the one that met it: for as long as
///   `Retry-After` says, or for a second, which doubles with every further 429. It takes effect with the
///   head of the response.
/// - **`RateLimit-Remaining`** slows requests down when others use the same application; it never speeds
///   them up.
#[derive(Clone)]
pub struct Limiter(Kind);

#[derive(Clone)]
enum Kind {
    Unlimited,
    /// One pace for all requests.
    One(Shared),
    /// One pace for each service, made when it is first needed.
    PerService(Arc<PerService>),
}

struct PerService {
    known: &'static [ServiceMeta],
    paces: Mutex<BTreeMap<Box<str>, Shared>>,
}

#[derive(Clone)]
struct Shared(Arc<Mutex<Pace>>);

impl Limiter {
    /// Creates a limiter with one pace for all services: at most `per_second` requests in any second, and
    /// at most `burst` in any `window`.
    ///
    /// Zero counts as one, and a window is at most a day long.
    pub fn new(per_second: u32, burst: u32, window: Duration) -> Self {
        Self(Kind::One(Shared::new(per_second, burst, window)))
    }

    /// Creates a limiter with a pace for each service. Services that are not among these have the pace
    /// that iconik documents for all.
    pub(crate) fn per_service(known: &'static [ServiceMeta]) -> Self {
        Self(Kind::PerService(Arc::new(PerService {
            known,
            paces: Mutex::default(),
        })))
    }

    /// Creates a limiter without any limit. A 429 then pauses only the call that met it.
    pub fn unlimited() -> Self {
        Self(Kind::Unlimited)
    }

    /// Waits until a request to this endpoint may go.
    pub(crate) async fn acquire(&self, endpoint: &Endpoint) -> Option<Permission> {
        let pace = self.pace(endpoint)?;
        let grant = pace.acquire().await;
        Some(Permission { pace, grant })
    }

    fn pace(&self, endpoint: &Endpoint) -> Option<Shared> {
        match &self.0 {
            Kind::Unlimited => None,
            Kind::One(pace) => Some(pace.clone()),
            Kind::PerService(services) => Some(services.pace(endpoint.service())),
        }
    }
}

impl fmt::Debug for Limiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Unlimited => f.write_str("Limiter(unlimited)"),
            Kind::One(pace) => f
                .debug_struct("Limiter")
                .field("waiting", &pace.lock().waiting())
                .finish_non_exhaustive(),
            Kind::PerService(services) => {
                let waiting: usize = lock(&services.paces)
                    .values()
                    .map(|pace| pace.lock().waiting())
                    .sum();
                f.debug_struct("Limiter")
                    .field("waiting", &waiting)
                    .finish_non_exhaustive()
            }
        }
    }
}

impl PerService {
    fn pace(&self, base_path: &str) -> Shared {
        let mut paces = lock(&self.paces);
        if let Some(pace) = paces.get(base_path) {
            return pace.clone();
        }
        let known = self.known.iter().find(|known| known.base_path == base_path);
        let pace = match known {
            Some(meta) => {
                let window = Duration::from_secs(meta.burst_seconds.into());
                Shared::new(meta.per_second, meta.burst, window)
            }
            None => Shared::new(50, 1_000, Duration::from_secs(20)),
        };
        paces.insert(base_path.into(), pace.clone());
        pace
    }
}

/// That a request may go, and where to report what becomes of it.
pub(crate) struct Permission {
    pace: Shared,
    grant: Grant,
}

impl Permission {
    /// Waits for another slot, if the request was kept back until its own had passed.
    pub(crate) async fn renew(self) -> Self {
        let Self { pace, grant } = self;
        let is_late = pace.lock().is_late(grant, Instant::now());
        let grant = match is_late {
            true => pace.wait(grant.ticket(), None).await,
            false => grant,
        };
        Self { pace, grant }
    }

    /// Learns from the head of the response. Returns how long the requests to this service pause, if this
    /// response says so.
    pub(crate) fn observe(
        self,
        status: StatusCode,
        headers: &HeaderMap,
        retry_after: Option<Duration>,
    ) -> Option<Duration> {
        let remaining = headers.get("ratelimit-remaining");
        let remaining = remaining.and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let mut pace = self.pace.lock();
        pace.observe(Instant::now(), self.grant, status, remaining, retry_after)
    }
}

impl Shared {
    fn new(per_second: u32, burst: u32, window: Duration) -> Self {
        Self(Arc::new(Mutex::new(Pace::new(per_second, burst, window))))
    }

    fn lock(&self) -> MutexGuard<'_, Pace> {
        lock(&self.0)
    }

    async fn acquire(&self) -> Grant {
        // The clock is read under the lock: the times that a pace is given never go back.
        let reserve = || {
            let mut pace = self.lock();
            pace.reserve(Instant::now())
        };
        match reserve() {
            Turn::Now(grant) => grant,
            Turn::At(ticket, at) => self.wait(ticket, Some(at)).await,
        }
    }

    /// Waits until the slot of a ticket is due, which is not before `at`.
    async fn wait(&self, ticket: Ticket, mut at: Option<Instant>) -> Grant {
        let reservation = Reservation { pace: self, ticket };
        loop {
            if let Some(at) = at {
                driver::sleep_until(at).await;
            }
            match reservation.take() {
                Turn::Now(grant) => return grant,
                Turn::At(_, later) => at = Some(later),
            }
        }
    }
}

/// A slot that is given back if nothing was sent in it.
struct Reservation<'a> {
    pace: &'a Shared,
    ticket: Ticket,
}

impl Reservation<'_> {
    fn take(&self) -> Turn {
        let mut pace = self.pace.lock();
        pace.take(self.ticket, Instant::now())
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        self.pace.lock().give_up(self.ticket);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic elsewhere leaves nothing half done here.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
