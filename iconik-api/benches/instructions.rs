//! How many instructions and allocations one GET of an asset of 7 KB takes, in the program itself.
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
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use iconik_api::assets::Asset;
use serde::de::DeserializeOwned;

mod support;

use support::get::Short;
use support::{data, get, server};

const SHORT: u64 = 100;
const LONG: u64 = 1_100;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    match &args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve"] => serve(),
        ["ours", "asset", calls, address] => ours::<Asset>(calls.parse()?, address),
        ["ours", "short", calls, address] => ours::<Short>(calls.parse()?, address),
        ["reqwest", "asset", calls, address] => reqwest::<Asset>(calls.parse()?, address),
        ["reqwest", "short", calls, address] => reqwest::<Short>(calls.parse()?, address),
        _ if support::measuring() => measure(),
        _ => Ok(()),
    }
}

fn serve() -> Result<()> {
    let answer = server::answer(&data::one_asset());
    println!("{}", server::serve(move |_| answer.clone()));
    // Until whoever started it goes.
    std::io::stdin().lock().read_until(b'\n', &mut Vec::new())?;
    Ok(())
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

fn runtime() -> Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    Ok(builder.enable_all().build()?)
}

fn measure() -> Result<()> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("valgrind is not installed; nothing was measured");
        return Ok(());
    }
    let mut server = Server::start()?;
    let address = server.address()?;
    println!("an asset of {} bytes", data::one_asset().len());
    println!("{:<36} {:>12} {:>12}", "", "instructions", "allocations");
    for (what, name) in [("asset", "the whole asset"), ("short", "two fields of it")] {
        for (who, by) in [("reqwest", "reqwest alone"), ("ours", "this client")] {
            let instructions = per_call("callgrind", "Collected :", [who, what], &address)?;
            let allocations = per_call("memcheck", "total heap usage:", [who, what], &address)?;
            println!(
                "{:<36} {instructions:>12.0} {allocations:>12.1}",
                format!("{name}, {by}")
            );
        }
    }
    Ok(())
}

/// What a tool of valgrind counts for one call.
fn per_call(tool: &str, label: &str, mode: [&str; 2], address: &str) -> Result<f64> {
    let count = |calls: u64| -> Result<u64> {
        let output = Command::new("valgrind")
            .arg(format!("--tool={tool}"))
            .args(match tool {
                "callgrind" => ["--callgrind-out-file=/dev/null"],
                _ => ["--leak-check=no"],
            })
            .arg(env::current_exe()?)
            .args(mode)
            .args([&calls.to_string(), address])
            .output()?;
        let report = String::from_utf8_lossy(&output.stderr);
        let number = report
            .split_once(label)
            .and_then(|(_, rest)| rest.split_whitespace().next());
        let number = number.ok_or_else(|| format!("valgrind said:\n{report}"))?;
        Ok(number.replace(',', "").parse()?)
    };
    Ok((count(LONG)? - count(SHORT)?) as f64 / (LONG - SHORT) as f64)
}

/// This program as a server; it ends with its standard input.
struct Server(Child);

impl Server {
    fn start() -> Result<Self> {
        let child = Command::new(env::current_exe()?)
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        Ok(Self(child))
    }

    fn address(&mut self) -> Result<String> {
        let mut line = String::new();
        let out = self.0.stdout.as_mut().ok_or("the server is silent")?;
        BufReader::new(out).read_line(&mut line)?;
        Ok(line.trim().to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // It has nothing to lose, and nobody would hear that it could not be waited for.
        let _ = self.0.wait();
    }
}
