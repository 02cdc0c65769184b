//! The thread that drives connections and clocks, so that a client does not depend on the runtime in
//! which it is used.
//!
//! Connections are kept for later calls, and their tasks live in the runtime that opened them. If that
//! were the caller's, a second runtime would find connections that nothing drives. So one thread in the
//! process has a runtime for them. An attempt that has begun runs there, too, until its response is read: the
//! caller may poll it late or never. Everything else of a call is polled by the caller.

use std::future::{Future, pending};
use std::pin::{Pin, pin};
use std::sync::OnceLock;
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, EnterGuard, Handle};
use tokio::task::JoinHandle;
use tokio::time::{Instant, Sleep, Timeout};

use super::meta::Endpoint;
use crate::error::{Error, ErrorKind, Result};

/// Starts the thread, unless it runs already.
pub(crate) fn start() -> Result<&'static Handle> {
    static DRIVER: OnceLock<std::io::Result<Handle>> = OnceLock::new();
    DRIVER.get_or_init(launch).as_ref().map_err(|source| {
        Error::new(ErrorKind::Runtime, Endpoint::None).detail(format!(
            "the thread that drives connections cannot be started: {source}"
        ))
    })
}

fn launch() -> std::io::Result<Handle> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    thread::Builder::new()
        .name("iconik-api".to_owned())
        .spawn(move || runtime.block_on(pending::<()>()))?;
    Ok(handle)
}

/// Runs a future in the driver, whether or not its result is waited for.
///
/// # Errors
///
/// When the driver cannot be started.
pub(crate) fn spawn<F>(future: F) -> Result<Task<F::Output>>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    Ok(Task(start()?.spawn(future)))
}

/// A future that runs in the driver; it ends when this is dropped. The result is `None` if it panicked.
pub(crate) struct Task<T>(JoinHandle<T>);

impl<T> Future for Task<T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        Pin::new(&mut self.0).poll(context).map(Result::ok)
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
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

/// Longer than any clock needs to run.
const CENTURY: Duration = Duration::from_secs(100 * 365 * 86_400);

/// Completes at `time`.
pub(crate) fn sleep_until(time: Instant) -> Sleep {
    let _inside = clock();
    tokio::time::sleep_until(time)
}

/// Completes after `time`.
pub(crate) fn sleep(time: Duration) -> Sleep {
    sleep_until(Instant::now() + time.min(CENTURY))
}

/// Gives a future until `time`.
pub(crate) fn timeout_at<F: Future>(time: Instant, future: F) -> Timeout<F> {
    let _inside = clock();
    tokio::time::timeout_at(time, future)
}

/// Gives a future this much time.
pub(crate) fn timeout<F: Future>(time: Duration, future: F) -> Timeout<F> {
    timeout_at(Instant::now() + time.min(CENTURY), future)
}

/// Enters the runtime whose clock counts: that of the driver, unless the runtime of the caller has stopped its
/// own, as tests do.
fn clock() -> Option<EnterGuard<'static>> {
    match clock_is_stopped() {
        true => None,
        false => start().ok().map(Handle::enter),
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
