//! Uploads: where the bytes of files go, and the local endpoints that take them.
//!
//! Each storage has a method, and each method its protocol; one file for each of them.

mod azure;
mod b2;
mod gcs;
mod s3;
mod sha1;

use std::collections::{BTreeMap, HashMap, HashSet};

use bytes::Bytes;
use http::HeaderName;
use serde_json::{Map, Value, json};

use super::{Behaviour, Rule, seed_object, versions};
use crate::mock::call::Call;
use crate::mock::description::{Action, Returned, Service, Type};
use crate::mock::incoming::Incoming;
use crate::mock::reply::{Content, Reply, Result};
use crate::mock::shape::Shape;
use crate::mock::state::State;

pub(super) const RULES: &[Rule] = &[
    ("GET", "/API/files/v1/storages/matching/{}/", storage),
    (
        "GET",
        "/API/files/v1/storages/matching/{}/method/{}/",
        storage,
    ),
    ("GET", "/API/files/v1/storages/{}/default/", storage),
    (
        "GET",
        "/API/files/v1/assets/{}/files/{}/multipart_url/part/",
        s3::part_urls,
    ),
    (
        "GET",
        "/API/files/v1/assets/{}/proxies/{}/multipart_url/part/",
        s3::part_urls,
    ),
    (
        "POST",
        "/API/files/v1/assets/{}/files/{}/multipart_url/s3/part/",
        s3::checked_part_urls,
    ),
    (
        "GET",
        "/API/files/v1/assets/{}/files/{}/multipart_url/",
        s3::urls,
    ),
    (
        "GET",
        "/API/files/v1/assets/{}/proxies/{}/multipart_url/",
        s3::urls,
    ),
    (
        "POST",
        "/API/files/v1/assets/{}/files/{}/multipart/cleanup/",
        s3::clean_up,
    ),
    (
        "POST",
        "/API/files/v1/assets/{}/proxies/{}/multipart/cleanup/",
        s3::clean_up,
    ),
    (
        "POST",
        "/API/files/v1/assets/{}/files/{}/multipart/b2/start/",
        b2::start,
    ),
    (
        "POST",
        "/API/files/v1/assets/{}/files/{}/multipart/b2/finish/",
        b2::finish,
    ),
    (
        "POST",
        "/API/files/v1/assets/{}/files/{}/multipart/b2/cancel/",
        b2::cancel,
    ),
    (
        "GET",
        "/API/files/v1/assets/{}/files/{}/download_url/",
        download_url,
    ),
    (
        "GET",
        "/API/files/v1/assets/{}/proxies/{}/download_url/",
        download_url,
    ),
];

/// The storages that are there from the start, in the order in which they are preferred.
const METHODS: [&str; 5] = ["S3", "GCS", "B2", "AZURE", "FILE"];

/// What was uploaded, and what is being uploaded.
#[derive(Debug, Default)]
pub(in crate::mock) struct Uploads {
    /// Uploaded bytes, by the id of the object that they belong to.
    bytes: HashMap<String, Bytes>,
    /// The secrets of URLs that may be used, and the ids that they are for.
    signatures: HashMap<String, String>,
    /// Secrets that were used once and may not be used again.
    used: HashSet<String>,
    /// Uploads in parts.
    parts: HashMap<String, Parts>,
}

/// An upload in parts.
#[derive(Debug, Default)]
struct Parts {
    object: String,
    parts: BTreeMap<u32, Part>,
    /// What a resumable upload has received.
    received: Vec<u8>,
}

#[derive(Debug)]
struct Part {
    bytes: Bytes,
    /// What identifies the content: an ETag, or a SHA-1.
    tag: String,
}

pub(super) fn seed(state: &mut State) {
    for (index, method) in METHODS.into_iter().enumerate() {
        let fields = json!({
            "id": state.source.id(),
            "name": format!("Local {method}"),
            "method": method,
            "purpose": "FILES",
            "status": "ACTIVE",
            "default": index == 0,
            "settings": {},
        });
        seed_object(state, "StorageId", fields);
    }
}

