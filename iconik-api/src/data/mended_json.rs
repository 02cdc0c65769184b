//! Text that is nearly JSON, as servers send it: with a byte order mark, with halves of characters, with
//! numbers that are not numbers.

use memchr::memchr;
use serde::de::DeserializeOwned;

use super::allowance;

/// Reads a JSON text, and if it is none, what it was meant to be.
///
/// A byte order mark is skipped. Half of a surrogate pair becomes U+FFFD. `NaN`, `Infinity` and numbers
/// beyond the range of `f64` become text, which no reader of a number accepts but which is kept. The
/// positions in an error are those in the text without its byte order mark.
///
/// # Errors
///
/// When it is neither JSON nor nearly, or not of this type, or when its objects would take much more memory than
/// the text.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    let text = without_byte_order_mark(text);
    let read = |text: &str| allowance::within(text, || serde_json::from_str(text));
    read(text).or_else(|error| match mended(text) {
        Some(mended) => read(&mended).map_err(|_| error),
        None => Err(error),
    })
}

/// The text after the byte order mark, if there is one.
pub(crate) fn without_byte_order_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn mended(text: &str) -> Option<String> {
    let whole = without_half_surrogates(text);
    let quoted = with_odd_numbers_quoted(whole.as_deref().unwrap_or(text));
    quoted.or(whole)
}

/// The same text with the escape of U+FFFD in place of each escape of half a surrogate pair, which no
/// JSON reader accepts; `None` if there are none. All positions stay as they are.
pub(crate) fn without_half_surrogates(json: &str) -> Option<String> {
    let bytes = json.as_bytes();
    let mut mended: Option<Vec<u8>> = None;
    let mut at = 0;
    while let Some(found) = memchr(b'\\', &bytes[at..]) {
        at += found;
        let half = match surrogate(bytes, at) {
            // Not a `\u`, but perhaps the escape of a backslash.
            None => {
                at = (at + 2).min(bytes.len());
                continue;
            }
            Some(Surrogate::None) => false,
            Some(Surrogate::High) => match surrogate(bytes, at + 6) {
                Some(Surrogate::Low) => {
                    at += 6;
                    false
                }
                _ => true,
            },
            Some(Surrogate::Low) => true,
        };
        if half {
            let mended = mended.get_or_insert_with(|| bytes.to_vec());
            mended[at..at + 6].copy_from_slice(br"\ufffd");
        }
        at += 6;
    }
    mended.and_then(|mended| String::from_utf8(mended).ok())
}

enum Surrogate {
    None,
    High,
    Low,
}

/// What the escape of a character at this place is; `None` if there is no such escape.
fn surrogate(bytes: &[u8], at: usize) -> Option<Surrogate> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(br"\u")?;
    let unit = digits.iter().try_fold(0, |unit, digit| {
        Some(unit * 16 + char::from(*digit).to_digit(16)?)
    })?;
    Some(match unit {
        0xd800..=0xdbff => Surrogate::High,
        0xdc00..=0xdfff => Surrogate::Low,
        _ => Surrogate::None,
    })
}

/// The same text with quotes around numbers that are not numbers in JSON, or that no reader accepts; `None`
/// if there are none.
fn with_odd_numbers_quoted(json: &str) -> Option<String> {
    let mut mended = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(rest) = json.get(at..).filter(|rest| !rest.is_empty()) {
        match rest.as_bytes()[0] {
            b'"' => at += length_of_string(rest),
            b'-' | b'0'..=b'9' | b'N' | b'I' => {
                let part_of_number =
                    |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
                let end = rest.bytes().position(|byte| !part_of_number(byte));
                let number = &rest[..end.unwrap_or(rest.len())];
                if is_odd(number) {
                    mended.push_str(&json[copied..at]);
                    mended.push('"');
                    mended.push_str(number);
                    mended.push('"');
                    copied = at + number.len();
                }
                at += number.len();
            }
            _ => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    (copied > 0).then(|| mended + &json[copied..])
}

fn is_odd(number: &str) -> bool {
    match number.trim_start_matches(['+', '-']) {
        "NaN" | "Infinity" | "Inf" | "inf" => true,
        digits => {
            digits.starts_with(|first: char| first.is_ascii_digit())
                && digits.parse().is_ok_and(f64::is_infinite)
        }
    }
}

/// How long the string is that this text begins with, with its quotes.
fn length_of_string(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn half_surrogates_become_replacement_characters_and_nothing_else_changes() {
        for (json, mended) in [
            (r#""Party \ud83c""#, Some(r#""Party \ufffd""#)),
            (
                r#""\ud83c\ud83c\udf89 \UDF89""#,
                Some(r#""\ufffd\ud83c\udf89 \UDF89""#),
            ),
            (r#""\udf89\ud83c""#, Some(r#""\ufffd\ufffd""#)),
            (r#""\uD83C x""#, Some(r#""\ufffd x""#)),
            (r#""\ud83c\n""#, Some(r#""\ufffd\n""#)),
            (r#"{"\ud83c":1}"#, Some(r#"{"\ufffd":1}"#)),
            (r#""\ud83c\udf89""#, None),
            (r#""\\ud83c""#, None),
            (r#""\\\ud83c""#, Some(r#""\\\ufffd""#)),
            (r#""\u00e9""#, None),
            (r#""\ud83""#, None),
            (r#""\u"#, None),
            (r"\", None),
            ("", None),
        ] {
            assert_eq!(without_half_surrogates(json).as_deref(), mended, "{json}");
        }
    }

    #[test]
    fn numbers_that_are_not_numbers_are_quoted_outside_of_strings() {
        for (json, mended) in [
            ("[NaN,1]", Some(r#"["NaN",1]"#)),
            (r#"{"a":-Infinity}"#, Some(r#"{"a":"-Infinity"}"#)),
            ("Infinity", Some(r#""Infinity""#)),
            ("[1e999,-1E+999]", Some(r#"["1e999","-1E+999"]"#)),
            (r#"["NaN","\"NaN",null,1e5,é]"#, None),
            ("[Note, INDEX]", None),
        ] {
            assert_eq!(with_odd_numbers_quoted(json).as_deref(), mended, "{json}");
        }
    }

    #[test]
    fn what_is_nearly_json_is_read_as_what_was_meant() {
        let json = "\u{feff}{\"a\":\"\\ud83c\",\"b\":NaN,\"\\udf89\":[1e999]}";
        assert_eq!(
            read::<Value>(json).unwrap(),
            json!({ "a": "\u{fffd}", "b": "NaN", "\u{fffd}": ["1e999"] })
        );
        assert!(read::<Value>("{\"a\":").is_err());
        assert!(read::<Value>("[NaN,}").is_err());
    }

    #[test]
    fn an_error_has_the_position_in_the_text_that_came() {
        let error = read::<Vec<u8>>(r#"[1e999,"\ud83c", "x"]"#).unwrap_err();
        assert_eq!((error.line(), error.column()), (1, 6));
    }

    proptest! {
        #[test]
        fn any_text_is_mended_without_a_crash(text in "(\\\\u[dD][89abcdef0-9]{3}|\\\\|\"|NaN|1e999|-|u|é|[a-f0-9]){0,24}") {
            let _ = mended(&text);
        }

        #[test]
        fn json_is_left_alone(text in ".*", number in any::<f64>()) {
            let json = json!([text, number, { text.clone(): [true] }]).to_string();
            prop_assert_eq!(mended(&json), None);
        }
    }
}
