//! Shares: their URLs, and the way in through them.

use serde_json::{Map, Value, json};

use super::{Rule, set};
use crate::mock::call::Call;
use crate::mock::reply::{Reply, Result};
use crate::mock::source::time;

pub(super) const RULES: &[Rule] = &[
    ("POST", "/API/assets/v1/{}/{}/shares/", create),
    ("POST", "/API/assets/v1/{}/{}/shares/url/", create),
    ("DELETE", "/API/assets/v1/shares/bulk/", delete_many),
    ("DELETE", "/API/assets/v1/shares/bulk/all/", delete_many),
    ("POST", "/API/assets/v1/shares/auth/login/", log_in),
];

/// How long a token of a share lives, in milliseconds.
const TOKEN_LIFE: i64 = 12 * 3600 * 1000;

fn create(call: &mut Call<'_>) -> Result {
    let mut fields = call.sent();
    let secret = call.state.source.secret();
    let url = format!("{}/shares/{}", call.state.origin, &secret[..12]);
    let password = fields.get("password").is_some_and(Value::is_string);
    let owner = call.state.user.clone();
    let kind = call.at("object_type").to_owned();
    let entity = call
        .state
        .description
        .entity_of_kind(&kind)
        .unwrap_or("ObjectId");
    let object = call.state.store.get(entity, call.at("object_id"));
    let title = object
        .and_then(|object| object.text("title"))
        .map(str::to_owned);
    let emails = call.texts("emails");
    fields.insert("url".to_owned(), url.into());
    fields.insert("has_password".to_owned(), password.into());
    fields.insert("object_title".to_owned(), json!(title));
    fields.entry("owner_id").or_insert_with(|| owner.into());
    fields.insert("population_status".to_owned(), "FINISHED".into());
    let share = call.insert("ShareId", "Share", fields);
    let users: Vec<Value> = emails
        .into_iter()
        .map(|email| invite(call, &share, &email))
        .collect();
    set(call.state, "ShareId", &share, [("users", users.into())]);
    call.respond_with("ShareId", &share)
}

/// Adds a guest to a share.
fn invite(call: &mut Call<'_>, share: &str, email: &str) -> Value {
    let mut parents: Vec<(String, String)> = call
        .path
        .iter()
        .map(|(param, value)| (param.name.to_owned(), value.clone()))
        .collect();
    parents.push(("share_id".to_owned(), share.to_owned()));
    let mut fields = Map::new();
    fields.insert("email".to_owned(), email.into());
    fields.insert("share_id".to_owned(), share.into());
    let service = call.service;
    let id = call
        .state
        .add(service, "ShareUserId", "ShareUser", parents, fields);
    let user = call.state.store.get("ShareUserId", &id);
    user.map_or(Value::Null, |user| user.fields().clone().into())
}

fn delete_many(call: &mut Call<'_>) -> Result {
    let ids = call.texts("share_ids");
    call.state.later(move |state| {
        for id in ids {
            state.store.remove("ShareId", &id);
        }
    });
    Ok(call.nothing())
}

/// Gives a guest a token: for the share whose URL ends with the hash.
fn log_in(call: &mut Call<'_>) -> Result {
    let text = |name: &str| call.body.get(name).and_then(Value::as_str);
    let hash = text("hash").unwrap_or_default();
    let ending = format!("/{hash}");
    let share = call
        .state
        .store
        .all("ShareId")
        .find(|share| share.text("url").is_some_and(|url| url.ends_with(&ending)));
    let Some(share) = share else {
        return match call.state.settings.invent {
            true => Ok(call.other()),
            false => Err(Reply::error(404, "The share doesn't exist")),
        };
    };
    let password = share.text("password");
    if password.is_some() && password != text("password") {
        return Err(Reply::error(401, "Invalid password"));
    }
    let mut fields = Map::new();
    fields.insert("share_id".to_owned(), share.id.clone().into());
    for name in ["object_type", "object_id", "system_domain_id"] {
        fields.insert(
            name.to_owned(),
            share.fields().get(name).cloned().unwrap_or_default(),
        );
    }
    let session = call.state.source.id();
    fields.insert("share_session_id".to_owned(), session.into());
    let token = call.state.source.secret();
    fields.insert("token".to_owned(), token.into());
    let expires = time(call.state.source.elapsed().saturating_add(TOKEN_LIFE));
    fields.insert("expires".to_owned(), expires.into());
    fields.insert("roles".to_owned(), json!([]));
    Ok(call.respond(fields))
}
