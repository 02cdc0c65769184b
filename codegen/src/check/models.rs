//! Puts models together from their parts.

use super::names::Kind;
use super::{Checker, Place, differences, home, optional_text, text};
use crate::api::{Bounds, Direction, Field, Home, Literal, Model, Shape, Type};
use crate::decode::{At, Record};
use crate::diag::{Diagnostic, nearest};
use crate::ident;
use crate::source::Span;
use crate::spec;

/// A field once bases and common fields are merged into it.
#[derive(Clone, Debug)]
pub(super) struct Flat {
    pub(super) wire: At<String>,
    pub(super) field: spec::Field,
}

/// A model and where its parts stand, for later checks.
#[derive(Clone, Debug)]
pub(super) struct CheckedModel {
    pub(super) model: Model,
    pub(super) span: Span,
    /// The places of the fields, in their order.
    pub(super) fields: Vec<Span>,
    /// The place of `copies`.
    pub(super) copies: Option<Span>,
}

/// What a model or a field set is composed of.
#[derive(Clone, Copy)]
struct Parts<'s> {
    name: &'s At<String>,
    bases: &'s [At<String>],
    without: &'s [At<String>],
    fields: &'s [(At<String>, spec::Field)],
    partial: bool,
    place: Place,
}

/// More bases upon bases than anybody can follow.
const DEEPEST_USE: usize = 16;

impl<'s> Checker<'s> {
    /// The models, checked, except for what depends on who uses them.
    pub(super) fn models(&mut self) {
        for folder in 0..self.folders.len() {
            for position in 0..self.folders[folder].types.len() {
                let (file, types) = self.folders[folder].types[position];
                let place = Place { folder, file };
                self.file_models(&types.field_sets, &types.models, place, &home(None));
            }
            for position in 0..self.folders[folder].resources.len() {
                let (file, resource) = self.folders[folder].resources[position];
                let place = Place { folder, file };
                let owner = resource.name.as_ref().map_or("", |name| &name.value);
                self.file_models(
                    &resource.field_sets,
                    &resource.models,
                    place,
                    &home(Some(owner)),
                );
            }
        }
    }

    fn file_models(
        &mut self,
        field_sets: &'s Option<Vec<(At<String>, spec::FieldSet)>>,
        models: &'s Option<Vec<(At<String>, spec::Model)>>,
        place: Place,
        home: &Home,
    ) {
        for (name, set) in field_sets.iter().flatten() {
            self.type_name(name);
            if let Some(first) = self.names.get(&name.value) {
                let first = first.span;
                self.report(
                    Diagnostic::new(name.span, format!("a type is named `{}` too", name.value))
                        .related(first, "here")
                        .help("give the field set another name"),
                );
            }
            // Nobody may use the set, and still its mistakes should be seen.
            for flat in self.compose(parts_of_set(name, set, place), &mut Vec::new()) {
                self.field(&flat.wire, &flat.field, place);
            }
        }
        for (name, model) in models.iter().flatten() {
            let shape = self.shape(name, model, place);
            let (shape, fields) = shape.unwrap_or((Shape::Fields(Vec::new()), Vec::new()));
            let checked = CheckedModel {
                model: Model {
                    name: name.value.clone(),
                    doc: text(&model.doc),
                    note: optional_text(&model.note),
                    home: home.clone(),
                    direction: Direction::Response,
                    shape,
                    copies: optional_text(&model.copies),
                    differs: differences(&model.differs),
                },
                span: name.span,
                fields,
                copies: model.copies.as_ref().map(|copies| copies.span),
            };
            self.models.entry(&name.value).or_insert(checked);
        }
    }

