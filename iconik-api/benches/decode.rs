//! How fast answers are decoded.
fn main() {}
