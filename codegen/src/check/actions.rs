//! Actions: their roles, bodies and answers.

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
        let params = self.params(key, action, &paging, around);
        let body = self.body(action, around.place);
        let returns = self.returns(key, action, around.place);
        self.errors(action);
        self.paged(action, returns.as_deref());
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
            body,
            paging,
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
    }

    /// Whether an action with paging answers with a list.
    fn paged(&mut self, action: &spec::Action, returns: Option<&[(u16, Body)]>) {
        let (Some(style), Some(returns)) = (action.paging.iter().flatten().next(), returns) else {
            return;
        };
        let list = |body: &Body| matches!(body, Body::Page(_) | Body::Objects(_));
        if !returns.is_empty() && !returns.iter().any(|(_, body)| list(body)) {
            self.report(
                Diagnostic::new(style.span, "there is nothing to page through")
                    .help("paging goes with `returns: { 200: page<…> }` or `objects<…>`"),
            );
        }
    }

    fn errors(&mut self, action: &spec::Action) {
        for (status, _) in action.errors.iter().flatten() {
            if !(400..600).contains(&status.value) {
                self.report(
                    Diagnostic::new(status.span, format!("{} is no failure", status.value))
                        .help("failures are 400 to 599; success belongs into `returns`"),
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
                self.report(Diagnostic::new(
                    style.span,
                    "this style of paging stands here twice",
                ));
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

    fn body(&mut self, action: &'s spec::Action, place: Place) -> Option<RequestBody> {
        let written = action.body.as_ref()?;
        let Some(at) = written.json.as_ref() else {
            if !written.broken {
                self.report(
                    Diagnostic::new(written.span, "this body has no content")
                        .help("write what it contains: `body: NewBook`, or `body: { json: NewBook, required: false }`"),
                );
            }
            return None;
        };
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
            ty @ (Type::Object | Type::Model(_) | Type::List(_)) => ty,
            _ => {
                self.report(
                    Diagnostic::new(at.span, "a body is a model or a list")
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
        let required = written
            .required
            .as_ref()
            .is_none_or(|required| required.value);
        Some(RequestBody {
            content: RequestContent::Json(ty),
            required,
        })
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
                Diagnostic::new(value.span, "the method says so already")
                    .help("GET, PUT and DELETE are idempotent, POST and PATCH are not: leave out `idempotent`"),
            );
        }
        (value.value, optional_text(&written.reason))
    }
}
