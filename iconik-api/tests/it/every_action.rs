//! Every action: what is sent is what arrives, and no answer demands a field, whatever the documents
//! say.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use bytes::Bytes;
use http::{Request, Response};
use iconik_api::{
    Action, Auth, Body, BoxFuture, Client, Credentials, Decode, Limiter, RetryPolicy, Transport,
    TransportError, prepare,
};
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

use crate::support::{APP_ID, Reply, SHARE_TOKEN, Server, TOKEN};
use crate::wire::without_boundary;

/// Gives every request the answer of the moment.
#[derive(Clone, Debug, Default)]
struct Canned(Arc<Mutex<(u16, Bytes)>>);

impl Transport for Canned {
    fn send(&self, _: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let (status, body) = self.0.lock().unwrap().clone();
        let mut answer = Response::new(body.into());
        *answer.status_mut() = status.try_into().unwrap();
        Box::pin(async { Ok(answer) })
    }
}

const TEMPORARY_TOKEN: &str = "temporary-SECRET-0c4e";

/// What the generated tests hand their requests to: sends each over HTTP, and has every poor answer
/// to it read.
pub(crate) struct Lines {
    runtime: Runtime,
    server: Server,
    over_http: Client,
    canned: Canned,
    with_canned_answers: Client,
    seen: BTreeSet<&'static str>,
    failures: Vec<String>,
}

impl Default for Lines {
    fn default() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let server = runtime.block_on(Server::always(Reply::json(200, "{}")));
        let client = || {
            let credentials = Credentials::new(APP_ID, TOKEN)
                .share_token(SHARE_TOKEN)
                .temporary_token(TEMPORARY_TOKEN);
            Client::builder()
                .base_url(server.url())
                .credentials(credentials)
                .limiter(Limiter::unlimited())
                .retry(RetryPolicy::none())
        };
        let canned = Canned::default();
        Self {
            over_http: client().build().unwrap(),
            with_canned_answers: client().transport(canned.clone()).build().unwrap(),
            runtime,
            server,
            canned,
            seen: BTreeSet::new(),
            failures: Vec::new(),
        }
    }
}

impl Lines {
    pub(crate) fn add<A: Action>(&mut self, request: &A) {
        self.send(request);
        // A request comes twice, with different arguments; its answers are the same.
        if self.seen.insert(A::META.id) {
            self.read_poor_answers(request);
        }
    }

    fn send<A: Action>(&self, request: &A) {
        let prepared = prepare(request).unwrap();
        let answer = async { self.over_http.call(request).raw().await };
        self.runtime.block_on(answer).unwrap();

        let arrived = self.server.received().pop().unwrap();
        assert_eq!(arrived.method, prepared.method().as_str());
        assert_eq!(arrived.path(), prepared.path());
        assert_eq!(arrived.query(), prepared.query().unwrap_or_default());
        let of_prepared = prepared.media_type().unwrap_or_default();
        let of_arrived = arrived.header("content-type").unwrap_or_default();
        let body = prepared.body().map_or(&[][..], |body| body);
        assert_eq!(
            without_boundary(&String::from_utf8_lossy(&arrived.body), of_arrived),
            without_boundary(&String::from_utf8_lossy(body), of_prepared),
            "{}",
            A::META.id
        );
        for (name, value) in prepared.headers() {
            assert_eq!(arrived.header(name.as_str()), value.to_str().ok());
        }
        let expected = match A::META.auth {
            Auth::Token => [Some(APP_ID), Some(TOKEN), None, None],
            Auth::ShareToken => [Some(APP_ID), None, Some(SHARE_TOKEN), None],
            Auth::TemporaryToken => [Some(APP_ID), None, None, Some(TEMPORARY_TOKEN)],
            Auth::None => [None; 4],
            // An App-ID alone.
            _ => [Some(APP_ID), None, None, None],
        };
        let names = [
            "app-id",
            "auth-token",
            "share-auth-token",
            "temp-auth-token",
        ];
        assert_eq!(
            names.map(|name| arrived.header(name)),
            expected,
            "{}",
            A::META.id
        );
    }

