//! The API in Markdown, for people who do not read Rust: a folder per service with a page per
//! resource, what all services share, and what is covered.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::api::{
    Action, Api, Auth, Body, Bounds, Direction, Enum, Field, Home, Literal, Location, Model, Param,
    RequestBody, RequestContent, Resource, Service, Shape, Type,
};
use crate::coverage;
use crate::sentences::{READ_ONLY, count, needs_roles, sentence};
use crate::source::MARK;
use crate::spelling::{bounds_text, literal_text, type_text};

/// The folder of the pages, seen from the root of the repository.
pub const FOLDER: &str = "spec/docs";

/// Every page, by its path from the root of the repository.
///
/// A page of a resource has the resource's name, which is lower case: it cannot meet a README.
pub fn pages(api: &Api) -> BTreeMap<String, String> {
    let mut pages = BTreeMap::new();
    let mut add = |name: &str, text: String| pages.insert(format!("{FOLDER}/{name}.md"), text);
    add("README", index(api));
    add("common", common(api));
    add("coverage", covered(api));
    add("roles", roles(api));
    for service in &api.services {
        let chapter = Chapter { api, service };
        add(&format!("{}/README", service.name), chapter.index());
        for resource in &service.resources {
            let name = format!("{}/{}", service.name, resource.name);
            add(&name, chapter.resource(resource));
        }
    }
    pages
}

// Writing to a `String` cannot fail, so the results of `writeln!` are dropped throughout.

/// The page that leads to all others.
fn index(api: &Api) -> String {
    let mut out = page("the spec", "The API, action by action");
    out.push_str(
        "Every action that the client knows, with its path, roles, parameters and responses. How the services behave \
         around them is described in [iconik.md](../iconik.md).\n\n\
         - [Common types](common.md): the ids of all services, and the models and enums that several services use\n\
         - [Coverage](coverage.md): all actions in one table, and how many there are\n\
         - [Roles](roles.md): which actions of which services each role opens\n\
         - [What is new since 2025](../since-2025.md): actions that older documents do not have\n\n",
    );
    out.push_str("| service | | resources | actions |\n|---|---|--:|--:|\n");
    for service in &api.services {
        let actions: usize = service.resources.iter().map(|it| it.actions.len()).sum();
        let _ = writeln!(
            out,
            "| [{0}]({0}/README.md) | {1} | {2} | {actions} |",
            service.name,
            cell(&service.about),
            service.resources.len()
        );
    }
    out
}

/// The ids, and what several services use.
fn common(api: &Api) -> String {
    let mut out = page("spec/common.yaml", "Common types");
    out.push_str(
        "What several services use.\n\n## Ids\n\nAll ids are text; most are UUIDs.\n\n| id | |\n|---|---|\n",
    );
    for id in api.common.ids.values() {
        let _ = writeln!(out, "| {} | {} |", id.name, cell(&sentence(&id.doc)));
    }
    // Common types name nothing of a service, so any service sees what they see.
    if let Some(service) = api.services.first() {
        let chapter = Chapter { api, service };
        for model in api.common.models.values() {
            chapter.model(&mut out, On::Common, model);
        }
    }
    for item in api.common.enums.values() {
        enumeration(&mut out, item);
    }
    out
}

/// How much there is, and all actions by path.
fn covered(api: &Api) -> String {
    let mut out = page("the spec", "Coverage");
    out.push_str(&coverage::coverage(api));
    for service in &api.services {
        let _ = writeln!(out, "\n## {}\n", title(&service.name));
        out.push_str(&coverage::of_service(api, service));
    }
    out.push_str("\n## Actions by path\n\n| request | action | roles |\n|---|---|---|\n");
    let rows = api.actions().map(|found @ (service, _, action)| {
        let path = format!("{}{}", service.base_path, action.path);
        let roles: Vec<String> = action.roles.iter().map(|it| format!("`{it}`")).collect();
        let row = format!("{} | {}", link_from_above(found), roles.join(", "));
        (path, action.method.as_str(), row)
    });
    let mut rows: Vec<_> = rows.collect();
    rows.sort();
    for (path, method, row) in rows {
        let _ = writeln!(out, "| `{method} {path}` | {row} |");
    }
    out
}

/// Which actions of all services a role opens.
fn roles(api: &Api) -> String {
    let mut out = page("the spec", "Roles");
    let actions = api.actions();
    roles_table(
        &mut out,
        actions.map(|found| (found.2, link_from_above(found))),
    );
    out
}

/// A link to an action from a page about all services.
fn link_from_above((service, resource, action): (&Service, &Resource, &Action)) -> String {
    let id = action.id(service, resource);
    let anchor = anchor(&id);
    format!("[{id}]({}/{}.md#{anchor})", service.name, resource.name)
}

