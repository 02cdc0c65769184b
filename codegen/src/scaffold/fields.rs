//! The types and flags of fields and parameters: the document's, in the words of the spec.

use std::collections::{BTreeMap, BTreeSet};

use super::MARKER;
use super::entities::Entities;
use super::ids::{Identified, identified};
use super::naming::{self, free};
use super::shared::Shared;
use crate::api::{self, Bounds, Literal, Location, Shape};
use crate::decode::{At, Record as _};
use crate::document::{Kind, Parameter, Property};
use crate::ident::{is_upper_camel, upper_camel};
use crate::source::Span;
use crate::spec::{self, Type};
use crate::spelling::type_text;

/// An enum that the spec does not have.
pub(super) struct EnumDraft {
    pub(super) name: String,
    pub(super) values: Vec<String>,
    /// The names of the fields that have it.
    concepts: BTreeSet<String>,
}

/// What fields and parameters lead to.
pub(super) struct Types<'a, 'd> {
    pub(super) entities: Entities<'a, 'd>,
    pub(super) shared: &'a Shared,
    pub(super) enums: Vec<EnumDraft>,
    pub(super) new_ids: BTreeSet<String>,
}

impl Types<'_, '_> {
    /// The type of a field of `owner`, a model.
    pub(super) fn field_type(&mut self, owner: &str, name: &str, kind: &Kind) -> Type {
        match kind {
            Kind::Values(values) => Type::named(self.enumeration(owner, name, values)),
            Kind::Object(_) | Kind::OneOf { .. } => self.model_type(kind),
            Kind::List(of) if **of != Kind::Text => Type::list(self.field_type(owner, name, of)),
            Kind::Map(of) if **of != Kind::Text => {
                Type::Map(Box::new(self.field_type(owner, name, of)))
            }
            _ => self.plain_type(owner, name, kind),
        }
    }

    pub(super) fn model_type(&self, kind: &Kind) -> Type {
        match self.entities.model_of(kind) {
            Some(name) => Type::named(name),
            None => Type::Builtin(api::Type::Object),
        }
    }

    /// The type of something that is no object and no enum.
    fn plain_type(&mut self, owner: &str, name: &str, kind: &Kind) -> Type {
        if name == "id" && *kind == Kind::Text {
            return self.own_id(owner);
        }
        let common = self
            .shared
            .fields
            .get(name)
            .and_then(|field| field.ty.as_ref());
        if let Some(common) = common.filter(|common| fits(&common.value, kind)) {
            return common.value.clone();
        }
        if let Some(id) = self.id_type(name, kind) {
            return id;
        }
        if let Some(learned) = self.learned(name, kind) {
            return learned;
        }
        plain(kind)
    }

    /// The type of an `id` of a model: that of the object that it describes.
    fn own_id(&self, owner: &str) -> Type {
        let noun = naming::noun(owner);
        let known = |name: &String| self.is_id(name);
        let own = Some(format!("{noun}Id")).filter(known);
        own.map_or(Type::Builtin(api::Type::String), Type::named)
    }

    /// The id, or the ids, that a name says.
    fn id_type(&mut self, name: &str, kind: &Kind) -> Option<Type> {
        let list = matches!(kind, Kind::List(of) if **of == Kind::Text);
        if !list && *kind != Kind::Text {
            return None;
        }
        let service = self.entities.service.name.clone();
        let found = identified(&service, name, &|id| self.is_id(id))?;
        let ty = match found {
            Identified::As(id) => {
                self.propose_id(&id);
                Type::named(id)
            }
            Identified::Nothing => Type::Builtin(api::Type::String),
        };
        Some(if list { Type::list(ty) } else { ty })
    }

    fn is_id(&self, name: &str) -> bool {
        self.new_ids.contains(name) || self.entities.scope.id(name).is_some()
    }

    fn propose_id(&mut self, name: &str) {
        if !self.is_id(name) {
            self.new_ids.insert(name.to_owned());
        }
    }

