//! The local iconik, through the client as its users see it.

mod checks;
mod every_action;
mod faults;
mod model;
mod paging;
mod record;
mod state;

pub(crate) use every_action::Lines;

use http::Method;
use iconik_api::mock::Server;
use iconik_api::{Client, Error, RetryPolicy};
use serde_json::Value;

/// A server with default settings, and a client that tries everything once.
fn start() -> (Server, Client) {
    let server = Server::start().unwrap();
    let client = impatient(&server);
    (server, client)
}

/// A client that tries everything once.
fn impatient(server: &Server) -> Client {
    let client = server.client_builder();
    client.retry(RetryPolicy::none()).build().unwrap()
}

/// Sends JSON to a path, and returns the JSON of the response.
async fn send(client: &Client, method: Method, path: &str, body: &Value) -> Result<Value, Error> {
    let request = client.request(method, path);
    let request = if body.is_null() {
        request
    } else {
        request.json(body)
    };
    let response = request.raw().await?;
    Ok(serde_json::from_slice(response.body()).unwrap_or_default())
}

fn status<T: std::fmt::Debug>(result: Result<T, Error>) -> u16 {
    result.unwrap_err().status().unwrap().as_u16()
}
