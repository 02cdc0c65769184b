//! How the spec spells the parts of the API.

use std::fmt::Write as _;

use crate::api::{Body, Bounds, Literal, RequestBody, RequestContent, Type};

/// A type as the spec writes it, for example `list<AssetId>`.
pub(crate) fn type_text(ty: &Type) -> String {
    match ty {
        Type::String => "string".into(),
        Type::Secret => "secret".into(),
        Type::Integer => "integer".into(),
        Type::Number => "number".into(),
        Type::Boolean => "boolean".into(),
        Type::Timestamp => "timestamp".into(),
        Type::File => "file".into(),
        Type::Any => "any".into(),
        Type::Object => "object".into(),
        Type::Id(name) | Type::Enum(name) | Type::Model(name) => name.clone(),
        Type::List(of) => format!("list<{}>", type_text(of)),
        Type::Map(of) => format!("map<{}>", type_text(of)),
    }
}

/// The body of a response as the spec writes it, for example `page<Asset>`.
pub(crate) fn body_text(body: &Body) -> String {
    match body {
        Body::Nothing => "nothing".into(),
        Body::Text => "text".into(),
        Body::Bytes => "bytes".into(),
        Body::Location => "location".into(),
        Body::Json(ty) => type_text(ty),
        Body::Page(ty) => format!("page<{}>", type_text(ty)),
        Body::Objects(ty) => format!("objects<{}>", type_text(ty)),
    }
}

/// The body of a request as the spec writes it, for example `NewAsset`, `form TokenRequest` or
/// `bytes image/*`.
pub(crate) fn request_body_text(body: &RequestBody) -> String {
    match &body.content {
        RequestContent::Json(ty) => type_text(ty),
        RequestContent::Form(ty) => format!("form {}", type_text(ty)),
        RequestContent::Multipart(ty) => format!("multipart {}", type_text(ty)),
        RequestContent::Bytes(media_type) => format!("bytes {media_type}"),
        RequestContent::Text(media_type) => format!("text {media_type}"),
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
