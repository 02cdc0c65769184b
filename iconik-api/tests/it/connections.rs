//! How many connections are open at once, and that no program stops because of it.

use std::future::{Future, IntoFuture};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::future::join_all;
use http::Method;
use iconik_api::assets::AssetPatch;
use iconik_api::{ClientBuilder, ErrorKind, Limiter, RetryPolicy};
use tokio::time::{interval, sleep, timeout};

use crate::support::{ENOUGH, Reply, Server, Step, collections, in_time};

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn builder(server: &Server, most: usize) -> ClientBuilder {
    let unlimited = server.builder().limiter(Limiter::unlimited());
    unlimited.max_connections(most)
}

/// Polls a future once.
fn begin(future: &mut (impl Future + Unpin)) {
    let begun = pin!(future).poll(&mut Context::from_waker(Waker::noop()));
    assert!(begun.is_pending());
}

#[tokio::test]
async fn no_more_are_open_than_the_client_allows() {
    for (most, expected) in [(Some(1), 1), (Some(8), 8), (Some(0), 1), (None, 64)] {
        let server = Server::always(Reply::json(200, "{}").after(millis(20))).await;
        let mut builder = server.builder().limiter(Limiter::unlimited());
        if let Some(most) = most {
            builder = builder.max_connections(most);
        }
        let client = builder.build().unwrap();
        let calls = (0..150).map(|n| client.assets().get(format!("a{n}")).into_future());
        for asset in in_time(join_all(calls.take(expected * 4))).await {
            asset.unwrap();
        }
        assert_eq!(server.most_connections(), expected);
    }
}

#[tokio::test]
async fn hosts_do_not_wait_for_each_other() {
    let slow = Server::always(Reply::json(200, "{}").after(millis(5_000))).await;
    let quick = Server::always(Reply::json(200, "{}")).await;
    let client = builder(&quick, 1).build().unwrap();
    let mut fetch = Box::pin(client.fetch(format!("{}/file", slow.url())).into_future());
    begin(&mut fetch);
    let asset = timeout(millis(2_000), client.assets().get("a").into_future());
    asset.await.unwrap().unwrap();
}

#[tokio::test]
async fn calls_that_are_polled_once_and_kept_occupy_no_connection() {
    let server = Server::start(collections).await;
    let client = builder(&server, 2).build().unwrap();
    let mut kept: Vec<_> = (0..20)
        .map(|n| Box::pin(client.assets().get(format!("a{n}")).into_future()))
        .collect();
    for call in &mut kept {
        begin(call);
    }
    in_time(
        client
            .assets()
            .update("a", AssetPatch::new().title("x"))
            .into_future(),
    )
    .await
    .unwrap();
    // They were carried out meanwhile, and their responses are not lost.
    for call in kept {
        in_time(call).await.unwrap();
    }
    assert_eq!(server.count(), 21);
}

#[tokio::test]
async fn many_gets_at_once_and_an_update_for_each() {
    let server = Server::start(collections).await;
    let client = builder(&server, 4).build().unwrap();
    let gets = (0..60).map(|n| client.assets().get(format!("a{n}")).into_future());
    let mut gets = futures_util::stream::iter(gets).buffer_unordered(16);
    in_time(async {
        while let Some(asset) = gets.next().await {
            asset.unwrap();
            let patch = AssetPatch::new().title("x");
            client.assets().update("a", patch).await.unwrap();
        }
    })
    .await;
    assert_eq!(server.count(), 120);
    assert!(server.most_connections() <= 4);
}

#[tokio::test]
async fn a_list_that_reads_ahead_and_a_call_for_each_item() {
    let server = Server::start(collections).await;
    let client = builder(&server, 1).build().unwrap();
    let list = client.assets().collections().list();
    let mut items = list.items().read_ahead(4);
    in_time(async {
        while let Some(item) = items.next().await {
            let id = item.unwrap().id.unwrap();
            client.assets().collections().get(id).await.unwrap();
        }
    })
    .await;
    assert_eq!(server.count(), 104);
}

