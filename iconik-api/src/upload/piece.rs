//! Pieces of the content that can be read as often as needed, and how the content is cut into them.

use std::future::poll_fn;
use std::io::SeekFrom;
use std::path::Path;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use md5::{Digest, Md5};
use tokio::io::AsyncSeekExt;

use super::reader::ReaderChunks;
use super::source::{Content, unreadable};
use crate::error::{BoxError, Error, ErrorKind, Result};
use crate::http::body::Chunks;
use crate::http::meta::Endpoint;

/// A piece of the content that can be read as often as needed.
#[derive(Clone)]
pub(super) enum Piece {
    Memory(Bytes),
    File {
        path: Arc<Path>,
        start: u64,
        length: u64,
    },
}

impl Piece {
    pub(super) fn length(&self) -> u64 {
        match self {
            Self::Memory(bytes) => length_of(bytes),
            Self::File { length, .. } => *length,
        }
    }

    /// The rest of it, from this byte on.
    pub(super) fn from(&self, at: u64) -> Self {
        match self {
            Self::Memory(bytes) => {
                let at = usize::try_from(at).map_or(bytes.len(), |at| at.min(bytes.len()));
                Self::Memory(bytes.slice(at..))
            }
            Self::File {
                path,
                start,
                length,
            } => {
                let at = at.min(*length);
                Self::File {
                    path: Arc::clone(path),
                    start: start + at,
                    length: length - at,
                }
            }
        }
    }

    /// Opens it for reading.
    pub(super) async fn open(&self) -> Result<Chunks> {
        match self {
            Self::Memory(bytes) => Ok(Box::pin(MemoryChunks(bytes.clone()))),
            Self::File {
                path,
                start,
                length,
            } => {
                let failed = |source| unreadable(path, source);
                let mut file = tokio::fs::File::open(path).await.map_err(failed)?;
                file.seek(SeekFrom::Start(*start)).await.map_err(failed)?;
                Ok(Box::pin(ReaderChunks::up_to(file, *length)))
            }
        }
    }

    /// Reads it once, for a checksum.
    pub(super) async fn digest<D: Digest>(&self) -> Result<D> {
        let mut digest = D::new();
        let mut chunks = self.open().await?;
        let mut left = self.length();
        while let Some(chunk) = next(&mut chunks).await? {
            left = left.saturating_sub(length_of(&chunk));
            digest.update(&chunk);
        }
        if left > 0 {
            return Err(ended_early());
        }
        Ok(digest)
    }
}

/// Bytes in memory, in chunks small enough for progress to be visible.
struct MemoryChunks(Bytes);

impl futures_core::Stream for MemoryChunks {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        const CHUNK: usize = 256 << 10;
        let length = self.0.len().min(CHUNK);
        let chunk = self.0.split_to(length);
        std::task::Poll::Ready((length > 0).then_some(Ok(chunk)))
    }
}

/// The content, cut into pieces from its beginning to its end.
pub(super) struct Pieces {
    content: Reading,
    /// Where the next piece begins.
    position: u64,
    size: Option<u64>,
    /// Of a stream: the checksum of what was read.
    digest: Option<Md5>,
}

enum Reading {
    Whole(Piece),
    Stream {
        chunks: Chunks,
        /// What was read and belongs to the next piece.
        next: Bytes,
        ended: bool,
    },
}

impl Pieces {
    /// `checksum` is whether the checksum of the content is needed.
    pub(super) fn new(content: Content, size: Option<u64>, checksum: bool) -> Self {
        let (content, digest) = match content {
            Content::Bytes(bytes) => (Reading::Whole(Piece::Memory(bytes)), None),
            Content::Placed => (Reading::Whole(Piece::Memory(Bytes::new())), None),
            Content::File(path) => {
                let length = size.unwrap_or(0);
                let piece = Piece::File {
                    path,
                    start: 0,
                    length,
                };
                (Reading::Whole(piece), None)
            }
            Content::Stream(chunks) => (
                Reading::Stream {
                    chunks,
                    next: Bytes::new(),
                    ended: false,
                },
                checksum.then(Md5::new),
            ),
        };
        Self {
            content,
            position: 0,
            size,
            digest,
        }
    }

    /// All of the content, if it can be read again from any place.
    pub(super) fn whole(&self) -> Option<&Piece> {
        match &self.content {
            Reading::Whole(piece) => Some(piece),
            Reading::Stream { .. } => None,
        }
    }

    pub(super) fn size(&self) -> Option<u64> {
        self.size
    }

