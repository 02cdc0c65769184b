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

#[test]
fn the_variants_of_a_union_exclude_each_other() {
    // The small spec has no union whose models contain the tag.
    let api = api(&crate::support::real());
    let services: Vec<_> = api.services.iter().collect();
    let document: Value = serde_json::from_str(&openapi::export(&api, &services)).unwrap();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let unions = schemas
        .values()
        .filter(|it| it.get("discriminator").is_some());

    let mut count = 0;
    for union in unions {
        let tag = union["discriminator"]["propertyName"].as_str().unwrap();
        let mapping = union["discriminator"]["mapping"].as_object().unwrap();
        let mut tags = Vec::new();
        for variant in union["oneOf"].as_array().unwrap() {
            let reference = variant["$ref"].as_str().unwrap();
            let exact = &document.pointer(&reference[1..]).unwrap()["allOf"][1];
            assert_eq!(exact["required"], serde_json::json!([tag]));
            for value in exact["properties"][tag]["enum"].as_array().unwrap() {
                assert_eq!(mapping[value.as_str().unwrap()], reference);
                assert!(!tags.contains(&value), "{value} means two variants");
                tags.push(value);
            }
        }
        assert_eq!(tags.len(), mapping.len());
        count += 1;
    }
    assert!(count > 0);
}