/// What is done where an object with an upload URL is created or read.
pub(super) fn by_shape(service: &Service, action: &Action) -> Option<Behaviour> {
    let model = match action.main_return().1 {
        Returned::Json(Type::Named(model)) => *model,
        _ => return None,
    };
    let uploads = service.field(model, "upload_url").is_some();
    let belongs = service.base_path == "/API/files";
    match action.shape {
        Shape::Create { .. } if uploads => Some(create),
        Shape::Create { .. } if belongs && service.field(model, "version_id").is_some() => {
            Some(create_below_version)
        }
        Shape::Get { .. } if uploads => Some(get),
        _ => None,
    }
}

/// Creates what belongs to a version of an asset: to the latest one, unless the request names another.
fn create_below_version(call: &mut Call<'_>) -> Result {
    let Shape::Create { entity, model } = call.action.shape else {
        return call.generic();
    };
    let mut fields = call.sent();
    add_version(call, &mut fields);
    let id = call.insert(entity, model, fields);
    call.respond_with(entity, &id)
}

fn add_version(call: &Call<'_>, fields: &mut Map<String, Value>) {
    if let Some(version) = versions::latest(call.state, call.at("asset_id")) {
        fields.entry("version_id").or_insert_with(|| version.into());
    }
}

/// Creates a file, and says where its bytes go.
fn create(call: &mut Call<'_>) -> Result {
    let Shape::Create { entity, model } = call.action.shape else {
        return call.generic();
    };
    let mut fields = call.sent();
    let storage = storage_of(call, &fields)?;
    require(call, "format_id", "FormatId")?;
    require(call, "file_set_id", "FileSetId")?;
    let described = |name: &str| call.service.field(model, name).is_some();
    let text = |fields: &Map<String, Value>, name: &str| {
        fields.get(name).and_then(Value::as_str).map(str::to_owned)
    };
    let id = call.state.source.id();
    fields.insert("id".to_owned(), id.clone().into());
    if described("original_name") && text(&fields, "name").is_none() {
        // The name on the storage is made unique by the id.
        let original = text(&fields, "original_name").unwrap_or_default();
        let (stem, extension) = match original.rsplit_once('.') {
            Some((stem, extension)) => (stem, format!(".{extension}")),
            None => (original.as_str(), String::new()),
        };
        fields.insert("name".to_owned(), format!("{stem}_{id}{extension}").into());
    }
    if let Some(directory) = text(&fields, "directory_path").filter(|_| described("original_name"))
    {
        if directory.starts_with('/') && directory.len() > 1 {
            let error = json!(["Must not begin with a slash"]);
            return Err(Reply::errors(
                400,
                Map::from_iter([("directory_path".to_owned(), error)]),
            ));
        }
        fields.insert(
            "directory_path".to_owned(),
            directory.trim_matches('/').into(),
        );
    }
    if let Some((storage, method)) = &storage {
        fields.insert("storage_id".to_owned(), storage.clone().into());
        fields.insert("storage_method".to_owned(), method.clone().into());
    }
    add_version(call, &mut fields);
    call.insert(entity, model, fields);
    let mut reply = call.respond_with(entity, &id)?;
    add_urls(call, &id, &mut reply);
    Ok(reply)
}

/// Reads a file; where the request asks for it, with a new place for its bytes.
fn get(call: &mut Call<'_>) -> Result {
    let mut reply = call.generic()?;
    let id = call.last().to_owned();
    if call.flag("generate_signed_post_url", false) {
        add_urls(call, &id, &mut reply);
    }
    if call.state.uploads.bytes.contains_key(&id) {
        let url = signed(call.state, "files", &id);
        put(call, &mut reply, "url", url.into());
    }
    Ok(reply)
}

