//! Text that becomes documentation: what it must not contain, so that `cargo doc` accepts it.

use std::ops::Range;

use serde_json::Value as Json;

use crate::decode::{At, Context, Decode, Text};
use crate::diag::Diagnostic;
use crate::node::Node;
use crate::schema::Definitions;
use crate::source::Span;
use crate::yaml::Yaml;

/// Text for readers: Markdown that rustdoc and the pages in `spec/docs` show as it is meant.
pub(crate) enum Prose {}

impl Decode for Prose {
    type Output = At<String>;

    fn schema(definitions: &mut Definitions) -> Json {
        Text::schema(definitions)
    }

    fn encode(value: &At<String>) -> Yaml {
        Text::encode(value)
    }

    fn decode(node: &Node, owner: Span, cx: &mut Context<'_>) -> Option<At<String>> {
        let text = Text::decode(node, owner, cx)?;
        for problem in problems(&text.value) {
            let found = &text.value[problem.range];
            let span = place(found, text.span, cx.source.slice(text.span));
            cx.report(Diagnostic::new(span, problem.message).help(problem.help));
        }
        Some(text)
    }
}

/// Where these characters are, or all of the text if they are written with escapes.
fn place(found: &str, span: Span, written: &str) -> Span {
    match written.find(found) {
        Some(start) => Span {
            start: span.start + start,
            end: span.start + start + found.len(),
            ..span
        },
        None => span,
    }
}

/// Something that documentation must not contain.
struct Problem {
    range: Range<usize>,
    message: String,
    help: &'static str,
}

fn problems(text: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    invisible(text, &mut problems);
    let mut fence = false;
    let mut start = 0;
    let mut paragraph = 0..0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let mark = line.trim_start().strip_prefix("```");
        if let Some(language) = mark {
            if !fence && language.trim().is_empty() {
                problems.push(Problem {
                    range: start..start + line.trim_end().len(),
                    message: "this block of code has no language".to_owned(),
                    help: "without one, `cargo test` runs it as Rust: write ```text or ```json",
                });
            }
            fence = !fence;
        }
        if fence || mark.is_some() || line.trim().is_empty() {
            outside_code(text, paragraph, &mut problems);
            paragraph = end..end;
        } else {
            paragraph.end = end;
        }
        start = end;
    }
    outside_code(text, paragraph, &mut problems);
    problems
}

/// Control characters, and those that change the direction of text or are not seen.
fn invisible(text: &str, problems: &mut Vec<Problem>) {
    for (at, c) in text.char_indices() {
        let hidden = (c.is_control() && c != '\n')
            || matches!(
                c,
                '\u{200b}'..='\u{200f}'
                    | '\u{2028}'..='\u{202e}'
                    | '\u{2060}'..='\u{2069}'
                    | '\u{feff}'
            );
        if hidden {
            problems.push(Problem {
                range: at..at + c.len_utf8(),
                message: format!(
                    "the text contains the invisible character U+{:04X}",
                    u32::from(c)
                ),
                help: "remove it",
            });
        }
    }
}

/// Looks at one paragraph, without what is between backticks.
fn outside_code(text: &str, paragraph: Range<usize>, problems: &mut Vec<Problem>) {
    let bytes = text.as_bytes();
    let mut at = paragraph.start;
    while at < paragraph.end {
        match bytes[at] {
            b'\\' => at += 2,
            b'`' => {
                let ticks = bytes[at..paragraph.end]
                    .iter()
                    .take_while(|byte| **byte == b'`')
                    .count();
                let inside = at + ticks;
                match closing(&text[inside..paragraph.end], ticks) {
                    Some(length) => at = inside + length + ticks,
                    None => {
                        problems.push(Problem {
                            range: at..inside,
                            message: "this backtick is not closed".to_owned(),
                            help: "code begins and ends with a backtick",
                        });
                        at = inside;
                    }
                }
            }
            b'<' => at = angle(text, at, paragraph.end, problems),
            b'[' => at = bracket(text, at, paragraph.end, problems),
            b'h' if is_url(&text[at..paragraph.end]) => {
                let end = at + url_length(&text[at..paragraph.end]);
                problems.push(Problem {
                    range: at..end,
                    message: "a bare URL is not a link".to_owned(),
                    help: "write it between `<` and `>`, or as `[words](https://…)`",
                });
                at = end;
            }
            _ => at += 1,
        }
    }
}

