//! The models and enums that the actions led to.

use std::collections::{BTreeMap, BTreeSet};

use super::{Comparison, defaults, on_item, on_subject, sides};
use crate::api::{Difference, Direction, Enum, Field, Model, Shape, Variant};
use crate::audit::finding::{Aspect, Bound, Finding, Note, Sides, Subject, SubjectKind};
use crate::audit::fit::{Fit, fit};
use crate::audit::walk::{self, Use, Way};
use crate::document::{Kind, Property};

impl Comparison<'_, '_> {
    pub(super) fn model(&mut self, model: &Model) {
        let subject = Subject {
            kind: SubjectKind::Model,
            name: model.name.clone(),
            request: None,
            file: self.service.file(&model.home),
        };
        match &model.shape {
            Shape::Fields(fields) => {
                let Some(uses) = self.met.models.get(&model.name).cloned() else {
                    return;
                };
                self.compared.models += 1;
                for field in fields {
                    self.field(&subject, model, field, &uses);
                }
                self.missing_fields(&subject, model, fields, &uses);
            }
            Shape::Union { tag, variants, .. } => {
                let kinds = self
                    .met
                    .unions
                    .get(&model.name)
                    .cloned()
                    .unwrap_or_default();
                for kind in kinds {
                    self.variants(&subject, model, tag, variants, kind);
                }
            }
        }
    }

