//! The spec held against documents that differ from it.

use iconik_codegen::audit::{Report, audit};
use iconik_codegen::document::Document;
use iconik_codegen::openapi;
use serde_json::{Value, json};

use super::{api, document, edited, published, service};
use crate::support::real;

fn report(replacements: &[(&str, &str)], document_json: &Value) -> Report {
    let api = api(&edited(replacements));
    audit(&api, service(&api), &document(document_json))
}

/// The published document after a change.
fn with(change: impl FnOnce(&mut Value)) -> Value {
    let mut document = published();
    change(&mut document);
    document
}

const LIST: &str = "/paths/~1v1~1playlists~1/get";
const ONE: &str = "/paths/~1v1~1playlists~1{playlist_id}~1";

fn set(pointer: &str, value: Value) -> Value {
    with(|document| {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        document.pointer_mut(parent).unwrap()[key] = value;
    })
}

fn schema(name: &str, field: &str) -> String {
    format!("/components/schemas/{name}/properties/{field}")
}

#[test]
fn a_spec_agrees_with_its_own_export() {
    let report = report(&[], &published());

    assert!(report.is_clean(), "{}", report.text());
    assert_eq!(report.compared.actions, 11);
    assert_eq!(report.not_in_the_spec, [""; 0]);
}

#[test]
fn the_real_spec_agrees_with_its_own_export() {
    let api = api(&real());
    for service in &api.services {
        let export = openapi::export(&api, &[service]);
        let report = audit(&api, service, &Document::parse(&export).unwrap());

        // What is acknowledged differs from iconik's document, not from the export.
        assert_eq!(report.differences(), 0, "{}", report.text());
        assert_eq!(report.not_in_the_spec, [""; 0]);
    }
}

#[test]
fn each_difference_is_reported_at_its_place() {
    let page = "/components/schemas/NewPlaylist";
    let cases = [
        (
            set(&format!("{LIST}/x-roles"), json!(["can_read_projects"])),
            "roles: document can_read_projects; spec can_read_playlists",
        ),
        (
            set(&format!("{LIST}/security"), json!([{ "App-ID": [] }])),
            "auth: document app_id; spec token",
        ),
        (
            set(&format!("{LIST}/deprecated"), json!(true)),
            "deprecated: document yes; spec no",
        ),
        (
            set(&format!("{LIST}/parameters/0/name"), json!("order")),
            "param sort: undocumented: only in the spec: string",
        ),
        (
            set(&format!("{LIST}/parameters/0/name"), json!("order")),
            "params.order: only in the document: query string",
        ),
        (
            set(&format!("{LIST}/parameters/0/in"), json!("header")),
            "param sort: in: document header; spec query",
        ),
        (
            set(&format!("{LIST}/parameters/0/required"), json!(true)),
            "param sort: required: document yes; spec no",
        ),
        (
            set(
                &format!("{LIST}/parameters/0/schema"),
                json!({ "type": "boolean" }),
            ),
            "param sort: type: document boolean; spec string",
        ),
        (
            set(&format!("{LIST}/parameters/1/schema/maxItems"), json!(50)),
            "param ids: max_items: document 50; spec 100",
        ),
        (
            set(&format!("{LIST}/parameters/2/schema/default"), json!(2)),
            "param page: default: document 2; spec 1",
        ),
        (
            set(
                &format!("{ONE}/get/responses"),
                json!({ "203": published().pointer(&format!("{ONE}/get/responses/200")).unwrap() }),
            ),
            "success: document 203; spec 200",
        ),
        (
            set(&format!("{ONE}/get/responses/200"), json!({})),
            "returns: document nothing; spec Playlist",
        ),
        (
            set(
                &format!("{LIST}/responses/200/content/application~1json/schema"),
                json!({ "$ref": "#/components/schemas/Playlist" }),
            ),
            "returns: document Playlist; spec page<Playlist>",
        ),
        (
            set(&format!("{ONE}/put/requestBody/required"), json!(false)),
            "body: document optional PlaylistReplacement; spec PlaylistReplacement",
        ),
        (
            set(
                &schema("Playlist", "date_created"),
                json!({ "type": "integer" }),
            ),
            "field date_created: type: document integer; spec timestamp",
        ),
        (
            set(&schema("Playlist", "added"), json!({ "type": "integer" })),
            "fields.added: only in the document: integer",
        ),
        (
            set(
                &schema("NewPlaylist", "added"),
                json!({ "type": "integer" }),
            ),
            "fields.added: only in the document: integer",
        ),
        (
            set(&format!("{page}/required"), json!([])),
            "field name: required: document no; spec yes",
        ),
        (
            set(
                &schema("NewPlaylist", "name/type"),
                json!(["string", "null"]),
            ),
            "field name: nullable: document yes; spec no",
        ),
        (
            set(&schema("NewPlaylist", "id/readOnly"), json!(false)),
            "field id: read_only: document no; spec yes",
        ),
        (
            set(&schema("NewPlaylist", "name/default"), json!("New")),
            "field name: default: document New; spec none",
        ),
        (
            set(&schema("PlaylistItem", "position/minimum"), json!(1)),
            "field position: min: document 1; spec 0",
        ),
        (
            set(
                "/components/schemas/PlaylistStatus/anyOf/0/enum",
                json!(["ACTIVE", "HIDDEN", "GONE"]),
            ),
            "values.GONE: only in the document: GONE",
        ),
        (
            set(
                "/components/schemas/PlaylistStatus/anyOf/0/enum",
                json!(["ACTIVE"]),
            ),
            "values.HIDDEN: only in the spec: HIDDEN",
        ),
        (
            set("/servers/0/url", json!("https://app.iconik.io/API/other")),
            "base_path: document /API/other; spec /API/spec",
        ),
    ];
    for (document, line) in cases {
        let report = report(&[], &document);
        assert!(!report.is_clean());
        assert!(
            report.text().contains(line),
            "no `{line}` in\n{}",
            report.text()
        );
    }
}