    /// The usual type of fields of this name in the service. Ids are not learned: what `parent_id`
    /// identifies depends on the model.
    fn learned(&self, name: &str, kind: &Kind) -> Option<Type> {
        if is_id_name(name) {
            return None;
        }
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for model in self.entities.service.models.values() {
            if let Shape::Fields(fields) = &model.shape {
                for field in fields.iter().filter(|field| field.wire == name) {
                    *seen.entry(type_text(&field.ty)).or_default() += 1;
                }
            }
        }
        self.usual(seen, &|ty| fits(ty, kind))
    }

    /// The usual type of parameters of this name: within the resource, or anywhere if it is no enum,
    /// since elsewhere the same word has other values.
    fn learned_param(&self, resource: &str, name: &str, kind: &Kind) -> Option<Type> {
        if is_id_name(name) {
            return None;
        }
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for other in &self.entities.service.resources {
            let params = other.actions.iter().flat_map(|action| &action.params);
            for param in params.filter(|param| param.wire == name) {
                let closed = matches!(param.ty.innermost(), api::Type::Enum(_));
                if other.name == resource || !closed {
                    *seen.entry(type_text(&param.ty)).or_default() += 1;
                }
            }
        }
        self.usual(seen, &|ty| fits_param(ty, kind))
    }

    fn usual(&self, seen: BTreeMap<String, usize>, fits: &dyn Fn(&Type) -> bool) -> Option<Type> {
        let mut all: Vec<(Type, usize)> = seen
            .into_iter()
            .map(|(text, count)| (parse(&text), count))
            .filter(|(ty, _)| fits(ty))
            .collect();
        all.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        all.into_iter().next().map(|(ty, _)| ty)
    }

    /// The type of a parameter of an action of `singular`; `part` is what its path continues with.
    pub(super) fn param_type(
        &mut self,
        resource: &str,
        singular: &str,
        part: &str,
        param: &Parameter,
    ) -> Type {
        let text = Type::Builtin(api::Type::String);
        if let Kind::Values(values) = &param.kind {
            return Type::named(self.enumeration(&upper_camel(singular), &param.name, values));
        }
        let common = self
            .shared
            .params
            .get(&param.name)
            .and_then(|common| common.ty.as_ref());
        if let Some(common) = common.filter(|common| fits_param(&common.value, &param.kind)) {
            return common.value.clone();
        }
        let noun = format!("{}{}", upper_camel(singular), upper_camel(part));
        let texts = matches!(&param.kind, Kind::List(of) if **of == Kind::Text);
        let several = texts || param.kind == Kind::Text;
        if param.name == "ids" && several && self.is_id(&format!("{noun}Id")) {
            return Type::list(Type::named(format!("{noun}Id")));
        }
        if param.kind == Kind::Text
            && let Some(stem) = param.name.strip_suffix("_id")
            && self.is_id(&format!("{}{}Id", upper_camel(singular), upper_camel(stem)))
        {
            return Type::named(format!("{}{}Id", upper_camel(singular), upper_camel(stem)));
        }
        if let Some(id) = self.id_type(&param.name, &param.kind) {
            // A list in a query is one text.
            let list = param.name.ends_with("_ids") && !texts;
            return if list { Type::list(id) } else { id };
        }
        if param.location == Location::Path
            && param.kind == Kind::Text
            && let Some(stem) = param.name.strip_suffix("_id")
        {
            let id = format!("{}Id", upper_camel(stem));
            self.propose_id(&id);
            return Type::named(id);
        }
        // What narrows a list is often a field of its items.
        if param.kind == Kind::Text
            && let Some(values) = self.values_of(singular, &param.name)
        {
            return Type::named(self.enumeration(&upper_camel(singular), &param.name, &values));
        }
        if let Some(learned) = self.learned_param(resource, &param.name, &param.kind) {
            return learned;
        }
        match plain(&param.kind) {
            // A parameter is a single value, or several of a kind.
            Type::Builtin(api::Type::Object | api::Type::Any) | Type::Map(_) | Type::Named(_) => {
                text
            }
            ty => ty,
        }
    }

    fn values_of(&self, singular: &str, name: &str) -> Option<Vec<String>> {
        let entity = self.entities.all.get(&upper_camel(singular))?;
        let document = self.entities.document;
        let mut objects = entity
            .objects
            .iter()
            .filter_map(|name| document.objects.get(name));
        objects.find_map(|object| match &object.fields.get(name)?.kind {
            Kind::Values(values) => Some(values.clone()),
            _ => None,
        })
    }

