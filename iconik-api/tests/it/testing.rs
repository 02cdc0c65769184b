//! Tests of one's own code: a mock in place of the network.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Method;
use iconik_api::assets::requests::*;
use iconik_api::assets::*;
use iconik_api::testing::{Expected, Mock, Reply, error, error_of};
use iconik_api::{Error, ErrorKind, Page, Paging, RetryPolicy};
use serde_json::{Value, json};

/// What a mock says when it is dropped.
fn dropped(mock: Mock) -> Option<String> {
    let failure = catch_unwind(AssertUnwindSafe(|| drop(mock))).err()?;
    Some(failure.downcast_ref::<String>().unwrap().clone())
}

fn titled(id: &str, title: &str) -> Value {
    json!({ "id": id, "title": title })
}

#[tokio::test]
async fn requests_get_the_replies_of_equal_requests() {
    let mock = Mock::new()
        .on(GetAsset::new("1"), titled("1", "One"))
        .on(GetAsset::new("2"), titled("2", "Two"))
        .on(DeleteAsset::new("1"), ())
        .on_status(GetAsset::new("3"), 404, "gone")
        .on_status(
            GetAsset::new("4"),
            400,
            json!({ "errors": { "id": ["odd"] } }),
        );
    let client = mock.client();

    let assets = client.assets();
    assert_eq!(assets.get("2").await.unwrap().title.as_deref(), Some("Two"));
    assert_eq!(assets.get("1").await.unwrap().title.as_deref(), Some("One"));
    assert_eq!(assets.get("1").await.unwrap().title.as_deref(), Some("One"));
    assets.delete("1").await.unwrap();
    let gone = assets.get("3").await.unwrap_err();
    assert!(gone.is_not_found());
    assert_eq!(gone.messages()[0].text(), "gone");
    let odd = assets.get("4").await.unwrap_err();
    assert_eq!(odd.messages()[0].field(), Some("id"));

    let received = mock.received();
    assert_eq!(received.len(), 6);
    assert_eq!(received[0].action(), Some("assets.get"));
    assert_eq!(received[0].status(), Some(200));
    assert_eq!(received[3].status(), Some(204));
    mock.assert_received_times(&Expected::of(&GetAsset::new("1")), 2);
    mock.verify();
}

#[tokio::test]
async fn models_can_be_made_and_given() {
    let mut version = AssetVersion::default();
    version.id = Some("7".into());
    let mut asset = Asset::default();
    asset.id = Some("1".into());
    asset.title = Some("Dailies".to_owned());
    asset.date_created = Some("2021-07-30T15:16:54.406403+00:00".into());
    asset.status = Some(ObjectStatus::Active);
    asset.versions.push(version);
    let mut page = Page::default();
    page.objects = vec![asset.clone()];
    page.total = Some(1);
    let mock = Mock::new()
        .on(GetAsset::new("1"), asset.clone())
        .on(ListAssets::new(), page.clone());

    assert_eq!(mock.client().assets().get("1").await.unwrap(), asset);
    assert_eq!(mock.client().assets().list().await.unwrap(), page);
}

#[tokio::test]
async fn the_order_of_the_query_does_not_matter_and_its_values_do() {
    let list = || ListAssets::new().sort("title,asc").per_page(5);
    let mock = Mock::new().on(list(), json!({ "objects": [] }));
    let client = mock.client();

    let path = "/API/assets/v1/assets/?per_page=5&sort=title%2Casc";
    client.request(Method::GET, path).await.unwrap();
    client.call(&list()).await.unwrap();
    let error = client.assets().list().per_page(6).await.unwrap_err();

    let text = error.to_string();
    assert!(text.contains("query per_page: expected 5, was 6"), "{text}");
    assert!(
        text.contains("query sort: expected title,asc, was none"),
        "{text}"
    );
    let other = client.call(&list().field_name("title")).await.unwrap_err();
    assert!(
        other
            .to_string()
            .contains("query field_name: expected none, was title"),
        "{other}"
    );
    assert_eq!(mock.take_unexpected().len(), 2);
}

