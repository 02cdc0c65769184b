//! URLs of hosts that are not iconik's: the signed URLs of the storages.

use std::fmt;
use std::sync::Arc;

use http::Method;

use super::hidden::Hidden;
use super::meta::Endpoint;
use crate::data::secret::Secret;
use crate::error::{Error, ErrorKind, Result};

/// An absolute URL of another host. Whoever has it can read or write what it was signed for, so that
/// nothing of it is shown but the host.
#[derive(Clone)]
pub(crate) struct ForeignUrl {
    url: Secret,
    /// Host and port.
    host: Box<str>,
    path_start: usize,
    query_start: Option<usize>,
}

impl ForeignUrl {
    /// Reads a URL; `plain_http` allows `http://` to hosts other than this machine.
    pub(crate) fn parse(method: &Method, url: &Secret, plain_http: bool) -> Result<Self> {
        let refused = |host: &str, why: &str| {
            let endpoint = Endpoint::Foreign(method.clone(), host.into());
            Error::new(ErrorKind::Request, endpoint).detail(why)
        };
        let mut parsed = reqwest::Url::parse(url.expose().trim())
            .map_err(|_| refused("(refused URL)", "it is not an absolute URL"))?;
        let Some(host) = parsed.host_str().map(str::to_owned) else {
            return Err(refused("(refused URL)", "the URL has no host"));
        };
        let address = match parsed.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.clone(),
        };
        match parsed.scheme() {
            "https" => {}
            "http" if plain_http || is_loopback(&host) => {}
            "http" => {
                return Err(refused(
                    &address,
                    "http:// would send the content unencrypted; `allow_plain_http` of the client allows it",
                ));
            }
            _ => return Err(refused(&address, "the URL must begin with https://")),
        }
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err(refused(&address, "the URL has a user name or a password"));
        }
        parsed.set_fragment(None);
        let path_start = parsed.origin().ascii_serialization().len();
        let query_start = parsed
            .query()
            .map(|query| parsed.as_str().len() - query.len() - 1);
        Ok(Self {
            url: String::from(parsed).into(),
            host: address.into(),
            path_start,
            query_start,
        })
    }

    pub(crate) fn expose(&self) -> &str {
        self.url.expose()
    }

    /// What no error of a request to it may repeat.
    pub(crate) fn hidden(&self) -> Hidden {
        Hidden {
            credentials: None,
            arguments: Some(self.secrets()),
        }
    }

    /// The parts that no error message may repeat: all of it, with and without the host, its query, and the
    /// long values in there, which are signatures and tokens.
    pub(crate) fn secrets(&self) -> Arc<[Secret]> {
        const SHORTEST_TOKEN: usize = 16;
        let url = self.expose();
        let query = self.query_start.map_or("", |start| &url[start + 1..]);
        let values = query
            .split('&')
            .filter_map(|pair| pair.split_once('=').map(|(_, value)| value))
            .filter(|value| value.len() >= SHORTEST_TOKEN);
        [url, &url[self.path_start..], query]
            .into_iter()
            .chain(values)
            .map(Secret::from)
            .collect()
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> &str {
        &self.url.expose()[..self.path_start]
    }

    pub(crate) fn path_start(&self) -> usize {
        self.path_start
    }

    pub(crate) fn query_start(&self) -> Option<usize> {
        self.query_start
    }

    /// What errors and traces show of a request to it.
    pub(crate) fn endpoint(&self, method: Method) -> Endpoint {
        Endpoint::Foreign(method, self.host.clone())
    }
}

impl fmt::Debug for ForeignUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ForeignUrl").field(&self.host).finish()
    }
}

/// Whether a host is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str, plain_http: bool) -> Result<ForeignUrl> {
        ForeignUrl::parse(&Method::GET, &url.into(), plain_http)
    }

    #[test]
    fn only_https_leaves_this_machine_unless_the_client_allows_it() {
        assert!(parse("https://bucket.example/a?sig=1", false).is_ok());
        assert!(parse("http://127.0.0.1:9000/a", false).is_ok());
        assert!(parse("http://[::1]:9000/a", false).is_ok());
        assert!(parse("http://localhost/a", false).is_ok());
        assert!(parse("http://bucket.example/a", false).is_err());
        assert!(parse("http://bucket.example/a", true).is_ok());
        for refused in [
            "ftp://bucket.example/a",
            "file:///etc/passwd",
            "/a",
            "",
            "https://u:p@h/a",
        ] {
            assert!(parse(refused, true).is_err(), "{refused}");
        }
    }

    #[test]
    fn nothing_but_the_host_is_shown() {
        let url = parse(
            "https://bucket.example:8443/key/SECRET?sig=SECRET#SECRET",
            false,
        )
        .unwrap();
        assert_eq!(
            url.expose(),
            "https://bucket.example:8443/key/SECRET?sig=SECRET"
        );
        assert_eq!(&url.expose()[url.path_start()..], "/key/SECRET?sig=SECRET");
        assert_eq!(&url.expose()[url.query_start().unwrap()..], "?sig=SECRET");
        assert_eq!(format!("{url:?}"), r#"ForeignUrl("bucket.example:8443")"#);

        let error = parse("ftp://bucket.example/SECRET?SECRET", false).unwrap_err();
        assert!(
            !format!("{error} {error:?}").contains("SECRET"),
            "{error:?}"
        );
        let error = parse("SECRET", false).unwrap_err();
        assert!(
            !format!("{error} {error:?}").contains("SECRET"),
            "{error:?}"
        );
    }
}
