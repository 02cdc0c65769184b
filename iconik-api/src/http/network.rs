//! The network, by reqwest.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response, Uri};
use reqwest::Url;

use super::body::Body;
use super::connections::{Connection, Connections};
use super::driver::{self, Task};
use super::exchange::{Broken, Plan, Report, exchange};
use super::limit::Permission;
use super::transport::TransportError;
use crate::error::{BoxError, Result};

/// The network, by reqwest.
#[derive(Clone, Debug)]
pub(crate) struct Network(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: reqwest::Client,
    connections: Connections,
    /// The address of the system, for the URLs of most requests.
    base: Url,
}

/// How connections are made.
pub(crate) struct Settings {
    pub(crate) base: Url,
    pub(crate) connect_timeout: Duration,
    /// How many requests to one host may be under way.
    pub(crate) connections: usize,
    /// Certificates to trust besides those of the system, as PEM.
    pub(crate) roots: Vec<Vec<u8>>,
    /// Whether the address is this machine.
    pub(crate) loopback: bool,
}

impl Network {
    pub(crate) fn new(settings: Settings) -> Result<Self, BoxError> {
        let mut builder = reqwest::Client::builder()
            .connect_timeout(settings.connect_timeout)
            .pool_max_idle_per_host(settings.connections)
            // Tokens are in headers that no HTTP client knows to be secret, so it would send them wherever
            // a redirect leads.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            // Retries are decided on in one place, and counted there.
            .retry(reqwest::retry::never());
        if settings.loopback {
            // Requests to this machine, least of all unencrypted ones, must not leave it.
            builder = builder.no_proxy();
        }
        for root in &settings.roots {
            builder = trust(builder, root)?;
        }
        Ok(Self(Arc::new(Inner {
            client: builder.build()?,
            connections: Connections::new(settings.connections),
            base: settings.base,
        })))
    }

    /// Begins an attempt. It runs in the driver, so that a caller that does not poll it occupies nothing that
    /// others need.
    pub(super) fn attempt(
        &self,
        message: Request<Body>,
        plan: Plan,
        permission: Option<Permission>,
    ) -> Result<Attempt> {
        let network = self.clone();
        let host = network.0.connections.host(message.uri().authority());
        if let Some(connection) = host.try_take() {
            let task = driver::spawn(network.exchange(message, plan, permission, connection))?;
            return Ok(Attempt { task, begun: None });
        }
        let begun = Arc::new(AtomicBool::new(false));
        let begins = Arc::clone(&begun);
        let task = driver::spawn(async move {
            let connection = host.take().await;
            // The slot of the pace may have passed meanwhile.
            let permission = match permission {
                Some(permission) => Some(permission.renew().await),
                None => None,
            };
            begins.store(true, Ordering::Relaxed);
            network
                .exchange(message, plan, permission, connection)
                .await
        })?;
        Ok(Attempt {
            task,
            begun: Some(begun),
        })
    }

    async fn exchange(
        self,
        message: Request<Body>,
        plan: Plan,
        permission: Option<Permission>,
        connection: Connection,
    ) -> Report {
        let sending = self.execute(message, &connection);
        let report = exchange(sending, plan, permission).await;
        connection.finish();
        report
    }

    /// Sends a request and returns the head of the response, with the body to be read.
    pub(crate) async fn send(
        &self,
        message: Request<Body>,
    ) -> Result<Response<Body>, TransportError> {
        let network = self.clone();
        let host = network.0.connections.host(message.uri().authority());
        let task = driver::spawn(async move {
            let connection = host.take().await;
            let response = network.execute(message, &connection).await;
            connection.finish();
            response
        });
        let response = task.map_err(TransportError::refused)?.await;
        response.unwrap_or_else(|| Err(TransportError::broken(Panicked)))
    }

    async fn execute(
        &self,
        message: Request<Body>,
        connection: &Connection,
    ) -> Result<Response<Body>, TransportError> {
        let request = self.request(message)?;
        let response = self.0.client.execute(request).await;
        let response = response.map_err(TransportError::from_reqwest)?;
        connection.observe(response.version());
        Ok(Response::from(response).map(Body::from_reqwest))
    }

    fn request(&self, message: Request<Body>) -> Result<reqwest::Request, TransportError> {
        let (parts, body) = message.into_parts();
        let url = self.url(&parts.uri)?;
        let mut request = reqwest::Request::new(parts.method, url);
        *request.headers_mut() = parts.headers;
        *request.body_mut() = body.into_reqwest();
        Ok(request)
    }

    /// Returns a URL in the form that reqwest takes.
    ///
    /// The URL parser rewrites some paths. None of ours should be such a one; if one is, it would name another
    /// endpoint than the one that was meant.
    fn url(&self, uri: &Uri) -> Result<Url, TransportError> {
        let rewritten = || TransportError::refused("the URL would be rewritten on its way");
        let base = &self.0.base;
        let is_own = uri.scheme_str() == Some(base.scheme())
            && uri.authority().map(|authority| authority.as_str()) == Some(base.authority());
        if !is_own {
            let text = uri.to_string();
            let url = Url::parse(&text).map_err(TransportError::refused)?;
            return (url.as_str() == text).then_some(url).ok_or_else(rewritten);
        }
        // Much less work than to parse all of it.
        let mut url = base.clone();
        url.set_path(uri.path());
        url.set_query(uri.query());
        let same = url.path() == uri.path() && url.query() == uri.query();
        same.then_some(url).ok_or_else(rewritten)
    }
}

#[cfg(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
))]
fn trust(builder: reqwest::ClientBuilder, pem: &[u8]) -> Result<reqwest::ClientBuilder, BoxError> {
    let certificates = reqwest::Certificate::from_pem_bundle(pem)
        .map_err(|_| "a root certificate is not valid PEM")?;
    match certificates.is_empty() {
        true => Err("a root certificate is not valid PEM".into()),
        false => Ok(builder.tls_certs_merge(certificates)),
    }
}

#[cfg(not(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
)))]
fn trust(_: reqwest::ClientBuilder, _: &[u8]) -> Result<reqwest::ClientBuilder, BoxError> {
    Err("root certificates need TLS: enable the feature `rustls`, `rustls-no-provider` or `native-tls`".into())
}

/// An attempt that runs in the driver; it ends when this is dropped.
pub(super) struct Attempt {
    task: Task<Report>,
    /// Whether it has got a connection, where that was not so from the beginning.
    pub(super) begun: Option<Arc<AtomicBool>>,
}

impl Future for Attempt {
    type Output = Report;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Report> {
        let report = Pin::new(&mut self.task).poll(context);
        report.map(|report| {
            report.unwrap_or_else(|| Report {
                head: None,
                pause: None,
                result: Err(Broken::Failed(TransportError::broken(Panicked))),
            })
        })
    }
}

/// The task of an attempt has panicked.
#[derive(Debug)]
struct Panicked;

impl std::fmt::Display for Panicked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the task that sent the request panicked")
    }
}

impl std::error::Error for Panicked {}
