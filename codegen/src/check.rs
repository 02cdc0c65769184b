//! Resolves every name of the spec and finds what does not fit together.

mod actions;
mod compose;
mod emitted;
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

/// Checks the files. Mistakes are added to the list; the API is only valid if there are none.
pub(crate) fn check(
    sources: &[Source],
    files: &[File],
    complete: bool,
    mistakes: &mut Vec<Diagnostic>,
) -> Api {
    let mut checker = Checker {
        sources,
        complete,
        common: files::common(sources, files, mistakes),
        folders: files::by_folder(sources, files, mistakes),
        mistakes: Vec::new(),
        names: Names::default(),
        used: BTreeSet::new(),
        flat: BTreeMap::new(),
        enums: BTreeMap::new(),
        models: BTreeMap::new(),
        request_roots: Vec::new(),
        response_roots: Vec::new(),
        form_roots: Vec::new(),
        patches: Vec::new(),
        forms: Vec::new(),
        services: Vec::new(),
        param_places: BTreeMap::new(),
    };
    checker.files();
    checker.collect_names();
    checker.enums();
    checker.common();
    checker.services();
    checker.models();
    checker.resources();
    checker.usage();
    let api = checker.api();
    checker.emitted(&api);
    mistakes.append(&mut checker.mistakes);
    api
}

/// Where a name is used, and so which names can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    /// The folder of the service; none for common.yaml.
    folder: Option<usize>,
    file: usize,
}

/// A type: the folder of its service, or none for one of common.yaml, and its name.
type Key<'s> = (Option<usize>, &'s str);

/// What is known so far.
struct Checker<'s> {
    sources: &'s [Source],
    /// Whether all files could be read completely. If not, what is missing or unused may be in a part that
    /// could not be read, and it is not reported.
    complete: bool,
    /// The file that all services share, and its place among the sources.
    common: Option<(usize, &'s spec::Common)>,
    folders: Vec<Folder<'s>>,
    mistakes: Vec<Diagnostic>,
    names: Names<'s>,
    /// Definitions that are used, by the place of their name.
    used: BTreeSet<Span>,
    /// Composed fields, by the place of the model's or field set's name.
    flat: BTreeMap<Span, Vec<Flat>>,
    enums: BTreeMap<Key<'s>, api::Enum>,
    models: BTreeMap<Key<'s>, CheckedModel<'s>>,
    /// Which models are sent and received, and which must be patches, with the place that requires it.
    request_roots: Vec<(Option<usize>, api::Type)>,
    response_roots: Vec<(Option<usize>, api::Type)>,
    form_roots: Vec<(Option<usize>, api::Type)>,
    patches: Vec<(Span, Key<'s>)>,
    /// Which models are sent as forms, with the place of the body and the kind of form.
    forms: Vec<(Span, Key<'s>, &'static str)>,
    /// The services, each with its folder.
    services: Vec<(usize, api::Service)>,
    /// The places of parameters, by the place of the action's name and the name on the wire.
    param_places: BTreeMap<(Span, String), Span>,
}

impl Checker<'_> {
    fn report(&mut self, mistake: Diagnostic) {
        self.mistakes.push(mistake);
    }

    /// Reports a definition that is not used.
    fn unused(&mut self, what: &str, name: &At<String>) {
        if !self.used.contains(&name.span) {
            self.report(
                Diagnostic::new(name.span, format!("unused {what} `{}`", name.value))
                    .help("remove it, or use it"),
            );
        }
    }

    /// Puts everything together.
    fn api(&mut self) -> Api {
        let models = |folder: Option<usize>| {
            let models = self.models.iter().filter(|((of, _), _)| *of == folder);
            models
                .map(|((_, name), model)| ((*name).to_owned(), model.model.clone()))
                .collect::<BTreeMap<_, _>>()
        };
        let enums = |folder: Option<usize>| {
            let enums = self.enums.iter().filter(|((of, _), _)| *of == folder);
            enums
                .map(|((_, name), item)| ((*name).to_owned(), item.clone()))
                .collect::<BTreeMap<_, _>>()
        };
        let ids = self.common.iter().flat_map(|(_, common)| &common.ids);
        let ids = ids.flatten().map(|(name, doc)| {
            let (name, doc) = (name.value.clone(), doc.value.clone());
            (name.clone(), api::Id { name, doc })
        });
        let common = api::Common {
            ids: ids.collect(),
            enums: enums(None),
            models: models(None),
        };
        let mut services = self.services.clone();
        for (folder, service) in &mut services {
            service.models = models(Some(*folder));
            service.enums = enums(Some(*folder));
            service.resources.sort_by(|a, b| a.name.cmp(&b.name));
        }
        let mut services: Vec<_> = services.into_iter().map(|(_, service)| service).collect();
        services.sort_by(|a, b| a.name.cmp(&b.name));
        Api { common, services }
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
