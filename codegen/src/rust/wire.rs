//! `wire.rs` of a resource or of the shared types: which field has which name in JSON.

use crate::api::{Direction, Enum, Type};
use crate::name;
use crate::print::{Chunk, Entry, File, List};

use super::plan::{Field, Kind, Model, Types, Variant};

/// The file.
pub(crate) fn file(from: &str, whose: &str, types: &Types<'_>) -> File {
    let models = types.models.iter().flat_map(|model| {
        let mut lists = model_lists(model);
        lists.extend(item_list(model));
        lists
    });
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
            entries: words(fields.iter().map(|field| entry(model, field)).collect()),
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

/// What distinguishes a model from others in a list.
fn item_list(model: &Model<'_>) -> Option<List> {
    if !model.is_item {
        return None;
    }
    let name = &model.api.name;
    let (head, entries) = match &model.kind {
        Kind::Struct { fields, .. } => {
            let is_sort =
                |field: &&Field<'_>| field.api.wire == "_sort" && is_json_list(&field.api.ty);
            let sorted = fields.iter().find(is_sort);
            let head = match sorted {
                Some(field) => format!("{name} sorted by {}", field.ident),
                None => name.clone(),
            };
            (head, key_parts(fields))
        }
        Kind::Union {
            content: None,
            variants,
            ..
        } => {
            let variants = variants.iter().map(|variant| variant.ident.clone());
            (format!("{name} by variant"), variants.collect())
        }
        // Its id, if it has one, is inside.
        Kind::Union { .. } => (format!("{name} by variant"), Vec::new()),
    };
    Some(List {
        name: "list_item",
        head,
        entries: match entries.is_empty() {
            true => Vec::new(),
            false => vec![Entry::Words(entries)],
        },
    })
}

/// Whether values of this type are lists of any JSON.
fn is_json_list(ty: &Type) -> bool {
    matches!(ty, Type::List(item) if matches!(**item, Type::Any | Type::Object))
}

/// The fields that make up the key: the id with the position, or else the name.
fn key_parts(fields: &[Field<'_>]) -> Vec<String> {
    let find = |wire: &str, fits: fn(&Type) -> bool| {
        let field = fields.iter().find(|field| field.api.wire == wire)?;
        fits(&field.api.ty).then(|| format!("{wire}: {}", field.ident))
    };
    let is_text = |ty: &Type| matches!(ty, Type::Id(_) | Type::String | Type::Integer);
    match find("id", is_text) {
        Some(id) => {
            let position = find("position", |ty| matches!(ty, Type::Integer));
            [Some(id), position].into_iter().flatten().collect()
        }
        None => find("name", |ty| matches!(ty, Type::String))
            .into_iter()
            .collect(),
    }
}

fn words(words: Vec<String>) -> Vec<Entry> {
    match words.is_empty() {
        true => Vec::new(),
        false => vec![Entry::Words(words)],
    }
}

/// A field, with its name in JSON only where that differs.
fn entry(model: &Model<'_>, field: &Field<'_>) -> String {
    // What iconik sets is read, and is not written into a request.
    let received = model.api.direction == Direction::Both && field.api.read_only;
    let word = match (field.required, received) {
        (true, _) => " required",
        (_, true) => " received",
        _ => "",
    };
    match field.ident == field.api.wire {
        true => format!("{}{word}", field.ident),
        false => format!("{}: {:?}{word}", field.ident, field.api.wire),
    }
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
