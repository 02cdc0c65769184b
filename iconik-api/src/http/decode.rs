//! The ways to read a response.

use std::fmt;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use super::response::RawResponse;
use crate::error::Result;

/// A way to read a successful answer.
pub trait Decode: 'static {
    /// What comes out.
    type Output;

    /// What the request says it accepts.
    const ACCEPT: &'static str = "application/json";

    /// Reads the answer.
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

/// Nothing: whatever body comes with the success is left unread.
#[derive(Debug)]
pub enum Empty {}

impl Decode for Empty {
    type Output = ();

    fn decode(_: &RawResponse) -> Result<()> {
        Ok(())
    }
}

/// The answer as it came.
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
