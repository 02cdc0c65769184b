//! Downloads the files of an asset.
//!
//! ```text
//! cargo run --example download_asset --features download -- <asset id> [<folder>]
//! ```
//!
//! A download that was interrupted is continued by the next run. Needs `ICONIK_APP_ID` and
//! `ICONIK_AUTH_TOKEN`.

use std::error::Error;
use std::path::{Path, PathBuf};

use iconik_api::Client;
use iconik_api::files::{File, FileStatus, FileType};

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result {
    let mut args = std::env::args().skip(1);
    let Some(asset_id) = args.next() else {
        return Err("usage: download_asset <asset id> [<folder>]".into());
    };
    let folder = args.next().map_or_else(PathBuf::new, PathBuf::from);
    let client = Client::from_env()?;
    let mut files = client.files().list(asset_id.as_str()).per_page(100).items();
    while let Some(file) = files.next().await {
        let file = file?;
        // Other records describe directories, or uploads that have failed.
        let is_complete = file.status == Some(FileStatus::Closed);
        if is_complete && file.r#type == Some(FileType::File) {
            download(&client, &asset_id, &file, &folder).await?;
        }
    }
    Ok(())
}

async fn download(client: &Client, asset_id: &str, file: &File, folder: &Path) -> Result {
    let id = file.id.as_ref().ok_or("a file has no id")?;
    let name = file.original_name.as_deref().or(file.name.as_deref());
    // The name comes from another machine: nothing of it may lead out of the folder.
    let name = name.and_then(|name| name.rsplit(['/', '\\']).next());
    let name = name.filter(|name| !matches!(*name, "" | "." | ".."));
    let path = folder.join(name.unwrap_or(id.as_str()));
    let mut download = client.download_file(asset_id, id);
    if let Some(size) = file.size.and_then(|size| u64::try_from(size).ok()) {
        download = download.expect_size(size);
    }
    let bytes = download.to_path(&path).await?;
    println!("{}: {bytes} bytes", path.display());
    Ok(())
}
