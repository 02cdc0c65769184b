//! What every request looks like on the wire: with nothing but what it cannot be made without, and
//! with everything set. One JSON object per line, so that other tools can replay them.

use std::collections::BTreeMap;

use iconik_api::Action;
use serde_json::json;

/// The requests of a resource, one JSON object each.
#[derive(Default)]
pub(crate) struct Lines(Vec<String>);

impl Lines {
    /// Adds what the request becomes.
    pub(crate) fn add<A: Action>(&mut self, request: &A) {
        let action = A::META.id;
        let request =
            iconik_api::prepare(request).unwrap_or_else(|error| panic!("{action}: {error}"));
        let headers: BTreeMap<&str, &str> = request
            .headers()
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
            .collect();
        let body = request
            .body()
            .map_or(Ok("null"), |body| std::str::from_utf8(body));
        // Written by hand: the members stay in the order in which one reads a request.
        self.0.push(format!(
            r#"{{"action":{},"method":{},"path":{},"query":{},"headers":{},"body":{}}}"#,
            json!(action),
            json!(request.method().as_str()),
            json!(request.path()),
            json!(request.query()),
            json!(headers),
            body.expect("a body is UTF-8"),
        ));
    }

    /// Compares the lines with the snapshot of the resource.
    pub(crate) fn check(&self, service: &str, resource: &str) {
        insta::with_settings!({
            prepend_module_to_snapshot => false,
            snapshot_path => format!("snapshots/wire/{service}"),
            omit_expression => true,
        }, {
            insta::assert_snapshot!(resource, self.0.join("\n"));
        });
    }
}
