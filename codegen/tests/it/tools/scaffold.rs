//! A resource that was deleted, scaffolded back from a document.

use std::collections::BTreeMap;

use iconik_codegen::api::{Action, Api, Body, Home, Param, Shape, Type};
use iconik_codegen::document::Document;
use iconik_codegen::scaffold::{MARKER, scaffold};
use iconik_codegen::{Source, openapi};

use super::{api, document, published, service, sources};
use crate::support::real;

/// The API without a resource, as if its file did not exist.
fn without(api: &Api, resource: &str) -> Api {
    let mut api = api.clone();
    let home = Home::Resource(resource.to_owned());
    for service in &mut api.services {
        service.resources.retain(|it| it.name != resource);
        service.models.retain(|_, it| it.home != home);
        service.enums.retain(|_, it| it.home != home);
    }
    api
}

/// Everything that an action sends and reads, without names and descriptions.
fn outline(api: &Api, action: &Action) -> String {
    let params: BTreeMap<&str, String> = action
        .params
        .iter()
        .map(|it| (it.wire.as_str(), param(api, it)))
        .collect();
    let body = action
        .body
        .as_ref()
        .and_then(|it| Some(format!("{} {}", it.required, ty(api, it.ty()?, true))));
    let answers: Vec<String> = action
        .returns
        .iter()
        .map(|(code, body)| format!("{code} {}", answer(api, body)))
        .collect();
    format!(
        "roles {:?}\nauth {:?}\nparams {params:#?}\npaging {:?}\nbody {body:#?}\nanswers {answers:#?}",
        action.roles, action.auth, action.paging
    )
}

fn param(api: &Api, it: &Param) -> String {
    format!(
        "{:?} {} {} {:?} {:?}",
        it.location,
        ty(api, &it.ty, true),
        it.required,
        it.default,
        it.bounds
    )
}

fn answer(api: &Api, body: &Body) -> String {
    match body {
        Body::Nothing => "nothing".into(),
        Body::Text => "text".into(),
        Body::Bytes => "bytes".into(),
        Body::Location => "location".into(),
        Body::Json(it) => ty(api, it, false),
        Body::Page(it) => format!("page of {}", ty(api, it, false)),
        Body::Objects(it) => format!("objects of {}", ty(api, it, false)),
    }
}

/// The type with everything in it; flags count in requests only.
fn ty(api: &Api, it: &Type, sent: bool) -> String {
    let model = |name: &str| {
        api.services
            .iter()
            .find_map(|it| it.models.get(name))
            .unwrap()
    };
    match it {
        Type::List(of) => format!("list of {}", ty(api, of, sent)),
        Type::Map(of) => format!("map of {}", ty(api, of, sent)),
        Type::Enum(name) => {
            let it = api
                .services
                .iter()
                .find_map(|it| it.enums.get(name))
                .unwrap();
            format!(
                "{:?}",
                it.values.iter().map(|it| &it.wire).collect::<Vec<_>>()
            )
        }
        Type::Model(name) => match &model(name).shape {
            Shape::Fields(fields) => {
                let mut fields: Vec<String> = fields
                    .iter()
                    .map(|it| {
                        let flags = (
                            it.required,
                            it.nullable,
                            it.read_only,
                            it.write_only,
                            &it.default,
                            &it.bounds,
                        );
                        let flags = if sent {
                            format!("{flags:?}")
                        } else {
                            String::new()
                        };
                        format!("{}: {} {flags}", it.wire, ty(api, &it.ty, sent))
                    })
                    .collect();
                fields.sort();
                format!("{{ {} }}", fields.join(", "))
            }
            Shape::Union { tag, variants, .. } => {
                let variants = variants.iter().map(|it| {
                    let model = it.model.clone().map(Type::Model);
                    let model = model.map(|model| ty(api, &model, sent));
                    format!("{} {}", it.wire, model.unwrap_or_default())
                });
                format!("by {tag}: {}", variants.collect::<Vec<_>>().join(" or "))
            }
        },
        other => format!("{other:?}"),
    }
}

/// What a person would do: paste the new file in and fill the markers.
fn pasted(sources: &[Source], file: &str, text: &str) -> Vec<Source> {
    let mut sources: Vec<Source> = sources
        .iter()
        .filter(|it| it.path != file)
        .cloned()
        .collect();
    sources.push(Source::new(file, text.replace(MARKER, "Some words")));
    sources
}

