//! The error of a list that ended before all its items came.

use std::fmt;

use super::cursor::Cursor;
use crate::error::Error;

/// A list ended although iconik counts more items than were read.
///
/// It is the source of an [`Error`] of the kind [`ErrorKind::Incomplete`](crate::ErrorKind::Incomplete),
/// and always the last item of the list. [`Error::incomplete`] returns it.
#[derive(Clone, Debug, PartialEq)]
pub struct Incomplete {
    pub(super) missing: u64,
    pub(super) total: u64,
    pub(super) cursor: Cursor,
}

impl Incomplete {
    /// Returns how many items are missing.
    pub fn missing(&self) -> u64 {
        self.missing
    }

    /// Returns how many items there are by iconik's own count.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Returns where the list can be continued: where the first page was empty, or else at the end.
    ///
    /// When an empty page was followed by others, their items come again.
    pub fn cursor(&self) -> &Cursor {
        &self.cursor
    }
}

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the list ended, but {} of {} items are missing",
            self.missing, self.total
        )
    }
}

impl std::error::Error for Incomplete {}

impl Error {
    /// Returns how many items of a list are missing and where to continue, if a list ended before all
    /// its items came.
    pub fn incomplete(&self) -> Option<&Incomplete> {
        std::error::Error::source(self)?.downcast_ref()
    }
}
