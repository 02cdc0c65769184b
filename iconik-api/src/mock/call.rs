//! A request that has been checked, and the generic ways to carry it out.

use serde_json::{Map, Value, json};

use super::description::{Action, Description, Param, Returned, Service, Type};
use super::incoming::Incoming;
use super::list;
use super::reply::{Reply, Result};
use super::shape::Shape;
use super::state::State;
use super::store::Fields;
use super::values::{Sampler, shown, shown_fields, stored};

/// A request that has been checked.
pub(super) struct Call<'a> {
    pub(super) state: &'a mut State,
    pub(super) service: &'static Service,
    pub(super) action: &'static Action,
    /// The parameters of the path, with their values.
    pub(super) path: Vec<(&'static Param, String)>,
    pub(super) request: &'a Incoming,
    /// The body as JSON; `null` where there is none.
    pub(super) body: Value,
}

impl Call<'_> {
    /// A query parameter.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.request.param(name)
    }

    /// Whether a query parameter is `true`; if it is absent, `default`.
    pub(super) fn flag(&self, name: &str, default: bool) -> bool {
        self.param(name)
            .map_or(default, |value| value.eq_ignore_ascii_case("true"))
    }

    /// The value of a placeholder of the path, or empty text.
    pub(super) fn at(&self, name: &str) -> &str {
        let mut path = self.path.iter();
        let found = path.find(|(param, _)| param.name == name);
        found.map_or("", |(_, value)| value)
    }

    /// The value of the last placeholder of the path, or empty text.
    pub(super) fn last(&self) -> &str {
        self.path.last().map_or("", |(_, value)| value)
    }

    /// The texts of a list in the body.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        let items = self.body.get(name).and_then(Value::as_array);
        let texts = items.into_iter().flatten().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    }

    /// The path of the request, in one form however it was written.
    pub(super) fn place(&self) -> String {
        let mut place = format!("{}/", self.service.base_path);
        let mut values = self.path.iter();
        for segment in super::routes::segments(self.action.path) {
            match segment.starts_with('{') {
                true => place.push_str(values.next().map_or("", |(_, value)| value)),
                false => place.push_str(segment),
            }
            place.push('/');
        }
        place
    }

    /// An object, in the form of a model.
    pub(super) fn shown(&self, model: &'static str, fields: &Fields) -> Value {
        shown(
            self.service,
            &Type::Named(model),
            &Value::Object(fields.clone()),
        )
    }

    /// The response without anything in it: of the statuses the one that is documented for it.
    pub(super) fn nothing(&self) -> Reply {
        let mut returns = self.action.returns.iter();
        let found = returns.find(|(_, body)| matches!(body, Returned::Nothing));
        Reply::nothing(found.map_or(204, |(status, _)| *status))
    }

    /// Responds with an object that is kept, in the form that the action documents.
    pub(super) fn respond_with(&self, entity: &str, id: &str) -> Result {
        let Some(object) = self.state.store.get(entity, id) else {
            return Err(Reply::not_found(entity, id));
        };
        let (status, returned) = self.action.main_return();
        match returned {
            Returned::Json(ty) => {
                let value = Value::Object(object.fields().clone());
                Ok(Reply::json(status, shown(self.service, ty, &value)))
            }
            _ => Ok(self.nothing()),
        }
    }

    /// What the body sets, as it is stored.
    pub(super) fn sent(&self) -> Fields {
        let Some(body) = &self.action.body else {
            return Map::new();
        };
        match stored(self.service, &body.ty, &self.body) {
            Value::Object(fields) => fields,
            _ => Map::new(),
        }
    }

    /// A sample of a type, the same one for the same request.
    pub(super) fn sample(&self, ty: &'static Type) -> Value {
        Sampler::new(self.service, self.state.settings.seed, &self.place()).value(ty, "")
    }

    /// Does what the shape of the action says.
    pub(super) fn generic(&mut self) -> Result {
        match self.action.shape {
            Shape::List {
                entity: Some(entity),
                model,
            } if self.state.keeps(entity) => list::list(self, entity, model),
            Shape::List { .. } => Ok(self.sample_list()),
            Shape::Create { entity, model } => self.create(entity, model),
            Shape::Get { entity, .. } if self.state.keeps(entity) => {
                self.respond_with(entity, self.last())
            }
            Shape::Replace { entity } if self.state.keeps(entity) => self.write(entity, true),
            Shape::Update { entity } if self.state.keeps(entity) => self.write(entity, false),
            Shape::Delete { entity } if self.state.keeps(entity) => {
                let id = self.last().to_owned();
                match self.state.store.remove(entity, &id) {
                    true => Ok(self.nothing()),
                    false => Err(Reply::not_found(entity, &id)),
                }
            }
            Shape::CreateNamed { key } => self.create_named(key),
            Shape::GetNamed { created } => self.get_named(created),
            Shape::ReplaceNamed { created } => self.write_named(created, true),
            Shape::UpdateNamed { created } => self.write_named(created, false),
            Shape::DeleteNamed { created } => {
                let place = self.place();
                match self.state.store.remove_named(&place)
                    || !created
                    || self.state.settings.invent
                {
                    true => Ok(self.nothing()),
                    false => Err(self.no_name()),
                }
            }
            Shape::ListNamed { model, created } => Ok(self.list_named(model, created)),
            _ => Ok(self.other()),
        }
    }

    /// Creates an object of what the body says and what iconik adds.
    pub(super) fn create(&mut self, entity: &'static str, model: &'static str) -> Result {
        let sent = self.sent();
        let id = self.insert(entity, model, sent);
        self.respond_with(entity, &id)
    }

    /// Keeps a new object; returns its id.
    pub(super) fn insert(
        &mut self,
        entity: &'static str,
        model: &'static str,
        mut fields: Fields,
    ) -> String {
        let parents: Vec<(String, String)> = self
            .path
            .iter()
            .map(|(param, value)| (param.name.to_owned(), value.clone()))
            .collect();
        for (name, value) in &parents {
            if self.service.field(model, name).is_some() {
                fields.insert(name.clone(), value.clone().into());
            }
        }
        self.state.add(self.service, entity, model, parents, fields)
    }

    /// Changes an object to what the body says: all that the body could set, or only what it does.
    pub(super) fn write(&mut self, entity: &'static str, all: bool) -> Result {
        let id = self.last().to_owned();
        let sent = self.sent();
        self.change(entity, &id, sent, all)?;
        self.respond_with(entity, &id)
    }

    /// Changes fields of an object.
    pub(super) fn change(&mut self, entity: &str, id: &str, sent: Fields, all: bool) -> Result<()> {
        let body = self.action.body.as_ref().and_then(|body| body.ty.name());
        let settable = body
            .and_then(|body| self.service.fields(body))
            .unwrap_or_default();
        let now = self.state.source.now();
        let found = self.state.store.update(entity, id, |fields| {
            overwrite(
                fields,
                sent,
                all,
                settable.iter().filter(|field| !field.read_only),
            );
            fields.insert("date_modified".to_owned(), now.into());
        });
        match found {
            true => Ok(()),
            false => Err(Reply::not_found(entity, id)),
        }
    }

    fn create_named(&mut self, key: &str) -> Result {
        let mut fields = self.sent();
        let name = self
            .body
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default();
        let place = format!("{}{name}/", self.place());
        if self.state.store.named(&place).is_some() && !self.state.settings.invent {
            return Err(Reply::error(409, format!("{name} exists already")));
        }
        fields.insert(key.to_owned(), name.into());
        let now = self.state.source.now();
        fields.insert("date_created".to_owned(), now.clone().into());
        fields.insert("date_modified".to_owned(), now.into());
        self.state.store.set_named(&place, fields.clone());
        Ok(self.respond(fields))
    }

    fn get_named(&mut self, created: bool) -> Result {
        match self.state.store.named(&self.place()).cloned() {
            Some(fields) => Ok(self.respond(fields)),
            None if created && !self.state.settings.invent => Err(self.no_name()),
            None => Ok(self.other()),
        }
    }

    fn write_named(&mut self, created: bool, all: bool) -> Result {
        let place = self.place();
        let body = self.action.body.as_ref().and_then(|body| body.ty.name());
        let settable = body
            .and_then(|body| self.service.fields(body))
            .unwrap_or_default();
        let mut fields = match self.state.store.named(&place).cloned() {
            Some(fields) => fields,
            None if created && !self.state.settings.invent => return Err(self.no_name()),
            None => match self.sampled() {
                Value::Object(fields) => fields,
                _ => Map::new(),
            },
        };
        overwrite(
            &mut fields,
            self.sent(),
            all,
            settable.iter().filter(|field| !field.read_only),
        );
        self.add_path(&mut fields);
        fields.insert("date_modified".to_owned(), self.state.source.now().into());
        self.state.store.set_named(&place, fields.clone());
        Ok(self.respond(fields))
    }

    fn list_named(&mut self, model: &'static str, created: bool) -> Reply {
        let place = self.place();
        let kept = self.state.store.named_below(&place);
        let mut objects: Vec<Value> = kept.map(|(_, fields)| self.shown(model, fields)).collect();
        if let Some(last) = self.param("last_field_name") {
            objects.retain(|object| object.get("name").and_then(Value::as_str) > Some(last));
            return Reply::json(
                self.action.main_return().0,
                list::envelope(self, objects, 0),
            );
        }
        match objects.is_empty() && (self.state.settings.invent || !created) {
            true => self.sample_list(),
            false => list::unstored(self, objects),
        }
    }

    fn no_name(&self) -> Reply {
        Reply::error(404, format!("{} doesn't exist", self.last()))
    }

    /// Responds with fields, in the form that the action documents.
    pub(super) fn respond(&self, fields: Fields) -> Reply {
        match self.action.main_return() {
            (status, Returned::Json(ty)) => {
                Reply::json(status, shown(self.service, ty, &Value::Object(fields)))
            }
            _ => self.nothing(),
        }
    }

    /// Two samples of what the list contains.
    pub(super) fn sample_list(&self) -> Reply {
        let mut sampler = Sampler::new(self.service, self.state.settings.seed, &self.place());
        let objects = match self.action.main_return().1.ty() {
            Some(Type::List(item)) => sampler.list(item, "", 2),
            Some(item) => sampler.list(item, "", 2),
            None => json!([]),
        };
        let Value::Array(mut objects) = objects else {
            return list::unstored(self, Vec::new());
        };
        for object in &mut objects {
            if let Value::Object(fields) = object {
                let mut path = Map::new();
                self.add_path(&mut path);
                let known = path
                    .into_iter()
                    .filter(|(name, _)| fields.contains_key(name));
                let known: Vec<_> = known.collect();
                fields.extend(known);
            }
        }
        list::unstored(self, objects)
    }

    fn add_path(&self, fields: &mut Fields) {
        for (param, value) in &self.path {
            fields.insert(param.name.to_owned(), value.clone().into());
        }
    }

    /// A sample of the response, with what the request says in it.
    fn sampled(&self) -> Value {
        let (_, returned) = self.action.main_return();
        let Some(ty) = returned.ty() else {
            return Value::Null;
        };
        let mut sample = self.sample(ty);
        if let Value::Object(fields) = &mut sample {
            let mut known = self.sent();
            known.retain(|name, _| self.is_echoed(ty, name));
            self.add_path(&mut known);
            known.retain(|name, _| fields.contains_key(name));
            fields.extend(known);
            // The id is that of the object that the path names.
            let entity = ty.name().and_then(|model| self.service.entity(model));
            let mut path = self.path.iter().rev();
            let named =
                path.find(|(param, _)| entity.is_some() && self.service.id(&param.ty) == entity);
            if let Some((_, id)) = named {
                fields.insert("id".to_owned(), id.clone().into());
            }
        }
        sample
    }

    /// Whether a field of the body is the same field in a response of this type.
    fn is_echoed(&self, ty: &Type, name: &str) -> bool {
        let field = |ty: &Type| self.service.field(ty.name()?, name);
        let sent = self.action.body.as_ref().and_then(|body| field(&body.ty));
        let returned = field(ty);
        sent.zip(returned)
            .is_some_and(|(sent, returned)| sent.ty == returned.ty)
    }

    /// Responds with a sample; with the object itself where the path names one of what is returned.
    pub(super) fn other(&mut self) -> Reply {
        let (status, returned) = self.action.main_return();
        match returned {
            Returned::Nothing => Reply::nothing(status),
            Returned::Text => Reply::bytes(status, self.text_media(), "sample\n"),
            Returned::Bytes => Reply::bytes(status, "application/octet-stream", "sample"),
            Returned::Location => {
                Reply::redirect(status, &format!("{}/_storage/redirect", self.state.origin))
            }
            Returned::Page(_) | Returned::Objects(_) => self.sample_list(),
            Returned::Json(ty) => {
                let entity = ty.name().and_then(|model| self.service.entity(model));
                let mut path = self.path.iter().rev();
                let kept = path.find_map(|(param, id)| {
                    let entity = entity.filter(|_| self.service.id(&param.ty) == entity)?;
                    self.state.store.get(entity, id)
                });
                match kept {
                    Some(object) => self.respond(object.fields().clone()),
                    None => Reply::json(status, self.sampled()),
                }
            }
        }
    }

    /// The media type of a text, which the end of the path names.
    fn text_media(&self) -> &'static str {
        match super::routes::segments(self.action.path).last() {
            Some("csv") => "text/csv; charset=utf-8",
            Some("srt") => "text/srt; charset=utf-8",
            Some("vtt" | "webvtt") => "text/vtt; charset=utf-8",
            _ => "text/plain; charset=utf-8",
        }
    }
}

