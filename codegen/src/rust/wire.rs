//! `wire.rs` of a resource or of the shared types: which field has which name in JSON.

use crate::api::{Direction, Enum};
use crate::name;
use crate::print::{Chunk, Entry, File, List};

use super::plan::{Field, Kind, Model, Types, Variant};

/// The file.
pub(crate) fn file(from: &str, whose: &str, types: &Types<'_>) -> File {
    let models = types.models.iter().map(model_list);
    let enums = types.enums.iter().map(|item| enum_list(item));
    File {
        from: from.to_owned(),
        docs: vec![format!("How the models and enums {whose} look in JSON.")],
        uses: vec!["super::*".to_owned()],
        chunks: models.chain(enums).map(Chunk::List).collect(),
    }
}

fn model_list(model: &Model<'_>) -> List {
    let name = &model.api.name;
    match &model.kind {
        Kind::Struct { fields, .. } => List {
            name: match model.api.direction {
                Direction::Request => "request_model",
                Direction::Response | Direction::Both => "response_model",
            },
            head: name.clone(),
            entries: fields.iter().map(entry).collect(),
        },
        Kind::Union { tag, variants } => List {
            name: "tagged_union",
            head: format!("{name} by {tag:?}"),
            entries: variants
                .iter()
                .map(|variant| {
                    let Variant { wire, model } = variant;
                    Entry::Line(format!("{model}({model}) => {wire:?}"))
                })
                .collect(),
        },
    }
}

fn entry(field: &Field<'_>) -> Entry {
    let required = if field.required { "required " } else { "" };
    Entry::Line(format!("{required}{}: {:?}", field.ident, field.api.wire))
}

fn enum_list(item: &Enum) -> List {
    List {
        name: "open_enum",
        head: item.name.clone(),
        entries: item
            .values
            .iter()
            .map(|value| Entry::Line(format!("{} => {:?}", name::enum_variant(value), value.wire)))
            .collect(),
    }
}
