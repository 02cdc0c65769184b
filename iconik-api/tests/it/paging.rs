//! Lists of many pages over HTTP: what is requested, what comes out, when it ends.

use std::collections::HashMap;
use std::time::Duration;

use crate::support::{Received, Reply, Server};
use iconik_api::assets::Collection;
use iconik_api::assets::requests::ListCollections;
use iconik_api::{Client, Cursor, ErrorKind, Items, Limiter, Page, Paging};
use serde_json::{Value, json};

/// The query of a request, decoded.
pub(crate) fn query(request: &Received) -> HashMap<String, String> {
    let decode = |text: &str| {
        percent_encoding::percent_decode_str(text)
            .decode_utf8()
            .unwrap()
            .into_owned()
    };
    let pairs = request.query().split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

pub(crate) fn number(query: &HashMap<String, String>, name: &str, default: usize) -> usize {
    query
        .get(name)
        .map_or(default, |value| value.parse().unwrap())
}

pub(crate) fn row(number: usize) -> Value {
    json!({ "id": format!("row-{number}"), "title": format!("Row {number}") })
}

/// A list of rows as iconik serves it: numbered pages up to the 10,000th row, or a scroll.
pub(crate) fn list(request: &Received, rows: usize) -> Reply {
    let query = query(request);
    let per_page = number(&query, "per_page", 10);
    if query.get("scroll").is_some_and(|scroll| scroll == "true") {
        let from: usize = query.get("scroll_id").map_or(0, |id| id.parse().unwrap());
        let to = rows.min(from + per_page);
        let objects: Vec<_> = (from..to).map(row).collect();
        return Reply::json(
            200,
            json!({ "objects": objects, "scroll_id": to.to_string(), "total": rows }).to_string(),
        );
    }
    let page = number(&query, "page", 1);
    if page * per_page > 10_000 {
        return Reply::json(400, r#"{"errors": ["Result window is too large"]}"#);
    }
    let total = rows.min(10_000);
    let pages = total.div_ceil(per_page);
    let from = (page - 1) * per_page;
    let objects: Vec<_> = (from..total.min(from + per_page)).map(row).collect();
    let url = |page: usize| {
        format!(
            "/API/assets{}?page={page}&per_page={per_page}",
            &request.path()[11..]
        )
    };
    let body = json!({
        "objects": objects, "page": page, "pages": pages, "per_page": per_page, "total": total,
        "first_url": url(1), "last_url": url(pages),
        "next_url": (page < pages).then(|| url(page + 1)),
    });
    Reply::json(200, body.to_string())
}

async fn server(rows: usize) -> Server {
    Server::start(move |request| list(request, rows)).await
}

pub(crate) fn client(server: &Server) -> Client {
    server
        .builder()
        .limiter(Limiter::unlimited())
        .build()
        .unwrap()
}

async fn ids(mut items: Items<Collection>) -> Vec<String> {
    let mut ids = Vec::new();
    while let Some(item) = items.next().await {
        ids.push(item.unwrap().id.unwrap().to_string());
    }
    ids
}

fn expected(rows: std::ops::Range<usize>) -> Vec<String> {
    rows.map(|number| format!("row-{number}")).collect()
}

fn pages_asked(server: &Server) -> Vec<String> {
    server
        .received()
        .iter()
        .map(|request| query(request).remove("page").unwrap_or_default())
        .collect()
}

#[tokio::test]
async fn the_rows_of_all_pages_come_in_order_and_pages_only_when_needed() {
    let server = server(25).await;
    let mut items = client(&server)
        .assets()
        .collections()
        .list()
        .per_page(10)
        .items();

    let first = items.next().await.unwrap().unwrap();
    assert_eq!(first.id.unwrap(), "row-0");
    assert_eq!((server.count(), items.total()), (1, Some(25)));

    assert_eq!(ids(items).await, expected(1..25));
    assert_eq!(pages_asked(&server), ["1", "2", "3"]);
}

#[tokio::test]
async fn pages_come_whole_with_their_envelope() {
    let server = server(25).await;
    let pages: Vec<Page<Collection>> = client(&server)
        .assets()
        .collections()
        .list()
        .pages()
        .try_collect()
        .await
        .unwrap();

    assert_eq!(
        pages
            .iter()
            .map(|page| page.objects.len())
            .collect::<Vec<_>>(),
        [10, 10, 5]
    );
    assert_eq!(pages[1].page, Some(2));
}

#[tokio::test]
async fn an_empty_list_is_one_request() {
    for body in [
        r#"{"objects": [], "page": 1, "pages": 0, "total": 0, "next_url": null}"#,
        r#"{"objects": null}"#,
        "{}",
    ] {
        let server = Server::always(Reply::json(200, body)).await;
        assert_eq!(
            ids(client(&server).assets().collections().list().items()).await,
            expected(0..0)
        );
        assert_eq!(server.count(), 1, "{body}");
    }
}

#[tokio::test]
async fn a_list_that_ignores_page_numbers_ends() {
    // A single item may be there again because another one was added in front, so that a few pages
    // more are requested.
    for (rows, requests) in [(2, 2), (1, 5)] {
        let objects: Vec<_> = (0..rows).map(row).collect();
        let page = json!({ "objects": objects, "next_url": "/API/assets/v1/collections/?page=2" });
        let server = Server::always(Reply::json(200, page.to_string())).await;
        assert_eq!(
            ids(client(&server).assets().collections().list().items()).await,
            expected(0..rows)
        );
        assert_eq!(server.count(), requests);
    }
}

#[tokio::test]
async fn items_that_are_added_between_pages_of_one_do_not_end_a_list() {
    let server = Server::start(|request| {
        let page = number(&query(request), "page", 1);
        // Before the third, fourth and fifth page an item was put in front; nothing is counted.
        let added = page.clamp(2, 5) - 2;
        let objects: Vec<_> = (page - 1 - added..10).take(1).map(row).collect();
        Reply::json(200, json!({ "objects": objects }).to_string())
    })
    .await;
    assert_eq!(
        ids(client(&server).assets().collections().list().items()).await,
        expected(0..10)
    );
}

#[tokio::test]
async fn a_row_that_moves_to_the_next_page_comes_once() {
    let server = Server::start(|request| {
        let page = number(&query(request), "page", 1);
        // Between the two pages a row was put in front.
        let (from, next) = if page == 1 {
            (0, json!("?page=2"))
        } else {
            (1, json!(null))
        };
        let objects: Vec<_> = (from..from + 2).map(row).collect();
        Reply::json(
            200,
            json!({ "objects": objects, "next_url": next }).to_string(),
        )
    })
    .await;

    assert_eq!(
        ids(client(&server).assets().collections().list().items()).await,
        expected(0..3)
    );
}

#[tokio::test]
async fn page_0_is_what_the_server_makes_of_it() {
    let server = Server::start(|request| {
        let objects = match query(request)["page"].as_str() {
            "0" => vec![row(0), row(1)],
            _ => Vec::new(),
        };
        Reply::json(200, json!({ "objects": objects }).to_string())
    })
    .await;
    let items = client(&server)
        .assets()
        .collections()
        .list()
        .page(0)
        .items();
    assert_eq!(ids(items).await, expected(0..2));
}

#[tokio::test]
async fn a_limit_ends_the_list_and_its_requests() {
    let server = server(100).await;
    let list = || {
        client(&server)
            .assets()
            .collections()
            .list()
            .per_page(10)
            .items()
    };

    assert_eq!(ids(list().limit(0)).await, expected(0..0));
    assert_eq!(server.count(), 0);
    assert_eq!(ids(list().limit(20)).await, expected(0..20));
    assert_eq!(server.count(), 2);
    assert_eq!(ids(list().limit(25).read_ahead(8)).await, expected(0..25));
    assert_eq!(server.count(), 5);
}

#[tokio::test]
async fn reading_ahead_keeps_the_order_and_asks_for_no_page_twice() {
    // The earlier the page, the slower it is.
    let server = Server::start(|request| {
        let page = number(&query(request), "page", 1) as u64;
        list(request, 95).after(Duration::from_millis(40 - 4 * page))
    })
    .await;

    let items = client(&server)
        .assets()
        .collections()
        .list()
        .per_page(10)
        .items()
        .read_ahead(4);
    assert_eq!(ids(items).await, expected(0..95));
    let mut asked: Vec<u32> = pages_asked(&server)
        .iter()
        .map(|page| page.parse().unwrap())
        .collect();
    assert_eq!(asked[0], 1);
    asked.sort_unstable();
    assert_eq!(asked, (1..=10).collect::<Vec<_>>());
}

#[tokio::test]
async fn reading_ahead_requests_pages_before_they_are_needed() {
    for (read_ahead, pages) in [(1, 2..=3), (8, 5..=10)] {
        let server = Server::start(|request| list(request, 400)).await;
        let mut items = client(&server)
            .assets()
            .collections()
            .list()
            .per_page(10)
            .items()
            .read_ahead(read_ahead);
        for _ in 0..11 {
            items.next().await.unwrap().unwrap();
        }
        // What was sent has arrived by then.
        tokio::time::sleep(Duration::from_millis(100)).await;

        let requested = server.count();
        assert!(pages.contains(&requested), "{read_ahead}: {requested}");
    }
}

#[tokio::test]
async fn an_error_ends_the_list_at_a_cursor_from_which_it_goes_on() {
    let server = Server::start(|request| {
        if request.number == 1 {
            return Reply::json(403, r#"{"errors": ["No"]}"#);
        }
        list(request, 30)
    })
    .await;
    let list = || {
        client(&server)
            .assets()
            .collections()
            .list()
            .per_page(10)
            .items()
    };

    let mut items = list();
    for _ in 0..10 {
        items.next().await.unwrap().unwrap();
    }
    assert!(items.next().await.unwrap().unwrap_err().is_forbidden());
    assert!(items.next().await.is_none());

    let cursor = items.cursor().unwrap();
    assert_eq!(ids(list().resume(cursor)).await, expected(10..30));
}

#[tokio::test]
async fn a_list_goes_on_at_every_row_after_a_crash() {
    let server = server(25).await;
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
        for done in 0..25 {
            let mut items = list();
            for _ in 0..done {
                items.next().await.unwrap().unwrap();
            }
            let stored = items.cursor().unwrap().to_string();
            let cursor: Cursor = stored.parse().unwrap();
            assert_eq!(
                ids(list().resume(cursor)).await,
                expected(done..25),
                "{stored}"
            );
        }
        let mut items = list();
        while items.next().await.is_some() {}
        assert_eq!(items.cursor(), None);
    }
}

#[tokio::test]
async fn a_limited_list_goes_on_behind_its_last_row() {
    let server = server(25).await;
    let list = || client(&server).assets().collections().list().per_page(10);

    let mut items = list().items().limit(15);
    while items.next().await.is_some() {}
    let rest = list().items().resume(items.cursor().unwrap());
    assert_eq!(ids(rest).await, expected(15..25));

    let mut pages = list().pages().limit(15);
    while pages.next().await.is_some() {}
    let rest = list().items().resume(pages.cursor().unwrap());
    assert_eq!(ids(rest).await, expected(15..25));
}

#[tokio::test]
async fn a_cursor_of_another_list_is_refused() {
    let server = server(25).await;
    let client = client(&server);
    let cursor = client
        .assets()
        .collections()
        .list()
        .items()
        .cursor()
        .unwrap();

    let mut items = client
        .assets()
        .collections()
        .list()
        .sort("status")
        .items()
        .resume(cursor);
    let error = items.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Paging);
    assert!(error.to_string().contains("another list"), "{error}");
    assert!(items.next().await.is_none());
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_long_list_is_scrolled_from_the_start() {
    let server = server(12_345).await;

    let items = client(&server)
        .assets()
        .collections()
        .list()
        .per_page(1_000)
        .items();
    assert_eq!(ids(items).await, expected(0..12_345));
    // The first page by number, thirteen of the scroll, and the empty one at its end.
    assert_eq!(server.count(), 15);
}

#[tokio::test]
async fn a_list_by_page_numbers_goes_on_as_a_scroll_at_the_window() {
    let server = server(12_345).await;

    let items = client(&server)
        .assets()
        .collections()
        .list()
        .page(1)
        .per_page(1_000)
        .items();
    assert_eq!(ids(items.read_ahead(3)).await, expected(0..12_345));

    let items = client(&server)
        .assets()
        .collections()
        .list()
        .page(10)
        .per_page(1_000)
        .items();
    assert_eq!(ids(items).await, expected(9_000..12_345));
}

#[tokio::test]
async fn a_cursor_within_the_change_of_style_loses_nothing() {
    let server = server(10_500).await;
    let list = || {
        client(&server)
            .assets()
            .collections()
            .list()
            .page(1)
            .per_page(1_000)
            .items()
    };
    for done in [9_999, 10_000, 10_001] {
        let mut items = list();
        for _ in 0..done {
            items.next().await.unwrap().unwrap();
        }
        let cursor = items.cursor().unwrap();
        assert_eq!(ids(list().resume(cursor)).await, expected(done..10_500));
    }
}

#[tokio::test]
async fn a_list_without_another_style_says_what_to_do_at_the_window() {
    let server = server(12_345).await;
    let mut items = client(&server)
        .assets()
        .collections()
        .list_items("c")
        .per_page(1_000)
        .items();

    let mut rows = 0;
    let error = loop {
        match items.next().await.unwrap() {
            Ok(_) => rows += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(rows, 10_000);
    assert!(error.is_bad_request());
    assert!(
        error
            .to_string()
            .contains("items after the 10000th are not served"),
        "{error}"
    );
}

#[tokio::test]
async fn exactly_as_many_rows_as_the_window_lose_none_and_cost_little() {
    for ahead in [1, 4] {
        let server = server(10_000).await;
        let items = client(&server)
            .assets()
            .collections()
            .list()
            .per_page(1_000)
            .items();
        assert_eq!(ids(items.read_ahead(ahead)).await, expected(0..10_000));
        assert!(server.count() <= 12, "{}", server.count());
    }
}

#[tokio::test]
async fn a_scroll_goes_on_while_its_id_stays_the_same() {
    let server = Server::start(|request| {
        let objects: Vec<_> = (request.number..3.min(request.number + 1))
            .map(row)
            .collect();
        Reply::json(
            200,
            json!({ "objects": objects, "scroll_id": "same" }).to_string(),
        )
    })
    .await;

    assert_eq!(
        ids(client(&server)
            .assets()
            .collections()
            .list()
            .scroll(true)
            .items())
        .await,
        expected(0..3)
    );
    let asked: Vec<_> = server
        .received()
        .iter()
        .map(|request| request.query().to_owned())
        .collect();
    assert_eq!(asked[..2], ["scroll=true", "scroll=true&scroll_id=same"]);
}

#[tokio::test]
async fn a_list_by_last_id_goes_on_until_nothing_comes() {
    let server = Server::start(|request| {
        let query = query(request);
        let from = query
            .get("last_id")
            .map_or(0, |id| id[4..].parse::<usize>().unwrap() + 1);
        let objects: Vec<_> = (from..7.min(from + 3)).map(row).collect();
        Reply::json(200, json!({ "objects": objects }).to_string())
    })
    .await;
    let list = || {
        client(&server)
            .assets()
            .shares()
            .list(("assets", "a"))
            .items()
    };

    let shares: Vec<_> = list().try_collect().await.unwrap();
    assert_eq!(shares.len(), 7);
    assert_eq!(server.count(), 4);

    let mut items = list();
    for _ in 0..5 {
        items.next().await.unwrap().unwrap();
    }
    let rest: Vec<_> = list()
        .resume(items.cursor().unwrap())
        .try_collect()
        .await
        .unwrap();
    assert_eq!(rest[0].id.as_ref().unwrap(), "row-5");
    assert_eq!(rest.len(), 2);
}

#[tokio::test]
async fn a_list_by_search_after_takes_the_values_of_each_answer() {
    let server = Server::start(|request| {
        let query = query(request);
        let from = query.get("search_after").map_or(0, |after| {
            serde_json::from_str::<Value>(after).unwrap()[0]
                .as_u64()
                .unwrap() as usize
        });
        let to = 7.min(from + 3);
        let objects: Vec<_> = (from..to).map(row).collect();
        let after = if to < 7 {
            json!([to, "tie"])
        } else {
            json!([])
        };
        Reply::json(
            200,
            json!({ "objects": objects, "search_after": after }).to_string(),
        )
    })
    .await;

    let items = client(&server)
        .assets()
        .relations()
        .list("a")
        .items()
        .style(Paging::SearchAfter);
    let rows: Vec<_> = items.try_collect().await.unwrap();
    assert_eq!(rows.len(), 7);
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_style_that_the_action_does_not_have_is_refused() {
    let server = server(3).await;
    let mut items = client(&server)
        .assets()
        .collections()
        .list()
        .items()
        .style(Paging::LastId);
    let error = items.next().await.unwrap().unwrap_err();
    assert!(error.to_string().contains("not paged by LastId"), "{error}");
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_link_is_followed_on_the_same_origin_only() {
    let other = server(3).await;
    let link = format!("{}/API/assets/v1/collections/?page=2", other.url());
    let body = json!({ "objects": [row(0)], "next_url": link }).to_string();
    let server = Server::always(Reply::json(200, body)).await;

    let mut items = client(&server).assets().collections().list().items();
    assert!(items.next().await.unwrap().is_ok());
    let error = items.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Paging);
    assert!(error.to_string().contains("another origin"), "{error}");
    assert!(items.next().await.is_none());
    assert_eq!((server.count(), other.count()), (1, 0));
}

#[tokio::test]
async fn a_link_with_a_cursor_of_its_own_is_followed_and_keeps_the_filter() {
    let server = Server::start(|request| {
        let query = query(request);
        assert_eq!(query["sort"], "mine");
        let link = match query.get("token").map(String::as_str) {
            None => json!(format!(
                "http://{}/v1/collections/?sort=theirs&token=a+b",
                request.header("host").unwrap()
            )),
            Some("a b") => json!("/API/assets/v1/collections/?token=c"),
            Some(_) => Value::Null,
        };
        Reply::json(
            200,
            json!({ "objects": [row(request.number)], "next_url": link }).to_string(),
        )
    })
    .await;

    let items = client(&server)
        .assets()
        .collections()
        .list()
        .sort("mine")
        .items();
    assert_eq!(ids(items).await, expected(0..3));
    assert!(
        server
            .received()
            .iter()
            .all(|request| request.path() == "/API/assets/v1/collections/")
    );
}

#[tokio::test]
async fn a_cursor_repeats_no_argument_that_the_server_repeats() {
    let server = Server::start(|request| {
        let link = "/v1/collections/?sort=mine&token=next";
        Reply::json(
            200,
            json!({ "objects": [row(request.number)], "next_url": link }).to_string(),
        )
    })
    .await;
    let mut items = client(&server)
        .assets()
        .collections()
        .list()
        .sort("mine")
        .items();
    items.next().await.unwrap().unwrap();
    let cursor = items.cursor().unwrap().to_string();
    assert!(
        cursor.contains("token") && !cursor.contains("mine"),
        "{cursor}"
    );
}

#[tokio::test]
async fn dropping_a_list_gives_its_requests_up() {
    let server = Server::start(|request| list(request, 500).after(Duration::from_millis(30))).await;
    let client = client(&server);

    let mut items = client
        .assets()
        .collections()
        .list()
        .per_page(10)
        .items()
        .read_ahead(4);
    for _ in 0..11 {
        items.next().await.unwrap().unwrap();
    }
    drop(items);
    let asked = server.count();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(server.count(), asked);
    assert!(asked <= 6, "{asked}");
}

#[tokio::test]
async fn a_row_is_not_lost_when_waiting_for_it_is_given_up() {
    let server = Server::start(|request| list(request, 5).after(Duration::from_millis(30))).await;
    let mut items = client(&server).assets().collections().list().items();

    let short = tokio::time::timeout(Duration::from_millis(5), items.next()).await;
    assert!(short.is_err());
    assert_eq!(ids(items).await, expected(0..5));
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn every_page_is_asked_for_with_the_settings_of_the_call() {
    let server = server(25).await;
    let request = ListCollections::new().per_page(10);
    let call = client(&server).call(&request).header("x-trace", "7");

    let rows: Vec<Value> = call
        .decode_as::<Page<Value>>()
        .items()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(rows.len(), 25);
    assert_eq!(rows[24]["title"], "Row 24");
    assert!(
        server
            .received()
            .iter()
            .all(|request| request.header("x-trace") == Some("7"))
    );
}

#[tokio::test]
async fn a_pager_is_a_stream() {
    use futures_core::Stream;
    let server = server(12).await;
    let mut items = std::pin::pin!(client(&server).assets().collections().list().items());
    let mut rows = 0;
    while let Some(row) = std::future::poll_fn(|context| items.as_mut().poll_next(context)).await {
        row.unwrap();
        rows += 1;
    }
    assert_eq!(rows, 12);
}

#[cfg(feature = "blocking")]
#[test]
fn a_list_is_read_without_async() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(server(25));
    let client = iconik_api::blocking::Client::new(client(&server)).unwrap();

    let list = client.inner().assets().collections().list().per_page(10);
    let mut iter = client.iter(list.clone().items());
    let first = iter.next().unwrap().unwrap();
    let rest = client.iter(list.items().resume(iter.cursor().unwrap()));

    assert_eq!(first.id.unwrap(), "row-0");
    assert_eq!(
        rest.map(|row| row.unwrap().id.unwrap()).collect::<Vec<_>>(),
        expected(1..25)
    );
}
