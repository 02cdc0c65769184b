//! The door to what `cargo xtask regen` writes: nothing behind it is edited by hand.

// The generator has its own layout.
#[rustfmt::skip]
pub(crate) mod actions;
#[rustfmt::skip]
pub(crate) mod resources;
#[rustfmt::skip]
pub(crate) mod services;
#[rustfmt::skip]
pub mod types;
