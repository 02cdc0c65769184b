//! Which objects of the document become which models of the spec.

use std::collections::{BTreeMap, BTreeSet};

use super::naming::{self, Task};
use crate::api::{Home, Method, Scope, Service};
use crate::audit::{Met, Way};
use crate::document::{Content, Document, Kind, Property, Response};
use crate::ident::upper_camel;
use crate::rust::reserved;

/// An object that becomes a model: what the document has under names that differ in their endings.
#[derive(Default)]
pub(super) struct Entity {
    pub(super) objects: BTreeSet<String>,
    /// Those of its objects that are sent.
    pub(super) sent: BTreeSet<String>,
    /// What its variants are; `None` for a plain object.
    pub(super) union: Option<Union>,
}

/// Several objects of which a field says which one it is.
#[derive(Clone)]
pub(super) struct Union {
    pub(super) tag: String,
    /// The field that contains the object of a variant, where that is not the object itself.
    pub(super) content: Option<String>,
    /// The values of the tag, and the object of each.
    pub(super) variants: Vec<(String, Option<Kind>)>,
}

/// A request body that becomes a model of its own.
pub(super) struct BodyModel {
    pub(super) objects: BTreeSet<String>,
    pub(super) methods: BTreeSet<Method>,
    /// Whether it is sent as a form.
    pub(super) form: bool,
    /// The resource and the singular of its first action.
    resource: String,
    singular: String,
    pub(super) name: String,
    pub(super) base: Option<String>,
    /// The model of the PATCH, where that shares its objects with another method.
    pub(super) patch: Option<String>,
}

/// Everything that the missing actions send and receive.
pub(super) struct Entities<'a, 'd> {
    pub(super) scope: Scope<'a>,
    pub(super) service: &'a Service,
    pub(super) document: &'d Document,
    pub(super) met: Met<'d>,
    pub(super) all: BTreeMap<String, Entity>,
    pub(super) bodies: Vec<BodyModel>,
    /// The names of objects that have none in the document: after the request that they are in.
    inline: Vec<(String, String)>,
    /// Names that a new model cannot have: of handles and requests, and of what the spec has.
    reserved: BTreeSet<String>,
}

