//! Requests with bodies of every kind, over real HTTP.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http::Method;
use iconik_api::{
    Action, ActionMeta, Body, BoxError, BoxFuture, Client, Content, ErrorKind, MediaContent,
    RequestWriter, RetryPolicy, Transport, TransportError, prepare, response,
};

use crate::support::{Reply, Server, closed_port};

/// Sends this content as `text/vtt`.
struct Upload(Content);

impl Action for Upload {
    type Response = response::Empty;
    const META: &'static ActionMeta =
        &ActionMeta::new("tests.upload", Method::PUT, "/API/tests", "/v1/upload/");

    fn encode(&self, request: &mut RequestWriter) {
        request.content("text/vtt", self.0.clone());
    }
}

/// A stream of these chunks.
struct Chunks(std::vec::IntoIter<Result<Bytes, BoxError>>);

impl Chunks {
    fn new(chunks: &[&'static str]) -> Self {
        let chunks: Vec<_> = chunks.iter().map(|chunk| Ok(Bytes::from(*chunk))).collect();
        Self(chunks.into_iter())
    }

    fn failing(first: &'static str) -> Self {
        Self(vec![Ok(Bytes::from(first)), Err("the disk is gone".into())].into_iter())
    }
}

impl Stream for Chunks {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.next())
    }
}

/// Retries at once.
fn eager() -> RetryPolicy {
    RetryPolicy::default().backoff(Duration::from_millis(1), Duration::from_millis(1))
}

fn client(server: &Server) -> Client {
    server.builder().retry(eager()).build().unwrap()
}

#[tokio::test]
async fn a_method_that_takes_a_body_says_that_there_is_none() {
    let server = Server::always(Reply::json(200, "{}")).await;
    let client = client(&server);

    for method in [Method::POST, Method::PUT, Method::PATCH] {
        client.request(method, "/API/x/").await.unwrap();
    }
    for method in [Method::GET, Method::DELETE, Method::HEAD] {
        client.request(method, "/API/x/").raw().await.ok();
    }

    let lengths: Vec<_> = server
        .received()
        .iter()
        .map(|request| request.header("content-length").map(str::to_owned))
        .collect();
    let zero = Some("0".to_owned());
    assert_eq!(
        lengths,
        [zero.clone(), zero.clone(), zero, None, None, None]
    );
}

#[tokio::test]
async fn content_is_sent_with_its_media_type_and_its_length() {
    let server = Server::always(Reply::empty(200)).await;

    client(&server)
        .call(&Upload("WEBVTT\n".into()))
        .await
        .unwrap();

    let sent = server.single();
    assert_eq!(sent.body, b"WEBVTT\n");
    assert_eq!(sent.header("content-type"), Some("text/vtt"));
    assert_eq!(sent.header("content-length"), Some("7"));
}

#[tokio::test]
async fn the_caller_names_the_media_type_of_an_undescribed_endpoint() {
    let server = Server::always(Reply::empty(200)).await;
    let image = MediaContent::new("image/png", b"\x89PNG");

    let call = client(&server).request(Method::POST, "/API/users/v1/users/current/photo/");
    call.content(image).await.unwrap();

    let sent = server.single();
    assert_eq!(sent.header("content-type"), Some("image/png"));
    assert_eq!(sent.body, b"\x89PNG");
}

