//! Guests of a share: who they are is said by other headers than a user's.

use iconik_api::assets::{NewSegment, ObjectType, SegmentType, ShareLogin};
use iconik_api::{Client, Credentials, ErrorKind};
use serde_json::json;

use super::ASSET;
use crate::support::{APP_ID, Reply, SHARE_TOKEN, Server, TOKEN};

#[tokio::test]
async fn a_login_needs_the_app_id_alone() {
    let answer = json!({ "token": SHARE_TOKEN, "app_id": APP_ID, "share_id": "s1", "object_type": "assets",
                         "roles": ["can_read_assets"], "expires": "2030-01-01T00:00:00+00:00" });
    let server = Server::always(Reply::json(201, answer.to_string())).await;
    let guest = Client::builder()
        .credentials(Credentials::app(APP_ID))
        .base_url(server.url())
        .build()
        .unwrap();

    // From a client without a token, and from one that has one and keeps it to itself.
    let token = guest
        .assets()
        .shares()
        .log_in(ShareLogin::new("h4sh").password("open"))
        .await
        .unwrap();
    server
        .client()
        .assets()
        .shares()
        .log_in(ShareLogin::new("h4sh").password("open"))
        .await
        .unwrap();

    for sent in server.received() {
        assert_eq!(
            (sent.method.as_str(), sent.target.as_str()),
            ("POST", "/API/assets/v1/shares/auth/login/")
        );
        assert_eq!(sent.header("app-id"), Some(APP_ID));
        assert_eq!(sent.header("auth-token"), None);
        assert_eq!(sent.header("share-auth-token"), None);
        assert_eq!(sent.json(), json!({ "hash": "h4sh", "password": "open" }));
    }
    assert_eq!(token.roles, ["can_read_assets"]);
    assert_eq!(token.object_type, Some(ObjectType::Assets));
    assert_eq!(token.token.unwrap().expose(), SHARE_TOKEN);
}

#[tokio::test]
async fn the_token_of_a_share_goes_into_its_own_header() {
    let server = Server::always(Reply::json(200, r#"{"share_id":"s1"}"#)).await;
    let client = server.builder().share_token(SHARE_TOKEN).build().unwrap();

    let who = client.assets().shares().check_token().await.unwrap();
    client.assets().shares().refresh_token().await.unwrap();

    assert_eq!(who.share_id, Some("s1".into()));
    let sent = server.received();
    assert_eq!(
        (sent[0].method.as_str(), sent[1].method.as_str()),
        ("GET", "PUT")
    );
    for one in sent {
        assert_eq!(one.target, "/API/assets/v1/shares/auth/token/");
        assert_eq!(one.header("share-auth-token"), Some(SHARE_TOKEN));
        assert_eq!(one.header("app-id"), Some(APP_ID));
        assert_eq!(one.header("auth-token"), None);
    }
}

#[tokio::test]
async fn without_the_right_token_nothing_is_sent() {
    let server = Server::always(Reply::json(200, "{}")).await;
    let guest = server.builder().share_token(SHARE_TOKEN);
    let guest = guest.build().unwrap();

    let error = server
        .client()
        .assets()
        .shares()
        .check_token()
        .await
        .unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(!error.to_string().contains(TOKEN));
    assert_eq!(server.count(), 0);
    // The token of a share opens nothing that a user's token is for.
    guest.assets().get(ASSET).await.unwrap();
    assert_eq!(server.single().header("share-auth-token"), None);
    assert_eq!(server.single().header("auth-token"), Some(TOKEN));
}

#[tokio::test]
async fn a_comment_can_tell_who_writes() {
    let server = Server::always(Reply::json(201, "{}")).await;
    let segments = server.client().assets().segments();
    let comment = NewSegment::new(SegmentType::Comment).segment_text("Fine");

    segments
        .create(ASSET, comment.clone())
        .share_user_email("client+1@agency.example")
        .await
        .unwrap();
    segments.create(ASSET, comment.clone()).await.unwrap();
    let error = segments
        .create(ASSET, comment)
        .share_user_email("a@b.example\r\nAuth-Token: stolen")
        .await
        .unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Request);
    let sent = server.received();
    assert_eq!(sent.len(), 2);
    assert_eq!(
        sent[0].header("share-user-email"),
        Some("client+1@agency.example")
    );
    assert_eq!(
        sent[0].json(),
        json!({ "segment_type": "COMMENT", "segment_text": "Fine" })
    );
    assert_eq!(sent[1].header("share-user-email"), None);
}
