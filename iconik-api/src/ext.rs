//! Small helpers for what integrators do every day.
//!
//! | to | there is |
//! |---|---|
//! | take "not found" for an answer | [`OptionalExt::optional`] |
//! | wait until a change has happened, or has reached the search index | [`Wait`] |
//! | send thousands of things through an action that takes 500 | [`Bulk`] |
//! | see everything below a collection | [`Collections::walk`](crate::collections::Collections::walk) |

mod bulk;
mod optional;
#[cfg(feature = "collections")]
mod tree;
mod wait;

pub use bulk::{Bulk, Chunk, Failed, Report};
pub use optional::OptionalExt;
#[cfg(feature = "collections")]
pub use tree::{Found, TreeError, TreeWalk};
pub use wait::Wait;