#[tokio::test]
async fn a_media_type_cannot_add_a_header() {
    let server = Server::always(Reply::empty(200)).await;
    let image = MediaContent::new("image/png\r\nX-Evil: 1", b"");

    let call = client(&server)
        .request(Method::POST, "/API/x/")
        .content(image);

    assert_eq!(call.await.unwrap_err().kind(), ErrorKind::Request);
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_stream_is_sent_in_chunks() {
    let server = Server::always(Reply::empty(200)).await;
    let content = Content::from_stream(Chunks::new(&["one ", "two ", "three"]));

    client(&server).call(&Upload(content)).await.unwrap();

    let sent = server.single();
    assert_eq!(sent.body, b"one two three");
    assert_eq!(sent.header("transfer-encoding"), Some("chunked"));
    assert_eq!(sent.header("content-length"), None);
}

#[tokio::test]
async fn a_stream_of_known_length_is_sent_with_it() {
    let server = Server::always(Reply::empty(200)).await;
    let content = Content::from_stream(Chunks::new(&["one ", "two"])).with_length(7);

    client(&server).call(&Upload(content)).await.unwrap();

    let sent = server.single();
    assert_eq!(sent.body, b"one two");
    assert_eq!(sent.header("content-length"), Some("7"));
    assert_eq!(sent.header("transfer-encoding"), None);
}

#[tokio::test]
async fn a_stream_that_does_not_keep_its_length_is_an_error() {
    let server = Server::always(Reply::empty(200)).await;
    let client = server.builder().retry(RetryPolicy::none()).build().unwrap();

    for (chunks, length) in [(&["one ", "two"][..], 8), (&["one ", "two"][..], 6)] {
        let content = Content::from_stream(Chunks::new(chunks)).with_length(length);
        let error = client.call(&Upload(content)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
    }
    assert_eq!(server.count(), 0, "no complete request arrives");
}

#[tokio::test]
async fn a_stream_is_never_sent_again() {
    for failure in [Reply::empty(503), Reply::empty(429), Reply::reset()] {
        let server = Server::replies([failure, Reply::empty(200)]).await;
        let content = Content::from_stream(Chunks::new(&["one"]));

        let error = client(&server).call(&Upload(content)).await.unwrap_err();

        assert_eq!(error.attempts(), 1, "{error}");
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn a_stream_that_was_sent_before_is_refused() {
    let server = Server::always(Reply::empty(200)).await;
    let client = client(&server);
    let upload = Upload(Content::from_stream(Chunks::new(&["one"])));

    client.call(&upload).await.unwrap();
    let error = client.call(&upload).await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Request);
    assert!(!error.maybe_sent());
    assert!(error.to_string().contains("sent before"), "{error}");
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_stream_that_can_be_opened_again_is_retried_from_its_beginning() {
    let server = Server::replies([Reply::empty(503), Reply::reset(), Reply::empty(200)]).await;
    let opened = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&opened);
    let content = Content::from_streams(move || {
        count.fetch_add(1, Ordering::Relaxed);
        Chunks::new(&["one ", "two"])
    });

    client(&server).call(&Upload(content)).await.unwrap();

    assert_eq!(opened.load(Ordering::Relaxed), 3);
    for sent in server.received() {
        assert_eq!(sent.body, b"one two");
    }
}

#[tokio::test]
async fn a_stream_that_fails_ends_the_request() {
    let server = Server::always(Reply::empty(200)).await;
    let content = Content::from_stream(Chunks::failing("one"));

    let error = client(&server).call(&Upload(content)).await.unwrap_err();

    assert!(error.maybe_sent());
    let mut causes = Vec::new();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(&error);
    while let Some(error) = cause {
        causes.push(error.to_string());
        cause = error.source();
    }
    assert!(
        causes
            .iter()
            .any(|cause| cause.contains("the disk is gone")),
        "{causes:?}"
    );
}

#[tokio::test]
async fn a_stream_is_not_sent_where_nobody_listens_and_not_retried() {
    let client = Client::builder()
        .app_id("app")
        .auth_token("token")
        .base_url(closed_port().await)
        .retry(eager())
        .build()
        .unwrap();
    let content = Content::from_stream(Chunks::new(&["one"]));

    let error = client.call(&Upload(content)).await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Connect);
    assert_eq!(error.attempts(), 1);
    assert!(!error.maybe_sent());
}

/// Sends back the body that it receives.
#[derive(Debug)]
struct Echo;

impl Transport for Echo {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let mut body = request.into_body();
            let mut read = Vec::new();
            while let Some(chunk) = body.chunk().await? {
                read.extend_from_slice(&chunk);
            }
            Ok(http::Response::new(Body::from(read)))
        })
    }
}

