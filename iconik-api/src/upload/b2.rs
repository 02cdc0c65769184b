//! Backblaze B2: a POST with the checksum of the bytes, in one request or in parts.

use std::sync::Arc;

use http::Method;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha1::{Digest, Sha1};
use tokio::sync::Mutex;

use super::parts::{self, PartSender, Plan, send_all};
use super::piece::{Piece, Pieces, hex};
use super::signer::{B2Place, missing};
use super::storage::StorageRequest;
use super::target::Target;
use super::transfer::Transfer;
use crate::error::{Error, ErrorKind, Result};
use crate::http::credentials::BoxFuture;
use crate::http::meta::Endpoint;

/// What stays as it is in the name of an object.
const NAME: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'/')
    .remove(b'_')
    .remove(b'~');

pub(super) async fn upload(
    transfer: &Transfer,
    pieces: &mut Pieces,
    target: Option<Target>,
) -> Result<()> {
    let begun = transfer.record.read(|state| state.upload_id.clone());
    let (division, first) = match parts::plan(transfer, pieces, begun.is_some()).await? {
        Plan::Single(piece) => return post(transfer, &piece, target).await,
        Plan::Parts(division, first) => (division, first),
    };
    let place = transfer.signer.b2_start(begun.as_deref()).await?;
    let upload_id = place.upload_id.clone();
    if begun.as_ref() != Some(&upload_id) {
        // A new upload, also where iconik does not continue the one that it was asked for.
        transfer.record.change(|state| {
            state.forget_bytes();
            state.upload_id = Some(upload_id.clone());
            state.part_size = i64::try_from(division.part_size()).ok();
        });
    }
    let sender = Arc::new(Sender {
        transfer: transfer.clone(),
        upload_id: upload_id.clone(),
        places: Mutex::default(),
    });
    let parts = division.parts(pieces.size()).unwrap_or(u64::MAX);
    let workers =
        usize::try_from(parts).map_or(transfer.at_once, |parts| parts.min(transfer.at_once));
    let workers = sender.open_places(place, workers).await;
    let checksums = send_all(transfer, pieces, division, first, sender, workers).await?;
    transfer.signer.b2_finish(&upload_id, checksums).await
}

/// Sends everything in one request. URL and token are good for one attempt.
async fn post(transfer: &Transfer, piece: &Piece, mut target: Option<Target>) -> Result<()> {
    let checksum = checksum_of(piece).await?;
    let mut retries = transfer.storage.retries();
    loop {
        let target = transfer.fresh(target.take()).await?;
        let token = target.token.as_ref();
        let token = token.ok_or_else(|| missing("the token of the upload"))?;
        let name = utf8_percent_encode(&target.name, NAME).to_string();
        let request = StorageRequest::new(Method::POST, target.need_url()?)
            .header(CONTENT_TYPE, &transfer.media_type)
            .headers(&target.headers)
            .secret_header(AUTHORIZATION.as_str(), token)
            .header("x-bz-file-name", &name)
            .header("x-bz-content-sha1", &checksum)
            .body(piece);
        match transfer.storage.send(request).await {
            Ok(_) => return Ok(()),
            Err(error) => retries.pause(error).await?,
        }
    }
}

async fn checksum_of(piece: &Piece) -> Result<String> {
    let digest = piece.digest::<Sha1>().await?;
    Ok(hex(&digest.finalize()))
}

/// Sends the parts of one upload.
struct Sender {
    transfer: Transfer,
    upload_id: String,
    /// Where parts can be sent to; each worker finds one.
    places: Mutex<Vec<B2Place>>,
}

impl Sender {
    /// Gets a place for each worker: one place takes one part at a time.
    async fn open_places(&self, first: B2Place, workers: usize) -> usize {
        let mut places = vec![first];
        while places.len() < workers {
            match self.another_place().await {
                Ok(place) => places.push(place),
                // Fewer workers do it, too.
                Err(_) => break,
            }
        }
        let opened = places.len();
        *self.places.lock().await = places;
        opened
    }

    /// Gets another place for parts of the same upload.
    async fn another_place(&self) -> Result<B2Place> {
        let place = self.transfer.signer.b2_start(Some(&self.upload_id)).await?;
        if place.upload_id == self.upload_id {
            return Ok(place);
        }
        // iconik has started another upload instead.
        self.transfer.signer.b2_cancel(&place.upload_id).await?;
        Err(Error::new(ErrorKind::Transport, Endpoint::None)
            .detail("Backblaze B2 has no other place for the parts of the upload"))
    }

    async fn send_part(&self, number: u64, part: &Piece) -> Result<String> {
        let checksum = checksum_of(part).await?;
        let mut retries = self.transfer.storage.retries();
        loop {
            let place = self.places.lock().await.pop();
            let place = match place {
                Some(place) => place,
                None => self.another_place().await?,
            };
            let request = StorageRequest::new(Method::POST, &place.url)
                .secret_header(AUTHORIZATION.as_str(), &place.token)
                .header("x-bz-part-number", &number.to_string())
                .header("x-bz-content-sha1", &checksum)
                .body(part);
            match self.transfer.storage.send(request).await {
                Ok(_) => {
                    self.places.lock().await.push(place);
                    return Ok(checksum);
                }
                // After a failure the place is of no use any more.
                Err(error) => retries.pause(error).await?,
            }
        }
    }
}

impl PartSender for Sender {
    fn send(&self, number: u64, part: Piece) -> BoxFuture<'_, Result<String>> {
        Box::pin(async move { self.send_part(number, &part).await })
    }
}
