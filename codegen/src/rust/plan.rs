//! What will be emitted, with every Rust name and type decided.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::{self, Api, Direction, Home, Scope, Shape, Type};
use crate::name;

use super::ty;

/// The whole crate.
pub(crate) struct Plan<'a> {
    /// The ids of all services, by name.
    pub(crate) ids: BTreeMap<&'a str, &'a api::Id>,
    /// What several services use.
    pub(crate) common: Types<'a>,
    /// The services, in the order of their names.
    pub(crate) services: Vec<Service<'a>>,
    /// Every model and enum that all services share, by name.
    known: Known<'a>,
}

/// A service: one public module and one cargo feature.
pub(crate) struct Service<'a> {
    pub(crate) api: &'a api::Service,
    /// The module, and the method of the client that returns the handle.
    pub(crate) module: String,
    /// The cargo feature that the module needs.
    pub(crate) feature: String,
    /// The type of the handle.
    pub(crate) handle: String,
    /// What several resources use.
    pub(crate) types: Types<'a>,
    /// The resources; the principal one, whose actions are methods of the service's handle, is first.
    pub(crate) resources: Vec<Resource<'a>>,
    /// Every model and enum that the service sees, by name.
    pub(crate) known: Known<'a>,
    /// Which names from outside the service its files use.
    pub(crate) outside: Outside,
}

/// Which of the types that all services share are named in some files.
#[derive(Clone, Copy, Default)]
pub(crate) struct Outside {
    pub(crate) ids: bool,
    pub(crate) common: bool,
}

/// Every model and enum that a service sees, by name.
pub(crate) struct Known<'a> {
    models: BTreeMap<&'a str, &'a api::Model>,
    enums: BTreeMap<&'a str, &'a api::Enum>,
    /// The models that are sent as forms.
    forms: BTreeSet<&'a str>,
    /// The models that are sent to change an object.
    patches: BTreeSet<&'a str>,
    /// The models that are items of lists, and those inside such unions.
    items: BTreeSet<&'a str>,
    /// The models that can be constructed, by the number of models that must be constructed before, one
    /// inside the other.
    depths: BTreeMap<&'a str, usize>,
}

/// The models and enums of one module.
#[derive(Default)]
pub(crate) struct Types<'a> {
    pub(crate) models: Vec<Model<'a>>,
    pub(crate) enums: Vec<&'a api::Enum>,
}

/// A resource: one module with a handle, requests and types.
pub(crate) struct Resource<'a> {
    pub(crate) api: &'a api::Resource,
    /// Whether its actions are methods of the service's handle.
    pub(crate) is_principal: bool,
    /// The module, whose name is also that of its file and folder.
    pub(crate) module: String,
    /// The method of the service's handle that returns the handle.
    pub(crate) accessor: String,
    /// The type of the handle.
    pub(crate) handle: String,
    /// How the handle is reached, for example `client.assets().segments()`.
    pub(crate) call: String,
    pub(crate) requests: Vec<Request<'a>>,
    /// What only this resource uses.
    pub(crate) types: Types<'a>,
}

/// The module that holds the handle of a service, and the principal resource if there is one.
pub(crate) const SERVICE_MODULE: &str = "service";

/// The module of what several resources of a service use.
pub(crate) const TYPES_MODULE: &str = "types";

/// An action: a request type and a method of the handle.
pub(crate) struct Request<'a> {
    pub(crate) action: &'a api::Action,
    /// The action's name in messages and in the catalogue.
    pub(crate) id: String,
    /// The type of the request.
    pub(crate) ident: String,
    /// The method of the handle.
    pub(crate) method: String,
    pub(crate) params: Vec<Param<'a>>,
    /// The position of the two parameters that are one argument: the kind of an object and its id.
    object: Option<usize>,
    pub(crate) response: Response<'a>,
    /// The paths that a value must not turn this one into.
    pub(crate) siblings: Vec<&'a str>,
    /// Whether the position in a list goes into the body.
    pub(crate) search_after_in_body: bool,
}

/// A parameter: a field of the request type.
pub(crate) struct Param<'a> {
    pub(crate) api: &'a api::Param,
    pub(crate) ident: String,
    /// An argument of `new`.
    pub(crate) required: bool,
    /// Required, but set by its setter.
    pub(crate) by_name: bool,
}

