//! An iconik with one storage, on two ports of 127.0.0.1: the files service as far as uploads and
//! downloads need it, and the protocols of the storages. It can be made to fail.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "a module of several tests, each using a part of it"
)]

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use iconik_api::{Client, RetryPolicy};
use md5::{Digest, Md5};
use serde_json::{Value, json};
use sha1::Sha1;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{APP_ID, TOKEN};

/// What every signed URL contains.
pub const SIGNATURE: &str = "SIGNATURE-9f8e7d6c5b4a3f2e";
pub const ASSET: &str = "a5e70000-0000-11ee-8000-000000000001";
pub const FILE: &str = "f11e0000-0000-11ee-8000-000000000001";

/// A request as far as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    pub to_storage: bool,
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Seen {
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    pub fn query(&self, name: &str) -> Option<String> {
        let (_, query) = self.target.split_once('?')?;
        query.split('&').find_map(|pair| {
            let (known, value) = pair.split_once('=')?;
            (known == name).then(|| percent(value))
        })
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

fn percent(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            let digits = std::str::from_utf8(&digits).unwrap();
            bytes.push(u8::from_str_radix(digits, 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// What goes wrong with one request to the storage.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The connection ends with RST after so many bytes of the body.
    Cut(usize),
    /// The response is this one, and nothing is done.
    Status(u16, &'static str),
    /// The request is carried out, but the response never arrives.
    Unheard,
    /// The connection ends with FIN after so many bytes of the response's body.
    Truncated(usize),
    /// No byte of the body is read, and no response is sent.
    Silence,
}

#[derive(Default)]
pub struct State {
    pub method: &'static str,
    pub seen: Vec<Seen>,
    /// What went to the storage although it is none of its business.
    pub violations: Vec<String>,
    /// For the next requests to the storage whose method and path contain this text.
    pub faults: VecDeque<(&'static str, Fault)>,
    pub file: Value,
    /// The object, once the storage has all of it.
    pub object: Option<Vec<u8>>,
    /// The formats of the asset.
    pub formats: Vec<Value>,
    /// What the storage lists.
    pub listed: Vec<Value>,
    pub etag: u32,
    pub ignores_range: bool,
    /// The host that signed URLs name, in place of this machine.
    pub host: Option<&'static str>,
    /// Google Cloud Storage names the session in `X-GUploader-UploadID` alone.
    pub hides_location: bool,
    /// iconik never continues an upload to Backblaze B2, but starts another one.
    pub b2_starts_anew: bool,
    pub most_in_flight: usize,
    in_flight: usize,
    serial: u32,
    /// URLs of Backblaze B2 that are of no use any more.
    spent: HashSet<String>,
    sessions: HashMap<String, Vec<u8>>,
    parts: HashMap<String, BTreeMap<u32, Vec<u8>>>,
    blocks: HashMap<String, Vec<u8>>,
}

pub struct Cloud {
    pub state: Arc<Mutex<State>>,
    pub iconik: SocketAddr,
    pub storage: SocketAddr,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Drop for Cloud {
    fn drop(&mut self) {
        self.tasks.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

impl Cloud {
    pub async fn start(method: &'static str) -> Self {
        let state = State {
            method,
            ..State::default()
        };
        let state = Arc::new(Mutex::new(state));
        let iconik = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let storage = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addresses = (iconik.local_addr().unwrap(), storage.local_addr().unwrap());
        let tasks = [(iconik, false), (storage, true)].map(|(listener, to_storage)| {
            let state = Arc::clone(&state);
            tokio::spawn(async move {
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    tokio::spawn(serve(stream, Arc::clone(&state), to_storage, addresses.1));
                }
            })
        });
        Self {
            state,
            iconik: addresses.0,
            storage: addresses.1,
            tasks: tasks.into(),
        }
    }

    pub fn client(&self) -> Client {
        let policy = RetryPolicy::default()
            .attempts(4)
            .backoff(Duration::from_millis(1), Duration::from_millis(4));
        Client::builder()
            .app_id(APP_ID)
            .auth_token(TOKEN)
            .base_url(format!("http://{}", self.iconik))
            .timeout(Duration::from_secs(2))
            .retry(policy)
            .build()
            .unwrap()
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub fn fail(&self, matching: &'static str, fault: Fault) {
        self.state().faults.push_back((matching, fault));
    }

    pub fn object(&self) -> Vec<u8> {
        self.state()
            .object
            .clone()
            .expect("the storage has no object")
    }

    pub fn status(&self) -> String {
        self.state().file["status"]
            .as_str()
            .unwrap_or("none")
            .to_owned()
    }

    /// The requests whose method and path contain this text.
    pub fn seen(&self, matching: &str) -> Vec<Seen> {
        let state = self.state();
        let seen = state
            .seen
            .iter()
            .filter(|seen| name(seen).contains(matching));
        seen.cloned().collect()
    }

    /// Checks what must be true after every test.
    pub fn check(&self) {
        let state = self.state();
        assert!(state.violations.is_empty(), "{:#?}", state.violations);
    }
}

fn name(seen: &Seen) -> String {
    format!("{} {}", seen.method, seen.target)
}

struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Reply {
    fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        Self {
            status,
            headers: Vec::new(),
            body,
        }
    }

    fn json(status: u16, body: Value) -> Self {
        Self::new(status, body.to_string()).header("content-type", "application/json")
    }

    fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

async fn serve(
    mut stream: TcpStream,
    state: Arc<Mutex<State>>,
    to_storage: bool,
    storage: SocketAddr,
) {
    stream.set_nodelay(true).unwrap();
    let mut buffer = Vec::new();
    loop {
        let end = loop {
            if let Some(at) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            match stream.read_buf(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        };
        let head = String::from_utf8(buffer.drain(..end).collect()).unwrap();
        let mut lines = head.trim_end().split("\r\n");
        let mut first = lines.next().unwrap().split(' ');
        let mut seen = Seen {
            to_storage,
            method: first.next().unwrap().to_owned(),
            target: first.next().unwrap().to_owned(),
            headers: lines
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
                .collect(),
            body: Vec::new(),
        };
        if seen.header("transfer-encoding").is_some() {
            state
                .lock()
                .unwrap()
                .violations
                .push(format!("chunked: {}", name(&seen)));
            return;
        }
        let length: usize = seen
            .header("content-length")
            .map_or(0, |length| length.parse().unwrap());
        let fault = {
            let mut state = state.lock().unwrap();
            state.in_flight += usize::from(to_storage);
            state.most_in_flight = state.most_in_flight.max(state.in_flight);
            let at = state
                .faults
                .iter()
                .position(|(matching, _)| name(&seen).contains(matching));
            at.and_then(|at| state.faults.remove(at))
                .map(|(_, fault)| fault)
        };
        if let Some(Fault::Silence) = fault {
            state.lock().unwrap().seen.push(seen.clone());
            std::future::pending::<()>().await;
        }
        let wanted = match fault {
            Some(Fault::Cut(bytes)) => bytes.min(length),
            _ => length,
        };
        while buffer.len() < wanted {
            match stream.read_buf(&mut buffer).await {
                Ok(0) | Err(_) => {
                    // The client has given up.
                    state.lock().unwrap().in_flight -= usize::from(to_storage);
                    return;
                }
                Ok(_) => {}
            }
        }
        seen.body = buffer.drain(..wanted).collect();
        if to_storage {
            // Others get a chance to be in flight at the same time.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let reply = {
            let mut state = state.lock().unwrap();
            state.seen.push(seen.clone());
            let reply = match (&fault, to_storage) {
                (Some(Fault::Cut(_)), _) => {
                    state.keep_half(&seen);
                    None
                }
                (Some(Fault::Status(status, body)), _) => {
                    state.spent.insert(seen.target.clone());
                    Some(Reply::new(*status, *body))
                }
                (Some(Fault::Unheard), _) => {
                    state.storage(&seen, storage);
                    None
                }
                (_, true) => Some(state.storage(&seen, storage)),
                (_, false) => Some(state.iconik(&seen, storage)),
            };
            state.in_flight -= usize::from(to_storage);
            reply
        };
        let Some(reply) = reply else {
            stream.set_zero_linger().unwrap();
            return;
        };
        let mut text = format!("HTTP/1.1 {} Reason\r\n", reply.status);
        for (name, value) in &reply.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        if reply.status != 204 {
            text.push_str(&format!("content-length: {}\r\n", reply.body.len()));
        }
        text.push_str("\r\n");
        let mut body = reply.body;
        if let Some(Fault::Truncated(most)) = fault {
            body.truncate(most);
        }
        let bytes = [text.into_bytes(), body].concat();
        if stream.write_all(&bytes).await.is_err() || matches!(fault, Some(Fault::Truncated(_))) {
            return;
        }
    }
}

impl State {
    fn next(&mut self) -> u32 {
        self.serial += 1;
        self.serial
    }

    /// iconik's side.
    fn iconik(&mut self, seen: &Seen, storage: SocketAddr) -> Reply {
        if seen.header("app-id") != Some(APP_ID) || seen.header("auth-token") != Some(TOKEN) {
            return Reply::json(401, json!({ "errors": ["no credentials"] }));
        }
        let files = format!("/API/files/v1/assets/{ASSET}/files/");
        let file = format!("{files}{FILE}/");
        let path = seen.path().to_owned();
        let found = match (seen.method.as_str(), path.as_str()) {
            ("GET", "/API/files/v1/storages/matching/FILES/") => json!({
                "id": "5704a6e0-0000-11ee-8000-000000000001", "method": self.method, "purpose": "FILES",
            }),
            ("POST", "/API/assets/v1/assets/") => {
                json!({ "id": ASSET, "title": seen.json()["title"] })
            }
            ("GET", path) if path == format!("/API/files/v1/assets/{ASSET}/formats/") => {
                json!({ "objects": self.formats })
            }
            ("POST", path) if path == format!("/API/files/v1/assets/{ASSET}/formats/") => {
                json!({ "id": "f0f0f0f0-0000-11ee-8000-000000000001", "components": [] })
            }
            ("POST", path) if path == format!("/API/files/v1/assets/{ASSET}/file_sets/") => {
                let body = seen.json();
                let directory = body["base_dir"].as_str().unwrap();
                if directory.starts_with('/') || directory.ends_with('/') {
                    return Reply::json(400, json!({ "errors": ["base_dir"] }));
                }
                json!({ "id": "5e700000-0000-11ee-8000-000000000001" })
            }
            ("POST", path) if path == files => {
                let mut body = seen.json();
                if body["directory_path"].as_str().unwrap().starts_with('/') {
                    return Reply::json(400, json!({ "errors": ["directory_path"] }));
                }
                body["id"] = FILE.into();
                if body["status"].is_null() {
                    body["status"] = "OPEN".into();
                }
                if body["name"].is_null() {
                    body["name"] = format!("mangled_{FILE}").into();
                }
                self.file = body;
                let mut file = self.file.clone();
                self.sign(&mut file, storage);
                file
            }
            ("GET", path) if path == file => {
                let mut file = self.file.clone();
                if seen.query("generate_signed_post_url").as_deref() == Some("true") {
                    assert_eq!(seen.query("bypass_url_cache").as_deref(), Some("true"));
                    self.sign(&mut file, storage);
                }
                file
            }
            ("PATCH", path) if path == file => {
                for (name, value) in seen.json().as_object().unwrap() {
                    self.file[name] = value.clone();
                }
                self.file.clone()
            }
            ("DELETE", path) if path == file => {
                self.file = Value::Null;
                return Reply::new(204, "");
            }
            ("POST", path) if path == format!("{file}keyframes/") => {
                json!({ "job_id": "10b00000-0000-11ee-8000-000000000001" })
            }
            ("GET", path) if path == format!("{file}download_url/") => {
                let url = self.url(storage, "get", "object");
                json!({ "url": url })
            }
            ("GET", path) if path == format!("{file}multipart_url/part/") => {
                let upload = seen.query("upload_id").unwrap();
                let (per_page, page) = (number(seen, "per_page").min(3), number(seen, "page"));
                let parts = number(seen, "parts_num");
                let first = (page - 1) * per_page + 1;
                let urls: Vec<_> = (first..=parts.min(first + per_page - 1))
                    .map(|number| {
                        let url =
                            self.url(storage, &format!("s3/part/{upload}"), &number.to_string());
                        json!({ "number": number, "url": url })
                    })
                    .collect();
                json!({ "objects": urls })
            }
            ("POST", path) if path == format!("{file}multipart_url/s3/part/") => {
                let mut body = seen.json();
                let upload = body["upload_id"].as_str().unwrap().to_owned();
                for part in body["parts"].as_array_mut().unwrap() {
                    let number = part["part_number"].to_string();
                    part["url"] = self
                        .url(storage, &format!("s3/part/{upload}"), &number)
                        .into();
                }
                body
            }
            ("GET", path) if path == format!("{file}multipart_url/") => {
                assert_eq!(seen.query("type").as_deref(), Some("complete_url"));
                let upload = seen.query("upload_id").unwrap();
                json!({ "complete_url": self.url(storage, "s3/complete", &upload) })
            }
            ("POST", path) if path == format!("{file}multipart/cleanup/") => {
                assert_eq!(seen.json()["abort_upload"], true);
                self.parts
                    .remove(seen.json()["upload_id"].as_str().unwrap());
                return Reply::new(200, "");
            }
            ("POST", path) if path == format!("{file}multipart/b2/start/") => {
                let asked = seen.json()["upload_file_id"].as_str().map(str::to_owned);
                let known = asked.filter(|id| self.parts.contains_key(id) && !self.b2_starts_anew);
                let id = known.unwrap_or_else(|| format!("b2-{}", self.next()));
                self.parts.entry(id.clone()).or_default();
                let url = self.url(storage, "b2/part", &id);
                let token = token(&url);
                json!({ "upload_file_id": id, "upload_url": url, "authorization_token": token })
            }
            ("POST", path) if path == format!("{file}multipart/b2/finish/") => {
                let body = seen.json();
                let Some(parts) = self.parts.remove(body["upload_file_id"].as_str().unwrap())
                else {
                    return Reply::json(400, json!({ "errors": ["no such upload"] }));
                };
                let sums: Vec<_> = parts
                    .values()
                    .map(|part| hex(&Sha1::digest(part)))
                    .collect();
                if body["sha1_list"] != json!(sums) {
                    return Reply::json(400, json!({ "errors": ["sha1_list"] }));
                }
                self.object = Some(parts.into_values().flatten().collect());
                return Reply::new(200, "");
            }
            ("POST", path) if path == format!("{file}multipart/b2/cancel/") => {
                self.parts
                    .remove(seen.json()["upload_file_id"].as_str().unwrap());
                return Reply::new(200, "");
            }
            ("GET", "/API/files/v1/storages/5704a6e0-0000-11ee-8000-000000000001/files/") => {
                json!({ "objects": self.listed, "page": 1, "pages": 1, "total": self.listed.len() })
            }
            _ => {
                return Reply::json(
                    404,
                    json!({ "errors": [format!("no such path: {}", name(seen))] }),
                );
            }
        };
        Reply::json(if seen.method == "POST" { 201 } else { 200 }, found)
    }

    fn url(&mut self, storage: SocketAddr, kind: &str, of: &str) -> String {
        let serial = self.next();
        let storage = self.host.map_or_else(|| storage.to_string(), str::to_owned);
        format!("http://{storage}/{kind}/{of}/{serial}?X-Signature={SIGNATURE}&serial={serial}")
    }

    fn sign(&mut self, file: &mut Value, storage: SocketAddr) {
        let kind = self.method.to_ascii_lowercase();
        if kind == "file" {
            return;
        }
        let url = self.url(storage, &kind, "object");
        file["upload_url"] = url.clone().into();
        match self.method {
            "S3" => file["multipart_upload_url"] = self.url(storage, "s3/start", "object").into(),
            "B2" => {
                file["upload_filename"] = "dir with space/clip é.bin".into();
                file["upload_credentials"] = json!({ "authorizationToken": token(&url) });
            }
            _ => {}
        }
    }

    /// The storage's side.
    fn storage(&mut self, seen: &Seen, storage: SocketAddr) -> Reply {
        for credential in ["app-id", "auth-token"] {
            if seen.header(credential).is_some() {
                self.violations
                    .push(format!("{credential}: {}", name(seen)));
            }
        }
        if !seen.path().starts_with("/b2") && seen.header("authorization").is_some() {
            self.violations
                .push(format!("authorization: {}", name(seen)));
        }
        let path: Vec<_> = seen.path()[1..].split('/').map(str::to_owned).collect();
        let path: Vec<_> = path.iter().map(String::as_str).collect();
        match (seen.method.as_str(), path.as_slice()) {
            ("POST", ["gcs", "object", _]) => {
                let signed = seen.header("x-goog-resumable") == Some("start");
                if !signed || seen.header("content-type").is_some() {
                    return refused("SignatureDoesNotMatch");
                }
                let id = format!("session-{}", self.next());
                self.sessions.insert(id.clone(), Vec::new());
                if self.hides_location {
                    return Reply::new(201, "").header("x-guploader-uploadid", id);
                }
                let url = format!("http://{storage}/gcs/session/{id}?upload_id={SIGNATURE}");
                Reply::new(201, "").header("location", url)
            }
            ("PUT", ["gcs", "session", id]) => self.gcs(seen, id),
            ("PUT", ["gcs", "object", _]) => {
                let id = seen.query("upload_id").unwrap();
                self.gcs(seen, &id)
            }
            ("PUT", ["s3", "object", _] | ["azure", "object", _])
                if seen.query("comp").is_none() =>
            {
                if path[0] == "azure" && seen.header("x-ms-blob-type") != Some("BlockBlob") {
                    return refused("MissingRequiredHeader");
                }
                self.object = Some(seen.body.clone());
                Reply::new(if path[0] == "s3" { 200 } else { 201 }, "").header("etag", "\"one\"")
            }
            ("PUT", ["azure", "object", _]) => self.azure(seen),
            ("POST", ["s3", "start", "object", _]) => {
                let id = format!("s3-{}", self.next());
                self.parts.insert(id.clone(), BTreeMap::new());
                Reply::new(
                    200,
                    format!(
                        "<?xml version=\"1.0\"?><InitiateMultipartUploadResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Bucket>b</Bucket><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
                    ),
                )
            }
            ("PUT", ["s3", "part", upload, number, _]) => {
                if seen.header("content-type").is_some() {
                    self.violations
                        .push(format!("content-type: {}", name(seen)));
                }
                let checksum = seen.header("content-md5").map(str::to_owned);
                let Some(parts) = self.parts.get_mut(*upload) else {
                    return Reply::new(404, "<Error><Code>NoSuchUpload</Code></Error>");
                };
                parts.insert(number.parse().unwrap(), seen.body.clone());
                let digest = Md5::digest(&seen.body);
                if let Some(checksum) = checksum {
                    use base64::Engine;
                    let expected = base64::engine::general_purpose::STANDARD.encode(digest);
                    if checksum != expected {
                        return Reply::new(400, "<Error><Code>BadDigest</Code></Error>");
                    }
                }
                Reply::new(200, "").header("etag", format!("\"{}\"", hex(&digest)))
            }
            ("POST", ["s3", "complete", upload, _]) => {
                let Some(parts) = self.parts.remove(*upload) else {
                    return Reply::new(404, "<Error><Code>NoSuchUpload</Code></Error>");
                };
                let expected: String = parts
                    .iter()
                    .map(|(number, part)| {
                        let tag = hex(&Md5::digest(part));
                        format!("<Part><PartNumber>{number}</PartNumber><ETag>&quot;{tag}&quot;</ETag></Part>")
                    })
                    .collect();
                let body = String::from_utf8(seen.body.clone()).unwrap();
                if body != format!("<CompleteMultipartUpload>{expected}</CompleteMultipartUpload>")
                {
                    self.violations.push(body);
                    return Reply::new(400, "<Error><Code>InvalidPart</Code></Error>");
                }
                self.object = Some(parts.into_values().flatten().collect());
                Reply::new(200, "<CompleteMultipartUploadResult/>")
            }
            ("POST", ["b2", rest @ ..]) => self.b2(seen, rest),
            ("GET", ["get", ..]) => self.download(seen),
            _ => Reply::new(404, "<Error><Code>NoSuchKey</Code></Error>"),
        }
    }

    fn gcs(&mut self, seen: &Seen, id: &str) -> Reply {
        let Some(stored) = self.sessions.get_mut(id) else {
            return Reply::new(404, "");
        };
        let range = seen
            .header("content-range")
            .unwrap_or("bytes 0-0/all")
            .to_owned();
        let (range, total) = range
            .strip_prefix("bytes ")
            .unwrap()
            .split_once('/')
            .unwrap();
        if range != "*" {
            let first: usize = range.split_once('-').unwrap().0.parse().unwrap();
            if first > stored.len() {
                return Reply::new(503, "");
            }
            stored.truncate(first);
            stored.extend_from_slice(&seen.body);
        }
        let is_all = total == "all" || total.parse() == Ok(stored.len());
        if is_all {
            self.object = Some(stored.clone());
            return Reply::new(200, "");
        }
        // Only whole units are kept.
        if total == "*" {
            let kept = stored.len() / (256 << 10) * (256 << 10);
            stored.truncate(kept);
        }
        match stored.len() {
            0 => Reply::new(308, ""),
            length => Reply::new(308, "").header("range", format!("bytes=0-{}", length - 1)),
        }
    }

    fn azure(&mut self, seen: &Seen) -> Reply {
        if seen.query("comp").as_deref() == Some("block") {
            let id = seen.query("blockid").unwrap();
            self.blocks.insert(id, seen.body.clone());
            return Reply::new(201, "");
        }
        let list = String::from_utf8(seen.body.clone()).unwrap();
        let ids = list.split("<Latest>").skip(1);
        let ids = ids.map(|id| id.split_once("</Latest>").unwrap().0);
        let object: Option<Vec<_>> = ids.map(|id| self.blocks.get(id).cloned()).collect();
        match object {
            Some(blocks) => {
                self.object = Some(blocks.concat());
                Reply::new(201, "")
            }
            None => Reply::new(400, "<Error><Code>InvalidBlockList</Code></Error>"),
        }
    }

    fn b2(&mut self, seen: &Seen, path: &[&str]) -> Reply {
        let refuse = |status, code| {
            Reply::json(
                status,
                json!({ "status": status, "code": code, "message": "no" }),
            )
        };
        let (url, is_part) = (seen.target.clone(), path[0] == "part");
        let serial = seen.query("serial").unwrap();
        if seen.header("authorization") != Some(&format!("token-{serial}")) {
            return refuse(401, "bad_auth_token");
        }
        // A URL takes one object, or parts until one fails.
        if self.spent.contains(&url) || (!is_part && !self.spent.insert(url.clone())) {
            return refuse(400, "auth_token_limit");
        }
        if seen.header("x-bz-content-sha1") != Some(&hex(&Sha1::digest(&seen.body))) {
            self.spent.insert(url);
            return refuse(400, "bad_request");
        }
        if !is_part {
            if seen.header("x-bz-file-name") != Some("dir%20with%20space/clip%20%C3%A9.bin") {
                return refuse(400, "bad_request");
            }
            self.object = Some(seen.body.clone());
            return Reply::json(200, json!({}));
        }
        let number = seen.header("x-bz-part-number").unwrap().parse().unwrap();
        match self.parts.get_mut(path[1]) {
            Some(parts) => {
                parts.insert(number, seen.body.clone());
                Reply::json(200, json!({}))
            }
            None => refuse(400, "no_such_file"),
        }
    }

    fn download(&mut self, seen: &Seen) -> Reply {
        let object = self.object.clone().unwrap_or_default();
        let etag = format!("\"version-{}\"", self.etag);
        let range = seen.header("range").filter(|_| !self.ignores_range);
        let Some(range) = range else {
            return Reply::new(200, object).header("etag", etag);
        };
        let first: usize = range
            .strip_prefix("bytes=")
            .and_then(|range| range.strip_suffix('-'))
            .unwrap()
            .parse()
            .unwrap();
        let total = object.len();
        if first >= total {
            let range = format!("bytes */{total}");
            return Reply::new(416, "").header("content-range", range);
        }
        Reply::new(206, &object[first..])
            .header("etag", etag)
            .header(
                "content-range",
                format!("bytes {first}-{}/{total}", total - 1),
            )
    }

    /// What the storage keeps of a request whose connection broke.
    fn keep_half(&mut self, seen: &Seen) {
        self.spent.insert(seen.target.clone());
        let path = seen.path().to_owned();
        if let Some(id) = path.strip_prefix("/gcs/session/") {
            let range = seen.header("content-range").unwrap_or("bytes 0-0/all");
            let first = range
                .strip_prefix("bytes ")
                .unwrap()
                .split_once('-')
                .unwrap()
                .0;
            let stored = self.sessions.get_mut(id).unwrap();
            stored.truncate(first.parse().unwrap());
            stored.extend_from_slice(&seen.body);
            let kept = stored.len() / (256 << 10) * (256 << 10);
            stored.truncate(kept);
        }
    }

    pub fn lose_sessions(&mut self) {
        self.sessions.clear();
        self.parts.clear();
        self.blocks.clear();
    }
}

fn refused(code: &str) -> Reply {
    Reply::new(
        403,
        format!(
            "<?xml version='1.0'?><Error><Code>{code}</Code><Message>The signature does not match.</Message><StringToSign>PUT {SIGNATURE}</StringToSign></Error>"
        ),
    )
}

fn token(url: &str) -> String {
    format!("token-{}", url.rsplit_once('=').unwrap().1)
}

fn number(seen: &Seen, name: &str) -> u32 {
    seen.query(name).unwrap().parse().unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
