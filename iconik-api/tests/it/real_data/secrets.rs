//! Tokens and passwords show in no `Debug` of what the API is called with or answers.

use std::fmt::Debug;

use http::Method;
use iconik_api::assets::requests::LogInToShare;
use iconik_api::assets::{
    CustomActionContext, NewCustomAction, NewShare, NewShareUrl, NewShareUser, ObjectType,
    ShareLogin, ShareUserPatch,
};
use iconik_api::{Credentials, prepare};
use serde_json::json;

use super::ASSET;
use crate::support::{APP_ID, Reply, SHARE_TOKEN, Server, TOKEN};

const PASSWORD: &str = "correct-horse-battery";
const HEADER: &str = "x-hook-secret-991";
const OLD_TOKEN: &str = "eyJ-old-share-token";

#[track_caller]
fn assert_clean(value: &impl Debug) {
    for shown in [format!("{value:?}"), format!("{value:#?}")] {
        for secret in [APP_ID, TOKEN, SHARE_TOKEN, PASSWORD, HEADER, OLD_TOKEN] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}

fn login() -> ShareLogin {
    ShareLogin::new("h4sh").password(PASSWORD).token(OLD_TOKEN)
}

#[test]
fn models_that_hold_secrets_do_not_show_them() {
    assert_clean(&login());
    assert_clean(&NewShareUrl::new().allow_download(true).password(PASSWORD));
    let share = NewShare::new(["a@b.example"]).password(PASSWORD);
    assert_clean(&share);
    assert_clean(&NewShareUser::new("a@b.example").password(PASSWORD));
    assert_clean(&ShareUserPatch::new().password(PASSWORD));
    let action = NewCustomAction::new(CustomActionContext::Asset)
        .title("t")
        .url("https://x.example")
        .headers([("X-Key", HEADER)]);
    assert_clean(&action);
    assert!(format!("{action:?}").contains("X-Key"));
}

#[tokio::test]
async fn requests_and_calls_do_not_show_them() {
    let server = Server::always(Reply::json(200, "{}")).await;
    let client = server.client();
    let request = LogInToShare::new(login());

    assert_clean(&request);
    assert_clean(&client.assets().shares().log_in(login()));
    assert_clean(&client.call(&request));
    assert_clean(
        &client
            .call(&request)
            .credentials(Credentials::app(APP_ID).share_token(SHARE_TOKEN)),
    );
    assert_clean(&prepare(&request).unwrap());
    assert_clean(&client);
    assert_clean(&client.assets().shares());
    assert_clean(
        &client
            .request(Method::POST, "/API/x/")
            .json(&json!({ "p": PASSWORD })),
    );

    client.call(&request).await.unwrap();
    assert_eq!(
        server.single().json(),
        json!({ "hash": "h4sh", "password": PASSWORD, "token": OLD_TOKEN })
    );
}

#[tokio::test]
async fn answers_do_not_show_them() {
    let server = Server::replies([
        Reply::json(
            200,
            json!({ "token": SHARE_TOKEN, "expires": "2030-01-01T00:00:00" }).to_string(),
        ),
        Reply::json(
            200,
            json!({ "objects": [{ "headers": { "X-Key": HEADER } }] }).to_string(),
        ),
    ])
    .await;
    let client = server.client();

    let token = client.assets().shares().log_in(login()).await.unwrap();
    let actions = client.assets().custom_actions().list().await.unwrap();

    assert_clean(&token);
    assert_clean(&actions);
    assert_eq!(token.token.unwrap().expose(), SHARE_TOKEN);
    assert_eq!(actions.objects[0].headers["X-Key"].expose(), HEADER);
}

#[tokio::test]
async fn errors_do_not_show_them() {
    let server = Server::replies([
        // A server that repeats what it was sent.
        Reply::json(
            401,
            json!({ "errors": [format!("bad token {TOKEN}")] }).to_string(),
        ),
        // Answers that cannot be read, with a secret in the wrong place.
        Reply::json(200, json!({ "share_id": [SHARE_TOKEN] }).to_string()),
        Reply::json(200, json!({ "is_internal_user": SHARE_TOKEN }).to_string()),
        Reply::json(200, json!({ SHARE_TOKEN: SHARE_TOKEN }).to_string()),
        Reply::json(200, format!("{{\"token\":\"{SHARE_TOKEN}\"")),
        Reply::json(200, format!("{{\"{SHARE_TOKEN}\":{{\"token\":")),
    ])
    .await;
    let client = server.client();

    let refused = client
        .assets()
        .shares()
        .get((ObjectType::Assets, ASSET), "s")
        .await
        .unwrap_err();
    assert!(refused.is_unauthorized());
    assert_clean(&refused);
    assert_clean(&refused.to_string());
    assert_clean(&refused.messages());
    // What could not be read is kept, and not shown.
    for _ in 0..3 {
        let login = client.assets().shares().log_in(login()).await.unwrap();
        assert_eq!(login.extra.len(), 1);
        assert_clean(&login);
    }
    for _ in 0..2 {
        let unreadable = client.assets().shares().log_in(login()).await.unwrap_err();
        assert!(unreadable.is_decode(), "{unreadable}");
        assert_clean(&unreadable);
        assert_clean(&unreadable.to_string());
        let source = std::error::Error::source(&unreadable).unwrap();
        assert_clean(&source);
        assert_clean(&source.to_string());
    }
}
