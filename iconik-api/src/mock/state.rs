//! The state of a local iconik, and the way of a request through it.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::time::{Duration, Instant};

use http::HeaderName;
use serde_json::{Map, Value, json};

use super::behaviour;
use super::behaviour::uploads::Uploads;
use super::call::{Call, complete};
use super::check::{Accepted, Unknown, check};
use super::description::{Action, Body, BodyKind, Description, Location, Service};
use super::fault::{Damage, Faults};
use super::incoming::{Incoming, decoded_segment};
use super::list::Scroll;
use super::reply::{Reply, Result};
use super::routes::Found;
use super::shape::Shape;
use super::source::Source;
use super::store::{Fields, Store};
use super::values::Sampler;
use crate::testing::Record;

/// The settings of a server.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) seed: u64,
    /// Whether what the description does not have is refused.
    pub(super) strict: bool,
    /// Whether objects are made up where a request refers to one that does not exist.
    pub(super) invent: bool,
    /// How long work in the background takes.
    pub(super) delay: Duration,
    /// How long lists trail writes.
    pub(super) lag: Duration,
    /// Whether iconik's rate limit holds.
    pub(super) limited: bool,
    pub(super) accepted: Accepted,
}

/// Work in the background.
type Work = Box<dyn FnOnce(&mut State) + Send>;

/// The state of a local iconik.
pub(super) struct State {
    pub(super) description: &'static Description,
    pub(super) settings: Settings,
    pub(super) store: Store,
    pub(super) source: Source,
    pub(super) scrolls: HashMap<String, Scroll>,
    pub(super) uploads: Uploads,
    pub(super) faults: Faults,
    pub(super) record: Record,
    /// Scheme, host and port.
    pub(super) origin: String,
    /// The user that the credentials belong to.
    pub(super) user: String,
    pub(super) system_domain: String,
    /// How many objects a page has at most, while a fault says so.
    pub(super) page_cap: Option<u64>,
    pending: Vec<(Instant, Work)>,
    recent: BTreeMap<String, VecDeque<Instant>>,
}

/// What becomes of a request.
pub(super) struct Outcome {
    pub(super) reply: Reply,
    pub(super) delay: Duration,
    pub(super) damage: Option<Damage>,
}

impl State {
    pub(super) fn new(settings: Settings, origin: String) -> Self {
        let mut source = Source::new(settings.seed);
        let mut state = Self {
            description: Description::get(),
            store: Store::new(settings.lag),
            user: source.id(),
            system_domain: source.id(),
            faults: Faults::new(settings.seed),
            source,
            settings,
            scrolls: HashMap::new(),
            uploads: Uploads::default(),
            record: Record::default(),
            origin,
            page_cap: None,
            pending: Vec::new(),
            recent: BTreeMap::new(),
        };
        behaviour::seed(&mut state);
        state
    }

    /// Whether objects of an entity are kept.
    pub(super) fn keeps(&self, entity: &str) -> bool {
        self.description.keeps(entity) || behaviour::KEPT.contains(&entity)
    }

    /// Does something once the delay of work in the background has passed.
    pub(super) fn later(&mut self, work: impl FnOnce(&mut Self) + Send + 'static) {
        if self.settings.delay.is_zero() {
            return work(self);
        }
        self.after(self.settings.delay, work);
    }

    /// Does something once some time has passed.
    pub(super) fn after(&mut self, time: Duration, work: impl FnOnce(&mut Self) + Send + 'static) {
        self.pending.push((Instant::now() + time, Box::new(work)));
    }

    /// Does what is due; with `all`, also what is not due yet.
    pub(super) fn work(&mut self, all: bool) {
        loop {
            let now = Instant::now();
            let (due, later) = std::mem::take(&mut self.pending)
                .into_iter()
                .partition(|(due, _)| all || *due <= now);
            self.pending = later;
            let due: Vec<(Instant, Work)> = due;
            let done = due.is_empty();
            due.into_iter().for_each(|(_, work)| work(self));
            // What follows from the work is done with the next request, so that it can be observed.
            if done || !all {
                break;
            }
        }
    }

    /// Keeps a new object, completed by what iconik sets itself; returns its id.
    pub(super) fn add(
        &mut self,
        service: &Service,
        entity: &'static str,
        model: &str,
        parents: Vec<(String, String)>,
        mut fields: Fields,
    ) -> String {
        let given = fields.get("id").and_then(Value::as_str);
        let id = given.map_or_else(|| self.source.id(), str::to_owned);
        let now = self.source.now();
        let set = [
            ("id", id.clone()),
            ("date_created", now.clone()),
            ("date_modified", now),
            ("created_by_user", self.user.clone()),
            ("created_by", self.user.clone()),
            ("system_domain_id", self.system_domain.clone()),
        ];
        complete(service, model, entity, &mut fields, &set);
        self.store.insert(entity, id.clone(), parents, fields);
        id
    }

