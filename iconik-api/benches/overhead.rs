//! What a call costs beyond reqwest: one GET of an asset of 7 KB over a kept connection, with
//! everything on that the client does by itself (pace, retries, timeout, bounded answer, checked
//! URL), against reqwest alone with the same request and the same type for the answer.
//!
//! ```sh
//! cargo bench -p iconik-api --bench overhead
//! ```
//!
//! The server runs in another thread, and only the processor time of the calling thread counts.
//! Nearly half of it is the kernel's: `instructions` shows what is spent in the program itself.

#![allow(missing_docs, unreachable_pub)]
// `json!` needs a step for every member of an asset.
#![recursion_limit = "512"]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use iconik_api::assets::Asset;

mod support;

use support::{data, get, paired, server};

fn overhead(criterion: &mut Criterion) {
    let answer = server::answer(&data::one_asset());
    let address = server::serve(move |_| answer.clone());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made");
    let (client, reqwest) = (get::client(&address), get::reqwest_client());
    let mut ours = || {
        black_box(runtime.block_on(get::ours::<Asset>(&client)));
    };
    let mut alone = || {
        black_box(runtime.block_on(get::by_reqwest::<Asset>(&reqwest, &address, false)));
    };
    let mut with_timeout = || {
        black_box(runtime.block_on(get::by_reqwest::<Asset>(&reqwest, &address, true)));
    };

    paired::compare(
        "one GET of an asset",
        &mut [
            ("reqwest with its timeout", &mut with_timeout),
            ("reqwest without a timeout", &mut alone),
            ("this client", &mut ours),
        ],
    );

    let mut group = criterion.benchmark_group("get");
    group.bench_function("this client", |bencher| bencher.iter(&mut ours));
    group.bench_function("reqwest", |bencher| bencher.iter(&mut with_timeout));
    group.finish();
}

criterion_group!(benches, overhead);
criterion_main!(benches);
