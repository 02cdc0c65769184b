//! The thread that drives connections and clocks, so that a client does not depend on the runtime in
//! which it is used.
//!
//! Connections are kept for later calls, and their tasks live in the runtime that opened them. If that
//! were the caller's, a second runtime would find connections that nothing drives. So one thread in the
//! process has a runtime for them; the calls themselves are polled by the caller.

use std::future::{Future, pending};
use std::pin::{Pin, pin};
use std::sync::OnceLock;
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::time::{Instant, Sleep};

use super::meta::Endpoint;
use crate::error::{Error, ErrorKind, Result};

/// Starts the thread, unless it runs already.
pub(crate) fn start() -> Result<&'static Handle> {
    static DRIVER: OnceLock<std::io::Result<Handle>> = OnceLock::new();
    DRIVER.get_or_init(spawn).as_ref().map_err(|source| {
        Error::new(ErrorKind::Runtime, Endpoint::None).detail(format!(
            "the thread that drives connections cannot be started: {source}"
        ))
    })
}

fn spawn() -> std::io::Result<Handle> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    thread::Builder::new()
        .name("iconik-api".to_owned())
        .spawn(move || runtime.block_on(pending::<()>()))?;
    Ok(handle)
}

/// Polls a future as if it ran in the driver: what it opens and spawns lives there.
pub(crate) struct Driven<F>(F);

impl<F: Future + Unpin> Driven<F> {
    pub(crate) fn new(future: F) -> Self {
        Self(future)
    }
}

impl<F: Future + Unpin> Future for Driven<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let _inside = start().ok().map(Handle::enter);
        Pin::new(&mut self.0).poll(context)
    }
}

/// Completes at `time`.
///
/// The driver has the clock. A runtime whose clock is stopped, as in tests, keeps its own.
pub(crate) fn sleep_until(time: Instant) -> Sleep {
    let _inside = if clock_is_stopped() {
        None
    } else {
        start().ok().map(Handle::enter)
    };
    tokio::time::sleep_until(time)
}

/// Completes after `time`, which may be longer than any clock runs.
pub(crate) fn sleep(time: Duration) -> Sleep {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 86_400);
    sleep_until(Instant::now() + time.min(CENTURY))
}

/// Gives a future until `time`; `None` if it takes longer.
pub(crate) async fn timeout_at<F: Future>(time: Instant, future: F) -> Option<F::Output> {
    let (mut future, mut sleep) = (pin!(future), pin!(sleep_until(time)));
    std::future::poll_fn(|context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Some(output));
        }
        sleep.as_mut().poll(context).map(|()| None)
    })
    .await
}

/// Gives a future this much time; `None` if it takes longer.
pub(crate) async fn timeout<F: Future>(time: Duration, future: F) -> Option<F::Output> {
    match Instant::now().checked_add(time) {
        Some(end) => timeout_at(end, future).await,
        None => Some(future.await),
    }
}

/// Whether the runtime of the caller has a clock of its own, which `tokio::time::pause` stops.
fn clock_is_stopped() -> bool {
    let before = std::time::Instant::now();
    let between = Instant::now().into_std();
    between < before || between > std::time::Instant::now()
}

/// Waits on this thread for a future, which is polled as if it ran in the driver.
#[cfg(feature = "blocking")]
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(thread::Thread);

    impl std::task::Wake for Unpark {
        fn wake(self: std::sync::Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = std::sync::Arc::new(Unpark(thread::current())).into();
    let mut context = Context::from_waker(&waker);
    let future = pin!(future);
    let mut driven = Driven::new(future);
    loop {
        match Pin::new(&mut driven).poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}