#[tokio::test]
async fn a_list_beside_a_ticker_that_makes_calls() {
    let server = Server::start(collections).await;
    let client = builder(&server, 1).build().unwrap();
    let list = client.assets().collections().list();
    let mut items = list.items().read_ahead(2);
    let mut ticker = interval(millis(3));
    let mut seen = 0;
    in_time(async {
        loop {
            tokio::select! {
                item = items.next() => match item {
                    Some(item) => {
                        item.unwrap();
                        seen += 1;
                        sleep(millis(1)).await;
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

#[test]
fn a_blocking_loop_with_a_call_for_each_item() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(Server::start(collections));
    let client = builder(&server, 1).build().unwrap();
    let client = iconik_api::blocking::Client::new(client).unwrap();
    let list = client.inner().assets().collections().list();
    let mut seen = 0;
    for item in client.iter(list.items().read_ahead(4)) {
        let id = item.unwrap().id.unwrap();
        client
            .wait(client.inner().assets().collections().get(id))
            .unwrap();
        seen += 1;
    }
    assert_eq!(seen, 100);
}

#[tokio::test]
async fn open_streams_hold_nothing_up() {
    let server = Server::start(|request| match request.path() {
        "/slow" => Reply(vec![
            Step::Write(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nabc".to_vec()),
            Step::Sleep(millis(1_000)),
            Step::Write(b"def".to_vec()),
        ]),
        _ => Reply::json(200, "{}"),
    })
    .await;
    let client = builder(&server, 1).build().unwrap();
    let open = || in_time(client.request(Method::GET, "/slow").open());
    let mut streams = vec![
        open().await.unwrap(),
        open().await.unwrap(),
        open().await.unwrap(),
    ];
    in_time(client.assets().get("a").into_future())
        .await
        .unwrap();
    for stream in &mut streams {
        let mut body = Vec::new();
        while let Some(chunk) = stream.chunk().await.unwrap() {
            body.extend_from_slice(&chunk);
        }
        assert_eq!(body, b"abcdef");
    }
}

#[tokio::test]
async fn a_call_that_is_dropped_while_it_waits_is_not_sent() {
    let server = Server::always(Reply::json(200, "{}").after(millis(100))).await;
    let client = builder(&server, 1).build().unwrap();
    let mut first = Box::pin(client.assets().get("first").into_future());
    begin(&mut first);
    let mut dropped = Box::pin(client.assets().get("dropped").into_future());
    begin(&mut dropped);
    drop(dropped);
    in_time(first).await.unwrap();
    in_time(client.assets().get("last").into_future())
        .await
        .unwrap();
    let paths: Vec<_> = server.received().iter().map(|r| r.target.clone()).collect();
    assert_eq!(paths.len(), 2, "{paths:?}");
    assert!(!paths.iter().any(|path| path.contains("dropped")));
}

#[tokio::test]
async fn a_call_that_is_dropped_gives_its_connection_back() {
    let server = Server::start(|request| match request.path().contains("slow") {
        true => Reply::json(200, "{}").after(ENOUGH),
        false => Reply::json(200, "{}"),
    })
    .await;
    let client = builder(&server, 1).build().unwrap();
    for _ in 0..3 {
        let call = client.assets().get("slow").into_future();
        assert!(timeout(millis(20), call).await.is_err());
        let call = client.assets().get("quick").into_future();
        timeout(millis(2_000), call).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn the_wait_for_a_connection_counts_for_the_deadline_alone() {
    let server = Server::always(Reply::json(200, "{}").after(millis(300))).await;
    let builder = builder(&server, 1).retry(RetryPolicy::none());
    let client = builder.timeout(millis(1_000)).build().unwrap();

    let calls = (0..5).map(|n| client.assets().get(format!("a{n}")).into_future());
    for asset in in_time(join_all(calls)).await {
        asset.unwrap();
    }

    let first = client.request(Method::POST, "/a").into_future();
    let second = client.request(Method::POST, "/b").deadline(millis(100));
    let (first, second) = tokio::join!(first, second.into_future());
    first.unwrap();
    let error = second.unwrap_err();
    assert_eq!(
        (error.kind(), error.maybe_sent()),
        (ErrorKind::Timeout, false)
    );
    sleep(millis(500)).await;
    assert_eq!(server.count(), 6);
}

/// Requests that waited for a connection do not arrive all at once when the connections become free.
#[tokio::test]
async fn the_pace_is_kept_by_those_who_waited() {
    const AT_ONCE: usize = 20;
    let start = Instant::now();
    let opens = millis(2_500);
    let arrivals = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&arrivals);
    let server = Server::start(move |_| {
        note.lock().unwrap().push(Instant::now());
        // All of the first ones end at the same time.
        Reply::json(200, "{}").after(opens.saturating_sub(start.elapsed()))
    })
    .await;
    let client = builder(&server, AT_ONCE).limiter(Limiter::new(20, 1_000, ENOUGH));
    let client = client.build().unwrap();
    let calls = (0..2 * AT_ONCE).map(|n| client.assets().get(format!("a{n}")).into_future());
    for asset in in_time(join_all(calls)).await {
        asset.unwrap();
    }

    let mut arrivals = arrivals.lock().unwrap().clone();
    arrivals.sort();
    let most = arrivals
        .iter()
        .map(|from| {
            let until = *from + Duration::from_secs(1);
            let within = |time: &&Instant| (*from..until).contains(*time);
            arrivals.iter().filter(within).count()
        })
        .max();
    assert_eq!(arrivals.len(), 2 * AT_ONCE);
    assert!(most <= Some(20), "{most:?} in a second");
}
