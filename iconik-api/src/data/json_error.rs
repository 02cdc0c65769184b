//! Where a JSON text is not what was expected, in words that quote none of its values.

use std::fmt::{self, Write as _};

use serde_json::error::Category;

/// What serde_json says, with the path of the place, without the values that it quotes: an answer
/// can hold tokens.
#[derive(Debug)]
pub(crate) struct JsonError {
    place: String,
    what: String,
    line: usize,
    column: usize,
}

impl JsonError {
    pub(crate) fn new(text: &str, error: &serde_json::Error) -> Self {
        let what = match error.classify() {
            Category::Data => without_values(&error.to_string()),
            Category::Eof => "the JSON is cut off".to_owned(),
            Category::Syntax | Category::Io => "this is not JSON".to_owned(),
        };
        let (line, column) = (error.line(), error.column());
        Self {
            place: path(text, line, column),
            what,
            line,
            column,
        }
    }

    /// What it says inside of another value, which has a position of its own.
    pub(crate) fn within(&self) -> String {
        if self.place.is_empty() {
            return self.what.clone();
        }
        format!("{}: {}", self.place, self.what)
    }
}

impl JsonError {
    /// The same for a value that is a member of another one.
    pub(crate) fn within_member(&self, name: &str) -> String {
        let Self { place, what, .. } = self;
        match place.as_str() {
            "" => format!("{name}: {what}"),
            list if list.starts_with('[') => format!("{name}{list}: {what}"),
            place => format!("{name}.{place}: {what}"),
        }
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            place,
            what,
            line,
            column,
        } = self;
        if !place.is_empty() {
            write!(f, "{place}: ")?;
        }
        write!(f, "{what} (line {line}, column {column})")
    }
}

impl std::error::Error for JsonError {}

/// What is said where nothing else is certain to quote no value.
const UNKNOWN: &str = "a value that the type does not take";

/// ``invalid type: string "abc", expected u8 at …`` becomes `invalid type: string, expected u8`.
fn without_values(message: &str) -> String {
    let message = message
        .rsplit_once(" at line ")
        .map_or(message, |(message, _)| message);
    // An error within a union begins with the places in it, and its own words are clean already.
    let mut rest = message;
    while let Some((place, inner)) = rest.split_once(": ") {
        if place.contains(|char: char| char.is_whitespace() || char == '"') {
            break;
        }
        rest = inner;
    }
    let places = &message[..message.len() - rest.len()];
    let known = rest.starts_with("invalid type: ") || rest.starts_with("invalid value: ");
    match (known, rest.rfind(", expected ")) {
        (true, Some(expected)) => {
            let found = rest[..expected]
                .split(['"', '`'])
                .next()
                .unwrap_or_default();
            format!("{places}{}{}", found.trim_end(), &rest[expected..])
        }
        _ if names_a_field(rest) || rest == UNKNOWN => message.to_owned(),
        // Somebody's own words, which may begin with a value.
        _ => UNKNOWN.to_owned(),
    }
}

fn names_a_field(words: &str) -> bool {
    words.starts_with("missing field `") || words.starts_with("duplicate field `")
}

// serde_json tells a position, not a path. Walking the text again, only when something is wrong,
// needs no code per type, unlike a deserializer that keeps track.

enum Step {
    Key(String),
    Index(usize),
}

/// The path at a position, for example `objects[2].id`; empty outside of everything.
fn path(text: &str, line: usize, column: usize) -> String {
    let end = offset(text, line, column);
    let mut steps: Vec<Step> = Vec::new();
    let mut bytes = text.as_bytes()[..end].iter().enumerate();
    // The last string at the present level, which is a key if a colon follows.
    let mut string = "";
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => {
                let mut close = end;
                while let Some((at, byte)) = bytes.next() {
                    match byte {
                        b'\\' => drop(bytes.next()),
                        b'"' => {
                            close = at;
                            break;
                        }
                        _ => {}
                    }
                }
                string = text.get(at + 1..close).unwrap_or_default();
            }
            b':' => {
                if let Some(Step::Key(key)) = steps.last_mut() {
                    *key = string.to_owned();
                }
            }
            b'{' => steps.push(Step::Key(String::new())),
            b'[' => steps.push(Step::Index(0)),
            b'}' | b']' => drop(steps.pop()),
            b',' => match steps.last_mut() {
                Some(Step::Index(index)) => *index += 1,
                Some(Step::Key(key)) => key.clear(),
                None => {}
            },
            _ => {}
        }
    }
    let mut path = String::new();
    for step in &steps {
        // Writing to a `String` cannot fail.
        let _ = match step {
            Step::Key(key) if key.is_empty() => Ok(()),
            Step::Key(key) if path.is_empty() => write!(path, "{}", shown(key)),
            Step::Key(key) => write!(path, ".{}", shown(key)),
            Step::Index(index) => write!(path, "[{index}]"),
        };
    }
    path
}

