//! Every Rust identifier for something in the spec is made here, by the rules of
//! [`ident`](crate::ident).

use proc_macro2::{Ident, Span};

use crate::api::{self, Body, Type};
use crate::ident::{self, escaped, snake, upper_camel};
use crate::spelling::type_text;

/// The variant that every enum and union has besides those of the spec.
pub(crate) const UNKNOWN: &str = "Unknown";

/// The Rust name of a field: `_exists_` becomes `exists`, `type` becomes `r#type`.
pub(crate) fn field(field: &api::Field) -> String {
    value(&field.wire, field.rename.as_deref())
}

/// The Rust name of a parameter: `Share-User-Email` becomes `share_user_email`.
pub(crate) fn param(param: &api::Param) -> String {
    value(&param.wire, param.rename.as_deref())
}

/// The Rust name of whatever is called `wire` on the wire and may be renamed.
pub(crate) fn value(wire: &str, rename: Option<&str>) -> String {
    escaped(&snake(rename.unwrap_or(wire)))
}

/// The same name without `r#`, to be part of a longer one.
pub(crate) fn bare(ident: &str) -> &str {
    ident.strip_prefix("r#").unwrap_or(ident)
}

/// The method that sets a field to `null`: `clear_category`.
pub(crate) fn clear(field: &str) -> String {
    format!("clear_{}", bare(field))
}

/// The Rust name of an enum's value: `SEMANTIC_TRANSCRIPTION` becomes `SemanticTranscription`.
pub(crate) fn enum_variant(value: &api::EnumValue) -> String {
    variant(&value.wire, value.rename.as_deref())
}

/// The Rust name of a variant that is called `wire` on the wire and may be renamed.
pub(crate) fn variant(wire: &str, rename: Option<&str>) -> String {
    escaped(&upper_camel(rename.unwrap_or(wire)))
}

/// The Rust name of a variant of a union: that of its model where the model is the object itself and
/// is in no other variant, else that of the tag.
pub(crate) fn union_variant(
    item: &api::Variant,
    variants: &[api::Variant],
    adjacent: bool,
) -> String {
    let same = variants.iter().filter(|it| it.model == item.model);
    match (&item.model, &item.rename) {
        (Some(model), None) if !adjacent && same.count() == 1 => model.clone(),
        (_, rename) => variant(&item.wire, rename.as_deref()),
    }
}

/// The field of a variant that contains the model, where that is not the object itself. The other field
/// is `extra`. What makes no identifier is called `content`.
pub(crate) fn content(wire: &str) -> String {
    let name = value(wire, None);
    match name != "extra" && is_identifier(bare(&name)) {
        true => name,
        false => "content".to_owned(),
    }
}

/// The function that makes a variant of a union.
pub(crate) fn constructor(variant: &str) -> String {
    escaped(&snake(bare(variant)))
}

/// The module of a service or a resource, and the method that returns its handle.
pub(crate) fn module(name: &str) -> String {
    escaped(&snake(name))
}

/// The type of the handle of a service or a resource: `custom_actions` becomes
/// `CustomActionsHandle`.
pub(crate) fn handle(name: &str) -> String {
    format!("{}Handle", upper_camel(name))
}

/// The method on the handle.
pub(crate) fn method(action: &api::Action) -> String {
    escaped(&snake(&action.name))
}

/// The type of the request: given with `request`, or derived by [`ident::request`].
pub(crate) fn request(resource: &api::Resource, action: &api::Action) -> String {
    if let Some(name) = &action.request {
        return name.clone();
    }
    ident::request(&action.name, &resource.name, &resource.singular)
}

/// The enum of the types that a request may return.
pub(crate) fn outcome(request: &str) -> String {
    format!("{request}Outcome")
}

/// The variant of such an enum for a body: the name of its type, or its form.
pub(crate) fn outcome_variant(body: &Body) -> String {
    match body {
        Body::Nothing => "Nothing".to_owned(),
        Body::Text => "Text".to_owned(),
        Body::Bytes => "Bytes".to_owned(),
        Body::Location => "Location".to_owned(),
        Body::Json(Type::Model(name) | Type::Enum(name) | Type::Id(name)) => name.clone(),
        Body::Json(Type::List(_)) => "List".to_owned(),
        Body::Json(_) => "Json".to_owned(),
        Body::Page(_) => "Page".to_owned(),
        Body::Objects(_) => "Objects".to_owned(),
    }
}

