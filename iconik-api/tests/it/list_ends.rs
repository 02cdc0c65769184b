//! A list never ends short in silence: it yields every item, or its last item is an error that says how
//! many are missing.

use std::time::Duration;

use http::Method;
use iconik_api::{
    ActionMeta, Call, Client, Cursor, Error, ErrorKind, ItemKey, Items, List, ListItem, Page,
    Paging, RetryPolicy, prepare,
};
use serde_json::{Value, json};

use crate::paging::{client, list, number, query, row};
use crate::support::{Received, Reply, Server, Step};

fn rows(range: std::ops::Range<usize>) -> Vec<Value> {
    range.map(row).collect()
}

fn expected(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|number| format!("row-{number}")).collect()
}

fn ok(body: Value) -> Reply {
    Reply::json(200, body.to_string())
}

fn page_of(request: &Received) -> usize {
    number(&query(request), "page", 1)
}

/// A list by page number, which a retry policy helps but does not slow.
fn collections(server: &Server) -> Items<iconik_api::assets::Collection> {
    quick(server).assets().collections().list().items()
}

fn quick(server: &Server) -> Client {
    let policy = RetryPolicy::default().backoff(Duration::from_millis(1), Duration::from_millis(2));
    server
        .builder()
        .limiter(iconik_api::Limiter::unlimited())
        .retry(policy)
        .build()
        .unwrap()
}

/// A call of an endpoint whose items are any JSON.
fn values(server: &Server, path: &str) -> Call<iconik_api::response::Json<Page<Value>>> {
    client(server).request(Method::GET, path).decode_as()
}

/// Reads a list to its end: the ids, and the error if there is one.
async fn read<T: ListItem>(mut items: Items<T>) -> (Vec<String>, Option<Error>) {
    let mut ids = Vec::new();
    while let Some(item) = items.next().await {
        match item {
            Ok(item) => ids.push(id_of(&item)),
            Err(error) => {
                assert!(items.next().await.is_none(), "an error is the last item");
                return (ids, Some(error));
            }
        }
    }
    (ids, None)
}

