//! The API as an OpenAPI 3.1 document, for tools that do not speak Rust.
//!
//! What the spec knows and OpenAPI has no word for stands in extensions: `x-roles` (roles that an
//! operation needs), `x-paging` (its paging styles), `x-repeats` (its list may contain an item several times), `x-rate-limit`, `x-idempotent` where the method
//! alone would mislead.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::api::{
    Action, Api, Auth, Location, Method, Param, RequestBody, RequestContent, Resource, Service,
    Shape, Type,
};
use crate::sentences::{needs_roles, sentence};

mod json;
mod schema;

use json::{Json, Members};
use schema::{
    constraints, enumeration, envelope, error_response, errors, id, media, model, responses,
    type_members, type_schema, variants,
};

/// Writes the document of these services of `api`: of one, its paths stand below the service's own
/// server; of several, below the host.
pub fn export(api: &Api, services: &[&Service]) -> String {
    let document = Export {
        api,
        services,
        used: used(api, services),
    }
    .document();
    // Text, numbers and lists: nothing that JSON could refuse.
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// The types that the actions of some services lead to: their names in the document.
fn used(api: &Api, services: &[&Service]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for service in services {
        let names_of = Names {
            api,
            service,
            alone: services.len() == 1,
        };
        for action in service.resources.iter().flat_map(|it| &it.actions) {
            let params = action.params.iter().map(|it| &it.ty);
            let body = action.body.iter().filter_map(RequestBody::ty);
            let responses = action.returns.iter().filter_map(|(_, body)| body.ty());
            for ty in params.chain(body).chain(responses) {
                collect(names_of, ty, &mut names);
            }
        }
    }
    names
}

fn collect(names_of: Names<'_>, ty: &Type, names: &mut BTreeSet<String>) {
    match ty {
        Type::List(of) | Type::Map(of) => collect(names_of, of, names),
        Type::Id(name) | Type::Enum(name) => {
            names.insert(names_of.name(name));
        }
        Type::Model(name) if names.insert(names_of.name(name)) => {
            let scope = names_of.api.scope(names_of.service);
            match scope.model(name).map(|it| &it.shape) {
                Some(Shape::Fields(fields)) => {
                    fields
                        .iter()
                        .for_each(|it| collect(names_of, &it.ty, names));
                }
                Some(Shape::Union { variants, .. }) => {
                    for it in variants.iter().filter_map(|it| it.model.as_ref()) {
                        collect(names_of, &Type::Model(it.clone()), names);
                    }
                }
                None => {}
            }
        }
        _ => {}
    }
}

/// What the types that a service sees are called in the document.
#[derive(Clone, Copy)]
struct Names<'a> {
    api: &'a Api,
    service: &'a Service,
    /// Whether the document is of this service alone, whose names are unique.
    alone: bool,
}

impl Names<'_> {
    /// A type's own name; of one service among several, with the service before it.
    fn name(&self, name: &str) -> String {
        let common = self.api.common.ids.contains_key(name) || self.api.common.holds(name);
        match self.alone || common {
            true => name.to_owned(),
            false => format!("{}.{name}", self.service.name),
        }
    }

    /// A reference to a type.
    fn reference(&self, name: &str) -> Value {
        json!(format!("#/components/schemas/{}", self.name(name)))
    }
}

struct Export<'a> {
    api: &'a Api,
    services: &'a [&'a Service],
    used: BTreeSet<String>,
}

