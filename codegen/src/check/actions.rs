//! Actions: their roles, bodies and responses.

use super::resources::Surroundings;
use super::{Checker, Place, differences, optional_text, text};
use crate::api::{Action, Auth, Body, Method, Paging, RequestBody, RequestContent, Type};
use crate::decode::At;
use crate::diag::{Diagnostic, nearest};
use crate::ident;
use crate::spec;

impl<'s> Checker<'s> {
    pub(super) fn action(
        &mut self,
        key: &'s At<String>,
        action: &'s spec::Action,
        around: Surroundings<'s>,
    ) -> Option<Action> {
        self.words(key, action);
        self.roles(action, around.place);
        let paging = self.paging(action);
        let body = self.body(action, around.place);
        let params = self.params(key, action, (&paging, body.as_ref()), around);
        let returns = self.returns(key, action, around.place);
        self.errors(action);
        self.paged(action, around.place);
        let method = action.method.as_ref()?.value;
        let (idempotent, idempotent_reason) = self.idempotent(action, method);
        let repeats = self.repeats(action);
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
            body,
            paging,
            repeats,
            returns: returns?,
            errors: action
                .errors
                .iter()
                .flatten()
                .map(|(status, text)| (status.value, text.value.clone()))
                .collect(),
            deprecated: optional_text(&action.deprecated),
            used_by: action.used_by.as_ref().map(|at| at.value),
            differs: differences(&action.differs),
        })
    }

    /// The name and the title.
    fn words(&mut self, key: &At<String>, action: &spec::Action) {
        if !ident::is_snake(&key.value) || ident::is_keyword(&key.value) {
            self.report(
                Diagnostic::new(
                    key.span,
                    format!(
                        "`{}` is not a valid name for an action",
                        key.value.escape_debug()
                    ),
                )
                .help("it becomes a method: use lower case with single underscores, and no keyword of Rust"),
            );
        }
        if let Some(request) = &action.request {
            self.type_name(request);
        }
        if let Some(title) = &action.title
            && title.value.ends_with('.')
        {
            self.report(
                Diagnostic::new(title.span, "a title ends without a full stop")
                    .help("the generator continues the sentence; write more in `doc`"),
            );
        }
    }

    /// Whether an action with paging returns a list, whatever the status.
    fn paged(&mut self, action: &'s spec::Action, place: Place) {
        let Some(style) = action.paging.iter().flatten().next() else {
            return;
        };
        let mut returns = action.returns.iter().flatten();
        let is_list =
            |body: &spec::Body| matches!(body, spec::Body::Page(_) | spec::Body::Objects(_));
        let Some((_, first)) = returns.next() else {
            return;
        };
        let other = returns.find(|(_, body)| body.value != first.value);
        if !is_list(&first.value) && other.is_none_or(|(_, body)| !is_list(&body.value)) {
            self.report(
                Diagnostic::new(style.span, "paging needs a list")
                    .help("return a list: `returns: { 200: page<…> }` or `objects<…>`"),
            );
        } else if let Some((_, other)) = other {
            self.report(
                Diagnostic::new(other.span, "an action with paging must return one type")
                    .label("another type")
                    .related(first.span, "the first type")
                    .help("remove `paging`, or return the same list with each status"),
            );
        }
        let item = match &first.value {
            spec::Body::Page(ty) | spec::Body::Objects(ty) => self.resolve(ty, place),
            _ => None,
        };
        if item.is_some_and(|ty| {
            !matches!(ty, Type::Model(_) | Type::String | Type::Any | Type::Object)
        }) {
            self.report(
                Diagnostic::new(first.span, "paging does not support items of this type")
                    .related(style.span, "the style of paging")
                    .help("items of pages are models, `string`, `object` or `any`"),
            );
        }
    }

    fn errors(&mut self, action: &spec::Action) {
        for (status, _) in action.errors.iter().flatten() {
            if !(400..600).contains(&status.value) {
                self.report(
                    Diagnostic::new(
                        status.span,
                        format!("{} is not the status of a failure", status.value),
                    )
                    .help("failures are 400 to 599; write other statuses in `returns`"),
                );
            }
        }
    }

    fn roles(&mut self, action: &'s spec::Action, place: Place) {
        let Some(service) = self.service(place) else {
            return;
        };
        let known = service.roles.as_deref().unwrap_or_default();
        let roles = action.roles.as_deref().unwrap_or_default();
        self.no_role_twice(roles);
        for role in roles {
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
                    .did_you_mean(&role.value, names)
                    .or_help("a new role is added to `roles` in service.yaml"),
            );
        }
    }

    fn paging(&mut self, action: &'s spec::Action) -> Vec<Paging> {
        let mut styles = Vec::new();
        for style in action.paging.iter().flatten() {
            if styles.contains(&style.value) {
                self.report(Diagnostic::new(style.span, "duplicate style of paging"));
                continue;
            }
            if self.style(style.value).is_none() && self.complete {
                let message = format!(
                    "the paging style `{}` has no parameters",
                    style.value.as_str()
                );
                let help = "describe its parameters under `paging` in common.yaml";
                self.report(Diagnostic::new(style.span, message).help(help));
            }
            styles.push(style.value);
        }
        styles
    }

    fn repeats(&mut self, action: &spec::Action) -> bool {
        let Some(repeats) = &action.repeats else {
            return false;
        };
        if action.paging.is_none() {
            self.report(
                Diagnostic::new(repeats.span, "`repeats` has no effect without `paging`")
                    .help("it is for lists that may contain an item several times: remove it, or add `paging`"),
            );
        }
        repeats.value
    }

    fn body(&mut self, action: &'s spec::Action, place: Place) -> Option<RequestBody> {
        let written = action.body.as_ref()?;
        let kinds = [
            written.json.as_ref().map(|at| at.span),
            written.form.as_ref().map(|at| at.span),
            written.multipart.as_ref().map(|at| at.span),
            written.bytes.as_ref().map(|at| at.span),
            written.text.as_ref().map(|at| at.span),
        ];
        let mut kinds = kinds.into_iter().flatten();
        let Some(span) = kinds.next() else {
            if !written.broken {
                self.report(
                    Diagnostic::new(written.span, "this body has no content")
                        .help("write what it contains: `body: NewBook`, or `body: { json: NewBook, required: false }`"),
                );
            }
            return None;
        };
        if let Some(second) = kinds.next() {
            self.report(
                Diagnostic::new(second, "a body has only one kind of content")
                    .related(span, "the first")
                    .help("write one of `json`, `form`, `multipart`, `bytes` and `text`"),
            );
        }
        if let Some(method) = action
            .method
            .as_ref()
            .filter(|method| method.value == Method::Get)
        {
            self.report(
                Diagnostic::new(span, "a GET has no body")
                    .related(method.span, "the method")
                    .help("describe its values in `params`"),
            );
        }
        let content = if let Some(at) = &written.json {
            RequestContent::Json(self.json(action, at, place)?)
        } else if let Some(at) = &written.form {
            RequestContent::Form(self.form(at, place, "form")?)
        } else if let Some(at) = &written.multipart {
            RequestContent::Multipart(self.form(at, place, "multipart form")?)
        } else if let Some(at) = &written.bytes {
            self.media_type(at, true);
            RequestContent::Bytes(at.value.clone())
        } else {
            let at = written.text.as_ref()?;
            self.media_type(at, false);
            RequestContent::Text(at.value.clone())
        };
        let json = matches!(content, RequestContent::Json(_));
        if let Some(optional) = written.required.as_ref().filter(|at| !at.value && !json) {
            self.report(
                Diagnostic::new(optional.span, "only a JSON body can be optional")
                    .help("remove `required: false`, or describe an action without a body"),
            );
        }
        Some(RequestBody {
            content,
            required: written.required.as_ref().is_none_or(|at| at.value),
        })
    }

    /// The type of a JSON body.
    fn json(
        &mut self,
        action: &spec::Action,
        at: &'s At<spec::Type>,
        place: Place,
    ) -> Option<Type> {
        let ty = match self.resolve(&at.value, place)? {
            ty @ (Type::Object | Type::Model(_) | Type::List(_)) => ty,
            _ => {
                self.report(
                    Diagnostic::new(at.span, "a body must be a model, a list or `object`")
                        .help("name a model, or `object` where its fields are not documented"),
                );
                return None;
            }
        };
        if let (Some(Method::Patch), Type::Model(name)) =
            (action.method.as_ref().map(|at| at.value), &ty)
            && let Some((key, _)) = self.names.find(name, place.folder)
        {
            self.patches.push((at.span, key));
        }
        self.request_roots.push((place.folder, ty.clone()));
        Some(ty)
    }

    /// The model of a form.
    fn form(&mut self, at: &'s At<spec::Type>, place: Place, what: &'static str) -> Option<Type> {
        let Type::Model(name) = self.resolve(&at.value, place)? else {
            self.report(
                Diagnostic::new(at.span, format!("the body of a {what} must be a model"))
                    .help("name a model: each of its fields is a field of the form"),
            );
            return None;
        };
        if let Some((key, _)) = self.names.find(&name, place.folder) {
            self.forms.push((at.span, key, what));
        }
        let ty = Type::Model(name);
        self.form_roots.push((place.folder, ty.clone()));
        Some(ty)
    }

    /// Whether a media type is one, or a range if there may be one.
    fn media_type(&mut self, at: &At<String>, range: bool) {
        let token = |text: &str| {
            let plain = |c: char| c.is_ascii_alphanumeric() || "!#$&^_.+-".contains(c);
            !text.is_empty() && text.chars().all(plain)
        };
        let valid = match at.value.split_once('/') {
            Some((kind, "*")) => range && token(kind),
            Some((kind, subtype)) => token(kind) && token(subtype),
            None => false,
        };
        if !valid {
            let help = match range {
                true => {
                    "write one like `application/octet-stream`, or `image/*` where the caller names it"
                }
                false => "write one like `application/xml`",
            };
            let message = format!("`{}` is not a media type", at.value.escape_debug());
            self.report(Diagnostic::new(at.span, message).help(help));
        }
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
                Diagnostic::new(key.span, "an action has at least one status in `returns`")
                    .help("write `returns: { 204: nothing }` for a response without a body"),
            );
        }
        for (status, body) in written {
            self.success(status, body);
            let body = match &body.value {
                spec::Body::Nothing => Some(Body::Nothing),
                spec::Body::Text => Some(Body::Text),
                spec::Body::Bytes => Some(Body::Bytes),
                spec::Body::Location => Some(Body::Location),
                spec::Body::Json(ty) => self.response(ty, place).map(Body::Json),
                spec::Body::Page(ty) => self.response(ty, place).map(Body::Page),
                spec::Body::Objects(ty) => self.response(ty, place).map(Body::Objects),
            };
            list.extend(body.map(|body| (status.value, body)));
        }
        Some(list)
    }

    /// Whether a status goes with its body: a redirect has a target, and only a redirect has one.
    fn success(&mut self, status: &At<u16>, body: &At<spec::Body>) {
        let location = body.value == spec::Body::Location;
        let redirect = (300..400).contains(&status.value);
        if redirect && !location {
            self.report(
                Diagnostic::new(body.span, "the result of a redirect must be its target")
                    .related(status.span, "the status")
                    .help("write `location`: redirects are not followed"),
            );
        } else if location && !redirect {
            self.report(
                Diagnostic::new(status.span, "only a redirect has a location")
                    .help("the status of a redirect is 300 to 399"),
            );
        } else if !redirect && !(200..300).contains(&status.value) {
            self.report(
                Diagnostic::new(status.span, format!("{} is not the status of a success", status.value))
                    .help("success is 200 to 299, or a redirect with `location`; failures go into `errors`"),
            );
        }
    }

    fn response(&mut self, ty: &spec::Type, place: Place) -> Option<Type> {
        let ty = self.resolve(ty, place)?;
        self.response_roots.push((place.folder, ty.clone()));
        Some(ty)
    }

    fn idempotent(&mut self, action: &'s spec::Action, method: Method) -> (bool, Option<String>) {
        let implied = method.is_idempotent();
        let Some(written) = &action.idempotent else {
            return (implied, None);
        };
        let Some(value) = &written.value else {
            return (implied, None);
        };
        if value.value == implied {
            self.report(
                Diagnostic::new(value.span, "this is the default of the method")
                    .help("GET, PUT and DELETE are idempotent, POST and PATCH are not: remove `idempotent`"),
            );
        }
        (value.value, optional_text(&written.reason))
    }
}