    fn field(&mut self, subject: &Subject, model: &Model, field: &Field, uses: &[Use]) {
        let document = self.document;
        let mut enter = |finding: Finding| {
            self.ledger.enter(subject, &field.differs, finding);
        };
        let on_field = |aspect| on_item(SubjectKind::Field, &field.wire, aspect);
        let found: Vec<(&Use, Vec<&Property>)> = uses
            .iter()
            .map(|place| (place, place.properties(document, &field.wire)))
            .filter(|(_, properties)| !properties.is_empty())
            .collect();
        if found.is_empty() {
            let aspect = Aspect::Undocumented(field.ty.clone());
            let key = aspect.key();
            let acknowledged = |all: &[Difference]| all.iter().any(|differs| differs.aspect == key);
            // A model may acknowledge all of them at once.
            if acknowledged(&model.differs) && !acknowledged(&field.differs) {
                self.ledger
                    .enter(subject, &model.differs, on_subject(aspect));
            } else {
                enter(on_field(aspect));
            }
            return;
        }
        self.compared.fields += 1;
        // A model of requests alone must fit each of them; responses are taken together.
        if model.direction == Direction::Request && found.len() < uses.len() {
            let without = uses
                .iter()
                .filter(|place| place.properties(document, &field.wire).is_empty());
            let mut finding = on_field(Aspect::Undocumented(field.ty.clone()));
            finding.note = Some(Note::NotIn(
                without.map(|place| place.action.clone()).collect(),
            ));
            enter(finding);
        }
        let of = |found: &[(&Use, Vec<&'_ Property>)], ways: &[Way]| -> Vec<Property> {
            let places = found.iter().filter(|(place, _)| ways.contains(&place.way));
            places
                .flat_map(|(_, properties)| properties.iter().map(|property| (*property).clone()))
                .collect()
        };
        let all = of(
            &found,
            &[Way::Request, Way::Patch, Way::Form, Way::Response],
        );
        let fits: Vec<Fit> = all
            .iter()
            .map(|property| fit(&field.ty, &property.kind))
            .collect();
        if fits.contains(&Fit::Wrong) || !fits.contains(&Fit::Same) {
            enter(on_field(Aspect::Type(Sides {
                documented: all.iter().map(|property| property.kind.clone()).collect(),
                specified: field.ty.clone(),
            })));
        }
        let sent = of(&found, &[Way::Request, Way::Patch, Way::Form]);
        if sent.is_empty() {
            return;
        }
        let whole = of(&found, &[Way::Request, Way::Form]);
        let json = of(&found, &[Way::Request, Way::Patch]);
        // Sent without it in one place, it cannot be required of the model.
        let everywhere = uses
            .iter()
            .filter(|place| [Way::Request, Way::Form].contains(&place.way))
            .all(|place| !place.properties(document, &field.wire).is_empty());
        // The library writes the tag of a variant itself.
        let is_tag = self
            .api
            .scope(self.service)
            .models()
            .any(|union| match &union.shape {
                Shape::Union {
                    tag,
                    content: None,
                    variants,
                } => {
                    let mut models = variants.iter().filter_map(|variant| variant.model.as_ref());
                    *tag == field.wire && models.any(|name| *name == model.name)
                }
                _ => false,
            });
        let required = everywhere && whole.iter().all(|property| property.required);
        // A request cannot be required to contain what iconik sets.
        let set_by_iconik =
            field.read_only && sent.iter().all(|property| property.read_only == Some(true));
        if !whole.is_empty() && required != field.required && !set_by_iconik && !is_tag {
            enter(on_field(Aspect::Required(sides(required, field.required))));
        }
        if let Some(nullable) = any(&json, |property| property.nullable)
            && nullable != field.nullable
        {
            enter(on_field(Aspect::Nullable(sides(nullable, field.nullable))));
        }
        if let Some(read_only) = agreed(&sent, |property| property.read_only)
            && read_only != field.read_only
        {
            enter(on_field(Aspect::ReadOnly(sides(
                read_only,
                field.read_only,
            ))));
        }
        if let Some(write_only) = agreed(&sent, |property| property.write_only)
            && write_only != field.write_only
        {
            enter(on_field(Aspect::WriteOnly(sides(
                write_only,
                field.write_only,
            ))));
        }
        if !is_tag
            && let Some(documented) = agreed(&sent, |property| Some(property.default.clone()))
            && let Some(aspect) = defaults(documented.as_ref(), field.default.as_ref())
        {
            enter(on_field(aspect));
        }
        if let Some(documented) = agreed(&sent, |property| Some(property.bounds.clone())) {
            for bound in Bound::ALL {
                let (theirs, ours) = (bound.of(&documented), bound.of(&field.bounds));
                if theirs != ours {
                    enter(on_field(Aspect::Bound(bound, sides(theirs, ours))));
                }
            }
        }
    }

    fn missing_fields(&mut self, subject: &Subject, model: &Model, fields: &[Field], uses: &[Use]) {
        let mut missing: BTreeMap<&str, (Vec<Property>, BTreeSet<String>)> = BTreeMap::new();
        for place in uses {
            let objects = place
                .objects
                .iter()
                .filter_map(|name| self.document.objects.get(name));
            for (name, property) in objects.flat_map(|object| &object.fields) {
                // A response does not contain what is only written, whatever object it is in.
                if place.way == Way::Response && property.write_only == Some(true) {
                    continue;
                }
                if !fields.iter().any(|field| field.wire == *name) {
                    let (properties, actions) = missing.entry(name).or_default();
                    properties.push(property.clone());
                    actions.insert(place.action.clone());
                }
            }
        }
        for (name, (properties, actions)) in missing {
            let mut finding = on_subject(Aspect::MissingField(name.to_owned(), properties));
            finding.note = Some(Note::In(actions));
            self.ledger.enter(subject, &model.differs, finding);
        }
    }

    fn variants(
        &mut self,
        subject: &Subject,
        model: &Model,
        tag: &str,
        variants: &[Variant],
        kind: &Kind,
    ) {
        let mut enter = |aspect| {
            self.ledger
                .enter(subject, &model.differs, on_subject(aspect));
        };
        if !matches!(kind, Kind::OneOf { .. }) {
            let models = variants.iter().filter_map(|variant| variant.model.clone());
            enter(Aspect::Union(Sides {
                documented: kind.clone(),
                specified: models.collect(),
            }));
            return;
        }
        let tags = walk::tags(self.document, tag, kind);
        let tags: BTreeSet<&str> = tags.into_iter().map(|(tag, _)| tag).collect();
        for variant in variants
            .iter()
            .filter(|variant| !tags.contains(variant.wire.as_str()))
        {
            enter(Aspect::UndocumentedVariant(variant.wire.clone()));
        }
        for tag in tags {
            if !variants.iter().any(|variant| variant.wire == tag) {
                enter(Aspect::MissingVariant(tag.to_owned()));
            }
        }
    }

    /// The values of an enum, compared with those of all its places together: one enum of the spec
    /// may describe several that the document lists in part.
    pub(super) fn enumeration(&mut self, item: &Enum) {
        let Some(documented) = self.met.enums.get(&item.name).cloned() else {
            return;
        };
        let subject = Subject {
            kind: SubjectKind::Enum,
            name: item.name.clone(),
            request: None,
            file: self.service.file(&item.home),
        };
        for value in &documented {
            if item.values.iter().any(|known| known.wire == *value) {
                self.compared.values += 1;
            } else {
                let aspect = Aspect::MissingValue((*value).to_owned());
                self.ledger
                    .enter(&subject, &item.differs, on_subject(aspect));
            }
        }
        for value in &item.values {
            if !documented.contains(value.wire.as_str()) {
                let aspect = Aspect::UndocumentedValue(value.wire.clone());
                self.ledger
                    .enter(&subject, &item.differs, on_subject(aspect));
            }
        }
    }
}

/// What all of them say; `None` where they disagree or one only guesses.
fn agreed<T: PartialEq>(properties: &[Property], of: impl Fn(&Property) -> Option<T>) -> Option<T> {
    let mut all = properties.iter().map(of);
    let first = all.next()??;
    all.all(|other| other.as_ref() == Some(&first))
        .then_some(first)
}

/// Whether one of them says yes; `None` where none does and one only guesses.
fn any(properties: &[Property], of: impl Fn(&Property) -> Option<bool>) -> Option<bool> {
    let all: Vec<Option<bool>> = properties.iter().map(of).collect();
    match all.contains(&Some(true)) {
        true => Some(true),
        false if all.is_empty() => None,
        false if all.contains(&None) => None,
        false => Some(false),
    }
}
