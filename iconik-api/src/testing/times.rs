//! How often a request is expected.

use std::fmt;
use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

/// How often a request is expected: a number or a range, for [`Mock::times`](super::Mock::times).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    pub(super) least: usize,
    pub(super) most: usize,
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.least, self.most) {
            (1, 1) => f.write_str("once"),
            (least, most) if least == most => write!(f, "{least} times"),
            (1, usize::MAX) => f.write_str("at least once"),
            (least, usize::MAX) => write!(f, "at least {least} times"),
            (0, most) => write!(f, "at most {most} times"),
            (least, most) => write!(f, "{least} to {most} times"),
        }
    }
}

impl From<usize> for Times {
    fn from(times: usize) -> Self {
        Self {
            least: times,
            most: times,
        }
    }
}

impl From<RangeInclusive<usize>> for Times {
    fn from(times: RangeInclusive<usize>) -> Self {
        Self {
            least: *times.start(),
            most: *times.end(),
        }
    }
}

impl From<Range<usize>> for Times {
    fn from(times: Range<usize>) -> Self {
        Self {
            least: times.start,
            most: times.end.saturating_sub(1),
        }
    }
}

impl From<RangeFrom<usize>> for Times {
    fn from(times: RangeFrom<usize>) -> Self {
        (times.start..=usize::MAX).into()
    }
}

impl From<RangeTo<usize>> for Times {
    fn from(times: RangeTo<usize>) -> Self {
        (0..times.end).into()
    }
}

impl From<RangeToInclusive<usize>> for Times {
    fn from(times: RangeToInclusive<usize>) -> Self {
        (0..=times.end).into()
    }
}

impl From<RangeFull> for Times {
    fn from(_: RangeFull) -> Self {
        (0..=usize::MAX).into()
    }
}
