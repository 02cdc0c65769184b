//! The comparison itself: actions first, then the models and enums that they lead to.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::{
    Aspect, Bound, Finding, Item, Returned, Sides, Subject, SubjectKind, request, success,
};
use super::fit::{Fit, fit, fit_param};
use super::walk::{Met, Walk, Way};
use super::{Compared, Ledger};
use crate::api::{
    Action, Api, Auth, Body, Literal, Location, Method, Param, RequestContent, Resource, Service,
    Shape, Type,
};
use crate::document::{Content, Document, Kind, Operation, Parameter, RequestBody, Response};

mod models;

/// What a comparison produces besides the findings.
pub(super) struct Outcome<'d> {
    pub(super) compared: Compared,
    /// What only the document has.
    pub(super) others: Vec<&'d Operation>,
    /// Which objects belong to which models.
    pub(super) met: Met<'d>,
}

/// Compares everything; what differs goes to the ledger.
pub(super) fn compare<'d>(
    ledger: &mut Ledger,
    api: &Api,
    service: &Service,
    document: &'d Document,
) -> Outcome<'d> {
    let mut comparison = Comparison {
        ledger,
        api,
        service,
        document,
        met: Met::default(),
        compared: Compared::default(),
    };
    comparison.base_path();
    let pairs = pair(service, document);
    for (resource, action) in actions(service) {
        match pairs.get(&(action.method, action.path.as_str())) {
            Some(operation) => comparison.action(resource, action, operation),
            None => comparison.undocumented(resource, action),
        }
    }
    for model in api.scope(service).models() {
        comparison.model(model);
    }
    for item in api.scope(service).enums() {
        comparison.enumeration(item);
    }
    let paired: BTreeSet<(&str, Method)> = pairs
        .values()
        .map(|operation| (operation.path.as_str(), operation.method))
        .collect();
    let others = document.operations.iter();
    let others =
        others.filter(|operation| !paired.contains(&(operation.path.as_str(), operation.method)));
    Outcome {
        compared: comparison.compared,
        others: others.collect(),
        met: comparison.met,
    }
}

fn actions(service: &Service) -> impl Iterator<Item = (&Resource, &Action)> {
    service.resources.iter().flat_map(|resource| {
        let actions = resource.actions.iter();
        actions.map(move |action| (resource, action))
    })
}