#[tokio::test]
async fn bodies_are_compared_member_by_member() {
    let new = NewAsset::new("Dailies").category("raw");
    let mock = Mock::new().on(CreateAsset::new(new.clone()), titled("1", "Dailies"));
    let client = mock.client();

    client.assets().create(new).await.unwrap();
    let error = client
        .assets()
        .create(NewAsset::new("Rushes").external_id("7"))
        .await
        .unwrap_err();

    assert_eq!(
        error.to_string(),
        "assets.create POST /API/assets/v1/assets/: the request cannot be sent: the mock does not expect this request\n  \
         assets.create: POST /API/assets/v1/assets/\n\
         1 request is expected\n  \
         1. assets.create, POST, /API/assets/v1/assets/, body {\"category\":\"raw\",\"title\":\"Dailies\"}\n     \
         body.category: expected \"raw\", was absent\n     \
         body.title: expected \"Dailies\", was \"Rushes\"\n     \
         body.external_id: expected none, was \"7\""
    );
    assert_eq!(error.kind(), ErrorKind::Request);
    assert!(!error.maybe_sent());
    assert_eq!(error.attempts(), 1);
    mock.take_unexpected();
}

#[tokio::test]
async fn an_unexpected_request_fails_the_test_though_its_error_is_ignored() {
    let mock = Mock::new().on(GetAsset::new("1"), json!({})).times(..);
    let _ = mock.client().assets().get("2").await;

    let failure = dropped(mock).unwrap();

    assert!(failure.starts_with(
        "the mock does not expect this request\n  assets.get: GET /API/assets/v1/assets/2/"
    ));
    assert!(
        failure.contains("path: expected /API/assets/v1/assets/1/"),
        "{failure}"
    );
}

#[tokio::test]
async fn what_is_looked_at_does_not_fail_the_test_again() {
    let mock = Mock::new();
    let error = mock.client().assets().get("2").await.unwrap_err();
    assert!(
        error.to_string().ends_with("no request is expected"),
        "{error}"
    );

    let unexpected = mock.take_unexpected();

    assert_eq!(unexpected[0].path(), "/API/assets/v1/assets/2/");
    assert_eq!(dropped(mock), None);
}

#[tokio::test]
async fn expected_requests_must_be_received() {
    let mock = Mock::new()
        .on(GetAsset::new("1"), json!({}))
        .on(GetAsset::new("2"), json!({}))
        .times(2)
        .on(GetAsset::new("3"), json!({}))
        .times(..)
        .on(GetAsset::new(""), json!({}));
    mock.client().assets().get("2").await.unwrap();

    let failure = catch_unwind(AssertUnwindSafe(|| mock.verify())).unwrap_err();

    assert_eq!(
        failure.downcast_ref::<String>().unwrap(),
        "requests that were not received as expected:\n  \
         1. assets.get, GET, /API/assets/v1/assets/1/\n     expected at least once, received 0 times\n  \
         2. assets.get, GET, /API/assets/v1/assets/2/\n     expected 2 times, received once\n  \
         4. assets.get\n     it cannot be sent: assets.get GET /v1/assets/{asset_id}/: path parameter `asset_id` is empty"
    );
}

#[tokio::test]
async fn more_often_than_expected_is_unexpected() {
    let mock = Mock::new().on(GetAsset::new("1"), json!({})).times(..=2);
    let client = mock.client();
    client.assets().get("1").await.unwrap();
    client.assets().get("1").await.unwrap();

    let error = client.assets().get("1").await.unwrap_err();

    let expected = "expected at most 2 times, received 2 times already";
    assert!(error.to_string().contains(expected), "{error}");
    mock.take_unexpected();
}

#[tokio::test]
async fn equal_requests_get_one_reply_after_the_other() {
    let mock = Mock::new()
        .on_status(GetAsset::new("1"), 503, ())
        .times(2)
        .on(GetAsset::new("1"), titled("1", "One"))
        .on(GetAsset::new("1"), titled("1", "Two"));
    let assets = mock.client().assets();

    let before = Instant::now();
    let mut titles = Vec::new();
    for _ in 0..3 {
        titles.push(assets.get("1").await.unwrap().title.unwrap());
    }

    assert_eq!(titles, ["One", "Two", "Two"]);
    assert_eq!(mock.received().len(), 5);
    assert!(
        before.elapsed() < Duration::from_millis(400),
        "retries wait"
    );
}

