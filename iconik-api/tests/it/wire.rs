//! What every request looks like on the wire: with nothing but what it cannot be made without, and
//! with everything set.
//!
//! `snapshots/wire/<service>/<resource>.snap` is for reading: one JSON array for each resource, and
//! one entry for a request that has nothing optional. `wire/<service>.jsonl` is for programs: one JSON
//! object per line, with query and body byte for byte, for all requests of a service.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use iconik_api::{Action, PreparedRequest};
use serde::Serialize;
use serde_json::{Value, json};

/// The requests of a resource.
#[derive(Default)]
pub(crate) struct Lines {
    entries: Vec<Entry>,
    /// The same for programs, each with its action.
    lines: Vec<(&'static str, String)>,
    actions: BTreeSet<&'static str>,
}

/// A request for readers.
#[derive(Serialize)]
struct Entry {
    action: &'static str,
    set: &'static str,
    request: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    query: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
}

impl Lines {
    /// Adds what the request becomes: first with as little as it can have, then with everything.
    pub(crate) fn add<A: Action>(&mut self, request: &A) {
        let action = A::META.id;
        let request =
            iconik_api::prepare(request).unwrap_or_else(|error| panic!("{action}: {error}"));
        let line = line(action, &request);
        let is_first = self.actions.insert(action);
        if !is_first && self.lines.last().is_some_and(|(_, least)| *least == line) {
            if let Some(entry) = self.entries.last_mut() {
                entry.set = "there is nothing optional";
            }
            return;
        }
        self.lines.push((action, line));
        self.entries.push(Entry {
            action,
            set: if is_first {
                "only what is required"
            } else {
                "everything"
            },
            request: format!("{} {}", request.method(), request.path()),
            query: request.query_pairs().collect(),
            headers: headers(&request),
            body: body(&request).map(|body| {
                serde_json::from_str(&body).unwrap_or_else(|_| panic!("{action}: {body}"))
            }),
        });
    }

    /// Compares the requests with the files of the resource and of the service.
    pub(crate) fn check(&self, service: &str, resource: &str) {
        let entries = serde_json::to_string_pretty(&self.entries).unwrap();
        insta::with_settings!({
            prepend_module_to_snapshot => false,
            snapshot_path => format!("snapshots/wire/{service}"),
            omit_expression => true,
        }, {
            insta::assert_snapshot!(resource, entries);
        });
        self.check_lines(service);
    }

    /// Compares the lines with those of the same actions in the file of the service, or replaces
    /// them when snapshots are updated.
    fn check_lines(&self, service: &str) {
        // The tests of all resources of a service share a file.
        static FILES: Mutex<()> = Mutex::new(());
        let _files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
        let path = folder().join(format!("{service}.jsonl"));
        let text = fs::read_to_string(&path).unwrap_or_default();
        let (own, others): (Vec<&str>, Vec<&str>) = text
            .lines()
            .partition(|line| self.actions.contains(action_of(line).as_str()));
        let lines: Vec<&str> = self.lines.iter().map(|(_, line)| line.as_str()).collect();
        let mut sorted = lines.clone();
        sorted.sort_by_key(|line| action_of(line));
        if own == sorted {
            return;
        }
        let update = std::env::var("INSTA_UPDATE").is_ok_and(|how| how == "always");
        assert!(
            update,
            "{} is stale: run `INSTA_UPDATE=always cargo test -p iconik-api --test it`",
            path.display()
        );
        let known: BTreeSet<&str> = iconik_api::actions().map(|action| action.id).collect();
        let others = others
            .into_iter()
            .filter(|line| known.contains(action_of(line).as_str()));
        let mut all: Vec<&str> = others.chain(lines).collect();
        all.sort_by_key(|line| action_of(line));
        fs::create_dir_all(folder()).unwrap();
        fs::write(path, all.join("\n") + "\n").unwrap();
    }
}

#[test]
fn the_lines_are_of_actions_that_there_are() {
    let known: BTreeSet<&str> = iconik_api::actions().map(|action| action.id).collect();
    let known_services: BTreeSet<&str> = iconik_api::actions().map(|it| it.service).collect();
    for file in fs::read_dir(folder()).unwrap() {
        let path = file.unwrap().path();
        let service = path.file_stem().unwrap().to_str().unwrap();
        if !known_services.contains(service) {
            // Its feature is off, unless all are on.
            if cfg!(feature = "full") {
                panic!("{} is of no service", path.display());
            }
            continue;
        }
        for line in fs::read_to_string(&path).unwrap().lines() {
            let action = action_of(line);
            assert!(
                known.contains(action.as_str()),
                "{}: {action} is gone",
                path.display()
            );
        }
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/wire")
}

/// The action that a line is of.
fn action_of(line: &str) -> String {
    let line: Value = serde_json::from_str(line).unwrap();
    line["action"].as_str().unwrap().to_owned()
}

fn line(action: &str, request: &PreparedRequest) -> String {
    // Written by hand: the members stay in the order in which one reads a request.
    format!(
        r#"{{"action":{},"method":{},"path":{},"query":{},"headers":{},"body":{}}}"#,
        json!(action),
        json!(request.method().as_str()),
        json!(request.path()),
        json!(request.query()),
        json!(headers(request)),
        body(request).unwrap_or_else(|| "null".to_owned()),
    )
}

/// The headers, with the media type of a body that is not JSON.
fn headers(request: &PreparedRequest) -> BTreeMap<String, String> {
    let own = request.headers().iter();
    let own = own.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let media_type = request.media_type().filter(|it| *it != "application/json");
    let media_type = media_type.map(|it| ("content-type".to_owned(), without_boundary(it, it)));
    own.chain(media_type).collect()
}

/// The body as JSON; one that is something else is a text.
fn body(request: &PreparedRequest) -> Option<String> {
    let text = String::from_utf8_lossy(request.body()?);
    Some(match request.media_type() {
        Some("application/json") => text.into_owned(),
        Some(media_type) => json!(without_boundary(&text, media_type)).to_string(),
        None => return None,
    })
}

/// A text with the boundary of a form, which differs each time, written as `boundary`.
pub(crate) fn without_boundary(text: &str, media_type: &str) -> String {
    match media_type.split_once("boundary=") {
        Some((_, boundary)) => text.replace(boundary, "boundary"),
        None => text.to_owned(),
    }
}
