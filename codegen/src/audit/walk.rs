//! Which objects of the document stand for which model of the spec: found by walking both from the
//! actions, so that their names never matter.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::{Scope, Shape, Type};
use crate::document::{Document, Kind, Property};

/// Everything that the walk met.
#[derive(Default)]
pub(crate) struct Met<'d> {
    /// For each model, where it is used.
    pub(crate) models: BTreeMap<String, Vec<Use>>,
    /// For each enum, the values that the document lists in its place.
    pub(crate) enums: BTreeMap<String, BTreeSet<&'d str>>,
    /// For each model that is one of several, what the document has in its place.
    pub(crate) unions: BTreeMap<String, Vec<&'d Kind>>,
}

/// One place where a model is used, and what the document has there.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Use {
    /// The objects of the document, taken together: variants of one thing.
    pub(crate) objects: BTreeSet<String>,
    /// How it travels.
    pub(crate) way: Way,
    /// The action that led here first.
    pub(crate) action: String,
}

/// How a body travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// In a request that states everything.
    Request,
    /// In a PATCH, which requires nothing.
    Patch,
    /// In an answer.
    Answer,
}

impl Use {
    /// What the document says about a field here: one entry per variant that has it.
    pub(super) fn properties<'d>(&self, document: &'d Document, field: &str) -> Vec<&'d Property> {
        let objects = self
            .objects
            .iter()
            .filter_map(|it| document.objects.get(it));
        objects.filter_map(|it| it.fields.get(field)).collect()
    }
}

/// Walks a pair of types and what hangs on them.
pub(super) fn walk<'d>(
    met: &mut Met<'d>,
    scope: Scope<'_>,
    document: &'d Document,
    action: &str,
    way: Way,
    spec: &Type,
    kinds: &[&'d Kind],
) {
    let mut again =
        |spec: &Type, kinds: &[&'d Kind]| walk(met, scope, document, action, way, spec, kinds);
    match spec {
        Type::List(of) => {
            // A parameter's list is one string in the document: then the items stand for themselves.
            let inner = |kind: &&'d Kind| match *kind {
                Kind::List(of) => &**of,
                other => other,
            };
            again(of, &kinds.iter().map(inner).collect::<Vec<_>>());
        }
        Type::Map(of) => {
            let inner = kinds.iter().filter_map(|kind| match kind {
                Kind::Map(of) => Some(&**of),
                _ => None,
            });
            again(of, &inner.collect::<Vec<_>>());
        }
        Type::Enum(name) => {
            for kind in kinds {
                if let Kind::Values(values) = kind {
                    met.enums
                        .entry(name.clone())
                        .or_default()
                        .extend(values.iter().map(String::as_str));
                }
            }
        }
        Type::Model(name) => model(met, scope, document, action, way, name, kinds),
        _ => {}
    }
}

fn model<'d>(
    met: &mut Met<'d>,
    scope: Scope<'_>,
    document: &'d Document,
    action: &str,
    way: Way,
    name: &str,
    kinds: &[&'d Kind],
) {
    let Some(model) = scope.model(name) else {
        return;
    };
    match &model.shape {
        Shape::Union { variants, .. } => {
            for kind in kinds {
                let seen = met.unions.entry(name.to_owned()).or_default();
                if seen.contains(kind) {
                    continue;
                }
                seen.push(kind);
                let models = variants
                    .iter()
                    .filter_map(|it| Some((&it.wire, it.model.as_ref()?)));
                for (tag, variant) in models {
                    if let Some(object) = variant_of(kind, tag) {
                        visit(
                            met,
                            scope,
                            document,
                            action,
                            way,
                            variant,
                            BTreeSet::from([object.to_owned()]),
                        );
                    }
                }
            }
        }
        Shape::Fields(_) => {
            let mut objects = BTreeSet::new();
            for kind in kinds {
                match kind {
                    Kind::Object(object) => {
                        objects.insert(object.clone());
                    }
                    Kind::OneOf { variants, .. } => {
                        objects.extend(variants.iter().map(|(_, it)| it.clone()))
                    }
                    _ => {}
                }
            }
            visit(met, scope, document, action, way, name, objects);
        }
    }
}

/// The object that stands behind a tag.
fn variant_of<'d>(kind: &'d Kind, tag: &str) -> Option<&'d str> {
    let Kind::OneOf { variants, .. } = kind else {
        return None;
    };
    variants
        .iter()
        .find(|(tags, _)| tags.iter().any(|it| it == tag))
        .map(|(_, object)| object.as_str())
}

/// Notes the use, and walks on into the fields when it is new.
fn visit<'d>(
    met: &mut Met<'d>,
    scope: Scope<'_>,
    document: &'d Document,
    action: &str,
    way: Way,
    name: &str,
    objects: BTreeSet<String>,
) {
    let Some(model) = scope.model(name) else {
        return;
    };
    let Shape::Fields(fields) = &model.shape else {
        return;
    };
    let uses = met.models.entry(name.to_owned()).or_default();
    if objects.is_empty() || uses.iter().any(|it| it.objects == objects && it.way == way) {
        return;
    }
    let this = Use {
        objects,
        way,
        action: action.to_owned(),
    };
    uses.push(this.clone());
    for field in fields {
        let kinds: Vec<&Kind> = this
            .properties(document, &field.wire)
            .iter()
            .map(|it| &it.kind)
            .collect();
        walk(met, scope, document, action, way, &field.ty, &kinds);
    }
}
