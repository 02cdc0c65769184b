//! Faults on demand.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use fastrand::Rng;
use http::header::RETRY_AFTER;
use http::{HeaderName, HeaderValue};
use serde_json::{Map, Value, json};

use super::description::{Action, Meaning, Service, Type};
use super::reply::{Content, Reply};

/// A fault of the local iconik: what goes wrong, with which actions, and how often.
///
/// Without more, it meets every request until [`Server::clear_faults`](super::Server::clear_faults).
///
/// ```
/// use std::time::Duration;
///
/// use iconik_api::mock::Fault;
///
/// let twice_unavailable = Fault::status(503).on("assets.get").times(2);
/// let slow_searches = Fault::delay(Duration::from_secs(5)).on("search.*");
/// let one_in_ten_lost = Fault::reset().one_in(10);
/// let throttled = Fault::status(429).retry_after("1").times(1);
///
/// // The same in the form that the program and its users write.
/// assert_eq!("assets.get status=503 times=2".parse(), Ok(twice_unavailable));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a fault happens once `Server::add_fault` knows it"]
pub struct Fault {
    kind: Kind,
    action: String,
    times: Option<u64>,
    after: u64,
    one_in: u64,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Status {
        status: u16,
        body: Option<String>,
        headers: Vec<(HeaderName, HeaderValue)>,
    },
    Delay(Duration),
    Reset,
    LoseResponse,
    CutBody,
    TruncateJson,
    MalformJson,
    Nulls,
    UnknownFields,
    UnknownValues,
    EmptyPage,
    CapPage(u64),
    WrongTotal,
}

impl Fault {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            action: "*".to_owned(),
            times: None,
            after: 0,
            one_in: 1,
        }
    }

    /// Responds with this status instead of carrying out the request.
    ///
    /// The body is an error as iconik writes it, unless [`body`](Self::body) sets another one.
    pub fn status(status: u16) -> Self {
        Self::new(Kind::Status {
            status,
            body: None,
            headers: Vec::new(),
        })
    }

    /// Responds late.
    pub fn delay(delay: Duration) -> Self {
        Self::new(Kind::Delay(delay))
    }

    /// Closes the connection instead of carrying out the request.
    pub fn reset() -> Self {
        Self::new(Kind::Reset)
    }

    /// Carries out the request, then closes the connection without a response.
    pub fn lose_response() -> Self {
        Self::new(Kind::LoseResponse)
    }

    /// Closes the connection in the middle of the response's body.
    pub fn cut_body() -> Self {
        Self::new(Kind::CutBody)
    }

    /// Ends the JSON in its middle; the response is complete for HTTP.
    pub fn truncate_json() -> Self {
        Self::new(Kind::TruncateJson)
    }

    /// Makes the JSON invalid.
    pub fn malform_json() -> Self {
        Self::new(Kind::MalformJson)
    }

    /// Sets about half of all fields to `null`.
    pub fn nulls() -> Self {
        Self::new(Kind::Nulls)
    }

    /// Adds a field to every object that no description has.
    pub fn unknown_fields() -> Self {
        Self::new(Kind::UnknownFields)
    }

    /// Gives every enum a value that no description has.
    pub fn unknown_values() -> Self {
        Self::new(Kind::UnknownValues)
    }

    /// Removes all items from a page of a list; the page still names the next one.
    pub fn empty_page() -> Self {
        Self::new(Kind::EmptyPage)
    }

    /// Puts at most `count` items on a page, whatever the request asks for.
    pub fn cap_page(count: u64) -> Self {
        Self::new(Kind::CapPage(count.max(1)))
    }

    /// Counts more items of a list than there are.
    pub fn wrong_total() -> Self {
        Self::new(Kind::WrongTotal)
    }

    /// Sets the body of the response of [`status`](Self::status); it is sent as it is.
    pub fn body(mut self, text: impl Into<String>) -> Self {
        if let Kind::Status { body, .. } = &mut self.kind {
            *body = Some(text.into());
        }
        self
    }

    /// Adds a header to the response of [`status`](Self::status).
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        if let Kind::Status { headers, .. } = &mut self.kind {
            headers.push((name, value));
        }
        self
    }

    /// Adds the header `Retry-After`: seconds, or a date as HTTP writes it.
    pub fn retry_after(self, value: &str) -> Self {
        match HeaderValue::try_from(value) {
            Ok(value) => self.header(RETRY_AFTER, value),
            Err(_) => self,
        }
    }

    /// Limits the fault to an action, for example `assets.get`; `assets.*` are all whose ids begin so.
    pub fn on(mut self, action: impl Into<String>) -> Self {
        self.action = action.into();
        self
    }

    /// Limits how many requests the fault meets.
    pub fn times(mut self, count: u64) -> Self {
        self.times = Some(count);
        self
    }

    /// Leaves the first `count` requests alone.
    pub fn after(mut self, count: u64) -> Self {
        self.after = count;
        self
    }

    /// Meets one of `count` requests, chosen by chance from the seed of the server.
    pub fn one_in(mut self, count: u64) -> Self {
        self.one_in = count.max(1);
        self
    }

    fn concerns(&self, action: &str) -> bool {
        match self.action.strip_suffix('*') {
            Some(start) => action.starts_with(start),
            None => self.action == action,
        }
    }
}

