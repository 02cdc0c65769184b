//! YAML as a tree with the place of each value.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::options::{DuplicateKeyPolicy, MergeKeyPolicy, NonFiniteFloatPolicy};
use serde_yaml::{DefaultMessageFormatter, MessageFormatter, Spanned};

use crate::diag::Diagnostic;
use crate::source::{Source, Span};

/// A value and its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) value: Value,
}

/// What the value is.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// The key of a mapping, as it was written: `200`, `true` and `"N/A"` are texts here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) span: Span,
    pub(crate) text: String,
}

impl Node {
    /// What this is, for a sentence such as "found a list".
    pub(crate) fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Boolean(_) => "true or false",
            Value::Integer(_) | Value::Number(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}

/// Reads one file.
///
/// A syntax error costs the whole file: whatever follows it cannot be trusted.
pub(crate) fn parse(file: usize, source: &Source) -> Result<Node, Box<Diagnostic>> {
    // Duplicate keys and `<<` are passed on, so that the decoder can report them together with all
    // other mistakes. The limits are well above what people write; the parser recurses, and without a
    // limit of depth a file of brackets would overflow the stack.
    let options = serde_yaml::options! {
        budget: serde_yaml::budget! {
            max_depth: 16,
            flow_nesting_limit: 16,
            max_nodes: 50_000,
            max_anchors: 0,
            max_aliases: 0,
        },
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::AsOrdinary,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        strict_booleans: true,
        with_snippet: false,
    };
    match serde_yaml::from_str_with_options::<Spanned<Raw>>(&source.text, options) {
        Ok(raw) => Reader { file, source }.node(raw),
        Err(error) => Err(Box::new(syntax_error(file, source, &error))),
    }
}

fn syntax_error(file: usize, source: &Source, error: &serde_yaml::Error) -> Diagnostic {
    let error = error.without_snippet();
    let location = error.location();
    let start = location.map_or(0, |location| byte(source, location));
    let span = source.span(file, start, start);
    if let serde_yaml::Error::Budget { breach, .. } = error {
        use serde_yaml::budget::BudgetBreach;
        if let BudgetBreach::Anchors { .. } | BudgetBreach::Aliases { .. } = breach {
            return Diagnostic::new(span, "a spec has no anchors and aliases")
                .help("name what is shared once: `use`, field sets, common fields, shared params");
        }
        return Diagnostic::new(span, "this is larger or deeper than a spec file may be")
            .help("split it");
    }
    if let serde_yaml::Error::MultipleDocuments { .. } = error {
        return Diagnostic::new(span, "a second document begins here")
            .help("a spec file is one document: remove `---`, or make two files");
    }
    let message = printable(&DefaultMessageFormatter.format_message(error));
    if message.contains("tab")
        && let Some(tab) = tab_in_indentation(source, span.start)
    {
        return Diagnostic::new(source.span(file, tab, tab + 1), "a tab cannot indent YAML")
            .label("a tab")
            .help("indent with two spaces");
    }
    let mistake = Diagnostic::new(span, format!("not YAML: {message}"));
    match way_out(&message) {
        Some(help) => mistake.help(help),
        None => mistake,
    }
}

/// What people mostly did where the parser says this.
fn way_out(message: &str) -> Option<&'static str> {
    const WAYS: [(&str, &str); 7] = [
        (
            "mapping values are not allowed",
            "a text with a colon needs quotes: `doc: \"…\"`; several keys on one line need braces: `{ type: …, doc: … }`",
        ),
        (
            "parsing a block mapping",
            "look at the indentation: the keys of a mapping begin in the same column",
        ),
        (
            "parsing a flow",
            "look for a bracket that is not closed, here or above; lists are written `list<…>`",
        ),
        ("unclosed bracket", "close it"),
        (
            "double-quoted",
            "look for a quote that is not closed, here or above; within quotes, write `\\\"`",
        ),
        (
            "unexpected character",
            "a text that begins with a sign needs quotes: `doc: \"…\"`",
        ),
        (
            "unknown anchor",
            "a text that begins with a sign needs quotes: `doc: \"…\"`",
        ),
    ];
    let way = WAYS.iter().find(|(said, _)| message.contains(said));
    way.map(|(_, help)| *help)
}

/// The first tab before the text of a line, from the line of this byte on.
fn tab_in_indentation(source: &Source, byte: usize) -> Option<usize> {
    let mut start = source.line_start(source.position(byte).0);
    for line in source.text[start..].split_inclusive('\n') {
        let indentation = line.len() - line.trim_start().len();
        if let Some(tab) = line[..indentation].find('\t') {
            return Some(start + tab);
        }
        start += line.len();
    }
    None
}

