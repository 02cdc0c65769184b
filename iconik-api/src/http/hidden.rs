//! The secrets of a request, which no error may repeat.

use std::sync::Arc;

use super::credentials::Credentials;
use crate::data::secret::Secret;

/// The secrets of a request: its credentials, and those among its arguments.
#[derive(Clone, Default)]
pub(crate) struct Hidden {
    pub(super) credentials: Option<Credentials>,
    pub(super) arguments: Option<Arc<[Secret]>>,
}

impl Hidden {
    /// Secrets among the arguments of a request.
    #[cfg(feature = "testing")]
    pub(crate) fn of(arguments: Option<Arc<[Secret]>>) -> Self {
        Self {
            credentials: None,
            arguments,
        }
    }

    /// Replaces every secret in a text.
    ///
    /// A short one is replaced only where it is a word of its own: as a part of words it would garble
    /// the text.
    pub(crate) fn hide(&self, text: &mut String) {
        const SHORT: usize = 6;
        let credentials = self.credentials.iter().flat_map(Credentials::secrets);
        let arguments = self.arguments.iter().flat_map(|secrets| secrets.iter());
        for secret in credentials.chain(arguments.map(Secret::expose)) {
            if secret.is_empty() || !text.contains(secret) {
                continue;
            }
            let mut hidden = String::with_capacity(text.len());
            let mut rest = &text[..];
            while let Some(at) = rest.find(secret) {
                let (before, found) = rest.split_at(at);
                let after = &found[secret.len()..];
                let within_word = before.ends_with(char::is_alphanumeric)
                    || after.starts_with(char::is_alphanumeric);
                hidden.push_str(before);
                hidden.push_str(if secret.len() < SHORT && within_word {
                    secret
                } else {
                    "[hidden]"
                });
                rest = after;
            }
            hidden.push_str(rest);
            *text = hidden;
        }
    }
}
