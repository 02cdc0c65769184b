//! The API in Markdown, for people who do not read Rust: a page per resource, the shared types, the
//! roles, and what is covered.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::api::{
    Action, Api, Auth, Body, Bounds, Direction, Enum, Field, Home, Literal, Location, Model, Param,
    Resource, Service, Shape, Type,
};
use crate::source::MARK;
use crate::words::{
    self, READ_ONLY, bounds_text, literal_text, location_name, method_name, needs_roles,
    paging_name, sentence,
};

/// Where the pages stand, seen from the root of the repository.
pub const FOLDER: &str = "spec/docs";

/// Every page, by its path from the root of the repository.
pub fn pages(api: &Api) -> BTreeMap<String, String> {
    let book = Book { api };
    let mut pages = BTreeMap::new();
    let mut add = |name: &str, text: String| pages.insert(format!("{FOLDER}/{name}.md"), text);
    add("README", book.index());
    add("types", book.types());
    add("roles", book.roles());
    add("coverage", book.coverage());
    for service in &api.services {
        for resource in &service.resources {
            add(&resource.name, book.resource(service, resource));
        }
    }
    pages
}

// Writing to a `String` cannot fail, so the results of `writeln!` are dropped throughout.

struct Book<'a> {
    api: &'a Api,
}

