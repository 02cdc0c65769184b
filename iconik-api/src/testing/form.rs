//! The fields of forms, as requests contain them.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// Returns the names and values of a query or a form, decoded.
pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        })
        .collect()
}

fn decoded(text: &str) -> String {
    let text = text.replace('+', " ");
    percent_decode_str(&text).decode_utf8_lossy().into_owned()
}

/// Returns the fields of a URL-encoded form.
pub(crate) fn fields(body: &[u8]) -> Option<Value> {
    let text = std::str::from_utf8(body).ok()?;
    let fields = pairs(text).into_iter();
    let fields = fields.map(|(name, value)| (name, Value::from(value)));
    Some(fields.collect::<Map<_, _>>().into())
}

/// Returns the fields of a multipart form; of a file, its name.
pub(crate) fn parts(media_type: &str, body: &[u8]) -> Option<Value> {
    let boundary = media_type.split("boundary=").nth(1)?.split(';').next()?;
    let text = String::from_utf8_lossy(body);
    let mut fields = Map::new();
    for part in text.split(&format!("--{}", boundary.trim_matches('"'))) {
        let Some((head, content)) = part.trim_start_matches("\r\n").split_once("\r\n\r\n") else {
            continue;
        };
        let quoted = |key: &str| {
            let rest = head.split(&format!(" {key}=\"")).nth(1)?;
            Some(rest.split('"').next()?.to_owned())
        };
        let Some(name) = quoted("name") else { continue };
        let content = content.strip_suffix("\r\n").unwrap_or(content);
        let value = quoted("filename").unwrap_or_else(|| content.to_owned());
        fields.insert(name, value.into());
    }
    Some(fields.into())
}