#[tokio::test]
async fn retries_do_not_wait_unless_the_client_is_told_to() {
    let throttled = Reply::error(429, "slow down").retry_after(Duration::from_secs(30));
    let mock = || {
        Mock::new()
            .on(GetAsset::new("1"), throttled.clone())
            .on(GetAsset::new("1"), json!({}))
            .times(..)
    };
    mock().client().assets().get("1").await.unwrap();

    let mock = mock();
    let client = mock
        .client_builder()
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let error = client.assets().get("1").await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
}

#[tokio::test(start_paused = true)]
async fn delays_take_no_real_time() {
    let late = Reply::json(json!({})).delay(Duration::from_secs(40));
    let mock = Mock::new().on(GetAsset::new("1"), late);
    let client = mock
        .client_builder()
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let (before, real) = (tokio::time::Instant::now(), Instant::now());

    client.assets().get("1").await.unwrap();
    assert_eq!(before.elapsed().as_secs(), 40);
    let short = client
        .assets()
        .get("1")
        .call()
        .timeout(Duration::from_secs(10));
    assert!(short.await.unwrap_err().is_timeout());

    assert_eq!(before.elapsed().as_secs(), 50);
    assert!(real.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn connections_fail_on_demand() {
    let failure = |reply: Reply| async {
        let mock = Mock::new().on(GetAsset::new("1"), reply);
        let client = mock
            .client_builder()
            .retry(RetryPolicy::none())
            .build()
            .unwrap();
        client.assets().get("1").await.unwrap_err()
    };

    for (reply, kind, maybe_sent) in [
        (Reply::connection_refused(), ErrorKind::Connect, false),
        (Reply::timeout(), ErrorKind::Timeout, true),
        (Reply::reset(), ErrorKind::Transport, true),
        (Reply::cut_body(), ErrorKind::Transport, true),
    ] {
        let error = failure(reply.clone()).await;
        assert_eq!((error.kind(), error.maybe_sent()), (kind, maybe_sent));
        assert_eq!(error.path(), Some("/API/assets/v1/assets/1/"));
        let made = error_of(&GetAsset::new("1"), reply);
        assert_eq!(format!("{made:?}"), format!("{error:?}"));
    }
}

#[tokio::test]
async fn lists_are_read_in_every_style() {
    let pages = || {
        [
            vec![titled("a", "1"), titled("b", "2")],
            vec![titled("c", "3"), titled("d", "4")],
            vec![titled("e", "5")],
        ]
    };
    for style in [Paging::Page, Paging::Scroll] {
        let mock = Mock::new().on_pages(ListAssets::new().field_name("title"), pages());
        let list = mock.client().assets().list().field_name("title");
        let assets: Vec<Asset> = list.items().style(style).try_collect().await.unwrap();
        let ids: Vec<String> = assets
            .into_iter()
            .map(|it| it.id.unwrap().to_string())
            .collect();
        assert_eq!(ids, ["a", "b", "c", "d", "e"], "{style:?}");
        mock.verify();
    }
    let mock = Mock::new().on_pages(ListAssets::new(), pages());
    let ahead = mock.client().assets().list().items().read_ahead(4);
    assert_eq!(ahead.try_collect::<Vec<_>>().await.unwrap().len(), 5);
    let second = mock.client().assets().list().page(2).await.unwrap();
    assert_eq!(
        (second.objects.len(), second.pages, second.total),
        (2, Some(3), Some(5))
    );
    assert!(!second.is_last());

    let mock = Mock::new().on_pages(ListAssets::new(), [[titled("a", "1")]]);
    let one: Vec<_> = mock
        .client()
        .assets()
        .list()
        .items()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(one.len(), 1);
    assert_eq!(mock.received().len(), 1);
}

#[tokio::test]
async fn the_first_page_is_the_list_itself() {
    let last = json!({ "objects": [titled("a", "1")], "next_url": null });
    let mock = Mock::new().on(ListAssets::new(), last);

    let assets = mock
        .client()
        .assets()
        .list()
        .items()
        .try_collect::<Vec<_>>();

    assert_eq!(assets.await.unwrap().len(), 1);
    let second = mock.client().assets().list().page(2).await.unwrap_err();
    assert!(
        second
            .to_string()
            .contains("query page: expected none, was 2"),
        "{second}"
    );
    mock.take_unexpected();
}

#[cfg(feature = "full")]
#[tokio::test]
async fn lists_without_page_numbers_are_read_to_their_end() {
    use iconik_api::metadata::requests::ListFields;
    use iconik_api::search::SearchCriteria;
    use iconik_api::search::requests::RunSearch;

    let named = |name: &str| json!({ "name": name, "field_type": "string" });
    let mock = Mock::new().on_pages(
        ListFields::new(),
        [[named("a"), named("b")], [named("c"), named("d")]],
    );
    let client = mock.client();
    let fields = client.metadata().fields().list().items();
    assert_eq!(fields.try_collect::<Vec<_>>().await.unwrap().len(), 4);

    let criteria = || SearchCriteria::new().query("storm");
    let mock = Mock::new().on_pages(
        RunSearch::new(criteria()),
        [
            [titled("a", "1"), titled("b", "2")],
            [titled("c", "3"), titled("d", "4")],
        ],
    );
    let found = mock
        .client()
        .search()
        .run(criteria())
        .items()
        .style(Paging::SearchAfter);
    assert_eq!(found.try_collect::<Vec<_>>().await.unwrap().len(), 4);
    let other = mock
        .client()
        .search()
        .run(SearchCriteria::new().query("calm"))
        .await
        .unwrap_err();
    assert!(
        other
            .to_string()
            .contains(r#"body.query: expected "storm", was "calm""#),
        "{other}"
    );
    mock.take_unexpected();
}

#[tokio::test]
async fn requests_may_be_expected_in_part() {
    let mock = Mock::new()
        .on_matching(
            Expected::action("assets.create").json(json!({ "title": "Dailies" })),
            titled("1", "Dailies"),
        )
        .on_matching(
            Expected::action("assets.create"),
            Reply::computed(|request| {
                Reply::json(json!({ "id": "2", "title": request.json()["title"] })).status(201)
            }),
        );
    let assets = mock.client().assets();

    let first = assets
        .create(NewAsset::new("Dailies").category("x"))
        .await
        .unwrap();
    let second = assets.create(NewAsset::new("Rushes")).await.unwrap();

    assert_eq!(first.id.unwrap(), "1");
    assert_eq!(
        (second.id.unwrap(), second.title.as_deref()),
        ("2".into(), Some("Rushes"))
    );
}

#[cfg(feature = "full")]
#[tokio::test]
async fn replies_are_of_every_media_type() {
    let mock = Mock::new()
        .on(
            GetAsset::new("1"),
            Reply::bytes("application/json", r#"{"title":"raw"}"#),
        )
        .on(GetCollectionFullPath::new("7"), "a/b")
        .on_matching(
            Expected::fetch("https://bucket.example/a/b?X-Signature=0123456789abcdef"),
            Reply::bytes("video/mxf", Bytes::from_static(b"\0\x01")),
        );
    let client = mock.client();

    assert_eq!(
        client.assets().get("1").await.unwrap().title.as_deref(),
        Some("raw")
    );
    let path = client
        .assets()
        .collections()
        .get_full_path("7")
        .await
        .unwrap();
    assert_eq!(path, "a/b");
    let url = "https://bucket.example/a/b?X-Signature=0123456789abcdef";
    assert_eq!(client.fetch(url).await.unwrap().body(), "\0\x01");

    let other = client
        .fetch("https://bucket.example/a/c?X-Signature=fedcba9876543210")
        .await
        .unwrap_err();
    let text = format!("{other} {other:?} {}", dropped(mock).unwrap());
    assert!(
        text.contains("URL: expected another one of this host"),
        "{text}"
    );
    assert!(
        !text.contains("a/b") && !text.contains("a/c") && !text.contains("9876543210"),
        "{text}"
    );
}

#[cfg(feature = "auth")]
#[tokio::test]
async fn secrets_are_not_shown() {
    use iconik_api::Credentials;
    use iconik_api::auth::PasswordLogin;
    use iconik_api::auth::requests::LogIn;

    let login = |password: &str| PasswordLogin::new("ann@example.com", password);
    let mock = Mock::new().on(LogIn::new(login("expected-hunter2")), json!({}));
    let client = mock
        .client()
        .with_credentials(Credentials::new("app-0123456789", "token-0123456789"));

    let error = client
        .auth()
        .log_in(login("sent-hunter3"))
        .await
        .unwrap_err();
    let echoed = client
        .assets()
        .list()
        .field_name("token-0123456789")
        .await
        .unwrap_err();

    let received = mock.received();
    let shown = format!(
        "{error} {error:?} {echoed} {echoed:?} {mock:?} {received:?} {:?}",
        Expected::of(&LogIn::new(login("expected-hunter2")))
    );
    let shown = format!(
        "{shown} {:?} {}",
        received[1].headers(),
        dropped(mock).unwrap()
    );
    assert!(
        shown.contains("body.password: expected \"[hidden]\", was \"[hidden]\""),
        "{shown}"
    );
    for secret in ["hunter2", "hunter3", "app-0123456789", "mock-auth-token"] {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
}

#[test]
fn errors_can_be_made() {
    let gone = error(404, "gone");
    assert!(gone.is_not_found() && !gone.maybe_sent());
    assert_eq!(gone.kind(), ErrorKind::Status);
    assert_eq!(gone.body().unwrap(), r#"{"errors":["gone"]}"#);
    assert_eq!((gone.path(), gone.action()), (None, None));
    assert_eq!(gone.to_string(), "404 Not Found: gone");
    assert!(error(503, "later").maybe_sent());

    let gone = error_of(&GetAsset::new("1"), Reply::error(404, "gone"));
    assert_eq!(gone.path(), Some("/API/assets/v1/assets/1/"));
    assert_eq!(gone.action(), Some("assets.get"));
    let odd = error_of(&GetAsset::new("1"), json!([1]));
    assert!(odd.is_decode());
    let unsent = error_of(&GetAsset::new(""), json!({}));
    assert_eq!(unsent.kind(), ErrorKind::Request);
    assert!(catch_unwind(|| error(204, "")).is_err());
    assert!(catch_unwind(|| error_of(&GetAsset::new("1"), json!({}))).is_err());
}

#[cfg(feature = "mock")]
#[tokio::test]
async fn a_made_error_is_that_of_a_server() {
    let server = iconik_api::mock::Server::start().unwrap();
    server.add_fault(iconik_api::mock::Fault::status(409).body(r#"{"errors":["busy"]}"#));
    let real: Error = server
        .client()
        .unwrap()
        .assets()
        .delete("1")
        .await
        .unwrap_err();

    let made = error_of(&DeleteAsset::new("1"), Reply::error(409, "busy"));

    assert_eq!(format!("{made:?}"), format!("{real:?}"));
    assert_eq!(made.body(), real.body());
    let of_nothing = error(409, "busy");
    assert_eq!(of_nothing.messages(), real.messages());
    assert_eq!(of_nothing.maybe_sent(), real.maybe_sent());
}

#[cfg(feature = "mock")]
#[tokio::test]
async fn a_server_compares_with_requests_too() {
    let server = iconik_api::mock::Server::start().unwrap();
    let assets = server.client().unwrap().assets();
    assets.create(NewAsset::new("Dailies")).await.unwrap();
    assets.list().items().try_collect::<Vec<_>>().await.unwrap();

    server.assert_received(&Expected::of(&CreateAsset::new(NewAsset::new("Dailies"))));
    server.assert_received(&Expected::of(&ListAssets::new()));
    let other = Expected::of(&CreateAsset::new(NewAsset::new("Rushes")));
    server.assert_received_times(&other, 0);
}

#[cfg(feature = "blocking")]
#[test]
fn a_mock_works_without_async() {
    let mock = Mock::new().on(GetAsset::new("1"), titled("1", "One"));
    let client = iconik_api::blocking::Client::new(mock.client()).unwrap();
    assert_eq!(
        client.call(&GetAsset::new("1")).unwrap().title.as_deref(),
        Some("One")
    );
}
