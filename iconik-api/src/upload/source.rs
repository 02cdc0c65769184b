//! What is uploaded: the bytes, and what is known about them.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use futures_core::Stream;
use tokio::io::AsyncRead;

use super::media_type;
use super::reader::ReaderChunks;
use crate::error::{BoxError, Error, ErrorKind, Result};
use crate::http::body::Chunks;
use crate::http::meta::Endpoint;

/// The bytes of an upload, with their name and what else is known about them.
///
/// | made by | sent again after a failure | size | memory |
/// |---|---|---|---|
/// | [`file`](Self::file) | read again from the disk | of the file | some hundred kilobytes per worker |
/// | [`bytes`](Self::bytes) | yes | of the bytes | the bytes |
/// | [`reader`](Self::reader), [`stream`](Self::stream) | from a copy of the current parts | may be unknown | one part per worker, and one more |
/// | [`placed`](Self::placed) | nothing is sent | as stated | none |
///
/// ```
/// use iconik_api::upload::Source;
///
/// let source = Source::bytes("notes.txt", "Take 3 is the best one.");
/// assert_eq!(source.name(), "notes.txt");
/// assert_eq!(source.size(), Some(23));
/// assert_eq!(source.media_type(), "text/plain");
/// ```
#[must_use = "a source does nothing until it is uploaded"]
pub struct Source {
    name: String,
    size: Option<u64>,
    media_type: Option<String>,
    created: Option<SystemTime>,
    modified: Option<SystemTime>,
    content: Content,
}

/// Where the bytes are.
pub(super) enum Content {
    File(Arc<Path>),
    Bytes(Bytes),
    Stream(Chunks),
    /// On the storage already.
    Placed,
}

impl Source {
    /// Returns the content of a file on this machine, with its name, its size and its dates.
    ///
    /// The file must not change until it is uploaded: if it does, the upload fails.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, and when it is a directory.
    pub async fn file(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let metadata = tokio::fs::metadata(path)
            .await
            .map_err(|source| unreadable(path, source))?;
        let name = path.file_name().filter(|_| metadata.is_file());
        let Some(name) = name else {
            let detail = format!("{} is not a file", path.display());
            return Err(Error::new(ErrorKind::File, Endpoint::None).detail(detail));
        };
        Ok(Self {
            name: name.to_string_lossy().into_owned(),
            size: Some(metadata.len()),
            media_type: None,
            created: metadata.created().ok(),
            modified: metadata.modified().ok(),
            content: Content::File(path.into()),
        })
    }

    /// Returns content that is in memory.
    pub fn bytes(name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let size = u64::try_from(bytes.len()).ok();
        Self::new(name.into(), Content::Bytes(bytes), size)
    }

    /// Returns content from a stream of chunks.
    ///
    /// Where its length is known, state it with [`with_size`](Self::with_size): iconik then shows it
    /// from the beginning, and a stream that ends early is an error.
    pub fn stream(
        name: impl Into<String>,
        stream: impl Stream<Item = Result<Bytes, BoxError>> + Send + 'static,
    ) -> Self {
        Self::new(name.into(), Content::Stream(Box::pin(stream)), None)
    }

    /// Returns content from any reader, for example a pipe or a socket; see
    /// [`stream`](Self::stream).
    pub fn reader(name: impl Into<String>, reader: impl AsyncRead + Send + 'static) -> Self {
        Self::stream(name, ReaderChunks::new(Box::pin(reader)))
    }

    /// Returns content that is on the storage already, so that it is only registered: for storages that
    /// a storage gateway serves, which take no uploads over HTTP, and for files that another program
    /// has copied.
    ///
    /// The name is the name of the file on the storage, in the directory of the upload.
    pub fn placed(name: impl Into<String>, size: u64) -> Self {
        Self::new(name.into(), Content::Placed, Some(size))
    }

    fn new(name: String, content: Content, size: Option<u64>) -> Self {
        Self {
            name,
            size,
            media_type: None,
            created: None,
            modified: None,
            content,
        }
    }

    /// Sets the name that the file gets in iconik: its `original_name`.
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets the number of bytes of a stream. Has no effect on files and on bytes in memory.
    pub fn with_size(mut self, bytes: u64) -> Self {
        if matches!(self.content, Content::Stream(_) | Content::Placed) {
            self.size = Some(bytes);
        }
        self
    }

    /// Sets the media type; default: concluded from the extension of the name.
    pub fn with_media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = Some(media_type.into());
        self
    }

    /// Sets when the file was created.
    pub fn with_created(mut self, time: SystemTime) -> Self {
        self.created = Some(time);
        self
    }

    /// Sets when the file was last changed.
    pub fn with_modified(mut self, time: SystemTime) -> Self {
        self.modified = Some(time);
        self
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number of bytes, where it is known.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// The media type; `application/octet-stream` where it is unknown.
    pub fn media_type(&self) -> &str {
        self.media_type
            .as_deref()
            .unwrap_or_else(|| media_type::of(&self.name))
    }

    /// When the file was created, where it is known.
    pub fn created(&self) -> Option<SystemTime> {
        self.created
    }

    /// When the file was last changed, where it is known.
    pub fn modified(&self) -> Option<SystemTime> {
        self.modified
    }

    pub(super) fn content(&self) -> &Content {
        &self.content
    }

    pub(super) fn into_content(self) -> Content {
        self.content
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("name", &self.name)
            .field("size", &self.size)
            .field("media_type", &self.media_type())
            .finish_non_exhaustive()
    }
}

/// An error of a local file.
pub(super) fn unreadable(path: &Path, source: std::io::Error) -> Error {
    Error::new(ErrorKind::File, Endpoint::None)
        .detail(format!("{} cannot be read: {source}", path.display()))
        .source(source)
}
