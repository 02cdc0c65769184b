//! Types, models and answers as schemas.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::json::{Json, Members};
use super::{Names, text};
use crate::api::{
    Action, Body, Bounds, Direction, Enum, Field, Home, Id, Literal, Model, Shape, Type, Variant,
};
use crate::sentences::sentence;
use crate::spelling::type_text;

/// A reference to a schema that every document has.
fn reference(name: &str) -> Value {
    Value::from(format!("#/components/schemas/{name}"))
}

pub(super) fn type_schema(names: Names<'_>, ty: &Type) -> Json {
    type_members(names, ty).done()
}

pub(super) fn type_members(names: Names<'_>, ty: &Type) -> Members {
    let mut schema = Members::default();
    match ty {
        Type::String => schema.add("type", "string"),
        Type::Secret => schema.add("type", "string").add("format", "password"),
        Type::Integer => schema.add("type", "integer").add("format", "int64"),
        Type::Number => schema.add("type", "number"),
        Type::Boolean => schema.add("type", "boolean"),
        Type::Timestamp => schema.add("type", "string").add("format", "date-time"),
        Type::File => schema.add("type", "string").add("format", "binary"),
        Type::Any => &mut schema,
        Type::Object => schema.add("type", "object"),
        Type::Id(name) | Type::Enum(name) | Type::Model(name) => {
            schema.add("$ref", names.reference(name))
        }
        Type::List(of) => schema
            .add("type", "array")
            .add("items", type_schema(names, of)),
        Type::Map(of) => schema
            .add("type", "object")
            .add("additionalProperties", type_schema(names, of)),
    };
    schema
}

/// The same type, or null.
fn or_null(names: Names<'_>, ty: &Type) -> Members {
    let mut schema = type_members(names, ty);
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

pub(super) fn constraints(schema: &mut Members, default: Option<&Literal>, bounds: &Bounds) {
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
    for (name, bound) in numbers {
        if let Some(bound) = bound {
            // A whole number is written without a point.
            let text = bound.to_string();
            let whole = text.parse::<i64>().map(|bound| json!(bound));
            schema.add(name, whole.unwrap_or_else(|_| json!(bound)));
        }
    }
    for (name, bound) in counts {
        if let Some(bound) = bound {
            schema.add(name, json!(bound));
        }
    }
}

pub(super) fn id(id: &Id) -> Json {
    Members::default()
        .add("type", "string")
        .add("description", sentence(&id.doc))
        .done()
}

/// Open: one of the documented values, or any other text.
pub(super) fn enumeration(it: &Enum) -> Json {
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

pub(super) fn model(names: Names<'_>, model: &Model) -> Json {
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
                .map(|it| (it.wire.clone(), field(names, model.direction, it)));
            out.add("properties", Json::Members(fields.collect()));
        }
        Shape::Union {
            tag,
            content: Some(content),
            variants,
        } => {
            let kinds = variants.iter().map(|it| adjacent(names, tag, content, it));
            out.add("oneOf", Json::List(kinds.collect()));
        }
        Shape::Union { tag, variants, .. } => {
            let refs = tagged(variants).into_keys().map(|of| {
                let reference = names.reference(&variant_name(&model.name, of));
                Json::Value(json!({ "$ref": reference }))
            });
            let mapping = variants.iter().filter_map(|it| {
                let of = it.model.as_deref()?;
                let reference = names.reference(&variant_name(&model.name, of));
                Some((it.wire.clone(), Json::Value(reference)))
            });
            let discriminator = Members::default()
                .add("propertyName", tag.as_str())
                .add("mapping", Json::Members(mapping.collect()))
                .done();
            out.add("oneOf", Json::List(refs.collect()))
                .add("discriminator", discriminator);
        }
    }
    if let Home::Resource(resource) = &model.home {
        let known = names
            .service
            .resources
            .iter()
            .any(|it| it.name == *resource);
        out.add_if(known, "x-resource", resource.as_str());
    }
    out.done()
}

/// The models of a union's variants, each with the values of the tag that mean it.
fn tagged(variants: &[Variant]) -> BTreeMap<&str, Vec<&str>> {
    let mut models: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for variant in variants {
        if let Some(model) = &variant.model {
            models.entry(model).or_default().push(&variant.wire);
        }
    }
    models
}

/// The name of a variant of a union, whose tag is required: a model alone requires none of its fields, so that
/// an object could be of several models.
fn variant_name(union: &str, model: &str) -> String {
    format!("{union}.{model}")
}