/// Sets fields to what was sent; with `all`, also unsets those that could have been sent.
fn overwrite<'f>(
    fields: &mut Fields,
    sent: Fields,
    all: bool,
    settable: impl Iterator<Item = &'f super::description::Field>,
) {
    if all {
        // What iconik sets itself stays.
        const KEPT: [&str; 5] = [
            "id",
            "date_created",
            "created_by_user",
            "created_by",
            "system_domain_id",
        ];
        for field in settable.filter(|field| !KEPT.contains(&field.name)) {
            fields.remove(field.name);
        }
    }
    let sent = sent.into_iter().filter(|(name, _)| name != "id");
    fields.extend(sent);
}

/// Completes the fields of a new object: what iconik sets itself.
pub(super) fn complete(
    service: &Service,
    model: &str,
    entity: &str,
    fields: &mut Fields,
    set: &[(&str, String)],
) {
    let described = service.fields(model).unwrap_or_default();
    for (name, value) in set {
        if described.iter().any(|field| field.name == *name) {
            fields.insert((*name).to_owned(), value.clone().into());
        }
    }
    for field in described {
        if fields.contains_key(field.name) {
            continue;
        }
        let values = service.values(&field.ty).unwrap_or_default();
        match field.name {
            // Objects begin in the first state that is documented.
            "status" | "type" if field.limits.default.is_none() => {
                if let Some(first) = values.first() {
                    fields.insert(field.name.to_owned(), (*first).into());
                }
            }
            // A token that iconik issues.
            name if name.ends_with("token")
                && field.ty == Type::Secret
                && !field.write_only
                && !service.is_sent(model) =>
            {
                let id = set.iter().find(|(name, _)| *name == "id");
                let token = id.map_or_else(String::new, |(_, id)| format!("sample-{id}"));
                fields.insert(name.to_owned(), token.into());
            }
            "object_type" => {
                let kind = Description::kind_of_entity(entity);
                if values.contains(&kind.as_str()) {
                    fields.insert("object_type".to_owned(), kind.into());
                }
            }
            _ => {}
        }
    }
    let full = shown_fields(service, model, described, fields);
    for (name, value) in full {
        fields.entry(name).or_insert(value);
    }
}