#[test]
fn a_deleted_resource_comes_back() {
    let sources = sources();
    let whole = api(&sources);
    let rest = without(&whole, "playlists");
    let document = document(&published());

    let scaffold = scaffold(&sources, &rest, service(&rest), &document);

    let [playlists] = scaffold.fragments.as_slice() else {
        panic!("one file\n{scaffold}")
    };
    assert!(playlists.new);
    assert_eq!(playlists.file, "spec/spec/playlists.yaml");
    insta::assert_snapshot!(scaffold.to_string());
    let back = api(&pasted(&sources, &playlists.file, &playlists.text));
    assert_same(&whole, &back, "playlists");
}

/// The API without the other services, whose names may be the same.
fn only_assets(mut api: Api) -> Api {
    api.services.retain(|service| service.name == "assets");
    api
}

#[test]
fn resources_of_the_real_spec_come_back() {
    let sources = real();
    let whole = only_assets(api(&sources));
    let service = whole.service("assets").unwrap();
    let document = Document::parse(&openapi::export(&whole, &[service])).unwrap();
    for resource in ["playlists", "sequences"] {
        let rest = without(&whole, resource);

        let scaffold = scaffold(&sources, &rest, rest.service("assets").unwrap(), &document);

        let [file] = scaffold.fragments.as_slice() else {
            panic!("one file\n{scaffold}")
        };
        let back = only_assets(api(&pasted(&sources, &file.file, &file.text)));
        assert_same(&whole, &back, resource);
    }
}

/// Whether a resource sends and reads the same in both.
fn assert_same(before: &Api, after: &Api, resource: &str) {
    let actions = |api: &Api| -> BTreeMap<String, String> {
        let mut resources = api.services.iter().flat_map(|service| &service.resources);
        let resource = resources.find(|it| it.name == resource).unwrap();
        let actions = resource.actions.iter();
        actions
            .map(|it| (format!("{:?} {}", it.method, it.path), outline(api, it)))
            .collect()
    };
    let (before, after) = (actions(before), actions(after));
    assert_eq!(
        before.keys().collect::<Vec<_>>(),
        after.keys().collect::<Vec<_>>()
    );
    for (request, outline) in before {
        assert_eq!(outline, after[&request], "{request}");
    }
}

#[test]
fn what_was_pasted_agrees_with_the_document() {
    let sources = sources();
    let whole = api(&sources);
    let document = Document::parse(&openapi::export(&whole, &[service(&whole)])).unwrap();
    for resource in ["playlists", "projects"] {
        let rest = without(&whole, resource);

        let scaffold = scaffold(&sources, &rest, service(&rest), &document);

        let new = scaffold.fragments.iter().find(|it| it.new).unwrap();
        let back = api(&pasted(&sources, &new.file, &new.text));
        let report = iconik_codegen::audit::audit(&back, service(&back), &document);
        assert!(report.is_clean(), "{}", report.text());
        assert_eq!(report.not_in_the_spec, [""; 0]);
    }
}

#[test]
fn single_parts_are_scaffolded_where_they_belong() {
    let mut json = published();
    let schemas = &mut json["components"]["schemas"];
    schemas["Playlist"]["properties"]["color"] = serde_json::json!({ "type": "string" });
    schemas["PlaylistStatus"]["anyOf"][0]["enum"] = serde_json::json!(["ACTIVE", "HIDDEN", "N/A"]);
    let list = &mut json["paths"]["/v1/playlists/"]["get"]["parameters"];
    list.as_array_mut().unwrap().push(
        serde_json::json!({ "name": "deep", "in": "query", "schema": { "type": "boolean" } }),
    );
    let api = api(&sources());

    let scaffold = scaffold(&sources(), &api, service(&api), &document(&json));

    insta::assert_snapshot!(scaffold.to_string());
}

#[test]
fn nothing_is_scaffolded_where_nothing_is_missing() {
    let api = api(&sources());

    let scaffold = scaffold(&sources(), &api, service(&api), &document(&published()));

    assert!(scaffold.fragments.is_empty(), "{scaffold}");
}
