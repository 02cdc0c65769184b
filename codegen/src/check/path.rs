//! Paths and the placeholders in them.

use std::ops::Range;

use super::Checker;
use crate::decode::At;
use crate::diag::Diagnostic;
use crate::ident;
use crate::source::Span;

/// The text between two slashes.
enum Segment<'p> {
    Literal,
    Placeholder(&'p str),
    Wrong(String, &'static str),
}

impl Checker<'_> {
    /// The names in braces, in order, if the path is well formed.
    pub(super) fn placeholders(&mut self, path: &At<String>) -> Vec<At<String>> {
        let text = path.value.as_str();
        if !text.starts_with('/') || !text.ends_with('/') || text == "/" {
            let middle = text.trim_matches('/');
            self.report(
                Diagnostic::new(path.span, "a path begins and ends with a slash")
                    .help(format!("write `/{middle}/`")),
            );
            return Vec::new();
        }
        let mut names: Vec<At<String>> = Vec::new();
        let mut start = 1;
        for segment in text[1..text.len() - 1].split('/') {
            let range = start..start + segment.len();
            start = range.end + 1;
            match classify(segment) {
                Segment::Literal => {}
                Segment::Wrong(message, help) => {
                    let span = self.part(path, range);
                    self.report(Diagnostic::new(span, message).help(help));
                }
                Segment::Placeholder(name) => {
                    let span = self.part(path, range.start + 1..range.end - 1);
                    if let Some(first) = names.iter().find(|first| first.value == name) {
                        let message = format!("duplicate placeholder `{{{name}}}`");
                        self.report(
                            Diagnostic::new(span, message).related(first.span, "first here"),
                        );
                        continue;
                    }
                    names.push(At {
                        span,
                        value: name.to_owned(),
                    });
                }
            }
        }
        names
    }

    /// The place of a part of the path, or all of the path if quotes or escapes shift the text.
    fn part(&self, path: &At<String>, range: Range<usize>) -> Span {
        if self.sources[path.span.file].slice(path.span) != path.value {
            return path.span;
        }
        Span {
            file: path.span.file,
            start: path.span.start + range.start,
            end: path.span.start + range.end,
        }
    }
}

fn classify(segment: &str) -> Segment<'_> {
    let inner = segment
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'));
    if let Some(name) = inner.filter(|name| ident::is_snake(name)) {
        return Segment::Placeholder(name);
    }
    if segment.is_empty() {
        return Segment::Wrong("an empty segment".to_owned(), "write one slash, not two");
    }
    if segment.contains(['{', '}']) {
        return Segment::Wrong(
            format!("malformed placeholder `{}`", segment.escape_debug()),
            "a placeholder is a whole segment in lower case with single underscores: `/{asset_id}/`",
        );
    }
    let plain = segment
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-_.~".contains(c));
    if !plain || [".", ".."].contains(&segment) {
        return Segment::Wrong(
            format!("`{}` is not allowed in a path", segment.escape_debug()),
            "use letters, digits, `-`, `_` and `.`; what follows a question mark is a parameter",
        );
    }
    Segment::Literal
}
