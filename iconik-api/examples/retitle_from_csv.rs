//! Gives assets new titles from a CSV file with two columns: asset id and title.
//!
//! ```text
//! cargo run --example retitle_from_csv -- titles.csv            # shows what would change
//! cargo run --example retitle_from_csv -- titles.csv --apply    # changes it
//! ```
//!
//! A line that cannot be done is told and does not stop the others; run it again for those.

mod support;

use std::collections::HashMap;
use std::sync::Mutex;

use iconik_api::Client;
use iconik_api::OptionalExt;
use iconik_api::assets::AssetPatch;
use iconik_api::ids::AssetId;
use serde_json::json;
use support::{Answer, Ask, Result, not_found};
use tokio::task::JoinSet;

/// How many assets are worked on at once. The client keeps iconik's pace in any case.
const AT_ONCE: usize = 8;

const SAMPLE: &str = "id,title\n1,\"Harbour, take 1\"\n2,Storm\n3,\"The \"\"keeper\"\"\"\n";

#[derive(Debug, PartialEq)]
enum Outcome {
    Changed(String),
    Same,
    NoSuchAsset,
}

#[tokio::main]
async fn main() -> Result {
    let titles = Mutex::new(HashMap::from([
        ("1".to_owned(), "MVI_0001".to_owned()),
        ("2".to_owned(), "Storm".to_owned()),
        ("3".to_owned(), "MVI_0003".to_owned()),
    ]));
    let (client, real) = support::client(move |ask| small_iconik(&titles, ask)).await?;
    let args: Vec<String> = std::env::args().skip(1).collect();
    let apply = args.iter().any(|arg| arg == "--apply") || !real;
    let file = args.iter().find(|arg| !arg.starts_with("--"));
    let csv = match file {
        Some(file) => std::fs::read_to_string(file)?,
        None if real => return Err("give a CSV file".into()),
        None => SAMPLE.to_owned(),
    };

    let mut rows = rows(&csv)?.into_iter();
    let (mut changed, mut failed) = (0, 0);
    let mut work = JoinSet::new();
    loop {
        while work.len() < AT_ONCE {
            let Some((id, title)) = rows.next() else {
                break;
            };
            let client = client.clone();
            work.spawn(async move {
                let outcome = retitle(&client, &id, &title, apply).await;
                (id, title, outcome)
            });
        }
        let Some(done) = work.join_next().await else {
            break;
        };
        let (id, title, outcome) = done?;
        match outcome {
            Ok(Outcome::Changed(old)) => {
                changed += 1;
                println!("{}: {old:?} becomes {title:?}", id.as_str());
            }
            Ok(Outcome::Same) => {}
            Ok(Outcome::NoSuchAsset) => {
                failed += 1;
                eprintln!("{}: there is no such asset", id.as_str());
            }
            Err(error) => {
                failed += 1;
                eprintln!("{}: {error}", id.as_str());
            }
        }
    }
    let verb = if apply {
        "changed"
    } else {
        "would change with --apply"
    };
    println!("{changed} titles {verb}");
    match failed {
        0 => Ok(()),
        _ => Err(format!("{failed} lines could not be done").into()),
    }
}

async fn retitle(
    client: &Client,
    id: &AssetId,
    title: &str,
    apply: bool,
) -> iconik_api::Result<Outcome> {
    let Some(asset) = client.assets().get(id).await.optional()? else {
        return Ok(Outcome::NoSuchAsset);
    };
    let old = asset.title.unwrap_or_default();
    if old == title {
        return Ok(Outcome::Same);
    }
    if apply {
        // PATCH: nothing but the title changes.
        client
            .assets()
            .update(id, AssetPatch::new().title(title))
            .await?;
    }
    Ok(Outcome::Changed(old))
}

/// The lines of the file, without the header if there is one.
fn rows(csv: &str) -> Result<Vec<(AssetId, String)>> {
    let mut rows = Vec::new();
    for (number, fields) in records(csv).into_iter().enumerate() {
        match &fields[..] {
            [field] if field.trim().is_empty() => {}
            [id, title] if number == 0 && id == "id" && title == "title" => {}
            [id, title] if !id.trim().is_empty() => {
                rows.push((AssetId::new(id.trim()), title.clone()))
            }
            _ => return Err(format!("record {}: expected an id and a title", number + 1).into()),
        }
    }
    Ok(rows)
}

/// CSV as spreadsheets write it: fields with commas, quotes or line breaks stand in quotes, and a
/// quote in them is doubled.
fn records(csv: &str) -> Vec<Vec<String>> {
    let mut records = vec![vec![String::new()]];
    let mut quoted = false;
    let mut chars = csv.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(char) = chars.next() {
        let Some(field) = records.last_mut().and_then(|record| record.last_mut()) else {
            break;
        };
        match char {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => {
                if let Some(record) = records.last_mut() {
                    record.push(String::new());
                }
            }
            '\n' if !quoted => records.push(vec![String::new()]),
            '\r' if !quoted => {}
            char => field.push(char),
        }
    }
    records
}

/// Assets that have an id and a title.
fn small_iconik(titles: &Mutex<HashMap<String, String>>, ask: &Ask) -> Answer {
    let Ok(mut titles) = titles.lock() else {
        return (500, json!({ "errors": ["Broken"] }));
    };
    let ["assets", id] = ask.parts()[..] else {
        return not_found();
    };
    let Some(title) = titles.get_mut(id) else {
        return not_found();
    };
    if ask.method == "PATCH" {
        if let Some(new) = ask.body["title"].as_str() {
            *title = new.to_owned();
        }
    }
    (200, json!({ "id": id, "title": title }))
}
