//! Amazon S3 and storages with its protocol: one PUT, or an upload in parts.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use http::header::{CONTENT_TYPE, ETAG};
use md5::{Digest, Md5};
use tokio::sync::Mutex;

use super::parts::{self, PartSender, Plan, send_all};
use super::piece::{Piece, Pieces};
use super::signer::missing;
use super::storage::StorageRequest;
use super::target::Target;
use super::transfer::Transfer;
use crate::data::secret::Secret;
use crate::error::{Error, ErrorKind, Result};
use crate::http::attempts::code_of;
use crate::http::credentials::BoxFuture;
use crate::http::meta::Endpoint;

/// How many times longer than usual the storage may take to put the parts together.
const PATIENCE: u32 = 10;
/// How many URLs iconik is asked for where the number of parts is unknown.
const AHEAD: u64 = 100;

pub(super) async fn upload(
    transfer: &Transfer,
    pieces: &mut Pieces,
    target: Option<Target>,
) -> Result<()> {
    let begun = transfer.record.read(|state| state.upload_id.clone());
    if begun.is_none() && pieces.whole().is_some() {
        // Without a URL for parts, a file of any size can still be sent in one request.
        let target = transfer.fresh(target).await?;
        if target.multipart_url.is_none() {
            let whole = pieces.next(u64::MAX).await?;
            let whole = whole.unwrap_or(Piece::Memory(bytes::Bytes::new()));
            return put(transfer, &whole, Some(target)).await;
        }
        return planned(transfer, pieces, Some(target), begun).await;
    }
    planned(transfer, pieces, target, begun).await
}

async fn planned(
    transfer: &Transfer,
    pieces: &mut Pieces,
    target: Option<Target>,
    begun: Option<String>,
) -> Result<()> {
    let (division, first) = match parts::plan(transfer, pieces, begun.is_some()).await? {
        Plan::Single(piece) => return put(transfer, &piece, target).await,
        Plan::Parts(division, first) => (division, first),
    };
    let upload_id = match begun {
        Some(upload_id) => upload_id,
        None => {
            let upload_id = start(transfer, target).await?;
            transfer.record.change(|state| {
                state.upload_id = Some(upload_id.clone());
                state.part_size = i64::try_from(division.part_size()).ok();
            });
            upload_id
        }
    };
    let sender = Arc::new(Sender {
        transfer: transfer.clone(),
        upload_id: upload_id.clone(),
        parts: division.parts(pieces.size()),
        urls: Mutex::default(),
    });
    let tags = send_all(transfer, pieces, division, first, sender, transfer.at_once).await;
    let done = match tags {
        Ok(tags) => complete(transfer, &upload_id, &tags).await,
        Err(error) => Err(error),
    };
    if let Err(error) = &done {
        if code_of(error) == "NoSuchUpload" {
            // It was aborted, or has expired: the next run starts a new one.
            transfer.record.change(|state| state.forget_bytes());
        }
    }
    done
}

async fn put(transfer: &Transfer, piece: &Piece, mut target: Option<Target>) -> Result<()> {
    let mut retries = transfer.storage.retries();
    loop {
        let target = transfer.fresh(target.take()).await?;
        let request = StorageRequest::new(Method::PUT, target.need_url()?)
            .header(CONTENT_TYPE, &transfer.media_type)
            .headers(&target.headers)
            .body(piece);
        match transfer.storage.send(request).await {
            Ok(_) => return Ok(()),
            Err(error) => retries.pause(error).await?,
        }
    }
}

/// Starts an upload in parts; returns its id.
async fn start(transfer: &Transfer, target: Option<Target>) -> Result<String> {
    let mut target = target.filter(|target| target.multipart_url.is_some());
    let mut retries = transfer.storage.retries();
    loop {
        let target = match target.take() {
            Some(target) => target,
            None => transfer.signer.target().await?,
        };
        let Some(url) = &target.multipart_url else {
            return Err(missing(
                "the URL that starts an upload in parts; a stream of this length needs it, a file does not",
            ));
        };
        let request = StorageRequest::new(Method::POST, url);
        match transfer.storage.send(request).await {
            Ok(response) => match response.xml("UploadId").filter(|id| !id.is_empty()) {
                Some(upload_id) => return Ok(upload_id),
                None => return Err(response.lacks("`UploadId`")),
            },
            Err(error) => retries.pause(error).await?,
        }
    }
}

