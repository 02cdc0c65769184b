//! The words of the doc comments.

use proc_macro2::TokenStream;
use quote::quote;

use crate::api::{
    Auth, Body, Bounds, Direction, Enum, EnumValue, Literal, RequestBody, Type, UsedBy,
};
use crate::name;
use crate::sentences::{READ_ONLY, all_of, needs_roles, sentence};
use crate::spelling::literal_text;

use super::plan::{
    Argument, Field, Kind, Known, Model, Param, Request, Resource, Response, Service,
};
use super::{models, ty};

/// Doc lines are filled up to this width, so that the source stays readable.
const WIDTH: usize = 92;

/// Paragraphs of documentation.
#[derive(Default)]
pub(crate) struct Docs(Vec<String>);

impl Docs {
    /// Begins with this paragraph.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(vec![text.into()])
    }

    /// Adds a paragraph; an empty one adds nothing.
    pub(crate) fn and(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        if !text.trim().is_empty() {
            self.0.push(text);
        }
        self
    }

    /// The lines, filled, with an empty one between paragraphs.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for text in &self.0 {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            lines.extend(filled(text));
        }
        lines
    }

    /// The lines as attributes of the item that follows.
    pub(crate) fn attributes(&self) -> TokenStream {
        let lines = self.lines().into_iter().map(|line| match line.as_str() {
            "" => line,
            _ => format!(" {line}"),
        });
        quote!(#(#[doc = #lines])*)
    }
}

/// Breaks prose into lines. What is laid out already (lists, tables, code) keeps its lines.
fn filled(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut in_code = false;
    let mut goes_on = false;
    for raw in text.trim().lines() {
        let line = raw.trim_end();
        let fence = line.trim_start().starts_with("```");
        if in_code || fence {
            in_code ^= fence;
            lines.push(line.to_owned());
            goes_on = false;
            continue;
        }
        let begins = line.is_empty() || line.trim_start().starts_with(['-', '*', '|', '#', '>']);
        if begins || !goes_on {
            lines.push(String::new());
        }
        let indent = if line.trim_start().starts_with("- ") {
            "  "
        } else {
            ""
        };
        fill(&mut lines, line, indent);
        goes_on = !line.is_empty() && !line.starts_with('|');
    }
    lines
}

fn fill(lines: &mut Vec<String>, text: &str, indent: &str) {
    for word in words(text) {
        let Some(last) = lines.last_mut() else { return };
        if last.is_empty() {
            last.push_str(&word);
        } else if last.chars().count() + 1 + word.chars().count() <= WIDTH {
            last.push(' ');
            last.push_str(&word);
        } else {
            lines.push(format!("{indent}{word}"));
        }
    }
}

/// The words of a line; code between backticks is one of them.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut in_code = false;
    for word in text.split_whitespace() {
        match words.last_mut().filter(|_| in_code) {
            Some(code) => {
                code.push(' ');
                code.push_str(word);
            }
            None => words.push(word.to_owned()),
        }
        in_code ^= word.matches('`').count() % 2 == 1;
    }
    words
}

/// A service: what it is for, and the feature that it needs.
pub(crate) fn service(service: &Service<'_>) -> Docs {
    Docs::new(sentence(&service.api.about)).and(needs_feature(service))
}

/// The handle of a service.
pub(crate) fn service_handle(service: &Service<'_>) -> Docs {
    Docs::new(sentence(&service.api.about)).and(format!(
        "Returned by [`Client::{0}`](crate::Client::{0}).",
        service.module
    ))
}

/// The method of the client that returns the handle of a service.
pub(crate) fn client_method(service: &Service<'_>) -> Docs {
    Docs::new(sentence(&service.api.about)).and(needs_feature(service))
}

fn needs_feature(service: &Service<'_>) -> String {
    format!("Needs the cargo feature `{}`.", service.feature)
}

/// A resource: what it is.
pub(crate) fn resource(resource: &Resource<'_>) -> Docs {
    Docs::new(sentence(&resource.api.about))
}

/// The handle of a resource.
pub(crate) fn handle(service: &Service<'_>, resource: &Resource<'_>) -> Docs {
    Docs::new(sentence(&resource.api.about)).and(format!(
        "Returned by [`{0}::{1}`](super::super::{0}::{1}).",
        service.handle, resource.accessor
    ))
}

