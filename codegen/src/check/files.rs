//! Whether the files of each service belong together.

use std::collections::BTreeMap;

use super::names::is_reserved_resource;
use super::{Checker, Place};
use crate::api::Home;
use crate::decode::At;
use crate::diag::Diagnostic;
use crate::ident;
use crate::load::{Content, File};
use crate::source::{Source, Span};
use crate::spec;

/// The files of one service.
pub(super) struct Folder<'s> {
    pub(super) path: &'s str,
    pub(super) service: Option<(usize, &'s spec::Service)>,
    pub(super) types: Vec<(usize, &'s spec::Types)>,
    pub(super) resources: Vec<(usize, &'s spec::Resource)>,
}

impl<'s> Folder<'s> {
    pub(super) fn name(&self) -> &'s str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    pub(super) fn common_fields(&self) -> &'s [(At<String>, spec::Field)] {
        self.service
            .and_then(|(_, service)| service.common_fields.as_deref())
            .unwrap_or_default()
    }

    pub(super) fn common_params(&self) -> &'s [(At<String>, spec::Param)] {
        self.service
            .and_then(|(_, service)| service.common_params.as_deref())
            .unwrap_or_default()
    }

    /// Takes a file in; a mistake if there is one of its kind already.
    fn add(&mut self, file: &'s File) -> Option<Diagnostic> {
        let first = match &file.content {
            Content::Resource(resource) => {
                self.resources.push((file.index, resource));
                return None;
            }
            Content::Service(service) => {
                let (first, _) = *self.service.get_or_insert((file.index, service));
                first
            }
            Content::Types(types) => {
                if self.types.is_empty() {
                    self.types.push((file.index, types));
                }
                self.types.first().map_or(file.index, |(first, _)| *first)
            }
        };
        if first == file.index {
            return None;
        }
        let mistake = Diagnostic::new(Span::top(file.index), "this folder has such a file already");
        Some(mistake.related(Span::top(first), "the other one"))
    }
}

/// What a file says about types: a types file, or a resource file.
#[derive(Clone, Copy)]
pub(super) struct TypeFile<'s> {
    pub(super) place: Place,
    /// The resource, whose own these types are.
    pub(super) resource: Option<&'s str>,
    pub(super) field_sets: &'s [(At<String>, spec::FieldSet)],
    pub(super) models: &'s [(At<String>, spec::Model)],
    pub(super) enums: &'s [(At<String>, spec::Enum)],
}

impl TypeFile<'_> {
    pub(super) fn home(&self) -> Home {
        match self.resource {
            Some(name) => Home::Resource(name.to_owned()),
            None => Home::Shared,
        }
    }
}

/// The files of each folder, in the order of the folders.
pub(super) fn by_folder<'s>(
    sources: &'s [Source],
    files: &'s [File],
    mistakes: &mut Vec<Diagnostic>,
) -> Vec<Folder<'s>> {
    let mut folders: BTreeMap<&str, Folder<'s>> = BTreeMap::new();
    for file in files {
        let source = &sources[file.index];
        let expected = match &file.content {
            Content::Service(_) => "service",
            Content::Types(_) => "types",
            Content::Resource(_) => source.stem(),
        };
        if source.stem() != expected {
            let message = format!("this file must be named {expected}.yaml");
            let mistake = Diagnostic::new(Span::top(file.index), message);
            mistakes.push(mistake.help("each service has one such file"));
            continue;
        }
        let path = source.folder();
        let folder = folders.entry(path).or_insert_with(|| Folder {
            path,
            service: None,
            types: Vec::new(),
            resources: Vec::new(),
        });
        mistakes.extend(folder.add(file));
    }
    folders.into_values().collect()
}

