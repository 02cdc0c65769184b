//! Whether a request is one that iconik takes.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::description::{
    Action, Auth, Body, BodyKind, Field, Limits, Location, Meaning, Service, Type,
};
use super::incoming::Incoming;
use super::reply::{Reply, Result};
use super::source::read_time;

/// What a request has that the description does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Unknown {
    /// Names of query parameters.
    pub(super) params: Vec<String>,
    /// Paths of body fields, with dots.
    pub(super) fields: Vec<String>,
}

impl Unknown {
    pub(super) fn is_empty(&self) -> bool {
        self.params.is_empty() && self.fields.is_empty()
    }
}

/// The credentials that are accepted; any that are not empty where there are none.
#[derive(Clone, Debug, Default)]
pub(super) struct Accepted {
    pub(super) app_id: Option<String>,
    pub(super) auth_token: Option<String>,
    pub(super) roles: Option<BTreeSet<String>>,
}

impl Accepted {
    /// Whether the credentials are there and the ones that are expected.
    pub(super) fn check(&self, action: &Action, request: &Incoming) -> Result<()> {
        // Seen live: any other `Authorization` beside the right headers leads to a 401.
        if action.auth == Auth::Token && request.header("authorization").is_some() {
            return Err(Reply::error(401, "Invalid Authorization header"));
        }
        let app_id = match action.auth {
            Auth::None => return Ok(()),
            _ => request.header("app-id").filter(|value| !value.is_empty()),
        };
        let Some(app_id) = app_id else {
            return Err(Reply::error(401, "App-ID header is required"));
        };
        if self
            .app_id
            .as_ref()
            .is_some_and(|expected| expected != app_id)
        {
            return Err(Reply::error(401, "Invalid App-ID"));
        }
        let header = match action.auth {
            Auth::Token => "Auth-Token",
            Auth::ShareToken => "Share-Auth-Token",
            Auth::TemporaryToken => "Temp-Auth-Token",
            Auth::AppId | Auth::None => return Ok(()),
        };
        let token = request.header(header).filter(|value| !value.is_empty());
        let Some(token) = token else {
            return Err(Reply::error(401, format!("{header} header is required")));
        };
        let expected = self
            .auth_token
            .as_ref()
            .filter(|_| action.auth == Auth::Token);
        match expected.is_some_and(|expected| expected != token) {
            true => Err(Reply::error(401, "Invalid token")),
            false => Ok(()),
        }
    }

    /// Whether the user has the roles that the action needs.
    pub(super) fn check_roles(&self, action: &Action) -> Result<()> {
        let Some(roles) = &self.roles else {
            return Ok(());
        };
        let missing: Vec<&str> = action
            .roles
            .iter()
            .copied()
            .filter(|role| !roles.contains(*role))
            .collect();
        match missing.is_empty() {
            true => Ok(()),
            false => Err(Reply::error(
                403,
                format!("Missing roles: {}", missing.join(", ")),
            )),
        }
    }
}

/// Collects what is wrong with a request.
struct Checker<'s> {
    service: &'s Service,
    errors: Map<String, Value>,
    unknown: Unknown,
}

/// Checks parameters and body, and tells what of it the description does not have.
///
/// `body` is the body as JSON, also of a form; `None` where the request has none.
pub(super) fn check(
    service: &Service,
    action: &Action,
    path: &[&str],
    request: &Incoming,
    body: Option<&Value>,
) -> (Unknown, Result<()>) {
    let mut checker = Checker {
        service,
        errors: Map::new(),
        unknown: Unknown::default(),
    };
    for (param, value) in action.path_params().zip(path) {
        checker.text(param.name, &param.ty, &param.limits, value);
    }
    checker.query(action, request);
    for param in action
        .params
        .iter()
        .filter(|param| param.location == Location::Header)
    {
        match request.header(param.name) {
            Some(value) => checker.text(param.name, &param.ty, &param.limits, value),
            None if param.required => checker.error(param.name, MISSING),
            None => {}
        }
    }
    if let Some(expected) = &action.body {
        checker.body(action, expected, request, body);
    }
    let result = match checker.errors.is_empty() {
        true => Ok(()),
        false => Err(Reply::errors(400, checker.errors)),
    };
    (checker.unknown, result)
}

const MISSING: &str = "A value is required";

