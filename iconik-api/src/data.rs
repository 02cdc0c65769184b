//! The data types that requests and responses are made of, and how they look in JSON.

pub(crate) mod id;
pub(crate) mod json_error;
mod json_text;
pub(crate) mod lenient;
pub(crate) mod missing_field;
pub(crate) mod nullable;
#[macro_use]
pub(crate) mod open_enum;
pub(crate) mod page;
pub(crate) mod raw_json;
pub(crate) mod secret;
#[macro_use]
pub(crate) mod tagged_union;
pub(crate) mod timestamp;
pub(crate) mod unknown_fields;
// The macros of models are tested together with those above.
#[macro_use]
pub(crate) mod model;
#[macro_use]
pub(crate) mod copied;
#[cfg(test)]
mod union_tests;
