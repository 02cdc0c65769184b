//! What depends on the use of models: directions, patches, copies, and what is not used.

use std::collections::{BTreeMap, BTreeSet};

use super::models::CheckedModel;
use super::names::Kind;
use super::{Checker, Key};
use crate::api::{Direction, Shape, Type};
use crate::decode::At;
use crate::diag::Diagnostic;
use crate::source::Span;

impl<'s> Checker<'s> {
    pub(super) fn usage(&mut self) {
        let forms = self.reached(&self.form_roots);
        let json = self.reached(&self.request_roots);
        let sent: BTreeSet<Key<'s>> = json.union(&forms).copied().collect();
        let received = self.reached(&self.response_roots);
        for (key, checked) in &mut self.models {
            checked.model.direction = match (sent.contains(key), received.contains(key)) {
                (true, true) => Direction::Both,
                (true, false) => Direction::Request,
                (false, _) => Direction::Response,
            };
            if let (Direction::Response, Shape::Fields(fields)) =
                (checked.model.direction, &mut checked.model.shape)
            {
                // Field sets are about requests. In a response, every field may be absent.
                fields.iter_mut().for_each(|field| field.required = false);
            }
        }
        self.forms(&json, &received);
        self.nested_unions();
        self.patches();
        self.copies(&sent, &received);
        if self.complete {
            self.unused_types(&sent, &received);
            self.unused_parts();
        }
    }

