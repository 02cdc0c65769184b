//! How long it takes to list 10,000 assets when each answer is 40 ms away, page after page and
//! several pages at once, both within the default pace of 50 requests a second.
//!
//! ```sh
//! cargo bench -p iconik-api --bench read_ahead
//! ```
//!
//! The size of a page decides. At 200 rows, the 50 requests fit into the first second of the pace, and
//! reading 16 or more ahead is 6 to 8 times as fast. At 100 rows, half
//! of the requests must wait for the next second whatever is done. At 500 rows there is little left
//! to gain: after the first page, which tells how many there are, come two or three round trips, and
//! then reading 87 MB of JSON is most of the time.

#![allow(missing_docs, unreachable_pub)]
// `json!` needs a step for every member of an asset.
#![recursion_limit = "512"]

use std::thread;
use std::time::{Duration, Instant};

use iconik_api::Client;
use iconik_api::assets::Asset;

mod support;

use support::{data, server};

const LATENCY: Duration = Duration::from_millis(40);
const AT_ONCE: [usize; 3] = [8, 16, 24];

fn main() {
    let (total, sizes) = match support::measuring() {
        true => (10_000, &[100, 200, 500][..]),
        false => (40, &[10][..]),
    };
    println!("{total} assets over {} ms", LATENCY.as_millis());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made");
    for &per_page in sizes {
        // Made beforehand, so that the server takes no longer than it says.
        let pages: Vec<_> = (1..=total / per_page)
            .map(|number| server::answer(&data::page_of_assets(number, per_page, total)))
            .collect();
        let address = server::serve(move |line| {
            thread::sleep(LATENCY);
            pages[number_in(line) - 1].clone()
        });
        let list = |at_once| runtime.block_on(list(&address, per_page, at_once, total));
        let sequential = list(1);
        println!("{per_page} on a page, one at a time: {sequential:.2?}");
        for at_once in AT_ONCE {
            let time = list(at_once);
            println!(
                "{per_page} on a page, {at_once:>2} at once: {time:.2?}, {:.1} times as fast",
                sequential.as_secs_f64() / time.as_secs_f64()
            );
        }
    }
}

/// The page that a request line asks for.
fn number_in(line: &str) -> usize {
    let query = line.split(['?', ' ']).nth(2).unwrap_or_default();
    query
        .split('&')
        .find_map(|pair| pair.strip_prefix("page=")?.parse().ok())
        .unwrap_or(1)
}

/// Each time with a client of its own: a new one has the whole pace before it, and no connection.
async fn list(address: &str, per_page: usize, at_once: usize, total: usize) -> Duration {
    let client = Client::builder()
        .app_id("bench")
        .auth_token("bench")
        .base_url(address)
        .build()
        .expect("the settings are right");
    let per_page = i64::try_from(per_page).expect("a page is small");
    let began = Instant::now();
    let assets = client.assets().list().per_page(per_page).items();
    let assets: Vec<Asset> = assets
        // At 10,000 iconik may only have stopped to count. Without this, the list would be scrolled.
        .limit(total as u64)
        .read_ahead(at_once)
        .try_collect()
        .await
        .expect("the server answers");
    assert_eq!(assets.len(), total, "rows were lost or came twice");
    began.elapsed()
}
