//! Programs that leave calls unpolled, and what a server counts: all over HTTP.

use std::future::IntoFuture;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use iconik_api::assets::AssetPatch;
use iconik_api::assets::CollectionItem;
use iconik_api::{Client, Limiter, RetryPolicy};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{interval, sleep, timeout};

use crate::support::{ENOUGH, Reply, Server, Step, collections, in_time};

/// Quick enough for a test, and slow enough that calls wait.
fn limiter() -> Limiter {
    Limiter::new(100, 10_000, Duration::from_secs(20))
}

fn client(server: &Server) -> Client {
    server.builder().limiter(limiter()).build().unwrap()
}

#[tokio::test]
async fn many_gets_at_once_and_an_update_for_each() {
    let server = Server::start(collections).await;
    let client = client(&server);
    let gets = (0..60).map(|n| client.assets().get(format!("a{n}")).into_future());
    let mut gets = futures_util::stream::iter(gets).buffer_unordered(16);
    let mut done = 0;
    in_time(async {
        while let Some(asset) = gets.next().await {
            asset.unwrap();
            let patch = AssetPatch::new().title("x");
            client.assets().update("a", patch).await.unwrap();
            done += 1;
        }
    })
    .await;
    assert_eq!((done, server.count()), (60, 120));
}

#[tokio::test]
async fn a_list_that_reads_ahead_and_a_call_for_each_item_in_eight_tasks() {
    let server = Server::start(collections).await;
    let client = client(&server);
    let room = Arc::new(Semaphore::new(8));
    let mut items = client.assets().collections().list().items().read_ahead(4);
    let mut tasks = Vec::new();
    in_time(async {
        while let Some(item) = items.next().await {
            let id = item.unwrap().id.unwrap();
            let place = Arc::clone(&room).acquire_owned().await.unwrap();
            let client = client.clone();
            tasks.push(tokio::spawn(async move {
                client.assets().collections().get(id).await.unwrap();
                drop(place);
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
    })
    .await;
    assert_eq!(server.count(), 104);
}

#[tokio::test]
async fn a_list_that_reads_ahead_and_a_call_for_each_item_in_the_loop() {
    let server = Server::start(collections).await;
    let client = client(&server);
    for pages in [2, 4, 8] {
        let mut items = client
            .assets()
            .collections()
            .list()
            .items()
            .read_ahead(pages);
        in_time(async {
            while let Some(item) = items.next().await {
                client
                    .assets()
                    .collections()
                    .get(item.unwrap().id.unwrap())
                    .await
                    .unwrap();
            }
        })
        .await;
    }
    assert_eq!(server.count(), 3 * 104);
}

#[tokio::test]
async fn a_list_beside_a_ticker_that_makes_calls() {
    let server = Server::start(collections).await;
    let client = client(&server);
    let mut items = client.assets().collections().list().items().read_ahead(2);
    let mut ticker = interval(Duration::from_millis(7));
    let mut seen = 0;
    in_time(async {
        loop {
            tokio::select! {
                item = items.next() => match item {
                    Some(item) => {
                        item.unwrap();
                        seen += 1;
                    }
                    None => break,
                },
                _ = ticker.tick() => {
                    client.assets().get("a").await.unwrap();
                }
            }
        }
    })
    .await;
    assert_eq!(seen, 100);
}

#[tokio::test]
async fn calls_that_are_polled_once_and_kept_or_leaked() {
    let server = Server::start(collections).await;
    let client = client(&server);
    let mut kept = Vec::new();
    for n in 0..40 {
        let mut call = Box::pin(client.assets().get("kept").into_future());
        assert!(futures_util::poll!(&mut call).is_pending());
        match n % 3 {
            0 => kept.push(call),
            1 => std::mem::forget(call),
            _ => drop(call),
        }
    }
    in_time(async {
        for _ in 0..20 {
            client.assets().get("other").await.unwrap();
        }
        for call in kept {
            call.await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn a_tree_and_a_call_for_each_asset() {
    let server = Server::start(|request| {
        let mut parts = request.path().split('/').skip(4);
        let reply = match (parts.next(), parts.next(), parts.next()) {
            (Some("collections"), Some(id), Some("contents")) => {
                let depth = id.len();
                let children = (0..3)
                    .filter(|_| depth < 4)
                    .map(|n| json!({ "id": format!("{id}{n}"), "object_type": "collections" }));
                let assets =
                    (0..2).map(|n| json!({ "id": format!("a{id}{n}"), "object_type": "assets" }));
                let objects: Vec<_> = children.chain(assets).collect();
                let body = json!({ "objects": objects, "next_url": null, "page": 1, "pages": 1 });
                Reply::json(200, body.to_string())
            }
            _ => Reply::json(200, "{}"),
        };
        reply.after(Duration::from_millis(5))
    })
    .await;
    let client = client(&server);
    let mut tree = client.assets().collections().walk("c");
    let mut assets = 0;
    in_time(async {
        while let Some(entry) = tree.next().await {
            if let CollectionItem::Asset(asset) = entry.unwrap().item {
                client.assets().get(asset.id.unwrap()).await.unwrap();
                assets += 1;
            }
        }
    })
    .await;
    // 1 + 3 + 9 + 27 collections of two assets.
    assert_eq!(assets, 80);
}

#[cfg(feature = "blocking")]
#[test]
fn a_blocking_loop_that_reads_ahead_with_a_call_for_each_item() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(Server::start(collections));
    let client = client(&server);
    let iconik = iconik_api::blocking::Client::new(client.clone()).unwrap();
    let (done, ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let list = iconik.inner().assets().collections().list();
        let mut seen = 0;
        for collection in iconik.iter(list.items().read_ahead(4)) {
            let id = collection.unwrap().id.unwrap();
            iconik
                .wait(iconik.inner().assets().collections().get(id))
                .unwrap();
            seen += 1;
        }
        done.send(seen).unwrap();
    });
    assert_eq!(ended.recv_timeout(ENOUGH), Ok(100));
}

#[tokio::test]
async fn an_unpolled_call_is_not_a_refresh_that_never_ends() {
    use iconik_api::{Credentials, RotatingCredentials};

    let server = Server::start(collections).await;
    let rotating = RotatingCredentials::new(|| async {
        sleep(Duration::from_millis(50)).await;
        Ok(Credentials::new("app", "token"))
    });
    let client = Client::builder()
        .credentials(rotating)
        .base_url(server.url())
        .build()
        .unwrap();
    // It begins the refresh, and is never polled again.
    let mut first = Box::pin(client.assets().get("first").into_future());
    assert!(futures_util::poll!(&mut first).is_pending());
    let started = Instant::now();
    client.assets().get("second").await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(2));
    first.await.unwrap();
}

/// Counts requests as a rate limiter does: when they arrive.
struct Counter {
    address: String,
    arrived: Arc<Mutex<Vec<Instant>>>,
}

impl Counter {
    /// A server whose connections take this long to set up, and whose responses take a random time up
    /// to as long again.
    async fn start(handshake: Duration, headers: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let arrived = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&arrived);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(Self::serve(stream, handshake, headers, Arc::clone(&log)));
            }
        });
        Self { address, arrived }
    }

    async fn serve(
        mut stream: TcpStream,
        handshake: Duration,
        headers: &str,
        log: Arc<Mutex<Vec<Instant>>>,
    ) -> Option<()> {
        sleep(handshake).await;
        let mut buffer = Vec::new();
        loop {
            while !buffer.ends_with(b"\r\n\r\n") {
                if stream.read_buf(&mut buffer).await.ok()? == 0 {
                    return None;
                }
            }
            log.lock().unwrap().push(Instant::now());
            buffer.clear();
            sleep(handshake.mul_f64(fastrand::f64())).await;
            let response = format!("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n{headers}\r\n{{}}");
            stream.write_all(response.as_bytes()).await.ok()?;
        }
    }

    /// The most requests that arrived in any stretch of this length.
    fn most_in(&self, window: Duration) -> usize {
        let mut arrived = self.arrived.lock().unwrap().clone();
        arrived.sort();
        let within = |at: usize| {
            arrived[at..]
                .iter()
                .take_while(|time| **time - arrived[at] < window)
                .count()
        };
        (0..arrived.len()).map(within).max().unwrap_or(0)
    }

    fn client(&self) -> Client {
        let builder = Client::builder().app_id("app").auth_token("token");
        builder.base_url(&self.address).build().unwrap()
    }
}

#[tokio::test]
async fn the_server_counts_no_more_than_the_limit_though_handshakes_are_slow() {
    let counter = Counter::start(Duration::from_millis(150), "").await;
    let client = counter.client();
    let calls = (0..200).map(|_| client.assets().get("a").into_future());
    let started = Instant::now();
    for asset in futures_util::future::join_all(calls).await {
        asset.unwrap();
    }
    let most = counter.most_in(Duration::from_secs(1));
    assert!(most <= 50, "{most} in a second");
    assert!(started.elapsed() < Duration::from_secs(8), "41 a second");
}

#[tokio::test]
async fn a_burst_after_silence_is_within_the_limit_too() {
    let counter = Counter::start(Duration::from_millis(150), "").await;
    let client = counter.client();
    for _ in 0..3 {
        // Each comes from the end of one second into the beginning of the next.
        let calls = (0..50).map(|_| client.assets().get("a").into_future());
        futures_util::future::join_all(calls).await;
        sleep(Duration::from_millis(700)).await;
    }
    let most = counter.most_in(Duration::from_secs(1));
    assert!(most <= 50, "{most} in a second");
}

#[tokio::test]
async fn the_long_window_is_kept_as_the_server_counts_it() {
    let counter = Counter::start(Duration::from_millis(150), "").await;
    let window = Duration::from_secs(3);
    let builder = Client::builder().app_id("app").auth_token("token");
    let builder = builder.base_url(&counter.address);
    let client = builder
        .limiter(Limiter::new(100, 60, window))
        .build()
        .unwrap();
    let calls = (0..150).map(|_| client.assets().get("a").into_future());
    futures_util::future::join_all(calls).await;
    let most = counter.most_in(window);
    assert!(most <= 60, "{most} in three seconds");
}

#[tokio::test]
async fn requests_slow_down_at_once_when_nothing_is_left() {
    let counter = Counter::start(Duration::ZERO, "RateLimit-Remaining: 0\r\n").await;
    let client = counter.client();
    let calls = (0..200).map(|_| client.assets().get("a").into_future());
    let calls = futures_util::future::join_all(calls);
    assert!(timeout(Duration::from_millis(2_500), calls).await.is_err());
    // Ten before the first response, then one a second.
    let arrived = counter.arrived.lock().unwrap().len();
    assert!(arrived <= 15, "{arrived}");
}

#[tokio::test]
async fn a_refusal_counts_from_its_head() {
    let server = Server::start(|request| {
        if request.number > 0 {
            return Reply::json(200, "{}");
        }
        // The body never comes to its end.
        let head = b"HTTP/1.1 429 Slow\r\nretry-after: 2\r\ncontent-length: 100\r\n\r\n{";
        Reply(vec![Step::Write(head.to_vec()), Step::Sleep(ENOUGH)])
    })
    .await;
    let client = server.builder().retry(RetryPolicy::none()).build().unwrap();
    let refused = tokio::spawn(client.assets().get("refused").into_future());
    sleep(Duration::from_millis(200)).await;

    let started = Instant::now();
    client.assets().get("other").await.unwrap();
    let waited = started.elapsed();
    assert!(
        waited > Duration::from_millis(1_500) && waited < Duration::from_secs(4),
        "{waited:?}"
    );
    refused.await.unwrap().unwrap_err();
}

#[tokio::test]
async fn each_service_has_its_own_pace() {
    let server = Server::start(|request| {
        if request.path().starts_with("/API/files/") {
            Reply::new(429, &[("retry-after", "30")], "")
        } else {
            Reply::json(200, "{}")
        }
    })
    .await;
    let client = server.builder().retry(RetryPolicy::none()).build().unwrap();
    let files = |id: &str| client.request(http::Method::GET, &format!("/API/files/v1/files/{id}/"));
    assert!(files("1").await.unwrap_err().is_rate_limited());

    in_time(async { client.assets().get("a").await.unwrap() }).await;
    // The service that refused is asked no more for a while.
    let again = timeout(Duration::from_millis(500), files("2").into_future());
    assert!(again.await.is_err());
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_limiter_of_your_own_is_for_all_services() {
    let server = Server::always(Reply::json(200, "{}")).await;
    let limiter = Limiter::new(2, 100, Duration::from_secs(20));
    let client = server.builder().limiter(limiter).build().unwrap();
    let started = Instant::now();
    for path in ["/API/files/v1/a/", "/API/jobs/v1/b/", "/API/users/v1/c/"] {
        client.request(http::Method::GET, path).await.unwrap();
    }
    assert!(started.elapsed() >= Duration::from_millis(1_200));
}
