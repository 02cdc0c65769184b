//! What the generator makes of its own test spec, `codegen/tests/emit`: compiled here, so that a
//! feature of the generator that the real spec does not use cannot rot.

// Nobody uses it; that it compiles is the point.
// `box_collection`: responses by status are boxed alike, also where one of them is a list.
#![allow(dead_code, unreachable_pub, unused_imports, clippy::box_collection)]

#[rustfmt::skip]
mod generated;

mod tests {
    use bytes::Bytes;
    use http::StatusCode;
    use serde_json::json;

    use super::generated::archive;
    use super::generated::common::Address;
    use super::generated::library::requests::{
        ArchiveUpload, ConfirmDownloadLogin, ConfirmDownloadLoginOutcome, ConvertUpload,
        CoverUpload, DeleteSibling, DeleteSiblingByKind, GetPart, GetSibling, ListFilters,
        ListQueryParams, OrderOrder, OrderOrderOutcome, ScanUpload, SearchFilter, SortShelf,
        TokenUpload, UpdateReader,
    };
    use super::generated::library::{
        self, BookPart, Condition, GrantType, Lending, Moment, NewBook, NewScan, NewStep,
        ObjectKind, Reader, ReaderPatch, ReaderReplacement, SortOptions, State, Step, StepState,
        TokenRequest, Tree,
    };
    use crate::http::meta::Endpoint;
    use crate::{
        Action, Decode, FilePart, MediaContent, MissingFieldError, Nullable, RawResponse, prepare,
    };

