//! What all resources of a service share.

use std::collections::BTreeMap;

use super::{Checker, Place, text};
use crate::api::{self, Paging, RateLimit};
use crate::decode::At;
use crate::diag::Diagnostic;
use crate::spec;

/// The system whose services these are.
const SYSTEM: &str = "iconik";

impl<'s> Checker<'s> {
    /// What all services share.
    pub(super) fn common(&mut self) {
        let Some((file, common)) = self.common else {
            return;
        };
        let place = Place { folder: None, file };
        if let Some(name) = common.name.as_ref().filter(|name| name.value != SYSTEM) {
            let message = format!("the system is `{SYSTEM}`, not `{}`", name.value);
            self.report(
                Diagnostic::new(name.span, message).help(format!("write `common: {SYSTEM}`")),
            );
        }
        for (wire, field) in common.fields.iter().flatten() {
            self.field(wire, field, place);
        }
        for (wire, param) in common.params.iter().flatten() {
            self.shared_param(wire, param, place);
        }
        for style in Paging::ALL {
            for (wire, param) in self.style(style).unwrap_or_default() {
                let merged = self.shared(wire, param, None, &[], place);
                self.shared_param(wire, &merged, place);
            }
        }
    }

    /// Base path, limits, roles and shared parts of each service.
    pub(super) fn services(&mut self) {
        for folder in 0..self.folders.len() {
            let Some((file, service)) = self.folders[folder].service else {
                continue;
            };
            let place = Place {
                folder: Some(folder),
                file,
            };
            self.base_path(service);
            self.no_role_twice(service.roles.as_deref().unwrap_or_default());
            self.shared_parts(service, place);
            let rate_limit = self.rate_limit(service);
            let service = api::Service {
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
                enums: BTreeMap::new(),
                models: BTreeMap::new(),
                resources: Vec::new(),
            };
            self.services.push((folder, service));
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
                    Diagnostic::new(role.span, format!("duplicate role `{}`", role.value))
                        .label("again")
                        .related(first.span, "first here"),
                );
            }
        }
    }

    /// Also the mistakes of a shared part that is not used are reported.
    fn shared_parts(&mut self, service: &'s spec::Service, place: Place) {
        for (wire, field) in service.common_fields.iter().flatten() {
            self.field(wire, field, place);
        }
        for (wire, param) in service.common_params.iter().flatten() {
            self.shared_param(wire, param, place);
        }
    }

    fn rate_limit(&mut self, service: &spec::Service) -> RateLimit {
        let common = self
            .common
            .and_then(|(_, common)| common.rate_limit.as_ref());
        let Some(limit) = service.rate_limit.as_ref().or(common) else {
            if self.complete {
                let message = "this service has no rate limit";
                let help = "write `rate_limit` in common.yaml, or here if this service differs";
                self.report(Diagnostic::new(service.span, message).help(help));
            }
            return RateLimit {
                per_second: 0,
                burst: 0,
                burst_seconds: 0,
            };
        };
        let mut count = |at: Option<&At<u32>>| {
            if let Some(zero) = at.filter(|at| at.value == 0) {
                self.report(Diagnostic::new(
                    zero.span,
                    "a rate limit must be at least 1",
                ));
            }
            at.map_or(0, |at| at.value)
        };
        RateLimit {
            per_second: count(limit.per_second.as_ref()),
            burst: count(limit.burst.as_ref()),
            burst_seconds: count(limit.burst_seconds.as_ref()),
        }
    }
}
