//! Responses and errors of the local iconik.

use std::fmt::Display;

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, LOCATION};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Map, Value, json};

/// A response.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) content: Content,
}

/// The body of a response.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Nothing,
    Json(Value),
    Bytes(Bytes),
}

/// What a request leads to.
pub(super) type Result<T = Reply> = std::result::Result<T, Reply>;

impl Reply {
    pub(super) fn nothing(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            content: Content::Nothing,
        }
    }

    pub(super) fn json(status: u16, value: impl Into<Value>) -> Self {
        Self {
            content: Content::Json(value.into()),
            ..Self::nothing(status)
        }
        .with(CONTENT_TYPE, "application/json")
    }

    pub(super) fn bytes(status: u16, media: &str, bytes: impl Into<Bytes>) -> Self {
        Self {
            content: Content::Bytes(bytes.into()),
            ..Self::nothing(status)
        }
        .with(CONTENT_TYPE, media)
    }

    pub(super) fn redirect(status: u16, to: &str) -> Self {
        Self::nothing(status).with(LOCATION, to)
    }

    /// The response with a header; a value that no header can have is omitted.
    pub(super) fn with(mut self, name: HeaderName, value: impl AsRef<str>) -> Self {
        if let Ok(value) = HeaderValue::try_from(value.as_ref()) {
            self.headers.retain(|(known, _)| *known != name);
            self.headers.push((name, value));
        }
        self
    }

    /// An error with one message.
    pub(super) fn error(status: u16, message: impl Display) -> Self {
        Self::json(status, json!({ "errors": [message.to_string()] }))
    }

    /// An error with a message for each field.
    pub(super) fn errors(status: u16, errors: Map<String, Value>) -> Self {
        Self::json(status, json!({ "errors": errors }))
    }

    pub(super) fn not_found(entity: &str, id: &str) -> Self {
        let what = entity.strip_suffix("Id").unwrap_or(entity);
        Self::error(404, format!("{what} {id} doesn't exist"))
    }

    /// The response to a path that iconik does not have; it is HTML.
    pub(super) fn unknown_path() -> Self {
        let page =
            "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n";
        Self::bytes(404, "text/html; charset=utf-8", page)
    }

    pub(super) fn wrong_method<'a>(allowed: impl Iterator<Item = &'a String>) -> Self {
        let allowed: Vec<&str> = allowed.map(String::as_str).collect();
        Self::error(405, "The method is not allowed for the requested URL.")
            .with(ALLOW, allowed.join(", "))
    }

    pub(super) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The bytes of the body.
    pub(super) fn body(&self) -> Bytes {
        match &self.content {
            Content::Nothing => Bytes::new(),
            Content::Bytes(bytes) => bytes.clone(),
            Content::Json(value) => serde_json::to_vec(value).unwrap_or_default().into(),
        }
    }
}
