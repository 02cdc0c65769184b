//! The protocol of Backblaze B2: URLs that work once, and checksums that are verified.

use http::Method;
use serde_json::{Map, Value, json};

use super::{Part, Parts, check_signature, keep, sha1, signed};
use crate::mock::call::Call;
use crate::mock::incoming::Incoming;
use crate::mock::reply::{Reply, Result};
use crate::mock::state::State;

/// An error as Backblaze writes it.
fn problem(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(
        status,
        json!({ "status": status, "code": code, "message": message }),
    )
}

/// Starts an upload in parts.
pub(super) fn start(call: &mut Call<'_>) -> Result {
    let id = call.last().to_owned();
    let upload = call.state.source.secret();
    let token = call.state.source.secret();
    let parts = Parts {
        object: id.clone(),
        ..Parts::default()
    };
    call.state.uploads.parts.insert(upload.clone(), parts);
    call.state
        .uploads
        .signatures
        .insert(token.clone(), id.clone());
    let url = format!("{}&upload={upload}", signed(call.state, "b2", &id));
    Ok(call.respond(Map::from_iter([
        ("upload_file_id".to_owned(), upload.into()),
        ("authorization_token".to_owned(), token.into()),
        ("upload_url".to_owned(), url.into()),
    ])))
}

/// Joins the parts, if the checksums are those of the parts.
pub(super) fn finish(call: &mut Call<'_>) -> Result {
    let upload = call
        .body
        .get("upload_file_id")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let tags = call.texts("sha1_list");
    let Some(parts) = call.state.uploads.parts.remove(&upload) else {
        return match call.state.settings.invent {
            true => Ok(call.nothing()),
            false => Err(Reply::error(400, "The upload doesn't exist")),
        };
    };
    let known: Vec<&String> = parts.parts.values().map(|part| &part.tag).collect();
    let in_order = parts
        .parts
        .keys()
        .copied()
        .eq(1..=u32::try_from(known.len()).unwrap_or(0));
    if !in_order || !known.iter().copied().eq(&tags) {
        call.state.uploads.parts.insert(upload, parts);
        return Err(Reply::error(400, "sha1_list does not match the parts"));
    }
    let bytes: Vec<u8> = parts
        .parts
        .values()
        .flat_map(|part| part.bytes.to_vec())
        .collect();
    keep(call.state, &parts.object, bytes.into());
    Ok(call.nothing())
}

pub(super) fn cancel(call: &mut Call<'_>) -> Result {
    let upload = call
        .body
        .get("upload_file_id")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    call.state.uploads.parts.remove(&upload);
    Ok(call.nothing())
}

pub(super) fn respond(state: &mut State, request: &Incoming, id: &str) -> Result {
    if request.method == Method::GET {
        return super::download(state, request, id);
    }
    if request.method != Method::POST {
        return Err(problem(
            405,
            "method_not_allowed",
            "The method is not allowed",
        ));
    }
    let checked = check_signature(state, request, id);
    let token = request
        .header("authorization")
        .unwrap_or_default()
        .to_owned();
    let known = state
        .uploads
        .signatures
        .get(&token)
        .is_some_and(|known| known == id);
    if checked.is_err() || !known {
        return Err(problem(
            401,
            "bad_auth_token",
            "The token is not one for this URL",
        ));
    }
    let sha1 = request
        .header("x-bz-content-sha1")
        .unwrap_or_default()
        .to_owned();
    if request.param("upload").is_none() && !state.uploads.used.insert(token) {
        return Err(problem(
            401,
            "auth_token_limit",
            "The URL and its token were used already",
        ));
    }
    if sha1 != "do_not_verify" && !sha1.eq_ignore_ascii_case(&sha1::hex(&request.body)) {
        return Err(problem(
            400,
            "bad_request",
            "Checksum did not match data received",
        ));
    }
    if let Some(upload) = request.param("upload") {
        let number = request
            .header("x-bz-part-number")
            .and_then(|number| number.parse::<u32>().ok());
        let parts = state.uploads.parts.get_mut(upload);
        let (Some(number), Some(parts)) = (number.filter(|number| *number > 0), parts) else {
            return Err(problem(400, "bad_request", "X-Bz-Part-Number is missing"));
        };
        let part = Part {
            bytes: request.body.clone(),
            tag: sha1.clone(),
        };
        parts.parts.insert(number, part);
        return Ok(Reply::json(
            200,
            json!({ "partNumber": number, "contentSha1": sha1 }),
        ));
    }
    let Some(name) = request.header("x-bz-file-name").map(str::to_owned) else {
        return Err(problem(400, "bad_request", "X-Bz-File-Name is missing"));
    };
    let size = request.body.len();
    keep(state, id, request.body.clone());
    let body = json!({ "fileId": id, "fileName": name, "contentSha1": sha1, "contentLength": size, "action": "upload" });
    Ok(Reply::json(200, body))
}
