//! A value can never change which endpoint is called.

use iconik_api::assets::{CustomActionContext, ObjectType, SegmentType};
use iconik_api::{Client, Error, ErrorKind};
use percent_encoding::percent_decode_str;

use super::ASSET;
use crate::support::{Reply, Server};

const HOSTILE: [&str; 14] = [
    "a/b",
    "../collections",
    "a?hard_delete=true",
    "a#b",
    "100%",
    "%2e%2e",
    "%2F",
    "two words",
    " a ",
    "Übersicht",
    "東京",
    "a\\b",
    "a;b=c",
    "r\r\nAuth-Token: x",
];

/// The path that a server makes of what it received: split first, decoded then.
fn segments(path: &str) -> Vec<String> {
    let decode = |part| percent_decode_str(part).decode_utf8().unwrap().into_owned();
    path.split('/').map(decode).collect()
}

#[tokio::test]
async fn a_value_stays_within_its_segment() {
    let server = Server::always(Reply::json(200, "{}")).await;
    let client = server.client();
    for value in HOSTILE {
        client.assets().get(value).await.unwrap();
        client.assets().purge(value).await.unwrap();
        client.assets().segments().get(ASSET, value).await.unwrap();
        client
            .assets()
            .segments()
            .list_by_type(ASSET, value)
            .await
            .unwrap();
        client
            .assets()
            .relation_types()
            .delete(value)
            .await
            .unwrap();
        client
            .assets()
            .relations()
            .delete(value)
            .asset_id(value)
            .related_to_asset_id(value)
            .await
            .unwrap();
        client
            .assets()
            .approvals()
            .delete_for_external_user((value, ASSET), value)
            .await
            .unwrap();
        client
            .assets()
            .custom_actions()
            .list_in_context(value)
            .await
            .unwrap();
        client
            .assets()
            .versions()
            .delete(ASSET, value)
            .hard_delete(false)
            .await
            .unwrap();
    }

    for (nine, value) in server.received().chunks(9).zip(HOSTILE) {
        let expected: [&[&str]; 9] = [
            &["assets", value, ""],
            &["assets", value, "purge", ""],
            &["assets", ASSET, "segments", value, ""],
            &["assets", ASSET, "segments", value, ""],
            &["assets", "relation_types", value, ""],
            &["assets", value, "relations", value, value, ""],
            &[value, ASSET, "approvals", "external", value, ""],
            &["custom_actions", value, ""],
            &["assets", ASSET, "versions", value, ""],
        ];
        for (sent, expected) in nine.iter().zip(expected) {
            assert_eq!(segments(sent.path())[..4], ["", "API", "assets", "v1"]);
            assert_eq!(segments(sent.path())[4..], *expected);
            assert!(sent.query().is_empty() || sent.query() == "hard_delete=false");
            assert_eq!(sent.header("auth-token"), Some(crate::support::TOKEN));
        }
    }
}

async fn refusals(client: &Client, value: &str) -> Vec<Error> {
    vec![
        client.assets().get(value).await.unwrap_err(),
        client.assets().delete(value).await.unwrap_err(),
        client
            .assets()
            .collections()
            .delete(value)
            .await
            .unwrap_err(),
        client
            .assets()
            .segments()
            .delete(ASSET, value)
            .await
            .unwrap_err(),
        client
            .assets()
            .segments()
            .list_by_type(ASSET, value)
            .await
            .unwrap_err(),
        client
            .assets()
            .relations()
            .delete(value)
            .asset_id(ASSET)
            .related_to_asset_id(ASSET)
            .await
            .unwrap_err(),
        client
            .assets()
            .projects()
            .remove_member("p", value)
            .await
            .unwrap_err(),
        client
            .assets()
            .custom_actions()
            .delete(value, "a")
            .await
            .unwrap_err(),
        client
            .assets()
            .shares()
            .delete((value, ASSET), "s")
            .await
            .unwrap_err(),
    ]
}

#[tokio::test]
async fn a_path_without_one_of_its_values_is_refused_before_sending() {
    let server = Server::always(Reply::json(200, "{}")).await;
    let client = server.client();
    let relations = client.assets().relations();

    let error = relations.delete("uses").asset_id(ASSET).await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Request, "{error}");
    let text = error.to_string();
    assert!(
        text.contains("path parameter `related_to_asset_id` is not set"),
        "{text}"
    );
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn values_that_would_name_another_endpoint_are_refused_before_sending() {
    let server = Server::always(Reply::json(200, "{}")).await;
    let client = server.client();
    for value in ["", ".", ".."] {
        for error in refusals(&client, value).await {
            assert_eq!(error.kind(), ErrorKind::Request, "{error}");
            assert!(!error.maybe_sent());
            assert!(error.to_string().contains("path parameter"), "{error}");
        }
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_known_value_and_its_text_go_the_same_way() {
    let server = Server::always(Reply::json(200, "{}")).await;
    let client = server.client();

    client
        .assets()
        .segments()
        .list_by_type(ASSET, SegmentType::Transcription)
        .await
        .unwrap();
    client
        .assets()
        .segments()
        .list_by_type(ASSET, "TRANSCRIPTION")
        .await
        .unwrap();
    client
        .assets()
        .approvals()
        .list((ObjectType::Assets, ASSET))
        .await
        .unwrap();
    client
        .assets()
        .approvals()
        .list(("assets", ASSET))
        .await
        .unwrap();
    client
        .assets()
        .custom_actions()
        .list_in_context(CustomActionContext::None)
        .await
        .unwrap();
    client
        .assets()
        .custom_actions()
        .list_in_context("NONE")
        .await
        .unwrap();

    for pair in server.received().chunks(2) {
        assert_eq!(pair[0].target, pair[1].target);
    }
}

#[tokio::test]
async fn query_values_arrive_as_they_are() {
    let server = Server::always(Reply::json(200, "{}")).await;
    for value in HOSTILE {
        server
            .client()
            .assets()
            .list()
            .sort(value)
            .field_name("x")
            .await
            .unwrap();

        let sent = server.received().pop().unwrap();
        let (sort, rest) = sent.query().split_once('&').unwrap();
        let sort = sort.strip_prefix("sort=").unwrap();
        assert_eq!(percent_decode_str(sort).decode_utf8().unwrap(), value);
        assert_eq!(rest, "field_name=x");
        assert_eq!(sent.path(), "/API/assets/v1/assets/");
    }
}
