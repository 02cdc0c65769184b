//! What a local iconik refuses.

use http::Method;
use iconik_api::Credentials;
use iconik_api::assets::{NewAsset, NewCollection};
use iconik_api::mock::Server;
use serde_json::{Value, json};

use super::{impatient, raw, send, start, status};

const ASSETS: &str = "/API/assets/v1/assets/";

#[tokio::test]
async fn credentials_are_required() {
    let (server, client) = start();
    let none = client.with_credentials(
        Credentials::none().header(http::HeaderName::from_static("x-other"), "value"),
    );
    assert!(none.assets().list().await.is_err());

    let raw = listed(&server.url(), &[]).await;
    assert_eq!(
        raw,
        (401, json!({ "errors": ["App-ID header is required"] }))
    );
    let raw = listed(&server.url(), &[("app-id", "a")]).await;
    assert_eq!(raw.0, 401);
    let both = [("app-id", "a"), ("auth-token", "t")];
    assert_eq!(listed(&server.url(), &both).await.0, 200);
    // A foreign header breaks the authentication of iconik.
    let foreign = [
        ("app-id", "a"),
        ("auth-token", "t"),
        ("authorization", "Bearer t"),
    ];
    assert_eq!(listed(&server.url(), &foreign).await.0, 401);
}

/// Lists assets with these headers alone.
async fn listed(url: &str, headers: &[(&str, &str)]) -> (u16, Value) {
    let response = raw("GET", &format!("{url}{ASSETS}"), headers, b"").await;
    (
        response.status,
        serde_json::from_str(&response.body).unwrap_or_default(),
    )
}

#[tokio::test]
async fn wrong_credentials_are_refused() {
    let server = Server::builder()
        .credentials("my-app", "my-token")
        .start()
        .unwrap();
    let client = impatient(&server);

    assert!(client.assets().list().await.is_ok());

    let wrong = client.with_credentials(Credentials::new("my-app", "other"));
    assert_eq!(status(wrong.assets().list().await), 401);
    let wrong = client.with_credentials(Credentials::new("other", "my-token"));
    assert_eq!(status(wrong.assets().list().await), 401);
}

#[tokio::test]
async fn roles_are_required_where_there_is_a_set() {
    let server = Server::builder()
        .roles(["can_read_assets"])
        .start()
        .unwrap();
    let client = impatient(&server);

    assert!(client.assets().list().await.is_ok());

    let error = client
        .assets()
        .create(NewAsset::new("a"))
        .await
        .unwrap_err();
    assert!(error.is_forbidden());
    assert!(error.to_string().contains("can_create_assets"), "{error}");
}

#[tokio::test]
async fn what_is_wrong_is_named_field_by_field() {
    let (_server, client) = start();
    let body = json!({
        "type": "NO_TYPE",
        "is_online": "perhaps",
        "clip_id": "seven",
        "person_ids": "one",
        "is_blocked": null,
    });

    let error = send(&client, Method::POST, ASSETS, &body)
        .await
        .unwrap_err();

    assert!(error.is_bad_request());
    let body: Value = serde_json::from_slice(error.body().unwrap()).unwrap();
    let errors = body["errors"].as_object().unwrap();
    let wrong: Vec<&str> = errors.keys().map(String::as_str).collect();
    assert_eq!(
        wrong,
        [
            "clip_id",
            "is_blocked",
            "is_online",
            "person_ids",
            "title",
            "type"
        ]
    );
}

#[tokio::test]
async fn text_is_taken_for_numbers_and_booleans() {
    let (_server, client) = start();
    let body = json!({ "title": "a", "is_online": "false", "clip_id": "7" });

    let asset = send(&client, Method::POST, ASSETS, &body).await.unwrap();

    assert_eq!(
        (&asset["is_online"], &asset["clip_id"]),
        (&json!(false), &json!(7))
    );
}

#[tokio::test]
async fn a_patch_needs_no_field() {
    let (_server, client) = start();
    let asset = client.assets().create(NewAsset::new("a")).await.unwrap();
    let path = format!("{ASSETS}{}/", asset.id.unwrap());

    assert!(
        send(&client, Method::PATCH, &path, &json!({}))
            .await
            .is_ok()
    );
    assert_eq!(
        status(send(&client, Method::PUT, &path, &json!({})).await),
        400
    );
}

#[tokio::test]
async fn a_list_may_be_too_long() {
    let (_server, client) = start();
    let ids: Vec<String> = (0..501).map(|number| number.to_string()).collect();
    let body = json!({ "object_type": "assets", "object_ids": ids });
    let path = "/API/assets/v1/delete_queue/bulk/";

    assert_eq!(status(send(&client, Method::POST, path, &body).await), 400);
}

