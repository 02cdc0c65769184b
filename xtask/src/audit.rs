//! `cargo xtask audit`: the spec against what iconik publishes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use iconik_codegen::api::{Api, Service};
use iconik_codegen::audit::audit;
use iconik_codegen::document::{Document, DocumentError};
use iconik_codegen::scaffold::{new_service, scaffold};

use crate::output;
use crate::repo::{Error, Repo, Result};

/// Compare the spec with an OpenAPI document of a service, as iconik publishes it.
///
/// Fails on differences that the spec does not acknowledge with `differs`, and on acknowledgements
/// of differences that are gone. Actions that only the document has are listed; they do not fail.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The document: OpenAPI 3, JSON.
    document: PathBuf,
    /// The service to compare with it. Default: the one with the path of the document's server.
    #[arg(long)]
    service: Option<String>,
    /// Print the report as JSON.
    #[arg(long, conflicts_with = "scaffold")]
    json: bool,
    /// Print YAML for what the spec lacks instead of the report. The spec does not need to have the
    /// service.
    #[arg(long)]
    scaffold: bool,
    /// Print the facts of the document instead of the report: without descriptions and examples.
    #[arg(long, conflicts_with_all = ["scaffold", "json"])]
    facts: bool,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let path = &arguments.document;
    let text = fs::read_to_string(path).map_err(|error| Error::File(path.clone(), error))?;
    if arguments.facts {
        let facts = Document::facts(&text).map_err(|error| mistake(path, &text, &error))?;
        output::print(&facts);
        return Ok(ExitCode::SUCCESS);
    }
    let document = Document::parse(&text).map_err(|error| mistake(path, &text, &error))?;
    let repo = Repo::here();
    let api = repo.api()?;
    let service = choose(&api, arguments.service.as_deref(), &document);
    if arguments.scaffold {
        let new = new_service(&document).filter(|_| arguments.service.is_none());
        let service = match (&service, &new) {
            (Ok(service), _) => *service,
            (Err(_), Some(new)) => new,
            (Err(_), None) => service?,
        };
        let scaffold = scaffold(&repo.sources()?, &api, service, &document);
        output::print(&scaffold.to_string());
        return Ok(ExitCode::SUCCESS);
    }
    let report = audit(&api, service?, &document);
    output::print(&match arguments.json {
        true => report.json() + "\n",
        false => report.text(),
    });
    Ok(if report.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What is wrong with a document, and where.
fn mistake(path: &Path, text: &str, error: &DocumentError) -> Error {
    let line = error.line(text).map(|line| format!(":{line}"));
    Error::plain(format!(
        "{}{}: {error}",
        path.display(),
        line.unwrap_or_default()
    ))
}

fn choose<'a>(api: &'a Api, name: Option<&str>, document: &Document) -> Result<&'a Service> {
    if let Some(name) = name {
        return find(api, name);
    }
    let path = document.base_path.as_deref().unwrap_or_default();
    let found = api
        .services
        .iter()
        .find(|service| service.base_path == path);
    found.ok_or_else(|| {
        Error::plain(format!(
            "no service of the spec has the path `{path}`, as the document does: name one with --service ({})",
            names(api)
        ))
    })
}

/// The service of this name.
pub(crate) fn find<'a>(api: &'a Api, name: &str) -> Result<&'a Service> {
    let found = api.services.iter().find(|service| service.name == name);
    found.ok_or_else(|| {
        Error::plain(format!(
            "no service `{name}` in the spec, only: {}",
            names(api)
        ))
    })
}

fn names(api: &Api) -> String {
    let names: Vec<&str> = api
        .services
        .iter()
        .map(|service| service.name.as_str())
        .collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(url: &str) -> Document {
        let text =
            format!(r#"{{"openapi": "3.0.3", "servers": [{{"url": "{url}"}}], "paths": {{}}}}"#);
        Document::parse(&text).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn the_service_is_found_by_where_the_document_stands() {
        let api = Repo::here().api().unwrap_or_else(|error| panic!("{error}"));
        let name =
            |name, url| choose(&api, name, &document(url)).map(|service| service.name.as_str());

        assert_eq!(
            name(None, "https://app.iconik.io/API/assets/").ok(),
            Some("assets")
        );
        assert_eq!(name(None, "/API/assets").ok(), Some("assets"));
        assert_eq!(name(Some("assets"), "/").ok(), Some("assets"));
        let error = name(None, "/API/elsewhere").unwrap_err().to_string();
        assert!(
            error.contains("`/API/elsewhere`") && error.contains("assets"),
            "{error}"
        );
        assert!(name(Some("asset"), "/").is_err());
    }

    #[test]
    fn a_mistake_in_a_document_is_found_by_its_line() {
        let cases = [
            ("{\n  \"openapi\": 3\n  nonsense }", "doc.json:3: not JSON"),
            (
                "{\"openapi\": \"3.0.3\",\n\"paths\": {\n\"/a/\": {\"get\": {\"parameters\": 1}}}}",
                "doc.json:3: not OpenAPI 3: GET /a/",
            ),
            ("{}", "doc.json: not OpenAPI 3: openapi"),
        ];
        for (text, expected) in cases {
            let error = Document::parse(text).expect_err("it is no document");
            let message = mistake(Path::new("doc.json"), text, &error).to_string();
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_a_document() {
        let text = "\u{feff}{\"openapi\": \"3.0.3\", \"paths\": {}}";

        assert!(Document::parse(text).is_ok());
    }
}
