//! Uploads the files of a folder and of the folders in it, each into a new asset.
//!
//! ```text
//! cargo run --example ingest_folder --features upload -- <folder> [<collection id>]
//! ```
//!
//! The folders are kept as directories on the storage. What is there already is left out. An upload
//! that was interrupted is continued by the next run: its state is in a hidden file beside the file.
//! Needs `ICONIK_APP_ID` and `ICONIK_AUTH_TOKEN`.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use iconik_api::Client;
use iconik_api::ids::CollectionId;
use iconik_api::upload::{Source, UploadEvent, UploadState, Uploaded};

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result {
    let mut args = std::env::args().skip(1);
    let Some(folder) = args.next().map(PathBuf::from) else {
        return Err("usage: ingest_folder <folder> [<collection id>]".into());
    };
    let collection = args.next().map(CollectionId::from);
    let client = Client::from_env()?;
    let mut failed = 0;
    for path in files_in(&folder)? {
        print!("{}: ", path.display());
        match ingest(&client, &folder, &path, collection.as_ref()).await {
            Ok(uploaded) if uploaded.existed => println!("is there already"),
            Ok(uploaded) => println!("asset {}", uploaded.asset_id),
            Err(error) => {
                println!("{error}");
                failed += 1;
            }
        }
    }
    match failed {
        0 => Ok(()),
        _ => Err(format!("{failed} files were not uploaded; run it again to continue").into()),
    }
}

async fn ingest(
    client: &Client,
    folder: &Path,
    path: &Path,
    collection: Option<&CollectionId>,
) -> Result<Uploaded> {
    let directory = path.parent().unwrap_or(folder).strip_prefix(folder)?;
    let directory: Vec<_> = directory
        .iter()
        .map(|part| part.to_string_lossy())
        .collect();
    let kept = state_of(path);
    let keep = kept.clone();
    let tenth = Mutex::new(0);
    let mut upload = client
        .upload(Source::file(path).await?)
        .directory(directory.join("/"))
        .skip_existing()
        .transcode()
        .on_checkpoint(move |state| {
            let written = serde_json::to_vec(state).map(|json| fs::write(&keep, json));
            if !matches!(written, Ok(Ok(()))) {
                eprintln!("{} cannot be written", keep.display());
            }
        })
        .on_event(move |event| match event {
            UploadEvent::Progress {
                sent,
                total: Some(total),
                ..
            } if total > 0 => {
                let mut tenth = tenth
                    .lock()
                    .unwrap_or_else(|poisoned| poisoned.into_inner());
                let now = sent * 10 / total;
                if now > *tenth {
                    *tenth = now;
                    eprint!("{} % ", now * 10);
                }
            }
            UploadEvent::Retry { error, .. } => eprintln!("again, after {error}"),
            _ => {}
        });
    if let Some(collection) = collection {
        upload = upload.collection(collection);
    }
    if let Ok(json) = fs::read(&kept) {
        upload = upload.resume(serde_json::from_slice::<UploadState>(&json)?);
    }
    let uploaded = upload.await?;
    if kept.exists() {
        fs::remove_file(kept)?;
    }
    Ok(uploaded)
}

/// The file that keeps the state of an upload.
fn state_of(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.upload"))
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
