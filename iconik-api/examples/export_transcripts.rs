//! Writes the transcripts of all assets below a collection into text files, one for each asset.
//!
//! ```text
//! cargo run --example export_transcripts -- <collection id> [<folder>]
//! ```
//!
//! Files that are there already are left alone, so that a run that was broken off can be repeated.

mod support;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use iconik_api::Client;
use iconik_api::assets::{CollectionItem, Segment, SegmentType};
use iconik_api::ids::AssetId;
use serde_json::json;
use support::{Answer, Ask, Result, not_found, page};

#[tokio::main]
async fn main() -> Result {
    let (client, real) = support::client(small_iconik).await?;
    let mut args = std::env::args().skip(1);
    let root = match args.next() {
        Some(id) => id,
        None if real => return Err("give the id of a collection".into()),
        None => "interviews".to_owned(),
    };
    let folder = match args.next() {
        Some(folder) => PathBuf::from(folder),
        None if real => PathBuf::from("transcripts"),
        None => std::env::temp_dir().join(format!("transcripts-{}", std::process::id())),
    };
    std::fs::create_dir_all(&folder)?;

    let mut written = 0;
    let mut tree = client.assets().collections().walk(root);
    while let Some(found) = tree.next().await {
        let CollectionItem::Asset(asset) = found?.item else {
            continue;
        };
        let Some(id) = &asset.id else {
            continue;
        };
        let file = folder.join(file_name(id));
        if file.exists() {
            continue;
        }
        let Some(text) = transcript(&client, id).await? else {
            continue;
        };
        let title = asset.title.as_deref().unwrap_or("untitled");
        write_whole(&file, &format!("{title}\n\n{text}"))?;
        println!("{} {title}", file.display());
        written += 1;
    }
    println!("{written} transcripts written");
    Ok(())
}

/// The words that were spoken, with their times; none if nobody has transcribed them.
async fn transcript(client: &Client, id: &AssetId) -> Result<Option<String>> {
    // 150 on a page are known to work for transcriptions.
    let lines = client
        .assets()
        .segments()
        .list(id)
        .segment_type(SegmentType::Transcription)
        .per_page(150)
        .items();
    let mut lines: Vec<Segment> = lines.try_collect().await?;
    lines.sort_by_key(|line| line.time_start_milliseconds);
    let mut text = String::new();
    for line in &lines {
        let words = line.segment_text.as_deref().unwrap_or_default().trim();
        if !words.is_empty() {
            let start = line.time_start_milliseconds.unwrap_or(0);
            writeln!(text, "{}  {words}", time(start))?;
        }
    }
    Ok((!text.is_empty()).then_some(text))
}

fn time(milliseconds: i64) -> String {
    let seconds = milliseconds / 1_000;
    format!(
        "{:02}:{:02}:{:02}",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// An id is a UUID, but whatever it is, it must not name a file elsewhere.
fn file_name(id: &AssetId) -> String {
    let safe = |char: char| {
        if char.is_ascii_alphanumeric() || char == '-' {
            char
        } else {
            '_'
        }
    };
    let name: String = id.as_str().chars().map(safe).collect();
    format!("{name}.txt")
}

/// Half a file would look like a whole one to the next run.
fn write_whole(file: &Path, text: &str) -> Result {
    let draft = file.with_extension("part");
    std::fs::write(&draft, text)?;
    std::fs::rename(draft, file)?;
    Ok(())
}

/// Two interviews, one of which nobody has transcribed.
fn small_iconik(ask: &Ask) -> Answer {
    let asset =
        |id: &str, title: &str| json!({ "id": id, "title": title, "object_type": "assets" });
    let line = |id: u32, start: u32, text: &str| {
        json!({
            "id": id, "segment_type": "TRANSCRIPTION", "segment_text": text,
            "time_start_milliseconds": start, "time_end_milliseconds": start + 2_000,
        })
    };
    match ask.parts()[..] {
        ["collections", "interviews", "contents"] => page(vec![
            asset("keeper", "The lighthouse keeper"),
            asset("captain", "The captain"),
        ]),
        ["assets", "keeper", "segments"] => page(vec![
            line(2, 64_000, "And then the light went out."),
            line(1, 3_500, "It was the worst storm that I remember."),
        ]),
        ["assets", "captain", "segments"] => page(Vec::new()),
        _ => not_found(),
    }
}
