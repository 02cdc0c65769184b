//! Faults on demand.

use std::time::{Duration, Instant};

use http::Method;
use iconik_api::assets::*;
use iconik_api::mock::{Fault, Server};
use iconik_api::{Client, ErrorKind};
use serde_json::{Value, json};

use super::{impatient, send, start, status};

async fn filled(server: &Server) -> Client {
    let client = impatient(server);
    for number in 0..6 {
        client
            .assets()
            .create(NewAsset::new(number.to_string()))
            .await
            .unwrap();
    }
    client
}

#[tokio::test]
async fn a_status_comes_with_its_body_and_headers() {
    let (server, client) = start();
    let throttled = Fault::status(429)
        .retry_after("7")
        .body("slow down")
        .times(1);
    server.add_fault(throttled);

    let error = client.assets().list().await.unwrap_err();

    assert!(error.is_rate_limited());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(&error.body().unwrap()[..], b"slow down");
    assert!(client.assets().list().await.is_ok());
}

#[tokio::test]
async fn a_fault_meets_what_it_is_for() {
    let (server, client) = start();
    let id = client
        .assets()
        .create(NewAsset::new("a"))
        .await
        .unwrap()
        .id
        .unwrap();
    server.add_fault(Fault::status(503).on("assets.get").after(1).times(2));

    let mut statuses = Vec::new();
    for _ in 0..4 {
        assert!(client.assets().list().await.is_ok());
        let result = client.assets().get(&id).await;
        statuses.push(result.err().map(|error| error.status().unwrap().as_u16()));
    }
    assert_eq!(statuses, [None, Some(503), Some(503), None]);

    server.add_fault(Fault::status(500).on("assets.*"));
    assert_eq!(status(client.assets().list().await), 500);
    server.clear_faults();
    assert!(client.assets().list().await.is_ok());
}

#[tokio::test]
async fn chance_comes_from_the_seed() {
    let met = async |seed| {
        let server = Server::builder().seed(seed).start().unwrap();
        server.add_fault(Fault::status(500).one_in(3));
        let client = impatient(&server);
        let mut met = Vec::new();
        for _ in 0..30 {
            met.push(client.assets().list().await.is_err());
        }
        met
    };

    let first = met(1).await;
    assert_eq!(first, met(1).await);
    assert_ne!(first, met(2).await);
    assert!(
        (3..20).contains(&first.iter().filter(|met| **met).count()),
        "{first:?}"
    );
}