    fn shape(
        &mut self,
        name: &'s At<String>,
        model: &'s spec::Model,
        place: Place,
    ) -> Option<(Shape, Vec<Span>)> {
        let parts = parts_of_model(name, model, place);
        if model.tag.is_some() || model.variants.is_some() {
            return self.union(name, model, place);
        }
        if model.fields.is_none() && model.bases.is_none() {
            self.report(
                Diagnostic::new(name.span, format!("the model `{}` has no fields", name.value))
                    .help("give it `fields`, or `use` others, or make it a union with `tag` and `variants`"),
            );
            return None;
        }
        let (mut fields, mut spans) = (Vec::new(), Vec::new());
        for flat in self.compose(parts, &mut Vec::new()) {
            if let Some(field) = self.field(&flat.wire, &flat.field, place) {
                fields.push(field);
                spans.push(flat.wire.span);
            }
        }
        Some((Shape::Fields(fields), spans))
    }

    fn union(
        &mut self,
        name: &'s At<String>,
        model: &'s spec::Model,
        place: Place,
    ) -> Option<(Shape, Vec<Span>)> {
        let wrong = [
            ("fields", model.fields.is_some()),
            ("use", model.bases.is_some()),
            ("without", model.without.is_some()),
            ("partial", model.partial.is_some()),
            ("copies", model.copies.is_some()),
        ];
        for (key, _) in wrong.iter().filter(|(_, present)| *present) {
            self.report(Diagnostic::new(
                name.span,
                format!("a union has no `{key}`: its variants are models of their own"),
            ));
        }
        let (Some(tag), Some(written)) = (&model.tag, &model.variants) else {
            self.report(
                Diagnostic::new(name.span, "a union needs both `tag` and `variants`")
                    .help("tag: object_type, variants: { assets: Asset, collections: Collection }"),
            );
            return None;
        };
        if written.is_empty() && self.complete {
            self.report(Diagnostic::new(name.span, "this union has no variants"));
        }
        let mut variants: Vec<(String, String)> = Vec::new();
        for (value, target) in written {
            match self.named("model", target, place) {
                Some(Kind::Model) => {}
                Some(_) => {
                    self.report(
                        Diagnostic::new(
                            target.span,
                            format!("the variant `{}` is no model", target.value),
                        )
                        .help("each variant of a union is a model"),
                    );
                    continue;
                }
                None => continue,
            }
            if target.value == name.value {
                self.report(Diagnostic::new(
                    target.span,
                    "a union cannot be its own variant",
                ));
            }
            if variants.iter().any(|(_, model)| *model == target.value) {
                self.report(
                    Diagnostic::new(
                        target.span,
                        format!("`{}` is a variant already", target.value),
                    )
                    .help("variants are named by their models: each model may stand here once"),
                );
            }
            variants.push((value.value.clone(), target.value.clone()));
        }
        let tag = tag.value.clone();
        Some((Shape::Union { tag, variants }, Vec::new()))
    }

    /// The fields of the bases, then the own ones.
    fn compose(&mut self, parts: Parts<'s>, users: &mut Vec<&'s At<String>>) -> Vec<Flat> {
        if let Some(done) = self.flat.get(&parts.name.span) {
            return done.clone();
        }
        users.push(parts.name);
        let mut list: Vec<Flat> = Vec::new();
        for base in parts.bases {
            for flat in self.base(base, parts.place, users) {
                match list
                    .iter_mut()
                    .find(|other| other.wire.value == flat.wire.value)
                {
                    Some(other) => other.field = flat.field.over(&other.field),
                    None => list.push(flat),
                }
            }
        }
        for left_out in parts.without {
            let before = list.len();
            list.retain(|flat| flat.wire.value != left_out.value);
            if list.len() == before {
                let known = list.iter().map(|flat| flat.wire.value.as_str());
                let mistake = Diagnostic::new(
                    left_out.span,
                    format!(
                        "no base of `{}` has a field `{}`",
                        parts.name.value, left_out.value
                    ),
                )
                .did_you_mean(&left_out.value, known);
                self.report(mistake);
            }
        }
        for (wire, field) in parts.fields {
            self.own_field(wire, field, parts, &mut list);
        }
        if parts.partial {
            for flat in &mut list {
                flat.field.required = None;
            }
        }
        users.pop();
        self.flat.insert(parts.name.span, list.clone());
        list
    }

