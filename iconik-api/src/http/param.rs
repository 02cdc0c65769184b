//! The values of paths, queries and headers, and how they are escaped.

use std::fmt::{self, Write as _};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::data::id::Id;
use crate::data::secret::Secret;
use crate::data::timestamp::Timestamp;

/// Everything but the characters that no URL parser gives a meaning to.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Why a list without items is not sent. iconik ignores a parameter without a value, so that the
/// request would be about everything, not about nothing.
pub(super) const EMPTY: &str = "is a list without items, which would not filter at all: leave it unset for everything, and do not send the request for nothing";

/// A value that can stand in a path, a query or a header.
///
/// Lists write one text per item and are joined with commas; `None` writes nothing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent as a parameter",
    label = "expected a text, a number, a boolean, an id, an enum, a timestamp, or a list of them"
)]
pub trait ParamValue {
    /// Writes the value.
    fn write(&self, sink: &mut ParamSink<'_>);
}

/// Takes the text of a [`ParamValue`] and escapes it for the place where it goes.
pub struct ParamSink<'a> {
    pub(super) out: &'a mut String,
    pub(super) target: Target<'a>,
    pub(super) values: usize,
    pub(super) secret: bool,
    /// Why the value cannot be sent.
    pub(super) problem: Option<&'static str>,
}

pub(super) enum Target<'a> {
    Path,
    Query {
        name: &'a str,
        separator: char,
    },
    /// A header, or a field of a form: nothing is escaped here.
    Plain,
}

impl<'a> ParamSink<'a> {
    pub(super) fn new(out: &'a mut String, target: Target<'a>) -> Self {
        Self {
            out,
            target,
            values: 0,
            secret: false,
            problem: None,
        }
    }
}

impl ParamSink<'_> {
    /// Adds one value.
    pub fn text(&mut self, value: &str) {
        self.begin();
        self.push(value);
    }

    /// Adds one value by its `Display` form.
    pub fn display(&mut self, value: &dyn fmt::Display) {
        self.begin();
        // Writing to a `String` cannot fail; a `Display` that fails all the same ends the value.
        let _ = write!(Escape(self), "{value}");
    }

    /// Adds one value that `Debug` output must not show.
    pub fn secret(&mut self, value: &str) {
        self.secret = true;
        self.text(value);
    }

    /// Says why the value cannot be sent; the request becomes an error then.
    ///
    /// The reason continues a sentence that begins with the name: "is not a number …".
    pub fn refuse(&mut self, reason: &'static str) {
        self.problem.get_or_insert(reason);
    }

    fn begin(&mut self) {
        match self.target {
            _ if self.values > 0 => self.out.push(','),
            Target::Query { name, separator } => {
                self.out.push(separator);
                self.push(name);
                self.out.push('=');
            }
            Target::Path | Target::Plain => {}
        }
        self.values += 1;
    }

    fn push(&mut self, text: &str) {
        // Most values are ids, which need no escaping and so no second look at each character.
        let plain =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
        match self.target {
            Target::Path | Target::Query { .. } if !text.bytes().all(plain) => {
                self.out.extend(utf8_percent_encode(text, ESCAPED));
            }
            _ => self.out.push_str(text),
        }
    }
}

impl fmt::Debug for ParamSink<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParamSink")
            .field("values", &self.values)
            .finish_non_exhaustive()
    }
}

struct Escape<'a, 'b>(&'a mut ParamSink<'b>);

impl fmt::Write for Escape<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.push(text);
        Ok(())
    }
}

/// Implements [`ParamValue`] by `Display`.
macro_rules! display_param {
    ($($ty:ty),* $(,)?) => {$(
        impl $crate::http::param::ParamValue for $ty {
            fn write(&self, sink: &mut $crate::http::param::ParamSink<'_>) {
                sink.display(self);
            }
        }
    )*};
}

display_param!(bool, i32, i64, u32, u64, usize);

impl ParamValue for f64 {
    fn write(&self, sink: &mut ParamSink<'_>) {
        match self.is_finite() {
            true => sink.display(self),
            false => sink.refuse("is not a finite number"),
        }
    }
}

impl ParamValue for str {
    fn write(&self, sink: &mut ParamSink<'_>) {
        sink.text(self);
    }
}

impl ParamValue for String {
    fn write(&self, sink: &mut ParamSink<'_>) {
        sink.text(self);
    }
}

impl<T: ParamValue + ?Sized> ParamValue for &T {
    fn write(&self, sink: &mut ParamSink<'_>) {
        (**self).write(sink);
    }
}

impl<T: ParamValue> ParamValue for Option<T> {
    fn write(&self, sink: &mut ParamSink<'_>) {
        if let Some(value) = self {
            value.write(sink);
        }
    }
}

impl<T: ParamValue> ParamValue for [T] {
    fn write(&self, sink: &mut ParamSink<'_>) {
        if self.is_empty() {
            sink.refuse(EMPTY);
        }
        for value in self {
            value.write(sink);
        }
    }
}

impl<T: ParamValue> ParamValue for Vec<T> {
    fn write(&self, sink: &mut ParamSink<'_>) {
        self[..].write(sink);
    }
}

impl<T: ParamValue, const N: usize> ParamValue for [T; N] {
    fn write(&self, sink: &mut ParamSink<'_>) {
        self[..].write(sink);
    }
}

/// JSON values go as their text: a string without quotes, everything else as JSON.
impl ParamValue for serde_json::Value {
    fn write(&self, sink: &mut ParamSink<'_>) {
        match self {
            Self::Null => {}
            Self::String(text) => sink.text(text),
            other => sink.display(other),
        }
    }
}

impl<K> ParamValue for Id<K> {
    fn write(&self, sink: &mut ParamSink<'_>) {
        sink.text(self.as_ref());
    }
}

impl ParamValue for Timestamp {
    fn write(&self, sink: &mut ParamSink<'_>) {
        sink.display(self);
    }
}

impl ParamValue for Secret {
    fn write(&self, sink: &mut ParamSink<'_>) {
        self.note();
        sink.secret(self.expose());
    }
}
