//! Reads the iconik API spec and writes the iconik-api crate.

pub mod api;
pub mod audit;
pub mod changes;
pub mod document;
pub mod openapi;
pub mod pages;
mod words;
