//! Names for what only the document has: resources, actions, models.

use std::collections::BTreeSet;

use super::Task;
use crate::api::{Api, Method, Service};
use crate::document::{Answer, Document, Operation};
use crate::ident::{request, upper_camel};
use crate::name::handle;

/// The resource and the action name of each missing operation.
pub(super) fn tasks<'d>(
    service: &Service,
    document: &Document,
    missing: &[&'d Operation],
) -> Vec<Task<'d>> {
    let mut tasks: Vec<Task<'d>> = Vec::new();
    for operation in missing {
        let resource = resource(service, &operation.path);
        let known = service.resources.iter().find(|it| it.name == resource);
        let singular = known.map_or_else(|| singular(&resource), |it| it.singular.clone());
        let mut action = action(document, operation, &resource);
        let taken = |name: &str| {
            let there = known.is_some_and(|it| it.actions.iter().any(|it| it.name == name));
            there
                || tasks
                    .iter()
                    .any(|it| it.resource == resource && it.action == name)
        };
        if taken(&action) {
            action = by_placeholders(&action, &operation.path, &taken);
        }
        tasks.push(Task {
            operation,
            resource,
            singular,
            action,
        });
    }
    tasks.sort_by(|a, b| {
        let order = |it: &Task<'_>| (it.resource.clone(), it.operation.path.clone(), rank(it));
        order(a).cmp(&order(b))
    });
    tasks
}

/// Reading comes first, then making, changing and removing.
fn rank(task: &Task<'_>) -> u8 {
    match task.operation.method {
        Method::Get => 0,
        Method::Post => 1,
        Method::Put => 2,
        Method::Patch => 3,
        Method::Delete => 4,
    }
}

fn literals(path: &str) -> Vec<&str> {
    let parts = path
        .split('/')
        .filter(|it| !it.is_empty() && !it.starts_with('{'));
    parts.filter(|it| !is_version(it)).collect()
}

fn is_version(part: &str) -> bool {
    part.strip_prefix('v')
        .is_some_and(|it| it.chars().all(|it| it.is_ascii_digit()))
}

/// The resource that the path names last, or whose paths all begin like this one; else a new one,
/// called after the path's first word.
fn resource(service: &Service, path: &str) -> String {
    let words: Vec<String> = literals(path)
        .iter()
        .map(|it| it.replace('-', "_"))
        .collect();
    let named = service.resources.iter().filter_map(|it| {
        let at = words
            .iter()
            .rposition(|word| *word == it.name || *word == it.singular)?;
        // The same word means something else behind other words: `/delete_queue/assets/`.
        let begins = |path: &str| {
            literals(path)
                .iter()
                .map(|it| it.replace('-', "_"))
                .take(at + 1)
                .eq(words[..=at].iter().cloned())
        };
        it.actions
            .iter()
            .any(|it| begins(&it.path))
            .then_some((at, it))
    });
    if let Some((_, resource)) = named.max_by_key(|(at, _)| *at) {
        return resource.name.clone();
    }
    let first = words.first().map_or("root", String::as_str);
    let begins = |path: &str| literals(path).first().is_some_and(|it| *it == first);
    let alike = service
        .resources
        .iter()
        .find(|it| it.actions.iter().all(|it| begins(&it.path)));
    if let Some(resource) = alike {
        return resource.name.clone();
    }
    first.to_owned()
}

/// Verb and noun, as the other actions are called.
fn action(document: &Document, operation: &Operation, resource: &str) -> String {
    let parts: Vec<&str> = operation
        .path
        .split('/')
        .filter(|it| !it.is_empty())
        .collect();
    let start = parts
        .iter()
        .rposition(|it| it.replace('-', "_") == resource);
    let start = start.unwrap_or_else(|| parts.iter().position(|it| !is_version(it)).unwrap_or(0));
    let behind = parts.get(start + 1..).unwrap_or_default();
    let one = parts.last().is_some_and(|it| it.starts_with('{'));
    let mut words: Vec<String> = Vec::new();
    for (at, word) in behind
        .iter()
        .enumerate()
        .filter(|(_, it)| !it.starts_with('{'))
    {
        let named = behind.get(at + 1).is_some_and(|it| it.starts_with('{'));
        let word = word.replace('-', "_");
        words.push(if named { singular(&word) } else { word });
    }
    let tail = words.last().cloned().unwrap_or_default();
    let plural = tail.ends_with('s');
    let verb = match operation.method {
        Method::Get if lists(document, operation) => "list",
        Method::Get => "get",
        Method::Post if !one && !tail.is_empty() && !plural => return words.join("_"),
        Method::Post if !tail.is_empty() && plural => {
            words.pop();
            words.push(singular(&tail));
            "add"
        }
        Method::Post => "create",
        Method::Put => "replace",
        Method::Patch => "update",
        Method::Delete => "delete",
    };
    words.insert(0, verb.to_owned());
    words.join("_")
}

