//! A document without its sentences: what the audit reads of it, and nothing else.

use serde_json::{Map, Value, json};

use super::read;

/// The keys of a schema that state a fact.
const OF_SCHEMAS: &[&str] = &[
    "$ref",
    "const",
    "default",
    "deprecated",
    "discriminator",
    "enum",
    "format",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "nullable",
    "pattern",
    "readOnly",
    "required",
    "type",
    "writeOnly",
    "x-flags-like",
    "x-inferred",
    "x-nullable-unknown",
];

/// The facts of a document, as compact JSON with a line for each operation and each component.
pub(super) fn facts(root: &Value) -> String {
    let paths = each(root.get("paths"), |item| {
        let mut kept = Map::new();
        put(
            &mut kept,
            "parameters",
            item.get("parameters").map(parameters),
        );
        for (key, _) in read::METHODS {
            put(&mut kept, key, item.get(key).map(operation));
        }
        Value::Object(kept)
    });
    let component = |name: &str, of: fn(&Value) -> Value| {
        each(root.pointer(&format!("/components/{name}")), of)
    };
    let components = [
        ("parameters", component("parameters", parameter)),
        ("requestBodies", component("requestBodies", with_content)),
        ("responses", component("responses", with_content)),
        ("schemas", component("schemas", schema)),
        (
            "securitySchemes",
            component("securitySchemes", |scheme| {
                only(scheme, &["type", "in", "name"])
            }),
        ),
    ];
    let mut text = String::from("{\n");
    for (key, value) in [
        ("openapi", root.get("openapi").cloned()),
        (
            "info",
            root.get("info")
                .map(|info| only(info, &["title", "version"])),
        ),
        (
            "servers",
            root.get("servers")
                .map(|servers| list(servers, |server| only(server, &["url"]))),
        ),
        ("security", root.get("security").cloned()),
    ] {
        if let Some(value) = value {
            text.push_str(&format!("{}: {value},\n", json!(key)));
        }
    }
    text.push_str("\"components\": {\n");
    let sections = components.iter().filter(|(_, members)| !members.is_empty());
    text.push_str(&joined(sections.map(|(name, members)| {
        format!("{}: {{\n{}\n}}", json!(name), lines(members))
    })));
    text.push_str("\n},\n\"paths\": {\n");
    text.push_str(&joined(paths.iter().map(|(path, item)| {
        let members = item.as_object().map(lines).unwrap_or_default();
        format!("{}: {{\n{members}\n}}", json!(path))
    })));
    text.push_str("\n}\n}\n");
    text
}

/// One line for each member.
fn lines(members: &Map<String, Value>) -> String {
    joined(
        members
            .iter()
            .map(|(name, value)| format!("{}: {value}", json!(name))),
    )
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(",\n")
}

fn each(members: Option<&Value>, of: impl Fn(&Value) -> Value) -> Map<String, Value> {
    let members = members.and_then(Value::as_object).into_iter().flatten();
    members
        .map(|(name, value)| (name.clone(), of(value)))
        .collect()
}

fn list(value: &Value, of: impl Fn(&Value) -> Value) -> Value {
    let items = value.as_array().into_iter().flatten();
    items.map(of).collect()
}

fn only(value: &Value, keys: &[&str]) -> Value {
    let members = keys.iter().filter_map(|key| Some((key, value.get(*key)?)));
    members
        .map(|(key, value)| ((*key).to_owned(), value.clone()))
        .collect()
}

fn put(members: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        members.insert(key.to_owned(), value);
    }
}

fn operation(operation: &Value) -> Value {
    let mut kept = members(only(operation, &["deprecated", "security"]));
    put(
        &mut kept,
        "x-roles",
        read::roles(operation).map(|roles| json!(roles)),
    );
    put(
        &mut kept,
        "parameters",
        operation.get("parameters").map(parameters),
    );
    put(
        &mut kept,
        "requestBody",
        operation.get("requestBody").map(with_content),
    );
    let responses = each(operation.get("responses"), with_content);
    let successes = responses
        .into_iter()
        .filter(|(status, _)| read::is_success(status));
    kept.insert(
        "responses".to_owned(),
        successes.collect::<Map<_, _>>().into(),
    );
    Value::Object(kept)
}

fn parameters(list_of: &Value) -> Value {
    list(list_of, parameter)
}

fn parameter(parameter: &Value) -> Value {
    let mut kept = members(only(
        parameter,
        &["$ref", "name", "in", "required", "deprecated"],
    ));
    put(&mut kept, "schema", parameter.get("schema").map(schema));
    Value::Object(kept)
}

/// A body or a response.
fn with_content(value: &Value) -> Value {
    let mut kept = members(only(value, &["$ref", "required"]));
    if value.get("content").is_some() {
        let content = each(value.get("content"), |media| {
            let mut kept = Map::new();
            put(&mut kept, "schema", media.get("schema").map(schema));
            Value::Object(kept)
        });
        kept.insert("content".to_owned(), content.into());
    }
    Value::Object(kept)
}

fn schema(value: &Value) -> Value {
    if value.is_boolean() {
        return value.clone();
    }
    let mut kept = members(only(value, OF_SCHEMAS));
    if value.get("properties").is_some() {
        kept.insert(
            "properties".to_owned(),
            each(value.get("properties"), schema).into(),
        );
    }
    for key in ["items", "additionalProperties"] {
        put(&mut kept, key, value.get(key).map(schema));
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        put(
            &mut kept,
            key,
            value.get(key).map(|parts| list(parts, schema)),
        );
    }
    Value::Object(kept)
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
