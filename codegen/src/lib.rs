//! Reads the iconik API spec and writes the iconik-api crate.

pub mod api;
pub mod audit;
pub mod changes;
mod check;
mod coverage;
mod decode;
mod description;
pub mod diag;
pub mod document;
pub mod ident;
mod load;
mod name;
mod node;
pub mod openapi;
pub mod pages;
mod print;
mod prose;
mod rust;
pub mod scaffold;
mod schema;
mod sentences;
pub mod source;
mod spec;
mod spelling;
mod yaml;

pub use coverage::coverage;
pub use diag::Diagnostics;
pub use load::load;
pub use rust::{
    Files, GENERATED, Layout, features, generate, generate_fixture, generate_into, names,
};
pub use schema::schema;
pub use source::{Source, is_generated};
