//! What the generator makes of the API: identifiers that are equal or reserved, conversions without
//! effect, and models that cannot be constructed.

use super::Checker;
use super::names::Kind;
use crate::api::{Api, Shape};
use crate::diag::Diagnostic;
use crate::rust::identifiers::{ActionPath, Name, NameSpace, Origin, name_spaces};
use crate::rust::plan::{self, Plan};
use crate::source::Span;
use crate::spec;

impl<'s> Checker<'s> {
    pub(super) fn emitted(&mut self, api: &Api) {
        let plan = Plan::new(api);
        let mut mistakes = Vec::new();
        for space in name_spaces(&plan) {
            mistakes.extend(
                space
                    .names
                    .iter()
                    .filter_map(|name| self.reserved(&space, name)),
            );
            let duplicates = space.duplicates().into_iter();
            mistakes.extend(duplicates.filter_map(|pair| self.duplicate(&space, pair)));
        }
        for (service, model) in plan.models() {
            mistakes.extend(self.copies_nothing(service, model));
            mistakes.extend(self.endless(&plan, service, model));
        }
        self.mistakes.append(&mut mistakes);
    }

    /// A name that the library or the language needs itself.
    fn reserved(&self, space: &NameSpace<'_>, name: &Name<'_>) -> Option<Diagnostic> {
        let mut reserved = space.reserved.iter();
        let owner = reserved
            .find(|reserved| (reserved.contains)(&name.ident))?
            .owner;
        let message = match owner {
            Some(owner) => format!("{owner} `{}` already", name.ident),
            None => format!("the name `{}` is reserved", name.ident),
        };
        let mistake = Diagnostic::new(self.place(&name.origin)?, message);
        Some(
            mistake
                .label(derived(&name.origin))
                .help(match name.origin {
                    Origin::Field(_, _, wire) | Origin::Clear(_, _, wire) => {
                        format!("give the field `{wire}` another name with `rename:`")
                    }
                    Origin::Param(_, wire) => {
                        format!("give the parameter `{wire}` another name with `rename:`")
                    }
                    Origin::Value(_, _, wire) => {
                        format!("give the value `{wire}` another name with `rename:`")
                    }
                    Origin::Variant(..) => {
                        "give it another name: `{ model: …, rename: … }`".to_owned()
                    }
                    Origin::Request(_) | Origin::Outcome(_) => NAME_REQUEST.to_owned(),
                    _ if owner.is_some() => "choose another name".to_owned(),
                    _ => "the language or the library uses it: choose another name".to_owned(),
                }),
        )
    }

    /// Two equal names.
    fn duplicate(
        &self,
        space: &NameSpace<'_>,
        (first, second): (&Name<'_>, &Name<'_>),
    ) -> Option<Diagnostic> {
        let message = format!("two {} are named `{}` in Rust", space.what, second.ident);
        let mistake = Diagnostic::new(self.place(&second.origin)?, message)
            .label(self.describe(&second.origin));
        let mistake = match self.place(&first.origin) {
            Some(place) => mistake.related(place, self.describe(&first.origin)),
            None => mistake,
        };
        Some(mistake.help(match (first.origin, second.origin) {
            (_, Origin::Request(_) | Origin::Outcome(_)) => NAME_REQUEST,
            (_, Origin::Variant(..)) => "give one of them another name: `{ model: …, rename: … }`",
            (Origin::Id(_), Origin::Id(_)) => {
                "an id is named after its entity, with `Id` at the end"
            }
            (_, Origin::Field(..) | Origin::Clear(..) | Origin::Param(..) | Origin::Value(..)) => {
                "give one of them another name with `rename:`"
            }
            (_, Origin::Status(..)) => "rename the model, or return one type with both statuses",
            (Origin::Type(..), Origin::Type(..)) => {
                "the names of two models must differ in more than capitals: rename one of them"
            }
            _ => "rename one of them",
        }))
    }

