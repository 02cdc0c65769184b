//! What the examples share: where they connect to, and how they end.
//!
//! A program of your own needs nothing of it but `Client::from_env()`.
#![allow(dead_code, reason = "each example uses a part of it")]

pub(crate) mod cells;
pub(crate) mod comments;
pub(crate) mod sample;

use std::collections::HashSet;
use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::future::ready;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::error::ErrorKind;
use futures_util::{Stream, StreamExt};
use iconik_api::assets::{Asset, CollectionItem};
use iconik_api::ids::CollectionId;
use iconik_api::mock::Server;
use iconik_api::tree::TreeError;
use iconik_api::{Client, Timestamp};

pub(crate) use sample::Sample;

pub(crate) type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// What `--help` says about the environment and the exit code.
pub(crate) const HELP: &str = "\
Environment:
  ICONIK_APP_ID      App-ID of an application token; without it, a local iconik with sample data is used
  ICONIK_AUTH_TOKEN  Its token
  ICONIK_BASE_URL    Address of iconik [default: https://app.iconik.io]

Exit code: 0 when all is done, 1 when something failed, 2 for wrong arguments";

/// iconik, or a local one that lives as long as this value.
pub(crate) struct Iconik {
    pub(crate) client: Client,
    local: Option<Local>,
}

struct Local {
    server: Server,
    sample: Sample,
}

impl Iconik {
    /// Connects to iconik if `ICONIK_APP_ID` is set; starts a local one with sample data otherwise.
    pub(crate) async fn connect() -> Result<Self> {
        if std::env::var_os("ICONIK_APP_ID").is_some() {
            let client = Client::from_env()?;
            return Ok(Self {
                client,
                local: None,
            });
        }
        eprintln!("ICONIK_APP_ID is not set: this is a local iconik with sample data.");
        let server = Server::start()?;
        let client = server.client()?;
        let sample = Sample::create(&server, &client).await?;
        let local = Some(Local { server, sample });
        Ok(Self { client, local })
    }

    /// Returns the local iconik, if it is one.
    pub(crate) fn server(&self) -> Option<&Server> {
        Some(&self.local.as_ref()?.server)
    }

    /// Returns the sample data of a local iconik.
    pub(crate) fn sample(&self) -> Option<&Sample> {
        Some(&self.local.as_ref()?.sample)
    }

    /// Returns an argument, or what takes its place with the sample data.
    pub(crate) fn argument<T>(
        &self,
        given: Option<T>,
        name: &str,
        sample: impl FnOnce(&Sample) -> T,
    ) -> Result<T> {
        given
            .or_else(|| self.sample().map(sample))
            .ok_or_else(|| usage(&format!("the argument {name} is missing")))
    }

    /// Returns the path of a file to write: with a local iconik, in a folder for temporary files.
    pub(crate) fn output(&self, given: Option<PathBuf>, name: &str) -> Result<PathBuf> {
        match given {
            Some(path) => Ok(path),
            None if self.local.is_none() => Ok(name.into()),
            None => Ok(scratch()?.join(name)),
        }
    }

    /// Returns the time: that of the local iconik, or that of this machine.
    pub(crate) fn now(&self) -> Timestamp {
        self.server().map_or_else(Timestamp::now, Server::now)
    }
}

/// Returns the assets below a collection, each once. A collection that cannot be read is an error, and the
/// others follow.
pub(crate) fn assets_below(
    client: &Client,
    root: CollectionId,
) -> impl Stream<Item = std::result::Result<Asset, TreeError>> {
    let mut seen = HashSet::new();
    let tree = client.assets().collections().walk(root);
    tree.filter_map(move |found| {
        ready(match found.map(|entry| entry.item) {
            Ok(CollectionItem::Asset(asset)) => seen.insert(asset.id.clone()).then_some(Ok(*asset)),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        })
    })
}

/// Creates a folder for the files of a program that runs with sample data.
pub(crate) fn scratch() -> Result<PathBuf> {
    let name = format!("iconik-example-{}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    if !folder.exists() {
        fs::create_dir_all(&folder)?;
        eprintln!("Files are in {}.", folder.display());
    }
    Ok(folder)
}

/// Returns the path with a suffix after its extension.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// Writes a file so that it is there as a whole or as it was before, whatever happens.
pub(crate) fn write_whole(path: &Path, text: impl AsRef<[u8]>) -> Result {
    let draft = with_suffix(path, ".new");
    fs::write(&draft, text)?;
    fs::rename(draft, path)?;
    Ok(())
}

/// Writes a file that others must not read, for example with the URL of an upload.
pub(crate) fn write_private(path: &Path, text: impl AsRef<[u8]>) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.write(true).create(true).truncate(true).open(path)?;
    file.write_all(text.as_ref())
}

/// Returns the error of arguments that do not fit.
pub(crate) fn usage(message: &str) -> Box<dyn Error> {
    clap::Error::raw(ErrorKind::MissingRequiredArgument, format!("{message}\n")).into()
}

/// Prints the error and returns the exit code.
pub(crate) fn finish(result: Result) -> ExitCode {
    let Err(error) = result else {
        return ExitCode::SUCCESS;
    };
    match error.downcast_ref::<clap::Error>() {
        Some(usage) => {
            let _ = usage.print();
            ExitCode::from(2)
        }
        None => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
