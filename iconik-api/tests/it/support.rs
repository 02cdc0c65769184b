//! A server on 127.0.0.1 that does what a script says and remembers what it was sent.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "a module of several test crates, each using a part of it"
)]

use std::future::Future;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use iconik_api::{Client, ClientBuilder};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

pub const APP_ID: &str = "app-0f0f0f0f-id";
pub const TOKEN: &str = "token-SECRET-7b1d9c";
pub const SHARE_TOKEN: &str = "share-SECRET-55aa1e";

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    pub method: String,
    /// Path and query, not decoded.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Counted from 0, in the order of arrival.
    pub number: usize,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    pub fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// One thing that the server does on a connection.
#[derive(Clone, Debug)]
pub enum Step {
    Write(Vec<u8>),
    Sleep(Duration),
    /// Ends the connection with RST.
    Reset,
    /// Ends the connection with FIN.
    Close,
    /// Goes on writing these bytes until the client has had enough.
    Forever(Vec<u8>),
}

/// What the server does about one request.
#[derive(Clone, Debug, Default)]
pub struct Reply(pub Vec<Step>);

impl Reply {
    pub fn new(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let mut head = format!(
            "HTTP/1.1 {status} Some Reason\r\ncontent-length: {}\r\n",
            body.len()
        );
        if status == 204 {
            head = format!("HTTP/1.1 {status} Some Reason\r\n");
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        Self(vec![Step::Write([head.as_bytes(), body].concat())])
    }

    pub fn json(status: u16, body: impl AsRef<str>) -> Self {
        Self::new(
            status,
            &[("content-type", "application/json")],
            body.as_ref(),
        )
    }

    pub fn html(status: u16, body: &str) -> Self {
        Self::new(
            status,
            &[("content-type", "text/html; charset=utf-8")],
            body,
        )
    }

    pub fn empty(status: u16) -> Self {
        Self::new(status, &[], "")
    }

    pub fn raw(bytes: impl AsRef<[u8]>) -> Self {
        Self(vec![Step::Write(bytes.as_ref().to_vec()), Step::Close])
    }

    pub fn reset() -> Self {
        Self(vec![Step::Reset])
    }

    pub fn then(mut self, step: Step) -> Self {
        self.0.push(step);
        self
    }

    pub fn after(mut self, time: Duration) -> Self {
        self.0.insert(0, Step::Sleep(time));
        self
    }
}

type Script = dyn Fn(&Received) -> Reply + Send + Sync;

/// The server; it ends with the value.
pub struct Server {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    connections: Arc<Connections>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    /// A server that answers as the script says.
    pub async fn start(script: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let script: Arc<Script> = Arc::new(script);
        let connections = Arc::new(Connections::default());
        let task = tokio::spawn(accept(
            listener,
            Arc::clone(&received),
            Arc::clone(&connections),
            script,
        ));
        Self {
            address,
            received,
            connections,
            task,
        }
    }

    /// A server that gives one reply after the other, and the last one for ever.
    pub async fn replies(replies: impl Into<Vec<Reply>>) -> Self {
        let replies = replies.into();
        Self::start(move |request| replies[request.number.min(replies.len() - 1)].clone()).await
    }

