//! iconik's own messages about a failure, in the forms in which they come.

use std::fmt;

use super::shorten;

use serde_json::{Map, Value};

use crate::data::mended_json;
use crate::xml;

/// Bodies beyond this are kept but not searched for messages.
const MOST_BODY_READ: usize = 1 << 18;
/// Messages beyond this number are left out.
const MOST_MESSAGES: usize = 64;
/// Values beyond this number are not looked at.
const MOST_VALUES: usize = 4_096;
/// Bytes of a message that are kept.
const MOST_TEXT: usize = 4_000;
/// Bytes of the path of a field that are kept.
const MOST_FIELD: usize = 200;

/// One of the server's own messages about a failure.
///
/// ```
/// # async fn example(client: iconik_api::Client) {
/// # use http::Method;
/// let call = client.request(Method::POST, "/API/assets/v1/assets/");
/// if let Err(error) = call.json(&serde_json::json!({ "title": 7 })).await {
///     for message in error.messages() {
///         println!("{message}");
///     }
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorMessage {
    pub(super) field: Option<String>,
    pub(super) text: String,
}

impl ErrorMessage {
    /// The field of the request that it is about, where the server names one; inner fields follow
    /// after a dot.
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// The message.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Keeps as much as a person reads.
    pub(super) fn shorten(&mut self) {
        shorten(&mut self.text, MOST_TEXT);
        if let Some(field) = &mut self.field {
            shorten(field, MOST_FIELD);
        }
    }
}

impl fmt::Display for ErrorMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "{field}: {}", self.text),
            None => f.write_str(&self.text),
        }
    }
}

/// The server's messages, in whatever form it chose. Never fails.
pub(super) fn messages_of(body: &[u8]) -> Vec<ErrorMessage> {
    let mut messages = Vec::new();
    if body.len() > MOST_BODY_READ {
        return messages;
    }
    let text = String::from_utf8_lossy(body);
    let Ok(Value::Object(members)) = mended_json::read(&text) else {
        messages.extend(storage(body));
        return messages;
    };
    if let Some(message) = oauth(&members) {
        return vec![message];
    }
    // `errors` is the documented member, `detail` that of the search service; the others come from
    // gateways.
    for name in ["errors", "detail", "message", "error_description", "error"] {
        if let Some(value) = members.get(name) {
            collect(value, None, &mut messages, &mut MOST_VALUES.clone());
        }
        if !messages.is_empty() {
            break;
        }
    }
    messages
}

/// The message of a storage in XML, with its code. The document also repeats what was signed, which is
/// not for a log.
fn storage(body: &[u8]) -> Option<ErrorMessage> {
    let body = std::str::from_utf8(body).ok()?;
    if !xml::is_document(body, "Error") {
        return None;
    }
    let (code, text) = (xml::text_of(body, "Code"), xml::text_of(body, "Message"));
    let text = match (code, text) {
        (Some(code), Some(text)) => format!("{code}: {text}"),
        (Some(text), None) | (None, Some(text)) => text,
        (None, None) => return None,
    };
    Some(ErrorMessage { field: None, text })
}

/// The two members with which an OAuth endpoint reports a failure: the code is for programs, the
/// description for people, and both are needed to find out what is wrong.
fn oauth(body: &Map<String, Value>) -> Option<ErrorMessage> {
    let code = body.get("error")?.as_str()?;
    let description = body.get("error_description")?.as_str()?;
    Some(ErrorMessage {
        field: None,
        text: format!("{description} ({code})"),
    })
}

/// The message of an object that has one, with the place that the object names: `{"loc": ["body",
/// "filters", 0], "msg": "…"}`, `{"field": "title", "message": "…"}`.
fn described(object: &Map<String, Value>) -> Option<(Option<String>, &str)> {
    let text = ["msg", "message"]
        .into_iter()
        .find_map(|name| object.get(name)?.as_str())?;
    let place = ["loc", "field"]
        .into_iter()
        .find_map(|name| place(object.get(name)?));
    Some((place, text))
}

