//! What becomes of a call that fails: what its error says, and how often it was sent.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use http::Method;
use iconik_api::assets::{AssetPatch, NewPlaylist, ShareLogin};
use iconik_api::{Client, Credentials, Error, ErrorKind, Limiter, RetryPolicy, UnknownFields};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use crate::support::{APP_ID, Reply, Server, TOKEN, closed_port};

fn quick() -> RetryPolicy {
    let millisecond = Duration::from_millis(1);
    RetryPolicy::default()
        .attempts(3)
        .backoff(millisecond, millisecond)
}

fn client(server: &Server) -> Client {
    let builder = server.builder().limiter(Limiter::unlimited());
    builder.retry(quick()).build().unwrap()
}

/// No cause repeats what was said before it.
fn says_nothing_twice(error: &Error) {
    let mut said = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        assert!(!said.contains(&text), "`{text}` comes twice: {said}");
        said.push_str(&text);
        next = cause.source();
    }
}

#[tokio::test]
async fn an_error_names_the_object_that_it_is_about() {
    let server = Server::always(Reply::json(404, "{}")).await;
    let error = client(&server).assets().get("a 1").await.unwrap_err();
    assert_eq!(error.path(), Some("/API/assets/v1/assets/a%201/"));
    assert!(
        error.to_string().contains("/API/assets/v1/assets/a%201/"),
        "{error}"
    );

    let path = "/API/files/v1/files/7/?token=hunter2-token";
    let error = client(&server)
        .request(Method::GET, path)
        .await
        .unwrap_err();
    assert_eq!(error.path(), Some("/API/files/v1/files/7/"));
    assert!(
        !format!("{error} {error:?}").contains("hunter2"),
        "{error:?}"
    );

    // What was never made has no path, and a long one does not fill a log.
    let error = client(&server).assets().get("").await.unwrap_err();
    assert_eq!(error.path(), None);
    let error = client(&server)
        .assets()
        .get("x".repeat(9_000))
        .await
        .unwrap_err();
    assert!(error.to_string().len() < 1_000);
    assert!(error.path().unwrap().len() > 9_000);
}

#[tokio::test]
async fn a_failed_connection_names_the_host() {
    let url = closed_port().await;
    let builder = Client::builder().app_id(APP_ID).auth_token(TOKEN);
    let client = builder
        .base_url(&url)
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let error = client.assets().get("a").await.unwrap_err();
    assert!(error.is_connect());
    assert!(error.to_string().contains(&url), "{error}");
    assert!(error.source().is_some());
    says_nothing_twice(&error);
}

#[tokio::test]
async fn no_cause_is_named_twice() {
    for reply in [
        Reply::json(200, r#"["a"]"#),
        Reply::json(200, r#"{"id":"#),
        Reply::html(200, "<html>"),
        Reply::reset(),
        Reply::empty(500),
        Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"),
    ] {
        let server = Server::always(reply).await;
        let error = client(&server).assets().get("a").await.unwrap_err();
        says_nothing_twice(&error);
    }
}

#[tokio::test]
async fn a_server_that_tls_refuses_is_asked_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    tokio::spawn(async move {
        let mut open = Vec::new();
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            count.fetch_add(1, Ordering::Relaxed);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
            open.push(stream);
        }
    });
    let builder = Client::builder().app_id(APP_ID).auth_token(TOKEN);
    let client = builder.base_url(url).retry(quick()).build().unwrap();
    let error = client.assets().get("a").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Connect, 1),
        "{error:?}"
    );
    assert_eq!(connections.load(Ordering::Relaxed), 1);
    assert!(!error.maybe_sent());
}

#[tokio::test]
async fn a_method_that_http_does_not_define_is_not_repeated() {
    for (method, sent) in [
        ("PURGE", 1),
        ("post", 1),
        ("POST", 1),
        ("OPTIONS", 3),
        ("PUT", 3),
    ] {
        let server = Server::always(Reply::empty(503)).await;
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let call = client(&server).request(method.clone(), "/API/x/v1/y/");
        let error = call.await.unwrap_err();
        assert_eq!(server.count(), sent, "{method}");
        assert!(error.maybe_sent());
    }
}

