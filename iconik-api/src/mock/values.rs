//! Values in the form that the description documents: samples, and stored values as a response shows them.

use std::hash::{DefaultHasher, Hash, Hasher};

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::description::{Field, Meaning, Service, Type};
use super::source::{read_time, time, uuid};
use super::store::Fields;

/// How deep models are sampled within models.
const DEPTH: u32 = 3;

/// Makes samples: the same ones for the same seed and place.
pub(super) struct Sampler<'s> {
    service: &'s Service,
    rng: Rng,
    /// The models that are being sampled.
    within: Vec<&'s str>,
}

impl<'s> Sampler<'s> {
    pub(super) fn new(service: &'s Service, seed: u64, place: &str) -> Self {
        // The hasher has fixed keys, so that the same place has the same samples in every run.
        let mut hasher = DefaultHasher::new();
        (seed, place).hash(&mut hasher);
        Self {
            service,
            rng: Rng::with_seed(hasher.finish()),
            within: Vec::new(),
        }
    }

    /// A value of the type; `name` is that of the field or parameter.
    pub(super) fn value(&mut self, ty: &'s Type, name: &str) -> Value {
        match ty {
            Type::String => self.text(name),
            Type::Secret => json!(format!("sample-{:016x}", self.rng.u64(..))),
            Type::Integer => json!(self.rng.u32(..1000)),
            Type::Number => json!(f64::from(self.rng.u32(..1000)) / 8.0),
            Type::Boolean => json!(self.rng.bool()),
            Type::Timestamp => json!(time(i64::from(self.rng.u32(..1_000_000_000)))),
            Type::Any => self.text(name),
            Type::Object => json!({}),
            Type::File => Value::Null,
            Type::List(item) => self.list(item, name, 1),
            Type::Map(value) => match self.value(value, name) {
                Value::Null => json!({}),
                value => json!({ "sample": value }),
            },
            Type::Named(type_name) => match self.service.meaning(type_name) {
                Some(Meaning::Id) | None => json!(uuid(&mut self.rng)),
                Some(Meaning::Enum(values)) => {
                    json!(self.rng.choice(values).copied().unwrap_or_default())
                }
                Some(Meaning::Model(fields)) => self.model(type_name, fields),
                Some(Meaning::Union(union)) => {
                    let variants: Vec<_> = union.variants.iter().collect();
                    let Some((tag, model)) = self.rng.choice(variants) else {
                        return json!({});
                    };
                    let model = model.and_then(|model| Some((model, self.service.fields(model)?)));
                    let inner = model.map(|(model, fields)| self.model(model, fields));
                    let mut fields = Map::new();
                    match (union.content, inner) {
                        (Some(content), Some(inner)) => {
                            drop(fields.insert(content.to_owned(), inner))
                        }
                        (None, Some(Value::Object(inner))) => fields = inner,
                        (_, None | Some(_)) => {}
                    }
                    fields.insert(union.tag.to_owned(), json!(tag));
                    fields.into()
                }
            },
        }
    }

    /// A value of a field, within its documented bounds.
    pub(super) fn field(&mut self, field: &'s Field) -> Value {
        let limits = &field.limits;
        if let Some(default) = &limits.default {
            return default.clone();
        }
        match &field.ty {
            Type::Integer | Type::Number if limits.min.or(limits.max).is_some() => {
                let (min, max) = match (limits.min, limits.max) {
                    (Some(min), max) => (min, max.unwrap_or(min + 1000.0)),
                    (None, max) => (
                        0.0_f64.min(max.unwrap_or_default()),
                        max.unwrap_or_default(),
                    ),
                };
                // What is documented are whole numbers.
                let number = (min.ceil() + self.rng.f64() * (max - min)).floor().min(max);
                match field.ty {
                    Type::Integer => json!(number as i64),
                    _ => json!(number),
                }
            }
            Type::List(item) => {
                let least = limits.min_items.unwrap_or(1);
                let most = limits.max_items.unwrap_or(usize::MAX);
                self.list(item, field.name, least.max(1).min(most))
            }
            ty => self.value(ty, field.name),
        }
    }

    /// A list of values.
    pub(super) fn list(&mut self, item: &'s Type, name: &str, count: usize) -> Value {
        let items = (0..count).map(|_| self.value(item, name));
        // A model within itself ends here.
        items.filter(|item| !item.is_null()).collect()
    }

    fn model(&mut self, name: &'s str, fields: &'s [Field]) -> Value {
        let depth = u32::try_from(self.within.len()).unwrap_or(DEPTH);
        if depth >= DEPTH || self.within.contains(&name) {
            return Value::Null;
        }
        self.within.push(name);
        let fields = fields.iter().filter(|field| !field.write_only);
        let value = fields
            .map(|field| (field.name.to_owned(), self.field(field)))
            // What is too deep is absent.
            .filter(|(_, value)| !value.is_null())
            .collect::<Map<_, _>>();
        self.within.pop();
        value.into()
    }