/// An argument of `new`.
pub(crate) enum Argument<'r, 'a> {
    /// One parameter.
    Param(&'r Param<'a>),
    /// An object of any kind, from which two parameters are taken.
    Object {
        object_type: &'r Param<'a>,
        object_id: &'r Param<'a>,
    },
}

impl Argument<'_, '_> {
    /// Its name.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Param(param) => &param.ident,
            Self::Object { .. } => OBJECT,
        }
    }
}

/// The name of the argument for an object of any kind.
pub(crate) const OBJECT: &str = "object";

/// What a request returns.
pub(crate) enum Response<'a> {
    /// Nothing.
    Empty,
    /// Text, bytes, or the target of a redirect.
    Plain(&'a api::Body),
    /// JSON of one type.
    Json(&'a api::Body),
    /// JSON of one type, or nothing.
    Optional(&'a api::Body),
    /// By status, JSON of different types.
    Outcome { ident: String, cases: Vec<Case<'a>> },
}

/// One of several types that a request may return.
pub(crate) struct Case<'a> {
    pub(crate) statuses: Vec<u16>,
    pub(crate) variant: String,
    pub(crate) body: &'a api::Body,
}

/// A model: a struct or, where a tag decides, an enum.
pub(crate) struct Model<'a> {
    pub(crate) api: &'a api::Model,
    /// Whether it is sent as a form.
    pub(crate) is_form: bool,
    pub(crate) kind: Kind<'a>,
    /// Whether lists contain it.
    pub(crate) is_item: bool,
    /// Whether it is sent to change an object.
    pub(crate) is_patch: bool,
}

/// The two forms of a model.
pub(crate) enum Kind<'a> {
    Struct {
        fields: Vec<Field<'a>>,
        copies: Option<Copies<'a>>,
    },
    Union {
        tag: &'a str,
        /// The member that contains the model: its Rust name and its name on the wire.
        content: Option<(String, &'a str)>,
        variants: Vec<Variant<'a>>,
    },
}

/// How a request model is made from a response.
pub(crate) struct Copies<'a> {
    /// The model of the response.
    pub(crate) from: &'a str,
    /// The fields that the request requires.
    pub(crate) required: Vec<RequiredCopy<'a>>,
    /// The other fields that are copied.
    pub(crate) optional: Vec<String>,
}

/// A field of the response that the request requires.
pub(crate) struct RequiredCopy<'a> {
    pub(crate) ident: String,
    /// Its name on the wire.
    pub(crate) wire: &'a str,
    /// Whether it is in a box in the response: the argument of `new` is not.
    pub(crate) boxed: bool,
}

/// A variant of a union.
pub(crate) struct Variant<'a> {
    /// The value of the tag.
    pub(crate) wire: &'a str,
    pub(crate) ident: String,
    /// The model inside, if there is one.
    pub(crate) model: Option<&'a str>,
    /// Whether no other variant has this model, so that the union can be made from it.
    pub(crate) is_only: bool,
}

/// A field of a struct.
pub(crate) struct Field<'a> {
    pub(crate) api: &'a api::Field,
    pub(crate) ident: String,
    pub(crate) holder: Holder,
    /// Whether the value is in a box: the struct would contain itself without, or be large.
    pub(crate) boxed: bool,
    /// An argument of `new`.
    pub(crate) required: bool,
    /// Has a setter.
    pub(crate) settable: bool,
    /// Required, but set by its setter.
    pub(crate) by_name: bool,
    /// The method that sends it as `null`.
    pub(crate) clear: Option<String>,
}

/// Models with more bytes than this are in a box where they are optional. Most of them are missing in most
/// items, and a page has many items: a `Shot` in place made a `Segment` twice as large.
const LARGEST_INLINE: usize = 64;

