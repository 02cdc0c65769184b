//! The comparison itself: actions first, then the models and enums that they lead to.

use std::collections::{BTreeMap, BTreeSet};

use super::fit::{Fit, fit, fit_param};
use super::walk::{self, Met, Way};
use super::{Compared, Finding, Item, Ledger, Place};
use crate::api::{
    Action, Api, Body, Bounds, Difference, Field, Literal, Method, Model, Param, RequestContent,
    Resource, Service, Shape, Type,
};
use crate::document::{Answer, Credentials, Document, Kind, Operation, Parameter, RequestBody};
use crate::words::{body_text, bounds_text, literal_text, request_body_text, type_text};

mod models;

/// What a comparison leaves behind, beside the findings.
pub(super) struct Outcome<'d> {
    pub(super) compared: Compared,
    /// What only the document has.
    pub(super) others: Vec<&'d Operation>,
    /// Which objects stand for which models.
    pub(super) met: Met<'d>,
}

/// Compares everything; what differs goes to the ledger.
pub(super) fn compare<'d>(
    ledger: &mut Ledger,
    api: &Api,
    service: &Service,
    document: &'d Document,
) -> Outcome<'d> {
    let mut bench = Bench {
        ledger,
        api,
        service,
        document,
        met: Met::default(),
        compared: Compared::default(),
    };
    bench.base_path();
    let pairs = pair(service, document);
    for (resource, action) in actions(service) {
        match pairs.get(&(action.method, action.path.as_str())) {
            Some(operation) => bench.action(resource, action, operation),
            None => bench.undocumented(resource, action),
        }
    }
    for model in service.models.values() {
        bench.model(model);
    }
    for it in service.enums.values() {
        bench.enumeration(it);
    }
    let paired: BTreeSet<(&str, Method)> = pairs
        .values()
        .map(|it| (it.path.as_str(), it.method))
        .collect();
    let others = document.operations.iter();
    let others = others.filter(|it| !paired.contains(&(it.path.as_str(), it.method)));
    Outcome {
        compared: bench.compared,
        others: others.collect(),
        met: bench.met,
    }
}

