//! What the local iconik keeps: objects with ids, and what has a path of its own instead.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

/// The fields of an object.
pub(super) type Fields = Map<String, Value>;

/// An object.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) id: String,
    /// The path parameters that it was created under: name and value.
    pub(super) parents: Vec<(String, String)>,
    fields: Arc<Fields>,
    /// No longer there; lists still show it until the index has noticed.
    gone: bool,
    /// Earlier states, newest last, each with the time that it was replaced at. Empty without index lag.
    earlier: Vec<(Instant, Option<Arc<Fields>>)>,
}

impl Object {
    /// The fields.
    pub(super) fn fields(&self) -> &Fields {
        &self.fields
    }

    /// Whether it was created under this path parameter.
    pub(super) fn parent(&self, name: &str) -> Option<&str> {
        let mut parents = self.parents.iter();
        let (_, value) = parents.find(|(known, _)| known == name)?;
        Some(value)
    }

    /// The text of a field.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_str()
    }
}

/// All objects of an entity, in the order of their creation.
#[derive(Debug, Default)]
struct Kind {
    objects: BTreeMap<u64, Object>,
    numbers: HashMap<String, u64>,
}

/// Everything that is kept.
#[derive(Debug, Default)]
pub(super) struct Store {
    kinds: BTreeMap<&'static str, Kind>,
    /// What is kept under a path.
    named: BTreeMap<String, Fields>,
    /// How long lists trail writes.
    lag: Duration,
    next: u64,
    /// Counts writes.
    pub(super) changes: u64,
}

impl Store {
    pub(super) fn new(lag: Duration) -> Self {
        Self {
            lag,
            ..Self::default()
        }
    }

    pub(super) fn get(&self, entity: &str, id: &str) -> Option<&Object> {
        let kind = self.kinds.get(entity)?;
        kind.objects
            .get(kind.numbers.get(id)?)
            .filter(|object| !object.gone)
    }

    pub(super) fn insert(
        &mut self,
        entity: &'static str,
        id: String,
        parents: Vec<(String, String)>,
        fields: Fields,
    ) {
        self.changes += 1;
        self.next += 1;
        let earlier = match self.lag.is_zero() {
            true => Vec::new(),
            false => vec![(Instant::now(), None)],
        };
        let object = Object {
            id: id.clone(),
            parents,
            fields: Arc::new(fields),
            gone: false,
            earlier,
        };
        let kind = self.kinds.entry(entity).or_default();
        if let Some(old) = kind.numbers.insert(id, self.next) {
            kind.objects.remove(&old);
        }
        kind.objects.insert(self.next, object);
    }

    /// Changes an object; returns whether there is one.
    pub(super) fn update(
        &mut self,
        entity: &str,
        id: &str,
        change: impl FnOnce(&mut Fields),
    ) -> bool {
        let Some(object) = find(&mut self.kinds, entity, id) else {
            return false;
        };
        self.changes += 1;
        if !self.lag.is_zero() {
            object
                .earlier
                .push((Instant::now(), Some(Arc::clone(&object.fields))));
        }
        change(Arc::make_mut(&mut object.fields));
        true
    }

    /// Removes an object and everything that was created under it; returns whether there was one.
    pub(super) fn remove(&mut self, entity: &str, id: &str) -> bool {
        let Some(object) = find(&mut self.kinds, entity, id) else {
            return false;
        };
        object.gone = true;
        object
            .earlier
            .push((Instant::now(), Some(Arc::clone(&object.fields))));
        self.changes += 1;
        self.settle(entity);
        let mut below = Vec::new();
        for (kind, objects) in &self.kinds {
            for object in objects.objects.values().filter(|object| !object.gone) {
                // Ids are unique across entities.
                if object.parents.iter().any(|(_, value)| value == id) {
                    below.push((*kind, object.id.clone()));
                }
            }
        }
        for (kind, id) in below {
            self.remove(kind, &id);
        }
        true
    }

    /// Forgets the earlier states that no list shows any longer.
    fn settle(&mut self, entity: &str) {
        let lag = self.lag;
        let Some(kind) = self.kinds.get_mut(entity) else {
            return;
        };
        let numbers = &mut kind.numbers;
        kind.objects.retain(|number, object| {
            object.earlier.retain(|(at, _)| at.elapsed() < lag);
            let keep = !object.gone || !object.earlier.is_empty();
            if !keep && numbers.get(&object.id) == Some(number) {
                numbers.remove(&object.id);
            }
            keep
        });
    }

