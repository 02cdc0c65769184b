//! What the benchmarks share.

// Each benchmark uses a part of it.
#![allow(dead_code)]

pub mod data;
pub mod get;
pub mod paired;
pub mod process;
pub mod server;

/// Whether this is a measurement. `cargo test --benches` only wants to know that it runs.
pub fn measuring() -> bool {
    std::env::args().any(|arg| arg == "--bench")
}
