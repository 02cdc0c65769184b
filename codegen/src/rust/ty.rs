//! The Rust type of everything that has a type in the API, and what its setter takes.

use proc_macro2::TokenStream;
use quote::quote;

use crate::api::{Action, Body, RequestBody, RequestContent, Type};
use crate::name::ident;

use super::plan::{Field, Holder, Param, Response};

/// Every type that an action names.
pub(crate) fn of_action(action: &Action) -> impl Iterator<Item = &Type> {
    let params = action.params.iter().map(|param| &param.ty);
    let body = action.body.iter().filter_map(RequestBody::ty);
    let returns = action.returns.iter().filter_map(|(_, body)| body.ty());
    params.chain(body).chain(returns)
}

/// The type itself.
pub(crate) fn bare(ty: &Type) -> TokenStream {
    match ty {
        Type::String => quote!(String),
        Type::Secret => quote!(crate::Secret),
        Type::Integer => quote!(i64),
        Type::Number => quote!(f64),
        Type::Boolean => quote!(bool),
        Type::Timestamp => quote!(crate::Timestamp),
        Type::File => quote!(crate::FilePart),
        Type::Any | Type::Object => quote!(crate::RawJson),
        Type::Id(name) | Type::Enum(name) | Type::Model(name) => {
            let name = ident(name);
            quote!(#name)
        }
        Type::List(inner) => {
            let inner = bare(inner);
            quote!(Vec<#inner>)
        }
        Type::Map(inner) => {
            let inner = bare(inner);
            quote!(std::collections::BTreeMap<String, #inner>)
        }
    }
}

/// The type of a model's field.
pub(crate) fn of_field(field: &Field<'_>) -> TokenStream {
    let ty = bare(&field.api.ty);
    let ty = if field.boxed { quote!(Box<#ty>) } else { ty };
    match field.holder {
        Holder::Plain => ty,
        Holder::Option => quote!(Option<#ty>),
        Holder::Nullable => quote!(crate::Nullable<#ty>),
    }
}

/// The type of a request's field for a parameter. An empty list is not an unset one.
pub(crate) fn of_param(param: &Param<'_>) -> TokenStream {
    let ty = bare(&param.api.ty);
    match param.required {
        true => ty,
        false => quote!(Option<#ty>),
    }
}

/// The type of a request's field for the body.
pub(crate) fn of_body(body: &RequestBody) -> TokenStream {
    let ty = body_itself(body);
    if body.required {
        ty
    } else {
        quote!(Option<#ty>)
    }
}

fn body_itself(body: &RequestBody) -> TokenStream {
    match (&body.content, body.ty()) {
        (_, Some(ty)) => bare(ty),
        (RequestContent::Text(_), None) => quote!(String),
        (_, None) if names_media_type(body) => quote!(crate::MediaContent),
        (_, None) => quote!(crate::Content),
    }
}

/// Whether the caller chooses the media type of the body.
pub(crate) fn names_media_type(body: &RequestBody) -> bool {
    matches!(&body.content, RequestContent::Bytes(range) if range.ends_with("/*"))
}

/// The type that the argument for the body is declared with.
pub(crate) fn body_argument(body: &RequestBody) -> TokenStream {
    match body.ty() {
        Some(ty) => argument(ty),
        None => {
            let ty = body_itself(body);
            quote!(impl Into<#ty>)
        }
    }
}

/// The value of such an argument, as the type itself.
pub(crate) fn body_from_argument(body: &RequestBody) -> TokenStream {
    match body.ty() {
        Some(ty) => from_argument(ty, "body"),
        None => quote!(body.into()),
    }
}

/// The type of the body, as one would write it.
pub(crate) fn body_text(body: &RequestBody) -> String {
    match body.ty() {
        Some(ty) => text(ty),
        None => body_itself(body).to_string().replace(' ', ""),
    }
}

/// The type that an argument is declared with, so that callers need not convert.
pub(crate) fn argument(ty: &Type) -> TokenStream {
    let bare = bare(ty);
    match ty {
        Type::Integer | Type::Number | Type::Boolean => bare,
        Type::List(inner) => {
            let item = argument_item(inner);
            quote!(impl IntoIterator<Item = #item>)
        }
        Type::Map(inner) => {
            let item = argument_item(inner);
            quote!(impl IntoIterator<Item = (impl Into<String>, #item)>)
        }
        _ => quote!(impl Into<#bare>),
    }
}

fn argument_item(ty: &Type) -> TokenStream {
    let bare = bare(ty);
    if is_plain(ty) {
        bare
    } else {
        quote!(impl Into<#bare>)
    }
}

/// Whether an item of a list is taken as it is.
fn is_plain(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Integer | Type::Number | Type::Boolean | Type::List(_) | Type::Map(_)
    )
}

/// The value of such an argument, as the type itself.
pub(crate) fn from_argument(ty: &Type, argument: &str) -> TokenStream {
    let argument = ident(argument);
    converted(ty, quote!(#argument))
}

/// What an argument of this type becomes: the type itself.
pub(crate) fn converted(ty: &Type, value: TokenStream) -> TokenStream {
    match ty {
        Type::Integer | Type::Number | Type::Boolean => value,
        Type::List(inner) if is_plain(inner) => quote!(#value.into_iter().collect()),
        Type::List(_) => quote!(#value.into_iter().map(Into::into).collect()),
        Type::Map(inner) => {
            let item = if is_plain(inner) {
                quote!(value)
            } else {
                quote!(value.into())
            };
            quote!(#value.into_iter().map(|(key, value)| (key.into(), #item)).collect())
        }
        _ => quote!(#value.into()),
    }
}

/// Whether the value of such an argument is the argument itself.
pub(crate) fn is_taken_as_it_is(ty: &Type) -> bool {
    matches!(ty, Type::Integer | Type::Number | Type::Boolean)
}

/// The name of the spec in a type, if there is one.
pub(crate) fn name(ty: &Type) -> Option<&str> {
    match ty.innermost() {
        Type::Id(name) | Type::Enum(name) | Type::Model(name) => Some(name),
        _ => None,
    }
}

/// The decoder of a response.
pub(crate) fn of_response(response: &Response<'_>) -> String {
    match response {
        Response::Empty => "crate::response::Empty".to_owned(),
        Response::Plain(body) | Response::Json(body) => decoder(body),
        Response::Optional(body) => format!("crate::response::OptionalJson<{}>", payload(body)),
        Response::Outcome { ident, .. } => ident.clone(),
    }
}

/// The decoder of a body.
pub(crate) fn decoder(body: &Body) -> String {
    match body {
        Body::Nothing => "crate::response::Empty".to_owned(),
        Body::Text => "crate::response::Text".to_owned(),
        Body::Bytes => "crate::response::Binary".to_owned(),
        Body::Location => "crate::response::Redirect".to_owned(),
        Body::Json(_) | Body::Page(_) | Body::Objects(_) => {
            format!("crate::response::Json<{}>", payload(body))
        }
    }
}

/// What a body decodes into.
pub(crate) fn payload(body: &Body) -> String {
    match body {
        Body::Nothing => "()".to_owned(),
        Body::Text | Body::Location => "String".to_owned(),
        Body::Bytes => "bytes::Bytes".to_owned(),
        Body::Json(ty) => text(ty),
        Body::Page(ty) => format!("crate::Page<{}>", text(ty)),
        Body::Objects(ty) => format!("crate::List<{}>", text(ty)),
    }
}

/// The type itself, as one would write it.
pub(crate) fn text(ty: &Type) -> String {
    match ty {
        Type::List(inner) => format!("Vec<{}>", text(inner)),
        Type::Map(inner) => format!("std::collections::BTreeMap<String, {}>", text(inner)),
        ty => bare(ty).to_string().replace(' ', ""),
    }
}

/// Where a doc comment may link to the type, the link; else its name in words.
pub(crate) fn in_words(ty: &Type) -> String {
    match ty {
        Type::String => "text".to_owned(),
        Type::Secret => "a secret".to_owned(),
        Type::Integer | Type::Number => "a number".to_owned(),
        Type::Boolean => "`true` or `false`".to_owned(),
        Type::Timestamp => "a point in time".to_owned(),
        Type::File => "a file".to_owned(),
        Type::Any => "JSON".to_owned(),
        Type::Object => "a JSON object".to_owned(),
        Type::Id(name) | Type::Enum(name) | Type::Model(name) => format!("[`{name}`]"),
        Type::List(inner) => format!("a list of {}", in_words(inner)),
        Type::Map(inner) => format!("a map of {}", in_words(inner)),
    }
}