    pub async fn always(reply: Reply) -> Self {
        Self::replies([reply]).await
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn builder(&self) -> ClientBuilder {
        Client::builder()
            .app_id(APP_ID)
            .auth_token(TOKEN)
            .base_url(self.url())
    }

    pub fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    pub fn count(&self) -> usize {
        self.received.lock().unwrap().len()
    }

    /// How many connections were open at once, at most.
    pub fn most_connections(&self) -> usize {
        self.connections.most.load(Ordering::Relaxed)
    }

    /// The only request that arrived.
    pub fn single(&self) -> Received {
        let received = self.received();
        assert_eq!(received.len(), 1, "{received:#?}");
        received.into_iter().next().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// An address where nobody listens.
pub async fn closed_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[derive(Default)]
struct Connections {
    open: AtomicUsize,
    most: AtomicUsize,
}

async fn accept(
    listener: TcpListener,
    received: Arc<Mutex<Vec<Received>>>,
    connections: Arc<Connections>,
    script: Arc<Script>,
) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let (received, script) = (Arc::clone(&received), Arc::clone(&script));
        let connections = Arc::clone(&connections);
        let open = connections.open.fetch_add(1, Ordering::Relaxed) + 1;
        connections.most.fetch_max(open, Ordering::Relaxed);
        tokio::spawn(async move {
            serve(stream, received, script).await;
            connections.open.fetch_sub(1, Ordering::Relaxed);
        });
    }
}

async fn serve(mut stream: TcpStream, received: Arc<Mutex<Vec<Received>>>, script: Arc<Script>) {
    stream.set_nodelay(true).unwrap();
    let mut buffer = Vec::new();
    while let Some(mut request) = read_request(&mut stream, &mut buffer).await {
        let reply = {
            let mut received = received.lock().unwrap();
            request.number = received.len();
            received.push(request.clone());
            script(&request)
        };
        for step in reply.0 {
            match step {
                Step::Write(bytes) => {
                    if stream.write_all(&bytes).await.is_err() {
                        return;
                    }
                }
                Step::Sleep(time) => tokio::time::sleep(time).await,
                Step::Close => return,
                Step::Reset => {
                    stream.set_zero_linger().unwrap();
                    return;
                }
                Step::Forever(bytes) => while stream.write_all(&bytes).await.is_ok() {},
            }
        }
    }
}

async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Received> {
    let head_end = loop {
        if let Some(at) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(buffer[..head_end].to_vec()).unwrap();
    let mut lines = head.trim_end().split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let header = |wanted: &str| {
        let found = headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.clone())
    };
    buffer.drain(..head_end);
    let body = if header("transfer-encoding").is_some() {
        let mut body = Vec::new();
        loop {
            let line = read_until(stream, buffer, b"\r\n").await?;
            let size = String::from_utf8(line).unwrap();
            let size = usize::from_str_radix(size.trim_end(), 16).unwrap();
            let mut chunk = read_exactly(stream, buffer, size + 2).await?;
            if size == 0 {
                break body;
            }
            chunk.truncate(size);
            body.append(&mut chunk);
        }
    } else {
        let length = header("content-length").map_or(0, |length| length.parse().unwrap());
        read_exactly(stream, buffer, length).await?
    };
    Some(Received {
        method,
        target,
        headers,
        body,
        number: 0,
    })
}

async fn read_exactly(
    stream: &mut TcpStream,
    buffer: &mut Vec<u8>,
    length: usize,
) -> Option<Vec<u8>> {
    while buffer.len() < length {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    Some(buffer.drain(..length).collect())
}

/// What is read up to this end, and the end.
async fn read_until(stream: &mut TcpStream, buffer: &mut Vec<u8>, end: &[u8]) -> Option<Vec<u8>> {
    loop {
        if let Some(at) = buffer.windows(end.len()).position(|window| window == end) {
            return Some(buffer.drain(..at + end.len()).collect());
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
}

/// Longer than any program of a test takes when nothing delays it.
pub(crate) const ENOUGH: Duration = Duration::from_secs(20);

/// Fails the test instead of waiting for ever.
pub(crate) async fn in_time<T>(program: impl Future<Output = T>) -> T {
    timeout(ENOUGH, program).await.expect("the program stalled")
}

/// Four pages of 25 collections, an empty object for everything else.
pub(crate) fn collections(request: &Received) -> Reply {
    let reply = if request.path() == "/API/assets/v1/collections/" {
        let page = request
            .query()
            .split('&')
            .find_map(|pair| pair.strip_prefix("page="));
        let page: u32 = page.map_or(1, |page| page.parse().unwrap());
        let objects: Vec<_> = (0..25)
            .map(|n| json!({ "id": format!("{page}-{n}") }))
            .collect();
        let body = json!({
            "objects": objects, "page": page, "pages": 4, "per_page": 25, "total": 100,
            "next_url": (page < 4).then(|| format!("/API/assets/v1/collections/?page={}", page + 1)),
        });
        Reply::json(200, body.to_string())
    } else {
        Reply::json(200, "{}")
    };
    reply.after(Duration::from_millis(5))
}
