//! The missing operations, as records.

use std::collections::{BTreeMap, BTreeSet};

use super::MARKER;
use super::entities::Entities;
use super::fields::{Types, suitable};
use super::naming::{self, Task};
use super::shared::Shared;
use crate::api::{self, Auth, Location, Method, Paging, Service};
use crate::decode::{At, Record as _};
use crate::document::{Content, Credentials, Document, Kind, Parameter, Response};
use crate::ident::snake;
use crate::source::Span;
use crate::spec::{self, Body, Type};

/// What is proposed for a spec, before it is divided among files.
pub(super) struct Actions {
    pub(super) resources: BTreeMap<String, Resource>,
    /// What is received before what is sent, which builds on it.
    pub(super) models: Vec<(String, spec::Model)>,
    pub(super) enums: BTreeMap<String, spec::Enum>,
    pub(super) ids: BTreeSet<String>,
    pub(super) roles: BTreeSet<String>,
}

/// What is proposed for a resource.
#[derive(Default)]
pub(super) struct Resource {
    pub(super) singular: String,
    pub(super) actions: Vec<(String, spec::Action)>,
    /// Parameters of paths.
    pub(super) params: BTreeMap<String, spec::Param>,
    /// What a person has to decide.
    pub(super) remarks: Vec<String>,
}

impl Actions {
    /// The model of this name.
    pub(super) fn model(&self, name: &str) -> Option<&spec::Model> {
        let mut models = self.models.iter();
        models
            .find(|(other, _)| other == name)
            .map(|(_, model)| model)
    }

    /// Makes records of everything that the tasks need.
    pub(super) fn build<'a, 'd>(
        service: &'a Service,
        document: &'d Document,
        shared: &'a Shared,
        entities: Entities<'a, 'd>,
        tasks: &[Task<'d>],
    ) -> Self {
        let types = Types {
            entities,
            shared,
            enums: Vec::new(),
            new_ids: BTreeSet::new(),
        };
        let mut builder = Builder {
            service,
            document,
            types,
            resources: BTreeMap::new(),
        };
        // The last placeholder of a path names the objects of a resource: fields refer to these ids.
        for task in tasks {
            let mut params = task.operation.params.iter();
            if let Some(last) = params.rfind(|param| param.location == Location::Path) {
                builder
                    .types
                    .param_type(&task.resource, &task.singular, "", last);
            }
        }
        for task in tasks {
            builder.action(task);
        }
        let mut types = builder.types;
        let mut models = Vec::new();
        let names: Vec<String> = types.entities.all.keys().cloned().collect();
        for name in names {
            models.push((name.clone(), types.entity(&name)));
        }
        for index in 0..types.entities.bodies.len() {
            models.extend(types.body_models(index));
        }
        let enums = types
            .enums
            .iter()
            .map(|draft| (draft.name.clone(), Types::enum_record(draft)));
        let needed = tasks
            .iter()
            .filter_map(|task| task.operation.roles.as_ref());
        Self {
            resources: builder.resources,
            models,
            enums: enums.collect(),
            roles: needed.flatten().cloned().collect(),
            ids: types.new_ids,
        }
    }
}

/// The body of each status.
type Returns = Vec<(At<u16>, At<Body>)>;

struct Builder<'a, 'd> {
    service: &'a Service,
    document: &'d Document,
    types: Types<'a, 'd>,
    resources: BTreeMap<String, Resource>,
}

impl<'d> Builder<'_, 'd> {
    fn action(&mut self, task: &Task<'d>) {
        let operation = task.operation;
        let mut remarks = Vec::new();
        if task.numbered {
            remarks.push("the name is a number away from another".to_owned());
        }
        let (returns, missing) = self.returns(task);
        remarks.extend(missing);
        let differs = self.wrapped(task);
        let lists = returns
            .iter()
            .any(|(_, body)| matches!(body.value, Body::Page(_) | Body::Objects(_)));
        let (styles, params) = self.params(task, lists);
        let body = self.body(task, &mut remarks);
        let some = |entries: Vec<At<String>>| (!entries.is_empty()).then_some(entries);
        let roles = operation.roles.iter().flatten();
        let marker = || Some(At::new(MARKER.to_owned()));
        let record = spec::Action {
            title: marker(),
            method: Some(At::new(operation.method)),
            path: Some(At::new(operation.path.clone())),
            roles: some(roles.map(|role| At::new(role.clone())).collect()),
            auth: operation.credentials.and_then(auth).map(At::new),
            params: (!params.is_empty()).then_some(params),
            body,
            paging: (!styles.is_empty()).then(|| styles.into_iter().map(At::new).collect()),
            returns: Some(returns),
            differs: (!differs.is_empty()).then_some(differs),
            deprecated: operation.deprecated.then(marker).flatten(),
            ..spec::Action::empty(Span::default())
        };
        let resource = self.resources.entry(task.resource.clone()).or_default();
        resource.singular.clone_from(&task.singular);
        let remarks = remarks.into_iter();
        resource
            .remarks
            .extend(remarks.map(|remark| format!("`{}`: {remark}", task.action)));
        resource.actions.push((task.action.clone(), record));
    }

