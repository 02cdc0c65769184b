//! What is proposed, divided among the files of the spec.

use std::collections::{BTreeMap, BTreeSet};

use super::actions::{Actions, Resource};
use super::shared::Shared;
use super::{Fragment, MARKER};
use crate::api::{Api, Home, Scope, Service};
use crate::decode::{At, Decode, Record};
use crate::source::Span;
use crate::spec::{self, Body, Type};

/// The line that says to an editor what a file may contain.
const SCHEMA: &str = "# yaml-language-server: $schema=../schema.json\n";

/// The files that the proposal needs, or what it adds to them.
pub(super) fn fragments(
    api: &Api,
    service: &Service,
    shared: &Shared,
    proposed: Actions,
) -> Vec<Fragment> {
    if proposed.resources.is_empty() {
        return Vec::new();
    }
    let scope = api.scope(service);
    let users = users(&proposed);
    let home = |name: &String| match users.get(name).map(BTreeSet::len) {
        None | Some(0) => None,
        Some(1) => users[name].first().cloned().map(Home::Resource),
        Some(_) => Some(Home::Service),
    };
    let folder = format!("spec/{}", service.name);
    let new_service = api.service(&service.name).is_none();
    let common_params = match new_service {
        true => common_params(&proposed.resources),
        false => BTreeMap::new(),
    };
    let mut fragments = Vec::new();

    let names: BTreeSet<&String> = users.keys().collect();
    let ids = proposed
        .ids
        .iter()
        .filter(|id| names.contains(id) || used_by_params(id, &proposed));
    let ids: Vec<(At<String>, At<String>)> = ids.map(|id| (text(id), text(MARKER))).collect();
    if !ids.is_empty() {
        let record = spec::Common {
            ids: Some(ids),
            ..spec::Common::empty(Span::default())
        };
        fragments.push(fragment("spec/common.yaml".to_owned(), false, &record, &[]));
    }

    let roles = proposed
        .roles
        .iter()
        .filter(|role| !service.roles.contains(role));
    let roles: Vec<At<String>> = roles.map(text).collect();
    if new_service || !roles.is_empty() {
        let own = new_service.then(|| spec::Service {
            name: Some(text(&service.name)),
            about: Some(text(MARKER)),
            base_path: Some(text(&service.base_path)),
            common_params: entries(common_params.clone()),
            ..spec::Service::empty(Span::default())
        });
        let record = spec::Service {
            roles: (!roles.is_empty()).then_some(roles),
            ..own.unwrap_or_else(|| spec::Service::empty(Span::default()))
        };
        fragments.push(fragment(
            format!("{folder}/service.yaml"),
            new_service,
            &record,
            &[],
        ));
    }

    let at = |wanted: &Home| {
        let models = proposed.models.iter();
        let models = models.filter(|(name, _)| home(name).as_ref() == Some(wanted));
        let models = models.map(|(name, model)| (text(name), model.clone()));
        let models: Vec<(At<String>, spec::Model)> = models.collect();
        let enums = proposed.enums.iter();
        let enums = enums.filter(|(name, _)| home(name).as_ref() == Some(wanted));
        let enums: BTreeMap<String, spec::Enum> = enums
            .map(|(name, item)| (name.clone(), item.clone()))
            .collect();
        ((!models.is_empty()).then_some(models), entries(enums))
    };
    let (models, enums) = at(&Home::Service);
    if models.is_some() || enums.is_some() {
        let homes = service.models.values().map(|model| &model.home);
        let mut homes = homes.chain(service.enums.values().map(|item| &item.home));
        let new = !homes.any(|home| *home == Home::Service);
        let record = spec::Types {
            service: new.then(|| text(&service.name)),
            models,
            enums,
            ..spec::Types::empty(Span::default())
        };
        fragments.push(fragment(format!("{folder}/types.yaml"), new, &record, &[]));
    }

    for (name, resource) in &proposed.resources {
        let (models, enums) = at(&Home::Resource(name.clone()));
        let new = !service.resources.iter().any(|known| known.name == *name);
        let mut remarks = resource.remarks.clone();
        remarks.extend(elsewhere(scope, &proposed, name));
        let singular = new && resource.singular != super::naming::singular(name);
        let params = resource.params.clone().into_iter();
        let params = params
            .filter(|(name, _)| !common_params.contains_key(name))
            .filter(|(_, param)| param.ty.is_some() || !shared.params.is_empty());
        let actions = resource.actions.iter();
        let record = spec::Resource {
            name: new.then(|| text(name)),
            singular: singular.then(|| text(&resource.singular)),
            about: new.then(|| text(MARKER)),
            params: entries(params.collect()),
            actions: Some(
                actions
                    .map(|(name, action)| (text(name), action.clone()))
                    .collect(),
            ),
            models,
            enums,
            ..spec::Resource::empty(Span::default())
        };
        fragments.push(fragment(
            format!("{folder}/{name}.yaml"),
            new,
            &record,
            &remarks,
        ));
    }
    fragments
}