    /// The objects of an entity as they are, in the order of their creation.
    pub(super) fn all(&self, entity: &str) -> impl DoubleEndedIterator<Item = &Object> {
        let kind = self.kinds.get(entity).into_iter();
        kind.flat_map(|kind| kind.objects.values())
            .filter(|object| !object.gone)
    }

    /// The objects of an entity as the search index shows them, with their numbers.
    pub(super) fn indexed(&mut self, entity: &str) -> Vec<Indexed> {
        if !self.lag.is_zero() {
            self.settle(entity);
        }
        let lag = self.lag;
        let kind = self.kinds.get(entity).into_iter();
        let objects = kind.flat_map(|kind| &kind.objects);
        objects
            .filter_map(|(number, object)| {
                // The oldest state that was replaced less than the lag ago.
                let earlier = object.earlier.iter().find(|(at, _)| at.elapsed() < lag);
                let fields = match earlier {
                    Some((_, fields)) => fields.clone()?,
                    None if object.gone => return None,
                    None => Arc::clone(&object.fields),
                };
                Some(Indexed {
                    number: *number,
                    parents: object.parents.clone(),
                    fields,
                })
            })
            .collect()
    }

    pub(super) fn named(&self, path: &str) -> Option<&Fields> {
        self.named.get(path)
    }

    pub(super) fn set_named(&mut self, path: &str, fields: Fields) {
        self.changes += 1;
        self.named.insert(path.to_owned(), fields);
    }

    pub(super) fn remove_named(&mut self, path: &str) -> bool {
        self.changes += 1;
        self.named.remove(path).is_some()
    }

    /// What is kept under paths with one more segment than this one.
    pub(super) fn named_below(&self, path: &str) -> impl Iterator<Item = (&str, &Fields)> {
        let start = path.to_owned();
        let entries = self.named.range(start.clone()..);
        entries
            .take_while(move |(known, _)| known.starts_with(&start))
            .filter(move |(known, _)| {
                let rest = known[path.len()..].trim_matches('/');
                !rest.is_empty() && !rest.contains('/')
            })
            .map(|(known, fields)| (known.as_str(), fields))
    }

    /// Everything, as JSON.
    pub(super) fn save(&self) -> Value {
        let kinds: Map<String, Value> = self
            .kinds
            .iter()
            .map(|(entity, kind)| {
                let objects = kind.objects.values().filter(|object| !object.gone);
                let objects: Vec<_> = objects
                    .map(|object| json!({ "id": object.id, "parents": object.parents, "fields": *object.fields }))
                    .collect();
                ((*entity).to_owned(), objects.into())
            })
            .collect();
        json!({ "objects": kinds, "named": self.named })
    }

    /// Reads what [`save`](Self::save) wrote; returns whether it could.
    pub(super) fn load(
        &mut self,
        saved: &Value,
        known: impl Fn(&str) -> Option<&'static str>,
    ) -> bool {
        let Some(kinds) = saved.get("objects").and_then(Value::as_object) else {
            return false;
        };
        for (entity, objects) in kinds {
            let Some(entity) = known(entity) else {
                continue;
            };
            for object in objects.as_array().into_iter().flatten() {
                let id = object.get("id").and_then(Value::as_str).unwrap_or_default();
                let parents = object.get("parents").cloned().unwrap_or_default();
                let parents = serde_json::from_value(parents).unwrap_or_default();
                let fields = object.get("fields").and_then(Value::as_object);
                self.insert(
                    entity,
                    id.to_owned(),
                    parents,
                    fields.cloned().unwrap_or_default(),
                );
            }
        }
        for (path, fields) in saved
            .get("named")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            if let Value::Object(fields) = fields {
                self.named.insert(path.clone(), fields.clone());
            }
        }
        // What was there before is in the index already.
        for kind in self.kinds.values_mut() {
            kind.objects
                .values_mut()
                .for_each(|object| object.earlier.clear());
        }
        true
    }
}

fn find<'s>(
    kinds: &'s mut BTreeMap<&'static str, Kind>,
    entity: &str,
    id: &str,
) -> Option<&'s mut Object> {
    let kind = kinds.get_mut(entity)?;
    let object = kind.objects.get_mut(kind.numbers.get(id)?)?;
    (!object.gone).then_some(object)
}

/// An object as the search index shows it.
#[derive(Clone, Debug)]
pub(super) struct Indexed {
    /// Its place in the order of creation.
    pub(super) number: u64,
    pub(super) parents: Vec<(String, String)>,
    pub(super) fields: Arc<Fields>,
}
