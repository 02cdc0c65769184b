//! Resolves every name of the spec and finds what does not fit together.

mod actions;
mod compose;
mod enums;
mod files;
mod limits;
mod models;
mod names;
mod params;
mod path;
mod resources;
mod services;
mod usage;

use std::collections::{BTreeMap, BTreeSet};

use crate::api::{self, Api};
use crate::decode::At;
use crate::diag::Diagnostic;
use crate::load::File;
use crate::source::{Source, Span};
use crate::spec;

use compose::Flat;
use files::Folder;
use models::CheckedModel;
use names::Names;

/// Checks the files; mistakes go to the list, and then the API is worth nothing.
pub(crate) fn check(
    sources: &[Source],
    files: &[File],
    complete: bool,
    mistakes: &mut Vec<Diagnostic>,
) -> Api {
    let mut checker = Checker {
        sources,
        complete,
        folders: files::by_folder(sources, files, mistakes),
        mistakes: Vec::new(),
        names: Names::default(),
        used: BTreeSet::new(),
        flat: BTreeMap::new(),
        enums: BTreeMap::new(),
        models: BTreeMap::new(),
        request_roots: Vec::new(),
        response_roots: Vec::new(),
        patches: Vec::new(),
        services: Vec::new(),
    };
    checker.files();
    checker.collect_names();
    checker.enums();
    checker.services();
    checker.models();
    checker.resources();
    checker.usage();
    mistakes.append(&mut checker.mistakes);
    checker.api()
}

/// Where a name is used, and so which names can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    folder: usize,
    file: usize,
}

/// What is known so far.
struct Checker<'s> {
    sources: &'s [Source],
    /// Whether all files could be read to their ends. Where not, what is missing or unused may stand
    /// in the part that nobody understood, and it is not reported.
    complete: bool,
    folders: Vec<Folder<'s>>,
    mistakes: Vec<Diagnostic>,
    names: Names<'s>,
    /// Definitions that somebody needs, by the place of their name.
    used: BTreeSet<Span>,
    /// Composed fields, by the place of the model's or field set's name.
    flat: BTreeMap<Span, Vec<Flat>>,
    enums: BTreeMap<&'s str, api::Enum>,
    models: BTreeMap<&'s str, CheckedModel>,
    /// Which models are sent and received, and which must be patches, with the place that says so.
    request_roots: Vec<api::Type>,
    response_roots: Vec<api::Type>,
    patches: Vec<(Span, String)>,
    services: Vec<api::Service>,
}

impl Checker<'_> {
    fn report(&mut self, mistake: Diagnostic) {
        self.mistakes.push(mistake);
    }

    /// Reports what is needed by nobody.
    fn unused(&mut self, what: &str, name: &At<String>) {
        if !self.used.contains(&name.span) {
            self.report(
                Diagnostic::new(name.span, format!("unused {what} `{}`", name.value))
                    .help("remove it, or use it"),
            );
        }
    }

    /// Puts everything together.
    fn api(self) -> Api {
        let Self {
            mut services,
            models,
            enums,
            names,
            folders,
            ..
        } = self;
        let owner = |name: &str| {
            let folder = names.get(name).map(|item| item.place.folder)?;
            folders.get(folder).map(Folder::name)
        };
        for service in &mut services {
            for (name, model) in &models {
                if owner(name) == Some(&service.name) {
                    service
                        .models
                        .insert((*name).to_owned(), model.model.clone());
                }
            }
            for (name, values) in &enums {
                if owner(name) == Some(&service.name) {
                    service.enums.insert((*name).to_owned(), values.clone());
                }
            }
            service.resources.sort_by(|a, b| a.name.cmp(&b.name));
        }
        services.sort_by(|a, b| a.name.cmp(&b.name));
        Api { services }
    }
}

fn text(at: &Option<At<String>>) -> String {
    optional_text(at).unwrap_or_default()
}

fn optional_text(at: &Option<At<String>>) -> Option<String> {
    at.as_ref().map(|at| at.value.clone())
}

/// The acknowledged differences as they were written; one without reason was reported.
fn differences(written: &Option<Vec<(At<String>, spec::Difference)>>) -> Vec<api::Difference> {
    let written = written.iter().flatten();
    let differences = written.map(|(aspect, difference)| api::Difference {
        aspect: aspect.value.clone(),
        documented: optional_text(&difference.documented),
        reason: text(&difference.reason),
    });
    differences.collect()
}