/// The variants of a union whose tag is a field of the models, by name.
pub(super) fn variants(names: Names<'_>, model: &Model) -> Vec<(String, Json)> {
    let Shape::Union {
        tag,
        content: None,
        variants,
    } = &model.shape
    else {
        return Vec::new();
    };
    let variants = tagged(variants).into_iter().map(|(of, tags)| {
        let exact = json!({
            "type": "object",
            "required": [tag],
            "properties": { (tag.as_str()): { "type": "string", "enum": tags } },
        });
        let both = json!([{ "$ref": names.reference(of) }, exact]);
        let schema = Members::default()
            .add(
                "description",
                format!("One whose `{tag}` is {}.", tags_text(&tags)),
            )
            .add("allOf", both)
            .done();
        (names.name(&variant_name(&model.name, of)), schema)
    });
    variants.collect()
}

fn tags_text(tags: &[&str]) -> String {
    let tags: Vec<String> = tags.iter().map(|tag| format!("`{tag}`")).collect();
    tags.join(" or ")
}

/// An object of one tag, whose model is one of its members.
fn adjacent(names: Names<'_>, tag: &str, content: &str, variant: &Variant) -> Json {
    let mut properties = Members::default();
    properties.add(tag, json!({ "const": variant.wire }));
    if let Some(model) = &variant.model {
        properties.add(content, json!({ "$ref": names.reference(model) }));
    }
    Members::default()
        .add("type", "object")
        .add("required", json!([tag]))
        .add("properties", properties.done())
        .done()
}

fn field(names: Names<'_>, direction: Direction, field: &Field) -> Json {
    // In an answer null and absent are the same, whatever the field.
    let null = field.may_be_null(direction);
    let mut out = if null {
        or_null(names, &field.ty)
    } else {
        type_members(names, &field.ty)
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

pub(super) fn media(kind: &str, schema: Json) -> Json {
    Members::default()
        .add(kind, Members::default().add("schema", schema).done())
        .done()
}

pub(super) fn responses(names: Names<'_>, action: &Action) -> Json {
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
            Body::Bytes => {
                let bytes = Json::Value(json!({ "type": "string", "format": "binary" }));
                response
                    .add("description", "Bytes.")
                    .add("content", media("*/*", bytes))
            }
            Body::Location => response
                .add("description", "A redirect, whose target is the result.")
                .add(
                    "headers",
                    json!({ "Location": { "schema": { "type": "string" } } }),
                ),
            Body::Json(ty) => response
                .add("description", format!("{}.", type_text(ty)))
                .add("content", media("application/json", type_schema(names, ty))),
            Body::Page(ty) => {
                let page = Json::Value(json!({ "$ref": reference("Page") }));
                let both = Json::List(vec![page, objects(names, ty)]);
                let schema = Members::default().add("allOf", both).done();
                response
                    .add("description", format!("A page of {}.", type_text(ty)))
                    .add("content", media("application/json", schema))
            }
            Body::Objects(ty) => response
                .add("description", format!("A list of {}.", type_text(ty)))
                .add("content", media("application/json", objects(names, ty))),
        };
        out.add(status.to_string(), response.done());
    }
    for (status, about) in &action.errors {
        out.add(status.to_string(), error_response(about));
    }
    out.add("default", json!({ "$ref": "#/components/responses/Error" }));
    out.done()
}

fn objects(names: Names<'_>, ty: &Type) -> Json {
    let mut list = or_null(names, &Type::List(Box::new(ty.clone())));
    let list = list.add("description", "The items.").done();
    let properties = Members::default().add("objects", list).done();
    Members::default()
        .add("type", "object")
        .add("properties", properties)
        .done()
}

pub(super) fn error_response(about: &str) -> Json {
    let schema = Json::Value(json!({ "$ref": reference("Errors") }));
    Members::default()
        .add("description", sentence(about))
        .add("content", media("application/json", schema))
        .done()
}

/// Errors come as a list of messages, or as messages by field; those of searches, with their places in the
/// request.
pub(super) fn errors() -> Json {
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
    let by_place = json!({
        "type": "object",
        "required": ["detail"],
        "properties": {
            "detail": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "loc": { "type": "array", "items": { "type": ["string", "integer"] } },
                        "msg": { "type": "string" },
                        "type": { "type": "string" },
                    },
                },
            },
        },
    });
    let forms = [list, by_field, by_place].map(Json::from);
    Members::default()
        .add(
            "description",
            "What went wrong: a list of messages, messages by field, or, from searches, messages by place.",
        )
        .add("oneOf", Json::List(forms.into()))
        .done()
}

pub(super) fn envelope() -> Json {
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