async fn complete(transfer: &Transfer, upload_id: &str, tags: &[String]) -> Result<()> {
    let mut document = String::from("<CompleteMultipartUpload>");
    for (number, tag) in (1..).zip(tags) {
        let tag = escape(tag);
        document.push_str(&format!(
            "<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>"
        ));
    }
    document.push_str("</CompleteMultipartUpload>");
    let document = Piece::Memory(document.into());
    let mut retries = transfer.storage.retries();
    loop {
        let url = transfer.signer.s3_complete(upload_id).await?;
        let request = StorageRequest::new(Method::POST, &url)
            .header(CONTENT_TYPE, "application/xml")
            .patient(PATIENCE)
            .uncounted()
            .body(&document);
        let response = transfer.storage.send(request).await;
        match response.and_then(|response| response.checked()) {
            Ok(_) => return Ok(()),
            Err(error) => retries.pause(error).await?,
        }
    }
}

/// Escapes text for the content of an XML element.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            char => escaped.push(char),
        }
    }
    escaped
}

/// Sends the parts of one upload.
struct Sender {
    transfer: Transfer,
    upload_id: String,
    parts: Option<u64>,
    /// Signed URLs that have not been used.
    urls: Mutex<BTreeMap<i64, Secret>>,
}

impl Sender {
    /// A URL that has not been used.
    async fn url(&self, number: u64) -> Result<Secret> {
        let mut urls = self.urls.lock().await;
        let wanted = i64::try_from(number).unwrap_or(i64::MAX);
        if let Some(url) = urls.remove(&wanted) {
            return Ok(url);
        }
        // The number of all parts, or enough for the next ones.
        let parts = self.parts.unwrap_or(number.div_ceil(AHEAD) * AHEAD);
        let parts = i64::try_from(parts).unwrap_or(i64::MAX);
        let signed = self
            .transfer
            .signer
            .s3_parts(&self.upload_id, wanted, parts);
        // Earlier numbers are of parts that were sent.
        urls.extend(
            signed
                .await?
                .into_iter()
                .filter(|(found, _)| *found >= wanted),
        );
        urls.remove(&wanted)
            .ok_or_else(|| missing("the URL of a part"))
    }

    async fn send_part(&self, number: u64, part: &Piece) -> Result<String> {
        let storage = &self.transfer.storage;
        let checksum = match self.transfer.checked {
            true => Some(STANDARD.encode(part.digest::<Md5>().await?.finalize())),
            false => None,
        };
        let mut retries = storage.retries();
        loop {
            let request = match &checksum {
                None => StorageRequest::new(Method::PUT, &self.url(number).await?),
                Some(checksum) => {
                    let number = i64::try_from(number).unwrap_or(i64::MAX);
                    let signer = &self.transfer.signer;
                    let url = signer.s3_checked_part(&self.upload_id, number, checksum);
                    StorageRequest::new(Method::PUT, &url.await?).header("content-md5", checksum)
                }
            };
            let response = match storage.send(request.body(part)).await {
                Ok(response) => response,
                Err(error) => {
                    retries.pause(error).await?;
                    continue;
                }
            };
            return match response.header(ETAG.as_str()) {
                Some(tag) => Ok(tag.to_owned()),
                None => Err(Error::new(ErrorKind::Decode, Endpoint::None)
                    .detail("the storage has returned no `ETag` for a part")),
            };
        }
    }
}

impl PartSender for Sender {
    fn send(&self, number: u64, part: Piece) -> BoxFuture<'_, Result<String>> {
        Box::pin(async move { self.send_part(number, &part).await })
    }
}