/// A key, if it looks like the name of a field. Others may be what nobody should see: a map may have secrets
/// as its keys.
fn shown(key: &str) -> &str {
    let of_a_name = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    match key.bytes().all(of_a_name) && key.len() <= LONGEST_NAME {
        true => key,
        false => "…",
    }
}

/// No documented field has a longer name.
const LONGEST_NAME: usize = 48;

/// serde_json counts lines from 1 and columns in bytes; the column is that of the last byte read.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start = match line.checked_sub(2) {
        Some(nth) => text
            .match_indices('\n')
            .nth(nth)
            .map_or(text.len(), |(at, _)| at + 1),
        None => 0,
    };
    let mut end = start.saturating_add(column).min(text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    fn place<T: serde::de::DeserializeOwned + std::fmt::Debug>(text: &str) -> String {
        let error = serde_json::from_str::<T>(text).unwrap_err();
        super::path(text, error.line(), error.column())
    }

    type Lists = BTreeMap<String, Vec<BTreeMap<String, u8>>>;

    #[test]
    fn the_path_of_a_wrong_value_is_named() {
        assert_eq!(
            place::<Lists>(r#"{"a":[],"objects":[{"x":1},{"x":2,"y":"no"}]}"#),
            "objects[1].y"
        );
        assert_eq!(
            place::<Lists>("{\n \"a\": [\n {\"k\": 7},\n {\"é\": -1}]}"),
            "a[1].…"
        );
        assert_eq!(place::<Lists>(r#"{"a}[":[{"\"{":"x"}]}"#), "…[0].…");
    }

    #[test]
    fn a_key_that_may_be_a_secret_is_not_shown() {
        for key in [
            "hunter2",
            "eyJhbGci",
            "correct-horse",
            "AKIA",
            "a b",
            &"a".repeat(49),
        ] {
            let json = format!(r#"{{"headers":[{{"{key}":"x"}}]}}"#);
            assert_eq!(place::<Lists>(&json), "headers[0].…");
        }
    }

    #[test]
    fn a_text_that_ends_early_names_where() {
        assert_eq!(place::<Lists>(r#"{"objects":[{"x":1},{"y"#), "objects[1]");
        assert_eq!(place::<Lists>("7"), "");
        assert_eq!(place::<Lists>(""), "");
    }

    #[test]
    fn the_words_quote_no_value() {
        let words = |text: &str| {
            let error = serde_json::from_str::<BTreeMap<String, u8>>(text).unwrap_err();
            super::JsonError::new(text, &error).to_string()
        };
        assert_eq!(
            words(r#"{"a":"x, expected \" y"}"#),
            "a: invalid type: string, expected u8 (line 1, column 23)"
        );
        assert_eq!(
            words(r#"{"a":300}"#),
            "a: invalid value: integer, expected u8 (line 1, column 8)"
        );
        assert_eq!(
            words(r#"{"a":null}"#),
            "a: invalid type: null, expected u8 (line 1, column 9)"
        );
        assert_eq!(
            words(r#"{"a":1,"b":"#),
            "b: the JSON is cut off (line 1, column 11)"
        );
        assert_eq!(
            words("{\n\"a\":x}"),
            "a: this is not JSON (line 2, column 5)"
        );
        assert_eq!(
            super::without_values("token abc is odd at line 1 column 2"),
            "a value that the type does not take"
        );
        assert_eq!(
            super::without_values("hunter2: no such password"),
            "a value that the type does not take"
        );
        assert_eq!(
            super::without_values(&"hunter2: ".repeat(1_000_000)),
            "a value that the type does not take"
        );
        let inner = serde_json::from_str::<Vec<u8>>(r#"["secret"]"#).unwrap_err();
        let outer = <serde_json::Error as serde::de::Error>::custom(
            super::JsonError::new(r#"["secret"]"#, &inner).within(),
        );
        assert_eq!(
            super::JsonError::new("{", &outer).to_string(),
            "[0]: invalid type: string, expected u8 (line 0, column 0)"
        );
        assert_eq!(
            super::without_values("a[0]: missing field `id` at line 1 column 2"),
            "a[0]: missing field `id`"
        );
    }
}
