//! The error of a timestamp that contains no time.

use std::fmt;

/// The error of a [`Timestamp`](crate::Timestamp) that contains text in place of a time, or a time that the
/// other type cannot represent.
///
/// It converts into an [`Error`](crate::Error) of the kind [`ErrorKind::Decode`](crate::ErrorKind::Decode).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotATimeError(());

impl NotATimeError {
    pub(crate) const fn new() -> Self {
        Self(())
    }
}

impl fmt::Display for NotATimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the timestamp contains no time that this type can represent")
    }
}

impl std::error::Error for NotATimeError {}
