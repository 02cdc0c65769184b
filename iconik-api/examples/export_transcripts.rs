//! Writes the transcripts of all assets below a collection to files, one for each asset.
//!
//! ```text
//! cargo run --example export_transcripts -- <collection id> --format srt --folder subtitles
//! ```
//!
//! Files that exist are left alone, so that a run that was interrupted can be repeated.

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use futures_util::StreamExt;
use iconik_api::Client;
use iconik_api::assets::{Asset, Segment, SegmentType};
use iconik_api::ids::{AssetId, CollectionId};
use indicatif::ProgressBar;
use support::{Iconik, Result, assets_below};

/// How many transcripts are read at once.
const AT_ONCE: usize = 4;

/// Writes the transcripts of all assets below a collection to files
#[derive(Parser)]
#[command(after_help = support::HELP)]
struct Args {
    /// The collection; may be omitted with sample data
    collection: Option<CollectionId>,
    /// What the files contain
    #[arg(long, value_enum, default_value_t = Format::Txt)]
    format: Format,
    /// Where the files are written [default: transcripts]
    #[arg(long)]
    folder: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// The words, each line with its time
    Txt,
    /// SubRip subtitles
    Srt,
    /// WebVTT subtitles
    Vtt,
}

#[tokio::main]
async fn main() -> ExitCode {
    support::finish(run(Args::parse()).await)
}

async fn run(args: Args) -> Result {
    let iconik = Iconik::connect().await?;
    let root = iconik.argument(args.collection, "<COLLECTION>", |it| it.interviews.clone())?;
    let folder = iconik.output(args.folder, "transcripts")?;
    fs::create_dir_all(&folder)?;

    let progress = ProgressBar::new_spinner();
    let mut exports = assets_below(&iconik.client, root)
        .map(async |asset| export(&iconik.client, &asset?, args.format, &folder).await)
        .buffered(AT_ONCE);
    let (mut written, mut failed) = (0, 0);
    while let Some(result) = exports.next().await {
        progress.inc(1);
        progress.suspend(|| match result {
            Ok(None) => {}
            Ok(Some(line)) => {
                written += 1;
                println!("{line}");
            }
            Err(error) => {
                failed += 1;
                eprintln!("{error}");
            }
        });
    }
    progress.finish_and_clear();
    println!("{written} transcripts written");
    match failed {
        0 => Ok(()),
        _ => Err(format!("{failed} collections or assets could not be read").into()),
    }
}

/// Writes the transcript of an asset; returns a line for the user if it was written.
async fn export(
    client: &Client,
    asset: &Asset,
    format: Format,
    to: &Path,
) -> Result<Option<String>> {
    let id = asset.id.as_ref().ok_or("an asset has no id")?;
    // An id is a UUID. Whatever it is, it must not name a file elsewhere.
    let safe = id.as_str().replace(['/', '\\', '.'], "-");
    let name = format!("{safe}.{format:?}").to_lowercase();
    let file = to.join(&name);
    if file.exists() {
        return Ok(None);
    }
    let (segments, kind) = (client.assets().segments(), SegmentType::Transcription);
    let text = match format {
        Format::Txt => plain(client, id).await?,
        Format::Srt => segments.export_srt(id).segment_type(kind).await?,
        Format::Vtt => segments.export_vtt(id).segment_type(kind).await?,
    };
    if matches!(text.trim(), "" | "WEBVTT") {
        return Ok(None);
    }
    // Half a file would look like a whole one to the next run.
    support::write_whole(&file, text)?;
    let title = asset.title.as_deref().unwrap_or("untitled");
    Ok(Some(format!("{name}: {title}")))
}

/// The words with their times.
async fn plain(client: &Client, id: &AssetId) -> Result<String> {
    let segments = client.assets().segments().list(id);
    let segments = segments.segment_type(SegmentType::Transcription);
    // 150 items on a page are known to work for transcriptions.
    let mut lines: Vec<Segment> = segments.per_page(150).items().try_collect().await?;
    lines.sort_by_key(|line| line.time_start_milliseconds);
    let mut text = String::new();
    for line in &lines {
        let seconds = line.time_start_milliseconds.unwrap_or_default() / 1_000;
        let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
        let words = line.segment_text.as_deref().unwrap_or_default().trim();
        writeln!(text, "{hours:02}:{minutes:02}:{:02}  {words}", seconds % 60)?;
    }
    Ok(text)
}
