//! The same requests without async. Needs the cargo feature `blocking`.
//!
//! ```no_run
//! # fn main() -> iconik_api::Result<()> {
//! use iconik_api::blocking::{Client, Wait};
//!
//! let client = Client::from_env()?;
//! let asset = client.assets().get("2c5bfe1a-f149-11eb-a843-0a580a3db916").wait()?;
//! println!("{:?}", asset.title);
//! # Ok(())
//! # }
//! ```

use std::fmt;
use std::future::{IntoFuture, poll_fn};
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures_core::Stream;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::coop;

use crate::error::{Error, ErrorKind, Result};
use crate::http::action::Action;
use crate::http::decode::Decode;
use crate::http::driver;
use crate::http::meta::Endpoint;
use crate::paging::{Cursor, Items};

/// A client whose calls return when they are done.
///
/// It dereferences to a [`Client`](crate::Client), whose handles make the requests, and [`Wait`] sends them:
/// `client.assets().get(id).wait()?`. The calls run on the thread that makes them, which waits; connections are
/// driven by a thread in the background. No runtime is needed, and it also works in `spawn_blocking` of any
/// runtime.
///
/// Within an async function of a multi-threaded runtime it blocks one of the threads. On a current-thread
/// runtime it would stop everything, perhaps what it waits for, so it returns an error there.
#[derive(Clone)]
pub struct Client {
    client: crate::Client,
}

impl Client {
    /// Creates a blocking client from an async one.
    ///
    /// # Errors
    ///
    /// When the thread that drives connections cannot be started.
    pub fn new(client: crate::Client) -> Result<Self> {
        driver::start()?;
        Ok(Self { client })
    }

    /// Creates a client from the environment, as [`Client::from_env`](crate::Client::from_env) does.
    ///
    /// # Errors
    ///
    /// When a variable is missing or cannot be used; the error names it.
    pub fn from_env() -> Result<Self> {
        Self::new(crate::Client::from_env()?)
    }

    /// Returns the async client.
    pub fn inner(&self) -> &crate::Client {
        &self.client
    }

    /// Sends a request and waits for its response.
    ///
    /// # Errors
    ///
    /// As the async client.
    pub fn call<A: Action>(&self, request: &A) -> Result<<A::Response as Decode>::Output> {
        self.wait(self.client.call(request))
    }

    /// Waits for a request of a handle, a [`Call`](crate::Call), or any future of this crate.
    ///
    /// # Errors
    ///
    /// As the async client.
    pub fn wait<F, T, E>(&self, call: F) -> Result<T, E>
    where
        F: IntoFuture<Output = Result<T, E>>,
        E: From<Error>,
    {
        call.wait()
    }

    /// Returns an iterator over items, pages or the entries of a tree: whatever this crate reads as a stream.
    ///
    /// ```no_run
    /// # fn main() -> iconik_api::Result<()> {
    /// let client = iconik_api::blocking::Client::from_env()?;
    /// let collections = client.assets().collections();
    ///
    /// for collection in client.iter(collections.list().items().read_ahead(4)) {
    ///     println!("{:?}", collection?.title);
    /// }
    /// for page in client.iter(collections.list().pages()) {
    ///     println!("{} collections", page?.objects.len());
    /// }
    /// for found in client.iter(collections.walk("7e6abeea-4bff-4153-912d-2880617046ce")) {
    ///     println!("{}", found?.path().join("/"));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn iter<S, T, E>(&self, stream: S) -> Iter<S>
    where
        S: Stream<Item = Result<T, E>> + Unpin,
        E: Into<Error>,
    {
        Iter { stream }
    }
}

impl Deref for Client {
    type Target = crate::Client;

    fn deref(&self) -> &crate::Client {
        &self.client
    }
}

