//! How many instructions and allocations one GET of an asset of 7 KB takes, in the program itself, and
//! how many the decoding of a page.
//!
//! ```sh
//! cargo bench -p iconik-api --bench instructions
//! ```
//!
//! It runs itself under valgrind, which must be installed, and takes the difference between a short
//! run and a long one, so that what is done once does not count. The server is another process.
//! Most of it is decoding: with a type of two fields one sees what the call alone costs. To look
//! closer, with the address that `… serve` prints (`cargo bench … --no-run` says where the
//! program is):
//!
//! ```sh
//! CARGO_PROFILE_BENCH_DEBUG=1 cargo bench -p iconik-api --bench instructions --no-run
//! target/release/deps/instructions-… serve &
//! valgrind --tool=callgrind target/release/deps/instructions-… ours asset 1000 http://127.0.0.1:…
//! callgrind_annotate callgrind.out.… | head -60
//! ```

#![allow(missing_docs, unreachable_pub)]
// `json!` needs a step for every member of an asset.
#![recursion_limit = "512"]

use std::env;
use std::error::Error;
use std::hint::black_box;
use std::ops::Range;
use std::process::Command;

use iconik_api::Page;
use iconik_api::assets::{Asset, Segment};
use serde::de::DeserializeOwned;

mod support;

use support::get::Short;
use support::process::Process;
use support::{data, get, process, server};

const SHORT: u64 = 100;
const LONG: u64 = 1_100;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    match &args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve"] => {
            let answer = server::answer(&data::one_asset());
            Ok(process::serve(move |_| answer.clone())?)
        }
        ["ours", "asset", calls, address] => ours::<Asset>(calls.parse()?, address),
        ["ours", "short", calls, address] => ours::<Short>(calls.parse()?, address),
        ["reqwest", "asset", calls, address] => reqwest::<Asset>(calls.parse()?, address),
        ["reqwest", "short", calls, address] => reqwest::<Short>(calls.parse()?, address),
        ["decode", "assets", times] => decode::<Page<Asset>>(times.parse()?, &data::assets()),
        ["decode", "segments", times] => decode::<Page<Segment>>(times.parse()?, &data::segments()),
        _ if support::measuring() => measure(),
        _ => Ok(()),
    }
}

fn ours<T: DeserializeOwned + 'static>(calls: u64, address: &str) -> Result<()> {
    let client = get::client(address);
    runtime()?.block_on(async {
        for _ in 0..calls {
            black_box(get::ours::<T>(&client).await);
        }
    });
    Ok(())
}

fn reqwest<T: DeserializeOwned>(calls: u64, address: &str) -> Result<()> {
    let client = get::reqwest_client();
    runtime()?.block_on(async {
        for _ in 0..calls {
            black_box(get::by_reqwest::<T>(&client, address, true).await);
        }
    });
    Ok(())
}

fn decode<T: DeserializeOwned>(times: u64, text: &str) -> Result<()> {
    for _ in 0..times {
        let text = simdutf8::basic::from_utf8(black_box(text.as_bytes()))?;
        black_box(serde_json::from_str::<T>(text)?);
    }
    Ok(())
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    Ok(builder.enable_all().build()?)
}

fn measure() -> Result<()> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("valgrind is not installed; nothing was measured");
        return Ok(());
    }
    let server = Process::start()?;
    println!("an asset of {} bytes", data::one_asset().len());
    println!(
        "{:<36} {:>12} {:>12} {:>12}",
        "", "instructions", "allocations", "bytes"
    );
    for (what, name) in [("asset", "the whole asset"), ("short", "two fields of it")] {
        for (who, by) in [("reqwest", "reqwest alone"), ("ours", "this client")] {
            let run = |calls: u64| {
                let words = [who, what].map(str::to_owned);
                let rest = [calls.to_string(), server.address.clone()];
                words.into_iter().chain(rest).collect()
            };
            row(&format!("{name}, {by}"), SHORT..LONG, run)?;
        }
    }
    for (what, name) in [("assets", "100 assets"), ("segments", "1,000 segments")] {
        let run = |times: u64| vec!["decode".to_owned(), what.to_owned(), times.to_string()];
        row(&format!("a page of {name}, decoded"), 2..22, run)?;
    }
    Ok(())
}

/// Prints what one run takes; `run` gives the arguments of this program for a number of runs.
fn row(name: &str, runs: Range<u64>, run: impl Fn(u64) -> Vec<String>) -> Result<()> {
    let per_run = |tool: &str, label: &str, nth: usize| -> Result<f64> {
        let (few, many) = (run(runs.start), run(runs.end));
        let count = count(tool, label, nth, &many)? - count(tool, label, nth, &few)?;
        Ok(count / (runs.end - runs.start) as f64)
    };
    println!(
        "{name:<36} {:>12.0} {:>12.1} {:>12.0}",
        per_run("callgrind", "Collected :", 0)?,
        per_run("memcheck", "total heap usage:", 0)?,
        per_run("memcheck", "total heap usage:", 4)?,
    );
    Ok(())
}

/// Returns a number that a tool of valgrind prints: the word at this place behind the label.
fn count(tool: &str, label: &str, nth: usize, arguments: &[String]) -> Result<f64> {
    let output = Command::new("valgrind")
        .arg(format!("--tool={tool}"))
        .args(match tool {
            "callgrind" => ["--callgrind-out-file=/dev/null"],
            _ => ["--leak-check=no"],
        })
        .arg(env::current_exe()?)
        .args(arguments)
        .output()?;
    let report = String::from_utf8_lossy(&output.stderr);
    let number = report
        .split_once(label)
        .and_then(|(_, rest)| rest.split_whitespace().nth(nth));
    let number = number.ok_or_else(|| format!("unexpected output of valgrind:\n{report}"))?;
    Ok(number.replace(',', "").parse()?)
}