    /// Where the next piece begins.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// The next piece, of `most` bytes or what is left; `None` at the end. The pieces of a stream are
    /// held in memory.
    pub(super) async fn next(&mut self, most: u64) -> Result<Option<Piece>> {
        let piece = match &mut self.content {
            Reading::Whole(whole) => match whole.from(self.position) {
                Piece::Memory(bytes) => {
                    let most =
                        usize::try_from(most).map_or(bytes.len(), |most| most.min(bytes.len()));
                    Piece::Memory(bytes.slice(..most))
                }
                Piece::File {
                    path,
                    start,
                    length,
                } => Piece::File {
                    path,
                    start,
                    length: length.min(most),
                },
            },
            Reading::Stream { .. } => {
                let most = usize::try_from(most).map_err(|_| too_large())?;
                Piece::Memory(self.read(most).await?)
            }
        };
        self.position += piece.length();
        Ok((piece.length() > 0).then_some(piece))
    }

    /// Whether nothing is left.
    pub(super) async fn is_at_end(&mut self) -> Result<bool> {
        match &mut self.content {
            Reading::Whole(whole) => Ok(self.position >= whole.length()),
            Reading::Stream { .. } => {
                let at_end = !self.fill().await?;
                match self.size {
                    Some(size) if at_end && self.position < size => Err(ended_early()),
                    Some(size) if at_end && self.position > size => Err(too_long()),
                    Some(size) if !at_end && self.position >= size => Err(too_long()),
                    _ => Ok(at_end),
                }
            }
        }
    }

    /// Passes over bytes that the storage has already; returns how many there were.
    pub(super) async fn skip(&mut self, bytes: u64) -> Result<u64> {
        const AT_ONCE: u64 = 1 << 20;
        let start = self.position;
        let end = start.saturating_add(bytes);
        let length = self.whole().map(Piece::length);
        if let Some(length) = length {
            self.position = end.min(length);
            return Ok(self.position - start);
        }
        while self.position < end && self.next(AT_ONCE.min(end - self.position)).await?.is_some() {}
        Ok(self.position - start)
    }

    /// The MD5 checksum of the content, which has been read to its end. A file is read again.
    pub(super) async fn checksum(&mut self) -> Result<String> {
        let whole = self.whole().cloned();
        let digest = match whole {
            Some(whole) => whole.digest::<Md5>().await?,
            None => self.digest.take().unwrap_or_default(),
        };
        Ok(hex(&digest.finalize()))
    }

    /// Reads `most` bytes from the stream, or what is left of it.
    async fn read(&mut self, most: usize) -> Result<Bytes> {
        let mut piece = BytesMut::new();
        while piece.len() < most && self.fill().await? {
            let Reading::Stream { next: rest, .. } = &mut self.content else {
                break;
            };
            let length = rest.len().min(most - piece.len());
            let chunk = rest.split_to(length);
            if length == most {
                self.note(&chunk);
                return Ok(chunk);
            }
            if piece.is_empty() {
                piece.reserve(most);
            }
            piece.extend_from_slice(&chunk);
        }
        let piece = piece.freeze();
        self.note(&piece);
        Ok(piece)
    }

    fn note(&mut self, piece: &Bytes) {
        if let Some(digest) = &mut self.digest {
            digest.update(piece);
        }
    }

    /// Reads a chunk of the stream if none is left; returns whether there is one.
    async fn fill(&mut self) -> Result<bool> {
        let Reading::Stream {
            chunks,
            next: rest,
            ended,
        } = &mut self.content
        else {
            return Ok(false);
        };
        while rest.is_empty() && !*ended {
            match next(chunks).await? {
                Some(chunk) => *rest = chunk,
                None => *ended = true,
            }
        }
        Ok(!rest.is_empty())
    }
}

/// The next chunk of the source.
async fn next(chunks: &mut Chunks) -> Result<Option<Bytes>> {
    let chunk = poll_fn(|context| chunks.as_mut().poll_next(context)).await;
    chunk.transpose().map_err(source_failed)
}

/// The error of a source that cannot be read.
pub(super) fn source_failed(source: BoxError) -> Error {
    Error::new(ErrorKind::File, Endpoint::None)
        .detail(format!("the source of the upload cannot be read: {source}"))
        .source(source)
}

pub(super) fn ended_early() -> Error {
    Error::new(ErrorKind::File, Endpoint::None)
        .detail("the source of the upload ended before its size was reached")
}

pub(super) fn too_long() -> Error {
    Error::new(ErrorKind::File, Endpoint::None)
        .detail("the source of the upload is longer than its size")
}

fn too_large() -> Error {
    Error::new(ErrorKind::File, Endpoint::None).detail("a part is too large for this machine")
}

pub(super) fn length_of(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
