//! How fast pages are decoded: the generated models as the client reads them, against structs of the
//! same fields written by hand, with text for ids and dates and with derived impls.
//!
//! ```sh
//! cargo bench -p iconik-api --bench decode
//! ```
//!
//! The answer to take along is the table that compares by turns; criterion's own figures are for
//! comparing two versions of this crate. By hand, there are three ways to take JSON of no fixed
//! shape: as trees of values, as most do; as the text that it came in, which our models do too; and
//! not at all.
//!
//! What is written by hand throws unknown fields away, keeps dates as text, and fails at a null list
//! and at a new enum value.

// Nobody reads what is decoded here.
#![allow(dead_code, missing_docs, unreachable_pub)]
// `json!` needs a step for every member of an asset.
#![recursion_limit = "512"]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use iconik_api::Page;
use iconik_api::assets::{Asset, Segment};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use serde_json::value::RawValue;

#[path = "decode/by_hand.rs"]
mod by_hand;
mod support;

use support::{data, paired};

type Text = Box<RawValue>;

/// As the client decodes an answer: the bytes are looked at once, then read as text.
fn ours<T: DeserializeOwned>(body: &str) {
    let text = simdutf8::basic::from_utf8(black_box(body.as_bytes())).expect("the data is text");
    black_box(serde_json::from_str::<T>(text).expect("the data fits the types"));
}

fn by_hand<T: DeserializeOwned>(body: &str) {
    let body = black_box(body.as_bytes());
    black_box(serde_json::from_slice::<T>(body).expect("the data fits the types"));
}

type AssetsByHand<J> = by_hand::Page<by_hand::Asset<J>, J>;
type SegmentsByHand<J> = by_hand::Page<by_hand::Segment<J>, J>;

fn by_turns(_: &mut Criterion) {
    let (assets, segments) = (data::assets(), data::segments());
    paired::compare(
        &format!("100 assets, {} bytes", assets.len()),
        &mut [
            ("generated", &mut || ours::<Page<Asset>>(&assets)),
            ("by hand, free JSON as values", &mut || {
                by_hand::<AssetsByHand<Value>>(&assets);
            }),
            ("by hand, free JSON as text", &mut || {
                by_hand::<AssetsByHand<Text>>(&assets);
            }),
            ("by hand, free JSON thrown away", &mut || {
                by_hand::<AssetsByHand<Nothing>>(&assets);
            }),
        ],
    );
    paired::compare(
        &format!("1,000 segments, {} bytes", segments.len()),
        &mut [
            ("generated", &mut || ours::<Page<Segment>>(&segments)),
            ("by hand, free JSON as values", &mut || {
                by_hand::<SegmentsByHand<Value>>(&segments);
            }),
            ("by hand, free JSON as text", &mut || {
                by_hand::<SegmentsByHand<Text>>(&segments);
            }),
        ],
    );
}

/// JSON that nobody keeps.
#[derive(Clone, Debug, Default)]
struct Nothing;

impl<'de> serde::Deserialize<'de> for Nothing {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

fn one_by_one(criterion: &mut Criterion) {
    let (assets, segments) = (data::assets(), data::segments());

    let mut group = criterion.benchmark_group("assets");
    group.throughput(Throughput::Bytes(assets.len() as u64));
    group.bench_function("generated", |bencher| {
        bencher.iter(|| ours::<Page<Asset>>(&assets));
    });
    group.bench_function("by hand", |bencher| {
        bencher.iter(|| by_hand::<AssetsByHand<Value>>(&assets));
    });
    group.finish();

    let mut group = criterion.benchmark_group("segments");
    group.throughput(Throughput::Bytes(segments.len() as u64));
    group.bench_function("generated", |bencher| {
        bencher.iter(|| ours::<Page<Segment>>(&segments));
    });
    group.bench_function("by hand", |bencher| {
        bencher.iter(|| by_hand::<SegmentsByHand<Value>>(&segments));
    });
    group.finish();
}

criterion_group!(benches, by_turns, one_by_one);
criterion_main!(benches);
