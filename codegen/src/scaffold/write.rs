//! The YAML itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::guess::Facts;
use super::{Bench, Draft, Fragment, MARKER, Task, auth, naming};
use crate::api::{Bounds, Literal, Location, Method, Paging};
use crate::document::{Answer, Kind, Parameter, Property};
use crate::ident::upper_camel;
use crate::words::literal_text;

// Writing to a `String` cannot fail, so the results of `write!` are dropped throughout.

/// What is written for one file.
#[derive(Default)]
struct Parts {
    params: BTreeMap<String, String>,
    actions: Vec<(String, String)>,
    models: Vec<(String, String)>,
    enums: Vec<(String, String)>,
}

/// A key as YAML needs it.
pub(super) fn key(name: &str) -> String {
    scalar(name)
}

/// Text as YAML needs it: in quotes where it could be taken for something else.
fn scalar(text: &str) -> String {
    let plain = text.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_')
        && text
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || "_-.".contains(it))
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
            .contains(&text.to_ascii_lowercase().as_str());
    if plain {
        text.to_owned()
    } else {
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

fn literal(value: &Literal) -> String {
    match value {
        Literal::String(text) => scalar(text),
        other => literal_text(other),
    }
}

impl<'d> Bench<'_, 'd> {
    pub(super) fn write(&mut self, tasks: &[Task<'d>]) -> Vec<Fragment> {
        let mut files: BTreeMap<String, Parts> = BTreeMap::new();
        for task in tasks {
            let parts = files.entry(task.resource.clone()).or_default();
            let text = self.action(task, parts);
            parts.actions.push((task.action.clone(), text));
        }
        let shared = String::new();
        let entities: Vec<(String, BTreeSet<String>)> = self
            .entities
            .iter()
            .map(|(name, it)| (name.clone(), it.users.clone()))
            .collect();
        for (name, users) in entities {
            let home = only(&users).unwrap_or(&shared).clone();
            let text = self.entity(&name, &home);
            files.entry(home).or_default().models.push((name, text));
        }
        for draft in std::mem::take(&mut self.drafts) {
            let models = self.draft(&draft);
            files
                .entry(draft.resource.clone())
                .or_default()
                .models
                .extend(models);
            self.drafts.push(draft);
        }
        for (name, values, users) in std::mem::take(&mut self.enums) {
            let home = only(&users).unwrap_or(&shared).clone();
            let mut text = format!("  {name}:\n    doc: {MARKER}\n    values:\n");
            values.iter().for_each(|it| {
                // The library has a variant of that name, for what it does not know.
                let _ = match upper_camel(it) == "Unknown" {
                    true => writeln!(text, "      {it}: {{ doc: {MARKER}, rename: {MARKER} }}"),
                    false => writeln!(text, "      {}: {MARKER}", scalar(it)),
                };
            });
            files.entry(home).or_default().enums.push((name, text));
        }
        let mut fragments: Vec<Fragment> = files
            .into_iter()
            .map(|(resource, parts)| self.fragment(&resource, parts, tasks))
            .collect();
        fragments.extend(self.service_fragment(tasks));
        fragments
    }

    fn fragment(&self, resource: &str, parts: Parts, tasks: &[Task<'_>]) -> Fragment {
        let known = self.service.resources.iter().find(|it| it.name == resource);
        let shared = resource.is_empty();
        let mut text = String::new();
        if known.is_none() && !shared {
            let _ = writeln!(
                text,
                "# yaml-language-server: $schema=../schema.json\nresource: {resource}"
            );
            let singular = tasks
                .iter()
                .find(|it| it.resource == resource)
                .map(|it| it.singular.as_str());
            if let Some(singular) = singular.filter(|it| resource.strip_suffix('s') != Some(it)) {
                let _ = writeln!(text, "singular: {singular}");
            }
            let _ = writeln!(text, "about: {MARKER}\n");
        }
        let hoisted = parts
            .params
            .into_iter()
            .map(|(name, facts)| (String::new(), format!("  {}: {facts}\n", scalar(&name))));
        let sections = [
            ("params", hoisted.collect::<Vec<_>>(), ""),
            ("actions", parts.actions, "\n"),
            ("models", parts.models, "\n"),
            ("enums", parts.enums, "\n"),
        ];
        let mut first = true;
        for (name, items, gap) in sections {
            if items.is_empty() {
                continue;
            }
            let before = if first { "" } else { "\n" };
            first = false;
            let items: Vec<String> = items.into_iter().map(|(_, text)| text).collect();
            let _ = write!(text, "{before}{name}:\n{}", items.join(gap));
        }
        let remarks: Vec<String> = self
            .elsewhere(&text, resource)
            .into_iter()
            .map(|it| format!("{it}\n"))
            .collect();
        text.insert_str(0, &remarks.concat());
        let file = match (known, shared) {
            (Some(known), _) => known.file.clone(),
            (None, true) => format!("spec/{}/types.yaml", self.service.name),
            (None, false) => format!("spec/{}/{resource}.yaml", self.service.name),
        };
        Fragment {
            file,
            new: known.is_none() && !shared,
            text,
        }
    }

    /// Roles and ids that the service does not know yet.
    fn service_fragment(&self, tasks: &[Task<'_>]) -> Option<Fragment> {
        let roles = tasks
            .iter()
            .flat_map(|it| it.operation.roles.iter().flatten());
        let roles: BTreeSet<&String> = roles
            .filter(|it| !self.service.roles.contains(it))
            .collect();
        let mut text = String::new();
        if !roles.is_empty() {
            text.push_str("roles:\n");
            roles.iter().for_each(|it| {
                let _ = writeln!(text, "  - {it}");
            });
        }
        if !self.new_ids.is_empty() {
            text.push_str(if text.is_empty() {
                "ids:\n"
            } else {
                "\nids:\n"
            });
            self.new_ids.iter().for_each(|it| {
                let _ = writeln!(text, "  {it}: {MARKER}");
            });
        }
        let file = format!("spec/{}/service.yaml", self.service.name);
        (!text.is_empty()).then_some(Fragment {
            file,
            new: false,
            text,
        })
    }

    fn action(&mut self, task: &Task<'d>, parts: &mut Parts) -> String {
        let operation = task.operation;
        let mut out = format!(
            "  {}:\n    title: {MARKER}\n    method: {}\n    path: {}\n",
            task.action,
            operation.method.as_str(),
            operation.path
        );
        let roles = operation.roles.as_deref().unwrap_or_default();
        if !roles.is_empty() {
            let _ = writeln!(out, "    roles: [{}]", roles.join(", "));
        }
        if let Some(auth) = auth(operation) {
            let _ = writeln!(out, "    auth: {auth}");
        }
        if operation.deprecated {
            let _ = writeln!(out, "    deprecated: {MARKER}");
        }
        let (styles, params) = self.params(task, parts);
        if !params.is_empty() {
            let _ = write!(out, "    params:\n{params}");
        }
        if let Some(body) = &operation.body {
            let named = self.sent_model(task, &body.kind);
            let (ty, remark) = match (named, &body.kind) {
                (Some(name), _) => (name, String::new()),
                (None, Kind::Free) => ("object".to_owned(), String::new()),
                (None, Kind::Any) => (
                    "object".to_owned(),
                    format!(" # {MARKER}: the document has no JSON here"),
                ),
                (None, kind) => (
                    "object".to_owned(),
                    format!(" # {MARKER}: the document says {kind}"),
                ),
            };
            let _ = match body.required {
                true => writeln!(out, "    body: {ty}{remark}"),
                false => writeln!(out, "    body: {{ json: {ty}, required: false }}{remark}"),
            };
        }
        if !styles.is_empty() {
            let styles: Vec<&str> = styles.iter().map(|it| it.as_str()).collect();
            let _ = writeln!(out, "    paging: [{}]", styles.join(", "));
        }
        let returns = self.returns(task);
        let _ = match returns.is_empty() {
            true => writeln!(
                out,
                "    returns: {{ 200: nothing }} # {MARKER}: the document has no success"
            ),
            false => writeln!(out, "    returns: {{ {} }}", returns.join(", ")),
        };
        out
    }

    fn returns(&mut self, task: &Task<'d>) -> Vec<String> {
        let answers = &task.operation.answers;
        let delete = task.operation.method == Method::Delete && answers.len() > 1;
        let mut all = Vec::new();
        for (status, answer) in answers {
            // Every DELETE of the published document has a 204, also where it answers otherwise.
            if delete && *status == 204 && *answer == Answer::Nothing {
                continue;
            }
            let body = match answer {
                Answer::Nothing => "nothing".to_owned(),
                Answer::Text(_) => "text".to_owned(),
                Answer::Json(kind) => match self.document.envelope(kind) {
                    Some((items, pages, _)) => {
                        let ty = self.field_type(&task.resource, "", "", items);
                        format!("{}<{ty}>", if pages { "page" } else { "objects" })
                    }
                    None => self.field_type(&task.resource, "", "", kind),
                },
            };
            all.push(format!("{status}: {body}"));
        }
        all
    }

    /// The paging styles, and the other parameters.
    fn params(&mut self, task: &Task<'d>, parts: &mut Parts) -> (Vec<Paging>, String) {
        let has = |name: &String| task.operation.params.iter().any(|it| it.name == *name);
        let styles: Vec<(Paging, BTreeMap<String, Facts>)> = self
            .paging
            .iter()
            .filter(|(_, params)| params.keys().all(has))
            .cloned()
            .collect();
        let known = self
            .service
            .resources
            .iter()
            .find(|it| it.name == task.resource);
        let known: Vec<String> = known
            .map(|it| {
                it.actions
                    .iter()
                    .flat_map(|it| &it.params)
                    .map(|it| it.wire.clone())
                    .collect()
            })
            .unwrap_or_default();
        let mut out = String::new();
        for param in &task.operation.params {
            let part = part_behind(&task.operation.path, &task.resource);
            let ty = self.param_type(&task.resource, &task.singular, &part, param);
            let facts = Facts {
                ty,
                required: param.required && param.location != Location::Path,
                default: param.default.clone(),
                bounds: param.bounds.clone(),
                ..Facts::default()
            };
            let paging = styles.iter().find_map(|(_, it)| it.get(&param.name));
            let common = self.common_params.get(&param.name);
            let common = paging.or(common).filter(|it| it.ty == facts.ty);
            let entry = entry(&facts, common, in_(param));
            match (param.location, common) {
                // The path names it, and the service or the file describes it.
                (Location::Path, Some(_)) if entry.is_empty() => {}
                (Location::Path, _) if known.contains(&param.name) => {}
                (Location::Path, _) => {
                    parts.params.insert(param.name.clone(), entry);
                }
                _ if paging.is_some() && entry.is_empty() => {}
                _ => {
                    let _ = writeln!(out, "      {}:{}", scalar(&param.name), spaced(&entry));
                }
            }
        }
        (styles.into_iter().map(|(style, _)| style).collect(), out)
    }

    /// A model that describes an entity, in whatever direction it travels.
    fn entity(&mut self, name: &str, home: &str) -> String {
        let mut out = format!("  {name}:\n    doc: {MARKER}\n");
        let Some(entity) = self.entities.get(name) else {
            return out;
        };
        if let Some((tag, variants)) = entity.union.clone() {
            let variants: Vec<String> = variants
                .iter()
                .map(|(tag, it)| format!("{}: {it}", scalar(tag)))
                .collect();
            let _ = writeln!(
                out,
                "    tag: {tag}\n    variants: {{ {} }}",
                variants.join(", ")
            );
            return out;
        }
        out.push_str("    fields:\n");
        for (field, facts) in self.entity_fields(name, home) {
            let common = self
                .common_fields
                .get(&field)
                .filter(|it| it.ty == facts.ty);
            let _ = writeln!(
                out,
                "      {}:{}",
                scalar(&field),
                spaced(&entry(&facts, common, None))
            );
        }
        out
    }

    /// The fields of an entity, with what is common to all models taken over.
    fn entity_fields(&mut self, name: &str, home: &str) -> Vec<(String, Facts)> {
        let Some(entity) = self.entities.get(name) else {
            return Vec::new();
        };
        let sent = entity.sent.clone();
        let all = self.merged(&entity.objects.clone());
        let mut fields = Vec::new();
        for (field, properties) in all {
            let ours: Vec<&Property> = match sent.is_empty() {
                true => properties.iter().map(|(_, it)| *it).collect(),
                false => properties
                    .iter()
                    .filter(|(it, _)| sent.contains(it))
                    .map(|(_, it)| *it)
                    .collect(),
            };
            let all: Vec<&Property> = properties.iter().map(|(_, it)| *it).collect();
            let mut facts = self.facts(
                home,
                name,
                &field,
                if ours.is_empty() { &all } else { &ours },
                !ours.is_empty() && !sent.is_empty(),
            );
            if sent.is_empty() || ours.is_empty() {
                // Flags mean nothing in an answer: those of the common field stay.
                if let Some(common) = self
                    .common_fields
                    .get(&field)
                    .filter(|it| it.ty == facts.ty)
                {
                    facts = common.clone();
                }
            }
            fields.push((field, facts));
        }
        fields
    }

    fn merged(&self, objects: &BTreeSet<String>) -> BTreeMap<String, Vec<(String, &'d Property)>> {
        let document = self.document;
        let mut all: BTreeMap<String, Vec<(String, &'d Property)>> = BTreeMap::new();
        for name in objects {
            for (field, property) in document
                .objects
                .get(name)
                .into_iter()
                .flat_map(|it| &it.fields)
            {
                all.entry(field.clone())
                    .or_default()
                    .push((name.clone(), property));
            }
        }
        all
    }

    /// The model of a request body, and that of the PATCH which shares its objects.
    fn draft(&mut self, draft: &Draft) -> Vec<(String, String)> {
        let mut out = format!("  {}:\n    doc: {MARKER}\n", draft.name);
        let base: BTreeMap<String, Facts> = match &draft.base {
            Some(base) => self
                .entity_fields(base, &draft.resource)
                .into_iter()
                .collect(),
            None => BTreeMap::new(),
        };
        let all = self.merged(&draft.objects);
        if let Some(name) = &draft.base {
            let _ = writeln!(out, "    use: {name}");
            let without: Vec<&str> = base
                .keys()
                .filter(|it| !all.contains_key(*it))
                .map(String::as_str)
                .collect();
            if !without.is_empty() {
                let _ = writeln!(out, "    without: [{}]", without.join(", "));
            }
            let copies = draft
                .methods
                .iter()
                .any(|it| [Method::Put, Method::Patch].contains(it));
            if copies && !draft.methods.contains(&Method::Post) {
                let _ = writeln!(out, "    copies: {name}");
            }
        }
        let patch_only = draft.methods.iter().all(|it| *it == Method::Patch);
        if patch_only {
            out.push_str("    partial: true\n");
        }
        let mut fields = String::new();
        for (field, properties) in all {
            let properties: Vec<&Property> = properties.into_iter().map(|(_, it)| it).collect();
            let mut facts = self.facts(
                &draft.resource,
                draft.base.as_deref().unwrap_or(&draft.name),
                &field,
                &properties,
                true,
            );
            facts.required &= !patch_only;
            let known = base.get(&field);
            let common = self
                .common_fields
                .get(&field)
                .filter(|it| it.ty == facts.ty);
            let guessed = properties.iter().all(|it| it.nullable.is_none());
            if let (true, Some(inherited)) = (guessed, known.or(common)) {
                facts.nullable = inherited.nullable;
            }
            let text = match known {
                Some(known) => overrides(&facts, known),
                None => entry(&facts, common, None),
            };
            if known.is_none() || !text.is_empty() {
                let _ = writeln!(fields, "      {}:{}", scalar(&field), spaced(&text));
            }
        }
        if !fields.is_empty() {
            let _ = write!(out, "    fields:\n{fields}");
        }
        let mut models = vec![(draft.name.clone(), out)];
        if let Some(patch) = &draft.patch {
            let mut out = format!(
                "  {patch}:\n    doc: {MARKER}\n    use: {}\n    partial: true\n",
                draft.name
            );
            if let Some(base) = &draft.base {
                let _ = writeln!(out, "    copies: {base}");
            }
            models.push((patch.clone(), out));
        }
        models
    }

    /// A parameter that an action of the spec lacks.
    pub(super) fn param_extension(&self, name: &str, ty: &str) -> String {
        match self.common_params.contains_key(name) {
            true => format!("{}:", scalar(name)),
            false => format!("{}: {{ type: {ty}, doc: {MARKER} }}", scalar(name)),
        }
    }

    /// A field that a model of the spec lacks.
    pub(super) fn field_extension(&self, name: &str, ty: &str) -> String {
        let plain = !ty.contains([' ', '/']);
        match (self.common_fields.contains_key(name), plain) {
            (true, _) => format!("{}:", scalar(name)),
            (false, true) => format!("{}: {{ type: {ty}, doc: {MARKER} }}", scalar(name)),
            (false, false) => format!(
                "{}: {{ type: {MARKER}, doc: {MARKER} }} # {ty}",
                scalar(name)
            ),
        }
    }
}

fn only(users: &BTreeSet<String>) -> Option<&String> {
    users.iter().next().filter(|_| users.len() == 1)
}

fn in_(param: &Parameter) -> Option<&'static str> {
    (param.location == Location::Header).then(|| param.location.as_str())
}

/// The word of the path behind the resource's own, in the singular: `item` of `/playlists/{id}/items/`.
fn part_behind(path: &str, resource: &str) -> String {
    let mut parts = path
        .split('/')
        .skip_while(|it| it.replace('-', "_") != resource)
        .skip(1);
    let word = parts.find(|it| !it.is_empty() && !it.starts_with('{'));
    word.map(naming::singular).unwrap_or_default()
}

fn spaced(entry: &str) -> String {
    if entry.is_empty() {
        String::new()
    } else {
        format!(" {entry}")
    }
}

/// What stands behind the name of a field or parameter; nothing where the common one says it all.
fn entry(facts: &Facts, common: Option<&Facts>, location: Option<&str>) -> String {
    let mut keys = Vec::new();
    if common.is_none() {
        keys.push(format!("type: {}", facts.ty));
    }
    keys.extend(location.map(|it| format!("in: {it}")));
    keys.extend(flags(facts, common.unwrap_or(&Facts::default())));
    if common.is_none() {
        keys.push(format!("doc: {MARKER}"));
    }
    if keys.is_empty() {
        String::new()
    } else {
        format!("{{ {} }}", keys.join(", "))
    }
}

/// What a field says that it does not take over from the model that it builds on.
fn overrides(facts: &Facts, base: &Facts) -> String {
    let mut keys = Vec::new();
    if facts.ty != base.ty {
        keys.push(format!("type: {}", facts.ty));
    }
    keys.extend(flags(facts, base));
    if keys.is_empty() {
        String::new()
    } else {
        format!("{{ {} }}", keys.join(", "))
    }
}

fn flags(facts: &Facts, base: &Facts) -> Vec<String> {
    let mut keys = Vec::new();
    let switches = [
        ("required", facts.required, base.required),
        ("nullable", facts.nullable, base.nullable),
        ("read_only", facts.read_only, base.read_only),
        ("write_only", facts.write_only, base.write_only),
    ];
    keys.extend(
        switches
            .iter()
            .filter(|(_, a, b)| a != b)
            .map(|(name, a, _)| format!("{name}: {a}")),
    );
    if facts.default != base.default {
        keys.extend(
            facts
                .default
                .as_ref()
                .map(|it| format!("default: {}", literal(it))),
        );
    }
    let Bounds {
        min,
        max,
        min_items,
        max_items,
    } = &facts.bounds;
    let counts = [
        ("min_items", *min_items, base.bounds.min_items),
        ("max_items", *max_items, base.bounds.max_items),
    ];
    let numbers = [
        ("min", *min, base.bounds.min),
        ("max", *max, base.bounds.max),
    ];
    let counts = counts.map(|(name, a, b)| (name, a.map(f64::from), b.map(f64::from)));
    for (name, ours, theirs) in numbers.into_iter().chain(counts) {
        if ours != theirs {
            keys.extend(ours.map(|it| format!("{name}: {it}")));
        }
    }
    keys
}
