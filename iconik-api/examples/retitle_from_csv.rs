//! Gives assets new titles from a CSV file with the columns `id` and `title`.
//!
//! ```text
//! cargo run --example retitle_from_csv -- titles.csv            # shows what would change
//! cargo run --example retitle_from_csv -- titles.csv --apply    # changes it
//! ```
//!
//! The file is checked before anything changes. A row that fails does not stop the others; run it again for
//! those.

mod support;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use futures_util::StreamExt;
use iconik_api::Client;
use iconik_api::assets::AssetPatch;
use iconik_api::ids::AssetId;
use indicatif::ProgressBar;
use serde::Deserialize;
use support::{Iconik, Result, Sample};

/// How many assets are worked on at once. The client keeps iconik's pace in any case.
const AT_ONCE: usize = 8;

/// Gives assets new titles from a CSV file; shows what would change unless --apply is given
#[derive(Parser)]
#[command(after_help = support::HELP)]
struct Args {
    /// A CSV file with the columns id and title; may be omitted with sample data
    csv: Option<PathBuf>,
    /// Changes the titles
    #[arg(long)]
    apply: bool,
}

#[derive(Deserialize)]
struct Row {
    id: AssetId,
    title: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    support::finish(run(Args::parse()).await)
}

async fn run(args: Args) -> Result {
    let iconik = Iconik::connect().await?;
    let csv = match (args.csv, iconik.sample()) {
        (None, Some(sample)) => sample_file(sample)?,
        (given, _) => iconik.argument(given, "<CSV>", |_| PathBuf::new())?,
    };
    let rows = read(&csv)?;

    let progress = ProgressBar::new(rows.len() as u64);
    let client = &iconik.client;
    let retitled = rows.iter().map(|row| retitle(client, row, args.apply));
    // In the order of the file, whichever is done first.
    let mut retitled = futures_util::stream::iter(retitled).buffered(AT_ONCE);
    let (mut changed, mut failed) = (0, 0);
    for row in &rows {
        let Some(result) = retitled.next().await else {
            break;
        };
        progress.inc(1);
        let (id, title) = (&row.id, &row.title);
        match result {
            Ok(None) => {}
            Ok(Some(old)) => {
                changed += 1;
                progress.suspend(|| println!("{id}: {old:?} -> {title:?}"));
            }
            Err(error) => {
                failed += 1;
                progress.suspend(|| eprintln!("{id}: {error}"));
            }
        }
    }
    progress.finish_and_clear();
    let done = match args.apply {
        true => "changed",
        false => "would change, with --apply",
    };
    println!("{changed} of {} titles {done}", rows.len());
    match failed {
        0 => Ok(()),
        _ => Err(format!("{failed} of {} rows failed", rows.len()).into()),
    }
}

/// Gives an asset a title; returns the old one if it was another.
async fn retitle(client: &Client, row: &Row, apply: bool) -> iconik_api::Result<Option<String>> {
    let asset = client.assets().get(&row.id).await?;
    let old = asset.title.unwrap_or_default();
    if old == row.title {
        return Ok(None);
    }
    if apply {
        // PATCH: nothing but the title changes.
        let patch = AssetPatch::new().title(&row.title);
        client.assets().update(&row.id, patch).await?;
    }
    Ok(Some(old))
}

/// Reads the file as a whole, so that a mistake in it changes nothing.
fn read(path: &Path) -> Result<Vec<Row>> {
    let file = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = fs::read_to_string(path).map_err(|error| file(&error))?;
    // Spreadsheets begin with a byte order mark.
    let text = text.trim_start_matches('\u{feff}');
    let mut ids = HashSet::new();
    let mut rows = Vec::new();
    for row in csv::Reader::from_reader(text.as_bytes()).into_deserialize() {
        let row: Row = row.map_err(|error| file(&error))?;
        let problem = if row.id.as_str().is_empty() || row.title.is_empty() {
            "an id or a title is missing"
        } else if !ids.insert(row.id.clone()) {
            "duplicate id"
        } else {
            rows.push(row);
            continue;
        };
        return Err(file(&format!("row {}: {problem}", rows.len() + 1)).into());
    }
    Ok(rows)
}

/// Writes a file for the sample data.
fn sample_file(sample: &Sample) -> Result<PathBuf> {
    let path = support::scratch()?.join("titles.csv");
    let [first, second] = &sample.takes;
    let csv = format!("id,title\n{first},\"Harbour, best take\"\n{second},\"Harbour, take 2\"\n");
    fs::write(&path, csv)?;
    Ok(path)
}
