//! How well a type of the spec fits a type of the document.

use crate::api::Type;
use crate::document::Kind;

/// The verdict on a pair of types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// They say the same; the spec may name what the document calls a string.
    Same,
    /// One of them says more than the other.
    Vague,
    /// They contradict each other.
    Wrong,
}

/// Holds a type of a body against the document's.
pub(super) fn fit(spec: &Type, document: &Kind) -> Fit {
    match (spec, document) {
        (Type::Any, Kind::Any) => Fit::Same,
        (Type::Any, _) | (_, Kind::Any) => Fit::Vague,
        (Type::String | Type::Secret | Type::Id(_) | Type::Enum(_), Kind::Text)
        | (Type::Enum(_), Kind::Values(_))
        | (Type::Timestamp, Kind::Time)
        | (Type::Integer, Kind::Integer)
        | (Type::Number, Kind::Number)
        | (Type::Boolean, Kind::Boolean)
        | (Type::File, Kind::File)
        | (Type::Object, Kind::Free)
        | (Type::Model(_), Kind::Object(_) | Kind::OneOf { .. }) => Fit::Same,
        (Type::String, Kind::Values(_) | Kind::Time)
        | (Type::Timestamp, Kind::Text)
        | (Type::Integer, Kind::Number)
        | (Type::Number, Kind::Integer)
        | (Type::Object | Type::Map(_), Kind::Object(_) | Kind::OneOf { .. })
        | (Type::Model(_), Kind::Free | Kind::Map(_)) => Fit::Vague,
        (Type::List(spec), Kind::List(document)) => fit(spec, document),
        (Type::Map(spec), Kind::Map(document)) => fit(spec, document),
        // A map says what the values of an object are, where the document does not.
        (Type::Map(_), Kind::Free) => Fit::Same,
        (Type::Object, Kind::Map(document)) => fit(&Type::Any, document),
        _ => Fit::Wrong,
    }
}

/// Holds the type of a parameter against the document's, which writes lists as one string.
pub(super) fn fit_param(spec: &Type, document: &Kind) -> Fit {
    match (spec, document) {
        (Type::List(of), Kind::Text) => match fit(of, &Kind::Text) {
            Fit::Same => Fit::Same,
            _ if **of == Type::Integer => Fit::Same,
            other => other,
        },
        (Type::List(of), Kind::Values(_)) => fit(of, document),
        _ => fit(spec, document),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_text_in_the_document_may_have_a_name_in_the_spec() {
        for spec in [
            Type::String,
            Type::Secret,
            Type::Id("AssetId".into()),
            Type::Enum("Status".into()),
        ] {
            assert_eq!(fit(&spec, &Kind::Text), Fit::Same, "{spec:?}");
        }
        assert_eq!(fit(&Type::Timestamp, &Kind::Text), Fit::Vague);
        assert_eq!(fit(&Type::Integer, &Kind::Text), Fit::Wrong);
    }

    #[test]
    fn a_list_in_a_query_is_one_string_in_the_document() {
        let ids = Type::List(Box::new(Type::Id("AssetId".into())));
        assert_eq!(fit_param(&ids, &Kind::Text), Fit::Same);
        assert_eq!(fit(&ids, &Kind::Text), Fit::Wrong);
    }
}