fn id_of<T: ListItem>(item: &T) -> String {
    let key = format!("{:?}", item.key());
    let (_, rest) = key.split_once("id: Some(\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

async fn read_all<T: ListItem>(items: Items<T>) -> Vec<String> {
    let (ids, error) = read(items).await;
    assert!(error.is_none(), "{error:?} after {ids:?}");
    ids
}

/// Reads a list that must end short: the ids, and how many are missing.
async fn read_short<T: ListItem>(items: Items<T>) -> (Vec<String>, u64, Cursor) {
    let (ids, error) = read(items).await;
    let error = error.expect("the list is short");
    assert_eq!(error.kind(), ErrorKind::Incomplete, "{error}");
    assert!(error.to_string().contains("are missing"), "{error}");
    let incomplete = error.incomplete().unwrap();
    (ids, incomplete.missing(), incomplete.cursor().clone())
}

/// 95 items on ten pages, of which some are empty in one of the forms that servers have.
async fn with_gaps(gaps: &'static [usize], form: Value, per_item: usize) -> Server {
    let per_page = 10;
    Server::start(move |request| {
        let page = page_of(request);
        let skipped = gaps.iter().filter(|gap| **gap < page).count() * per_item;
        let from = ((page - 1 - skipped) * per_page).min(95);
        let mut body = json!({
            "objects": rows(from..95.min(from + per_page)), "page": page, "pages": 10 + gaps.len() * per_item,
            "total": 95, "next_url": format!("/API/assets/v1/collections/?page={}", page + 1),
        });
        if gaps.contains(&page) {
            match &form {
                Value::String(_) => drop(body.as_object_mut().unwrap().remove("objects")),
                other => body["objects"] = other.clone(),
            }
        }
        ok(body)
    })
    .await
}

#[tokio::test]
async fn an_empty_page_in_the_middle_is_not_the_end() {
    for form in [json!(null), json!([]), json!("absent")] {
        for gaps in [&[2][..], &[3], &[2, 3, 4], &[10]] {
            for ahead in [1, 4] {
                let server = with_gaps(gaps, form.clone(), 1).await;
                let items = collections(&server).read_ahead(ahead);
                assert_eq!(read_all(items).await, expected(0..95), "{form} {gaps:?}");
            }
        }
    }
}

#[tokio::test]
async fn items_of_a_page_that_stays_empty_are_missing() {
    for form in [json!(null), json!([]), json!("absent")] {
        let server = with_gaps(&[3], form, 0).await;
        let (ids, missing, cursor) = read_short(collections(&server)).await;
        assert_eq!((ids.len(), missing), (85, 10));
        assert!(cursor.to_string().contains(r#"{"page":3}"#), "{cursor}");
        // The page was requested once more before the list ended.
        assert!(server.count() <= 13, "{}", server.count());
    }
}

#[tokio::test]
async fn a_page_that_was_empty_once_is_made_up_for() {
    for gap in [2, 3, 10] {
        let server = Server::start(move |request| {
            let page = page_of(request);
            let failed = page == gap && request.number < 10;
            let from = (page - 1) * 10;
            let objects = match failed {
                true => Vec::new(),
                false => rows(from.min(95)..95.min(from + 10)),
            };
            ok(json!({ "objects": objects, "page": page, "pages": 10, "total": 95 }))
        })
        .await;
        let mut ids = read_all(collections(&server)).await;
        ids.sort_by_key(|id| id[4..].parse::<usize>().unwrap());
        assert_eq!(ids, expected(0..95), "{gap}");
    }
}

#[tokio::test]
async fn a_failure_that_looks_like_an_empty_list_is_no_end() {
    let server = Server::start(|request| {
        if request.number == 2 {
            return ok(
                json!({ "objects": [], "page": 1, "pages": 0, "total": 0, "next_url": null }),
            );
        }
        list(request, 95)
    })
    .await;
    assert_eq!(read_all(collections(&server)).await, expected(0..95));
}

#[tokio::test]
async fn a_scroll_goes_on_after_an_empty_page() {
    let server = Server::start(|request| {
        let from = [0, 10, 20, 20, 30, 40][request.number.min(5)];
        let to = [10, 20, 20, 30, 40, 40][request.number.min(5)];
        let id = format!("id-{}", request.number);
        ok(json!({ "objects": rows(from..to), "scroll_id": id, "total": 40 }))
    })
    .await;
    let items = quick(&server)
        .assets()
        .collections()
        .list()
        .scroll(true)
        .items();
    assert_eq!(read_all(items).await, expected(0..40));
}

#[tokio::test]
async fn a_scroll_that_stays_empty_is_short() {
    let server = Server::start(|request| {
        let from = (request.number * 10).min(20);
        let id = format!("id-{}", request.number);
        ok(json!({ "objects": rows(from..20.min(from + 10)), "scroll_id": id, "total": 40 }))
    })
    .await;
    let items = quick(&server)
        .assets()
        .collections()
        .list()
        .scroll(true)
        .items();
    let (ids, missing, cursor) = read_short(items).await;
    assert_eq!((ids, missing), (expected(0..20), 20));
    assert!(cursor.to_string().contains(r#""skip":20"#), "{cursor}");
    assert!(server.count() <= 15, "{}", server.count());
}

#[tokio::test]
async fn a_scroll_without_an_id_is_short() {
    let server = Server::always(ok(json!({ "objects": rows(0..10), "total": 40 }))).await;
    let items = quick(&server)
        .assets()
        .collections()
        .list()
        .scroll(true)
        .items();
    let (ids, missing, _) = read_short(items).await;
    assert_eq!((ids, missing, server.count()), (expected(0..10), 30, 1));
}

/// What can happen to the response to a page of a scroll after the server has moved on.
fn lost() -> Vec<(&'static str, Reply)> {
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"objects\": [";
    vec![
        ("cut", Reply::raw(cut)),
        ("reset", Reply::reset()),
        ("closed", Reply(vec![Step::Close])),
        ("503", Reply::json(503, r#"{"errors": ["overloaded"]}"#)),
        ("504", Reply::html(504, "gateway")),
        (
            "late",
            ok(json!({ "objects": rows(20..30) })).after(Duration::from_secs(5)),
        ),
        (
            "expired",
            Reply::json(404, r#"{"errors": ["no such scroll"]}"#),
        ),
    ]
}

/// A scroll over 50 items. The server moves on with every request, also when its response is lost.
async fn scroll_that_loses(reply: Reply, at: usize) -> Server {
    let scrolls = std::sync::Mutex::new(Vec::<usize>::new());
    Server::start(move |request| {
        let mut scrolls = scrolls.lock().unwrap();
        let scroll: usize = match query(request).get("scroll_id") {
            Some(id) => id.parse().unwrap(),
            None => {
                scrolls.push(0);
                scrolls.len() - 1
            }
        };
        let from = scrolls[scroll];
        scrolls[scroll] = 50.min(from + 10);
        if request.number == at {
            return reply.clone();
        }
        ok(json!({ "objects": rows(from..scrolls[scroll]), "scroll_id": scroll.to_string(), "total": 50 }))
    })
    .await
}

#[tokio::test]
async fn a_lost_page_of_a_scroll_is_read_in_a_new_scroll() {
    for (name, reply) in lost() {
        for at in [1, 2, 4, 5] {
            let server = scroll_that_loses(reply.clone(), at).await;
            let call = quick(&server)
                .assets()
                .collections()
                .list()
                .scroll(true)
                .call();
            let items = call.timeout(Duration::from_millis(300)).items();
            assert_eq!(read_all(items).await, expected(0..50), "{name} {at}");
        }
    }
}

#[tokio::test]
async fn a_lost_page_of_a_scroll_is_an_error_where_nothing_is_retried() {
    for (name, reply) in lost() {
        let server = scroll_that_loses(reply, 2).await;
        let list = || {
            let call = client(&server)
                .assets()
                .collections()
                .list()
                .scroll(true)
                .call();
            let call = call.timeout(Duration::from_millis(300));
            call.retry(RetryPolicy::none()).items()
        };
        let mut items = list();
        let mut ids = Vec::new();
        while let Some(Ok(item)) = items.next().await {
            ids.push(item.id.unwrap().to_string());
        }
        assert_eq!(ids, expected(0..20), "{name}");
        ids.extend(read_all(list().resume(items.cursor().unwrap())).await);
        assert_eq!(ids, expected(0..50), "{name}");
    }
}

#[tokio::test]
async fn a_scroll_that_is_lost_again_and_again_is_an_error() {
    let server = Server::start(|request| match query(request).get("scroll_id") {
        None => ok(json!({ "objects": rows(0..10), "scroll_id": "a", "total": 50 })),
        Some(_) => Reply::json(503, "{}"),
    })
    .await;
    let items = quick(&server)
        .assets()
        .collections()
        .list()
        .scroll(true)
        .items();
    let (ids, error) = read(items).await;
    assert_eq!(ids, expected(0..10));
    assert!(error.unwrap().is_server_error());
    assert!(server.count() <= 8, "{}", server.count());
}

#[tokio::test]
async fn a_server_may_return_fewer_items_than_were_asked_for() {
    for (stated, total) in [
        (json!(100), json!(250)),
        (json!(null), json!(250)),
        (json!(null), json!(null)),
    ] {
        let server = Server::start(move |request| {
            let from = (page_of(request) - 1) * 100;
            let objects = rows(from.min(250)..250.min(from + 100));
            ok(json!({ "objects": objects, "per_page": stated, "total": total }))
        })
        .await;
        let items = quick(&server)
            .assets()
            .collections()
            .list()
            .per_page(500)
            .items();
        assert_eq!(read_all(items.read_ahead(3)).await, expected(0..250));
        assert!(server.count() <= 4);
    }
}

#[tokio::test]
async fn a_playlist_yields_an_asset_at_each_of_its_positions() {
    let asset = |id: &str, position: Option<usize>| match position {
        Some(position) => json!({ "id": id, "position": position }),
        None => json!({ "id": id }),
    };
    for with_position in [true, false] {
        for per_page in [1, 2, 3, 10] {
            let server = Server::start(move |request| {
                let from = (page_of(request) - 1) * per_page;
                let items = ["a", "b", "a", "a", "c", "b"];
                let page = items.iter().enumerate().skip(from).take(per_page);
                let objects: Vec<_> = page
                    .map(|(at, id)| asset(id, with_position.then_some(at + 1)))
                    .collect();
                ok(json!({ "objects": objects }))
            })
            .await;
            let items = client(&server).assets().playlists().list_items("p").items();
            let (ids, _) = read(items).await;
            // A page that is the same as one before, byte for byte, cannot be told from a server that
            // repeats itself.
            match (with_position, per_page) {
                (false, 1) => assert_eq!(ids, ["a", "b"]),
                _ => assert_eq!(
                    ids,
                    ["a", "b", "a", "a", "c", "b"],
                    "{with_position} {per_page}"
                ),
            }
        }
    }
}

#[tokio::test]
async fn errors_in_the_place_of_items_are_an_error() {
    for body in [
        r#"{"errors":["search backend is overloaded"]}"#,
        r#"{"errors":"search backend is overloaded","objects":null}"#,
        r#"{"errors":{"search":["overloaded"]},"objects":[],"next_url":null,"total":0}"#,
    ] {
        let server = Server::start(move |request| match page_of(request) {
            3 => Reply::json(200, body),
            _ => list(request, 50),
        })
        .await;
        let (ids, error) = read(collections(&server)).await;
        let error = error.unwrap();
        assert_eq!(ids, expected(0..20));
        assert!(error.is_decode() && !error.messages().is_empty(), "{error}");
        assert!(
            error
                .to_string()
                .contains("the response contains `errors` instead"),
            "{error}"
        );

        let first = Server::always(Reply::json(200, body)).await;
        assert!(
            client(&first)
                .assets()
                .collections()
                .list()
                .await
                .unwrap_err()
                .is_decode()
        );
    }
}

#[tokio::test]
async fn a_list_by_search_after_continues_after_the_sort_values_of_its_last_item() {
    for (total, envelope) in [(json!(50), false), (json!(null), false), (json!(50), true)] {
        let server = Server::start(move |request| {
            let query = query(request);
            let after = query.get("search_after").map_or(0, |after| {
                let after: Vec<Value> = serde_json::from_str(after).unwrap();
                assert_eq!(after[1], json!("tie"));
                after[0].as_u64().unwrap() as usize + 1
            });
            let mut objects = rows(after..50.min(after + 10));
            let last = json!([after + 9, "tie"]);
            if !envelope {
                for (at, item) in objects.iter_mut().enumerate() {
                    item["_sort"] = json!([after + at, "tie"]);
                }
            }
            let cursor = (envelope && !objects.is_empty()).then_some(last);
            ok(json!({ "objects": objects, "total": total, "search_after": cursor }))
        })
        .await;
        let list = || {
            client(&server)
                .assets()
                .relations()
                .list("a")
                .items()
                .style(Paging::SearchAfter)
        };
        assert_eq!(read_all(list()).await, expected(0..50));

        let mut items = list();
        for _ in 0..13 {
            items.next().await.unwrap().unwrap();
        }
        let rest = list().resume(items.cursor().unwrap());
        assert_eq!(read_all(rest).await, expected(13..50));
    }
}

/// An action that searches: the cursor is sent in the body.
struct Search {
    body: Value,
}

impl iconik_api::Action for Search {
    type Response = iconik_api::response::Json<Page<Value>>;
    const META: &'static ActionMeta =
        &ActionMeta::new("search.run", Method::POST, "/API/search", "/v1/search/")
            .with_paging(&[Paging::Page, Paging::SearchAfter])
            .with_search_after_in_body()
            .with_idempotent(true);

    fn encode(&self, request: &mut iconik_api::RequestWriter) {
        request.json(&self.body);
    }
}

#[tokio::test]
async fn a_search_continues_in_its_body() {
    let server = Server::start(|request| {
        let body = request.json();
        assert_eq!(body["query"], "storm");
        let after = body["search_after"][0]
            .as_u64()
            .map_or(0, |after| after as usize + 1);
        let mut objects = rows(after..35.min(after + 10));
        for (at, item) in objects.iter_mut().enumerate() {
            item["_sort"] = json!([after + at]);
        }
        ok(json!({ "objects": objects, "total": 35 }))
    })
    .await;
    let search = |body: Value| client(&server).call(&Search { body }).items();
    let list = || search(json!({ "query": "storm", "search_after": [] }));
    assert_eq!(read_all(list()).await, expected(0..35));
    assert!(
        server
            .received()
            .iter()
            .all(|request| request.query().is_empty())
    );

    let mut items = search(json!({ "query": "storm" })).style(Paging::SearchAfter);
    for _ in 0..17 {
        items.next().await.unwrap().unwrap();
    }
    let rest = list().resume(items.cursor().unwrap());
    assert_eq!(read_all(rest).await, expected(17..35));

    let late = search(json!({ "query": "storm", "search_after": [29] }));
    assert_eq!(read_all(late).await, expected(30..35));
}

/// A list that continues after the name of its last item.
struct Fields;

impl iconik_api::Action for Fields {
    type Response = iconik_api::response::Json<List<Value>>;
    const META: &'static ActionMeta =
        &ActionMeta::new("fields.list", Method::GET, "/API/metadata", "/v1/fields/")
            .with_paging(&[Paging::LastFieldName]);

    fn encode(&self, request: &mut iconik_api::RequestWriter) {
        request.query("per_page", &3);
    }
}

#[tokio::test]
async fn a_list_by_name_continues_after_the_last_name() {
    let names = ["a b", "c", "d", "e", "f", "g", "h"];
    let server = Server::start(move |request| {
        let query = query(request);
        let from = query.get("last_field_name").map_or(0, |name| {
            names.iter().position(|known| known == name).unwrap() + 1
        });
        let page = names.iter().skip(from).take(3);
        let objects: Vec<_> = page.map(|name| json!({ "name": name })).collect();
        ok(json!({ "objects": objects }))
    })
    .await;
    let list = || client(&server).call(&Fields).items();
    let all: Vec<Value> = list().try_collect().await.unwrap();
    assert_eq!(
        all.iter().map(|item| &item["name"]).collect::<Vec<_>>(),
        names
    );
    assert_eq!(server.count(), 4);

    let mut items = list();
    for _ in 0..4 {
        items.next().await.unwrap().unwrap();
    }
    let rest: Vec<Value> = list()
        .resume(items.cursor().unwrap())
        .try_collect()
        .await
        .unwrap();
    assert_eq!(
        rest.iter().map(|item| &item["name"]).collect::<Vec<_>>(),
        names[4..]
    );
}

#[tokio::test]
async fn a_null_link_ends_a_list() {
    let server = Server::start(|request| match page_of(request) {
        page @ 1..=2 => {
            let link = format!("/API/assets/v1/collections/?page={}", page + 1);
            ok(json!({ "objects": rows(page - 1..page), "next_url": link }))
        }
        3 => ok(json!({ "objects": rows(2..3), "next_url": null })),
        _ => Reply::json(404, "{}"),
    })
    .await;
    assert_eq!(read_all(collections(&server)).await, expected(0..3));
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_null_link_before_the_total_is_short() {
    let server = Server::start(|request| {
        let page = page_of(request);
        let link = (page < 3).then(|| format!("?page={}", page + 1));
        ok(json!({ "objects": rows((page - 1) * 10..page * 10), "total": 50, "next_url": link }))
    })
    .await;
    let (ids, missing, cursor) = read_short(collections(&server)).await;
    assert_eq!((ids, missing, server.count()), (expected(0..30), 20, 3));
    // The page behind exists all the same.
    let mut rest = collections(&server).resume(cursor.clone());
    assert_eq!(rest.next().await.unwrap().unwrap().id.unwrap(), "row-30");
    assert_eq!(cursor, cursor.to_string().parse().unwrap());
}

#[tokio::test]
async fn a_page_that_nothing_announces_may_not_exist() {
    for total in [json!(null), json!(20)] {
        let statuses: &[u16] = match total {
            Value::Null => &[404],
            _ => &[400, 404, 410, 416, 422],
        };
        for status in statuses {
            let (status, total) = (*status, total.clone());
            let server = Server::start(move |request| match page_of(request) {
                page @ 1..=2 => {
                    ok(json!({ "objects": rows((page - 1) * 10..page * 10), "total": total }))
                }
                _ => Reply::json(status, "{}"),
            })
            .await;
            assert_eq!(
                read_all(collections(&server)).await,
                expected(0..20),
                "{status}"
            );
        }
    }
    // Where more is announced, it is an error.
    let server = Server::start(|request| match page_of(request) {
        1 => ok(json!({ "objects": rows(0..10), "total": 20 })),
        _ => Reply::json(404, "{}"),
    })
    .await;
    let (ids, error) = read(collections(&server)).await;
    assert_eq!(ids, expected(0..10));
    assert!(error.unwrap().is_not_found());
}

#[tokio::test]
async fn whatever_a_total_says_the_list_ends() {
    for (total, missing) in [
        (json!(1_000_000), 999_975),
        (json!(i64::MAX), i64::MAX as u64 - 25),
        (json!(26), 1),
        (json!(25), 0),
        (json!(10), 0),
        (json!(5), 0),
        (json!(0), 0),
        (json!(-3), 0),
        (json!("25"), 0),
        (json!(null), 0),
    ] {
        for ahead in [1, 5] {
            let total = total.clone();
            let server = Server::start(move |request| {
                let from = (page_of(request) - 1) * 10;
                ok(json!({ "objects": rows(from.min(25)..25.min(from + 10)), "total": total }))
            })
            .await;
            // The first page alone would make it a scroll.
            let items = quick(&server)
                .assets()
                .collections()
                .list()
                .page(1)
                .items()
                .read_ahead(ahead);
            let (ids, error) = read(items).await;
            assert_eq!(ids, expected(0..25));
            let found = error.map_or(0, |error| error.incomplete().unwrap().missing());
            assert_eq!(found, missing);
            assert!(server.count() <= 3 + 12 + 5, "{}", server.count());
        }
    }
}

#[tokio::test]
async fn links_and_pages_that_lead_back_end_the_list() {
    for (link, total, missing) in [
        ("?page=1", json!(null), 0),
        ("?page=2", json!(null), 0),
        ("?page=1", json!(40), 10),
        ("?page=2", json!(40), 10),
        ("?token=same", json!(null), 0),
    ] {
        let server = Server::start(move |request| {
            let page = page_of(request).min(3);
            ok(json!({ "objects": rows((page - 1) * 10..page * 10), "total": total, "next_url": link }))
        })
        .await;
        let (ids, error) = read(collections(&server)).await;
        match link {
            "?token=same" => assert_eq!(ids, expected(0..10)),
            _ => assert_eq!(ids, expected(0..30)),
        }
        let found = error.map_or(0, |error| error.incomplete().unwrap().missing());
        assert_eq!(found, missing, "{link}");
        assert!(server.count() <= 16, "{}", server.count());
    }
}

#[tokio::test]
async fn pages_that_repeat_are_short() {
    for repeated in [1, 2] {
        let server = Server::start(move |request| {
            let page = page_of(request);
            let from = (if page == 3 { repeated } else { page } - 1) * 10;
            ok(json!({ "objects": rows(from..from + 10), "page": page, "pages": 5, "total": 50 }))
        })
        .await;
        let (ids, missing, _) = read_short(collections(&server)).await;
        assert_eq!((ids.len(), missing), (40, 10));
        // An item that comes again may have moved, so that the pages are read once more.
        assert!(server.count() <= 10, "{}", server.count());
    }
    let server = Server::always(ok(
        json!({ "objects": rows(0..10), "pages": 100, "total": 1000 }),
    ))
    .await;
    let (ids, missing, _) = read_short(collections(&server)).await;
    assert_eq!((ids, missing), (expected(0..10), 990));
    assert!(server.count() <= 12, "{}", server.count());
}

#[tokio::test]
async fn items_that_are_removed_while_reading_hide_none() {
    for ahead in [1, 3] {
        let gone = std::sync::Mutex::new(0);
        let server = Server::start(move |request| {
            let mut gone = gone.lock().unwrap();
            // Before each page but the first, three items in front are removed.
            if request.number > 0 && *gone < 12 {
                *gone += 3;
            }
            let left: Vec<_> = (*gone..40).map(row).collect();
            let from = (page_of(request) - 1) * 10;
            let objects: Vec<_> = left.iter().skip(from).take(10).cloned().collect();
            ok(json!({ "objects": objects, "total": left.len(), "pages": left.len().div_ceil(10) }))
        })
        .await;
        let mut ids = read_all(collections(&server).read_ahead(ahead)).await;
        ids.sort_by_key(|id| id[4..].parse::<usize>().unwrap());
        ids.dedup();
        assert!(ids.ends_with(&expected(12..40)), "{ids:?}");
    }
}

#[tokio::test]
async fn a_list_whose_items_are_deleted_as_they_come_is_read_whole() {
    let left = std::sync::Arc::new(std::sync::Mutex::new(expected(0..45)));
    let shared = std::sync::Arc::clone(&left);
    let server = Server::start(move |request| {
        let left = shared.lock().unwrap();
        let from = (page_of(request) - 1) * 10;
        let objects: Vec<_> = left
            .iter()
            .skip(from)
            .take(10)
            .map(|id| json!({ "id": id }))
            .collect();
        let pages = left.len().div_ceil(10);
        let link = (page_of(request) < pages).then(|| format!("?page={}", page_of(request) + 1));
        ok(json!({ "objects": objects, "total": left.len(), "pages": pages, "next_url": link }))
    })
    .await;
    let mut items = collections(&server);
    let mut ids = Vec::new();
    while let Some(item) = items.try_next().await.unwrap() {
        let id = item.id.unwrap().to_string();
        left.lock().unwrap().retain(|known| *known != id);
        ids.push(id);
    }
    ids.sort_by_key(|id| id[4..].parse::<usize>().unwrap());
    assert_eq!(ids, expected(0..45));
}

#[tokio::test]
async fn items_that_are_added_while_reading_are_no_reason_to_stop() {
    for added in 1..4 {
        let server = Server::start(move |request| {
            // In front, before the second page.
            let new = if request.number > 0 { added } else { 0 };
            let all: Vec<_> = (0..new)
                .map(|at| json!({ "id": format!("new-{at}") }))
                .chain(rows(0..40))
                .collect();
            let from = (page_of(request) - 1) * 10;
            let objects: Vec<_> = all.iter().skip(from).take(10).cloned().collect();
            ok(json!({ "objects": objects, "total": all.len(), "pages": all.len().div_ceil(10) }))
        })
        .await;
        let mut ids = read_all(collections(&server)).await;
        ids.retain(|id| id.starts_with("row"));
        assert_eq!(ids, expected(0..40));
    }
}

#[tokio::test]
async fn a_list_of_objects_alone_ends_when_nothing_new_comes() {
    // One that has pages, and one that ignores the page.
    for has_pages in [true, false] {
        let server = Server::start(move |request| {
            let from = if has_pages {
                (page_of(request) - 1) * 10
            } else {
                0
            };
            ok(json!({ "objects": rows(from.min(20)..20.min(from + 10)) }))
        })
        .await;
        let items = values(&server, "/API/x/v1/list/").items();
        let wanted = if has_pages { 20 } else { 10 };
        assert_eq!(read_all(items).await, expected(0..wanted));
        assert_eq!(server.count(), if has_pages { 3 } else { 2 });
    }
}

#[tokio::test]
async fn an_action_without_paging_is_one_request() {
    struct Themes;
    impl iconik_api::Action for Themes {
        type Response = iconik_api::response::Json<List<Value>>;
        const META: &'static ActionMeta =
            &ActionMeta::new("themes.list", Method::GET, "/API/settings", "/v1/themes/");
        fn encode(&self, _: &mut iconik_api::RequestWriter) {}
    }
    assert_eq!(prepare(&Themes).unwrap().query(), None);
    let server = Server::always(ok(json!({ "objects": rows(0..10) }))).await;
    let items = client(&server).call(&Themes).items();
    assert_eq!(read_all(items).await, expected(0..10));
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_list_by_last_id_is_asked_again_when_a_page_is_empty_before_the_total() {
    let server = Server::start(|request| {
        let from = query(request)
            .get("last_id")
            .map_or(0, |id| id[4..].parse::<usize>().unwrap() + 1);
        let objects = match request.number {
            2 => Vec::new(),
            _ => rows(from.min(35)..35.min(from + 10)),
        };
        ok(json!({ "objects": objects, "total": 35 }))
    })
    .await;
    let items = quick(&server)
        .assets()
        .shares()
        .list(("assets", "a"))
        .items();
    assert_eq!(read_all(items).await, expected(0..35));
}

#[tokio::test]
async fn null_does_not_end_a_list_by_last_id_that_never_had_links() {
    for per_page in [3, 10] {
        let server = Server::start(|request| {
            let from = query(request)
                .get("last_id")
                .map_or(0, |id| id[4..].parse::<usize>().unwrap() + 1);
            let per_page = number(&query(request), "per_page", 10);
            ok(json!({ "objects": rows(from.min(7)..7.min(from + per_page)), "next_url": null }))
        })
        .await;
        let items = quick(&server)
            .assets()
            .shares()
            .list(("assets", "a"))
            .per_page(per_page)
            .items();
        assert_eq!(read_all(items).await, expected(0..7));
        assert_eq!(server.count(), if per_page == 3 { 4 } else { 2 });
    }
}

#[tokio::test]
async fn each_item_comes_with_the_cursor_behind_it() {
    let server = Server::start(|request| list(request, 25)).await;
    for style in [Paging::Page, Paging::Scroll] {
        let list = || {
            client(&server)
                .assets()
                .collections()
                .list()
                .per_page(10)
                .items()
                .style(style)
        };
        let mut items = list().with_cursors();
        let mut done = 0;
        while let Some((item, cursor)) = items.try_next().await.unwrap() {
            assert_eq!(item.id.unwrap(), format!("row-{done}"));
            done += 1;
            assert_eq!(read_all(list().resume(cursor)).await, expected(done..25));
        }
        assert_eq!((done, items.total()), (25, Some(25)));
    }
}

#[tokio::test]
async fn the_readers_own_types_are_items_too() {
    #[derive(serde::Deserialize)]
    struct Mine {
        id: String,
    }
    impl ListItem for Mine {
        fn key(&self) -> ItemKey<'_> {
            ItemKey::from_id(&self.id)
        }
    }
    #[derive(serde::Deserialize)]
    struct Other {
        id: String,
    }
    let server = Server::start(|request| list(request, 25)).await;
    let call = || client(&server).request(Method::GET, "/API/assets/v1/collections/");

    let mine: Vec<Mine> = call()
        .decode_as::<Page<Mine>>()
        .items()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(
        mine.into_iter().map(|item| item.id).collect::<Vec<_>>(),
        expected(0..25)
    );
    let by_key = call().decode_as::<Page<Other>>();
    let by_key = by_key.items_by(|item| ItemKey::from_id(item.id.as_str()));
    let other: Vec<Other> = by_key.try_collect().await.unwrap();
    assert_eq!(
        other.into_iter().map(|item| item.id).collect::<Vec<_>>(),
        expected(0..25)
    );
    let pages = call()
        .decode_as::<Page<Other>>()
        .pages_by(|_| ItemKey::none());
    let pages: Vec<Page<Other>> = pages.try_collect().await.unwrap();
    assert_eq!(
        pages.iter().map(|page| page.iter().count()).sum::<usize>(),
        25
    );
}

#[tokio::test]
async fn items_without_keys_end_with_a_page_that_repeats() {
    let server = Server::start(|request| {
        let page = page_of(request).min(3);
        let objects: Vec<_> = (0..2).map(|_| json!({ "count": page })).collect();
        ok(json!({ "objects": objects, "page": page_of(request) }))
    })
    .await;
    let items: Vec<Value> = values(&server, "/API/x/v1/list/")
        .items()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(items.len(), 6);
    assert_eq!(server.count(), 4);
}
