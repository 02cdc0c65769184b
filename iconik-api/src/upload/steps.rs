//! The steps of an upload, from the storage to the job that makes proxies.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::error::UploadError;
use super::piece::Pieces;
use super::progress::{Meter, UploadEvent};
use super::signer::{Signer, missing};
use super::source::{Content, Source, unreadable};
use super::state::{Record, UploadState};
use super::storage::Storage;
use super::target::Target;
use super::transfer::{Transfer, takes_uploads};
use super::{Destination, Options, Place, Upload, Uploaded};
use crate::Client;
use crate::assets::NewAsset;
use crate::data::timestamp::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::files::{
    FilePatch, FileStatus, FileType, FormatStatus, NewFile, NewFileSet, NewFormat, StorageMethod,
    StoragePurpose,
};
use crate::http::meta::Endpoint;
use crate::ids::{AssetId, FileId, FileSetId, FormatId, JobId, StorageId};

/// A running upload.
pub(super) struct Run {
    client: Client,
    options: Options,
    facts: Facts,
    record: Arc<Record>,
    meter: Arc<Meter>,
}

/// What is known about the source.
struct Facts {
    name: String,
    size: Option<u64>,
    media_type: String,
    created: Option<Timestamp>,
    modified: Option<Timestamp>,
    directory: String,
    is_placed: bool,
}

impl Facts {
    fn of(source: &Source, directory: &str) -> Self {
        Self {
            name: source.name().to_owned(),
            size: source.size(),
            media_type: source.media_type().to_owned(),
            created: source.created().map(Timestamp::from),
            modified: source.modified().map(date),
            // iconik rejects a slash at the beginning.
            directory: directory.trim_matches('/').to_owned(),
            is_placed: matches!(source.content(), Content::Placed),
        }
    }

    fn size(&self) -> Option<i64> {
        self.size.and_then(|size| i64::try_from(size).ok())
    }
}

impl Run {
    pub(super) async fn upload(upload: Upload) -> Result<Uploaded, UploadError> {
        let Upload {
            client,
            source,
            options,
            listener,
            keeper,
            state,
        } = upload;
        let run = Self {
            facts: Facts::of(&source, &options.directory),
            meter: Arc::new(Meter::new(source.size(), listener)),
            record: Arc::new(Record::new(state, keeper)),
            client,
            options,
        };
        let result = run.all_steps(source.into_content()).await;
        result.map_err(|error| UploadError::new(error, run.record.read(UploadState::clone)))
    }

    async fn all_steps(&self, content: Content) -> Result<Uploaded> {
        self.recognise()?;
        let (storage_id, method) = self.storage().await?;
        let has_asset = self.record.read(|state| state.asset_id.is_some());
        if self.options.skip_existing && !has_asset {
            if let Some(existing) = self.existing(&storage_id).await? {
                return Ok(existing);
            }
        }
        let asset_id = self.asset().await?;
        let format_id = self.format(&asset_id, &method).await?;
        let file_set_id = self.file_set(&asset_id, &format_id, &storage_id).await?;
        let (file_id, target) = self
            .file(&asset_id, &format_id, &file_set_id, &storage_id)
            .await?;
        self.meter.emit(UploadEvent::Started {
            asset_id: asset_id.clone(),
            file_id: file_id.clone(),
        });
        if !self.record.read(UploadState::is_closed) {
            self.bytes(&asset_id, &file_id, &method, content, target)
                .await?;
            self.meter.emit(UploadEvent::Closed);
        }
        Ok(Uploaded {
            job_id: self.transcode(&asset_id, &file_id).await?,
            asset_id,
            file_id,
            format_id: Some(format_id),
            file_set_id: Some(file_set_id),
            storage_id,
            existed: false,
        })
    }

    /// Refuses to resume the upload of another source.
    fn recognise(&self) -> Result<()> {
        let facts = &self.facts;
        let (name, size, modified) = (facts.name.clone(), facts.size(), facts.modified.clone());
        let same = self.record.read(|state| {
            let is_new = state.name.is_none();
            let same_name = state.name.as_ref() == Some(&name);
            is_new || (same_name && state.size == size && state.modified == modified)
        });
        if !same {
            return Err(refused(
                "the source has another name, size or date than that of the upload to resume",
            ));
        }
        self.record.change(|state| {
            state.name = Some(name);
            state.size = size;
            state.modified = modified;
        });
        Ok(())
    }

