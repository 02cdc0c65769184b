//! Forms: names and values, as `application/x-www-form-urlencoded` or `multipart/form-data`.

use std::fmt;

use bytes::Bytes;
use http::HeaderValue;

use super::content::Content;
use super::param::{ParamSink, ParamValue, Target};

/// A file in a form: its name, its media type and its content.
///
/// ```
/// use iconik_api::FilePart;
///
/// let file = FilePart::new("notes.txt", "first line\n").media_type("text/plain");
/// assert_eq!(file.name(), "notes.txt");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a file does nothing until it is sent"]
pub struct FilePart {
    name: String,
    media_type: String,
    content: Content,
}

impl FilePart {
    /// A file of the media type `application/octet-stream`.
    pub fn new(name: impl Into<String>, content: impl Into<Content>) -> Self {
        Self {
            name: name.into(),
            media_type: "application/octet-stream".to_owned(),
            content: content.into(),
        }
    }

    /// Sets the media type.
    pub fn media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = media_type.into();
        self
    }

    /// The name of the file.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The content of the file.
    #[must_use]
    pub fn content(&self) -> &Content {
        &self.content
    }
}

/// A model that is sent as a form.
pub trait Form {
    /// Writes the fields that are set.
    fn write(&self, form: &mut FormWriter);
}

/// A value of a field of a form.
pub trait FormValue {
    /// Adds the value, unless it is absent.
    fn write(&self, name: &'static str, form: &mut FormWriter);
}

/// The fields of a form, in their order.
#[derive(Debug, Default)]
pub struct FormWriter {
    fields: Vec<(&'static str, Value)>,
    problem: Option<String>,
}

enum Value {
    Text(String),
    File(FilePart),
}

/// Shows no text, which may be a secret.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_) => f.write_str("text"),
            Self::File(file) => file.fmt(f),
        }
    }
}

impl<T: ParamValue + ?Sized> FormValue for T {
    fn write(&self, name: &'static str, form: &mut FormWriter) {
        let mut text = String::new();
        let mut sink = ParamSink::new(&mut text, Target::Plain);
        ParamValue::write(self, &mut sink);
        let (problem, values) = (sink.problem, sink.values);
        if let Some(problem) = problem {
            let problem = format!("form field `{name}` {problem}");
            form.problem.get_or_insert(problem);
        } else if values > 0 {
            form.fields.push((name, Value::Text(text)));
        }
    }
}

impl FormValue for FilePart {
    fn write(&self, name: &'static str, form: &mut FormWriter) {
        form.fields.push((name, Value::File(self.clone())));
    }
}

impl FormValue for Option<FilePart> {
    fn write(&self, name: &'static str, form: &mut FormWriter) {
        if let Some(file) = self {
            file.write(name, form);
        }
    }
}

impl FormWriter {
    /// Adds a field, unless its value is absent.
    pub fn field(&mut self, name: &'static str, value: &dyn FormValue) {
        value.write(name, self);
    }

    /// The form as `application/x-www-form-urlencoded`.
    pub(crate) fn into_urlencoded(self) -> Result<Bytes, String> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        let mut form = form_urlencoded::Serializer::new(String::new());
        for (name, value) in &self.fields {
            match value {
                Value::Text(text) => form.append_pair(name, text),
                Value::File(_) => {
                    return Err(format!(
                        "form field `{name}` is a file, which only a multipart form can contain"
                    ));
                }
            };
        }
        Ok(form.finish().into())
    }

    /// The form as `multipart/form-data` with this boundary.
    pub(crate) fn into_multipart(self, boundary: &str) -> Result<Content, String> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        let mut parts = Vec::with_capacity(3 * self.fields.len() + 1);
        for (name, value) in self.fields {
            let mut head = format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"",
                quoted(name)
            );
            let content = match value {
                Value::Text(text) => text.into(),
                Value::File(file) => {
                    // It becomes a line of the body, so that it must not be more than a line.
                    if HeaderValue::from_str(&file.media_type).is_err() {
                        return Err(format!(
                            "form field `{name}`: the media type of the file is not a header value"
                        ));
                    }
                    head.push_str(&format!(
                        "; filename=\"{}\"\r\nContent-Type: {}",
                        quoted(&file.name),
                        file.media_type
                    ));
                    file.content
                }
            };
            head.push_str("\r\n\r\n");
            parts.extend([head.into(), content, "\r\n".into()]);
        }
        parts.push(format!("--{boundary}--\r\n").into());
        Ok(Content::join(parts))
    }
}

