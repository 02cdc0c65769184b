//! Puts the fields of a model together from its bases, its own and the common ones.

use super::files::TypeFile;
use super::models::is_true;
use super::names::Kind;
use super::{Checker, Place};
use crate::decode::{At, Record};
use crate::diag::{Diagnostic, nearest};
use crate::source::Span;
use crate::spec;

/// A field once bases and common fields are merged into it.
#[derive(Clone, Debug)]
pub(super) struct Flat {
    pub(super) wire: At<String>,
    pub(super) field: spec::Field,
}

/// What a model or a field set is composed of.
#[derive(Clone, Copy)]
pub(super) struct Parts<'s> {
    name: &'s At<String>,
    bases: &'s [At<String>],
    without: &'s [At<String>],
    fields: &'s [(At<String>, spec::Field)],
    partial: bool,
    place: Place,
}

/// How deeply bases may be nested.
const DEEPEST_USE: usize = 16;

impl<'s> Checker<'s> {
    /// The fields of the bases, then the own ones.
    pub(super) fn compose(
        &mut self,
        parts: Parts<'s>,
        users: &mut Vec<&'s At<String>>,
    ) -> Vec<Flat> {
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
                Diagnostic::new(required.span, "a partial model must not require fields")
                    .help("remove `required` or `partial`"),
            );
        }
        if let Some(inherited) = list.iter_mut().find(|flat| flat.wire.value == wire.value) {
            if field.is_bare() {
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
        let mut common = self.common_fields(parts.place);
        let merged = match common.find(|(name, _)| name.value == wire.value) {
            Some((name, common)) => {
                // A complete field does not need the common one.
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

    /// The fields of a base: a field set or a model of the same file, of types.yaml or of common.yaml.
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
                Diagnostic::new(base.span, "a model or field set cannot use itself").label(circle),
            );
            return Vec::new();
        }
        if users.len() > DEEPEST_USE {
            self.report(Diagnostic::new(
                base.span,
                "this `use` is nested too deeply",
            ));
            return Vec::new();
        }
        self.compose(parts, users)
    }

    fn find_base(&mut self, name: &str, place: Place) -> Option<Parts<'s>> {
        for file in self.visible_bases(place) {
            if let Some((name, set)) = file.field_sets.iter().find(|(set, _)| set.value == name) {
                return Some(parts_of_set(name, set, file.place));
            }
            let mut models = file.models.iter();
            if let Some((name, model)) = models.find(|(model, _)| model.value == name)
                && model.tag.is_none()
            {
                return Some(parts_of_model(name, model, file.place));
            }
        }
        None
    }

    /// The files whose field sets and models a file may use: itself, then the shared types.
    fn visible_bases(&self, place: Place) -> Vec<TypeFile<'s>> {
        let mut files = self.type_files();
        files.retain(|file| {
            let shared = file.place.folder.is_none() || file.place.folder == place.folder;
            file.place == place || (shared && file.resource.is_none())
        });
        files.sort_by_key(|file| file.place != place);
        files
    }

    fn unknown_base(&mut self, base: &At<String>, place: Place) {
        if let Some(item) = self.names.get(&base.value, place.folder) {
            let span = item.span;
            let usable = item.kind == Kind::Model && !self.is_union(item.span);
            let mistake = Diagnostic::new(
                base.span,
                format!("the fields of `{}` cannot be used here", base.value),
            )
            .related(span, "defined here");
            self.report(mistake.help(if usable {
                "define what several resources use in types.yaml"
            } else {
                "only field sets and models with fields can be used"
            }));
            return;
        }
        let known: Vec<&At<String>> = self
            .visible_bases(place)
            .iter()
            .flat_map(|file| {
                let sets = file.field_sets.iter().map(|(name, _)| name);
                sets.chain(file.models.iter().map(|(name, _)| name))
            })
            .collect();
        let names = known.iter().map(|name| name.value.as_str());
        let meant = nearest(&base.value, names.clone());
        let meant = known.iter().find(|name| Some(name.value.as_str()) == meant);
        self.used.extend(meant.map(|name| name.span));
        self.report(
            Diagnostic::new(
                base.span,
                format!("unknown model or field set `{}`", base.value),
            )
            .did_you_mean(&base.value, names),
        );
    }

    fn is_union(&self, name: Span) -> bool {
        let files = self.type_files();
        let mut models = files.iter().flat_map(|file| file.models);
        models.any(|(model, written)| model.span == name && written.tag.is_some())
    }
}

pub(super) fn parts_of_set<'s>(
    name: &'s At<String>,
    set: &'s spec::FieldSet,
    place: Place,
) -> Parts<'s> {
    Parts {
        name,
        bases: set.bases.as_deref().unwrap_or_default(),
        without: set.without.as_deref().unwrap_or_default(),
        fields: set.fields.as_deref().unwrap_or_default(),
        partial: false,
        place,
    }
}

pub(super) fn parts_of_model<'s>(
    name: &'s At<String>,
    model: &'s spec::Model,
    place: Place,
) -> Parts<'s> {
    Parts {
        name,
        bases: model.bases.as_deref().unwrap_or_default(),
        without: model.without.as_deref().unwrap_or_default(),
        fields: model.fields.as_deref().unwrap_or_default(),
        partial: is_true(&model.partial),
        place,
    }
}
