//! Reads the iconik API spec and writes the iconik-api crate.

pub mod api;
pub mod name;
mod print;
mod rust;

pub use rust::{Files, GENERATED, generate};