impl Checker<'_> {
    fn error(&mut self, place: &str, message: impl Into<String>) {
        let message: String = message.into();
        self.errors.entry(place).or_insert_with(|| json!([message]));
    }

    fn query(&mut self, action: &Action, request: &Incoming) {
        let params = || {
            let params = action.params.iter();
            params.filter(|param| param.location == Location::Query)
        };
        for (name, value) in &request.query {
            let prefix = |known: &str| {
                known
                    .strip_suffix('*')
                    .is_some_and(|start| name.starts_with(start))
            };
            let exact = params().find(|param| param.name == name);
            match exact.or_else(|| params().find(|param| prefix(param.name))) {
                Some(param) => {
                    let ty = match &param.ty {
                        Type::Map(value) => value,
                        ty => ty,
                    };
                    self.text(name, ty, &param.limits, value);
                }
                None => self.unknown.params.push(name.clone()),
            }
        }
        for param in params().filter(|param| param.required) {
            if request.param(param.name).is_none() {
                self.error(param.name, MISSING);
            }
        }
    }

    /// Checks a value that is text: of the path, the query, a header or a form.
    fn text(&mut self, place: &str, ty: &Type, limits: &Limits, text: &str) {
        match ty {
            Type::List(item) => {
                for part in text.split(',').filter(|part| !part.is_empty()) {
                    self.text(place, item, limits, part);
                }
            }
            Type::Integer => match text.parse::<i64>() {
                Ok(number) => self.bounds(place, limits, number as f64),
                Err(_) => self.error(place, "Not an integer"),
            },
            Type::Number if text.parse::<f64>().is_err() => self.error(place, "Not a number"),
            Type::Boolean if !is_boolean(text) => self.error(place, "Not a boolean"),
            Type::Named(_) => {
                if let Some(values) = self
                    .service
                    .values(ty)
                    .filter(|values| !values.contains(&text))
                {
                    let message = format!("Must be one of: {}", values.join(", "));
                    self.error(place, message);
                }
            }
            _ => {}
        }
    }

    fn bounds(&mut self, place: &str, limits: &Limits, number: f64) {
        if limits.min.is_some_and(|min| number < min) || limits.max.is_some_and(|max| number > max)
        {
            let end = |end: Option<f64>| end.map_or_else(|| "…".to_owned(), |end| end.to_string());
            let (min, max) = (end(limits.min), end(limits.max));
            self.error(place, format!("Must be between {min} and {max}"));
        }
    }

    fn body(&mut self, action: &Action, expected: &Body, request: &Incoming, body: Option<&Value>) {
        let json = matches!(
            expected.kind,
            BodyKind::Json | BodyKind::Form | BodyKind::Multipart
        );
        match body {
            None if request.body.is_empty() && !expected.required => {}
            // An object in which nothing is required may be absent as well: scripts omit it (seen live).
            None if json && request.body.is_empty() => {
                self.value(action, "", &expected.ty, &json!({}))
            }
            None if request.body.is_empty() => self.error("body", MISSING),
            None if json => self.error("body", "Not valid JSON"),
            None => {}
            Some(value) => self.value(action, "", &expected.ty, value),
        }
    }

    fn value(&mut self, action: &Action, place: &str, ty: &Type, value: &Value) {
        let here = if place.is_empty() { "body" } else { place };
        match (ty, value) {
            (Type::Any, _) => {}
            (Type::Timestamp, Value::String(text)) if read_time(text).is_none() => {
                self.error(here, "Not a time");
            }
            (Type::String | Type::Secret | Type::Timestamp, Value::String(_)) => {}
            (Type::String | Type::Secret | Type::Timestamp, _) => self.error(here, "Not a string"),
            (Type::Integer, Value::Number(number)) if number.is_i64() || number.is_u64() => {}
            (Type::Integer, Value::String(text)) if text.parse::<i64>().is_ok() => {}
            (Type::Integer, _) => self.error(here, "Not an integer"),
            (Type::Number, Value::Number(_)) => {}
            (Type::Number, Value::String(text)) if text.parse::<f64>().is_ok() => {}
            (Type::Number, _) => self.error(here, "Not a number"),
            (Type::Boolean, Value::Bool(_)) => {}
            (Type::Boolean, Value::String(text)) if is_boolean(text) => {}
            (Type::Boolean, _) => self.error(here, "Not a boolean"),
            (Type::File, _) => {}
            (Type::Object, Value::Object(_)) => {}
            (Type::Object, _) => self.error(here, "Not an object"),
            (Type::List(item), Value::Array(items)) => {
                for (index, value) in items.iter().enumerate() {
                    self.value(action, &join(place, &index.to_string()), item, value);
                }
            }
            // A form has one value where there may be several.
            (Type::List(item), value) if is_form(action) => self.value(action, place, item, value),
            (Type::List(_), _) => self.error(here, "Not a list"),
            (Type::Map(of), Value::Object(entries)) => {
                for (key, value) in entries {
                    self.value(action, &join(place, key), of, value);
                }
            }
            (Type::Map(_), _) => self.error(here, "Not an object"),
            (Type::Named(name), value) => self.named(action, place, name, value),
        }
    }

    fn named(&mut self, action: &Action, place: &str, name: &str, value: &Value) {
        let here = if place.is_empty() { "body" } else { place };
        match (self.service.meaning(name), value) {
            (Some(Meaning::Model(model)), Value::Object(fields)) => {
                self.model(action, place, model, fields);
            }
            (Some(Meaning::Union(union)), Value::Object(fields)) => {
                let tag = fields
                    .get(union.tag)
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                let at = join(place, union.tag);
                let Some(model) = union.variants.get(tag) else {
                    let known: Vec<_> = union.variants.keys().copied().collect();
                    return self.error(&at, format!("Must be one of: {}", known.join(", ")));
                };
                let Some(model) = model.and_then(|model| self.service.fields(model)) else {
                    return;
                };
                let content = union.content.map(|content| (content, fields.get(content)));
                match content {
                    Some((content, Some(Value::Object(fields)))) => {
                        self.model(action, &join(place, content), model, fields);
                    }
                    Some(_) => {}
                    None => {
                        let mut fields = fields.clone();
                        if !model.iter().any(|field| field.name == union.tag) {
                            fields.remove(union.tag);
                        }
                        self.model(action, place, model, &fields);
                    }
                }
            }
            (Some(Meaning::Model(_) | Meaning::Union(_)), _) => self.error(here, "Not an object"),
            (Some(Meaning::Enum(values)), Value::String(text)) => {
                if !values.contains(&text.as_str()) {
                    self.error(here, format!("Must be one of: {}", values.join(", ")));
                }
            }
            (_, Value::String(_)) => {}
            _ => self.error(here, "Not a string"),
        }
    }

    fn model(
        &mut self,
        action: &Action,
        place: &str,
        model: &[Field],
        fields: &Map<String, Value>,
    ) {
        for field in model
            .iter()
            .filter(|field| field.required && !field.read_only)
        {
            // A PATCH needs no field, whatever its model says.
            if !fields.contains_key(field.name) && action.method != http::Method::PATCH {
                self.error(&join(place, field.name), MISSING);
            }
        }
        for (name, value) in fields {
            let at = join(place, name);
            let Some(field) = model.iter().find(|field| field.name == name) else {
                self.unknown.fields.push(at);
                continue;
            };
            if field.read_only {
                continue;
            }
            match value {
                Value::Null if field.nullable || matches!(field.ty, Type::Any) => {}
                Value::Null => self.error(&at, "May not be null"),
                value => {
                    self.limits(&at, field, value);
                    self.value(action, &at, &field.ty, value);
                }
            }
        }
    }

    fn limits(&mut self, place: &str, field: &Field, value: &Value) {
        match value {
            Value::Number(number) => {
                if let Some(number) = number.as_f64() {
                    self.bounds(place, &field.limits, number);
                }
            }
            Value::Array(items) => {
                let (min, max) = (field.limits.min_items, field.limits.max_items);
                if min.is_some_and(|min| items.len() < min)
                    || max.is_some_and(|max| items.len() > max)
                {
                    self.error(place, format!("The list has {} items", items.len()));
                }
            }
            _ => {}
        }
    }
}

fn is_form(action: &Action) -> bool {
    let kind = action.body.as_ref().map(|body| body.kind);
    matches!(kind, Some(BodyKind::Form | BodyKind::Multipart))
}

fn is_boolean(text: &str) -> bool {
    ["true", "false", "True", "False", "1", "0"].contains(&text)
}

fn join(place: &str, name: &str) -> String {
    match place.is_empty() {
        true => name.to_owned(),
        false => format!("{place}.{name}"),
    }
}
