//! Logging in, over HTTP.

use crate::support::{Received, Reply, Server};
use iconik_api::auth::{MultiFactorMethod, OauthGrantType, OauthTokenRequest, PasswordLogin};
use iconik_api::{Client, Credentials, ErrorKind, Limiter, RetryPolicy};
use serde_json::json;

const PASSWORD: &str = "password-SECRET-1";

fn client(server: &Server) -> Client {
    let builder = Client::builder()
        .credentials(Credentials::none())
        .base_url(server.url())
        .limiter(Limiter::unlimited());
    builder.retry(RetryPolicy::none()).build().unwrap()
}

fn login() -> PasswordLogin {
    PasswordLogin::new("ann@example.com", PASSWORD)
}

fn domain(id: &str, mfa: bool) -> serde_json::Value {
    json!({ "system_domain_id": id, "token": format!("token-SECRET-{id}"), "mfa_required": mfa, "mfa_methods": ["MAIL_2SV"] })
}

fn token(expires: &str, domains: &[serde_json::Value]) -> Reply {
    let body = json!({ "token": "token-SECRET-old", "app_id": "app", "expires": expires, "auth_system_domains": domains });
    Reply::json(201, body.to_string())
}

fn used(request: &Received) -> Option<&str> {
    request.header("auth-token")
}

const LATER: &str = "2099-01-01T00:00:00";

#[tokio::test]
async fn a_password_becomes_credentials_that_follow_the_refreshes() {
    let server = Server::start(|request| match (request.method.as_str(), request.path()) {
        ("POST", "/API/auth/v1/auth/simple/login/") => {
            token("2020-01-01T00:00:00", &[domain("d1", false)])
        }
        ("PUT", "/API/auth/v1/auth/token/") => {
            let body = json!({ "token": "token-SECRET-new", "app_id": "app", "expires": LATER });
            Reply::json(200, body.to_string())
        }
        _ => Reply::empty(200),
    })
    .await;
    let started = client(&server).auth().start_login(login()).await.unwrap();
    let login = started.only_domain().unwrap().finish().await.unwrap();
    let client = client(&server).with_credentials(login.into_rotating());
    for _ in 0..3 {
        client.auth().check_token().await.unwrap();
    }
    let received = server.received();
    assert_eq!(
        received[0].json(),
        json!({ "email": "ann@example.com", "password": PASSWORD })
    );
    let rest: Vec<_> = received[1..]
        .iter()
        .map(|request| (request.method.as_str(), used(request).unwrap()))
        .collect();
    // The first token has expired already: it serves one request, and is refreshed before the next one.
    assert_eq!(
        rest,
        [
            ("GET", "token-SECRET-d1"),
            ("PUT", "token-SECRET-d1"),
            ("GET", "token-SECRET-new"),
            ("GET", "token-SECRET-new"),
        ]
    );
    assert!(
        received[1..]
            .iter()
            .all(|request| request.header("app-id") == Some("app"))
    );
}

