//! How many requests to one host are under way at once.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use http::Version;
use http::uri::Authority;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Hosts beyond this number are forgotten when they are not in use.
const MOST_HOSTS: usize = 64;

/// How many requests to one host are under way at once.
///
/// Over HTTP/1.1, each of them has a connection of its own. Requests of HTTP/2 share one, and are not counted.
///
/// Whoever waits here must be polled: a place that becomes free is given to the one that waits longest. That is
/// why only tasks of the driver do, never the future of a caller.
#[derive(Debug)]
pub(super) struct Connections {
    most: usize,
    hosts: Mutex<HashMap<Authority, Arc<Host>>>,
}

#[derive(Debug)]
pub(super) struct Host {
    places: Arc<Semaphore>,
    /// Whether its responses come over HTTP/2.
    shares_connections: AtomicBool,
}

/// The place of one request; given back when it is dropped.
#[derive(Debug)]
pub(super) struct Connection {
    host: Arc<Host>,
    _place: Option<OwnedSemaphorePermit>,
}

impl Connections {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most: most.clamp(1, Semaphore::MAX_PERMITS),
            hosts: Mutex::default(),
        }
    }

    /// Returns the host of a URL.
    pub(super) fn host(&self, authority: Option<&Authority>) -> Arc<Host> {
        let new = || {
            Arc::new(Host {
                places: Arc::new(Semaphore::new(self.most)),
                shares_connections: AtomicBool::new(false),
            })
        };
        let Some(authority) = authority else {
            return new();
        };
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = hosts.get(authority) {
            return Arc::clone(host);
        }
        if hosts.len() >= MOST_HOSTS {
            hosts.retain(|_, host| Arc::strong_count(host) > 1);
        }
        Arc::clone(hosts.entry(authority.clone()).or_insert_with(new))
    }
}

impl Host {
    /// Returns a place for a request, if one is free.
    pub(super) fn try_take(self: &Arc<Self>) -> Option<Connection> {
        let place = match self.shares_connections.load(Ordering::Relaxed) {
            true => None,
            false => Some(Arc::clone(&self.places).try_acquire_owned().ok()?),
        };
        Some(Connection {
            host: Arc::clone(self),
            _place: place,
        })
    }

    /// Waits for a place, if none is free.
    pub(super) async fn take(self: Arc<Self>) -> Connection {
        if let Some(connection) = self.try_take() {
            return connection;
        }
        let place = Arc::clone(&self.places).acquire_owned().await;
        Connection {
            host: self,
            // The semaphore is never closed.
            _place: place.ok(),
        }
    }
}

impl Connection {
    /// Learns from a response.
    pub(super) fn observe(&self, version: Version) {
        self.host
            .shares_connections
            .store(version == Version::HTTP_2, Ordering::Relaxed);
    }

    /// Gives the place back when the connection can be used again, which its task sees to after the end of the
    /// response. Without the delay, whoever waits would open another one.
    pub(super) fn finish(self) {
        if self.host.places.available_permits() == 0 {
            tokio::spawn(async move {
                tokio::task::yield_now().await;
                tokio::task::yield_now().await;
                drop(self);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;

    use super::*;

    fn authority(text: &str) -> Authority {
        Authority::try_from(text).unwrap()
    }

    #[test]
    fn each_host_has_its_own_places() {
        let connections = Connections::new(2);
        let (one, other) = (authority("one.example"), authority("other.example:8443"));
        let host = connections.host(Some(&one));
        let taken = (host.try_take().unwrap(), host.try_take().unwrap());
        assert!(connections.host(Some(&one)).try_take().is_none());
        assert!(connections.host(Some(&other)).try_take().is_some());
        drop(taken);
        assert!(connections.host(Some(&one)).try_take().is_some());
    }

    #[test]
    fn requests_that_share_a_connection_are_not_counted() {
        let connections = Connections::new(1);
        let host = connections.host(Some(&authority("one.example")));
        let first = host.try_take().unwrap();
        assert!(host.try_take().is_none());
        first.observe(Version::HTTP_2);
        assert!(host.try_take().is_some());
        let mut taking = std::pin::pin!(Arc::clone(&host).take());
        let context = &mut std::task::Context::from_waker(std::task::Waker::noop());
        assert!(taking.as_mut().poll(context).is_ready());
        first.observe(Version::HTTP_11);
        assert!(host.try_take().is_none());
    }

    #[test]
    fn hosts_that_are_not_in_use_are_forgotten() {
        let connections = Connections::new(0);
        let used = authority("used.example");
        let place = connections.host(Some(&used)).try_take().unwrap();
        for number in 0..1_000 {
            let _ = connections.host(Some(&authority(&format!("h{number}.example"))));
        }
        assert!(connections.hosts.lock().unwrap().len() <= MOST_HOSTS);
        assert!(connections.host(Some(&used)).try_take().is_none());
        drop(place);
    }
}