impl Export<'_> {
    fn document(&self) -> Json {
        let mut document = Members::default();
        document
            .add("openapi", "3.1.0")
            .add("info", self.info())
            .add("servers", self.servers())
            .add("security", json!([{ "App-ID": [], "Auth-Token": [] }]))
            .add("tags", self.tags())
            .add("paths", self.paths())
            .add("components", self.components());
        document.done()
    }

    fn info(&self) -> Json {
        let mut about = String::new();
        for service in self.services {
            about.push_str(&sentence(&service.about));
            about.push_str("\n\n");
        }
        about.push_str(
            "iconik adds fields and enum values without a new version: readers keep what they do not know. \
             In a response any field may be absent or null. A list in a query is one value, separated by commas. \
             A PATCH changes what it is sent and requires no field.",
        );
        let title = match self.services {
            [one] => format!("iconik {}", one.name),
            _ => "iconik".to_owned(),
        };
        let mut info = Members::default();
        info.add("title", title)
            .add("version", env!("CARGO_PKG_VERSION"))
            .add("description", about);
        for service in self.services {
            let rate = &service.rate_limit;
            let rate = json!({
                "per_second": rate.per_second,
                "burst": rate.burst,
                "burst_seconds": rate.burst_seconds,
            });
            match self.services {
                [_] => info.add("x-rate-limit", rate),
                _ => info.add(format!("x-rate-limit-{}", service.name), rate),
            };
        }
        info.done()
    }

    fn servers(&self) -> Value {
        let path = match self.services {
            [one] => one.base_path.as_str(),
            _ => "",
        };
        json!([{
            "url": format!("https://{{host}}{path}"),
            "variables": { "host": {
                "default": "app.iconik.io",
                "description": "Regions and private installations have hosts of their own.",
            } },
        }])
    }

    fn resources(&self) -> impl Iterator<Item = (&Service, &Resource)> {
        self.services
            .iter()
            .flat_map(|service| service.resources.iter().map(move |it| (*service, it)))
    }

    /// What a resource is called: its name alone where there is one service.
    fn tag(&self, service: &Service, resource: &Resource) -> String {
        match self.services {
            [_] => resource.name.clone(),
            _ => resource.path(service),
        }
    }

    fn names<'a>(&'a self, service: &'a Service) -> Names<'a> {
        Names {
            api: self.api,
            service,
            alone: self.services.len() == 1,
        }
    }

    fn tags(&self) -> Json {
        let tags = self.resources().map(|(service, resource)| {
            Members::default()
                .add("name", self.tag(service, resource))
                .add("description", sentence(&resource.about))
                .done()
        });
        Json::List(tags.collect())
    }

    fn paths(&self) -> Json {
        let mut paths: Vec<(String, Vec<(Method, Json)>)> = Vec::new();
        for (service, resource) in self.resources() {
            for action in &resource.actions {
                let path = match self.services {
                    [_] => action.path.clone(),
                    _ => format!("{}{}", service.base_path, action.path),
                };
                let operation = (action.method, self.operation(service, resource, action));
                match paths.iter_mut().find(|(it, _)| *it == path) {
                    Some((_, operations)) => operations.push(operation),
                    None => paths.push((path, vec![operation])),
                }
            }
        }
        paths.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut all = Members::default();
        let mut outlines = BTreeSet::new();
        for (mut path, mut operations) in paths {
            // Two paths that differ in the names of their placeholders alone are one to OpenAPI; a
            // fragment, which no request carries, keeps the second one apart.
            let parts = path
                .split('/')
                .map(|it| if it.starts_with('{') { "{}" } else { it });
            if !outlines.insert(parts.collect::<Vec<_>>().join("/")) {
                path.push_str("#by-other-name");
            }
            operations.sort_by_key(|(method, _)| *method);
            let mut item = Members::default();
            for (method, operation) in operations {
                item.add(method.as_str().to_ascii_lowercase(), operation);
            }
            all.add(path, item.done());
        }
        all.done()
    }

    fn operation(&self, service: &Service, resource: &Resource, action: &Action) -> Json {
        let names = self.names(service);
        let mut operation = Members::default();
        operation
            .add("operationId", action.id(service, resource))
            .add("tags", json!([self.tag(service, resource)]))
            .add("summary", action.title.as_str())
            .add("description", operation_text(action))
            .add_if(action.deprecated.is_some(), "deprecated", json!(true))
            .add("x-roles", json!(action.roles));
        if action.auth != Auth::Token {
            let headers = action.auth.headers().iter();
            let headers: serde_json::Map<_, _> = headers
                .map(|header| ((*header).to_owned(), json!([])))
                .collect();
            // No header at all is an empty requirement, not an empty list of them.
            operation.add("security", json!([headers]));
        }
        let paging: Vec<&str> = action.paging.iter().map(|it| it.as_str()).collect();
        operation
            .add_if(!paging.is_empty(), "x-paging", json!(paging))
            .add_if(action.repeats, "x-repeats", json!(true))
            .add_if(
                action.idempotent_reason.is_some(),
                "x-idempotent",
                json!(action.idempotent),
            );
        if !action.params.is_empty() {
            operation.add(
                "parameters",
                Json::List(
                    action
                        .params
                        .iter()
                        .map(|it| self.param(names, it))
                        .collect(),
                ),
            );
        }
        if let Some(sent) = &action.body {
            let schema = match (&sent.content, sent.ty()) {
                (_, Some(ty)) => type_schema(names, ty),
                (RequestContent::Text(_), None) => Json::Value(json!({ "type": "string" })),
                (_, None) => Json::Value(json!({ "type": "string", "format": "binary" })),
            };
            let content = media(sent.media_type(), schema);
            let body = Members::default()
                .add("required", json!(sent.required))
                .add("content", content)
                .done();
            operation.add("requestBody", body);
        }
        operation.add("responses", responses(names, action));
        operation.done()
    }

    fn param(&self, names: Names<'_>, param: &Param) -> Json {
        let mut schema = type_members(names, &param.ty);
        constraints(&mut schema, param.default.as_ref(), &param.bounds);
        let mut out = Members::default();
        out.add("name", param.wire.as_str())
            .add("in", param.location.as_str())
            .add(
                "description",
                text(
                    &param.doc,
                    param.note.as_deref(),
                    param.deprecated.as_deref(),
                ),
            )
            .add_if(
                param.required || param.location == Location::Path,
                "required",
                json!(true),
            )
            .add_if(param.deprecated.is_some(), "deprecated", json!(true));
        if matches!(param.ty, Type::List(_)) {
            let style = if param.location == Location::Query {
                "form"
            } else {
                "simple"
            };
            out.add("style", style).add("explode", json!(false));
        }
        out.add("schema", schema.done());
        out.done()
    }

    fn components(&self) -> Json {
        let header = |name: &str, about: &str| {
            Members::default()
                .add("type", "apiKey")
                .add("in", "header")
                .add("name", name)
                .add("description", about)
                .done()
        };
        let mut schemes = Members::default();
        let headers = [
            ("App-ID", "Names the application."),
            (
                "Auth-Token",
                "The application's token, bare: without `Bearer`.",
            ),
            (
                "Share-Auth-Token",
                "The token that logging in to a share returns.",
            ),
            (
                "Temp-Auth-Token",
                "The token between the two steps of a login.",
            ),
        ];
        let used = |name: &str| {
            let actions = self.resources().flat_map(|(_, resource)| &resource.actions);
            let mut used = actions.flat_map(|action| action.auth.headers());
            used.any(|header| *header == name)
        };
        for (name, about) in headers.into_iter().filter(|(name, _)| used(name)) {
            schemes.add(name, header(name, about));
        }
        Members::default()
            .add("securitySchemes", schemes.done())
            .add(
                "responses",
                Members::default()
                    .add("Error", error_response("Anything but a success."))
                    .done(),
            )
            .add("schemas", self.schemas())
            .done()
    }

    fn schemas(&self) -> Json {
        let mut all: Vec<(String, Json)> =
            vec![("Errors".into(), errors()), ("Page".into(), envelope())];
        let used = |name: &String| self.used.contains(name);
        let common = &self.api.common;
        for (name, it) in common.ids.iter().filter(|(name, _)| used(name)) {
            all.push((name.clone(), id(it)));
        }
        for (name, it) in common.enums.iter().filter(|(name, _)| used(name)) {
            all.push((name.clone(), enumeration(it)));
        }
        if let Some(service) = self.services.first() {
            let names = self.names(service);
            for (name, it) in common.models.iter().filter(|(name, _)| used(name)) {
                all.push((name.clone(), model(names, it)));
                all.extend(variants(names, it));
            }
        }
        for service in self.services {
            let names = self.names(service);
            let enums = service
                .enums
                .values()
                .map(|it| (names.name(&it.name), enumeration(it)));
            all.extend(enums.filter(|(name, _)| used(name)));
            let models = service.models.values();
            let models = models.map(|it| (names.name(&it.name), it));
            for (name, it) in models.filter(|(name, _)| used(name)) {
                all.push((name, model(names, it)));
                all.extend(variants(names, it));
            }
        }
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        Json::Members(all)
    }
}

/// Everything there is to say about an item, in paragraphs.
fn text(doc: &str, note: Option<&str>, deprecated: Option<&str>) -> String {
    let deprecated = deprecated.map(|it| format!("Deprecated: {}", sentence(it)));
    let paragraphs = [Some(sentence(doc)), note.map(sentence), deprecated];
    paragraphs
        .into_iter()
        .flatten()
        .filter(|it| !it.is_empty())
        .collect::<Vec<_>>()
        .join("\n\n")
}

fn operation_text(action: &Action) -> String {
    let roles = needs_roles(&action.roles);
    let doc = text(
        action.doc.as_deref().unwrap_or_default(),
        action.note.as_deref(),
        action.deprecated.as_deref(),
    );
    let repeat = action
        .idempotent_reason
        .as_deref()
        .map(sentence)
        .unwrap_or_default();
    let used_by = action.used_by.map(|it| it.sentence().to_owned());
    [doc, used_by.unwrap_or_default(), roles, repeat]
        .into_iter()
        .filter(|it| !it.is_empty())
        .collect::<Vec<_>>()
        .join("\n\n")
}