#[tokio::test]
async fn connections_break_before_and_after_the_work() {
    let (server, client) = start();

    server.add_fault(Fault::reset().on("assets.create").times(1));
    let error = client
        .assets()
        .create(NewAsset::new("a"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(client.assets().list().await.unwrap().objects.is_empty());

    server.add_fault(Fault::lose_response().on("assets.create").times(1));
    let error = client
        .assets()
        .create(NewAsset::new("a"))
        .await
        .unwrap_err();
    assert!(error.maybe_sent());
    assert_eq!(client.assets().list().await.unwrap().objects.len(), 1);

    server.add_fault(Fault::cut_body().times(1));
    let error = client.assets().list().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
}

#[tokio::test]
async fn a_delay_delays() {
    let (server, client) = start();
    server.add_fault(Fault::delay(Duration::from_millis(200)).times(1));

    let start = Instant::now();
    client.assets().list().await.unwrap();

    assert!(start.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn json_can_be_broken() {
    let server = Server::start().unwrap();
    let client = filled(&server).await;
    for fault in [Fault::truncate_json(), Fault::malform_json()] {
        server.add_fault(fault.times(1));
        let error = client.assets().list().await.unwrap_err();
        assert!(error.is_decode(), "{error}");
    }
}

#[tokio::test]
async fn what_is_not_described_is_survived() {
    let server = Server::start().unwrap();
    let client = filled(&server).await;

    server.add_fault(Fault::unknown_fields().times(1));
    let page = client.assets().list().await.unwrap();
    let assets = page.objects.iter();
    assert!(
        assets
            .clone()
            .all(|asset| asset.extra.get("not_described").is_some())
    );

    server.add_fault(Fault::unknown_values().times(1));
    let page = client.assets().list().await.unwrap();
    let status = page.objects[0].status.clone().unwrap();
    assert_eq!(status.as_str(), "NOT_DESCRIBED");

    server.add_fault(Fault::nulls().times(1));
    let page = client.assets().list().await.unwrap();
    let nulls = page
        .objects
        .iter()
        .filter(|asset| asset.title.is_none())
        .count();
    assert_eq!(page.objects.len(), 6);
    assert!((1..6).contains(&nulls) || page.objects.iter().any(|asset| asset.status.is_none()));
}

#[tokio::test]
async fn lists_lie() {
    let server = Server::start().unwrap();
    let client = filled(&server).await;

    server.add_fault(Fault::cap_page(2));
    let all: Vec<Asset> = client
        .assets()
        .list()
        .per_page(100)
        .items()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(all.len(), 6);
    server.clear_faults();

    let second = "/API/assets/v1/assets/?per_page=2&page=2";
    server.add_fault(Fault::empty_page().after(1).times(1));
    let full = send(&client, Method::GET, second, &Value::Null)
        .await
        .unwrap();
    let empty = send(&client, Method::GET, second, &Value::Null)
        .await
        .unwrap();
    assert_eq!(full["objects"].as_array().unwrap().len(), 2);
    assert_eq!(empty["objects"].as_array().unwrap().len(), 0);
    assert_eq!(empty["next_url"], full["next_url"]);

    server.add_fault(Fault::wrong_total());
    let page = send(&client, Method::GET, second, &Value::Null)
        .await
        .unwrap();
    assert_eq!((&full["total"], &page["total"]), (&json!(6), &json!(11)));
}

#[test]
fn faults_are_written_as_text() {
    let second = Duration::from_secs(1);
    let pairs = [
        (
            "assets.get status=503 times=2",
            Fault::status(503).on("assets.get").times(2),
        ),
        ("* delay=1s one-in=10", Fault::delay(second).one_in(10)),
        ("* delay=1000ms", Fault::delay(second)),
        (
            "files.* reset after=5",
            Fault::reset().on("files.*").after(5),
        ),
        ("* cap-page=2", Fault::cap_page(2)),
        (
            "* status=429 retry-after=3 body={\"a b\": 1}",
            Fault::status(429).retry_after("3").body("{\"a b\": 1}"),
        ),
    ];
    for (text, fault) in pairs {
        assert_eq!(text.parse(), Ok(fault), "{text}");
    }
    for text in [
        "",
        "*",
        "* nothing",
        "* status=x",
        "* status=77",
        "* reset nulls",
        "* delay=soon",
        "* times=2",
    ] {
        assert!(text.parse::<Fault>().is_err(), "{text}");
    }
}

#[tokio::test]
async fn other_languages_control_the_server_over_http() {
    let (server, client) = start();
    let post = |text: &'static str| {
        let client = client.clone();
        async move {
            let content = iconik_api::MediaContent::new("text/plain", text);
            client
                .request(http::Method::POST, "/_mock/faults")
                .content(content)
                .raw()
                .await
        }
    };

    assert_eq!(status(post("* nothing").await), 400);
    post("* status=503 times=1\n").await.unwrap();
    assert_eq!(status(client.assets().list().await), 503);
    let record = client
        .request(http::Method::GET, "/_mock/requests")
        .json_value()
        .await
        .unwrap();
    assert_eq!(record["requests"][0]["action"], "assets.list");
    assert_eq!(record["requests"][0]["status"], 503);
    client
        .request(http::Method::DELETE, "/_mock/requests")
        .raw()
        .await
        .unwrap();
    assert!(server.received().is_empty());
}
