//! Holds the spec of a service against the document that iconik publishes about it.
//!
//! What is not a difference, because the two say the same in different ways:
//!
//! - Credentials are `auth` in the spec and headers or security schemes in the document.
//! - Ids, secrets and enums of the spec are plain strings in the document; a list in a query is one
//!   string there.
//! - Names of models: both are walked from the actions, and what is found in the same place is
//!   compared. An answer's model may cover several objects of the document: their fields count
//!   together.
//! - `required` of a PATCH or of an answer, `nullable` and `readOnly` of an answer: the service does
//!   not keep to them (`spec/iconik.md`).
//! - A 204 without body that a DELETE documents beside another success.
//!
//! Anything else is reported, unless the spec acknowledges it where it stands:
//!
//! ```yaml
//! differs: { roles: { documented: "can_read_shares", reason: "The application list names this role." } }
//! ```

mod compare;
mod fit;
mod print;
mod walk;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::api::{Api, Difference, Service};
use crate::document::{Document, Operation};

pub(crate) use walk::{Met, Way};

/// What an audit found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The service of the spec.
    pub service: String,
    /// The document's title and version.
    pub document: String,
    /// What was held against each other.
    pub compared: Compared,
    /// Differences that nobody acknowledged, grouped by where they stand.
    pub groups: Vec<Group>,
    /// Differences that the spec acknowledges.
    pub acknowledged: Vec<Acknowledged>,
    /// Acknowledgements of differences that do not exist (any more).
    pub outdated: Vec<Outdated>,
    /// Actions that only the document has, as `METHOD path`. They are no failure of the audit.
    pub not_in_the_spec: Vec<String>,
}

/// How much was compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// Actions that both have.
    pub actions: usize,
    /// Models that stand for objects of the document.
    pub models: usize,
    /// Fields of those models that both have.
    pub fields: usize,
    /// Parameters that both have.
    pub params: usize,
    /// Values of enums that both have.
    pub values: usize,
}

/// The differences of one action, model or enum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    /// What differs.
    pub place: Place,
    /// How.
    pub findings: Vec<Finding>,
}

/// Where a difference stands in the spec.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// `service`, `action`, `model` or `enum`.
    pub kind: &'static str,
    /// Its name, for example `playlists.list`.
    pub name: String,
    /// For an action, its method and path.
    pub request: Option<String>,
    /// The spec file.
    pub file: String,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The parameter or field that differs; none where the place itself does.
    pub item: Option<Item>,
    /// What differs: the key of an acknowledgement.
    pub aspect: String,
    /// What the document says; none where it says nothing.
    pub document: Option<String>,
    /// What the spec says; none where it says nothing.
    pub spec: Option<String>,
    /// More that helps to settle it.
    pub remark: Option<String>,
}

/// A part of an action or model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// `param` or `field`.
    pub kind: &'static str,
    /// Its name on the wire.
    pub name: String,
}

/// A difference that the spec acknowledges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Acknowledged {
    /// Where it stands.
    pub place: Place,
    /// The difference.
    pub finding: Finding,
    /// Why the spec is right.
    pub reason: String,
}

/// An acknowledgement of a difference that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Outdated {
    /// `action`, `param`, `model`, `field` or `enum`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Where it was met, for example `playlists.list` or `NewPlaylist`.
    pub places: Vec<String>,
    /// The aspect that it acknowledges.
    pub aspect: String,
    /// What the document is said to say.
    pub documented: Option<String>,
    /// The reason that was given.
    pub reason: String,
}

impl Report {
    /// Whether nothing is left to settle. Actions that only the document has do not count.
    pub fn is_clean(&self) -> bool {
        self.groups.is_empty() && self.outdated.is_empty()
    }

    /// How many differences nobody acknowledged.
    pub fn differences(&self) -> usize {
        self.groups.iter().map(|it| it.findings.len()).sum()
    }

    /// The report for people.
    pub fn text(&self) -> String {
        print::text(self)
    }

