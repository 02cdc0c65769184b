//! Copies comments with their replies from an asset to another, or between an asset and a JSON file.
//!
//! ```text
//! cargo run --example sync_comments -- <asset id> <other asset id>           # shows what is missing
//! cargo run --example sync_comments -- <asset id> comments.json --apply      # saves comments
//! cargo run --example sync_comments -- comments.json <asset id> --apply      # brings them back
//! ```
//!
//! What is there is not copied again: comments with the same text, time and place in the thread are the same.
//! iconik names the user of the token as the author of the copies.

mod support;

use std::collections::HashMap;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use iconik_api::assets::SegmentType;
use iconik_api::wait::PollOptions;
use support::comments::{Comment, Key, Place, create, key, read};
use support::{Iconik, Result};

/// Copies comments between assets and JSON files; shows which unless --apply is given
#[derive(Parser)]
#[command(after_help = support::HELP)]
struct Args {
    /// An asset, or a file that ends with `.json`; may be omitted with sample data
    from: Option<Place>,
    /// Likewise; a file need not exist
    to: Option<Place>,
    /// Copies the comments
    #[arg(long)]
    apply: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    support::finish(run(Args::parse()).await)
}

async fn run(args: Args) -> Result {
    let iconik = Iconik::connect().await?;
    let client = &iconik.client;
    let take = |number: usize| move |it: &support::Sample| Place::Asset(it.takes[number].clone());
    let from = iconik.argument(args.from, "<FROM>", take(0))?;
    let to = iconik.argument(args.to, "<TO>", take(1))?;
    let source = read(client, &from).await?;
    let mut target = read(client, &to).await?;
    // The id in the target of each comment there.
    let mut known: HashMap<Key, String> = HashMap::new();
    for comment in &target {
        known.insert(key(&target, comment), comment.id.clone());
    }

    let (mut copied, mut failed) = (0, 0);
    for comment in &source {
        let key = key(&source, comment);
        if known.contains_key(&key) {
            continue;
        }
        let seconds = comment.start.unwrap_or_default() / 1_000;
        let line = format!(
            "{}{seconds} s: {}",
            "  ".repeat(key.len() - 1),
            comment.text
        );
        let parent = known.get(&key[..key.len() - 1]).cloned();
        let new = Comment {
            parent,
            ..comment.clone()
        };
        let id = match &to {
            _ if new.parent.is_some() != comment.parent.is_some() => {
                Err("the comment that it replies to is missing".into())
            }
            Place::Asset(asset) if args.apply => create(client, asset, &new).await,
            _ => Ok(new.id.clone()),
        };
        match id {
            Ok(id) => {
                copied += 1;
                println!("+ {line}");
                target.push(Comment {
                    id: id.clone(),
                    ..new
                });
                known.insert(key, id);
            }
            Err(error) => {
                failed += 1;
                eprintln!("{line}: {error}");
            }
        }
    }
    match &to {
        Place::File(path) if args.apply => {
            support::write_whole(path, serde_json::to_string_pretty(&target)?)?;
        }
        Place::Asset(asset) if args.apply && copied > 0 => {
            // Lists trail writes: the next run must find what this one made.
            let wait = PollOptions::up_to(Duration::from_secs(180));
            let list = || {
                client
                    .assets()
                    .segments()
                    .list(asset)
                    .segment_type(SegmentType::Comment)
            };
            wait.until(list, |page| page.total >= i64::try_from(target.len()).ok())
                .await?;
        }
        _ => {}
    }
    let done = if args.apply {
        "copied"
    } else {
        "would be copied, with --apply"
    };
    println!("{copied} of {} comments {done}", source.len());
    match failed {
        0 => Ok(()),
        _ => Err(format!("{failed} comments failed").into()),
    }
}