impl Book<'_> {
    fn index(&self) -> String {
        let mut out = page("the spec", "The API, action by action");
        let _ = writeln!(
            out,
            "Every action that the client knows, with its path, roles, parameters and answers. How the service behaves \
             around them is told in [iconik.md](../iconik.md).\n\n\
             - [Shared types](types.md): the ids, models and enums that several resources use\n\
             - [Roles](roles.md): which actions a role opens\n\
             - [Coverage](coverage.md): all actions in one table, and how much there is"
        );
        for service in &self.api.services {
            let _ = writeln!(out, "\n## {}\n\n{}", service.name, sentence(&service.about));
            let rate = service.rate_limit;
            let _ = writeln!(
                out,
                "Paths begin with `{}`. The service takes {} requests a second, and {} in {} seconds.\n",
                service.base_path, rate.per_second, rate.burst, rate.burst_seconds
            );
            out.push_str("| resource | | actions |\n|---|---|---|\n");
            for it in &service.resources {
                let _ = writeln!(
                    out,
                    "| [{}]({}.md) | {} | {} |",
                    it.name,
                    it.name,
                    cell(&it.about),
                    it.actions.len()
                );
            }
        }
        out
    }

    fn resource(&self, service: &Service, resource: &Resource) -> String {
        let mut out = page(&resource.file, &title(&resource.name));
        let _ = writeln!(
            out,
            "{}\n\nIn Rust: `client.{}()`, with the feature `{}`. Paths begin with `{}`.\n",
            sentence(&resource.about),
            resource.name,
            resource.name,
            service.base_path
        );
        out.push_str("| action | request | |\n|---|---|---|\n");
        for action in &resource.actions {
            let id = format!("{}.{}", resource.name, action.name);
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
                method_name(action.method),
                action.path,
                cell(&action.title)
            );
        }
        for action in &resource.actions {
            self.action(&mut out, resource, action);
        }
        let mine = |home: &Home| *home == Home::Resource(resource.name.clone());
        let models: Vec<&Model> = service
            .models
            .values()
            .filter(|it| mine(&it.home))
            .collect();
        let enums: Vec<&Enum> = service.enums.values().filter(|it| mine(&it.home)).collect();
        models
            .into_iter()
            .for_each(|it| self.model(&mut out, Some(resource), it));
        enums.into_iter().for_each(|it| enumeration(&mut out, it));
        out
    }

    fn action(&self, out: &mut String, resource: &Resource, action: &Action) {
        let _ = writeln!(out, "\n## {}.{}\n", resource.name, action.name);
        let _ = writeln!(
            out,
            "{}: `{} {}`.",
            action.title.trim_end_matches('.'),
            method_name(action.method),
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
        }
        if let Some(options) = &action.options {
            let need = if options.required {
                ""
            } else {
                ", which may be left out"
            };
            let _ = writeln!(out, "- Body: {}{need}.", self.link(resource, &options.ty));
        }
        for (status, body) in &action.returns {
            let body = match body {
                Body::Nothing => "nothing".to_owned(),
                Body::Text => "text".to_owned(),
                Body::Json(ty) => self.link(resource, ty),
                Body::Page(ty) => format!("a page of {}", self.link(resource, ty)),
                Body::Objects(ty) => format!("a list of {}", self.link(resource, ty)),
            };
            let _ = writeln!(out, "- Answers {status}: {body}.");
        }
        for (status, about) in &action.errors {
            let _ = writeln!(out, "- Fails with {status}: {}", sentence(about));
        }
        if !action.paging.is_empty() {
            let styles: Vec<String> = action
                .paging
                .iter()
                .map(|it| format!("`{}`", paging_name(*it)))
                .collect();
            let _ = writeln!(out, "- Pages by {}.", styles.join(", "));
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
                    location_name(it.location),
                    self.link(resource, &it.ty),
                    cell(&param_text(it))
                );
            }
        }
    }

    fn model(&self, out: &mut String, on: Option<&Resource>, model: &Model) {
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
                        self.link_from(on, &it.ty)
                    );
                }
            }
            Shape::Union { tag, variants } => {
                let _ = writeln!(out, "\n| `{tag}` | |\n|---|---|");
                for (value, name) in variants {
                    let _ = writeln!(
                        out,
                        "| `{value}` | {} |",
                        self.link_from(on, &Type::Model(name.clone()))
                    );
                }
            }
        }
    }

    fn types(&self) -> String {
        let mut out = page(
            "`types.yaml` and `service.yaml` of each service",
            "Shared types",
        );
        out.push_str(
            "What several resources use. Types of one resource stand on its page.\n\n## Ids\n\n",
        );
        out.push_str("All ids are text; most are UUIDs.\n\n| id | |\n|---|---|\n");
        for id in self.api.services.iter().flat_map(|it| it.ids.values()) {
            let _ = writeln!(out, "| {} | {} |", id.name, cell(&sentence(&id.doc)));
        }
        for service in &self.api.services {
            let models = service.models.values().filter(|it| it.home == Home::Shared);
            models.for_each(|it| self.model(&mut out, None, it));
            let enums = service.enums.values().filter(|it| it.home == Home::Shared);
            enums.for_each(|it| enumeration(&mut out, it));
        }
        out
    }

    fn roles(&self) -> String {
        let mut by_role: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let mut free = Vec::new();
        for (resource, action) in self.actions() {
            let id = format!("{}.{}", resource.name, action.name);
            let link = format!("[{id}]({}.md#{})", resource.name, anchor(&id));
            match action.roles.as_slice() {
                [] => free.push(link),
                roles => roles
                    .iter()
                    .for_each(|it| by_role.entry(it).or_default().push(link.clone())),
            }
        }
        let mut out = page("the spec", "Roles");
        out.push_str(
            "What each role opens. An action that names several roles needs all of them.\n\n",
        );
        out.push_str("| role | actions |\n|---|---|\n");
        for (role, actions) in by_role {
            let _ = writeln!(out, "| `{role}` | {} |", actions.join(", "));
        }
        if !free.is_empty() {
            let _ = writeln!(out, "\nNo role is needed for {}.", free.join(", "));
        }
        out
    }

    fn coverage(&self) -> String {
        let mut out = page("the spec", "Coverage");
        out.push_str(&crate::coverage::coverage(self.api));
        out.push_str("\n## Actions by path\n\n| request | action | roles |\n|---|---|---|\n");
        let mut rows: Vec<(String, &'static str, String)> = Vec::new();
        for service in &self.api.services {
            for resource in &service.resources {
                for action in &resource.actions {
                    let id = format!("{}.{}", resource.name, action.name);
                    let path = format!("{}{}", service.base_path, action.path);
                    let roles: Vec<String> =
                        action.roles.iter().map(|it| format!("`{it}`")).collect();
                    let row = format!(
                        "[{id}]({}.md#{}) | {}",
                        resource.name,
                        anchor(&id),
                        roles.join(", ")
                    );
                    rows.push((path, method_name(action.method), row));
                }
            }
        }
        rows.sort();
        for (path, method, row) in rows {
            let _ = writeln!(out, "| `{method} {path}` | {row} |");
        }
        out
    }

    fn actions(&self) -> impl Iterator<Item = (&Resource, &Action)> {
        let resources = self.api.services.iter().flat_map(|it| &it.resources);
        resources.flat_map(|resource| {
            resource
                .actions
                .iter()
                .map(move |action| (resource, action))
        })
    }

    fn link(&self, on: &Resource, ty: &Type) -> String {
        self.link_from(Some(on), ty)
    }

    /// A type, with a link to where it is described.
    fn link_from(&self, on: Option<&Resource>, ty: &Type) -> String {
        match ty {
            Type::List(of) => format!("list of {}", self.link_from(on, of)),
            Type::Map(of) => format!("map of {}", self.link_from(on, of)),
            Type::Id(name) => format!(
                "[{name}]({}#ids)",
                if on.is_none() { "" } else { "types.md" }
            ),
            Type::Model(name) => self.to(on, name, words::model(self.api, name).map(|it| &it.home)),
            Type::Enum(name) => self.to(
                on,
                name,
                words::enumeration(self.api, name).map(|it| &it.home),
            ),
            other => words::type_text(other),
        }
    }

    fn to(&self, on: Option<&Resource>, name: &str, home: Option<&Home>) -> String {
        let page = match (home, on) {
            (Some(Home::Resource(home)), Some(on)) if *home == on.name => String::new(),
            (Some(Home::Resource(home)), _) => format!("{home}.md"),
            (_, None) => String::new(),
            (_, Some(_)) => "types.md".to_owned(),
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
    let null = (sent && field.nullable && !field.read_only).then(|| "May be null.".to_owned());
    let write_only = field
        .write_only
        .then(|| "Never part of an answer.".to_owned());
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

/// Text that stands in one cell of a table.
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
