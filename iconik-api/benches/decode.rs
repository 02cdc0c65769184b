//! How fast pages are decoded, against types written by hand with derived impls.
//!
//! The others throw unknown fields away, keep dates as text and fail at a new enum value.

// Nobody reads what is decoded here, and the modules are written as a library's would be.
#![allow(dead_code, missing_docs, unreachable_pub)]
#![recursion_limit = "512"]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use serde::de::DeserializeOwned;

#[path = "decode/by_hand.rs"]
mod by_hand;
#[path = "decode/data.rs"]
mod data;
#[path = "decode/ours.rs"]
mod ours;

/// As the client decodes an answer: the bytes are looked at once, then read as text.
fn ours<T: DeserializeOwned>(body: &[u8]) -> T {
    let text = simdutf8::basic::from_utf8(body).expect("the data is text");
    serde_json::from_str(text).expect("the data fits the types")
}

fn by_hand<T: DeserializeOwned>(body: &[u8]) -> T {
    serde_json::from_slice(body).expect("the data fits the types")
}

fn decode(criterion: &mut Criterion) {
    let (assets, segments) = (data::assets(), data::segments());

    let mut group = criterion.benchmark_group("assets");
    group.throughput(Throughput::Bytes(assets.len() as u64));
    group.bench_with_input(
        BenchmarkId::new("ours", 100),
        assets.as_bytes(),
        |bencher, body| {
            bencher.iter(|| ours::<ours::Page<ours::Asset>>(black_box(body)));
        },
    );
    group.bench_with_input(
        BenchmarkId::new("by hand", 100),
        assets.as_bytes(),
        |bencher, body| {
            bencher.iter(|| by_hand::<by_hand::Page<by_hand::Asset>>(black_box(body)));
        },
    );
    group.finish();

    let mut group = criterion.benchmark_group("segments");
    group.throughput(Throughput::Bytes(segments.len() as u64));
    group.bench_with_input(
        BenchmarkId::new("ours", 1000),
        segments.as_bytes(),
        |bencher, body| {
            bencher.iter(|| ours::<ours::Page<ours::Segment>>(black_box(body)));
        },
    );
    group.bench_with_input(
        BenchmarkId::new("by hand", 1000),
        segments.as_bytes(),
        |bencher, body| {
            bencher.iter(|| by_hand::<by_hand::Page<by_hand::Segment>>(black_box(body)));
        },
    );
    group.finish();
}

criterion_group!(benches, decode);
criterion_main!(benches);
