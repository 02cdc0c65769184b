//! iconik's own messages about a failure, in the forms in which they come.

use std::fmt;

use serde_json::Value;

/// Bodies beyond this are kept but not searched for messages.
const MOST_BODY_READ: usize = 1 << 20;
/// Messages beyond this number are left out.
const MOST_MESSAGES: usize = 64;

/// One of the server's own messages about a failure.
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
}

impl fmt::Display for ErrorMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "{field}: {}", self.text),
            None => f.write_str(&self.text),
        }
    }
}

pub(super) fn hide_in(text: &mut String, hide: &[&str]) {
    for secret in hide {
        // Anything shorter is no secret, and replacing it would garble the message.
        if secret.len() >= 6 && text.contains(secret) {
            *text = text.replace(secret, "[hidden]");
        }
    }
}

/// The server's messages, in whatever form it chose. Never fails.
pub(super) fn messages_of(body: &[u8]) -> Vec<ErrorMessage> {
    let mut messages = Vec::new();
    if body.len() > MOST_BODY_READ {
        return messages;
    }
    let Ok(Value::Object(body)) = serde_json::from_slice::<Value>(body) else {
        return messages;
    };
    // `errors` is the documented member; the others come from gateways and from OAuth endpoints.
    for name in ["errors", "error_description", "message", "error", "detail"] {
        if let Some(value) = body.get(name) {
            collect(value, None, &mut messages);
        }
        if !messages.is_empty() {
            break;
        }
    }
    messages
}

fn collect(value: &Value, field: Option<&str>, into: &mut Vec<ErrorMessage>) {
    if into.len() >= MOST_MESSAGES {
        return;
    }
    match value {
        Value::Null => {}
        Value::Array(values) => values.iter().for_each(|value| collect(value, field, into)),
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = match field {
                    Some(field) => format!("{field}.{name}"),
                    None => name.clone(),
                };
                collect(value, Some(&path), into);
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