/// What is around the type of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// Nothing: a value is always there, be it an empty list.
    Plain,
    /// There or not.
    Option,
    /// There, null or not there.
    Nullable,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(api: &'a Api) -> Self {
        let ids = api.common.ids.iter();
        let services = api.services.iter();
        let services: Vec<_> = services.map(|service| Service::new(api, service)).collect();
        let mut known = Known::new(api, None);
        // Also inside the unions of a service.
        let items = services.iter().flat_map(|service| &service.known.items);
        for item in items.filter(|item| api.common.models.contains_key(**item)) {
            known.items.insert(item);
        }
        Self {
            ids: ids.map(|(name, id)| (name.as_str(), id)).collect(),
            common: known.types(&Home::Common),
            services,
            known,
        }
    }

    /// Every model, with the service that has it; none if all services share it.
    pub(crate) fn models(&self) -> impl Iterator<Item = (Option<&'a str>, &Model<'a>)> {
        let common = self.common.models.iter().map(|model| (None, model));
        let services = self.services.iter().flat_map(|service| {
            let own = service.resources.iter().map(|resource| &resource.types);
            let types = [&service.types].into_iter().chain(own);
            let models = types.flat_map(|types| &types.models);
            models.map(|model| (Some(service.api.name.as_str()), model))
        });
        common.chain(services)
    }

    /// Every model and enum that a service sees; of no service, that all services share.
    pub(crate) fn known(&self, service: Option<&str>) -> Option<&Known<'a>> {
        let Some(name) = service else {
            return Some(&self.known);
        };
        let mut services = self.services.iter();
        let service = services.find(|service| service.api.name == name)?;
        Some(&service.known)
    }
}

impl<'a> Service<'a> {
    fn new(api: &'a Api, service: &'a api::Service) -> Self {
        let known = Known::new(api, Some(service));
        let resources = service.resources.iter();
        let mut resources: Vec<_> = resources
            .map(|resource| Resource::new(api.scope(service), service, resource, &known))
            .collect();
        resources
            .sort_by(|a, b| (!a.is_principal, &a.api.name).cmp(&(!b.is_principal, &b.api.name)));
        let types = known.types(&Home::Service);
        let mut named = types.named();
        for resource in &resources {
            named.extend(resource.named());
        }
        let outside = Outside {
            ids: named.iter().any(|name| api.common.ids.contains_key(*name)),
            common: named.iter().any(|name| api.common.holds(name)),
        };
        Self {
            api: service,
            module: name::module(&service.name),
            feature: service.name.clone(),
            handle: name::handle(&service.name),
            types,
            resources,
            known,
            outside,
        }
    }

    /// The resource whose actions are methods of the service's handle.
    pub(crate) fn principal(&self) -> Option<&Resource<'a>> {
        self.resources
            .first()
            .filter(|resource| resource.is_principal)
    }

    /// The resources that have handles of their own.
    pub(crate) fn others(&self) -> impl Iterator<Item = &Resource<'a>> {
        self.resources
            .iter()
            .filter(|resource| !resource.is_principal)
    }

    /// The public path of a model or enum in the crate.
    pub(crate) fn path_of(&self, name: &str) -> String {
        match self.known.home(name) {
            Some(Home::Common) => format!("common::{name}"),
            _ => format!("{}::{name}", self.module),
        }
    }
}

impl<'a> Known<'a> {
    fn new(api: &'a Api, service: Option<&'a api::Service>) -> Self {
        let models = service
            .into_iter()
            .flat_map(|service| service.models.values());
        let enums = service
            .into_iter()
            .flat_map(|service| service.enums.values());
        let models = api.common.models.values().chain(models);
        let enums = api.common.enums.values().chain(enums);
        let mut known = Self {
            models: models.map(|model| (model.name.as_str(), model)).collect(),
            enums: enums.map(|item| (item.name.as_str(), item)).collect(),
            forms: forms(api, service),
            patches: patches(api, service),
            items: BTreeSet::new(),
            depths: BTreeMap::new(),
        };
        for name in items(api, service) {
            known.add_item(name);
        }
        known.add_depths();
        known
    }