    /// The models that a value of these types may contain.
    fn reached(&self, roots: &[(Option<usize>, Type)]) -> BTreeSet<Key<'s>> {
        let mut reached = BTreeSet::new();
        let models = roots
            .iter()
            .filter_map(|(folder, ty)| Some((*folder, model_in(ty)?)));
        let mut next: Vec<(Option<usize>, &str)> = models.collect();
        while let Some((folder, name)) = next.pop() {
            let Some(checked) = self.model_named(name, folder) else {
                continue;
            };
            if !reached.insert(checked.key) {
                continue;
            }
            let (folder, _) = checked.key;
            match &checked.model.shape {
                Shape::Fields(fields) => {
                    let models = fields.iter().filter_map(|field| model_in(&field.ty));
                    next.extend(models.map(|name| (folder, name)));
                }
                Shape::Union { variants, .. } => {
                    let models = variants.iter().filter_map(|it| it.model.as_deref());
                    next.extend(models.map(|name| (folder, name)));
                }
            }
        }
        reached
    }

    /// The model of this name, as seen from a folder.
    pub(super) fn model_named(
        &self,
        name: &str,
        folder: Option<usize>,
    ) -> Option<&CheckedModel<'s>> {
        let (key, _) = self.names.find(name, folder)?;
        self.models.get(&key)
    }

    /// The fields of a form are single values, and files in one that may contain files.
    fn forms(&mut self, json: &BTreeSet<Key<'s>>, received: &BTreeSet<Key<'s>>) {
        let mut mistakes = Vec::new();
        let mut seen: BTreeMap<Key<'s>, Span> = BTreeMap::new();
        for (span, key, what) in &self.forms {
            let Some(checked) = self.models.get(key) else {
                continue;
            };
            let name = &checked.model.name;
            if json.contains(key) || received.contains(key) {
                mistakes.push(
                    Diagnostic::new(*span, format!("`{name}` is also sent or received as JSON"))
                        .help("use another model for the form"),
                );
            }
            if seen.insert(*key, *span).is_some() {
                continue;
            }
            let Shape::Fields(fields) = &checked.model.shape else {
                mistakes.push(
                    Diagnostic::new(
                        *span,
                        format!("the body of a {what} must be a model with fields"),
                    )
                    .help("a union cannot be written as a form"),
                );
                continue;
            };
            for (field, place) in fields.iter().zip(&checked.fields) {
                let single = match field.ty {
                    Type::List(_) | Type::Map(_) | Type::Model(_) | Type::Any | Type::Object => {
                        false
                    }
                    Type::File => *what == "multipart form",
                    _ => true,
                };
                if !single {
                    mistakes.push(
                        Diagnostic::new(*place, format!("`{}` cannot be a field of a {what}", field.wire))
                            .related(*span, "sent here")
                            .help("its fields are text, numbers, true or false, points in time, ids and enums; in `multipart` also files"),
                    );
                }
                if field.clearable(Direction::Request) {
                    mistakes.push(
                        Diagnostic::new(
                            *place,
                            format!("`{}` is nullable, but forms have no `null`", field.wire),
                        )
                        .related(*span, "sent here")
                        .help("remove `nullable`"),
                    );
                }
            }
        }
        let forms: BTreeSet<Key<'s>> = self.forms.iter().map(|(_, key, _)| *key).collect();
        for (key, checked) in &self.models {
            let Shape::Fields(fields) = &checked.model.shape else {
                continue;
            };
            for (field, place) in fields.iter().zip(&checked.fields) {
                if *field.ty.innermost() == Type::File && !forms.contains(key) {
                    mistakes.push(
                        Diagnostic::new(
                            *place,
                            format!("`{}` is a file, which JSON cannot contain", field.wire),
                        )
                        .help("a file is a field of a form: `body: { multipart: … }`"),
                    );
                }
            }
        }
        self.mistakes.append(&mut mistakes);
    }

    /// A variant that is the object itself is written with its tag, so that it has fields.
    fn nested_unions(&mut self) {
        let mut mistakes = Vec::new();
        for ((folder, name), checked) in &self.models {
            let Shape::Union {
                content: None,
                variants,
                ..
            } = &checked.model.shape
            else {
                continue;
            };
            for variant in variants.iter().filter_map(|it| it.model.as_deref()) {
                let Some(model) = self.model_named(variant, *folder) else {
                    continue;
                };
                if variant != *name && matches!(model.model.shape, Shape::Union { .. }) {
                    mistakes.push(
                        Diagnostic::new(checked.span, format!("the variant `{variant}` is a union itself"))
                            .related(model.span, "here")
                            .help("list its variants here, or put the models into a field of their own with `content`"),
                    );
                }
            }
        }
        self.mistakes.append(&mut mistakes);
    }

    /// A PATCH requires nothing.
    fn patches(&mut self) {
        let mut mistakes = Vec::new();
        for (span, key) in &self.patches {
            let Some(checked) = self.models.get(key) else {
                continue;
            };
            let name = &checked.model.name;
            let Shape::Fields(fields) = &checked.model.shape else {
                continue;
            };
            for (field, place) in fields
                .iter()
                .zip(&checked.fields)
                .filter(|(field, _)| field.required)
            {
                mistakes.push(
                    Diagnostic::new(
                        *span,
                        format!(
                            "a PATCH must not require fields, but `{name}` requires `{}`",
                            field.wire
                        ),
                    )
                    .related(*place, "required")
                    .help("give the PATCH a model of its own: `use` this one with `partial: true`"),
                );
            }
        }
        self.mistakes.append(&mut mistakes);
    }

    /// Only models of responses can be copied into requests.
    fn copies(&mut self, sent: &BTreeSet<Key<'s>>, received: &BTreeSet<Key<'s>>) {
        let mut mistakes = Vec::new();
        for (key, checked) in &self.models {
            let (folder, name) = *key;
            let (Some(from), Some(span)) = (&checked.model.copies, checked.copies) else {
                continue;
            };
            let known = self.model_named(from, folder);
            if !known.is_some_and(|known| {
                matches!(known.model.shape, Shape::Fields(_)) && received.contains(&known.key)
            }) {
                let seen = |of: &Option<usize>| of.is_none() || *of == folder;
                let responses = received.iter().filter(|(of, _)| seen(of));
                let responses = responses.map(|(_, name)| *name);
                let mistake = Diagnostic::new(
                    span,
                    format!("`{from}` is not a model of a response with fields"),
                );
                mistakes.push(match known {
                    Some(known) => mistake.related(known.span, "defined here"),
                    None => mistake.did_you_mean(from, responses),
                });
            } else if received.contains(key) && sent.contains(key) {
                mistakes.push(
                    Diagnostic::new(span, format!("`{name}` is in responses itself"))
                        .help("`copies` is for models that are only sent"),
                );
            }
        }
        self.mistakes.append(&mut mistakes);
    }

    fn unused_types(&mut self, sent: &BTreeSet<Key<'s>>, received: &BTreeSet<Key<'s>>) {
        let mut mistakes = Vec::new();
        for (key, item) in self.names.iter() {
            let (_, name) = key;
            let used = self.used.contains(&item.span);
            let mistake = match item.kind {
                Kind::Id if !used => Diagnostic::new(item.span, format!("unused id `{name}`"))
                    .help("remove it, or use it"),
                Kind::Enum if !used => Diagnostic::new(item.span, format!("unused enum `{name}`"))
                    .help("remove it, or use it"),
                Kind::Model if !sent.contains(&key) && !received.contains(&key) => {
                    let mistake = Diagnostic::new(item.span, format!("unused model `{name}`"));
                    if used {
                        mistake
                            .label("no action sends or returns it")
                            .help("if others only share its fields, make it a field set")
                    } else {
                        mistake.help("remove it, or use it")
                    }
                }
                _ => continue,
            };
            mistakes.push(mistake);
        }
        self.mistakes.append(&mut mistakes);
    }

    fn unused_parts(&mut self) {
        let mut parts: Vec<(&str, &At<String>)> = Vec::new();
        if let Some((_, common)) = self.common {
            let fields = common.fields.iter().flatten();
            parts.extend(fields.map(|(name, _)| ("common field", name)));
            let params = common.params.iter().flatten();
            parts.extend(params.map(|(name, _)| ("common parameter", name)));
        }
        for folder in &self.folders {
            let roles = folder
                .service
                .iter()
                .flat_map(|(_, service)| &service.roles);
            parts.extend(roles.flatten().map(|role| ("role", role)));
            let service = folder.service.iter();
            let fields = service
                .clone()
                .flat_map(|(_, service)| &service.common_fields);
            parts.extend(fields.flatten().map(|(name, _)| ("common field", name)));
            let params = service.flat_map(|(_, service)| &service.common_params);
            parts.extend(params.flatten().map(|(name, _)| ("common parameter", name)));
            let params = folder
                .resources
                .iter()
                .flat_map(|(_, resource)| &resource.params);
            parts.extend(params.flatten().map(|(name, _)| ("shared parameter", name)));
        }
        for file in self.type_files() {
            parts.extend(file.field_sets.iter().map(|(name, _)| ("field set", name)));
        }
        for (what, name) in parts {
            self.unused(what, name);
        }
    }
}

/// The model in a type, however deep.
fn model_in(ty: &Type) -> Option<&str> {
    match ty {
        Type::Model(name) => Some(name),
        Type::List(inner) | Type::Map(inner) => model_in(inner),
        _ => None,
    }
}
