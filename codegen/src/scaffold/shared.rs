//! The parameters and fields that the spec describes once for many: those of the service, and those of
//! common.yaml.

use std::collections::BTreeMap;

use crate::api::{Paging, Service};
use crate::decode::{At, Context};
use crate::load::{self, Content};
use crate::source::Source;
use crate::spec;

/// What an action or a model may take over by its name.
pub(super) struct Shared {
    pub(super) fields: BTreeMap<String, spec::Field>,
    pub(super) params: BTreeMap<String, spec::Param>,
    pub(super) paging: Vec<(Paging, BTreeMap<String, spec::Param>)>,
}

impl Shared {
    /// Reads the shared files once more: the API holds them resolved. They were loaded before, so
    /// mistakes are not reported again.
    pub(super) fn read(sources: &[Source], service: &Service) -> Self {
        let mut shared = Self {
            fields: BTreeMap::new(),
            params: BTreeMap::new(),
            paging: Vec::new(),
        };
        if let Some(Content::Common(common)) = file(sources, "spec/common.yaml") {
            shared.fields.extend(by_name(common.fields));
            shared.params.extend(by_name(common.params));
            if let Some(styles) = common.paging {
                let of = |style| Some((style, by_name(Some(styles.style(style)?.to_vec()))));
                shared.paging = Paging::ALL.into_iter().filter_map(of).collect();
            }
        }
        let path = format!("spec/{}/service.yaml", service.name);
        if let Some(Content::Service(service)) = file(sources, &path) {
            shared.fields.extend(by_name(service.common_fields));
            shared.params.extend(by_name(service.common_params));
        }
        shared
    }
}

fn file(sources: &[Source], path: &str) -> Option<Content> {
    let index = sources.iter().position(|source| source.path == path)?;
    let mut cx = Context {
        source: &sources[index],
        mistakes: Vec::new(),
    };
    load::read(index, &mut cx)
}

fn by_name<T>(entries: Option<Vec<(At<String>, T)>>) -> BTreeMap<String, T> {
    let entries = entries.into_iter().flatten();
    entries.map(|(name, value)| (name.value, value)).collect()
}