    fn answer<A: Action>(status: StatusCode, body: &'static str) -> RawResponse {
        RawResponse {
            endpoint: Endpoint::Known(A::META, None),
            status,
            headers: http::HeaderMap::new(),
            body: Bytes::from_static(body.as_bytes()),
            attempts: 1,
            hidden: Default::default(),
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

        let patch = ReaderPatch::every_field_of(reader);

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

    /// A server that keeps what it receives and returns an empty object.
    struct Server {
        url: String,
        received: tokio::sync::mpsc::UnboundedReceiver<String>,
    }

    impl Server {
        async fn start() -> Self {
            use tokio::io::{AsyncReadExt, AsyncWriteExt};

            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            let (sender, received) = tokio::sync::mpsc::unbounded_channel();
            tokio::spawn(async move {
                loop {
                    let (mut stream, _) = listener.accept().await.unwrap();
                    let mut request = String::new();
                    while !is_complete(&request) {
                        let mut chunk = [0; 4096];
                        let length = stream.read(&mut chunk).await.unwrap();
                        request.push_str(std::str::from_utf8(&chunk[..length]).unwrap());
                    }
                    sender.send(request).unwrap();
                    let response =
                        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
                    stream.write_all(response.as_bytes()).await.unwrap();
                }
            });
            Self { url, received }
        }

        fn client(&self) -> crate::Client {
            let credentials = crate::Credentials::new("the-app", "the-token");
            let builder = crate::Client::builder().base_url(&self.url);
            builder.credentials(credentials).build().unwrap()
        }

        /// Head and body of the request that arrived last.
        fn last(&mut self) -> (String, String) {
            let request = self.received.try_recv().unwrap();
            let (head, body) = request.split_once("\r\n\r\n").unwrap();
            (head.to_ascii_lowercase(), body.to_owned())
        }
    }

    /// Whether a request with an announced length has arrived.
    fn is_complete(request: &str) -> bool {
        let Some((head, body)) = request.split_once("\r\n\r\n") else {
            return false;
        };
        let head = head.to_ascii_lowercase();
        let length = head
            .split_once("content-length: ")
            .map_or("0", |(_, rest)| rest);
        let length = length.lines().next().unwrap().parse().unwrap_or(0);
        body.len() >= length
    }

    #[tokio::test]
    async fn bytes_and_text_are_sent_with_their_media_types() {
        let mut server = Server::start().await;
        let client = server.client();

        let picture = MediaContent::new("image/png", "picture");
        client.call(&CoverUpload::new("7", picture)).await.unwrap();
        let (head, body) = server.last();
        assert!(head.contains("content-type: image/png"), "{head}");
        assert_eq!(body, "picture");

        client
            .call(&ArchiveUpload::new("7", "pages"))
            .await
            .unwrap();
        let (head, body) = server.last();
        assert!(head.contains("content-type: application/zip"), "{head}");
        assert_eq!(body, "pages");

        client
            .call(&ConvertUpload::new("<catalogue/>"))
            .await
            .unwrap();
        let (head, body) = server.last();
        assert!(head.contains("content-type: application/xml"), "{head}");
        assert_eq!(body, "<catalogue/>");
    }

    #[tokio::test]
    async fn a_form_is_sent_without_credentials_where_the_action_takes_none() {
        let mut server = Server::start().await;
        let request = TokenRequest::new(GrantType::AuthorizationCode, "s&cret").expires_in(60);

        server
            .client()
            .call(&TokenUpload::new(request))
            .await
            .unwrap();

        let (head, body) = server.last();
        assert!(
            head.contains("content-type: application/x-www-form-urlencoded"),
            "{head}"
        );
        assert!(
            !head.contains("the-app") && !head.contains("the-token"),
            "{head}"
        );
        assert_eq!(
            body,
            "grant_type=authorization_code&client_secret=s%26cret&expires_in=60"
        );
    }

    #[tokio::test]
    async fn a_file_is_a_part_of_a_form() {
        let mut server = Server::start().await;
        let file = FilePart::new("page.png", "picture").media_type("image/png");
        let scan = NewScan::new(file).number(3);

        server
            .client()
            .call(&ScanUpload::new("7", scan))
            .await
            .unwrap();

        let (head, body) = server.last();
        let (_, boundary) = head.split_once("multipart/form-data; boundary=").unwrap();
        let boundary = boundary.lines().next().unwrap();
        let expected = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"page.png\"\r\n\
             Content-Type: image/png\r\n\r\npicture\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"number\"\r\n\r\n3\r\n--{boundary}--\r\n"
        );
        assert_eq!(body, expected);
    }

    #[test]
    fn a_redirect_is_one_of_several_responses() {
        let mut redirect = answer::<ConfirmDownloadLogin>(StatusCode::SEE_OTHER, "");
        let location = http::HeaderValue::from_static("https://example.com/");
        redirect.headers.insert(http::header::LOCATION, location);
        let decode =
            |response: &RawResponse| ConfirmDownloadLoginOutcome::decode(response).unwrap();
        let session = answer::<ConfirmDownloadLogin>(StatusCode::OK, r#"{"token":"t"}"#);
        let nothing = answer::<ConfirmDownloadLogin>(StatusCode::NO_CONTENT, "");

        assert!(matches!(
            decode(&session),
            ConfirmDownloadLoginOutcome::Session(_)
        ));
        assert!(matches!(
            decode(&nothing),
            ConfirmDownloadLoginOutcome::Nothing
        ));
        assert!(
            matches!(decode(&redirect), ConfirmDownloadLoginOutcome::Location(to) if to == "https://example.com/")
        );
        const { assert!(<<ConfirmDownloadLogin as Action>::Response as Decode>::REDIRECTS) };
    }

    #[test]
    fn a_union_that_is_sent_has_its_tags() {
        let condition = Condition::After(Box::new(Moment::new("2026-03-01T12:00:00Z")));
        let step = NewStep::new(Step::r#return(Lending::new("ann"))).condition(condition);

        assert_eq!(
            serde_json::to_value(&step).unwrap(),
            json!({
                "step": { "type": "RETURN", "parameters": { "reader_id": "ann" } },
                "condition": { "kind": "after", "time": "2026-03-01T12:00:00Z" },
            })
        );
        assert_eq!(
            serde_json::to_value(Step::wait()).unwrap(),
            json!({ "type": "WAIT" })
        );
    }

    #[test]
    fn an_enum_may_have_empty_text_as_a_value() {
        let condition = Condition::from(State::new().state(StepState::Unspecified));

        assert_eq!(
            serde_json::to_value(&condition).unwrap(),
            json!({ "kind": "state", "state": "" })
        );
        assert_eq!(
            serde_json::from_str::<StepState>(r#""""#).unwrap(),
            StepState::Unspecified
        );
    }

    #[test]
    fn a_value_that_names_another_action_is_refused() {
        let refused = |edition: &str| prepare(&DeleteSibling::new("7", edition)).is_err();
        assert!(refused("old") && !refused("new") && !refused("OLD"));
        // What a GET is called with names no action of its own.
        assert!(prepare(&GetSibling::new("7", "old")).is_ok());

        let by_kind = |kind: ObjectKind| prepare(&DeleteSiblingByKind::new(kind, "7"));
        assert!(
            by_kind(ObjectKind::Maps).is_ok(),
            "a documented value is meant"
        );
        let error = by_kind(ObjectKind::from("magazines"))
            .unwrap_err()
            .to_string();
        assert!(error.contains("`kind` is `magazines`"), "{error}");
        assert!(
            error.contains("DELETE /v1/magazines/{book_id}/editions/all/"),
            "{error}"
        );
        // Another kind, and another object: together they name this action.
        assert!(prepare(&DeleteSibling::new("7", "all")).is_err());
    }

    #[test]
    fn an_empty_filter_is_refused_and_an_unset_one_is_not_sent() {
        let none: [&str; 0] = [];

        let unset = prepare(&ListQueryParams::new("x")).unwrap();
        assert_eq!(unset.query(), Some("query=x"));
        let error = prepare(&ListQueryParams::new("x").ids(none)).unwrap_err();
        assert!(
            error.to_string().contains("`ids` is a list without items"),
            "{error}"
        );
        assert!(prepare(&ListFilters::new(none)).is_err());
    }

    #[test]
    fn names_in_the_query_may_be_the_callers_own() {
        let request = ListFilters::new(["1"]).metadata([("Colour & size", "red"), ("a", "b c")]);

        let request = prepare(&request).unwrap();

        assert_eq!(
            request.query(),
            Some("ids=1&metadata.Colour%20%26%20size=red&metadata.a=b%20c")
        );
        let none: [(&str, &str); 0] = [];
        assert!(prepare(&ListFilters::new(["1"]).metadata(none)).is_err());
    }

    #[test]
    fn the_position_in_a_list_is_in_the_body_where_the_body_has_a_field_for_it() {
        let meta = SearchFilter::<()>::META;

        assert!(meta.search_after_in_body);
        assert!(!meta.params.iter().any(|it| it.name == "search_after"));
        assert!(meta.params.iter().any(|it| it.name == "per_page"));
        assert!(!ListQueryParams::<()>::META.search_after_in_body);
    }
}
