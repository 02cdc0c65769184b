//! Every Rust identifier that stands for something of the spec is made here, and nowhere else.

use heck::{ToSnakeCase as _, ToUpperCamelCase as _};
use proc_macro2::{Ident, Span};

use crate::api;

/// Names that a parameter cannot have: a request has them already.
pub const TAKEN_IN_REQUESTS: &[&str] = &["client", "new", "on", "options", "send"];

/// Names that a field cannot have: a model has them already.
pub const TAKEN_IN_MODELS: &[&str] = &["extra", "new"];

/// The variant that every enum and union has beside those of the spec.
pub const UNKNOWN: &str = "Unknown";

/// Type names that generated code imports from elsewhere.
pub const TAKEN_TYPES: &[&str] = &[
    "Action",
    "ActionMeta",
    "Any",
    "Auth",
    "BTreeMap",
    "Box",
    "Call",
    "Client",
    "Debug",
    "Decode",
    "Default",
    "Empty",
    "Error",
    "Extra",
    "From",
    "Id",
    "Into",
    "Json",
    "Map",
    "Method",
    "MissingField",
    "Nullable",
    "Objects",
    "Option",
    "OptionalJson",
    "Page",
    "Paging",
    "ParamMeta",
    "RequestWriter",
    "Result",
    "Secret",
    "Self",
    "String",
    "Text",
    "Timestamp",
    "TryFrom",
    "UnknownValue",
    "Unrecognized",
    "Value",
    "Vec",
];

/// Keywords that stay identifiers with `r#` before them.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// Keywords that cannot even be raw identifiers.
const ABSOLUTE_KEYWORDS: &[&str] = &["crate", "self", "super"];

/// The Rust name of a field: `_exists_` becomes `exists`, `type` becomes `r#type`.
pub fn field(field: &api::Field) -> String {
    value(&field.wire, field.rename.as_deref())
}

/// The Rust name of a parameter: `Share-User-Email` becomes `share_user_email`.
pub fn param(param: &api::Param) -> String {
    value(&param.wire, param.rename.as_deref())
}

/// The Rust name of whatever is called `wire` on the wire and may be renamed.
pub fn value(wire: &str, rename: Option<&str>) -> String {
    keyword_safe(rename.unwrap_or(wire).to_snake_case())
}

/// The same name without `r#`, to be part of a longer one.
pub fn bare(ident: &str) -> &str {
    ident.strip_prefix("r#").unwrap_or(ident)
}

/// The method that sets a nullable field to null: `clear_category`.
pub fn clear(field: &str) -> String {
    format!("clear_{}", bare(field))
}

/// The Rust name of an enum's value: `SEMANTIC_TRANSCRIPTION` becomes `SemanticTranscription`.
pub fn enum_variant(value: &api::EnumValue) -> String {
    variant(&value.wire, value.rename.as_deref())
}

/// The Rust name of a variant that is called `wire` on the wire and may be renamed.
pub fn variant(wire: &str, rename: Option<&str>) -> String {
    let name = rename.unwrap_or(wire).to_upper_camel_case();
    match name.as_str() {
        "Self" => "Self_".to_owned(),
        _ => name,
    }
}

/// The module and the cargo feature of a resource.
pub fn module(resource: &str) -> String {
    keyword_safe(resource.to_snake_case())
}

/// The handle's type: `custom_actions` becomes `CustomActions`.
pub fn handle(resource: &str) -> String {
    resource.to_upper_camel_case()
}

/// The method on the handle.
pub fn method(action: &api::Action) -> String {
    keyword_safe(action.name.to_snake_case())
}

/// The request's type: the verb, the entity, then what else the action's name says. A list is of
/// many, so `list` of playlists becomes `ListPlaylists` and `add_item` becomes `AddPlaylistItem`.
pub fn request(resource: &api::Resource, action: &api::Action) -> String {
    if let Some(name) = &action.request {
        return name.clone();
    }
    let (verb, rest) = match action.name.split_once('_') {
        Some((verb, rest)) => (verb, rest),
        None => (action.name.as_str(), ""),
    };
    let entity = match (verb, rest) {
        ("list", "") => &resource.name,
        _ => &resource.singular,
    };
    format!("{verb}_{entity}_{rest}").to_upper_camel_case()
}

/// The enum that tells apart what a request may be answered with.
pub fn outcome(request: &str) -> String {
    format!("{request}Outcome")
}

/// The name of an action in messages and in the catalogue: `playlists.list`.
pub fn action_id(resource: &api::Resource, action: &api::Action) -> String {
    format!("{}.{}", resource.name, action.name)
}

/// The marker type behind an id: `AssetId` is `Id<markers::Asset>`.
pub fn marker(id: &str) -> String {
    match id.strip_suffix("Id") {
        Some("") | None => id.to_owned(),
        Some(entity) => entity.to_owned(),
    }
}

/// The constants of a service.
pub fn service(name: &str) -> String {
    name.to_snake_case().to_uppercase()
}

/// A function of the wire tests that builds a model.
pub fn example_of(model: &str) -> String {
    keyword_safe(model.to_snake_case())
}

/// The variable that holds what a call answers in an example.
pub fn variable(name: &str) -> String {
    keyword_safe(name.to_snake_case())
}

/// The identifier itself. The checker has refused names that are none; should one get here all the
/// same, what cannot stand in an identifier becomes `_`.
pub(crate) fn ident(name: &str) -> Ident {
    let raw = name.strip_prefix("r#").filter(|keyword| KEYWORDS.contains(keyword));
    if let Some(keyword) = raw {
        return Ident::new_raw(keyword, Span::call_site());
    }
    let reserved = KEYWORDS.contains(&name) || ABSOLUTE_KEYWORDS.contains(&name);
    if is_identifier(name) && !reserved && bare(name) == name {
        return Ident::new(name, Span::call_site());
    }
    let kept: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    Ident::new(&format!("_{kept}_"), Span::call_site())
}

/// Whether this is an identifier, so that it can be emitted.
pub fn is_identifier(name: &str) -> bool {
    let name = bare(name);
    let mut chars = name.chars();
    let starts = chars
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
    starts && name != "_" && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn keyword_safe(name: String) -> String {
    if KEYWORDS.contains(&name.as_str()) {
        format!("r#{name}")
    } else if ABSOLUTE_KEYWORDS.contains(&name.as_str()) {
        format!("{name}_")
    } else {
        name
    }
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
        for name in ["", "_", "16x9", "é", "r#", "r#type", "r#self", "type", "self", "a b"] {
            assert!(is_identifier(&ident(name).to_string()), "{name:?}");
        }
    }

    #[test]
    fn what_cannot_be_emitted_is_no_identifier() {
        assert!(is_identifier("r#type"));
        assert!(!is_identifier(""));
        assert!(!is_identifier("16x9"));
        assert!(!is_identifier("é"));
    }
}