/// The method of a service's handle that returns the handle of a resource.
pub(crate) fn accessor(resource: &Resource<'_>) -> Docs {
    Docs::new(sentence(&resource.api.about))
}

/// The request's type: the method documents the rest.
pub(crate) fn request(resource: &Resource<'_>, request: &Request<'_>) -> Docs {
    let deprecated = match &request.action.deprecated {
        Some(reason) => format!("Deprecated: {}", sentence(reason)),
        None => String::new(),
    };
    let title = &request.action.title;
    Docs::new(format!(
        "{title}: [`{0}::{1}`](super::{0}::{1}).",
        resource.handle, request.method
    ))
    .and(deprecated)
}

/// The method of the handle: all about the action, except the example.
pub(crate) fn method(request: &Request<'_>, known: &Known<'_>) -> Docs {
    let action = request.action;
    Docs::new(format!(
        "{}: `{} {}`.",
        action.title,
        action.method.as_str(),
        action.path
    ))
    .and(action.doc.as_deref().map(sentence).unwrap_or_default())
    .and(action.used_by.map(UsedBy::sentence).unwrap_or_default())
    .and(needs_and_returns(request))
    .and(arguments(request, known))
    .and(set_by_name(request))
    .and(repeats(request))
    .and(errors(request))
    .and(noted(action.note.as_deref()))
}

fn needs_and_returns(request: &Request<'_>) -> String {
    let action = request.action;
    let takes = match action.auth {
        Auth::Token => "",
        Auth::ShareToken => "Takes the token of a share in place of the application's.",
        Auth::AppId => "Takes the App-ID alone, without a token.",
        Auth::TemporaryToken => "Takes the temporary token of a login in two steps.",
        Auth::None => "Takes no credentials, and sends none.",
    };
    // Only the token of an application has roles.
    let needs = match (action.auth, action.roles.as_slice()) {
        (Auth::Token, roles) => needs_roles(roles),
        (_, []) => String::new(),
        (_, roles) => needs_roles(roles),
    };
    let optional =
        request.optional().any(|param| !param.by_name) || request.optional_body().is_some();
    let more = match optional {
        true => format!("Optional arguments are set on [`{}`].", request.ident),
        false => String::new(),
    };
    let pages = match action.paging.is_empty() {
        true => String::new(),
        false => {
            format!(
                "[`items`]({}::items) returns the items of all pages.",
                request.ident
            )
        }
    };
    join([takes, &needs, &returns(&request.response), &pages, &more])
}

fn returns(response: &Response<'_>) -> String {
    match response {
        Response::Empty => "Returns no content.".to_owned(),
        Response::Plain(body) => format!("Returns {}.", body_in_words(body)),
        Response::Json(body) => format!("Returns {}.", answer_in_words(body)),
        Response::Optional(body) => format!("Returns {}, or no content.", answer_in_words(body)),
        Response::Outcome { ident, .. } => format!("Returns [`{ident}`]."),
    }
}

/// What a body holds, with an article where it is one thing.
fn answer_in_words(body: &Body) -> String {
    let text = body_in_words(body);
    match body {
        Body::Json(Type::Model(name) | Type::Enum(name)) => format!("{} {text}", article(name)),
        _ => text,
    }
}

/// The article before the name of a type. `U` is not among the vowels: it begins names like `User`.
fn article(name: &str) -> &'static str {
    if name.starts_with(['A', 'E', 'I', 'O']) {
        "an"
    } else {
        "a"
    }
}

/// What a body holds.
pub(crate) fn body_in_words(body: &Body) -> String {
    match body {
        Body::Nothing => "nothing".to_owned(),
        Body::Text => "text".to_owned(),
        Body::Bytes => "bytes".to_owned(),
        Body::Location => "the target of a redirect, which is not followed".to_owned(),
        Body::Json(ty) => ty::in_words(ty),
        Body::Page(ty) => format!("a [`Page`](crate::Page) of {}", ty::in_words(ty)),
        Body::Objects(ty) => format!("a [`List`](crate::List) of {}", ty::in_words(ty)),
    }
}

fn arguments(request: &Request<'_>, known: &Known<'_>) -> String {
    let params = request.arguments().into_iter().map(|argument| {
        let about = match argument {
            Argument::Param(param) => about_param(param).0.join(" "),
            Argument::Object {
                object_type,
                object_id,
            } => format!(
                "{} {} See [`ObjectRef`](crate::ObjectRef).",
                about_param(object_id).0.join(" "),
                about_param(object_type).0.join(" "),
            ),
        };
        format!("- `{}`: {about}", name::bare(argument.name()))
    });
    let body = request
        .required_body()
        .map(|body| format!("- `body`: {}", about_body(body, known)));
    params.chain(body).collect::<Vec<_>>().join("\n")
}

