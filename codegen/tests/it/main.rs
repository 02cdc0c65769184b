//! The tests of the generator, in one binary: linking is the slow part.

mod api;
mod compiles;
mod diagnostics;
mod documented;
mod emit;
mod published;
mod readme;
mod robust;
mod support;
mod tools;
