//! Puts models together from their parts.

use super::compose::{parts_of_model, parts_of_set};
use super::files::TypeFile;
use super::limits::Written;
use super::names::Kind;
use super::{Checker, Key, Place, differences, optional_text, text};
use crate::api::{Direction, Field, Model, Shape, Type, Variant};
use crate::decode::At;
use crate::diag::{Diagnostic, nearest};
use crate::ident;
use crate::name;
use crate::source::Span;
use crate::spec;

/// A model and the places of its parts, for later checks.
#[derive(Clone, Debug)]
pub(super) struct CheckedModel<'s> {
    /// The key, by which what it names is found.
    pub(super) key: Key<'s>,
    pub(super) model: Model,
    pub(super) span: Span,
    /// The places of the fields, in their order.
    pub(super) fields: Vec<Span>,
    /// The place of `copies`.
    pub(super) copies: Option<Span>,
}

impl<'s> Checker<'s> {
    /// The models, checked, except for what depends on who uses them.
    pub(super) fn models(&mut self) {
        for file in self.type_files() {
            self.field_sets(file);
            for (name, model) in file.models {
                self.model(name, model, file);
            }
        }
    }

    fn field_sets(&mut self, file: TypeFile<'s>) {
        for (name, set) in file.field_sets {
            self.type_name(name);
            if let Some(first) = self.names.get(&name.value, file.place.folder) {
                let first = first.span;
                self.report(
                    Diagnostic::new(name.span, format!("a type is also named `{}`", name.value))
                        .related(first, "here")
                        .help("give the field set another name"),
                );
            }
            // Nobody may use the set, and still its mistakes should be seen.
            for flat in self.compose(parts_of_set(name, set, file.place), &mut Vec::new()) {
                self.field(&flat.wire, &flat.field, file.place);
            }
        }
    }

    fn model(&mut self, name: &'s At<String>, written: &'s spec::Model, file: TypeFile<'s>) {
        let shape = self.shape(name, written, file.place);
        let (shape, fields) = shape.unwrap_or((Shape::Fields(Vec::new()), Vec::new()));
        let model = Model {
            name: name.value.clone(),
            doc: text(&written.doc),
            note: optional_text(&written.note),
            home: file.home(),
            direction: Direction::Response,
            shape,
            copies: optional_text(&written.copies),
            differs: differences(&written.differs),
        };
        let key = (file.place.folder, name.value.as_str());
        self.models.entry(key).or_insert(CheckedModel {
            key,
            model,
            span: name.span,
            fields,
            copies: written.copies.as_ref().map(|copies| copies.span),
        });
    }