/// Which required parameters are no arguments.
fn set_by_name(request: &Request<'_>) -> String {
    let names = request.by_name().map(|param| {
        let name = name::bare(&param.ident);
        format!("[`{name}`]({}::{name})", request.ident)
    });
    let names: Vec<String> = names.collect();
    match names.is_empty() {
        true => String::new(),
        false => format!("iconik also requires {}: set them by name.", all_of(&names)),
    }
}

/// The setter of a parameter.
pub(crate) fn param_setter(param: &Param<'_>) -> Docs {
    let docs = about_param(param);
    match param.by_name {
        true => docs.and("iconik requires it."),
        false => docs,
    }
}

/// The body: the documentation of its model.
pub(crate) fn about_body(body: &RequestBody, known: &Known<'_>) -> String {
    let model = match body.ty() {
        Some(Type::Model(name)) => known.model(name),
        _ => None,
    };
    match (model, body.ty()) {
        (Some(model), _) => sentence(model.doc.split("\n\n").next().unwrap_or_default()),
        (None, Some(ty)) => format!("The JSON body: {}.", ty::in_words(ty)),
        (None, None) if ty::names_media_type(body) => {
            format!(
                "The body, with its media type: one of `{}`.",
                body.media_type()
            )
        }
        (None, None) => format!("The body, of the media type `{}`.", body.media_type()),
    }
}

fn repeats(request: &Request<'_>) -> String {
    let by_method = request.action.method.is_idempotent();
    match (request.action.idempotent, by_method) {
        (true, false) => {
            let reason = request
                .action
                .idempotent_reason
                .as_deref()
                .unwrap_or_default();
            format!("Sending it twice does no harm. {}", sentence(reason))
        }
        (false, true) => {
            let reason = request
                .action
                .idempotent_reason
                .as_deref()
                .unwrap_or_default();
            format!(
                "Sending it twice is not the same as once. {}",
                sentence(reason)
            )
        }
        _ => String::new(),
    }
}

fn errors(request: &Request<'_>) -> String {
    let errors = &request.action.errors;
    if errors.is_empty() {
        return String::new();
    }
    let list: Vec<String> = errors
        .iter()
        .map(|(status, text)| format!("- `{status}`: {}", sentence(text)))
        .collect();
    format!("Fails with:\n\n{}", list.join("\n"))
}

/// A parameter: on its setter, or in the list of the method's arguments.
pub(crate) fn about_param(param: &Param<'_>) -> Docs {
    let api = param.api;
    let facts = facts(api.default.as_ref(), &api.bounds);
    Docs::new(join([&sentence(&api.doc), &facts])).and(noted(api.note.as_deref()))
}

/// A field of a model.
pub(crate) fn field(model: &Model<'_>, field: &Field<'_>) -> Docs {
    let api = field.api;
    let sent = model.api.direction != Direction::Response;
    let set_by_iconik = match api.read_only && sent {
        true => READ_ONLY,
        false => "",
    };
    let facts = facts(api.default.as_ref(), &api.bounds);
    let never_answered = match api.write_only && model.api.direction == Direction::Both {
        true => "Never part of a response.",
        false => "",
    };
    let deprecated = match &api.deprecated {
        Some(reason) => format!("Deprecated: {}", sentence(reason)),
        None => String::new(),
    };
    Docs::new(join([
        &sentence(&api.doc),
        &facts,
        set_by_iconik,
        never_answered,
    ]))
    .and(noted(api.note.as_deref()))
    .and(deprecated)
}

