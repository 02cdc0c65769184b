//! From a download to a file on the disk, which is there completely or not at all.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use http::StatusCode;
use tokio::fs::{self, File, OpenOptions};
use tokio::io::AsyncWriteExt;

use super::{Download, DownloadStream};
use crate::error::{Error, ErrorKind, Result};
use crate::http::meta::Endpoint;

pub(super) async fn write(download: Download, path: &Path) -> Result<u64> {
    let partial = partial_path(path, download.id())?;
    // What an earlier run has left.
    let kept = fs::metadata(&partial).await;
    let mut position = kept.map_or(0, |metadata| metadata.len());
    let stream = match DownloadStream::open(download.clone(), position).await {
        Err(error) if position > 0 && does_not_fit(&error) => {
            position = 0;
            DownloadStream::open(download, 0).await?
        }
        opened => opened?,
    };
    let mut options = OpenOptions::new();
    let options = options.create(true).write(true).truncate(position == 0);
    let options = options.append(position > 0);
    let file = options.open(&partial).await;
    let file = file.map_err(|source| unwritable(&partial, source))?;
    let written = copy(stream, file, position, &partial).await;
    if let Err(error) = &written {
        // Bytes that are complete and wrong do not become right.
        if error.kind() == ErrorKind::Decode {
            let _ = fs::remove_file(&partial).await;
        }
    }
    let written = written?;
    fs::rename(&partial, path)
        .await
        .map_err(|source| unwritable(path, source))?;
    Ok(written)
}

async fn copy(
    mut stream: DownloadStream,
    mut file: File,
    mut position: u64,
    path: &Path,
) -> Result<u64> {
    let failed = |source| unwritable(path, source);
    loop {
        let chunk = stream.chunk().await;
        let Ok(Some(chunk)) = chunk else {
            // Also what was received before a failure, so that the next run continues there.
            file.flush().await.map_err(failed)?;
            file.sync_all().await.map_err(failed)?;
            return chunk.map(|_| position);
        };
        file.write_all(&chunk).await.map_err(failed)?;
        position += u64::try_from(chunk.len()).unwrap_or(0);
    }
}

/// Whether what was received before is not the beginning of the object.
fn does_not_fit(error: &Error) -> bool {
    error.status() == Some(StatusCode::RANGE_NOT_SATISFIABLE) || error.is_decode()
}

/// The hidden file next to the path. Its name contains the id, so that it is not mistaken for the
/// beginning of another object.
fn partial_path(path: &Path, id: &str) -> Result<PathBuf> {
    let Some(name) = path.file_name() else {
        let source = io::Error::new(io::ErrorKind::InvalidInput, "it is not the path of a file");
        return Err(unwritable(path, source));
    };
    let id: String = id.chars().filter(char::is_ascii_alphanumeric).collect();
    let mut partial = OsString::from(".");
    partial.push(name);
    partial.push(format!(".{id}.partial"));
    Ok(path.with_file_name(partial))
}

fn unwritable(path: &Path, source: io::Error) -> Error {
    Error::new(ErrorKind::File, Endpoint::None)
        .detail(format!("{} cannot be written: {source}", path.display()))
        .source(source)
}
