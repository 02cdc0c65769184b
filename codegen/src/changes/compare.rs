//! The comparison, from services down to values; what differs goes to the log.

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, Changes, Effect, renames};
use crate::api::{
    Action, Api, Body, Bounds, Common, Direction, Enum, Field, Home, Literal, Location, Model,
    Param, Resource, Service, Shape, Variant,
};
use crate::name;
use crate::words::{body_text, bounds_text, count, literal_text, request_body_text, type_text};

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
        "stands at",
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

/// An action and the resource that it belongs to.
type Owned<'a> = (&'a Resource, &'a Action);

fn action(log: &mut Log, place: &str, (owner, old): Owned<'_>, (owner_now, new): Owned<'_>) {
    let request = |it: &Action| format!("{} {}", it.method.as_str(), it.path);
    log.turned(
        Effect::Breaking,
        place,
        None,
        "sends",
        request(old),
        request(new),
    );
    // A new name of the action is told already, and names the request as well.
    if old.name == new.name {
        log.turned(
            Effect::Breaking,
            place,
            None,
            "calls its request type",
            name::request(owner, old),
            name::request(owner_now, new),
        );
    }
    log.turned(
        Effect::Breaking,
        place,
        None,
        "takes the credentials",
        old.auth.as_str().into(),
        new.auth.as_str().into(),
    );
    let sorted = |it: &[String]| {
        let roles: BTreeSet<&str> = it.iter().map(String::as_str).collect();
        roles.into_iter().collect::<Vec<_>>().join(", ")
    };
    log.turned(
        Effect::Changed,
        place,
        None,
        "needs the roles",
        sorted(&old.roles),
        sorted(&new.roles),
    );
    if old.idempotent != new.idempotent {
        let what = if new.idempotent {
            "may be repeated after an error"
        } else {
            "is not repeated after an error any more"
        };
        log.add(Effect::Changed, place, None, what);
    }
    for style in new.paging.iter().filter(|it| !old.paging.contains(it)) {
        log.add(
            Effect::Added,
            place,
            None,
            format!("can page by `{}`", style.as_str()),
        );
    }
    for style in old.paging.iter().filter(|it| !new.paging.contains(it)) {
        log.breaking(
            place,
            None,
            format!("cannot page by `{}` any more", style.as_str()),
        );
    }
    params(log, place, old, new);
    body(log, place, old, new);
    answers(log, place, old, new);
    log.deprecation(
        place,
        None,
        old.deprecated.as_ref(),
        new.deprecated.as_ref(),
    );
}

fn params(log: &mut Log, place: &str, old: &Action, new: &Action) {
    let by_wire = |all: &'_ [Param]| {
        all.iter()
            .map(|it| (it.wire.clone(), it.clone()))
            .collect::<BTreeMap<_, _>>()
    };
    let (before, after) = (by_wire(&old.params), by_wire(&new.params));
    for (wire, old) in &before {
        let item = Some(wire.as_str());
        let Some(new) = after.get(wire) else {
            log.breaking(place, item, "is gone");
            continue;
        };
        log.turned(
            Effect::Breaking,
            place,
            item,
            "is of type",
            type_text(&old.ty),
            type_text(&new.ty),
        );
        let location = |it: &Param| it.location.as_str().to_owned();
        log.turned(
            Effect::Breaking,
            place,
            item,
            "goes into the",
            location(old),
            location(new),
        );
        renamed(log, place, item, old.rename.as_ref(), new.rename.as_ref());
        need(log, place, item, old.required, new.required);
        facts(
            log,
            place,
            item,
            (old.default.as_ref(), &old.bounds),
            (new.default.as_ref(), &new.bounds),
        );
        log.deprecation(
            place,
            item,
            old.deprecated.as_ref(),
            new.deprecated.as_ref(),
        );
    }
    for (wire, new) in after.iter().filter(|(wire, _)| !before.contains_key(*wire)) {
        let ty = type_text(&new.ty);
        match new.required || new.location == Location::Path {
            true => log.breaking(
                place,
                Some(wire),
                format!("is a new parameter that the constructor takes: `{ty}`"),
            ),
            false => log.add(
                Effect::Added,
                place,
                Some(wire),
                format!("is a new parameter: `{ty}`"),
            ),
        }
    }
    let order = |action: &Action| {
        let taken = action
            .params
            .iter()
            .filter(|it| it.required || it.location == Location::Path);
        taken.map(|it| it.wire.clone()).collect::<Vec<_>>()
    };
    reordered(log, place, order(old), order(new));
}

