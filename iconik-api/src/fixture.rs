//! What the generator makes of its own test spec, `codegen/tests/emit`: compiled here, so that a
//! feature of the generator that the real spec does not use cannot rot.

// Nobody uses it; that it compiles is the point.
#![allow(dead_code, unreachable_pub, unused_imports)]

#[rustfmt::skip]
mod generated;

mod tests {
    use bytes::Bytes;
    use http::StatusCode;
    use serde_json::json;

    use super::generated::archive;
    use super::generated::common::Address;
    use super::generated::library::requests::{
        GetPart, ListQueryParams, OrderOrder, OrderOrderOutcome, SortShelf, UpdateReader,
    };
    use super::generated::library::{
        self, BookPart, NewBook, Reader, ReaderPatch, ReaderReplacement, SortOptions, Tree,
    };
    use crate::http::meta::Endpoint;
    use crate::{Action, Decode, MissingFieldError, Nullable, RawResponse, prepare};

    fn answer<A: Action>(status: StatusCode, body: &'static str) -> RawResponse {
        RawResponse {
            endpoint: Endpoint::Known(A::META),
            status,
            headers: http::HeaderMap::new(),
            body: Bytes::from_static(body.as_bytes()),
            attempts: 1,
        }
    }

    #[test]
    fn the_status_decides_which_type_an_answer_has() {
        let decode = |status, body| OrderOrderOutcome::decode(&answer::<OrderOrder>(status, body));

        let created = decode(StatusCode::CREATED, r#"{"number": 7}"#).unwrap();
        let accepted = decode(StatusCode::ACCEPTED, r#"{"days": 2}"#).unwrap();
        let undocumented = decode(StatusCode::OK, r#"{"number": 8}"#).unwrap();

        assert!(matches!(created, OrderOrderOutcome::Receipt(r) if r.number == Some(7)));
        assert!(matches!(accepted, OrderOrderOutcome::Waiting(w) if w.days == Some(2)));
        assert!(matches!(undocumented, OrderOrderOutcome::Receipt(r) if r.number == Some(8)));
    }

    #[test]
    fn what_an_answer_lacks_is_not_cleared_by_writing_it_back() {
        let reader = Reader {
            name: Some("Ann".to_owned()),
            ..Reader::default()
        };

        let patch = ReaderPatch::from(reader);

        assert_eq!(
            serde_json::to_value(&patch).unwrap(),
            json!({ "name": "Ann" })
        );
        assert_eq!(patch.email, Nullable::Absent);
    }

    #[test]
    fn an_answer_without_a_field_that_is_demanded_makes_no_request() {
        let missing = ReaderReplacement::try_from(Reader::default()).unwrap_err();

        assert_eq!(missing, MissingFieldError::new("Reader", "name"));
    }

    #[test]
    fn clearing_is_said_by_name() {
        let request = UpdateReader::new("7", ReaderPatch::new().clear_email());

        let body = prepare(&request).unwrap().body().cloned().unwrap();

        assert_eq!(body, r#"{"email":null}"#);
    }

    #[test]
    fn path_values_stand_where_the_path_has_them() {
        let request = GetPart::new("a b", BookPart::Appendix, 2);

        assert_eq!(
            prepare(&request).unwrap().path(),
            "/API/library/v1/books/a%20b/appendix/2/"
        );
    }

    #[test]
    fn names_on_the_wire_are_those_of_the_spec() {
        let request = ListQueryParams::new("x")
            .r#type("t")
            .exists("e")
            .ids(["1", "2"]);

        let pairs: Vec<_> = prepare(&request).unwrap().query_pairs().collect();

        let expected = [
            ("query", "x"),
            ("ids", "1,2"),
            ("type", "t"),
            ("_exists_", "e"),
        ];
        assert_eq!(
            pairs,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn an_optional_body_is_sent_when_it_is_set() {
        assert_eq!(prepare(&SortShelf::new()).unwrap().body(), None);

        let request = SortShelf::new().body(SortOptions::new().backwards(true));
        assert_eq!(
            prepare(&request).unwrap().body().unwrap(),
            r#"{"backwards":true}"#
        );
    }

    #[test]
    fn what_is_demanded_is_sent_and_the_rest_is_left_out() {
        assert_eq!(
            serde_json::to_value(NewBook::new("Emma")).unwrap(),
            json!({ "title": "Emma" })
        );
    }

    #[test]
    fn a_model_may_be_inside_itself() {
        let tree = Tree::new("elm")
            .grafted(Tree::new("oak"))
            .branches([Tree::new("twig")]);

        let json = serde_json::to_string(&tree).unwrap();

        assert_eq!(serde_json::from_str::<Tree>(&json).unwrap(), tree);
    }

    #[test]
    fn two_services_may_use_the_same_names() {
        let reader = library::User {
            reader_id: Some("7".into()),
            ..library::User::default()
        };
        let archivist = archive::User::new().desk(7);

        let request = archive::requests::CreateShareForMany::new(
            archive::NewShares::new([archivist]).office(Address::new().city("Bath")),
        );

        assert_eq!(reader.reader_id, Some("7".into()));
        assert_eq!(
            prepare(&request).unwrap().body().unwrap(),
            r#"{"users":[{"desk":7}],"office":{"city":"Bath"}}"#
        );
    }

    #[test]
    fn an_id_mirrors_the_path_of_the_call() {
        let principal = archive::requests::GetDocument::<()>::META;
        let other = archive::requests::CreateShareForMany::<()>::META;

        assert_eq!(principal.id, "archive.get");
        assert_eq!(
            (principal.service, principal.resource),
            ("archive", "archive")
        );
        assert_eq!(other.id, "archive.shares.create_for_many");
        assert_eq!((other.service, other.resource), ("archive", "shares"));
    }

    #[test]
    fn the_catalogue_knows_what_differs() {
        assert!(
            OrderOrder::<()>::META.idempotent,
            "the spec says so, though it is a POST"
        );
        let required = |name| {
            ListQueryParams::<()>::META
                .params
                .iter()
                .any(|p| p.name == name && p.required)
        };
        assert!(required("query") && !required("ids"));
    }
}