/// The roles that any of these actions needs, each with links to the actions.
fn roles_table<'a>(out: &mut String, actions: impl Iterator<Item = (&'a Action, String)>) {
    let mut by_role: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (action, link) in actions {
        for role in &action.roles {
            by_role.entry(role).or_default().push(link.clone());
        }
    }
    if by_role.is_empty() {
        return;
    }
    out.push_str(
        "An action that lists several roles needs all of them.\n\n| role | actions |\n|---|---|\n",
    );
    for (role, links) in by_role {
        let _ = writeln!(out, "| `{role}` | {} |", links.join(", "));
    }
}

/// The pages of one service.
#[derive(Clone, Copy)]
struct Chapter<'a> {
    api: &'a Api,
    service: &'a Service,
}

/// The page that a link is on.
#[derive(Clone, Copy)]
enum On<'a> {
    /// The common types.
    Common,
    /// The first page of the service.
    Service,
    /// The page of this resource.
    Resource(&'a Resource),
}

impl Chapter<'_> {
    /// The first page: the resources, the roles, and the types that several resources use.
    fn index(&self) -> String {
        let service = self.service;
        let from = format!("spec/{}", service.name);
        let mut out = page(&from, &title(&service.name));
        let rate = service.rate_limit;
        let _ = writeln!(
            out,
            "{}\n\nIn Rust: `client.{}()`, with the feature `{}`. Paths begin with `{}`. The service accepts {} requests \
             per second, and {} in {} seconds.\n",
            sentence(&service.about),
            service.name,
            service.name,
            service.base_path,
            rate.per_second,
            rate.burst,
            rate.burst_seconds
        );
        out.push_str("| resource | | actions |\n|---|---|--:|\n");
        for it in &service.resources {
            let _ = writeln!(
                out,
                "| [{0}]({0}.md) | {1} | {2} |",
                it.name,
                cell(&it.about),
                it.actions.len()
            );
        }
        self.roles(&mut out);
        for model in service
            .models
            .values()
            .filter(|it| it.home == Home::Service)
        {
            self.model(&mut out, On::Service, model);
        }
        for item in service.enums.values().filter(|it| it.home == Home::Service) {
            enumeration(&mut out, item);
        }
        out
    }

    fn resource(&self, resource: &Resource) -> String {
        let mut out = page(&resource.file, &title(&resource.name));
        let call = match resource.is_principal(self.service) {
            true => format!("client.{}()", self.service.name),
            false => format!("client.{}().{}()", self.service.name, resource.name),
        };
        let _ = writeln!(
            out,
            "{}\n\nIn Rust: `{call}`, with the feature `{}`. Paths begin with `{}`.\n",
            sentence(&resource.about),
            self.service.name,
            self.service.base_path
        );
        out.push_str("| action | request | |\n|---|---|---|\n");
        for action in &resource.actions {
            let id = action.id(self.service, resource);
            let late = if action.deprecated.is_some() {
                " (deprecated)"
            } else {
                ""
            };
            let _ = writeln!(
                out,
                "| [{}](#{}) | `{} {}` | {}{late} |",
                action.name,
                anchor(&id),
                action.method.as_str(),
                action.path,
                cell(&action.title)
            );
        }
        for action in &resource.actions {
            self.action(&mut out, resource, action);
        }
        let mine = |home: &Home| *home == Home::Resource(resource.name.clone());
        for model in self.service.models.values().filter(|it| mine(&it.home)) {
            self.model(&mut out, On::Resource(resource), model);
        }
        for item in self.service.enums.values().filter(|it| mine(&it.home)) {
            enumeration(&mut out, item);
        }
        out
    }

    fn action(&self, out: &mut String, resource: &Resource, action: &Action) {
        let on = On::Resource(resource);
        let _ = writeln!(out, "\n## {}\n", action.id(self.service, resource));
        let _ = writeln!(
            out,
            "{}: `{} {}`.",
            action.title.trim_end_matches('.'),
            action.method.as_str(),
            action.path
        );
        if let Some(why) = &action.deprecated {
            let _ = writeln!(out, "\n**Deprecated.** {}", sentence(why));
        }
        for paragraph in [&action.doc, &action.note].into_iter().flatten() {
            let _ = writeln!(out, "\n{}", sentence(paragraph));
        }
        let _ = writeln!(out, "\n- {}", needs_roles(&action.roles));
        match action.auth {
            Auth::Token => {}
            Auth::ShareToken => out.push_str("- Takes the token of a share (`Share-Auth-Token`) in place of the application's.\n"),
            Auth::AppId => out.push_str("- Takes the application's id, but no token.\n"),
            Auth::TemporaryToken => out.push_str("- Takes the temporary token of a login in two steps (`Temp-Auth-Token`).\n"),
            Auth::None => out.push_str("- Takes no credentials.\n"),
        }
        if let Some(used_by) = action.used_by {
            let _ = writeln!(out, "- {}", used_by.sentence());
        }
        if let Some(body) = &action.body {
            let need = if body.required { "" } else { ", optional" };
            let _ = writeln!(out, "- Body: {}{need}.", self.request_body(on, body));
        }
        for (status, body) in &action.returns {
            let body = match body {
                Body::Nothing => "nothing".to_owned(),
                Body::Text => "text".to_owned(),
                Body::Bytes => "bytes".to_owned(),
                Body::Location => "a redirect; its target is the result".to_owned(),
                Body::Json(ty) => self.link(on, ty),
                Body::Page(ty) => format!("a page of {}", self.link(on, ty)),
                Body::Objects(ty) => format!("a list of {}", self.link(on, ty)),
            };
            let _ = writeln!(out, "- Returns {status}: {body}.");
        }
        for (status, about) in &action.errors {
            let _ = writeln!(out, "- Fails with {status}: {}", sentence(about));
        }
        if !action.paging.is_empty() {
            let styles: Vec<String> = action
                .paging
                .iter()
                .map(|it| format!("`{}`", it.as_str()))
                .collect();
            let _ = writeln!(out, "- Pages by {}.", styles.join(", "));
        }
        if action.repeats {
            out.push_str("- May contain an item several times.\n");
        }
        if let Some(reason) = &action.idempotent_reason {
            let may = if action.idempotent {
                "Safe to repeat"
            } else {
                "Not safe to repeat"
            };
            let _ = writeln!(out, "- {may}: {}", sentence(reason));
        }
        if !action.params.is_empty() {
            out.push_str("\n| parameter | in | type | |\n|---|---|---|---|\n");
            for it in &action.params {
                let _ = writeln!(
                    out,
                    "| `{}` | {} | {} | {} |",
                    it.wire,
                    it.location.as_str(),
                    self.link(on, &it.ty),
                    cell(&param_text(it))
                );
            }
        }
    }

    /// What the body of a request contains.
    fn request_body(&self, on: On<'_>, body: &RequestBody) -> String {
        match (&body.content, body.ty()) {
            (RequestContent::Form(_), Some(ty)) => format!("a form, {}", self.link(on, ty)),
            (RequestContent::Multipart(_), Some(ty)) => {
                format!("a form with files, {}", self.link(on, ty))
            }
            (_, Some(ty)) => self.link(on, ty),
            (_, None) => format!("`{}`", body.media_type()),
        }
    }

    fn model(&self, out: &mut String, on: On<'_>, model: &Model) {
        let _ = writeln!(out, "\n## {}\n\n{}", model.name, sentence(&model.doc));
        if let Some(note) = &model.note {
            let _ = writeln!(out, "\n{}", sentence(note));
        }
        match &model.shape {
            Shape::Fields(fields) => {
                let head = if model.direction == Direction::Request {
                    "option"
                } else {
                    "field"
                };
                let _ = writeln!(out, "\n| {head} | type | |\n|---|---|---|");
                for it in fields {
                    let text = cell(&field_text(model.direction, it));
                    let _ = writeln!(
                        out,
                        "| `{}` | {} | {text} |",
                        it.wire,
                        self.link(on, &it.ty)
                    );
                }
            }
            Shape::Union {
                tag,
                content,
                variants,
            } => {
                let content = content.as_ref().map(|content| format!("`{content}`"));
                let _ = writeln!(
                    out,
                    "\n| `{tag}` | {} |\n|---|---|",
                    content.unwrap_or_default()
                );
                for variant in variants {
                    let model = variant.model.as_ref();
                    let model = model.map(|name| self.link(on, &Type::Model(name.clone())));
                    let _ = writeln!(
                        out,
                        "| `{}` | {} |",
                        variant.wire,
                        model.unwrap_or_default()
                    );
                }
            }
        }
    }

    /// Which actions a role opens.
    fn roles(&self, out: &mut String) {
        out.push_str("\n## Roles\n\n");
        let actions = || {
            let resources = self.service.resources.iter();
            resources.flat_map(|resource| resource.actions.iter().map(move |it| (resource, it)))
        };
        let links = actions().map(|(resource, action)| {
            let id = action.id(self.service, resource);
            let link = format!("[{id}]({}.md#{})", resource.name, anchor(&id));
            (action, link)
        });
        roles_table(out, links);
        let free = actions().filter(|(_, it)| it.roles.is_empty()).count();
        if free > 0 {
            let _ = writeln!(
                out,
                "\nNo role is documented for {}.",
                count(free, "action")
            );
        }
    }

    /// A type, with a link to where it is described.
    fn link(&self, on: On<'_>, ty: &Type) -> String {
        match ty {
            Type::List(of) => format!("list of {}", self.link(on, of)),
            Type::Map(of) => format!("map of {}", self.link(on, of)),
            Type::Id(name) => match on {
                On::Common => format!("[{name}](#ids)"),
                On::Service | On::Resource(_) => format!("[{name}](../common.md#ids)"),
            },
            Type::Model(name) | Type::Enum(name) => self.to(on, name),
            other => type_text(other),
        }
    }

    fn to(&self, on: On<'_>, name: &str) -> String {
        let home = self.api.scope(self.service).home(name);
        let page = match (on, home) {
            (On::Common, _) => String::new(),
            (_, Some(Home::Common) | None) => "../common.md".to_owned(),
            (On::Service, Some(Home::Service)) => String::new(),
            (On::Resource(_), Some(Home::Service)) => "README.md".to_owned(),
            (On::Resource(on), Some(Home::Resource(home))) if *home == on.name => String::new(),
            (_, Some(Home::Resource(home))) => format!("{home}.md"),
        };
        format!("[{name}]({page}#{})", anchor(name))
    }
}

