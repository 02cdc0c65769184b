//! Where a page begins, and how a request says so.

use serde_json::{Map, Value, json};

use super::body;
use super::link::Query;
use crate::error::Result;
use crate::http::meta::Paging;
use crate::http::request::PreparedRequest;

/// The parameters that say where a page begins. `per_page` is not one of them.
pub(crate) const PLACE_PARAMS: &[&str] = &[
    "page",
    "scroll",
    "scroll_id",
    "last_id",
    "search_after",
    "last_field_name",
];

/// The parameter of a search that is a member of the body in some actions.
pub(crate) const SEARCH_AFTER: &str = "search_after";

/// Where a page begins, in one of the styles.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Place {
    /// The page of this number, from 1.
    Number(u64),
    /// The next page of the scroll with this id, or the first page of a new scroll.
    Scroll(Option<String>),
    /// After the item with this id, or at the beginning.
    LastId(Option<String>),
    /// After the item with these sort values, or at the beginning.
    SearchAfter(Option<String>),
    /// After the item with this name, or at the beginning.
    LastFieldName(Option<String>),
    /// Where the server's link leads: what its query says beyond the request.
    Link(Query),
}

impl Place {
    /// Returns the first place of a style.
    pub(super) fn first(style: Paging) -> Self {
        match style {
            Paging::Page => Self::Number(1),
            Paging::Scroll => Self::Scroll(None),
            Paging::LastId => Self::LastId(None),
            Paging::SearchAfter => Self::SearchAfter(None),
            Paging::LastFieldName => Self::LastFieldName(None),
        }
    }

    /// Returns the place that a request names itself.
    pub(super) fn of(request: &PreparedRequest, in_body: bool) -> Option<Self> {
        let find = |name: &str| {
            request
                .query_pairs()
                .find(|(known, value)| known == name && !value.is_empty())
                .map(|(_, value)| value)
        };
        if let Some(id) = find("scroll_id") {
            return Some(Self::Scroll(Some(id)));
        }
        if find("scroll").is_some_and(|scroll| scroll == "true") {
            return Some(Self::Scroll(None));
        }
        if let Some(id) = find("last_id") {
            return Some(Self::LastId(Some(id)));
        }
        if let Some(name) = find("last_field_name") {
            return Some(Self::LastFieldName(Some(name)));
        }
        if let Some(after) = find(SEARCH_AFTER) {
            return Some(Self::SearchAfter(Some(after)));
        }
        if let (true, Some(body)) = (in_body, request.body()) {
            match body::member(body, SEARCH_AFTER).as_deref() {
                None | Some("null") => {}
                // iconik takes an empty list for the beginning.
                Some("[]") => return Some(Self::SearchAfter(None)),
                Some(after) => return Some(Self::SearchAfter(Some(after.to_owned()))),
            }
        }
        find("page")?.parse().ok().map(Self::Number)
    }

    /// Writes the place into a request that names none.
    pub(super) fn write(&self, request: &mut PreparedRequest, in_body: bool) -> Result<()> {
        match self {
            Self::Number(number) => request.push_query("page", number),
            Self::Scroll(id) => {
                request.push_query("scroll", &true);
                request.push_query("scroll_id", id);
                // Each response moves the scroll on. To request a page again whose response was lost
                // would skip that page.
                request.idempotent &= id.is_none();
            }
            Self::LastId(id) => request.push_query("last_id", id),
            Self::LastFieldName(name) => request.push_query("last_field_name", name),
            Self::SearchAfter(None) => {}
            Self::SearchAfter(Some(after)) if in_body => {
                let after = as_array(after);
                let body = request.body().map_or(&b""[..], |body| body);
                let Some(body) = body::replaced(body, SEARCH_AFTER, Some(&after)) else {
                    let detail = "the body is no JSON object, so that the list cannot be continued";
                    return Err(request.problem(detail.to_owned()));
                };
                request.replace_json(body);
            }
            Self::SearchAfter(Some(after)) => request.push_query(SEARCH_AFTER, &as_text(after)),
            Self::Link(pairs) => {
                for (name, value) in pairs {
                    request.push_query(name, value);
                }
            }
        }
        Ok(())
    }

