//! Compares the spec of a service with the document that iconik publishes about it.
//!
//! What is not a difference, because the two say the same in different ways:
//!
//! - Credentials are `auth` in the spec and headers or security schemes in the document.
//! - Ids, secrets and enums of the spec are plain strings in the document; a list in a query is one
//!   string there.
//! - Names of models: both are walked from the actions, and what is found in the same place is
//!   compared. A response's model may cover several objects of the document: their fields count
//!   together.
//! - `required` of a PATCH or of a response, `nullable` and `readOnly` of a response: the service does
//!   not keep to them (`spec/iconik.md`).
//! - A 204 without body that a DELETE documents in addition to another success.
//! - Defaults and bounds of a paging parameter that the style states and the document omits.
//!
//! Anything else is reported, unless the spec acknowledges it at the same place. An acknowledged
//! `body` or `returns` covers everything in that body.
//!
//! ```yaml
//! differs: { roles: { documented: "can_read_shares", reason: "The application list names this role." } }
//! ```

mod compare;
mod finding;
mod fit;
mod ledger;
mod print;
mod walk;

use crate::api::{Api, Service};
use crate::document::{Document, Operation};

pub use finding::{
    Aspect, Bound, Finding, Group, Item, Note, Returned, Sides, Subject, SubjectKind,
};
use ledger::Ledger;
pub(crate) use walk::{Met, Way};

/// What an audit found.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The service of the spec.
    pub service: String,
    /// The document's title and version.
    pub document: String,
    /// What was compared.
    pub compared: Compared,
    /// Differences that are not acknowledged, grouped by where they are.
    pub groups: Vec<Group>,
    /// Differences that the spec acknowledges.
    pub acknowledged: Vec<Acknowledged>,
    /// Acknowledgements of differences that do not exist.
    pub outdated: Vec<Outdated>,
    /// Actions that only the document has, as `METHOD path`. They are no failure of the audit.
    pub not_in_the_spec: Vec<String>,
}

/// How much was compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Actions that both have.
    pub actions: usize,
    /// Models that describe objects of the document.
    pub models: usize,
    /// Fields of those models that both have.
    pub fields: usize,
    /// Parameters that both have.
    pub params: usize,
    /// Values of enums that both have.
    pub values: usize,
}

/// A difference that the spec acknowledges.
#[derive(Clone, Debug, PartialEq)]
pub struct Acknowledged {
    /// Where it is.
    pub subject: Subject,
    /// The difference.
    pub finding: Finding,
    /// Why the spec is right.
    pub reason: String,
}

/// An acknowledgement of a difference that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outdated {
    /// What carries it.
    pub kind: SubjectKind,
    /// Its name.
    pub name: String,
    /// Where it was met, for example `assets.playlists.list` or `NewPlaylist`.
    pub places: Vec<String>,
    /// The aspect that it acknowledges.
    pub aspect: String,
    /// What the document is supposed to say.
    pub documented: Option<String>,
    /// The reason that was given.
    pub reason: String,
}

impl Report {
    /// Whether nothing is left to settle. Actions that only the document has do not count.
    pub fn is_clean(&self) -> bool {
        self.groups.is_empty() && self.outdated.is_empty()
    }

    /// How many differences are not acknowledged.
    pub fn differences(&self) -> usize {
        self.groups.iter().map(|group| group.findings.len()).sum()
    }

    /// The report for people.
    pub fn text(&self) -> String {
        print::text(self)
    }

    /// The report for machines, as pretty JSON.
    pub fn json(&self) -> String {
        format!("{:#}", print::json(self))
    }
}

/// Compares a service of the spec with a document.
pub fn audit(api: &Api, service: &Service, document: &Document) -> Report {
    compared(api, service, document).0
}

/// The report, what only the document has, and which parts of the two belong together.
pub(crate) fn compared<'d>(
    api: &Api,
    service: &Service,
    document: &'d Document,
) -> (Report, Vec<&'d Operation>, Met<'d>) {
    let mut ledger = Ledger::default();
    let outcome = compare::compare(&mut ledger, api, service, document);
    let others = outcome.others.iter();
    let report = Report {
        service: service.name.clone(),
        document: format!("{} {}", document.title, document.version)
            .trim()
            .to_owned(),
        compared: outcome.compared,
        outdated: ledger.outdated(service),
        groups: ledger.groups,
        acknowledged: ledger.acknowledged,
        not_in_the_spec: others
            .map(|operation| finding::request(operation.method, &operation.path))
            .collect(),
    };
    (report, outcome.others, outcome.met)
}
