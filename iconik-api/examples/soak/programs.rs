//! Programs as integrators write them: lists with a call for each item, in all the shapes that leave some
//! futures unpolled while others wait.

use std::collections::BTreeSet;
use std::future::IntoFuture;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use iconik_api::assets::CollectionItem;
use iconik_api::{Client, Cursor, Error, ItemKey, Items, ListItem, Page, Paging};
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use tokio::time::{interval, sleep, timeout};

use crate::ledger::Ledger;
use crate::lists::{LIES, List};
use crate::{create_once, get};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Longer than any of the programs takes when nothing holds it up.
const ENOUGH: Duration = Duration::from_secs(120);

/// Runs each program once. A program that stops is an error.
pub(crate) fn run(runtime: &Runtime, client: &Client, ledger: &Arc<Ledger>, round: u64) -> Outcome {
    // Each program reads as many lists as there are lies, each of them once.
    let lies = LIES.len() as u64;
    let lists = |program: u64| {
        let first = (round * 16 + program) * lies;
        (first..first + lies).map(List)
    };
    runtime.block_on(async {
        let programs = async {
            for list in lists(0) {
                read_all(client, ledger, list).await?;
            }
            for list in lists(1) {
                a_call_for_each_item(client, ledger, list).await?;
            }
            for list in lists(2) {
                eight_tasks(client, ledger, list).await?;
            }
            for list in lists(3) {
                beside_a_ticker(client, ledger, list).await?;
            }
            for list in lists(4) {
                dropped_futures(client, ledger, list).await?;
            }
            for list in lists(5) {
                several_at_once_with_cursors(client, ledger, list).await?;
            }
            gets_at_once_and_a_create_for_each(client, ledger, round).await?;
            a_tree(client, ledger, round).await
        };
        timeout(ENOUGH, programs).await
    })??;
    for list in lists(6) {
        in_a_runtime_of_its_own(client, ledger, list)?;
    }
    for list in lists(7) {
        blocking(client, ledger, list)?;
    }
    Ok(())
}

/// An item of a list.
#[derive(serde::Deserialize)]
struct Item {
    id: String,
}

impl ListItem for Item {
    fn key(&self) -> ItemKey<'_> {
        ItemKey::from_id(&self.id)
    }
}

fn items(client: &Client, list: List) -> Items<Item> {
    let assets = client.assets();
    let items = match list.style() {
        Paging::SearchAfter => {
            let call = assets.relations().list("a").call();
            call.query("list", list.0).decode_as::<Page<Item>>().items()
        }
        _ => {
            let call = assets.collections().list().per_page(10).call();
            call.query("list", list.0).decode_as::<Page<Item>>().items()
        }
    };
    items.style(list.style())
}

/// What was read of a list, and whether it ended with an error.
#[derive(Default)]
struct Reading {
    ids: Vec<String>,
    failed: bool,
}

impl Reading {
    /// Takes an item, or notes the error. Returns the id.
    fn take(&mut self, item: Result<Item, Error>) -> Option<String> {
        match item {
            Ok(item) => {
                self.ids.push(item.id.clone());
                Some(item.id)
            }
            Err(_) => {
                self.failed = true;
                None
            }
        }
    }

    fn end(self, ledger: &Ledger, list: List, program: &str) {
        let name = format!("{program}, list {} ({:?})", list.0, list.lie());
        ledger.list_ended(&name, &self.ids, &list.ids(), self.failed);
    }
}

async fn read_all(client: &Client, ledger: &Ledger, list: List) -> Outcome {
    for pages in [1, 4] {
        let mut reading = Reading::default();
        let mut items = items(client, list).read_ahead(pages);
        while let Some(item) = items.next().await {
            reading.take(item);
        }
        reading.end(ledger, list, "reading ahead");
    }
    Ok(())
}

async fn a_call_for_each_item(client: &Client, ledger: &Ledger, list: List) -> Outcome {
    let mut reading = Reading::default();
    let mut items = items(client, list).read_ahead(4);
    while let Some(item) = items.next().await {
        if let Some(id) = reading.take(item) {
            create_once(client, ledger, &format!("loop-{id}")).await?;
        }
    }
    reading.end(ledger, list, "a call for each item");
    Ok(())
}

async fn eight_tasks(client: &Client, ledger: &Arc<Ledger>, list: List) -> Outcome {
    let mut reading = Reading::default();
    let room = Arc::new(Semaphore::new(8));
    let mut tasks = Vec::new();
    let mut items = items(client, list).read_ahead(2);
    while let Some(item) = items.next().await {
        let Some(id) = reading.take(item) else {
            continue;
        };
        let place = Arc::clone(&room).acquire_owned().await?;
        let (client, ledger) = (client.clone(), Arc::clone(ledger));
        tasks.push(tokio::spawn(async move {
            let created = create_once(&client, &ledger, &format!("task-{id}")).await;
            drop(place);
            created
        }));
    }
    for task in tasks {
        task.await??;
    }
    reading.end(ledger, list, "eight tasks");
    Ok(())
}

