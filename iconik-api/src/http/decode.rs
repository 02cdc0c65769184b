//! The ways to read a response.

use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::response::RawResponse;
use crate::error::Result;

/// A way to read a successful response.
///
/// ```
/// use iconik_api::{Decode, RawResponse, Result};
///
/// /// The lines of a text.
/// enum Lines {}
///
/// impl Decode for Lines {
///     type Output = Vec<String>;
///     const ACCEPT: &'static str = "text/plain";
///
///     fn decode(response: &RawResponse) -> Result<Vec<String>> {
///         Ok(response.text()?.lines().map(str::to_owned).collect())
///     }
/// }
/// ```
pub trait Decode: 'static {
    /// What comes out.
    type Output;

    /// What the request says it accepts.
    const ACCEPT: &'static str = "application/json";

    /// Whether a redirect is a success: its target is then the result. Otherwise it is an error.
    /// Redirects are never followed.
    const REDIRECTS: bool = false;

    /// Reads the response.
    ///
    /// # Errors
    ///
    /// When it is not what was expected; see [`RawResponse::error`].
    fn decode(response: &RawResponse) -> Result<Self::Output>;
}

/// JSON.
pub struct Json<T>(PhantomData<fn() -> T>);

impl<T: DeserializeOwned + 'static> Decode for Json<T> {
    type Output = T;

    fn decode(response: &RawResponse) -> Result<T> {
        response.json()
    }
}

/// JSON, or nothing: some successes have no body.
pub struct OptionalJson<T>(PhantomData<fn() -> T>);

impl<T: DeserializeOwned + 'static> Decode for OptionalJson<T> {
    type Output = Option<T>;

    fn decode(response: &RawResponse) -> Result<Option<T>> {
        if response.is_empty() {
            Ok(None)
        } else {
            response.json()
        }
    }
}

/// Plain text: subtitles, CSV.
#[derive(Debug)]
pub enum Text {}

impl Decode for Text {
    type Output = String;
    const ACCEPT: &'static str = "*/*";

    fn decode(response: &RawResponse) -> Result<String> {
        response.text().map(str::to_owned)
    }
}

/// The bytes of the body: images, archives, and whatever is neither JSON nor text.
///
/// [`Call::open`](crate::Call::open) reads them chunk by chunk instead.
#[derive(Debug)]
pub enum Binary {}

impl Decode for Binary {
    type Output = Bytes;
    const ACCEPT: &'static str = "*/*";

    fn decode(response: &RawResponse) -> Result<Bytes> {
        Ok(response.body().clone())
    }
}

/// The target of a redirect, from the `Location` header: a URL, or a path on the same host.
#[derive(Debug)]
pub enum Redirect {}

impl Decode for Redirect {
    type Output = String;
    const ACCEPT: &'static str = "*/*";
    const REDIRECTS: bool = true;

    fn decode(response: &RawResponse) -> Result<String> {
        let location = response.headers().get(http::header::LOCATION);
        let location = location.and_then(|location| location.to_str().ok());
        location.map(str::to_owned).ok_or_else(|| {
            let status = response.status().as_u16();
            response.error(format!("status {status} without a `Location` header"))
        })
    }
}

/// What a request accepts whose response is read in one of several ways.
pub(crate) const fn accept_of_all(ways: &[&'static str]) -> &'static str {
    let mut at = 1;
    while at < ways.len() {
        if !is_same(ways[0], ways[at]) {
            return "*/*";
        }
        at += 1;
    }
    match ways {
        [] => "*/*",
        [first, ..] => first,
    }
}

const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// Nothing: whatever body comes with the success is left unread.
#[derive(Debug)]
pub enum Empty {}

impl Decode for Empty {
    type Output = ();

    fn decode(_: &RawResponse) -> Result<()> {
        Ok(())
    }
}

/// The response as it was received.
#[derive(Debug)]
pub enum Raw {}

impl Decode for Raw {
    type Output = RawResponse;
    const ACCEPT: &'static str = "*/*";

    fn decode(response: &RawResponse) -> Result<RawResponse> {
        Ok(response.clone())
    }
}

impl<T> fmt::Debug for Json<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Json")
    }
}

impl<T> fmt::Debug for OptionalJson<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OptionalJson")
    }
}
