//! A long run against a local server that fails and lies: nothing may be lost, nothing may happen twice, no
//! program may stop, and memory must not grow.
//!
//! ```sh
//! cargo run --release -p iconik-api --example soak --features blocking -- 200000
//! ```
//!
//! The number is that of the plain calls: every second one creates a playlist, and one in twenty meets a
//! fault: 503, 429, a reset before or after the work, half a response. Where an error says that the create may
//! have happened, this program looks before it tries again, as an integrator should.
//!
//! Then come programs of other shapes (`programs.rs`), once for each thousand calls, with lists about which the
//! server lies (`lists.rs`). A list may end with an error; a list that ends without one must have had each item
//! once. The report names what was lost or doubled, and the program fails if there
//! is anything.

mod ledger;
mod lists;
mod programs;
mod server;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use iconik_api::assets::NewPlaylist;
use iconik_api::{Client, Error, Limiter, RetryPolicy};

use crate::ledger::Ledger;
use crate::server::Server;

const CONCURRENCY: u64 = 64;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let calls = std::env::args()
        .nth(1)
        .map_or(Ok(200_000), |text| text.parse())?;
    let server = Server::start()?;
    let client = client(&server.url)?;
    let ledger = Arc::new(Ledger::default());
    let started = Instant::now();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;

    runtime.block_on(plain_calls(&client, &ledger, calls))?;
    println!(
        "{calls} calls in {:.1?} ({:.0} a second), {} KiB resident",
        started.elapsed(),
        calls as f64 / started.elapsed().as_secs_f64(),
        resident_kib()
    );
    let rounds = calls.div_ceil(1_000);
    for round in 0..rounds {
        programs::run(&runtime, &client, &ledger, round)?;
        if round % rounds.div_ceil(10) == 0 {
            println!("round {round} of {rounds}, {} KiB resident", resident_kib());
        }
    }

    println!(
        "{} in {:.1?}: {} requests, {} faults, {} lies, {} creates looked up",
        ledger.summary(),
        started.elapsed(),
        server.requests.load(Ordering::Relaxed),
        server.faults.load(Ordering::Relaxed),
        server.lies.load(Ordering::Relaxed),
        ledger.looked_up.load(Ordering::Relaxed),
    );
    ledger.check(&server.created())
}

/// A client that never waits long, so that many faults fit into a run.
fn client(url: &str) -> Result<Client, Error> {
    let second = Duration::from_secs(1);
    Client::builder()
        .app_id("soak")
        .auth_token("soak")
        .base_url(url)
        .limiter(Limiter::new(100_000, 1_000_000, second))
        .retry(RetryPolicy::default().backoff(second / 1_000, second / 100))
        .retry_budget(1_000)
        .max_connections(16)
        .timeout(second * 5)
        .build()
}

/// Tasks that create playlists and get them, one after the other.
async fn plain_calls(
    client: &Client,
    ledger: &Arc<Ledger>,
    calls: u64,
) -> Result<(), Box<dyn std::error::Error>> {
    let next = Arc::new(AtomicU64::new(0));
    let workers: Vec<_> = (0..CONCURRENCY)
        .map(|_| {
            let (client, ledger, next) = (client.clone(), Arc::clone(ledger), Arc::clone(&next));
            tokio::spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= calls {
                        return Ok::<_, Error>(());
                    }
                    if calls >= 10 && number % (calls / 10) == 0 {
                        println!("{number:>8} calls, {:>6} KiB resident", resident_kib());
                    }
                    let name = format!("p{number}");
                    match number % 2 {
                        0 => create_once(&client, &ledger, &name).await?,
                        _ => get(&client, &ledger, &name).await?,
                    }
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await??;
    }
    Ok(())
}

/// Gets a playlist. The client retries; the program only sees success.
async fn get(client: &Client, ledger: &Ledger, name: &str) -> Result<(), Error> {
    let playlist = client.assets().playlists().get(name).await?;
    if playlist.name.as_deref() != Some(name) {
        ledger.note(format!("the response to {name} is {:?}", playlist.name));
    }
    Ok(())
}

/// Creates a playlist, whatever it takes, but not twice.
async fn create_once(client: &Client, ledger: &Ledger, name: &str) -> Result<(), Error> {
    ledger.expect(name);
    loop {
        let create = client.assets().playlists().create(NewPlaylist::new(name));
        let Err(error) = create.await else {
            return Ok(());
        };
        if error.maybe_sent() {
            ledger.looked_up.fetch_add(1, Ordering::Relaxed);
            let path = format!("/API/assets/v1/created/{name}/");
            let call = client.request(http::Method::GET, &path);
            if call.json_value().await?["created"] == true {
                return Ok(());
            }
        }
    }
}

/// Memory in use; 0 where the system does not say it.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}
