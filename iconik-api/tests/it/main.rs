//! The integration tests of the crate, in one binary: linking is the slow part.
// Deprecated actions are tested like all others.
#![allow(deprecated, missing_docs)]

#[cfg(feature = "assets")]
mod allocations;
#[cfg(all(feature = "blocking", feature = "playlists"))]
mod blocking;
mod bodies;
mod credentials;
#[cfg(feature = "playlists")]
mod encoding;
mod every_action;
#[cfg(feature = "playlists")]
mod faults;
// Written by the generator: every request, with as little and with as much as it takes.
#[rustfmt::skip]
#[path = "generated/wire.rs"]
mod generated;
#[cfg(all(feature = "assets", feature = "collections", feature = "segments"))]
mod helpers;
#[cfg(feature = "full")]
mod http;
#[cfg(all(feature = "collections", feature = "relations", feature = "shares"))]
mod paging;
#[cfg(feature = "collections")]
mod paging_properties;
#[cfg(feature = "full")]
mod real_data;
#[cfg(feature = "full")]
mod resources;
mod responses;
#[cfg(feature = "playlists")]
mod secrets;
mod support;
#[cfg(all(feature = "tracing", feature = "playlists"))]
mod tracing;
mod wire;

use iconik_api::Action;

/// What the generated tests hand each request to.
#[derive(Default)]
struct Lines {
    written: wire::Lines,
    sent: every_action::Lines,
}

impl Lines {
    fn add<A: Action>(&mut self, request: &A) {
        self.written.add(request);
        self.sent.add(request);
    }

    fn check(&self, resource: &str) {
        self.written.check(resource);
        self.sent.check(resource);
    }
}
