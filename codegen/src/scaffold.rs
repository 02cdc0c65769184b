//! YAML for what the document has and the spec lacks: records of the spec, printed by the tables that
//! read them.
//!
//! Names, roles, types and flags come from the document and from what the spec says elsewhere. What
//! only a person can write is [`MARKER`]: descriptions, and what the remarks at the top of a file ask
//! for. Copying the text into place and replacing the markers is all it takes.

mod actions;
mod additions;
mod bodies;
mod entities;
mod fields;
mod files;
mod ids;
mod naming;
mod shared;

use std::fmt;

use crate::api::{Api, RateLimit, Service};
use crate::audit;
use crate::document::Document;
use crate::ident::snake;
use crate::source::Source;

use actions::Actions;
use entities::Entities;
use shared::Shared;

/// Where a person has to write something.
pub const MARKER: &str = "FILL_IN";

/// The missing parts of a spec, file by file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scaffold {
    /// What each file lacks.
    pub fragments: Vec<Fragment>,
}

/// What one file lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// The spec file.
    pub file: String,
    /// Whether the text is the whole file; otherwise each of its keys extends the one that is there.
    pub new: bool,
    /// The YAML.
    pub text: String,
}

impl fmt::Display for Scaffold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.fragments.is_empty() {
            return f
                .write_str("# Nothing is missing: the spec has every action of the document.\n");
        }
        for fragment in &self.fragments {
            let what = match fragment.new {
                true => "a new file",
                false => "add to what is there",
            };
            writeln!(
                f,
                "# ---- {}: {what} ----\n{}",
                fragment.file, fragment.text
            )?;
        }
        Ok(())
    }
}

/// A service that the spec does not have yet, as far as a document describes it. Its name is the last
/// word of its path.
pub fn new_service(document: &Document) -> Option<Service> {
    let base_path = document.base_path.clone()?;
    let name = snake(base_path.rsplit('/').next()?);
    Some(Service {
        name,
        about: MARKER.to_owned(),
        base_path,
        rate_limit: RateLimit {
            per_second: 0,
            burst: 0,
            burst_seconds: 0,
        },
        roles: Vec::new(),
        enums: Default::default(),
        models: Default::default(),
        resources: Vec::new(),
    })
}

/// Writes what the spec lacks of a document: whole actions with their models, and single parameters,
/// fields and values of what both have. `sources` are the files that `api` was loaded from; `service`
/// is one of them, or a [`new_service`].
pub fn scaffold(sources: &[Source], api: &Api, service: &Service, document: &Document) -> Scaffold {
    let (report, missing, met) = audit::compared(api, service, document);
    let shared = Shared::read(sources, service);
    let tasks = naming::tasks(service, document, &missing);
    let entities = Entities::collect(api.scope(service), service, document, met, &tasks);
    let proposed = Actions::build(service, document, &shared, entities, &tasks);
    let mut fragments = files::fragments(api, service, &shared, proposed);
    fragments.extend(additions::fragments(&report, &shared));
    // New files first: what is added elsewhere often refers to them.
    fragments.sort_by(|a, b| (!a.new, &a.file).cmp(&(!b.new, &b.file)));
    Scaffold { fragments }
}