    /// Finds the models that can be constructed: those that require nothing, then those that require
    /// nothing but these, and so on.
    fn add_depths(&mut self) {
        loop {
            let depth = self.depths.len();
            let is_next = |model: &&'a api::Model| {
                !self.depths.contains_key(model.name.as_str()) && self.is_constructed_from(model)
            };
            let next: Vec<&str> = self
                .models()
                .filter(is_next)
                .map(|it| it.name.as_str())
                .collect();
            if next.is_empty() {
                return;
            }
            self.depths
                .extend(next.into_iter().map(|name| (name, depth)));
        }
    }

    /// Whether the models that this one requires can be constructed.
    fn is_constructed_from(&self, model: &'a api::Model) -> bool {
        match &model.shape {
            Shape::Fields(_) => self
                .required_models(model)
                .all(|name| self.can_be_constructed(name)),
            // What is not described is reported elsewhere.
            Shape::Union { variants, .. } if variants.is_empty() => true,
            Shape::Union { variants, .. } => variants.iter().any(|variant| {
                let model = variant.model.as_deref();
                model.is_none_or(|name| self.can_be_constructed(name))
            }),
        }
    }

    /// Whether there can be a value of this model: one that requires itself has none.
    pub(crate) fn can_be_constructed(&self, name: &str) -> bool {
        self.depths.contains_key(name) || !self.models.contains_key(name)
    }

    /// The models that a value of this one contains in any case, or may as a variant.
    pub(crate) fn required_models(
        &self,
        model: &'a api::Model,
    ) -> Box<dyn Iterator<Item = &'a str> + 'a> {
        match &model.shape {
            Shape::Fields(fields) => {
                let sent = fields.iter().filter(|field| field.is_sent(model.direction));
                Box::new(
                    sent.filter(|field| field.required)
                        .filter_map(|field| match &field.ty {
                            Type::Model(name) => Some(name.as_str()),
                            _ => None,
                        }),
                )
            }
            Shape::Union { variants, .. } => {
                Box::new(variants.iter().filter_map(|it| it.model.as_deref()))
            }
        }
    }

    /// Whether values of a model may require values of another one, at any depth.
    pub(crate) fn requires(&self, model: &str, other: &str) -> bool {
        let mut reached = BTreeSet::new();
        let mut open: Vec<&str> = vec![model];
        while let Some(model) = open.pop().and_then(|name| self.model(name)) {
            for name in self.required_models(model) {
                if name == other {
                    return true;
                }
                if reached.insert(name) {
                    open.push(name);
                }
            }
        }
        false
    }

    /// The variant of a union that examples construct: the first one that does not lead back to the union.
    pub(crate) fn typical_variant<'v>(
        &self,
        union: &str,
        variants: &'v [Variant<'a>],
    ) -> Option<&'v Variant<'a>> {
        let leads_back = |variant: &&Variant<'_>| {
            let model = variant.model;
            model.is_some_and(|model| model == union || self.requires(model, union))
        };
        let depth = |variant: &&Variant<'_>| {
            let model = variant.model;
            model.map_or(Some(0), |model| self.depths.get(model).copied())
        };
        let mut constructed = variants.iter().filter(|it| depth(it).is_some());
        let first = constructed.clone().find(|variant| !leads_back(variant));
        first.or_else(|| constructed.by_ref().min_by_key(depth))
    }

    fn add_item(&mut self, name: &'a str) {
        if !self.items.insert(name) {
            return;
        }
        let shape = self.model(name).map(|model| &model.shape);
        if let Some(Shape::Union {
            content: None,
            variants,
            ..
        }) = shape
        {
            for model in variants
                .iter()
                .filter_map(|variant| variant.model.as_deref())
            {
                self.add_item(model);
            }
        }
    }

    /// Where a model or enum was written.
    pub(crate) fn home(&self, name: &str) -> Option<&'a Home> {
        let model = self.model(name).map(|model| &model.home);
        model.or_else(|| self.an_enum(name).map(|item| &item.home))
    }

    pub(crate) fn model(&self, name: &str) -> Option<&'a api::Model> {
        self.models.get(name).copied()
    }

    /// Every model.
    pub(crate) fn models(&self) -> impl Iterator<Item = &'a api::Model> {
        self.models.values().copied()
    }

    pub(crate) fn an_enum(&self, name: &str) -> Option<&'a api::Enum> {
        self.enums.get(name).copied()
    }

    fn types(&self, home: &Home) -> Types<'a> {
        let models = self.models.values().filter(|model| model.home == *home);
        let enums = self.enums.values().filter(|item| item.home == *home);
        Types {
            models: models.map(|model| self.plan(model)).collect(),
            enums: enums.copied().collect(),
        }
    }

    pub(crate) fn plan(&self, model: &'a api::Model) -> Model<'a> {
        let kind = match &model.shape {
            Shape::Fields(fields) => {
                let fields = self.fields(model, fields);
                let copies = model
                    .copies
                    .as_deref()
                    .and_then(|from| self.copies(from, &fields));
                Kind::Struct { fields, copies }
            }
            Shape::Union {
                tag,
                content,
                variants,
            } => Kind::Union {
                tag,
                content: content
                    .as_deref()
                    .map(|content| (name::content(content), content)),
                variants: variants
                    .iter()
                    .map(|variant| Variant {
                        wire: &variant.wire,
                        ident: name::union_variant(variant, variants, content.is_some()),
                        model: variant.model.as_deref(),
                        is_only: variants
                            .iter()
                            .filter(|it| it.model == variant.model)
                            .count()
                            == 1,
                    })
                    .collect(),
            },
        };
        Model {
            api: model,
            is_form: self.forms.contains(model.name.as_str()),
            is_patch: self.patches.contains(model.name.as_str()),
            kind,
            is_item: self.items.contains(model.name.as_str()),
        }
    }

    fn fields(&self, model: &api::Model, fields: &'a [api::Field]) -> Vec<Field<'a>> {
        let members = fields.iter().filter(|field| field.is_in(model.direction));
        let mut fields: Vec<_> = members.map(|field| self.field(model, field)).collect();
        let required = fields.iter().filter(|field| field.required);
        let types: Vec<&Type> = required.map(|field| &field.api.ty).collect();
        for field in &mut fields {
            if field.required && is_among_others(&field.api.ty, &types) {
                field.required = false;
                field.settable = true;
                field.by_name = true;
                field.holder = holder(model.direction, field.api, false);
            }
        }
        fields
    }

    fn field(&self, model: &api::Model, field: &'a api::Field) -> Field<'a> {
        let sent = field.is_sent(model.direction);
        let required = sent && field.required;
        let ident = name::field(field);
        let clear = field
            .clearable(model.direction)
            .then(|| name::clear(&ident));
        Field {
            api: field,
            ident,
            clear,
            holder: holder(model.direction, field, required),
            boxed: self.contains(&field.ty, &model.name)
                || !required && self.size(&field.ty) > LARGEST_INLINE,
            required,
            settable: sent && !required,
            by_name: false,
        }
    }

    /// How many bytes a value of this type takes in a struct, as an estimate that depends on nothing but the
    /// spec.
    fn size(&self, ty: &Type) -> usize {
        match ty {
            Type::Boolean => 1,
            Type::Any | Type::Object | Type::Secret | Type::Enum(_) => 16,
            Type::Integer | Type::Number => 16,
            Type::String | Type::Timestamp | Type::List(_) | Type::Map(_) => 24,
            Type::Id(_) => 40,
            Type::File => LARGEST_INLINE,
            Type::Model(name) => self
                .model(name)
                .map_or(0, |model| self.size_of_model(model)),
        }
    }

    fn size_of_model(&self, model: &api::Model) -> usize {
        const BOX: usize = 8;
        const UNKNOWN_FIELDS: usize = 8;
        let Shape::Fields(fields) = &model.shape else {
            // The tag, and a box.
            return 16;
        };
        let sizes = fields
            .iter()
            .map(|field| match self.contains(&field.ty, &model.name) {
                true => BOX,
                false => match self.size(&field.ty) {
                    size if size > LARGEST_INLINE => BOX,
                    size => size,
                },
            });
        sizes.sum::<usize>() + UNKNOWN_FIELDS
    }

    /// Whether a value of this type holds a value of that model without a list or map between.
    fn contains(&self, ty: &Type, model: &str) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![ty];
        while let Some(ty) = open.pop() {
            let Type::Model(name) = ty else { continue };
            if name == model {
                return true;
            }
            if !seen.insert(name) {
                continue;
            }
            // The variants of a union are boxed anyway.
            if let Some(Shape::Fields(fields)) = self.model(name).map(|model| &model.shape) {
                open.extend(fields.iter().map(|field| &field.ty));
            }
        }
        false
    }

    /// What is copied from a response into these fields; `None` if a required field is missing there.
    fn copies(&self, from: &'a str, into: &[Field<'a>]) -> Option<Copies<'a>> {
        let model = self.model(from)?;
        let Shape::Fields(fields) = &model.shape else {
            return None;
        };
        let sources = self.fields(model, fields);
        let source = |field: &&Field<'a>| {
            let same = |source: &&Field<'_>| {
                source.ident == field.ident
                    && source.api.ty == field.api.ty
                    && (source.boxed == field.boxed || field.required)
            };
            let source = sources.iter().find(same);
            source.filter(|_| !field.api.read_only)
        };
        let required = into.iter().filter(|field| field.required);
        let required = required.map(|field| {
            source(&field).map(|source| RequiredCopy {
                ident: field.ident.clone(),
                wire: &field.api.wire,
                boxed: source.boxed,
            })
        });
        let optional = into.iter().filter(|field| !field.required);
        let optional = optional.filter(|field| source(field).is_some());
        Some(Copies {
            from,
            required: required.collect::<Option<_>>()?,
            optional: optional.map(|field| field.ident.clone()).collect(),
        })
    }

    /// Whether a value of this type may hold a value of that model, at any depth.
    pub(crate) fn holds(&self, ty: &'a Type, model: &str) -> bool {
        let mut reached = BTreeSet::new();
        self.reach(ty, &mut reached);
        reached.contains(model)
    }

    /// The names of all types that values of this type may hold.
    pub(crate) fn reach(&self, ty: &'a Type, into: &mut BTreeSet<&'a str>) {
        match ty {
            Type::List(inner) | Type::Map(inner) => self.reach(inner, into),
            Type::Id(name) | Type::Enum(name) => {
                into.insert(name);
            }
            Type::Model(name) => self.reach_model(name, into),
            _ => {}
        }
    }

    fn reach_model(&self, name: &'a str, into: &mut BTreeSet<&'a str>) {
        let Some(model) = self.model(name).filter(|_| into.insert(name)) else {
            return;
        };
        match &model.shape {
            Shape::Fields(fields) => {
                for field in fields {
                    self.reach(&field.ty, into);
                }
            }
            Shape::Union { variants, .. } => {
                for variant in variants.iter().filter_map(|it| it.model.as_deref()) {
                    self.reach_model(variant, into);
                }
            }
        }
    }
}