/// What is wrong with the text of a [`Fault`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseFaultError(String);

impl fmt::Display for ParseFaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ParseFaultError {}

/// Reads an action and what goes wrong with it: `assets.get status=503 times=2`, `* delay=200ms one-in=10`,
/// `files.* reset after=5`.
///
/// The faults are `status=…` (with `body=…`, which takes the rest of the line, and `retry-after=…`),
/// `delay=…`, `reset`, `lose-response`, `cut-body`, `truncate-json`, `malform-json`, `nulls`,
/// `unknown-fields`, `unknown-values`, `empty-page`, `cap-page=…` and `wrong-total`.
impl FromStr for Fault {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, ParseFaultError> {
        let wrong = |what: String| ParseFaultError(what);
        let (text, body) = match text.split_once(" body=") {
            Some((text, body)) => (text, Some(body)),
            None => (text, None),
        };
        let mut words = text.split_whitespace();
        let action = words
            .next()
            .ok_or_else(|| wrong("the fault is empty".to_owned()))?;
        let mut fault: Option<Self> = None;
        let mut modifiers = Vec::new();
        for word in words {
            let (key, value) = word.split_once('=').unwrap_or((word, ""));
            let number = || {
                value
                    .parse::<u64>()
                    .map_err(|_| wrong(format!("{key}: `{value}` is not a number")))
            };
            let made = match key {
                "status" => {
                    let status = number()?;
                    let status = u16::try_from(status)
                        .ok()
                        .filter(|status| (100..1000).contains(status));
                    Self::status(status.ok_or_else(|| wrong(format!("status: `{value}` is none")))?)
                }
                "delay" => Self::delay(parse_duration(value).ok_or_else(|| {
                    wrong(format!(
                        "delay: `{value}` is not a duration such as 200ms or 2s"
                    ))
                })?),
                "reset" => Self::reset(),
                "lose-response" => Self::lose_response(),
                "cut-body" => Self::cut_body(),
                "truncate-json" => Self::truncate_json(),
                "malform-json" => Self::malform_json(),
                "nulls" => Self::nulls(),
                "unknown-fields" => Self::unknown_fields(),
                "unknown-values" => Self::unknown_values(),
                "empty-page" => Self::empty_page(),
                "cap-page" => Self::cap_page(number()?),
                "wrong-total" => Self::wrong_total(),
                "times" | "after" | "one-in" => {
                    modifiers.push((key, number()?, value));
                    continue;
                }
                "retry-after" => {
                    modifiers.push((key, 0, value));
                    continue;
                }
                _ => return Err(wrong(format!("unknown fault `{key}`"))),
            };
            if fault.replace(made).is_some() {
                return Err(wrong(format!("more than one fault: `{key}`")));
            }
        }
        let fault = fault.ok_or_else(|| wrong("no fault after the action".to_owned()))?;
        let fault = modifiers
            .into_iter()
            .fold(fault.on(action), |fault, (key, number, value)| match key {
                "times" => fault.times(number),
                "after" => fault.after(number),
                "one-in" => fault.one_in(number),
                _ => fault.retry_after(value),
            });
        Ok(match body {
            Some(body) => fault.body(body),
            None => fault,
        })
    }
}

/// Reads `200ms` or `1.5s`.
pub(super) fn parse_duration(text: &str) -> Option<Duration> {
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 1e-3),
        None => (text.strip_suffix('s').unwrap_or(text), 1.0),
    };
    let seconds = number.parse::<f64>().ok()? * unit;
    Duration::try_from_secs_f64(seconds).ok()
}

/// How a response fails to arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Damage {
    /// There is none.
    Lost,
    /// It ends in its middle.
    Cut,
}

/// The faults of a server.
#[derive(Debug)]
pub(super) struct Faults {
    faults: Vec<(Fault, u64)>,
    rng: Rng,
}

/// What goes wrong with one request.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) delay: Duration,
    pub(super) damage: Option<Damage>,
    /// The response instead of carrying out the request.
    pub(super) instead: Option<Reply>,
    pub(super) page_cap: Option<u64>,
    changes: Vec<Kind>,
    seed: u64,
}

