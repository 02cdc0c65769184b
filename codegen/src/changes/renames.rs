//! Which models and enums only got another name.
//!
//! A new name breaks callers once. It is reported once, too, and not again at each use of the type.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::{Body, Model, RequestContent, Service, Shape, Type};

/// New names by old names.
pub(super) type Renames = BTreeMap<String, String>;

/// The models and enums that went while exactly one came that looks the same.
pub(super) fn find(old: &Service, new: &Service) -> Renames {
    let mut found = pairs(&old.models, &new.models, |a, b| {
        a.home == b.home && a.direction == b.direction && parts(a) == parts(b)
    });
    found.extend(pairs(&old.enums, &new.enums, |a, b| {
        let values = |all: &[crate::api::EnumValue]| {
            all.iter()
                .map(|it| it.wire.clone())
                .collect::<BTreeSet<_>>()
        };
        a.home == b.home && values(&a.values) == values(&b.values)
    }));
    found
}

fn pairs<T>(
    old: &BTreeMap<String, T>,
    new: &BTreeMap<String, T>,
    alike: impl Fn(&T, &T) -> bool,
) -> Renames {
    let gone = || old.iter().filter(|(name, _)| !new.contains_key(*name));
    let fresh = || new.iter().filter(|(name, _)| !old.contains_key(*name));
    gone()
        .filter_map(|(name, before)| {
            let mut heirs = fresh().filter(|(_, after)| alike(before, after));
            let (heir, after) = heirs.next()?;
            let only = heirs.next().is_none()
                && gone().filter(|(_, before)| alike(before, after)).count() == 1;
            only.then(|| (name.clone(), heir.clone()))
        })
        .collect()
}

/// The names on the wire. Types are left out: they may be renamed themselves.
fn parts(model: &Model) -> BTreeSet<&str> {
    match &model.shape {
        Shape::Fields(fields) => fields.iter().map(|it| it.wire.as_str()).collect(),
        Shape::Union { variants, .. } => variants.iter().map(|it| it.wire.as_str()).collect(),
    }
}

/// The service, as if it had had the new names all along.
pub(super) fn apply(renames: &Renames, service: &Service) -> Service {
    let mut service = service.clone();
    let with_new_names = |name: &mut String| {
        if let Some(new) = renames.get(name) {
            name.clone_from(new);
        }
    };
    for model in service.models.values_mut() {
        with_new_names(&mut model.name);
        model.copies.as_mut().map(with_new_names);
        match &mut model.shape {
            Shape::Fields(fields) => fields
                .iter_mut()
                .for_each(|field| in_type(&mut field.ty, &with_new_names)),
            Shape::Union { variants, .. } => variants
                .iter_mut()
                .filter_map(|it| it.model.as_mut())
                .for_each(with_new_names),
        }
    }
    service
        .enums
        .values_mut()
        .for_each(|it| with_new_names(&mut it.name));
    service.models = rekeyed(service.models, |it| &it.name);
    service.enums = rekeyed(service.enums, |it| &it.name);
    let actions = service.resources.iter_mut().flat_map(|it| &mut it.actions);
    for action in actions {
        let params = action.params.iter_mut().map(|it| &mut it.ty);
        let body = action
            .body
            .iter_mut()
            .filter_map(|it| match &mut it.content {
                RequestContent::Json(ty)
                | RequestContent::Form(ty)
                | RequestContent::Multipart(ty) => Some(ty),
                RequestContent::Bytes(_) | RequestContent::Text(_) => None,
            });
        let answers = action
            .returns
            .iter_mut()
            .filter_map(|(_, body)| match body {
                Body::Json(ty) | Body::Page(ty) | Body::Objects(ty) => Some(ty),
                Body::Nothing | Body::Text | Body::Bytes | Body::Location => None,
            });
        for ty in params.chain(body).chain(answers) {
            in_type(ty, &with_new_names);
        }
    }
    service
}

fn in_type(ty: &mut Type, with_new_name: &impl Fn(&mut String)) {
    match ty {
        Type::Model(name) | Type::Enum(name) => with_new_name(name),
        Type::List(of) | Type::Map(of) => in_type(of, with_new_name),
        _ => {}
    }
}

fn rekeyed<T>(all: BTreeMap<String, T>, name: impl Fn(&T) -> &String) -> BTreeMap<String, T> {
    all.into_values()
        .map(|it| (name(&it).clone(), it))
        .collect()
}
