//! Exports all assets to a CSV file, for example every night.
//!
//! ```text
//! cargo run --example export_assets -- --output assets.csv
//! ```
//!
//! A run that was interrupted is continued by the next one: its rows and its place in the list are in
//! `assets.csv.part` and `assets.csv.state`. `assets.csv` itself is replaced when the export is complete.

mod support;

use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use iconik_api::Cursor;
use iconik_api::search::{DocumentType, SearchCriteria, SearchFilter, SearchTerm};
use indicatif::ProgressBar;
use serde::{Deserialize, Serialize};
use support::{Iconik, Result, with_suffix};

const COLUMNS: [&str; 7] = [
    "id",
    "title",
    "type",
    "status",
    "duration_milliseconds",
    "date_created",
    "date_modified",
];

/// Exports all assets to a CSV file; continues where an interrupted run ended
#[derive(Parser)]
#[command(after_help = support::HELP)]
struct Args {
    /// The CSV file [default: assets.csv]
    #[arg(long)]
    output: Option<PathBuf>,
    /// Begins again instead of continuing an interrupted run
    #[arg(long)]
    restart: bool,
    /// Assets in one request; the state is saved after each
    #[arg(long, value_name = "ASSETS", default_value_t = 500)]
    per_page: i64,
}

/// How far a run is.
#[derive(Serialize, Deserialize)]
struct State {
    /// Where the list continues.
    cursor: Cursor,
    /// How many bytes of the file belong to what is done.
    bytes: u64,
    rows: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    support::finish(run(Args::parse()).await)
}

async fn run(args: Args) -> Result {
    let iconik = Iconik::connect().await?;
    let output = iconik.output(args.output, "assets.csv")?;
    let part = with_suffix(&output, ".part");
    let state_file = with_suffix(&output, ".state");
    if args.restart && state_file.exists() {
        fs::remove_file(&state_file)?;
    }
    let state: Option<State> = match state_file.exists() {
        true => Some(serde_json::from_slice(&fs::read(&state_file)?)?),
        false => None,
    };

    // Pages of a search continue after the last asset, also behind the first 10,000.
    let not_deleted = SearchFilter::all_of([SearchTerm::is_missing("date_deleted")]);
    let criteria = SearchCriteria::new()
        .doc_types([DocumentType::Assets])
        .filter(not_deleted);
    let assets = iconik.client.search().find(criteria)?;
    let mut assets = assets.per_page(args.per_page).items();
    let mut rows = 0;
    let mut file = OpenOptions::new();
    let file = file.create(true).write(true).truncate(false).open(&part)?;
    match state {
        Some(state) => {
            if file.metadata()?.len() < state.bytes {
                return Err(format!("{} is not complete: use --restart", part.display()).into());
            }
            // What came after the last checkpoint is written again.
            file.set_len(state.bytes)?;
            rows = state.rows;
            assets = assets.resume(state.cursor);
            eprintln!("continuing after {rows} assets");
        }
        None => file.set_len(0)?,
    }
    let mut file = &file;
    file.seek(SeekFrom::End(0))?;
    let mut csv = csv::Writer::from_writer(file);
    if rows == 0 {
        csv.write_record(COLUMNS)?;
    }

    let progress = ProgressBar::new(0);
    while let Some(asset) = assets.try_next().await? {
        csv.serialize((
            &asset.id,
            &asset.title,
            &asset.r#type,
            &asset.status,
            asset.duration_milliseconds,
            &asset.date_created,
            &asset.date_modified,
        ))?;
        rows += 1;
        progress.set_length(assets.total().unwrap_or_default().unsigned_abs());
        progress.set_position(rows);
        if rows % args.per_page.unsigned_abs().max(1) == 0 {
            csv.flush()?;
            save(&state_file, file, assets.cursor(), rows)?;
        }
    }
    csv.flush()?;
    file.sync_all()?;
    if state_file.exists() {
        fs::remove_file(&state_file)?;
    }
    fs::rename(&part, &output)?;
    progress.finish_and_clear();
    println!("{rows} assets exported");
    Ok(())
}

/// Saves how far the run is. The file is never behind it.
fn save(path: &Path, mut file: &File, cursor: Option<Cursor>, rows: u64) -> Result {
    let Some(cursor) = cursor else { return Ok(()) };
    file.sync_data()?;
    let bytes = file.stream_position()?;
    let state = State {
        cursor,
        bytes,
        rows,
    };
    support::write_whole(path, serde_json::to_vec(&state)?)
}
