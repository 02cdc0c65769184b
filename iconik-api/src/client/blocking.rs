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
use std::sync::{Arc, mpsc};
use std::thread::{self, ThreadId};

use tokio::runtime::{Builder, Handle, RuntimeFlavor};
use tokio::sync::oneshot;

use crate::error::{Error, ErrorKind, Result};
use crate::http::action::Action;
use crate::http::decode::Decode;
use crate::http::meta::Endpoint;
use crate::paging::{Cursor, Items};

/// A client whose calls return when they are done.
///
/// It wraps a [`Client`](crate::Client) and sends the same request values. One thread in the
/// background drives the calls of all clones; it ends with the last of them.
///
/// It works on any thread, also on those of a multi-threaded Tokio runtime, which it then holds
/// up. On a current-thread runtime it would stop everything else on that thread, perhaps what it
/// is waiting for, so it gives an error there: use the async client.
#[derive(Clone)]
pub struct Client {
    client: crate::Client,
    worker: Arc<Worker>,
}

struct Worker {
    handle: Handle,
    thread: ThreadId,
    /// Dropped with the worker, which ends its thread.
    _running: oneshot::Sender<()>,
}

impl Client {
    /// Makes calls of this client blocking.
    ///
    /// # Errors
    ///
    /// When the thread cannot be started.
    pub fn new(client: crate::Client) -> Result<Self> {
        let failed = |source: std::io::Error| {
            Error::config("the thread of the blocking client cannot be started").source(source)
        };
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(failed)?;
        let handle = runtime.handle().clone();
        let (running, stopped) = oneshot::channel::<()>();
        let thread = thread::Builder::new()
            .name("iconik-api".to_owned())
            .spawn(move || runtime.block_on(stopped))
            .map_err(failed)?;
        let worker = Worker {
            handle,
            thread: thread.thread().id(),
            _running: running,
        };
        Ok(Self {
            client,
            worker: Arc::new(worker),
        })
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
    /// As the async client; also where it cannot run, see [`Client`].
    pub fn call<A: Action>(&self, request: &A) -> Result<<A::Response as Decode>::Output>
    where
        <A::Response as Decode>::Output: Send,
    {
        self.wait(self.client.call(request))
    }

    /// Waits for a request of a handle, a [`Call`](crate::Call), or any future of this crate.
    ///
    /// # Errors
    ///
    /// As the async client; also where it cannot run, see [`Client`].
    pub fn wait<F, T>(&self, call: F) -> Result<T>
    where
        F: IntoFuture<Output = Result<T>>,
        F::IntoFuture: Send + 'static,
        T: Send + 'static,
    {
        let cannot = |why: &str| Error::new(ErrorKind::Runtime, Endpoint::None).detail(why);
        if thread::current().id() == self.worker.thread {
            return Err(cannot(
                "a blocking call within a call of the same client would wait for itself",
            ));
        }
        if Handle::try_current()
            .is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::CurrentThread)
        {
            return Err(cannot(
                "a blocking call would stop the current-thread runtime that it is made on; use the async client, or a thread of its own",
            ));
        }
        let (done, result) = mpsc::sync_channel(1);
        let call = call.into_future();
        self.worker.handle.spawn(async move {
            // Nobody waits any more if this fails, and that is fine.
            let _ = done.send(call.await);
        });
        result
            .recv()
            .unwrap_or_else(|_| Err(cannot("the call panicked").sent(1, true)))
    }
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
    pub fn iter<T: Send + 'static>(&self, items: Items<T>) -> Iter<T> {
        Iter {
            client: self.clone(),
            items: Some(items),
        }
    }
}

/// The rows of a list, without async; see [`Client::iter`].
#[must_use = "nothing is requested until the first row is asked for"]
pub struct Iter<T> {
    client: Client,
    /// None after an error that says that nothing can be waited for here.
    items: Option<Items<T>>,
}

impl<T> Iter<T> {
    /// Where the list goes on behind the rows that were given out; none at its end.
    pub fn cursor(&self) -> Option<Cursor> {
        self.items.as_ref()?.cursor()
    }
}

impl<T: Send + 'static> Iterator for Iter<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        let mut items = self.items.take()?;
        // Most rows have come with the one before them. They need no journey to another thread.
        if let Some(row) = items.pop() {
            self.items = Some(items);
            return Some(Ok(row));
        }
        let next = self.client.wait(async move {
            let row = items.next().await;
            Ok((items, row))
        });
        match next {
            Ok((items, row)) => {
                self.items = Some(items);
                row
            }
            Err(error) => Some(Err(error)),
        }
    }
}

impl<T> fmt::Debug for Iter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter")
            .field("items", &self.items)
            .finish_non_exhaustive()
    }
}
