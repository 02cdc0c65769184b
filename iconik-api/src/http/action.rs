//! What an action is: a request type that knows its endpoint.

use super::decode::Decode;
use super::meta::ActionMeta;
use super::request::{PreparedRequest, RequestWriter};
use crate::data::secret::collect;
use crate::error::Result;

/// One request of the API, as a plain value.
///
/// The generated request types implement it. Implement it yourself for an endpoint that this
/// version does not know, and it gets everything that the others have: typed responses, retries,
/// pace, errors that name the action.
///
/// ```
/// use iconik_api::response::Json;
/// use iconik_api::{Action, ActionMeta, RequestWriter};
///
/// /// Counts the assets that have a label.
/// struct CountLabels {
///     label: String,
/// }
///
/// impl Action for CountLabels {
///     type Response = Json<serde_json::Value>;
///     const META: &'static ActionMeta =
///         &ActionMeta::new("labels.count", http::Method::GET, "/API/labels", "/v1/{label}/count/");
///
///     fn encode(&self, request: &mut RequestWriter) {
///         request.path("label", &self.label);
///     }
/// }
///
/// let request = iconik_api::prepare(&CountLabels { label: "on air".into() })?;
/// assert_eq!(request.path(), "/API/labels/v1/on%20air/count/");
/// # Ok::<(), iconik_api::Error>(())
/// ```
pub trait Action {
    /// How the response is read.
    type Response: Decode;

    /// The facts about the endpoint.
    const META: &'static ActionMeta;

    /// Writes the arguments: the path's placeholders in their order, then query, headers and body.
    fn encode(&self, request: &mut RequestWriter);
}

/// Encodes an action without sending it.
///
/// # Errors
///
/// When an argument cannot be sent: an empty path value, for example.
pub fn prepare<A: Action>(action: &A) -> Result<PreparedRequest> {
    encode(action, "", 0)
}

/// Encodes an action for an origin; `path_start` is where the origin ends and its own path begins.
pub(crate) fn encode<A: Action>(
    action: &A,
    base: &str,
    path_start: usize,
) -> Result<PreparedRequest> {
    let (request, secrets) = collect(|| {
        let mut writer = RequestWriter::new(A::META, base, path_start);
        action.encode(&mut writer);
        writer.finish()
    });
    let mut request = request?;
    request.hide(secrets);
    Ok(request)
}
