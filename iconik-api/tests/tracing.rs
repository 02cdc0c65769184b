//! What a subscriber is told: the action and how it went, nothing that was sent.
#![cfg(feature = "tracing")]

#[path = "support/playlists.rs"]
mod shape;
mod support;

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use iconik_api::{Limiter, RetryPolicy};
use shape::playlists;
use support::{APP_ID, Reply, Server, TOKEN};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Writes everything down, one line each.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // Times differ from run to run.
        if field.name() == "millis" {
            return;
        }
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("iconik_api")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut log = self.0.lock().unwrap();
        log.push_str("span");
        span.record(&mut Line(&mut log));
        log.push('\n');
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut log = self.0.lock().unwrap();
        log.push_str("record");
        values.record(&mut Line(&mut log));
        log.push('\n');
    }

    fn event(&self, event: &Event<'_>) {
        let mut log = self.0.lock().unwrap();
        log.push_str("event");
        event.record(&mut Line(&mut log));
        log.push('\n');
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn a_call_is_a_span_and_each_attempt_an_event() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let server = Server::replies([Reply::empty(503), Reply::json(200, "{}")]).await;
    let policy = RetryPolicy::default().backoff(Duration::from_millis(1), Duration::from_millis(1));
    let client = server
        .builder()
        .retry(policy)
        .limiter(Limiter::unlimited())
        .build()
        .unwrap();

    playlists(&client)
        .get("secret-id")
        .send()
        .query("secret", "value")
        .await
        .unwrap();
    playlists(&client).get("").await.unwrap_err();

    let log = log.0.lock().unwrap();
    let expected = r#"span action="playlists.get" method="GET" path="/v1/playlists/{playlist_id}/"
event message=sending attempt=1
event message=answered attempt=1 status=503
event message=waiting reason="to try again"
event message=sending attempt=2
event message=answered attempt=2 status=200
record attempts=2
record status=200
"#;
    assert_eq!(*log, expected);
    for secret in [APP_ID, TOKEN, "secret-id", "value"] {
        assert!(!log.contains(secret));
    }
}