fn page(source: &str, title: &str) -> String {
    format!("<!-- {MARK} from {source}; edit that instead. -->\n\n# {title}\n\n")
}

/// `delete_queue` as people write it.
fn title(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters
        .next()
        .map(|it| it.to_uppercase().to_string())
        .unwrap_or_default();
    format!("{first}{}", letters.as_str().replace('_', " "))
}

fn enumeration(out: &mut String, it: &Enum) {
    let _ = writeln!(
        out,
        "\n## {}\n\n{} iconik may add values.",
        it.name,
        sentence(&it.doc)
    );
    if let Some(note) = &it.note {
        let _ = writeln!(out, "\n{}", sentence(note));
    }
    if it.values.iter().all(|it| it.doc.is_empty()) {
        let values: Vec<String> = it
            .values
            .iter()
            .map(|it| format!("`{}`", it.wire))
            .collect();
        let _ = writeln!(out, "\n{}", values.join(", "));
        return;
    }
    out.push_str("\n| value | |\n|---|---|\n");
    for value in &it.values {
        let _ = writeln!(
            out,
            "| `{}` | {} |",
            value.wire,
            cell(&sentence(&value.doc))
        );
    }
}

fn param_text(param: &Param) -> String {
    let required = param.required && param.location != Location::Path;
    let facts = facts(required, param.default.as_ref(), &param.bounds);
    join([
        Some(sentence(&param.doc)),
        Some(facts),
        param.note.clone(),
        late(param.deprecated.as_ref()),
    ])
}

