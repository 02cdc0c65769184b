//! The most used resources over real HTTP, as an integrator writes it: what arrives and what the
//! caller gets.

mod assets;
mod collections;
mod delete_queue;
mod segments;

use crate::support::{APP_ID, Received, Reply, Server, TOKEN};
use serde_json::Value;

const ASSET: &str = "7c0d3a52-8f11-11ec-9d3e-0a580a3c2f10";
const OTHER_ASSET: &str = "9b2f6c1e-8f11-11ec-a0c4-0a580a3c2f10";
const COLLECTION: &str = "1e5a9f40-8f12-11ec-b6d7-0a580a3c2f10";
const VERSION: &str = "7c0d6b8c-8f11-11ec-9d3e-0a580a3c2f10";
const USER: &str = "40f2e8aa-5a0b-11ea-8f77-0a580a3c1b44";

/// A server that gives one answer.
async fn answering(status: u16, body: Value) -> Server {
    Server::always(Reply::json(status, body.to_string())).await
}

/// Asserts that one request arrived, with the client's credentials and with this JSON as its body;
/// null for a request without a body.
#[track_caller]
fn assert_arrived(server: &Server, line: &str, body: Value) -> Received {
    let received = server.single();
    assert_eq!(format!("{} {}", received.method, received.target), line);
    assert_eq!(received.header("app-id"), Some(APP_ID));
    assert_eq!(received.header("auth-token"), Some(TOKEN));
    assert_eq!(received.header("share-auth-token"), None);
    assert_eq!(received.header("authorization"), None);
    if body.is_null() {
        assert_eq!(received.header("content-type"), None);
        assert_eq!(received.body, b"");
    } else {
        assert_eq!(received.header("content-type"), Some("application/json"));
        assert_eq!(received.json(), body);
    }
    received
}
