//! The API as one compact JSON document, for the local iconik of the crate.
//!
//! Types are written as in the spec, rows have no names, and each action, model and enum has a line of its
//! own, so that a change of the spec is a change of few lines.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::api::{
    Action, Api, Auth, Bounds, Enum, Field, Literal, Model, Param, RequestContent, Service, Shape,
    Type,
};
use crate::source::MARK;
use crate::spelling::{body_text, type_text};

/// Writes the description; the crate reads it in `src/mock/description.rs`.
pub(crate) fn text(api: &Api) -> String {
    let limit = api.services.first().map(|service| service.rate_limit);
    let limit = limit.unwrap_or(crate::api::RateLimit {
        per_second: 50,
        burst: 1000,
        burst_seconds: 20,
    });
    let limit = json!({
        "per_second": limit.per_second,
        "burst": limit.burst,
        "burst_seconds": limit.burst_seconds,
    });
    let ids: Vec<&String> = api.common.ids.keys().collect();
    let common = types(&api.common.models, &api.common.enums);
    let services: Vec<String> = api.services.iter().map(service).collect();
    format!(
        "{{\"{MARK} from spec; edit that instead\":true,\n\"ids\":{},\n\"rate_limit\":{limit},\n\
         \"common\":{{\n{common}}},\n\"services\":[\n{}\n]}}\n",
        json!(ids),
        services.join(",\n")
    )
}

fn service(service: &Service) -> String {
    let resources = service.resources.iter();
    let actions = resources.flat_map(|resource| {
        let actions = resource.actions.iter();
        actions.map(|item| action(&item.id(service, resource), item).to_string())
    });
    format!(
        "{{\"base_path\":{},\n\"actions\":[\n{}\n],\n{}}}",
        json!(service.base_path),
        actions.collect::<Vec<_>>().join(",\n"),
        types(&service.models, &service.enums)
    )
}

fn types(models: &BTreeMap<String, Model>, enums: &BTreeMap<String, Enum>) -> String {
    let mut fields = Vec::new();
    let mut unions = Vec::new();
    for (name, model) in models {
        match &model.shape {
            Shape::Fields(rows) => {
                let rows: Vec<Value> = rows.iter().map(field).collect();
                fields.push((name, json!(rows)));
            }
            Shape::Union {
                tag,
                content,
                variants,
            } => {
                let models = variants.iter();
                let models: BTreeMap<_, _> = models.map(|it| (&it.wire, &it.model)).collect();
                let mut union = json!({ "tag": tag, "variants": models });
                if let Some(content) = content {
                    union["content"] = json!(content);
                }
                unions.push((name, union));
            }
        }
    }
    let values = enums.iter().map(|(name, item)| {
        let values: Vec<&String> = item.values.iter().map(|value| &value.wire).collect();
        (name, json!(values))
    });
    let entries = |entries: &mut dyn Iterator<Item = (&String, Value)>| {
        let lines = entries.map(|(name, value)| format!("{}:{value}", json!(name)));
        lines.collect::<Vec<_>>().join(",\n")
    };
    format!(
        "\"models\":{{\n{}\n}},\n\"unions\":{{\n{}\n}},\n\"enums\":{{\n{}\n}}",
        entries(&mut fields.into_iter()),
        entries(&mut unions.into_iter()),
        entries(&mut values.into_iter())
    )
}

fn action(id: &str, action: &Action) -> Value {
    let mut members = json!({
        "id": id,
        "method": action.method.as_str(),
        "path": action.path,
        "params": action.params.iter().map(param).collect::<Vec<_>>(),
        "returns": action.returns.iter().map(|(status, body)| json!([status, body_text(body)])).collect::<Vec<_>>(),
    });
    if !action.roles.is_empty() {
        members["roles"] = json!(action.roles);
    }
    if action.auth != Auth::Token {
        members["auth"] = json!(action.auth.as_str());
    }
    if let Some(body) = &action.body {
        let (kind, ty) = match &body.content {
            RequestContent::Json(ty) => ("json", type_text(ty)),
            RequestContent::Form(ty) => ("form", type_text(ty)),
            RequestContent::Multipart(ty) => ("multipart", type_text(ty)),
            RequestContent::Bytes(_) => ("bytes", type_text(&Type::Any)),
            RequestContent::Text(_) => ("text", type_text(&Type::Any)),
        };
        members["body"] = json!({ "kind": kind, "type": ty, "required": body.required });
    }
    if !action.paging.is_empty() {
        members["paging"] = action.paging.iter().map(|style| style.as_str()).collect();
    }
    members
}

fn param(param: &Param) -> Value {
    let flags = if param.required { "r" } else { "" };
    let mut row = json!([
        param.wire,
        param.location.as_str(),
        type_text(&param.ty),
        flags
    ]);
    add_limits(&mut row, param.default.as_ref(), &param.bounds);
    row
}

fn field(field: &Field) -> Value {
    let flags = [
        (field.required, 'r'),
        (field.nullable, 'n'),
        (field.read_only, 'o'),
        (field.write_only, 'w'),
    ];
    let flags: String = flags
        .iter()
        .filter(|(set, _)| *set)
        .map(|(_, flag)| flag)
        .collect();
    let mut row = json!([field.wire, type_text(&field.ty), flags]);
    add_limits(&mut row, field.default.as_ref(), &field.bounds);
    row
}

/// Adds the default and the bounds to a row, if there are any.
fn add_limits(row: &mut Value, default: Option<&Literal>, bounds: &Bounds) {
    let default = default.map(|default| match default {
        Literal::Boolean(value) => json!(value),
        Literal::Integer(value) => json!(value),
        Literal::Number(value) => json!(value),
        Literal::String(value) => json!(value),
    });
    let limits = [
        ("default", default),
        ("min", bounds.min.map(Value::from)),
        ("max", bounds.max.map(Value::from)),
        ("min_items", bounds.min_items.map(Value::from)),
        ("max_items", bounds.max_items.map(Value::from)),
    ];
    let limits = limits
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let limits: serde_json::Map<_, _> = limits.collect();
    if let (false, Value::Array(row)) = (limits.is_empty(), row) {
        row.push(limits.into());
    }
}
