//! What a local iconik remembers.

use std::panic::{AssertUnwindSafe, catch_unwind};

use iconik_api::assets::*;
use iconik_api::mock::Expected;
use serde_json::json;

use super::start;

#[tokio::test]
async fn requests_are_remembered() {
    let (server, client) = start();
    let id = client
        .assets()
        .create(NewAsset::new("Dailies"))
        .await
        .unwrap()
        .id
        .unwrap();
    client.assets().list().per_page(2).await.unwrap();

    let received = server.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].action(), Some("assets.create"));
    assert_eq!(received[0].json()["title"], "Dailies");
    assert_eq!(received[0].status(), Some(201));
    assert_eq!(received[1].param("per_page"), Some("2"));
    assert_eq!(received[1].path(), "/API/assets/v1/assets/");

    client.assets().delete(&id).await.unwrap();
    server.assert_received(&Expected::action("assets.create").json(json!({ "title": "Dailies" })));
    server.assert_received(
        &Expected::action("assets.list")
            .query("per_page", "2")
            .without_query("page"),
    );
    server.assert_received(&Expected::action("assets.delete").path_with(&id));
    server.assert_received_times(&Expected::action("assets.get"), 0);
    assert_eq!(server.count_received(&Expected::default()), 3);
    server.clear_received();
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn credentials_are_not_remembered() {
    let (server, client) = start();
    client.assets().list().await.unwrap();

    let received = server.received().pop().unwrap();
    assert!(received.headers().contains_key("user-agent"));
    assert!(!received.headers().contains_key("auth-token"));
    assert!(!format!("{:?} {:?}", received, received.headers()).contains("mock-auth-token"));
}

#[tokio::test]
async fn a_failure_shows_what_came_closest() {
    let (server, client) = start();
    client.assets().list().await.unwrap();
    client
        .assets()
        .create(NewAsset::new("Dailies").category("raw"))
        .await
        .unwrap();

    let expected =
        Expected::action("assets.create").json(json!({ "title": "Rushes", "type": "ASSET" }));
    let failure = catch_unwind(AssertUnwindSafe(|| server.assert_received(&expected))).unwrap_err();

    assert_eq!(
        failure.downcast_ref::<String>().unwrap(),
        "expected a request: assets.create, body with {\"title\":\"Rushes\",\"type\":\"ASSET\"}\n\
         2 requests were received; the nearest:\n  \
         2. assets.create: POST /API/assets/v1/assets/\n     \
         body.title: expected \"Rushes\", was \"Dailies\"\n     \
         body.type: expected \"ASSET\", was absent\n  \
         1. assets.list: GET /API/assets/v1/assets/\n     \
         action: expected assets.create\n     \
         body: expected {\"title\":\"Rushes\",\"type\":\"ASSET\"}, was null\n"
    );

    let expected = Expected::action("assets.list");
    let failure = catch_unwind(AssertUnwindSafe(|| {
        server.assert_received_times(&expected, 2)
    }));
    let failure = failure.unwrap_err();
    assert!(
        failure
            .downcast_ref::<String>()
            .unwrap()
            .starts_with("received 1 times instead of 2")
    );
}
