//! What can be known about the API at run time.

use crate::ActionMeta;
use crate::generated::{actions::ACTIONS, services::SERVICES};

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
/// assert!(roles.iter().all(|role| role.starts_with("can_")));
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

/// What is the same for all actions of a service.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceMeta {
    /// Its name, for example `assets`.
    pub name: &'static str,
    /// What every path begins with, for example `/API/assets`.
    pub base_path: &'static str,
    /// How many requests a second it takes from one application, sustained.
    pub per_second: u32,
    /// How many requests it takes in any window of [`burst_seconds`](Self::burst_seconds).
    pub burst: u32,
    /// The length of that window, in seconds.
    pub burst_seconds: u32,
}