fn field_text(direction: Direction, field: &Field) -> String {
    let sent = direction != Direction::Response;
    let facts = facts(
        sent && field.required,
        field.default.as_ref(),
        &field.bounds,
    );
    let read_only = (sent && field.read_only).then(|| READ_ONLY.to_owned());
    let null = field
        .clearable(direction)
        .then(|| "May be null.".to_owned());
    let write_only = field
        .write_only
        .then(|| "Never part of a response.".to_owned());
    let (note, late) = (field.note.clone(), late(field.deprecated.as_ref()));
    join([
        Some(sentence(&field.doc)),
        Some(facts),
        read_only,
        null,
        write_only,
        note,
        late,
    ])
}

fn facts(required: bool, default: Option<&Literal>, bounds: &Bounds) -> String {
    let bounds = bounds_text(bounds);
    join([
        required.then(|| "**Required.**".to_owned()),
        default.map(|it| format!("Default: `{}`.", literal_text(it))),
        (!bounds.is_empty()).then(|| format!("Bounds: {bounds}.")),
    ])
}

fn late(deprecated: Option<&String>) -> Option<String> {
    deprecated.map(|why| format!("**Deprecated.** {}", sentence(why)))
}

fn join<const N: usize>(parts: [Option<String>; N]) -> String {
    let parts = parts
        .into_iter()
        .flatten()
        .map(|it| sentence(&it))
        .filter(|it| !it.is_empty());
    parts.collect::<Vec<_>>().join(" ")
}

/// Text for one cell of a table.
fn cell(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('|', "\\|")
}

/// The anchor that Markdown viewers make of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading
        .chars()
        .filter(|it| it.is_alphanumeric() || matches!(it, '_' | '-' | ' '));
    kept.flat_map(char::to_lowercase)
        .map(|it| if it == ' ' { '-' } else { it })
        .collect()
}
