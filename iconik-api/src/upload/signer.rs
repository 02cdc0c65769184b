//! What iconik does while bytes are uploaded to a storage: it signs URLs, and starts and finishes
//! uploads in parts.

use std::time::Duration;

use super::target::Target;
use crate::Client;
use crate::data::secret::Secret;
use crate::error::{Error, ErrorKind, Result};
use crate::files::{
    B2UploadCancelOptions, B2UploadParts, FileUploadCleanupOptions, NewB2Upload, S3UploadPart,
    S3UploadParts, UploadUrlType,
};
use crate::http::meta::Endpoint;
use crate::ids::{AssetId, FileId};

/// How long iconik may take to put the parts of an upload together.
const LONGEST_FINISH: Duration = Duration::from_secs(600);
/// How many URLs are signed at once.
const URLS_AT_ONCE: i64 = 100;

/// iconik's side of the upload of one file.
#[derive(Clone)]
pub(super) struct Signer {
    client: Client,
    asset_id: AssetId,
    file_id: FileId,
}

/// Where to upload parts to on Backblaze B2.
pub(super) struct B2Place {
    pub(super) upload_id: String,
    pub(super) url: Secret,
    pub(super) token: Secret,
}

impl Signer {
    pub(super) fn new(client: &Client, asset_id: &AssetId, file_id: &FileId) -> Self {
        Self {
            client: client.clone(),
            asset_id: asset_id.clone(),
            file_id: file_id.clone(),
        }
    }

    /// Signs a new upload URL.
    pub(super) async fn target(&self) -> Result<Target> {
        let get = self.client.files().get(&self.asset_id, &self.file_id);
        let get = get.generate_signed_post_url(true).bypass_url_cache(true);
        get.await.map(Target::of)
    }

    /// Signs URLs of parts of an upload to Amazon S3, the one of this number among them.
    ///
    /// `parts` is how many parts there are, or how many are known so far.
    pub(super) async fn s3_parts(
        &self,
        upload_id: &str,
        number: i64,
        parts: i64,
    ) -> Result<Vec<(i64, Secret)>> {
        let uploads = self.client.files().file_uploads();
        let list = |page| {
            uploads
                .list_part_urls(&self.asset_id, &self.file_id, parts)
                .upload_id(upload_id)
                .per_page(URLS_AT_ONCE)
                .page(page)
        };
        // The page that it should be on; if iconik's pages are smaller, one of those after it.
        let mut page = (number - 1) / URLS_AT_ONCE + 1;
        loop {
            let found = list(page).await?.objects;
            let urls: Vec<_> = found
                .into_iter()
                .filter_map(|part| Some((part.number?, part.url?)))
                .collect();
            if urls.iter().any(|(found, _)| *found == number) {
                return Ok(urls);
            }
            match urls.last() {
                Some((last, _)) if *last < number => page += 1,
                _ => return Err(missing("the URL of a part")),
            }
        }
    }

    /// Signs the URL of one part of an upload to Amazon S3, which takes nothing but bytes with this
    /// MD5 checksum, in Base64.
    pub(super) async fn s3_checked_part(
        &self,
        upload_id: &str,
        number: i64,
        checksum: &str,
    ) -> Result<Secret> {
        let part = S3UploadPart::new().part_number(number).checksum(checksum);
        let parts = S3UploadParts::new(upload_id, [part]);
        let uploads = self.client.files().file_uploads();
        let signed = uploads
            .create_s3_part_urls(&self.asset_id, &self.file_id, parts)
            .await?;
        let part = signed.parts.into_iter().next();
        part.and_then(|part| part.url)
            .ok_or_else(|| missing("the URL of a part"))
    }

    /// Signs the URL that completes an upload to Amazon S3.
    pub(super) async fn s3_complete(&self, upload_id: &str) -> Result<Secret> {
        let uploads = self.client.files().file_uploads();
        let urls = uploads
            .get_urls(&self.asset_id, &self.file_id, upload_id)
            .r#type(UploadUrlType::CompleteUrl)
            .await?;
        urls.complete_url
            .ok_or_else(|| missing("the URL that completes the upload"))
    }

    /// Deletes the parts of an upload to Amazon S3 that is given up.
    pub(super) async fn s3_abort(&self, upload_id: &str) -> Result<()> {
        let options = FileUploadCleanupOptions::new()
            .upload_id(upload_id)
            .abort_upload(true);
        let uploads = self.client.files().file_uploads();
        uploads
            .cleanup(&self.asset_id, &self.file_id, options)
            .await
    }

    /// Starts an upload in parts to Backblaze B2, or gets another place for parts of one that was
    /// started.
    pub(super) async fn b2_start(&self, upload_id: Option<&str>) -> Result<B2Place> {
        let mut upload = NewB2Upload::new();
        if let Some(upload_id) = upload_id {
            upload = upload.upload_file_id(upload_id);
        }
        let uploads = self.client.files().file_uploads();
        let started = uploads.start_b2(&self.asset_id, &self.file_id);
        let started = started.body(upload).await?;
        match (
            started.upload_file_id,
            started.upload_url,
            started.authorization_token,
        ) {
            (Some(upload_id), Some(url), Some(token)) => Ok(B2Place {
                upload_id,
                url,
                token,
            }),
            _ => {
                let said = [started.error_code, started.error];
                let said: Vec<_> = said.into_iter().flatten().collect();
                let detail = match said.is_empty() {
                    true => "Backblaze B2 has started no upload".to_owned(),
                    false => format!("Backblaze B2 has started no upload: {}", said.join(": ")),
                };
                Err(Error::new(ErrorKind::Decode, Endpoint::None).detail(detail))
            }
        }
    }

    /// Completes an upload in parts to Backblaze B2.
    pub(super) async fn b2_finish(&self, upload_id: &str, checksums: Vec<String>) -> Result<()> {
        let parts = B2UploadParts::new(upload_id, checksums);
        let uploads = self.client.files().file_uploads();
        let finish = uploads.finish_b2(&self.asset_id, &self.file_id, parts);
        finish.call().timeout(LONGEST_FINISH).await
    }

    /// Deletes the parts of an upload to Backblaze B2 that is given up.
    pub(super) async fn b2_cancel(&self, upload_id: &str) -> Result<()> {
        let options = B2UploadCancelOptions::new(upload_id);
        let uploads = self.client.files().file_uploads();
        uploads
            .cancel_b2(&self.asset_id, &self.file_id, options)
            .await
    }
}

/// An error of a response that lacks what the upload needs.
pub(super) fn missing(what: &str) -> Error {
    Error::new(ErrorKind::Decode, Endpoint::None)
        .detail(format!("the response of iconik lacks {what}"))
}
