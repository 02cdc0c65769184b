//! The models and enums that the actions led to.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Bench, Place, bounds, defaults, difference, model_place, on, only_in_the_document,
    only_in_the_spec, yes,
};
use crate::api::{Direction, Enum, Field, Model, Shape, Variant};
use crate::audit::fit::{Fit, fit};
use crate::audit::walk::{Use, Way};
use crate::document::{Kind, Property};
use crate::words::type_text;

impl Bench<'_, '_> {
    pub(super) fn model(&mut self, model: &Model) {
        let place = model_place(self.service, model);
        match &model.shape {
            Shape::Fields(fields) => {
                let Some(uses) = self.met.models.get(&model.name).cloned() else {
                    return;
                };
                self.compared.models += 1;
                for field in fields {
                    self.field(&place, model, field, &uses);
                }
                self.missing_fields(&place, model, fields, &uses);
            }
            Shape::Union { variants, .. } => {
                let kinds = self
                    .met
                    .unions
                    .get(&model.name)
                    .cloned()
                    .unwrap_or_default();
                for kind in kinds {
                    self.variants(&place, model, variants, kind);
                }
            }
        }
    }

    fn field(&mut self, place: &Place, model: &Model, field: &Field, uses: &[Use]) {
        let document = self.document;
        let mut enter = |finding| {
            self.ledger
                .enter(place, &field.differs, on("field", &field.wire, finding))
        };
        let there: Vec<(&Use, Vec<&Property>)> = uses
            .iter()
            .map(|it| (it, it.properties(document, &field.wire)))
            .filter(|(_, it)| !it.is_empty())
            .collect();
        if there.is_empty() {
            enter(only_in_the_spec("undocumented", type_text(&field.ty)));
            return;
        }
        self.compared.fields += 1;
        // A model of requests alone must fit each of them; answers are taken together.
        if model.direction == Direction::Request && there.len() < uses.len() {
            let without = uses
                .iter()
                .filter(|it| it.properties(document, &field.wire).is_empty());
            let without: BTreeSet<&str> = without.map(|it| it.action.as_str()).collect();
            let mut finding = only_in_the_spec("undocumented", type_text(&field.ty));
            let names: Vec<&str> = without.into_iter().collect();
            finding.remark = Some(format!(
                "the document lacks it in the body of {}",
                names.join(", ")
            ));
            enter(finding);
        }
        let all: Vec<&Property> = there
            .iter()
            .flat_map(|(_, it)| it.iter().copied())
            .collect();
        let fits: Vec<Fit> = all.iter().map(|it| fit(&field.ty, &it.kind)).collect();
        if fits.contains(&Fit::Wrong) || !fits.contains(&Fit::Same) {
            let kinds: BTreeSet<String> = all.iter().map(|it| it.kind.to_string()).collect();
            let kinds: Vec<String> = kinds.into_iter().collect();
            enter(difference(
                "type",
                &kinds.join(" / "),
                &type_text(&field.ty),
            ));
        }
        let sent: Vec<&Property> = there
            .iter()
            .filter(|(it, _)| it.way != Way::Answer)
            .flat_map(|(_, it)| it.iter().copied())
            .collect();
        if sent.is_empty() {
            return;
        }
        let whole: Vec<&Property> = there
            .iter()
            .filter(|(it, _)| it.way == Way::Request)
            .flat_map(|(_, it)| it.iter().copied())
            .collect();
        // Sent without it in one place, it cannot be required of the model.
        let everywhere = there
            .iter()
            .filter(|(it, _)| it.way == Way::Request)
            .count()
            == uses.iter().filter(|it| it.way == Way::Request).count();
        let required = everywhere && whole.iter().all(|it| it.required);
        if !whole.is_empty() && required != field.required {
            enter(difference("required", yes(required), yes(field.required)));
        }
        if let Some(nullable) = any(&sent, |it| it.nullable).filter(|it| *it != field.nullable) {
            enter(difference("nullable", yes(nullable), yes(field.nullable)));
        }
        if let Some(read_only) =
            agreed(&sent, |it| it.read_only).filter(|it| *it != field.read_only)
        {
            enter(difference(
                "read_only",
                yes(read_only),
                yes(field.read_only),
            ));
        }
        if let Some(write_only) =
            agreed(&sent, |it| it.write_only).filter(|it| *it != field.write_only)
        {
            enter(difference(
                "write_only",
                yes(write_only),
                yes(field.write_only),
            ));
        }
        if let Some(finding) = agreed(&sent, |it| Some(it.default.clone()))
            .and_then(|it| defaults(it.as_ref(), field.default.as_ref()))
        {
            enter(finding);
        }
        if let Some(documented) =
            agreed(&sent, |it| Some(it.bounds.clone())).filter(|it| *it != field.bounds)
        {
            enter(bounds(&documented, &field.bounds));
        }
    }

