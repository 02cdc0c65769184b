//! Names for what only the document has: resources, actions, models.

use std::collections::BTreeSet;

use crate::api::{Method, Service};
use crate::document::{Document, Operation, Response};
use crate::ident::{self, snake, upper_camel};
use crate::rust::reserved;

/// A missing operation, and the place that it gets.
pub(super) struct Task<'d> {
    pub(super) operation: &'d Operation,
    pub(super) resource: String,
    pub(super) singular: String,
    pub(super) action: String,
    /// Whether the name of the action is only a number away from that of another one.
    pub(super) numbered: bool,
}

/// The resource and the action name of each missing operation.
pub(super) fn tasks<'d>(
    service: &Service,
    document: &Document,
    missing: &[&'d Operation],
) -> Vec<Task<'d>> {
    let paths = Paths::new(document);
    let mut requests = requests(service);
    let mut tasks: Vec<Task<'d>> = Vec::new();
    let mut ordered = missing.to_vec();
    // The older version of a path comes first, and gets the shorter name.
    ordered.sort_by_key(|operation| {
        (
            version(&operation.path),
            operation.path.matches('{').count(),
        )
    });
    for operation in ordered {
        let path = Path::new(&operation.path);
        let (resource, at) = resource(service, &paths, &path);
        let known = service
            .resources
            .iter()
            .find(|known| known.name == resource);
        let singular = known.map_or_else(|| singular(&resource), |known| known.singular.clone());
        let taken = |action: &str, requests: &BTreeSet<String>| {
            let there =
                known.is_some_and(|known| known.actions.iter().any(|other| other.name == action));
            let drafted = tasks
                .iter()
                .any(|task| task.resource == resource && task.action == action);
            there || drafted || requests.contains(&ident::request(action, &resource, &singular))
        };
        let plain = action(document, operation, &paths, &path, at);
        let mut names = vec![plain.clone()];
        if version(&operation.path) > 1 {
            names.push(format!("{plain}_v{}", version(&operation.path)));
        }
        names.extend(
            path.owners(at)
                .into_iter()
                .map(|owner| format!("{plain}_for_{owner}")),
        );
        names.extend(path.placeholders().map(|name| format!("{plain}_by_{name}")));
        let free = names.iter().find(|name| !taken(name, &requests)).cloned();
        let numbered = free.is_none();
        let last = names.last().cloned().unwrap_or(plain);
        let mut numbers = (2..).map(|n| format!("{last}_{n}"));
        let action = free
            .or_else(|| numbers.find(|name| !taken(name, &requests)))
            .unwrap_or(last);
        requests.insert(ident::request(&action, &resource, &singular));
        tasks.push(Task {
            operation,
            resource,
            singular,
            action,
            numbered,
        });
    }
    apart(service, &mut tasks);
    tasks.sort_by(|a, b| {
        let order = |task: &Task<'_>| {
            (
                task.resource.clone(),
                task.operation.path.clone(),
                task.operation.method,
            )
        };
        order(a).cmp(&order(b))
    });
    tasks
}

/// Renames new resources whose names are taken: by the library, or by an action of the principal
/// resource, since both are methods of the service's handle.
fn apart(service: &Service, tasks: &mut [Task<'_>]) {
    let drafted = tasks.iter().filter(|task| task.resource == service.name);
    let mut methods: BTreeSet<String> = drafted.map(|task| task.action.clone()).collect();
    let actions = service
        .principal()
        .into_iter()
        .flat_map(|resource| &resource.actions);
    methods.extend(actions.map(|action| action.name.clone()));
    let known = |name: &str| {
        service
            .resources
            .iter()
            .any(|resource| resource.name == name)
    };
    for task in tasks {
        let taken = methods.contains(&task.resource)
            || reserved::is_resource(&task.resource)
            || reserved::is_method(&task.resource);
        if taken && !known(&task.resource) {
            task.resource = format!("{}_requests", task.singular);
            task.singular = format!("{}_request", task.singular);
        }
    }
}

/// The names of the requests that the service has.
fn requests(service: &Service) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for resource in &service.resources {
        names.extend(resource.actions.iter().map(|action| match &action.request {
            Some(name) => name.clone(),
            None => ident::request(&action.name, &resource.name, &resource.singular),
        }));
    }
    names
}

/// Names of types, handles and requests, of the spec and of what is scaffolded.
pub(super) fn reserved(service: &Service, tasks: &[Task<'_>]) -> BTreeSet<String> {
    let mut names = requests(service);
    names.insert(upper_camel(&service.name));
    names.extend(
        service
            .resources
            .iter()
            .map(|resource| upper_camel(&resource.name)),
    );
    for task in tasks {
        names.insert(upper_camel(&task.resource));
        let request = ident::request(&task.action, &task.resource, &task.singular);
        names.insert(format!("{request}Outcome"));
        names.insert(request);
    }
    names
}

/// A path, part by part, without its version.
struct Path<'p> {
    parts: Vec<&'p str>,
}

