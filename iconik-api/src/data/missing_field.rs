//! A request was to be made from an answer that lacks something.

use std::fmt;

/// The answer lacks a field that the request made from it must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissingFieldError {
    model: &'static str,
    field: &'static str,
}

impl MissingFieldError {
    /// The field `field`, by its name in JSON, of the model `model`.
    #[must_use]
    pub const fn new(model: &'static str, field: &'static str) -> Self {
        Self { model, field }
    }

    /// The model that lacks the field.
    #[must_use]
    pub const fn model(&self) -> &'static str {
        self.model
    }

    /// The field, by its name in JSON.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        self.field
    }
}

impl fmt::Display for MissingFieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "this {} has no `{}`, which the request needs",
            self.model, self.field
        )
    }
}

impl std::error::Error for MissingFieldError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_names_model_and_field() {
        let error = MissingFieldError::new("Collection", "title");
        assert_eq!(
            error.to_string(),
            "this Collection has no `title`, which the request needs"
        );
    }
}
