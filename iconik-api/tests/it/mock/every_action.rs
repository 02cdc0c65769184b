//! Every action of the spec, sent to a local iconik that takes nothing that is not described.

use std::collections::BTreeSet;

use iconik_api::mock::Server;
use iconik_api::{Action, Client, RetryPolicy};
use tokio::runtime::Runtime;

/// What the generated tests hand their requests to: sends each, and reads the response.
pub(crate) struct Lines {
    runtime: Runtime,
    client: Client,
    seen: BTreeSet<&'static str>,
    failures: Vec<String>,
    // The last to be dropped: the client is connected to it.
    _server: Server,
}

impl Default for Lines {
    fn default() -> Self {
        let server = Server::builder()
            .strict(true)
            .invent_objects(true)
            .start()
            .unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread();
        Self {
            runtime: { runtime }.enable_all().build().unwrap(),
            client: server
                .client_builder()
                .retry(RetryPolicy::none())
                .build()
                .unwrap(),
            seen: BTreeSet::new(),
            failures: Vec::new(),
            _server: server,
        }
    }
}

impl Lines {
    pub(crate) fn add<A: Action>(&mut self, request: &A) {
        self.seen.insert(A::META.id);
        let response = async { self.client.call(request).await };
        if let Err(error) = self.runtime.block_on(response) {
            let body = error
                .body()
                .map(|body| String::from_utf8_lossy(body).into_owned());
            self.failures
                .push(format!("{error}: {}", body.unwrap_or_default()));
        }
    }

    pub(crate) fn check(&self, service: &str, resource: &str) {
        assert!(self.failures.is_empty(), "{:#?}", self.failures);
        assert!(!self.seen.is_empty(), "{service}.{resource} has no action");
    }
}