fn body(log: &mut Log, place: &str, old: &Action, new: &Action) {
    match (&old.body, &new.body) {
        (None, None) => {}
        (None, Some(body)) => {
            let ty = request_body_text(body);
            match body.required {
                true => log.breaking(place, None, format!("takes a body now: `{ty}`")),
                false => log.add(
                    Effect::Added,
                    place,
                    None,
                    format!("can take a body: `{ty}`"),
                ),
            }
        }
        (Some(body), None) => log.breaking(
            place,
            None,
            format!("takes no body any more, was `{}`", request_body_text(body)),
        ),
        (Some(old), Some(new)) => {
            log.turned(
                Effect::Breaking,
                place,
                None,
                "takes the body",
                request_body_text(old),
                request_body_text(new),
            );
            if old.required != new.required {
                let what = if new.required {
                    "requires its body now"
                } else {
                    "does not require its body any more: it is set, not passed"
                };
                log.breaking(place, None, what);
            }
        }
    }
}

fn answers(log: &mut Log, place: &str, old: &Action, new: &Action) {
    let bodies = |it: &Action| {
        let mut bodies: Vec<String> = Vec::new();
        for (_, body) in &it.returns {
            let text = match body {
                Body::Nothing => "nothing".to_owned(),
                body => body_text(body),
            };
            if !bodies.contains(&text) {
                bodies.push(text);
            }
        }
        bodies.sort();
        bodies.join(" or ")
    };
    let codes = |it: &Action| {
        it.returns
            .iter()
            .map(|(code, _)| code.to_string())
            .collect::<Vec<_>>()
            .join(", ")
    };
    if bodies(old) != bodies(new) {
        log.turned(
            Effect::Breaking,
            place,
            None,
            "answers with",
            bodies(old),
            bodies(new),
        );
    } else {
        log.turned(
            Effect::Changed,
            place,
            None,
            "answers with the status",
            codes(old),
            codes(new),
        );
    }
}

fn model(log: &mut Log, place: &str, old: &Model, new: &Model) {
    match (old.direction, new.direction) {
        (old, new) if old == new => {}
        // The fields stay as they are; a constructor and setters come.
        (Direction::Response, Direction::Both) => {
            log.add(
                Effect::Added,
                place,
                None,
                "can be sent, too: it has a constructor and setters",
            );
        }
        (old, new) => {
            let text = |it: Direction| match it {
                Direction::Request => "requests",
                Direction::Response => "answers",
                Direction::Both => "requests and answers",
            };
            log.breaking(
                place,
                None,
                format!("is for {} now, was for {}", text(new), text(old)),
            );
        }
    }
    let copies = |it: &Model| it.copies.clone().unwrap_or_default();
    match (&old.copies, &new.copies) {
        (None, Some(from)) => log.add(
            Effect::Added,
            place,
            None,
            format!("can be made from `{from}`"),
        ),
        _ => log.turned(
            Effect::Breaking,
            place,
            None,
            "can be made from",
            copies(old),
            copies(new),
        ),
    }
    match (&old.shape, &new.shape) {
        (Shape::Fields(old), Shape::Fields(after)) => fields(log, place, new, old, after),
        (
            Shape::Union {
                tag: was,
                content: inside,
                variants: before,
            },
            Shape::Union {
                tag,
                content,
                variants: after,
            },
        ) => {
            log.turned(
                Effect::Breaking,
                place,
                None,
                "is told apart by",
                was.clone(),
                tag.clone(),
            );
            let place_of = |content: &Option<String>| match content {
                None => "the object".to_owned(),
                Some(field) => format!("`{field}`"),
            };
            log.turned(
                Effect::Breaking,
                place,
                None,
                "has its models in",
                place_of(inside),
                place_of(content),
            );
            variants(log, place, before, after);
        }
        (Shape::Fields(_), Shape::Union { .. }) => {
            log.breaking(place, None, "is one of several models now")
        }
        (Shape::Union { .. }, Shape::Fields(_)) => {
            log.breaking(place, None, "is one model now, not one of several")
        }
    }
}

