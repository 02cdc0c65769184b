//! Uploads: a file, bytes, or any reader or stream, into a new asset or an existing one.
//!
//! ```no_run
//! # async fn example(client: iconik_api::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use iconik_api::upload::Source;
//!
//! let source = Source::file("/media/storm.mxf").await?;
//! let uploaded = client
//!     .upload(source)
//!     .collection("7e6abeea-4bff-4153-912d-2880617046ce")
//!     .directory("2026/dailies")
//!     .transcode()
//!     .await?;
//! println!("asset {}", uploaded.asset_id);
//! # Ok(())
//! # }
//! ```
//!
//! # What happens
//!
//! 1. A storage is found: the one that is given, or the one that iconik uses for files.
//! 2. The asset is created, unless one is given; then its format, a file set on the storage, and the
//!    file, with the status `OPEN`.
//! 3. The bytes go to the storage itself, by its own protocol and without iconik's credentials.
//! 4. The status of the file becomes `CLOSED`. If anything fails before, it stays `OPEN`, by which
//!    iconik and this crate recognise a failed upload: nothing that looks complete is left behind.
//! 5. If wanted, iconik starts to make proxies and keyframes.
//!
//! | storage | how | a break costs |
//! |---|---|---|
//! | Google Cloud Storage | a resumable upload | what was on the way |
//! | Amazon S3 | one PUT; larger content in parts, several at once | the part |
//! | Backblaze B2 | a POST with its SHA-1 checksum; larger content in parts | the part |
//! | Azure Blob Storage | one PUT; larger content in blocks, several at once | the block |
//! | others | [`Source::placed`]: only registered | – |
//!
//! Files are read from the disk while they are sent, so that memory does not depend on their size. A
//! stream is held in memory part by part, because a part that fails has to be sent again.
//!
//! # Failures
//!
//! A step that fails is repeated by the [`RetryPolicy`] of the upload, each time with a newly signed
//! URL. When the upload fails for good, or the program ends, it can be resumed: its [`UploadState`] is
//! in the [`UploadError`], and [`Upload::on_checkpoint`] is called with it after each step.
//!
//! ```no_run
//! # async fn example(client: iconik_api::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use iconik_api::upload::{Source, UploadState};
//!
//! let path = "/media/storm.mxf";
//! let mut upload = client.upload(Source::file(path).await?).on_checkpoint(|state| {
//!     if let Ok(json) = serde_json::to_vec(state) {
//!         let _ = std::fs::write("/var/lib/ingest/storm.json", json);
//!     }
//! });
//! if let Ok(json) = std::fs::read("/var/lib/ingest/storm.json") {
//!     upload = upload.resume(serde_json::from_slice::<UploadState>(&json)?);
//! }
//! upload.await?;
//! std::fs::remove_file("/var/lib/ingest/storm.json")?;
//! # Ok(())
//! # }
//! ```

mod azure;
mod b2;
mod error;
mod events;
mod gcs;
mod media_type;
mod parts;
mod piece;
mod progress;
mod reader;
mod s3;
mod signer;
mod source;
mod state;
mod steps;
mod storage;
mod target;
mod transfer;

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;

use self::progress::Listener;
use self::state::Keeper;
use self::steps::Run;
use crate::assets::NewAsset;
use crate::files::StorageMethod;
use crate::http::credentials::BoxFuture;
use crate::http::retry::RetryPolicy;
use crate::ids::{AssetId, CollectionId, FileId, FileSetId, FormatId, JobId, StorageId, VersionId};
use crate::{Client, Result};

pub use self::error::UploadError;
pub use self::events::UploadEvents;
pub use self::progress::UploadEvent;
pub use self::source::Source;
pub use self::state::UploadState;

/// How many parts are sent at once.
const DEFAULT_AT_ONCE: usize = 4;

/// An upload that is about to begin; made by [`Client::upload`].
///
/// Await it. Dropping the future ends the upload; the file stays `OPEN`, and the upload can be resumed
/// from the state that [`on_checkpoint`](Self::on_checkpoint) has kept.
#[must_use = "an upload does nothing until it is awaited"]
pub struct Upload {
    client: Client,
    source: Source,
    options: Options,
    listener: Option<Listener>,
    keeper: Option<Keeper>,
    state: UploadState,
}

/// What the upload is to do.
struct Options {
    asset: Destination,
    version_id: Option<VersionId>,
    collection_id: Option<CollectionId>,
    storage: Place,
    directory: String,
    format: String,
    transcode: bool,
    checksum: bool,
    checked_parts: bool,
    skip_existing: bool,
    part_size: Option<u64>,
    at_once: usize,
    retry: Option<RetryPolicy>,
}

/// The asset that gets the file.
enum Destination {
    /// A new one with the name of the source.
    Named,
    New(Box<NewAsset>),
    Existing(AssetId),
}

/// The storage that gets the bytes.
enum Place {
    Matching,
    OfMethod(StorageMethod),
    Given(StorageId),
}

impl Client {
    /// Makes an upload of a source, which begins when it is awaited; see [`upload`](crate::upload).
    pub fn upload(&self, source: Source) -> Upload {
        Upload {
            client: self.clone(),
            source,
            options: Options {
                asset: Destination::Named,
                version_id: None,
                collection_id: None,
                storage: Place::Matching,
                directory: String::new(),
                format: "ORIGINAL".to_owned(),
                transcode: false,
                checksum: false,
                checked_parts: false,
                skip_existing: false,
                part_size: None,
                at_once: DEFAULT_AT_ONCE,
                retry: None,
            },
            listener: None,
            keeper: None,
            state: UploadState::default(),
        }
    }

