//! The response, and the ways to read it.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use super::hidden::Hidden;
use super::meta::Endpoint;
use crate::data::json_error::JsonError;
use crate::data::mended_json;
use crate::error::{BoxError, Error, ErrorKind, Result};

/// A response as it was received: status, headers, bytes. Its status is 2xx, or a redirect if the
/// action documents one; any other is an [`Error`], which keeps the same parts.
///
/// ```
/// # async fn example(client: iconik_api::Client) -> iconik_api::Result<()> {
/// use http::Method;
///
/// let response = client.request(Method::GET, "/API/assets/v1/assets/").query("per_page", 1).await?;
/// println!("{}, {} bytes", response.status(), response.body().len());
/// let page: serde_json::Value = response.json()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RawResponse {
    pub(crate) endpoint: Endpoint,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) attempts: u32,
    pub(crate) hidden: Hidden,
}

impl RawResponse {
    /// Returns the status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the body.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Returns the body, without the rest.
    pub fn into_body(self) -> Bytes {
        self.body
    }

    /// Returns `true` if the body is empty, or white space only.
    pub fn is_empty(&self) -> bool {
        self.body.trim_ascii().is_empty()
    }

    /// Returns how many times the request was sent until this response was received.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Returns the body as text.
    ///
    /// # Errors
    ///
    /// When it is not UTF-8; the error keeps the bytes.
    pub fn text(&self) -> Result<&str> {
        simdutf8::basic::from_utf8(&self.body).or_else(|_| {
            // The fast check does not say where.
            std::str::from_utf8(&self.body).map_err(|source| {
                self.error(format!(
                    "it is not UTF-8 from byte {} on",
                    source.valid_up_to()
                ))
            })
        })
    }

    /// Reads the body as JSON of a type of your choice.
    ///
    /// # Errors
    ///
    /// When it is not that; the error names the place in the JSON and keeps the bytes.
    ///
    /// Nearly JSON is read as what it was meant to be: a byte order mark is skipped, half of a surrogate pair
    /// becomes U+FFFD, and `NaN` or a number beyond the range of `f64` becomes text.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        let text = self.text()?;
        mended_json::read(text).map_err(|source| self.json_error(text, source))
    }

    /// Creates an error for a response that cannot be read, for a [`Decode`](crate::Decode) of your own.
    pub fn error(&self, source: impl Into<BoxError>) -> Error {
        self.decode_error(source.into())
    }

    fn decode_error(&self, source: BoxError) -> Error {
        let mut detail = format!(
            "the response could not be read: {source}; `Error::body` has it as it was sent"
        );
        self.hidden.hide(&mut detail);
        Error::new(ErrorKind::Decode, self.endpoint.clone())
            .detail(detail)
            .response(
                self.status,
                self.headers.clone(),
                self.body.clone(),
                &self.hidden,
            )
            // The response is a success, so the request was carried out.
            .sent(self.attempts, true)
            // The detail says why already.
            .source(Unexpected)
    }

    #[cold]
    fn json_error(&self, text: &str, source: serde_json::Error) -> Error {
        let detail = if self.is_empty() {
            "it is empty where JSON was expected"
        } else if text.trim_start().starts_with('<') {
            "it is HTML or XML where JSON was expected: a wrong path or host, or a proxy on the way"
        } else {
            let text = mended_json::without_byte_order_mark(text);
            return self.decode_error(Box::new(JsonError::new(text, &source)));
        };
        self.decode_error(detail.into())
    }
}

/// Why a response cannot be read, in general.
#[derive(Debug)]
struct Unexpected;

impl fmt::Display for Unexpected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("its content is not what the action documents")
    }
}

impl std::error::Error for Unexpected {}

/// Shows neither the body nor the headers' values: a response can contain tokens.
impl fmt::Debug for RawResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawResponse")
            .field("action", &self.endpoint)
            .field("status", &self.status)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("body_bytes", &self.body.len())
            .field("attempts", &self.attempts)
            .finish()
    }
}
