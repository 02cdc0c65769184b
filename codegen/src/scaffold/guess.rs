//! The type and the flags that a field or parameter gets: the document's, in the words of the spec.

use std::collections::BTreeMap;

use super::{Bench, naming};
use crate::api::{Bounds, Literal, Shape, Type};
use crate::document::{Kind, Parameter, Property};
use crate::ident::upper_camel;
use crate::spec;
use crate::words::type_text;

/// What the spec says about a field or a parameter, but for its description.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Facts {
    /// The type as the spec writes it.
    pub(super) ty: String,
    pub(super) required: bool,
    pub(super) nullable: bool,
    pub(super) read_only: bool,
    pub(super) write_only: bool,
    pub(super) default: Option<Literal>,
    pub(super) bounds: Bounds,
}

pub(super) fn field_facts(field: &spec::Field) -> Facts {
    let on = |flag: &Option<crate::decode::At<bool>>| flag.as_ref().is_some_and(|it| it.value);
    Facts {
        ty: field
            .ty
            .as_ref()
            .map(|it| spelt(&it.value))
            .unwrap_or_default(),
        required: on(&field.required),
        nullable: on(&field.nullable),
        read_only: on(&field.read_only),
        write_only: on(&field.write_only),
        default: field.default.as_ref().map(|it| it.value.clone()),
        bounds: Bounds {
            min: field.min.as_ref().map(|it| it.value),
            max: field.max.as_ref().map(|it| it.value),
            min_items: field.min_items.as_ref().map(|it| it.value),
            max_items: field.max_items.as_ref().map(|it| it.value),
        },
    }
}

pub(super) fn param_facts(param: &spec::Param) -> Facts {
    Facts {
        ty: param
            .ty
            .as_ref()
            .map(|it| spelt(&it.value))
            .unwrap_or_default(),
        required: param.required.as_ref().is_some_and(|it| it.value),
        default: param.default.as_ref().map(|it| it.value.clone()),
        bounds: Bounds {
            min: param.min.as_ref().map(|it| it.value),
            max: param.max.as_ref().map(|it| it.value),
            min_items: param.min_items.as_ref().map(|it| it.value),
            max_items: param.max_items.as_ref().map(|it| it.value),
        },
        ..Facts::default()
    }
}

fn spelt(ty: &spec::Type) -> String {
    match ty {
        spec::Type::Builtin(ty) => type_text(ty),
        spec::Type::Named(name) => name.value.clone(),
        spec::Type::List(of) => format!("list<{}>", spelt(of)),
        spec::Type::Map(of) => format!("map<{}>", spelt(of)),
    }
}

/// Whether a type of the spec, as written, can stand for a kind of the document. Only what is
/// certain from the spelling counts: a named type may be anything that is text.
fn fits(ty: &str, kind: &Kind) -> bool {
    match kind {
        Kind::Any => ty == "any",
        Kind::Text => {
            let named = ty.starts_with(|it: char| it.is_ascii_uppercase());
            ["string", "secret"].contains(&ty)
                || named && ty.ends_with("Id")
                || named && ty.ends_with("Type")
        }
        Kind::Time => ty == "timestamp",
        Kind::Integer => ty == "integer",
        Kind::Number => ty == "number",
        Kind::Boolean => ty == "boolean",
        Kind::Free => ty == "object",
        Kind::List(of) => ty
            .strip_prefix("list<")
            .and_then(|it| it.strip_suffix('>'))
            .is_some_and(|it| fits(it, of)),
        Kind::Map(of) => ty
            .strip_prefix("map<")
            .and_then(|it| it.strip_suffix('>'))
            .is_some_and(|it| fits(it, of)),
        Kind::Values(_) | Kind::Object(_) | Kind::OneOf { .. } => false,
    }
}

impl Bench<'_, '_> {
    /// The type of a field. `owner` is the model that it belongs to.
    pub(super) fn field_type(
        &mut self,
        resource: &str,
        owner: &str,
        name: &str,
        kind: &Kind,
    ) -> String {
        match kind {
            Kind::Values(values) => self.enumeration(resource, owner, name, values),
            Kind::Object(_) | Kind::OneOf { .. } => self.model_type(resource, kind),
            Kind::List(of) if !fits_text(of) => {
                format!("list<{}>", self.field_type(resource, owner, name, of))
            }
            Kind::Map(of) if !fits_text(of) => {
                format!("map<{}>", self.field_type(resource, owner, name, of))
            }
            _ => self.plain_type(resource, owner, name, kind),
        }
    }

