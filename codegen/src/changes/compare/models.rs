//! What changed in a model or an enum.

use super::{Effect, Log, facts, need, renamed, reordered};
use crate::api::{Direction, Enum, Field, Model, Shape, Variant};
use crate::spelling::type_text;

pub(super) fn model(log: &mut Log, place: &str, old: &Model, new: &Model) {
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
                "has the tag",
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
        let clearable = after.clearable(model.direction);
        if field.clearable(model.direction) != clearable {
            let what = if clearable {
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
                log.turned(Effect::Breaking, place, item, "contains", was, is);
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

pub(super) fn enumeration(log: &mut Log, place: &str, old: &Enum, new: &Enum) {
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