impl<'p> Path<'p> {
    fn new(path: &'p str) -> Self {
        let parts = path
            .split('/')
            .filter(|part| !part.is_empty() && !is_version(part));
        Self {
            parts: parts.collect(),
        }
    }

    /// The words from `start` on, with their positions.
    fn words(&self, start: usize) -> impl DoubleEndedIterator<Item = (usize, String)> {
        let parts = self.parts.iter().enumerate().skip(start);
        parts
            .filter(|(_, part)| !part.starts_with('{'))
            .map(|(at, part)| (at, snake(part)))
    }

    fn ends_with_placeholder(&self) -> bool {
        self.parts.last().is_some_and(|part| part.starts_with('{'))
    }

    fn placeholders(&self) -> impl Iterator<Item = String> {
        let parts = self.parts.iter().rev();
        parts.filter_map(|part| {
            let name = part.strip_prefix('{')?.strip_suffix('}')?;
            Some(snake(name.strip_suffix("_id").unwrap_or(name)))
        })
    }

    /// What the part at `at` belongs to, from the inside out: `asset` of `/assets/{id}/files/`.
    fn owners(&self, at: usize) -> Vec<String> {
        let before = &self.parts[..at.min(self.parts.len())];
        let owned = before
            .windows(2)
            .rev()
            .filter(|pair| pair[1].starts_with('{'));
        owned.map(|pair| singular(&snake(pair[0]))).collect()
    }

    /// The path up to a part, without the names of its placeholders.
    fn outline(&self, end: usize) -> String {
        let parts = self.parts.iter().take(end + 1);
        let parts = parts.map(|part| if part.starts_with('{') { "{}" } else { part });
        parts.collect::<Vec<_>>().join("/")
    }
}

/// Every path of a document, with its methods.
struct Paths(BTreeSet<(String, Method)>);

impl Paths {
    fn new(document: &Document) -> Self {
        let operations = document.operations.iter();
        let all = operations.map(|operation| {
            let path = Path::new(&operation.path);
            (path.outline(path.parts.len()), operation.method)
        });
        Self(all.collect())
    }

    /// Whether single objects are below a path that ends with this word.
    fn is_noun(&self, word: &str) -> bool {
        self.0.iter().any(|(path, _)| {
            let last = path.rsplit('/').next().unwrap_or_default();
            snake(last) == word && self.is_collection(path)
        })
    }

    fn has(&self, outline: &str) -> bool {
        self.0.iter().any(|(path, _)| path == outline)
    }

    /// Whether single objects are below this path, and the path is one itself. Parts of an object
    /// belong to its resource.
    fn is_collection(&self, outline: &str) -> bool {
        let word = outline.rsplit('/').next().unwrap_or_default();
        let owned = outline.contains("{}") && PARTS.contains(&word);
        !owned && self.has(outline) && self.has(&format!("{outline}/{{}}"))
    }
}

/// The resource of a path, and the position of its word: one of the spec that the path names last; else
/// the last word that objects are listed and found under; else the first word.
fn resource(service: &Service, paths: &Paths, path: &Path<'_>) -> (String, usize) {
    let named = service.resources.iter().filter_map(|resource| {
        let (at, _) = path
            .words(0)
            .rfind(|(_, word)| *word == resource.name || *word == resource.singular)?;
        // The same word means something else after other words: `/delete_queue/assets/`.
        let begins = |other: &str| {
            let other = Path::new(other);
            other.parts.len() > at && other.outline(at) == path.outline(at)
        };
        let same = resource.actions.iter().any(|action| begins(&action.path));
        same.then(|| (at, resource.name.clone()))
    });
    // What belongs to an object is of the same kind as what is found elsewhere by the same word.
    let listed = path.words(0).rfind(|(at, word)| {
        let owned = *at > 0 && path.parts[at - 1].starts_with('{');
        paths.is_collection(&path.outline(*at)) || owned && paths.is_noun(word)
    });
    let best = named.max_by_key(|(at, _)| *at);
    let found = match (best, listed) {
        (Some(named), Some(listed)) if listed.0 > named.0 => Some((listed.0, listed.1)),
        (Some(named), _) => Some(named),
        (None, listed) => listed,
    };
    let first = path.words(0).next();
    let (at, name) = found.or(first).unwrap_or((0, service.name.clone()));
    (name, at)
}

/// Words for what an object consists of.
const PARTS: [&str; 5] = ["content", "contents", "items", "members", "steps"];

/// Words that mean several objects at once.
const MANY: [&str; 3] = ["bulk", "multi", "many"];

/// What a path may end with instead of a noun, whatever the method is.
const VERBS: [&str; 13] = [
    "abort", "archive", "cancel", "export", "purge", "reindex", "reset", "restore", "resume",
    "start", "stop", "transfer", "verify",
];

