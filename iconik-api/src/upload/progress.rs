//! How far an upload has come.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::ids::{AssetId, FileId};

/// What happens during an upload.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq)]
pub enum UploadEvent {
    /// Asset, format, file set and file exist in iconik; the upload of the bytes begins.
    #[non_exhaustive]
    Started {
        /// The asset.
        asset_id: AssetId,
        /// The file, whose status is `OPEN` until the upload is complete.
        file_id: FileId,
    },
    /// Bytes were handed over to the network. The number decreases where a failed part is sent again.
    #[non_exhaustive]
    Progress {
        /// How many bytes, with those of earlier runs.
        sent: u64,
        /// How many there are altogether, where it is known.
        total: Option<u64>,
    },
    /// The storage failed; the part is sent again after a pause.
    #[non_exhaustive]
    Retry {
        /// Why. It contains no URL.
        error: String,
        /// How long the pause is.
        pause: Duration,
    },
    /// The storage has all bytes.
    Stored,
    /// The status of the file is `CLOSED`.
    Closed,
}

/// What is called with each event.
pub(super) type Listener = Arc<dyn Fn(UploadEvent) + Send + Sync>;

/// Counts the bytes that were sent.
pub(super) struct Meter {
    sent: AtomicU64,
    total: Option<u64>,
    listener: Option<Listener>,
}

impl Meter {
    pub(super) fn new(total: Option<u64>, listener: Option<Listener>) -> Self {
        Self {
            sent: AtomicU64::new(0),
            total,
            listener,
        }
    }

    pub(super) fn add(&self, bytes: u64) {
        let sent = self.sent.fetch_add(bytes, Ordering::Relaxed) + bytes;
        self.report(sent);
    }

    pub(super) fn take_back(&self, bytes: u64) {
        if bytes > 0 {
            let sent = self.sent.fetch_sub(bytes, Ordering::Relaxed) - bytes;
            self.report(sent);
        }
    }

    /// Sets how many bytes the storage has.
    pub(super) fn set(&self, bytes: u64) {
        if self.sent.swap(bytes, Ordering::Relaxed) != bytes {
            self.report(bytes);
        }
    }

    pub(super) fn emit(&self, event: UploadEvent) {
        if let Some(listener) = &self.listener {
            listener(event);
        }
    }

    fn report(&self, sent: u64) {
        let total = self.total;
        self.emit(UploadEvent::Progress { sent, total });
    }
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meter")
            .field("sent", &self.sent)
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}
