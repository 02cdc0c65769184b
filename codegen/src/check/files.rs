//! Whether the files of each service are consistent.

use std::collections::BTreeMap;

use super::{Checker, Place};
use crate::api::{Home, Paging};
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

    /// Takes a file in; a mistake if there is one of its kind already.
    fn add(&mut self, file: &'s File) -> Option<Diagnostic> {
        let first = match &file.content {
            Content::Common(_) => return None,
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

/// The types that a file defines: common.yaml, a types file, or a resource file.
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
            None if self.place.folder.is_none() => Home::Common,
            None => Home::Service,
        }
    }
}

/// The file that all services share: common.yaml in the folder above the services.
pub(super) fn common<'s>(
    sources: &'s [Source],
    files: &'s [File],
    mistakes: &mut Vec<Diagnostic>,
) -> Option<(usize, &'s spec::Common)> {
    let mut found: Option<(usize, &spec::Common)> = None;
    for file in files {
        let Content::Common(common) = &file.content else {
            continue;
        };
        if sources[file.index].stem() != "common" {
            let message = "this file must be named common.yaml";
            let help = "it is in the folder that contains the folders of the services";
            mistakes.push(Diagnostic::new(Span::top(file.index), message).help(help));
        }
        match found {
            Some((first, _)) => mistakes.push(
                Diagnostic::new(Span::top(file.index), "there is a common file already")
                    .related(Span::top(first), "the other one"),
            ),
            None => found = Some((file.index, common)),
        }
    }
    found
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
            Content::Common(_) => continue,
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
    /// The service file of a place.
    pub(super) fn service(&self, place: Place) -> Option<&'s spec::Service> {
        let folder = self.folders.get(place.folder?)?;
        folder.service.map(|(_, service)| service)
    }

    /// The fields that a file can take over by their names, the nearest first.
    pub(super) fn common_fields(
        &self,
        place: Place,
    ) -> impl Iterator<Item = &'s (At<String>, spec::Field)> + use<'s> {
        let service = self
            .service(place)
            .and_then(|service| service.common_fields.as_deref());
        let common = self.common.and_then(|(_, common)| common.fields.as_deref());
        [service, common].into_iter().flatten().flatten()
    }

    /// The parameters that a file can take over by their names, the nearest first.
    pub(super) fn common_params(
        &self,
        place: Place,
    ) -> impl Iterator<Item = &'s (At<String>, spec::Param)> + use<'s> {
        let service = self
            .service(place)
            .and_then(|service| service.common_params.as_deref());
        let common = self.common.and_then(|(_, common)| common.params.as_deref());
        [service, common].into_iter().flatten().flatten()
    }

    /// The parameters that a style of paging brings, if they are described.
    pub(super) fn style(&self, style: Paging) -> Option<&'s [(At<String>, spec::Param)]> {
        let (_, common) = self.common?;
        common.paging.as_ref()?.style(style)
    }

    /// All files that define types: common.yaml, then of each service the shared ones first.
    pub(super) fn type_files(&self) -> Vec<TypeFile<'s>> {
        let common = self.common.map(|(file, common)| TypeFile {
            place: Place { folder: None, file },
            resource: None,
            field_sets: common.field_sets.as_deref().unwrap_or_default(),
            models: common.models.as_deref().unwrap_or_default(),
            enums: common.enums.as_deref().unwrap_or_default(),
        });
        let mut list: Vec<_> = common.into_iter().collect();
        for (index, folder) in self.folders.iter().enumerate() {
            let place = |file| Place {
                folder: Some(index),
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
        let folders = self.folders.iter();
        folders
            .flat_map(|folder| self.resource_names_of(folder))
            .collect()
    }

    fn resource_names_of(&self, folder: &Folder<'_>) -> Vec<Diagnostic> {
        let mut mistakes = Vec::new();
        let mut known: BTreeMap<&str, Span> = BTreeMap::new();
        for (file, resource) in &folder.resources {
            let Some(name) = &resource.name else { continue };
            if let Some(first) = known.get(name.value.as_str()) {
                mistakes.push(
                    Diagnostic::new(
                        name.span,
                        format!("two resources are named `{}`", name.value),
                    )
                    .related(*first, "the first")
                    .help("each resource of a service needs a name of its own"),
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
        let mistake = Diagnostic::new(
            name.span,
            format!("`{text}` is not a valid name for a resource"),
        );
        return Some(mistake.help("use lower case and underscores, for example `delete_queue`"));
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
    let name = service.name.as_ref()?;
    if !ident::is_snake(&name.value) {
        let message = format!("`{}` is not a valid name for a service", name.value);
        let mistake = Diagnostic::new(name.span, message);
        return Some(mistake.help("use lower case and underscores, for example `metadata`"));
    }
    if name.value == folder.name() {
        return None;
    }
    let message = format!(
        "the service is `{}`, but its folder is `{}`",
        name.value,
        folder.name()
    );
    Some(Diagnostic::new(name.span, message).help("rename one of them"))
}