/// A boundary that no content contains, short of a miracle: 128 random bits.
pub(crate) fn boundary() -> String {
    format!("iconik-api-{:032x}", fastrand::u128(..))
}

/// A name between quotation marks, in the form that browsers send.
fn quoted(name: &str) -> String {
    name.replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// [`Form`] of a model that is sent as a form.
///
/// ```text
/// form_model!(TokenRequest { grant_type: "grant_type", code: "code" });
/// ```
macro_rules! form_model {
    ($model:ident { $($field:ident: $wire:literal),* $(,)? }) => {
        impl $crate::http::form::Form for $model {
            fn write(&self, form: &mut $crate::http::form::FormWriter) {
                $(form.field($wire, &self.$field);)*
                // A form without fields writes nothing.
                let _ = form;
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;

    struct Login {
        user: String,
        password: Secret,
        port: Option<i64>,
    }

    form_model!(Login {
        user: "user",
        password: "password",
        port: "port"
    });

    struct Upload {
        note: Option<String>,
        file: FilePart,
        second: Option<FilePart>,
    }

    form_model!(Upload {
        note: "note",
        file: "file",
        second: "second"
    });

    fn written(form: &impl Form) -> FormWriter {
        let mut writer = FormWriter::default();
        form.write(&mut writer);
        writer
    }

    fn login() -> Login {
        Login {
            user: "Ann & Bob=ä".into(),
            password: "p+w d".into(),
            port: None,
        }
    }

    #[test]
    fn a_urlencoded_form_has_the_fields_that_are_set() {
        let form = written(&login()).into_urlencoded().unwrap();

        assert_eq!(form, "user=Ann+%26+Bob%3D%C3%A4&password=p%2Bw+d");
    }

    #[test]
    fn a_multipart_form_has_the_files_with_name_and_type() {
        let upload = Upload {
            note: Some("two\r\nlines".into()),
            file: FilePart::new("a\"b\r\n.txt", "text").media_type("text/plain"),
            second: None,
        };

        let form = written(&upload).into_multipart("B").unwrap();

        let expected = concat!(
            "--B\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\ntwo\r\nlines\r\n",
            "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a%22b%0D%0A.txt\"\r\n",
            "Content-Type: text/plain\r\n\r\ntext\r\n--B--\r\n",
        );
        assert_eq!(form.as_bytes().unwrap(), expected);
    }

    #[test]
    fn a_media_type_cannot_add_lines() {
        let upload = Upload {
            note: None,
            file: FilePart::new("a", "").media_type("text/plain\r\nX: y"),
            second: None,
        };

        let problem = written(&upload).into_multipart("B").unwrap_err();

        assert!(problem.contains("`file`"), "{problem}");
    }

    #[test]
    fn a_stream_in_a_form_decides_whether_it_can_be_sent_again() {
        let stream = || Content::from_streams(empty_stream).with_length(0);
        let upload = |content| Upload {
            note: None,
            file: FilePart::new("a", content),
            second: None,
        };

        let again = written(&upload(stream())).into_multipart("B").unwrap();
        let once = Content::from_stream(empty_stream());
        let once = written(&upload(once)).into_multipart("B").unwrap();

        assert!(again.is_repeatable() && again.length().is_some());
        assert!(!once.is_repeatable() && once.length().is_none());
        assert!(once.open().is_some());
        assert!(once.open().is_none(), "the stream is gone");
    }

    fn empty_stream()
    -> impl futures_core::Stream<Item = Result<Bytes, crate::error::BoxError>> + Send + 'static
    {
        Nothing
    }

    struct Nothing;

    impl futures_core::Stream for Nothing {
        type Item = Result<Bytes, crate::error::BoxError>;

        fn poll_next(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Self::Item>> {
            std::task::Poll::Ready(None)
        }
    }

    #[test]
    fn nothing_secret_is_printed() {
        assert!(!format!("{:?}", written(&login())).contains("p+w"));
    }
}
