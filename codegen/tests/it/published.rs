//! The spec beside the documents that iconik publishes: one of each service, reduced to their facts.

use std::fs;

use iconik_codegen::api::{Api, Service};
use iconik_codegen::audit::{Report, audit};
use iconik_codegen::document::Document;
use iconik_codegen::scaffold::{MARKER, Scaffold, new_service, scaffold};
use iconik_codegen::{Source, load};

use crate::support::{real, tests_folder};

/// The document of each service, by the name of its file.
fn documents() -> Vec<(String, String)> {
    let folder = tests_folder().join("fixtures/openapi");
    let mut documents: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|file| {
            let path = file.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect();
    documents.sort();
    documents
}

fn parse(text: &str) -> Document {
    Document::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

fn audits(of: impl Fn(&Report) -> Option<String>) -> String {
    let api = load(&real()).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let reports = documents().into_iter().filter_map(|(_, text)| {
        let document = parse(&text);
        let path = document.base_path.as_ref()?;
        let service = api
            .services
            .iter()
            .find(|service| service.base_path == *path)?;
        of(&audit(&api, service, &document))
    });
    reports.collect::<Vec<_>>().join("\n")
}

#[test]
fn there_is_a_document_of_each_service() {
    let names: Vec<String> = documents().into_iter().map(|(name, _)| name).collect();

    assert_eq!(
        names,
        [
            "acls",
            "assets",
            "auth",
            "automations",
            "files",
            "jobs",
            "metadata",
            "ml",
            "notifications",
            "search",
            "settings",
            "stats",
            "transcode",
            "users",
            "users_notifications",
        ]
    );
    let operations: usize = documents()
        .iter()
        .map(|(_, text)| parse(text).operations.len())
        .sum();
    assert_eq!(operations, 1002);
}

#[test]
fn the_documents_have_nothing_but_facts() {
    for (name, text) in documents() {
        let facts = Document::facts(&text).unwrap();

        assert!(
            facts == text,
            "{name}: write it with `cargo xtask audit --facts`"
        );
        for key in ["description", "summary", "title", "example", "externalDocs"] {
            let sentence = format!("\"{key}\":\"");
            assert!(
                !without_info(&text).contains(&sentence),
                "{name} has a {key}"
            );
        }
    }
}

/// The document without the line that says what it is.
fn without_info(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with("\"info\""));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_facts_of_a_document_say_what_the_document_says() {
    for (name, text) in documents() {
        let facts = Document::facts(&text).unwrap();

        assert!(parse(&facts) == parse(&text), "{name}");
    }
}

/// What is shared by all services before there is one.
fn common() -> Source {
    let real = real();
    let common = real
        .iter()
        .find(|source| source.path == "spec/common.yaml")
        .unwrap();
    let start = common.text.find("\npaging:").unwrap();
    let end = common.text.find("\nids:").unwrap();
    let paging = &common.text[start..end];
    let text = format!(
        "common: iconik\nrate_limit: {{ per_second: 50, burst: 1000, burst_seconds: 20 }}{paging}\n"
    );
    Source::new("spec/common.yaml", text)
}

/// What a person would do: copy each text into its file and replace the markers.
fn pasted(common: &Source, scaffold: &Scaffold) -> Vec<Source> {
    let mut sources = vec![common.clone()];
    for fragment in &scaffold.fragments {
        let text = fragment.text.replace(MARKER, "Some words");
        match sources
            .iter_mut()
            .find(|source| source.path == fragment.file)
        {
            Some(source) => source.text.push_str(&text),
            None => sources.push(Source::new(&fragment.file, text)),
        }
    }
    sources
}

#[test]
fn a_service_without_a_folder_is_scaffolded_whole() {
    let common = common();
    let none = Api::default();
    let mut mistakes = Vec::new();
    for (name, text) in documents() {
        let document = parse(&text);
        let service: Service = new_service(&document).unwrap();
        assert_eq!(service.name, name);

        let scaffold = scaffold(std::slice::from_ref(&common), &none, &service, &document);

        match load(&pasted(&common, &scaffold)) {
            Ok(api) => {
                let report = audit(&api, &api.services[0], &document);
                assert_eq!(report.not_in_the_spec, [""; 0], "{name}");
                if !report.is_clean() {
                    mistakes.push(report.text());
                }
            }
            Err(found) => mistakes.push(found.to_string()),
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
fn the_spec_agrees_with_the_documents() {
    let differing = audits(|report| (!report.is_clean()).then(|| report.text()));

    assert!(differing.is_empty(), "{differing}");
}
#[test]
fn the_spec_has_every_operation_of_the_documents() {
    let missing = audits(|report| {
        let missing = &report.not_in_the_spec;
        (!missing.is_empty()).then(|| format!("{}: {missing:#?}", report.service))
    });

    assert!(missing.is_empty(), "{missing}");
}
