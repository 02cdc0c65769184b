//! What a call costs beyond reqwest: GETs of an asset of 7 KB over kept connections, one at a time and
//! 64 at once, with everything on that the client does by itself (pace, retries, timeout, bounded
//! response, checked URL), against reqwest alone with the same request and the same type for the response.
//!
//! ```sh
//! taskset -c 1 cargo bench -p iconik-api --bench overhead
//! ```
//!
//! On one processor, because otherwise the result depends on where the system puts the threads. The server
//! is another process; the processor time of all threads of this one counts, also of the thread that drives
//! the client's connections. Nearly half of it is the kernel's: `instructions` shows what is spent in the
//! program itself.

#![allow(missing_docs, unreachable_pub)]
// `json!` needs a step for every member of an asset.
#![recursion_limit = "512"]

use std::hint::black_box;

use criterion::{Criterion, criterion_group};
use futures_util::future::join_all;
use iconik_api::assets::Asset;

mod support;

use support::process::Process;
use support::{data, get, paired, process, server};

fn overhead(criterion: &mut Criterion) {
    let server = Process::start().expect("this program can be started again");
    let address = &server.address;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made");
    let (client, reqwest) = (get::client(address), get::reqwest_client());
    let mut ours = || {
        black_box(runtime.block_on(get::ours::<Asset>(&client)));
    };
    let mut alone = || {
        black_box(runtime.block_on(get::by_reqwest::<Asset>(&reqwest, address, false)));
    };
    let mut with_timeout = || {
        black_box(runtime.block_on(get::by_reqwest::<Asset>(&reqwest, address, true)));
    };

    paired::compare(
        "one GET of an asset",
        &mut [
            ("reqwest with its timeout", &mut with_timeout),
            ("reqwest without a timeout", &mut alone),
            ("this client", &mut ours),
        ],
    );

    const AT_ONCE: usize = 64;
    paired::compare(
        "64 GETs at once",
        &mut [
            ("reqwest with its timeout", &mut || {
                let gets = (0..AT_ONCE).map(|_| get::by_reqwest::<Asset>(&reqwest, address, true));
                black_box(runtime.block_on(join_all(gets)));
            }),
            ("this client", &mut || {
                let gets = (0..AT_ONCE).map(|_| get::ours::<Asset>(&client));
                black_box(runtime.block_on(join_all(gets)));
            }),
        ],
    );

    let mut group = criterion.benchmark_group("get");
    group.bench_function("this client", |bencher| bencher.iter(&mut ours));
    group.bench_function("reqwest", |bencher| bencher.iter(&mut with_timeout));
    group.finish();
}

criterion_group!(benches, overhead);

fn main() {
    if process::is_server() {
        let answer = server::answer(&data::one_asset());
        process::serve(move |_| answer.clone()).expect("standard input can be read");
        return;
    }
    benches();
    Criterion::default().configure_from_args().final_summary();
}
