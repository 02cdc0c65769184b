//! The protocol of S3: one PUT, or parts that are completed.

use bytes::Bytes;
use http::Method;
use http::header::ETAG;
use serde_json::{Map, Value, json};

use super::{Part, Parts, check_signature, keep, problem, signed, tag};
use crate::mock::call::Call;
use crate::mock::incoming::Incoming;
use crate::mock::list::envelope;
use crate::mock::reply::{Reply, Result};
use crate::mock::state::State;

/// The smallest part but the last one, in bytes.
const SMALLEST: usize = 5 * 1024 * 1024;

/// The largest number of a part.
const LAST: u32 = 10_000;

fn part_url(call: &mut Call<'_>, upload: &str, number: u64) -> String {
    let id = call.last().to_owned();
    let url = signed(call.state, "s3", &id);
    format!("{url}&partNumber={number}&uploadId={upload}")
}

/// Signs the URLs of the parts on a page.
pub(super) fn part_urls(call: &mut Call<'_>) -> Result {
    let number = |name: &str, default: u64| {
        let value = call.param(name).and_then(|value| value.parse().ok());
        value.unwrap_or(default).max(1)
    };
    let (count, page, per_page) = (
        number("parts_num", 1),
        number("page", 1),
        number("per_page", 10),
    );
    let count = count.min(LAST.into());
    let upload = call.param("upload_id").unwrap_or_default().to_owned();
    let first = (page - 1).saturating_mul(per_page) + 1;
    let last = first.saturating_add(per_page - 1).min(count);
    let mut urls = Vec::new();
    for number in first..=last {
        let url = part_url(call, &upload, number);
        urls.push(json!({ "number": number, "key": call.last(), "url": url }));
    }
    let total = usize::try_from(count).unwrap_or(usize::MAX);
    let urls = urls.into_iter();
    let urls = urls.map(|url| call.shown("UploadPartUrl", url.as_object().unwrap_or(&Map::new())));
    Ok(Reply::json(200, envelope(call, urls.collect(), total)))
}

/// Signs the URLs of parts whose checksums are known.
pub(super) fn checked_part_urls(call: &mut Call<'_>) -> Result {
    let upload = call
        .body
        .get("upload_id")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let mut parts = call
        .body
        .get("parts")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    for part in &mut parts {
        let number = part.get("part_number").and_then(Value::as_u64).unwrap_or(1);
        let url = part_url(call, &upload, number);
        if let Value::Object(part) = part {
            part.insert("url".to_owned(), url.into());
        }
    }
    Ok(call.respond(Map::from_iter([
        ("upload_id".to_owned(), upload.into()),
        ("parts".to_owned(), parts.into()),
    ])))
}

/// Signs the URL that completes, aborts or lists an upload.
pub(super) fn urls(call: &mut Call<'_>) -> Result {
    let id = call.last().to_owned();
    let upload = call.param("upload_id").unwrap_or_default().to_owned();
    let kind = call.param("type").unwrap_or("complete_url").to_owned();
    let url = format!("{}&uploadId={upload}", signed(call.state, "s3", &id));
    let url = if kind == "list_parts_url" {
        json!([url])
    } else {
        url.into()
    };
    Ok(call.respond(Map::from_iter([(kind, url)])))
}

/// Forgets the parts of an upload.
pub(super) fn clean_up(call: &mut Call<'_>) -> Result {
    let upload = call
        .body
        .get("upload_id")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let upload = upload.to_owned();
    call.state.uploads.parts.remove(&upload);
    Ok(call.nothing())
}