    fn shape(
        &mut self,
        name: &'s At<String>,
        model: &'s spec::Model,
        place: Place,
    ) -> Option<(Shape, Vec<Span>)> {
        let parts = parts_of_model(name, model, place);
        if model.tag.is_some() || model.variants.is_some() || model.content.is_some() {
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

    fn union_without_fields(&mut self, name: &At<String>, model: &spec::Model) {
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
    }

    fn union(
        &mut self,
        name: &'s At<String>,
        model: &'s spec::Model,
        place: Place,
    ) -> Option<(Shape, Vec<Span>)> {
        self.union_without_fields(name, model);
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
        if let Some(content) = &model.content
            && content.value == tag.value
        {
            self.report(
                Diagnostic::new(content.span, "the tag and the content are two fields")
                    .related(tag.span, "the tag"),
            );
        }
        let content = optional_text(&model.content);
        let mut variants: Vec<Variant> = Vec::new();
        for (value, variant) in written {
            let Some(target) = &variant.model else {
                if content.is_none() && !variant.broken {
                    self.report(
                        Diagnostic::new(
                            value.span,
                            format!("the variant `{}` has no model", value.value),
                        )
                        .help("only a union with `content` has variants without one"),
                    );
                }
                variants.push(made_variant(value, variant));
                continue;
            };
            match self.named("model", target, place) {
                Some(Kind::Model) => {}
                Some(_) => {
                    self.report(
                        Diagnostic::new(
                            target.span,
                            format!("the variant `{}` is not a model", target.value),
                        )
                        .help("each variant of a union is a model"),
                    );
                    continue;
                }
                None => continue,
            }
            if target.value == name.value && content.is_none() {
                self.report(Diagnostic::new(
                    target.span,
                    "a union cannot be its own variant",
                ));
            }
            variants.push(made_variant(value, variant));
        }
        self.variant_names(written, &variants, content.is_some());
        let tag = tag.value.clone();
        let shape = Shape::Union {
            tag,
            content,
            variants,
        };
        Some((shape, Vec::new()))
    }

    /// Whether each variant has a name in Rust.
    fn variant_names(
        &mut self,
        written: &'s [(At<String>, spec::Variant)],
        variants: &[Variant],
        adjacent: bool,
    ) {
        for variant in variants {
            let Some((at, own)) = written.iter().find(|(at, _)| at.value == variant.wire) else {
                continue;
            };
            let name = name::union_variant(variant, variants, adjacent);
            let rename = own.rename.as_ref();
            let as_written = rename.is_none_or(|rename| ident::is_upper_camel(&rename.value));
            if !as_written || !ident::is_upper_camel(&name) {
                let span = rename.map_or(at.span, |rename| rename.span);
                self.report(
                    Diagnostic::new(
                        span,
                        format!("the variant `{}` needs a name in Rust", variant.wire),
                    )
                    .help("give it one in upper camel case: `{ model: …, rename: NotApplicable }`"),
                );
            }
        }
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
                "a name must not contain control characters",
            ));
        }
        self.value_name(wire, field.rename.as_ref());
        if let (Some(read_only), Some(write_only)) = (&field.read_only, &field.write_only)
            && read_only.value
            && write_only.value
        {
            self.report(
                Diagnostic::new(
                    wire.span,
                    format!("`{}` is both read-only and write-only", wire.value),
                )
                .help("remove one of them: such a field would be neither sent nor received"),
            );
        }
        if field.broken {
            return None;
        }
        let written = (field.ty.as_ref(), field.doc.as_ref());
        let (ty, doc) = self.type_and_doc("field", wire, written, place);
        let ty = ty?;
        let (default, bounds) = self.limits(&ty, &Written::from(field), place);
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

    /// Whether a field or a parameter has a name in Rust.
    pub(super) fn value_name(&mut self, wire: &At<String>, rename: Option<&At<String>>) {
        let name = name::value(&wire.value, rename.map(|rename| rename.value.as_str()));
        // Only a correct name is taken over as it is.
        let as_written = rename.is_none_or(|rename| ident::is_snake(&rename.value));
        if !as_written || !name::is_identifier(name::bare(&name)) {
            self.report(
                Diagnostic::new(
                    rename.map_or(wire.span, |rename| rename.span),
                    format!("`{}` needs a name in Rust", wire.value.escape_debug()),
                )
                .help("give it one in lower case with single underscores: `rename: …`"),
            );
        }
    }

    /// Type and doc of a field or a parameter, which must have both.
    pub(super) fn type_and_doc(
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
                    .help("describe it: `doc: …`"),
            );
        }
        let ty = ty.and_then(|ty| self.resolve(&ty.value, place));
        (ty, doc.map(|doc| doc.value.clone()))
    }

    fn report_untyped(&mut self, what: &str, wire: &At<String>, has_doc: bool, place: Place) {
        let fields = self.common_fields(place).map(|(name, _)| name);
        let params = self.common_params(place).map(|(name, _)| name);
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
}

fn made_variant(value: &At<String>, variant: &spec::Variant) -> Variant {
    Variant {
        wire: value.value.clone(),
        rename: optional_text(&variant.rename),
        model: optional_text(&variant.model),
    }
}

pub(super) fn is_true(flag: &Option<At<bool>>) -> bool {
    flag.as_ref().is_some_and(|flag| flag.value)
}
