//! Every identifier that is emitted for a name of the spec, by name space: within one, no two may be
//! equal.

use std::collections::BTreeMap;

use crate::api::{self, Direction, Home};
use crate::ident;
use crate::name;

use super::plan::{Kind, Model, Plan, Request, Resource, Response, Service, Types};
use super::reserved;

/// Identifiers of which no two may be equal.
pub(crate) struct NameSpace<'a> {
    /// What has these names, in the plural: "types".
    pub(crate) what: String,
    /// The names that the library or the language needs itself.
    pub(crate) reserved: Vec<Reserved>,
    /// The identifiers.
    pub(crate) names: Vec<Name<'a>>,
}

/// A set of names that the library or the language needs itself.
pub(crate) struct Reserved {
    /// Whether it contains a name.
    pub(crate) contains: fn(&str) -> bool,
    /// What has such a name already, if that can be said in a few words: "every request has a member".
    pub(crate) owner: Option<&'static str>,
}

/// An identifier, and what of the spec it is emitted for.
pub(crate) struct Name<'a> {
    /// Without `r#`.
    pub(crate) ident: String,
    pub(crate) origin: Origin<'a>,
}

/// What of the spec an identifier is emitted for.
///
/// A type of no service is one that all services share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin<'a> {
    /// An id.
    Id(&'a str),
    /// A model or an enum.
    Type(Option<&'a str>, &'a str),
    /// A field of a model.
    Field(Option<&'a str>, &'a str, &'a str),
    /// The method that sends a field as `null`.
    Clear(Option<&'a str>, &'a str, &'a str),
    /// A value of an enum.
    Value(Option<&'a str>, &'a str, &'a str),
    /// A variant of a union.
    Variant(Option<&'a str>, &'a str, &'a str),
    /// A service.
    Service(&'a str),
    /// The handle of a service.
    ServiceHandle(&'a str),
    /// A resource.
    Resource(&'a str, &'a str),
    /// The handle of a resource.
    ResourceHandle(&'a str, &'a str),
    /// An action.
    Action(ActionPath<'a>),
    /// The request of an action.
    Request(ActionPath<'a>),
    /// The enum of what an action returns.
    Outcome(ActionPath<'a>),
    /// What an action returns with a status.
    Status(ActionPath<'a>, u16),
    /// A parameter of an action.
    Param(ActionPath<'a>, &'a str),
}

/// Where an action is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ActionPath<'a> {
    pub(crate) service: &'a str,
    pub(crate) resource: &'a str,
    pub(crate) action: &'a str,
}

impl Origin<'_> {
    /// Whether all services share it.
    fn is_common(&self) -> bool {
        matches!(self, Self::Id(_) | Self::Type(None, _))
    }
}

impl<'a> NameSpace<'a> {
    fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            reserved: Vec::new(),
            names: Vec::new(),
        }
    }

    fn reserve(mut self, contains: fn(&str) -> bool, owner: &'static str) -> Self {
        let owner = Some(owner);
        self.reserved.push(Reserved { contains, owner });
        self
    }

    /// The same for names that the language or the library needs in different ways.
    fn without(mut self, contains: fn(&str) -> bool) -> Self {
        let owner = None;
        self.reserved.push(Reserved { contains, owner });
        self
    }

    fn add(&mut self, ident: &str, origin: Origin<'a>) {
        let ident = name::bare(ident).to_owned();
        self.names.push(Name { ident, origin });
    }

    /// Every two equal names, in the order in which they are emitted. Two names that all services share
    /// are compared once, not in each service.
    pub(crate) fn duplicates(&self) -> Vec<(&Name<'a>, &Name<'a>)> {
        let mut first = BTreeMap::new();
        let mut duplicates = Vec::new();
        let of_service = self.names.iter().any(|name| !name.origin.is_common());
        for name in &self.names {
            let known = *first.entry(name.ident.as_str()).or_insert(name);
            let shared = of_service && known.origin.is_common() && name.origin.is_common();
            // What has one name in the spec, or none, is a mistake of its own.
            if known.origin != name.origin && !shared && !name.ident.is_empty() {
                duplicates.push((known, name));
            }
        }
        duplicates
    }
}

/// The name spaces of everything that is emitted.
pub(crate) fn name_spaces<'a>(plan: &Plan<'a>) -> Vec<NameSpace<'a>> {
    let mut spaces = vec![services(plan), markers(plan), common_types(plan)];
    of_types(None, &plan.common, &mut spaces);
    for service in &plan.services {
        spaces.extend([modules(service), types(plan, service)]);
        spaces.extend([methods_of_service(service), examples(service)]);
        of_types(Some(&service.api.name), &service.types, &mut spaces);
        for resource in &service.resources {
            if !resource.is_principal {
                spaces.push(methods(service, resource));
            }
            of_types(Some(&service.api.name), &resource.types, &mut spaces);
            for request in &resource.requests {
                let path = path(service, resource, request);
                spaces.push(members_of_request(path, request));
                spaces.extend(outcome(path, request));
            }
        }
    }
    spaces
}

fn path<'a>(
    service: &Service<'a>,
    resource: &Resource<'a>,
    request: &Request<'a>,
) -> ActionPath<'a> {
    ActionPath {
        service: &service.api.name,
        resource: &resource.api.name,
        action: &request.action.name,
    }
}

/// Modules at the root of the library, methods of its client, and cargo features.
fn services<'a>(plan: &Plan<'a>) -> NameSpace<'a> {
    let mut space = NameSpace::new("services").without(reserved::is_service);
    for service in &plan.services {
        space.add(&service.module, Origin::Service(&service.api.name));
    }
    space
}

