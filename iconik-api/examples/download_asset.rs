//! Downloads the files of an asset.
//!
//! ```text
//! cargo run --example download_asset --features download -- <asset id> --folder downloads
//! ```
//!
//! A download that was interrupted is continued by the next run.

mod support;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use iconik_api::Client;
use iconik_api::files::{File, FileStatus, FileType};
use iconik_api::ids::AssetId;
use iconik_api::upload::Source;
use support::{Iconik, Result};

/// Downloads the files of an asset
#[derive(Parser)]
#[command(after_help = support::HELP)]
struct Args {
    /// The asset; may be omitted with sample data
    asset: Option<AssetId>,
    /// Where the files are written [default: downloads]
    #[arg(long)]
    folder: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    support::finish(run(Args::parse()).await)
}

async fn run(args: Args) -> Result {
    let iconik = Iconik::connect().await?;
    let client = &iconik.client;
    let asset_id = iconik.argument(args.asset, "<ASSET>", |it| it.takes[0].clone())?;
    if iconik.sample().is_some() {
        // The sample data have no files.
        let source = Source::bytes("A001.mov", vec![1; 300_000]);
        client.upload(source).asset(&asset_id).await?;
    }
    let folder = iconik.output(args.folder, "downloads")?;
    std::fs::create_dir_all(&folder)?;

    let mut files = client.files().list(&asset_id).per_page(100).items();
    let mut failed = 0;
    while let Some(file) = files.try_next().await? {
        // Other records describe directories, or uploads that are not complete.
        let is_complete = file.status == Some(FileStatus::Closed);
        if !is_complete || file.r#type != Some(FileType::File) {
            continue;
        }
        if let Err(error) = download(client, &asset_id, &file, &folder).await {
            failed += 1;
            eprintln!("{}: {error}", file.name.unwrap_or_default());
        }
    }
    match failed {
        0 => Ok(()),
        _ => Err(format!("{failed} files failed: run it again").into()),
    }
}

async fn download(client: &Client, asset_id: &AssetId, file: &File, folder: &Path) -> Result {
    let id = file.id.as_ref().ok_or("a file has no id")?;
    let name = file.original_name.as_deref().or(file.name.as_deref());
    // The name comes from another machine: it must not lead out of the folder.
    let name = name.and_then(|name| name.rsplit(['/', '\\']).next());
    let name = name.filter(|name| !matches!(*name, "" | "." | ".."));
    let name = name.unwrap_or(id.as_str());
    let mut download = client.download_file(asset_id, id);
    if let Some(size) = file.size.and_then(|size| u64::try_from(size).ok()) {
        download = download.expect_size(size);
    }
    let bytes = download.to_path(&folder.join(name)).await?;
    println!("{name}: {bytes} bytes");
    Ok(())
}