/// The storage that the body names, or the preferred one: id and method.
fn storage_of(call: &Call<'_>, fields: &Map<String, Value>) -> Result<Option<(String, String)>> {
    let named = fields.get("storage_id").and_then(Value::as_str);
    let wanted = call.at("storage_method");
    let method = |storage: &crate::mock::store::Object| {
        let method = storage.text("method").unwrap_or("S3").to_owned();
        (storage.id.clone(), method)
    };
    if let Some(id) = named {
        return match call.state.store.get("StorageId", id) {
            Some(storage) => Ok(Some(method(storage))),
            None if call.state.settings.invent => Ok(Some((id.to_owned(), "S3".to_owned()))),
            None => Err(Reply::error(400, format!("Storage {id} doesn't exist"))),
        };
    }
    let mut storages = call.state.store.all("StorageId");
    let found =
        storages.find(|storage| wanted.is_empty() || storage.text("method") == Some(wanted));
    Ok(found.map(method))
}

/// Checks that what the body refers to exists; iconik responds with 400 where it does not.
fn require(call: &Call<'_>, field: &str, entity: &str) -> Result<()> {
    let Some(id) = call.body.get(field).and_then(Value::as_str) else {
        return Ok(());
    };
    match call.state.store.get(entity, id).is_some() || call.state.settings.invent {
        true => Ok(()),
        false => {
            let error = json!([format!("{id} doesn't exist")]);
            Err(Reply::errors(
                400,
                Map::from_iter([(field.to_owned(), error)]),
            ))
        }
    }
}

/// Sets a field of a response, if the description has it.
fn put(call: &Call<'_>, reply: &mut Reply, name: &str, value: Value) {
    let model = call.action.main_return().1.ty().and_then(Type::name);
    let described = model.is_some_and(|model| call.service.field(model, name).is_some());
    if let (true, Content::Json(Value::Object(fields))) = (described, &mut reply.content) {
        fields.insert(name.to_owned(), value);
    }
}

