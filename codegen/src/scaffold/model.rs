//! Which objects of the document become which models of the spec.

use std::collections::BTreeSet;

use super::{Bench, Draft, Entity, Task, naming, objects_of};
use crate::api::{Home, Method};
use crate::audit::Way;
use crate::document::{Kind, Property};
use crate::ident::upper_camel;
use crate::name::handle;

impl<'d> Bench<'_, 'd> {
    /// Notes what stands behind a kind, and what hangs on it.
    pub(super) fn visit(&mut self, kind: &'d Kind, sent: bool, resource: &str) {
        match kind {
            Kind::List(of) | Kind::Map(of) => self.visit(of, sent, resource),
            Kind::Object(name) => {
                let entity = self.entity_name(name);
                self.enter(&entity, BTreeSet::from([name.clone()]), sent, resource);
            }
            Kind::OneOf { tag, variants } => {
                self.one_of(kind, tag.as_deref(), variants, sent, resource)
            }
            _ => {}
        }
    }

    fn enter(&mut self, entity: &str, objects: BTreeSet<String>, sent: bool, resource: &str) {
        if self
            .existing(&objects, if sent { Way::Request } else { Way::Answer })
            .is_some()
        {
            return;
        }
        // Endings alone make no twins: what differs too much keeps its full name.
        let mut together = objects.clone();
        together.extend(
            self.entities
                .get(entity)
                .into_iter()
                .flat_map(|it| it.objects.clone()),
        );
        let full = objects
            .first()
            .map(|it| self.own(naming::full(it)))
            .unwrap_or_default();
        let entity = if self.alike(&together) { entity } else { &full };
        let entry = self.entities.entry(entity.to_owned()).or_default();
        entry.users.insert(resource.to_owned());
        let mut new = false;
        for object in &objects {
            new |= entry.objects.insert(object.clone());
            if sent {
                new |= entry.sent.insert(object.clone());
            }
        }
        if new {
            let document = self.document;
            for object in objects.iter().filter_map(|it| document.objects.get(it)) {
                object
                    .fields
                    .values()
                    .for_each(|it| self.visit(&it.kind, sent, resource));
            }
        }
    }

    /// Variants that are much alike become one model, others a union.
    fn one_of(
        &mut self,
        kind: &'d Kind,
        tag: Option<&str>,
        variants: &'d [(Vec<String>, String)],
        sent: bool,
        resource: &str,
    ) {
        let objects = objects_of(kind);
        if self.model_of(kind, resource).is_some() {
            return;
        }
        let alike = self.alike(&objects);
        match (tag, alike, variants.first()) {
            (Some(tag), false, _) => {
                let mut known = Vec::new();
                for (tags, object) in variants {
                    let entity = self.entity_name(object);
                    self.enter(&entity, BTreeSet::from([object.clone()]), sent, resource);
                    let name = self
                        .model_of(&Kind::Object(object.clone()), resource)
                        .unwrap_or(entity);
                    known.extend(tags.iter().map(|it| (it.clone(), name.clone())));
                }
                let name = known
                    .iter()
                    .map(|(_, it)| it.as_str())
                    .collect::<BTreeSet<_>>();
                let name = name.into_iter().collect::<Vec<_>>().join("Or");
                let union = Some((tag.to_owned(), known));
                let users = BTreeSet::from([resource.to_owned()]);
                let entity = Entity {
                    objects,
                    users,
                    union,
                    ..Entity::default()
                };
                self.entities.entry(name).or_insert(entity);
            }
            (_, _, Some((_, first))) => {
                self.enter(&self.entity_name(first), objects, sent, resource)
            }
            (_, _, None) => {}
        }
    }

    /// What an object is called as a model; one without a name of its own after its action.
    fn entity_name(&self, object: &str) -> String {
        let inline = self.inline.iter().find_map(|(place, name)| {
            let rest = object.strip_prefix(place.as_str())?;
            let (_, field) = rest.split_once('.').unwrap_or_default();
            Some(format!("{name}{}", upper_camel(field)))
        });
        self.own(inline.unwrap_or_else(|| naming::entity(object)))
    }

    /// The name, or with the service before it where it is given away already.
    fn own(&self, name: String) -> String {
        match self.blocked.contains(&name) {
            true => format!("{}{name}", upper_camel(&self.service.name)),
            false => name,
        }
    }

    /// Whether these objects share at least half of their fields.
    fn alike(&self, objects: &BTreeSet<String>) -> bool {
        let sets: Vec<BTreeSet<&String>> = objects
            .iter()
            .filter_map(|it| self.document.objects.get(it))
            .map(|it| it.fields.keys().collect())
            .collect();
        let Some((first, rest)) = sets.split_first() else {
            return true;
        };
        let all = rest
            .iter()
            .fold(first.clone(), |all, it| all.union(it).copied().collect());
        let shared = rest.iter().fold(first.clone(), |all, it| {
            all.intersection(it).copied().collect()
        });
        2 * shared.len() >= all.len()
    }

    /// The model of the spec that stands for these objects, travelling this way.
    pub(super) fn existing(&self, objects: &BTreeSet<String>, way: Way) -> Option<String> {
        if objects.is_empty() {
            return None;
        }
        let stands = |theirs: &BTreeSet<String>| {
            let twin = |it: &String| theirs.iter().any(|other| self.twins(it, other, way, 3));
            objects.iter().all(|it| theirs.contains(it) || twin(it))
        };
        let mut found = self
            .met
            .models
            .iter()
            .filter(|(_, uses)| uses.iter().any(|it| it.way == way && stands(&it.objects)));
        found.next().map(|(name, _)| name.clone())
    }

    /// Whether two objects say the same under different names; of what is sent, the flags count, too.
    fn twins(&self, a: &str, b: &str, way: Way, depth: u8) -> bool {
        let objects = &self.document.objects;
        let (Some(one), Some(other)) = (objects.get(a), objects.get(b)) else {
            return false;
        };
        let same_flags = |a: &Property, b: &Property| {
            way == Way::Answer || (a.required, a.read_only) == (b.required, b.read_only)
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
            // Objects hold each other; what lies deep enough is taken to be the same.
            (Kind::Object(a), Kind::Object(b)) => {
                a == b || depth == 0 || self.twins(a, b, way, depth - 1)
            }
            (Kind::List(a), Kind::List(b)) | (Kind::Map(a), Kind::Map(b)) => {
                self.twin_kinds(a, b, way, depth)
            }
            (a, b) => a == b,
        }
    }

    /// The name of the model behind a kind: of the spec, or drafted here.
    pub(super) fn model_of(&self, kind: &Kind, _resource: &str) -> Option<String> {
        if let Some((name, _)) = self
            .met
            .unions
            .iter()
            .find(|(_, kinds)| kinds.contains(&kind))
        {
            return Some(name.clone());
        }
        let objects = objects_of(kind);
        if objects.is_empty() {
            return None;
        }
        let drafted = self
            .entities
            .iter()
            .find(|(_, it)| objects.is_subset(&it.objects) && !self.is_part(it, kind));
        if let Some((name, _)) = drafted {
            return Some(name.clone());
        }
        [Way::Answer, Way::Request, Way::Patch]
            .into_iter()
            .find_map(|way| self.existing(&objects, way))
    }

    /// Whether a union stands here that has the kind as one of its variants only.
    fn is_part(&self, entity: &Entity, kind: &Kind) -> bool {
        entity.union.is_some() && !matches!(kind, Kind::OneOf { .. })
    }

    /// Notes a request body.
    pub(super) fn body(&mut self, task: &Task<'d>, kind: &'d Kind) {
        let objects = objects_of(kind);
        let way = if task.operation.method == Method::Patch {
            Way::Patch
        } else {
            Way::Request
        };
        if objects.is_empty() || self.existing(&objects, way).is_some() {
            return;
        }
        let document = self.document;
        for object in objects.iter().filter_map(|it| document.objects.get(it)) {
            object
                .fields
                .values()
                .for_each(|it| self.visit(&it.kind, true, &task.resource));
        }
        let draft = self
            .drafts
            .iter_mut()
            .find(|it| it.objects == objects && it.resource == task.resource);
        match draft {
            Some(draft) => {
                draft.methods.insert(task.operation.method);
            }
            None => self.drafts.push(Draft {
                resource: task.resource.clone(),
                objects,
                methods: BTreeSet::from([task.operation.method]),
                name: String::new(),
                base: None,
                patch: None,
            }),
        }
    }

    /// The names of the request bodies, once everything that they may build on is known.
    pub(super) fn name_drafts(&mut self, tasks: &[Task<'d>]) {
        let singular = |resource: &str| {
            let task = tasks.iter().find(|it| it.resource == resource);
            task.map(|it| upper_camel(&it.singular)).unwrap_or_default()
        };
        for index in 0..self.drafts.len() {
            let draft = &self.drafts[index];
            let object = draft.objects.first().cloned().unwrap_or_default();
            let stem = match object.contains('/') {
                true => self.entity_name(&object),
                false => self.own(naming::body(&object)),
            };
            let base = [
                stem.clone(),
                self.entity_name(&object),
                singular(&draft.resource),
            ]
            .into_iter()
            .find(|it| self.is_base(it, draft));
            let noun = base.clone().unwrap_or_else(|| stem.clone());
            let main = |method| draft.methods.contains(&method);
            let name = match base {
                Some(_) if main(Method::Post) => format!("New{noun}"),
                Some(_) if main(Method::Put) => format!("{noun}Replacement"),
                Some(_) if main(Method::Patch) => format!("{noun}Patch"),
                _ => noun.clone(),
            };
            let taken = self.taken();
            let prefix = singular(&draft.resource);
            let name = naming::free(&name, &taken, &prefix);
            let shared = draft.methods.len() > 1 && main(Method::Patch);
            let patch = shared.then(|| naming::free(&format!("{noun}Patch"), &taken, &prefix));
            let draft = &mut self.drafts[index];
            (draft.name, draft.base, draft.patch) = (name, base, patch);
        }
    }

    /// Whether a model of this name is the entity that a body describes: they share most fields.
    fn is_base(&self, name: &str, draft: &Draft) -> bool {
        let Some(entity) = self.entities.get(name).filter(|it| it.union.is_none()) else {
            return false;
        };
        let fields = |objects: &BTreeSet<String>| {
            let objects = objects
                .iter()
                .filter_map(|it| self.document.objects.get(it));
            objects
                .flat_map(|it| it.fields.keys())
                .collect::<BTreeSet<_>>()
        };
        let (theirs, ours) = (fields(&entity.objects), fields(&draft.objects));
        2 * theirs.intersection(&ours).count() >= ours.len() && !ours.is_empty()
    }

    /// Every name of a type that is given away.
    pub(super) fn taken(&self) -> BTreeSet<String> {
        let mut taken: BTreeSet<String> = self.entities.keys().cloned().collect();
        let scope = self.api.scope(self.service);
        taken.extend(scope.models().map(|it| it.name.clone()));
        taken.extend(scope.enums().map(|it| it.name.clone()));
        taken.extend(scope.ids().map(|it| it.name.clone()));
        taken.extend(self.enums.iter().map(|(name, ..)| name.clone()));
        let resources = self.service.resources.iter();
        taken.extend(resources.map(|it| handle(&it.name)));
        taken.extend(self.resources.iter().map(|it| handle(it)));
        for draft in &self.drafts {
            taken.insert(draft.name.clone());
            taken.extend(draft.patch.clone());
        }
        taken
    }

    /// The model that an action sends as its body.
    pub(super) fn sent_model(&self, task: &Task<'_>, kind: &Kind) -> Option<String> {
        let objects = objects_of(kind);
        let draft = self
            .drafts
            .iter()
            .find(|it| it.objects == objects && it.resource == task.resource);
        let patch = task.operation.method == Method::Patch;
        match draft {
            Some(draft) if patch => Some(draft.patch.clone().unwrap_or_else(|| draft.name.clone())),
            Some(draft) => Some(draft.name.clone()),
            None => self.existing(&objects, if patch { Way::Patch } else { Way::Request }),
        }
    }

    /// Whether an item of the spec can be used in this resource as it is.
    pub(super) fn reachable(&self, name: &str, resource: &str) -> bool {
        match self.api.scope(self.service).home(name) {
            Some(Home::Resource(home)) => home == resource,
            Some(Home::Common | Home::Service) | None => true,
        }
    }

    /// What of other resources a text uses: it must become shared.
    pub(super) fn elsewhere(&self, text: &str, resource: &str) -> Vec<String> {
        let used = |it: &&str| {
            text.split(|it: char| !it.is_ascii_alphanumeric())
                .any(|word| word == *it)
        };
        let scope = self.api.scope(self.service);
        let models = scope.models().map(|it| it.name.as_str());
        let names = models.chain(scope.enums().map(|it| it.name.as_str()));
        names
            .filter(used)
            .filter_map(|name| match self.api.scope(self.service).home(name)? {
                Home::Resource(home) if home != resource => Some(format!(
                    "# `{name}` stands in {home}.yaml: move it to types.yaml"
                )),
                _ => None,
            })
            .collect()
    }
}
