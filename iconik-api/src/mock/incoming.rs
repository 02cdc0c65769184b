//! A request as it arrived.

use bytes::Bytes;
use http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::description::BodyKind;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(super) struct Incoming {
    pub(super) method: Method,
    /// The path, not decoded.
    pub(super) path: String,
    /// The names and values of the query, decoded.
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Incoming {
    pub(super) fn new(method: Method, uri: &http::Uri, headers: HeaderMap, body: Bytes) -> Self {
        Self {
            method,
            path: uri.path().to_owned(),
            query: pairs(uri.query().unwrap_or_default()),
            headers,
            body,
        }
    }

    /// The text of a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The value of a query parameter; an empty one is none.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        let mut query = self.query.iter();
        let (_, value) = query.find(|(known, value)| known == name && !value.is_empty())?;
        Some(value)
    }

    /// The body as JSON: of a form, its fields.
    pub(super) fn json(&self, kind: BodyKind) -> Option<Value> {
        if self.body.is_empty() {
            return None;
        }
        match kind {
            BodyKind::Json => serde_json::from_slice(&self.body).ok(),
            BodyKind::Form => {
                let text = std::str::from_utf8(&self.body).ok()?;
                let fields = pairs(text).into_iter();
                let fields = fields.map(|(name, value)| (name, Value::from(value)));
                Some(fields.collect::<Map<_, _>>().into())
            }
            BodyKind::Multipart => self.parts(),
            BodyKind::Bytes | BodyKind::Text => None,
        }
    }

    /// The fields of a multipart form; of a file, its name.
    fn parts(&self) -> Option<Value> {
        let media = self.header("content-type")?;
        let boundary = media.split("boundary=").nth(1)?.split(';').next()?;
        let text = String::from_utf8_lossy(&self.body);
        let mut fields = Map::new();
        for part in text.split(&format!("--{}", boundary.trim_matches('"'))) {
            let Some((head, content)) = part.trim_start_matches("\r\n").split_once("\r\n\r\n")
            else {
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
}

/// The names and values of a query or a form, decoded.
fn pairs(text: &str) -> Vec<(String, String)> {
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

/// A segment of a path, decoded.
pub(super) fn decoded_segment(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
