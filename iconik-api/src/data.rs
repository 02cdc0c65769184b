//! The data types that requests and responses are made of, and how they look in JSON.

// Macros are known to the modules below them.
#[macro_use]
pub(crate) mod lenient;
#[macro_use]
pub(crate) mod copied;
pub(crate) mod allowance;
pub(crate) mod field;
pub(crate) mod id;
pub(crate) mod json_error;
pub(crate) mod json_text;
pub(crate) mod mended_json;
pub(crate) mod missing_field;
pub(crate) mod not_a_time;
pub(crate) mod nullable;
#[macro_use]
pub(crate) mod open_enum;
pub(crate) mod raw_json;
pub(crate) mod secret;
pub(crate) mod strict_json;
#[macro_use]
pub(crate) mod tagged_union;
pub(crate) mod timestamp;
pub(crate) mod unknown_fields;
// The macros of models are tested together with those above.
#[macro_use]
pub(crate) mod model;
pub(crate) mod page;
#[cfg(test)]
mod union_tests;