/// Which operation of the document each action of the spec is: by path, and for what is left over
/// by the shape of the path, since a placeholder may have another name.
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
    let taken: BTreeSet<&str> = pairs
        .values()
        .map(|operation| operation.path.as_str())
        .collect();
    let free: Vec<&Operation> = document
        .operations
        .iter()
        .filter(|operation| !taken.contains(operation.path.as_str()))
        .collect();
    for (_, action) in actions(service) {
        let key = (action.method, action.path.as_str());
        if pairs.contains_key(&key) {
            continue;
        }
        let alike = free.iter().find(|operation| {
            operation.method == action.method && outline(&operation.path) == outline(&action.path)
        });
        if let Some(operation) = alike {
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

/// The parameter of the document that one of the spec describes: of its name, or for `metadata.*` one
/// whose name begins with `metadata.`.
fn describes(wire: &str, name: &str) -> bool {
    match wire.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => wire == name,
    }
}

struct Comparison<'a, 'd> {
    ledger: &'a mut Ledger,
    api: &'a Api,
    service: &'a Service,
    document: &'d Document,
    met: Met<'d>,
    compared: Compared,
}

impl<'d> Comparison<'_, 'd> {
    fn base_path(&mut self) {
        let Some(path) = &self.document.base_path else {
            return;
        };
        if *path == self.service.base_path {
            return;
        }
        let subject = Subject {
            kind: SubjectKind::Service,
            name: self.service.name.clone(),
            request: None,
            file: format!("spec/{}/service.yaml", self.service.name),
        };
        let sides = sides(path.clone(), self.service.base_path.clone());
        self.ledger
            .enter(&subject, &[], on_subject(Aspect::BasePath(sides)));
    }

    fn undocumented(&mut self, resource: &Resource, action: &Action) {
        let aspect = Aspect::UndocumentedAction(request(action.method, &action.path));
        let subject = self.subject(resource, action);
        self.ledger
            .enter(&subject, &action.differs, on_subject(aspect));
    }

    fn subject(&self, resource: &Resource, action: &Action) -> Subject {
        Subject {
            kind: SubjectKind::Action,
            name: action.id(self.service, resource),
            request: Some(request(action.method, &action.path)),
            file: resource.file.clone(),
        }
    }

    fn action(&mut self, resource: &Resource, action: &Action, operation: &'d Operation) {
        self.compared.actions += 1;
        let subject = self.subject(resource, action);
        let mut enter = |aspect| {
            self.ledger
                .enter(&subject, &action.differs, on_subject(aspect))
        };
        if action.path != operation.path {
            enter(Aspect::Path(sides(
                operation.path.clone(),
                action.path.clone(),
            )));
        }
        if let Some(roles) = &operation.roles {
            let set = |roles: &[String]| roles.iter().cloned().collect::<BTreeSet<_>>();
            if set(roles) != set(&action.roles) {
                enter(Aspect::Roles(sides(roles.clone(), action.roles.clone())));
            }
        }
        if let Some(credentials) = operation.credentials
            && credentials.as_str() != action.auth.as_str()
        {
            enter(Aspect::Auth(Sides::<_, Auth> {
                documented: credentials,
                specified: action.auth,
            }));
        }
        if operation.deprecated != action.deprecated.is_some() {
            enter(Aspect::Deprecated(sides(
                operation.deprecated,
                action.deprecated.is_some(),
            )));
        }
        self.params(&subject, action, operation);
        self.body(&subject, action, operation.body.as_ref());
        self.returns(&subject, action, operation);
    }

    fn params(&mut self, subject: &Subject, action: &Action, operation: &'d Operation) {
        // Where only a placeholder's name differs, `path` has reported it.
        let renamed = |location| location == Location::Path && action.path != operation.path;
        for param in &action.params {
            let mut documented = operation
                .params
                .iter()
                .filter(|documented| describes(&param.wire, &documented.name))
                .peekable();
            if documented.peek().is_none() && !renamed(param.location) {
                let finding = on_item(
                    SubjectKind::Param,
                    &param.wire,
                    Aspect::Undocumented(param.ty.clone()),
                );
                self.ledger.enter(subject, &param.differs, finding);
            }
            for documented in documented {
                self.param(subject, param, documented);
            }
        }
        for documented in &operation.params {
            let known = action
                .params
                .iter()
                .any(|param| describes(&param.wire, &documented.name));
            if !known && !renamed(documented.location) {
                let aspect = Aspect::MissingParam(documented.clone());
                self.ledger
                    .enter(subject, &action.differs, on_subject(aspect));
            }
        }
    }

    fn param(&mut self, subject: &Subject, param: &Param, documented: &'d Parameter) {
        self.compared.params += 1;
        // The entries of a map are parameters of their own, unless the document has the map.
        let whole = matches!(documented.kind, Kind::Map(_) | Kind::Free);
        let ty = match &param.ty {
            Type::Map(of) if param.wire.ends_with('*') && !whole => of,
            ty => ty,
        };
        self.walk(&subject.name, Way::Request, ty, &documented.kind);
        let mut enter = |aspect| {
            let finding = on_item(SubjectKind::Param, &param.wire, aspect);
            self.ledger.enter(subject, &param.differs, finding);
        };
        if param.location != documented.location {
            enter(Aspect::Location(sides(documented.location, param.location)));
        }
        if fit_param(ty, &documented.kind) != Fit::Same {
            enter(Aspect::Type(Sides {
                documented: vec![documented.kind.clone()],
                specified: param.ty.clone(),
            }));
        }
        if param.required != documented.required && param.location != Location::Path {
            enter(Aspect::Required(sides(documented.required, param.required)));
        }
        let by_style = |silent: bool| param.paging && silent;
        if let Some(aspect) = defaults(documented.default.as_ref(), param.default.as_ref())
            && !by_style(documented.default.is_none())
        {
            enter(aspect);
        }
        for bound in Bound::ALL {
            let (theirs, ours) = (bound.of(&documented.bounds), bound.of(&param.bounds));
            if theirs != ours && !by_style(theirs.is_none()) {
                enter(Aspect::Bound(bound, sides(theirs, ours)));
            }
        }
    }

    fn body(&mut self, subject: &Subject, action: &Action, documented: Option<&'d RequestBody>) {
        let same = match (&action.body, documented) {
            (None, None) => return,
            (Some(sent), Some(body)) => {
                // Only JSON can be omitted.
                let json = matches!(body.content, Content::Json(_));
                let same = sent.required == body.required || !json;
                same && same_content(&sent.content, &body.content)
            }
            _ => false,
        };
        if !same {
            let aspect = Aspect::Body(documented.cloned(), action.body.clone());
            let silent = self
                .ledger
                .enter(subject, &action.differs, on_subject(aspect));
            if silent {
                return;
            }
        }
        let form = |body: &RequestBody| !matches!(body.content, Content::Json(_));
        let way = match action.method {
            _ if documented.is_some_and(form) => Way::Form,
            Method::Patch => Way::Patch,
            _ => Way::Request,
        };
        if let (Some(sent), Some(body)) = (&action.body, documented)
            && let (Some(ty), Some(kind)) = (sent.ty(), body.content.kind())
        {
            self.walk(&subject.name, way, ty, kind);
        }
    }

    fn returns(&mut self, subject: &Subject, action: &Action, operation: &'d Operation) {
        let documented = &operation.responses;
        let mut theirs: BTreeSet<u16> = documented.keys().copied().collect();
        let mut ours = success(action);
        if action.method == Method::Delete && documented.get(&204) == Some(&Response::Nothing) {
            // Every DELETE of the published documents has a 204, also where another status is
            // returned.
            for codes in [&mut theirs, &mut ours] {
                if codes.len() > 1 {
                    codes.remove(&204);
                }
            }
        }
        if theirs != ours {
            let aspect = Aspect::Success(sides(theirs, ours));
            self.ledger
                .enter(subject, &action.differs, on_subject(aspect));
        }
        let only = action.returns.len() == 1 && documented.len() == 1;
        for (code, body) in &action.returns {
            // With one response on either side, they belong together whatever their codes.
            let response = documented
                .get(code)
                .or_else(|| documented.values().next().filter(|_| only));
            if let Some(response) = response {
                self.response(subject, action, body, response);
            }
        }
    }

    fn response(
        &mut self,
        subject: &Subject,
        action: &Action,
        body: &Body,
        response: &'d Response,
    ) {
        let whole = match response {
            Response::Json(kind) => Some(kind),
            _ => None,
        };
        // A model may describe the envelope of a list itself.
        let list = match body {
            Body::Json(_) => None,
            _ => whole.and_then(|kind| self.document.envelope(kind)),
        };
        let kind = list.as_ref().map(|list| list.items).or(whole);
        let pair = body.ty().zip(kind);
        let returned = Returned::of(response, list);
        let acknowledged = action
            .differs
            .iter()
            .any(|differs| differs.aspect == "returns");
        let other = pair.is_some_and(|(ty, kind)| acknowledged && !self.same_fields(ty, kind));
        if other || !same_response(body, &returned) {
            let aspect = Aspect::Returns(Sides {
                documented: returned,
                specified: body.clone(),
            });
            let silent = self
                .ledger
                .enter(subject, &action.differs, on_subject(aspect));
            if silent {
                return;
            }
        }
        if let Some((ty, kind)) = pair {
            self.walk(&subject.name, Way::Response, ty, kind);
        }
    }

    /// Whether a model has the fields of what the document has in its place.
    fn same_fields(&self, ty: &Type, kind: &Kind) -> bool {
        let scope = self.api.scope(self.service);
        let model = match ty {
            Type::Model(name) => scope.model(name).map(|model| &model.shape),
            _ => None,
        };
        let object = match kind {
            Kind::Object(name) => self.document.objects.get(name),
            _ => None,
        };
        match (model, object) {
            (Some(Shape::Fields(fields)), Some(object)) => {
                let ours: BTreeSet<&String> = fields.iter().map(|field| &field.wire).collect();
                ours == object.fields.keys().collect()
            }
            _ => true,
        }
    }

    fn walk(&mut self, action: &str, way: Way, ty: &Type, kind: &'d Kind) {
        let mut walk = Walk {
            met: &mut self.met,
            scope: self.api.scope(self.service),
            document: self.document,
            action,
            way,
        };
        walk.ty(ty, &[kind]);
    }
}