    fn own_field(
        &mut self,
        wire: &At<String>,
        field: &spec::Field,
        parts: Parts<'s>,
        list: &mut Vec<Flat>,
    ) {
        if let Some(required) = field
            .required
            .as_ref()
            .filter(|required| required.value && parts.partial)
        {
            self.report(
                Diagnostic::new(required.span, "a partial model requires nothing")
                    .help("leave out `required`, or `partial`"),
            );
        }
        if let Some(inherited) = list.iter_mut().find(|flat| flat.wire.value == wire.value) {
            if is_bare(field) {
                self.report(
                    Diagnostic::new(
                        wire.span,
                        format!(
                            "a base of `{}` has the field `{}` already",
                            parts.name.value, wire.value
                        ),
                    )
                    .related(inherited.wire.span, "here")
                    .help("remove this line, or override keys of the field"),
                );
            }
            inherited.field = field.clone().over(&inherited.field);
            inherited.wire.span = wire.span;
            return;
        }
        let common = self.folders[parts.place.folder].common_fields();
        let merged = match common.iter().find(|(name, _)| name.value == wire.value) {
            Some((name, common)) => {
                // One that says everything itself has no need of the common one.
                if field.ty.is_none() || field.doc.is_none() {
                    self.used.insert(name.span);
                }
                field.clone().over(common)
            }
            None => field.clone(),
        };
        list.push(Flat {
            wire: wire.clone(),
            field: merged,
        });
    }

    /// The fields of a base: a field set or a model of the same file or of types.yaml.
    fn base(
        &mut self,
        base: &At<String>,
        place: Place,
        users: &mut Vec<&'s At<String>>,
    ) -> Vec<Flat> {
        let Some(parts) = self.find_base(&base.value, place) else {
            self.unknown_base(base, place);
            return Vec::new();
        };
        self.used.insert(parts.name.span);
        if let Some(first) = users.iter().position(|user| user.span == parts.name.span) {
            let circle: Vec<&str> = users[first..]
                .iter()
                .map(|user| user.value.as_str())
                .collect();
            let circle = format!("{} uses {}", circle.join(" uses "), base.value);
            self.report(
                Diagnostic::new(base.span, "this `use` leads back to where it came from")
                    .label(circle),
            );
            return Vec::new();
        }
        if users.len() > DEEPEST_USE {
            self.report(Diagnostic::new(base.span, "too many bases upon bases"));
            return Vec::new();
        }
        self.compose(parts, users)
    }