    /// The type of something that is no object and no enum.
    fn plain_type(&mut self, resource: &str, owner: &str, name: &str, kind: &Kind) -> String {
        if name == "id" && *kind == Kind::Text {
            return self.id(owner);
        }
        if let Some(common) = self.common_fields.get(name).filter(|it| fits(&it.ty, kind)) {
            return common.ty.clone();
        }
        if let Some(learned) = self
            .learned(resource, name)
            .into_iter()
            .find(|it| fits(it, kind))
        {
            return learned;
        }
        match kind {
            Kind::Text => self
                .named_id(name.strip_suffix("_id"))
                .unwrap_or_else(|| "string".into()),
            Kind::List(of) if **of == Kind::Text => {
                let item = self.named_id(name.strip_suffix("_ids"));
                format!("list<{}>", item.unwrap_or_else(|| "string".into()))
            }
            Kind::List(of) => format!("list<{}>", self.plain_type(resource, owner, "", of)),
            Kind::Map(of) => format!("map<{}>", self.plain_type(resource, owner, "", of)),
            Kind::Time => "timestamp".into(),
            Kind::Integer => "integer".into(),
            Kind::Number => "number".into(),
            Kind::Boolean => "boolean".into(),
            Kind::Free => "object".into(),
            Kind::Any | Kind::Values(_) | Kind::Object(_) | Kind::OneOf { .. } => "any".into(),
        }
    }

    /// The id type of an entity: known, or new.
    pub(super) fn id(&mut self, entity: &str) -> String {
        let name = format!("{}Id", naming::noun(entity));
        if !self.known_id(&name) {
            self.new_ids.insert(name.clone());
        }
        name
    }

    fn named_id(&self, stem: Option<&str>) -> Option<String> {
        let name = format!("{}Id", upper_camel(stem?));
        self.known_id(&name).then_some(name)
    }

    pub(super) fn known_id(&self, name: &str) -> bool {
        self.new_ids.contains(name) || self.api.scope(self.service).id(name).is_some()
    }

    /// The types that fields of this name have in the spec, the usual one first.
    fn learned(&self, resource: &str, name: &str) -> Vec<String> {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let models = self.api.scope(self.service).models();
        let fields = models.filter_map(|it| match &it.shape {
            Shape::Fields(fields) => Some(fields),
            Shape::Union { .. } => None,
        });
        for field in fields.flatten().filter(|it| it.wire == name) {
            *seen.entry(type_text(&field.ty)).or_default() += 1;
        }
        self.usual(resource, seen)
    }

    /// The types that can be used here, the most frequent one first.
    fn usual(&self, resource: &str, seen: BTreeMap<String, usize>) -> Vec<String> {
        let mut all: Vec<(String, usize)> = seen.into_iter().collect();
        all.retain(|(ty, _)| self.reachable(innermost(ty), resource));
        all.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        all.into_iter().map(|(ty, _)| ty).collect()
    }

    /// The types that parameters of this name have in the spec. Only the resource itself tells that
    /// text is the value of an enum: elsewhere the same word takes other values.
    fn learned_param(&self, resource: &str, name: &str) -> Vec<String> {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for it in &self.service.resources {
            let params = it.actions.iter().flat_map(|it| &it.params);
            for param in params.filter(|it| it.wire == name) {
                let ty = type_text(&param.ty);
                let scope = self.api.scope(self.service);
                let closed = scope.enumeration(innermost(&ty)).is_some();
                if it.name == resource || !closed {
                    *seen.entry(ty).or_default() += 1;
                }
            }
        }
        self.usual(resource, seen)
    }

    /// The type of a parameter of an action of `singular`; `part` is what its path goes on with.
    pub(super) fn param_type(
        &mut self,
        resource: &str,
        singular: &str,
        part: &str,
        param: &Parameter,
    ) -> String {
        if let Kind::Values(values) = &param.kind {
            return self.enumeration(resource, &upper_camel(singular), &param.name, values);
        }
        if let Some(common) = self
            .common_params
            .get(&param.name)
            .filter(|it| fits_param(&it.ty, &param.kind))
        {
            return common.ty.clone();
        }
        let noun = format!("{}{}", upper_camel(singular), upper_camel(part));
        if param.name == "ids" && self.known_id(&format!("{noun}Id")) {
            return format!("list<{noun}Id>");
        }
        if let Some(stem) = param.name.strip_suffix("_id") {
            let longer = format!("{}{}Id", upper_camel(singular), upper_camel(stem));
            let known = [longer, format!("{}Id", upper_camel(stem))]
                .into_iter()
                .find(|it| self.known_id(it));
            if let Some(known) = known.filter(|_| param.kind == Kind::Text) {
                return known;
            }
            if param.location == crate::api::Location::Path {
                return self.id(&upper_camel(stem));
            }
        }
        // What narrows a list is often a field of its items.
        if let Some(values) = self
            .values_of(singular, &param.name)
            .filter(|_| param.kind == Kind::Text)
        {
            return self.enumeration(resource, &upper_camel(singular), &param.name, &values);
        }
        let learned = self
            .learned_param(resource, &param.name)
            .into_iter()
            .find(|it| fits_param(it, &param.kind));
        learned.unwrap_or_else(|| self.plain_type(resource, &noun, "", &param.kind))
    }