    /// The service and model that an entity is described by.
    pub(super) fn home(&self, entity: &str) -> Option<(&'static Service, &'static str)> {
        let services = &self.description.services;
        let find = |wanted: fn(&Shape) -> Option<(&'static str, &'static str)>| {
            services.iter().find_map(|service| {
                let mut shapes = service
                    .actions
                    .iter()
                    .filter_map(|action| wanted(&action.shape));
                let (_, model) = shapes.find(|(known, _)| *known == entity)?;
                Some((service, model))
            })
        };
        find(|shape| match shape {
            Shape::Create { entity, model } => Some((entity, model)),
            _ => None,
        })
        .or_else(|| {
            find(|shape| match shape {
                Shape::Get { entity, model } => Some((entity, model)),
                _ => None,
            })
        })
        .or_else(|| {
            find(|shape| match shape {
                Shape::List {
                    entity: Some(entity),
                    model,
                } => Some((entity, model)),
                _ => None,
            })
        })
    }

    /// Makes up an object.
    pub(super) fn invent(
        &mut self,
        entity: &'static str,
        id: &str,
        parents: Vec<(String, String)>,
    ) {
        let mut fields = Map::new();
        if let Some((service, model)) = self.home(entity) {
            let mut sampler = Sampler::new(service, self.settings.seed, id);
            // A sample of the model by its name alone.
            let described = service.fields(model).unwrap_or_default();
            for field in described.iter().filter(|field| !field.write_only) {
                let values = service.values(&field.ty).filter(|_| field.name == "status");
                let value = match values.and_then(<[_]>::first) {
                    Some(first) => json!(first),
                    None => sampler.field(field),
                };
                fields.insert(field.name.to_owned(), value);
            }
            for (name, value) in &parents {
                if fields.contains_key(name) {
                    fields.insert(name.clone(), value.clone().into());
                }
            }
        }
        fields.insert("id".to_owned(), id.into());
        self.store.insert(entity, id.to_owned(), parents, fields);
    }

    /// What becomes of a request.
    pub(super) fn respond(&mut self, request: &Incoming) -> Outcome {
        self.work(false);
        if request.path.starts_with("/_storage/") {
            return plain(behaviour::uploads::respond(self, request));
        }
        if request.path.starts_with("/_mock/") {
            return plain(super::control::respond(self, request));
        }
        let Some((service, rest)) = self.description.service(&request.path) else {
            return self.finish(None, request, Unknown::default(), Reply::unknown_path());
        };
        let (action, values) = match service.routes.find(service, &request.method, rest) {
            Found::Action(index, values) => (&service.actions[index], values),
            Found::OtherMethods(methods) => {
                let reply = Reply::wrong_method(methods.iter());
                return self.finish(None, request, Unknown::default(), reply);
            }
            Found::Nothing => {
                return self.finish(None, request, Unknown::default(), Reply::unknown_path());
            }
        };
        let mut plan = self.faults.plan(action.id);
        if let Some(reply) = plan.instead.take() {
            let outcome = self.finish(Some(action), request, Unknown::default(), reply);
            return Outcome {
                delay: plan.delay,
                damage: plan.damage,
                ..outcome
            };
        }
        let values: Vec<String> = values.into_iter().map(decoded_segment).collect();
        self.page_cap = plan.page_cap;
        let (unknown, result) = self.carry_out(service, action, &values, request);
        self.page_cap = None;
        let reply = result.unwrap_or_else(|reply| reply);
        let reply = plan.change(service, action, reply);
        let outcome = self.finish(Some(action), request, unknown, reply);
        Outcome {
            delay: plan.delay,
            damage: plan.damage,
            ..outcome
        }
    }

    fn finish(
        &mut self,
        action: Option<&'static Action>,
        request: &Incoming,
        unknown: Unknown,
        reply: Reply,
    ) -> Outcome {
        let mut received = request.received();
        received.action = action.map(|action| action.id);
        received.status = Some(reply.status);
        received.unknown_params = unknown.params;
        received.unknown_fields = unknown.fields;
        self.record.add(received);
        plain(reply)
    }

    fn carry_out(
        &mut self,
        service: &'static Service,
        action: &'static Action,
        values: &[String],
        request: &Incoming,
    ) -> (Unknown, Result) {
        let refused = |reply| (Unknown::default(), Err(reply));
        let remaining = match self.take_slot(request) {
            Ok(remaining) => remaining,
            Err(reply) => return refused(reply),
        };
        let accepted = &self.settings.accepted;
        let allowed = accepted
            .check(action, request)
            .and_then(|()| accepted.check_roles(action));
        if let Err(reply) = allowed {
            return refused(reply);
        }
        let kind = action
            .body
            .as_ref()
            .map_or(BodyKind::Json, |Body { kind, .. }| *kind);
        let body = request.json(kind);
        let texts: Vec<&str> = values.iter().map(String::as_str).collect();
        let (unknown, checked) = check(service, action, &texts, request, body.as_ref());
        if let Err(reply) = checked {
            let reply = behaviour::validation_error(service, action, reply);
            return (unknown, Err(reply));
        }
        if self.settings.strict && !unknown.is_empty() {
            let names = unknown.params.iter().chain(&unknown.fields);
            let errors =
                names.map(|name| (name.clone(), json!(["Not in the description of the API"])));
            let reply = Reply::errors(400, errors.collect());
            return (unknown, Err(reply));
        }
        let mut call = Call {
            state: self,
            service,
            action,
            path: action.path_params().zip(values.iter().cloned()).collect(),
            request,
            body: body.unwrap_or_default(),
        };
        let result = resolve(&mut call).and_then(|()| match behaviour::of(action) {
            Some(behaviour) => behaviour(&mut call),
            None => call.generic(),
        });
        if let Ok(reply) = &result {
            behaviour::jobs::follow(&mut call, reply);
        }
        let limit = HeaderName::from_static("ratelimit-remaining");
        let limited = |reply: Reply| match remaining {
            Some(remaining) => reply.with(limit, remaining.to_string()),
            None => reply,
        };
        match result {
            Ok(reply) => (unknown, Ok(limited(reply))),
            Err(reply) => (unknown, Err(limited(reply))),
        }
    }