/// How many bytes are before the same number of backticks.
fn closing(text: &str, ticks: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let run = bytes[at..].iter().take_while(|byte| **byte == b'`').count();
        if run == ticks {
            return Some(at);
        }
        at += run.max(1);
    }
    None
}

/// A link in angle brackets is passed over; a tag, or a type with parameters, is a problem.
fn angle(text: &str, at: usize, end: usize, problems: &mut Vec<Problem>) -> usize {
    let rest = &text[at + 1..end];
    if is_url(rest)
        && let Some(length) = rest.find(['>', ' ', '\n'])
        && rest[length..].starts_with('>')
    {
        return at + 1 + length + 1;
    }
    let opens = rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
    if !opens {
        return at + 1;
    }
    let length = rest.find(['>', '\n']).map_or(0, |length| length + 1);
    problems.push(Problem {
        range: at..at + 1 + length,
        message: "this is read as an HTML tag".to_owned(),
        help: "put it between backticks",
    });
    at + 1 + length
}

/// `[words](https://…)` is passed over; other brackets are read as links to Rust items.
fn bracket(text: &str, at: usize, end: usize, problems: &mut Vec<Problem>) -> usize {
    let rest = &text[at + 1..end];
    let Some(length) = rest.find(']') else {
        return at + 1;
    };
    let after = &rest[length + 1..];
    if let Some(target) = after.strip_prefix('(')
        && is_url(target)
        && let Some(closing) = target.find(')')
    {
        return at + 1 + length + 2 + closing + 1;
    }
    // An empty pair, and a number, are no names of items.
    let name = &rest[..length];
    if !name.contains(|c: char| c.is_alphabetic()) && !after.starts_with(['(', '[']) {
        return at + 1;
    }
    problems.push(Problem {
        range: at..at + 1 + length + 1,
        message: "this is read as a link to a Rust item".to_owned(),
        help: "put it between backticks, or write `[words](https://…)`",
    });
    at + 1 + length + 1
}

fn is_url(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

fn url_length(text: &str) -> usize {
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '`' | ')' | ']'));
    end.unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        problems(text)
            .into_iter()
            .map(|problem| &text[problem.range])
            .collect()
    }

    #[test]
    fn ordinary_text_has_no_problems() {
        for text in [
            "The order of the items: `title` or `-title`.",
            "Code may contain `list<T>`, `[x]`, `<b>` and `https://example.com`.",
            "Two backticks allow one inside: ``a ` b``.",
            "See <https://app.iconik.io/docs> or [the docs](https://app.iconik.io/docs).",
            "Numbers [1] and empty lists [] are text; so are 1 < 2, a <- b and <3.",
            "Escaped: \\<b> and \\[x].",
            "A block:\n\n```json\n{ \"a\": [x], \"b\": \"<b>\" }\n```\n\nand more.",
            "- one\n- two",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }

    #[test]
    fn what_rustdoc_takes_for_something_else_is_a_problem() {
        for (text, expected) in [
            ("A list<string> of names.", "<string>"),
            ("Say <b>bold</b>", "<b>"),
            ("A comment <!-- hidden", "<"),
            ("The field [title] is set.", "[title]"),
            ("Or [the title](title).", "[the title]"),
            (
                "Look at https://example.com/a?b=c for more.",
                "https://example.com/a?b=c",
            ),
            ("An `open end.", "`"),
            ("An `open end.\n\nIn `another` paragraph.", "`"),
            ("```\nlet x = 1;\n```", "```"),
        ] {
            assert_eq!(found(text).first(), Some(&expected), "{text}");
        }
    }

    #[test]
    fn characters_that_are_not_seen_are_problems_also_in_code() {
        for c in [
            '\u{202e}', '\u{200b}', '\u{feff}', '\u{2066}', '\u{7}', '\t', '\r', '\u{2028}',
        ] {
            let text = format!("a `b{c}c`");
            assert_eq!(found(&text), [c.to_string()], "{c:?}");
        }
    }

    #[test]
    fn nothing_panics_on_odd_text() {
        for text in [
            "\\",
            "`",
            "<",
            "[",
            "h",
            "http",
            "https://",
            "[]",
            "[](",
            "[a](https://x",
            "ä`ö<ü[ß",
            "<https://x",
        ] {
            found(text);
        }
    }
}
