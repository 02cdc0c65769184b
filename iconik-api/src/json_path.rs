//! Which member of a JSON text stands at a line and column.
//!
//! serde_json tells a position, not a path. Walking the text again, only when something is wrong,
//! needs no code per type, unlike a deserializer that keeps track.

use std::fmt::Write as _;

enum Step {
    Key(String),
    Index(usize),
}

/// The path at a position, for example `objects[2].id`; `the top level` outside of everything.
pub(crate) fn at(text: &str, line: usize, column: usize) -> String {
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
            Step::Key(key) if path.is_empty() => write!(path, "{key}"),
            Step::Key(key) => write!(path, ".{key}"),
            Step::Index(index) => write!(path, "[{index}]"),
        };
    }
    if path.is_empty() {
        "the top level".to_owned()
    } else {
        path
    }
}

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
        super::at(text, error.line(), error.column())
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
            "a[1].é"
        );
        assert_eq!(place::<Lists>(r#"{"a}[":[{"\"{":"x"}]}"#), r#"a}[[0].\"{"#);
    }

    #[test]
    fn a_text_that_ends_early_names_where() {
        assert_eq!(place::<Lists>(r#"{"objects":[{"x":1},{"y"#), "objects[1]");
        assert_eq!(place::<Lists>("7"), "the top level");
        assert_eq!(place::<Lists>(""), "the top level");
    }
}