    fn values_of(&self, singular: &str, name: &str) -> Option<Vec<String>> {
        let entity = self.entities.get(&upper_camel(singular))?;
        let mut objects = entity
            .objects
            .iter()
            .filter_map(|it| self.document.objects.get(it));
        objects.find_map(|it| match &it.fields.get(name)?.kind {
            Kind::Values(values) => Some(values.clone()),
            _ => None,
        })
    }

    /// The enum of these values: one of the spec, or a new one.
    fn enumeration(
        &mut self,
        resource: &str,
        owner: &str,
        name: &str,
        values: &[String],
    ) -> String {
        let same = |theirs: Vec<&str>| {
            theirs.len() == values.len() && values.iter().all(|it| theirs.contains(&it.as_str()))
        };
        let spec = self.service.enums.values().find(|it| {
            let wire = it.values.iter().map(|it| it.wire.as_str()).collect();
            let met = self
                .met
                .enums
                .get(&it.name)
                .map(|it| it.iter().copied().collect());
            same(wire) || met.is_some_and(same)
        });
        if let Some(spec) = spec {
            return spec.name.clone();
        }
        let drafted = self
            .enums
            .iter_mut()
            .find(|(_, theirs, _)| same(theirs.iter().map(String::as_str).collect()));
        if let Some((name, _, users)) = drafted {
            users.insert(resource.to_owned());
            return name.clone();
        }
        let taken = self.taken();
        let name = naming::free(
            &format!("{owner}{}", upper_camel(name)),
            &taken,
            &upper_camel(resource),
        );
        self.enums
            .push((name.clone(), values.to_vec(), [resource.to_owned()].into()));
        name
    }

    /// What the document says about a field that several objects may have.
    pub(super) fn facts(
        &mut self,
        resource: &str,
        owner: &str,
        name: &str,
        properties: &[&Property],
        sent: bool,
    ) -> Facts {
        let typed = properties
            .iter()
            .find(|it| it.kind != Kind::Any)
            .or(properties.first());
        let ty = match typed {
            Some(property) => {
                let kind = merged_values(properties).unwrap_or_else(|| property.kind.clone());
                self.field_type(resource, owner, name, &kind)
            }
            None => "any".to_owned(),
        };
        if !sent {
            return Facts {
                ty,
                ..Facts::default()
            };
        }
        let first = properties.first();
        Facts {
            ty,
            required: properties.iter().all(|it| it.required),
            nullable: properties.iter().any(|it| it.nullable == Some(true)),
            read_only: properties.iter().all(|it| it.read_only == Some(true)),
            write_only: properties.iter().all(|it| it.write_only == Some(true)),
            default: first.and_then(|it| it.default.clone()),
            bounds: first.map(|it| it.bounds.clone()).unwrap_or_default(),
        }
    }

    pub(super) fn model_type(&mut self, resource: &str, kind: &Kind) -> String {
        self.model_of(kind, resource)
            .unwrap_or_else(|| type_text(&Type::Object))
    }
}

fn fits_text(kind: &Kind) -> bool {
    matches!(kind, Kind::Text)
}

fn fits_param(ty: &str, kind: &Kind) -> bool {
    let item = ty.strip_prefix("list<").and_then(|it| it.strip_suffix('>'));
    let named = ty.starts_with(|it: char| it.is_ascii_uppercase());
    fits(ty, kind) || *kind == Kind::Text && (named || item.is_some())
}

/// What stands inside all the lists and maps.
fn innermost(ty: &str) -> &str {
    let inside = ty.rsplit('<').next().unwrap_or(ty);
    inside.trim_end_matches('>')
}

/// The values that several variants of one object list for the same field, together.
fn merged_values(properties: &[&Property]) -> Option<Kind> {
    let mut all: Vec<String> = Vec::new();
    for property in properties {
        let Kind::Values(values) = &property.kind else {
            return None;
        };
        all.extend(values.iter().cloned());
    }
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|it| seen.insert(it.clone()));
    Some(Kind::Values(all))
}