/// Calls back for every acknowledgement of a service: kind and name of what carries it, where that
/// stands, and the acknowledgement.
pub(super) fn each_acknowledgement(
    service: &Service,
    visit: &mut dyn FnMut(&'static str, &str, &str, &Difference),
) {
    for (resource, action) in actions(service) {
        let id = format!("{}.{}", resource.name, action.name);
        action
            .differs
            .iter()
            .for_each(|it| visit("action", &id, &id, it));
        for param in &action.params {
            param
                .differs
                .iter()
                .for_each(|it| visit("param", &param.wire, &id, it));
        }
    }
    for model in service.models.values() {
        model
            .differs
            .iter()
            .for_each(|it| visit("model", &model.name, &model.name, it));
        for field in fields(model) {
            field
                .differs
                .iter()
                .for_each(|it| visit("field", &field.wire, &model.name, it));
        }
    }
    for it in service.enums.values() {
        it.differs
            .iter()
            .for_each(|difference| visit("enum", &it.name, &it.name, difference));
    }
}

fn actions(service: &Service) -> impl Iterator<Item = (&Resource, &Action)> {
    service.resources.iter().flat_map(|resource| {
        resource
            .actions
            .iter()
            .map(move |action| (resource, action))
    })
}

fn fields(model: &Model) -> &[Field] {
    match &model.shape {
        Shape::Fields(fields) => fields,
        Shape::Union { .. } => &[],
    }
}

/// Which operation of the document each action of the spec is: by path, and for what is left over
/// by the shape of the path, since a placeholder may be called something else.
fn pair<'a, 'd>(
    service: &'a Service,
    document: &'d Document,
) -> BTreeMap<(Method, &'a str), &'d Operation> {
    let mut pairs = BTreeMap::new();
    for (_, action) in actions(service) {
        if let Some(operation) = document.operation(action.method, &action.path) {
            pairs.insert((action.method, action.path.as_str()), operation);
        }
    }
    let taken: BTreeSet<&str> = pairs.values().map(|it| it.path.as_str()).collect();
    let free: Vec<&Operation> = document
        .operations
        .iter()
        .filter(|it| !taken.contains(it.path.as_str()))
        .collect();
    for (_, action) in actions(service) {
        let key = (action.method, action.path.as_str());
        let alike = |it: &&&Operation| {
            it.method == action.method && outline(&it.path) == outline(&action.path)
        };
        if let (false, Some(operation)) = (pairs.contains_key(&key), free.iter().find(alike)) {
            pairs.insert(key, operation);
        }
    }
    pairs
}

/// A path without the names of its placeholders.
fn outline(path: &str) -> String {
    let parts = path
        .split('/')
        .map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

pub(super) fn request(method: Method, path: &str) -> String {
    format!("{} {path}", method.as_str())
}

/// What an operation has in place of one body.
enum There<'d> {
    Nothing,
    Text,
    Json(&'d Kind),
}

struct Bench<'a, 'd> {
    ledger: &'a mut Ledger,
    api: &'a Api,
    service: &'a Service,
    document: &'d Document,
    met: Met<'d>,
    compared: Compared,
}

impl<'d> Bench<'_, 'd> {
    fn base_path(&mut self) {
        let Some(path) = self
            .document
            .base_path
            .as_ref()
            .filter(|it| **it != self.service.base_path)
        else {
            return;
        };
        let place = Place {
            kind: "service",
            name: self.service.name.clone(),
            request: None,
            file: format!("spec/{}/service.yaml", self.service.name),
        };
        let finding = difference("base_path", path, &self.service.base_path);
        self.ledger.enter(&place, &[], finding);
    }

    fn undocumented(&mut self, resource: &Resource, action: &Action) {
        let finding = only_in_the_spec("undocumented", request(action.method, &action.path));
        self.ledger
            .enter(&action_place(resource, action), &action.differs, finding);
    }

    fn action(&mut self, resource: &Resource, action: &Action, operation: &'d Operation) {
        self.compared.actions += 1;
        let place = action_place(resource, action);
        let mut enter = |finding| self.ledger.enter(&place, &action.differs, finding);
        if action.path != operation.path {
            enter(difference("path", &operation.path, &action.path));
        }
        if let Some(roles) = &operation.roles {
            let set = |roles: &[String]| roles.iter().cloned().collect::<BTreeSet<_>>();
            if set(roles) != set(&action.roles) {
                enter(difference("roles", &list(roles), &list(&action.roles)));
            }
        }
        let auth = match operation.credentials {
            Credentials::Known(auth) => Some(auth.as_str()),
            Credentials::None => Some("none"),
            Credentials::Unsaid => None,
        };
        if let Some(auth) = auth.filter(|it| *it != action.auth.as_str()) {
            enter(difference("auth", auth, action.auth.as_str()));
        }
        if operation.deprecated != action.deprecated.is_some() {
            enter(difference(
                "deprecated",
                yes(operation.deprecated),
                yes(action.deprecated.is_some()),
            ));
        }
        self.params(&place, action, operation);
        self.body(&place, action, operation.body.as_ref());
        self.answers(&place, action, operation);
    }

    fn params(&mut self, place: &Place, action: &Action, operation: &'d Operation) {
        for param in &action.params {
            // Where only the placeholder's name differs, `path` has reported it.
            let renamed =
                param.location == crate::api::Location::Path && action.path != operation.path;
            match operation.params.iter().find(|it| it.name == param.wire) {
                Some(documented) => self.param(place, param, documented),
                None if renamed => {}
                None => {
                    let finding = only_in_the_spec("undocumented", type_text(&param.ty));
                    self.ledger
                        .enter(place, &param.differs, on("param", &param.wire, finding));
                }
            }
        }
        for documented in &operation.params {
            let known = action.params.iter().any(|it| it.wire == documented.name);
            let renamed =
                documented.location == crate::api::Location::Path && action.path != operation.path;
            if !known && !renamed {
                let location = documented.location.as_str();
                let need = if documented.required {
                    ", required"
                } else {
                    ""
                };
                let text = format!("{location} {}{need}", documented.kind);
                let aspect = format!("params.{}", documented.name);
                self.ledger
                    .enter(place, &action.differs, only_in_the_document(&aspect, text));
            }
        }
    }

    fn param(&mut self, place: &Place, param: &Param, documented: &'d Parameter) {
        self.compared.params += 1;
        walk::walk(
            &mut self.met,
            self.api.scope(self.service),
            self.document,
            &place.name,
            Way::Request,
            &param.ty,
            &[&documented.kind],
        );
        let mut enter = |finding| {
            self.ledger
                .enter(place, &param.differs, on("param", &param.wire, finding))
        };
        if param.location != documented.location {
            enter(difference(
                "location",
                documented.location.as_str(),
                param.location.as_str(),
            ));
        }
        if fit_param(&param.ty, &documented.kind) != Fit::Same {
            enter(difference(
                "type",
                &documented.kind.to_string(),
                &type_text(&param.ty),
            ));
        }
        let optional_path = param.location == crate::api::Location::Path;
        if param.required != documented.required && !optional_path {
            enter(difference(
                "required",
                yes(documented.required),
                yes(param.required),
            ));
        }
        if let Some(finding) = defaults(documented.default.as_ref(), param.default.as_ref()) {
            enter(finding);
        }
        if documented.bounds != param.bounds {
            enter(bounds(&documented.bounds, &param.bounds));
        }
    }

    fn body(&mut self, place: &Place, action: &Action, body: Option<&'d RequestBody>) {
        let mut enter = |finding| self.ledger.enter(place, &action.differs, finding);
        let spelt = |required: bool, text: String| {
            if required {
                text
            } else {
                format!("optional {text}")
            }
        };
        let json = action.body.as_ref().and_then(|sent| match &sent.content {
            RequestContent::Json(ty) => Some((sent, ty)),
            _ => None,
        });
        match (json, body) {
            // Of the bodies in the document, those that are JSON are read.
            (None, None) => {}
            (Some((_, ty)), None) => enter(only_in_the_spec("body", type_text(ty))),
            (None, Some(body)) if action.body.is_some() => {
                let document = spelt(body.required, body.kind.to_string());
                let sent = action.body.as_ref().map(request_body_text);
                enter(difference("body", &document, &sent.unwrap_or_default()));
            }
            (None, Some(body)) => enter(only_in_the_document(
                "body",
                spelt(body.required, body.kind.to_string()),
            )),
            (Some((sent, ty)), Some(body)) => {
                let way = if action.method == Method::Patch {
                    Way::Patch
                } else {
                    Way::Request
                };
                if fit(ty, &body.kind) != Fit::Same || sent.required != body.required {
                    let document = spelt(body.required, body.kind.to_string());
                    enter(difference(
                        "body",
                        &document,
                        &spelt(sent.required, type_text(ty)),
                    ));
                }
                let kinds = [&body.kind];
                walk::walk(
                    &mut self.met,
                    self.api.scope(self.service),
                    self.document,
                    &place.name,
                    way,
                    ty,
                    &kinds,
                );
            }
        }
    }

    fn answers(&mut self, place: &Place, action: &Action, operation: &'d Operation) {
        let documented: BTreeMap<u16, There<'d>> = operation
            .answers
            .iter()
            .map(|(code, it)| (*code, there(it)))
            .collect();
        let mut theirs: BTreeSet<u16> = documented.keys().copied().collect();
        let mut ours: BTreeSet<u16> = action.returns.iter().map(|(code, _)| *code).collect();
        if action.method == Method::Delete && matches!(documented.get(&204), Some(There::Nothing)) {
            // Every DELETE of the published document has a 204, also where it answers otherwise.
            for codes in [&mut theirs, &mut ours] {
                if codes.len() > 1 {
                    codes.remove(&204);
                }
            }
        }
        if theirs != ours {
            let finding = difference("success", &codes(&theirs), &codes(&ours));
            self.ledger.enter(place, &action.differs, finding);
        }
        let only = action.returns.len() == 1 && documented.len() == 1;
        for (code, body) in &action.returns {
            // With one answer on either side, they belong together whatever their codes.
            let there = documented
                .get(code)
                .or_else(|| documented.values().next().filter(|_| only));
            if let Some(there) = there {
                self.answer(place, action, body, there);
            }
        }
    }

    fn answer(&mut self, place: &Place, action: &Action, body: &Body, there: &There<'d>) {
        let same = match (body, there) {
            (Body::Nothing | Body::Location, There::Nothing)
            | (Body::Text | Body::Bytes, There::Text) => true,
            (Body::Json(ty), There::Json(kind)) => {
                self.walk_answer(place, ty, kind);
                fit(ty, kind) == Fit::Same
            }
            (Body::Page(ty) | Body::Objects(ty), There::Json(kind)) => {
                let paged = matches!(body, Body::Page(_));
                match self.document.envelope(kind) {
                    Some((items, pages, others)) => {
                        self.walk_answer(place, ty, items);
                        pages == paged && others.is_empty() && fit(ty, items) == Fit::Same
                    }
                    None => false,
                }
            }
            _ => false,
        };
        if !same {
            let finding = difference("answer", &self.there_text(there), &body_text(body));
            self.ledger.enter(place, &action.differs, finding);
        }
    }

    fn walk_answer(&mut self, place: &Place, ty: &Type, kind: &'d Kind) {
        walk::walk(
            &mut self.met,
            self.api.scope(self.service),
            self.document,
            &place.name,
            Way::Answer,
            ty,
            &[kind],
        );
    }

    fn there_text(&self, there: &There<'_>) -> String {
        match there {
            There::Nothing => "nothing".into(),
            There::Text => "text".into(),
            There::Json(kind) => match self.document.envelope(kind) {
                Some((items, pages, others)) => {
                    let name = if pages { "page" } else { "objects" };
                    let more = if others.is_empty() {
                        String::new()
                    } else {
                        format!(" with {}", others.join(", "))
                    };
                    format!("{name}<{items}>{more}")
                }
                None => kind.to_string(),
            },
        }
    }
}

fn there(answer: &Answer) -> There<'_> {
    match answer {
        Answer::Nothing => There::Nothing,
        Answer::Text(_) => There::Text,
        Answer::Json(kind) => There::Json(kind),
    }
}

fn action_place(resource: &Resource, action: &Action) -> Place {
    Place {
        kind: "action",
        name: format!("{}.{}", resource.name, action.name),
        request: Some(request(action.method, &action.path)),
        file: resource.file.clone(),
    }
}

fn model_place(service: &Service, model: &Model) -> Place {
    Place {
        kind: "model",
        name: model.name.clone(),
        request: None,
        file: service.file(&model.home),
    }
}

fn finding(aspect: &str, document: Option<String>, spec: Option<String>) -> Finding {
    Finding {
        item: None,
        aspect: aspect.to_owned(),
        document,
        spec,
        remark: None,
    }
}

fn difference(aspect: &str, document: &str, spec: &str) -> Finding {
    finding(aspect, Some(document.to_owned()), Some(spec.to_owned()))
}

fn only_in_the_spec(aspect: &str, spec: String) -> Finding {
    finding(aspect, None, Some(spec))
}

fn only_in_the_document(aspect: &str, document: String) -> Finding {
    finding(aspect, Some(document), None)
}

fn on(kind: &'static str, name: &str, finding: Finding) -> Finding {
    Finding {
        item: Some(Item {
            kind,
            name: name.to_owned(),
        }),
        ..finding
    }
}

fn defaults(documented: Option<&Literal>, spec: Option<&Literal>) -> Option<Finding> {
    let text = |it: Option<&Literal>| it.map_or_else(|| "none".to_owned(), literal_text);
    let (documented, spec) = (text(documented), text(spec));
    (documented != spec).then(|| difference("default", &documented, &spec))
}

fn bounds(documented: &Bounds, spec: &Bounds) -> Finding {
    let text = |it: &Bounds| {
        Some(bounds_text(it))
            .filter(|it| !it.is_empty())
            .unwrap_or_else(|| "none".to_owned())
    };
    difference("bounds", &text(documented), &text(spec))
}

fn yes(it: bool) -> &'static str {
    if it { "yes" } else { "no" }
}

fn list(roles: &[String]) -> String {
    if roles.is_empty() {
        "none".to_owned()
    } else {
        roles.join(", ")
    }
}

fn codes(codes: &BTreeSet<u16>) -> String {
    codes
        .iter()
        .map(u16::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}
