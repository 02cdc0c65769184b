//! What the programs of other languages use: faults and the record over HTTP, below `/_mock/`.

use http::Method;
use serde_json::{Value, json};

use super::fault::Fault;
use super::incoming::Incoming;
use super::reply::{Reply, Result};
use super::state::State;

/// Responds to a request that is about the server itself.
pub(super) fn respond(state: &mut State, request: &Incoming) -> Reply {
    let path = request.path.trim_end_matches('/');
    match (&request.method, path) {
        (&Method::POST, "/_mock/faults") => {
            add_faults(state, request).unwrap_or_else(|reply| reply)
        }
        (&Method::DELETE, "/_mock/faults") => {
            state.faults.clear();
            Reply::nothing(204)
        }
        (&Method::GET, "/_mock/requests") => {
            let requests = state.record.all();
            let requests: Value = requests
                .iter()
                .map(|request| {
                    json!({
                        "action": request.action(),
                        "method": request.method().as_str(),
                        "path": request.path(),
                        "query": request.query(),
                        "body": request.json(),
                        "status": request.status(),
                        "unknown_params": request.unknown_params(),
                        "unknown_fields": request.unknown_fields(),
                    })
                })
                .collect();
            Reply::json(200, json!({ "requests": requests }))
        }
        (&Method::DELETE, "/_mock/requests") => {
            state.record.clear();
            Reply::nothing(204)
        }
        (&Method::POST, "/_mock/work") => {
            state.work(true);
            Reply::nothing(204)
        }
        _ => Reply::unknown_path(),
    }
}

/// Adds the faults in the body, one on each line.
fn add_faults(state: &mut State, request: &Incoming) -> Result {
    let text = String::from_utf8_lossy(&request.body);
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let faults: std::result::Result<Vec<Fault>, _> = lines.map(str::parse).collect();
    let faults = faults.map_err(|error| Reply::error(400, error))?;
    faults.into_iter().for_each(|fault| state.faults.add(fault));
    Ok(Reply::nothing(204))
}