/// The position of the kind of an object in a path, where the object's id is behind it, so that both can be
/// taken from an id of one kind.
fn object(params: &[Param<'_>], known: &Known<'_>) -> Option<usize> {
    if params.iter().any(|param| param.ident == OBJECT) {
        return None;
    }
    let is_in_path = |param: &Param<'_>| param.api.location == api::Location::Path;
    let is_type = |param: &Param<'_>| {
        is_in_path(param)
            && match &param.api.ty {
                Type::String => param.api.wire == "object_type",
                Type::Enum(name) => known.an_enum(name).is_some_and(|item| {
                    let mut values = item.values.iter();
                    values.any(|value| name::is_object_type(&value.wire))
                }),
                _ => false,
            }
    };
    let is_id = |param: &Param<'_>| {
        is_in_path(param) && param.api.ty == Type::Id(name::ANY_OBJECT.to_owned())
    };
    let mut pairs = params.windows(2);
    pairs.position(|pair| is_type(&pair[0]) && is_id(&pair[1]))
}

/// Makes setters of the arguments of one type, except the two that are taken from one object.
fn set_by_name(params: &mut [Param<'_>], object: Option<usize>, body: Option<&api::RequestBody>) {
    let is_alone = |index: usize| object.is_none_or(|at| index != at && index != at + 1);
    let required = params.iter().enumerate();
    let required = required.filter(|(index, param)| param.required && is_alone(*index));
    let mut types: Vec<&Type> = required.map(|(_, param)| &param.api.ty).collect();
    let text = body.filter(|body| matches!(body.content, api::RequestContent::Text(_)));
    types.extend(text.filter(|body| body.required).map(|_| &Type::String));
    for (index, param) in params.iter_mut().enumerate() {
        if param.required && is_alone(index) && is_among_others(&param.api.ty, &types) {
            param.required = false;
            param.by_name = true;
        }
    }
}

/// Whether several arguments have this type. They are easily exchanged, and so they are set by name.
fn is_among_others(ty: &Type, types: &[&Type]) -> bool {
    types.iter().filter(|other| **other == ty).count() > 1
}

/// The models that a service sends as forms; without one, those that any service sends.
fn forms<'a>(api: &'a Api, service: Option<&api::Service>) -> BTreeSet<&'a str> {
    let sent_by = |name: &str| service.is_none_or(|service| service.name == name);
    let actions = api.actions().filter(|(service, ..)| sent_by(&service.name));
    let bodies = actions.filter_map(|(_, _, action)| action.body.as_ref());
    let models = bodies.filter_map(|body| match &body.content {
        api::RequestContent::Form(ty) | api::RequestContent::Multipart(ty) => ty::name(ty),
        _ => None,
    });
    models.collect()
}