async fn beside_a_ticker(client: &Client, ledger: &Ledger, list: List) -> Outcome {
    let mut reading = Reading::default();
    let mut items = items(client, list).read_ahead(2);
    let mut ticker = interval(Duration::from_millis(1));
    loop {
        tokio::select! {
            item = items.next() => match item {
                Some(item) => {
                    reading.take(item);
                }
                None => break,
            },
            _ = ticker.tick() => get(client, ledger, "p0").await?,
        }
    }
    reading.end(ledger, list, "a ticker");
    Ok(())
}

/// Futures are dropped at any moment; no item may be lost by that. A call that is dropped is made again.
async fn dropped_futures(client: &Client, ledger: &Ledger, list: List) -> Outcome {
    let mut reading = Reading::default();
    let mut items = items(client, list).read_ahead(3);
    let mut patience = 0;
    loop {
        let time = Duration::from_micros(fastrand::u64(..600) + patience);
        match timeout(time, items.next()).await {
            Ok(Some(item)) => {
                reading.take(item);
                let call = client.assets().playlists().get("p1").into_future();
                let _ = timeout(Duration::from_micros(fastrand::u64(..300)), call).await;
            }
            Ok(None) => break,
            Err(_) => patience += 100,
        }
    }
    reading.end(ledger, list, "dropped futures");
    Ok(())
}

/// Work at several items at once. When the list fails, it is continued at the last cursor.
async fn several_at_once_with_cursors(client: &Client, ledger: &Ledger, list: List) -> Outcome {
    let mut created = BTreeSet::new();
    let mut cursor: Option<Cursor> = None;
    for _ in 0..20 {
        let mut items = items(client, list);
        if let Some(cursor) = &cursor {
            items = items.resume(cursor.clone());
        }
        let done = items
            .with_cursors()
            .map_ok(|(item, cursor)| async move {
                sleep(Duration::from_micros(fastrand::u64(..500))).await;
                Ok((item.id, cursor))
            })
            .try_buffered(8);
        let mut done = std::pin::pin!(done);
        let error = loop {
            match done.try_next().await {
                Ok(Some((id, behind))) => {
                    // What was under way when the list failed comes again.
                    created.insert(id);
                    cursor = Some(behind);
                }
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
        };
        if error.is_none() {
            let reading = Reading {
                ids: created.into_iter().collect(),
                failed: false,
            };
            reading.end(ledger, list, "several at once with cursors");
            return Ok(());
        }
    }
    // It is reported each time that something is missing, which is right.
    Reading {
        ids: Vec::new(),
        failed: true,
    }
    .end(ledger, list, "several at once with cursors");
    Ok(())
}

async fn gets_at_once_and_a_create_for_each(
    client: &Client,
    ledger: &Ledger,
    round: u64,
) -> Outcome {
    let gets = (0..60).map(|n| {
        let name = format!("p{n}");
        async move { get(client, ledger, &name).await.map(|()| n) }
    });
    let mut gets = futures_util::stream::iter(gets).buffer_unordered(24);
    while let Some(n) = gets.next().await {
        create_once(client, ledger, &format!("unordered-{round}-{}", n?)).await?;
    }
    Ok(())
}

async fn a_tree(client: &Client, ledger: &Ledger, round: u64) -> Outcome {
    let root = format!("t{round}");
    let mut expected = Vec::new();
    for level in [
        vec![root.clone()],
        (0..3).map(|n| format!("{root}.{n}")).collect(),
        (0..9)
            .map(|n| format!("{root}.{}.{}", n / 3, n % 3))
            .collect(),
    ] {
        let level: Vec<String> = level;
        expected.extend(
            level
                .iter()
                .flat_map(|id| (0..2).map(move |n| format!("{id}.a{n}"))),
        );
    }
    let (mut seen, mut failed) = (Vec::new(), false);
    let mut tree = client.assets().collections().walk(root.as_str());
    while let Some(entry) = tree.next().await {
        match entry.map(|entry| entry.item) {
            Ok(CollectionItem::Asset(asset)) => {
                let id = asset.id.ok_or("an asset without id")?.to_string();
                create_once(client, ledger, &format!("tree-{id}")).await?;
                seen.push(id);
            }
            Ok(_) => {}
            Err(_) => failed = true,
        }
    }
    ledger.list_ended(&format!("tree {root}"), &seen, &expected, failed);
    Ok(())
}

/// Every test of an application is such a runtime.
fn in_a_runtime_of_its_own(client: &Client, ledger: &Arc<Ledger>, list: List) -> Outcome {
    let (client, ledger) = (client.clone(), Arc::clone(ledger));
    let program = thread::spawn(move || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        let program = async {
            let name = format!("runtime-{}", list.0);
            create_once(&client, &ledger, &name).await?;
            read_all(&client, &ledger, list).await
        };
        let ended = runtime.block_on(async { timeout(ENOUGH, program).await });
        ended
            .map_err(|error| error.to_string())?
            .map_err(|error| error.to_string())
    });
    Ok(program.join().map_err(|_| "a program panicked")??)
}

fn blocking(client: &Client, ledger: &Ledger, list: List) -> Outcome {
    let client = iconik_api::blocking::Client::new(client.clone())?;
    let mut reading = Reading::default();
    for item in client.iter(items(client.inner(), list).read_ahead(4)) {
        if let Some(id) = reading.take(item) {
            let name = format!("blocking-{id}");
            client.wait(create_once(client.inner(), ledger, &name))?;
        }
    }
    reading.end(ledger, list, "blocking");
    Ok(())
}