impl Faults {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            faults: Vec::new(),
            rng: Rng::with_seed(seed),
        }
    }

    pub(super) fn add(&mut self, fault: Fault) {
        self.faults.push((fault, 0));
    }

    pub(super) fn clear(&mut self) {
        self.faults.clear();
    }

    /// What goes wrong with the next request for an action.
    pub(super) fn plan(&mut self, action: &str) -> Plan {
        let mut plan = Plan::default();
        if self.faults.is_empty() {
            return plan;
        }
        plan.seed = self.rng.u64(..);
        for (fault, seen) in &mut self.faults {
            if !fault.concerns(action) || fault.times == Some(0) {
                continue;
            }
            *seen += 1;
            if *seen <= fault.after || self.rng.u64(..fault.one_in) != 0 {
                continue;
            }
            if let Some(times) = &mut fault.times {
                *times -= 1;
            }
            plan.add(&fault.kind);
        }
        self.faults.retain(|(fault, _)| fault.times != Some(0));
        plan
    }
}

impl Plan {
    fn add(&mut self, kind: &Kind) {
        match kind {
            Kind::Delay(delay) => self.delay += *delay,
            Kind::Reset => {
                self.damage = Some(Damage::Lost);
                self.instead.get_or_insert_with(|| Reply::nothing(500));
            }
            Kind::LoseResponse => self.damage = Some(Damage::Lost),
            Kind::CutBody => self.damage = Some(Damage::Cut),
            Kind::CapPage(count) => self.page_cap = Some(*count),
            Kind::Status {
                status,
                body,
                headers,
            } => {
                let mut reply = match body {
                    Some(body) => Reply::bytes(*status, media(body), body.clone()),
                    None => Reply::error(*status, format!("A fault on demand: status {status}")),
                };
                reply.headers.extend(headers.iter().cloned());
                self.instead.get_or_insert(reply);
            }
            other => self.changes.push(other.clone()),
        }
    }

    /// Changes a response.
    pub(super) fn change(&self, service: &Service, action: &Action, mut reply: Reply) -> Reply {
        let mut rng = Rng::with_seed(self.seed);
        for kind in &self.changes {
            reply.content = match (kind, reply.content) {
                (Kind::TruncateJson, Content::Json(value)) => {
                    let text = value.to_string();
                    let mut end = text.len() / 2;
                    while !text.is_char_boundary(end) {
                        end -= 1;
                    }
                    Content::Bytes(text[..end].to_owned().into())
                }
                (Kind::MalformJson, Content::Json(value)) => {
                    Content::Bytes(value.to_string().replace(':', "=").into())
                }
                (Kind::Nulls, Content::Json(mut value)) => {
                    each_object(&mut value, &mut |fields| {
                        for value in fields.values_mut() {
                            if rng.bool() {
                                *value = Value::Null;
                            }
                        }
                    });
                    Content::Json(value)
                }
                (Kind::UnknownFields, Content::Json(mut value)) => {
                    each_object(&mut value, &mut |fields| {
                        fields.insert("not_described".to_owned(), json!([1.5, { "a": null }]));
                    });
                    Content::Json(value)
                }
                (Kind::UnknownValues, Content::Json(mut value)) => {
                    if let Some(ty) = action.main_return().1.ty() {
                        match value.get_mut("objects") {
                            Some(objects) => unknown_values(service, ty, objects),
                            None => unknown_values(service, ty, &mut value),
                        }
                    }
                    Content::Json(value)
                }
                (Kind::EmptyPage, Content::Json(mut value)) => {
                    if let Some(objects) = value.get_mut("objects") {
                        *objects = json!([]);
                    }
                    Content::Json(value)
                }
                (Kind::WrongTotal, Content::Json(mut value)) => {
                    if let Some(total) = value.get_mut("total") {
                        *total = (total.as_u64().unwrap_or_default() + 5).into();
                    }
                    Content::Json(value)
                }
                (_, content) => content,
            };
        }
        reply
    }
}

fn media(body: &str) -> &'static str {
    match body.trim_start().chars().next() {
        Some('{' | '[' | '"') => "application/json",
        Some('<') => "text/html",
        _ => "text/plain",
    }
}

/// Changes every object, also those in lists; of a list, not the envelope.
fn each_object(value: &mut Value, change: &mut dyn FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| each_object(item, change)),
        Value::Object(fields) => match fields.get_mut("objects") {
            Some(objects @ Value::Array(_)) => each_object(objects, change),
            _ => change(fields),
        },
        _ => {}
    }
}

fn unknown_values(service: &Service, ty: &Type, value: &mut Value) {
    match (ty, value) {
        (ty, Value::Array(items)) => {
            let item = match ty {
                Type::List(item) => item,
                ty => ty,
            };
            items
                .iter_mut()
                .for_each(|value| unknown_values(service, item, value));
        }
        (Type::Map(of), Value::Object(entries)) => {
            entries
                .values_mut()
                .for_each(|value| unknown_values(service, of, value));
        }
        (Type::Named(name), value) => match (service.meaning(name), value) {
            (Some(Meaning::Enum(_)), value @ Value::String(_)) => *value = json!("NOT_DESCRIBED"),
            (Some(Meaning::Model(fields)), Value::Object(values)) => {
                for field in fields {
                    if let Some(value) = values.get_mut(field.name) {
                        unknown_values(service, &field.ty, value);
                    }
                }
            }
            _ => {}
        },
        _ => {}
    }
}
