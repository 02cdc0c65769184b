//! One fetch of credentials that many calls wait for.

use std::future::poll_fn;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::task::{Context, Poll, Wake, Waker};

use tokio::time::Instant;

use super::credentials::{BoxFuture, Credentials};
use super::driver::Driven;
use crate::error::BoxError;

type Fetched = Result<Credentials, BoxError>;

/// One fetch of credentials that many calls wait for.
///
/// Every call that waits polls it. So it makes progress as long as one of them is polled, whichever
/// began it.
pub(super) struct Refresh {
    /// `None` once it has ended.
    fetch: Mutex<Option<Driven<BoxFuture<'static, Fetched>>>>,
    waiting: Arc<Waiting>,
    /// When it has taken too long.
    pub(super) deadline: Instant,
}

impl Refresh {
    pub(super) fn new(fetch: BoxFuture<'static, Fetched>, deadline: Instant) -> Arc<Self> {
        Arc::new(Self {
            fetch: Mutex::new(Some(Driven::new(fetch))),
            waiting: Arc::default(),
            deadline,
        })
    }

    /// Waits for the end. The call that sees it first reports it to `end`.
    pub(super) async fn join(&self, end: impl Fn(Fetched)) {
        let number = self.waiting.lock().enter();
        poll_fn(|context| self.poll(number, context, &end)).await;
    }

    fn poll(&self, number: u64, context: &mut Context<'_>, end: &impl Fn(Fetched)) -> Poll<()> {
        // Registered first: what happens from here on wakes this call.
        self.waiting.lock().register(number, context.waker());
        let mut fetch = match self.fetch.try_lock() {
            Ok(fetch) => fetch,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            // Another thread polls it, and wakes this call when there is more to do.
            Err(TryLockError::WouldBlock) => return Poll::Pending,
        };
        let Some(running) = fetch.as_mut() else {
            return Poll::Ready(());
        };
        let everyone = Waker::from(Arc::clone(&self.waiting));
        let fetched = std::pin::Pin::new(running).poll(&mut Context::from_waker(&everyone));
        let Poll::Ready(fetched) = fetched else {
            return Poll::Pending;
        };
        let ended = fetch.take();
        end(fetched);
        drop(fetch);
        drop(ended);
        everyone.wake();
        Poll::Ready(())
    }
}

/// The calls that wait for a fetch.
#[derive(Default)]
struct Waiting(Mutex<Wakers>);

#[derive(Default)]
struct Wakers {
    next: u64,
    wakers: Vec<(u64, Waker)>,
}

impl Waiting {
    fn lock(&self) -> MutexGuard<'_, Wakers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wakers {
    fn enter(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn register(&mut self, number: u64, waker: &Waker) {
        match self.wakers.iter_mut().find(|(known, _)| *known == number) {
            Some((_, known)) => known.clone_from(waker),
            None => self.wakers.push((number, waker.clone())),
        }
    }
}

impl Wake for Waiting {
    fn wake(self: Arc<Self>) {
        let wakers = mem::take(&mut self.lock().wakers);
        for (_, waker) in wakers {
            waker.wake();
        }
    }
}
