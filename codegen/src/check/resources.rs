//! Resources: what their actions share, and the names in their modules.

use std::collections::BTreeMap;

use super::names::is_resource_name;
use super::{Checker, Place, text};
use crate::api::{Method, Resource};
use crate::decode::At;
use crate::diag::Diagnostic;
use crate::ident;
use crate::source::Span;
use crate::spec;

/// What all actions of a file see.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'s> {
    pub(super) place: Place,
    pub(super) resource: &'s str,
    pub(super) singular: &'s str,
    pub(super) params: &'s [(At<String>, spec::Param)],
}

impl<'s> Checker<'s> {
    /// The resources, checked.
    pub(super) fn resources(&mut self) {
        for folder in 0..self.folders.len() {
            let mut endpoints: BTreeMap<(Method, &'s str), Span> = BTreeMap::new();
            let mut list = Vec::new();
            for position in 0..self.folders[folder].resources.len() {
                let (file, resource) = self.folders[folder].resources[position];
                let place = Place { folder, file };
                list.extend(self.resource(resource, place, &mut endpoints));
            }
            let name = self.folders[folder].name();
            if let Some(service) = self
                .services
                .iter_mut()
                .find(|service| service.name == name)
            {
                service.resources.append(&mut list);
            }
        }
    }

    fn resource(
        &mut self,
        resource: &'s spec::Resource,
        place: Place,
        endpoints: &mut BTreeMap<(Method, &'s str), Span>,
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
            if let (Some(method), Some(path)) = (&action.method, &action.path)
                && let Some(first) = endpoints.insert((method.value, &path.value), key.span)
            {
                self.report(
                    Diagnostic::new(path.span, "two actions have the same method and path")
                        .related(first, "the other one"),
                );
            }
            actions.extend(self.action(key, action, around));
        }
        self.module_names(resource, written, around);
        Some(Resource {
            name: resource.name.as_ref()?.value.clone(),
            singular: around.singular.to_owned(),
            about: text(&resource.about),
            file: self.sources[place.file].path.clone(),
            actions,
        })
    }

    fn surroundings(&mut self, resource: &'s spec::Resource, place: Place) -> Surroundings<'s> {
        let name = resource.name.as_ref().map_or("", |name| &name.value);
        let mut singular = name.strip_suffix('s').unwrap_or(name);
        if let Some(written) = &resource.singular {
            singular = &written.value;
            if !ident::is_snake(singular) {
                self.report(
                    Diagnostic::new(
                        written.span,
                        format!("`{singular}` is no singular of a resource"),
                    )
                    .help("use lower case and underscores"),
                );
            }
        }
        Surroundings {
            place,
            resource: name,
            singular,
            params: resource.params.as_deref().unwrap_or_default(),
        }
    }

    /// Whether the types of a resource's module have names of their own.
    fn module_names(
        &mut self,
        resource: &'s spec::Resource,
        actions: &'s [(At<String>, spec::Action)],
        around: Surroundings<'s>,
    ) {
        let mut taken: BTreeMap<String, Span> = BTreeMap::new();
        for (name, item) in self.names.iter() {
            if item.resource.is_none() || item.place.file == around.place.file {
                taken.insert(name.to_owned(), item.span);
            }
        }
        let handle = resource
            .name
            .as_ref()
            .filter(|name| is_resource_name(&name.value))
            .map(|name| (ident::upper_camel(&name.value), name.span));
        let requests = actions.iter().map(|(key, action)| match &action.request {
            Some(request) => (request.value.clone(), request.span),
            None => (
                ident::request(&key.value, around.resource, around.singular),
                key.span,
            ),
        });
        for (name, span) in handle.into_iter().chain(requests) {
            match taken.get(&name) {
                Some(first) => {
                    let first = *first;
                    self.report(
                        Diagnostic::new(span, format!("two types are named `{name}` in Rust"))
                            .label("this makes one")
                            .related(first, "the other one")
                            .help("name the request with `request:`, or rename the model"),
                    );
                }
                None => {
                    self.type_name(&At {
                        span,
                        value: name.clone(),
                    });
                    taken.insert(name, span);
                }
            }
        }
    }
}
