//! How values of metadata fields are read by type: their models are those of several services and of payloads.

/// The methods of a model that has a `value` of free JSON.
macro_rules! reads_value {
    ($model:ident) => {
        /// Reading by type.
        impl $model {
            /// Returns the value as text; none if it is `null`, a list or an object.
            #[must_use]
            pub fn text(&self) -> Option<String> {
                match self.value.as_ref()?.value() {
                    ::serde_json::Value::String(text) => Some(text),
                    ::serde_json::Value::Number(number) => Some(number.to_string()),
                    ::serde_json::Value::Bool(value) => Some(value.to_string()),
                    ::serde_json::Value::Null
                    | ::serde_json::Value::Array(_)
                    | ::serde_json::Value::Object(_) => None,
                }
            }

            /// Returns the value as a whole number; none if it is not one. `3.0` is one.
            #[must_use]
            pub fn integer(&self) -> Option<i64> {
                let text = self.text()?;
                let text = text.trim();
                let whole = match text.split_once('.') {
                    Some((whole, zeros)) if zeros.bytes().all(|byte| byte == b'0') => whole,
                    _ => text,
                };
                whole.parse().ok()
            }

            /// Returns the value as a number; none if it is not one, or not finite.
            #[must_use]
            pub fn number(&self) -> Option<f64> {
                let number: f64 = self.text()?.trim().parse().ok()?;
                number.is_finite().then_some(number)
            }

            /// Returns the value as a boolean: `true` or `false` in any case; none for every other text.
            #[must_use]
            pub fn boolean(&self) -> Option<bool> {
                match self.text()?.trim() {
                    text if text.eq_ignore_ascii_case("true") => Some(true),
                    text if text.eq_ignore_ascii_case("false") => Some(false),
                    _ => None,
                }
            }

            /// Returns the value as a date (`2026-01-31`); none if it is not one. Of a date with a time, it
            /// returns the date.
            #[must_use]
            pub fn date(&self) -> Option<::jiff::civil::Date> {
                self.text()?.trim().parse().ok()
            }

            /// Returns the value as a date with a time; none if it is not one. A time without an offset is
            /// in UTC.
            #[must_use]
            pub fn timestamp(&self) -> Option<$crate::Timestamp> {
                let timestamp = $crate::Timestamp::from(self.text()?.trim());
                timestamp.as_jiff().is_some().then_some(timestamp)
            }
        }
    };
}

/// The methods of the models that have a list of values.
macro_rules! reads_values {
    ($model:ident, $values:ident: $value:ident) => {
        /// Reading by type. A field may have several values: the methods for a single one return the
        /// first.
        impl $model {
            /// Returns `true` if the field has no values.
            #[must_use]
            pub fn is_unset(&self) -> bool {
                self.$values.is_empty()
            }

            /// Returns the values as texts.
            #[must_use]
            pub fn texts(&self) -> Vec<String> {
                self.$values.iter().filter_map($value::text).collect()
            }

            /// Returns the first value as text.
            #[must_use]
            pub fn text(&self) -> Option<String> {
                self.$values.first()?.text()
            }

            /// Returns the first value as a whole number.
            #[must_use]
            pub fn integer(&self) -> Option<i64> {
                self.$values.first()?.integer()
            }

            /// Returns the first value as a number.
            #[must_use]
            pub fn number(&self) -> Option<f64> {
                self.$values.first()?.number()
            }

            /// Returns the first value as a boolean.
            #[must_use]
            pub fn boolean(&self) -> Option<bool> {
                self.$values.first()?.boolean()
            }

            /// Returns the first value as a date.
            #[must_use]
            pub fn date(&self) -> Option<::jiff::civil::Date> {
                self.$values.first()?.date()
            }

            /// Returns the first value as a date with a time.
            #[must_use]
            pub fn timestamp(&self) -> Option<$crate::Timestamp> {
                self.$values.first()?.timestamp()
            }
        }
    };
}
