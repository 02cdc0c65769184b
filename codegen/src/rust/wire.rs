//! `wire.rs` of a resource or of the shared types: which field has which name in JSON.

use crate::api::{Direction, Enum};
use crate::name;
use crate::print::{Chunk, Entry, File, List};

use super::plan::{Field, Kind, Model, Types, Variant};

/// The file.
pub(crate) fn file(from: &str, whose: &str, types: &Types<'_>) -> File {
    let models = types.models.iter().flat_map(model_lists);
    let enums = types.enums.iter().map(|item| enum_list(item));
    File {
        from: from.to_owned(),
        docs: vec![format!("How the models and enums {whose} look in JSON.")],
        uses: vec!["super::*".to_owned()],
        chunks: models.chain(enums).map(Chunk::List).collect(),
    }
}

fn model_lists(model: &Model<'_>) -> Vec<List> {
    let name = &model.api.name;
    match &model.kind {
        Kind::Struct { fields, .. } if model.is_form => vec![List {
            name: "form_model",
            head: name.clone(),
            entries: fields
                .iter()
                .map(|field| Entry::Line(format!("{}: {:?}", field.ident, field.api.wire)))
                .collect(),
        }],
        Kind::Struct { fields, .. } => vec![List {
            name: match model.api.direction {
                Direction::Request => "request_model",
                Direction::Response | Direction::Both => "response_model",
            },
            head: name.clone(),
            entries: fields.iter().map(entry).collect(),
        }],
        Kind::Union {
            tag,
            content,
            variants,
        } => {
            let sent = match model.api.direction {
                Direction::Request => "sent ",
                Direction::Response | Direction::Both => "",
            };
            let entries = variants.iter().map(
                |Variant {
                     wire, ident, model, ..
                 }| {
                    let model = model.map(|model| format!("({model})")).unwrap_or_default();
                    Entry::Line(format!("{ident}{model} => {wire:?}"))
                },
            );
            let union = List {
                name: match content {
                    None => "tagged_union",
                    Some(_) => "adjacent_union",
                },
                head: match content {
                    None => format!("{sent}{name} by {tag:?}"),
                    Some((field, wire)) => format!("{sent}{name} by {tag:?} in {field} {wire:?}"),
                },
                entries: entries.collect(),
            };
            let only = variants.iter().filter(|variant| variant.is_only);
            let from = only.filter_map(|Variant { ident, model, .. }| {
                Some(Entry::Line(format!("{ident}({})", (*model)?)))
            });
            let from = List {
                name: match content {
                    None => "from_variants",
                    Some(_) => "from_contents",
                },
                head: match content {
                    None => name.clone(),
                    Some((field, _)) => format!("{name} in {field}"),
                },
                entries: from.collect(),
            };
            match from.entries.is_empty() {
                true => vec![union],
                false => vec![union, from],
            }
        }
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