    /// What an identifier is emitted for, in words.
    fn describe(&self, origin: &Origin<'_>) -> &'static str {
        match origin {
            Origin::Id(_) => "this id",
            Origin::Type(service, name) => match self.item(*service, name) {
                Some((Kind::Enum, _)) => "this enum",
                _ => "this model",
            },
            Origin::Field(..) => "this field",
            Origin::Clear(..) => "the method that sends `null` for this field",
            Origin::Value(..) => "this value",
            Origin::Variant(..) => "this variant",
            Origin::Service(_) => "this service",
            Origin::ServiceHandle(_) => "the handle of this service",
            Origin::Resource(..) => "this resource",
            Origin::ResourceHandle(..) => "the handle of this resource",
            Origin::Action(_) => "this action",
            Origin::Request(_) => "the request of this action",
            Origin::Outcome(_) => "what this action returns",
            Origin::Status(..) => "this type",
            Origin::Param(..) => "this parameter",
        }
    }

    /// Where the spec has what an identifier is emitted for.
    fn place(&self, origin: &Origin<'_>) -> Option<Span> {
        match *origin {
            Origin::Id(name) => self.item(None, name).map(|(_, span)| span),
            Origin::Type(service, name) => self.item(service, name).map(|(_, span)| span),
            Origin::Field(service, model, wire) | Origin::Clear(service, model, wire) => {
                self.place_of_field(service, model, wire)
            }
            Origin::Value(service, item, wire) => self.place_of_value(service, item, wire),
            Origin::Variant(service, model, wire) => self.place_of_variant(service, model, wire),
            Origin::Service(name) | Origin::ServiceHandle(name) => {
                let (_, service) = self.folders.get(self.folder(name)?)?.service?;
                service.name.as_ref().map(|name| name.span)
            }
            Origin::Resource(service, name) | Origin::ResourceHandle(service, name) => {
                let resource = self.written_resource(service, name)?;
                resource.name.as_ref().map(|name| name.span)
            }
            Origin::Action(path) => self.written_action(path).map(|(key, _)| key),
            Origin::Request(path) | Origin::Outcome(path) => {
                let (key, action) = self.written_action(path)?;
                Some(action.request.as_ref().map_or(key, |request| request.span))
            }
            Origin::Status(path, status) => {
                let (_, action) = self.written_action(path)?;
                let mut returns = action.returns.iter().flatten();
                let (status, _) = returns.find(|(it, _)| it.value == status)?;
                Some(status.span)
            }
            Origin::Param(path, wire) => {
                let (key, _) = self.written_action(path)?;
                self.param_places.get(&(key, wire.to_owned())).copied()
            }
        }
    }

    fn folder(&self, service: &str) -> Option<usize> {
        let mut folders = self.folders.iter();
        folders.position(|folder| folder.name() == service)
    }

    /// The folder of a type: none if all services share it.
    fn folder_of_type(&self, service: Option<&str>) -> Option<Option<usize>> {
        match service {
            None => Some(None),
            Some(service) => self.folder(service).map(Some),
        }
    }

    /// What a name is, and where it is defined.
    fn item(&self, service: Option<&str>, name: &str) -> Option<(Kind, Span)> {
        let folder = self.folder_of_type(service)?;
        let item = self.names.of_folder(name, folder)?;
        Some((item.kind, item.span))
    }

    fn place_of_field(&self, service: Option<&str>, model: &str, wire: &str) -> Option<Span> {
        let checked = self.models.get(&(self.folder_of_type(service)?, model))?;
        let Shape::Fields(fields) = &checked.model.shape else {
            return None;
        };
        let mut fields = fields.iter().zip(&checked.fields);
        let (_, place) = fields.find(|(field, _)| field.wire == wire)?;
        Some(*place)
    }

    fn place_of_value(&self, service: Option<&str>, item: &str, wire: &str) -> Option<Span> {
        let folder = self.folder_of_type(service)?;
        let files = self.type_files();
        let files = files.iter().filter(|file| file.place.folder == folder);
        let (_, item) = files
            .flat_map(|file| file.enums)
            .find(|(name, _)| name.value == item)?;
        let values = &item.values.as_ref()?.value;
        let (at, value) = values.iter().find(|(at, _)| at.value == wire)?;
        Some(value.rename.as_ref().map_or(at.span, |rename| rename.span))
    }

    fn place_of_variant(&self, service: Option<&str>, model: &str, wire: &str) -> Option<Span> {
        let folder = self.folder_of_type(service)?;
        let files = self.type_files();
        let files = files.iter().filter(|file| file.place.folder == folder);
        let (_, model) = files
            .flat_map(|file| file.models)
            .find(|(name, _)| name.value == model)?;
        let mut variants = model.variants.iter().flatten();
        let (at, variant) = variants.find(|(at, _)| at.value == wire)?;
        Some(
            variant
                .rename
                .as_ref()
                .map_or(at.span, |rename| rename.span),
        )
    }

    fn written_resource(&self, service: &str, name: &str) -> Option<&'s spec::Resource> {
        let resources = &self.folders.get(self.folder(service)?)?.resources;
        let is_named = |resource: &spec::Resource| {
            let written = resource.name.as_ref();
            written.is_some_and(|written| written.value == name)
        };
        let (_, resource) = resources.iter().find(|(_, resource)| is_named(resource))?;
        Some(resource)
    }

