//! Which headers each kind of credentials sends, over real HTTP.

use http::{HeaderName, Method};
use iconik_api::{Auth, Client, Credentials, ErrorKind, RotatingCredentials};

use crate::support::{Received, Reply, Server};

const HEADERS: [&str; 5] = [
    "app-id",
    "auth-token",
    "share-auth-token",
    "temp-auth-token",
    "x-gateway",
];

/// The headers of credentials in a request.
fn sent(request: &Received) -> Vec<&'static str> {
    let mut names: Vec<_> = HEADERS
        .into_iter()
        .filter(|name| request.header(name).is_some())
        .collect();
    names.sort_unstable();
    names
}

fn complete() -> Credentials {
    Credentials::new("the-app-id", "the-token")
        .share_token("the-share-token")
        .temporary_token("the-temporary-token")
        .header(HeaderName::from_static("x-gateway"), "the-gateway-key")
}

fn client(server: &Server, credentials: Credentials) -> Client {
    let builder = Client::builder().base_url(server.url());
    builder.credentials(credentials).build().unwrap()
}

#[tokio::test]
async fn each_action_gets_the_credentials_that_it_takes_and_no_others() {
    let server = Server::always(Reply::json(200, "{}")).await;
    let client = client(&server, complete());
    let kinds = [
        (Auth::Token, &["app-id", "auth-token", "x-gateway"][..]),
        (
            Auth::ShareToken,
            &["app-id", "share-auth-token", "x-gateway"],
        ),
        (Auth::AppId, &["app-id"]),
        (
            Auth::TemporaryToken,
            &["app-id", "temp-auth-token", "x-gateway"],
        ),
        (Auth::None, &[]),
    ];

    for (auth, _) in kinds {
        client
            .request(Method::GET, "/API/x/")
            .auth(auth)
            .await
            .unwrap();
    }

    for ((auth, expected), request) in kinds.iter().zip(server.received()) {
        assert_eq!(sent(&request), *expected, "{auth:?}");
        assert_eq!(request.header("authorization"), None);
    }
}

#[tokio::test]
async fn what_is_missing_is_said_before_anything_is_sent() {
    let server = Server::always(Reply::json(200, "{}")).await;
    for (credentials, auth, missing) in [
        (Credentials::app("a"), Auth::Token, "`auth-token`"),
        (
            Credentials::app("a"),
            Auth::ShareToken,
            "`share-auth-token`",
        ),
        (
            Credentials::app("a"),
            Auth::TemporaryToken,
            "`temp-auth-token`",
        ),
        (Credentials::none(), Auth::AppId, "App-ID"),
        (Credentials::none().auth_token("t"), Auth::Token, "App-ID"),
    ] {
        let call = client(&server, credentials).request(Method::GET, "/API/x/");
        let error = call.auth(auth).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials);
        assert!(error.to_string().contains(missing), "{error}");
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn the_second_step_of_a_login_needs_no_app_id() {
    let server = Server::always(Reply::json(200, "{}")).await;
    let credentials = Credentials::none().temporary_token("the-temporary-token");

    let call = client(&server, credentials).request(Method::POST, "/API/x/");
    call.auth(Auth::TemporaryToken).await.unwrap();

    assert_eq!(sent(&server.single()), ["temp-auth-token"]);
}

#[tokio::test]
async fn an_action_without_credentials_does_not_fetch_any() {
    let server = Server::always(Reply::json(200, "{}")).await;
    let rotating = RotatingCredentials::new(|| async { Err("no login yet".into()) });
    let builder = Client::builder().base_url(server.url());
    let client = builder.credentials(rotating).build().unwrap();

    client
        .request(Method::GET, "/API/x/")
        .auth(Auth::None)
        .await
        .unwrap();

    assert_eq!(sent(&server.single()), [] as [&str; 0]);
}

#[tokio::test]
async fn a_caller_cannot_set_a_header_of_the_credentials() {
    let server = Server::always(Reply::json(200, "{}")).await;
    let client = client(&server, complete());

    for name in [
        "app-id",
        "auth-token",
        "share-auth-token",
        "temp-auth-token",
        "authorization",
    ] {
        let call = client.request(Method::GET, "/API/x/").header(name, "mine");
        assert_eq!(call.await.unwrap_err().kind(), ErrorKind::Request, "{name}");
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn no_token_is_ever_printed() {
    let body = "the-app-id the-token the-share-token the-temporary-token the-gateway-key";
    let body = serde_json::json!({ "errors": [body] }).to_string();
    let server = Server::always(Reply::json(400, body)).await;

    let call = client(&server, complete()).request(Method::GET, "/API/x/");
    let error = call.auth(Auth::TemporaryToken).await.unwrap_err();

    for text in [format!("{error} {error:?}"), format!("{:?}", complete())] {
        for secret in [
            "the-app-id",
            "the-token",
            "the-share",
            "the-temporary-token",
            "the-gateway",
        ] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