/// The attribute that marks an item as deprecated.
pub(crate) fn deprecated(note: &Option<String>) -> Option<TokenStream> {
    note.as_ref().map(|note| quote!(#[deprecated = #note]))
}

/// The setter of a field: the first paragraph of the field's own documentation.
pub(crate) fn setter(field: &Field<'_>) -> Docs {
    let first = field.api.doc.split("\n\n").next().unwrap_or_default();
    let required = match field.by_name {
        true => "iconik requires it.",
        false => "",
    };
    Docs::new(join([
        &sentence(first),
        required,
        &facts(field.api.default.as_ref(), &field.api.bounds),
    ]))
}

/// The method that returns the id.
pub(crate) fn id() -> Docs {
    Docs::new("Returns the `id`, or an error if the response did not contain it.")
        .and("# Errors")
        .and("One of the kind [`ErrorKind::Decode`](crate::ErrorKind::Decode).")
}

/// The method that sends null.
pub(crate) fn clear(field: &Field<'_>) -> Docs {
    Docs::new(format!(
        "Clears `{}`: sends `null`.",
        name::bare(&field.ident)
    ))
}

/// A model.
pub(crate) fn model(model: &Model<'_>) -> Docs {
    Docs::new(sentence(&model.api.doc))
        .and(noted(model.api.note.as_deref()))
        .and(copied(model))
}

/// What a model copies from the response that it is made from.
fn copied(model: &Model<'_>) -> String {
    let Kind::Struct {
        copies: Some(copies),
        ..
    } = &model.kind
    else {
        return String::new();
    };
    let from = copies.from;
    if models::is_made_of_changes(model, copies) {
        return format!(
            "[`changes`](Self::changes) makes one of what differs between two states of {} [`{from}`].",
            article(from)
        );
    }
    let missing: Vec<String> = copies
        .required
        .iter()
        .map(|field| format!("`{}`", field.wire))
        .collect();
    let fails = match missing.is_empty() {
        true => String::new(),
        false => format!("Fails if the response lacks {}.", missing.join(" or ")),
    };
    let taken = format!(
        "Made from {} [`{from}`], it takes over every field that both have, except those that iconik \
         sets. All of them, states included, go back as they were read, over what others have \
         changed since: to change a few fields, begin with `new`.",
        article(from)
    );
    join([&taken, &fails])
}

/// An enum.
pub(crate) fn an_enum(item: &Enum) -> Docs {
    Docs::new(sentence(&item.doc)).and(noted(item.note.as_deref()))
}

/// A value of an enum.
pub(crate) fn value(value: &EnumValue) -> Docs {
    let doc = sentence(&value.doc);
    let wire = match value.wire.as_str() {
        "" => "Empty text".to_owned(),
        wire => format!("`{wire}`"),
    };
    match doc.as_str() {
        "" => Docs::new(wire),
        _ => Docs::new(format!("{wire}: {doc}")),
    }
}

/// Default and bounds, as sentences.
fn facts(default: Option<&Literal>, bounds: &Bounds) -> String {
    let default = default.map(|literal| format!("Default: `{}`.", literal_text(literal)));
    let range = match (bounds.min, bounds.max) {
        (Some(min), Some(max)) => Some(format!("From {min} to {max}.")),
        (Some(min), None) => Some(format!("At least {min}.")),
        (None, Some(max)) => Some(format!("At most {max}.")),
        (None, None) => None,
    };
    let items = |n: u32| format!("{n} item{}", if n == 1 { "" } else { "s" });
    let items = match (bounds.min_items, bounds.max_items) {
        (Some(min), Some(max)) => Some(format!("From {min} to {max} items.")),
        (Some(min), None) => Some(format!("At least {}.", items(min))),
        (None, Some(max)) => Some(format!("At most {}.", items(max))),
        (None, None) => None,
    };
    [default, range, items]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}

fn noted(note: Option<&str>) -> String {
    note.map(|note| format!("Note: {}", sentence(note)))
        .unwrap_or_default()
}

fn join<const N: usize>(parts: [&str; N]) -> String {
    parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_filled_and_lists_stay_lists() {
        let text = "One\ntwo.\n- a\n  b\n- c\n\n```\nlet  x;\n```\nThree.";
        assert_eq!(
            Docs::new(text).lines(),
            [
                "One two.", "- a b", "- c", "", "```", "let  x;", "```", "Three."
            ]
        );
    }

    #[test]
    fn code_is_not_broken() {
        let text = format!("{} `GET /v1/a/`.", "word ".repeat(17).trim());
        let lines = Docs::new(text).lines();
        assert_eq!(lines.last().map(String::as_str), Some("`GET /v1/a/`."));
    }

    #[test]
    fn a_sentence_ends_with_one_full_stop() {
        for (text, sentence_of_it) in [("A", "A."), ("A.", "A."), ("`a`", "`a`."), ("A?", "A?")] {
            assert_eq!(sentence(text), sentence_of_it);
        }
    }
}
