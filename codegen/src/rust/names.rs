//! The public API on one page: every name that a user of the crate may write.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::api::{self, Api, Direction, Shape};
use crate::name;

use super::plan::{Kind, Model, Plan, Request, Response, Service, Types};
use super::ty;

/// Every handle, method, request, model and enum of each service, as the generator names them, by the
/// name of the service; under `common`, the ids and what several services share.
pub fn names(api: &Api) -> BTreeMap<String, String> {
    let plan = Plan::new(api);
    let mut pages = BTreeMap::new();
    for service in &plan.services {
        pages.insert(service.api.name.clone(), of_service(service));
    }
    let mut text = types(&plan.common);
    text.push_str(&words("ids", plan.ids.keys().copied()));
    pages.insert("common".to_owned(), text);
    pages
}

fn of_service(service: &Service<'_>) -> String {
    let mut text = String::new();
    for resource in &service.resources {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{} -> {}", resource.call, resource.handle);
        let rows = resource.requests.iter().map(row).collect();
        text.push_str(&table(rows));
        text.push_str(&types(&resource.types));
        text.push('\n');
    }
    let _ = writeln!(text, "shared types");
    text.push_str(&types(&service.types));
    text
}

fn row(request: &Request<'_>) -> Vec<String> {
    let deprecated = request.action.deprecated.is_some();
    vec![
        format!("{}({})", request.method, arguments(request)),
        request.ident.clone(),
        request.action.method.as_str().to_owned(),
        request.action.path.clone(),
        format!(
            "-> {}{}",
            response_text(&request.response),
            if deprecated { " (deprecated)" } else { "" }
        ),
    ]
}

fn arguments(request: &Request<'_>) -> String {
    let params = request
        .arguments()
        .into_iter()
        .map(|argument| name::bare(argument.name()).to_owned());
    let body = request.required_body().map(ty::body_text);
    params.chain(body).collect::<Vec<_>>().join(", ")
}

fn response_text(response: &Response<'_>) -> String {
    let text = match response {
        Response::Empty => "()".to_owned(),
        Response::Plain(body) | Response::Json(body) => ty::payload(body),
        Response::Optional(body) => format!("Option<{}>", ty::payload(body)),
        Response::Outcome { ident, .. } => ident.clone(),
    };
    text.replace("crate::", "")
        .replace("std::collections::", "")
}

/// Rows with aligned columns, indented.
fn table(rows: Vec<Vec<String>>) -> String {
    let mut widths: Vec<usize> = Vec::new();
    for row in &rows {
        for (index, cell) in row.iter().enumerate() {
            if index == widths.len() {
                widths.push(0);
            }
            widths[index] = widths[index].max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in &rows {
        let mut line = String::from(" ");
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(line, " {cell:width$} ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn types(types: &Types<'_>) -> String {
    let of = |direction: Direction| {
        let models = types
            .models
            .iter()
            .filter(move |model| model.api.direction == direction);
        models.map(described).collect::<Vec<_>>()
    };
    let mut text = String::new();
    text.push_str(&words("sent", of(Direction::Request)));
    text.push_str(&words("received", of(Direction::Response)));
    text.push_str(&words("both ways", of(Direction::Both)));
    text.push_str(&words("enums", types.enums.iter().map(|item| values(item))));
    text
}

fn described(model: &Model<'_>) -> String {
    match (&model.api.shape, &model.kind) {
        (
            Shape::Fields(fields),
            Kind::Struct {
                copies: Some(copies),
                ..
            },
        ) => {
            format!(
                "{} ({}, from {})",
                model.api.name,
                fields.len(),
                copies.from
            )
        }
        (Shape::Fields(fields), _) => format!("{} ({})", model.api.name, fields.len()),
        (Shape::Union { variants, .. }, _) => {
            let name = |it: &'_ api::Variant| it.model.clone().unwrap_or_else(|| it.wire.clone());
            let names: Vec<String> = variants.iter().map(name).collect();
            format!("{} ({})", model.api.name, names.join(" | "))
        }
    }
}

fn values(item: &api::Enum) -> String {
    format!("{} ({})", item.name, item.values.len())
}

/// A list of words after a label, filled into lines; nothing for no words.
fn words(label: &str, words: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    const WIDTH: usize = 110;
    let words: Vec<String> = words
        .into_iter()
        .map(|word| word.as_ref().to_owned())
        .collect();
    let mut text = String::new();
    let mut line = format!("  {label:9}");
    for (index, word) in words.iter().enumerate() {
        let comma = if index + 1 < words.len() { "," } else { "" };
        if line.len() + word.len() + 2 > WIDTH {
            let _ = writeln!(text, "{line}");
            line = " ".repeat(11);
        }
        let _ = write!(line, " {word}{comma}");
    }
    if !words.is_empty() {
        let _ = writeln!(text, "{line}");
    }
    text
}
