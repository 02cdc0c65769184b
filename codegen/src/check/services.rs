//! What all resources of a service share.

use std::collections::BTreeMap;

use super::{Checker, Place, text};
use crate::api::{self, RateLimit};
use crate::decode::At;
use crate::diag::Diagnostic;
use crate::spec;

impl<'s> Checker<'s> {
    /// Base path, limits, roles, ids and shared parts of each service.
    pub(super) fn services(&mut self) {
        for folder in 0..self.folders.len() {
            let Some((file, service)) = self.folders[folder].service else {
                continue;
            };
            self.base_path(service);
            self.no_role_twice(service.roles.as_deref().unwrap_or_default());
            self.shared_parts(service, Place { folder, file });
            let rate_limit = self.rate_limit(service);
            let ids = service.ids.iter().flatten().map(|(name, doc)| {
                let (name, doc) = (name.value.clone(), doc.value.clone());
                (name.clone(), api::Id { name, doc })
            });
            self.services.push(api::Service {
                name: self.folders[folder].name().to_owned(),
                about: text(&service.about),
                base_path: text(&service.base_path),
                rate_limit,
                roles: service
                    .roles
                    .iter()
                    .flatten()
                    .map(|role| role.value.clone())
                    .collect(),
                ids: ids.collect(),
                enums: BTreeMap::new(),
                models: BTreeMap::new(),
                resources: Vec::new(),
            });
        }
    }

    fn base_path(&mut self, service: &spec::Service) {
        let Some(path) = &service.base_path else {
            return;
        };
        if !path.value.starts_with('/') || path.value.ends_with('/') {
            let message = "a base path begins with a slash and ends without one";
            let help = format!("write `/{}`", path.value.trim_matches('/'));
            self.report(Diagnostic::new(path.span, message).help(help));
        }
    }

    pub(super) fn no_role_twice(&mut self, roles: &[At<String>]) {
        for (position, role) in roles.iter().enumerate() {
            let mut before = roles[..position].iter();
            if let Some(first) = before.find(|first| first.value == role.value) {
                self.report(
                    Diagnostic::new(
                        role.span,
                        format!("the role `{}` stands here twice", role.value),
                    )
                    .label("again")
                    .related(first.span, "first here"),
                );
            }
        }
    }

    /// Nobody may use a shared part, and still its mistakes should be seen.
    fn shared_parts(&mut self, service: &'s spec::Service, place: Place) {
        for (wire, field) in service.common_fields.iter().flatten() {
            self.field(wire, field, place);
        }
        for (wire, param) in service.common_params.iter().flatten() {
            self.shared_param(wire, param, place);
        }
        let Some(paging) = &service.paging else {
            return;
        };
        for style in [
            &paging.page,
            &paging.scroll,
            &paging.last_id,
            &paging.search_after,
        ] {
            for (wire, param) in style.iter().flatten() {
                let merged = self.shared(wire, param, None, &[], place);
                self.shared_param(wire, &merged, place);
            }
        }
    }

    fn rate_limit(&mut self, service: &spec::Service) -> RateLimit {
        let limit = service.rate_limit.as_ref();
        let mut count = |at: Option<&At<u32>>| {
            if let Some(zero) = at.filter(|at| at.value == 0) {
                self.report(Diagnostic::new(
                    zero.span,
                    "a rate limit of 0 lets nothing pass",
                ));
            }
            at.map_or(0, |at| at.value)
        };
        RateLimit {
            per_second: count(limit.and_then(|limit| limit.per_second.as_ref())),
            burst: count(limit.and_then(|limit| limit.burst.as_ref())),
            burst_seconds: count(limit.and_then(|limit| limit.burst_seconds.as_ref())),
        }
    }
}