impl<'s> Checker<'s> {
    /// All files that define types: of each service the shared ones first.
    pub(super) fn type_files(&self) -> Vec<TypeFile<'s>> {
        let mut list = Vec::new();
        for (index, folder) in self.folders.iter().enumerate() {
            let place = |file| Place {
                folder: index,
                file,
            };
            list.extend(folder.types.iter().map(|(file, types)| TypeFile {
                place: place(*file),
                resource: None,
                field_sets: types.field_sets.as_deref().unwrap_or_default(),
                models: types.models.as_deref().unwrap_or_default(),
                enums: types.enums.as_deref().unwrap_or_default(),
            }));
            list.extend(folder.resources.iter().map(|(file, resource)| TypeFile {
                place: place(*file),
                resource: Some(resource.name.as_ref().map_or("", |name| &name.value)),
                field_sets: resource.field_sets.as_deref().unwrap_or_default(),
                models: resource.models.as_deref().unwrap_or_default(),
                enums: resource.enums.as_deref().unwrap_or_default(),
            }));
        }
        list
    }

    pub(super) fn files(&mut self) {
        let mut mistakes = Vec::new();
        for folder in &self.folders {
            mistakes.extend(service_of(folder));
            mistakes.extend(self.types_of(folder));
        }
        mistakes.extend(self.resource_names());
        self.mistakes.append(&mut mistakes);
    }

    fn types_of(&self, folder: &Folder<'_>) -> Option<Diagnostic> {
        let (_, types) = folder.types.first()?;
        let name = types
            .service
            .as_ref()
            .filter(|name| name.value != folder.name())?;
        let known = self
            .folders
            .iter()
            .filter(|folder| folder.service.is_some());
        let services: Vec<&str> = known.map(Folder::name).collect();
        if services.contains(&name.value.as_str()) {
            let message = format!(
                "types of `{}` in the folder of `{}`",
                name.value,
                folder.name()
            );
            return Some(Diagnostic::new(name.span, message));
        }
        let mistake = Diagnostic::new(name.span, format!("unknown service `{}`", name.value));
        Some(mistake.did_you_mean(&name.value, services))
    }

    fn resource_names(&self) -> Vec<Diagnostic> {
        let mut mistakes = Vec::new();
        let mut known: BTreeMap<&str, Span> = BTreeMap::new();
        let resources = self.folders.iter().flat_map(|folder| &folder.resources);
        for (file, resource) in resources {
            let Some(name) = &resource.name else { continue };
            if let Some(first) = known.get(name.value.as_str()) {
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
            known.insert(&name.value, name.span);
            mistakes.extend(resource_name(name, &self.sources[*file]));
        }
        mistakes
    }
}

fn resource_name(name: &At<String>, source: &Source) -> Option<Diagnostic> {
    let text = name.value.as_str();
    if !ident::is_snake(text) {
        let mistake = Diagnostic::new(name.span, format!("`{text}` is no name for a resource"));
        return Some(mistake.help("use lower case and underscores, for example `delete_queue`"));
    }
    if is_reserved_resource(text) {
        let mistake = Diagnostic::new(name.span, format!("the name `{text}` is reserved"));
        return Some(mistake.help("the library or the language needs it; choose another"));
    }
    if text != source.stem() {
        let message = format!(
            "the resource is `{text}`, but its file is `{}`",
            source.path
        );
        let mistake = Diagnostic::new(name.span, message);
        return Some(mistake.help(format!("name the file {text}.yaml")));
    }
    None
}

fn service_of(folder: &Folder<'_>) -> Option<Diagnostic> {
    let Some((_, service)) = folder.service else {
        let types = folder.types.iter().map(|(file, _)| *file);
        let first = types
            .chain(folder.resources.iter().map(|(file, _)| *file))
            .next()?;
        let message = format!("the folder `{}` has no service file", folder.path);
        let help = format!(
            "write {}/service.yaml, which begins with `service: {}`",
            folder.path,
            folder.name()
        );
        return Some(Diagnostic::new(Span::top(first), message).help(help));
    };
    let name = service
        .name
        .as_ref()
        .filter(|name| name.value != folder.name())?;
    let message = format!(
        "the service is `{}`, but its folder is `{}`",
        name.value,
        folder.name()
    );
    Some(Diagnostic::new(name.span, message).help("rename one of them"))
}
