//! Searches by criteria, over HTTP.

use crate::support::{Reply, Server};
use iconik_api::criteria::{escape, phrase};
use iconik_api::search::{
    DocumentType, FacetFilter, FilterOperator, NewSavedSearch, SearchCriteria, SearchFilter,
    SearchSort, SearchTerm,
};
use iconik_api::{ErrorKind, Limiter};
use serde_json::json;

fn client(server: &Server) -> iconik_api::Client {
    server
        .builder()
        .limiter(Limiter::unlimited())
        .build()
        .unwrap()
}

#[test]
fn texts_of_users_have_no_meaning_in_a_query() {
    for char in r#"+-=&|!(){}[]^"~*?:\/"#.chars() {
        assert_eq!(escape(&format!("a{char}b")), format!("a\\{char}b"));
    }
    assert_eq!(escape("a b\nc<d>"), r"a\ b\ c\ d\ ");
    assert_eq!(escape(""), r#""""#);
    for word in ["AND", "OR", "NOT", "TO"] {
        assert_eq!(escape(word), format!("\\{word}"));
    }
    assert_eq!(escape("Überlänge 片"), r"Überlänge\ 片");
    assert_eq!(phrase("a \"b\" \\ c\n(d)"), r#""a \"b\" \\ c (d)""#);
}

#[tokio::test]
async fn criteria_are_sent_as_iconik_reads_them() {
    let server = Server::always(Reply::json(200, r#"{"objects":[],"next_url":null}"#)).await;
    let criteria = SearchCriteria::new()
        .doc_types([DocumentType::Assets])
        .filter(
            SearchFilter::all_of([
                SearchTerm::is("status", "ACTIVE"),
                SearchTerm::is_one_of("media_type", ["video", "audio"]),
                SearchTerm::is_at_least("date_created", "2026-01-01"),
                SearchTerm::is_present("external_id"),
                SearchTerm::is_missing("date_deleted"),
            ])
            .and_filter(SearchFilter::nested(
                "files",
                [SearchTerm::is("files.storage_id", "s")],
            )),
        )
        .sort([SearchSort::new("title")]);
    client(&server)
        .search()
        .find(criteria)
        .unwrap()
        .await
        .unwrap();

    let request = server.single();
    assert_eq!(request.query(), "save_search_history=false");
    assert_eq!(
        request.json(),
        json!({
            "doc_types": ["assets"],
            "filter": {
                "operator": "AND",
                "terms": [
                    { "name": "status", "value": "ACTIVE" },
                    { "name": "media_type", "value_in": ["video", "audio"] },
                    { "name": "date_created", "range": { "min": "2026-01-01" } },
                    { "name": "external_id", "exists": true },
                    { "name": "date_deleted", "missing": true },
                ],
                "filters": [{
                    "operator": "NESTED", "path": "files",
                    "terms": [{ "name": "files.storage_id", "value": "s" }],
                }],
            },
            "sort": [{ "name": "title" }, { "name": "id", "order": "asc" }],
            "search_after": [],
        })
    );
}

#[tokio::test]
async fn empty_conditions_are_refused_before_anything_is_sent() {
    let server = Server::always(Reply::json(200, r#"{"objects":[]}"#)).await;
    let search = client(&server).search();
    let none: [&str; 0] = [];
    let no_terms: [SearchTerm; 0] = [];
    for filter in [
        SearchFilter::all_of([SearchTerm::is_one_of("status", none)]),
        SearchFilter::any_of([SearchTerm::new("status")]),
        SearchFilter::none_of(no_terms.clone()),
        SearchFilter::new(FilterOperator::Nested).terms([SearchTerm::is("a", "b")]),
        SearchFilter::all_of([SearchTerm::is("a", "b")]).and_filter(SearchFilter::all_of(no_terms)),
    ] {
        let error = search
            .find(SearchCriteria::new().filter(filter))
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request, "{error}");
    }
    let criteria = SearchCriteria::new().facets_filters([FacetFilter::new("archive_status")]);
    let error = search.find(criteria).unwrap_err();
    assert!(error.to_string().contains("archive_status"), "{error}");
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn items_go_beyond_ten_thousand_by_the_sort_keys_of_the_last_hit() {
    const TOTAL: usize = 10_250;
    let server = Server::start(|request| {
        let body = request.json();
        let after = body["search_after"].as_array().unwrap();
        let first = after.last().map_or(0, |id| {
            id.as_str().unwrap()[1..].parse::<usize>().unwrap() + 1
        });
        let objects: Vec<_> = (first..TOTAL.min(first + 500))
            .map(|number| {
                let id = format!("h{number:06}");
                json!({ "id": id, "object_type": "assets", "_sort": ["same", id] })
            })
            .collect();
        Reply::json(
            200,
            json!({ "objects": objects, "total": TOTAL, "next_url": null }).to_string(),
        )
    })
    .await;
    let criteria = SearchCriteria::new().sort([SearchSort::new("title")]);
    let request = client(&server)
        .search()
        .find(criteria)
        .unwrap()
        .per_page(500);
    let mut hits = request.items();
    let mut count = 0;
    while let Some(hit) = hits.try_next().await.unwrap() {
        assert_eq!(hit.id.unwrap(), format!("h{count:06}").as_str());
        count += 1;
    }
    assert_eq!(count, TOTAL);
    let received = server.received();
    assert_eq!(
        received[1].json()["search_after"],
        json!(["same", "h000499"])
    );
    assert!(
        received
            .iter()
            .all(|request| request.json()["sort"].as_array().unwrap().len() == 2)
    );
}

#[tokio::test]
async fn facets_are_read_by_name() {
    let server = Server::always(Reply::json(
        200,
        r#"{"objects":[],"facets":{"media_type":{"buckets":[{"key":"video","doc_count":7},{"key":1,"doc_count":"2"}],"x":1},
            "odd":[]}}"#,
    ))
    .await;
    let criteria = SearchCriteria::new().facets(["media_type"]);
    let page = client(&server)
        .search()
        .find(criteria)
        .unwrap()
        .await
        .unwrap();
    let facet = page.facet("media_type").unwrap();
    assert_eq!(
        (facet.count("video"), facet.count("1"), facet.count("audio")),
        (7, 2, 0)
    );
    assert_eq!(facet.extra.raw("x"), Some("1"));
    assert_eq!(page.facet("odd"), None);
    assert_eq!(page.facet("status"), None);
}

#[tokio::test]
async fn the_criteria_of_a_saved_search_are_searched_for_again() {
    let server = Server::start(|request| match request.method.as_str() {
        "GET" => Reply::json(
            200,
            r#"{"objects":[],"search_criteria_document":{"name":"n","criteria":{"doc_types":["assets"],"query":"storm",
                "filter":{"operator":"AND","terms":[{"name":"status","value_in":["ACTIVE"]}]},"new":1}}}"#,
        ),
        _ => Reply::json(200, r#"{"objects":[{"id":"a","metadata":{"Place":["Visby",3],"One":"x"}}],"next_url":null,"total":1}"#),
    })
    .await;
    let search = client(&server).search();
    let saved = search.saved_searches().get_criteria("s1").await.unwrap();
    let page = search.find(saved.clone()).unwrap().await.unwrap();
    assert_eq!(page.objects[0].metadata_texts("Place"), ["Visby", "3"]);
    assert_eq!(page.objects[0].metadata_texts("One"), ["x"]);
    assert_eq!(page.objects[0].metadata_texts("Two"), [""; 0]);

    let received = server.received();
    assert_eq!(
        received[0].target,
        "/API/search/v1/search/saved/s1/?include_results=false"
    );
    let body = received[1].json();
    assert_eq!(body["query"], "storm");
    assert_eq!(body["filter"]["terms"][0]["value_in"], json!(["ACTIVE"]));
    assert_eq!(body.get("new"), None);
    assert_eq!(body.get("facets"), None);

    let again = NewSavedSearch::new("copy", SearchCriteria::from(saved));
    assert_eq!(again.criteria.query.as_deref(), Some("storm"));
}

#[tokio::test]
async fn a_saved_search_without_criteria_is_an_error() {
    for body in [
        r#"{"objects":[]}"#,
        r#"{"objects":[],"search_criteria_document":{"criteria":null}}"#,
    ] {
        let server = Server::always(Reply::json(200, body)).await;
        let saved = client(&server).search().saved_searches();
        assert!(saved.get_criteria("s1").await.unwrap_err().is_decode());
    }
}
