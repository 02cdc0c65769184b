//! How the parts of the API are spelt for people: as in the spec.

use std::fmt::Write as _;

use crate::api::{
    Api, Auth, Body, Bounds, Enum, Home, Id, Literal, Location, Method, Model, Paging, Service,
    Type,
};

/// A type as the spec writes it, for example `list<AssetId>`.
pub(crate) fn type_text(ty: &Type) -> String {
    match ty {
        Type::String => "string".into(),
        Type::Secret => "secret".into(),
        Type::Integer => "integer".into(),
        Type::Number => "number".into(),
        Type::Boolean => "boolean".into(),
        Type::Timestamp => "timestamp".into(),
        Type::Any => "any".into(),
        Type::Object => "object".into(),
        Type::Id(name) | Type::Enum(name) | Type::Model(name) => name.clone(),
        Type::List(of) => format!("list<{}>", type_text(of)),
        Type::Map(of) => format!("map<{}>", type_text(of)),
    }
}

/// The body of an answer as the spec writes it, for example `page<Asset>`.
pub(crate) fn body_text(body: &Body) -> String {
    match body {
        Body::Nothing => "nothing".into(),
        Body::Text => "text".into(),
        Body::Json(ty) => type_text(ty),
        Body::Page(ty) => format!("page<{}>", type_text(ty)),
        Body::Objects(ty) => format!("objects<{}>", type_text(ty)),
    }
}

/// The method as it stands in a request line.
pub(crate) fn method_name(method: Method) -> &'static str {
    match method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    }
}

/// The credentials as the spec names them.
pub(crate) fn auth_name(auth: Auth) -> &'static str {
    match auth {
        Auth::Token => "token",
        Auth::ShareToken => "share_token",
        Auth::AppId => "app_id",
    }
}

/// The paging style as the spec names it.
pub(crate) fn paging_name(paging: Paging) -> &'static str {
    match paging {
        Paging::Page => "page",
        Paging::Scroll => "scroll",
        Paging::LastId => "last_id",
        Paging::SearchAfter => "search_after",
    }
}

/// Where a parameter goes, as the spec names it.
pub(crate) fn location_name(location: Location) -> &'static str {
    match location {
        Location::Path => "path",
        Location::Query => "query",
        Location::Header => "header",
    }
}

/// A default as the spec writes it.
pub(crate) fn literal_text(literal: &Literal) -> String {
    match literal {
        Literal::Boolean(it) => it.to_string(),
        Literal::Integer(it) => it.to_string(),
        Literal::Number(it) => it.to_string(),
        Literal::String(it) => it.clone(),
    }
}

/// Bounds in words, for example `1 to 100`; empty where there are none.
pub(crate) fn bounds_text(bounds: &Bounds) -> String {
    let mut text = range(bounds.min, bounds.max);
    let items = range(bounds.min_items, bounds.max_items);
    if !items.is_empty() {
        let gap = if text.is_empty() { "" } else { "; " };
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{gap}{items} items");
    }
    text
}

fn range<T: std::fmt::Display>(min: Option<T>, max: Option<T>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!("{min} to {max}"),
        (Some(min), None) => format!("at least {min}"),
        (None, Some(max)) => format!("at most {max}"),
        (None, None) => String::new(),
    }
}

/// The text as a sentence: with a full stop if it lacks an end.
pub(crate) fn sentence(text: &str) -> String {
    let text = text.trim();
    let ends = [".", "!", "?", ":", "|", "```", ".)", "*"];
    if text.is_empty() || ends.iter().any(|end| text.ends_with(end)) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

/// The roles that an action needs, as a sentence.
pub(crate) fn needs_roles(roles: &[String]) -> String {
    let quoted: Vec<String> = roles.iter().map(|role| format!("`{role}`")).collect();
    match quoted.as_slice() {
        // What no document names may be needed all the same.
        [] => "No role is documented for it.".to_owned(),
        [role] => format!("Needs the role {role}."),
        roles => format!("Needs the roles {}.", all_of(roles)),
    }
}

/// "a", "a and b", "a, b and c".
pub(crate) fn all_of(words: &[String]) -> String {
    match words {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        words => words.concat(),
    }
}

/// What is said of a field that iconik sets and a request cannot.
pub(crate) const READ_ONLY: &str = "Set by iconik: a request does not change it.";

/// "1 difference", "2 differences".
pub(crate) fn count(n: usize, one: &str) -> String {
    match one.strip_suffix('y') {
        _ if n == 1 => format!("1 {one}"),
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{n} {stem}ies"),
        _ => format!("{n} {one}s"),
    }
}

/// The model of this name, whatever service it belongs to.
pub(crate) fn model<'a>(api: &'a Api, name: &str) -> Option<&'a Model> {
    api.services.iter().find_map(|it| it.models.get(name))
}

/// The enum of this name, whatever service it belongs to.
pub(crate) fn enumeration<'a>(api: &'a Api, name: &str) -> Option<&'a Enum> {
    api.services.iter().find_map(|it| it.enums.get(name))
}

/// Where the model or enum of this name was written.
pub(crate) fn home<'a>(api: &'a Api, name: &str) -> Option<&'a Home> {
    let model = model(api, name).map(|it| &it.home);
    model.or_else(|| enumeration(api, name).map(|it| &it.home))
}

/// The id of this name, whatever service it belongs to.
pub(crate) fn id<'a>(api: &'a Api, name: &str) -> Option<&'a Id> {
    api.services.iter().find_map(|it| it.ids.get(name))
}

/// The spec file that an item stands in.
pub(crate) fn file(service: &Service, home: &Home) -> String {
    let shared = || format!("spec/{}/types.yaml", service.name);
    match home {
        Home::Shared => shared(),
        Home::Resource(name) => {
            let resource = service.resources.iter().find(|it| it.name == *name);
            resource.map_or_else(shared, |it| it.file.clone())
        }
    }
}
