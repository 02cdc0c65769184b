//! What a caller sees when things go wrong, and how many requests that took.
//!
//! The table of the first test is printed in `tests/README.md`; run it with `UPDATE_README=1` to
//! write the table anew.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::support::{APP_ID, Reply, Server, Step, TOKEN};
use iconik_api::assets::NewPlaylist;
use iconik_api::assets::requests::GetPlaylist;
use iconik_api::{
    Client, ClientBuilder, Credentials, Error, ErrorKind, Limiter, RetryPolicy, RotatingCredentials,
};

const PLAYLIST: &str = r#"{"id":"p","name":"Dailies"}"#;

/// Three attempts without noticeable waits.
fn quick() -> RetryPolicy {
    RetryPolicy::default()
        .attempts(3)
        .backoff(Duration::from_millis(1), Duration::from_millis(2))
}

fn client(server: &Server) -> ClientBuilder {
    server
        .builder()
        .retry(quick())
        .limiter(Limiter::unlimited())
        .timeout(Duration::from_millis(400))
        .max_response_size(1 << 20)
}

fn written(bytes: &[u8]) -> Step {
    Step::Write(bytes.to_vec())
}

fn head(length: usize) -> Step {
    written(format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n").as_bytes())
}

/// Every fault, with what it does on the wire.
fn faults() -> Vec<(&'static str, Reply)> {
    let second = Duration::from_secs(1);
    let body = PLAYLIST.as_bytes();
    let mut faults = vec![
        (
            "429 without `Retry-After`",
            Reply::json(429, r#"{"errors":["Slow down"]}"#),
        ),
        (
            "429, `Retry-After: 0`",
            Reply::new(429, &[("retry-after", "0")], ""),
        ),
        (
            "429, `Retry-After` in the past",
            Reply::new(429, &[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")], ""),
        ),
        (
            "429, `Retry-After: soon`",
            Reply::new(429, &[("retry-after", "soon")], ""),
        ),
        (
            "429, `Retry-After: 3600`",
            Reply::new(429, &[("retry-after", "3600")], ""),
        ),
        (
            "500, JSON error",
            Reply::json(500, r#"{"errors":["Oops"]}"#),
        ),
        ("501", Reply::empty(501)),
        ("502, HTML error", Reply::html(502, "<h1>Bad Gateway</h1>")),
        ("503, empty", Reply::empty(503)),
        ("504", Reply::empty(504)),
        ("400", Reply::json(400, r#"{"errors":{"name":"Missing"}}"#)),
        ("401", Reply::empty(401)),
        ("403", Reply::empty(403)),
        ("404, HTML error", Reply::html(404, "<h1>Not Found</h1>")),
        ("409", Reply::empty(409)),
        (
            "redirect to another origin",
            Reply::new(307, &[("location", "https://elsewhere.example/")], ""),
        ),
        ("reset before the answer", Reply::reset()),
        ("closed before the answer", Reply(vec![Step::Close])),
        (
            "reset within the head",
            Reply(vec![written(b"HTTP/1.1 200 OK\r\ncontent-"), Step::Reset]),
        ),
        (
            "reset within the body",
            Reply(vec![
                head(body.len()),
                written(&body[..5]),
                Step::Sleep(second / 50),
                Step::Reset,
            ]),
        ),
        (
            "closed within a chunked body",
            Reply::raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"id\""),
        ),
        (
            "content length too large",
            Reply(vec![head(body.len() + 10), written(body), Step::Close]),
        ),
        (
            "content length too small",
            Reply(vec![head(body.len() - 10), written(body), Step::Close]),
        ),
        ("truncated JSON", Reply::json(200, &PLAYLIST[..9])),
        ("another JSON type", Reply::json(200, r#"["name",7]"#)),
        (
            "invalid UTF-8",
            Reply::new(200, &[], b"{\"name\":\"\xff\"}"),
        ),
        ("HTML with status 200", Reply::html(200, "<!doctype html>")),
        ("204 where JSON is due", Reply::empty(204)),
        ("slow head", Reply::json(200, PLAYLIST).after(second * 2)),
        ("slow body", {
            let mut steps = vec![head(body.len())];
            for byte in body {
                steps.extend([written(&[*byte]), Step::Sleep(second / 20)]);
            }
            Reply(steps)
        }),
        (
            "503, body stalls",
            Reply(vec![
                written(b"HTTP/1.1 503 Busy\r\ncontent-length: 10\r\n\r\nBusy"),
                Step::Sleep(second * 2),
            ]),
        ),
        (
            "429, body stalls",
            Reply(vec![
                written(b"HTTP/1.1 429 Slow\r\ncontent-length: 10\r\n\r\nSlow"),
                Step::Sleep(second * 2),
            ]),
        ),
        (
            "endless body",
            Reply(vec![
                written(b"HTTP/1.1 200 OK\r\n\r\n"),
                Step::Forever(vec![b' '; 65_536]),
            ]),
        ),
        (
            "endless head",
            Reply(vec![
                written(b"HTTP/1.1 200 OK\r\n"),
                Step::Forever(b"x-more: and more\r\n".repeat(100)),
            ]),
        ),
        (
            "1,000 headers",
            Reply::raw(format!(
                "HTTP/1.1 200 OK\r\n{}\r\n{PLAYLIST}",
                "x-a: b\r\n".repeat(1_000)
            )),
        ),
        (
            "garbage headers",
            Reply::raw("HTTP/1.1 200 OK\r\n\0\x01: \x7f\r\n\r\n{}"),
        ),
        ("no HTTP at all", Reply::raw("SSH-2.0-OpenSSH_9.6\r\n")),
    ];
    if cfg!(feature = "gzip") {
        let bomb = include_bytes!("support/bomb.gz");
        faults.push((
            "gzip bomb (feature `gzip`)",
            Reply::new(200, &[("content-encoding", "gzip")], bomb),
        ));
    }
    faults
}

fn seen(error: &Error) -> String {
    match (error.kind(), error.status()) {
        (ErrorKind::Status, Some(status)) => format!("`Status` {}", status.as_u16()),
        (kind, _) => format!("`{kind:?}`"),
    }
}

#[tokio::test]
async fn every_fault_ends_as_the_table_says() {
    let mut table = "| fault | the caller sees | GETs sent | POSTs sent | `maybe_sent()` of the POST |\n|---|---|--:|--:|---|\n".to_owned();
    let mut row = |fault: &str, get: Error, gets: usize, post: Error, posts: usize| {
        assert_eq!(seen(&get), seen(&post), "{fault}");
        assert_eq!(
            (get.attempts() as usize, post.attempts() as usize),
            (gets, posts),
            "{fault}"
        );
        assert!(
            !post.maybe_sent() || posts == 1,
            "{fault}: a create that may have happened is not sent again"
        );
        writeln!(
            table,
            "| {fault} | {} | {gets} | {posts} | {} |",
            seen(&get),
            post.maybe_sent()
        )
        .unwrap();
    };

    let refused = Client::builder()
        .app_id(APP_ID)
        .auth_token(TOKEN)
        .base_url(crate::support::closed_port().await);
    let refused = refused.retry(quick()).build().unwrap();
    let get = refused.assets().playlists().get("p").await.unwrap_err();
    let post = refused
        .assets()
        .playlists()
        .create(NewPlaylist::new("x"))
        .await
        .unwrap_err();
    row("connection refused", get, 3, post, 3);

    for (fault, reply) in faults() {
        let server = Server::always(reply).await;
        let client = client(&server).build().unwrap();
        let get = client.assets().playlists().get("p").await.unwrap_err();
        let gets = server.count();
        let post = client
            .assets()
            .playlists()
            .create(NewPlaylist::new("x"))
            .await
            .unwrap_err();
        row(fault, get, gets, post, server.count() - gets);
    }

    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let (before, rest) = readme.split_once("<!-- table -->\n").unwrap();
    let (old, after) = rest.split_once("<!-- end of table -->").unwrap();
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(
            path,
            format!("{before}<!-- table -->\n{table}<!-- end of table -->{after}"),
        )
        .unwrap();
        return;
    }
    // Without the feature the last row is missing.
    assert!(
        old.starts_with(&table),
        "the table in tests/README.md is not what happens now:\n{table}"
    );
}

#[tokio::test]
async fn a_fault_that_passes_is_not_seen_by_the_caller() {
    for reply in [
        Reply::empty(503),
        Reply::reset(),
        Reply::new(429, &[("retry-after", "0")], ""),
    ] {
        let server = Server::replies([reply, Reply::json(200, PLAYLIST)]).await;
        let raw = client(&server)
            .build()
            .unwrap()
            .assets()
            .playlists()
            .get("p")
            .call()
            .raw()
            .await
            .unwrap();
        assert_eq!(raw.attempts(), 2);
        assert_eq!(server.count(), 2);
    }
}

#[tokio::test]
async fn an_answer_that_is_complete_survives_a_reset_after_it() {
    let reply = Reply::json(200, PLAYLIST)
        .then(Step::Sleep(Duration::from_millis(20)))
        .then(Step::Reset);
    let server = Server::always(reply).await;
    let client = client(&server).build().unwrap();
    for _ in 0..3 {
        client
            .assets()
            .playlists()
            .create(NewPlaylist::new("x"))
            .await
            .unwrap();
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    assert_eq!(server.count(), 3, "none was sent twice");
}

#[tokio::test]
async fn a_call_can_have_rules_of_its_own() {
    let server = Server::always(Reply::empty(503)).await;
    let client = client(&server).build().unwrap();

    let error = client
        .assets()
        .playlists()
        .get("p")
        .call()
        .retry(RetryPolicy::none())
        .await
        .unwrap_err();
    assert_eq!((error.attempts(), server.count()), (1, 1));

    let error = client
        .assets()
        .playlists()
        .create(NewPlaylist::new("x"))
        .call()
        .idempotent(true)
        .await
        .unwrap_err();
    assert_eq!((error.attempts(), server.count()), (3, 4));
    assert!(error.maybe_sent());
}

#[tokio::test]
async fn total_time_bounds_what_attempts_do_not() {
    let server = Server::always(Reply::empty(503)).await;
    let policy = RetryPolicy::default()
        .attempts(1_000)
        .backoff(Duration::from_millis(20), Duration::from_millis(20))
        .total_time(Duration::from_millis(200));
    let started = Instant::now();
    let client = client(&server).retry(policy).build().unwrap();
    client.assets().playlists().get("p").await.unwrap_err();
    assert!(started.elapsed() < Duration::from_millis(600));
    assert!(server.count() > 3);
}

#[tokio::test]
async fn retry_after_is_waited_for() {
    let server = Server::replies([
        Reply::new(503, &[("retry-after", "1")], ""),
        Reply::json(200, PLAYLIST),
    ])
    .await;
    let started = Instant::now();
    client(&server)
        .build()
        .unwrap()
        .assets()
        .playlists()
        .get("p")
        .await
        .unwrap();
    assert!(started.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_wait_that_is_too_long_is_the_callers_to_decide() {
    let server = Server::always(Reply::new(503, &[("retry-after", "600")], "")).await;
    let error = client(&server)
        .build()
        .unwrap()
        .assets()
        .playlists()
        .get("p")
        .await
        .unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(600)));
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn the_budget_ends_what_would_become_a_storm() {
    let server = Server::always(Reply::empty(503)).await;
    let client = client(&server).retry_budget(10).build().unwrap();
    for _ in 0..100 {
        client
            .clone()
            .assets()
            .playlists()
            .get("p")
            .await
            .unwrap_err();
    }
    assert_eq!(server.count(), 110, "100 calls, 10 repetitions");
}

#[tokio::test]
async fn a_storm_of_429_pauses_every_clone_and_ends_well() {
    // The server has had enough after 10 requests, for half a second.
    let started = Instant::now();
    let server = Server::start(move |request| {
        let over = request.number >= 10 && started.elapsed() < Duration::from_millis(500);
        if over {
            Reply::empty(429)
        } else {
            Reply::json(201, PLAYLIST)
        }
    })
    .await;
    let client = server.builder().build().unwrap();
    let calls: Vec<_> = (0..40)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move {
                client
                    .assets()
                    .playlists()
                    .create(NewPlaylist::new("x"))
                    .await
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert!(
        server.count() <= 70,
        "40 calls, and each that was refused once more: {}",
        server.count()
    );
}

#[tokio::test]
async fn the_pace_holds_over_the_network_and_between_clients() {
    let server = Server::always(Reply::json(200, PLAYLIST)).await;
    let limiter = Limiter::new(10, 1_000, Duration::from_secs(20));
    let clients = [(); 2].map(|()| client(&server).limiter(limiter.clone()).build().unwrap());
    let started = Instant::now();
    let calls: Vec<_> = (0..25)
        .map(|number| {
            let client = clients[number % 2].clone();
            tokio::spawn(async move { client.assets().playlists().get("p").await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let time = started.elapsed();
    assert!(
        time >= Duration::from_secs(2) && time < Duration::from_secs(4),
        "{time:?}"
    );
}

#[tokio::test]
async fn a_call_that_is_dropped_sends_nothing_more() {
    let server = Server::always(Reply::empty(503)).await;
    let policy = RetryPolicy::default()
        .attempts(100)
        .backoff(Duration::from_millis(30), Duration::from_millis(30));
    let client = client(&server).retry(policy).build().unwrap();

    let call = tokio::time::timeout(
        Duration::from_millis(150),
        client.assets().playlists().get("p").call(),
    )
    .await;

    assert!(call.is_err());
    // A request that was on its way when the call was dropped may still arrive.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let sent = server.count();
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert_eq!(server.count(), sent);
}

#[tokio::test]
async fn a_deadline_counts_everything() {
    let server = Server::always(Reply::json(200, PLAYLIST).after(Duration::from_secs(5))).await;
    let client = client(&server)
        .timeout(Duration::from_millis(80))
        .retry(quick().attempts(100))
        .build()
        .unwrap();
    let error = client
        .assets()
        .playlists()
        .get("p")
        .call()
        .deadline(Duration::from_millis(200))
        .await
        .unwrap_err();
    assert!(error.is_timeout());
    assert!(error.maybe_sent());
    assert!((2..=4).contains(&error.attempts()), "{error:?}");

    // A wait that would end too late is not begun: the error that is known is worth more.
    let busy = Server::always(Reply::new(503, &[("retry-after", "30")], "")).await;
    let started = Instant::now();
    let error = busy
        .client()
        .assets()
        .playlists()
        .get("p")
        .call()
        .deadline(Duration::from_secs(5))
        .await
        .unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
    assert!(started.elapsed() < Duration::from_secs(4));

    // Waiting for one's turn counts, too, and then nothing was sent.
    let limiter = Limiter::new(1, 1, Duration::from_secs(60));
    let client = server
        .builder()
        .limiter(limiter)
        .deadline(Duration::from_millis(50))
        .build()
        .unwrap();
    client.assets().playlists().get("p").await.unwrap_err();
    let error = client.assets().playlists().get("p").await.unwrap_err();
    assert!(error.is_timeout() && !error.maybe_sent());
    assert_eq!(error.attempts(), 0);
}

#[tokio::test]
async fn rotating_credentials_are_fetched_once_for_all_who_wait() {
    let fetches = Arc::new(AtomicUsize::new(0));
    // A token is good for as long as it is the latest.
    let latest = Arc::clone(&fetches);
    let server = Server::start(move |request| {
        let good = format!("token-{}", latest.load(Ordering::SeqCst).max(2));
        if request.header("auth-token") == Some(&good) {
            Reply::json(200, PLAYLIST)
        } else {
            Reply::empty(401)
        }
    })
    .await;
    let counter = Arc::clone(&fetches);
    let rotating = RotatingCredentials::new(move || {
        let number = counter.fetch_add(1, Ordering::SeqCst) + 1;
        async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Ok(Credentials::new(APP_ID, format!("token-{number}")))
        }
    });
    let client = Client::builder()
        .credentials(rotating)
        .base_url(server.url())
        .build()
        .unwrap();

    let calls: Vec<_> = (0..20)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move {
                client
                    .assets()
                    .playlists()
                    .create(NewPlaylist::new("x"))
                    .await
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }

    assert_eq!(
        fetches.load(Ordering::SeqCst),
        2,
        "the first token, which is refused, and the second"
    );
    assert_eq!(server.count(), 40);
}

#[tokio::test]
async fn a_token_that_stays_wrong_is_tried_twice_and_no_more() {
    let server = Server::always(Reply::empty(401)).await;
    let rotating = RotatingCredentials::new(|| async { Ok(Credentials::new(APP_ID, TOKEN)) });
    let client = Client::builder()
        .credentials(rotating)
        .base_url(server.url())
        .build()
        .unwrap();
    let error = client.assets().playlists().get("p").await.unwrap_err();
    assert!(error.is_unauthorized());
    assert_eq!((error.attempts(), server.count()), (2, 2));
}

#[tokio::test]
async fn a_token_is_replaced_before_it_expires() {
    let server = Server::always(Reply::json(200, PLAYLIST)).await;
    let fetches = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&fetches);
    let rotating = RotatingCredentials::new(move || {
        let number = counter.fetch_add(1, Ordering::SeqCst);
        // The first is good for a few seconds, which is too short for a request to rely on.
        let valid_for = Duration::from_secs(if number == 0 { 5 } else { 3_600 });
        async move { Ok(Credentials::new(APP_ID, TOKEN).valid_for(valid_for)) }
    });
    let client = Client::builder()
        .credentials(rotating)
        .base_url(server.url())
        .build()
        .unwrap();
    for _ in 0..3 {
        client.assets().playlists().get("p").await.unwrap();
    }
    assert_eq!(fetches.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_source_of_tokens_may_fail() {
    let rotating = RotatingCredentials::new(|| async { Err("the vault is sealed".into()) });
    let client = Client::builder().credentials(rotating).build().unwrap();
    let error = client.call(&GetPlaylist::new("p")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert_eq!(
        std::error::Error::source(&error).unwrap().to_string(),
        "the vault is sealed"
    );
}

/// How many of 20 calls at once succeed.
async fn at_once(server: &Server, rotating: RotatingCredentials) -> usize {
    let client = Client::builder()
        .credentials(rotating)
        .base_url(server.url())
        .timeout(Duration::from_millis(300))
        .build()
        .unwrap();
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.assets().playlists().get("p").await })
        })
        .collect();
    let mut good = 0;
    for call in calls {
        match call.await.unwrap() {
            Ok(_) => good += 1,
            Err(error) => assert_eq!(error.kind(), ErrorKind::Credentials),
        }
    }
    good
}

#[tokio::test]
async fn a_fetch_that_fails_or_gives_a_short_lived_token_serves_all_who_wait() {
    let server = Server::always(Reply::json(200, PLAYLIST)).await;
    for (fails, good) in [(true, 0), (false, 20)] {
        let fetches = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&fetches);
        let rotating = RotatingCredentials::new(move || {
            counter.fetch_add(1, Ordering::SeqCst);
            async move {
                tokio::time::sleep(Duration::from_millis(20)).await;
                match fails {
                    true => Err("the vault is sealed".into()),
                    false => Ok(Credentials::new(APP_ID, TOKEN).valid_for(Duration::from_secs(1))),
                }
            }
        });
        assert_eq!(at_once(&server, rotating).await, good);
        assert_eq!(fetches.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn a_source_that_hangs_holds_no_call_for_ever() {
    let server = Server::always(Reply::json(200, PLAYLIST)).await;
    let started = Instant::now();
    let rotating = RotatingCredentials::new(std::future::pending);
    assert_eq!(at_once(&server, rotating).await, 0);
    assert!(started.elapsed() < Duration::from_secs(1));
    assert_eq!(server.count(), 0);
}