    fn read_poor_answers<A: Action>(&mut self, request: &A) {
        if <A::Response as Decode>::REDIRECTS {
            // The result is a header.
            return;
        }
        for status in [200, 201, 202] {
            for (what, body) in poor_answers(std::any::type_name::<A::Response>()) {
                *self.canned.0.lock().unwrap() = (status, body.into());
                let answer = async { self.with_canned_answers.call(request).await };
                if let Err(error) = self.runtime.block_on(answer) {
                    self.failures.push(format!("{status} with {what}: {error}"));
                }
            }
        }
    }

    pub(crate) fn check(&self, service: &str, resource: &str) {
        assert!(self.failures.is_empty(), "{:#?}", self.failures);
        let described: BTreeSet<_> = iconik_api::actions()
            .filter(|action| action.service == service && action.resource == resource)
            .map(|action| action.id)
            .collect();
        assert_eq!(self.seen, described);
    }
}

/// The poorest bodies that still are of the form that an action answers with: an object, or one
/// with a list of objects.
/// Poor answers of the shape that a decoder of this name expects: an object, unless it says otherwise.
fn poor_answers(decoder: &str) -> Vec<(&'static str, String)> {
    if decoder.contains("Json<alloc::string::String>") {
        return vec![("an empty text", r#""""#.into())];
    }
    if decoder.contains("Json<alloc::vec::Vec<") {
        return vec![
            ("no items", "[]".into()),
            ("empty objects", "[{},{}]".into()),
        ];
    }
    if decoder.contains("Json<alloc::collections::btree::map::BTreeMap<") {
        return vec![
            ("nothing in it", "{}".into()),
            ("an empty object", r#"{"brand_new":{}}"#.into()),
        ];
    }
    if decoder.contains("List<alloc::string::String>") {
        return vec![
            ("nothing in it", "{}".into()),
            ("no items", r#"{"objects":[]}"#.into()),
            ("a list that is null", r#"{"objects":null}"#.into()),
        ];
    }
    let nothing: Map<_, _> = fields()
        .iter()
        .map(|name| (name.clone(), Value::Null))
        .collect();
    let mut list = nothing.clone();
    list.insert("objects".into(), json!([nothing, {}, null]));
    vec![
        ("nothing in it", "{}".into()),
        ("a list of empty objects", r#"{"objects":[{},{}]}"#.into()),
        ("every field null", Value::Object(nothing).to_string()),
        (
            "a list of objects of nulls",
            Value::Object(list).to_string(),
        ),
        (
            "a field that nobody knows",
            r#"{"brand_new":[1.50,{"a":null}]}"#.into(),
        ),
    ]
}

/// The names of all fields of all models that answers are made of.
fn fields() -> &'static BTreeSet<String> {
    static FIELDS: OnceLock<BTreeSet<String>> = OnceLock::new();
    FIELDS.get_or_init(|| {
        let mut fields = BTreeSet::new();
        let generated = concat!(env!("CARGO_MANIFEST_DIR"), "/src/generated");
        collect_fields(Path::new(generated), &mut fields);
        for name in [
            "title",
            "versions",
            "date_created",
            "object_type",
            "segment_type",
        ] {
            assert!(fields.contains(name), "{name} is not among {fields:?}");
        }
        fields
    })
}

fn collect_fields(folder: &Path, fields: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect_fields(&path, fields);
        } else if path.file_name().is_some_and(|name| name == "wire.rs") {
            let code = fs::read_to_string(path).unwrap();
            for model in code.split("response_model!(").skip(1) {
                let (_, entries) = model.split("});").next().unwrap().split_once('{').unwrap();
                let entries = entries.split(',').filter(|entry| !entry.trim().is_empty());
                fields.extend(entries.map(name_in_json));
            }
        }
    }
}

/// The name in JSON of a field: in quotes where it is not that of the field itself.
fn name_in_json(entry: &str) -> String {
    let mut parts = entry.split('"');
    let field = parts.next().unwrap();
    let field = field.split_whitespace().next().unwrap();
    parts.next().unwrap_or(field).to_owned()
}

#[test]
fn every_documented_action_is_there() {
    // So many were documented when the crate was new; iconik adds more.
    assert!(iconik_api::actions().count() >= 196);
}
