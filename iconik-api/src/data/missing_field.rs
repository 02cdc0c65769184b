//! The error of a field that a response lacks.

use std::fmt;

/// The error of a field that is required, and that a response lacks.
///
/// It converts into an [`Error`](crate::Error) of the kind [`ErrorKind::Decode`](crate::ErrorKind::Decode).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissingFieldError {
    model: &'static str,
    field: &'static str,
}

impl MissingFieldError {
    /// Creates the error for the field `field`, by its name in JSON, of the model `model`.
    #[must_use]
    pub const fn new(model: &'static str, field: &'static str) -> Self {
        Self { model, field }
    }

    /// Returns the name of the model.
    #[must_use]
    pub const fn model(&self) -> &'static str {
        self.model
    }

    /// Returns the name of the field in JSON.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        self.field
    }
}

impl fmt::Display for MissingFieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this {} has no `{}`", self.model, self.field)
    }
}

impl std::error::Error for MissingFieldError {}

/// Returns the value of a field of a response, or the error of the model that lacks it.
pub(crate) fn required<T: Clone>(
    field: &Option<T>,
    model: &'static str,
    name: &'static str,
) -> Result<T, MissingFieldError> {
    field.clone().ok_or(MissingFieldError::new(model, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_names_model_and_field() {
        let error = MissingFieldError::new("Collection", "title");
        assert_eq!(error.to_string(), "this Collection has no `title`");
    }
}
