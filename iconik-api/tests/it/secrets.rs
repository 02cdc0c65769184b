//! A token shows nowhere but in the header that carries it.

use std::fmt::{Debug, Display};

use crate::support::{APP_ID, Reply, SHARE_TOKEN, Server, TOKEN};
use iconik_api::assets::requests::GetPlaylist;
use iconik_api::response::Json;
use iconik_api::{
    Action, ActionMeta, Client, Credentials, CredentialsProvider, Error, RequestWriter,
    RotatingCredentials, Secret, prepare,
};

const SECRETS: [&str; 4] = [APP_ID, TOKEN, SHARE_TOKEN, "hunter2-password"];

fn assert_clean(what: &str, text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{what} shows {secret}: {text}");
    }
}

fn clean_debug(what: &str, value: &impl Debug) {
    assert_clean(what, &format!("{value:?}"));
    assert_clean(what, &format!("{value:#?}"));
}

fn clean_error(what: &str, error: &Error) {
    clean_debug(what, error);
    let mut next: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = next {
        assert_clean(what, &error.to_string());
        assert_clean(what, &format!("{error:?}"));
        next = error.source();
    }
    for message in error.messages() {
        clean_debug(what, message);
        let shown: &dyn Display = message;
        assert_clean(what, &shown.to_string());
    }
}

/// A login with a password in every place where one can stand.
struct LogIn(Secret);

impl Action for LogIn {
    type Response = Json<serde_json::Value>;
    const META: &'static ActionMeta = &ActionMeta::new(
        "shares.log_in",
        http::Method::POST,
        "/API/assets",
        "/v1/{secret}/login/",
    );

    fn encode(&self, request: &mut RequestWriter) {
        request.path("secret", &self.0);
        request.query("password", &self.0);
        request.query("page", &1);
        request.header("X-Password", &self.0);
        request.json(&serde_json::json!({ "password": self.0 }));
    }
}

fn credentials() -> Credentials {
    Credentials::new(APP_ID, TOKEN).share_token(SHARE_TOKEN)
}

#[test]
fn values_do_not_show_what_they_hold() {
    let client = Client::builder()
        .credentials(credentials())
        .build()
        .unwrap();
    clean_debug("Client", &client);
    clean_debug(
        "ClientBuilder",
        &Client::builder()
            .app_id(APP_ID)
            .auth_token(TOKEN)
            .share_token(SHARE_TOKEN),
    );
    clean_debug("Credentials", &credentials());
    clean_debug(
        "CredentialsProvider",
        &CredentialsProvider::from(credentials()),
    );
    clean_debug(
        "RotatingCredentials",
        &RotatingCredentials::new(|| async { Ok(credentials()) }),
    );
    clean_debug(
        "a request with its client",
        &client.assets().playlists().get("p"),
    );
    clean_debug(
        "Call",
        &client
            .call(&GetPlaylist::new("p"))
            .credentials(credentials()),
    );
    let prepared = prepare(&LogIn("hunter2-password".into())).unwrap();
    clean_debug("PreparedRequest", &prepared);
    assert!(format!("{prepared:?}").contains("page=1"));
    clean_debug("Call", &client.call(&LogIn("hunter2-password".into())));
    for wrong in ["", "a\nb"] {
        let url = format!("https://{TOKEN}@x{wrong}");
        clean_error(
            "a bad base URL",
            &Client::builder()
                .app_id(APP_ID)
                .base_url(url)
                .build()
                .unwrap_err(),
        );
    }
}

#[tokio::test]
async fn errors_do_not_repeat_what_was_sent() {
    let echo = |status: u16| {
        Reply::json(
            status,
            format!(r#"{{"errors":{{"{TOKEN}":["bad token {TOKEN} of {APP_ID}"]}}}}"#),
        )
    };
    for status in [400, 401, 403, 404, 500] {
        let server = Server::always(echo(status)).await;
        let client = server
            .builder()
            .retry(iconik_api::RetryPolicy::none())
            .build()
            .unwrap();
        let error = client
            .call(&LogIn("hunter2-password".into()))
            .await
            .unwrap_err();
        clean_error("an error that the server worded", &error);
        assert_eq!(error.messages()[0].text(), "bad token [hidden] of [hidden]");
        assert!(
            String::from_utf8_lossy(error.body().unwrap()).contains(TOKEN),
            "the bytes are kept as they are"
        );
    }

    let broken = || Credentials::new(APP_ID, format!("Auth-Token: {TOKEN}\nline"));
    let error = Client::builder().credentials(broken()).build().unwrap_err();
    clean_error("a malformed token", &error);
    let server = Server::always(Reply::empty(204)).await;
    let call = server.client().assets().playlists().get("p").call();
    let error = call.credentials(broken()).await.unwrap_err();
    clean_error("a malformed token of a call", &error);

    let nobody = Client::builder()
        .credentials(credentials())
        .base_url(crate::support::closed_port().await);
    let nobody = nobody
        .retry(iconik_api::RetryPolicy::none())
        .build()
        .unwrap();
    let error = nobody
        .call(&LogIn("hunter2-password".into()))
        .await
        .unwrap_err();
    clean_error("a failed connection", &error);
    let call = nobody
        .request(http::Method::GET, "/API/x/")
        .query("password", "hunter2-password");
    clean_error("a failed connection", &call.await.unwrap_err());
}

#[tokio::test]
async fn an_answer_does_not_show_the_tokens_in_it() {
    let body = format!(r#"{{"token":"{TOKEN}"}}"#);
    let server = Server::always(Reply::new(200, &[("set-cookie", TOKEN)], &body)).await;
    let raw = server
        .client()
        .request(http::Method::GET, "/API/auth/v1/auth/token/")
        .await
        .unwrap();
    clean_debug("RawResponse", &raw);

    let call = server
        .client()
        .request(http::Method::GET, "/API/auth/v1/auth/token/");
    clean_error(
        "an answer of another type",
        &call.decode_as::<Vec<u8>>().await.unwrap_err(),
    );
    #[derive(Debug, serde::Deserialize)]
    struct Other {
        #[expect(dead_code, reason = "it never arrives")]
        token: u8,
    }
    let call = server
        .client()
        .request(http::Method::GET, "/API/auth/v1/auth/token/");
    clean_error(
        "an answer of another type",
        &call.decode_as::<Other>().await.unwrap_err(),
    );
}
