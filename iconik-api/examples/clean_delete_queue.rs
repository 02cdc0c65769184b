//! Removes for good the assets that have been in the delete queue for longer than some days.
//!
//! ```text
//! cargo run --example clean_delete_queue -- 30            # shows what would be removed
//! cargo run --example clean_delete_queue -- 30 --apply    # removes it: there is no way back
//! ```

mod support;

use std::collections::HashSet;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use iconik_api::OptionalExt;
use iconik_api::assets::AssetIdList;
use iconik_api::batch::Batches;
use iconik_api::ids::AssetId;
use iconik_api::wait::PollOptions;
use indicatif::ProgressBar;
use support::{Iconik, Result};

/// Removes for good what is in the delete queue for long; shows it unless --apply is given
#[derive(Parser)]
#[command(after_help = support::HELP)]
struct Args {
    /// Removes assets that were deleted more than this many days ago
    #[arg(value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..))]
    days: Option<u32>,
    /// Removes the assets: there is no way back
    #[arg(long)]
    apply: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    support::finish(run(Args::parse()).await)
}

async fn run(args: Args) -> Result {
    let iconik = Iconik::connect().await?;
    let days = iconik.argument(args.days, "<DAYS>", |_| 30)?;
    let age = jiff::SignedDuration::from_hours(24 * i64::from(days));
    let now = iconik.now().as_jiff().ok_or("there is no time")?;
    let limit = now.checked_sub(age)?;

    // The whole list before the first removal: a list that shrinks while it is read skips items.
    let mut old: Vec<AssetId> = Vec::new();
    let mut undated = 0;
    let queue = iconik.client.assets().delete_queue();
    let mut deleted = queue.list_assets().per_page(100).items();
    let progress = ProgressBar::new_spinner();
    while let Some(asset) = deleted.try_next().await? {
        progress.inc(1);
        let (title, id) = (asset.title.unwrap_or_default(), asset.id);
        let date = asset.date_deleted.as_ref().and_then(|date| date.as_jiff());
        match (id, date) {
            (Some(id), Some(date)) if date < limit => {
                let day = date.strftime("%Y-%m-%d");
                progress.suspend(|| println!("{id}: {title:?}, deleted on {day}"));
                old.push(id);
            }
            (Some(_), Some(_)) => {}
            // Its age is not known: it remains.
            _ => {
                undated += 1;
                progress.suspend(|| eprintln!("{title:?} has no date of deletion: it remains"));
            }
        }
    }
    progress.finish_and_clear();
    if !args.apply {
        println!("{} assets would be removed, with --apply", old.len());
        return check(undated, "assets have no date of deletion");
    }

    let purge = |batch: &[AssetId]| queue.purge_assets(AssetIdList::new(batch));
    let report = Batches::new(old.clone()).send(purge).await;
    for batch in &report.failed {
        eprintln!("{} assets remain: {}", batch.items.len(), batch.error);
    }
    let failed: HashSet<&AssetId> = report.failed.iter().flat_map(|it| &it.items).collect();

    // The response comes before the work is done.
    let wait = PollOptions::up_to(Duration::from_secs(300));
    if let Some(last) = old.iter().rev().find(|id| !failed.contains(id)) {
        let get = || async { iconik.client.assets().get(last).await.optional() };
        wait.until(get, Option::is_none).await?;
    }
    println!("{} assets were removed", old.len() - failed.len());
    check(failed.len() + undated, "assets remain")
}

fn check(failed: usize, what: &str) -> Result {
    match failed {
        0 => Ok(()),
        _ => Err(format!("{failed} {what}").into()),
    }
}
