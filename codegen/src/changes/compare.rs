//! The comparison of services and resources; what differs goes to the log.

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, Changes, Effect, renames};
use crate::api::{Action, Api, Bounds, Common, Enum, Home, Literal, Model, Resource, Service};
use crate::sentences::count;
use crate::spelling::{bounds_text, literal_text};

mod actions;
mod models;

use actions::action;
use models::{enumeration, model};

/// Compares two states of the spec.
pub fn changes(old: &Api, new: &Api) -> Changes {
    let mut log = Log(Vec::new());
    common(&mut log, &old.common, &new.common);
    let (before, after) = (
        by_name(&old.services, |it| &it.name),
        by_name(&new.services, |it| &it.name),
    );
    for name in union(&before, &after) {
        match (before.get(name), after.get(name)) {
            (Some(old), Some(new)) => service(&mut log, old, new),
            (Some(_), None) => log.breaking(name, None, "is gone, with all its resources"),
            (None, Some(new)) => {
                let resources = count(new.resources.len(), "resource");
                log.add(
                    Effect::Added,
                    name,
                    None,
                    format!("is a new service with {resources}"),
                );
            }
            (None, None) => {}
        }
    }
    Changes { all: log.0 }
}

/// The changes met so far.
struct Log(Vec<Change>);

impl Log {
    fn add(&mut self, effect: Effect, place: &str, item: Option<&str>, what: impl Into<String>) {
        let item = item.map(str::to_owned);
        self.0.push(Change {
            effect,
            place: place.to_owned(),
            item,
            what: what.into(),
        });
    }

    fn breaking(&mut self, place: &str, item: Option<&str>, what: impl Into<String>) {
        self.add(Effect::Breaking, place, item, what);
    }

    /// Enters a change of a fact, if it is one.
    fn turned(
        &mut self,
        effect: Effect,
        place: &str,
        item: Option<&str>,
        what: &str,
        old: String,
        new: String,
    ) {
        if old != new {
            let show = |it: String| {
                if it.is_empty() {
                    "none".to_owned()
                } else {
                    format!("`{it}`")
                }
            };
            self.add(
                effect,
                place,
                item,
                format!("{what} {} instead of {}", show(new), show(old)),
            );
        }
    }

    fn deprecation(
        &mut self,
        place: &str,
        item: Option<&str>,
        old: Option<&String>,
        new: Option<&String>,
    ) {
        match (old, new) {
            (None, Some(why)) => {
                let why = why.trim().trim_end_matches('.');
                self.add(
                    Effect::Deprecated,
                    place,
                    item,
                    format!("is deprecated: {why}"),
                );
            }
            (Some(_), None) => self.add(Effect::Changed, place, item, "is not deprecated any more"),
            _ => {}
        }
    }
}

fn by_name<T>(all: &[T], name: impl Fn(&T) -> &String) -> BTreeMap<&str, &T> {
    all.iter().map(|it| (name(it).as_str(), it)).collect()
}

fn union<'a, T>(old: &BTreeMap<&'a str, T>, new: &BTreeMap<&'a str, T>) -> BTreeSet<&'a str> {
    old.keys().chain(new.keys()).copied().collect()
}

fn service(log: &mut Log, old: &Service, new: &Service) {
    let renames = renames::find(old, new);
    for (before, after) in &renames {
        let place = |name: &str| format!("{}::{name}", new.name);
        log.breaking(&place(before), Some(&place(after)), "is its name now");
    }
    let old = &renames::apply(&renames, old);
    let name = new.name.as_str();
    let (before, after) = (&old.base_path, &new.base_path);
    log.turned(
        Effect::Breaking,
        name,
        None,
        "is at",
        before.clone(),
        after.clone(),
    );
    let rate = |it: &Service| {
        let rate = it.rate_limit;
        format!(
            "{} a second, {} in {} s",
            rate.per_second, rate.burst, rate.burst_seconds
        )
    };
    log.turned(
        Effect::Changed,
        name,
        None,
        "takes requests at the rate",
        rate(old),
        rate(new),
    );
    let (before, after) = (
        by_name(&old.resources, |it| &it.name),
        by_name(&new.resources, |it| &it.name),
    );
    for name in union(&before, &after) {
        match (before.get(name), after.get(name)) {
            (Some(before), Some(after)) => resource(log, (old, before), (new, after)),
            (Some(before), None) => log.breaking(&before.path(old), None, "is gone"),
            (None, Some(after)) => {
                let actions = count(after.actions.len(), "action");
                log.add(
                    Effect::Added,
                    &after.path(new),
                    None,
                    format!("is a new resource with {actions}"),
                );
            }
            (None, None) => {}
        }
    }
    // What came or went with a whole resource needs no line of its own.
    let both = |home: &Home| match home {
        Home::Common | Home::Service => true,
        Home::Resource(name) => {
            before.contains_key(name.as_str()) == after.contains_key(name.as_str())
        }
    };
    types(
        log,
        &new.name,
        (&old.models, &old.enums),
        (&new.models, &new.enums),
        &both,
    );
}

