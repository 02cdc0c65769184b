//! Why an upload failed, and how to continue it.

use std::fmt;

use super::state::UploadState;
use crate::error::Error;

/// Why an upload failed. Contains the state from which it can be resumed.
#[derive(Debug)]
pub struct UploadError {
    error: Error,
    state: Box<UploadState>,
}

impl UploadError {
    pub(super) fn new(error: Error, state: UploadState) -> Self {
        Self {
            error,
            state: Box::new(state),
        }
    }

    /// Why.
    #[must_use]
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// How far it had come.
    #[must_use]
    pub fn state(&self) -> &UploadState {
        &self.state
    }

    /// How far it had come, without the rest.
    #[must_use]
    pub fn into_state(self) -> UploadState {
        *self.state
    }
}

impl fmt::Display for UploadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.state.file_id() {
            Some(file_id) => write!(f, "the upload of file {file_id}: {}", self.error),
            None => write!(f, "the upload: {}", self.error),
        }
    }
}

impl std::error::Error for UploadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

impl From<UploadError> for Error {
    fn from(error: UploadError) -> Self {
        error.error
    }
}