    fn missing_fields(&mut self, place: &Place, model: &Model, fields: &[Field], uses: &[Use]) {
        let mut missing: BTreeMap<&str, (BTreeSet<String>, BTreeSet<&str>)> = BTreeMap::new();
        for it in uses {
            for object in it
                .objects
                .iter()
                .filter_map(|it| self.document.objects.get(it))
            {
                for (name, property) in &object.fields {
                    // What never comes back is no part of an answer, whatever object it stands in.
                    if it.way == Way::Answer && property.write_only == Some(true) {
                        continue;
                    }
                    if !fields.iter().any(|it| it.wire == *name) {
                        let entry = missing.entry(name).or_default();
                        entry.0.insert(property.kind.to_string());
                        entry.1.insert(&it.action);
                    }
                }
            }
        }
        for (name, (kinds, actions)) in missing {
            let text = kinds.into_iter().collect::<Vec<_>>().join(" / ");
            let mut finding = only_in_the_document(&format!("fields.{name}"), text);
            finding.remark = Some(format!(
                "met in {}",
                actions.into_iter().collect::<Vec<_>>().join(", ")
            ));
            self.ledger.enter(place, &model.differs, finding);
        }
    }

    fn variants(&mut self, place: &Place, model: &Model, variants: &[Variant], kind: &Kind) {
        let Kind::OneOf {
            variants: theirs, ..
        } = kind
        else {
            let ours: Vec<&str> = variants
                .iter()
                .filter_map(|it| it.model.as_deref())
                .collect();
            let finding = difference("type", &kind.to_string(), &ours.join(" or "));
            self.ledger.enter(place, &model.differs, finding);
            return;
        };
        let tags: BTreeSet<&str> = theirs
            .iter()
            .flat_map(|(tags, _)| tags)
            .map(String::as_str)
            .collect();
        for it in variants
            .iter()
            .filter(|it| !tags.contains(it.wire.as_str()))
        {
            let ours = it.model.clone().unwrap_or_else(|| "nothing".to_owned());
            let finding = only_in_the_spec(&format!("variants.{}", it.wire), ours);
            self.ledger.enter(place, &model.differs, finding);
        }
        for tag in tags
            .iter()
            .filter(|tag| !variants.iter().any(|it| it.wire == **tag))
        {
            let finding = only_in_the_document(&format!("variants.{tag}"), kind.to_string());
            self.ledger.enter(place, &model.differs, finding);
        }
    }

    /// The values of an enum, against those of all its places together: one enum of the spec may
    /// stand for several that the document lists in part.
    pub(super) fn enumeration(&mut self, it: &Enum) {
        let Some(documented) = self.met.enums.get(&it.name).cloned() else {
            return;
        };
        let place = Place {
            kind: "enum",
            name: it.name.clone(),
            request: None,
            file: self.service.file(&it.home),
        };
        for value in &documented {
            if it.values.iter().any(|it| it.wire == *value) {
                self.compared.values += 1;
            } else {
                let finding = only_in_the_document(&format!("values.{value}"), (*value).to_owned());
                self.ledger.enter(&place, &it.differs, finding);
            }
        }
        for value in it
            .values
            .iter()
            .filter(|it| !documented.contains(it.wire.as_str()))
        {
            let finding = only_in_the_spec(&format!("values.{}", value.wire), value.wire.clone());
            self.ledger.enter(&place, &it.differs, finding);
        }
    }
}

/// What all of them say; `None` where they disagree or one only guesses.
fn agreed<T: PartialEq>(
    properties: &[&Property],
    of: impl Fn(&Property) -> Option<T>,
) -> Option<T> {
    let mut all = properties.iter().map(|it| of(it));
    let first = all.next()??;
    all.all(|it| it.as_ref() == Some(&first)).then_some(first)
}

/// Whether one of them says yes; `None` where nobody does and one only guesses.
fn any(properties: &[&Property], of: impl Fn(&Property) -> Option<bool>) -> Option<bool> {
    let all: Vec<Option<bool>> = properties.iter().map(|it| of(it)).collect();
    match all.contains(&Some(true)) {
        true => Some(true),
        false if all.contains(&None) => None,
        false => Some(false),
    }
}
