//! The actions that the first list of the Assets service names: each is in the spec, with its roles,
//! parameters and options.

use std::collections::BTreeSet;
use std::fs;

use crate::support::{real, tests_folder};
use iconik_codegen::api::{Action, Service, Shape, Type};
use iconik_codegen::load;
use serde_json::Value;

/// Headers that the spec states with `auth`.
const CREDENTIALS: &[&str] = &["App-ID", "Auth-Token", "Share-Auth-Token"];

#[test]
fn every_listed_action_is_there_with_its_roles_parameters_and_options() {
    let api = load(&real()).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let service = api.service("assets").unwrap();
    let path = tests_folder().join("fixtures/documented-actions.json");
    let listed: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let listed = listed.as_array().unwrap();
    let count =
        |key: &str| -> usize { listed.iter().map(|action| names(&action[key]).len()).sum() };
    assert_eq!(
        (listed.len(), count("params"), count("options")),
        (196, 824, 856)
    );

    let mut missing = Vec::new();
    for documented in listed {
        let method = documented["method"].as_str().unwrap();
        let path = documented["path"].as_str().unwrap();
        let mut actions = service
            .resources
            .iter()
            .flat_map(|resource| &resource.actions);
        match actions.find(|action| action.method.as_str() == method && action.path == path) {
            None => missing.push(format!("{method} {path}: not in the spec")),
            Some(action) => {
                let lacks = lacks(service, action, documented);
                missing.extend(
                    lacks
                        .into_iter()
                        .map(|what| format!("{method} {path}: {what}")),
                );
            }
        }
    }

    assert!(missing.is_empty(), "{missing:#?}");
}

/// The items of a list, or the keys of an object.
fn names(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Object(members) => members.keys().cloned().collect(),
        list => {
            let items = list.as_array().unwrap().iter();
            items
                .map(|item| item.as_str().unwrap().to_owned())
                .collect()
        }
    }
}

/// What a listed action has and ours does not.
fn lacks(service: &Service, action: &Action, listed: &Value) -> Vec<String> {
    let mut list = Vec::new();
    let roles: BTreeSet<String> = action.roles.iter().cloned().collect();
    if roles != names(&listed["roles"]) {
        list.push(format!(
            "roles are {roles:?}, listed are {}",
            listed["roles"]
        ));
    }
    let params = listed["params"].as_object().unwrap();
    let auth = match (
        params.contains_key("Auth-Token"),
        params.contains_key("Share-Auth-Token"),
        params.contains_key("App-ID"),
    ) {
        (true, ..) => "token",
        (_, true, _) => "share_token",
        (.., true) => "app_id",
        _ => "none",
    };
    if action.auth.as_str() != auth {
        list.push(format!(
            "auth is {}, listed is {auth}",
            action.auth.as_str()
        ));
    }
    for (name, location) in params {
        if CREDENTIALS.contains(&name.as_str()) {
            continue;
        }
        let location = location
            .as_str()
            .filter(|it| ["path", "header"].contains(it));
        let location = location.unwrap_or("query");
        match action.params.iter().find(|param| param.wire == *name) {
            None => list.push(format!("no parameter {name}")),
            Some(param) if param.location.as_str() != location => list.push(format!(
                "parameter {name} is in the {}, listed in the {location}",
                param.location.as_str()
            )),
            Some(_) => {}
        }
    }
    let sent = action.body.as_ref().and_then(|body| body.ty());
    let fields = sent.map(|ty| fields(service, ty)).unwrap_or_default();
    let options = names(&listed["options"]);
    let missing = options.iter().filter(|name| !fields.contains(name));
    list.extend(missing.map(|name| format!("no option {name}")));
    list
}

/// The names of the fields of a model.
fn fields<'a>(service: &'a Service, ty: &Type) -> Vec<&'a String> {
    let Type::Model(name) = ty else {
        return Vec::new();
    };
    match service.models.get(name).map(|model| &model.shape) {
        Some(Shape::Fields(fields)) => fields.iter().map(|field| &field.wire).collect(),
        _ => Vec::new(),
    }
}
