//! Azure Blob Storage: one PUT, or blocks and their list.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use http::header::CONTENT_TYPE;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::sync::Mutex;

use super::parts::{self, Division, PartSender, Plan, send_all};
use super::piece::{Piece, Pieces};
use super::storage::StorageRequest;
use super::target::Target;
use super::transfer::Transfer;
use crate::data::secret::Secret;
use crate::error::Result;
use crate::http::attempts::code_of;
use crate::http::credentials::BoxFuture;

/// What every version of the protocol takes in one request.
const MOST_AT_ONCE: u64 = 64 << 20;
/// How many times longer than usual the storage may take to put the blocks together.
const PATIENCE: u32 = 10;

pub(super) async fn upload(
    transfer: &Transfer,
    pieces: &mut Pieces,
    target: Option<Target>,
) -> Result<()> {
    let has_begun = transfer.record.read(|state| !state.parts.is_empty());
    let is_small = pieces.size().is_some_and(|size| size <= MOST_AT_ONCE);
    if !has_begun && is_small && transfer.part_size.is_none() && pieces.whole().is_some() {
        let whole = pieces.next(u64::MAX).await?;
        let whole = whole.unwrap_or(Piece::Memory(bytes::Bytes::new()));
        return put(transfer, &whole, target).await;
    }
    let (division, first) = match parts::plan(transfer, pieces, has_begun).await? {
        Plan::Single(piece) => return put(transfer, &piece, target).await,
        Plan::Parts(division, first) => (division, first),
    };
    blocks(transfer, pieces, division, first).await
}

async fn put(transfer: &Transfer, piece: &Piece, mut target: Option<Target>) -> Result<()> {
    let mut retries = transfer.storage.retries();
    loop {
        let target = transfer.fresh(target.take()).await?;
        let request = StorageRequest::new(Method::PUT, target.need_url()?)
            .header(CONTENT_TYPE, &transfer.media_type)
            .headers(&target.headers)
            .header("x-ms-blob-type", "BlockBlob")
            .body(piece);
        match transfer.storage.send(request).await {
            Ok(_) => return Ok(()),
            Err(error) => retries.pause(error).await?,
        }
    }
}

/// Sends blocks; nothing of them is visible before their list is sent.
async fn blocks(
    transfer: &Transfer,
    pieces: &mut Pieces,
    division: Division,
    first: Option<Piece>,
) -> Result<()> {
    transfer
        .record
        .change(|state| state.part_size = i64::try_from(division.part_size()).ok());
    let sender = Arc::new(Sender {
        transfer: transfer.clone(),
        url: Mutex::default(),
    });
    let ids = send_all(transfer, pieces, division, first, sender, transfer.at_once).await?;
    let mut document = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>");
    for id in ids {
        document.push_str(&format!("<Latest>{id}</Latest>"));
    }
    document.push_str("</BlockList>");
    let document = Piece::Memory(document.into());
    let mut retries = transfer.storage.retries();
    loop {
        let target = transfer.fresh(None).await?;
        let url = with_query(target.need_url()?, "comp=blocklist");
        let request = StorageRequest::new(Method::PUT, &url)
            .header("x-ms-blob-content-type", &transfer.media_type)
            .patient(PATIENCE)
            .uncounted()
            .body(&document);
        let error = match transfer.storage.send(request).await {
            Ok(_) => return Ok(()),
            Err(error) => error,
        };
        if code_of(&error) == "InvalidBlockList" {
            // The blocks have expired: the next run sends them again.
            transfer.record.change(|state| state.forget_bytes());
        }
        retries.pause(error).await?;
    }
}

/// Sends blocks.
struct Sender {
    transfer: Transfer,
    /// The URL of the object, which all blocks can use until it expires.
    url: Mutex<Option<Secret>>,
}

impl Sender {
    async fn url(&self) -> Result<Secret> {
        let mut url = self.url.lock().await;
        if let Some(url) = &*url {
            return Ok(url.clone());
        }
        let target = self.transfer.fresh(None).await?;
        Ok(url.insert(target.need_url()?.clone()).clone())
    }

    async fn send_block(&self, number: u64, part: &Piece) -> Result<String> {
        // All ids of an object have the same length.
        let id = STANDARD.encode(format!("{number:08}"));
        let name = utf8_percent_encode(&id, NON_ALPHANUMERIC);
        let query = format!("comp=block&blockid={name}");
        let mut retries = self.transfer.storage.retries();
        loop {
            let url = self.url().await?;
            let request = StorageRequest::new(Method::PUT, &with_query(&url, &query)).body(part);
            match self.transfer.storage.send(request).await {
                Ok(_) => return Ok(id),
                Err(error) => {
                    let mut current = self.url.lock().await;
                    if current.as_ref() == Some(&url) {
                        *current = None;
                    }
                    drop(current);
                    retries.pause(error).await?;
                }
            }
        }
    }
}

impl PartSender for Sender {
    fn send(&self, number: u64, part: Piece) -> BoxFuture<'_, Result<String>> {
        Box::pin(async move { self.send_block(number, &part).await })
    }
}

/// A signed URL with more parameters; the signature does not cover the query.
fn with_query(url: &Secret, query: &str) -> Secret {
    let url = url.expose();
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}{query}").into()
}