impl<'a, 'd> Entities<'a, 'd> {
    /// Finds every object that the missing actions need.
    pub(super) fn collect(
        scope: Scope<'a>,
        service: &'a Service,
        document: &'d Document,
        met: Met<'d>,
        tasks: &[Task<'d>],
    ) -> Self {
        let mut reserved = naming::reserved(service, tasks);
        reserved.extend(scope.models().map(|model| model.name.clone()));
        reserved.extend(scope.enums().map(|item| item.name.clone()));
        reserved.extend(scope.ids().map(|id| id.name.clone()));
        let inline = tasks.iter().map(|task| {
            let operation = task.operation;
            let request = format!("{} {} ", operation.method.as_str(), operation.path);
            let (singular, action) = (upper_camel(&task.singular), upper_camel(&task.action));
            (request, format!("{singular}{action}"))
        });
        let mut entities = Self {
            scope,
            service,
            document,
            met,
            all: BTreeMap::new(),
            bodies: Vec::new(),
            inline: inline.collect(),
            reserved,
        };
        for task in tasks {
            for response in task.operation.responses.values() {
                if let Response::Json(kind) = response {
                    let items = document.envelope(kind).map_or(kind, |list| list.items);
                    entities.visit(items, false);
                }
            }
        }
        for task in tasks {
            let body = task.operation.body.as_ref();
            if let Some(kind) = body.and_then(|body| body.content.kind()) {
                entities.body(task, kind);
            }
        }
        entities.name_bodies();
        entities
    }

    /// Notes what is behind a kind, and what that contains.
    fn visit(&mut self, kind: &'d Kind, sent: bool) {
        match kind {
            Kind::List(of) | Kind::Map(of) => self.visit(of, sent),
            Kind::Object(name) => {
                let entity = self.entity_name(name);
                self.enter(&entity, BTreeSet::from([name.clone()]), sent);
            }
            Kind::OneOf { .. } => self.one_of(kind, sent),
            _ => {}
        }
    }

    fn enter(&mut self, entity: &str, objects: BTreeSet<String>, sent: bool) {
        let way = if sent { Way::Request } else { Way::Response };
        if self.existing(&objects, way).is_some() {
            return;
        }
        // Endings alone make no twins: what differs too much keeps its full name.
        let mut together = objects.clone();
        if let Some(known) = self.all.get(entity) {
            together.extend(known.objects.iter().cloned());
        }
        let full = objects.first().map(|first| self.own(naming::full(first)));
        let entity = match full {
            Some(full) if !self.alike(&together) => full,
            _ => entity.to_owned(),
        };
        let entry = self.all.entry(entity).or_default();
        let mut new = false;
        for object in &objects {
            new |= entry.objects.insert(object.clone());
            if sent {
                new |= entry.sent.insert(object.clone());
            }
        }
        if new {
            self.fields(&objects, sent);
        }
    }

    /// Notes what the fields of these objects contain.
    fn fields(&mut self, objects: &BTreeSet<String>, sent: bool) {
        let document = self.document;
        let objects = objects.iter().filter_map(|name| document.objects.get(name));
        for property in objects.flat_map(|object| object.fields.values()) {
            self.visit(&property.kind, sent);
        }
    }

    /// Variants that wrap their content, and variants that differ, become a union; variants that are
    /// alike become one model.
    fn one_of(&mut self, kind: &'d Kind, sent: bool) {
        let objects = objects_of(kind);
        let Some(first) = objects.first().cloned() else {
            return;
        };
        let known = self.all.values().any(|entity| {
            let received = entity.objects.difference(&entity.sent).next().is_none();
            objects.is_subset(&entity.objects) && (!sent || received)
        });
        if known || self.met.unions.values().any(|kinds| kinds.contains(&kind)) {
            return;
        }
        let union = self.union(kind);
        let wraps = union.as_ref().is_some_and(|union| union.content.is_some());
        let Some(union) = union.filter(|_| wraps || !self.alike(&objects)) else {
            let entity = self.entity_name(&first);
            return self.enter(&entity, objects, sent);
        };
        let document = self.document;
        for object in objects.iter().filter_map(|name| document.objects.get(name)) {
            let content = union.content.as_ref();
            if let Some(property) = content.and_then(|content| object.fields.get(content)) {
                self.visit(&property.kind, sent);
            }
        }
        if union.content.is_none() {
            for object in &objects {
                let entity = self.entity_name(object);
                self.enter(&entity, BTreeSet::from([object.clone()]), sent);
            }
        }
        let name = self.union_name(&objects);
        let sent = if sent {
            objects.clone()
        } else {
            BTreeSet::new()
        };
        let entry = self.all.entry(name).or_insert_with(|| Entity {
            union: Some(union),
            ..Entity::default()
        });
        entry.objects.extend(objects);
        entry.sent.extend(sent);
    }

    /// The words that the names of all variants end with, or begin with; else all names together.
    fn union_name(&self, objects: &BTreeSet<String>) -> String {
        let names: Vec<String> = objects.iter().map(|name| naming::entity(name)).collect();
        let words: Vec<Vec<String>> = names.iter().map(|name| words(name)).collect();
        let shortest = words.iter().map(Vec::len).min().unwrap_or_default();
        let shared = |at: &dyn Fn(&Vec<String>, usize) -> String| {
            (0..shortest)
                .take_while(|n| words.iter().all(|other| at(other, *n) == at(&words[0], *n)))
                .count()
        };
        let first = &words[0];
        let ends = shared(&|words, n| words[words.len() - 1 - n].clone());
        let begins = shared(&|words, n| words[n].clone());
        let name = match (ends, begins) {
            (0, 0) => names.iter().take(3).cloned().collect::<Vec<_>>().join("Or"),
            (0, begins) => first[..begins].concat(),
            (ends, _) => first[first.len() - ends..].concat(),
        };
        let taken: BTreeSet<String> = self.all.keys().cloned().collect();
        naming::free(&self.own(name), &taken, &upper_camel(&self.service.name))
    }

    /// The field that says which variant it is, and the object for each value; `None` if there is no such field.
    fn union(&self, kind: &Kind) -> Option<Union> {
        let Kind::OneOf { tag, variants } = kind else {
            return None;
        };
        let fields = |object: &str| self.document.objects.get(object).map(|found| &found.fields);
        let tag = tag.clone().or_else(|| self.derived_tag(kind))?;
        let mut tagged: Vec<(String, String)> = Vec::new();
        for (tags, object) in variants {
            let values = match tags.as_slice() {
                [] => self.values_of(object, &tag)?,
                tags => tags.to_vec(),
            };
            tagged.extend(values.into_iter().map(|value| (value, object.clone())));
        }
        let mut seen = BTreeSet::new();
        tagged.retain(|(value, _)| seen.insert(value.clone()));
        // `{ type, parameters }`: besides the tag, one field that is the same in all.
        let mut others: BTreeSet<&String> = BTreeSet::new();
        for (_, object) in variants {
            others.extend(fields(object)?.keys().filter(|name| **name != tag));
        }
        let content = others
            .first()
            .filter(|_| others.len() == 1 && variants.len() > 1);
        let content = content.map(|name| (*name).clone());
        let variants = tagged.into_iter().map(|(value, object)| {
            let behind = match &content {
                None => Some(Kind::Object(object)),
                Some(content) => fields(&object)
                    .and_then(|fields| fields.get(content))
                    .map(|property| property.kind.clone())
                    .filter(|kind| matches!(kind, Kind::Object(_) | Kind::OneOf { .. })),
            };
            (value, behind)
        });
        Some(Union {
            tag,
            variants: variants.collect(),
            content,
        })
    }

    /// The field that has values of its own in each variant.
    fn derived_tag(&self, kind: &Kind) -> Option<String> {
        let objects = objects_of(kind);
        let first = self.document.objects.get(objects.first()?)?;
        let mut names = first.fields.keys();
        names
            .find(|name| {
                let mut seen = BTreeSet::new();
                objects.iter().all(|object| {
                    let values = self.values_of(object, name);
                    values.is_some_and(|values| values.into_iter().all(|value| seen.insert(value)))
                })
            })
            .cloned()
    }

    fn values_of(&self, object: &str, field: &str) -> Option<Vec<String>> {
        match &self.document.objects.get(object)?.fields.get(field)?.kind {
            Kind::Values(values) => Some(values.clone()),
            _ => None,
        }
    }

    /// What an object is called as a model; one without a name of its own after its action.
    fn entity_name(&self, object: &str) -> String {
        let inline = self.inline.iter().find_map(|(request, name)| {
            let rest = object.strip_prefix(request.as_str())?;
            let (_, field) = rest.split_once('.').unwrap_or_default();
            Some(format!("{name}{}", upper_camel(field)))
        });
        self.own(inline.unwrap_or_else(|| naming::entity(object)))
    }

    /// The name, or with words before it where it is taken.
    fn own(&self, name: String) -> String {
        let prefixed = format!("{}{name}", upper_camel(&self.service.name));
        let numbers = (2..).map(|n| format!("{prefixed}{n}"));
        let mut names = [name.clone(), prefixed.clone()].into_iter().chain(numbers);
        let free = |name: &String| !self.reserved.contains(name) && !reserved::is_type(name);
        names.find(free).unwrap_or(name)
    }

    /// Whether these objects share at least half of their fields.
    fn alike(&self, objects: &BTreeSet<String>) -> bool {
        let sets: Vec<BTreeSet<&String>> = objects
            .iter()
            .filter_map(|name| self.document.objects.get(name))
            .map(|object| object.fields.keys().collect())
            .collect();
        let Some((first, rest)) = sets.split_first() else {
            return true;
        };
        let all = rest
            .iter()
            .fold(first.clone(), |all, set| all.union(set).copied().collect());
        let shared = rest.iter().fold(first.clone(), |shared, set| {
            shared.intersection(set).copied().collect()
        });
        2 * shared.len() >= all.len()
    }

    /// The model of the spec that describes these objects, travelling this way.
    fn existing(&self, objects: &BTreeSet<String>, way: Way) -> Option<String> {
        if objects.is_empty() {
            return None;
        }
        let covers = |theirs: &BTreeSet<String>| {
            let twin = |name: &String| theirs.iter().any(|other| self.twins(name, other, way, 3));
            objects
                .iter()
                .all(|name| theirs.contains(name) || twin(name))
        };
        let mut found = self.met.models.iter().filter(|(_, uses)| {
            uses.iter()
                .any(|used| used.way == way && covers(&used.objects))
        });
        found.next().map(|(name, _)| name.clone())
    }

    /// The model of the spec that is the body of a task. A twin that belongs to another resource is
    /// none: it only looks the same.
    fn existing_body(&self, task: &Task<'_>, objects: &BTreeSet<String>) -> Option<String> {
        let name = self.existing(objects, way(task))?;
        let uses = self.met.models.get(&name).into_iter().flatten();
        let exact = uses.clone().any(|used| objects.is_subset(&used.objects));
        let own = match self.scope.home(&name) {
            Some(Home::Resource(home)) => *home == task.resource,
            _ => true,
        };
        (exact || own).then_some(name)
    }

    /// Whether two objects say the same under different names; of what is sent, the flags count, too.
    fn twins(&self, a: &str, b: &str, way: Way, depth: u8) -> bool {
        let objects = &self.document.objects;
        let (Some(one), Some(other)) = (objects.get(a), objects.get(b)) else {
            return false;
        };
        let same_flags = |a: &Property, b: &Property| {
            way == Way::Response || (a.required, a.read_only) == (b.required, b.read_only)
        };
        one.fields.len() == other.fields.len()
            && one.fields.iter().all(|(name, property)| {
                other.fields.get(name).is_some_and(|other| {
                    same_flags(property, other)
                        && self.twin_kinds(&property.kind, &other.kind, way, depth)
                })
            })
    }

    fn twin_kinds(&self, a: &Kind, b: &Kind, way: Way, depth: u8) -> bool {
        match (a, b) {
            // Objects contain each other; what is deep enough counts as the same.
            (Kind::Object(a), Kind::Object(b)) => {
                a == b || depth == 0 || self.twins(a, b, way, depth - 1)
            }
            (Kind::List(a), Kind::List(b)) | (Kind::Map(a), Kind::Map(b)) => {
                self.twin_kinds(a, b, way, depth)
            }
            (a, b) => a == b,
        }
    }

    /// The name of the model behind a kind: of the spec, or new.
    pub(super) fn model_of(&self, kind: &Kind) -> Option<String> {
        let met = self
            .met
            .unions
            .iter()
            .find(|(_, kinds)| kinds.contains(&kind));
        if let Some((name, _)) = met {
            return Some(name.clone());
        }
        let objects = objects_of(kind);
        if objects.is_empty() {
            return None;
        }
        let one = matches!(kind, Kind::Object(_));
        let drafted = self.all.iter().find(|(_, entity)| {
            // A variant of a union is not the union.
            objects.is_subset(&entity.objects) && !(one && entity.union.is_some())
        });
        if let Some((name, _)) = drafted {
            return Some(name.clone());
        }
        [Way::Response, Way::Request, Way::Patch]
            .into_iter()
            .find_map(|way| self.existing(&objects, way))
    }

    /// Notes a request body.
    fn body(&mut self, task: &Task<'d>, kind: &'d Kind) {
        let objects = objects_of(kind);
        // A PATCH of a union would need variants of its own, in which nothing is required.
        let merged = self.union(kind).is_none() || way(task) == Way::Patch;
        if objects.is_empty() || !merged {
            return self.visit(kind, true);
        }
        if self.existing_body(task, &objects).is_some() {
            return;
        }
        let form = task.operation.body.as_ref();
        let form = form.is_some_and(|body| !matches!(body.content, Content::Json(_)));
        self.fields(&objects, true);
        let method = task.operation.method;
        match self.bodies.iter_mut().find(|body| body.objects == objects) {
            Some(body) => {
                body.methods.insert(method);
            }
            None => self.bodies.push(BodyModel {
                objects,
                methods: BTreeSet::from([method]),
                form,
                resource: task.resource.clone(),
                singular: upper_camel(&task.singular),
                name: String::new(),
                base: None,
                patch: None,
            }),
        }
    }

    /// Names the request bodies, once everything that they may build on is known.
    fn name_bodies(&mut self) {
        for index in 0..self.bodies.len() {
            let body = &self.bodies[index];
            let object = body.objects.first().cloned().unwrap_or_default();
            let stem = match object.contains('/') {
                true => self.entity_name(&object),
                false => self.own(naming::body(&object)),
            };
            let candidates = [
                stem.clone(),
                self.entity_name(&object),
                body.singular.clone(),
            ];
            let base = candidates.into_iter().find(|name| self.is_base(name, body));
            let noun = naming::noun(base.as_ref().unwrap_or(&stem));
            let has = |method| body.methods.contains(&method);
            let name = match base {
                Some(_) if has(Method::Post) => format!("New{noun}"),
                Some(_) if has(Method::Put) => format!("{noun}Replacement"),
                Some(_) if has(Method::Patch) => format!("{noun}Patch"),
                _ => stem,
            };
            let mut taken = self.taken();
            let prefix = upper_camel(&body.resource);
            let name = naming::free(&name, &taken, &prefix);
            taken.insert(name.clone());
            let shared = body.methods.len() > 1 && has(Method::Patch);
            let patch = shared.then(|| naming::free(&format!("{noun}Patch"), &taken, &prefix));
            let body = &mut self.bodies[index];
            (body.name, body.base, body.patch) = (name, base, patch);
        }
    }

    /// Whether a model of this name is the entity that a body describes: they share most fields.
    fn is_base(&self, name: &str, body: &BodyModel) -> bool {
        let entity = self.all.get(name);
        let Some(entity) = entity.filter(|entity| entity.union.is_none()) else {
            return false;
        };
        let fields = |objects: &BTreeSet<String>| {
            let objects = objects
                .iter()
                .filter_map(|name| self.document.objects.get(name));
            let names = objects.flat_map(|object| object.fields.keys());
            names.collect::<BTreeSet<_>>()
        };
        let (theirs, ours) = (fields(&entity.objects), fields(&body.objects));
        2 * theirs.intersection(&ours).count() >= ours.len() && !ours.is_empty()
    }

    /// Every name of a type that is taken.
    pub(super) fn taken(&self) -> BTreeSet<String> {
        let mut taken = self.reserved.clone();
        taken.extend(self.all.keys().cloned());
        for body in &self.bodies {
            taken.insert(body.name.clone());
            taken.extend(body.patch.clone());
        }
        taken
    }

    /// The model that an action sends as its body.
    pub(super) fn sent(&self, task: &Task<'_>, content: &Content) -> Option<String> {
        let kind = content.kind()?;
        let objects = objects_of(kind);
        let method = &task.operation.method;
        let body = self
            .bodies
            .iter()
            .find(|body| body.objects == objects && body.methods.contains(method));
        match body {
            Some(body) if way(task) == Way::Patch => {
                Some(body.patch.clone().unwrap_or_else(|| body.name.clone()))
            }
            Some(body) => Some(body.name.clone()),
            None => self
                .existing_body(task, &objects)
                .or_else(|| self.model_of(kind)),
        }
    }
}

fn way(task: &Task<'_>) -> Way {
    match task.operation.method {
        Method::Patch => Way::Patch,
        _ => Way::Request,
    }
}

/// The objects that are directly behind a kind.
fn objects_of(kind: &Kind) -> BTreeSet<String> {
    match kind {
        Kind::Object(name) => BTreeSet::from([name.clone()]),
        Kind::OneOf { variants, .. } => variants.iter().map(|(_, name)| name.clone()).collect(),
        _ => BTreeSet::new(),
    }
}

/// `ArchiveAction` → `Archive`, `Action`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for c in name.chars() {
        match words.last_mut() {
            Some(word) if !c.is_ascii_uppercase() => word.push(c),
            _ => words.push(c.to_string()),
        }
    }
    words
}