#[tokio::test]
async fn a_token_that_cannot_be_refreshed_leads_to_another_login() {
    let server = Server::start(|request| match (request.method.as_str(), request.path()) {
        ("POST", _) => token(
            LATER,
            &[json!({ "system_domain_id": "d1", "token": format!("token-{}", request.number) })],
        ),
        ("PUT", _) => Reply::json(401, r#"{"errors":["expired"]}"#),
        _ if used(request) == Some("token-0") => Reply::json(401, r#"{"errors":["expired"]}"#),
        _ => Reply::empty(200),
    })
    .await;
    let started = client(&server).auth().start_login(login()).await.unwrap();
    let login = started.domain("d1").unwrap().finish().await.unwrap();
    let client = client(&server).with_credentials(login.into_rotating());
    client.auth().check_token().await.unwrap();
    let methods: Vec<_> = server
        .received()
        .iter()
        .map(|request| request.method.clone())
        .collect();
    assert_eq!(methods, ["POST", "GET", "PUT", "POST", "GET"]);
}

#[tokio::test]
async fn one_of_several_domains_is_chosen_and_asks_for_a_second_factor() {
    let server = Server::start(|request| match request.path() {
        "/API/auth/v1/auth/simple/login/" => {
            token(LATER, &[domain("d1", false), domain("d2", true)])
        }
        "/API/auth/v1/auth/otp/generate/" => Reply::json(201, "{}"),
        "/API/auth/v1/auth/multidomain/login/" => {
            let body = json!({ "token": "token-SECRET-full", "app_id": "app2", "expires": LATER });
            Reply::json(201, body.to_string())
        }
        _ => Reply::empty(200),
    })
    .await;
    let start = async || client(&server).auth().start_login(login()).await.unwrap();
    let error = start().await.only_domain().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert!(error.to_string().contains("d1, d2"), "{error}");
    assert!(start().await.domain("d3").is_err());

    let choice = start().await.domain("d2").unwrap();
    assert!(choice.needs_second_factor());
    assert_eq!(choice.second_factors(), [MultiFactorMethod::Mail2sv]);
    assert!(choice.finish().await.is_err());

    let choice = start().await.domain("d2").unwrap();
    choice.send_code().await.unwrap();
    let login = choice
        .finish_with_code(MultiFactorMethod::Mail2sv, "123456-SECRET")
        .await
        .unwrap();
    let client = client(&server).with_credentials(login.into_rotating());
    client.auth().check_token().await.unwrap();

    let received = server.received();
    let [.., generate, second, check] = &received[..] else {
        panic!("{received:?}")
    };
    for request in [generate, second] {
        assert_eq!(request.header("temp-auth-token"), Some("token-SECRET-d2"));
        assert_eq!(request.json()["system_domain_id"], "d2");
        assert_eq!(used(request), None);
    }
    assert_eq!(second.json()["otp"], "123456-SECRET");
    assert_eq!(second.json()["otp_type"], "MAIL_2SV");
    assert_eq!(
        (used(check), check.header("app-id")),
        (Some("token-SECRET-full"), Some("app2"))
    );
}

#[tokio::test]
async fn an_oauth_login_uses_each_refresh_token_once_and_then_its_own_credentials() {
    let server = Server::start(|request| match request.method.as_str() {
        "POST" => {
            let form = String::from_utf8(request.body.clone()).unwrap();
            if form.contains("refresh-SECRET-1") {
                return Reply::json(400, r#"{"errors":["invalid_grant"]}"#);
            }
            let number = request.number;
            let next = if number == 0 { "refresh-SECRET-0" } else { "refresh-SECRET-1" };
            // Within the time before its end in which a token is replaced.
            let body = json!({ "access_token": format!("access-{number}"), "expires_in": 1, "refresh_token": next });
            Reply::json(200, body.to_string())
        }
        _ => Reply::empty(200),
    })
    .await;
    let grant = OauthTokenRequest::new(OauthGrantType::ClientCredentials)
        .client_id("app")
        .client_secret("client-SECRET");
    let login = client(&server).auth().oauth().log_in(grant).await.unwrap();
    let client = client(&server).with_credentials(login.into_rotating());
    for _ in 0..3 {
        client.auth().check_token().await.unwrap();
    }
    let received = server.received();
    let forms: Vec<_> = received
        .iter()
        .filter(|request| request.method == "POST")
        .map(|request| String::from_utf8(request.body.clone()).unwrap())
        .collect();
    assert_eq!(forms.len(), 4);
    assert!(forms[0].contains("grant_type=client_credentials"));
    assert!(forms[1].contains("grant_type=refresh_token") && forms[1].contains("refresh-SECRET-0"));
    assert!(forms[2].contains("grant_type=refresh_token") && forms[2].contains("refresh-SECRET-1"));
    assert!(forms[3].contains("grant_type=client_credentials"));
    let tokens: Vec<_> = received.iter().filter_map(used).collect();
    assert_eq!(tokens, ["access-0", "access-2", "access-5"]);
}

#[tokio::test]
async fn a_code_is_good_for_one_login() {
    let server = Server::start(|request| match request.method.as_str() {
        "POST" => Reply::json(200, r#"{"token":"t","expires_in":1}"#),
        _ => Reply::empty(200),
    })
    .await;
    let grant = OauthTokenRequest::new(OauthGrantType::AuthorizationCode)
        .client_id("app")
        .code("c");
    let login = client(&server).auth().oauth().log_in(grant).await.unwrap();
    let client = client(&server).with_credentials(login.into_rotating());
    client.auth().check_token().await.unwrap();
    let error = client.auth().check_token().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials, "{error}");
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn nothing_is_printed_and_a_missing_token_is_an_error() {
    let server = Server::replies([
        token(LATER, &[domain("d1", false)]),
        Reply::json(
            201,
            r#"{"app_id":"app","auth_system_domains":[{"system_domain_id":"d1"}]}"#,
        ),
        Reply::json(401, format!(r#"{{"errors":["wrong: {PASSWORD}"]}}"#)),
    ])
    .await;
    let auth = client(&server).auth();
    let started = auth.start_login(login()).await.unwrap();
    let mut printed = format!("{started:?}");
    let choice = started.only_domain().unwrap();
    printed += &format!("{choice:?}");
    let finished = choice.finish().await.unwrap();
    printed += &format!("{finished:?}{:?}", finished.credentials());
    printed += &format!("{:?}", finished.into_rotating());
    let started = auth.start_login(login()).await.unwrap();
    let error = started.only_domain().unwrap().finish().await.unwrap_err();
    assert!(error.is_decode());
    printed += &format!("{error:?}{error}");
    assert!(!printed.contains("SECRET"), "{printed}");
    assert!(
        auth.start_login(login())
            .await
            .unwrap_err()
            .is_unauthorized()
    );
}