    fn find_base(&mut self, name: &str, place: Place) -> Option<Parts<'s>> {
        for (sets, models, place) in self.visible_bases(place) {
            if let Some((name, set)) = sets.iter().flatten().find(|(set, _)| set.value == name) {
                return Some(parts_of_set(name, set, place));
            }
            if let Some((name, model)) = models
                .iter()
                .flatten()
                .find(|(model, _)| model.value == name)
                && model.tag.is_none()
            {
                return Some(parts_of_model(name, model, place));
            }
        }
        None
    }

    /// The field sets and models that a file may use.
    #[expect(
        clippy::type_complexity,
        reason = "three references that are taken apart at once"
    )]
    fn visible_bases(
        &self,
        place: Place,
    ) -> Vec<(
        &'s Option<Vec<(At<String>, spec::FieldSet)>>,
        &'s Option<Vec<(At<String>, spec::Model)>>,
        Place,
    )> {
        let folder = &self.folders[place.folder];
        let own = folder
            .resources
            .iter()
            .filter(|(file, _)| *file == place.file);
        let own = own.map(|(_, resource)| (&resource.field_sets, &resource.models, place));
        let shared = folder.types.iter().map(|(file, types)| {
            (
                &types.field_sets,
                &types.models,
                Place {
                    file: *file,
                    ..place
                },
            )
        });
        own.chain(shared).collect()
    }

    fn unknown_base(&mut self, base: &At<String>, place: Place) {
        if let Some(item) = self.names.get(&base.value) {
            let span = item.span;
            let usable = item.kind == Kind::Model && !self.is_union(&base.value);
            let mistake = Diagnostic::new(
                base.span,
                format!("the fields of `{}` cannot be used here", base.value),
            )
            .related(span, "it stands here");
            self.report(mistake.help(if usable {
                "what several resources use belongs into types.yaml"
            } else {
                "only field sets and models with fields can be used"
            }));
            return;
        }
        let mut known: Vec<&str> = Vec::new();
        let mut spans: Vec<(&str, Span)> = Vec::new();
        for (sets, models, _) in self.visible_bases(place) {
            let sets = sets.iter().flatten().map(|(name, _)| name);
            let models = models.iter().flatten().map(|(name, _)| name);
            for name in sets.chain(models) {
                known.push(&name.value);
                spans.push((&name.value, name.span));
            }
        }
        let meant = nearest(&base.value, known.iter().copied());
        let meant = spans.iter().find(|(name, _)| Some(*name) == meant);
        self.used.extend(meant.map(|(_, span)| *span));
        self.report(
            Diagnostic::new(
                base.span,
                format!("unknown model or field set `{}`", base.value),
            )
            .did_you_mean(&base.value, known),
        );
    }

    fn is_union(&self, name: &str) -> bool {
        let all = self.folders.iter().flat_map(|folder| {
            let types = folder
                .types
                .iter()
                .flat_map(|(_, types)| types.models.iter().flatten());
            let resources = folder.resources.iter();
            types.chain(resources.flat_map(|(_, resource)| resource.models.iter().flatten()))
        });
        let mut models = all.filter(|(model, _)| model.value == name);
        models.any(|(_, model)| model.tag.is_some())
    }

    /// A complete field.
    pub(super) fn field(
        &mut self,
        wire: &At<String>,
        field: &spec::Field,
        place: Place,
    ) -> Option<Field> {
        if wire.value.chars().any(char::is_control) {
            self.report(Diagnostic::new(
                wire.span,
                "a wire name holds no control characters",
            ));
        }
        self.rust_name(wire, field.rename.as_ref());
        if let (Some(read_only), Some(write_only)) = (&field.read_only, &field.write_only)
            && read_only.value
            && write_only.value
        {
            self.report(
                Diagnostic::new(
                    wire.span,
                    format!("`{}` is both read-only and write-only", wire.value),
                )
                .help("a field that is neither sent nor received is none"),
            );
        }
        if field.broken {
            return None;
        }
        let written = (field.ty.as_ref(), field.doc.as_ref());
        let (ty, doc) = self.demand("field", wire, written, place);
        let bounds = Written {
            default: field.default.as_ref(),
            min: field.min.as_ref(),
            max: field.max.as_ref(),
            min_items: field.min_items.as_ref(),
            max_items: field.max_items.as_ref(),
        };
        let ty = ty?;
        let (default, bounds) = self.limits(&ty, &bounds);
        Some(Field {
            wire: wire.value.clone(),
            rename: optional_text(&field.rename),
            ty,
            doc: doc?,
            note: optional_text(&field.note),
            required: is_true(&field.required),
            nullable: is_true(&field.nullable),
            read_only: is_true(&field.read_only),
            write_only: is_true(&field.write_only),
            default,
            bounds,
            deprecated: optional_text(&field.deprecated),
            differs: differences(&field.differs),
        })
    }

    /// Whether the name that a field or a parameter gets in Rust is one.
    pub(super) fn rust_name(&mut self, wire: &At<String>, rename: Option<&At<String>>) {
        let (name, span) = match rename {
            Some(rename) => (rename.value.clone(), rename.span),
            None => (ident::snake(&wire.value), wire.span),
        };
        if !ident::is_snake(&name) {
            self.report(
                Diagnostic::new(
                    span,
                    format!("`{}` needs a name in Rust", wire.value.escape_debug()),
                )
                .help("give it one in lower case with underscores: `rename: …`"),
            );
        }
    }

    /// Type and doc of a field or a parameter, which must have both.
    pub(super) fn demand(
        &mut self,
        what: &str,
        wire: &At<String>,
        written: (Option<&At<spec::Type>>, Option<&At<String>>),
        place: Place,
    ) -> (Option<Type>, Option<String>) {
        let (ty, doc) = written;
        if ty.is_none() {
            self.report_untyped(what, wire, doc.is_some(), place);
        } else if doc.is_none() {
            self.report(
                Diagnostic::new(wire.span, format!("the {what} `{}` has no doc", wire.value))
                    .help("say what it is for: `doc: …`"),
            );
        }
        let ty = ty.and_then(|ty| self.resolve(&ty.value, place));
        (ty, doc.map(|doc| doc.value.clone()))
    }

    fn report_untyped(&mut self, what: &str, wire: &At<String>, has_doc: bool, place: Place) {
        let folder = &self.folders[place.folder];
        let fields = folder.common_fields().iter().map(|(name, _)| name);
        let params = folder.common_params().iter().map(|(name, _)| name);
        let known: Vec<&At<String>> = match what {
            "field" => fields.collect(),
            _ => params.collect(),
        };
        let meant = nearest(&wire.value, known.iter().map(|name| name.value.as_str()));
        let lacks = if has_doc { "type" } else { "type and no doc" };
        let mistake = Diagnostic::new(
            wire.span,
            format!("the {what} `{}` has no {lacks}", wire.value),
        );
        let mistake = match meant {
            Some(meant) => mistake.help(format!("did you mean the common {what} `{meant}`?")),
            None => mistake.help(format!("write them here: no common {what} has this name")),
        };
        let meant = known.iter().find(|name| Some(name.value.as_str()) == meant);
        self.used.extend(meant.map(|name| name.span));
        self.report(mistake);
    }

    /// Default and bounds, if they suit the type.
    pub(super) fn limits(&mut self, ty: &Type, written: &Written<'_>) -> (Option<Literal>, Bounds) {
        if let Some(default) = written.default {
            self.default_suits(ty, default);
        }
        let number = matches!(ty, Type::Integer | Type::Number);
        let list = matches!(ty, Type::List(_) | Type::Map(_));
        for at in [written.min, written.max]
            .into_iter()
            .flatten()
            .filter(|_| !number)
        {
            self.report(Diagnostic::new(
                at.span,
                "only numbers have a smallest and a largest value",
            ));
        }
        for at in [written.min_items, written.max_items]
            .into_iter()
            .flatten()
            .filter(|_| !list)
        {
            self.report(Diagnostic::new(
                at.span,
                "only lists and maps have a number of items",
            ));
        }
        if let (Some(min), Some(max)) = (written.min, written.max)
            && min.value > max.value
        {
            self.report(
                Diagnostic::new(
                    min.span,
                    format!("the smallest value {} is above the largest", min.value),
                )
                .related(max.span, "the largest"),
            );
        }
        if let (Some(min), Some(max)) = (written.min_items, written.max_items)
            && min.value > max.value
        {
            self.report(
                Diagnostic::new(
                    min.span,
                    format!("at least {} items are more than at most", min.value),
                )
                .related(max.span, "at most"),
            );
        }
        let bounds = Bounds {
            min: written.min.map(|at| at.value),
            max: written.max.map(|at| at.value),
            min_items: written.min_items.map(|at| at.value),
            max_items: written.max_items.map(|at| at.value),
        };
        (written.default.map(|at| at.value.clone()), bounds)
    }

    fn default_suits(&mut self, ty: &Type, default: &At<Literal>) {
        let suits = match (ty, &default.value) {
            (Type::Any, _)
            | (Type::Boolean, Literal::Boolean(_))
            | (Type::Integer | Type::Number, Literal::Integer(_))
            | (Type::Number, Literal::Number(_))
            | (Type::String | Type::Secret | Type::Timestamp | Type::Id(_), Literal::String(_)) => {
                true
            }
            (Type::Enum(name), Literal::String(value)) => {
                let Some(known) = self.enums.get(name.as_str()) else {
                    return;
                };
                if !known.values.iter().any(|known| known.wire == *value) {
                    let known: Vec<String> = known
                        .values
                        .iter()
                        .map(|known| known.wire.clone())
                        .collect();
                    self.report(
                        Diagnostic::new(
                            default.span,
                            format!("the enum `{name}` has no value `{value}`"),
                        )
                        .did_you_mean(value, known.iter().map(String::as_str)),
                    );
                }
                return;
            }
            _ => false,
        };
        if !suits {
            let ty = describe(ty);
            self.report(Diagnostic::new(
                default.span,
                format!("this default is not {ty}"),
            ));
        }
    }
}