    /// Takes a place in iconik's rate limit; returns how many are left.
    fn take_slot(&mut self, request: &Incoming) -> Result<Option<u32>> {
        if !self.settings.limited {
            return Ok(None);
        }
        let limit = self.description.rate_limit;
        let application = request.header("app-id").unwrap_or_default().to_owned();
        let recent = self.recent.entry(application).or_default();
        let window = Duration::from_secs(limit.burst_seconds.into());
        while recent.front().is_some_and(|at| at.elapsed() >= window) {
            recent.pop_front();
        }
        let within = |time: Duration| {
            recent
                .iter()
                .rev()
                .take_while(|at| at.elapsed() < time)
                .count()
        };
        let used =
            |count: usize, of: u32| of.saturating_sub(u32::try_from(count).unwrap_or(u32::MAX));
        let left = used(within(Duration::from_secs(1)), limit.per_second);
        let left = left.min(used(recent.len(), limit.burst));
        if left == 0 {
            let reply = Reply::error(429, "Too many requests");
            return Err(reply.with(HeaderName::from_static("ratelimit-remaining"), "0"));
        }
        recent.push_back(Instant::now());
        Ok(Some(left - 1))
    }

    /// Everything that a later run needs, as JSON.
    pub(super) fn save(&self) -> Value {
        let mut saved = self.store.save();
        saved["elapsed"] = self.source.elapsed().into();
        saved["user"] = self.user.clone().into();
        saved["system_domain"] = self.system_domain.clone().into();
        saved
    }

    /// Continues from what an earlier run saved; returns whether it could be read.
    pub(super) fn load(&mut self, saved: &Value) -> bool {
        let mut store = Store::new(self.settings.lag);
        let ids = &self.description.ids;
        if !store.load(saved, |name| ids.get(name).copied()) {
            return false;
        }
        self.store = store;
        self.source
            .after(saved["elapsed"].as_i64().unwrap_or_default());
        let text = |name: &str| saved[name].as_str().unwrap_or_default().to_owned();
        (self.user, self.system_domain) = (text("user"), text("system_domain"));
        true
    }
}

fn plain(reply: Reply) -> Outcome {
    Outcome {
        reply,
        delay: Duration::ZERO,
        damage: None,
    }
}

/// Finds the objects that the path refers to: by id, or by name where a script may use that (seen live
/// with formats and metadata views).
fn resolve(call: &mut Call<'_>) -> Result<()> {
    let mut parents: Vec<(String, String)> = Vec::new();
    for index in 0..call.path.len() {
        let (param, value) = call.path[index].clone();
        let Some(entity) = entity_of(call, param.location, index) else {
            parents.push((param.name.to_owned(), value));
            continue;
        };
        if !call.state.keeps(entity) {
            parents.push((param.name.to_owned(), value));
            continue;
        }
        let fits = |object: &super::store::Object| {
            parents
                .iter()
                .all(|(name, value)| object.parent(name).is_none_or(|parent| parent == value))
        };
        let store = &call.state.store;
        let found = store.get(entity, &value).filter(|object| fits(object));
        let by_name = || {
            let mut all = store.all(entity);
            all.find(|object| object.text("name") == Some(&value) && fits(object))
        };
        let found = found.or_else(by_name).map(|object| object.id.clone());
        match found {
            Some(id) => call.path[index].1.clone_from(&id),
            None if call.state.settings.invent => {
                call.state.invent(entity, &value, parents.clone());
            }
            None => return Err(Reply::not_found(entity, &value)),
        }
        parents.push((param.name.to_owned(), call.path[index].1.clone()));
    }
    Ok(())
}

/// The entity of the object that a placeholder refers to.
fn entity_of(call: &Call<'_>, location: Location, index: usize) -> Option<&'static str> {
    let (param, _) = &call.path[index];
    let id = call
        .service
        .id(&param.ty)
        .filter(|_| location == Location::Path)?;
    if id != "ObjectId" {
        return Some(id);
    }
    let kind = call.at("object_type");
    call.state.description.entity_of_kind(kind)
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}
