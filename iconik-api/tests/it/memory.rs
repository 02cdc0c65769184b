//! How much memory a response may take, whatever a server sends.

use std::future::IntoFuture;

use allocation_counter::{AllocationInfo, measure};
use http::{Request, Response};
use iconik_api::assets::{Asset, Collection, Segment};
use iconik_api::{Body, BoxFuture, Client, ErrorKind, Limiter, Transport, TransportError};
use serde::Deserialize;
use serde_json::Value;

const MIB: u64 = 1 << 20;

/// Returns the same body to each request.
#[derive(Debug)]
struct Memory(bytes::Bytes);

impl Transport for Memory {
    fn send(&self, _: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async { Ok(Response::new(Body::from(self.0.clone()))) })
    }
}

fn client(body: String) -> Client {
    let client = Client::builder().app_id("a").auth_token("t");
    let client = client.transport(Memory(body.into()));
    client.limiter(Limiter::unlimited()).build().unwrap()
}

/// Runs a call on this thread, whose allocations are counted.
fn run<F: Future>(call: F) -> F::Output {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().unwrap().block_on(call)
}

/// A page whose items are this text, of about a megabyte.
fn page_of(item: &str) -> String {
    let count = 1024 * 1024 / (item.len() + 1);
    format!(r#"{{"objects":[{}]}}"#, vec![item; count].join(","))
}

fn peak(program: impl FnOnce()) -> u64 {
    let AllocationInfo { bytes_max, .. } = measure(program);
    bytes_max
}

/// A type of an application.
#[derive(Deserialize)]
struct Own {
    #[allow(dead_code)]
    #[serde(default)]
    numbers: [[u64; 32]; 4],
}

impl iconik_api::ListItem for Own {}

#[test]
fn a_page_of_tiny_items_takes_memory_in_proportion_to_its_text() {
    let nested = |name: &str| format!(r#"{{"{name}":[{}]}}"#, vec!["{}"; 1_000].join(","));
    let pages = [
        page_of("{}"),
        page_of(r#"{"a":1}"#),
        page_of(r#"{"approval":{}}"#),
        page_of(&nested("files")),
        page_of(&nested("versions")),
        page_of(r#"{"approval":{"approvals_by":[{},{}]}}"#),
        page_of("null"),
        page_of("[]"),
    ];
    for page in pages {
        let start = page[..40].to_owned();
        let most = 3 * 32 * MIB;
        let client = client(page);
        let assets = peak(|| {
            let result = run(client.assets().list().into_future());
            if let Err(error) = result {
                assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
                assert!(error.to_string().len() < 2_000);
            }
        });
        let items = peak(|| {
            run(async {
                let mut items = client.assets().list().items();
                while let Some(Ok(_)) = items.next().await {}
            });
        });
        let own = peak(|| {
            let call = client.assets().list().call();
            let _ = run(call.decode_as::<iconik_api::Page<Own>>().into_future());
        });
        println!("{start}: {assets} {items} {own}");
        assert!(
            assets <= most && items <= most && own <= most,
            "{start}: {assets} {items} {own}"
        );
    }
}

/// What iconik really sends is far from the bound: large lists with few fields each.
#[test]
fn long_lists_of_small_items_are_read() {
    let item = r#"{"id":"2c5bfe1a-f149-11eb-a843-0a580a3db916","title":"Take 3","is_online":true}"#;
    let list = |count: usize| format!(r#"{{"objects":[{}]}}"#, vec![item; count].join(","));
    let client = client(list(10_000));
    let assets = run(client.assets().list().into_future()).unwrap();
    assert_eq!(assets.objects.len(), 10_000);
    let collections = run(client.assets().collections().list().into_future()).unwrap();
    assert_eq!(collections.objects.len(), 10_000);
    println!(
        "Asset {}, Collection {}, Segment {}",
        size_of::<Asset>(),
        size_of::<Collection>(),
        size_of::<Segment>()
    );
}

#[test]
fn one_item_may_be_large() {
    let words = vec![r#"{"value":"so"}"#; 20_000].join(",");
    let body = format!(r#"{{"objects":[{{"transcription":{{"words":[{words}]}}}}]}}"#);
    let client = client(body);
    let segments = run(client.assets().segments().list("a").into_future()).unwrap();
    let transcription = segments.objects[0].transcription.as_ref().unwrap();
    assert_eq!(transcription.words.len(), 20_000);
}

/// The largest body of an error that is kept is a megabyte, and its words are few.
#[test]
fn an_error_of_many_megabytes_is_small() {
    let messages: Vec<Value> = (0..40_000)
        .map(|n| format!("field {n} is wrong").into())
        .collect();
    for body in [
        serde_json::json!({ "errors": messages }).to_string(),
        format!(r#"{{"errors":"{}"}}"#, "x".repeat(15 << 20)),
        format!(r#"{{"errors":{}1{}}}"#, "[".repeat(100), "]".repeat(100)),
        format!(
            r#"{{"detail":[{}]}}"#,
            vec![r#"{"loc":["a","b"],"msg":"m"}"#; 30_000].join(",")
        ),
    ] {
        #[derive(Debug)]
        struct Refusing(bytes::Bytes);
        impl Transport for Refusing {
            fn send(
                &self,
                _: Request<Body>,
            ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
                Box::pin(async {
                    let mut response = Response::new(Body::from(self.0.clone()));
                    *response.status_mut() = http::StatusCode::BAD_REQUEST;
                    Ok(response)
                })
            }
        }
        let client = Client::builder().app_id("a").auth_token("t");
        let client = client.transport(Refusing(body.into())).build().unwrap();
        let mut error = None;
        let peak = peak(|| error = run(client.assets().get("a").into_future()).err());
        let error = error.unwrap();
        assert!(error.to_string().len() < 8_000);
        assert!(format!("{error:?}").len() < 20_000);
        assert!(peak < 32 * MIB, "{peak} bytes");
    }
}
