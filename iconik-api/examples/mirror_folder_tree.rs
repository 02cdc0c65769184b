//! Creates a collection for each folder below a folder, with the same names in the same tree.
//!
//! ```text
//! cargo run --example mirror_folder_tree -- <folder> --into <collection id>            # shows what is missing
//! cargo run --example mirror_folder_tree -- <folder> --into <collection id> --apply    # creates it
//! ```
//!
//! Collections that exist are used, so that it can be run again. Nothing is deleted. The contents of collections
//! come from a search index that trails changes: wait some seconds before the next run.

mod support;

use std::collections::{HashMap, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use iconik_api::Client;
use iconik_api::assets::{CollectionItem, ContentObjectType, NewCollection};
use iconik_api::ids::CollectionId;
use indicatif::ProgressBar;
use support::{Iconik, Result};

/// Creates a collection for each folder below a folder; shows which unless --apply is given
#[derive(Parser)]
#[command(after_help = support::HELP)]
struct Args {
    /// The folder; may be omitted with sample data
    folder: Option<PathBuf>,
    /// The collection that gets the tree; may be omitted with sample data
    #[arg(long, value_name = "COLLECTION")]
    into: Option<CollectionId>,
    /// Creates the collections
    #[arg(long)]
    apply: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    support::finish(run(Args::parse()).await)
}

async fn run(args: Args) -> Result {
    let iconik = Iconik::connect().await?;
    let folder = match (args.folder, iconik.server()) {
        (None, Some(_)) => support::sample::folders()?,
        (given, _) => iconik.argument(given, "<FOLDER>", |_| PathBuf::new())?,
    };
    let root = iconik.argument(args.into, "--into", |it| it.production.clone())?;
    fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;

    let progress = ProgressBar::new_spinner();
    let (mut exist, mut missing, mut failed) = (0, 0, 0);
    // A collection that is only shown has no id.
    let mut waiting = VecDeque::from([(folder.clone(), Some(root))]);
    while let Some((path, collection)) = waiting.pop_front() {
        progress.inc(1);
        let name = path.strip_prefix(&folder)?.display().to_string();
        let listed = match &collection {
            Some(id) => below(&iconik.client, id).await,
            None => Ok(HashMap::new()),
        };
        let (folders, mut known) = match (folders_in(&path), listed) {
            (Ok(folders), Ok(known)) => (folders, known),
            (Err(error), _) | (_, Err(error)) => {
                failed += 1;
                progress.suspend(|| eprintln!("{name}: {error}"));
                continue;
            }
        };
        for (title, path) in folders {
            let shown = path.strip_prefix(&folder)?.display();
            if let Some(id) = known.remove(&title) {
                exist += 1;
                waiting.push_back((path, Some(id)));
                continue;
            }
            let created = match (&collection, args.apply) {
                (Some(parent), true) => create(&iconik.client, parent, &title).await.map(Some),
                _ => Ok(None),
            };
            progress.suspend(|| match &created {
                Ok(_) => println!("+ {shown}/"),
                Err(error) => eprintln!("{shown}: {error}"),
            });
            match created {
                Ok(id) => {
                    missing += 1;
                    waiting.push_back((path, id));
                }
                Err(_) => failed += 1,
            }
        }
    }
    progress.finish_and_clear();
    let done = if args.apply {
        "were created"
    } else {
        "would be created, with --apply"
    };
    println!("{exist} collections exist, {missing} {done}");
    match failed {
        0 => Ok(()),
        _ => Err(format!("{failed} folders failed").into()),
    }
}

/// The collections in a collection, by title.
async fn below(client: &Client, id: &CollectionId) -> Result<HashMap<String, CollectionId>> {
    let items = client.assets().collections().list_items(id);
    let items = items.object_types([ContentObjectType::Collections]);
    let mut items = items.per_page(200).items();
    let mut known = HashMap::new();
    while let Some(item) = items.try_next().await? {
        let CollectionItem::Collection(collection) = item else {
            continue;
        };
        let title = collection.title.unwrap_or_default();
        let id = collection.id.ok_or("a collection has no id")?;
        if known.insert(title.clone(), id).is_some() {
            return Err(format!("iconik has several collections {title:?} here").into());
        }
    }
    Ok(known)
}

async fn create(client: &Client, parent: &CollectionId, title: &str) -> Result<CollectionId> {
    let new = NewCollection::new(title).parent_id(parent);
    let created = client.assets().collections().create(new).await?;
    Ok(created.id.ok_or("the collection has no id")?)
}

/// The folders in a folder that are not hidden, with their names, in order.
fn folders_in(path: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name
            .to_str()
            .ok_or_else(|| format!("{name:?} is not Unicode"))?;
        if entry.file_type()?.is_dir() && !name.starts_with('.') {
            folders.push((name.to_owned(), entry.path()));
        }
    }
    folders.sort();
    Ok(folders)
}