/// Adds [`wait`](Self::wait) to requests, calls and futures.
///
/// ```no_run
/// # fn main() -> iconik_api::Result<()> {
/// use std::time::Duration;
/// use iconik_api::blocking::{Client, Wait};
/// use iconik_api::wait::PollOptions;
///
/// let client = Client::from_env()?;
/// let id = "2c5bfe1a-f149-11eb-a843-0a580a3db916";
/// let asset = client.assets().get(id).wait()?;
/// let raw = client.assets().get(id).call().raw().wait()?;
/// let page = PollOptions::up_to(Duration::from_secs(60))
///     .until(|| client.assets().segments().list(id), |page| page.total > Some(0))
///     .wait()?;
/// # Ok(())
/// # }
/// ```
pub trait Wait: IntoFuture + Sized {
    /// Sends the request, or runs the future, and waits on this thread until it is done.
    ///
    /// # Errors
    ///
    /// Those of awaiting it, and one of the kind [`ErrorKind::Runtime`] on a current-thread runtime, which it
    /// would stop.
    fn wait<T, E>(self) -> Result<T, E>
    where
        Self: IntoFuture<Output = Result<T, E>>,
        E: From<Error>,
    {
        if is_in_current_thread_task() {
            let error = Error::new(ErrorKind::Runtime, Endpoint::None).detail(
                "a blocking call would stop the current-thread runtime that it is made on; use the async client, or `spawn_blocking`",
            );
            return Err(error.into());
        }
        driver::start()?;
        driver::block_on(self.into_future())
    }
}

impl<F: IntoFuture> Wait for F {}

/// Whether this thread is polling a task of a current-thread runtime.
fn is_in_current_thread_task() -> bool {
    /// More than Tokio lets a task do before it must yield.
    const MORE_THAN_A_TASK_MAY_DO: usize = 1_024;
    let current_thread = Handle::try_current()
        .is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::CurrentThread);
    if !current_thread {
        return false;
    }
    // Only tasks have a budget; code in `spawn_blocking` has none. What is taken here is given back.
    let mut context = Context::from_waker(Waker::noop());
    let mut taken = Vec::new();
    while taken.len() < MORE_THAN_A_TASK_MAY_DO {
        match coop::poll_proceed(&mut context) {
            Poll::Ready(budget) => taken.push(budget),
            Poll::Pending => break,
        }
    }
    let is_task = taken.len() < MORE_THAN_A_TASK_MAY_DO;
    while taken.pop().is_some() {}
    is_task
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("blocking::Client")
            .field(&self.client)
            .finish()
    }
}

/// An iterator over what a stream of this crate returns; see [`Client::iter`].
#[must_use = "nothing is requested until the first item is requested"]
pub struct Iter<S> {
    stream: S,
}

impl<S> Iter<S> {
    /// Returns the stream.
    pub fn get_ref(&self) -> &S {
        &self.stream
    }

    /// Returns the stream, to change it between two items: for example to skip a collection of a tree.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.stream
    }
}

impl<T> Iter<Items<T>> {
    /// Returns where the list continues behind the items that were returned; `None` at its end.
    pub fn cursor(&self) -> Option<Cursor> {
        self.stream.cursor()
    }
}

impl<S, T, E> Iterator for Iter<S>
where
    S: Stream<Item = Result<T, E>> + Unpin,
    E: Into<Error>,
{
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        // Most items arrived with the one before them.
        if self.stream.size_hint().0 > 0 {
            let mut context = Context::from_waker(Waker::noop());
            if let Poll::Ready(item) = Pin::new(&mut self.stream).poll_next(&mut context) {
                return item.map(|item| item.map_err(Into::into));
            }
        }
        let next = poll_fn(|context| Pin::new(&mut self.stream).poll_next(context));
        match (async { Ok::<_, Error>(next.await) }).wait() {
            Ok(item) => item.map(|item| item.map_err(Into::into)),
            Err(error) => Some(Err(error)),
        }
    }
}

impl<S: fmt::Debug> fmt::Debug for Iter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter")
            .field("stream", &self.stream)
            .finish()
    }
}
