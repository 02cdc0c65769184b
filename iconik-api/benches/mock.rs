//! How fast the local iconik is: its start, and one read over a kept connection.
//!
//! ```sh
//! taskset -c 1 cargo bench -p iconik-api --bench mock
//! ```
//!
//! On one processor, which client and server share: the reads in a second are those of one core.

#![allow(missing_docs)]

use std::hint::black_box;
use std::io::{Read, Write};
use std::net::TcpStream;

use criterion::{Criterion, criterion_group, criterion_main};
use iconik_api::assets::NewAsset;
use iconik_api::mock::Server;

fn mock(criterion: &mut Criterion) {
    let begun = std::time::Instant::now();
    let server = Server::start().expect("a port is free");
    // The first start of a process reads the description of the API.
    println!("first start: {:?}", begun.elapsed());
    criterion.bench_function("start", |bencher| {
        bencher.iter(|| black_box(Server::start().expect("a port is free")));
    });

    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    let created = runtime.block_on(async {
        let client = server.client()?;
        client.assets().create(NewAsset::new("Dailies")).await
    });
    let id = created
        .expect("an asset can be created")
        .id
        .expect("it has an id");
    let mut stream = TcpStream::connect(server.address()).expect("the server listens");
    stream.set_nodelay(true).expect("a socket has this option");
    let read = format!(
        "GET /API/assets/v1/assets/{id}/ HTTP/1.1\r\nhost: localhost\r\napp-id: a\r\nauth-token: t\r\n\r\n"
    );
    let list = read.replace(&format!("{id}/"), "");
    for (name, request) in [("get an asset", read), ("list assets", list)] {
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| exchange(&mut stream, &request));
        });
    }
}

/// Sends a request and reads the whole response.
fn exchange(stream: &mut TcpStream, request: &str) {
    stream
        .write_all(request.as_bytes())
        .expect("the server reads");
    let mut response = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        let count = stream.read(&mut buffer).expect("the server responds");
        assert_ne!(count, 0, "the server closed the connection");
        response.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&response);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head.to_ascii_lowercase();
        let length = length
            .split("content-length: ")
            .nth(1)
            .and_then(|rest| rest.lines().next());
        let length: usize = length
            .and_then(|length| length.parse().ok())
            .expect("it has a length");
        if body.len() >= length {
            assert!(head.starts_with("HTTP/1.1 200"), "{head}");
            return;
        }
    }
}

criterion_group!(benches, mock);
criterion_main!(benches);
