//! A request as it arrived.

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::description::BodyKind;
use crate::testing::{ReceivedRequest, form};

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(super) struct Incoming {
    pub(super) method: Method,
    uri: Uri,
    /// The path, not decoded.
    pub(super) path: String,
    /// The names and values of the query, decoded.
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Incoming {
    pub(super) fn new(method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Self {
        Self {
            method,
            path: uri.path().to_owned(),
            query: form::pairs(uri.query().unwrap_or_default()),
            uri,
            headers,
            body,
        }
    }

    /// The request as it is kept for tests.
    pub(super) fn received(&self) -> ReceivedRequest {
        ReceivedRequest::new(
            self.method.clone(),
            &self.uri,
            &self.headers,
            self.body.clone(),
        )
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
            BodyKind::Form => form::fields(&self.body),
            BodyKind::Multipart => form::parts(self.header("content-type")?, &self.body),
            BodyKind::Bytes | BodyKind::Text => None,
        }
    }
}

/// A segment of a path, decoded.
pub(super) fn decoded_segment(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
