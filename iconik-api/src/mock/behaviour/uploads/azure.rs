//! The protocol of Azure Blob Storage: a block blob, whole or in blocks.

use http::Method;

use super::{Part, Parts, check_signature, keep, problem, tag};
use crate::mock::incoming::Incoming;
use crate::mock::reply::{Reply, Result};
use crate::mock::state::State;

pub(super) fn respond(state: &mut State, request: &Incoming, id: &str) -> Result {
    check_signature(state, request, id)?;
    match (&request.method, request.param("comp")) {
        (&Method::PUT, None) => {
            if request.header("x-ms-blob-type") != Some("BlockBlob") {
                return Err(problem(
                    400,
                    "MissingRequiredHeader",
                    "x-ms-blob-type: BlockBlob is required",
                ));
            }
            keep(state, id, request.body.clone());
            Ok(Reply::nothing(201))
        }
        (&Method::PUT, Some("block")) => {
            let Some(block) = request.param("blockid").map(str::to_owned) else {
                return Err(problem(
                    400,
                    "InvalidQueryParameterValue",
                    "blockid is required",
                ));
            };
            let parts = state
                .uploads
                .parts
                .entry(format!("azure {id}"))
                .or_insert_with(|| Parts {
                    object: id.to_owned(),
                    ..Parts::default()
                });
            let number = u32::try_from(parts.parts.len()).unwrap_or(u32::MAX);
            let part = Part {
                bytes: request.body.clone(),
                tag: block,
            };
            parts.parts.insert(number, part);
            Ok(Reply::nothing(201))
        }
        (&Method::PUT, Some("blocklist")) => commit(state, request, id),
        (&Method::GET, None) => super::download(state, request, id),
        _ => Err(problem(
            405,
            "UnsupportedHttpVerb",
            "The method is not allowed",
        )),
    }
}

/// Joins the blocks that the request names, in its order.
fn commit(state: &mut State, request: &Incoming, id: &str) -> Result {
    let text = String::from_utf8_lossy(&request.body).into_owned();
    let Some(parts) = state.uploads.parts.remove(&format!("azure {id}")) else {
        return Err(problem(400, "InvalidBlockList", "There are no blocks"));
    };
    let mut bytes = Vec::new();
    for name in ["Latest", "Uncommitted", "Committed"] {
        for block in text.split(&format!("<{name}>")).skip(1) {
            let block = block.split('<').next().unwrap_or_default();
            // Of blocks with one id, the newest counts.
            let found = parts.parts.values().rev().find(|part| part.tag == block);
            let Some(found) = found else {
                return Err(problem(400, "InvalidBlockList", "A block was not uploaded"));
            };
            bytes.extend_from_slice(&found.bytes);
        }
    }
    let tag = tag(&bytes);
    keep(state, id, bytes.into());
    Ok(Reply::nothing(201).with(http::header::ETAG, format!("\"{tag}\"")))
}
