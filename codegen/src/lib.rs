//! Reads the iconik API spec and writes the iconik-api crate.

pub mod api;
pub mod name;