#[tokio::test]
async fn a_transport_of_ones_own_sees_every_body() {
    let client = Client::builder()
        .app_id("app")
        .auth_token("token")
        .transport(Echo)
        .build()
        .unwrap();
    let echo = |content: Content| {
        let call = client.request(Method::POST, "/API/x/");
        call.content(MediaContent::new("text/plain", content))
    };

    let whole = echo("one two".into()).await.unwrap();
    let stream = echo(Content::from_stream(Chunks::new(&["one ", "two"])))
        .await
        .unwrap();
    let none = client.request(Method::POST, "/API/x/").await.unwrap();

    assert_eq!(whole.body(), "one two");
    assert_eq!(stream.body(), "one two");
    assert!(none.is_empty());
}

#[test]
fn a_number_that_json_cannot_express_is_not_sent() {
    struct Resize(f64);

    impl Action for Resize {
        type Response = response::Empty;
        const META: &'static ActionMeta =
            &ActionMeta::new("tests.resize", Method::POST, "/API/tests", "/v1/resize/");

        fn encode(&self, request: &mut RequestWriter) {
            request.json(&serde_json::Map::from_iter([(
                "keep".to_owned(),
                serde_json::Value::Null,
            )]));
            request.query("factor", &self.0);
        }
    }

    assert_eq!(prepare(&Resize(0.5)).unwrap().query(), Some("factor=0.5"));
    for factor in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let error = prepare(&Resize(factor)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request);
        assert!(
            error
                .to_string()
                .contains("`factor` is not a finite number"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_number_in_a_body_that_json_cannot_express_is_not_sent_as_null() {
    #[derive(serde::Serialize)]
    struct Patch {
        points: Vec<f64>,
    }
    let server = Server::always(Reply::json(200, "{}")).await;
    let patch = Patch {
        points: vec![1.0, f64::NAN],
    };

    let call = client(&server)
        .request(Method::PATCH, "/API/x/")
        .json(&patch);
    let error = call.await.unwrap_err();

    assert!(!error.maybe_sent());
    assert!(error.to_string().contains("points[1]: NaN"), "{error}");
    assert_eq!(server.count(), 0);
}

/// Deletes a version.
struct DeleteVersion {
    asset: &'static str,
    version: &'static str,
}

impl Action for DeleteVersion {
    type Response = response::Empty;
    const META: &'static ActionMeta = &ActionMeta::new(
        "tests.delete_version",
        Method::DELETE,
        "/API/tests",
        "/v1/assets/{asset_id}/versions/{version_id}/",
    )
    .with_siblings(&[
        "/v1/assets/{asset_id}/versions/old/",
        "/v1/assets/all/{kind}/purge/",
    ]);

    fn encode(&self, request: &mut RequestWriter) {
        request.path("asset_id", &self.asset);
        request.path("version_id", &self.version);
        request.query("force", &true);
    }
}

#[tokio::test]
async fn a_value_can_never_call_another_action() {
    let server = Server::always(Reply::empty(204)).await;
    let builder = server
        .builder()
        .base_url(format!("{}/gateway", server.url()));
    let client = builder.build().unwrap();

    for (asset, version, place) in [
        ("a", "old", "`version_id` is `old`"),
        ("all", "old", "`version_id` is `old`"),
        ("all", "purge", "`asset_id` is `all`"),
    ] {
        let error = client
            .call(&DeleteVersion { asset, version })
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request);
        assert!(error.to_string().contains(place), "{error}");
        assert!(error.to_string().contains("DELETE /v1/assets/"), "{error}");
    }
    assert_eq!(server.count(), 0);

    for (asset, version) in [
        ("a", "Old"),
        ("old", "a"),
        ("all", "b"),
        ("a", "purge"),
        ("a", "old/"),
    ] {
        client
            .call(&DeleteVersion { asset, version })
            .await
            .unwrap();
    }
    assert_eq!(server.count(), 5);
}
