//! The styles of paging of a local iconik agree with each other.

use http::Method;
use iconik_api::assets::*;
use iconik_api::mock::Server;
use iconik_api::{Client, Paging};
use serde_json::{Value, json};

use super::{send, start, status};

/// Twenty-three assets, the titles from `00` to `22`.
async fn filled() -> (Server, Client) {
    let (server, client) = start();
    for number in 0..23 {
        client
            .assets()
            .create(NewAsset::new(format!("{number:02}")))
            .await
            .unwrap();
    }
    (server, client)
}

async fn titles(mut items: iconik_api::Items<Asset>) -> Vec<String> {
    let mut titles = Vec::new();
    while let Some(asset) = items.next().await {
        titles.push(asset.unwrap().title.unwrap());
    }
    titles
}

#[tokio::test]
async fn every_style_finds_the_same_objects() {
    let (_server, client) = filled().await;
    let expected: Vec<String> = (0..23).map(|number| format!("{number:02}")).collect();
    let assets = client.assets();

    for style in [Paging::Page, Paging::Scroll] {
        let found = titles(assets.list().per_page(5).items().style(style)).await;
        assert_eq!(found, expected, "{style:?}");
    }
}

#[tokio::test]
async fn a_page_says_where_it_is() {
    let (_server, client) = filled().await;
    let page = |number: u32| {
        let client = client.clone();
        async move {
            let path = format!("/API/assets/v1/assets/?per_page=10&page={number}&sort=title,desc");
            send(&client, Method::GET, &path, &Value::Null)
                .await
                .unwrap()
        }
    };

    let first = page(1).await;
    assert_eq!(
        (&first["page"], &first["pages"], &first["total"]),
        (&json!(1), &json!(3), &json!(23))
    );
    assert_eq!(first["prev_url"], Value::Null);
    let next = first["next_url"].as_str().unwrap();
    assert!(
        next.starts_with("/API/assets/v1/assets/?page=2&per_page=10&sort="),
        "{next}"
    );
    assert_eq!(
        send(&client, Method::GET, next, &Value::Null)
            .await
            .unwrap(),
        page(2).await
    );
    let last = page(3).await;
    assert_eq!(
        (&last["next_url"], last["objects"].as_array().unwrap().len()),
        (&Value::Null, 3)
    );
    assert_eq!(last["objects"][2]["title"], "00");
}

#[tokio::test]
async fn a_scroll_is_a_view_that_does_not_change() {
    let (_server, client) = filled().await;
    let path = "/API/assets/v1/assets/?scroll=true&per_page=20";
    let first = send(&client, Method::GET, path, &Value::Null)
        .await
        .unwrap();
    client.assets().create(NewAsset::new("late")).await.unwrap();

    let next = |id: &Value| format!("/API/assets/v1/assets/?scroll_id={}", id.as_str().unwrap());
    let second = send(
        &client,
        Method::GET,
        &next(&first["scroll_id"]),
        &Value::Null,
    )
    .await
    .unwrap();
    let third = send(
        &client,
        Method::GET,
        &next(&second["scroll_id"]),
        &Value::Null,
    )
    .await
    .unwrap();

    assert_eq!(second["objects"].as_array().unwrap().len(), 3);
    assert_eq!(third["objects"], json!([]));
    // Each id works once.
    let again = send(
        &client,
        Method::GET,
        &next(&first["scroll_id"]),
        &Value::Null,
    )
    .await;
    assert_eq!(status(again), 404);
}

#[tokio::test]
async fn lists_filter_by_fields() {
    let (_server, client) = filled().await;
    let sequence = NewAsset::new("Cut").r#type(AssetType::Sequence);
    client.assets().create(sequence).await.unwrap();

    let found = client
        .assets()
        .list()
        .types([AssetType::Sequence])
        .await
        .unwrap()
        .objects;

    assert_eq!(found.len(), 1);
    assert_eq!(found[0].title.as_deref(), Some("Cut"));
}
