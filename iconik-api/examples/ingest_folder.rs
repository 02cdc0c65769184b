//! Uploads the files of a folder and of the folders in it, each into a new asset.
//!
//! ```text
//! cargo run --example ingest_folder --features upload -- <folder> --collection <collection id>
//! ```
//!
//! The folders are kept as directories on the storage. What iconik has already is left out. An upload that was
//! interrupted is continued by the next run: its state is in a hidden file next to the file.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use iconik_api::Client;
use iconik_api::ids::CollectionId;
use iconik_api::upload::{Source, UploadEvent, UploadState, Uploaded};
use indicatif::{ProgressBar, ProgressStyle};
use support::{Iconik, Result};

/// Uploads the files of a folder and of the folders in it, each into a new asset
#[derive(Parser)]
#[command(after_help = support::HELP)]
struct Args {
    /// The folder; may be omitted with sample data
    folder: Option<PathBuf>,
    /// Puts the assets into this collection
    #[arg(long, value_name = "ID")]
    collection: Option<CollectionId>,
}

#[tokio::main]
async fn main() -> ExitCode {
    support::finish(run(Args::parse()).await)
}

async fn run(args: Args) -> Result {
    let iconik = Iconik::connect().await?;
    let folder = match (args.folder, iconik.server()) {
        (None, Some(_)) => sample_folder()?,
        (given, _) => iconik.argument(given, "<FOLDER>", |_| PathBuf::new())?,
    };
    let files = files_in(&folder)?;
    let mut failed = 0;
    for path in &files {
        let name = path.strip_prefix(&folder)?.display();
        let collection = args.collection.as_ref();
        match ingest(&iconik.client, &folder, path, collection).await {
            Ok(uploaded) if uploaded.existed => println!("{name}: iconik has it"),
            Ok(uploaded) => println!("{name}: asset {}", uploaded.asset_id),
            Err(error) => {
                failed += 1;
                eprintln!("{name}: {error}");
            }
        }
    }
    match failed {
        0 => Ok(()),
        _ => Err(format!("{failed} of {} files failed: run it again", files.len()).into()),
    }
}

async fn ingest(
    client: &Client,
    folder: &Path,
    path: &Path,
    collection: Option<&CollectionId>,
) -> Result<Uploaded> {
    let directory = path.parent().unwrap_or(folder).strip_prefix(folder)?;
    let directory = directory.iter().map(|part| part.to_string_lossy());
    let directory: Vec<_> = directory.collect();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let state_file = path.with_file_name(format!(".{name}.upload"));
    let state = match fs::read(&state_file) {
        Ok(json) => Some(serde_json::from_slice::<UploadState>(&json)?),
        Err(_) => None,
    };

    let source = Source::file(path).await?;
    let style = ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {eta}")?;
    let progress = ProgressBar::new(source.size().unwrap_or_default()).with_style(style);
    progress.set_message(name.into_owned());
    let (bar, checkpoint) = (progress.clone(), state_file.clone());
    let mut upload = client
        .upload(source)
        .directory(directory.join("/"))
        .skip_existing()
        .transcode()
        .on_event(move |event| match event {
            UploadEvent::Progress { sent, .. } => bar.set_position(sent),
            UploadEvent::Retry { error, .. } => bar.suspend(|| eprintln!("retrying: {error}")),
            _ => {}
        })
        .on_checkpoint(move |state| {
            let written =
                serde_json::to_vec(state).map(|json| support::write_private(&checkpoint, json));
            if !matches!(written, Ok(Ok(()))) {
                eprintln!("{} cannot be written", checkpoint.display());
            }
        });
    if let Some(collection) = collection {
        upload = upload.collection(collection);
    }
    if let Some(state) = state {
        upload = upload.resume(state);
    }
    let result = upload.await;
    progress.finish_and_clear();
    let uploaded = result?;
    if state_file.exists() {
        fs::remove_file(state_file)?;
    }
    Ok(uploaded)
}

/// All files that are not hidden, in the order of their paths.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            match entry.file_type()? {
                kind if kind.is_dir() => folders.push(entry.path()),
                kind if kind.is_file() => files.push(entry.path()),
                _ => {}
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Creates a folder for the sample data.
fn sample_folder() -> Result<PathBuf> {
    let folder = support::scratch()?.join("card");
    fs::create_dir_all(folder.join("day 1"))?;
    fs::write(folder.join("day 1/A001.mov"), vec![1; 300_000])?;
    fs::write(folder.join("sound.wav"), vec![2; 100_000])?;
    Ok(folder)
}
