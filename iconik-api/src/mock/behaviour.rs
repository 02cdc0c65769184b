//! Where iconik does more than create, read, change and delete: one file for each behaviour.
//!
//! A behaviour is tied to the method and the path of its actions. Whatever has none does what its shape
//! says.

mod collections;
mod current_user;
mod delete_queue;
pub(super) mod jobs;
mod metadata;
mod search;
mod segments;
mod shares;
pub(super) mod uploads;
pub(super) mod versions;

use std::collections::HashMap;
use std::sync::OnceLock;

use serde_json::Value;

use super::call::Call;
use super::description::{Action, Description, Service};
use super::reply::{Reply, Result};
use super::state::State;
use super::store::Fields;

/// Carries out a request.
pub(super) type Behaviour = fn(&mut Call<'_>) -> Result;

/// A method, a path with empty placeholders, and what is done there.
type Rule = (&'static str, &'static str, Behaviour);

/// Entities that only behaviours create.
pub(super) const KEPT: [&str; 1] = ["VersionId"];

/// All rules.
fn rules() -> impl Iterator<Item = Rule> {
    let all: [&[Rule]; 10] = [
        delete_queue::RULES,
        collections::RULES,
        versions::RULES,
        segments::RULES,
        shares::RULES,
        search::RULES,
        metadata::RULES,
        jobs::RULES,
        uploads::RULES,
        current_user::RULES,
    ];
    all.into_iter().flatten().copied()
}

/// The behaviour of an action.
pub(super) fn of(action: &Action) -> Option<Behaviour> {
    static BEHAVIOURS: OnceLock<HashMap<&'static str, Behaviour>> = OnceLock::new();
    let behaviours = BEHAVIOURS.get_or_init(|| {
        let rules: HashMap<_, _> = rules()
            .map(|(method, path, behaviour)| ((method.to_owned(), path.to_owned()), behaviour))
            .collect();
        let mut found = HashMap::new();
        for service in &Description::get().services {
            for action in &service.actions {
                let key = (action.method.to_string(), pattern(service, action));
                let behaviour = rules.get(&key).copied();
                if let Some(behaviour) = behaviour.or_else(|| uploads::by_shape(service, action)) {
                    found.insert(action.id, behaviour);
                }
            }
        }
        found
    });
    behaviours.get(action.id).copied()
}

/// The path of an action with empty placeholders, as [`Rule`]s are written.
fn pattern(service: &Service, action: &Action) -> String {
    let mut pattern = service.base_path.to_owned();
    for segment in super::routes::segments(action.path) {
        pattern.push('/');
        pattern.push_str(if segment.starts_with('{') {
            "{}"
        } else {
            segment
        });
    }
    pattern.push('/');
    pattern
}

/// What is there from the start: a user, a system domain and storages.
pub(super) fn seed(state: &mut State) {
    current_user::seed(state);
    uploads::seed(state);
}

/// Keeps an object that is there from the start.
fn seed_object(state: &mut State, entity: &'static str, fields: Value) {
    let Value::Object(fields) = fields else {
        return;
    };
    match state.home(entity) {
        Some((service, model)) => drop(state.add(service, entity, model, Vec::new(), fields)),
        None => {
            let id = fields.get("id").and_then(Value::as_str).unwrap_or_default();
            state
                .store
                .insert(entity, id.to_owned(), Vec::new(), fields.clone());
        }
    }
}

/// Brings a validation error into the form of the service.
pub(super) fn validation_error(service: &Service, action: &Action, reply: Reply) -> Reply {
    match search::is_second_version(service, action) {
        true => search::validation_error(reply),
        false => reply,
    }
}

/// Sets fields of an object.
fn set<const N: usize>(
    state: &mut State,
    entity: &str,
    id: &str,
    fields: [(&str, Value); N],
) -> bool {
    state.store.update(entity, id, |old| {
        for (name, value) in fields {
            old.insert(name.to_owned(), value);
        }
    })
}

/// The texts of a list among the fields of an object.
fn texts(fields: &Fields, name: &str) -> Vec<String> {
    let items = fields.get(name).and_then(Value::as_array);
    let texts = items.into_iter().flatten().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_its_action() {
        let mut described: Vec<(String, String)> = Vec::new();
        let mut bases: Vec<&str> = Vec::new();
        for service in &Description::get().services {
            bases.push(service.base_path);
            for action in &service.actions {
                described.push((action.method.to_string(), pattern(service, action)));
            }
        }
        for (method, path, _) in rules() {
            // A spec of fewer services is still a spec.
            if bases
                .iter()
                .any(|base| path.starts_with(&format!("{base}/")))
            {
                let rule = (method.to_owned(), path.to_owned());
                assert!(described.contains(&rule), "{method} {path} is no action");
            }
        }
    }
}