fn lists(document: &Document, operation: &Operation) -> bool {
    operation.answers.values().any(|it| match it {
        Answer::Json(kind) => document.envelope(kind).is_some(),
        _ => false,
    })
}

/// The action with as many of the path's placeholders, from the last one on, as tell it from others.
fn by_placeholders(action: &str, path: &str, taken: &dyn Fn(&str) -> bool) -> String {
    let mut name = action.to_owned();
    let placeholders = path.split('/').rev();
    for it in placeholders.filter_map(|it| it.strip_prefix('{')?.strip_suffix('}')) {
        name = format!("{name}_by_{}", it.trim_end_matches("_id"));
        if !taken(&name) {
            return name;
        }
    }
    format!("{name}_{}", super::MARKER.to_lowercase())
}

/// `items` → `item`, `entries` → `entry`.
pub(super) fn singular(word: &str) -> String {
    match word.strip_suffix("ies") {
        Some(stem) if !stem.is_empty() => format!("{stem}y"),
        _ => word
            .strip_suffix('s')
            .filter(|it| !it.ends_with('s'))
            .unwrap_or(word)
            .to_owned(),
    }
}

/// Names of types, handles and requests, of the spec and of what is scaffolded.
pub(super) fn blocked(api: &Api, service: &Service, tasks: &[Task<'_>]) -> BTreeSet<String> {
    let scope = api.scope(service);
    let mut names = BTreeSet::new();
    names.extend(scope.models().map(|it| it.name.clone()));
    names.extend(scope.enums().map(|it| it.name.clone()));
    names.extend(scope.ids().map(|it| it.name.clone()));
    for it in &service.resources {
        names.insert(handle(&it.name));
        let actions = it.actions.iter();
        names.extend(actions.map(|action| crate::name::request(it, action)));
    }
    for task in tasks {
        names.insert(handle(&task.resource));
        names.insert(request(&task.action, &task.resource, &task.singular));
    }
    names
}

/// What an object is called once the endings are gone that tell where it is used.
pub(super) fn entity(object: &str) -> String {
    strip(object, &["Schema", "Elastic", "Typed"])
}

/// The full name of an object.
pub(super) fn full(object: &str) -> String {
    strip(object, &["Schema"])
}

/// What a request body is about.
pub(super) fn body(object: &str) -> String {
    strip(
        object,
        &[
            "Schema", "Elastic", "Typed", "Create", "Edit", "Input", "Update",
        ],
    )
}

/// The thing that a model is about, whatever is done with it.
pub(super) fn noun(model: &str) -> String {
    let name = strip(
        model,
        &["Schema", "Create", "Edit", "Update", "Replacement", "Patch"],
    );
    let inner = name
        .strip_prefix("New")
        .filter(|it| it.starts_with(|it: char| it.is_ascii_uppercase()));
    inner.map(str::to_owned).unwrap_or(name)
}

fn strip(object: &str, endings: &[&str]) -> String {
    // Objects without a name of their own are called after the place where they stand.
    let words = object.replace(|it: char| !it.is_ascii_alphanumeric(), "_");
    let mut name = upper_camel(&words);
    while let Some(shorter) = endings.iter().find_map(|it| name.strip_suffix(it)) {
        if shorter.is_empty() {
            break;
        }
        name = shorter.to_owned();
    }
    name
}

/// `name`, or something like it that nobody has yet.
pub(super) fn free(name: &str, taken: &BTreeSet<String>, prefix: &str) -> String {
    if !taken.contains(name) {
        return name.to_owned();
    }
    let longer = format!("{prefix}{name}");
    if !taken.contains(&longer) {
        return longer;
    }
    (2..)
        .map(|n| format!("{name}{n}"))
        .find(|it| !taken.contains(it))
        .unwrap_or(longer)
}
