//! No text makes the loader panic, and no mistake is reported outside of its file.

use crate::support::{real, tiny};
use iconik_codegen::{Source, load};
use proptest::prelude::*;
use proptest::sample::Index;

/// What is done to a valid file.
#[derive(Clone, Debug)]
enum Change {
    /// Bytes are put in the place of others.
    Bytes(Index, u8, Vec<u8>),
    /// A line is removed.
    RemoveLine(Index),
    /// A line is written again elsewhere.
    CopyLine(Index, Index),
    /// A line is indented otherwise.
    Indent(Index, u8),
    /// A word takes the place of another one of any file.
    Word(Index, Index),
    /// A word takes the place of one that means something.
    Key(Index, &'static str),
    /// Everything after this is removed.
    Cut(Index),
}

/// Words that mean something to the reader or to YAML.
const WORDS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    "? ",
    "- ",
    "|",
    ">",
    "&a",
    "*a",
    "<<",
    "!!binary",
    "!x",
    "---",
    "...",
    "\t",
    "\u{feff}",
    "\u{0}",
    "\u{2028}",
    "é🎬",
    "null",
    "~",
    "true",
    "1e999",
    "-1",
    "99999999999999999999",
    "''",
    "list<",
    "map<string>",
    "page<Note>",
    "use",
    "fields",
    "params",
    "partial",
    "variants",
    "tag",
    "copies",
    "required: true",
    "GET",
    "{note_id}",
    "string",
];

fn change() -> impl Strategy<Value = Change> {
    let index = any::<Index>;
    prop_oneof![
        (index(), 0..4u8, prop::collection::vec(any::<u8>(), 0..4))
            .prop_map(|(at, gone, new)| Change::Bytes(at, gone, new)),
        index().prop_map(Change::RemoveLine),
        (index(), index()).prop_map(|(from, to)| Change::CopyLine(from, to)),
        (index(), 0..9u8).prop_map(|(line, by)| Change::Indent(line, by)),
        (index(), index()).prop_map(|(from, to)| Change::Word(from, to)),
        (index(), prop::sample::select(WORDS)).prop_map(|(at, word)| Change::Key(at, word)),
        index().prop_map(Change::Cut),
    ]
}

fn apply(text: &str, change: &Change) -> String {
    let mut lines: Vec<&str> = text.split('\n').collect();
    match change {
        Change::Bytes(at, gone, new) => {
            let mut bytes = text.as_bytes().to_vec();
            let start = at.index(bytes.len() + 1);
            let end = (start + usize::from(*gone)).min(bytes.len());
            bytes.splice(start..end, new.iter().copied());
            return String::from_utf8_lossy(&bytes).into_owned();
        }
        Change::RemoveLine(line) => {
            lines.remove(line.index(lines.len()));
        }
        Change::CopyLine(from, to) => {
            let line = lines[from.index(lines.len())];
            lines.insert(to.index(lines.len() + 1), line);
        }
        Change::Indent(line, by) => {
            let at = line.index(lines.len());
            let line = format!("{}{}", " ".repeat(usize::from(*by)), lines[at].trim_start());
            lines[at] = &line;
            return lines.join("\n");
        }
        Change::Word(from, to) => {
            let words = words(text);
            if !words.is_empty() {
                let (from, to) = (
                    &words[from.index(words.len())],
                    &words[to.index(words.len())],
                );
                return format!(
                    "{}{}{}",
                    &text[..to.start],
                    &text[from.clone()],
                    &text[to.end..]
                );
            }
        }
        Change::Key(at, word) => {
            let words = words(text);
            if !words.is_empty() {
                let at = &words[at.index(words.len())];
                return format!("{}{word}{}", &text[..at.start], &text[at.end..]);
            }
        }
        Change::Cut(at) => {
            let at = at.index(text.len() + 1);
            return String::from_utf8_lossy(&text.as_bytes()[..at]).into_owned();
        }
    }
    lines.join("\n")
}

/// Where the words of a text are.
fn words(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut list = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let inside = c.is_alphanumeric() || c == '_';
        match (inside, start) {
            (true, None) => start = Some(at),
            (false, Some(first)) => {
                list.push(first..at);
                start = None;
            }
            _ => {}
        }
    }
    list
}

fn check(sources: &[Source]) -> Result<(), TestCaseError> {
    let Err(mistakes) = load(sources) else {
        return Ok(());
    };
    prop_assert!(!mistakes.is_empty());
    for mistake in &mistakes {
        let (path, line, column) = mistakes.position(mistake);
        let source = sources.iter().find(|source| source.path == path);
        prop_assert!(source.is_some(), "{mistake:?} lies in no file");
        let text = source.map_or("", |source| &source.text);
        prop_assert!(
            text.get(mistake.span.start..mistake.span.end).is_some(),
            "{mistake:?}"
        );
        let found = text.split('\n').nth(line - 1);
        prop_assert!(
            found.is_some_and(|text| column <= text.chars().count() + 1),
            "{mistake:?}"
        );
    }
    prop_assert!(mistakes.render(true).len() > mistakes.len());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_spec_is_reported_and_never_panics(
        file in any::<Index>(),
        changes in prop::collection::vec(change(), 1..6),
    ) {
        let mut sources = tiny();
        let file = file.index(sources.len());
        for change in &changes {
            sources[file].text = apply(&sources[file].text, change);
        }
        check(&sources)?;
    }

    #[test]
    fn any_text_is_reported_and_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&[Source::new("spec/a/b.yaml", String::from_utf8_lossy(&bytes).into_owned())])?;
    }
}

proptest! {
    // The real files hold what the small ones do not, and cost more.
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_damaged_spec_of_iconik_is_reported_and_never_panics(
        file in any::<Index>(),
        changes in prop::collection::vec(change(), 1..4),
    ) {
        let mut sources = real();
        let file = file.index(sources.len());
        for change in &changes {
            sources[file].text = apply(&sources[file].text, change);
        }
        check(&sources)?;
    }
}

#[test]
fn nesting_has_an_end() {
    for text in [
        "[".repeat(100_000),
        "{a: ".repeat(100_000),
        "- ".repeat(100_000),
        format!("resource: {}", "list<".repeat(100_000)),
        (0..300)
            .map(|depth| format!("{}a:\n", " ".repeat(depth)))
            .collect(),
        (0..2_000).fold("types: a\nmodels:\n".to_owned(), |text, n| {
            format!("{text}  M{n}: {{ doc: x, use: M{} }}\n", n + 1)
        }),
    ] {
        assert!(load(&[Source::new("spec/a/a.yaml", text)]).is_err());
    }
}
