//! What a page costs: decoding it, requesting it over HTTP, and reading its items as a list; in processor
//! time and in pages of memory that the system must provide.
//!
//! ```sh
//! taskset -c 1 cargo bench -p iconik-api --bench pages
//! ```
//!
//! The server is another process. Reading a page and its items from memory shows what the list adds to
//! decoding, without the noise of a connection.

#![allow(missing_docs, unreachable_pub)]
// `json!` needs a step for every member of an asset.
#![recursion_limit = "512"]

use std::future::IntoFuture;
use std::hint::black_box;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use iconik_api::assets::{Asset, Segment};
use iconik_api::{Body, BoxFuture, Client, Limiter, Page, Transport, TransportError};
use tokio::runtime::Runtime;

mod support;

use support::process::Process;
use support::{data, paired, process, server};

const ASSET: &str = "2c5bfe1a-f149-11eb-a843-0a580a3db916";

fn main() {
    if process::is_server() {
        let (assets, segments) = (
            server::answer(&data::assets()),
            server::answer(&data::segments()),
        );
        let answer = move |line: &str| match line.contains("segments") {
            true => segments.clone(),
            false => assets.clone(),
        };
        process::serve(answer).expect("standard input can be read");
        return;
    }
    let server = Process::start().expect("this program can be started again");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made");
    assets(&runtime, &server.address);
    segments(&runtime, &server.address);
}

fn assets(runtime: &Runtime, address: &str) {
    let text = data::assets();
    let (network, memory) = (over_http(address), from_memory(&text));
    paired::compare(
        &format!("100 assets, {} bytes", text.len()),
        &mut [
            ("decoded", &mut || decode::<Page<Asset>>(&text)),
            ("from memory, a page", &mut || {
                let page = runtime.block_on(memory.assets().list().into_future());
                black_box(page.expect("the page is complete"));
            }),
            ("from memory, its items", &mut || {
                runtime.block_on(async {
                    let mut items = memory.assets().list().items().limit(100);
                    while let Some(item) = items.next().await {
                        black_box(item.expect("the page is complete"));
                    }
                });
            }),
            ("over HTTP", &mut || {
                let page = runtime.block_on(network.assets().list().into_future());
                black_box(page.expect("the server responds"));
            }),
        ],
    );
}

fn segments(runtime: &Runtime, address: &str) {
    let text = data::segments();
    let (network, memory) = (over_http(address), from_memory(&text));
    paired::compare(
        &format!("1,000 segments, {} bytes", text.len()),
        &mut [
            ("decoded", &mut || decode::<Page<Segment>>(&text)),
            ("from memory, a page", &mut || {
                let page = runtime.block_on(memory.assets().segments().list(ASSET).into_future());
                black_box(page.expect("the page is complete"));
            }),
            ("from memory, its items", &mut || {
                runtime.block_on(async {
                    let list = memory.assets().segments().list(ASSET);
                    let mut items = list.items().limit(1_000);
                    while let Some(item) = items.next().await {
                        black_box(item.expect("the page is complete"));
                    }
                });
            }),
            ("over HTTP", &mut || {
                let page = runtime.block_on(network.assets().segments().list(ASSET).into_future());
                black_box(page.expect("the server responds"));
            }),
        ],
    );
}

fn decode<T: serde::de::DeserializeOwned>(text: &str) {
    let text = simdutf8::basic::from_utf8(black_box(text.as_bytes())).expect("the data is text");
    black_box(serde_json::from_str::<T>(text).expect("the data fits the types"));
}

fn builder() -> iconik_api::ClientBuilder {
    let limiter = Limiter::new(1_000_000, 1_000_000, Duration::from_secs(20));
    Client::builder()
        .app_id("bench")
        .auth_token("bench")
        .limiter(limiter)
}

fn over_http(address: &str) -> Client {
    let client = builder().base_url(address).build();
    client.expect("the settings are right")
}

fn from_memory(page: &str) -> Client {
    let page = Bytes::from(page.to_owned());
    let client = builder().transport(Memory(page)).build();
    client.expect("the settings are right")
}

/// Returns the same body to each request.
#[derive(Debug)]
struct Memory(Bytes);

impl Transport for Memory {
    fn send(&self, _: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async { Ok(Response::new(Body::from(self.0.clone()))) })
    }
}