/// A place in a request: a name, or the steps that lead there. Nearly all are in the body, so that
/// this step is not named.
fn place(value: &Value) -> Option<String> {
    let steps = match value {
        Value::String(name) => return Some(name.clone()),
        Value::Array(steps) => steps,
        _ => return None,
    };
    let mut place = String::new();
    for (at, step) in steps.iter().enumerate() {
        match step {
            Value::String(name) if at == 0 && name == "body" && steps.len() > 1 => {}
            Value::String(name) if place.is_empty() => place.push_str(name),
            Value::String(name) => {
                place.push('.');
                place.push_str(name);
            }
            step => place.push_str(&format!("[{step}]")),
        }
    }
    Some(place).filter(|place| !place.is_empty())
}

fn collect(value: &Value, field: Option<&str>, into: &mut Vec<ErrorMessage>, left: &mut usize) {
    if into.len() >= MOST_MESSAGES || *left == 0 {
        return;
    }
    *left -= 1;
    match value {
        Value::Null => {}
        Value::Array(values) => values
            .iter()
            .take(MOST_VALUES)
            .for_each(|value| collect(value, field, into, left)),
        Value::Object(fields) => {
            if let Some((place, text)) = described(fields) {
                return push(text.to_owned(), place.as_deref().or(field), into);
            }
            for (name, value) in fields.iter().take(MOST_MESSAGES) {
                let path = match field {
                    Some(field) => format!("{field}.{name}"),
                    None => name.clone(),
                };
                collect(
                    value,
                    Some(path.get(..MOST_FIELD).unwrap_or(&path)),
                    into,
                    left,
                );
            }
        }
        Value::String(text) => push(text.clone(), field, into),
        Value::Bool(_) | Value::Number(_) => push(value.to_string(), field, into),
    }
}

fn push(text: String, field: Option<&str>, into: &mut Vec<ErrorMessage>) {
    into.push(ErrorMessage {
        field: field.map(str::to_owned),
        text,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(body: &str) -> Vec<String> {
        let messages = messages_of(body.as_bytes());
        messages.iter().map(ErrorMessage::to_string).collect()
    }

    #[test]
    fn every_form_of_an_error_is_readable() {
        for (body, expected) in [
            (r#"{"errors":["no such asset"]}"#, &["no such asset"][..]),
            (
                r#"{"errors":{"title":["too long","empty"],"a":{"b":"c"}}}"#,
                &["a.b: c", "title: too long", "title: empty"],
            ),
            (
                r#"{"errors":[{"field":"title","message":"too long"}]}"#,
                &["title: too long"],
            ),
            (
                r#"{"detail":[{"loc":["body","filter","terms",0,"name"],"msg":"field required","type":"value_error.missing"},
                    {"loc":["query","page"],"msg":"not a number","type":"type_error"},{"loc":["body"],"msg":"no body"}]}"#,
                &[
                    "filter.terms[0].name: field required",
                    "query.page: not a number",
                    "body: no body",
                ],
            ),
            (r#"{"detail":"Not Found"}"#, &["Not Found"]),
            (
                r#"{"error":"invalid_grant","error_description":"The code has expired."}"#,
                &["The code has expired. (invalid_grant)"],
            ),
            (r#"{"error":"invalid_client"}"#, &["invalid_client"]),
            (
                r#"{"error":{"code":7,"message":"no such route"}}"#,
                &["no such route"],
            ),
            (r#"{"message":"Unauthorized"}"#, &["Unauthorized"]),
            (r#"{"errors":[],"message":"second best"}"#, &["second best"]),
            (
                "\u{feff}{\"errors\":[\"no such asset\"]}",
                &["no such asset"],
            ),
            (r#"{"errors":["no \ud83c"]}"#, &["no \u{fffd}"]),
            (
                r#"{"detail":[{"loc":7,"msg":"odd"},{"loc":[],"msg":"odder"}]}"#,
                &["odd", "odder"],
            ),
        ] {
            assert_eq!(shown(body), expected, "{body}");
        }
    }

    #[test]
    fn what_is_no_error_has_no_messages() {
        for body in [
            "",
            "<html>",
            "[]",
            "{}",
            r#"{"errors":null}"#,
            r#"{"detail":[]}"#,
        ] {
            assert_eq!(shown(body), [] as [&str; 0], "{body}");
        }
    }
}
