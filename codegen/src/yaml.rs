//! YAML as it is written: values that the records of the spec become, and their layout.

use std::fmt::Write as _;

/// A value to be written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Yaml {
    /// Nothing after the colon.
    Nothing,
    /// A word that needs no quotes: `true`, a number.
    Word(String),
    /// Text, in quotes where YAML would read something else.
    Text(String),
    /// A list, on one line.
    List(Vec<Yaml>),
    /// Keys that a record has: on one line where they fit.
    Record(Vec<(String, Yaml)>),
    /// Names that the writer chose: a line for each.
    Entries(Vec<(String, Yaml)>),
}

/// How long a line may be.
const WIDTH: usize = 110;

/// The keys of a record whose value is a block of lines of its own where it is an action.
const ACTION: &str = "method";

impl Yaml {
    /// The text of a file or of a part of it.
    pub(crate) fn document(&self) -> String {
        let mut out = String::new();
        if let Yaml::Record(members) | Yaml::Entries(members) = self {
            let mut lines = 1;
            for (key, value) in members {
                let start = out.len();
                value.below(key, 0, &mut out);
                // Sections of several lines are set apart.
                let before = std::mem::replace(&mut lines, out[start..].matches('\n').count());
                if start > 0 && (before > 1 || lines > 1) {
                    out.insert(start, '\n');
                }
            }
        }
        out
    }

    /// Writes `key: value`, this far from the margin.
    fn below(&self, key: &str, indent: usize, out: &mut String) {
        let _ = write!(out, "{:indent$}{}:", "", self::key(key));
        match self {
            Yaml::Nothing => out.push('\n'),
            Yaml::Record(members) | Yaml::Entries(members) if !members.is_empty() => {
                if let Some(line) = self.on_one_line(indent + key.len() + 2) {
                    let _ = writeln!(out, " {line}");
                    return;
                }
                out.push('\n');
                for (nth, (key, value)) in members.iter().enumerate() {
                    let start = out.len();
                    value.below(key, indent + 2, out);
                    // What takes several lines is set apart.
                    let lines = out[start..].matches('\n').count();
                    if indent == 0 && lines > 1 && nth + 1 < members.len() {
                        out.push('\n');
                    }
                }
            }
            Yaml::Text(text) => {
                let _ = writeln!(out, " {}", scalar(text, false));
            }
            other => {
                let _ = writeln!(out, " {}", other.flow());
            }
        }
    }

    /// A record that fits into what is left of a line, unless it has entries or is an action.
    fn on_one_line(&self, before: usize) -> Option<String> {
        let Yaml::Record(members) = self else {
            return None;
        };
        let block = |(key, value): &(String, Yaml)| key == ACTION || value.has_entries();
        if members.iter().any(block) {
            return None;
        }
        Some(self.flow()).filter(|line| before + line.len() <= WIDTH)
    }

    fn has_entries(&self) -> bool {
        match self {
            Yaml::Entries(members) => !members.is_empty(),
            Yaml::Record(members) => members.iter().any(|(_, value)| value.has_entries()),
            _ => false,
        }
    }

    /// As it is written on one line, within brackets or braces.
    fn flow(&self) -> String {
        match self {
            Yaml::Nothing => "null".to_owned(),
            Yaml::Word(word) => word.clone(),
            Yaml::Text(text) => scalar(text, true),
            Yaml::List(items) => {
                let items: Vec<String> = items.iter().map(Yaml::flow).collect();
                format!("[{}]", items.join(", "))
            }
            Yaml::Record(members) | Yaml::Entries(members) => {
                if members.is_empty() {
                    return "{}".to_owned();
                }
                let members = members
                    .iter()
                    .map(|(key, value)| format!("{}: {}", self::key(key), value.flow()));
                format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// A key: the reader takes a number as it is written.
fn key(text: &str) -> String {
    match !text.is_empty() && text.chars().all(|c| c.is_ascii_digit()) {
        true => text.to_owned(),
        false => scalar(text, true),
    }
}

/// Text as YAML reads it back; `flow` within brackets or braces, where more needs quotes.
fn scalar(text: &str, flow: bool) -> String {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || "/_".contains(c));
    let plain =
        |c: char| c.is_ascii_alphanumeric() || "_-./<>* ".contains(c) || !flow && "{},".contains(c);
    let word = text.to_ascii_lowercase();
    let means_something = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    let safe = starts
        && text.chars().all(plain)
        && text.trim() == text
        && !means_something.contains(&word.as_str());
    match safe {
        true => text.to_owned(),
        // A JSON string is a quoted scalar of YAML.
        false => serde_json::Value::from(text).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_quoted_where_yaml_reads_something_else() {
        for text in [
            "", "yes", "No", "16x9", "a: b", "a #b", "- a", "{a}", "a\nb", " a", "é",
        ] {
            assert!(scalar(text, true).starts_with('"'), "{text:?}");
        }
        for text in [
            "title",
            "list<AssetId>",
            "/v1/assets/",
            "N/A",
            "_exists_",
            "Lists assets",
        ] {
            assert_eq!(scalar(text, true), text);
        }
        assert_eq!(scalar("/v1/{asset_id}/", false), "/v1/{asset_id}/");
        assert_eq!(scalar("/v1/{asset_id}/", true), "\"/v1/{asset_id}/\"");
    }

    #[test]
    fn records_are_short_and_entries_are_lines() {
        let text = |text: &str| Yaml::Text(text.to_owned());
        let entry = |key: &str, value| (key.to_owned(), value);
        let file = Yaml::Record(vec![entry(
            "fields",
            Yaml::Entries(vec![
                entry("id", text("AssetId")),
                entry("title", Yaml::Nothing),
                entry(
                    "size",
                    Yaml::Record(vec![
                        entry("type", text("integer")),
                        entry("min", Yaml::Word("0".to_owned())),
                    ]),
                ),
            ]),
        )]);

        assert_eq!(
            file.document(),
            "fields:\n  id: AssetId\n  title:\n  size: { type: integer, min: 0 }\n"
        );
    }
}
