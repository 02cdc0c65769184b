//! The maintainer's tools, tried on a small spec: audit, scaffold, export, changes, pages.

mod audit;
mod changes;
mod export;
mod pages;
mod scaffold;

use std::fs;
use std::path::Path;

use iconik_codegen::api::{Api, Service};
use iconik_codegen::document::Document;
use iconik_codegen::{Source, load, openapi};
use serde_json::Value;

/// The files of the fixture.
fn sources() -> Vec<Source> {
    ["common", "service", "types", "projects", "playlists"]
        .map(|name| {
            let file = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join(format!("tests/it/tools/spec/{name}.yaml"));
            let path = match name {
                "common" => "spec/common.yaml".to_owned(),
                name => format!("spec/spec/{name}.yaml"),
            };
            Source::new(path, fs::read_to_string(file).unwrap())
        })
        .into()
}

/// The fixture, after each replacement was made in the file that has the text.
fn edited(replacements: &[(&str, &str)]) -> Vec<Source> {
    let mut sources = sources();
    for (old, new) in replacements {
        let source = sources.iter_mut().find(|it| it.text.contains(old));
        let source = source.unwrap_or_else(|| panic!("nothing says {old}"));
        source.text = source.text.replacen(old, new, 1);
    }
    sources
}

fn api(sources: &[Source]) -> Api {
    load(sources).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn service(api: &Api) -> &Service {
    &api.services[0]
}

/// What iconik would publish if it were the fixture.
fn published() -> Value {
    let api = api(&sources());
    let mut json: Value = serde_json::from_str(&openapi::export(&api, &[service(&api)])).unwrap();
    // Else every release would change what the audit calls it.
    json["info"]["version"] = "2026-07".into();
    json
}

fn document(json: &Value) -> Document {
    Document::parse(&json.to_string()).unwrap_or_else(|error| panic!("{error}"))
}
