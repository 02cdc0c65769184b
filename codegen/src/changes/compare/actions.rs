//! What changed in an action: its request, its parameters, its body and its responses.

use std::collections::{BTreeMap, BTreeSet};

use super::{Effect, Log, facts, need, renamed, reordered};
use crate::api::{Action, Body, Location, Param, Resource};
use crate::name;
use crate::spelling::{body_text, request_body_text, type_text};

/// An action and the resource that it belongs to.
type Owned<'a> = (&'a Resource, &'a Action);

pub(super) fn action(
    log: &mut Log,
    place: &str,
    (owner, old): Owned<'_>,
    (owner_now, new): Owned<'_>,
) {
    let request = |it: &Action| format!("{} {}", it.method.as_str(), it.path);
    log.turned(
        Effect::Breaking,
        place,
        None,
        "sends",
        request(old),
        request(new),
    );
    // A new name of the action is reported already, and is that of the request as well.
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
            "returns",
            bodies(old),
            bodies(new),
        );
    } else {
        log.turned(
            Effect::Changed,
            place,
            None,
            "returns the status",
            codes(old),
            codes(new),
        );
    }
}
