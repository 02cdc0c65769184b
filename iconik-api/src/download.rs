//! Downloads: a file, a proxy or a keyframe, to disk or as a stream.
//!
//! ```no_run
//! # async fn example(client: iconik_api::Client) -> iconik_api::Result<()> {
//! let asset_id = "2c5bfe1a-f149-11eb-a843-0a580a3db916";
//! let download = client.download_file(asset_id, "5a1b2c3d-f149-11eb-a843-0a580a3db916");
//! let bytes = download.to_path("/media/storm.mxf").await?;
//! println!("{bytes} bytes");
//! # Ok(())
//! # }
//! ```
//!
//! The bytes come from the storage itself, by a signed URL and without iconik's credentials; see
//! [`Client::fetch`]. A download that breaks continues where it was, with a newly signed URL.

mod stream;
mod to_path;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::Client;
use crate::data::secret::Secret;
use crate::error::{Error, ErrorKind, Result};
use crate::http::meta::Endpoint;
use crate::http::retry::RetryPolicy;
use crate::ids::{AssetId, FileId, KeyframeId, ProxyId};

pub use self::stream::DownloadStream;

/// A download that is about to begin; made by [`Client::download_file`],
/// [`Client::download_proxy`] and [`Client::download_keyframe`].
#[must_use = "a download does nothing until `open` or `to_path`"]
#[derive(Clone)]
pub struct Download {
    client: Client,
    what: What,
    size: Option<u64>,
    retry: Option<RetryPolicy>,
    listener: Option<Listener>,
}

/// What is called with each progress.
type Listener = Arc<dyn Fn(DownloadProgress) + Send + Sync>;

/// What is downloaded.
#[derive(Clone, Debug)]
enum What {
    File(AssetId, FileId),
    Proxy(AssetId, ProxyId),
    Keyframe(AssetId, KeyframeId),
}

/// How far a download has come.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DownloadProgress {
    /// How many bytes have been received, with those of earlier runs.
    pub received: u64,
    /// How many there are altogether, where the storage has announced it.
    pub total: Option<u64>,
}

impl Client {
    /// Makes a download of a file; see [`download`](crate::download).
    pub fn download_file(
        &self,
        asset_id: impl Into<AssetId>,
        file_id: impl Into<FileId>,
    ) -> Download {
        Download::new(self, What::File(asset_id.into(), file_id.into()))
    }

    /// Makes a download of a proxy; see [`download`](crate::download).
    pub fn download_proxy(
        &self,
        asset_id: impl Into<AssetId>,
        proxy_id: impl Into<ProxyId>,
    ) -> Download {
        Download::new(self, What::Proxy(asset_id.into(), proxy_id.into()))
    }

    /// Makes a download of a keyframe or poster image; see [`download`](crate::download).
    pub fn download_keyframe(
        &self,
        asset_id: impl Into<AssetId>,
        keyframe_id: impl Into<KeyframeId>,
    ) -> Download {
        Download::new(self, What::Keyframe(asset_id.into(), keyframe_id.into()))
    }
}

impl Download {
    fn new(client: &Client, what: What) -> Self {
        Self {
            client: client.clone(),
            what,
            size: None,
            retry: None,
            listener: None,
        }
    }

    /// States how many bytes there must be, for example the `size` of the file in iconik; any other
    /// number is an error. Default: what the storage announces.
    pub fn expect_size(mut self, bytes: u64) -> Self {
        self.size = Some(bytes);
        self
    }

    /// Sets how often the download continues after a failure; default: as the client's requests, but
    /// without a limit of the total time. Each byte that arrives starts the count again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// Calls a function with each progress. It must return quickly.
    pub fn on_progress(
        mut self,
        listener: impl Fn(DownloadProgress) + Send + Sync + 'static,
    ) -> Self {
        self.listener = Some(Arc::new(listener));
        self
    }

    /// Returns the bytes as a stream, as soon as the storage has responded.
    ///
    /// # Errors
    ///
    /// When iconik signs no URL, or the storage refuses it.
    pub async fn open(self) -> Result<DownloadStream> {
        DownloadStream::open(self, 0).await
    }

    /// Writes the bytes into a file, and returns how many there are.
    ///
    /// They are written to a hidden file in the same directory first, which gets its name when it is
    /// complete: a file of that name is replaced, and never half written. After a failure, the hidden
    /// file is kept, and the next download of the same object to the same path continues it.
    ///
    /// # Errors
    ///
    /// When iconik signs no URL, the storage fails for good, the number of bytes is not what it must
    /// be, or the file cannot be written.
    pub async fn to_path(self, path: impl AsRef<Path>) -> Result<u64> {
        to_path::write(self, path.as_ref()).await
    }

    /// Signs a URL.
    async fn url(&self) -> Result<Secret> {
        let files = self.client.files();
        let url = match &self.what {
            What::File(asset_id, file_id) => files.get_download_url(asset_id, file_id).await?.url,
            What::Proxy(asset_id, proxy_id) => {
                files
                    .proxies()
                    .get_download_url(asset_id, proxy_id)
                    .await?
                    .url
            }
            What::Keyframe(asset_id, keyframe_id) => {
                files.keyframes().get(asset_id, keyframe_id).await?.url
            }
        };
        url.map(Secret::from).ok_or_else(|| {
            Error::new(ErrorKind::Decode, Endpoint::None)
                .detail("the response of iconik has no URL to download from")
        })
    }

    /// The id of what is downloaded.
    fn id(&self) -> &str {
        match &self.what {
            What::File(_, id) => id.as_str(),
            What::Proxy(_, id) => id.as_str(),
            What::Keyframe(_, id) => id.as_str(),
        }
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("what", &self.what)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}
