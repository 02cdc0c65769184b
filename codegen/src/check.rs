//! Resolves every name of the spec and finds what does not fit together.

mod actions;
mod models;
mod names;
mod usage;

use std::collections::{BTreeMap, BTreeSet};

use crate::api::{self, Api, Home, RateLimit};
use crate::decode::At;
use crate::diag::Diagnostic;
use crate::ident;
use crate::load::{Content, File};
use crate::source::{Source, Span};
use crate::spec;

use models::{CheckedModel, Flat};
use names::Names;

/// Checks the files; mistakes go to the list, and then the API is worth nothing.
pub(crate) fn check(
    sources: &[Source],
    files: &[File],
    complete: bool,
    mistakes: &mut Vec<Diagnostic>,
) -> Api {
    let mut checker = Checker::new(sources, files, complete);
    checker.folders();
    checker.collect_names();
    checker.services();
    checker.enums();
    checker.models();
    checker.resources();
    checker.usage();
    mistakes.append(&mut checker.mistakes);
    checker.api()
}

/// The files of one service.
struct Folder<'s> {
    path: &'s str,
    service: Option<(usize, &'s spec::Service)>,
    types: Vec<(usize, &'s spec::Types)>,
    resources: Vec<(usize, &'s spec::Resource)>,
}

impl<'s> Folder<'s> {
    fn name(&self) -> &'s str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    fn common_fields(&self) -> &'s [(At<String>, spec::Field)] {
        self.service
            .and_then(|(_, service)| service.common_fields.as_deref())
            .unwrap_or_default()
    }

    fn common_params(&self) -> &'s [(At<String>, spec::Param)] {
        self.service
            .and_then(|(_, service)| service.common_params.as_deref())
            .unwrap_or_default()
    }
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

impl<'s> Checker<'s> {
    fn new(sources: &'s [Source], files: &'s [File], complete: bool) -> Self {
        let mut folders: BTreeMap<&str, Folder<'s>> = BTreeMap::new();
        let mut mistakes = Vec::new();
        for file in files {
            let path = sources[file.index].folder();
            let folder = folders.entry(path).or_insert_with(|| Folder {
                path,
                service: None,
                types: Vec::new(),
                resources: Vec::new(),
            });
            let stem = sources[file.index].stem();
            let expected = match &file.content {
                Content::Service(_) => "service",
                Content::Types(_) => "types",
                Content::Resource(_) => stem,
            };
            if stem != expected {
                mistakes.push(
                    Diagnostic::new(
                        Span::top(file.index),
                        format!("this file must be named {expected}.yaml"),
                    )
                    .help("each service has one such file"),
                );
                continue;
            }
            match &file.content {
                Content::Service(service) => match folder.service {
                    None => folder.service = Some((file.index, service)),
                    Some((first, _)) => mistakes.push(
                        Diagnostic::new(
                            Span::top(file.index),
                            "this folder has a service file already",
                        )
                        .related(Span::top(first), "the other one"),
                    ),
                },
                Content::Types(types) => folder.types.push((file.index, types)),
                Content::Resource(resource) => folder.resources.push((file.index, resource)),
            }
        }
        Self {
            sources,
            complete,
            folders: folders.into_values().collect(),
            mistakes,
            names: Names::default(),
            used: BTreeSet::new(),
            flat: BTreeMap::new(),
            enums: BTreeMap::new(),
            models: BTreeMap::new(),
            request_roots: Vec::new(),
            response_roots: Vec::new(),
            patches: Vec::new(),
            services: Vec::new(),
        }
    }

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

    /// Whether the files of each folder belong together.
    fn folders(&mut self) {
        let mut mistakes = Vec::new();
        let mut resources: BTreeMap<&str, Span> = BTreeMap::new();
        let services: Vec<&str> = self
            .folders
            .iter()
            .filter_map(|folder| folder.service?.1.name.as_ref())
            .map(|name| name.value.as_str())
            .collect();
        for folder in &self.folders {
            let files = folder.types.iter().map(|(file, _)| *file);
            let mut files = files.chain(folder.resources.iter().map(|(file, _)| *file));
            if let (None, Some(first)) = (folder.service, files.next()) {
                mistakes.push(
                    Diagnostic::new(
                        Span::top(first),
                        format!("the folder `{}` has no service file", folder.path),
                    )
                    .help(format!(
                        "write {}/service.yaml, which begins with `service: {}`",
                        folder.path,
                        folder.name()
                    )),
                );
            }
            let service = folder
                .service
                .and_then(|(_, service)| service.name.as_ref());
            if let Some(name) = service.filter(|name| name.value != folder.name()) {
                mistakes.push(
                    Diagnostic::new(
                        name.span,
                        format!(
                            "the service is `{}`, but its folder is `{}`",
                            name.value,
                            folder.name()
                        ),
                    )
                    .help("rename one of them"),
                );
            }
            for (_, types) in &folder.types {
                if let Some(name) = types
                    .service
                    .as_ref()
                    .filter(|name| name.value != folder.name())
                {
                    let mistake = if services.contains(&name.value.as_str()) {
                        Diagnostic::new(
                            name.span,
                            format!(
                                "types of the service `{}` in the folder of `{}`",
                                name.value,
                                folder.name()
                            ),
                        )
                    } else {
                        Diagnostic::new(name.span, format!("unknown service `{}`", name.value))
                            .did_you_mean(&name.value, services.iter().copied())
                    };
                    mistakes.push(mistake);
                }
            }
            for (file, resource) in &folder.resources {
                let Some(name) = &resource.name else { continue };
                if let Some(first) = resources.get(name.value.as_str()) {
                    mistakes.push(
                        Diagnostic::new(
                            name.span,
                            format!("two resources are named `{}`", name.value),
                        )
                        .related(*first, "the other one")
                        .help("each resource is a module of the library: its name must be its own"),
                    );
                    continue;
                }
                resources.insert(&name.value, name.span);
                if !ident::is_snake(&name.value) {
                    mistakes.push(
                        Diagnostic::new(
                            name.span,
                            format!("`{}` is no name for a resource", name.value),
                        )
                        .help("use lower case and underscores, for example `delete_queue`"),
                    );
                } else if names::is_reserved_resource(&name.value) {
                    mistakes.push(Diagnostic::new(
                        name.span,
                        format!("the library needs the name `{}` for itself", name.value),
                    ));
                } else if name.value != self.sources[*file].stem() {
                    mistakes.push(
                        Diagnostic::new(
                            name.span,
                            format!(
                                "the resource is `{}`, but its file is `{}`",
                                name.value, self.sources[*file].path
                            ),
                        )
                        .help(format!("name the file {}.yaml", name.value)),
                    );
                }
            }
        }
        self.mistakes.append(&mut mistakes);
    }

    /// Base path, limits, roles and ids of each service.
    fn services(&mut self) {
        for index in 0..self.folders.len() {
            let folder = &self.folders[index];
            let (name, file) = (folder.name(), folder.service.map(|(file, _)| file));
            let Some((_, service)) = folder.service else {
                continue;
            };
            if let Some(path) = &service.base_path
                && (!path.value.starts_with('/') || path.value.ends_with('/'))
            {
                self.report(
                    Diagnostic::new(
                        path.span,
                        "a base path begins with a slash and ends without one",
                    )
                    .help(format!("write `/{}`", path.value.trim_matches('/'))),
                );
            }
            let roles = service.roles.as_deref().unwrap_or_default();
            for (position, role) in roles.iter().enumerate() {
                if let Some(first) = roles[..position]
                    .iter()
                    .find(|first| first.value == role.value)
                {
                    self.report(
                        Diagnostic::new(
                            role.span,
                            format!("the role `{}` stands here twice", role.value),
                        )
                        .label("again")
                        .related(first.span, "first here"),
                    );
                }
            }
            let place = Place {
                folder: index,
                file: file.unwrap_or_default(),
            };
            for (wire, field) in self.folders[index].common_fields() {
                self.field(wire, field, place);
            }
            for (wire, param) in self.folders[index].common_params() {
                self.shared_param(wire, param, place);
            }
            let rate_limit = self.rate_limit(service);
            let ids = service.ids.iter().flatten().map(|(name, doc)| {
                let id = api::Id {
                    name: name.value.clone(),
                    doc: doc.value.clone(),
                };
                (name.value.clone(), id)
            });
            self.services.push(api::Service {
                name: name.to_owned(),
                about: text(&service.about),
                base_path: text(&service.base_path),
                rate_limit,
                roles: roles.iter().map(|role| role.value.clone()).collect(),
                ids: ids.collect(),
                enums: BTreeMap::new(),
                models: BTreeMap::new(),
                resources: Vec::new(),
            });
        }
    }

    fn rate_limit(&mut self, service: &spec::Service) -> RateLimit {
        let limit = service.rate_limit.as_ref();
        let mut count = |at: Option<&At<u32>>| match at {
            Some(at) if at.value == 0 => {
                self.report(Diagnostic::new(
                    at.span,
                    "a rate limit of 0 lets nothing pass",
                ));
                0
            }
            Some(at) => at.value,
            None => 0,
        };
        RateLimit {
            per_second: count(limit.and_then(|limit| limit.per_second.as_ref())),
            burst: count(limit.and_then(|limit| limit.burst.as_ref())),
            burst_seconds: count(limit.and_then(|limit| limit.burst_seconds.as_ref())),
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

/// Where the items of a file belong.
fn home(resource: Option<&str>) -> Home {
    match resource {
        Some(name) => Home::Resource(name.to_owned()),
        None => Home::Shared,
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
