//! Actions: their paths, parameters, bodies and names.

use std::collections::BTreeMap;

use super::models::{Written, is_true};
use super::names::is_resource_name;
use super::{Checker, Place, differences, optional_text, text};
use crate::api::{Action, Auth, Body, Location, Method, Options, Paging, Param, Resource, Type};
use crate::decode::{At, Record};
use crate::diag::{Diagnostic, nearest};
use crate::ident;
use crate::source::Span;
use crate::spec;

/// Methods that every request has, beside the setters of its parameters.
const REQUEST_MEMBERS: &[&str] = &[
    "client",
    "clone",
    "encode",
    "into_future",
    "items",
    "new",
    "on",
    "options",
    "pages",
    "send",
];

/// Headers that the client writes.
const OWN_HEADERS: &[&str] = &[
    "accept",
    "app-id",
    "auth-token",
    "authorization",
    "content-length",
    "content-type",
    "host",
    "share-auth-token",
    "user-agent",
];

/// What all actions of a file see.
#[derive(Clone, Copy)]
struct Surroundings<'s> {
    place: Place,
    resource: &'s str,
    singular: &'s str,
    params: &'s [(At<String>, spec::Param)],
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
        let name = resource.name.as_ref();
        let name_text = name.map_or("", |name| &name.value);
        let singular = match &resource.singular {
            Some(singular) => {
                if !ident::is_snake(&singular.value) {
                    self.report(
                        Diagnostic::new(
                            singular.span,
                            format!("`{}` is no singular of a resource", singular.value),
                        )
                        .help("use lower case and underscores"),
                    );
                }
                &singular.value
            }
            None => name_text.strip_suffix('s').unwrap_or(name_text),
        };
        let around = Surroundings {
            place,
            resource: name_text,
            singular,
            params: resource.params.as_deref().unwrap_or_default(),
        };
        for (wire, param) in around.params {
            let merged = self.shared(wire, param, None, &[], place);
            self.shared_param(wire, &merged, place);
        }
        let written = resource.actions.as_deref().unwrap_or_default();
        if resource.actions.is_some() && written.is_empty() && self.complete {
            self.report(Diagnostic::new(
                name.map_or(Span::top(place.file), |name| name.span),
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
            name: name?.value.clone(),
            singular: singular.to_owned(),
            about: text(&resource.about),
            file: self.sources[place.file].path.clone(),
            actions,
        })
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

    fn action(
        &mut self,
        key: &'s At<String>,
        action: &'s spec::Action,
        around: Surroundings<'s>,
    ) -> Option<Action> {
        if !ident::is_snake(&key.value) || ident::is_keyword(&key.value) {
            self.report(
                Diagnostic::new(
                    key.span,
                    format!("`{}` is no name for an action", key.value.escape_debug()),
                )
                .help("it becomes a method: lower case with underscores, no word of the language"),
            );
        }
        if let Some(title) = &action.title
            && title.value.ends_with('.')
        {
            self.report(
                Diagnostic::new(title.span, "a title ends without full stop")
                    .help("the generator goes on with the sentence; say more in `doc`"),
            );
        }
        self.roles(action, around.place);
        let paging = self.paging(action, around.place);
        let params = self.params(key, action, &paging, around);
        let options = self.options(action, around.place);
        let returns = self.returns(key, action, around.place);
        if let (Some(first), Some(returns)) = (action.paging.iter().flatten().next(), &returns) {
            let list = |body: &Body| matches!(body, Body::Page(_) | Body::Objects(_));
            if action.returns.is_some()
                && !returns.is_empty()
                && !returns.iter().any(|(_, body)| list(body))
            {
                self.report(
                    Diagnostic::new(first.span, "there is nothing to page through")
                        .help("paging goes with `returns: { 200: page<…> }` or `objects<…>`"),
                );
            }
        }
        for (status, _) in action.errors.iter().flatten() {
            if !(400..600).contains(&status.value) {
                self.report(
                    Diagnostic::new(status.span, format!("{} is no failure", status.value))
                        .help("failures are 400 to 599; success belongs into `returns`"),
                );
            }
        }
        let method = action.method.as_ref()?.value;
        let (idempotent, idempotent_reason) = self.idempotent(action, method);
        Some(Action {
            name: key.value.clone(),
            request: optional_text(&action.request),
            title: text(&action.title),
            doc: optional_text(&action.doc),
            note: optional_text(&action.note),
            method,
            path: text(&action.path),
            roles: action
                .roles
                .iter()
                .flatten()
                .map(|role| role.value.clone())
                .collect(),
            auth: action.auth.as_ref().map_or(Auth::Token, |auth| auth.value),
            idempotent,
            idempotent_reason,
            params,
            options,
            paging,
            returns: returns?,
            errors: action
                .errors
                .iter()
                .flatten()
                .map(|(status, text)| (status.value, text.value.clone()))
                .collect(),
            deprecated: optional_text(&action.deprecated),
            differs: differences(&action.differs),
        })
    }

    fn roles(&mut self, action: &'s spec::Action, place: Place) {
        let Some((_, service)) = self.folders[place.folder].service else {
            return;
        };
        let known = service.roles.as_deref().unwrap_or_default();
        let roles = action.roles.as_deref().unwrap_or_default();
        for (position, role) in roles.iter().enumerate() {
            if let Some(first) = roles[..position]
                .iter()
                .find(|first| first.value == role.value)
            {
                self.report(
                    Diagnostic::new(
                        role.span,
                        format!("the role `{}` stands here twice", role.value),
                    )
                    .label("again")
                    .related(first.span, "first here"),
                );
            }
            if let Some(known) = known.iter().find(|known| known.value == role.value) {
                self.used.insert(known.span);
                continue;
            }
            let names = known.iter().map(|known| known.value.as_str());
            let meant = nearest(&role.value, names.clone());
            let meant = known
                .iter()
                .find(|known| Some(known.value.as_str()) == meant);
            self.used.extend(meant.map(|known| known.span));
            self.report(
                Diagnostic::new(role.span, format!("unknown role `{}`", role.value))
                    .did_you_mean(&role.value, names),
            );
        }
    }

    fn paging(&mut self, action: &'s spec::Action, place: Place) -> Vec<Paging> {
        let service = self.folders[place.folder]
            .service
            .map(|(_, service)| service);
        let mut styles = Vec::new();
        for style in action.paging.iter().flatten() {
            if styles.contains(&style.value) {
                self.report(Diagnostic::new(
                    style.span,
                    "this style of paging stands here twice",
                ));
                continue;
            }
            let defined = service.and_then(|service| service.paging.as_ref());
            if service.is_some()
                && defined
                    .and_then(|paging| paging.style(style.value))
                    .is_none()
            {
                self.report(
                    Diagnostic::new(style.span, "the service does not have this style of paging")
                        .help("describe its parameters under `paging` in service.yaml"),
                );
            }
            styles.push(style.value);
        }
        styles
    }

    /// What an action says about a parameter, completed by what is shared under that name.
    fn shared(
        &mut self,
        wire: &At<String>,
        own: &spec::Param,
        file: Option<Surroundings<'s>>,
        styles: &[&'s [(At<String>, spec::Param)]],
        place: Place,
    ) -> spec::Param {
        let common = self.folders[place.folder].common_params();
        let file = file.map_or(&[][..], |around| around.params);
        let mut merged = own.clone();
        for shared in [file, common].into_iter().chain(styles.iter().copied()) {
            if let Some((name, param)) = shared.iter().find(|(name, _)| name.value == wire.value) {
                // One that says everything itself has no need of the shared one.
                if merged.ty.is_none() || merged.doc.is_none() {
                    self.used.insert(name.span);
                }
                merged = merged.over(param);
            }
        }
        merged
    }

    fn params(
        &mut self,
        key: &At<String>,
        action: &'s spec::Action,
        paging: &[Paging],
        around: Surroundings<'s>,
    ) -> Vec<Param> {
        let place = around.place;
        let own = action.params.as_deref().unwrap_or_default();
        let service = self.folders[place.folder]
            .service
            .map(|(_, service)| service);
        let styles: Vec<&'s [(At<String>, spec::Param)]> = paging
            .iter()
            .filter_map(|style| service?.paging.as_ref()?.style(*style))
            .collect();
        let mut params: Vec<(Span, Param)> = Vec::new();
        let placeholders = match &action.path {
            Some(path) => self.placeholders(path),
            None => Vec::new(),
        };
        for placeholder in &placeholders {
            let written = own.iter().find(|(name, _)| name.value == placeholder.value);
            let wire = written.map_or(placeholder, |(name, _)| name);
            let bare = spec::Param::empty(placeholder.span);
            let merged = self.shared(
                wire,
                written.map_or(&bare, |(_, param)| param),
                Some(around),
                &[],
                place,
            );
            if merged.ty.is_none() && written.is_none() && !merged.broken {
                self.no_such_param(placeholder, around);
                continue;
            }
            if let Some(location) = merged
                .location
                .as_ref()
                .filter(|at| at.value != Location::Path)
            {
                self.report(
                    Diagnostic::new(
                        location.span,
                        format!("`{}` stands in the path", wire.value),
                    )
                    .related(placeholder.span, "here")
                    .help("leave out `in`"),
                );
            }
            params.extend(
                self.param(wire, &merged, Location::Path, false, place)
                    .map(|param| (wire.span, param)),
            );
        }
        let is_placeholder = |name: &str| {
            placeholders
                .iter()
                .any(|placeholder| placeholder.value == name)
        };
        let is_paging = |name: &str| {
            styles
                .iter()
                .any(|style| style.iter().any(|(param, _)| param.value == name))
        };
        for (wire, param) in own
            .iter()
            .filter(|(name, _)| !is_placeholder(&name.value) && !is_paging(&name.value))
        {
            let merged = self.shared(wire, param, Some(around), &styles, place);
            let mut location = Location::Query;
            if let Some(at) = &merged.location {
                location = at.value;
                if location == Location::Path {
                    self.report(
                        Diagnostic::new(
                            wire.span,
                            format!("the path has no placeholder `{{{}}}`", wire.value),
                        )
                        .help("leave out `in: path`, or write the placeholder"),
                    );
                }
            }
            let own_header = OWN_HEADERS.contains(&wire.value.to_lowercase().as_str());
            if own_header {
                self.report(
                    Diagnostic::new(
                        wire.span,
                        format!("the header `{}` is not a parameter", wire.value),
                    )
                    .help("the client writes it; which credentials it sends is said by `auth`"),
                );
            }
            params.extend(
                self.param(wire, &merged, location, false, place)
                    .map(|param| (wire.span, param)),
            );
        }
        // Each style brings its parameters; some come with several styles.
        let mut done: Vec<&str> = Vec::new();
        for (name, style_param) in styles.iter().copied().flatten() {
            if done.contains(&name.value.as_str()) {
                continue;
            }
            done.push(&name.value);
            let written = own.iter().find(|(own, _)| own.value == name.value);
            let (wire, merged) = match written {
                Some((wire, param)) => {
                    (wire, self.shared(wire, param, Some(around), &styles, place))
                }
                None => (name, self.shared(name, style_param, None, &[], place)),
            };
            params.extend(
                self.param(wire, &merged, Location::Query, true, place)
                    .map(|param| {
                        let span = if written.is_some() {
                            wire.span
                        } else {
                            key.span
                        };
                        (span, param)
                    }),
            );
        }
        self.param_names(&params);
        params.into_iter().map(|(_, param)| param).collect()
    }

    fn no_such_param(&mut self, placeholder: &At<String>, around: Surroundings<'s>) {
        let common = self.folders[around.place.folder].common_params();
        let known: Vec<&At<String>> = around
            .params
            .iter()
            .chain(common)
            .map(|(name, _)| name)
            .collect();
        let names = known.iter().map(|name| name.value.as_str());
        let meant = nearest(&placeholder.value, names);
        let meant = known.iter().find(|name| Some(name.value.as_str()) == meant);
        self.used.extend(meant.map(|name| name.span));
        let mistake = Diagnostic::new(
            placeholder.span,
            format!(
                "no parameter for the placeholder `{{{}}}`",
                placeholder.value
            ),
        );
        self.report(match meant {
            Some(meant) => mistake.help(format!("did you mean `{{{}}}`?", meant.value)),
            None => {
                mistake.help("describe it in `params` of the action, of the file or of the service")
            }
        });
    }

    /// Whether each parameter has a name of its own in Rust.
    fn param_names(&mut self, params: &[(Span, Param)]) {
        let mut taken: BTreeMap<String, Span> = BTreeMap::new();
        for (span, param) in params {
            let name = param
                .rename
                .clone()
                .unwrap_or_else(|| ident::snake(&param.wire));
            if REQUEST_MEMBERS.contains(&name.as_str()) {
                self.report(
                    Diagnostic::new(
                        *span,
                        format!("every request has a member `{name}` already"),
                    )
                    .help(format!(
                        "give the parameter `{}` another name with `rename:`",
                        param.wire
                    )),
                );
            } else if let Some(first) = taken.insert(name.clone(), *span) {
                self.report(
                    Diagnostic::new(*span, format!("two parameters are named `{name}` in Rust"))
                        .related(first, "the other one")
                        .help("give one of them another name with `rename:`"),
                );
            }
        }
    }

    /// The names in braces, in order, if the path is well formed.
    fn placeholders(&mut self, path: &At<String>) -> Vec<At<String>> {
        let text = path.value.as_str();
        let exact = self.sources[path.span.file].slice(path.span) == text;
        let part = |range: std::ops::Range<usize>| match exact {
            true => Span {
                file: path.span.file,
                start: path.span.start + range.start,
                end: path.span.start + range.end,
            },
            false => path.span,
        };
        let mut names: Vec<At<String>> = Vec::new();
        if !text.starts_with('/') || !text.ends_with('/') || text == "/" {
            let middle = text.trim_matches('/');
            self.report(
                Diagnostic::new(path.span, "a path begins and ends with a slash")
                    .help(format!("write `/{middle}/`")),
            );
            return names;
        }
        let mut start = 1;
        for segment in text[1..text.len() - 1].split('/') {
            let range = start..start + segment.len();
            start = range.end + 1;
            let span = part(range.clone());
            let inner = segment
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'));
            if segment.is_empty() {
                self.report(Diagnostic::new(
                    span,
                    "an empty segment: two slashes in a row",
                ));
            } else if let Some(name) = inner.filter(|name| ident::is_snake(name)) {
                let at = At {
                    span: part(range.start + 1..range.end - 1),
                    value: name.to_owned(),
                };
                match names.iter().find(|first| first.value == name) {
                    Some(first) => {
                        let mistake = Diagnostic::new(
                            at.span,
                            format!("the placeholder `{{{name}}}` stands here twice"),
                        )
                        .related(first.span, "first here");
                        self.report(mistake);
                    }
                    None => names.push(at),
                }
            } else if segment.contains(['{', '}']) {
                self.report(
                    Diagnostic::new(span, format!("malformed placeholder `{}`", segment.escape_debug()))
                        .help("a placeholder is a whole segment: `/{asset_id}/`, lower case with underscores"),
                );
            } else if !segment
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.~".contains(c))
                || [".", ".."].contains(&segment)
            {
                self.report(
                    Diagnostic::new(span, format!("`{}` cannot stand in a path", segment.escape_debug()))
                        .help("use letters, digits, `-`, `_` and `.`; what follows a question mark is a parameter"),
                );
            }
        }
        names
    }

    /// A shared parameter, looked at for itself.
    pub(super) fn shared_param(&mut self, wire: &At<String>, param: &spec::Param, place: Place) {
        self.rust_name(wire, param.rename.as_ref());
        if param.broken {
            return;
        }
        let written = (param.ty.as_ref(), param.doc.as_ref());
        if let (Some(ty), _) = self.demand("parameter", wire, written, place) {
            self.limits(&ty, &limits_of(param));
        }
    }

    fn param(
        &mut self,
        wire: &At<String>,
        param: &spec::Param,
        location: Location,
        paging: bool,
        place: Place,
    ) -> Option<Param> {
        self.rust_name(wire, param.rename.as_ref());
        if param.broken {
            return None;
        }
        let written = (param.ty.as_ref(), param.doc.as_ref());
        let (ty, doc) = self.demand("parameter", wire, written, place);
        let ty = ty?;
        let span = param.ty.as_ref().map_or(wire.span, |ty| ty.span);
        let item = match &ty {
            Type::List(item) if location == Location::Query => item,
            ty => ty,
        };
        if matches!(
            item,
            Type::Any | Type::Object | Type::Model(_) | Type::List(_) | Type::Map(_)
        ) {
            self.report(
                Diagnostic::new(span, "a parameter is a single value")
                    .help("text, numbers, true or false, points in time, ids and enums; in the query also lists of them"),
            );
        }
        let (default, bounds) = self.limits(&ty, &limits_of(param));
        Some(Param {
            wire: wire.value.clone(),
            rename: optional_text(&param.rename),
            location,
            ty,
            doc: doc?,
            note: optional_text(&param.note),
            required: location == Location::Path || is_true(&param.required),
            default,
            bounds,
            paging,
            deprecated: optional_text(&param.deprecated),
            differs: differences(&param.differs),
        })
    }

    fn options(&mut self, action: &'s spec::Action, place: Place) -> Option<Options> {
        let written = action.options.as_ref()?;
        let at = written.ty.as_ref()?;
        if let Some(method) = action
            .method
            .as_ref()
            .filter(|method| method.value == Method::Get)
        {
            self.report(
                Diagnostic::new(at.span, "a GET has no body")
                    .related(method.span, "the method")
                    .help("describe it as `params`"),
            );
        }
        let ty = match self.resolve(&at.value, place)? {
            ty @ (Type::Object | Type::Model(_)) => ty,
            _ => {
                self.report(
                    Diagnostic::new(at.span, "options are a model")
                        .help("name a model, or `object` where nobody documents the fields"),
                );
                return None;
            }
        };
        if let (Some(Method::Patch), Type::Model(name)) =
            (action.method.as_ref().map(|at| at.value), &ty)
        {
            self.patches.push((at.span, name.clone()));
        }
        self.request_roots.push(ty.clone());
        let required = written
            .required
            .as_ref()
            .is_none_or(|required| required.value);
        Some(Options { ty, required })
    }

    fn returns(
        &mut self,
        key: &At<String>,
        action: &'s spec::Action,
        place: Place,
    ) -> Option<Vec<(u16, Body)>> {
        let mut list = Vec::new();
        let written = action.returns.as_ref()?;
        if written.is_empty() && self.complete {
            self.report(
                Diagnostic::new(
                    key.span,
                    "an action answers with something, even if it is `nothing`",
                )
                .help("returns: { 204: nothing }"),
            );
        }
        for (status, body) in written {
            if !(200..300).contains(&status.value) {
                self.report(
                    Diagnostic::new(status.span, format!("{} is no success", status.value))
                        .help("success is 200 to 299; failures belong into `errors`"),
                );
            }
            let body = match &body.value {
                spec::Body::Nothing => Some(Body::Nothing),
                spec::Body::Text => Some(Body::Text),
                spec::Body::Json(ty) => self.answer(ty, place).map(Body::Json),
                spec::Body::Page(ty) => self.answer(ty, place).map(Body::Page),
                spec::Body::Objects(ty) => self.answer(ty, place).map(Body::Objects),
            };
            list.extend(body.map(|body| (status.value, body)));
        }
        Some(list)
    }

    fn answer(&mut self, ty: &spec::Type, place: Place) -> Option<Type> {
        let ty = self.resolve(ty, place)?;
        self.response_roots.push(ty.clone());
        Some(ty)
    }

    fn idempotent(&mut self, action: &'s spec::Action, method: Method) -> (bool, Option<String>) {
        let implied = matches!(method, Method::Get | Method::Put | Method::Delete);
        let Some(written) = &action.idempotent else {
            return (implied, None);
        };
        let Some(value) = &written.value else {
            return (implied, None);
        };
        if value.value == implied {
            self.report(
                Diagnostic::new(value.span, "the method says so already")
                    .help("GET, PUT and DELETE are idempotent, POST and PATCH are not: leave out `idempotent`"),
            );
        }
        (value.value, optional_text(&written.reason))
    }
}

fn limits_of(param: &spec::Param) -> Written<'_> {
    Written {
        default: param.default.as_ref(),
        min: param.min.as_ref(),
        max: param.max.as_ref(),
        min_items: param.min_items.as_ref(),
        max_items: param.max_items.as_ref(),
    }
}