pub(super) fn respond(state: &mut State, request: &Incoming, id: &str) -> Result {
    check_signature(state, request, id)?;
    let upload = request.param("uploadId").map(str::to_owned);
    let starts = request.query.iter().any(|(name, _)| name == "uploads");
    match (&request.method, upload) {
        (&Method::PUT, None) => {
            let tag = tag(&request.body);
            keep(state, id, request.body.clone());
            Ok(Reply::nothing(200).with(ETAG, format!("\"{tag}\"")))
        }
        (&Method::POST, None) if starts => {
            let upload = state.source.secret();
            let parts = Parts {
                object: id.to_owned(),
                ..Parts::default()
            };
            state.uploads.parts.insert(upload.clone(), parts);
            Ok(xml(
                "InitiateMultipartUploadResult",
                &format!("<Key>{id}</Key><UploadId>{upload}</UploadId>"),
            ))
        }
        (&Method::GET, None) => super::download(state, request, id),
        (method, Some(upload)) => {
            let known = state
                .uploads
                .parts
                .get_mut(&upload)
                .filter(|parts| parts.object == id);
            let Some(parts) = known else {
                return Err(problem(404, "NoSuchUpload", "The upload does not exist"));
            };
            match *method {
                Method::PUT => put_part(parts, request),
                Method::GET => Ok(list(parts)),
                Method::DELETE => {
                    state.uploads.parts.remove(&upload);
                    Ok(Reply::nothing(204))
                }
                _ => {
                    let strict = state.settings.strict;
                    let bytes = complete(parts, request, strict)?;
                    state.uploads.parts.remove(&upload);
                    let tag = tag(&bytes);
                    keep(state, id, bytes);
                    let inner = format!("<Key>{id}</Key><ETag>\"{tag}\"</ETag>");
                    Ok(xml("CompleteMultipartUploadResult", &inner))
                }
            }
        }
        _ => Err(problem(
            405,
            "MethodNotAllowed",
            "The method is not allowed",
        )),
    }
}

fn xml(name: &str, inner: &str) -> Reply {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <{name} xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{inner}</{name}>"
    );
    Reply::bytes(200, "application/xml", body)
}

fn put_part(parts: &mut Parts, request: &Incoming) -> Result {
    let number = request
        .param("partNumber")
        .and_then(|number| number.parse().ok());
    let Some(number) = number.filter(|number| (1..=LAST).contains(number)) else {
        return Err(problem(
            400,
            "InvalidArgument",
            "Part numbers go from 1 to 10000",
        ));
    };
    let part = Part {
        bytes: request.body.clone(),
        tag: tag(&request.body),
    };
    let reply = Reply::nothing(200).with(ETAG, format!("\"{}\"", part.tag));
    parts.parts.insert(number, part);
    Ok(reply)
}

fn list(parts: &Parts) -> Reply {
    let parts = parts.parts.iter().map(|(number, part)| {
        let size = part.bytes.len();
        format!(
            "<Part><PartNumber>{number}</PartNumber><ETag>\"{}\"</ETag><Size>{size}</Size></Part>",
            part.tag
        )
    });
    xml("ListPartsResult", &parts.collect::<String>())
}

/// Joins the parts that the request names, if they are the ones that were uploaded.
fn complete(parts: &Parts, request: &Incoming, strict: bool) -> Result<Bytes> {
    let text = String::from_utf8_lossy(&request.body);
    let inside = |part: &str, name: &str| {
        let rest = part.split(&format!("<{name}>")).nth(1)?;
        Some(rest.split(&format!("</{name}>")).next()?.trim().to_owned())
    };
    let mut bytes = Vec::new();
    let mut before = 0;
    let named: Vec<&str> = text.split("<Part>").skip(1).collect();
    if named.is_empty() {
        return Err(problem(400, "MalformedXML", "The request names no part"));
    }
    for (index, part) in named.iter().enumerate() {
        let number = inside(part, "PartNumber")
            .and_then(|number| number.parse::<u32>().ok())
            .unwrap_or(0);
        let tag = inside(part, "ETag")
            .unwrap_or_default()
            .replace("&quot;", "\"");
        if number <= before {
            return Err(problem(
                400,
                "InvalidPartOrder",
                "The parts are not in ascending order",
            ));
        }
        before = number;
        let found = parts
            .parts
            .get(&number)
            .filter(|part| part.tag == tag.trim_matches('"'));
        let Some(found) = found else {
            return Err(problem(
                400,
                "InvalidPart",
                "A part was not found, or its ETag is another",
            ));
        };
        if strict && index + 1 < named.len() && found.bytes.len() < SMALLEST {
            return Err(problem(
                400,
                "EntityTooSmall",
                "A part is smaller than 5 MiB",
            ));
        }
        bytes.extend_from_slice(&found.bytes);
    }
    Ok(bytes.into())
}
