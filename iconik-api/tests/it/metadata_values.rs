//! Metadata values, over HTTP.

use crate::support::{Reply, Server};
use iconik_api::metadata::FieldValue;
use iconik_api::metadata_values::MetadataChanges;
use iconik_api::{ErrorKind, Limiter};
use serde_json::{Value, json};

fn client(server: &Server) -> iconik_api::Client {
    server
        .builder()
        .limiter(Limiter::unlimited())
        .build()
        .unwrap()
}

fn value(json: Value) -> FieldValue {
    FieldValue::new(json)
}

#[test]
fn values_are_read_by_type_from_strings_and_from_json() {
    for json in [json!("3"), json!(3), json!(" 3 "), json!("3.0"), json!(3.0)] {
        assert_eq!(value(json.clone()).integer(), Some(3), "{json}");
        assert_eq!(value(json.clone()).number(), Some(3.0), "{json}");
    }
    for json in [
        json!("3.5"),
        json!("x"),
        json!(null),
        json!(""),
        json!([3]),
        json!("."),
        json!("99999999999999999999"),
    ] {
        assert_eq!(value(json.clone()).integer(), None, "{json}");
    }
    for json in [json!("NaN"), json!("inf"), json!("1e999")] {
        assert_eq!(value(json.clone()).number(), None, "{json}");
    }
    assert_eq!(value(json!("True")).boolean(), Some(true));
    assert_eq!(value(json!(false)).boolean(), Some(false));
    assert_eq!(value(json!("yes")).boolean(), None);
    assert_eq!(value(json!(true)).text().as_deref(), Some("true"));
    assert_eq!(
        value(json!("2026-01-31")).date(),
        Some(jiff::civil::date(2026, 1, 31))
    );
    assert_eq!(
        value(json!("2026-01-31T10:00:00")).date(),
        Some(jiff::civil::date(2026, 1, 31))
    );
    assert_eq!(value(json!("2026-02-31")).date(), None);
    assert!(value(json!("2026-01-31T10:00:00")).timestamp().is_some());
    assert_eq!(value(json!("soon")).timestamp(), None);
}

#[tokio::test]
async fn an_object_without_values_is_none() {
    let server = Server::replies([
        Reply::json(404, r#"{"errors":["Metadata doesn't exist"]}"#),
        Reply::json(200, r#"{"metadata_values":{"Takes":{"field_values":[{"value":"3"}]},"Note":{"field_values":[],"date_created":null}}}"#),
        Reply::json(200, r#"{"Takes":{"name":"Takes","type":"integer","values":[{"value":"4"}]}}"#),
        Reply::json(403, r#"{"errors":["no"]}"#),
    ])
    .await;
    let metadata = client(&server).metadata();
    assert_eq!(metadata.find(("assets", "a"), "v").await.unwrap(), None);
    let values = metadata.find(("assets", "a"), "v").await.unwrap().unwrap();
    assert_eq!(values.field("Takes").unwrap().integer(), Some(3));
    assert!(values.field("Note").unwrap().is_unset());
    assert_eq!(values.field("Other"), None);
    let flat = metadata
        .find_without_view(("assets", "a"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(flat.field("Takes").unwrap().integer(), Some(4));
    assert!(
        metadata
            .find_without_view(("assets", "a"))
            .await
            .unwrap_err()
            .is_forbidden()
    );
}

#[tokio::test]
async fn changes_are_sent_as_strings_and_clearing_is_sent_too() {
    let server = Server::always(Reply::json(200, r#"{"metadata_values":{}}"#)).await;
    let changes = MetadataChanges::new()
        .set("Takes", 3)
        .set("Rate", 29.97)
        .set("Cleared", true)
        .set("Day", jiff::civil::date(2026, 1, 31))
        .append("Tags", ["a", "b"])
        .remove("Old", ["c"])
        .clear("Note");
    client(&server)
        .metadata()
        .write(("assets", "a"), "v", changes)
        .await
        .unwrap();
    let request = server.single();
    assert_eq!(
        (request.method.as_str(), request.path()),
        ("PUT", "/API/metadata/v1/assets/a/views/v/")
    );
    assert_eq!(
        request.json()["metadata_values"],
        json!({
            "Takes": { "field_values": [{ "value": "3" }] },
            "Rate": { "field_values": [{ "value": "29.97" }] },
            "Cleared": { "field_values": [{ "value": "true" }] },
            "Day": { "field_values": [{ "value": "2026-01-31" }] },
            "Tags": { "field_values": [{ "value": "a" }, { "value": "b" }], "mode": "append" },
            "Old": { "field_values": [{ "value": "c" }], "mode": "delete" },
            "Note": { "field_values": [] },
        })
    );
}

#[tokio::test]
async fn a_number_that_is_not_finite_is_refused() {
    let server = Server::always(Reply::json(200, "{}")).await;
    let changes = || MetadataChanges::new().set("Rate", f64::NAN);
    let metadata = client(&server).metadata();
    let error = metadata
        .write(("assets", "a"), "v", changes())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert!(error.to_string().contains("Rate"), "{error}");
    assert!(
        metadata
            .write_many("assets", "v", ["a"], changes())
            .await
            .is_err()
    );
    assert!(
        metadata
            .write_each("assets", "v", [("a", changes())])
            .await
            .is_err()
    );
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_lost_response_is_retried_unless_values_are_appended() {
    for (changes, requests) in [
        (MetadataChanges::new().set("A", "x"), 2),
        (MetadataChanges::new().append("A", ["x"]), 1),
    ] {
        let server = Server::replies([
            Reply::reset(),
            Reply::json(200, r#"{"metadata_values":{}}"#),
        ])
        .await;
        let result = client(&server)
            .metadata()
            .write(("assets", "a"), "v", changes)
            .await;
        assert_eq!((result.is_ok(), server.count()), (requests == 2, requests));
    }
}

#[tokio::test]
async fn many_objects_are_written_500_at_a_time_and_one_bad_batch_loses_nothing() {
    let server = Server::start(|request| match request.number {
        1 => Reply::json(400, r#"{"errors":["bad"]}"#),
        _ => Reply::empty(202),
    })
    .await;
    let metadata = client(&server).metadata();
    let ids = (0..1_201).map(|number| format!("a{number}"));
    let changes = MetadataChanges::new().set("A", "x");
    let report = metadata
        .write_many("assets", "v", ids, changes.clone())
        .await
        .unwrap();
    assert_eq!((report.responses.len(), report.failed.len()), (2, 1));
    assert_eq!(
        (report.failed[0].first, report.failed[0].items.len()),
        (500, 500)
    );
    let sizes: Vec<_> = server
        .received()
        .iter()
        .map(|request| request.json()["object_ids"].as_array().unwrap().len())
        .collect();
    assert_eq!(sizes, [500, 500, 201]);

    let each = (0..501).map(|number| (format!("a{number}"), changes.clone()));
    let report = metadata.write_each("assets", "v", each).await.unwrap();
    assert!(report.is_complete());
    let request = &server.received()[4];
    assert_eq!(request.path(), "/API/metadata/v1/assets/views/v/");
    assert_eq!(request.json()["object_ids"], json!(["a500"]));
    assert_eq!(
        request.json()["metadata_values_object_id_mapping"],
        json!([{ "id": "a500", "metadata_values": { "A": { "field_values": [{ "value": "x" }] } } }])
    );
}
