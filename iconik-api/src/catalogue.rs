//! What can be known about the API at run time.

use crate::generated::{actions::ACTIONS, services::SERVICES};
use crate::{ActionMeta, Limiter, ServiceMeta};

/// The facts about every action of the enabled resources, by resource.
///
/// An [id](ActionMeta::id) is resource and method: `assets.get` is what `client.assets().get(…)`
/// sends. With the id come the HTTP method and path, the roles, the credentials, whether it may be
/// repeated, the ways to page and the parameters.
///
/// For example the roles that an application token needs, when the application only reads:
///
/// ```
/// use std::collections::BTreeSet;
///
/// let reading = iconik_api::actions().filter(|action| action.method == http::Method::GET);
/// let roles: BTreeSet<&str> = reading.flat_map(|action| action.roles).copied().collect();
/// assert!(roles.contains("can_read_assets"));
/// ```
///
/// The examples `roles_needed` and `check_roles` do so for any actions.
pub fn actions() -> impl Iterator<Item = &'static ActionMeta> {
    ACTIONS.iter().copied().flatten().copied()
}

/// The facts about every service.
pub fn services() -> &'static [ServiceMeta] {
    SERVICES
}

impl Default for Limiter {
    /// Creates a limiter with the pace of each service that iconik documents.
    fn default() -> Self {
        Self::per_service(SERVICES)
    }
}
