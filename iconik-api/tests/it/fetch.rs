//! Requests to signed URLs, which are for other hosts and carry no credentials of iconik.

use std::future::IntoFuture;
use std::time::Duration;

use http::HeaderName;
use iconik_api::{Client, Credentials, ErrorKind, Limiter};

use crate::support::{APP_ID, Reply, Server, TOKEN};

const SIGNATURE: &str = "SIGNATURE-9f8e7d6c5b4a3f2e";

fn signed(server: &Server) -> String {
    format!(
        "{}/bucket/clip.mxf?X-Expires=3600&X-Signature={SIGNATURE}",
        server.url()
    )
}

#[tokio::test]
async fn a_signed_url_is_fetched_as_it_is_and_without_credentials() {
    let iconik = Server::always(Reply::json(200, "{}")).await;
    let storage = Server::always(Reply::new(200, &[("etag", "\"1\"")], "bytes")).await;
    let credentials = Credentials::new(APP_ID, TOKEN)
        .share_token("share")
        .header(HeaderName::from_static("x-gateway"), "gateway");
    let client = Client::builder()
        .credentials(credentials)
        .base_url(iconik.url())
        .build()
        .unwrap();

    let response = client
        .fetch(signed(&storage))
        .header("range", "bytes=2-")
        .await
        .unwrap();

    assert_eq!(response.body(), "bytes");
    assert_eq!(iconik.count(), 0);
    let sent = storage.single();
    assert_eq!(
        sent.target,
        format!("/bucket/clip.mxf?X-Expires=3600&X-Signature={SIGNATURE}")
    );
    assert_eq!(sent.header("range"), Some("bytes=2-"));
    for name in [
        "app-id",
        "auth-token",
        "share-auth-token",
        "x-gateway",
        "authorization",
    ] {
        assert_eq!(sent.header(name), None, "{name}");
    }
}

#[tokio::test]
async fn a_signed_url_is_not_shown_and_its_messages_are() {
    let body = format!(
        "<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Request has expired: {SIGNATURE}</Message><StringToSign>{SIGNATURE}</StringToSign></Error>"
    );
    let storage = Server::always(Reply::new(403, &[], body)).await;
    let call = storage.client().fetch(signed(&storage));
    assert!(!format!("{call:?}").contains(SIGNATURE), "{call:?}");

    let error = call.await.unwrap_err();

    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(SIGNATURE), "{shown}");
    assert!(!shown.contains("clip.mxf"), "{shown}");
    assert!(error.is_forbidden());
    let host = storage.url().replace("http://", "");
    assert_eq!(
        error.to_string(),
        format!("GET {host}: 403 Forbidden: AccessDenied: Request has expired: [hidden]")
    );
}

#[tokio::test]
async fn another_host_has_its_own_pace_and_failures_are_retried() {
    let slow_down = Reply::new(
        503,
        &[("retry-after", "0")],
        "<Error><Code>SlowDown</Code></Error>",
    );
    let storage = Server::replies([slow_down, Reply::new(200, &[], "bytes")]).await;
    // iconik's pace would let nothing through for an hour.
    let limiter = Limiter::new(1, 1, Duration::from_secs(3_600));
    let client = storage.builder().limiter(limiter).build().unwrap();
    for _ in 0..3 {
        let fetched = client.fetch(signed(&storage));
        let fetched = tokio::time::timeout(Duration::from_secs(20), fetched.into_future()).await;
        assert_eq!(fetched.unwrap().unwrap().body(), "bytes");
    }
    assert_eq!(storage.count(), 4);
}

#[tokio::test]
async fn only_encrypted_urls_leave_this_machine() {
    let server = Server::always(Reply::empty(200)).await;
    for url in [
        "http://storage.example/SECRET?sig=SECRET",
        "ftp://storage.example/SECRET",
        "https://user:SECRET@storage.example/",
        "/SECRET",
    ] {
        let error = server.client().fetch(url).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request, "{url}");
        assert!(
            !format!("{error} {error:?}").contains("SECRET"),
            "{error:?}"
        );
        assert!(!error.maybe_sent());
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let storage = Server::always(Reply::new(307, &[("location", "http://127.0.0.1:1/")], "")).await;
    let error = storage.client().fetch(signed(&storage)).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 307);
    assert!(
        error.to_string().contains("redirects are not followed"),
        "{error}"
    );
}
