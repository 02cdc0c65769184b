//! Prints everything below a collection as a tree, and counts it.
//!
//! ```text
//! cargo run --example walk_collection_tree -- <collection id>
//! ```

mod support;

use std::collections::HashMap;
use std::process::ExitCode;

use clap::Parser;
use iconik_api::assets::CollectionItem;
use iconik_api::ids::CollectionId;
use indicatif::ProgressBar;
use support::{Iconik, Result};

/// Prints everything below a collection, nearer collections first
#[derive(Parser)]
#[command(after_help = support::HELP)]
struct Args {
    /// The collection; may be omitted with sample data
    collection: Option<CollectionId>,
    /// Goes at most this many levels deep
    #[arg(long, value_name = "LEVELS", default_value_t = usize::MAX, hide_default_value = true)]
    depth: usize,
    /// Reads this many collections at once
    #[arg(long, value_name = "COLLECTIONS", default_value_t = 8)]
    at_once: usize,
}

#[tokio::main]
async fn main() -> ExitCode {
    support::finish(run(Args::parse()).await)
}

async fn run(args: Args) -> Result {
    let iconik = Iconik::connect().await?;
    let root = iconik.argument(args.collection, "<COLLECTION>", |it| it.production.clone())?;

    let (mut assets, mut collections, mut failed) = (0, 0, 0);
    let mut paths = HashMap::from([(root.clone(), String::new())]);
    let handle = iconik.client.assets().collections();
    let mut tree = handle
        .walk(root)
        .max_depth(args.depth)
        .at_once(args.at_once)
        .per_page(200);
    let progress = ProgressBar::new_spinner();
    while let Some(found) = tree.next().await {
        progress.inc(1);
        let found = match found {
            Ok(found) => found,
            // The rest of the tree is still worth seeing.
            Err(error) => {
                progress.suspend(|| eprintln!("{error}"));
                failed += 1;
                continue;
            }
        };
        let parent = paths.get(&found.parent).cloned().unwrap_or_default();
        let line = match found.item {
            CollectionItem::Asset(asset) => {
                assets += 1;
                format!("{parent}/{}", asset.title.unwrap_or_default())
            }
            CollectionItem::Collection(collection) => {
                collections += 1;
                let path = format!("{parent}/{}", collection.title.unwrap_or_default());
                let line = format!("{path}/");
                if let Some(id) = collection.id {
                    paths.entry(id).or_insert(path);
                }
                line
            }
            // A kind that this version does not know.
            other => format!("{parent}/{other:?}"),
        };
        progress.suspend(|| println!("{line}"));
    }
    progress.finish_and_clear();
    println!("{assets} assets and {collections} collections");
    match failed {
        0 => Ok(()),
        _ => Err(format!("{failed} collections could not be read").into()),
    }
}
