//! The server: a socket on this machine, and the state behind it.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming as HyperBody, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::Value;
use tokio::net::{TcpListener as TokioListener, TcpStream};
use tokio::sync::watch;

use super::check::Accepted;
use super::fault::{Damage, Fault};
use super::incoming::Incoming;
use super::source::time;
use super::state::{Settings, State};
use crate::client::{Client, ClientBuilder};
use crate::testing::received_methods;
use crate::{Credentials, Timestamp};

/// How long the state waits to be written after a change.
const SAVE_AFTER: Duration = Duration::from_millis(500);

/// A local iconik: a server on this machine that knows every action, keeps state, and misbehaves on request.
///
/// It runs in a thread of its own until it is dropped, so that it works with any runtime and with none.
///
/// ```
/// # #[cfg(feature = "assets")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use iconik_api::assets::NewAsset;
/// use iconik_api::mock::{Expected, Server};
///
/// let server = Server::start()?;
/// let client = server.client()?;
///
/// let created = client.assets().create(NewAsset::new("Dailies")).await?;
/// let read = client.assets().get(created.id.as_ref().unwrap()).await?;
/// assert_eq!(read.title.as_deref(), Some("Dailies"));
///
/// server.assert_received(&Expected::action("assets.get"));
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "assets"))]
/// # fn main() {}
/// ```
pub struct Server {
    state: Arc<Mutex<State>>,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a server with default settings on a free port.
    ///
    /// # Errors
    ///
    /// When the operating system gives no socket or no thread.
    pub fn start() -> io::Result<Self> {
        Self::builder().start()
    }

    /// Returns settings for a server.
    pub fn builder() -> ServerBuilder {
        ServerBuilder::default()
    }

    /// Returns the address, for example `http://127.0.0.1:41234`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the address of the socket.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns a client of the server.
    ///
    /// # Errors
    ///
    /// Never in practice; the settings are those of [`client_builder`](Self::client_builder).
    pub fn client(&self) -> crate::Result<Client> {
        self.client_builder().build()
    }

    /// Returns the settings of a client of the server, with credentials that it accepts and without a pace.
    pub fn client_builder(&self) -> ClientBuilder {
        let state = self.state();
        let accepted = &state.settings.accepted;
        let or = |value: &Option<String>, default: &str| {
            value.clone().unwrap_or_else(|| default.to_owned())
        };
        let app_id = or(&accepted.app_id, "mock-app-id");
        let auth_token = or(&accepted.auth_token, "mock-auth-token");
        let credentials = Credentials::new(app_id, auth_token)
            .share_token("mock-share-token")
            .temporary_token("mock-temporary-token");
        Client::builder()
            .base_url(self.url())
            .credentials(credentials)
            .limiter(crate::Limiter::unlimited())
    }

