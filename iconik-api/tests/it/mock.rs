//! The local iconik, through the client as its users see it.

mod checks;
mod every_action;
mod faults;
mod model;
mod paging;
mod record;
#[cfg(feature = "full")]
mod services;
mod state;
#[cfg(feature = "full")]
mod uploads;

pub(crate) use every_action::Lines;

use http::Method;
use iconik_api::mock::Server;
use iconik_api::{Client, Error, RetryPolicy};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

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

/// A response, as it came over the socket.
#[derive(Debug)]
struct Raw {
    status: u16,
    headers: String,
    body: String,
}

impl Raw {
    /// The value of a header, or empty text.
    fn header(&self, name: &str) -> String {
        let mut lines = self
            .headers
            .lines()
            .filter_map(|line| line.split_once(": "));
        let found = lines.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or_else(String::new, |(_, value)| value.to_owned())
    }

    /// The text of an XML element.
    fn inside(&self, element: &str) -> String {
        let rest = self.body.split(&format!("<{element}>")).nth(1);
        let text = rest.and_then(|rest| rest.split('<').next());
        text.unwrap_or_else(|| panic!("no {element} in {}", self.body))
            .to_owned()
    }
}

/// Sends a request with these headers alone.
async fn raw(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Raw {
    let url = url.strip_prefix("http://").unwrap();
    let (address, path) = url.split_once('/').unwrap();
    let headers: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let length = body.len();
    let head = format!(
        "{method} /{path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n"
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    Raw {
        status: head[9..12].parse().unwrap(),
        headers: head.to_owned(),
        body: body.to_owned(),
    }
}