    async fn storage(&self) -> Result<(StorageId, StorageMethod)> {
        let known = self.record.read(|state| {
            let method = state.storage_method.clone();
            Some((state.storage_id.clone()?, method?))
        });
        if let Some(known) = known {
            return Ok(known);
        }
        let storages = self.client.files().storages();
        let purpose = StoragePurpose::Files;
        let storage = match &self.options.storage {
            Place::Given(storage_id) => storages.get(storage_id).await?,
            Place::Matching => storages.find_for_purpose(purpose).await?,
            Place::OfMethod(method) => {
                let find = storages.find_for_purpose_and_method(purpose, method.clone());
                find.await?
            }
        };
        let storage_id = storage.id.ok_or_else(|| missing("the id of the storage"))?;
        let method = storage
            .method
            .ok_or_else(|| missing("the method of the storage"))?;
        if !self.facts.is_placed && !takes_uploads(&method) {
            return Err(refused(format!(
                "the storage {storage_id} of the method {} takes no uploads over HTTP; put the file there and register it with `Source::placed`",
                method.as_str()
            )));
        }
        self.record.change(|state| {
            state.storage_id = Some(storage_id.clone());
            state.storage_method = Some(method.clone());
        });
        Ok((storage_id, method))
    }

    /// The file, if the storage has it already.
    async fn existing(&self, storage_id: &StorageId) -> Result<Option<Uploaded>> {
        let facts = &self.facts;
        let files = self.client.files().storage_files();
        let list = files.list(storage_id).directory_path(&facts.directory);
        // An empty parameter is not sent, so that the root is compared here.
        let mut files = list.per_page(100).items();
        while let Some(file) = files.next().await {
            let file = file?;
            let directory = file.directory_path.as_deref().unwrap_or_default();
            let is_same = file.original_name.as_ref() == Some(&facts.name)
                && directory.trim_matches('/') == facts.directory
                && file.status == Some(FileStatus::Closed)
                && (facts.size.is_none() || file.size.is_none() || file.size == facts.size());
            if let (true, Some(asset_id), Some(file_id)) = (is_same, file.asset_id, file.id) {
                return Ok(Some(Uploaded {
                    asset_id,
                    file_id,
                    format_id: file.format_id,
                    file_set_id: file.file_set_id,
                    storage_id: storage_id.clone(),
                    job_id: None,
                    existed: true,
                }));
            }
        }
        Ok(None)
    }

    async fn asset(&self) -> Result<AssetId> {
        if let Some(asset_id) = self.record.read(|state| state.asset_id.clone()) {
            return Ok(asset_id);
        }
        let new = match &self.options.asset {
            Destination::Existing(asset_id) => {
                let asset_id = asset_id.clone();
                self.record
                    .change(|state| state.asset_id = Some(asset_id.clone()));
                return Ok(asset_id);
            }
            Destination::New(asset) => NewAsset::clone(asset),
            Destination::Named => NewAsset::new(&self.facts.name),
        };
        let new = match &self.options.collection_id {
            Some(collection_id) => new.collection_id(collection_id),
            None => new,
        };
        let asset = self.client.assets().create(new).await?;
        let asset_id = asset.id.ok_or_else(|| missing("the id of the asset"))?;
        self.record
            .change(|state| state.asset_id = Some(asset_id.clone()));
        Ok(asset_id)
    }