    fn body(&mut self, task: &Task<'d>, remarks: &mut Vec<String>) -> Option<spec::RequestBody> {
        let body = task.operation.body.as_ref()?;
        let json = matches!(body.content, Content::Json(_));
        let mut record = spec::RequestBody {
            required: (!body.required && json).then(|| At::new(false)),
            ..spec::RequestBody::empty(Span::default())
        };
        let ty = match (self.types.entities.sent(task, &body.content), &body.content) {
            (Some(name), _) => Type::named(name),
            (None, Content::Json(Kind::List(of))) => Type::list(self.types.field_type("", "", of)),
            (None, Content::Json(Kind::Map(of))) => {
                Type::Map(Box::new(self.types.field_type("", "", of)))
            }
            (None, content) => {
                if content.kind().is_some() {
                    remarks.push("the document does not say what the body contains".to_owned());
                }
                Type::Builtin(api::Type::Object)
            }
        };
        match &body.content {
            Content::Json(_) => record.json = Some(At::new(ty)),
            Content::Form(_) => record.form = Some(At::new(ty)),
            Content::Multipart(_) => record.multipart = Some(At::new(ty)),
            Content::Text(media) => record.text = Some(At::new(media.clone())),
            Content::Bytes(media) => record.bytes = Some(At::new(media.clone())),
        }
        Some(record)
    }

    /// The responses, and what a person has to decide about them.
    fn returns(&mut self, task: &Task<'d>) -> (Returns, Option<String>) {
        let responses = &task.operation.responses;
        let delete = task.operation.method == Method::Delete && responses.len() > 1;
        let mut all = Vec::new();
        for (status, response) in responses {
            // Every DELETE of the published documents has a 204, also where another is returned.
            if delete && *status == 204 && *response == Response::Nothing {
                continue;
            }
            let body = match response {
                Response::Nothing => Body::Nothing,
                Response::Text(_) => Body::Text,
                Response::Bytes(_) => Body::Bytes,
                Response::Location => Body::Location,
                Response::Json(kind) => match self.document.envelope(kind) {
                    Some(list) => {
                        let ty = self.types.field_type(&task.singular, "", list.items);
                        if list.pages {
                            Body::Page(ty)
                        } else {
                            Body::Objects(ty)
                        }
                    }
                    None => Body::Json(self.types.field_type(&task.singular, "", kind)),
                },
            };
            all.push((At::new(*status), At::new(body)));
        }
        let get = task.operation.method == Method::Get;
        let empty = all.iter().all(|(_, body)| body.value == Body::Nothing);
        let remark = match (all.is_empty(), get && empty) {
            (true, _) => Some("the document has no success".to_owned()),
            (false, true) => Some("the document does not say what is returned".to_owned()),
            (false, false) => None,
        };
        if all.is_empty() {
            all.push((At::new(200), At::new(Body::Nothing)));
        }
        (all, remark)
    }

    /// What the spec cannot say about the response: members around a list that a page does not have.
    /// A person decides whether they count.
    fn wrapped(&self, task: &Task<'d>) -> Vec<(At<String>, spec::Difference)> {
        let responses = task.operation.responses.values();
        let mut lists = responses.filter_map(|response| match response {
            Response::Json(kind) => self.document.envelope(kind),
            _ => None,
        });
        let wrapped = lists.any(|list| !list.others.is_empty());
        wrapped
            .then(|| (At::new("returns".to_owned()), unexplained()))
            .into_iter()
            .collect()
    }

