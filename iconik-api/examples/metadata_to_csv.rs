//! Writes the metadata values of all assets below a collection to a CSV file, one column for each field of a view.
//!
//! ```text
//! cargo run --example metadata_to_csv -- <collection id> --view <view id> --output metadata.csv
//! ```
//!
//! `metadata_from_csv` reads the file back. A field with several values is a JSON list: `["storm","sea"]`.

mod support;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use futures_util::StreamExt;
use iconik_api::Client;
use iconik_api::assets::Asset;
use iconik_api::ids::{CollectionId, MetadataViewId};
use indicatif::ProgressBar;
use support::cells::{ASSET_ID, ASSET_TITLE, cell, fields_with_values};
use support::{Iconik, Result, assets_below, with_suffix};

/// How many assets are read at once. The client keeps iconik's pace in any case.
const AT_ONCE: usize = 8;

/// Writes the metadata values of all assets below a collection to a CSV file
#[derive(Parser)]
#[command(after_help = support::HELP)]
struct Args {
    /// The collection; may be omitted with sample data
    collection: Option<CollectionId>,
    /// The metadata view whose fields are written; may be omitted with sample data
    #[arg(long, value_name = "ID")]
    view: Option<MetadataViewId>,
    /// The CSV file [default: metadata.csv]
    #[arg(long)]
    output: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    support::finish(run(Args::parse()).await)
}

async fn run(args: Args) -> Result {
    let iconik = Iconik::connect().await?;
    let client = &iconik.client;
    let root = iconik.argument(args.collection, "<COLLECTION>", |it| it.production.clone())?;
    let view_id = iconik.argument(args.view, "--view", |it| it.view.clone())?;
    let output = iconik.output(args.output, "metadata.csv")?;

    let view = client.metadata().views().get(&view_id).await?;
    let fields: Vec<String> = fields_with_values(view.view_fields)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let part = with_suffix(&output, ".part");
    let mut csv = csv::Writer::from_path(&part)?;
    let columns = [ASSET_ID, ASSET_TITLE].into_iter();
    csv.write_record(columns.chain(fields.iter().map(String::as_str)))?;

    let progress = ProgressBar::new_spinner();
    let mut rows = assets_below(client, root)
        .map(async |asset| row(client, &asset?, &view_id, &fields).await)
        .buffered(AT_ONCE);
    let (mut written, mut failed) = (0, 0);
    while let Some(row) = rows.next().await {
        progress.inc(1);
        match row {
            Ok(row) => {
                written += 1;
                csv.write_record(row)?;
            }
            Err(error) => {
                failed += 1;
                progress.suspend(|| eprintln!("{error}"));
            }
        }
    }
    progress.finish_and_clear();
    csv.flush()?;
    println!("{written} assets with {} fields", fields.len());
    match failed {
        0 => Ok(fs::rename(part, output)?),
        // A file that lacks assets must not look like a whole one.
        _ => Err(format!("{failed} failed; the others are in {}", part.display()).into()),
    }
}

/// The cells of an asset.
async fn row(
    client: &Client,
    asset: &Asset,
    view: &MetadataViewId,
    fields: &[String],
) -> Result<Vec<String>> {
    let id = asset.id.as_ref().ok_or("an asset has no id")?;
    let values = client.metadata().find(id, view).await?;
    let mut row = vec![id.to_string(), asset.title.clone().unwrap_or_default()];
    for field in fields {
        let values = values.as_ref().and_then(|values| values.field(field));
        row.push(cell(&values.map(|field| field.texts()).unwrap_or_default()));
    }
    Ok(row)
}
