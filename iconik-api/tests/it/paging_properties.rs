//! What holds for every list, whatever the server does.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use http::{Request, Response, StatusCode};
use iconik_api::assets::requests::ListCollections;
use iconik_api::{
    Body, BoxFuture, Client, Limiter, Page, Paging, RetryPolicy, Transport, TransportError,
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Answers by a function of the number and the query of a request.
struct Fake<F> {
    answer: F,
    asked: Arc<Mutex<usize>>,
    most: usize,
}

impl<F> std::fmt::Debug for Fake<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fake")
    }
}

impl<F> Transport for Fake<F>
where
    F: Fn(usize, &str) -> (u16, Value) + Send + Sync + 'static,
{
    fn send(
        &self,
        request: Request<Body>,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let number = {
                let mut asked = self.asked.lock().unwrap();
                *asked += 1;
                *asked - 1
            };
            assert!(number < self.most, "the list does not end");
            let (status, body) = (self.answer)(number, request.uri().query().unwrap_or_default());
            let mut response = Response::new(Body::from(body.to_string()));
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            Ok(response)
        })
    }
}

fn client(
    most: usize,
    answer: impl Fn(usize, &str) -> (u16, Value) + Send + Sync + 'static,
) -> Client {
    let asked = Arc::default();
    Client::builder()
        .app_id("app")
        .auth_token("token")
        .limiter(Limiter::unlimited())
        .retry(RetryPolicy::none())
        .transport(Fake {
            answer,
            asked,
            most,
        })
        .build()
        .unwrap()
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    runtime.unwrap().block_on(future)
}

/// How a list is read.
#[derive(Clone, Debug)]
struct Reading {
    style: Option<Paging>,
    per_page: Option<i64>,
    ahead: usize,
    limit: Option<u64>,
}

fn reading() -> impl Strategy<Value = Reading> {
    let style = prop::option::of(prop_oneof![Just(Paging::Page), Just(Paging::Scroll)]);
    // With so many on a page, the second one is the last that is served by number.
    let per_page = prop::option::of(prop_oneof![4 => 1..12i64, 1 => Just(4_000)]);
    let limit = prop::option::weighted(0.3, 0..40u64);
    (style, per_page, 1..6usize, limit).prop_map(|(style, per_page, ahead, limit)| Reading {
        style,
        per_page,
        ahead,
        limit,
    })
}

impl Reading {
    fn items(&self, client: &Client) -> iconik_api::Items<Value> {
        let mut request = ListCollections::new();
        if let Some(per_page) = self.per_page {
            request = request.per_page(per_page);
        }
        let call = client.call(&request).decode_as::<Page<Value>>();
        let mut items = call.items().read_ahead(self.ahead);
        if let Some(style) = self.style {
            items = items.style(style);
        }
        if let Some(limit) = self.limit {
            items = items.limit(limit);
        }
        items
    }
}

/// The number of the pages of any kind of server: some sane, some not.
fn count() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => Just(Value::Null),
        3 => (0..5u64).prop_map(Value::from),
        1 => Just(json!(10_000)),
        1 => Just(json!(i64::MAX)),
        1 => Just(json!(-1)),
        1 => Just(json!("3")),
    ]
}

fn a_row() -> impl Strategy<Value = Value> {
    prop_oneof![
        8 => (0..25u64).prop_map(|id| json!({ "id": format!("row-{id}") })),
        1 => (0..3u64).prop_map(|id| json!({ "id": id, "object_type": "assets" })),
        1 => (0..3u64).prop_map(|name| json!({ "name": name })),
        1 => Just(Value::Null),
        1 => Just(json!("text")),
    ]
}