#[test]
fn a_report_groups_related_findings() {
    let document = with(|document| {
        document.pointer_mut(LIST).unwrap()["x-roles"] = json!(["can_read_projects"]);
        document.pointer_mut(LIST).unwrap()["parameters"][0]["in"] = json!("header");
        document
            .pointer_mut("/components/schemas/Playlist/properties")
            .unwrap()["added"] = json!({ "type": "string" });
        let paths = document["paths"].as_object_mut().unwrap();
        let gone = paths
            .remove("/v1/playlists/{playlist_id}/items/{item_id}/text/")
            .unwrap();
        paths.insert("/v1/playlists/{playlist_id}/thumbnails/".into(), gone);
    });

    insta::assert_snapshot!(
        report(
            &[(
                "      name: { required: true }",
                "      name: { required: true, differs: { required: \"It was so once.\" } }"
            )],
            &document
        )
        .text()
    );
}

#[test]
fn an_acknowledged_difference_is_silent() {
    let document = set(&format!("{LIST}/x-roles"), json!(["can_read_projects"]));
    let acknowledged = (
        "    title: Lists playlists",
        "    title: Lists playlists\n    differs: { roles: \"Seen live.\" }",
    );

    let report = report(&[acknowledged], &document);

    assert!(report.is_clean(), "{}", report.text());
    assert_eq!(report.acknowledged[0].reason, "Seen live.");
}

#[test]
fn an_acknowledgement_may_hold_for_one_value_only() {
    let acknowledged = (
        "    title: Lists playlists",
        "    title: Lists playlists\n    differs: { roles: { documented: can_read_projects, reason: \"Seen live.\" } }",
    );

    let same = report(
        &[acknowledged],
        &set(&format!("{LIST}/x-roles"), json!(["can_read_projects"])),
    );
    let other = report(
        &[acknowledged],
        &set(&format!("{LIST}/x-roles"), json!(["can_write_playlists"])),
    );

    assert!(same.is_clean(), "{}", same.text());
    assert_eq!(other.differences(), 1);
    assert!(
        other
            .text()
            .contains("acknowledged while the document said: can_read_projects"),
        "{}",
        other.text()
    );
}

#[test]
fn an_acknowledgement_that_no_longer_applies_is_reported() {
    let acknowledged = (
        "      name: { required: true }",
        "      name: { required: true, differs: { required: \"It was so once.\" } }",
    );

    let report = report(&[acknowledged], &published());

    assert!(!report.is_clean());
    let outdated = &report.outdated[0];
    // Three models inherit the field; it is one acknowledgement.
    assert_eq!((outdated.name.as_str(), outdated.places.len()), ("name", 3));
}

