//! The spec holds everything that iconik documents, with types that fit.

mod compare;
mod facts;
mod report;

use std::collections::BTreeSet;
use std::fs;

use crate::support::{real, tests_folder};
use compare::Comparison;
use iconik_codegen::api::{
    Action, Api, Auth, Field, Location, Method, Resource, Service, Shape, Type,
};
use iconik_codegen::load;
use report::Report;
use serde_json::Value;

/// Headers that the spec tells by `auth`.
const CREDENTIALS: &[&str] = &["App-ID", "Auth-Token", "Share-Auth-Token"];

#[test]
fn every_documented_action_is_there_with_its_roles_parameters_and_options() {
    let api = spec();
    let documented = fixture("documented-actions.json");
    let documented = documented.as_array().unwrap();
    let count = |key: &str| -> usize {
        let lengths = documented.iter().map(|action| &action[key]);
        lengths
            .map(|list| {
                list.as_array()
                    .map_or_else(|| list.as_object().unwrap().len(), Vec::len)
            })
            .sum()
    };
    assert_eq!(
        (documented.len(), count("params"), count("options")),
        (196, 824, 856)
    );

    let mut missing = Report::default();
    for action in documented {
        let (method, path) = endpoint(action);
        let place = format!("{method} {path}");
        match find(&api, method, path) {
            None => missing.add(
                "no such action",
                &place,
                "the action is not in the spec".to_owned(),
            ),
            Some((service, resource, found)) => {
                for mistake in lacks(service, found, action) {
                    missing.add(&resource.name, &place, mistake);
                }
            }
        }
    }

    assert!(missing.is_empty(), "{missing}");
}

#[test]
fn an_action_that_the_list_lacks_says_how_one_knows_of_it() {
    let api = spec();
    let documented = fixture("documented-actions.json");
    let documented: BTreeSet<(&str, &str)> = documented
        .as_array()
        .unwrap()
        .iter()
        .map(endpoint)
        .collect();

    let service = api
        .services
        .iter()
        .find(|service| service.name == "assets")
        .unwrap();
    let actions = service
        .resources
        .iter()
        .flat_map(|resource| &resource.actions);
    let invented: Vec<String> = actions
        .filter(|action| action.note.is_none())
        .filter(|action| !documented.contains(&(method_name(action.method), action.path.as_str())))
        .map(|action| format!("{} {}", method_name(action.method), action.path))
        .collect();

    assert!(
        invented.is_empty(),
        "these are not in the documented list: give each a `note` with the document and its year, \
         or what was seen live and when: {invented:#?}"
    );
}

#[test]
fn every_documented_type_fits() {
    let api = spec();
    let documented = fixture("documented-types.json");
    let mut comparison = Comparison::new(&api, &documented["schemas"]);

    for action in documented["actions"].as_array().unwrap() {
        let (method, path) = endpoint(action);
        if let Some((_, resource, found)) = find(&api, method, path) {
            comparison.action(&resource.name, found, action);
        }
    }

    let deliberate = fixture("deliberate.json");
    let misfits = comparison.misfits.without(&deliberate);
    assert!(misfits.is_empty(), "{misfits}");
}

fn spec() -> Api {
    load(&real()).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn fixture(name: &str) -> Value {
    let text = fs::read_to_string(tests_folder().join("fixtures").join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn endpoint(action: &Value) -> (&str, &str) {
    (
        action["method"].as_str().unwrap(),
        action["path"].as_str().unwrap(),
    )
}

fn find<'a>(
    api: &'a Api,
    method: &str,
    path: &str,
) -> Option<(&'a Service, &'a Resource, &'a Action)> {
    let services = api
        .services
        .iter()
        .filter(|service| service.name == "assets");
    let resources = services.flat_map(|service| {
        service
            .resources
            .iter()
            .map(move |resource| (service, resource))
    });
    let mut actions = resources.flat_map(|(service, resource)| {
        resource
            .actions
            .iter()
            .map(move |action| (service, resource, action))
    });
    actions.find(|(_, _, action)| method_name(action.method) == method && action.path == path)
}

fn method_name(method: Method) -> &'static str {
    match method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    }
}

/// What a documented action has and ours has not.
fn lacks(service: &Service, action: &Action, documented: &Value) -> Vec<String> {
    let mut list = Vec::new();
    let texts = |value: &Value| -> BTreeSet<String> {
        let items = value.as_array().unwrap().iter();
        items
            .map(|item| item.as_str().unwrap().to_owned())
            .collect()
    };
    let roles: BTreeSet<String> = action.roles.iter().cloned().collect();
    if roles != texts(&documented["roles"]) {
        list.push(format!(
            "roles are {roles:?}, documented are {}",
            documented["roles"]
        ));
    }
    let params = documented["params"].as_object().unwrap();
    let auth = match (
        params.contains_key("Auth-Token"),
        params.contains_key("Share-Auth-Token"),
    ) {
        (true, _) => Auth::Token,
        (false, true) => Auth::ShareToken,
        (false, false) => Auth::AppId,
    };
    if action.auth != auth {
        list.push(format!("auth is {:?}, documented is {auth:?}", action.auth));
    }
    for (name, location) in params {
        if CREDENTIALS.contains(&name.as_str()) {
            continue;
        }
        let location = match location.as_str() {
            Some("path") => Location::Path,
            Some("header") => Location::Header,
            _ => Location::Query,
        };
        match action.params.iter().find(|param| param.wire == *name) {
            None => list.push(format!("no parameter {name}")),
            Some(param) if param.location != location => {
                list.push(format!(
                    "parameter {name} goes into {:?}, documented is {location:?}",
                    param.location
                ));
            }
            Some(_) => {}
        }
    }
    let fields = action
        .body
        .as_ref()
        .and_then(|options| fields_of(service, options.ty()?))
        .unwrap_or_default();
    for name in texts(&documented["options"]) {
        if !fields.iter().any(|field| field.wire == name) {
            list.push(format!("no option {name}"));
        }
    }
    list
}

fn fields_of<'a>(service: &'a Service, ty: &Type) -> Option<&'a [Field]> {
    let Type::Model(name) = ty else { return None };
    match &service.models.get(name)?.shape {
        Shape::Fields(fields) => Some(fields),
        Shape::Union { .. } => None,
    }
}
