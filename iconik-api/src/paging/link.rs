//! The link to the next page, of which only the query is used.

use url::Url;

/// The parameters of a link.
pub(super) type Query = Vec<(String, String)>;

/// Returns the query of a link that stays on the origin of the request.
///
/// iconik writes links as a whole URL, from `/API/` on, or relative, and the part before the service
/// has changed once. None of that matters here: the path is always the request's own.
///
/// # Errors
///
/// The link as it would be requested, when it leads to another origin.
pub(super) fn query_of_link(link: &str, origin: &str) -> Result<Query, String> {
    let foreign = || "an address that cannot be read".to_owned();
    let own = Url::parse(origin).map_err(|_| foreign())?;
    let link = own.join(link).map_err(|_| foreign())?;
    if link.origin() != own.origin() {
        // An opaque origin (`data:`, `mailto:`) says nothing of itself.
        return Err(match link.host_str() {
            Some(_) => link.origin().ascii_serialization(),
            None => format!("{}:", link.scheme()),
        });
    }
    Ok(link.query_pairs().into_owned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "https://app.iconik.io";

    #[test]
    fn a_link_is_read_in_all_its_forms() {
        for link in [
            "https://app.iconik.io/API/assets/v1/assets/?page=2&query=a+b%26",
            "HTTPS://APP.iconik.io:443/API/assets/v1/assets/?page=2&query=a%20b%26",
            "//app.iconik.io/API/assets/v1/assets/?page=2&query=a+b%26",
            "/API/assets/v1/assets/?page=2&query=a+b%26#top",
            "/v1/assets/?page=2&query=a+b%26",
            "v1/assets/?page=2&query=a+b%26",
            "?page=2&query=a+b%26",
            " /v1/assets/?page=2&query=a+b%26\n",
        ] {
            let pairs = [("page", "2"), ("query", "a b&")];
            let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
            assert_eq!(query_of_link(link, ORIGIN), Ok(pairs.to_vec()), "{link}");
        }
        assert_eq!(query_of_link("anything", ORIGIN), Ok(Vec::new()));
        assert_eq!(query_of_link("/a/?t=12:30", ORIGIN).unwrap().len(), 1);
    }

    #[test]
    fn a_link_to_another_origin_is_refused() {
        for link in [
            "https://evil.example/API/assets/v1/assets/?page=2",
            "http://app.iconik.io/?page=2",
            "https://app.iconik.io:8443/?page=2",
            "https://app.iconik.io.evil.example/?page=2",
            "https://app.iconik.io@evil.example/?page=2",
            "//evil.example/?page=2",
            "\\\\evil.example/?page=2",
            "/\\evil.example/?page=2",
            "ht\ntps://evil.example/?page=2",
            " https://evil.example/?page=2",
            "data:text/plain,?page=2",
            "https://",
        ] {
            assert!(query_of_link(link, ORIGIN).is_err(), "{link}");
        }
        let local = "http://127.0.0.1:4000";
        assert!(query_of_link("http://127.0.0.1:4001/?page=2", local).is_err());
        assert!(query_of_link("http://127.0.0.1:4000/?page=2", local).is_ok());
        assert!(query_of_link("http://[::1]/?page=2", "http://[::1]:80").is_ok());
    }
}
