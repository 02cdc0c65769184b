//! Runs the examples of the documentation.

use std::future::Future;
use std::pin::{Pin, pin};
use std::time::Duration;

use super::Server;
use crate::client::Client;
use crate::error::Result;
use crate::http::retry::RetryPolicy;

/// How long an example may take.
const LONGEST: Duration = Duration::from_secs(20);

/// Runs an example of the documentation against a local iconik that accepts nothing that iconik does not
/// document, and that makes up the objects to which the example refers.
///
/// # Panics
///
/// When the example fails: it is wrong then.
#[doc(hidden)]
#[track_caller]
pub fn run_example<F: Future<Output = Result<()>>>(example: impl FnOnce(Client) -> F) {
    let (_server, client) = start();
    let example = pin!(example(client));
    match block_on(example) {
        Ok(()) => {}
        Err(error) => panic!("{error}: {:?}", error.body()),
    }
}

#[track_caller]
fn start() -> (Server, Client) {
    let start = || -> std::result::Result<_, Box<dyn std::error::Error>> {
        let server = Server::builder()
            .strict(true)
            .invent_objects(true)
            .start()?;
        let client = server.client_builder().retry(RetryPolicy::none());
        Ok((server, client.build()?))
    };
    match start() {
        Ok(started) => started,
        Err(error) => panic!("{error}"),
    }
}

/// Compiled once, not for each of the thousand examples.
fn block_on(example: Pin<&mut dyn Future<Output = Result<()>>>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let example = async { tokio::time::timeout(LONGEST, example).await };
    match runtime.map(|runtime| runtime.block_on(example)) {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => panic!("the example is not done within {LONGEST:?}"),
        Err(error) => panic!("{error}"),
    }
}
