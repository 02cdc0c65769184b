//! Text that must not be seen.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::data::lenient::{self, Parsed, Scalar, Text};

/// A token or a password: sent to iconik, never shown.
///
/// [`Debug`](fmt::Debug) and [`Display`](fmt::Display) write dots whatever the text is, and the
/// memory is wiped when the value is dropped. Serialising writes the text, because requests are made
/// so: do not serialise it into a log.
///
/// ```
/// use iconik_api::Secret;
///
/// let password = Secret::from("hunter2");
/// assert_eq!(format!("{password} {password:?}"), "… Secret(…)");
/// assert_eq!(password.expose(), "hunter2");
/// ```
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Returns the text.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

thread_local! {
    /// The secrets that were written on this thread, if a request is being made.
    static WRITTEN: RefCell<Option<Vec<Secret>>> = const { RefCell::new(None) };
}

/// Runs `write`, and returns the secrets that it has written into a request.
pub(crate) fn collect<T>(write: impl FnOnce() -> T) -> (T, Vec<Secret>) {
    let before = WRITTEN.replace(Some(Vec::new()));
    let written = write();
    let secrets = WRITTEN.replace(before).unwrap_or_default();
    (written, secrets)
}

impl Secret {
    /// Notes that it is written into a request.
    pub(crate) fn note(&self) {
        WRITTEN.with_borrow_mut(|written| {
            if let Some(written) = written {
                written.push(self.clone());
            }
        });
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Looks at every byte whatever the first ones are, so that the time taken tells nothing of them.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (self.expose().as_bytes(), other.expose().as_bytes());
        a.len() == b.len() && a.iter().zip(b).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
    }
}

impl Eq for Secret {}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&Secret> for Secret {
    fn from(secret: &Secret) -> Self {
        secret.clone()
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.note();
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::required(deserializer, "a text")
    }
}

impl Text for Secret {
    fn from_text(text: Cow<'_, str>) -> Self {
        text.into_owned().into()
    }
}

impl Scalar for Secret {
    fn parse(json: &str) -> Parsed<Self> {
        lenient::parse_text(json)
    }
}

scalar_values!(Secret);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_never_shown() {
        let secret = Secret::from("hunter2");
        for shown in [
            format!("{secret}"),
            format!("{secret:?}"),
            format!("{secret:#?}"),
            format!("{:?}", Some(&secret)),
        ] {
            assert!(!shown.contains("hunter2"), "{shown}");
        }
    }

    #[test]
    fn the_text_reaches_the_server_and_comes_back() {
        let secret = Secret::from("hunter2".to_owned());
        let json = serde_json::to_string(&secret).unwrap();
        assert_eq!(json, r#""hunter2""#);
        assert_eq!(serde_json::from_str::<Secret>(&json).unwrap(), secret);
    }

    #[test]
    fn secrets_are_compared_by_text() {
        assert_eq!(Secret::from("a"), Secret::from("a"));
        assert_ne!(Secret::from("a"), Secret::from("b"));
        assert_ne!(Secret::from("a"), Secret::from("ab"));
    }
}