fn same_content(sent: &RequestContent, documented: &Content) -> bool {
    match (sent, documented) {
        (RequestContent::Json(ty), Content::Json(kind))
        | (RequestContent::Form(ty), Content::Form(kind))
        | (RequestContent::Multipart(ty), Content::Multipart(kind)) => fit(ty, kind) == Fit::Same,
        (RequestContent::Bytes(ours), Content::Bytes(theirs))
        | (RequestContent::Text(ours), Content::Text(theirs)) => ours == theirs,
        _ => false,
    }
}

fn same_response(body: &Body, returned: &Returned) -> bool {
    match (body, returned) {
        (Body::Nothing, Returned::Nothing)
        | (Body::Text, Returned::Text)
        | (Body::Bytes, Returned::Bytes)
        | (Body::Location, Returned::Location) => true,
        (Body::Json(ty), Returned::Json(kind)) => fit(ty, kind) == Fit::Same,
        (Body::Page(ty), Returned::Page(kind, others))
        | (Body::Objects(ty), Returned::Objects(kind, others)) => {
            others.is_empty() && fit(ty, kind) == Fit::Same
        }
        _ => false,
    }
}

fn sides<T>(documented: T, specified: T) -> Sides<T> {
    Sides {
        documented,
        specified,
    }
}

fn on_subject(aspect: Aspect) -> Finding {
    Finding {
        item: None,
        aspect,
        note: None,
    }
}

fn on_item(kind: SubjectKind, name: &str, aspect: Aspect) -> Finding {
    Finding {
        item: Some(Item {
            kind,
            name: name.to_owned(),
        }),
        aspect,
        note: None,
    }
}

fn defaults(documented: Option<&Literal>, specified: Option<&Literal>) -> Option<Aspect> {
    let number = |literal: &Literal| match literal {
        #[allow(clippy::cast_precision_loss)]
        Literal::Integer(number) => Some(*number as f64),
        Literal::Number(number) => Some(*number),
        Literal::Boolean(_) | Literal::String(_) => None,
    };
    let (ours, theirs) = (specified.and_then(number), documented.and_then(number));
    let same = documented == specified || ours.is_some() && ours == theirs;
    (!same).then(|| Aspect::Default(sides(documented.cloned(), specified.cloned())))
}
