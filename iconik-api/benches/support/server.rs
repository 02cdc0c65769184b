//! A server on 127.0.0.1 that answers at once, from memory, and does no more than it must.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// Gives the address of a server that has `answer` for each request line.
pub fn serve<A>(answer: impl Fn(&str) -> A + Send + Sync + 'static) -> String
where
    A: AsRef<[u8]>,
{
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            thread::spawn(move || converse(stream, &*answer));
        }
    });
    format!("http://{address}")
}

fn converse<A: AsRef<[u8]>>(stream: TcpStream, answer: &impl Fn(&str) -> A) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut out = stream.try_clone()?;
    let mut lines = BufReader::new(stream);
    let mut head = String::new();
    loop {
        head.clear();
        while !head.ends_with("\r\n\r\n") {
            if lines.read_line(&mut head)? == 0 {
                return Ok(());
            }
        }
        out.write_all(answer(head.lines().next().unwrap_or_default()).as_ref())?;
    }
}

/// A whole answer with this JSON and headers as iconik sends them, but with a quota that slows nobody.
pub fn answer(json: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\n\
         content-type: application/json\r\n\
         date: Mon, 13 May 2024 10:15:00 GMT\r\n\
         ratelimit-limit: 1000000, 1000000;w=20\r\n\
         ratelimit-remaining: 1000000\r\n\
         content-length: {}\r\n\r\n{json}",
        json.len()
    )
    .into_bytes()
}
