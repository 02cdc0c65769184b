//! The API as an OpenAPI 3.1 document, for tools that do not speak Rust.
//!
//! What the spec knows and OpenAPI has no word for stands in extensions: `x-roles` (roles that an
//! operation needs), `x-paging` (its paging styles), `x-rate-limit`, `x-idempotent` where the method
//! alone would mislead.

use std::collections::BTreeSet;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

use crate::api::{
    Action, Api, Auth, Body, Bounds, Direction, Enum, Field, Home, Id, Literal, Location, Method,
    Model, Param, Resource, Service, Shape, Type,
};
use crate::words::{self, location_name, method_name, needs_roles, paging_name, sentence};

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

/// JSON whose members keep their order, so that the document reads from the general to the detail.
#[derive(Clone, Debug)]
enum Json {
    Value(Value),
    List(Vec<Json>),
    Members(Vec<(String, Json)>),
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Value(value) => value.serialize(serializer),
            Json::List(items) => items.serialize(serializer),
            Json::Members(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        Json::Value(value)
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Json::Value(Value::from(text))
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Json::Value(Value::from(text))
    }
}

/// The members of an object, in the order in which they are added.
#[derive(Default)]
struct Members(Vec<(String, Json)>);

impl Members {
    fn add(&mut self, name: impl Into<String>, value: impl Into<Json>) -> &mut Self {
        self.0.push((name.into(), value.into()));
        self
    }

    fn add_if(&mut self, when: bool, name: &str, value: impl Into<Json>) -> &mut Self {
        if when {
            self.add(name, value);
        }
        self
    }

    fn done(&mut self) -> Json {
        Json::Members(std::mem::take(&mut self.0))
    }
}

/// The names of everything that the actions of some services lead to.
fn used(api: &Api, services: &[&Service]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for action in services
        .iter()
        .flat_map(|it| &it.resources)
        .flat_map(|it| &it.actions)
    {
        action
            .params
            .iter()
            .for_each(|it| collect(api, &it.ty, &mut names));
        action
            .options
            .iter()
            .for_each(|it| collect(api, &it.ty, &mut names));
        for (_, body) in &action.returns {
            if let Body::Json(ty) | Body::Page(ty) | Body::Objects(ty) = body {
                collect(api, ty, &mut names);
            }
        }
    }
    names
}