/// The text of a file, or of what is added to one.
pub(super) fn fragment<R>(file: String, new: bool, record: &R, remarks: &[String]) -> Fragment
where
    R: Record + Decode<Output = R>,
{
    let mut text = String::new();
    if new {
        text.push_str(SCHEMA);
    }
    for remark in remarks {
        text.push_str(&format!("# {MARKER} {remark}\n"));
    }
    text.push_str(&R::encode(record).document());
    Fragment { file, new, text }
}

fn text(text: impl AsRef<str>) -> At<String> {
    At::new(text.as_ref().to_owned())
}

pub(super) fn entries<T>(entries: BTreeMap<String, T>) -> Option<Vec<(At<String>, T)>> {
    let entries = entries
        .into_iter()
        .map(|(name, value)| (At::new(name), value));
    let entries: Vec<(At<String>, T)> = entries.collect();
    (!entries.is_empty()).then_some(entries)
}

/// The parameters of paths that several resources describe in the same words.
fn common_params(resources: &BTreeMap<String, Resource>) -> BTreeMap<String, spec::Param> {
    let mut seen: BTreeMap<&String, Vec<&spec::Param>> = BTreeMap::new();
    for resource in resources.values() {
        for (name, param) in &resource.params {
            seen.entry(name).or_default().push(param);
        }
    }
    let written = |param: &spec::Param| spec::Param::encode(param);
    let shared = seen.into_iter().filter(|(_, params)| {
        params.len() > 1
            && params
                .iter()
                .all(|param| written(param) == written(params[0]))
    });
    shared
        .map(|(name, params)| (name.clone(), params[0].clone()))
        .collect()
}

/// The resources that need each name: those whose actions lead to it.
fn users(proposed: &Actions) -> BTreeMap<String, BTreeSet<String>> {
    let mut users: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, resource) in &proposed.resources {
        let mut next = names_of(resource);
        while let Some(found) = next.pop() {
            if !users.entry(found.clone()).or_default().insert(name.clone()) {
                continue;
            }
            next.extend(proposed.model(&found).map(names_in).unwrap_or_default());
        }
    }
    users
}

fn used_by_params(id: &str, proposed: &Actions) -> bool {
    let mut resources = proposed.resources.values();
    resources.any(|resource| names_of(resource).iter().any(|name| name == id))
}

/// What the actions of a resource refer to.
fn names_of(resource: &Resource) -> Vec<String> {
    let mut names = Vec::new();
    let mut add = |ty: &Type| names.extend(ty.name().map(str::to_owned));
    let params = resource.params.values();
    params
        .filter_map(|param| param.ty.as_ref())
        .for_each(|ty| add(&ty.value));
    for (_, action) in &resource.actions {
        for (_, param) in action.params.iter().flatten() {
            param.ty.iter().for_each(|ty| add(&ty.value));
        }
        if let Some(body) = &action.body {
            let types = [&body.json, &body.form, &body.multipart];
            types.into_iter().flatten().for_each(|ty| add(&ty.value));
        }
        for (_, body) in action.returns.iter().flatten() {
            if let Body::Json(ty) | Body::Page(ty) | Body::Objects(ty) = &body.value {
                add(ty);
            }
        }
    }
    names
}

/// What a model refers to.
fn names_in(model: &spec::Model) -> Vec<String> {
    let fields = model.fields.iter().flatten();
    let fields = fields.filter_map(|(_, field)| field.ty.as_ref()?.value.name());
    let variants = model.variants.iter().flatten();
    let variants = variants.filter_map(|(_, variant)| variant.model.as_ref());
    let bases = model.bases.iter().flatten().chain(&model.copies);
    let named = variants.chain(bases).map(|name| name.value.as_str());
    fields.chain(named).map(str::to_owned).collect()
}

/// What a resource uses of other resources: it must become shared.
fn elsewhere(scope: Scope<'_>, proposed: &Actions, name: &str) -> Vec<String> {
    let resource = proposed.resources.get(name);
    let direct = resource.map(names_of).unwrap_or_default();
    let mut all: BTreeSet<String> = direct.into_iter().collect();
    let models: Vec<String> = all.iter().cloned().collect();
    for model in models.iter().filter_map(|name| proposed.model(name)) {
        all.extend(names_in(model));
    }
    let moved = all.iter().filter_map(|used| match scope.home(used)? {
        Home::Resource(home) if home != name => {
            Some(format!("`{used}` is in {home}.yaml: move it to types.yaml"))
        }
        _ => None,
    });
    moved.collect()
}
