//! Single parameters, fields and values that only the document has: the findings of an audit, as
//! records that extend those of the spec.

use std::collections::BTreeMap;

use super::fields::plain;
use super::files::{entries, fragment};
use super::shared::Shared;
use super::{Fragment, MARKER};
use crate::api::Location;
use crate::audit::{Aspect, Report};
use crate::decode::{At, Record as _};
use crate::document::{Kind, Parameter, Property};
use crate::source::Span;
use crate::spec::{self, Type};

/// What one file lacks.
#[derive(Default)]
struct Additions {
    actions: BTreeMap<String, spec::Action>,
    models: BTreeMap<String, spec::Model>,
    enums: BTreeMap<String, spec::Enum>,
    remarks: Vec<String>,
}

impl Additions {
    fn is_empty(&self) -> bool {
        self.actions.is_empty() && self.models.is_empty() && self.enums.is_empty()
    }
}

/// What the report misses in the spec, file by file.
pub(super) fn fragments(report: &Report, shared: &Shared) -> Vec<Fragment> {
    let mut files: BTreeMap<&String, Additions> = BTreeMap::new();
    for group in &report.groups {
        let subject = &group.subject;
        let name = subject
            .name
            .rsplit('.')
            .next()
            .unwrap_or_default()
            .to_owned();
        for finding in &group.findings {
            let file = files.entry(&subject.file).or_default();
            match &finding.aspect {
                Aspect::MissingParam(param) => {
                    let empty = || spec::Action::empty(Span::default());
                    let action = file.actions.entry(name.clone()).or_insert_with(empty);
                    let params = action.params.get_or_insert_default();
                    params.push((At::new(param.name.clone()), self::param(param, shared)));
                }
                Aspect::MissingField(field, properties) => {
                    let (record, remark) = self::field(field, properties, shared);
                    file.remarks
                        .extend(remark.map(|kind| format!("`{name}.{field}`: {kind}")));
                    let empty = || spec::Model::empty(Span::default());
                    let model = file.models.entry(name.clone()).or_insert_with(empty);
                    let fields = model.fields.get_or_insert_default();
                    fields.push((At::new(field.clone()), record));
                }
                Aspect::MissingVariant(tag) => {
                    let empty = || spec::Model::empty(Span::default());
                    let model = file.models.entry(name.clone()).or_insert_with(empty);
                    let variant = spec::Variant {
                        model: Some(At::new(MARKER.to_owned())),
                        ..spec::Variant::empty(Span::default())
                    };
                    let variants = model.variants.get_or_insert_default();
                    variants.push((At::new(tag.clone()), variant));
                }
                Aspect::MissingValue(value) => {
                    let empty = || spec::Enum::empty(Span::default());
                    let item = file.enums.entry(name.clone()).or_insert_with(empty);
                    let record = spec::EnumValue {
                        doc: Some(At::new(MARKER.to_owned())),
                        ..spec::EnumValue::empty(Span::default())
                    };
                    let values = item.values.get_or_insert_with(|| At::new(Vec::new()));
                    values.value.push((At::new(value.clone()), record));
                }
                _ => {}
            }
        }
    }
    files.retain(|_, additions| !additions.is_empty());
    let fragments = files.into_iter().map(|(file, additions)| {
        let actions = entries(additions.actions);
        let record = spec::Resource {
            actions,
            models: entries(additions.models),
            enums: entries(additions.enums),
            ..spec::Resource::empty(Span::default())
        };
        fragment(file.clone(), false, &record, &additions.remarks)
    });
    fragments.collect()
}

fn param(param: &Parameter, shared: &Shared) -> spec::Param {
    if shared.params.contains_key(&param.name) {
        return spec::Param::empty(Span::default());
    }
    spec::Param {
        ty: Some(At::new(known_type(&param.kind))),
        doc: Some(At::new(MARKER.to_owned())),
        required: param.required.then(|| At::new(true)),
        location: (param.location == Location::Header).then(|| At::new(param.location)),
        ..spec::Param::empty(Span::default())
    }
}

/// The field, and what the document says where its type is for a person to name.
fn field(name: &str, properties: &[Property], shared: &Shared) -> (spec::Field, Option<String>) {
    if shared.fields.contains_key(name) {
        return (spec::Field::empty(Span::default()), None);
    }
    let kind = properties
        .first()
        .map_or(&Kind::Any, |property| &property.kind);
    let ty = known_type(kind);
    let open = ty.to_string().contains(MARKER).then(|| kind.to_string());
    let record = spec::Field {
        ty: Some(At::new(ty)),
        doc: Some(At::new(MARKER.to_owned())),
        ..spec::Field::empty(Span::default())
    };
    (record, open)
}

/// The type of a kind, or a marker where it needs a name.
fn known_type(kind: &Kind) -> Type {
    match kind {
        Kind::Values(_) | Kind::Object(_) | Kind::OneOf { .. } => Type::named(MARKER),
        Kind::List(of) => Type::list(known_type(of)),
        Kind::Map(of) => Type::Map(Box::new(known_type(of))),
        kind => plain(kind),
    }
}