fn collect(api: &Api, ty: &Type, names: &mut BTreeSet<String>) {
    match ty {
        Type::List(of) | Type::Map(of) => collect(api, of, names),
        Type::Id(name) | Type::Enum(name) => {
            names.insert(name.clone());
        }
        Type::Model(name) if names.insert(name.clone()) => match words::model(api, name)
            .map(|it| &it.shape)
        {
            Some(Shape::Fields(fields)) => fields.iter().for_each(|it| collect(api, &it.ty, names)),
            Some(Shape::Union { variants, .. }) => {
                variants
                    .iter()
                    .for_each(|(_, it)| collect(api, &Type::Model(it.clone()), names));
            }
            None => {}
        },
        _ => {}
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
             In an answer any field may be absent or null. A list in a query is one value, separated by commas. \
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

    fn tags(&self) -> Json {
        let tags = self.resources().map(|(_, resource)| {
            Members::default()
                .add("name", resource.name.as_str())
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
                let operation = (action.method, self.operation(resource, action));
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
                item.add(method_name(method).to_ascii_lowercase(), operation);
            }
            all.add(path, item.done());
        }
        all.done()
    }

    fn operation(&self, resource: &Resource, action: &Action) -> Json {
        let mut operation = Members::default();
        operation
            .add("operationId", format!("{}.{}", resource.name, action.name))
            .add("tags", json!([resource.name]))
            .add("summary", action.title.as_str())
            .add("description", operation_text(action))
            .add_if(action.deprecated.is_some(), "deprecated", json!(true))
            .add("x-roles", json!(action.roles));
        match action.auth {
            Auth::Token => {}
            Auth::ShareToken => {
                operation.add(
                    "security",
                    json!([{ "App-ID": [], "Share-Auth-Token": [] }]),
                );
            }
            Auth::AppId => {
                operation.add("security", json!([{ "App-ID": [] }]));
            }
        }
        let paging: Vec<&str> = action.paging.iter().map(|it| paging_name(*it)).collect();
        operation
            .add_if(!paging.is_empty(), "x-paging", json!(paging))
            .add_if(
                action.idempotent_reason.is_some(),
                "x-idempotent",
                json!(action.idempotent),
            );
        if !action.params.is_empty() {
            operation.add(
                "parameters",
                Json::List(action.params.iter().map(|it| self.param(it)).collect()),
            );
        }
        if let Some(options) = &action.options {
            let content = media("application/json", type_schema(&options.ty));
            let body = Members::default()
                .add("required", json!(options.required))
                .add("content", content)
                .done();
            operation.add("requestBody", body);
        }
        operation.add("responses", responses(action));
        operation.done()
    }

    fn param(&self, param: &Param) -> Json {
        let mut schema = type_members(&param.ty);
        constraints(&mut schema, param.default.as_ref(), &param.bounds);
        let mut out = Members::default();
        out.add("name", param.wire.as_str())
            .add("in", location_name(param.location))
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
        schemes
            .add("App-ID", header("App-ID", "Names the application."))
            .add(
                "Auth-Token",
                header(
                    "Auth-Token",
                    "The application's token, bare: without `Bearer`.",
                ),
            )
            .add(
                "Share-Auth-Token",
                header(
                    "Share-Auth-Token",
                    "What logging in to a share answers with.",
                ),
            );
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
        for service in &self.api.services {
            let used = |name: &&String| self.used.contains(*name);
            all.extend(
                service
                    .ids
                    .keys()
                    .filter(used)
                    .map(|it| (it.clone(), id(&service.ids[it]))),
            );
            all.extend(
                service
                    .enums
                    .keys()
                    .filter(used)
                    .map(|it| (it.clone(), enumeration(&service.enums[it]))),
            );
            all.extend(
                service
                    .models
                    .keys()
                    .filter(used)
                    .map(|it| (it.clone(), model(service, &service.models[it]))),
            );
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
    [doc, roles, repeat]
        .into_iter()
        .filter(|it| !it.is_empty())
        .collect::<Vec<_>>()
        .join("\n\n")
}

fn reference(name: &str) -> Value {
    Value::from(format!("#/components/schemas/{name}"))
}

fn type_schema(ty: &Type) -> Json {
    type_members(ty).done()
}

fn type_members(ty: &Type) -> Members {
    let mut schema = Members::default();
    match ty {
        Type::String => schema.add("type", "string"),
        Type::Secret => schema.add("type", "string").add("format", "password"),
        Type::Integer => schema.add("type", "integer").add("format", "int64"),
        Type::Number => schema.add("type", "number"),
        Type::Boolean => schema.add("type", "boolean"),
        Type::Timestamp => schema.add("type", "string").add("format", "date-time"),
        Type::Any => &mut schema,
        Type::Object => schema.add("type", "object"),
        Type::Id(name) | Type::Enum(name) | Type::Model(name) => {
            schema.add("$ref", reference(name))
        }
        Type::List(of) => schema.add("type", "array").add("items", type_schema(of)),
        Type::Map(of) => schema
            .add("type", "object")
            .add("additionalProperties", type_schema(of)),
    };
    schema
}

/// The same type, or null.
fn or_null(ty: &Type) -> Members {
    let mut schema = type_members(ty);
    if schema.0.is_empty() {
        // Anything may be null already.
        return schema;
    }
    for (name, value) in &mut schema.0 {
        if let ("type", Json::Value(kind)) = (name.as_str(), value) {
            *kind = json!([kind.take(), "null"]);
            return schema;
        }
    }
    let either = vec![schema.done(), Json::Value(json!({ "type": "null" }))];
    schema.add("anyOf", Json::List(either));
    schema
}

fn constraints(schema: &mut Members, default: Option<&Literal>, bounds: &Bounds) {
    if let Some(default) = default {
        schema.add(
            "default",
            match default {
                Literal::Boolean(it) => json!(it),
                Literal::Integer(it) => json!(it),
                Literal::Number(it) => json!(it),
                Literal::String(it) => json!(it),
            },
        );
    }
    let numbers = [("minimum", bounds.min), ("maximum", bounds.max)];
    let counts = [
        ("minItems", bounds.min_items),
        ("maxItems", bounds.max_items),
    ];
    let counts = counts.map(|(name, it)| (name, it.map(i64::from)));
    for (name, bound) in numbers.into_iter().chain(counts) {
        if let Some(bound) = bound {
            schema.add(name, json!(bound));
        }
    }
}

fn id(id: &Id) -> Json {
    Members::default()
        .add("type", "string")
        .add("description", sentence(&id.doc))
        .done()
}

/// Open: one of the documented values, or any other text.
fn enumeration(it: &Enum) -> Json {
    let values: Vec<&str> = it.values.iter().map(|it| it.wire.as_str()).collect();
    let documented = Members::default()
        .add("type", "string")
        .add("enum", json!(values))
        .done();
    let other = Members::default()
        .add("type", "string")
        .add("description", "A value that iconik added since.")
        .done();
    let mut about = text(&it.doc, it.note.as_deref(), None);
    let explained: Vec<String> = it
        .values
        .iter()
        .filter(|it| !it.doc.is_empty())
        .map(|it| format!("- `{}`: {}", it.wire, it.doc))
        .collect();
    if !explained.is_empty() {
        about.push_str("\n\n");
        about.push_str(&explained.join("\n"));
    }
    Members::default()
        .add("description", about)
        .add("anyOf", Json::List(vec![documented, other]))
        .done()
}

fn model(service: &Service, model: &Model) -> Json {
    let mut out = Members::default();
    out.add("description", text(&model.doc, model.note.as_deref(), None));
    match &model.shape {
        Shape::Fields(fields) => {
            let required: Vec<&str> = match model.direction {
                Direction::Response => Vec::new(),
                _ => fields
                    .iter()
                    .filter(|it| it.required)
                    .map(|it| it.wire.as_str())
                    .collect(),
            };
            out.add("type", "object")
                .add_if(!required.is_empty(), "required", json!(required));
            let fields = fields
                .iter()
                .map(|it| (it.wire.clone(), field(model.direction, it)));
            out.add("properties", Json::Members(fields.collect()));
        }
        Shape::Union { tag, variants } => {
            let refs = variants
                .iter()
                .map(|(_, name)| Json::Value(json!({ "$ref": reference(name) })));
            let mapping = variants
                .iter()
                .map(|(tag, name)| (tag.clone(), Json::Value(reference(name))));
            let discriminator = Members::default()
                .add("propertyName", tag.as_str())
                .add("mapping", Json::Members(mapping.collect()))
                .done();
            out.add("oneOf", Json::List(refs.collect()))
                .add("discriminator", discriminator);
        }
    }
    if let Home::Resource(resource) = &model.home {
        let known = service.resources.iter().any(|it| it.name == *resource);
        out.add_if(known, "x-resource", resource.as_str());
    }
    out.done()
}

fn field(direction: Direction, field: &Field) -> Json {
    // In an answer null and absent are the same, whatever the field.
    let null = field.nullable || direction == Direction::Response;
    let mut out = if null {
        or_null(&field.ty)
    } else {
        type_members(&field.ty)
    };
    constraints(&mut out, field.default.as_ref(), &field.bounds);
    let about = text(
        &field.doc,
        field.note.as_deref(),
        field.deprecated.as_deref(),
    );
    out.add_if(!about.is_empty(), "description", about)
        .add_if(field.read_only, "readOnly", json!(true))
        .add_if(field.write_only, "writeOnly", json!(true))
        .add_if(field.deprecated.is_some(), "deprecated", json!(true));
    out.done()
}

fn media(kind: &str, schema: Json) -> Json {
    Members::default()
        .add(kind, Members::default().add("schema", schema).done())
        .done()
}

fn responses(action: &Action) -> Json {
    let mut out = Members::default();
    for (status, body) in &action.returns {
        let mut response = Members::default();
        match body {
            Body::Nothing => response.add("description", "Done; there is nothing to read."),
            Body::Text => {
                let text = Members::default().add("type", "string").done();
                response
                    .add("description", "Text.")
                    .add("content", media("text/*", text))
            }
            Body::Json(ty) => response
                .add("description", format!("{}.", words::type_text(ty)))
                .add("content", media("application/json", type_schema(ty))),
            Body::Page(ty) => {
                let page = Json::Value(json!({ "$ref": reference("Page") }));
                let both = Json::List(vec![page, objects(ty)]);
                let schema = Members::default().add("allOf", both).done();
                response
                    .add(
                        "description",
                        format!("A page of {}.", words::type_text(ty)),
                    )
                    .add("content", media("application/json", schema))
            }
            Body::Objects(ty) => response
                .add(
                    "description",
                    format!("A list of {}.", words::type_text(ty)),
                )
                .add("content", media("application/json", objects(ty))),
        };
        out.add(status.to_string(), response.done());
    }
    for (status, about) in &action.errors {
        out.add(status.to_string(), error_response(about));
    }
    out.add("default", json!({ "$ref": "#/components/responses/Error" }));
    out.done()
}

fn objects(ty: &Type) -> Json {
    let mut list = or_null(&Type::List(Box::new(ty.clone())));
    let list = list.add("description", "The items.").done();
    let properties = Members::default().add("objects", list).done();
    Members::default()
        .add("type", "object")
        .add("properties", properties)
        .done()
}

fn error_response(about: &str) -> Json {
    let schema = Json::Value(json!({ "$ref": reference("Errors") }));
    Members::default()
        .add("description", sentence(about))
        .add("content", media("application/json", schema))
        .done()
}

/// Errors come as a list of messages, or as messages by field.
fn errors() -> Json {
    let list = json!({
        "type": "object",
        "required": ["errors"],
        "properties": { "errors": { "type": "array", "items": { "type": "string" } } },
    });
    let by_field = json!({
        "type": "object",
        "required": ["errors"],
        "properties": { "errors": { "type": "object", "additionalProperties": true } },
    });
    Members::default()
        .add(
            "description",
            "What went wrong: a list of messages, or messages by field.",
        )
        .add("oneOf", Json::List(vec![list.into(), by_field.into()]))
        .done()
}

fn envelope() -> Json {
    let member = |kind: &str, about: &str| json!({ "type": [kind, "null"], "description": about });
    let mut properties = Members::default();
    properties
        .add(
            "page",
            member("integer", "Number of this page, counted from 1."),
        )
        .add("pages", member("integer", "How many pages there are."))
        .add(
            "per_page",
            member("integer", "How many items a page holds."),
        )
        .add(
            "total",
            member("integer", "How many items there are in all."),
        )
        .add(
            "first_url",
            member("string", "The first page, as a path on the same host."),
        )
        .add(
            "prev_url",
            member("string", "The page before; null on the first."),
        )
        .add(
            "next_url",
            member("string", "The page after; null on the last."),
        )
        .add("last_url", member("string", "The last page."))
        .add(
            "scroll_id",
            member("string", "The cursor for the next step of a scroll."),
        )
        .add(
            "search_after",
            json!({
                "type": ["array", "null"],
                "items": {},
                "description": "The cursor behind the last item.",
            }),
        )
        .add(
            "facets",
            member("object", "Counts by value, where the list offers them."),
        );
    Members::default()
        .add(
            "description",
            "What stands around the items of a list that comes in pages.",
        )
        .add("type", "object")
        .add("properties", properties.done())
        .done()
}