    /// An action as it is written, and the place of its name.
    fn written_action(&self, path: ActionPath<'_>) -> Option<(Span, &'s spec::Action)> {
        let resource = self.written_resource(path.service, path.resource)?;
        let mut actions = resource.actions.iter().flatten();
        let (key, action) = actions.find(|(key, _)| key.value == path.action)?;
        Some((key.span, action))
    }

    /// A request that is made from a response, and has none of its fields.
    fn copies_nothing(&self, service: Option<&str>, model: &plan::Model<'_>) -> Option<Diagnostic> {
        let name = &model.api.name;
        let folder = self.folder_of_type(service)?;
        let from = self.model_named(model.api.copies.as_deref()?, folder)?;
        let span = self.models.get(&(folder, name.as_str()))?.copies?;
        let plan::Kind::Struct { copies, .. } = &model.kind else {
            return None;
        };
        if !matches!(from.model.shape, Shape::Fields(_)) {
            return None;
        }
        let copies = copies.as_ref()?;
        if !copies.required.is_empty() || !copies.optional.is_empty() {
            return None;
        }
        let message = format!("`{name}` has no field in common with `{}`", from.model.name);
        let mistake = Diagnostic::new(span, message).related(from.span, "defined here");
        Some(mistake.help("remove `copies`"))
    }

    /// A model that requires itself, so that there can be no value of it.
    fn endless(
        &self,
        plan: &Plan<'_>,
        service: Option<&str>,
        model: &plan::Model<'_>,
    ) -> Option<Diagnostic> {
        let name = &model.api.name;
        let known = plan.known(service)?;
        if known.can_be_constructed(name) || !known.requires(name, name) {
            return None;
        }
        let requires = known.required_models(model.api);
        let endless = requires.filter(|name| !known.can_be_constructed(name));
        let list: Vec<&str> = endless.collect();
        let (_, span) = self.item(service, name)?;
        let message = format!("a `{name}` requires another `{name}`, without end");
        let mistake = Diagnostic::new(span, message);
        Some(
            mistake
                .label(format!("requires {}", list.join(", ")))
                .help("make one of the fields optional"),
        )
    }
}

const NAME_REQUEST: &str =
    "name the request with `request:`, or rename the action, the resource or the model";

/// Describes a name that is not in the spec itself.
fn derived(origin: &Origin<'_>) -> &'static str {
    match origin {
        Origin::Request(_) => "the request of this action",
        Origin::Outcome(_) => "what this action returns",
        Origin::ServiceHandle(_) => "the handle of this service",
        Origin::ResourceHandle(..) => "the handle of this resource",
        Origin::Clear(..) => "the method that sends `null` for this field",
        _ => "",
    }
}