#[test]
fn what_iconik_writes_differently_is_no_difference() {
    let document = with(|document| {
        // Credentials as plain header parameters.
        let credentials = json!([
            { "name": "App-ID", "in": "header", "required": true, "schema": { "type": "string" } },
            { "name": "Auth-Token", "in": "header", "required": true, "schema": { "type": "string" } },
        ]);
        document.pointer_mut(ONE).unwrap()["parameters"] = credentials;
        // A list in a query as one string.
        document.pointer_mut(LIST).unwrap()["parameters"][1]["schema"] =
            json!({ "type": "string", "maxItems": 100 });
        // Roles in the description.
        let list = document.pointer_mut(LIST).unwrap();
        list.as_object_mut().unwrap().remove("x-roles");
        list["description"] = json!("Text.\n\nRequired roles:\n - can_read_playlists\n");
        // A 204 on every DELETE.
        document.pointer_mut(ONE).unwrap()["delete"]["responses"]["204"] =
            json!({ "description": "" });
        // PATCH that requires what PUT requires, in one schema.
        let body = "requestBody/content/application~1json/schema/$ref";
        *document
            .pointer_mut(&format!("{ONE}/patch/{body}"))
            .unwrap() = json!("#/components/schemas/PlaylistReplacement");
        // A guess.
        let name = document
            .pointer_mut(&schema("NewPlaylist", "name"))
            .unwrap();
        name["nullable"] = json!(true);
        name["x-nullable-unknown"] = json!(true);
        // Two objects for one answer.
        let mut twin = document
            .pointer("/components/schemas/Playlist")
            .unwrap()
            .clone();
        twin["properties"].as_object_mut().unwrap().remove("labels");
        document["components"]["schemas"]["PlaylistTwin"] = twin;
        *document
            .pointer_mut(&format!(
                "{ONE}/get/responses/200/content/application~1json/schema"
            ))
            .unwrap() = json!({ "oneOf": [{ "$ref": "#/components/schemas/Playlist" }, { "$ref": "#/components/schemas/PlaylistTwin" }] });
    });

    let report = report(&[], &document);

    assert!(report.is_clean(), "{}", report.text());
}

#[test]
fn an_action_that_only_the_document_has_is_listed() {
    let document = with(|document| {
        let list = document.pointer(LIST).unwrap().clone();
        document["paths"]["/v1/playlists/recent/"] = json!({ "get": list });
    });

    let report = report(&[], &document);

    assert!(report.is_clean());
    assert_eq!(report.not_in_the_spec, ["GET /v1/playlists/recent/"]);
}

#[test]
fn an_action_that_only_the_spec_has_is_a_difference() {
    let document = with(|document| {
        document["paths"]
            .as_object_mut()
            .unwrap()
            .remove("/v1/playlists/");
    });

    let report = report(&[], &document);

    assert_eq!(report.differences(), 2);
    assert!(
        report
            .text()
            .contains("undocumented: only in the spec: GET /v1/playlists/"),
        "{}",
        report.text()
    );
}

#[test]
fn the_report_for_machines_is_json() {
    let report = report(&[], &set(&format!("{LIST}/deprecated"), json!(true)));

    let json: Value = serde_json::from_str(&report.json()).unwrap();

    assert_eq!(json["groups"][0]["subject"]["name"], "spec.playlists.list");
    assert_eq!(json["groups"][0]["findings"][0]["aspect"], "deprecated");
    assert_eq!(json["not_in_the_spec"], json!([]));
}

#[test]
fn what_is_no_document_is_said_so() {
    for (text, problem) in [
        ("nonsense", "not JSON"),
        ("{}", "openapi: must be a version"),
        (r#"{"openapi": "3.0.3"}"#, "paths: is missing"),
        (
            r##"{"openapi": "3.0.3", "paths": {"/a/": {"get": {"parameters": [{"$ref": "#/nowhere"}]}}}}"##,
            "#/nowhere: there is nothing in this document",
        ),
    ] {
        let error = Document::parse(text).unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
    }
}
