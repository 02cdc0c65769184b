//! Writes metadata values from a CSV file, as `metadata_to_csv` writes it: only those that differ.
//!
//! ```text
//! cargo run --example metadata_from_csv -- metadata.csv --view <view id>            # shows the changes
//! cargo run --example metadata_from_csv -- metadata.csv --view <view id> --apply    # makes them
//! ```
//!
//! An empty cell clears the field, a missing column leaves it alone. All cells are checked by the types of their
//! fields before anything is written. A row that fails does not stop the others; run it again for those.

mod support;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use futures_util::StreamExt;
use iconik_api::Client;
use iconik_api::ids::MetadataViewId;
use iconik_api::metadata_values::MetadataChanges;
use indicatif::ProgressBar;
use support::cells::{Fields, Row, fields_with_values, normal, read};
use support::{Iconik, Result};

/// How many assets are worked on at once. The client keeps iconik's pace in any case.
const AT_ONCE: usize = 8;

/// Writes metadata values from a CSV file; shows what would change unless --apply is given
#[derive(Parser)]
#[command(after_help = support::HELP)]
struct Args {
    /// The CSV file; may be omitted with sample data
    csv: Option<PathBuf>,
    /// The metadata view that has the fields; may be omitted with sample data
    #[arg(long, value_name = "ID")]
    view: Option<MetadataViewId>,
    /// Writes the values
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
    let csv = match (args.csv, iconik.sample()) {
        (None, Some(sample)) => sample.metadata_csv()?,
        (given, _) => iconik.argument(given, "<CSV>", |_| PathBuf::new())?,
    };
    let view_id = iconik.argument(args.view, "--view", |it| it.view.clone())?;
    let view = client.metadata().views().get(&view_id).await?;
    let fields = Fields::from_iter(fields_with_values(view.view_fields));
    let rows = read(&csv, &fields).map_err(|error| format!("{}: {error}", csv.display()))?;

    let progress = ProgressBar::new(rows.len() as u64);
    let work = rows
        .iter()
        .map(|row| import(client, &view_id, &fields, row, args.apply));
    let mut work = futures_util::stream::iter(work).buffered(AT_ONCE);
    let (mut changed, mut failed) = (0, 0);
    for row in &rows {
        let Some(result) = work.next().await else {
            break;
        };
        progress.inc(1);
        progress.suspend(|| match result {
            Ok(changes) => {
                changed += usize::from(!changes.is_empty());
                changes
                    .iter()
                    .for_each(|line| println!("{}: {line}", row.id));
            }
            Err(error) => {
                failed += 1;
                eprintln!("{}: {error}", row.id);
            }
        });
    }
    progress.finish_and_clear();
    let done = if args.apply {
        "changed"
    } else {
        "would change, with --apply"
    };
    println!("{changed} of {} assets {done}", rows.len());
    match failed {
        0 => Ok(()),
        _ => Err(format!("{failed} of {} rows failed", rows.len()).into()),
    }
}

/// Writes the values of an asset that differ; returns what changes.
async fn import(
    client: &Client,
    view: &MetadataViewId,
    fields: &Fields,
    row: &Row,
    apply: bool,
) -> Result<Vec<String>> {
    let id = &row.id;
    let current = client.metadata().find(id, view).await?;
    if current.is_none() {
        // It has no values, or there is no such asset.
        client.assets().get(id).await?;
    }
    let (mut changes, mut lines) = (MetadataChanges::new(), Vec::new());
    for (name, wanted) in &row.values {
        let old = current.as_ref().and_then(|values| values.field(name));
        let old = old.map(|field| field.texts()).unwrap_or_default();
        let same = |text: &String| normal(&fields[name], text).unwrap_or_else(|_| text.clone());
        if old.iter().map(same).ne(wanted.iter().cloned()) {
            lines.push(format!("{name}: {old:?} -> {wanted:?}"));
            changes = changes.set_all(name, wanted);
        }
    }
    if apply && !changes.is_empty() {
        client.metadata().write(id, view, changes).await?;
    }
    Ok(lines)
}
