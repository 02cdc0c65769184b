//! Responses of every kind, over real HTTP.

use std::time::Duration;

use http::{Method, StatusCode};
use iconik_api::{Action, ActionMeta, Auth, ErrorKind, RequestWriter, RetryPolicy, response};

use crate::support::{Reply, Server, Step};

/// Gets the bytes of an image.
struct GetImage;

impl Action for GetImage {
    type Response = response::Binary;
    const META: &'static ActionMeta =
        &ActionMeta::new("tests.get_image", Method::GET, "/API/tests", "/v1/image/");

    fn encode(&self, _: &mut RequestWriter) {}
}

/// Starts a login, whose result is the address of the next page.
struct StartLogin;

impl Action for StartLogin {
    type Response = response::Redirect;
    const META: &'static ActionMeta =
        &ActionMeta::new("tests.start_login", Method::GET, "/API/tests", "/v1/login/")
            .with_auth(Auth::None);

    fn encode(&self, _: &mut RequestWriter) {}
}

#[tokio::test]
async fn bytes_are_returned_as_they_are() {
    let image = b"\x89PNG\r\n\0\xff";
    let server = Server::always(Reply::new(200, &[("content-type", "image/png")], image)).await;

    let bytes = server.client().call(&GetImage).await.unwrap();

    assert_eq!(bytes, &image[..]);
    assert_eq!(server.single().header("accept"), Some("*/*"));
}

#[tokio::test]
async fn a_body_can_be_read_chunk_by_chunk() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\nfirst ";
    let reply = Reply(vec![
        Step::Write(head.into()),
        Step::Sleep(Duration::from_millis(50)),
        Step::Write("second".into()),
    ]);
    let server = Server::always(reply).await;
    let client = server.builder().max_response_size(4).build().unwrap();

    let mut response = client.call(&GetImage).open().await.unwrap();

    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.length(), Some(12));
    assert_eq!(response.attempts(), 1);
    let mut chunks = Vec::new();
    while let Some(chunk) = response.chunk().await.unwrap() {
        chunks.push(chunk);
    }
    assert!(chunks.len() >= 2, "{chunks:?}");
    assert_eq!(chunks.concat(), b"first second");
    assert_eq!(response.chunk().await.unwrap(), None);
}

#[tokio::test]
async fn a_failure_before_the_body_is_retried_and_one_within_it_is_not() {
    let cut = Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nfirst");
    let server = Server::replies([Reply::empty(503), cut]).await;
    let policy = RetryPolicy::default().backoff(Duration::ZERO, Duration::ZERO);
    let client = server.builder().retry(policy).build().unwrap();

    let mut response = client.call(&GetImage).open().await.unwrap();

    assert_eq!(response.attempts(), 2);
    assert_eq!(response.chunk().await.unwrap().unwrap(), "first");
    let error = response.chunk().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_eq!(error.status(), Some(StatusCode::OK));
    assert_eq!(response.chunk().await.unwrap(), None, "an error is the end");
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_body_that_stops_is_a_timeout() {
    let reply = Reply(vec![
        Step::Write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nfirst".into()),
        Step::Sleep(Duration::from_secs(60)),
    ]);
    let server = Server::always(reply).await;
    let call = server
        .client()
        .call(&GetImage)
        .timeout(Duration::from_millis(200));

    let mut response = call.open().await.unwrap();

    assert_eq!(response.chunk().await.unwrap().unwrap(), "first");
    let error = response.chunk().await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
}

#[tokio::test]
async fn an_error_is_an_error_also_where_the_body_is_read_in_chunks() {
    let server = Server::always(Reply::json(404, r#"{"errors":["no such image"]}"#)).await;

    let error = server.client().call(&GetImage).open().await.unwrap_err();

    assert!(error.is_not_found());
    assert_eq!(error.messages()[0].text(), "no such image");
}

#[tokio::test]
async fn the_target_of_a_redirect_is_the_result_and_is_not_followed() {
    let target = "https://login.example.com/saml?request=abc";
    for status in [301, 302, 303, 307, 308] {
        let server = Server::always(Reply::new(status, &[("location", target)], "moved")).await;

        let location = server.client().call(&StartLogin).await.unwrap();

        assert_eq!(location, target);
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn a_redirect_without_a_target_is_an_error() {
    let server = Server::always(Reply::empty(302)).await;

    let error = server.client().call(&StartLogin).await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Status);
}

#[tokio::test]
async fn a_success_where_a_redirect_is_documented_is_an_error_that_says_so() {
    let server = Server::always(Reply::json(200, "{}")).await;

    let error = server.client().call(&StartLogin).await.unwrap_err();

    assert!(error.is_decode());
    assert!(error.to_string().contains("`Location`"), "{error}");
}

#[tokio::test]
async fn a_redirect_that_the_action_does_not_document_is_an_error_and_is_not_followed() {
    let other = Server::always(Reply::json(200, "{}")).await;
    let server = Server::always(Reply::new(302, &[("location", &other.url())], "")).await;

    let error = server.client().call(&GetImage).await.unwrap_err();

    assert_eq!(error.status(), Some(StatusCode::FOUND));
    assert_eq!(other.count(), 0);
}
