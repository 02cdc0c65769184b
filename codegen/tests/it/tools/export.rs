//! The OpenAPI document of the spec.

use iconik_codegen::openapi;
use serde_json::Value;

use super::{api, published, service, sources};

#[test]
fn every_reference_leads_somewhere() {
    let document = published();

    fn walk(value: &Value, root: &Value) {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            assert!(root.pointer(&reference[1..]).is_some(), "{reference}");
        }
        match value {
            Value::Object(members) => members.values().for_each(|it| walk(it, root)),
            Value::Array(items) => items.iter().for_each(|it| walk(it, root)),
            _ => {}
        }
    }
    walk(&document, &document);
}

#[test]
fn several_services_stand_below_the_host() {
    let mut api = api(&sources());
    let mut other = service(&api).clone();
    other.name = "other".into();
    other.base_path = "/API/other".into();
    other.resources.truncate(0);
    api.services.push(other);

    let services: Vec<_> = api.services.iter().collect();
    let document: Value = serde_json::from_str(&openapi::export(&api, &services)).unwrap();

    assert_eq!(document["servers"][0]["url"], "https://{host}");
    assert!(document["paths"].get("/API/spec/v1/playlists/").is_some());
}

#[test]
fn an_action_reads_like_its_page() {
    let document = published();

    insta::assert_snapshot!(
        serde_json::to_string_pretty(&document["paths"]["/v1/projects/{project_id}/reindex/"])
            .unwrap()
    );
}

#[test]
fn an_enum_stays_open_and_an_answer_may_be_null() {
    let document = published();

    let schemas = &document["components"]["schemas"];
    insta::assert_snapshot!(serde_json::to_string_pretty(&schemas["PlaylistStatus"]).unwrap());
    assert_eq!(
        schemas["Playlist"]["properties"]["name"]["type"],
        serde_json::json!(["string", "null"])
    );
    assert_eq!(
        schemas["NewPlaylist"]["properties"]["name"]["type"],
        "string"
    );
    assert_eq!(
        schemas["NewPlaylist"]["required"],
        serde_json::json!(["name"])
    );
}
