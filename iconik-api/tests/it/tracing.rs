//! What a call tells `tracing`.

use std::cell::RefCell;
use std::fmt::{Debug, Write as _};
use std::time::Duration;

use iconik_api::{Limiter, RetryPolicy};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::support::{APP_ID, Reply, Server, TOKEN};

thread_local! {
    static LOG: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Notes what happens on the threads that want it noted. One subscriber serves the whole process:
/// `tracing` remembers for each place in the code whether any subscriber takes it.
struct Log;

impl Log {
    /// Begins the log of this thread.
    fn begin() {
        // A second test finds it set.
        let _ = tracing::subscriber::set_global_default(Self);
        LOG.set(Some(String::new()));
    }

    /// The log of this thread.
    fn end() -> String {
        LOG.take().unwrap()
    }

    fn line(what: &str, record: impl FnOnce(&mut Line<'_>)) {
        LOG.with_borrow_mut(|log| {
            if let Some(log) = log {
                log.push_str(what);
                record(&mut Line(log));
                log.push('\n');
            }
        });
    }
}

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
        Self::line("span", |line| span.record(line));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        Self::line("record", |line| values.record(line));
    }

    fn event(&self, event: &Event<'_>) {
        Self::line(event.metadata().level().as_str(), |line| event.record(line));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn a_call_is_a_span_and_each_attempt_an_event() {
    Log::begin();
    let server = Server::replies([Reply::empty(503), Reply::json(200, "{}")]).await;
    let policy = RetryPolicy::default().backoff(Duration::from_millis(1), Duration::from_millis(1));
    let client = server
        .builder()
        .retry(policy)
        .limiter(Limiter::unlimited())
        .build()
        .unwrap();

    client
        .assets()
        .playlists()
        .get("p")
        .call()
        .query("secret", "value")
        .await
        .unwrap();
    client.assets().playlists().get("").await.unwrap_err();

    let log = Log::end();
    let port = server.url().rsplit(':').next().unwrap().to_owned();
    let expected = format!(
        r#"span iconik.action="assets.playlists.get" http.request.method="GET" url.path="/API/assets/v1/playlists/p/" server.address="127.0.0.1" server.port={port}
DEBUG message=sending attempt=1
DEBUG message=received attempt=1 http.response.status_code=503
INFO message=retrying attempt=1 error.type="503"
DEBUG message=sending attempt=2
DEBUG message=received attempt=2 http.response.status_code=200
record http.request.resend_count=1
record http.response.status_code=200
"#
    );
    assert_eq!(log, expected);
    for secret in [APP_ID, TOKEN, "value"] {
        assert!(!log.contains(secret));
    }
}

#[cfg(feature = "upload")]
#[tokio::test]
async fn the_traces_of_an_upload_contain_the_host_of_a_signed_url_alone() {
    use iconik_api::upload::Source;

    use crate::upload::cloud::{Cloud, Fault, SIGNATURE};

    for method in ["GCS", "S3", "B2", "AZURE"] {
        let cloud = Cloud::start(method).await;
        let storage = format!("server.port={}", cloud.storage.port());
        cloud.fail("/", Fault::Status(503, SIGNATURE));
        Log::begin();
        let source = Source::bytes("a", vec![7; 300_000]);
        let upload = cloud.client().upload(source).part_size(100_000);
        upload.await.unwrap();
        let log = Log::end();

        assert!(log.contains(&storage), "{log}");
        for secret in [SIGNATURE, "token-", "/object/", APP_ID, TOKEN] {
            assert!(!log.contains(secret), "{method} {secret}: {log}");
        }
    }
}

#[tokio::test]
async fn a_pause_and_a_give_up_are_reported() {
    Log::begin();
    let server = Server::always(Reply::new(429, &[("retry-after", "3600")], "")).await;
    let client = server.client();
    client.assets().get("a").await.unwrap_err();
    client.assets().get("").await.unwrap_err();

    let log = Log::end();
    let expected = r#"DEBUG message=sending attempt=1
DEBUG message=received attempt=1 http.response.status_code=429
INFO message=pausing all requests after a 429 service="/API/assets"
WARN message=giving up attempts=1 error.type="429"
record http.request.resend_count=0
record error.type="429"
record http.response.status_code=429
"#;
    let (_, events) = log.split_once('\n').unwrap();
    assert_eq!(events, expected);
}

#[tokio::test]
async fn a_404_is_no_give_up() {
    Log::begin();
    let server = Server::always(Reply::empty(404)).await;
    server.client().assets().get("a").await.unwrap_err();
    let log = Log::end();
    assert!(!log.contains("WARN") && !log.contains("INFO"), "{log}");
}
