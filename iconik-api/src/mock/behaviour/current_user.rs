//! The user that the credentials belong to.

use serde_json::json;

use super::{Rule, seed_object};
use crate::mock::call::Call;
use crate::mock::reply::{Reply, Result};
use crate::mock::state::State;

pub(super) const RULES: &[Rule] = &[
    ("GET", "/API/users/v1/users/current/", |call| {
        let user = call.state.user.clone();
        call.respond_with("UserId", &user)
    }),
    ("PUT", "/API/users/v1/users/current/", |call| {
        write(call, true)
    }),
    ("PATCH", "/API/users/v1/users/current/", |call| {
        write(call, false)
    }),
    ("GET", "/API/users/v1/users/current/roles/", roles),
    ("GET", "/API/users/v1/users/{}/roles/", roles),
    ("GET", "/API/users/v1/users/{}/roles/{}/", has_role),
];

pub(super) fn seed(state: &mut State) {
    let (user, domain) = (state.user.clone(), state.system_domain.clone());
    let fields = json!({
        "id": user,
        "email": "local@example.com",
        "first_name": "Local",
        "last_name": "User",
        "is_admin": true,
        "type": "POWER",
        "system_domains": [domain],
    });
    seed_object(state, "UserId", fields);
    seed_object(
        state,
        "SystemDomainId",
        json!({ "id": domain, "name": "Local iconik" }),
    );
}

fn write(call: &mut Call<'_>, all: bool) -> Result {
    let user = call.state.user.clone();
    let sent = call.sent();
    call.change("UserId", &user, sent, all)?;
    call.respond_with("UserId", &user)
}

/// The roles that the server was started with; all that are described where it was started with none.
fn roles(call: &mut Call<'_>) -> Result {
    let roles = match &call.state.settings.accepted.roles {
        Some(roles) => roles.iter().cloned().collect(),
        None => {
            let services = call.state.description.services.iter();
            let actions = services.flat_map(|service| &service.actions);
            let roles = actions
                .flat_map(|action| &action.roles)
                .map(|role| (*role).to_owned());
            roles.collect::<std::collections::BTreeSet<String>>()
        }
    };
    Ok(Reply::json(200, json!({ "objects": roles })))
}

fn has_role(call: &mut Call<'_>) -> Result {
    let role = call.last();
    let roles = call.state.settings.accepted.roles.as_ref();
    match roles.is_none_or(|roles| roles.contains(role)) {
        true => Ok(call.nothing()),
        false => Err(Reply::error(
            404,
            format!("The user does not have the role {role}"),
        )),
    }
}
