//! How names of the spec become identifiers: the rules, without the words around them.

use heck::{ToSnakeCase, ToUpperCamelCase};

/// The name of a field or a parameter: snake case, so `_exists_` is `exists` and
/// `Share-User-Email` is `share_user_email`. Not escaped; see [`escaped`].
pub fn snake(wire: &str) -> String {
    wire.to_snake_case()
}

/// The name of a type or of an enum's variant: upper camel case, so `NOT_APPROVED` is
/// `NotApproved`.
pub fn upper_camel(wire: &str) -> String {
    wire.to_upper_camel_case()
}

/// The name of a request type: the verb, the noun, then the rest of the action's name.
///
/// The noun is singular (`AddPlaylistItem`). It is plural for several objects: of `list`, also before
/// a preposition (`ListSegmentsByType`), and after `many` and `all`, which precede it
/// (`DeleteManySegments`).
pub fn request(action: &str, resource: &str, singular: &str) -> String {
    let (verb, rest) = action.split_once('_').unwrap_or((action, ""));
    let (first, remaining) = rest.split_once('_').unwrap_or((rest, ""));
    let of_all = rest.is_empty() || PREPOSITIONS.contains(&first);
    let words = match first {
        "many" | "all" => [verb, first, resource, remaining],
        _ if verb == "list" && of_all => [verb, resource, rest, ""],
        _ => [verb, singular, rest, ""],
    };
    words.map(upper_camel).concat()
}

/// What may connect an action's verb with what follows.
const PREPOSITIONS: &[&str] = &[
    "as", "at", "by", "for", "from", "in", "of", "on", "to", "with", "without",
];

/// The name as it is written in Rust: keywords become raw identifiers.
pub fn escaped(name: &str) -> String {
    if NEVER_RAW.contains(&name) {
        format!("{name}_")
    } else if KEYWORDS.contains(&name) {
        format!("r#{name}")
    } else {
        name.to_owned()
    }
}

/// Whether this is a word of the language.
pub fn is_keyword(name: &str) -> bool {
    KEYWORDS.contains(&name) || NEVER_RAW.contains(&name)
}

/// Whether this may name a field, a parameter, a method or a module: words in lower case with one
/// underscore between them.
pub fn is_snake(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.is_ascii() && snake(name) == name
}

/// Whether this may name a type or a variant.
pub fn is_upper_camel(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Keywords of edition 2024, also those that are only reserved.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// Keywords that cannot be raw identifiers.
const NEVER_RAW: &[&str] = &["Self", "self", "super", "crate", "_"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_named_verb_and_noun() {
        let name = |action| request(action, "delete_queues", "delete_queue");
        assert_eq!(name("list"), "ListDeleteQueues");
        assert_eq!(name("list_items"), "ListDeleteQueueItems");
        assert_eq!(name("purge"), "PurgeDeleteQueue");
        assert_eq!(name("add_item"), "AddDeleteQueueItem");
        assert_eq!(name("list_for_user"), "ListDeleteQueuesForUser");
        assert_eq!(name("get_by_id"), "GetDeleteQueueById");
        assert_eq!(name("purge_all"), "PurgeAllDeleteQueues");
        assert_eq!(name("delete_many_by_id"), "DeleteManyDeleteQueuesById");
    }

    #[test]
    fn wire_names_become_snake_case() {
        assert_eq!(snake("_exists_"), "exists");
        assert_eq!(
            snake("time_start_milliseconds__gte"),
            "time_start_milliseconds_gte"
        );
        assert_eq!(snake("Share-User-Email"), "share_user_email");
        assert_eq!(escaped(&snake("type")), "r#type");
        assert_eq!(escaped("self"), "self_");
    }

    #[test]
    fn wire_values_become_variants() {
        assert_eq!(upper_camel("as-is"), "AsIs");
        assert_eq!(upper_camel("NOT_APPROVED"), "NotApproved");
    }
}
