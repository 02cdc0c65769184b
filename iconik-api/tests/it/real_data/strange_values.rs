//! One strange value never costs the page that it came in.

use iconik_api::Page;
use iconik_api::assets::{Asset, AssetPatch, ObjectStatus, ProcessingStatus};
use iconik_api::webhooks::Webhook;
use serde_json::json;

use super::{ASSET, COLLECTION, USER};
use crate::support::{Reply, Server};

async fn page_with(strange: serde_json::Value) -> Page<Asset> {
    let body = json!({ "objects": [{ "id": "before" }, strange, { "id": "after" }], "total": 3 });
    let server = Server::always(Reply::json(200, body.to_string())).await;
    let page = server.client().assets().list().await.unwrap();
    assert_eq!(page.objects.len(), 3);
    assert_eq!(page.objects[0].id, Some("before".into()));
    assert_eq!(page.objects[2].id, Some("after".into()));
    page
}

#[tokio::test]
async fn an_unknown_enum_value_is_kept() {
    let page = page_with(json!({ "status": "EVAPORATED", "type": "", "analyze_status": 3 })).await;

    let asset = &page.objects[1];
    let status = asset.status.as_ref().unwrap();
    assert!(status.is_unknown());
    assert_eq!(status.as_str(), "EVAPORATED");
    assert_ne!(*status, ObjectStatus::Active);
    assert_eq!(asset.r#type.as_ref().unwrap().as_str(), "");
    assert_eq!(asset.analyze_status, Some(ProcessingStatus::from("3")));
}

#[tokio::test]
async fn a_value_that_is_spelt_wrongly_is_not_taken_for_the_right_one() {
    let page = page_with(json!({ "status": "active" })).await;

    assert_eq!(page.objects[1].status, Some("active".into()));
    assert_ne!(page.objects[1].status, Some(ObjectStatus::Active));
}

#[tokio::test]
async fn null_is_absent_for_lists_maps_objects_and_values() {
    let page = page_with(json!({
        "id": null, "title": null, "status": null, "versions": null, "in_collections": null,
        "metadata": null, "keyframes": null, "approval": null, "created_by_user_info": null,
        "likes": null, "clip_duration": null, "is_online": null, "date_created": null,
        "object_type": null,
    }))
    .await;

    assert_eq!(page.objects[1], Asset::default());
}

#[tokio::test]
async fn nulls_within_lists_are_left_out() {
    let page = page_with(json!({
        "versions": [null, { "id": "v1", "person_ids": [null] }], "person_ids": [null, "p1", null],
        "relations": [null],
    }))
    .await;

    let asset = &page.objects[1];
    assert_eq!(asset.versions.len(), 1);
    assert!(asset.versions[0].person_ids.is_empty());
    assert_eq!(asset.person_ids, ["p1"]);
    assert!(asset.relations.is_empty());
    // They are recorded all the same.
    assert_eq!(asset.extra.raw("versions"), Some("[null]"));
    assert_eq!(asset.extra.raw("person_ids"), Some("[null,null]"));
    assert_eq!(asset.extra.raw("relations"), Some("[null]"));
    assert_eq!(asset.versions[0].extra.raw("person_ids"), Some("[null]"));
}

#[tokio::test]
async fn objects_themselves_may_be_null() {
    for body in [
        r#"{"objects":null,"total":0}"#,
        r#"{"total":0}"#,
        r#"{"objects":[null]}"#,
    ] {
        let server = Server::always(Reply::json(200, body)).await;
        let client = server.client();
        assert!(
            client.assets().list().await.unwrap().objects.is_empty(),
            "{body}"
        );
        assert!(
            client
                .assets()
                .custom_actions()
                .list()
                .await
                .unwrap()
                .objects
                .is_empty(),
            "{body}"
        );
        let contents = client
            .assets()
            .collections()
            .list_items(COLLECTION)
            .await
            .unwrap();
        assert!(contents.objects.is_empty(), "{body}");
    }
}

#[tokio::test]
async fn dates_come_in_every_form() {
    let same = [
        "2022-08-16T16:29:23.432000+00:00",
        "2022-08-16T16:29:23.432Z",
        "2022-08-16T16:29:23.432",
        "2022-08-16 16:29:23.432",
        "2022-08-16T18:29:23.432000000+02:00",
    ];
    for text in same {
        let page = page_with(json!({ "date_created": text })).await;
        let date = page.objects[1].date_created.as_ref().unwrap();
        assert_eq!(
            date.as_jiff(),
            Some("2022-08-16T16:29:23.432Z".parse().unwrap()),
            "{text}"
        );
    }
    let page = page_with(json!({
        "date_created": "", "date_modified": "16/08/2022", "date_imported": "2022-08-16",
        "date_viewed": "2022-08-16T16:29:23", "date_deleted": 1_660_667_363,
    }))
    .await;
    let asset = &page.objects[1];
    for (date, text) in [
        (&asset.date_created, ""),
        (&asset.date_modified, "16/08/2022"),
    ] {
        let kept = date.as_ref().unwrap();
        assert_eq!((kept.as_jiff(), kept.as_text()), (None, Some(text)));
    }
    assert_eq!(asset.date_imported, Some("2022-08-16T00:00:00Z".into()));
    assert_eq!(asset.date_viewed, Some("2022-08-16T16:29:23Z".into()));
    assert!(asset.date_deleted.is_some());
}

#[tokio::test]
async fn a_byte_order_mark_is_no_part_of_the_json() {
    let marked = |json: &str| format!("\u{feff}{json}");
    let server = Server::replies([
        Reply::json(200, marked(r#"{"id":"a","title":"t"}"#)),
        Reply::json(200, marked(r#"{"objects":[{"id":"a"}],"total":1}"#)),
        Reply::json(200, marked(r#"{"objects":[{"id":"a"}]}"#)),
        Reply::json(200, marked(r#"{"any":1}"#)),
        Reply::json(400, marked(r#"{"errors":["no such field"]}"#)),
    ])
    .await;
    let client = server.client();

    let asset = client.assets().get(ASSET).await.unwrap();
    assert_eq!(asset.title.as_deref(), Some("t"));
    assert_eq!(client.assets().list().await.unwrap().objects.len(), 1);
    let actions = client.assets().custom_actions().list().await.unwrap();
    assert_eq!(actions.objects.len(), 1);
    let value = client
        .assets()
        .get(ASSET)
        .call()
        .json_value()
        .await
        .unwrap();
    assert_eq!(value, json!({ "any": 1 }));
    let error = client.assets().get(ASSET).await.unwrap_err();
    assert_eq!(error.messages()[0].text(), "no such field");

    let webhook = Webhook::from_slice(marked(r#"{"realm":"acls"}"#).as_bytes()).unwrap();
    assert_eq!(webhook.realm.as_deref(), Some("acls"));
}

#[tokio::test]
async fn half_a_surrogate_pair_costs_one_character_wherever_it_is() {
    let body = r#"{"objects":[{"id":"before"},
        {"id":"\ud83c","title":"Party \ud83c","status":"A\udf89","\ud83c":"\ud83c","versions":"\ud83c",
         "metadata":{"a":"\ud83c"},"date_created":"\ud83c"},
        {"id":"after","title":"\ud83c\udf89"}],"next_url":"\ud83c"}"#;
    let server = Server::always(Reply::json(200, body)).await;

    let page = server.client().assets().list().await.unwrap();

    let asset = &page.objects[1];
    assert_eq!(asset.id, Some("\u{fffd}".into()));
    assert_eq!(asset.title.as_deref(), Some("Party \u{fffd}"));
    assert_eq!(asset.status, Some("A\u{fffd}".into()));
    assert_eq!(
        *asset.metadata.as_ref().unwrap(),
        json!({ "a": "\u{fffd}" })
    );
    assert_eq!(asset.date_created, Some("\u{fffd}".into()));
    assert_eq!(asset.extra.get("\u{fffd}"), Some(json!("\u{fffd}")));
    assert_eq!(asset.extra.get("versions"), Some(json!("\u{fffd}")));
    assert_eq!(page.objects[2].title.as_deref(), Some("\u{1f389}"));
    assert_eq!(page.next_url.as_deref(), Some("\u{fffd}"));

    let webhook = Webhook::from_slice(br#"{"realm":"\ud83c","data":{"title":"\udf89"}}"#).unwrap();
    assert_eq!(webhook.realm.as_deref(), Some("\u{fffd}"));
    let asset: Asset = webhook.data_as().unwrap();
    assert_eq!(asset.title.as_deref(), Some("\u{fffd}"));
    // Also as a type of the caller's, which knows nothing of this.
    let call = server.client().assets().list().call();
    assert_eq!(call.json_value().await.unwrap()["next_url"], "\u{fffd}");
}

#[tokio::test]
async fn a_value_of_the_wrong_kind_is_unset_and_kept_as_it_was_sent() {
    let strange = [
        r#""N/A""#,
        r#""00:00:10:00""#,
        r#""1,234""#,
        "1e999",
        r#"[5]"#,
        r#"{"value":3}"#,
        "1234.60",
        "18446744073709551616",
    ];
    for value in strange {
        let body = format!(
            r#"{{"objects":[{{"id":"before"}},{{"likes":{value},"title":"t"}},{{"id":"after"}}],"total":{value}}}"#
        );
        let server = Server::always(Reply::json(200, body)).await;
        let page = server.client().assets().list().await.unwrap();
        assert_eq!(page.objects.len(), 3, "{value}");
        let asset = &page.objects[1];
        assert_eq!((asset.likes, page.total), (None, None), "{value}");
        assert_eq!(asset.title.as_deref(), Some("t"));
        assert_eq!(asset.extra.raw("likes"), Some(value));
        assert_eq!(page.extra.raw("total"), Some(value));
    }
    // Python writes these without quotes, which is not JSON.
    for value in ["NaN", "Infinity", "-Infinity"] {
        let body = format!(
            r#"{{"objects":[{{"likes":{value},"clip_duration":{value},"versions":{value},"metadata":[{value}]}},
                {{"id":"after"}}]}}"#
        );
        let server = Server::always(Reply::json(200, body)).await;
        let page = server.client().assets().list().await.unwrap();
        let asset = &page.objects[0];
        assert_eq!((asset.likes, asset.clip_duration), (None, None), "{value}");
        assert_eq!(asset.extra.get("likes"), Some(json!(value)));
        assert_eq!(asset.extra.get("versions"), Some(json!(value)));
        assert_eq!(asset.metadata, Some(json!([value]).into()));
        assert_eq!(page.objects[1].id, Some("after".into()));
    }
    for (field, value) in [
        ("is_online", r#""yes""#),
        ("versions", "7"),
        ("versions", "1e999"),
        ("in_collections", r#"{"a":1}"#),
        ("metadata", "7"),
        ("date_created", r#"{"a":[1.50]}"#),
        ("id", r#"["x"]"#),
        ("status", r#"{"a":1.50}"#),
        ("title", "[1.50]"),
        ("created_by_user_info", r#""Ada""#),
    ] {
        let body = format!(r#"{{"objects":[{{"{field}":{value}}},{{"id":"after"}}]}}"#);
        let server = Server::always(Reply::json(200, body)).await;
        let page = server.client().assets().list().await.unwrap();
        let json = serde_json::to_value(&page.objects[0]).unwrap();
        let sent = value.parse().unwrap_or_else(|_| json!(value));
        assert_eq!(json[field], sent, "{field}");
        assert_eq!(page.objects[1].id, Some("after".into()));
    }
}

#[tokio::test]
async fn what_could_not_be_read_is_not_sent_back() {
    let asset: Asset =
        serde_json::from_value(json!({ "title": "t", "clip_duration": "N/A", "status": ["x"] }))
            .unwrap();
    let patch = AssetPatch::every_field_of(asset);
    assert_eq!(
        serde_json::to_value(&patch).unwrap(),
        json!({ "title": "t" })
    );
}

#[tokio::test]
async fn an_error_names_the_item_and_the_field_and_where_the_response_is() {
    #[derive(Debug, serde::Deserialize)]
    struct Mine {
        #[expect(dead_code, reason = "it never arrives")]
        likes: u8,
    }
    let body = r#"{"objects":[{"likes":1},{"likes":"hunter"}]}"#;
    let server = Server::always(Reply::json(200, body)).await;
    let call = server.client().assets().list().call();
    let error = call.decode_as::<Page<Mine>>().await.unwrap_err();
    let shown = error.to_string();
    assert!(
        shown.contains("objects[1].likes: invalid type: string"),
        "{shown}"
    );
    assert!(shown.contains("`Error::body`"), "{shown}");
    assert_eq!(error.body().unwrap(), body);
}

#[tokio::test]
async fn an_id_is_any_text() {
    let long = "x".repeat(300);
    for id in ["", "17", "TRANSCRIPTION", "a b/ü", &long, ASSET] {
        let page =
            page_with(json!({ "id": id, "created_by_user": id, "person_ids": [id, USER] })).await;

        let asset = &page.objects[1];
        assert_eq!(asset.id.as_ref().unwrap().as_str(), id);
        assert_eq!(asset.created_by_user.as_ref().unwrap().as_str(), id);
        assert_eq!(asset.person_ids, [id, USER]);
    }
    let page =
        page_with(json!({ "id": 17, "custom_keyframe": 18_446_744_073_709_551_615_u64 })).await;
    assert_eq!(page.objects[1].id, Some("17".into()));
    assert_eq!(
        page.objects[1].custom_keyframe,
        Some("18446744073709551615".into())
    );
}

#[tokio::test]
async fn numbers_come_as_floats_and_texts() {
    let body = r#"{"objects":[
        {"duration_milliseconds":1234.0,"versions_number":"7","likes":1.234e3,"is_online":"false",
         "clip_duration":12,"is_blocked":0,"title":25,"external_id":false},
        {"duration_milliseconds":9223372036854775807,"likes":"","clip_duration":"12.5"}
    ],"page":"1","pages":2.0,"per_page":"","total":null}"#;
    let server = Server::always(Reply::json(200, body)).await;

    let page = server.client().assets().list().await.unwrap();

    let (first, second) = (&page.objects[0], &page.objects[1]);
    assert_eq!(first.duration_milliseconds, Some(1_234));
    assert_eq!(first.versions_number, Some(7));
    assert_eq!(first.likes, Some(1_234));
    assert_eq!(first.is_online, Some(false));
    assert_eq!(first.clip_duration, Some(12.0));
    assert_eq!(first.is_blocked, Some(false));
    assert_eq!(first.title.as_deref(), Some("25"));
    assert_eq!(first.external_id.as_deref(), Some("false"));
    assert_eq!(second.duration_milliseconds, Some(i64::MAX));
    assert_eq!(second.likes, None);
    assert_eq!(second.clip_duration, Some(12.5));
    assert_eq!(
        (page.page, page.pages, page.per_page, page.total),
        (Some(1), Some(2), None, None)
    );
}

#[tokio::test]
async fn unknown_fields_and_fields_that_come_twice_do_no_harm() {
    let body = r#"{"objects":[{"title":"first","title":"last","verdict":{"deep":[1,{"x":null}]}}],
                   "next_url":null,"took_ms":12}"#;
    let server = Server::always(Reply::json(200, body)).await;

    let page = server.client().assets().list().await.unwrap();

    assert_eq!(page.objects[0].title.as_deref(), Some("last"));
    assert_eq!(
        page.objects[0].extra.get("verdict"),
        Some(json!({ "deep": [1, { "x": null }] }))
    );
    assert_eq!(page.extra.get("took_ms"), Some(json!(12)));
}

#[tokio::test]
async fn json_nested_without_end_is_kept_or_an_error_and_never_a_crash() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let page = |field: &str| format!(r#"{{"objects":[{{"{field}":{deep}}}]}}"#);

    // Free JSON and unknown fields are text.
    for field in ["metadata", "new_field"] {
        let server = Server::always(Reply::json(200, page(field))).await;
        let page = server.client().assets().list().await.unwrap();
        assert!(serde_json::to_string(&page).unwrap().contains(&deep));
    }
    // So is what cannot be read.
    for field in ["title", "date_created", "versions", "clip_duration", "id"] {
        let server = Server::always(Reply::json(200, page(field))).await;
        let page = server.client().assets().list().await.unwrap();
        assert!(serde_json::to_string(&page).unwrap().contains(&deep));
    }
    let server = Server::always(Reply::json(200, page("metadata"))).await;
    let list = server.client().assets().list().call();
    assert!(list.json_value().await.unwrap_err().is_decode());
    let server = Server::always(Reply::json(400, format!(r#"{{"errors":{deep}}}"#))).await;
    let error = server.client().assets().list().await.unwrap_err();
    assert!(error.is_bad_request() && error.messages().is_empty());
}