    fn text(&mut self, name: &str) -> Value {
        let text = match name {
            _ if name.contains("email") => "sample@example.com".to_owned(),
            _ if name.ends_with("url") => "https://example.com/sample".to_owned(),
            "language" => "en".to_owned(),
            _ => format!("sample {}", name.trim_matches('_').replace('_', " ")),
        };
        text.into()
    }
}

/// Brings a stored value into the form of a type: without what is never part of a response, with `null`
/// where a field is not set.
pub(super) fn shown(service: &Service, ty: &Type, value: &Value) -> Value {
    match (ty, value) {
        (Type::List(item), Value::Array(items)) => items
            .iter()
            .map(|value| shown(service, item, value))
            .collect(),
        (Type::Map(of), Value::Object(entries)) => entries
            .iter()
            .map(|(key, value)| (key.clone(), shown(service, of, value)))
            .collect::<Map<_, _>>()
            .into(),
        (Type::Named(name), Value::Object(fields)) => match service.meaning(name) {
            Some(Meaning::Model(model)) => shown_fields(service, name, model, fields).into(),
            Some(Meaning::Union(union)) => {
                let tag = fields
                    .get(union.tag)
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                let model = union.variants.get(tag).copied().flatten();
                match (
                    model.zip(model.and_then(|model| service.fields(model))),
                    union.content,
                ) {
                    (Some((name, model)), None) => {
                        let mut shown = shown_fields(service, name, model, fields);
                        shown.insert(union.tag.to_owned(), tag.into());
                        shown.into()
                    }
                    _ => value.clone(),
                }
            }
            _ => value.clone(),
        },
        _ => value.clone(),
    }
}

/// The fields of an object, in the form of a model.
///
/// A model that requests contain comes back as it was sent; others have all their fields.
pub(super) fn shown_fields(
    service: &Service,
    name: &str,
    model: &[Field],
    fields: &Fields,
) -> Fields {
    let given_back = service.is_sent(name);
    let visible = model.iter().filter(|field| !field.write_only);
    visible
        .filter_map(|field| {
            let value = match fields.get(field.name) {
                Some(Value::Null) if field.nullable || !given_back => Value::Null,
                Some(Value::Null) | None if given_back => given(service, name, field)?,
                Some(value) => shown(service, &field.ty, value),
                None => unset(service, field)?,
            };
            Some((field.name.to_owned(), value))
        })
        .collect()
}

/// What a response contains for a field that is not set in a model that requests contain: nothing, unless
/// it has a default or is required. Then the request has sent another model, which says less.
fn given(service: &Service, model: &str, field: &Field) -> Option<Value> {
    match &field.limits.default {
        None if field.required => Some(Sampler::new(service, 0, model).field(field)),
        default => default.clone(),
    }
}

/// What a response contains for a field that is not set: its default, an empty list if the list may be
/// empty, or `null`.
///
/// iconik writes `null` for text, times and ids (seen live). Numbers, enums and objects are absent unless
/// `null` is documented: clients with strict models do not take it.
fn unset(service: &Service, field: &Field) -> Option<Value> {
    match (&field.limits.default, &field.ty) {
        (Some(default), _) => Some(default.clone()),
        (None, Type::List(_)) if field.limits.min_items.is_some_and(|least| least > 0) => None,
        (None, Type::List(_)) => Some(json!([])),
        (None, Type::String | Type::Secret | Type::Timestamp) => Some(Value::Null),
        (None, ty) => (field.nullable || service.id(ty).is_some()).then_some(Value::Null),
    }
}

/// Takes from a request body what iconik stores: the fields of the body's model that a request can set,
/// with the types that they are documented with.
pub(super) fn stored(service: &Service, ty: &Type, body: &Value) -> Value {
    match (ty, body) {
        (Type::Integer, Value::String(text)) => match text.parse::<i64>() {
            Ok(number) => number.into(),
            Err(_) => body.clone(),
        },
        (Type::Number, Value::String(text)) => match text.parse::<f64>() {
            Ok(number) => json!(number),
            Err(_) => body.clone(),
        },
        (Type::Boolean, Value::String(text)) => match text.as_str() {
            "true" | "True" | "1" => true.into(),
            "false" | "False" | "0" => false.into(),
            _ => body.clone(),
        },
        (Type::Timestamp, Value::String(text)) => match read_time(text) {
            Some(time) => time.into(),
            None => body.clone(),
        },
        (Type::List(item), Value::Array(items)) => items
            .iter()
            .map(|value| stored(service, item, value))
            .collect(),
        (Type::Map(of), Value::Object(entries)) => entries
            .iter()
            .map(|(key, value)| (key.clone(), stored(service, of, value)))
            .collect::<Map<_, _>>()
            .into(),
        (Type::Named(name), Value::Object(fields)) => match service.meaning(name) {
            Some(Meaning::Model(model)) => {
                let settable = model.iter().filter(|field| !field.read_only);
                settable
                    .filter_map(|field| {
                        let value = fields.get(field.name)?;
                        Some((field.name.to_owned(), stored(service, &field.ty, value)))
                    })
                    .collect::<Map<_, _>>()
                    .into()
            }
            _ => body.clone(),
        },
        _ => body.clone(),
    }
}
