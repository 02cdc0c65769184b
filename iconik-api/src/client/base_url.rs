//! The address of an iconik system.

use crate::error::{Error, Result};
use crate::http::foreign::is_loopback;

/// The address of the system.
pub(super) struct BaseUrl {
    /// Scheme, host and port, then the path of a gateway if there is one.
    pub(super) url: String,
    /// Where the path begins in `url`.
    pub(super) origin: usize,
    pub(super) https: bool,
    pub(super) loopback: bool,
    pub(super) parsed: reqwest::Url,
}

impl BaseUrl {
    pub(super) fn parse(text: &str) -> Result<Self> {
        let wrong = |why: &str| Error::config(format!("base URL: {why}"));
        // The parser of the HTTP client, so that it takes every URL made from this one as it is:
        // the host in lower case, no port that goes without saying.
        let parsed = reqwest::Url::parse(text.trim())
            .map_err(|_| wrong("it is not a URL like https://app.iconik.io"))?;
        let https = match parsed.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(wrong("it must begin with https://")),
        };
        let host = parsed.host_str().ok_or_else(|| wrong("it has no host"))?;
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err(wrong("a user name and a password are not allowed"));
        }
        if parsed.query().is_some() {
            return Err(wrong("it has a query"));
        }
        let mut url = parsed.origin().ascii_serialization();
        let origin = url.len();
        // The form with `/API` is common, too; the paths of the actions begin with it anyway.
        let path = parsed.path().trim_end_matches('/');
        let path = path.strip_suffix("/API").unwrap_or(path);
        if path
            .split('/')
            .any(|segment| segment.eq_ignore_ascii_case("api"))
        {
            return Err(wrong(
                "it contains the path of a service; give the address of the system alone, like https://app.iconik.io",
            ));
        }
        url.push_str(path);
        let loopback = is_loopback(host);
        Ok(Self {
            url,
            origin,
            https,
            loopback,
            parsed,
        })
    }
}
