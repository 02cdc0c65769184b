//! The integration tests of the crate, in one binary: linking is the slow part.
// Deprecated actions are tested like all others.
#![allow(deprecated, missing_docs)]

#[cfg(feature = "assets")]
mod allocations;
#[cfg(all(feature = "blocking", feature = "assets"))]
mod blocking;
mod bodies;
#[cfg(feature = "assets")]
mod connections;
mod credentials;
#[cfg(all(feature = "download", feature = "upload"))]
mod download;
#[cfg(feature = "assets")]
mod encoding;
mod every_action;
#[cfg(all(feature = "full", feature = "mock", feature = "upload"))]
mod examples;
#[cfg(feature = "assets")]
mod failures;
#[cfg(feature = "assets")]
mod faults;
mod fetch;
// Written by the generator: every request, with as little and with as much as it takes.
#[rustfmt::skip]
mod generated;
#[cfg(feature = "assets")]
mod helpers;
#[cfg(feature = "assets")]
mod http;
#[cfg(feature = "jobs")]
mod jobs;
#[cfg(feature = "assets")]
mod list_ends;
#[cfg(feature = "auth")]
mod login;
#[cfg(feature = "assets")]
mod memory;
#[cfg(feature = "metadata")]
mod metadata_values;
#[cfg(all(feature = "mock", feature = "assets"))]
mod mock;
#[cfg(feature = "assets")]
mod pace;
#[cfg(feature = "assets")]
mod paging;
#[cfg(feature = "assets")]
mod paging_properties;
#[cfg(feature = "assets")]
mod real_data;
#[cfg(feature = "assets")]
mod resources;
mod responses;
#[cfg(feature = "assets")]
mod resume;
#[cfg(all(feature = "download", feature = "mock", feature = "upload"))]
mod round_trips;
#[cfg(feature = "assets")]
mod runtimes;
#[cfg(feature = "search")]
mod search_criteria;
#[cfg(feature = "assets")]
mod secrets;
mod support;
#[cfg(all(feature = "testing", feature = "assets"))]
mod testing;
#[cfg(all(feature = "assets", feature = "rustls"))]
mod tls;
#[cfg(all(feature = "tracing", feature = "assets"))]
mod tracing;
#[cfg(feature = "upload")]
mod upload;
mod wire;

use iconik_api::Action;

/// What the generated tests hand each request to.
#[derive(Default)]
struct Lines {
    written: wire::Lines,
    sent: every_action::Lines,
    #[cfg(all(feature = "mock", feature = "assets"))]
    mocked: mock::Lines,
}

impl Lines {
    fn add<A: Action>(&mut self, request: &A) {
        self.written.add(request);
        self.sent.add(request);
        #[cfg(all(feature = "mock", feature = "assets"))]
        self.mocked.add(request);
    }

    fn check(&self, service: &str, resource: &str) {
        #[cfg(all(feature = "mock", feature = "assets"))]
        self.mocked.check(service, resource);
        self.written.check(service, resource);
        self.sent.check(service, resource);
    }
}