fn an_answer() -> impl Strategy<Value = (u16, Value)> {
    let rows = prop_oneof![
        8 => prop::collection::vec(a_row(), 0..7).prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    let link = prop_oneof![
        2 => Just(Value::Null),
        3 => (0..6u64).prop_map(|page| json!(format!("/API/assets/v1/collections/?page={page}"))),
        1 => (0..4u64).prop_map(|token| json!(format!("?token={token}"))),
        1 => Just(json!("https://elsewhere.example/?page=2")),
        1 => Just(json!("")),
    ];
    let cursor = prop_oneof![
        1 => Just(Value::Null),
        2 => (0..3u64).prop_map(|id| json!(format!("scroll-{id}"))),
    ];
    let body = (rows, link, cursor, count(), count(), count(), count());
    let body = body.prop_map(|(rows, link, scroll_id, page, pages, per_page, total)| {
        json!({
            "objects": rows, "next_url": link, "scroll_id": scroll_id,
            "page": page, "pages": pages, "per_page": per_page, "total": total,
        })
    });
    let status = prop_oneof![30 => Just(200u16), 1 => Just(500), 1 => Just(404)];
    (status, body)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_list_ends_and_gives_each_row_at_most_once(
        answers in prop::collection::vec(an_answer(), 1..8),
        by_query: bool,
        reading in reading(),
    ) {
        let offered: HashSet<String> = answers
            .iter()
            .flat_map(|(_, body)| body["objects"].as_array().cloned().unwrap_or_default())
            .map(|row| row.to_string())
            .collect();
        // At most ten pages in a row bring nothing new, and pages may be read again.
        let most = 30 * (offered.len() + 5) + 2 * reading.ahead;
        let copies = answers.clone();
        let client = client(most, move |number, query| {
            let at = match by_query {
                // The same question has the same answer.
                true => query.bytes().map(usize::from).sum::<usize>() % answers.len(),
                false => number.min(answers.len() - 1),
            };
            answers[at].clone()
        });

        let mut given = Vec::new();
        let mut items = reading.items(&client);
        block_on(async {
            while let Some(item) = items.next().await {
                let Ok(item) = item else { break };
                let item = item.to_string();
                prop_assert!(offered.contains(&item), "{item} was made up");
                // What a page contains twice is in the list twice.
                let often = |(_, body): &(u16, Value)| {
                    let objects = body["objects"].as_array().map_or(&[][..], Vec::as_slice);
                    objects.iter().filter(|row| row.to_string() == item).count()
                };
                let most = copies.iter().map(often).max();
                given.push(item.clone());
                if item.contains("\"id\"") {
                    let came = given.iter().filter(|known| **known == item).count();
                    prop_assert!(Some(came) <= most, "{item} came {came} times");
                }
            }
            prop_assert!(items.next().await.is_none());
            Ok(())
        })?;
        prop_assert!(reading.limit.is_none_or(|limit| given.len() as u64 <= limit));
    }

    #[test]
    fn a_sane_list_gives_every_row_in_order_also_after_a_crash(
        rows in 0..60usize,
        done in 0..60usize,
        reading in reading(),
        with_link: bool,
        with_count: bool,
    ) {
        let client = client(1_000, move |_, query| {
            let find = |name: &str| {
                let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
                pairs.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
            };
            let number = |name: &str, default| find(name).map_or(default, |value| value.parse().unwrap());
            let per_page = number("per_page", 7usize);
            let page = number("page", 1usize);
            let scrolls = find("scroll").is_some();
            let from = if scrolls { number("scroll_id", 0) } else { (page - 1) * per_page };
            let to = rows.min(from + per_page);
            let objects: Vec<_> = (from.min(rows)..to).map(|id| json!({ "id": id })).collect();
            let mut body = json!({ "objects": objects });
            if scrolls {
                body["scroll_id"] = json!(to.to_string());
            }
            if with_link {
                body["next_url"] = (to < rows).then(|| format!("?page={}", page + 1)).into();
                body["first_url"] = json!("?page=1");
            }
            if with_count {
                body["total"] = json!(rows);
                body["pages"] = json!(rows.div_ceil(per_page));
            }
            (200, body)
        });
        let number = |row: Value| row["id"].as_u64().unwrap() as usize;

        let (before, after) = block_on(async {
            let mut items = reading.items(&client);
            let mut before = Vec::new();
            while before.len() < done {
                match items.next().await {
                    Some(row) => before.push(number(row.unwrap())),
                    None => break,
                }
            }
            let mut after = Vec::new();
            if let Some(cursor) = items.cursor() {
                let stored = cursor.to_string();
                let mut items = Reading { limit: None, ..reading.clone() }.items(&client);
                items = items.resume(stored.parse().unwrap());
                while let Some(row) = items.next().await {
                    after.push(number(row.unwrap()));
                }
            }
            (before, after)
        });

        let wanted = reading.limit.map_or(rows, |limit| rows.min(limit as usize));
        prop_assert_eq!(before.len(), done.min(wanted));
        let all: Vec<usize> = before.into_iter().chain(after).collect();
        prop_assert_eq!(all, (0..rows).collect::<Vec<_>>());
    }
}