/// Default and bounds as they are written.
pub(super) struct Written<'f> {
    pub(super) default: Option<&'f At<Literal>>,
    pub(super) min: Option<&'f At<i64>>,
    pub(super) max: Option<&'f At<i64>>,
    pub(super) min_items: Option<&'f At<u32>>,
    pub(super) max_items: Option<&'f At<u32>>,
}

fn parts_of_set<'s>(name: &'s At<String>, set: &'s spec::FieldSet, place: Place) -> Parts<'s> {
    Parts {
        name,
        bases: &[],
        without: &[],
        fields: set.fields.as_deref().unwrap_or_default(),
        partial: false,
        place,
    }
}

fn parts_of_model<'s>(name: &'s At<String>, model: &'s spec::Model, place: Place) -> Parts<'s> {
    Parts {
        name,
        bases: model.bases.as_deref().unwrap_or_default(),
        without: model.without.as_deref().unwrap_or_default(),
        fields: model.fields.as_deref().unwrap_or_default(),
        partial: is_true(&model.partial),
        place,
    }
}

/// Whether nothing is said about a field but its name.
fn is_bare(field: &spec::Field) -> bool {
    field.ty.is_none()
        && field.doc.is_none()
        && field.required.is_none()
        && field.nullable.is_none()
        && field.read_only.is_none()
        && field.write_only.is_none()
        && field.default.is_none()
        && field.min.is_none()
        && field.max.is_none()
        && field.min_items.is_none()
        && field.max_items.is_none()
        && field.note.is_none()
        && field.rename.is_none()
        && field.deprecated.is_none()
        && field.differs.is_none()
}

pub(super) fn is_true(flag: &Option<At<bool>>) -> bool {
    flag.as_ref().is_some_and(|flag| flag.value)
}

/// A type, for a sentence such as "this default is not …".
fn describe(ty: &Type) -> String {
    match ty {
        Type::String | Type::Secret => "text".to_owned(),
        Type::Integer => "a whole number".to_owned(),
        Type::Number => "a number".to_owned(),
        Type::Boolean => "true or false".to_owned(),
        Type::Timestamp => "a point in time, as text".to_owned(),
        Type::Any => "a value".to_owned(),
        Type::Object => "an object; such a field has no default".to_owned(),
        Type::Id(name) => format!("text, as `{name}` is"),
        Type::Enum(name) => format!("the text of a value of `{name}`"),
        Type::Model(name) => format!("a `{name}`; such a field has no default"),
        Type::List(_) => "a list; lists have no default".to_owned(),
        Type::Map(_) => "a map; maps have no default".to_owned(),
    }
}
