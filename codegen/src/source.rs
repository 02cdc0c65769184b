//! The text of spec files, and places in it.

use std::ops::Range;

/// A spec file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Where it lies below the root of the repository, for example `spec/assets/playlists.yaml`.
    pub path: String,
    /// What is in it.
    pub text: String,
}

impl Source {
    /// A file of this path and text.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
        }
    }

    /// The folder that it lies in, which makes it part of one service.
    pub(crate) fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Its name without folder and extension.
    pub(crate) fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }

    /// The bytes from `start` to `end` if they are text of this file.
    pub(crate) fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// The span of these bytes, moved inwards until both ends lie in the text and between
    /// characters.
    pub(crate) fn span(&self, file: usize, start: usize, end: usize) -> Span {
        let start = floor_boundary(&self.text, start);
        let end = floor_boundary(&self.text, end).max(start);
        Span { file, start, end }
    }

    /// The line and column of a byte, both counted from 1, columns in characters.
    pub(crate) fn position(&self, byte: usize) -> (usize, usize) {
        let before = &self.text[..floor_boundary(&self.text, byte)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.matches('\n').count() + 1;
        (line, before[line_start..].chars().count() + 1)
    }

    /// The byte at which this line (counted from 1) begins; the end of the text if there are fewer.
    pub(crate) fn line_start(&self, line: usize) -> usize {
        if line <= 1 {
            return 0;
        }
        self.text
            .match_indices('\n')
            .nth(line - 2)
            .map_or(self.text.len(), |(newline, _)| newline + 1)
    }
}

/// A stretch of one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Which source, counted in the order in which they are loaded.
    pub file: usize,
    /// The first byte.
    pub start: usize,
    /// Behind the last byte.
    pub end: usize,
}

impl Span {
    /// The beginning of a file, for what is wrong with all of it.
    pub(crate) fn top(file: usize) -> Self {
        Self {
            file,
            start: 0,
            end: 0,
        }
    }

    /// Its bytes.
    pub(crate) fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// The last place between characters at or before this byte.
fn floor_boundary(text: &str, byte: usize) -> usize {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}
