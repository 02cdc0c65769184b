//! A server that counts what is created, fails at random, and lies about lists.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use serde_json::{Value, json};

use crate::lists::{Lie, List, Reply};

const FAULTS_PER_THOUSAND: u64 = 50;

pub(crate) struct Server {
    pub(crate) url: String,
    /// How often each playlist was created, by name.
    created: Mutex<HashMap<String, u32>>,
    /// How many requests there were of each list.
    lists: Mutex<HashMap<u64, usize>>,
    pub(crate) requests: AtomicU64,
    pub(crate) faults: AtomicU64,
    pub(crate) lies: AtomicU64,
}

/// What goes wrong.
enum Fault {
    Unavailable,
    TooMany,
    ResetBefore,
    ResetAfter,
    HalfAResponse,
}

impl Server {
    pub(crate) fn start() -> std::io::Result<Arc<Self>> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let server = Arc::new(Self {
            url: format!("http://{}", listener.local_addr()?),
            created: Mutex::default(),
            lists: Mutex::default(),
            requests: AtomicU64::new(0),
            faults: AtomicU64::new(0),
            lies: AtomicU64::new(0),
        });
        let accepting = Arc::clone(&server);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let server = Arc::clone(&accepting);
                // An error ends the connection, which is what a fault does, too.
                thread::spawn(move || server.serve(stream));
            }
        });
        Ok(server)
    }

    /// How often each playlist was created.
    pub(crate) fn created(&self) -> MutexGuard<'_, HashMap<String, u32>> {
        self.created.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, stream: TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let mut out = stream.try_clone()?;
        let mut request = BufReader::new(stream);
        loop {
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                if request.read_line(&mut head)? == 0 {
                    return Ok(());
                }
            }
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            let mut body = vec![0; length.and_then(|length| length.parse().ok()).unwrap_or(0)];
            request.read_exact(&mut body)?;
            self.requests.fetch_add(1, Ordering::Relaxed);

            let target = head.split(' ').nth(1).unwrap_or_default();
            let (path, query) = target.split_once('?').unwrap_or((target, ""));
            let query: HashMap<String, String> = form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect();
            let list = query.get("list").and_then(|number| number.parse().ok());
            // A scroll that was lost is a lie already.
            let fault = match list.map(List) {
                Some(list) if list.lie() != Lie::None => None,
                _ => self.fault(),
            };
            match fault {
                Some(Fault::Unavailable) => {
                    out.write_all(b"HTTP/1.1 503 x\r\ncontent-length: 0\r\n\r\n")?;
                    continue;
                }
                Some(Fault::TooMany) => {
                    out.write_all(
                        b"HTTP/1.1 429 x\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n",
                    )?;
                    continue;
                }
                Some(Fault::ResetBefore) => return Ok(()),
                Some(Fault::ResetAfter | Fault::HalfAResponse) | None => {}
            }
            let reply = match list {
                Some(number) => self.list(List(number), &query),
                None => Reply {
                    status: 200,
                    body: self.work(head.starts_with("POST"), path, &body),
                    lost: false,
                },
            };
            let body = reply.body.to_string();
            let response = format!(
                "HTTP/1.1 {} x\r\ncontent-length: {}\r\n\r\n{body}",
                reply.status,
                body.len()
            );
            let half = &response.as_bytes()[..response.len() - 1];
            match fault {
                Some(Fault::ResetAfter) => return Ok(()),
                Some(_) => return out.write_all(half),
                None if reply.lost => return out.write_all(half),
                None => out.write_all(response.as_bytes())?,
            }
        }
    }

    fn list(&self, list: List, query: &HashMap<String, String>) -> Reply {
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        let before = lists.entry(list.0).or_default();
        if *before == 0 && list.lie() != Lie::None {
            self.lies.fetch_add(1, Ordering::Relaxed);
        }
        *before += 1;
        list.respond(query, *before - 1)
    }

    fn work(&self, posted: bool, path: &str, body: &[u8]) -> Value {
        let mut parts = path.trim_matches('/').split('/').skip(3);
        let (kind, id, below) = (parts.next(), parts.next(), parts.next());
        if let (Some("collections"), Some(id), Some("contents")) = (kind, id, below) {
            return tree(id);
        }
        let json: Value = serde_json::from_slice(body).unwrap_or_default();
        let name = match posted {
            true => json["name"].as_str().unwrap_or_default(),
            false => id.unwrap_or_default(),
        };
        let mut created = self.created();
        let times = created.get(name).copied().unwrap_or(0);
        if posted {
            created.insert(name.to_owned(), times + 1);
        }
        json!({ "name": name, "id": name, "created": times > 0 })
    }

    fn fault(&self) -> Option<Fault> {
        if fastrand::u64(..1_000) >= FAULTS_PER_THOUSAND {
            return None;
        }
        self.faults.fetch_add(1, Ordering::Relaxed);
        Some(match fastrand::u8(..5) {
            0 => Fault::Unavailable,
            1 => Fault::TooMany,
            2 => Fault::ResetBefore,
            3 => Fault::ResetAfter,
            _ => Fault::HalfAResponse,
        })
    }
}

/// The contents of a collection of a tree: two assets, and three collections down to the third level.
fn tree(id: &str) -> Value {
    let depth = id.split('.').count();
    let mut objects: Vec<Value> = (0..2)
        .map(|n| json!({ "id": format!("{id}.a{n}"), "object_type": "assets" }))
        .collect();
    if depth < 3 {
        let below =
            (0..3).map(|n| json!({ "id": format!("{id}.{n}"), "object_type": "collections" }));
        objects.extend(below);
    }
    json!({ "objects": objects, "next_url": null, "page": 1, "pages": 1 })
}