/// The types that mark ids.
fn markers<'a>(plan: &Plan<'a>) -> NameSpace<'a> {
    let mut space = NameSpace::new("marker types").without(reserved::is_marker);
    for id in plan.ids.keys().copied() {
        space.add(&name::marker(id), Origin::Id(id));
    }
    space
}

/// The types that all services share.
fn common_types<'a>(plan: &Plan<'a>) -> NameSpace<'a> {
    let mut space = NameSpace::new("types").without(reserved::is_type);
    add_common_types(plan, &mut space);
    space
}

fn add_common_types<'a>(plan: &Plan<'a>, space: &mut NameSpace<'a>) {
    for id in plan.ids.keys().copied() {
        space.add(id, Origin::Id(id));
    }
    add_types(None, &plan.common, space);
}

fn add_types<'a>(service: Option<&'a str>, types: &Types<'a>, space: &mut NameSpace<'a>) {
    let models = types.models.iter().map(|model| &model.api.name);
    for name in models.chain(types.enums.iter().map(|item| &item.name)) {
        space.add(name, Origin::Type(service, name));
    }
}

/// The types that the files of a service see: all of them import each other.
fn types<'a>(plan: &Plan<'a>, service: &Service<'a>) -> NameSpace<'a> {
    let name = service.api.name.as_str();
    let mut space = NameSpace::new("types").without(reserved::is_type);
    add_common_types(plan, &mut space);
    add_types(Some(name), &service.types, &mut space);
    for resource in &service.resources {
        add_types(Some(name), &resource.types, &mut space);
    }
    space.add(&service.handle, Origin::ServiceHandle(name));
    for resource in service.others() {
        let origin = Origin::ResourceHandle(name, &resource.api.name);
        space.add(&resource.handle, origin);
    }
    for resource in &service.resources {
        for request in &resource.requests {
            let path = path(service, resource, request);
            space.add(&request.ident, Origin::Request(path));
            if let Response::Outcome { ident, .. } = &request.response {
                space.add(ident, Origin::Outcome(path));
            }
        }
    }
    space
}

/// The modules of a service.
fn modules<'a>(service: &Service<'a>) -> NameSpace<'a> {
    let mut space = NameSpace::new("resources").without(reserved::is_resource);
    for resource in service.others() {
        let origin = Origin::Resource(&service.api.name, &resource.api.name);
        space.add(&resource.module, origin);
    }
    space
}

/// The methods of a service's handle: the other resources, and the actions of the principal one.
fn methods_of_service<'a>(service: &Service<'a>) -> NameSpace<'a> {
    let mut space = handle(&service.handle);
    if let Some(resource) = service.principal() {
        add_actions(service, resource, &mut space);
    }
    for resource in service.others() {
        let origin = Origin::Resource(&service.api.name, &resource.api.name);
        space.add(&resource.accessor, origin);
    }
    space
}

/// The methods of the handle of any other resource.
fn methods<'a>(service: &Service<'a>, resource: &Resource<'a>) -> NameSpace<'a> {
    let mut space = handle(&resource.handle);
    add_actions(service, resource, &mut space);
    space
}

