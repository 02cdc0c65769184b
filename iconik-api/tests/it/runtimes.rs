//! One client in any runtime, in several, and in none.

use std::future::{Future, IntoFuture};
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc;
use std::task::{Context, Poll, Wake};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use iconik_api::assets::NewPlaylist;
use iconik_api::{Limiter, RetryPolicy};
use tokio::runtime::{Builder, Runtime};

use crate::support::{Reply, Server};

const PLAYLIST: &str = r#"{"id":"p","name":"Dailies"}"#;

/// A server in a runtime of its own.
fn server(reply: Reply) -> (Runtime, Server) {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let server = runtime.block_on(Server::always(reply));
    (runtime, server)
}

fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn threads_with_many_short_runtimes_share_one_client() {
    let (_runtime, server) = server(Reply::json(200, PLAYLIST));
    let client = server.builder().limiter(Limiter::unlimited());
    let client = client.build().unwrap();
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                for _ in 0..25 {
                    let call = client
                        .assets()
                        .playlists()
                        .create(NewPlaylist::new("x"))
                        .into_future();
                    current_thread().block_on(call).unwrap();
                }
            });
        }
    });
    assert_eq!(server.count(), 150);
}

#[test]
fn a_connection_is_used_after_the_runtime_that_opened_it_stands_still() {
    let (_runtime, server) = server(Reply::json(200, PLAYLIST));
    let client = server.builder().timeout(Duration::from_secs(5));
    let client = client.retry(RetryPolicy::none()).build().unwrap();
    let idle = current_thread();
    idle.block_on(client.assets().playlists().get("p").into_future())
        .unwrap();

    // Nothing drives `idle` any more, and it is not dropped either.
    let started = Instant::now();
    let create = client.assets().playlists().create(NewPlaylist::new("x"));
    current_thread().block_on(create.into_future()).unwrap();

    assert!(started.elapsed() < Duration::from_secs(2));
    assert_eq!(server.count(), 2);
    drop(idle);
}

#[test]
fn a_call_that_one_runtime_began_is_finished_by_another() {
    let (_runtime, server) = server(Reply::json(200, PLAYLIST).after(Duration::from_millis(300)));
    let client = server.client();
    let mut call = Box::pin(client.assets().playlists().get("p").into_future());
    current_thread().block_on(async {
        let begun = tokio::time::timeout(Duration::from_millis(50), &mut call).await;
        assert!(begun.is_err());
    });

    current_thread().block_on(call).unwrap();
    assert_eq!(server.count(), 1);
}

#[test]
fn a_runtime_without_time_and_io_is_enough() {
    let (_runtime, server) = server(Reply::json(200, PLAYLIST));
    // The pace makes the second one wait.
    let client = server
        .builder()
        .limiter(Limiter::new(5, 100, Duration::from_secs(20)));
    let client = client.build().unwrap();
    let bare = Builder::new_current_thread().build().unwrap();
    for _ in 0..2 {
        bare.block_on(client.assets().playlists().get("p").into_future())
            .unwrap();
    }
    assert_eq!(server.count(), 2);
}

#[test]
fn any_executor_is_enough() {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let (_runtime, server) = server(Reply::json(200, PLAYLIST));
    let client = server.client();
    let mut call = pin!(client.assets().playlists().get("p").into_future());
    let waker = Arc::new(Unpark(thread::current())).into();
    let playlist = loop {
        match call.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(playlist) => break playlist.unwrap(),
            Poll::Pending => thread::park(),
        }
    };
    assert_eq!(playlist.name.as_deref(), Some("Dailies"));
}

#[test]
fn a_stopped_clock_is_the_clock_of_the_waits() {
    let (_runtime, server) = server(Reply::empty(503));
    let policy =
        RetryPolicy::default().backoff(Duration::from_secs(3_600), Duration::from_secs(3_600));
    let policy = policy.attempts(3).total_time(Duration::MAX);
    let client = server.builder().retry(policy).build().unwrap();
    let (done, ended) = mpsc::channel();
    thread::spawn(move || {
        let mut runtime = Builder::new_current_thread();
        let runtime = runtime.enable_all().start_paused(true).build().unwrap();
        let error = runtime.block_on(client.assets().playlists().get("p").into_future());
        done.send(error.unwrap_err().attempts()).unwrap();
    });
    assert!(ended.recv_timeout(Duration::from_secs(10)).is_ok());
}