/// The models that a service sends to change an object; without one, those that any service sends.
fn patches<'a>(api: &'a Api, service: Option<&api::Service>) -> BTreeSet<&'a str> {
    let sent_by = |name: &str| service.is_none_or(|service| service.name == name);
    let actions = api.actions().filter(|(service, _, action)| {
        sent_by(&service.name) && action.method == api::Method::Patch
    });
    let bodies = actions.filter_map(|(_, _, action)| action.body.as_ref());
    bodies
        .filter_map(|body| body.ty().and_then(ty::name))
        .collect()
}

/// The models that are items of lists: those of a service, or what all services have in common.
fn items<'a>(api: &'a Api, service: Option<&api::Service>) -> BTreeSet<&'a str> {
    let sent_by = |name: &str| service.is_none_or(|service| service.name == name);
    let actions = api.actions().filter(|(service, ..)| sent_by(&service.name));
    let bodies = actions.flat_map(|(_, _, action)| &action.returns);
    let models = bodies.filter_map(|(_, body)| match body {
        api::Body::Page(ty) | api::Body::Objects(ty) => ty::name(ty),
        _ => None,
    });
    models.collect()
}

fn holder(direction: Direction, field: &api::Field, required: bool) -> Holder {
    let starts_empty = matches!(field.ty, Type::List(_) | Type::Map(_));
    match direction {
        Direction::Response | Direction::Both if starts_empty => Holder::Plain,
        Direction::Response | Direction::Both => Holder::Option,
        Direction::Request if field.clearable(direction) => Holder::Nullable,
        Direction::Request if required => Holder::Plain,
        Direction::Request => Holder::Option,
    }
}

