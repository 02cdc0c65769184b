//! The protocol of Google Cloud Storage: a resumable upload.

use http::header::{CONTENT_TYPE, LOCATION, RANGE};
use http::{HeaderName, Method};

use super::{Parts, check_signature, keep, problem};
use crate::mock::incoming::Incoming;
use crate::mock::reply::{Reply, Result};
use crate::mock::state::State;

pub(super) fn respond(state: &mut State, request: &Incoming, id: &str) -> Result {
    check_signature(state, request, id)?;
    match (&request.method, request.param("upload_id")) {
        (&Method::POST, None) => start(state, request, id),
        (&Method::PUT, Some(upload)) => {
            let upload = upload.to_owned();
            receive(state, request, id, &upload)
        }
        (&Method::GET, None) => super::download(state, request, id),
        _ => Err(problem(
            405,
            "MethodNotAllowed",
            "The method is not allowed",
        )),
    }
}

/// Opens the upload. The URL is signed for a request with this header and without a media type (seen live).
fn start(state: &mut State, request: &Incoming, id: &str) -> Result {
    let resumable = request.header("x-goog-resumable") == Some("start");
    if !resumable || request.headers.contains_key(CONTENT_TYPE) {
        return Err(problem(
            403,
            "SignatureDoesNotMatch",
            "The URL is signed for other headers",
        ));
    }
    let upload = state.source.secret();
    let parts = Parts {
        object: id.to_owned(),
        ..Parts::default()
    };
    state.uploads.parts.insert(upload.clone(), parts);
    let signature = request.param("signature").unwrap_or_default();
    let location = format!(
        "{}/_storage/gcs/{id}?signature={signature}&upload_id={upload}",
        state.origin
    );
    let reply = Reply::nothing(201).with(LOCATION, location);
    Ok(reply.with(HeaderName::from_static("x-guploader-uploadid"), upload))
}

/// Takes all bytes, or a part of them; says how many it has where there are more to come.
fn receive(state: &mut State, request: &Incoming, id: &str, upload: &str) -> Result {
    let known = state
        .uploads
        .parts
        .get_mut(upload)
        .filter(|parts| parts.object == id);
    let Some(parts) = known else {
        return Err(problem(404, "NoSuchUpload", "The upload does not exist"));
    };
    let range = request
        .header("content-range")
        .and_then(|range| range.strip_prefix("bytes "));
    let (start, total) = match range.and_then(|range| range.split_once('/')) {
        None => (Some(0), Some(request.body.len())),
        Some(("*", total)) => (None, total.parse().ok()),
        Some((range, total)) => {
            let start = range.split('-').next().and_then(|start| start.parse().ok());
            (start, total.parse().ok())
        }
    };
    if let Some(start) = start {
        if start > parts.received.len() {
            return Err(problem(
                503,
                "ServiceUnavailable",
                "Bytes are missing before the range",
            ));
        }
        parts.received.truncate(start);
        parts.received.extend_from_slice(&request.body);
    }
    let received = parts.received.len();
    if total.is_some_and(|total| received >= total) {
        let bytes = std::mem::take(&mut parts.received);
        state.uploads.parts.remove(upload);
        keep(state, id, bytes.into());
        return Ok(Reply::nothing(200));
    }
    let reply = Reply::nothing(308);
    Ok(match received {
        0 => reply,
        _ => reply.with(RANGE, format!("bytes=0-{}", received - 1)),
    })
}