    /// The enum of these values, for fields of this name: one of the spec, or a new one.
    fn enumeration(&mut self, owner: &str, name: &str, values: &[String]) -> String {
        let same = |theirs: Vec<&str>| {
            theirs.len() == values.len()
                && values.iter().all(|value| theirs.contains(&value.as_str()))
        };
        let (scope, met) = (self.entities.scope, &self.entities.met);
        let known = scope.enums().find(|known| {
            let own = known
                .values
                .iter()
                .map(|value| value.wire.as_str())
                .collect();
            let met = met.enums.get(&known.name);
            let met = met.map(|values| values.iter().copied().collect());
            (same(own) || met.is_some_and(same)) && self.is_concept(&known.name, name)
        });
        if let Some(known) = known {
            return known.name.clone();
        }
        let drafted = self.enums.iter_mut().find(|draft| {
            draft.concepts.contains(&concept(name))
                && same(draft.values.iter().map(String::as_str).collect())
        });
        if let Some(draft) = drafted {
            return draft.name.clone();
        }
        let mut taken = self.entities.taken();
        taken.extend(self.enums.iter().map(|draft| draft.name.clone()));
        let noun = naming::noun(owner);
        let prefix = upper_camel(&self.entities.service.name);
        let name_of_enum = free(
            &format!("{noun}{}", upper_camel(&concept(name))),
            &taken,
            &prefix,
        );
        self.enums.push(EnumDraft {
            name: name_of_enum.clone(),
            values: values.to_vec(),
            concepts: BTreeSet::from([concept(name)]),
        });
        name_of_enum
    }

    /// Whether fields or parameters of this name have the enum in the spec, or its name says so.
    fn is_concept(&self, known: &str, name: &str) -> bool {
        let concept = concept(name);
        let is = |wire: &str, ty: &api::Type| {
            self::concept(wire) == concept
                && matches!(ty.innermost(), api::Type::Enum(other) if other == known)
        };
        let service = self.entities.service;
        let actions = service
            .resources
            .iter()
            .flat_map(|resource| &resource.actions);
        let mut params = actions.flat_map(|action| &action.params);
        let fields = self
            .entities
            .scope
            .models()
            .filter_map(|model| match &model.shape {
                Shape::Fields(fields) => Some(fields),
                Shape::Union { .. } => None,
            });
        known == upper_camel(&concept)
            || params.any(|param| is(&param.wire, &param.ty))
            || fields.flatten().any(|field| is(&field.wire, &field.ty))
    }

    /// What the document says about a field that several objects may have. Flags mean nothing where
    /// it is only received.
    pub(super) fn field(
        &mut self,
        owner: &str,
        name: &str,
        properties: &[&Property],
        sent: bool,
    ) -> spec::Field {
        let typed = properties
            .iter()
            .find(|property| property.kind != Kind::Any);
        let ty = match typed.or(properties.first()) {
            Some(property) => {
                let kind = together(properties).unwrap_or_else(|| property.kind.clone());
                self.field_type(owner, name, &kind)
            }
            None => Type::Builtin(api::Type::Any),
        };
        let mut field = spec::Field {
            ty: Some(At::new(ty)),
            ..spec::Field::empty(Span::default())
        };
        if sent {
            let all =
                |of: &dyn Fn(&Property) -> bool| properties.iter().all(|property| of(property));
            let nullable = properties
                .iter()
                .any(|property| property.nullable == Some(true));
            field.required = flag(all(&|property| property.required));
            field.nullable = flag(nullable);
            field.read_only = flag(all(&|property| property.read_only == Some(true)));
            field.write_only = flag(all(&|property| property.write_only == Some(true)));
            if field.read_only.is_some() {
                // iconik sets it: a request cannot be required to contain it.
                field.required = None;
            }
            if let Some(first) = properties.first() {
                field.default = suitable(first.default.as_ref(), &first.kind);
                set_bounds(&mut field, &first.bounds);
            }
        }
        field
    }