impl<'a> Types<'a> {
    pub(crate) fn is_empty(&self) -> bool {
        self.models.is_empty() && self.enums.is_empty()
    }

    /// Whether a type is defined here.
    fn defines(&self, name: &str) -> bool {
        self.models.iter().any(|model| model.api.name == name)
            || self.enums.iter().any(|item| item.name == name)
    }

    /// The names of the types that the definitions name.
    fn named(&self) -> BTreeSet<&'a str> {
        let mut named = BTreeSet::new();
        for model in &self.models {
            match &model.api.shape {
                Shape::Fields(fields) => {
                    let members = fields
                        .iter()
                        .filter(|field| field.is_in(model.api.direction));
                    named.extend(members.filter_map(|field| ty::name(&field.ty)));
                }
                Shape::Union { variants, .. } => {
                    named.extend(variants.iter().filter_map(|it| it.model.as_deref()));
                }
            }
            if let Kind::Struct {
                copies: Some(copies),
                ..
            } = &model.kind
            {
                named.insert(copies.from);
            }
        }
        named
    }

    /// Whether the definitions name types that are defined elsewhere.
    pub(crate) fn name_others(&self) -> bool {
        self.named().iter().any(|name| !self.defines(name))
    }
}

impl<'a> Resource<'a> {
    fn new(
        scope: Scope<'a>,
        service: &'a api::Service,
        api: &'a api::Resource,
        known: &Known<'a>,
    ) -> Self {
        let is_principal = api.is_principal(service);
        let requests = api.actions.iter();
        let accessor = name::module(&api.name);
        let client = format!("client.{}()", name::module(&service.name));
        Self {
            api,
            is_principal,
            module: match is_principal {
                true => SERVICE_MODULE.to_owned(),
                false => accessor.clone(),
            },
            handle: name::handle(&api.name),
            call: match is_principal {
                true => client,
                false => format!("{client}.{accessor}()"),
            },
            accessor,
            requests: requests
                .map(|action| Request::new(scope, service, api, action, known))
                .collect(),
            types: known.types(&Home::Resource(api.name.clone())),
        }
    }

    /// The names of all types that its files name.
    fn named(&self) -> BTreeSet<&'a str> {
        let mut named = self.types.named();
        for request in &self.requests {
            named.extend(request.named());
        }
        named
    }

    /// Whether its files name types that are defined elsewhere.
    pub(crate) fn names_others(&self) -> bool {
        self.named().iter().any(|name| !self.types.defines(name))
    }

    /// Whether its requests name types.
    pub(crate) fn requests_name_types(&self) -> bool {
        self.requests
            .iter()
            .any(|request| !request.named().is_empty())
    }
}

impl<'a> Request<'a> {
    fn new(
        scope: Scope<'a>,
        service: &api::Service,
        resource: &api::Resource,
        action: &'a api::Action,
        known: &Known<'_>,
    ) -> Self {
        let ident = name::request(resource, action);
        let params = action.params.iter().map(|param| Param {
            api: param,
            ident: name::param(param),
            required: param.required,
            by_name: false,
        });
        let mut params: Vec<_> = params.collect();
        let object = object(&params, known);
        set_by_name(&mut params, object, action.body.as_ref());
        Self {
            id: action.id(service, resource),
            method: name::method(action),
            object,
            params,
            response: Response::new(&ident, &action.returns),
            siblings: scope.siblings(action),
            search_after_in_body: scope.search_after_in_body(action),
            action,
            ident,
        }
    }

