//! Example values by type, for the doc examples and the wire tests.

use proc_macro2::TokenStream;
use quote::quote;

use crate::api::{Bounds, Direction, Literal, RequestBody, RequestContent, Type};
use crate::name::{self, ident};

use super::plan::{Argument, Field, Kind, Known, Model, Param, Request, Variant};
use super::ty;

/// How much of a model is filled in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fill {
    /// What it cannot be made without. Text is named after its field, so that a test shows which is
    /// which.
    Least,
    /// The same and, where that is nothing, one field to show how, with text that people might write.
    Typical,
    /// A call of the function that fills in everything.
    Most,
}

/// The arguments of the handle's method, which are also those of the request's `new`.
pub(crate) fn arguments(request: &Request<'_>, known: &Known<'_>, fill: Fill) -> Vec<TokenStream> {
    let params = request
        .arguments()
        .into_iter()
        .map(|argument| match argument {
            Argument::Param(param) => of_param(param, known, fill),
            Argument::Object {
                object_type,
                object_id,
            } => {
                let object_type = of_param(object_type, known, fill);
                let object_id = of_param(object_id, known, fill);
                quote!((#object_type, #object_id))
            }
        });
    // A selection of nothing is refused.
    let fill_of_body = match fill == Fill::Least && request.selects(known) {
        true => Fill::Typical,
        false => fill,
    };
    let body = request
        .required_body()
        .map(|body| of_body(body, known, fill_of_body));
    let mut arguments: Vec<_> = params.collect();
    arguments.extend(body);
    arguments
}

/// The setters of the other parameters that iconik requires, called.
pub(crate) fn by_name(request: &Request<'_>, known: &Known<'_>, fill: Fill) -> TokenStream {
    let setters = request.by_name().map(|param| {
        let (setter, value) = (ident(&param.ident), of_param(param, known, fill));
        quote!(.#setter(#value))
    });
    quote!(#(#setters)*)
}

/// A value for a parameter.
pub(crate) fn of_param(param: &Param<'_>, known: &Known<'_>, fill: Fill) -> TokenStream {
    let api = param.api;
    let hint = Hint {
        name: &api.wire,
        default: api.default.as_ref(),
        bounds: &api.bounds,
        doc: &api.doc,
    };
    value(&api.ty, &hint, known, fill)
}

/// A value for the body.
pub(crate) fn of_body(body: &RequestBody, known: &Known<'_>, fill: Fill) -> TokenStream {
    match (&body.content, body.ty()) {
        (_, Some(ty)) => value(ty, &Hint::none("body"), known, fill),
        (RequestContent::Text(_), None) => quote!("<?xml version=\"1.0\"?>"),
        (RequestContent::Bytes(range), None) if ty::names_media_type(body) => {
            let media_type = match range.as_str() {
                "image/*" => "image/png".to_owned(),
                range => range.replace('*', "x-example"),
            };
            quote!(iconik_api::MediaContent::new(#media_type, "content"))
        }
        (_, None) => quote!("content"),
    }
}

/// A value for a field.
pub(crate) fn of_field(field: &Field<'_>, known: &Known<'_>, fill: Fill) -> TokenStream {
    let api = field.api;
    let hint = Hint {
        name: &api.wire,
        default: api.default.as_ref(),
        bounds: &api.bounds,
        doc: &api.doc,
    };
    value(&api.ty, &hint, known, fill)
}

/// The same for a field of a model that is constructed: a list or a map is empty where its items would
/// contain the model again, without end.
fn of_field_inside(
    model: &Model<'_>,
    field: &Field<'_>,
    known: &Known<'_>,
    fill: Fill,
) -> TokenStream {
    match &field.api.ty {
        Type::List(inner) if known.holds(inner, &model.api.name) => {
            let inner = ty::bare(inner);
            quote!(Vec::<#inner>::new())
        }
        Type::Map(inner) if known.holds(inner, &model.api.name) => {
            let inner = ty::bare(inner);
            quote!(std::collections::BTreeMap::<String, #inner>::new())
        }
        _ => of_field(field, known, fill),
    }
}

/// A value for a field that is assigned, not set: of exactly its type.
pub(crate) fn exactly(field: &Field<'_>, known: &Known<'_>, fill: Fill) -> TokenStream {
    let api = field.api;
    let hint = Hint {
        name: &api.wire,
        default: api.default.as_ref(),
        bounds: &api.bounds,
        doc: &api.doc,
    };
    exact(&api.ty, &hint, known, fill)
}

fn exact(ty: &Type, hint: &Hint<'_>, known: &Known<'_>, fill: Fill) -> TokenStream {
    match ty {
        Type::List(inner) => {
            let item = exact(inner, hint, known, fill);
            quote!(vec![#item])
        }
        Type::Map(inner) => {
            let item = exact(inner, hint, known, fill);
            quote!([("key".to_owned(), #item)].into())
        }
        Type::String | Type::Secret | Type::Any | Type::Object | Type::Timestamp | Type::Id(_) => {
            let value = value(ty, hint, known, fill);
            quote!(#value.into())
        }
        ty => value(ty, hint, known, fill),
    }
}

/// A model made by its constructor.
pub(crate) fn construct(model: &Model<'_>, known: &Known<'_>, fill: Fill) -> TokenStream {
    let name = ident(&model.api.name);
    match &model.kind {
        Kind::Struct { fields, .. } => {
            let required: Vec<_> = fields.iter().filter(|field| field.required).collect();
            let value = |field: &Field<'_>| of_field_inside(model, field, known, fill);
            let arguments = required.iter().map(|field| value(field));
            let new = quote!(#name::new(#(#arguments),*));
            // Whoever fills in everything calls these setters with the others.
            let by_name = fields
                .iter()
                .filter(|field| field.by_name && fill != Fill::Most);
            let setters: Vec<_> = by_name
                .map(|field| {
                    let (setter, value) = (ident(&field.ident), value(field));
                    quote!(.#setter(#value))
                })
                .collect();
            let nothing = required.is_empty() && setters.is_empty();
            let new = quote!(#new #(#setters)*);
            match typical_field(model, fields, known).filter(|_| fill == Fill::Typical && nothing) {
                Some(field) => {
                    let setter = ident(&field.ident);
                    let value = of_field(field, known, fill);
                    quote!(#new.#setter(#value))
                }
                None => new,
            }
        }
        Kind::Union { variants, .. } => match known.typical_variant(&model.api.name, variants) {
            Some(variant) => union_value(model, variant, known, fill),
            None => quote!(#name::default()),
        },
    }
}

/// A union made of one of its variants.
fn union_value(
    union: &Model<'_>,
    variant: &Variant<'_>,
    known: &Known<'_>,
    fill: Fill,
) -> TokenStream {
    let (name, ident_of_variant) = (ident(&union.api.name), ident(&variant.ident));
    let Kind::Union { content, .. } = &union.kind else {
        return quote!(#name::default());
    };
    let inner = variant.model.map(|model| of_model(model, known, fill));
    match (inner, content) {
        (Some(inner), _) if variant.is_only => quote!(#name::from(#inner)),
        (Some(inner), None) => quote!(#name::#ident_of_variant(Box::new(#inner))),
        (inner, _) => {
            let constructor = ident(&name::constructor(&variant.ident));
            quote!(#name::#constructor(#inner))
        }
    }
}

/// A field that shows what a model is about: text before anything else.
fn typical_field<'f, 'a>(
    model: &Model<'_>,
    fields: &'f [Field<'a>],
    known: &Known<'a>,
) -> Option<&'f Field<'a>> {
    let mut settable = fields
        .iter()
        .filter(|field| field.settable && field.api.deprecated.is_none())
        // A model inside itself would never end.
        .filter(|field| !known.holds(&field.api.ty, &model.api.name));
    let named = |field: &&Field<'_>| ["title", "name"].contains(&field.api.wire.as_str());
    let simple = |field: &&Field<'_>| !matches!(field.api.ty, Type::Any | Type::Object);
    settable
        .clone()
        .find(named)
        .or_else(|| settable.clone().find(|field| field.api.ty == Type::String))
        .or_else(|| settable.find(simple))
}

struct Hint<'a> {
    name: &'a str,
    default: Option<&'a Literal>,
    bounds: &'a Bounds,
    doc: &'a str,
}

impl<'a> Hint<'a> {
    fn none(name: &'a str) -> Self {
        const NONE: &Bounds = &Bounds {
            min: None,
            max: None,
            min_items: None,
            max_items: None,
        };
        Self {
            name,
            default: None,
            bounds: NONE,
            doc: "",
        }
    }
}

fn value(ty: &Type, hint: &Hint<'_>, known: &Known<'_>, fill: Fill) -> TokenStream {
    match ty {
        Type::String | Type::Secret => {
            let text = text(hint.name, fill);
            quote!(#text)
        }
        Type::Any => {
            let text = text(hint.name, fill);
            quote!(serde_json::Value::from(#text))
        }
        Type::Integer => {
            let number = proc_macro2::Literal::i64_unsuffixed(integer(hint));
            quote!(#number)
        }
        Type::Number => quote!(0.5),
        Type::File => quote!(iconik_api::FilePart::new("clip.mov", "content")),
        Type::Boolean => {
            // A value that differs from the default is the better example.
            let value = hint.default != Some(&Literal::Boolean(true));
            quote!(#value)
        }
        Type::Timestamp => quote!("2026-03-01T12:00:00Z"),
        Type::Object => quote!(serde_json::Map::from_iter([(
            "key".to_owned(),
            "value".into()
        )])),
        Type::Id(name) => {
            let id = id(name);
            quote!(#id)
        }
        Type::Enum(name) => enum_value(name, hint, known),
        Type::Model(name) => of_model(name, known, fill),
        // Lists and maps within a list or a map are not converted.
        Type::List(inner) if matches!(**inner, Type::List(_) | Type::Map(_)) => {
            let item = exact(inner, hint, known, fill);
            quote!([#item])
        }
        Type::Map(inner) if matches!(**inner, Type::List(_) | Type::Map(_)) => {
            let item = exact(inner, hint, known, fill);
            quote!([("key", #item)])
        }
        Type::List(inner) => {
            let item = item(inner, hint, known, fill);
            let several = fill == Fill::Most && hint.bounds.max_items != Some(1);
            match another(inner, hint, known).filter(|_| several) {
                Some(second) => quote!([#item, #second]),
                None => quote!([#item]),
            }
        }
        Type::Map(inner) => {
            let item = item(inner, hint, known, fill);
            quote!([("key", #item)])
        }
    }
}

/// An item of an argument that is a list or a map: one that is a list or a map itself is taken as it
/// is, everything else is converted.
fn item(ty: &Type, hint: &Hint<'_>, known: &Known<'_>, fill: Fill) -> TokenStream {
    match ty {
        Type::List(_) | Type::Map(_) => exact(ty, hint, known, fill),
        ty => value(ty, hint, known, fill),
    }
}

/// A second item, where two look different from one on the wire.
fn another(ty: &Type, hint: &Hint<'_>, known: &Known<'_>) -> Option<TokenStream> {
    match ty {
        Type::String => {
            let second = Format::of(hint.name).map_or("and more", |format| format.examples()[1]);
            Some(quote!(#second))
        }
        Type::Id(name) => {
            let id = id(&format!("another {name}"));
            Some(quote!(#id))
        }
        Type::Enum(name) => {
            let second = known.an_enum(name)?.values.get(1)?;
            let (name, variant) = (ident(name), ident(&name::enum_variant(second)));
            Some(quote!(#name::#variant))
        }
        _ => None,
    }
}

fn of_model(name: &str, known: &Known<'_>, fill: Fill) -> TokenStream {
    let Some(model) = known.model(name) else {
        return quote!(Default::default());
    };
    if fill == Fill::Most && model.direction != Direction::Response {
        let function = ident(&name::example_of(name));
        return quote!(#function());
    }
    construct(&known.plan(model), known, fill)
}

/// The value that the documentation names, or the first one.
fn enum_value(name: &str, hint: &Hint<'_>, known: &Known<'_>) -> TokenStream {
    let values = known.an_enum(name).map(|item| item.values.as_slice());
    let values = values.unwrap_or_default();
    let mut named = values.iter();
    let named = named.find(|value| hint.doc.contains(&format!("`{}`", value.wire)));
    let first = named.or(values.first());
    let name = ident(name);
    match first {
        Some(value) => {
            let variant = ident(&name::enum_variant(value));
            quote!(#name::#variant)
        }
        None => quote!(#name::from("")),
    }
}

fn integer(hint: &Hint<'_>) -> i64 {
    match hint.default {
        Some(Literal::Integer(default)) => *default,
        // The check has found bounds of whole numbers to be whole.
        #[allow(clippy::cast_possible_truncation)]
        _ => hint.bounds.min.map_or(1, |min| min as i64),
    }
}

fn text(name: &str, fill: Fill) -> &str {
    match (name, Format::of(name)) {
        ("name" | "title", _) => "Dailies",
        (_, Some(format)) => format.examples()[0],
        (name, None) if fill == Fill::Typical => prose(name),
        (name, None) => name,
    }
}

/// A format that a server may require of a text, so that it accepts the requests of the tests.
#[derive(Clone, Copy)]
enum Format {
    Email,
    Url,
    Date,
}

impl Format {
    /// The form of a text, going by its name.
    fn of(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let words: Vec<&str> = name.split(['_', '-']).collect();
        let last = words.last().copied().unwrap_or_default();
        if words.contains(&"email") || words.contains(&"emails") {
            Some(Self::Email)
        } else if ["url", "urls", "uri", "uris"].contains(&last) {
            Some(Self::Url)
        } else if words.contains(&"date") {
            Some(Self::Date)
        } else {
            None
        }
    }

    /// Two texts of this form.
    fn examples(self) -> [&'static str; 2] {
        match self {
            Self::Email => ["ann@example.com", "bob@example.com"],
            Self::Url => ["https://example.com/", "https://example.org/"],
            Self::Date => ["2026-03-01", "2026-03-02"],
        }
    }
}

/// What people might write there, going by the last word of the name.
fn prose(name: &str) -> &str {
    match name.rsplit('_').next().unwrap_or(name) {
        "text" => "The logo comes too early.",
        "content" => "WEBVTT\n\n00:00.000 --> 00:02.000\nGood evening.",
        "description" => "Shot on the first day.",
        "email" | "emails" | "external" => "ann@example.com",
        "hash" => "f3a91c",
        "label" if name.starts_with("source") => "uses",
        "label" => "is used in",
        "language" => "en",
        "node" => "node-1",
        "sort" => "date_created,desc",
        "type" => "uses",
        _ => name,
    }
}

/// Looks like what iconik sends, and differs between kinds, so that no id can be mistaken for
/// another in a test.
fn id(name: &str) -> String {
    // FNV-1a: any mixing does.
    let mixed = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    format!("{mixed:08x}-f149-11eb-a843-0a580a3db916")
}