    /// Adds a fault; it meets requests from now on.
    ///
    /// ```
    /// # #[cfg(feature = "assets")]
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use iconik_api::mock::{Fault, Server};
    ///
    /// let server = Server::start()?;
    /// server.add_fault(Fault::status(503).on("assets.list").times(1));
    ///
    /// // The client retries the list.
    /// let page = server.client()?.assets().list().await?;
    /// assert!(page.objects.is_empty());
    /// assert_eq!(server.received().len(), 2);
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "assets"))]
    /// # fn main() {}
    /// ```
    pub fn add_fault(&self, fault: Fault) {
        self.state().faults.add(fault);
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.state().faults.clear();
    }

    received_methods!();

    /// Forgets the requests that were received.
    pub fn clear_received(&self) {
        self.state().record.clear();
    }

    /// Finishes all work in the background at once, whatever the delay.
    pub fn finish_work(&self) {
        self.state().work(true);
    }

    /// Returns the time of the server's clock, which dates what is created, changed and deleted.
    ///
    /// It begins at a fixed time, the same for every server, and advances with every write.
    pub fn now(&self) -> Timestamp {
        time(self.state().source.elapsed()).into()
    }

    /// Moves the server's clock forward, for programs that depend on the age of objects.
    ///
    /// Work in the background and the index lag are not affected: they pass in real time.
    ///
    /// ```
    /// # #[cfg(feature = "assets")]
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    ///
    /// use iconik_api::assets::NewAsset;
    /// use iconik_api::mock::Server;
    ///
    /// let server = Server::start()?;
    /// let client = server.client()?;
    /// let old = client.assets().create(NewAsset::new("Old")).await?;
    /// server.advance(Duration::from_secs(30 * 24 * 60 * 60));
    /// let new = client.assets().create(NewAsset::new("New")).await?;
    /// assert!(new.date_created.as_ref() > old.date_created.as_ref());
    /// assert!(server.now() >= new.date_created.unwrap());
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "assets"))]
    /// # fn main() {}
    /// ```
    pub fn advance(&self, time: Duration) {
        let milliseconds = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        self.state().source.advance(milliseconds);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    // A panic in a handler is a bug of the handler, not of the state.
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nobody listens any more if the thread has ended already.
        let _ = self.stop.send(true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// Settings for a [`Server`].
///
/// ```
/// use std::time::Duration;
///
/// use iconik_api::mock::Server;
///
/// let server = Server::builder()
///     .strict(true)
///     .roles(["can_read_assets"])
///     .index_lag(Duration::from_secs(2))
///     .seed(7)
///     .start()?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
#[must_use = "settings do nothing until `start`"]
pub struct ServerBuilder {
    address: SocketAddr,
    data: Option<PathBuf>,
    settings: Settings,
}

impl Default for ServerBuilder {
    fn default() -> Self {
        Self {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            data: None,
            settings: Settings {
                seed: 0,
                strict: false,
                invent: false,
                delay: Duration::ZERO,
                lag: Duration::ZERO,
                limited: false,
                accepted: Accepted::default(),
            },
        }
    }
}

impl ServerBuilder {
    /// Sets the port on 127.0.0.1 (default: a free one).
    pub fn port(mut self, port: u16) -> Self {
        self.address.set_port(port);
        self
    }

    /// Sets what ids and samples are made from (default: 0); the same seed and requests give the same ids.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// Refuses query parameters and body fields that iconik does not document (default: off).
    ///
    /// iconik ignores them, so that a wrong spelling stays unnoticed.
    pub fn strict(mut self, strict: bool) -> Self {
        self.settings.strict = strict;
        self
    }

    /// Makes up an object where a request refers to one that does not exist, instead of a 404 (default: off).
    ///
    /// Lists contain something, too. For tests of single requests, without state.
    pub fn invent_objects(mut self, invent: bool) -> Self {
        self.settings.invent = invent;
        self
    }

    /// Accepts only these credentials (default: any that are not empty).
    pub fn credentials(mut self, app_id: impl Into<String>, auth_token: impl Into<String>) -> Self {
        self.settings.accepted.app_id = Some(app_id.into());
        self.settings.accepted.auth_token = Some(auth_token.into());
        self
    }

    /// Responds with 403 to actions that need other roles (default: all are there).
    pub fn roles<R: Into<String>>(mut self, roles: impl IntoIterator<Item = R>) -> Self {
        let roles: BTreeSet<String> = roles.into_iter().map(Into::into).collect();
        self.settings.accepted.roles = Some(roles);
        self
    }

    /// Sets how long work in the background takes (default: none).
    ///
    /// Jobs report their progress while it lasts.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.settings.delay = delay;
        self
    }

    /// Sets how long lists and searches trail writes (default: not at all).
    pub fn index_lag(mut self, lag: Duration) -> Self {
        self.settings.lag = lag;
        self
    }

    /// Enforces iconik's rate limit with 429 (default: off).
    pub fn rate_limit(mut self, limited: bool) -> Self {
        self.settings.limited = limited;
        self
    }

    /// Keeps the state in this file: reads it if it exists, and writes it after changes.
    ///
    /// Uploaded bytes are not part of it.
    pub fn data(mut self, file: impl AsRef<Path>) -> Self {
        self.data = Some(file.as_ref().to_owned());
        self
    }

    /// Starts the server.
    ///
    /// # Errors
    ///
    /// When the port is taken, when the data file cannot be read, or when there is no thread.
    pub fn start(self) -> io::Result<Server> {
        let listener = TcpListener::bind(self.address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let mut state = State::new(self.settings, format!("http://{address}"));
        if let Some(file) = self.data.as_deref().filter(|file| file.exists()) {
            let saved: Value = serde_json::from_slice(&fs::read(file)?)?;
            if !state.load(&saved) {
                let message = format!("{}: not the state of a local iconik", file.display());
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
        }
        let state = Arc::new(Mutex::new(state));
        let (stop, stopped) = watch::channel(false);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let shared = Arc::clone(&state);
        let thread = thread::Builder::new().name("local-iconik".to_owned());
        let thread = thread.spawn(move || {
            runtime.block_on(serve(listener, &shared, stopped, self.data.as_deref()));
        })?;
        Ok(Server {
            state,
            address,
            stop,
            thread: Some(thread),
        })
    }
}

impl fmt::Debug for ServerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The settings contain credentials.
        f.debug_struct("ServerBuilder")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

async fn serve(
    listener: TcpListener,
    state: &Arc<Mutex<State>>,
    mut stopped: watch::Receiver<bool>,
    data: Option<&Path>,
) {
    let Ok(listener) = TokioListener::from_std(listener) else {
        return;
    };
    let mut written = 0;
    let mut clock = tokio::time::interval(SAVE_AFTER);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(tokio::spawn(converse(stream, Arc::clone(state)))),
                // For example too many open files: others may be closed soon.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            _ = clock.tick(), if data.is_some() => save(state, data, &mut written),
            _ = stopped.changed() => break,
        }
    }
    lock(state).work(true);
    save(state, data, &mut written);
}

/// Writes the state, if it has changed.
fn save(state: &Mutex<State>, data: Option<&Path>, written: &mut u64) {
    let Some(file) = data else { return };
    let (changes, saved) = {
        let state = lock(state);
        if state.store.changes == *written {
            return;
        }
        (state.store.changes, state.save())
    };
    let beside = file.with_extension("new");
    let done = fs::write(&beside, saved.to_string()).and_then(|()| fs::rename(&beside, file));
    match done {
        Ok(()) => *written = changes,
        Err(error) => eprintln!("{}: {error}", file.display()),
    }
}

async fn converse(stream: TcpStream, state: Arc<Mutex<State>>) {
    // Small responses go out at once.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| respond(request, Arc::clone(&state)));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    // What goes wrong with a connection is its client's to notice.
    let _ = connection.await;
}

async fn respond(
    request: Request<HyperBody>,
    state: Arc<Mutex<State>>,
) -> Result<Response<Outgoing>, io::Error> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let incoming = Incoming::new(parts.method, parts.uri, parts.headers, body);
    let outcome = lock(&state).respond(&incoming);
    if !outcome.delay.is_zero() {
        tokio::time::sleep(outcome.delay).await;
    }
    if outcome.damage == Some(Damage::Lost) {
        return Err(io::Error::other("a fault on demand"));
    }
    let body = outcome.reply.body();
    let cut = outcome.damage == Some(Damage::Cut);
    let mut response = Response::new(Outgoing {
        rest: (!body.is_empty()).then_some(body),
        cut,
    });
    *response.status_mut() = outcome.reply.status();
    response.headers_mut().extend(outcome.reply.headers);
    Ok(response)
}

/// The body of a response, whole or cut off.
struct Outgoing {
    rest: Option<Bytes>,
    cut: bool,
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let frame = match self.rest.take() {
            Some(bytes) if self.cut => Some(Ok(Frame::data(bytes.slice(..bytes.len() / 2)))),
            Some(bytes) => Some(Ok(Frame::data(bytes))),
            None if self.cut => Some(Err(io::Error::other("a fault on demand"))),
            None => None,
        };
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_none() && !self.cut
    }

    fn size_hint(&self) -> SizeHint {
        let len = self.rest.as_ref().map_or(0, Bytes::len);
        let len = u64::try_from(len).unwrap_or(u64::MAX);
        SizeHint::with_exact(if self.cut { len.max(2) } else { len })
    }
}