/// Adds where and how the bytes are uploaded.
fn add_urls(call: &mut Call<'_>, id: &str, reply: &mut Reply) {
    let Content::Json(Value::Object(fields)) = &reply.content else {
        return;
    };
    let text = |name: &str| {
        fields
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let method = text("storage_method");
    let closed = text("status") == "CLOSED" && !call.flag("generate_signed_post_url", false);
    let name = match text("name") {
        name if name.is_empty() => id.to_owned(),
        name => name,
    };
    let directory = text("directory_path");
    let file = match directory.is_empty() {
        true => name,
        false => format!("{directory}/{name}"),
    };
    let (protocol, http_method) = match method.as_str() {
        _ if closed => return,
        "S3" => ("s3", "PUT"),
        "GCS" => ("gcs", "POST"),
        "B2" => ("b2", "POST"),
        "AZURE" => ("azure", "PUT"),
        // The bytes come through a gateway.
        _ => return,
    };
    let url = signed(call.state, protocol, id);
    if method == "B2" {
        let token = call.state.source.secret();
        call.state
            .uploads
            .signatures
            .insert(token.clone(), id.to_owned());
        put(
            call,
            reply,
            "upload_credentials",
            json!({ "authorizationToken": token }),
        );
    }
    if method == "S3" {
        let multipart = format!("{}&uploads=", signed(call.state, "s3", id));
        put(call, reply, "multipart_upload_url", multipart.into());
    }
    put(call, reply, "upload_url", url.into());
    put(call, reply, "upload_method", http_method.into());
    put(call, reply, "upload_headers", json!({}));
    put(call, reply, "upload_filename", file.into());
}

/// A URL of this server that only its holder can use.
fn signed(state: &mut State, protocol: &str, id: &str) -> String {
    let signature = state.source.secret();
    state
        .uploads
        .signatures
        .insert(signature.clone(), id.to_owned());
    format!(
        "{}/_storage/{protocol}/{id}?signature={signature}",
        state.origin
    )
}

fn storage(call: &mut Call<'_>) -> Result {
    let purpose = call
        .path
        .first()
        .map(|(_, value)| value.clone())
        .unwrap_or_default();
    let method = call.at("method").to_owned();
    let fits = |storage: &&crate::mock::store::Object| {
        method.is_empty() || storage.text("method") == Some(&method)
    };
    let storages = || call.state.store.all("StorageId").filter(fits);
    let found = storages().find(|storage| storage.text("purpose") == Some(&purpose));
    // The storages that are there from the start serve every purpose.
    let found = found.or_else(|| storages().next());
    match found.map(|storage| storage.id.clone()) {
        Some(id) => call.respond_with("StorageId", &id),
        None if call.state.settings.invent => Ok(call.other()),
        None => Err(Reply::error(
            404,
            format!("There is no storage for {purpose}"),
        )),
    }
}

fn download_url(call: &mut Call<'_>) -> Result {
    let id = call.last().to_owned();
    let url = signed(call.state, "files", &id);
    Ok(call.respond(Map::from_iter([("url".to_owned(), url.into())])))
}

/// Responds to a request for a storage.
pub(in crate::mock) fn respond(state: &mut State, request: &Incoming) -> Reply {
    // Whoever sends iconik's credentials to a storage gives them away.
    for header in ["app-id", "auth-token"] {
        if request.header(header).is_some() {
            let message = format!("The header {header} does not belong to a storage");
            return problem(400, "InvalidRequest", &message);
        }
    }
    let mut segments = request.path.split('/').skip(2);
    let protocol = segments.next().unwrap_or_default();
    let id = segments.next().unwrap_or_default();
    let result = match protocol {
        "s3" => s3::respond(state, request, id),
        "gcs" => gcs::respond(state, request, id),
        "b2" => b2::respond(state, request, id),
        "azure" => azure::respond(state, request, id),
        "files" => download(state, request, id),
        _ => Err(problem(404, "NoSuchKey", "There is nothing here")),
    };
    result.unwrap_or_else(|reply| reply)
}

/// Checks that the URL is one that this server gave out for the object.
fn check_signature(state: &State, request: &Incoming, id: &str) -> Result<()> {
    let signature = request.param("signature").unwrap_or_default();
    match state
        .uploads
        .signatures
        .get(signature)
        .is_some_and(|known| known == id)
    {
        true => Ok(()),
        false => Err(problem(
            403,
            "SignatureDoesNotMatch",
            "The URL is not signed for this",
        )),
    }
}

/// Keeps the bytes of an object.
fn keep(state: &mut State, id: &str, bytes: Bytes) {
    state.uploads.bytes.insert(id.to_owned(), bytes);
}

/// Sends bytes, whole or the range that the request asks for.
fn download(state: &mut State, request: &Incoming, id: &str) -> Result {
    check_signature(state, request, id)?;
    let Some(bytes) = state.uploads.bytes.get(id).cloned() else {
        return Err(problem(404, "NoSuchKey", "Nothing was uploaded"));
    };
    let media = "application/octet-stream";
    let range = request.header("range").and_then(|range| {
        let (start, end) = range.strip_prefix("bytes=")?.split_once('-')?;
        let start: usize = start.parse().ok()?;
        let end = end
            .parse()
            .map_or(bytes.len(), |end: usize| (end + 1).min(bytes.len()));
        (start < end).then_some((start, end))
    });
    let accepts = HeaderName::from_static("accept-ranges");
    match range {
        None => Ok(Reply::bytes(200, media, bytes).with(accepts, "bytes")),
        Some((start, end)) => {
            let range = format!("bytes {start}-{}/{}", end - 1, bytes.len());
            let reply = Reply::bytes(206, media, bytes.slice(start..end));
            Ok(reply.with(HeaderName::from_static("content-range"), range))
        }
    }
}

/// An error as object storages write it.
fn problem(status: u16, code: &str, message: &str) -> Reply {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    Reply::bytes(status, "application/xml", body)
}

/// What identifies content: not a checksum that anyone else would compute.
fn tag(bytes: &[u8]) -> String {
    sha1::hex(bytes)[..32].to_owned()
}