/// What all services share.
fn common(log: &mut Log, old: &Common, new: &Common) {
    types(
        log,
        "common",
        (&old.models, &old.enums),
        (&new.models, &new.enums),
        &|_| true,
    );
    for name in names(&old.ids, &new.ids) {
        let place = format!("ids::{name}");
        match (old.ids.contains_key(name), new.ids.contains_key(name)) {
            (true, false) => log.breaking(&place, None, "is gone"),
            (false, true) => log.add(Effect::Added, &place, None, "is a new id"),
            _ => {}
        }
    }
}

/// Models and enums by name.
type Types<'a> = (&'a BTreeMap<String, Model>, &'a BTreeMap<String, Enum>);

/// The models and enums of one module of the crate. Those whose resource came or went as a whole are
/// only reported if `both` says so.
fn types(
    log: &mut Log,
    module: &str,
    old: Types<'_>,
    new: Types<'_>,
    both: &dyn Fn(&Home) -> bool,
) {
    for name in names(old.0, new.0) {
        let place = format!("{module}::{name}");
        match (old.0.get(name), new.0.get(name)) {
            (Some(old), Some(new)) => model(log, &place, old, new),
            (Some(old), None) if both(&old.home) => log.breaking(&place, None, "is gone"),
            (None, Some(new)) if both(&new.home) => {
                log.add(Effect::Added, &place, None, "is a new model")
            }
            _ => {}
        }
    }
    for name in names(old.1, new.1) {
        let place = format!("{module}::{name}");
        match (old.1.get(name), new.1.get(name)) {
            (Some(old), Some(new)) => enumeration(log, &place, old, new),
            (Some(old), None) if both(&old.home) => log.breaking(&place, None, "is gone"),
            (None, Some(new)) if both(&new.home) => {
                log.add(Effect::Added, &place, None, "is a new enum")
            }
            _ => {}
        }
    }
}

/// The names of both, in order.
fn names<'a, T>(
    old: &'a BTreeMap<String, T>,
    new: &'a BTreeMap<String, T>,
) -> BTreeSet<&'a String> {
    old.keys().chain(new.keys()).collect()
}

fn resource(log: &mut Log, (_, old): (&Service, &Resource), (service, new): (&Service, &Resource)) {
    let place = |name: &str| format!("{}.{name}", new.path(service));
    let same_request = |a: &Action, b: &Action| a.method == b.method && a.path == b.path;
    let mut renamed = BTreeSet::new();
    for before in &old.actions {
        if let Some(after) = new.actions.iter().find(|it| it.name == before.name) {
            action(log, &place(&after.name), (old, before), (new, after));
            continue;
        }
        let fresh = new
            .actions
            .iter()
            .filter(|it| !old.actions.iter().any(|old| old.name == it.name));
        match fresh.into_iter().find(|it| same_request(it, before)) {
            Some(after) => {
                renamed.insert(after.name.as_str());
                log.breaking(
                    &place(&before.name),
                    Some(&place(&after.name)),
                    "is its name now",
                );
                action(log, &place(&after.name), (old, before), (new, after));
            }
            None => log.breaking(&place(&before.name), None, "is gone"),
        }
    }
    for after in &new.actions {
        if !old.actions.iter().any(|it| it.name == after.name)
            && !renamed.contains(after.name.as_str())
        {
            let request = format!("is new: `{} {}`", after.method.as_str(), after.path);
            log.add(Effect::Added, &place(&after.name), None, request);
        }
    }
}

fn renamed(
    log: &mut Log,
    place: &str,
    item: Option<&str>,
    old: Option<&String>,
    new: Option<&String>,
) {
    let text = |it: Option<&String>| it.cloned().unwrap_or_else(|| "its own name".to_owned());
    log.turned(
        Effect::Breaking,
        place,
        item,
        "is called",
        text(old),
        text(new),
    );
}

/// What is required is passed to the constructor, the rest is set afterwards.
fn need(log: &mut Log, place: &str, item: Option<&str>, old: bool, new: bool) {
    match (old, new) {
        (false, true) => log.breaking(place, item, "is required now: the constructor takes it"),
        (true, false) => log.breaking(
            place,
            item,
            "is not required any more: it is set, not passed to the constructor",
        ),
        _ => {}
    }
}

type Facts<'a> = (Option<&'a Literal>, &'a Bounds);

fn facts(log: &mut Log, place: &str, item: Option<&str>, old: Facts<'_>, new: Facts<'_>) {
    let default = |it: Facts<'_>| it.0.map(literal_text).unwrap_or_default();
    log.turned(
        Effect::Changed,
        place,
        item,
        "defaults to",
        default(old),
        default(new),
    );
    log.turned(
        Effect::Changed,
        place,
        item,
        "is bounded by",
        bounds_text(old.1),
        bounds_text(new.1),
    );
}

/// The same arguments in another order.
fn reordered(log: &mut Log, place: &str, old: Vec<String>, new: Vec<String>) {
    let same = old.iter().collect::<BTreeSet<_>>() == new.iter().collect::<BTreeSet<_>>();
    if same && old != new {
        log.breaking(
            place,
            None,
            format!("takes its arguments in the order `{}`", new.join(", ")),
        );
    }
}
