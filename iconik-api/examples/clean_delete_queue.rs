//! Removes for good what has been in the delete queue for longer than some days.
//!
//! ```text
//! cargo run --example clean_delete_queue -- 30            # shows what would go
//! cargo run --example clean_delete_queue -- 30 --apply    # there is no way back
//! ```

mod support;

use std::collections::HashSet;
use std::sync::Mutex;
use std::time::Duration;

use iconik_api::OptionalExt;
use iconik_api::Timestamp;
use iconik_api::assets::AssetIdList;
use iconik_api::batch::Batches;
use iconik_api::ids::AssetId;
use iconik_api::wait::PollOptions;
use serde_json::json;
use support::{Answer, Ask, Result, not_found, page};

#[tokio::main]
async fn main() -> Result {
    let queue = Mutex::new(["old", "older", "fresh"].map(str::to_owned).to_vec());
    let (client, real) = support::client(move |ask| small_iconik(&queue, ask)).await?;
    let args: Vec<String> = std::env::args().skip(1).collect();
    let apply = args.iter().any(|arg| arg == "--apply") || !real;
    let days = match args.iter().find(|arg| !arg.starts_with("--")) {
        Some(days) => days.parse::<u64>().map_err(|_| "give a number of days")?,
        None if real => return Err("give a number of days".into()),
        None => 30,
    };
    let age = Duration::from_secs(days.saturating_mul(24 * 60 * 60));
    let limit = Timestamp::from(
        std::time::SystemTime::now()
            .checked_sub(age)
            .ok_or("that is too long ago")?,
    );

    // All of them first: a list that shrinks while it is read skips rows.
    let mut old: Vec<AssetId> = Vec::new();
    let mut deleted = client
        .assets()
        .delete_queue()
        .list_assets()
        .per_page(100)
        .items();
    while let Some(asset) = deleted.next().await {
        let asset = asset?;
        // Without a date that can be read, nobody knows how old it is: it stays.
        let is_old = asset
            .date_deleted
            .as_ref()
            .is_some_and(|date| date.as_jiff().is_some() && *date < limit);
        if let (true, Some(id)) = (is_old, asset.id) {
            println!("{}  {}", id, asset.title.unwrap_or_default());
            old.push(id);
        }
    }
    if !apply {
        println!("{} assets would go with --apply", old.len());
        return Ok(());
    }

    let purge = |chunk: &[AssetId]| {
        client
            .assets()
            .delete_queue()
            .purge_assets(AssetIdList::new(chunk))
    };
    let report = Batches::new(old.clone()).send(purge).await;
    let failed: HashSet<&AssetId> = report
        .failed
        .iter()
        .flat_map(|chunk| &chunk.items)
        .collect();
    for chunk in &report.failed {
        eprintln!("{} assets stay: {}", chunk.items.len(), chunk.error);
    }

    // The answer comes before the work is done.
    let wait = PollOptions::up_to(Duration::from_secs(120));
    if let Some(last) = old.iter().rev().find(|id| !failed.contains(id)) {
        wait.until(
            || async { client.assets().get(last).await.optional() },
            Option::is_none,
        )
        .await?;
    }
    println!("{} assets are gone", old.len() - failed.len());
    match failed.len() {
        0 => Ok(()),
        count => Err(format!("{count} assets could not be removed").into()),
    }
}

/// A delete queue with two old assets and a fresh one.
fn small_iconik(queue: &Mutex<Vec<String>>, ask: &Ask) -> Answer {
    let Ok(mut queue) = queue.lock() else {
        return (500, json!({ "errors": ["Broken"] }));
    };
    let asset = |id: &String| {
        let date = if id == "fresh" {
            Timestamp::now()
        } else {
            Timestamp::from("2020-01-31T08:00:00Z")
        };
        json!({ "id": id, "title": format!("Asset {id}"), "status": "DELETED", "date_deleted": date })
    };
    match (ask.method.as_str(), &ask.parts()[..]) {
        ("GET", ["delete_queue", "assets"]) => page(queue.iter().map(asset).collect()),
        ("POST", ["delete_queue", "assets", "purge"]) => {
            let ids = ask.body["ids"].as_array().cloned().unwrap_or_default();
            queue.retain(|id| !ids.contains(&json!(id)));
            (204, serde_json::Value::Null)
        }
        ("GET", ["assets", id]) => match queue.iter().find(|known| known == id) {
            Some(id) => (200, asset(id)),
            None => not_found(),
        },
        _ => not_found(),
    }
}