    /// Gives an upload up: the storage deletes its parts, and iconik the record of the file.
    ///
    /// The asset remains, because it may be older than the upload. A file whose status is `CLOSED` is
    /// not touched.
    ///
    /// # Errors
    ///
    /// When iconik refuses one of the requests.
    pub async fn abandon_upload(&self, state: &UploadState) -> Result<()> {
        steps::abandon(self, state).await
    }
}

impl Upload {
    /// Puts the file into an existing asset. Its format is created unless it exists.
    pub fn asset(mut self, asset_id: impl Into<AssetId>) -> Self {
        self.options.asset = Destination::Existing(asset_id.into());
        self
    }

    /// Creates the asset from this; default: an asset whose title is the name of the source.
    pub fn new_asset(mut self, asset: impl Into<NewAsset>) -> Self {
        self.options.asset = Destination::New(Box::new(asset.into()));
        self
    }

    /// Creates an asset with this title.
    pub fn title(self, title: impl Into<String>) -> Self {
        self.new_asset(NewAsset::new(title))
    }

    /// Puts the new asset into a collection. Has no effect on an existing asset.
    pub fn collection(mut self, collection_id: impl Into<CollectionId>) -> Self {
        self.options.collection_id = Some(collection_id.into());
        self
    }

    /// Puts the file into this version of an existing asset; default: the current version.
    pub fn version(mut self, version_id: impl Into<VersionId>) -> Self {
        self.options.version_id = Some(version_id.into());
        self
    }

    /// Uploads to this storage; default: the one that iconik uses for files.
    pub fn storage(mut self, storage_id: impl Into<StorageId>) -> Self {
        self.options.storage = Place::Given(storage_id.into());
        self
    }

    /// Uploads to the storage of this method that iconik uses for files.
    pub fn storage_method(mut self, method: impl Into<StorageMethod>) -> Self {
        self.options.storage = Place::OfMethod(method.into());
        self
    }

    /// Sets the directory on the storage; default: its root. Slashes at either end do not matter.
    pub fn directory(mut self, path: impl Into<String>) -> Self {
        self.options.directory = path.into();
        self
    }

    /// Sets the name of the format; default: `ORIGINAL`.
    pub fn format(mut self, name: impl Into<String>) -> Self {
        self.options.format = name.into();
        self
    }

    /// Also starts the job that makes proxies and keyframes.
    pub fn transcode(mut self) -> Self {
        self.options.transcode = true;
        self
    }

    /// Also stores the MD5 checksum of the bytes with the file, so that
    /// `client.files().list_by_checksum(…)` finds it. A file is read once more for it.
    pub fn checksum(mut self) -> Self {
        self.options.checksum = true;
        self
    }

    /// Binds each part to its MD5 checksum on Amazon S3, which then refuses a part that was changed on
    /// its way. Parts of a file are read twice. Has no effect on other storages; Backblaze B2 always
    /// checks.
    pub fn checked_parts(mut self) -> Self {
        self.options.checked_parts = true;
        self
    }

    /// Uploads nothing if the storage has the file already: one with the same name in the same
    /// directory, of the same size where that is known, and with the status `CLOSED`. A file with
    /// another status may be a failed upload.
    ///
    /// The check uses the search index, which lags behind by some seconds: it does not find what
    /// another program is uploading at the same time.
    pub fn skip_existing(mut self) -> Self {
        self.options.skip_existing = true;
        self
    }

    /// Sets the size of the parts, in bytes; default: 8 MiB, and more for content of more than 8 GB.
    ///
    /// Amazon S3 and Backblaze B2 refuse parts of less than 5 MB. The parts of a stream are held in
    /// memory, as many as are sent at once.
    pub fn part_size(mut self, bytes: u64) -> Self {
        self.options.part_size = Some(bytes);
        self
    }

    /// Sets how many parts are sent at once; default: 4. Google Cloud Storage takes one.
    pub fn at_once(mut self, parts: usize) -> Self {
        self.options.at_once = parts.max(1);
        self
    }

    /// Sets how often a request to the storage is repeated; default: as the client's requests, but
    /// without a limit of the total time. Each part counts for itself.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.options.retry = Some(policy);
        self
    }

    /// Calls a function with each event. It must return quickly.
    pub fn on_event(mut self, listener: impl Fn(UploadEvent) + Send + Sync + 'static) -> Self {
        self.listener = Some(Arc::new(listener));
        self
    }

    /// Calls a function with the state after each step: to keep it for [`resume`](Self::resume).
    ///
    /// It is called when something was created in iconik, and when a part was stored. The upload waits
    /// for it.
    pub fn on_checkpoint(mut self, keeper: impl Fn(&UploadState) + Send + Sync + 'static) -> Self {
        self.keeper = Some(Arc::new(keeper));
        self
    }

    /// Continues an earlier upload. The source and the options must be the same as then; a stream must
    /// be at its beginning.
    pub fn resume(mut self, state: UploadState) -> Self {
        self.state = state;
        self
    }

    /// Returns the events as a stream, which drives the upload and ends with its result.
    pub fn events(self) -> UploadEvents {
        UploadEvents::new(self)
    }
}

impl IntoFuture for Upload {
    type Output = Result<Uploaded, UploadError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(Run::upload(self))
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("source", &self.source)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// What an upload has created.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq)]
pub struct Uploaded {
    /// The asset.
    pub asset_id: AssetId,
    /// The file.
    pub file_id: FileId,
    /// The format.
    pub format_id: Option<FormatId>,
    /// The file set.
    pub file_set_id: Option<FileSetId>,
    /// The storage.
    pub storage_id: StorageId,
    /// The job that makes proxies and keyframes, if there is something to do.
    pub job_id: Option<JobId>,
    /// Whether the file was there already, so that nothing was uploaded; see
    /// [`Upload::skip_existing`].
    pub existed: bool,
}
