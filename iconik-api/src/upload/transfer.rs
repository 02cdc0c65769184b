//! The bytes on their way to the storage, whatever its protocol.

use std::sync::Arc;

use super::piece::{Piece, Pieces};
use super::signer::{Signer, missing};
use super::state::Record;
use super::storage::Storage;
use super::target::Target;
use super::{azure, b2, gcs, s3};
use crate::data::secret::Secret;
use crate::error::{Error, ErrorKind, Result};
use crate::files::StorageMethod;
use crate::http::meta::Endpoint;

/// What the protocols need.
#[derive(Clone)]
pub(super) struct Transfer {
    pub(super) storage: Arc<Storage>,
    pub(super) signer: Signer,
    pub(super) record: Arc<Record>,
    /// How many parts are sent at once.
    pub(super) at_once: usize,
    pub(super) part_size: Option<u64>,
    pub(super) media_type: String,
    /// Whether parts are bound to their checksums.
    pub(super) checked: bool,
}

/// Whether bytes can be uploaded to a storage of this method over HTTP.
pub(super) fn takes_uploads(method: &StorageMethod) -> bool {
    matches!(
        method,
        StorageMethod::Azure | StorageMethod::B2 | StorageMethod::Gcs | StorageMethod::S3
    )
}

impl Transfer {
    /// Uploads what is left of the content. `target` is what iconik returned when the file was created;
    /// a resumed upload has none.
    pub(super) async fn run(
        &self,
        method: &StorageMethod,
        pieces: &mut Pieces,
        target: Option<Target>,
    ) -> Result<()> {
        match method {
            StorageMethod::Azure => azure::upload(self, pieces, target).await,
            StorageMethod::B2 => b2::upload(self, pieces, target).await,
            StorageMethod::Gcs => gcs::upload(self, pieces, target).await,
            StorageMethod::S3 => s3::upload(self, pieces, target).await,
            method => Err(
                Error::new(ErrorKind::Request, Endpoint::None).detail(format!(
                    "a storage of the method {} takes no uploads over HTTP",
                    method.as_str()
                )),
            ),
        }
    }

    /// The target of the first attempt; a new one where there is none or it has no URL.
    pub(super) async fn fresh(&self, target: Option<Target>) -> Result<Target> {
        match target {
            Some(target) if target.url.is_some() => Ok(target),
            _ => self.signer.target().await,
        }
    }
}

impl Target {
    pub(super) fn need_url(&self) -> Result<&Secret> {
        self.url.as_ref().ok_or_else(|| missing("the upload URL"))
    }
}

/// The beginning of the content, and whether it is all of it.
pub(super) struct Beginning {
    pub(super) piece: Piece,
    pub(super) is_all: bool,
}

impl Beginning {
    /// Takes a piece of this size, or all of the content if it is not longer.
    pub(super) async fn take(pieces: &mut Pieces, most: u64) -> Result<Self> {
        let piece = pieces.next(most).await?;
        let piece = piece.unwrap_or(Piece::Memory(bytes::Bytes::new()));
        let is_all = pieces.is_at_end().await?;
        Ok(Self { piece, is_all })
    }
}
