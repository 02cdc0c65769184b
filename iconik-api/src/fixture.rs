//! What the generator makes of its own test spec, `codegen/tests/emit`: compiled here, so that a
//! feature of the generator that the real spec does not use cannot rot.

// Nobody uses it; that it compiles is the point.
#![allow(dead_code, unreachable_pub, unused_imports)]

#[rustfmt::skip]
mod resources;
#[rustfmt::skip]
mod services;
#[rustfmt::skip]
mod types;