    /// The field as it is written: without what the shared field of its name says.
    pub(super) fn written(&self, name: &str, field: spec::Field) -> spec::Field {
        match self.shared.fields.get(name) {
            Some(common) if same_type(&field, common) => without(field, common),
            _ => spec::Field {
                doc: Some(At::new(MARKER.to_owned())),
                ..field
            },
        }
    }

    /// The parameter as it is written: without what the shared one of its name says.
    pub(super) fn written_param(param: spec::Param, common: Option<&spec::Param>) -> spec::Param {
        let same = |common: &&spec::Param| text(param.ty.as_ref()) == text(common.ty.as_ref());
        match common.filter(same) {
            Some(common) => spec::Param {
                ty: None,
                doc: None,
                required: differing(param.required, common.required.as_ref()),
                default: differing(param.default, common.default.as_ref()),
                min: differing(param.min, common.min.as_ref()),
                max: differing(param.max, common.max.as_ref()),
                min_items: differing(param.min_items, common.min_items.as_ref()),
                max_items: differing(param.max_items, common.max_items.as_ref()),
                ..param
            },
            None => spec::Param {
                doc: Some(At::new(MARKER.to_owned())),
                ..param
            },
        }
    }

    /// The enum as it is written.
    pub(super) fn enum_record(draft: &EnumDraft) -> spec::Enum {
        let mut taken = BTreeSet::from(["Unknown".to_owned()]);
        let values = draft.values.iter().map(|wire| {
            let value = spec::EnumValue {
                rename: rename(wire, &mut taken).map(At::new),
                ..spec::EnumValue::empty(Span::default())
            };
            (At::new(wire.clone()), value)
        });
        spec::Enum {
            doc: Some(At::new(MARKER.to_owned())),
            values: Some(At::new(values.collect())),
            ..spec::Enum::empty(Span::default())
        }
    }
}

/// The name in Rust of a value that makes none itself, or one that is taken.
pub(super) fn rename(wire: &str, taken: &mut BTreeSet<String>) -> Option<String> {
    let plain = upper_camel(wire);
    if is_upper_camel(&plain) && taken.insert(plain.clone()) {
        return None;
    }
    let stem = match plain.as_str() {
        "" => "Unspecified".to_owned(),
        plain => format!("Value{plain}"),
    };
    let numbers = (2..).map(|n| format!("{stem}{n}"));
    let mut names = [stem.clone()].into_iter().chain(numbers);
    let free = names.find(|name| !taken.contains(name)).unwrap_or(stem);
    taken.insert(free.clone());
    Some(free)
}

fn is_id_name(name: &str) -> bool {
    ["id", "ids"].contains(&name) || name.ends_with("_id") || name.ends_with("_ids")
}

/// Fields of these names say the same: `storage_status` and `status` do not, `ids` and `id` do.
fn concept(name: &str) -> String {
    naming::singular(name)
}

fn flag(on: bool) -> Option<At<bool>> {
    on.then(|| At::new(true))
}

/// A default that the type can have.
pub(super) fn suitable(default: Option<&Literal>, kind: &Kind) -> Option<At<Literal>> {
    let suits = match (default?, kind) {
        (Literal::Boolean(_), Kind::Boolean)
        | (Literal::Integer(_), Kind::Integer | Kind::Number)
        | (Literal::Number(_), Kind::Number)
        | (_, Kind::Any)
        | (Literal::String(_), Kind::Text) => true,
        (Literal::String(text), Kind::Values(values)) => values.contains(text),
        _ => false,
    };
    default.filter(|_| suits).cloned().map(At::new)
}

fn set_bounds(field: &mut spec::Field, bounds: &Bounds) {
    field.min = bounds.min.map(At::new);
    field.max = bounds.max.map(At::new);
    field.min_items = bounds.min_items.map(At::new);
    field.max_items = bounds.max_items.map(At::new);
}

/// A type as it was printed.
fn parse(text: &str) -> Type {
    let inside = |name: &str| {
        text.strip_prefix(name)?
            .strip_prefix('<')?
            .strip_suffix('>')
    };
    if let Some(of) = inside("list") {
        return Type::list(parse(of));
    }
    if let Some(of) = inside("map") {
        return Type::Map(Box::new(parse(of)));
    }
    let builtin = spec::BUILTIN_TYPES.iter().find(|(name, _)| *name == text);
    builtin.map_or_else(|| Type::named(text), |(_, ty)| Type::Builtin(ty.clone()))
}