    async fn format(&self, asset_id: &AssetId, method: &StorageMethod) -> Result<FormatId> {
        if let Some(format_id) = self.record.read(|state| state.format_id.clone()) {
            return Ok(format_id);
        }
        let name = &self.options.format;
        let formats = self.client.files().formats();
        let mut found = None;
        if let Destination::Existing(_) = self.options.asset {
            // Its name is unique in a version.
            let mut list = formats.list(asset_id).per_page(100).items();
            while let Some(format) = list.next().await {
                let format = format?;
                let version = &self.options.version_id;
                let same_version = version.is_none() || format.version_id == *version;
                let is_deleted = format.status == Some(FormatStatus::Deleted);
                if format.name.as_ref() == Some(name) && same_version && !is_deleted {
                    found = Some(format);
                    break;
                }
            }
        }
        let format = match found {
            Some(format) => format,
            None => {
                let media_type = self.facts.media_type.clone();
                let metadata = [("internet_media_type".to_owned(), media_type)];
                let mut new = NewFormat::new(name)
                    .storage_methods([method.clone()])
                    .metadata([metadata
                        .into_iter()
                        .collect::<std::collections::BTreeMap<_, _>>()]);
                if let Some(version_id) = &self.options.version_id {
                    new = new.version_id(version_id);
                }
                formats.create(asset_id, new).await?
            }
        };
        let format_id = format.id.ok_or_else(|| missing("the id of the format"))?;
        // iconik cannot archive a file set whose components differ from those of its format.
        let components = format.components.into_iter();
        let component_ids = components.filter_map(|component| component.id).collect();
        self.record.change(|state| {
            state.format_id = Some(format_id.clone());
            state.component_ids = component_ids;
        });
        Ok(format_id)
    }

    async fn file_set(
        &self,
        asset_id: &AssetId,
        format_id: &FormatId,
        storage_id: &StorageId,
    ) -> Result<FileSetId> {
        if let Some(file_set_id) = self.record.read(|state| state.file_set_id.clone()) {
            return Ok(file_set_id);
        }
        let component_ids = self.record.read(|state| state.component_ids.clone());
        let facts = &self.facts;
        let mut new = NewFileSet::new(format_id, component_ids)
            .name(&facts.name)
            .base_dir(&facts.directory)
            .storage_id(storage_id);
        if let Some(version_id) = &self.options.version_id {
            new = new.version_id(version_id);
        }
        let file_sets = self.client.files().file_sets();
        let file_set = file_sets.create(asset_id, new).await?;
        let file_set_id = file_set
            .id
            .ok_or_else(|| missing("the id of the file set"))?;
        self.record
            .change(|state| state.file_set_id = Some(file_set_id.clone()));
        Ok(file_set_id)
    }

    /// The file, and where to upload its bytes to if it has just been created.
    async fn file(
        &self,
        asset_id: &AssetId,
        format_id: &FormatId,
        file_set_id: &FileSetId,
        storage_id: &StorageId,
    ) -> Result<(FileId, Option<Target>)> {
        if let Some(file_id) = self.record.read(|state| state.file_id.clone()) {
            return Ok((file_id, None));
        }
        let facts = &self.facts;
        let mut new = NewFile::new(FileType::File)
            .original_name(&facts.name)
            .directory_path(&facts.directory)
            .format_id(format_id)
            .file_set_id(file_set_id)
            .storage_id(storage_id);
        new.size = facts.size();
        // iconik takes the current time where there are none.
        new.file_date_created = facts.created.clone().or_else(|| facts.modified.clone());
        new.file_date_modified = facts.modified.clone();
        if let Some(version_id) = &self.options.version_id {
            new = new.version_id(version_id);
        }
        if facts.is_placed {
            // The bytes have this name; without one, iconik would make another.
            new = new.name(&facts.name).status(FileStatus::Closed);
        }
        let file = self.client.files().create(asset_id, new).await?;
        let file_id = file
            .id
            .clone()
            .ok_or_else(|| missing("the id of the file"))?;
        self.record.change(|state| {
            state.file_id = Some(file_id.clone());
            state.is_closed = facts.is_placed.then_some(true);
        });
        Ok((file_id, Some(Target::of(file))))
    }

