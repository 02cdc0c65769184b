//! Shows what the crate does, in one minute: writes, reads, lists, searches, retries and errors.
//!
//! ```text
//! cargo run --example tour
//! ```
//!
//! Everything happens in a new collection, which is deleted at the end.

mod support;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use iconik_api::assets::requests::DeleteAsset;
use iconik_api::assets::{
    AssetPatch, CollectionContent, NewAsset, NewCollection, NewSegment, SegmentType,
};
use iconik_api::ids::{AssetId, CollectionId};
use iconik_api::mock::{Expected, Fault};
use iconik_api::search::{DocumentType, SearchCriteria};
use iconik_api::wait::PollOptions;
use iconik_api::{Action, Client, criteria};
use support::{Iconik, Result};

/// Shows what the crate does, in a collection that is deleted at the end
#[derive(Parser)]
#[command(after_help = support::HELP)]
struct Args {}

#[tokio::main]
async fn main() -> ExitCode {
    let Args {} = Args::parse();
    support::finish(run().await)
}

async fn run() -> Result {
    let iconik = Iconik::connect().await?;
    let collections = iconik.client.assets().collections();
    let tour = NewCollection::new("Tour of iconik-api");
    let tour = collections.create(tour).await?.id.ok_or("no id")?;
    let result = look_around(&iconik, &tour).await;
    // Also when something failed before.
    collections.delete(&tour).await?;
    result
}

async fn look_around(iconik: &Iconik, tour: &CollectionId) -> Result {
    let client = &iconik.client;
    let first = create_asset(client, tour, "MVI_0007").await?;
    let second = create_asset(client, tour, "The lighthouse at dusk").await?;
    println!("created   2 assets in a collection");

    // Only what is set is sent; `clear_category()` sends null.
    let patch = AssetPatch::new().title("The lighthouse in fog");
    let asset = client.assets().update(&first, patch).await?;
    let title = asset.title.as_deref().unwrap_or_default();
    println!("renamed   MVI_0007 to {title:?}");

    for (start, text) in [(12_000, "Focus is soft"), (47_500, "Use it from here")] {
        let comment = NewSegment::new(SegmentType::Comment)
            .time_start_milliseconds(start)
            .segment_text(text);
        client.assets().segments().create(&first, comment).await?;
    }
    // Lists come from a search index: wait until it shows what was written.
    let wait = PollOptions::up_to(Duration::from_secs(60));
    let comments = || client.assets().segments().list(&first);
    wait.until(comments, |page| page.total >= Some(2)).await?;
    let mut items = comments().segment_type(SegmentType::Comment).items();
    while let Some(comment) = items.try_next().await? {
        let seconds = comment.time_start_milliseconds.unwrap_or_default() / 1_000;
        let text = comment.segment_text.unwrap_or_default();
        println!("comment   at {seconds:>2} s: {text}");
    }

    // A list of many pages is read to its end, or ends with an error.
    let mut tree = client.assets().collections().walk(tour);
    let (mut assets, mut largest) = (0, 0);
    while let Some(found) = tree.next().await {
        assets += 1;
        largest = largest.max(found?.depth);
    }
    println!("tree      {assets} items below the collection, {largest} level deep");

    let wanted = SearchCriteria::new()
        .doc_types([DocumentType::Assets])
        .query(criteria::phrase_in("title", "lighthouse"));
    let mut hits = client.search().find(wanted)?.items();
    while let Some(hit) = hits.try_next().await? {
        println!("found     {:?}", hit.title.unwrap_or_default());
    }

    if let Some(server) = iconik.server() {
        let get = Expected::action("assets.get");
        let before = server.count_received(&get);
        server.add_fault(Fault::status(503).on("assets.get").times(2));
        client.assets().get(&second).await?;
        let requests = server.count_received(&get) - before;
        println!("retried   iconik was unavailable, the call took {requests} requests");
    }

    let unknown = "00000000-0000-11f0-8000-000000000000";
    if let Err(error) = client.assets().get(unknown).await {
        println!("error     {error}");
    }
    // A request is a value. It knows what it needs, and is sent as often as you like.
    let action = DeleteAsset::<()>::META;
    println!(
        "deleting  {} {}, by {}",
        action.method,
        action.path,
        action.roles.join(", ")
    );
    for asset_id in [&first, &second] {
        let request = DeleteAsset::new(asset_id);
        client.call(&request).await?;
    }
    Ok(())
}

async fn create_asset(client: &Client, collection: &CollectionId, title: &str) -> Result<AssetId> {
    let asset = client.assets().create(NewAsset::new(title)).await?;
    let id = asset.id.ok_or("no id")?;
    let content = CollectionContent::new(id.as_str(), "assets");
    let collections = client.assets().collections();
    collections.add_item(collection, content).await?;
    Ok(id)
}