/// The type of something without named fields, by its kind alone.
pub(super) fn plain(kind: &Kind) -> Type {
    Type::Builtin(match kind {
        Kind::List(of) => return Type::list(plain(of)),
        Kind::Map(of) => return Type::Map(Box::new(plain(of))),
        Kind::Text => api::Type::String,
        Kind::Time => api::Type::Timestamp,
        Kind::File => api::Type::File,
        Kind::Integer => api::Type::Integer,
        Kind::Number => api::Type::Number,
        Kind::Boolean => api::Type::Boolean,
        Kind::Free => api::Type::Object,
        Kind::Any | Kind::Values(_) | Kind::Object(_) | Kind::OneOf { .. } => api::Type::Any,
    })
}

/// Whether a type, as it is written, can describe a kind. Only what is certain from the name counts: a
/// named type may be anything that is text.
fn fits(ty: &Type, kind: &Kind) -> bool {
    match (ty, kind) {
        (Type::List(ty), Kind::List(kind)) | (Type::Map(ty), Kind::Map(kind)) => fits(ty, kind),
        (Type::Named(name), Kind::Text) => {
            name.value.ends_with("Id") || name.value.ends_with("Type")
        }
        (Type::Builtin(api::Type::String | api::Type::Secret), Kind::Text)
        | (Type::Builtin(api::Type::Any), Kind::Any)
        | (Type::Builtin(api::Type::Object), Kind::Free)
        | (Type::Builtin(api::Type::Timestamp), Kind::Time)
        | (Type::Builtin(api::Type::Integer), Kind::Integer)
        | (Type::Builtin(api::Type::Number), Kind::Number)
        | (Type::Builtin(api::Type::Boolean), Kind::Boolean) => true,
        _ => false,
    }
}

/// The same for a parameter, where a list is one text.
fn fits_param(ty: &Type, kind: &Kind) -> bool {
    let text = matches!(ty, Type::List(_) | Type::Named(_));
    fits(ty, kind) || *kind == Kind::Text && text
}

/// The values that several variants of one object list for the same field, together.
fn together(properties: &[&Property]) -> Option<Kind> {
    let mut all: Vec<String> = Vec::new();
    for property in properties {
        let Kind::Values(values) = &property.kind else {
            return None;
        };
        all.extend(values.iter().cloned());
    }
    let mut seen = BTreeSet::new();
    all.retain(|value| seen.insert(value.clone()));
    (!all.is_empty()).then_some(Kind::Values(all))
}

fn text(ty: Option<&At<Type>>) -> Option<String> {
    ty.map(|ty| ty.value.to_string())
}

pub(super) fn same_type(a: &spec::Field, b: &spec::Field) -> bool {
    text(a.ty.as_ref()) == text(b.ty.as_ref())
}

/// What a field says that its base does not. A flag that only the base has is turned off.
pub(super) fn without(field: spec::Field, base: &spec::Field) -> spec::Field {
    let off = |own: Option<At<bool>>, base: &Option<At<bool>>| {
        let is = |flag: &Option<At<bool>>| flag.as_ref().is_some_and(|flag| flag.value);
        (is(&own) != is(base)).then(|| At::new(is(&own)))
    };
    spec::Field {
        ty: field.ty.clone().filter(|_| !same_type(&field, base)),
        doc: None,
        required: off(field.required, &base.required),
        nullable: off(field.nullable, &base.nullable),
        read_only: off(field.read_only, &base.read_only),
        write_only: off(field.write_only, &base.write_only),
        default: differing(field.default, base.default.as_ref()),
        min: differing(field.min, base.min.as_ref()),
        max: differing(field.max, base.max.as_ref()),
        min_items: differing(field.min_items, base.min_items.as_ref()),
        max_items: differing(field.max_items, base.max_items.as_ref()),
        ..field
    }
}

/// A value, unless the base has the same.
fn differing<T: PartialEq>(own: Option<At<T>>, base: Option<&At<T>>) -> Option<At<T>> {
    own.filter(|own| base.is_none_or(|base| base.value != own.value))
}