#[tokio::test]
async fn only_a_4xx_says_for_certain_that_nothing_was_done() {
    for (status, maybe_sent) in [
        (303, true),
        (304, true),
        (399, true),
        (500, true),
        (999, true),
        (400, false),
        (404, false),
        (409, false),
    ] {
        let server = Server::always(Reply::empty(status)).await;
        let playlists = client(&server).assets().playlists();
        let error = playlists.create(NewPlaylist::new("x")).await.unwrap_err();
        assert_eq!(
            (error.maybe_sent(), server.count()),
            (maybe_sent, 1),
            "{status}"
        );
    }
    let switching = "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n";
    let server = Server::always(Reply::raw(switching)).await;
    let playlists = client(&server).assets().playlists();
    let error = playlists.create(NewPlaylist::new("x")).await.unwrap_err();
    assert!(error.maybe_sent(), "{error}");
}

#[tokio::test]
async fn a_retry_after_with_a_fraction_is_waited_for() {
    for asked in ["0.5", "1.0", "1s"] {
        let server = Server::replies([
            Reply::new(503, &[("retry-after", asked)], ""),
            Reply::json(200, "{}"),
        ])
        .await;
        let started = Instant::now();
        client(&server).assets().get("a").await.unwrap();
        assert!(started.elapsed() >= Duration::from_secs(1), "{asked}");
    }
}

#[tokio::test]
async fn a_patch_is_retried_where_the_caller_allows_it() {
    let server = Server::always(Reply::empty(503)).await;
    let patch = || AssetPatch::new().title("x");
    client(&server)
        .assets()
        .update("a", patch())
        .await
        .unwrap_err();
    assert_eq!(server.count(), 1);

    let policy = quick().retry_patch(true);
    let builder = server.builder().limiter(Limiter::unlimited());
    let client = builder.retry(policy).build().unwrap();
    client.assets().update("a", patch()).await.unwrap_err();
    assert_eq!(server.count(), 4);
    // A create is still sent once.
    let create = client.assets().playlists().create(NewPlaylist::new("x"));
    create.await.unwrap_err();
    assert_eq!(server.count(), 5);

    let call = client
        .request(Method::PATCH, "/API/x/v1/y/")
        .idempotent(true);
    call.retry(quick()).await.unwrap_err();
    assert_eq!(server.count(), 8);
}

