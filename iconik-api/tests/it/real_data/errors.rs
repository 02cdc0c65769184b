//! What is left of a refusal, in every form in which one comes.

use std::collections::BTreeMap;

use http::StatusCode;
use iconik_api::assets::NewAsset;
use iconik_api::{ErrorKind, Page, RetryPolicy};

use super::ASSET;
use crate::support::{Reply, Server};

#[tokio::test]
async fn the_body_of_a_404_is_kept() {
    let body = r#"{"errors":["Asset does not exist"],"trace":"8f2"}"#;
    let server = Server::always(Reply::json(404, body)).await;

    let error = server.client().assets().get(ASSET).await.unwrap_err();

    assert!(error.is_not_found());
    assert_eq!(error.body().unwrap(), body);
    assert_eq!(error.messages()[0].text(), "Asset does not exist");
    assert_eq!(
        error.to_string(),
        format!(
            "assets.get GET /API/assets/v1/assets/{ASSET}/: 404 Not Found: Asset does not exist"
        )
    );
}

#[tokio::test]
async fn both_documented_forms_are_understood() {
    let list = r#"{"errors":["Title is missing.","Type is wrong."]}"#;
    let fields =
        r#"{"errors":{"title":"Missing data for required field.","type":"Not a valid choice."}}"#;
    let server = Server::replies([Reply::json(400, list), Reply::json(400, fields)]).await;
    let assets = server.client().assets();

    let by_list = assets.create(NewAsset::new("x")).await.unwrap_err();
    let by_field = assets.create(NewAsset::new("x")).await.unwrap_err();

    let said = |error: &iconik_api::Error| -> Vec<(Option<String>, String)> {
        let messages = error.messages().iter();
        messages
            .map(|message| {
                (
                    message.field().map(str::to_owned),
                    message.text().to_owned(),
                )
            })
            .collect()
    };
    assert_eq!(
        said(&by_list),
        [
            (None, "Title is missing.".into()),
            (None, "Type is wrong.".into())
        ]
    );
    assert_eq!(
        said(&by_field),
        [
            (
                Some("title".into()),
                "Missing data for required field.".into()
            ),
            (Some("type".into()), "Not a valid choice.".into()),
        ]
    );
    for (error, body) in [(&by_list, list), (&by_field, fields)] {
        assert!(error.is_bad_request());
        assert_eq!(error.body().unwrap(), body);
        assert!(!error.maybe_sent());
    }
}

#[tokio::test]
async fn html_and_nothing_are_errors_like_others() {
    let html = "<!DOCTYPE html><html><title>502 Bad Gateway</title></html>";
    for (reply, body) in [(Reply::html(502, html), html), (Reply::empty(502), "")] {
        let server = Server::always(reply).await;
        let client = server.builder().retry(RetryPolicy::none()).build().unwrap();

        let error = client.assets().get(ASSET).await.unwrap_err();

        assert_eq!(error.kind(), ErrorKind::Status);
        assert_eq!(error.status(), Some(StatusCode::BAD_GATEWAY));
        assert_eq!(error.body().unwrap(), body);
        assert!(error.messages().is_empty());
        assert_eq!(
            error.to_string(),
            format!("assets.get GET /API/assets/v1/assets/{ASSET}/: 502 Bad Gateway")
        );
    }
}

#[tokio::test]
async fn html_in_place_of_an_answer_is_told_as_such_and_kept() {
    let html = "<html><body>iconik</body></html>";
    let server = Server::always(Reply::html(200, html)).await;

    let error = server
        .client()
        .assets()
        .playlists()
        .list()
        .await
        .unwrap_err();

    assert!(error.is_decode());
    assert!(error.to_string().contains("HTML"), "{error}");
    assert_eq!(error.body().unwrap(), html);
}

#[tokio::test]
async fn an_answer_of_another_form_names_the_place() {
    #[derive(Debug, serde::Deserialize)]
    struct Mine {
        #[expect(dead_code, reason = "it never arrives")]
        versions: Vec<BTreeMap<String, Vec<String>>>,
    }
    let body = r#"{"objects":[{"versions":[]},{"id":"b","versions":[{"person_ids":[[]]}]}]}"#;
    let server = Server::always(Reply::json(200, body)).await;

    let call = server.client().assets().list().call();
    let error = call.decode_as::<Page<Mine>>().await.unwrap_err();

    assert!(error.is_decode());
    assert!(
        error
            .to_string()
            .contains("objects[1].versions[0].person_ids[0]"),
        "{error}"
    );
    assert_eq!(error.body().unwrap(), body);
}
