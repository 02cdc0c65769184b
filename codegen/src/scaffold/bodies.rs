//! The models, as records.

use std::collections::{BTreeMap, BTreeSet};

use super::MARKER;
use super::actions::unexplained;
use super::entities::{BodyModel, Union};
use super::fields::{Types, rename, same_type, without};
use crate::api::{self, Method};
use crate::decode::{At, Record as _};
use crate::document::Property;
use crate::source::Span;
use crate::spec::{self, Type};

/// A model without anything but its description.
pub(super) fn described() -> spec::Model {
    spec::Model {
        doc: Some(At::new(MARKER.to_owned())),
        ..spec::Model::empty(Span::default())
    }
}

impl Types<'_, '_> {
    /// A model that describes an entity, in whatever direction it travels.
    pub(super) fn entity(&mut self, name: &str) -> spec::Model {
        let union = self
            .entities
            .all
            .get(name)
            .and_then(|entity| entity.union.clone());
        if let Some(union) = union {
            return self.union(&union);
        }
        let fields = self.entity_fields(name);
        let fields = fields
            .into_iter()
            .map(|(field, record)| (At::new(field.clone()), self.written(&field, record)));
        spec::Model {
            fields: Some(fields.collect()),
            ..described()
        }
    }

    fn union(&mut self, union: &Union) -> spec::Model {
        let mut taken = BTreeSet::from(["Unknown".to_owned()]);
        let variants = union.variants.iter().map(|(value, kind)| {
            let model = kind.as_ref().and_then(|kind| self.entities.model_of(kind));
            let variant = spec::Variant {
                model: model.map(At::new),
                rename: rename(value, &mut taken).map(At::new),
                ..spec::Variant::empty(Span::default())
            };
            (At::new(value.clone()), variant)
        });
        spec::Model {
            tag: Some(At::new(union.tag.clone())),
            content: union.content.clone().map(At::new),
            variants: Some(variants.collect()),
            ..described()
        }
    }

    /// The fields of an entity, with what is shared taken over.
    fn entity_fields(&mut self, name: &str) -> Vec<(String, spec::Field)> {
        let Some(entity) = self.entities.all.get(name) else {
            return Vec::new();
        };
        let (objects, sent) = (entity.objects.clone(), entity.sent.clone());
        let mut fields = Vec::new();
        for (field, properties) in self.merged(&objects) {
            let all: Vec<&Property> = properties.iter().map(|(_, property)| property).collect();
            let of_sent = properties
                .iter()
                .filter(|(object, _)| sent.contains(object));
            let of_sent: Vec<&Property> = of_sent.map(|(_, property)| property).collect();
            let received = of_sent.is_empty();
            let used = if received { &all } else { &of_sent };
            let mut record = self.field(name, &field, used, !received);
            // Flags mean nothing in a response: those of the shared field stay.
            if received
                && let Some(common) = self.shared.fields.get(&field)
                && same_type(&record, common)
            {
                record = spec::Field {
                    doc: None,
                    ..common.clone()
                };
            }
            fields.push((field, record));
        }
        fields
    }

    /// What each object says about each field.
    fn merged(&self, objects: &BTreeSet<String>) -> BTreeMap<String, Vec<(String, Property)>> {
        let mut all: BTreeMap<String, Vec<(String, Property)>> = BTreeMap::new();
        for name in objects {
            let object = self.entities.document.objects.get(name);
            for (field, property) in object.into_iter().flat_map(|object| &object.fields) {
                let entry = all.entry(field.clone()).or_default();
                entry.push((name.clone(), property.clone()));
            }
        }
        all
    }

    /// The model of a request body, and that of the PATCH which shares its objects.
    pub(super) fn body_models(&mut self, index: usize) -> Vec<(String, spec::Model)> {
        let BodyModel {
            objects,
            methods,
            form,
            name,
            base,
            patch,
            ..
        } = &self.entities.bodies[index];
        let (objects, methods, form) = (objects.clone(), methods.clone(), *form);
        let (name, base, patch) = (name.clone(), base.clone(), patch.clone());
        let mut model = described();
        let inherited: BTreeMap<String, spec::Field> = match &base {
            Some(base) => self.entity_fields(base).into_iter().collect(),
            None => BTreeMap::new(),
        };
        let all = self.merged(&objects);
        let text = |name: &String| At::new(name.clone());
        if let Some(base) = &base {
            model.bases = Some(vec![text(base)]);
            let without = inherited.keys().filter(|field| !all.contains_key(*field));
            let without: Vec<_> = without.map(text).collect();
            model.without = (!without.is_empty()).then_some(without);
        }
        let patch_only = methods.iter().all(|method| *method == Method::Patch);
        model.partial = patch_only.then(|| At::new(true));
        let mut fields = Vec::new();
        let mut copied = false;
        for (field, properties) in all {
            let properties: Vec<&Property> =
                properties.iter().map(|(_, property)| property).collect();
            let owner = base.as_ref().unwrap_or(&name);
            let mut record = self.field(owner, &field, &properties, true);
            if form {
                as_form_field(&mut record);
            }
            if patch_only {
                record.required = None;
            }
            let known = inherited.get(&field);
            let common = self.shared.fields.get(&field);
            let common = common.filter(|common| same_type(&record, common));
            let guessed = properties
                .iter()
                .all(|property| property.nullable.is_none());
            if let (true, Some(other)) = (guessed, known.or(common)) {
                record.nullable = other.nullable.clone();
            }
            copied |=
                record.read_only.is_none() && known.is_some_and(|known| same_type(&record, known));
            let record = match known {
                Some(known) => without(record, known),
                None => self.written(&field, record),
            };
            if known.is_none() || says_something(&record) {
                fields.push((At::new(field), record));
            }
        }
        // A value can be made from a response that has one of the fields.
        let copied = base.clone().filter(|_| copied);
        let changes = [Method::Put, Method::Patch];
        let changes = changes.iter().any(|method| methods.contains(method));
        if changes && !methods.contains(&Method::Post) {
            model.copies = copied.as_ref().map(text);
        }
        model.fields = (!fields.is_empty()).then_some(fields);
        let mut models = vec![(name.clone(), model)];
        if let Some(patch) = patch {
            let model = spec::Model {
                bases: Some(vec![At::new(name)]),
                partial: Some(At::new(true)),
                copies: copied.map(At::new),
                ..described()
            };
            models.push((patch, model));
        }
        models
    }
}

/// A field of a form: text that is never `null`, where it is not a single value.
fn as_form_field(field: &mut spec::Field) {
    field.nullable = None;
    let scalar = |ty: &Type| match ty {
        Type::Builtin(ty) => !matches!(ty, api::Type::Object | api::Type::Any),
        Type::Named(name) => !name.value.ends_with("Schema"),
        Type::List(_) | Type::Map(_) => false,
    };
    if field.ty.as_ref().is_some_and(|ty| !scalar(&ty.value)) {
        field.ty = Some(At::new(Type::Builtin(api::Type::String)));
        field.differs = Some(vec![(At::new("type".to_owned()), unexplained())]);
    }
}

/// Whether a field overrides anything of its base.
fn says_something(field: &spec::Field) -> bool {
    field.ty.is_some()
        || [
            &field.required,
            &field.nullable,
            &field.read_only,
            &field.write_only,
        ]
        .iter()
        .any(|flag| flag.is_some())
        || field.default.is_some()
        || field.min.is_some()
        || field.max.is_some()
        || field.min_items.is_some()
        || field.max_items.is_some()
}
