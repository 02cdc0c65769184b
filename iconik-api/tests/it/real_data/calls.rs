//! What a caller can do with a request beside awaiting it.

use std::time::Duration;

use http::{Method, StatusCode};
use iconik_api::assets::requests::{CreateSegment, GetAsset, UpdateAsset};
use iconik_api::assets::{AssetPatch, NewSegment, SegmentType};
use iconik_api::{Action, Credentials};
use serde_json::json;

use super::{ASSET, VERSION};
use crate::support::{APP_ID, Reply, Server};

/// The caller's own idea of an asset.
#[derive(Debug, PartialEq, serde::Deserialize)]
struct Clip {
    title: String,
    default_version_id: String,
}

#[tokio::test]
async fn a_request_is_a_value_to_store_compare_and_send_twice() {
    let server = Server::always(Reply::json(200, json!({ "id": ASSET }).to_string())).await;
    let client = server.client();
    let request = UpdateAsset::new(ASSET, AssetPatch::new().title("Take 3"));

    let queue = vec![request.clone(), request.clone()];
    assert_eq!(queue[0], queue[1]);
    assert_ne!(queue[0], UpdateAsset::new(ASSET, AssetPatch::new()));
    for request in &queue {
        client.call(request).await.unwrap();
    }
    client
        .assets()
        .update(ASSET, AssetPatch::new().title("Take 3"))
        .await
        .unwrap();

    let sent = server.received();
    assert_eq!(sent.len(), 3);
    for one in &sent {
        assert_eq!(one.method, "PATCH");
        assert_eq!(one.target, sent[0].target);
        assert_eq!(one.body, br#"{"title":"Take 3"}"#);
    }
}

#[tokio::test]
async fn the_caller_chooses_how_an_answer_is_read() {
    let body =
        json!({ "id": ASSET, "title": "Harbour", "default_version_id": VERSION }).to_string();
    let server = Server::always(Reply::new(200, &[("x-request-id", "r-1")], &body)).await;
    let client = server.client();
    let request = GetAsset::new(ASSET).include_users(true);

    let typed = client.call(&request).await.unwrap();
    let clip = client.call(&request).decode_as::<Clip>().await.unwrap();
    let value = client.call(&request).json_value().await.unwrap();
    let raw = client
        .assets()
        .get(ASSET)
        .include_users(true)
        .call()
        .raw()
        .await
        .unwrap();

    assert_eq!(typed.title.as_deref(), Some("Harbour"));
    let expected = Clip {
        title: "Harbour".into(),
        default_version_id: VERSION.into(),
    };
    assert_eq!(clip, expected);
    assert_eq!(value["default_version_id"], VERSION);
    assert_eq!(
        (raw.status(), &raw.headers()["x-request-id"]),
        (StatusCode::OK, &"r-1".parse().unwrap())
    );
    assert_eq!(raw.body(), &body);
    assert_eq!(raw.json::<Clip>().unwrap(), expected);
    assert!(
        server
            .received()
            .iter()
            .all(|sent| sent.query() == "include_users=true")
    );
}

#[tokio::test]
async fn one_call_can_have_a_header_a_parameter_and_credentials_of_its_own() {
    let server = Server::always(Reply::json(200, "{}")).await;
    let client = server.client();

    client
        .assets()
        .get(ASSET)
        .call()
        .header("X-Trace-Id", "t-42")
        .query("include_everything", true)
        .credentials(Credentials::new("app-of-a-user", "token-of-a-user"))
        .await
        .unwrap();
    client.assets().get(ASSET).await.unwrap();

    let sent = server.received();
    assert_eq!(sent[0].header("x-trace-id"), Some("t-42"));
    assert_eq!(sent[0].query(), "include_everything=true");
    assert_eq!(sent[0].header("app-id"), Some("app-of-a-user"));
    assert_eq!(sent[0].header("auth-token"), Some("token-of-a-user"));
    assert_eq!(sent[1].header("x-trace-id"), None);
    assert_eq!(sent[1].query(), "");
    assert_eq!(sent[1].header("app-id"), Some(APP_ID));
}

#[tokio::test]
async fn one_call_can_have_a_timeout_of_its_own() {
    let server = Server::always(Reply::json(201, "{}").after(Duration::from_secs(20))).await;
    let request = CreateSegment::new(ASSET, NewSegment::new(SegmentType::Marker));

    let error = server
        .client()
        .call(&request)
        .timeout(Duration::from_millis(40))
        .await
        .unwrap_err();

    assert!(error.is_timeout());
    assert!(
        error.maybe_sent(),
        "a create that timed out may have created"
    );
    assert_eq!(error.attempts(), 1);
}

#[tokio::test]
async fn an_endpoint_that_nobody_described_can_be_called() {
    let server = Server::replies([
        Reply::json(
            200,
            r#"{"objects":[{"id":"j1","status":"FINISHED"}],"total":1}"#,
        ),
        Reply::json(403, r#"{"errors":["No access"]}"#),
    ])
    .await;
    let client = server.client();

    let jobs = client
        .request(Method::GET, "/API/jobs/v1/jobs/")
        .query("object_id", ASSET)
        .json_value()
        .await
        .unwrap();
    let error = client
        .request(Method::PATCH, "/API/jobs/v1/jobs/j1/")
        .json(&json!({ "status": "ABORTED" }))
        .await
        .unwrap_err();

    assert_eq!(jobs["objects"][0]["status"], "FINISHED");
    assert!(error.is_forbidden());
    assert_eq!(error.action(), None);
    let sent = server.received();
    assert_eq!(
        sent[0].target,
        format!("/API/jobs/v1/jobs/?object_id={ASSET}")
    );
    assert_eq!(sent[1].method, "PATCH");
    assert_eq!(sent[1].json(), json!({ "status": "ABORTED" }));
    assert_eq!(sent[1].header("app-id"), Some(APP_ID));
}

#[test]
fn a_request_knows_what_it_is() {
    fn id<A: Action>(_: &A) -> &'static str {
        A::META.id
    }
    assert_eq!(id(&GetAsset::new(ASSET)), "assets.get");
    assert_eq!(<GetAsset as Action>::META.roles, ["can_read_assets"]);
}