fn fields(log: &mut Log, place: &str, model: &Model, old: &[Field], new: &[Field]) {
    let sent = model.direction != Direction::Response;
    for field in old {
        let item = Some(field.wire.as_str());
        let Some(after) = new.iter().find(|it| it.wire == field.wire) else {
            log.breaking(place, item, "is gone");
            continue;
        };
        log.turned(
            Effect::Breaking,
            place,
            item,
            "is of type",
            type_text(&field.ty),
            type_text(&after.ty),
        );
        renamed(
            log,
            place,
            item,
            field.rename.as_ref(),
            after.rename.as_ref(),
        );
        if sent {
            need(log, place, item, field.required, after.required);
        }
        if model.direction == Direction::Request && field.nullable != after.nullable {
            let what = if after.nullable {
                "can be null"
            } else {
                "cannot be null any more"
            };
            log.breaking(place, item, what);
        }
        match (field.read_only, after.read_only) {
            (false, true) if sent => {
                log.breaking(place, item, "is set by iconik: it has no setter")
            }
            (true, false) if sent => log.add(Effect::Added, place, item, "can be set"),
            _ => {}
        }
        facts(
            log,
            place,
            item,
            (field.default.as_ref(), &field.bounds),
            (after.default.as_ref(), &after.bounds),
        );
        log.deprecation(
            place,
            item,
            field.deprecated.as_ref(),
            after.deprecated.as_ref(),
        );
    }
    for field in new
        .iter()
        .filter(|it| !old.iter().any(|old| old.wire == it.wire))
    {
        let ty = type_text(&field.ty);
        match sent && field.required {
            true => log.breaking(
                place,
                Some(&field.wire),
                format!("is a new field that the constructor takes: `{ty}`"),
            ),
            false => log.add(
                Effect::Added,
                place,
                Some(&field.wire),
                format!("is a new field: `{ty}`"),
            ),
        }
    }
    if sent {
        let order = |all: &[Field]| {
            all.iter()
                .filter(|it| it.required)
                .map(|it| it.wire.clone())
                .collect::<Vec<_>>()
        };
        reordered(log, place, order(old), order(new));
    }
}

fn variants(log: &mut Log, place: &str, old: &[Variant], new: &[Variant]) {
    let model = |it: &Variant| it.model.clone().unwrap_or_else(|| "nothing".to_owned());
    for before in old {
        let item = Some(before.wire.as_str());
        match new.iter().find(|it| it.wire == before.wire) {
            None => log.breaking(place, item, "is gone"),
            Some(after) => {
                let (was, is) = (model(before), model(after));
                log.turned(Effect::Breaking, place, item, "stands for", was, is);
                renamed(
                    log,
                    place,
                    item,
                    before.rename.as_ref(),
                    after.rename.as_ref(),
                );
            }
        }
    }
    for it in new
        .iter()
        .filter(|it| !old.iter().any(|known| known.wire == it.wire))
    {
        let what = format!("is a new variant: `{}`", model(it));
        log.add(Effect::Added, place, Some(&it.wire), what);
    }
}

fn enumeration(log: &mut Log, place: &str, old: &Enum, new: &Enum) {
    for value in &old.values {
        let item = Some(value.wire.as_str());
        match new.values.iter().find(|it| it.wire == value.wire) {
            None => log.breaking(place, item, "is gone"),
            Some(after) => renamed(
                log,
                place,
                item,
                value.rename.as_ref(),
                after.rename.as_ref(),
            ),
        }
    }
    for value in new
        .values
        .iter()
        .filter(|it| !old.values.iter().any(|old| old.wire == it.wire))
    {
        log.add(Effect::Added, place, Some(&value.wire), "is a new value");
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
