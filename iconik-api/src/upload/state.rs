//! What has to be kept so that an upload can be resumed.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::data::secret::Secret;
use crate::data::timestamp::Timestamp;
use crate::data::unknown_fields::UnknownFields;
use crate::files::StorageMethod;
use crate::ids::{AssetId, ComponentId, FileId, FileSetId, FormatId, StorageId};

/// How far an upload has come: what is created in iconik, and which parts the storage has.
///
/// Serialise it, for example into a file, and pass it to [`Upload::resume`](crate::upload::Upload::resume)
/// with the same source to continue after a crash. It does not contain the bytes.
///
/// For Google Cloud Storage it contains the URL of the upload session, with which anyone can upload to
/// this one object for about a week, so that the file should not be readable for others. The `Debug`
/// output does not show it.
#[derive(Clone, Default, PartialEq)]
pub struct UploadState {
    pub(super) asset_id: Option<AssetId>,
    pub(super) format_id: Option<FormatId>,
    pub(super) component_ids: Vec<ComponentId>,
    pub(super) file_set_id: Option<FileSetId>,
    pub(super) file_id: Option<FileId>,
    pub(super) storage_id: Option<StorageId>,
    pub(super) storage_method: Option<StorageMethod>,
    /// Of the source, to recognise it.
    pub(super) name: Option<String>,
    pub(super) size: Option<i64>,
    pub(super) modified: Option<Timestamp>,
    /// The session on Google Cloud Storage.
    pub(super) session_url: Option<Secret>,
    /// The id of an upload in parts, on Amazon S3 and Backblaze B2.
    pub(super) upload_id: Option<String>,
    pub(super) part_size: Option<i64>,
    /// What the storage returned for each part, by its number.
    pub(super) parts: BTreeMap<String, String>,
    pub(super) is_stored: Option<bool>,
    pub(super) is_closed: Option<bool>,
    pub(super) extra: UnknownFields,
}

response_model!(UploadState {
    asset_id: "asset_id",
    format_id: "format_id",
    component_ids: "component_ids",
    file_set_id: "file_set_id",
    file_id: "file_id",
    storage_id: "storage_id",
    storage_method: "storage_method",
    name: "name",
    size: "size",
    modified: "modified",
    session_url: "session_url",
    upload_id: "upload_id",
    part_size: "part_size",
    parts: "parts",
    is_stored: "is_stored",
    is_closed: "is_closed",
});

impl UploadState {
    /// The asset, if it exists already.
    #[must_use]
    pub fn asset_id(&self) -> Option<&AssetId> {
        self.asset_id.as_ref()
    }

    /// The file, if it exists already. Its status is `OPEN` until the upload is complete.
    #[must_use]
    pub fn file_id(&self) -> Option<&FileId> {
        self.file_id.as_ref()
    }

    /// Whether the storage has all bytes.
    #[must_use]
    pub fn is_stored(&self) -> bool {
        self.is_stored == Some(true)
    }

    /// Whether the status of the file is `CLOSED`, so that there is nothing left to upload.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.is_closed == Some(true)
    }

    /// Forgets what the storage has, because it no longer knows the upload.
    pub(super) fn forget_bytes(&mut self) {
        self.session_url = None;
        self.upload_id = None;
        self.part_size = None;
        self.parts.clear();
        self.is_stored = None;
    }
}

impl fmt::Debug for UploadState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadState")
            .field("asset_id", &self.asset_id)
            .field("file_id", &self.file_id)
            .field("storage_method", &self.storage_method)
            .field("name", &self.name)
            .field("size", &self.size)
            .field("parts", &self.parts.len())
            .field("is_stored", &self.is_stored())
            .field("is_closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}

/// What is called with each new state.
pub(super) type Keeper = Arc<dyn Fn(&UploadState) + Send + Sync>;

/// The state of a running upload, shared by its workers.
pub(super) struct Record {
    state: Mutex<UploadState>,
    keeper: Option<Keeper>,
}

impl Record {
    pub(super) fn new(state: UploadState, keeper: Option<Keeper>) -> Self {
        Self {
            state: Mutex::new(state),
            keeper,
        }
    }

    pub(super) fn read<T>(&self, read: impl FnOnce(&UploadState) -> T) -> T {
        read(&self.lock())
    }

    /// Changes the state, and has it kept before anything else happens.
    pub(super) fn change(&self, change: impl FnOnce(&mut UploadState)) {
        let mut state = self.lock();
        change(&mut state);
        if let Some(keeper) = &self.keeper {
            keeper(&state);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, UploadState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
