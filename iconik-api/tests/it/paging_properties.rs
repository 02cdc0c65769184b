//! What holds for every list, whatever the server does.
//!
//! A random server, which may be wrong in many ways, is read in every style, with interruptions, and
//! compared with what it had. `ICONIK_PAGING_CASES` sets how many servers are tried (default: 1,000).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use http::{Method, Request, Response, StatusCode};
use iconik_api::{
    Action, ActionMeta, Body, BoxFuture, Client, Cursor, ErrorKind, Items, Limiter, Page, Paging,
    RequestWriter, RetryPolicy, Transport, TransportError,
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A list that is paged in every style.
struct ListEverything {
    per_page: Option<u64>,
}

impl Action for ListEverything {
    type Response = iconik_api::response::Json<Page<Value>>;
    const META: &'static ActionMeta =
        &ActionMeta::new("everything.list", Method::GET, "/API/x", "/v1/everything/")
            .with_paging(&STYLES);

    fn encode(&self, request: &mut RequestWriter) {
        request.query("per_page", &self.per_page);
    }
}

const STYLES: [Paging; 5] = [
    Paging::Page,
    Paging::Scroll,
    Paging::LastId,
    Paging::SearchAfter,
    Paging::LastFieldName,
];

/// What the server is like.
#[derive(Clone, Debug)]
struct World {
    items: u64,
    /// How many items it returns at most, whatever is asked for.
    most: u64,
    total: Total,
    pages: Pages,
    link: Link,
    /// Whether the cursor of a search is in the envelope or in the items.
    sort_in_items: bool,
    /// Whether a scroll gets a new id with each page.
    new_scroll_ids: bool,
    /// What happens at a request, by its number.
    faults: BTreeMap<usize, Fault>,
    /// What happens before a request, by its number.
    changes: BTreeMap<usize, Change>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Total {
    Right,
    Absent,
    Null,
    TooSmall,
    TooLarge,
    Absurd,
    Text,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Pages {
    Right,
    Absent,
    TooSmall,
    TooLarge,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Link {
    /// A path, and null at the end.
    Path,
    /// A whole URL, and null at the end.
    Whole,
    /// A query, and absent at the end.
    Relative,
    Absent,
    Empty,
    AlwaysNull,
    /// To the next page, also behind the last one.
    Always,
    Back,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// `objects` is null, empty or absent.
    Null,
    Empty,
    NoObjects,
    /// The page is that of the first request.
    Repeat,
    Errors,
    Status(u16),
    /// The connection breaks after the server has done its part.
    Lost,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Change {
    /// At a place between 0 (in front) and 100 (at the end).
    Insert(u64),
    Remove(u64),
}

/// What the server has while it runs.
struct State {
    world: World,
    requests: usize,
    /// The ids in order, with the rank that sorts them.
    items: Vec<(u64, String)>,
    ranks: HashMap<String, u64>,
    always: BTreeSet<String>,
    ever: BTreeSet<String>,
    scrolls: Vec<(Vec<(u64, String)>, usize)>,
    first_page: Option<Value>,
    next_id: u64,
}

impl State {
    fn new(world: World) -> Self {
        let items: Vec<_> = (0..world.items)
            .map(|number| ((number + 1) << 32, format!("row-{number}")))
            .collect();
        let ids: BTreeSet<_> = items.iter().map(|(_, id)| id.clone()).collect();
        Self {
            requests: 0,
            ranks: items.iter().map(|(rank, id)| (id.clone(), *rank)).collect(),
            always: ids.clone(),
            ever: ids,
            items,
            scrolls: Vec::new(),
            first_page: None,
            next_id: world.items,
            world,
        }
    }

    fn change(&mut self, change: Change) {
        let place = |percent: u64, len: usize| (percent as usize * len) / 100;
        match change {
            Change::Insert(percent) => {
                let at = place(percent, self.items.len()).min(self.items.len());
                let before = if at == 0 { 0 } else { self.items[at - 1].0 };
                let after = self
                    .items
                    .get(at)
                    .map_or(before + (1 << 33), |(rank, _)| *rank);
                let (rank, id) = ((before + after) / 2, format!("new-{}", self.next_id));
                self.next_id += 1;
                self.ranks.insert(id.clone(), rank);
                self.ever.insert(id.clone());
                self.items.insert(at, (rank, id));
            }
            Change::Remove(percent) if !self.items.is_empty() => {
                let at = place(percent, self.items.len()).min(self.items.len() - 1);
                let (_, id) = self.items.remove(at);
                self.always.remove(&id);
            }
            Change::Remove(_) => {}
        }
    }

    fn respond(&mut self, query: &HashMap<String, String>) -> Result<(u16, Value), ()> {
        let number = self.requests;
        self.requests += 1;
        if let Some(change) = self.world.changes.get(&number) {
            self.change(*change);
        }
        let fault = self.world.faults.get(&number).copied();
        let per_page = query
            .get("per_page")
            .map_or(7, |text| text.parse().unwrap());
        let per_page = self.world.most.min(per_page) as usize;
        let mut body = self.page(query, per_page);
        match fault {
            Some(Fault::Null) => body["objects"] = Value::Null,
            Some(Fault::Empty) => body["objects"] = json!([]),
            Some(Fault::NoObjects) => drop(body.as_object_mut().unwrap().remove("objects")),
            Some(Fault::Repeat) => {
                if let Some(first) = &self.first_page {
                    body["objects"] = first["objects"].clone();
                }
            }
            Some(Fault::Errors) => return Ok((200, json!({ "errors": ["overloaded"] }))),
            Some(Fault::Status(status)) => return Ok((status, json!({ "errors": ["failed"] }))),
            Some(Fault::Lost) => return Err(()),
            None => {}
        }
        self.first_page.get_or_insert_with(|| body.clone());
        Ok((200, body))
    }

    fn page(&mut self, query: &HashMap<String, String>, per_page: usize) -> Value {
        let mut body = json!({});
        let after = |rank: u64, items: &[(u64, String)]| {
            items
                .iter()
                .filter(|(known, _)| *known > rank)
                .cloned()
                .collect::<Vec<_>>()
        };
        let mut total = self.items.len();
        let page: Vec<(u64, String)> = if query.contains_key("scroll") {
            let scroll = match query.get("scroll_id") {
                Some(id) => id.split('.').next().unwrap().parse().unwrap(),
                None => {
                    self.scrolls.push((self.items.clone(), 0));
                    self.scrolls.len() - 1
                }
            };
            let (items, at) = &mut self.scrolls[scroll];
            total = items.len();
            let page = items.iter().skip(*at).take(per_page).cloned().collect();
            *at += per_page;
            body["scroll_id"] = match self.world.new_scroll_ids {
                true => json!(format!("{scroll}.{at}")),
                false => json!(scroll.to_string()),
            };
            page
        } else if let Some(id) = query.get("last_id") {
            after(self.ranks[id], &self.items)
        } else if let Some(name) = query.get("last_field_name") {
            after(name[1..].parse().unwrap(), &self.items)
        } else if let Some(values) = query.get("search_after") {
            let values: Vec<u64> = serde_json::from_str(values).unwrap();
            after(values[0], &self.items)
        } else {
            let number: usize = query.get("page").map_or(1, |text| text.parse().unwrap());
            let pages = self.items.len().div_ceil(per_page);
            let page = self
                .items
                .iter()
                .skip((number - 1) * per_page)
                .cloned()
                .collect();
            let by_number = query.contains_key("page");
            let link = json!(format!("/API/x/v1/everything/?page={}", number + 1));
            let is_last = number >= pages;
            let null_or = |link: Value| if is_last { Value::Null } else { link };
            match self.world.link {
                Link::Path => body["next_url"] = null_or(link),
                Link::Whole => {
                    body["next_url"] = null_or(json!(format!(
                        "https://app.iconik.io/v1/?page={}",
                        number + 1
                    )))
                }
                Link::Relative if !is_last => {
                    body["next_url"] = json!(format!("?page={}", number + 1))
                }
                Link::Empty => body["next_url"] = json!(""),
                Link::AlwaysNull => body["next_url"] = Value::Null,
                Link::Always if by_number => body["next_url"] = link,
                Link::Back => body["next_url"] = json!("?page=1"),
                Link::Relative | Link::Absent | Link::Always => {}
            }
            if by_number {
                match self.world.pages {
                    Pages::Right => body["pages"] = json!(pages),
                    Pages::Absent => {}
                    Pages::TooSmall => body["pages"] = json!(pages.saturating_sub(2).max(1)),
                    Pages::TooLarge => body["pages"] = json!(pages + 2),
                }
            }
            page
        };
        match self.world.total {
            Total::Right => body["total"] = json!(total),
            Total::Absent => {}
            Total::Null => body["total"] = Value::Null,
            Total::TooSmall => body["total"] = json!(total / 2),
            Total::TooLarge => body["total"] = json!(total + 3),
            Total::Absurd => body["total"] = json!(i64::MAX),
            Total::Text => body["total"] = json!(total.to_string()),
        }
        let page: Vec<_> = page.into_iter().take(per_page).collect();
        if let (false, Some((rank, _))) = (self.world.sort_in_items, page.last()) {
            body["search_after"] = json!([rank]);
        }
        let item = |(rank, id): &(u64, String)| {
            let mut item = json!({ "id": id, "name": format!("n{rank}") });
            if self.world.sort_in_items {
                item["_sort"] = json!([rank]);
            }
            item
        };
        body["objects"] = page.iter().map(item).collect();
        body
    }
}

struct Fake(Arc<Mutex<State>>);

impl std::fmt::Debug for Fake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fake")
    }
}

impl Transport for Fake {
    fn send(
        &self,
        request: Request<Body>,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let query = request.uri().query().unwrap_or_default();
            let decode = |text: &str| {
                percent_encoding::percent_decode_str(text)
                    .decode_utf8()
                    .unwrap()
                    .into_owned()
            };
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let query = pairs
                .map(|(name, value)| (decode(name), decode(value)))
                .collect();
            let (status, body) = self
                .0
                .lock()
                .unwrap()
                .respond(&query)
                .map_err(|()| TransportError::broken("lost"))?;
            let mut response = Response::new(Body::from(body.to_string()));
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            Ok(response)
        })
    }
}

/// How the list is read.
#[derive(Clone, Debug)]
struct Reading {
    style: Paging,
    per_page: Option<u64>,
    ahead: usize,
    retries: bool,
    /// After how many items the program is stopped and begun again.
    stops: Vec<usize>,
}

/// What came out.
#[derive(Debug, Default)]
struct Outcome {
    ids: Vec<String>,
    /// How many items are missing, by the error at the end.
    missing: Option<u64>,
    /// Whether it was stopped, or an error came that it was resumed after.
    was_resumed: bool,
}

async fn read(state: &Arc<Mutex<State>>, reading: &Reading) -> Outcome {
    let none = std::time::Duration::ZERO;
    let retry = match reading.retries {
        true => RetryPolicy::default().backoff(none, none),
        false => RetryPolicy::none(),
    };
    let client = Client::builder()
        .app_id("app")
        .auth_token("token")
        .limiter(Limiter::unlimited())
        .retry(retry)
        .transport(Fake(Arc::clone(state)))
        .build()
        .unwrap();
    let per_page = reading.per_page;
    let open = || -> Items<Value> {
        let items = client.call(&ListEverything { per_page }).items();
        items.style(reading.style).read_ahead(reading.ahead)
    };
    let mut outcome = Outcome::default();
    let mut items = open();
    let mut stops = reading.stops.iter().copied();
    let mut left = stops.next();
    // Each stop and each error begins a new run.
    for _ in 0..20 {
        let end = loop {
            match items.next().await {
                Some(Ok(item)) => {
                    outcome.ids.push(item["id"].as_str().unwrap().to_owned());
                    left = left.map(|left| left - 1);
                    if left == Some(0) {
                        break None;
                    }
                }
                end => break Some(end),
            }
        };
        match end {
            Some(None) => return outcome,
            Some(Some(Err(error))) => {
                assert!(items.next().await.is_none(), "an error is the last item");
                if let Some(incomplete) = error.incomplete() {
                    assert_eq!(error.kind(), ErrorKind::Incomplete);
                    assert_eq!(items.cursor().as_ref(), Some(incomplete.cursor()));
                    outcome.missing = Some(incomplete.missing());
                    return outcome;
                }
            }
            _ => {}
        }
        outcome.was_resumed = true;
        left = stops.next();
        match items.cursor() {
            Some(cursor) => items = open().resume(cursor.to_string().parse::<Cursor>().unwrap()),
            None => return outcome,
        }
    }
    panic!("the list does not end: {outcome:?}");
}

fn worlds() -> impl Strategy<Value = World> {
    let total = prop_oneof![
        6 => Just(Total::Right), 2 => Just(Total::Absent), 1 => Just(Total::Null), 1 => Just(Total::TooSmall),
        1 => Just(Total::TooLarge), 1 => Just(Total::Absurd), 1 => Just(Total::Text),
    ];
    let pages = prop_oneof![
        4 => Just(Pages::Right), 3 => Just(Pages::Absent), 1 => Just(Pages::TooSmall), 1 => Just(Pages::TooLarge),
    ];
    let link = prop_oneof![
        3 => Just(Link::Path), 1 => Just(Link::Whole), 1 => Just(Link::Relative), 3 => Just(Link::Absent),
        1 => Just(Link::Empty), 1 => Just(Link::AlwaysNull), 1 => Just(Link::Always), 1 => Just(Link::Back),
    ];
    let fault = prop_oneof![
        Just(Fault::Null),
        Just(Fault::Empty),
        Just(Fault::NoObjects),
        Just(Fault::Repeat),
        Just(Fault::Errors),
        Just(Fault::Status(503)),
        Just(Fault::Status(500)),
        Just(Fault::Status(403)),
        Just(Fault::Lost),
    ];
    let change = prop_oneof![
        (0..=100u64).prop_map(Change::Insert),
        (0..=100u64).prop_map(Change::Remove)
    ];
    // One world in three is sane, one has faults, one changes; some have both.
    let faults = prop_oneof![
        1 => Just(BTreeMap::new()),
        1 => prop::collection::btree_map(0..12usize, fault, 0..4),
    ];
    let changes = prop_oneof![
        1 => Just(BTreeMap::new()),
        1 => prop::collection::btree_map(1..12usize, change, 0..4),
    ];
    let kind = (total, pages, link, any::<bool>(), any::<bool>());
    (0..45u64, 1..12u64, kind, faults, changes).prop_map(
        |(items, most, (total, pages, link, sort_in_items, new_scroll_ids), faults, changes)| {
            World {
                items,
                most,
                total,
                pages,
                link,
                sort_in_items,
                new_scroll_ids,
                faults,
                changes,
            }
        },
    )
}

fn readings() -> impl Strategy<Value = Reading> {
    let style = prop::sample::select(&STYLES[..]);
    let per_page = prop::option::of(1..12u64);
    let stops = prop_oneof![2 => Just(Vec::new()), 1 => prop::collection::vec(1..20usize, 1..4)];
    (style, per_page, 1..5usize, any::<bool>(), stops).prop_map(
        |(style, per_page, ahead, retries, stops)| Reading {
            style,
            per_page,
            ahead,
            retries,
            stops,
        },
    )
}

/// What the server does that a reader cannot see through, and what it then may not be blamed for.
struct Excuses {
    /// Whether items may be missing without a word.
    loss: bool,
    /// Whether an item may come twice.
    duplicates: bool,
    /// Whether the list may end with an error although all came.
    alarm: bool,
}

fn excuses(world: &World, reading: &Reading, outcome: &Outcome) -> Excuses {
    let by_number = reading.style == Paging::Page;
    let hides = |fault: &Fault| {
        matches!(
            fault,
            Fault::Null | Fault::Empty | Fault::NoObjects | Fault::Repeat
        )
    };
    let has_hiding_faults = world.faults.values().any(hides);
    // Items that an earlier run has read are not known to a later one.
    let repeats = world.faults.values().any(|fault| *fault == Fault::Repeat);
    let repeats = repeats && outcome.was_resumed;
    let inserts = world
        .changes
        .values()
        .any(|change| matches!(change, Change::Insert(_)));
    let removes = world
        .changes
        .values()
        .any(|change| matches!(change, Change::Remove(_)));
    let changes = inserts || removes;
    let by_place = matches!(reading.style, Paging::Page | Paging::Scroll);
    let counts = matches!(world.total, Total::Right | Total::Text);
    // A server that says that a page is the last one is believed, unless it counts.
    let says_end = (by_number
        && (world.link == Link::AlwaysNull || world.pages == Pages::TooSmall))
        || (world.link == Link::AlwaysNull && world.total == Total::TooSmall);
    // A place by number shifts with what changes before it, and one page can make up for another.
    let has_exact_places = match reading.style {
        Paging::SearchAfter => world.sort_in_items,
        style => !matches!(style, Paging::Page | Paging::Scroll),
    };
    let shifts = !has_exact_places && changes;
    Excuses {
        loss: (!counts && (says_end || has_hiding_faults || (by_number && removes)))
            || (has_hiding_faults && changes)
            || (by_number && inserts && removes)
            // A page that is requested again after the next one came does not show what moved between.
            || (by_number && inserts && reading.ahead > 1 && !counts)
            || (shifts && outcome.was_resumed)
            || repeats
            || (by_number && says_end && changes),
        duplicates: repeats || (outcome.was_resumed && (shifts || (by_place && has_hiding_faults))),
        alarm: !counts
            && world.total != Total::Absent
            && world.total != Total::Null
            && world.total != Total::TooSmall
            || says_end
            || has_hiding_faults
            || changes,
    }
}

fn cases() -> u32 {
    let cases = std::env::var("ICONIK_PAGING_CASES").ok();
    cases.and_then(|cases| cases.parse().ok()).unwrap_or(1_000)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn a_list_is_whole_or_says_what_is_missing(world in worlds(), reading in readings()) {
        let state = Arc::new(Mutex::new(State::new(world.clone())));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let outcome = runtime.block_on(read(&state, &reading));
        let state = state.lock().unwrap();
        STEPS.fetch_add(state.requests as u64, std::sync::atomic::Ordering::Relaxed);
        let excuses = excuses(&world, &reading, &outcome);

        let came: BTreeSet<_> = outcome.ids.iter().cloned().collect();
        prop_assert!(came.is_subset(&state.ever), "an item was made up");
        if !excuses.duplicates {
            prop_assert_eq!(came.len(), outcome.ids.len(), "an item came twice: {:?}", outcome);
        }
        let lost: Vec<_> = state.always.difference(&came).collect();
        if outcome.missing.is_none() && !excuses.loss {
            prop_assert!(lost.is_empty(), "missing without a word: {:?}", lost);
        }
        if let (Some(missing), false) = (outcome.missing, excuses.alarm) {
            prop_assert!(false, "{missing} are not missing: {:?}", lost);
        }
        // Every item takes a request of its own at most; each stop, error and empty page a few more.
        let runs = reading.stops.len() + world.faults.len() + 1;
        let most = (state.ever.len() + 30) * (runs + 3) + 10 * reading.ahead * runs;
        prop_assert!(state.requests <= most, "{} requests, {most} allowed", state.requests);
    }
}

/// How many requests all lists took.
static STEPS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);

#[test]
#[ignore = "prints how long the property takes; set ICONIK_PAGING_CASES"]
fn how_long_it_takes() {
    let start = std::time::Instant::now();
    a_list_is_whole_or_says_what_is_missing();
    let steps = STEPS.load(std::sync::atomic::Ordering::Relaxed);
    println!("{steps} requests in {:?}", start.elapsed());
}