/// The same with the whole type, where there are several bodies of one form: `PageOfAsset`.
pub(crate) fn long_outcome_variant(body: &Body) -> String {
    match body {
        Body::Json(ty) => of_type(ty),
        Body::Page(ty) => format!("PageOf{}", of_type(ty)),
        Body::Objects(ty) => format!("ObjectsOf{}", of_type(ty)),
        Body::Nothing | Body::Text | Body::Bytes | Body::Location => outcome_variant(body),
    }
}

fn of_type(ty: &Type) -> String {
    match ty {
        Type::Id(name) | Type::Enum(name) | Type::Model(name) => name.clone(),
        Type::List(inner) => format!("ListOf{}", of_type(inner)),
        Type::Map(inner) => format!("MapOf{}", of_type(inner)),
        ty => upper_camel(&type_text(ty)),
    }
}

/// The id of an object of any kind: the other ids convert into it.
pub(crate) const ANY_OBJECT: &str = "ObjectId";

/// The ids whose kind iconik names in paths and bodies, and how it names it.
const OBJECT_TYPES: [(&str, &str); 6] = [
    ("AssetId", "assets"),
    ("CollectionId", "collections"),
    ("MetadataViewId", "metadata_views"),
    ("SavedSearchId", "saved_searches"),
    ("SegmentId", "segments"),
    ("SequenceId", "sequences"),
];

/// The name by which iconik means objects with ids of this type, if it has one.
pub(crate) fn object_type(id: &str) -> Option<&'static str> {
    let mut types = OBJECT_TYPES.iter();
    types.find(|(of, _)| *of == id).map(|(_, name)| *name)
}

/// Whether iconik means a kind of objects by this name.
pub(crate) fn is_object_type(name: &str) -> bool {
    OBJECT_TYPES.iter().any(|(_, known)| *known == name)
}

/// The marker type behind an id: `AssetId` is `Id<markers::Asset>`.
pub(crate) fn marker(id: &str) -> String {
    match id.strip_suffix("Id") {
        Some("") | None => id.to_owned(),
        Some(entity) => entity.to_owned(),
    }
}

/// The constants of a service.
pub(crate) fn service(name: &str) -> String {
    snake(name).to_uppercase()
}

/// A function of the wire tests that builds a model. One that would be named like something else in the
/// tests ends with `_`.
pub(crate) fn example_of(model: &str) -> String {
    match snake(model).as_str() {
        name @ ("lines" | "model" | "request" | "requests") => format!("{name}_"),
        name => escaped(name),
    }
}

/// The variable that contains the response in an example.
pub(crate) fn variable(name: &str) -> String {
    escaped(&snake(name))
}

/// The identifier itself. The checker reports names that are not identifiers. If there is one here,
/// characters that are not allowed become `_`.
pub(crate) fn ident(name: &str) -> Ident {
    let span = Span::call_site();
    if let Some(word) = name.strip_prefix("r#").filter(|word| escaped(word) == name) {
        return Ident::new_raw(word, span);
    }
    if is_identifier(name) && escaped(name) == name {
        return Ident::new(name, span);
    }
    let kept: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    Ident::new(&format!("_{kept}_"), span)
}

/// Whether this is an identifier, so that it can be emitted.
pub(crate) fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    let starts = chars
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
    starts && name != "_" && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_names_keep_their_words() {
        let cases = [
            ("_exists_", "exists"),
            (
                "time_start_milliseconds__gte",
                "time_start_milliseconds_gte",
            ),
            ("Share-User-Email", "share_user_email"),
            ("type", "r#type"),
            ("self", "self_"),
            ("is_360", "is_360"),
        ];
        for (wire, rust) in cases {
            assert_eq!(value(wire, None), rust);
        }
    }

    #[test]
    fn enum_values_become_variants() {
        let cases = [
            ("SEMANTIC_TRANSCRIPTION", "SemanticTranscription"),
            ("as-is", "AsIs"),
            ("QC", "Qc"),
            ("S3", "S3"),
            ("self", "Self_"),
        ];
        for (wire, rust) in cases {
            assert_eq!(variant(wire, None), rust);
        }
        assert_eq!(variant("N/A", Some("NotApplicable")), "NotApplicable");
    }

    #[test]
    fn any_text_becomes_some_identifier() {
        for name in [
            "", "_", "16x9", "é", "r#", "r#type", "r#self", "type", "self", "a b",
        ] {
            let text = ident(name).to_string();
            assert!(is_identifier(bare(&text)), "{name:?} became {text:?}");
        }
    }

    #[test]
    fn what_cannot_be_emitted_is_no_identifier() {
        assert!(is_identifier("name"));
        assert!(!is_identifier(""));
        assert!(!is_identifier("16x9"));
        assert!(!is_identifier("é"));
    }
}