    /// The parameters that are arguments.
    pub(crate) fn required(&self) -> impl Iterator<Item = &Param<'a>> {
        self.params.iter().filter(|param| param.required)
    }

    /// The same parameters as arguments.
    pub(crate) fn arguments(&self) -> Vec<Argument<'_, 'a>> {
        let mut arguments = Vec::new();
        let mut params = self.params.iter().enumerate();
        while let Some((index, param)) = params.next() {
            if !param.required {
                continue;
            }
            let second = match self.object == Some(index) {
                true => params.next(),
                false => None,
            };
            arguments.push(match second {
                Some((_, object_id)) => Argument::Object {
                    object_type: param,
                    object_id,
                },
                None => Argument::Param(param),
            });
        }
        arguments
    }

    /// The parameters that have setters.
    pub(crate) fn optional(&self) -> impl Iterator<Item = &Param<'a>> {
        self.params.iter().filter(|param| !param.required)
    }

    /// The parameters that have setters although iconik requires them.
    pub(crate) fn by_name(&self) -> impl Iterator<Item = &Param<'a>> {
        self.params.iter().filter(|param| param.by_name)
    }

    /// The body, if it is required.
    pub(crate) fn required_body(&self) -> Option<&'a api::RequestBody> {
        self.action.body.as_ref().filter(|body| body.required)
    }

    /// The body, if it is optional.
    pub(crate) fn optional_body(&self) -> Option<&'a api::RequestBody> {
        self.action.body.as_ref().filter(|body| !body.required)
    }

    /// The names of the types that its definition names.
    fn named(&self) -> BTreeSet<&'a str> {
        ty::of_action(self.action).filter_map(ty::name).collect()
    }

    /// Whether the body says which of many objects to delete, though it could say nothing.
    pub(crate) fn selects(&self, known: &Known<'_>) -> bool {
        let Some(Type::Model(name)) = self.required_body().and_then(api::RequestBody::ty) else {
            return false;
        };
        let shape = known.model(name).map(|model| &model.shape);
        let Some(Shape::Fields(fields)) = shape else {
            return false;
        };
        self.action.method == api::Method::Delete
            && self.action.name.contains("_many")
            && !fields.iter().any(|field| field.required)
    }

    /// Whether there is a request without a single argument.
    pub(crate) fn starts_empty(&self) -> bool {
        self.required().next().is_none() && self.required_body().is_none()
    }
}

/// Gives cases of one name longer names, which contain the types.
fn name_apart(cases: &mut [Case<'_>]) {
    let short: Vec<String> = cases.iter().map(|case| case.variant.clone()).collect();
    for case in cases {
        if short.iter().filter(|name| **name == case.variant).count() > 1 {
            case.variant = name::long_outcome_variant(case.body);
        }
    }
}

impl<'a> Response<'a> {
    fn new(request: &str, returns: &'a [(u16, api::Body)]) -> Self {
        let mut cases: Vec<Case<'a>> = Vec::new();
        for (status, body) in returns {
            if let Some(case) = cases.iter_mut().find(|case| case.body == body) {
                case.statuses.push(*status);
            } else {
                cases.push(Case {
                    statuses: vec![*status],
                    variant: name::outcome_variant(body),
                    body,
                });
            }
        }
        name_apart(&mut cases);
        // A success with an undocumented status is read as the first case, which must have a body.
        cases.sort_by_key(|case| *case.body == api::Body::Nothing);
        let nothing = &api::Body::Nothing;
        match cases.as_slice() {
            [] => Self::Empty,
            [only] if only.body == nothing => Self::Empty,
            [only] => Self::of(only.body),
            [some, none] if none.body == nothing && *some.body != api::Body::Location => {
                match some.body.ty() {
                    Some(_) => Self::Optional(some.body),
                    None => Self::of(some.body),
                }
            }
            _ => Self::Outcome {
                ident: name::outcome(request),
                cases,
            },
        }
    }

    fn of(body: &'a api::Body) -> Self {
        match body.ty() {
            Some(_) => Self::Json(body),
            None => Self::Plain(body),
        }
    }
}
