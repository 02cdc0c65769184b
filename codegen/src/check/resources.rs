//! Resources: what their actions share, and the names in their modules.

use std::collections::BTreeMap;

use super::{Checker, Place, text};
use crate::api::{Action, Location, Method, Resource, Type};
use crate::decode::At;
use crate::diag::Diagnostic;
use crate::ident;
use crate::source::Span;
use crate::spec;

/// The actions of a service, by method and outline of the path.
type Endpoints<'s> = BTreeMap<(Method, String), Vec<Endpoint<'s>>>;

/// Where an action goes.
struct Endpoint<'s> {
    path: &'s str,
    /// The name of the action.
    span: Span,
    /// Whether each placeholder is for the values of an enum.
    enums: Vec<bool>,
}

/// What all actions of a file see.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'s> {
    pub(super) place: Place,
    pub(super) singular: &'s str,
    pub(super) params: &'s [(At<String>, spec::Param)],
}

impl<'s> Checker<'s> {
    /// The resources, checked.
    pub(super) fn resources(&mut self) {
        for folder in 0..self.folders.len() {
            let mut endpoints: Endpoints<'s> = BTreeMap::new();
            let mut list = Vec::new();
            for position in 0..self.folders[folder].resources.len() {
                let (file, resource) = self.folders[folder].resources[position];
                let place = Place {
                    folder: Some(folder),
                    file,
                };
                list.extend(self.resource(resource, place, &mut endpoints));
            }
            let mut services = self.services.iter_mut();
            if let Some((_, service)) = services.find(|(of, _)| *of == folder) {
                service.resources.append(&mut list);
            }
        }
    }

    fn resource(
        &mut self,
        resource: &'s spec::Resource,
        place: Place,
        endpoints: &mut Endpoints<'s>,
    ) -> Option<Resource> {
        let around = self.surroundings(resource, place);
        for (wire, param) in around.params {
            let merged = self.shared(wire, param, None, &[], place);
            self.shared_param(wire, &merged, place);
        }
        let written = resource.actions.as_deref().unwrap_or_default();
        if resource.actions.is_some() && written.is_empty() && self.complete {
            self.report(Diagnostic::new(
                resource.span,
                "this resource has no actions",
            ));
        }
        let mut actions = Vec::new();
        for (key, action) in written {
            let checked = self.action(key, action, around);
            if let (Some(checked), Some(path)) = (&checked, &action.path) {
                self.endpoint(path, key, checked, endpoints);
            }
            actions.extend(checked);
        }
        Some(Resource {
            name: resource.name.as_ref()?.value.clone(),
            singular: around.singular.to_owned(),
            about: text(&resource.about),
            file: self.sources[place.file].path.clone(),
            actions,
        })
    }

    /// Whether no other action has the same method and path. Where one has a placeholder for the values
    /// of an enum, and the other for something else, the value decides.
    fn endpoint(
        &mut self,
        path: &'s At<String>,
        key: &At<String>,
        action: &Action,
        endpoints: &mut Endpoints<'s>,
    ) {
        let in_path = action
            .params
            .iter()
            .filter(|it| it.location == Location::Path);
        let enums: Vec<bool> = in_path.map(|it| matches!(it.ty, Type::Enum(_))).collect();
        let known = endpoints
            .entry((action.method, outline(&path.value)))
            .or_default();
        let same = known
            .iter()
            .find(|it| it.path == path.value || it.enums == enums);
        let mistake = same.map(|first| {
            let mistake = match first.path == path.value {
                true => Diagnostic::new(path.span, "two actions have the same method and path"),
                false => Diagnostic::new(
                    path.span,
                    "the paths of two actions differ in the names of placeholders only",
                )
                .help("for iconik they are one path: describe one action, or correct the paths"),
            };
            mistake.related(first.span, "the other one")
        });
        known.push(Endpoint {
            path: &path.value,
            span: key.span,
            enums,
        });
        self.mistakes.extend(mistake);
    }

    fn surroundings(&mut self, resource: &'s spec::Resource, place: Place) -> Surroundings<'s> {
        let singular = singular(resource);
        if let Some(written) = &resource.singular
            && !ident::is_snake(singular)
        {
            self.report(
                Diagnostic::new(
                    written.span,
                    format!("`{singular}` cannot be a singular of a resource"),
                )
                .help("use lower case and underscores"),
            );
        }
        Surroundings {
            place,
            singular,
            params: resource.params.as_deref().unwrap_or_default(),
        }
    }
}

/// A path without the names of its placeholders.
fn outline(path: &str) -> String {
    let segments = path.split('/');
    let outlined = segments.map(|it| if it.starts_with('{') { "{}" } else { it });
    outlined.collect::<Vec<_>>().join("/")
}

/// What one of a resource's objects is called.
fn singular(resource: &spec::Resource) -> &str {
    let name = resource.name.as_ref().map_or("", |name| &name.value);
    match &resource.singular {
        Some(written) => &written.value,
        None => name.strip_suffix('s').unwrap_or(name),
    }
}
