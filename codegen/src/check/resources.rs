//! Resources: what their actions share, and the names in their modules.

use std::collections::BTreeMap;

use super::{Checker, Place, text};
use crate::api::{Action, Location, Method, Resource, Type};
use crate::decode::At;
use crate::diag::Diagnostic;
use crate::ident;
use crate::name;
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
            self.type_names(folder);
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
                .help("to iconik they are one path: describe one action, or correct the paths"),
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

    /// Whether each type of a service has a name of its own: ids, models and enums, and what is made
    /// of the resources and their actions.
    fn type_names(&mut self, folder: usize) {
        let visible = self.names.visible(Some(folder));
        let mut taken: BTreeMap<String, Span> = visible
            .map(|(name, item)| (name.to_owned(), item.span))
            .collect();
        let mut made: Vec<(String, Span)> = Vec::new();
        let service = self.folders[folder].name();
        if let Some((_, written)) = self.folders[folder].service {
            made.push((name::handle(service), written.span));
        }
        for (_, resource) in &self.folders[folder].resources {
            let Some(name) = &resource.name else { continue };
            if name.value != service && ident::is_snake(&name.value) {
                made.push((name::handle(&name.value), name.span));
            }
            let singular = singular(resource);
            for (key, action) in resource.actions.iter().flatten() {
                let (request, span) = match &action.request {
                    Some(request) => (request.value.clone(), request.span),
                    None => (ident::request(&key.value, &name.value, singular), key.span),
                };
                if has_outcome(action) {
                    made.push((name::outcome(&request), span));
                }
                made.push((request, span));
            }
        }
        for (name, span) in made {
            match taken.get(&name) {
                Some(first) => {
                    let first = *first;
                    self.report(
                        Diagnostic::new(span, format!("two types are named `{name}` in Rust"))
                            .label("this makes one")
                            .related(first, "the other one")
                            .help("name the request with `request:`, or rename the action, the resource or the model"),
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
        self.handle_methods(folder);
    }

    /// Whether the handle of a service has no two methods of one name: the actions of its principal
    /// resource, and the other resources.
    fn handle_methods(&mut self, folder: usize) {
        let service = self.folders[folder].name();
        let resources = &self.folders[folder].resources;
        let is_principal = |resource: &spec::Resource| {
            let name = resource.name.as_ref();
            name.is_some_and(|name| name.value == service)
        };
        let principal = resources
            .iter()
            .find(|(_, resource)| is_principal(resource));
        let Some((_, principal)) = principal else {
            return;
        };
        let mut mistakes = Vec::new();
        for (_, resource) in resources {
            let Some(name) = resource.name.as_ref().filter(|name| name.value != service) else {
                continue;
            };
            let mut actions = principal.actions.iter().flatten();
            if let Some((action, _)) = actions.find(|(action, _)| action.value == name.value) {
                mistakes.push(
                    Diagnostic::new(
                        name.span,
                        format!(
                            "`{service}` has both an action and a resource named `{}`",
                            name.value
                        ),
                    )
                    .related(action.span, "the action")
                    .help("both become methods of the service's handle: rename one of them"),
                );
            }
        }
        self.mistakes.append(&mut mistakes);
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

/// Whether responses of several types make an enum of them.
fn has_outcome(action: &spec::Action) -> bool {
    let mut bodies: Vec<&spec::Body> = Vec::new();
    for (_, body) in action.returns.iter().flatten() {
        if !bodies.contains(&&body.value) {
            bodies.push(&body.value);
        }
    }
    let nothing = bodies.contains(&&spec::Body::Nothing);
    let redirects = bodies.contains(&&spec::Body::Location);
    // Nothing is a case of its own beside several others, and beside a redirect.
    bodies.len() > 2 || (bodies.len() == 2 && (!nothing || redirects))
}