fn handle<'a>(name: &str) -> NameSpace<'a> {
    let space = NameSpace::new(format!("methods of `{name}`"));
    space.reserve(reserved::is_method, "every handle has a method")
}

fn add_actions<'a>(service: &Service<'a>, resource: &Resource<'a>, space: &mut NameSpace<'a>) {
    for request in &resource.requests {
        let origin = Origin::Action(path(service, resource, request));
        space.add(&request.method, origin);
    }
}

/// The fields and methods of a request.
fn members_of_request<'a>(path: ActionPath<'a>, request: &Request<'a>) -> NameSpace<'a> {
    let mut space = NameSpace::new(format!("members of `{}`", request.ident))
        .reserve(reserved::is_request_member, "every request has a member");
    for param in &request.params {
        space.add(&param.ident, Origin::Param(path, &param.api.wire));
    }
    space
}

/// The variants of what a request returns.
fn outcome<'a>(path: ActionPath<'a>, request: &Request<'a>) -> Option<NameSpace<'a>> {
    let Response::Outcome { ident, cases } = &request.response else {
        return None;
    };
    let mut space = NameSpace::new(format!("variants of `{ident}`"));
    for case in cases {
        let status = case.statuses.first().copied().unwrap_or_default();
        space.add(&case.variant, Origin::Status(path, status));
    }
    Some(space)
}

/// The functions in the tests that make models: a file has those of the models that it sends.
fn examples<'a>(service: &Service<'a>) -> NameSpace<'a> {
    let mut space = NameSpace::new("test functions");
    let sent = |model: &&'a api::Model| {
        model.direction != Direction::Response && ident::is_upper_camel(&model.name)
    };
    for model in service.known.models().filter(sent) {
        let service = match model.home {
            Home::Common => None,
            _ => Some(service.api.name.as_str()),
        };
        space.add(
            &name::example_of(&model.name),
            Origin::Type(service, &model.name),
        );
    }
    space
}

/// What is inside models and enums.
fn of_types<'a>(service: Option<&'a str>, types: &Types<'a>, spaces: &mut Vec<NameSpace<'a>>) {
    for model in &types.models {
        match &model.kind {
            Kind::Struct { .. } => spaces.push(members_of_model(service, model)),
            Kind::Union { .. } => of_union(service, model, spaces),
        }
    }
    for item in types.enums.iter().copied() {
        let mut space = NameSpace::new(format!("variants of `{}`", item.name))
            .reserve(|name| name == name::UNKNOWN, "every enum has a variant");
        for value in &item.values {
            let origin = Origin::Value(service, &item.name, &value.wire);
            space.add(&name::enum_variant(value), origin);
        }
        spaces.push(space);
    }
}

/// The fields and methods of a struct.
fn members_of_model<'a>(service: Option<&'a str>, model: &Model<'a>) -> NameSpace<'a> {
    let name = &model.api.name;
    let mut space = NameSpace::new(format!("members of `{name}`"));
    if model.api.direction != Direction::Request {
        space = space.reserve(
            reserved::is_model_field,
            "every model that is received has a member",
        );
    }
    if model.api.direction != Direction::Response {
        space = space.reserve(
            reserved::is_model_method,
            "every model that is sent has a method",
        );
    }
    let Kind::Struct { fields, .. } = &model.kind else {
        return space;
    };
    for field in fields {
        space.add(&field.ident, Origin::Field(service, name, &field.api.wire));
        if let Some(clear) = &field.clear {
            space.add(clear, Origin::Clear(service, name, &field.api.wire));
        }
    }
    space
}

/// The variants of a union, and the functions that make them.
fn of_union<'a>(service: Option<&'a str>, model: &Model<'a>, spaces: &mut Vec<NameSpace<'a>>) {
    let Kind::Union {
        content, variants, ..
    } = &model.kind
    else {
        return;
    };
    let name = &model.api.name;
    let origin = |wire: &'a str| Origin::Variant(service, name, wire);
    let mut space = NameSpace::new(format!("variants of `{name}`"))
        .reserve(|name| name == name::UNKNOWN, "every union has a variant");
    for variant in variants {
        space.add(&variant.ident, origin(variant.wire));
    }
    spaces.push(space);
    if content.is_some() {
        let mut space = NameSpace::new(format!("functions of `{name}`"))
            .reserve(reserved::is_constructor, "every union has a function");
        for variant in variants {
            space.add(&name::constructor(&variant.ident), origin(variant.wire));
        }
        spaces.push(space);
    }
}