/// Verb and noun, as the other actions are called. `at` is the position of the resource's word.
fn action(
    document: &Document,
    operation: &Operation,
    paths: &Paths,
    path: &Path<'_>,
    at: usize,
) -> String {
    let mut amount = None;
    let mut words: Vec<String> = Vec::new();
    for (position, word) in path.words(at + 1) {
        if MANY.contains(&word.as_str()) {
            amount = Some("many");
            continue;
        }
        if word == "all" {
            amount = Some("all");
            continue;
        }
        let one = path
            .parts
            .get(position + 1)
            .is_some_and(|part| part.starts_with('{'));
        words.push(if one { singular(&word) } else { word });
    }
    let one = path.ends_with_placeholder();
    let outline = path.outline(path.parts.len());
    if words.is_empty() && !one && paths.has(&format!("{outline}/{{}}")) {
        let single = matches!(operation.method, Method::Get | Method::Post);
        amount = amount.or((!single).then_some("many"));
    }
    let tail = words.last().cloned().unwrap_or_default();
    // The path ends with what it does: `/assets/{asset_id}/reindex/`.
    let post = operation.method == Method::Post && singular(&tail) == tail;
    let verb = VERBS.contains(&tail.as_str()) && operation.method != Method::Get;
    if !one && !tail.is_empty() && (post || verb) {
        words.pop();
        return joined(&tail, amount, &words);
    }
    let verb = match operation.method {
        Method::Get if lists(document, operation) => "list",
        Method::Get => "get",
        Method::Post if tail.is_empty() => "create",
        Method::Post => {
            words.pop();
            words.push(singular(&tail));
            "add"
        }
        Method::Put => "replace",
        Method::Patch => "update",
        Method::Delete => "delete",
    };
    joined(verb, amount, &words)
}

fn joined(verb: &str, amount: Option<&str>, words: &[String]) -> String {
    let verb = [verb].into_iter().chain(amount);
    let words = verb.chain(words.iter().map(String::as_str));
    words.collect::<Vec<_>>().join("_")
}

fn lists(document: &Document, operation: &Operation) -> bool {
    operation.responses.values().any(|response| match response {
        Response::Json(kind) => document.envelope(kind).is_some(),
        _ => false,
    })
}

fn is_version(part: &str) -> bool {
    part.strip_prefix('v')
        .is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit()))
}

/// The version that a path begins with; 1 where it names none.
fn version(path: &str) -> u32 {
    let first = path.split('/').find(|part| !part.is_empty());
    let version = first.filter(|part| is_version(part));
    version.and_then(|part| part[1..].parse().ok()).unwrap_or(1)
}

/// `items` → `item`, `entries` → `entry`.
pub(super) fn singular(word: &str) -> String {
    match word.strip_suffix("ies") {
        Some(stem) if !stem.is_empty() => format!("{stem}y"),
        _ => word
            .strip_suffix('s')
            // `status`, `analysis` and `access` are one.
            .filter(|stem| !stem.is_empty() && !stem.ends_with(['s', 'u', 'i']))
            .unwrap_or(word)
            .to_owned(),
    }
}

/// What an object is called without the endings that say where it is used.
pub(super) fn entity(object: &str) -> String {
    strip(object, &["Schema", "Elastic", "Typed"])
}

/// The full name of an object.
pub(super) fn full(object: &str) -> String {
    strip(object, &["Schema"])
}

/// What a request body is about.
pub(super) fn body(object: &str) -> String {
    let endings = [
        "Schema", "Elastic", "Typed", "Create", "Edit", "Input", "Update",
    ];
    strip(object, &endings)
}

/// The object that a model is about, whatever is done with it.
pub(super) fn noun(model: &str) -> String {
    let endings = ["Schema", "Create", "Edit", "Update", "Replacement", "Patch"];
    let name = strip(model, &endings);
    let inner = name
        .strip_prefix("New")
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()));
    inner.map(str::to_owned).unwrap_or(name)
}

fn strip(object: &str, endings: &[&str]) -> String {
    // Objects without a name of their own are called after the place where they are.
    let words = object.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    let mut name = upper_camel(&words);
    while let Some(shorter) = endings.iter().find_map(|ending| name.strip_suffix(ending)) {
        if shorter.is_empty() {
            break;
        }
        name = shorter.to_owned();
    }
    name
}

/// `name`, or something like it that is free.
pub(super) fn free(name: &str, taken: &BTreeSet<String>, prefix: &str) -> String {
    let longer = format!("{prefix}{name}");
    let numbers = (2..).map(|n| format!("{name}{n}"));
    let mut names = [name.to_owned(), longer.clone()].into_iter().chain(numbers);
    names.find(|name| !taken.contains(name)).unwrap_or(longer)
}