    /// Uploads the bytes, and closes the file.
    async fn bytes(
        &self,
        asset_id: &AssetId,
        file_id: &FileId,
        method: &StorageMethod,
        content: Content,
        target: Option<Target>,
    ) -> Result<()> {
        let path = match &content {
            Content::File(path) => Some(Arc::clone(path)),
            _ => None,
        };
        let mut pieces = Pieces::new(content, self.facts.size, self.options.checksum);
        if self.record.read(UploadState::is_stored) {
            self.pass_over(&mut pieces).await?;
        } else {
            let transfer = self.transfer(asset_id, file_id);
            transfer.run(method, &mut pieces, target).await?;
            if let Some(path) = path {
                self.unchanged(&path).await?;
            }
            self.record.change(|state| state.is_stored = Some(true));
        }
        self.meter.emit(UploadEvent::Stored);
        let mut patch = FilePatch::new().status(FileStatus::Closed);
        if self.facts.size.is_none() {
            patch.size = i64::try_from(pieces.position()).ok();
        }
        if self.options.checksum {
            patch = patch.checksum(pieces.checksum().await?);
        }
        self.client.files().update(asset_id, file_id, patch).await?;
        self.record.change(|state| state.is_closed = Some(true));
        Ok(())
    }

    /// Reads a stream whose bytes are stored, for what has to be known about them.
    async fn pass_over(&self, pieces: &mut Pieces) -> Result<()> {
        const AT_ONCE: u64 = 1 << 20;
        let is_stream = pieces.whole().is_none();
        let is_needed = self.facts.size.is_none() || self.options.checksum;
        while is_stream && is_needed && !pieces.is_at_end().await? {
            pieces.next(AT_ONCE).await?;
        }
        Ok(())
    }

    fn transfer(&self, asset_id: &AssetId, file_id: &FileId) -> Transfer {
        let session = self.client.session();
        // Each failure of a part counts for itself, however long the upload takes.
        let policy = self.options.retry.clone();
        let policy = policy.unwrap_or_else(|| session.retry.clone().total_time(Duration::MAX));
        let meter = Arc::clone(&self.meter);
        Transfer {
            storage: Arc::new(Storage::new(Arc::clone(session), policy, meter)),
            signer: Signer::new(&self.client, asset_id, file_id),
            record: Arc::clone(&self.record),
            at_once: self.options.at_once,
            part_size: self.options.part_size,
            media_type: self.facts.media_type.clone(),
            checked: self.options.checked_parts,
        }
    }

    /// Refuses a file that was written to while it was uploaded.
    async fn unchanged(&self, path: &std::path::Path) -> Result<()> {
        let metadata = tokio::fs::metadata(path)
            .await
            .map_err(|source| unreadable(path, source))?;
        let modified = metadata.modified().ok().map(date);
        let same_date = self.facts.modified.is_none() || self.facts.modified == modified;
        if self.facts.size == Some(metadata.len()) && same_date {
            return Ok(());
        }
        self.record.change(|state| state.forget_bytes());
        Err(Error::new(ErrorKind::File, Endpoint::None).detail(format!(
            "{} has changed while it was uploaded",
            path.display()
        )))
    }

    async fn transcode(&self, asset_id: &AssetId, file_id: &FileId) -> Result<Option<JobId>> {
        if !self.options.transcode {
            return Ok(None);
        }
        let jobs = self.client.files().transcode_jobs();
        let started = jobs.create_for_file(asset_id, file_id).await?;
        Ok(started.and_then(|job| job.job_id))
    }
}

/// Deletes what is left of an upload that is given up.
pub(super) async fn abandon(client: &Client, state: &UploadState) -> Result<()> {
    let (Some(asset_id), Some(file_id)) = (&state.asset_id, &state.file_id) else {
        return Ok(());
    };
    if state.is_closed() {
        return Ok(());
    }
    let signer = Signer::new(client, asset_id, file_id);
    if let Some(upload_id) = &state.upload_id {
        match state.storage_method {
            Some(StorageMethod::S3) => signer.s3_abort(upload_id).await?,
            Some(StorageMethod::B2) => signer.b2_cancel(upload_id).await?,
            _ => {}
        }
    }
    client.files().delete(asset_id, file_id).await
}

/// The date of a file, as precise as the kept state has it: a finer one would not be the same after a restart.
fn date(time: SystemTime) -> Timestamp {
    let exact = Timestamp::from(time);
    let kept = exact.as_jiff().map(|date| date.as_microsecond());
    let kept = kept.and_then(|date| jiff::Timestamp::from_microsecond(date).ok());
    kept.map_or(exact, Timestamp::from)
}

fn refused(detail: impl Into<String>) -> Error {
    Error::new(ErrorKind::Request, Endpoint::None).detail(detail)
}