/// The text with its control characters spelt out.
fn printable(text: &str) -> String {
    let spell = |c: char| match c.is_control() {
        true => c.escape_default().to_string(),
        false => c.to_string(),
    };
    text.chars().map(spell).collect()
}

/// Turns what the parser gives into nodes.
struct Reader<'s> {
    file: usize,
    source: &'s Source,
}

impl Reader<'_> {
    fn node(&self, raw: Spanned<Raw>) -> Result<Node, Box<Diagnostic>> {
        let span = self.span(&raw);
        let value = match raw.value {
            Raw::Null => Value::Null,
            Raw::Boolean(value) => Value::Boolean(value),
            Raw::Integer(value) => Value::Integer(value),
            Raw::Number(value) => Value::Number(value),
            Raw::Text(text) => Value::Text(text),
            Raw::List(items) => {
                let items = items.into_iter().map(|item| self.node(item));
                Value::List(items.collect::<Result<_, _>>()?)
            }
            Raw::Map(entries) => {
                let entries = entries.into_iter().map(|(key, value)| {
                    Ok::<_, Box<Diagnostic>>((self.key(key)?, self.node(value)?))
                });
                Value::Map(entries.collect::<Result<_, _>>()?)
            }
        };
        Ok(Node { span, value })
    }

    fn key(&self, raw: Spanned<Raw>) -> Result<Key, Box<Diagnostic>> {
        let span = self.span(&raw);
        let text = match raw.value {
            Raw::Text(text) => text,
            Raw::List(_) | Raw::Map(_) => {
                return Err(Box::new(Diagnostic::new(span, "a key must be plain text")));
            }
            Raw::Null | Raw::Boolean(_) | Raw::Integer(_) | Raw::Number(_) => {
                self.source.slice(span).trim().to_owned()
            }
        };
        Ok(Key { span, text })
    }

    fn span(&self, raw: &Spanned<Raw>) -> Span {
        let start = byte(self.source, raw.defined);
        let length = raw.defined.span().byte_len().unwrap_or(0);
        let length = usize::try_from(length).unwrap_or(0);
        // Nothing has no extent, whatever the parser looked at to find that out.
        let length = if matches!(raw.value, Raw::Null)
            && self.source.text.get(start..start + 1) != Some("~")
        {
            0
        } else {
            length
        };
        self.source
            .span(self.file, start, start.saturating_add(length))
    }
}

/// The byte of a location.
fn byte(source: &Source, location: serde_yaml::Location) -> usize {
    if let Some(byte) = location.span().byte_offset() {
        return usize::try_from(byte).unwrap_or(usize::MAX);
    }
    // Scan errors come with line and column only.
    let line = usize::try_from(location.line()).unwrap_or(usize::MAX);
    let column = usize::try_from(location.column()).unwrap_or(usize::MAX);
    let start = source.line_start(line);
    let text = source.text[start..].lines().next().unwrap_or_default();
    let within = text
        .char_indices()
        .nth(column.saturating_sub(1))
        .map_or(text.len(), |(byte, _)| byte);
    start + within
}

/// Any YAML value, as serde hands it over.
#[derive(Debug)]
enum Raw {
    Null,
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<Raw>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any YAML value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(i64::try_from(value).map_or(Raw::Number(value as f64), Raw::Integer))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Raw, E> {
        Ok(i64::try_from(value).map_or(Raw::Number(value as f64), Raw::Integer))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Raw, E> {
        Ok(i64::try_from(value).map_or(Raw::Number(value as f64), Raw::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Raw, E> {
        Ok(Raw::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Raw::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(source: &Source, node: &Node, out: &mut String) {
        match &node.value {
            Value::List(items) => items.iter().for_each(|item| outline(source, item, out)),
            Value::Map(entries) => {
                for (key, value) in entries {
                    out.push_str(&format!(
                        "{}@{:?} ",
                        key.text,
                        source.position(key.span.start)
                    ));
                    outline(source, value, out);
                }
            }
            value => out.push_str(&format!(
                "{value:?}@{:?}={:?}\n",
                source.position(node.span.start),
                source.slice(node.span)
            )),
        }
    }

    #[test]
    fn everything_knows_where_it_stands() {
        let source = Source::new(
            "a.yaml",
            "# é\na: { b: 'x', c: }\n200: é\n\"N/A\": [1, true, no, 1.5, .nan]\na:\nlast: |\n  text\n  more\nbig: 99999999999999999999999\nt: ~\nz: >-\n  folded\n  x",
        );
        let mut text = String::new();
        outline(&source, &parse(0, &source).unwrap(), &mut text);
        insta::assert_snapshot!(text);
    }
}
