//! Where findings are entered: it knows which of them the spec acknowledges.

use std::collections::BTreeSet;

use super::finding::{Finding, Group, Note, Subject, SubjectKind};
use super::{Acknowledged, Outdated};
use crate::api::{Difference, Service, Shape};

/// The findings of one audit.
#[derive(Default)]
pub(super) struct Ledger {
    pub(super) groups: Vec<Group>,
    pub(super) acknowledged: Vec<Acknowledged>,
    applied: BTreeSet<Key>,
}

/// What makes an acknowledgement differ from others. A field that several models inherit is acknowledged
/// once, so the model does not count; nor does the action for a shared parameter.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    kind: SubjectKind,
    name: String,
    aspect: String,
    documented: Option<String>,
    reason: String,
}

impl Key {
    fn new(kind: SubjectKind, name: &str, difference: &Difference) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            aspect: difference.aspect.clone(),
            documented: difference.documented.clone(),
            reason: difference.reason.clone(),
        }
    }
}

impl Ledger {
    /// Enters a finding about something whose acknowledgements are `differs`. Returns whether it is
    /// acknowledged.
    pub(super) fn enter(
        &mut self,
        subject: &Subject,
        differs: &[Difference],
        mut finding: Finding,
    ) -> bool {
        let aspect = finding.aspect.key();
        let documented = finding.aspect.documented();
        for difference in differs.iter().filter(|differs| differs.aspect == aspect) {
            if difference.documented.is_some() && difference.documented != documented {
                let before = difference.documented.clone().unwrap_or_default();
                finding.note = Some(Note::AcknowledgedFor(before));
                continue;
            }
            let (kind, name) = match &finding.item {
                Some(item) => (item.kind, item.name.as_str()),
                None => (subject.kind, subject.name.as_str()),
            };
            self.applied.insert(Key::new(kind, name, difference));
            self.acknowledged.push(Acknowledged {
                subject: subject.clone(),
                finding,
                reason: difference.reason.clone(),
            });
            return true;
        }
        match self
            .groups
            .iter_mut()
            .find(|group| group.subject == *subject)
        {
            Some(group) => group.findings.push(finding),
            None => self.groups.push(Group {
                subject: subject.clone(),
                findings: vec![finding],
            }),
        }
        false
    }

    /// The acknowledgements that were not needed anywhere.
    pub(super) fn outdated(&self, service: &Service) -> Vec<Outdated> {
        let mut declared: Vec<(Key, Vec<String>)> = Vec::new();
        each_acknowledgement(service, &mut |kind, name, place, difference| {
            let key = Key::new(kind, name, difference);
            if self.applied.contains(&key) {
                return;
            }
            match declared.iter_mut().find(|(other, _)| *other == key) {
                Some((_, places)) => places.push(place.to_owned()),
                None => declared.push((key, vec![place.to_owned()])),
            }
        });
        let outdated = declared.into_iter().map(|(key, places)| Outdated {
            kind: key.kind,
            name: key.name,
            places,
            aspect: key.aspect,
            documented: key.documented,
            reason: key.reason,
        });
        outdated.collect()
    }
}

/// Calls back for every acknowledgement of a service: kind and name of what carries it, where that
/// is, and the acknowledgement.
fn each_acknowledgement(
    service: &Service,
    visit: &mut dyn FnMut(SubjectKind, &str, &str, &Difference),
) {
    for resource in &service.resources {
        for action in &resource.actions {
            let id = action.id(service, resource);
            for difference in &action.differs {
                visit(SubjectKind::Action, &id, &id, difference);
            }
            for param in &action.params {
                for difference in &param.differs {
                    visit(SubjectKind::Param, &param.wire, &id, difference);
                }
            }
        }
    }
    for model in service.models.values() {
        for difference in &model.differs {
            visit(SubjectKind::Model, &model.name, &model.name, difference);
        }
        let Shape::Fields(fields) = &model.shape else {
            continue;
        };
        for field in fields {
            for difference in &field.differs {
                visit(SubjectKind::Field, &field.wire, &model.name, difference);
            }
        }
    }
    for item in service.enums.values() {
        for difference in &item.differs {
            visit(SubjectKind::Enum, &item.name, &item.name, difference);
        }
    }
}