    pub(super) fn to_json(&self) -> Value {
        match self {
            Self::Number(number) => json!({ "page": number }),
            Self::Scroll(id) => json!({ "scroll": id }),
            Self::LastId(id) => json!({ "last_id": id }),
            Self::SearchAfter(after) => json!({ "search_after": after }),
            Self::LastFieldName(name) => json!({ "last_field_name": name }),
            Self::Link(pairs) => json!({ "link": pairs }),
        }
    }

    pub(super) fn from_json(json: &Map<String, Value>) -> Option<Self> {
        let (style, value) = json.iter().next()?;
        let text = match value {
            Value::Null => Some(None),
            Value::String(text) => Some(Some(text.clone())),
            _ => None,
        };
        match style.as_str() {
            "page" => value.as_u64().filter(|page| *page > 0).map(Self::Number),
            "scroll" => text.map(Self::Scroll),
            "last_id" => text.map(Self::LastId),
            "search_after" => text.map(Self::SearchAfter),
            "last_field_name" => text.map(Self::LastFieldName),
            "link" => serde_json::from_value(value.clone()).ok().map(Self::Link),
            _ => None,
        }
    }
}

/// Returns the sort values as the JSON array that a body contains.
fn as_array(after: &str) -> String {
    match serde_json::from_str::<Vec<&serde_json::value::RawValue>>(after) {
        Ok(_) => after.to_owned(),
        Err(_) => json!([after]).to_string(),
    }
}

/// Returns the sort values as a query contains them: one text as it is, everything else as JSON.
fn as_text(after: &str) -> String {
    match serde_json::from_str::<Vec<Value>>(after).as_deref() {
        Ok([Value::String(text)]) => text.clone(),
        _ => after.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &str) -> PreparedRequest {
        PreparedRequest::custom(http::Method::POST, path, "", 0).unwrap()
    }

    #[test]
    fn parameters_are_removed_from_a_query_and_secrets_stay_hidden() {
        let mut request = request("/v1/shares/?page=2&title=a%26b&page=3");
        request.push_query("password", &crate::Secret::from("hunter2"));
        request.push_query("scroll", &true);

        request.drop_query(PLACE_PARAMS);
        assert_eq!(request.query(), Some("title=a%26b&password=hunter2"));
        assert!(!format!("{request:?}").contains("hunter2"), "{request:?}");

        request.drop_query(&["title"]);
        assert_eq!(request.query(), Some("password=hunter2"));
        assert!(!format!("{request:?}").contains("hunter2"), "{request:?}");

        request.drop_query(&["password"]);
        assert_eq!((request.path(), request.query()), ("/v1/shares/", None));
        request.push_query("page", &4);
        assert_eq!(request.query(), Some("page=4"));
    }

    #[test]
    fn sort_values_are_written_to_the_query_or_into_the_body() {
        for (after, in_query, in_body) in [
            (r#"[1,"x"]"#, "%5B1%2C%22x%22%5D", r#"[1,"x"]"#),
            (r#"["x y"]"#, "x%20y", r#"["x y"]"#),
            ("[7]", "%5B7%5D", "[7]"),
            ("plain", "plain", r#"["plain"]"#),
        ] {
            let place = Place::SearchAfter(Some(after.to_owned()));
            let mut by_query = request("/v1/search/");
            place.write(&mut by_query, false).unwrap();
            assert_eq!(by_query.query(), Some(&*format!("search_after={in_query}")));

            let mut by_body = request("/v1/search/");
            by_body
                .set_json(&json!({ "query": "q", "search_after": [] }))
                .unwrap();
            place.write(&mut by_body, true).unwrap();
            assert_eq!(by_body.query(), None);
            let body = String::from_utf8(by_body.body().unwrap().to_vec()).unwrap();
            assert_eq!(body, format!(r#"{{"query":"q","search_after":{in_body}}}"#));
        }
    }

    #[test]
    fn a_body_that_is_no_object_cannot_be_continued() {
        let mut request = request("/v1/search/");
        request.set_json(&json!([1])).unwrap();
        let place = Place::SearchAfter(Some("[1]".to_owned()));
        assert!(place.write(&mut request, true).is_err());
    }

    #[test]
    fn only_the_first_page_of_a_scroll_may_be_requested_twice() {
        for (id, idempotent) in [(None, true), (Some("a".to_owned()), false)] {
            let mut request = PreparedRequest::custom(http::Method::GET, "/v1/", "", 0).unwrap();
            Place::Scroll(id).write(&mut request, false).unwrap();
            assert_eq!(request.idempotent, idempotent);
        }
    }
}