    /// The report for machines, as pretty JSON.
    pub fn json(&self) -> String {
        // Text, numbers and lists: nothing that JSON could refuse.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

/// Holds a service of the spec against a document.
pub fn audit(api: &Api, service: &Service, document: &Document) -> Report {
    let mut ledger = Ledger::default();
    let outcome = compare::compare(&mut ledger, api, service, document);
    let others = outcome.others.iter();
    Report {
        service: service.name.clone(),
        document: format!("{} {}", document.title, document.version)
            .trim()
            .to_owned(),
        compared: outcome.compared,
        outdated: ledger.outdated(service),
        groups: ledger.groups,
        acknowledged: ledger.acknowledged,
        not_in_the_spec: others
            .map(|it| compare::request(it.method, &it.path))
            .collect(),
    }
}

/// What only the document has, and what stands for what in the rest.
pub(crate) fn missing<'d>(
    api: &Api,
    service: &Service,
    document: &'d Document,
) -> (Vec<&'d Operation>, Met<'d>) {
    let outcome = compare::compare(&mut Ledger::default(), api, service, document);
    (outcome.others, outcome.met)
}

/// Where findings are entered: it knows which of them the spec acknowledges.
#[derive(Default)]
struct Ledger {
    groups: Vec<Group>,
    acknowledged: Vec<Acknowledged>,
    applied: BTreeSet<Mark>,
}

/// What tells one acknowledgement from another. A field that several models inherit is acknowledged
/// once, so the model does not count; nor does the action for a shared parameter.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    kind: &'static str,
    name: String,
    aspect: String,
    documented: Option<String>,
    reason: String,
}

impl Mark {
    fn new(kind: &'static str, name: &str, it: &Difference) -> Mark {
        Mark {
            kind,
            name: name.to_owned(),
            aspect: it.aspect.clone(),
            documented: it.documented.clone(),
            reason: it.reason.clone(),
        }
    }
}

impl Ledger {
    /// Enters a finding; `differs` stands beside the thing that differs.
    fn enter(&mut self, place: &Place, differs: &[Difference], mut finding: Finding) {
        let same_aspect = differs.iter().filter(|it| it.aspect == finding.aspect);
        for difference in same_aspect {
            if difference.documented.is_some() && difference.documented != finding.document {
                let was = difference.documented.as_deref().unwrap_or_default();
                finding.remark = Some(format!("acknowledged while the document said: {was}"));
                continue;
            }
            let (kind, name) = match &finding.item {
                Some(item) => (item.kind, item.name.as_str()),
                None => (place.kind, place.name.as_str()),
            };
            self.applied.insert(Mark::new(kind, name, difference));
            let reason = difference.reason.clone();
            self.acknowledged.push(Acknowledged {
                place: place.clone(),
                finding,
                reason,
            });
            return;
        }
        match self.groups.iter_mut().find(|it| it.place == *place) {
            Some(group) => group.findings.push(finding),
            None => self.groups.push(Group {
                place: place.clone(),
                findings: vec![finding],
            }),
        }
    }

    /// The acknowledgements that were not needed anywhere.
    fn outdated(&self, service: &Service) -> Vec<Outdated> {
        let mut declared: Vec<(Mark, Vec<String>)> = Vec::new();
        compare::each_acknowledgement(service, &mut |kind, name, place, difference| {
            let mark = Mark::new(kind, name, difference);
            if self.applied.contains(&mark) {
                return;
            }
            match declared.iter_mut().find(|(it, _)| *it == mark) {
                Some((_, places)) => places.push(place.to_owned()),
                None => declared.push((mark, vec![place.to_owned()])),
            }
        });
        let outdated = declared.into_iter().map(|(mark, places)| Outdated {
            kind: mark.kind,
            name: mark.name,
            places,
            aspect: mark.aspect,
            documented: mark.documented,
            reason: mark.reason,
        });
        outdated.collect()
    }
}
