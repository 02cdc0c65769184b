//! Reads the iconik API spec and writes the iconik-api crate.

pub mod api;
mod check;
mod coverage;
mod decode;
pub mod diag;
pub mod ident;
mod load;
mod name;
mod node;
mod print;
mod rust;
mod schema;
pub mod source;
mod spec;

pub use coverage::coverage;
pub use diag::Diagnostics;
pub use load::load;
pub use rust::{Files, GENERATED, features, generate, generate_fixture, names};
pub use schema::schema;
pub use source::Source;
