//! What is wrong with a spec, said to the person who wrote it.

use std::fmt;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

use crate::source::{Source, Span};

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where it is.
    pub span: Span,
    /// What is wrong, in one line.
    pub message: String,
    /// A word behind the caret.
    pub label: String,
    /// Another place that has to do with it, and how.
    pub related: Option<(Span, String)>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    pub(crate) fn new(span: Span, message: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
            label: String::new(),
            related: None,
            help: None,
        }
    }

    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    pub(crate) fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related = Some((span, label.into()));
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Helps where nothing better has been said.
    pub(crate) fn or_help(self, help: &str) -> Self {
        match self.help {
            Some(_) => self,
            None => self.help(help),
        }
    }

    /// Helps with the name that was probably meant, or else with the names that there are.
    pub(crate) fn did_you_mean<'n>(
        self,
        name: &str,
        known: impl IntoIterator<Item = &'n str>,
    ) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        if let Some(meant) = nearest(name, known.iter().copied()) {
            return self.help(format!("did you mean `{meant}`?"));
        }
        // A long list does not help where no name is close.
        if (1..=12).contains(&known.len()) {
            let list: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
            return self.help(format!("known: {}", list.join(", ")));
        }
        self
    }
}

/// Every mistake of a spec, sorted by file and position; displayed without colour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics {
    sources: Vec<Source>,
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    pub(crate) fn new(sources: Vec<Source>, mut list: Vec<Diagnostic>) -> Self {
        list.sort_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
        list.dedup();
        Self { sources, list }
    }

    /// The mistakes in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Where a mistake is: path, line and column, the latter two counted from 1.
    pub fn position(&self, diagnostic: &Diagnostic) -> (&str, usize, usize) {
        let Some(source) = self.sources.get(diagnostic.span.file) else {
            return ("", 1, 1);
        };
        let (line, column) = source.position(diagnostic.span.start);
        (&source.path, line, column)
    }

    /// All of them as text for a terminal.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let mut text = String::new();
        for diagnostic in &self.list {
            text.push_str(&self.render_one(&renderer, diagnostic));
            text.push_str("\n\n");
        }
        text.push_str(&match self.list.len() {
            1 => "1 mistake in the spec\n".to_owned(),
            count => format!("{count} mistakes in the spec\n"),
        });
        text
    }

    fn render_one(&self, renderer: &Renderer, diagnostic: &Diagnostic) -> String {
        let primary = self.line(diagnostic.span);
        let mut snippet = primary.snippet();
        snippet = snippet.annotation(primary.annotation(
            AnnotationKind::Primary,
            diagnostic.span,
            &diagnostic.label,
        ));
        let mut other = None;
        if let Some((span, label)) = &diagnostic.related {
            let line = self.line(*span);
            let annotation = line.annotation(AnnotationKind::Context, *span, label);
            if (line.path, line.start) == (primary.path, primary.start) {
                snippet = snippet.annotation(annotation);
            } else {
                other = Some(line.snippet().annotation(annotation));
            }
        }
        let mut group = Level::ERROR
            .primary_title(diagnostic.message.as_str())
            .element(snippet)
            .elements(other);
        if let Some(help) = &diagnostic.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        let report: [Group<'_>; 1] = [group];
        renderer.render(&report)
    }

    /// The line on which this place begins; of a mapping, that is enough to find it.
    fn line(&self, span: Span) -> Line<'_> {
        let (path, text) = self
            .sources
            .get(span.file)
            .map_or(("", ""), |source| (&source.path, &source.text));
        let before = text.get(..span.start).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let rest = text.get(start..).unwrap_or_default();
        Line {
            path,
            number: before.matches('\n').count() + 1,
            start,
            text: rest.lines().next().unwrap_or_default(),
        }
    }
}

/// A line of a source.
struct Line<'a> {
    path: &'a str,
    number: usize,
    /// Its first byte.
    start: usize,
    text: &'a str,
}

impl<'a> Line<'a> {
    fn snippet(&self) -> Snippet<'a, Annotation<'a>> {
        Snippet::source(self.text)
            .line_start(self.number)
            .path(self.path)
    }

    /// Marks the part of a place that lies on this line.
    fn annotation(&self, kind: AnnotationKind, span: Span, label: &'a str) -> Annotation<'a> {
        let start = (span.start - self.start).min(self.text.len());
        let end = (span.end - self.start).clamp(start, self.text.len());
        let annotation = kind.span(start..end);
        match label {
            "" => annotation,
            label => annotation.label(label),
        }
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

impl<'d> IntoIterator for &'d Diagnostics {
    type Item = &'d Diagnostic;
    type IntoIter = std::slice::Iter<'d, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The known name that is so close to this one that it was probably meant.
pub(crate) fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    // A third of the letters may be wrong, but never more than three.
    let allowed = (name.chars().count() / 3).clamp(1, 3);
    known
        .into_iter()
        .filter(|other| *other != name)
        .map(|other| (distance(name, other), other))
        .filter(|(distance, other)| {
            *distance <= allowed && *distance < other.chars().count().min(name.chars().count())
        })
        .min()
        .map(|(_, other)| other)
}

/// How many letters must be inserted, removed, changed or swapped with their neighbour to get from
/// one word to the other; upper and lower case are the same letter.
fn distance(a: &str, b: &str) -> usize {
    strsim::osa_distance(&a.to_lowercase(), &b.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn a_swap_is_one_mistake() {
        assert_eq!(distance("titel", "title"), 1);
        assert_eq!(distance("Palylist", "playlist"), 1);
        assert_eq!(distance("", "abc"), 3);
    }

    #[test]
    fn only_close_names_are_suggested() {
        assert_eq!(nearest("titel", ["doc", "title"]), Some("title"));
        assert_eq!(nearest("path", ["doc", "title"]), None);
        assert_eq!(nearest("id", ["in", "to"]), Some("in"));
    }
}
