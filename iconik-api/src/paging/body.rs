//! One member of a JSON object that is sent as a body: where a search continues.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

type Members<'a> = BTreeMap<String, &'a RawValue>;

/// Returns the JSON of a member; none if the body is no object or has no such member.
pub(super) fn member(body: &[u8], name: &str) -> Option<String> {
    let members: Members<'_> = serde_json::from_slice(body).ok()?;
    Some(members.get(name)?.get().to_owned())
}

/// Returns the body with another value for a member, or without it; none if the body is no object.
///
/// All other values keep their bytes, the largest numbers included.
pub(super) fn replaced(body: &[u8], name: &str, json: Option<&str>) -> Option<Vec<u8>> {
    let mut members: Members<'_> = match body.trim_ascii() {
        b"" => Members::new(),
        body => serde_json::from_slice(body).ok()?,
    };
    match json {
        Some(json) => members.insert(name.to_owned(), serde_json::from_str(json).ok()?),
        None => members.remove(name),
    };
    serde_json::to_vec(&members).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_member_is_replaced_and_the_rest_keeps_its_bytes() {
        let body = br#"{"query":"a","n":123456789012345678901234567890.50,"search_after":[]}"#;
        assert_eq!(member(body, "search_after").as_deref(), Some("[]"));
        assert_eq!(member(body, "other"), None);
        let text = |body: Option<Vec<u8>>| String::from_utf8(body.unwrap()).unwrap();
        assert_eq!(
            text(replaced(body, "search_after", Some(r#"[1,"x"]"#))),
            r#"{"n":123456789012345678901234567890.50,"query":"a","search_after":[1,"x"]}"#
        );
        assert_eq!(
            text(replaced(body, "search_after", None)),
            r#"{"n":123456789012345678901234567890.50,"query":"a"}"#
        );
        assert_eq!(text(replaced(b" ", "a", Some("1"))), r#"{"a":1}"#);
    }

    #[test]
    fn what_is_no_object_has_no_members() {
        for body in ["[]", "1", "{", "\"text\""] {
            assert_eq!(member(body.as_bytes(), "a"), None, "{body}");
            assert_eq!(replaced(body.as_bytes(), "a", Some("1")), None, "{body}");
        }
    }
}
