//! Which objects of the document belong to which model of the spec: found by walking both from the
//! actions, so that their names never matter.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::{Scope, Shape, Type, Variant};
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
    /// The objects of the document, taken together: variants of one object.
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
    /// In a form, which has no `null`.
    Form,
    /// In a response.
    Response,
}

impl Use {
    /// What the document says about a field here: one entry per variant that has it.
    pub(super) fn properties<'d>(&self, document: &'d Document, field: &str) -> Vec<&'d Property> {
        let objects = self.objects.iter();
        let objects = objects.filter_map(|name| document.objects.get(name));
        objects
            .filter_map(|object| object.fields.get(field))
            .collect()
    }
}

/// The tags of each variant of a union, as a document states them: in its discriminator, or as the
/// only values of the field that is the tag.
pub(super) fn tags<'d>(
    document: &'d Document,
    tag: &str,
    kind: &'d Kind,
) -> Vec<(&'d str, &'d str)> {
    let Kind::OneOf { variants, .. } = kind else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (stated, object) in variants {
        let field = || document.objects.get(object)?.fields.get(tag);
        let values = match (stated.as_slice(), field().map(|property| &property.kind)) {
            ([], Some(Kind::Values(values))) => values,
            _ => stated,
        };
        found.extend(values.iter().map(|value| (value.as_str(), object.as_str())));
    }
    found
}

/// Where a walk is: in a body of an action.
pub(super) struct Walk<'w, 'a, 'd> {
    pub(super) met: &'w mut Met<'d>,
    pub(super) scope: Scope<'a>,
    pub(super) document: &'d Document,
    pub(super) action: &'w str,
    pub(super) way: Way,
}

impl<'d> Walk<'_, '_, 'd> {
    /// Walks a type, what the document has in its place, and what both lead to.
    pub(super) fn ty(&mut self, ty: &Type, kinds: &[&'d Kind]) {
        match ty {
            Type::List(of) => {
                // A parameter's list is one string in the document: then the items are on their own.
                let items = kinds.iter().map(|kind| match *kind {
                    Kind::List(of) => &**of,
                    other => other,
                });
                self.ty(of, &items.collect::<Vec<_>>());
            }
            Type::Map(of) => {
                let values = kinds.iter().filter_map(|kind| match kind {
                    Kind::Map(of) => Some(&**of),
                    _ => None,
                });
                self.ty(of, &values.collect::<Vec<_>>());
            }
            Type::Enum(name) => {
                for kind in kinds {
                    if let Kind::Values(values) = kind {
                        let met = self.met.enums.entry(name.clone()).or_default();
                        met.extend(values.iter().map(String::as_str));
                    }
                }
            }
            Type::Model(name) => self.model(name, kinds),
            _ => {}
        }
    }

    fn model(&mut self, name: &str, kinds: &[&'d Kind]) {
        let Some(model) = self.scope.model(name) else {
            return;
        };
        match &model.shape {
            Shape::Union {
                tag,
                content,
                variants,
            } => {
                for kind in kinds {
                    self.union(name, tag, content.as_deref(), variants, kind);
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
                            objects.extend(variants.iter().map(|(_, object)| object.clone()));
                        }
                        _ => {}
                    }
                }
                self.fields(name, objects);
            }
        }
    }

    fn union(
        &mut self,
        name: &str,
        tag: &str,
        content: Option<&str>,
        variants: &[Variant],
        kind: &'d Kind,
    ) {
        let seen = self.met.unions.entry(name.to_owned()).or_default();
        if seen.contains(&kind) {
            return;
        }
        seen.push(kind);
        let document = self.document;
        let tags = tags(document, tag, kind);
        for variant in variants {
            let found = tags.iter().find(|(value, _)| *value == variant.wire);
            let (Some(model), Some((_, object))) = (&variant.model, found) else {
                continue;
            };
            match content {
                None => self.fields(model, BTreeSet::from([(*object).to_owned()])),
                Some(content) => {
                    let field = || document.objects.get(*object)?.fields.get(content);
                    if let Some(property) = field() {
                        self.model(model, &[&property.kind]);
                    }
                }
            }
        }
    }

    /// Notes the use, and walks on into the fields when it is new.
    fn fields(&mut self, name: &str, objects: BTreeSet<String>) {
        let Some(Shape::Fields(fields)) = self.scope.model(name).map(|model| &model.shape) else {
            return;
        };
        if objects.is_empty() {
            return;
        }
        let way = self.way;
        let uses = self.met.models.entry(name.to_owned()).or_default();
        if uses
            .iter()
            .any(|used| used.objects == objects && used.way == way)
        {
            return;
        }
        let this = Use {
            objects,
            way,
            action: self.action.to_owned(),
        };
        uses.push(this.clone());
        for field in fields {
            let properties = this.properties(self.document, &field.wire);
            let kinds: Vec<&Kind> = properties.iter().map(|property| &property.kind).collect();
            self.ty(&field.ty, &kinds);
        }
    }
}