#[tokio::test]
async fn invalid_json_is_refused() {
    let (_server, client) = start();
    let path = format!("{ASSETS}?json=");
    let request = client.request(Method::POST, &path);

    assert_eq!(status(request.json("just text").raw().await), 400);
}

#[tokio::test]
async fn unknown_paths_are_html_and_wrong_methods_name_the_right_ones() {
    let (_server, client) = start();

    let error = send(
        &client,
        Method::GET,
        "/API/assets/v1/nothing/",
        &Value::Null,
    )
    .await
    .unwrap_err();
    assert!(error.is_not_found());
    assert!(error.body().unwrap().starts_with(b"<!doctype html>"));

    let error = send(&client, Method::DELETE, ASSETS, &Value::Null)
        .await
        .unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 405);
    assert_eq!(error.headers().unwrap()["allow"], "GET, PATCH, POST, PUT");
}

#[tokio::test]
async fn slashes_do_not_matter() {
    let (_server, client) = start();
    for path in ["/API/assets/v1/assets", "/API/assets//v1/assets/", ASSETS] {
        assert!(
            send(&client, Method::GET, path, &Value::Null).await.is_ok(),
            "{path}"
        );
    }
}

#[tokio::test]
async fn literals_come_before_placeholders_and_enums_before_ids() {
    let (server, client) = start();
    let asset = client.assets().create(NewAsset::new("a")).await.unwrap();
    let asset = asset.id.unwrap();
    let action = |path: String| {
        let client = client.clone();
        let server = &server;
        async move {
            let _ = send(&client, Method::GET, &path, &Value::Null).await;
            server
                .received()
                .pop()
                .unwrap()
                .action()
                .unwrap()
                .to_owned()
        }
    };

    assert_eq!(
        action(format!("{ASSETS}relation_types/")).await,
        "assets.relation_types.list"
    );
    assert_eq!(
        action(format!("{ASSETS}{asset}/segments/MARKER/")).await,
        "assets.segments.list_by_type"
    );
    assert_eq!(
        action(format!("{ASSETS}{asset}/segments/{asset}/")).await,
        "assets.segments.get"
    );
    assert_eq!(
        action(format!("{ASSETS}{asset}/segments/csv/")).await,
        "assets.segments.export_csv"
    );
}

#[tokio::test]
async fn references_to_nothing_are_not_found() {
    let (_server, client) = start();
    let asset = client
        .assets()
        .create(NewAsset::new("a"))
        .await
        .unwrap()
        .id
        .unwrap();
    let other = client
        .assets()
        .create(NewAsset::new("b"))
        .await
        .unwrap()
        .id
        .unwrap();
    let segments = format!("{ASSETS}{asset}/segments/");
    let marker = json!({ "segment_type": "MARKER" });
    let segment = send(&client, Method::POST, &segments, &marker)
        .await
        .unwrap();
    let segment = segment["id"].as_str().unwrap();

    assert!(
        client
            .assets()
            .segments()
            .get(&asset, segment)
            .await
            .is_ok()
    );
    // The segment belongs to another asset.
    let wrong = client.assets().segments().get(&other, segment).await;
    assert_eq!(status(wrong), 404);
    assert_eq!(
        status(client.assets().segments().list("nothing").await),
        404
    );
    let inside = NewCollection::new("c").parent_id("nothing");
    assert_eq!(
        status(client.assets().collections().create(inside).await),
        404
    );
}

#[tokio::test]
async fn what_iconik_ignores_is_recorded_and_refused_in_strict_mode() {
    let (server, client) = start();
    let path = format!("{ASSETS}?aply_default_acls=true");
    let body = json!({ "title": "a", "titel": "b" });

    assert!(send(&client, Method::POST, &path, &body).await.is_ok());
    let received = server.received().pop().unwrap();
    assert_eq!(received.unknown_params(), ["aply_default_acls"]);
    assert_eq!(received.unknown_fields(), ["titel"]);

    let strict = Server::builder().strict(true).start().unwrap();
    let error = send(&impatient(&strict), Method::POST, &path, &body)
        .await
        .unwrap_err();
    let body: Value = serde_json::from_slice(error.body().unwrap()).unwrap();
    let refused: Vec<&String> = body["errors"].as_object().unwrap().keys().collect();
    assert_eq!(refused, ["aply_default_acls", "titel"]);
}

#[tokio::test]
async fn the_rate_limit_of_iconik_holds_on_request() {
    let server = Server::builder().rate_limit(true).start().unwrap();
    let client = impatient(&server);
    for _ in 0..50 {
        client.assets().list().await.unwrap();
    }

    assert!(client.assets().list().await.unwrap_err().is_rate_limited());
}
