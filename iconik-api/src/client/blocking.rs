//! The same requests without async. Feature `blocking`.
//!
//! ```no_run
//! # fn main() -> iconik_api::Result<()> {
//! use http::Method;
//!
//! let iconik = iconik_api::blocking::Client::from_env()?;
//! let call = iconik.inner().request(Method::GET, "/API/users/v1/users/current/");
//! let me = iconik.wait(call.json_value())?;
//! # Ok(())
//! # }
//! ```

use std::fmt;
use std::future::IntoFuture;
use std::task::{Context, Poll, Waker};

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
/// It wraps a [`Client`](crate::Client) and sends the same request values. The calls run on the thread
/// that makes them, which waits; connections are driven by a thread in the background. No runtime is
/// needed, and it also works in `spawn_blocking` of any runtime.
///
/// Within an async function of a multi-threaded runtime it holds up one of the threads. On a current-thread
/// runtime it would stop everything, perhaps what it waits for, so it returns an error there.
#[derive(Clone)]
pub struct Client {
    client: crate::Client,
}

impl Client {
    /// Makes calls of this client blocking.
    ///
    /// # Errors
    ///
    /// When the thread that drives connections cannot be started.
    pub fn new(client: crate::Client) -> Result<Self> {
        driver::start()?;
        Ok(Self { client })
    }

    /// A client from the environment, as [`Client::from_env`](crate::Client::from_env) makes it.
    ///
    /// # Errors
    ///
    /// When a variable is missing or cannot be used; the error names it.
    pub fn from_env() -> Result<Self> {
        Self::new(crate::Client::from_env()?)
    }

    /// The client within: its handles make requests, which [`wait`](Self::wait) sends.
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
    pub fn wait<F, T>(&self, call: F) -> Result<T>
    where
        F: IntoFuture<Output = Result<T>>,
    {
        if is_in_current_thread_task() {
            return Err(Error::new(ErrorKind::Runtime, Endpoint::None).detail(
                "a blocking call would stop the current-thread runtime that it is made on; use the async client, or `spawn_blocking`",
            ));
        }
        driver::block_on(call.into_future())
    }
}

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

impl Client {
    /// The rows of a list, for a loop.
    ///
    /// ```no_run
    /// # fn main() -> iconik_api::Result<()> {
    /// let iconik = iconik_api::blocking::Client::from_env()?;
    /// let list = iconik.inner().assets().collections().list();
    /// for collection in iconik.iter(list.items().read_ahead(4)) {
    ///     println!("{:?}", collection?.title);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn iter<T>(&self, items: Items<T>) -> Iter<T> {
        Iter {
            client: self.clone(),
            items,
        }
    }
}

/// The rows of a list, without async; see [`Client::iter`].
#[must_use = "nothing is requested until the first row is asked for"]
pub struct Iter<T> {
    client: Client,
    items: Items<T>,
}

impl<T> Iter<T> {
    /// Where the list goes on behind the rows that were given out; none at its end.
    pub fn cursor(&self) -> Option<Cursor> {
        self.items.cursor()
    }
}

impl<T> Iterator for Iter<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        // Most items arrived with the one before them.
        if let Some(item) = self.items.pop() {
            return Some(Ok(item));
        }
        let next = self.client.wait(async { Ok(self.items.next().await) });
        next.unwrap_or_else(|error| Some(Err(error)))
    }
}

impl<T> fmt::Debug for Iter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter")
            .field("items", &self.items)
            .finish_non_exhaustive()
    }
}