    /// The paging styles, and the other parameters.
    fn params(
        &mut self,
        task: &Task<'d>,
        lists: bool,
    ) -> (Vec<Paging>, Vec<(At<String>, spec::Param)>) {
        let operation = task.operation;
        let has = |name: &String| {
            let mut params = operation.params.iter();
            params.any(|param| param.name == *name && is_single(&param.kind))
        };
        let shared = self.types.shared;
        let styles = shared
            .paging
            .iter()
            .filter(|(_, params)| lists && !params.is_empty() && params.keys().all(has));
        let styles: Vec<&(Paging, BTreeMap<String, spec::Param>)> = styles.collect();
        let known = self.service.resources.iter();
        let known = known.filter(|resource| resource.name == task.resource);
        let known: BTreeSet<&str> = known
            .flat_map(|resource| &resource.actions)
            .flat_map(|action| &action.params)
            .map(|param| param.wire.as_str())
            .collect();
        let mut own = Vec::new();
        let mut prefixes = BTreeSet::new();
        for param in &operation.params {
            if let Some(prefix) = prefix(&param.name, operation.params.as_slice()) {
                if prefixes.insert(prefix.clone()) {
                    own.push((At::new(format!("{prefix}.*")), by_prefix(&prefix)));
                }
                continue;
            }
            let part = part_behind(&operation.path, &task.resource);
            let ty = self
                .types
                .param_type(&task.resource, &task.singular, &part, param);
            let record = record(ty, param);
            let paging = styles
                .iter()
                .find_map(|(_, params)| params.get(&param.name));
            let common = paging.or(shared.params.get(&param.name));
            let record = Types::written_param(record, common);
            let bare = record.ty.is_none() && is_bare(&record);
            match param.location {
                // The path names it, and a shared parameter describes it.
                Location::Path if bare => {}
                Location::Path if known.contains(param.name.as_str()) => {}
                Location::Path => {
                    let resource = self.resources.entry(task.resource.clone()).or_default();
                    resource.params.entry(param.name.clone()).or_insert(record);
                }
                _ if paging.is_some() && bare => {}
                _ => {
                    let mut record = record;
                    if !is_single(&param.kind) {
                        // A parameter is a single value.
                        record.differs = Some(vec![(At::new("type".to_owned()), unexplained())]);
                    }
                    own.push((At::new(param.name.clone()), record));
                }
            }
        }
        (styles.into_iter().map(|(style, _)| *style).collect(), own)
    }
}

/// A difference that a person has to give the reason of.
pub(super) fn unexplained() -> spec::Difference {
    spec::Difference {
        reason: Some(At::new(MARKER.to_owned())),
        ..spec::Difference::empty(Span::default())
    }
}

fn is_single(kind: &Kind) -> bool {
    !matches!(
        kind,
        Kind::Free | Kind::Map(_) | Kind::Object(_) | Kind::OneOf { .. }
    )
}

/// The credentials that an action names, unless they are the usual ones.
fn auth(credentials: Credentials) -> Option<Auth> {
    Some(match credentials {
        Credentials::Token => return None,
        Credentials::ShareToken => Auth::ShareToken,
        Credentials::AppId => Auth::AppId,
        Credentials::TemporaryToken => Auth::TemporaryToken,
        Credentials::None => Auth::None,
    })
}

fn record(ty: Type, param: &Parameter) -> spec::Param {
    let list = matches!(ty, Type::List(_));
    let text = matches!(param.kind, Kind::Text);
    spec::Param {
        ty: Some(At::new(ty)),
        required: (param.required && param.location != Location::Path).then(|| At::new(true)),
        // The default of a list that is one text is not a list.
        default: suitable(param.default.as_ref(), &param.kind).filter(|_| !(list && text)),
        min: param.bounds.min.map(At::new),
        max: param.bounds.max.map(At::new),
        min_items: param.bounds.min_items.map(At::new),
        max_items: param.bounds.max_items.map(At::new),
        location: (param.location == Location::Header).then(|| At::new(param.location)),
        ..spec::Param::empty(Span::default())
    }
}

/// Whether a parameter says nothing that its shared one does not.
fn is_bare(param: &spec::Param) -> bool {
    param.required.is_none()
        && param.default.is_none()
        && param.min.is_none()
        && param.max.is_none()
        && param.min_items.is_none()
        && param.max_items.is_none()
        && param.location.is_none()
}

/// `metadata` of `metadata.<field>`, and of every parameter that begins like it.
fn prefix(name: &str, all: &[Parameter]) -> Option<String> {
    let (prefix, _) = name.split_once('.')?;
    let template = format!("{prefix}.<");
    let open = all.iter().any(|param| param.name.starts_with(&template));
    open.then(|| prefix.to_owned())
}

/// A parameter for each entry of a map.
fn by_prefix(prefix: &str) -> spec::Param {
    let string = Type::Builtin(api::Type::String);
    spec::Param {
        ty: Some(At::new(Type::Map(Box::new(string)))),
        rename: Some(At::new(snake(prefix))),
        doc: Some(At::new(MARKER.to_owned())),
        ..spec::Param::empty(Span::default())
    }
}

/// The word of the path after that of the resource, in the singular: `item` of
/// `/playlists/{id}/items/`.
fn part_behind(path: &str, resource: &str) -> String {
    let parts = path.split('/').skip_while(|part| snake(part) != resource);
    let mut words = parts
        .skip(1)
        .filter(|part| !part.is_empty() && !part.starts_with('{'));
    words.next().map(naming::singular).unwrap_or_default()
}