#[test]
fn settings_that_cannot_work_fail_when_the_client_is_built() {
    let built = |app_id: &str, token: &str, url: &str| {
        let builder = Client::builder().app_id(app_id).auth_token(token);
        builder
            .base_url(url)
            .build()
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    let url = "https://app.iconik.io";
    for url in [
        url,
        "https://app.iconik.io/API",
        "https://gateway.example/iconik/API/",
    ] {
        assert_eq!(built("a", "t", url), Ok(()));
    }
    for url in [
        "https://app.iconik.io/API/assets",
        "https://app.iconik.io/API/assets/v1",
        "https://app.iconik.io/API/assets/v1/",
        "https://gateway.example/iconik/API/files/v1",
        "https://app.iconik.io/api/v1",
    ] {
        let error = built("a", "t", url).unwrap_err();
        assert!(error.contains("the address of the system alone"), "{error}");
    }
    for (app_id, token, problem) in [
        ("", "t", "app_id: it is empty; expected the App-ID"),
        ("a", "", "auth_token: it is empty; expected the token"),
        ("a", "t\n", "auth_token: it contains a line break"),
        ("a", "Bearer t", "auth_token: it contains a space"),
        ("a b", "t", "app_id: it contains a space"),
        ("a", "t\u{e9}", "auth_token: it contains a character"),
        ("a\0", "t", "app_id: it contains a character"),
    ] {
        let error = built(app_id, token, url).unwrap_err();
        assert!(error.contains(problem), "{error}");
    }
    let share = Credentials::new("a", "t").share_token(" ");
    let error = Client::builder().credentials(share).build().unwrap_err();
    assert!(
        error
            .to_string()
            .contains("share_token: it contains a space"),
        "{error}"
    );
}

#[tokio::test]
async fn an_error_is_small_whatever_the_server_says() {
    let mut nested = json!("x".repeat(40_000));
    for _ in 0..18 {
        nested = json!({ "k".repeat(40_000): nested });
    }
    let wide: Vec<_> = (0..90_000).map(|n| json!({ "f": n })).collect();
    for body in [
        json!({ "errors": nested }),
        json!({ "errors": wide }),
        json!({ "errors": ["y".repeat(780_000)] }),
        json!({ "errors": vec!["z".repeat(3_000); 80] }),
    ] {
        let server = Server::always(Reply::json(400, body.to_string())).await;
        let error = client(&server).assets().get("a").await.unwrap_err();
        assert!(
            error.to_string().len() < 5_000,
            "{}",
            error.to_string().len()
        );
        assert!(format!("{error:?}").len() < 10_000);
        let messages: usize = error
            .messages()
            .iter()
            .map(|message| message.text().len() + message.field().map_or(0, str::len))
            .sum();
        assert!(messages < 300_000, "{messages}");
    }
    // The name of a field that the response cannot be read at may be as long as it likes.
    let body = format!(r#"{{"metadata_views":{{"{}":[}}"#, "k".repeat(700_000));
    let server = Server::always(Reply::json(200, body)).await;
    let error = client(&server).assets().get("a").await.unwrap_err();
    assert!(error.to_string().len() < 5_000 && format!("{error:?}").len() < 10_000);
}

#[tokio::test]
async fn a_secret_among_the_arguments_is_not_repeated() {
    for password in ["correct-horse", "abc"] {
        let echo = json!({ "errors": { "password": [format!("`{password}` is wrong")], password: ["no"] } });
        let server = Server::always(Reply::json(400, echo.to_string())).await;
        let shares = client(&server).assets().shares();
        let login = ShareLogin::new("share").password(password);
        let error = shares.log_in(login).await.unwrap_err();
        let shown = format!("{error} {error:?} {:?}", error.messages());
        assert!(!shown.contains(password), "{shown}");
        assert!(shown.contains("`[hidden]` is wrong"), "{shown}");
    }

    // Also where the response cannot be read, and the secret is a name in it.
    let echo = r#"{"correct-horse":{"id":[}}"#;
    let server = Server::always(Reply::json(200, echo)).await;
    let call = client(&server)
        .request(Method::GET, "/API/x/v1/y/")
        .query("password", iconik_api::Secret::from("correct-horse"));
    let error = call.json_value().await.unwrap_err();
    assert!(
        !format!("{error} {error:?}").contains("correct-horse"),
        "{error:?}"
    );
}

#[test]
fn unknown_fields_do_not_show_their_values() {
    let fields: UnknownFields = serde_json::from_str(r#"{"api_key":"hunter2"}"#).unwrap();
    let shown = format!("{fields:?} {fields:#?}");
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[tokio::test]
async fn clients_with_other_credentials_share_the_rest() {
    let server = Server::always(Reply::json(200, "{}")).await;
    let client = server.client();
    let other = client.with_credentials(Credentials::new("other-app", "other-token"));
    client.assets().get("a").await.unwrap();
    other.assets().get("b").await.unwrap();

    let sent = server.received();
    let tokens: Vec<_> = sent
        .iter()
        .map(|sent| sent.header("auth-token").unwrap())
        .collect();
    assert_eq!(tokens, [TOKEN, "other-token"]);
    assert_ne!(client, other);
    assert_eq!(client.base_url(), other.base_url());
}

#[tokio::test]
async fn a_deadline_covers_the_pace_and_each_page_of_a_list() {
    let server = Server::always(Reply::json(200, r#"{"objects":[{"id":"a"}]}"#)).await;
    let limiter = Limiter::new(1, 1, Duration::from_secs(60));
    let deadline = Duration::from_millis(300);
    let builder = server.builder().limiter(limiter).deadline(deadline);
    let client = builder.build().unwrap();
    client.assets().get("a").await.unwrap();

    let started = Instant::now();
    let error = client.assets().get("b").await.unwrap_err();
    assert!(error.is_timeout() && !error.maybe_sent(), "{error}");
    let error = client
        .assets()
        .list()
        .items()
        .next()
        .await
        .unwrap()
        .unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert!(started.elapsed() < Duration::from_secs(2));
    assert_eq!(server.count(), 1);
}
