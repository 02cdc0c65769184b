//! Metadata values as cells of a CSV file, and back.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::Path;

use iconik_api::ids::AssetId;
use iconik_api::metadata::{FieldType, FieldValue, MetadataField};

use super::Result;

/// The columns that are no metadata fields.
pub(crate) const ASSET_ID: &str = "asset_id";
pub(crate) const ASSET_TITLE: &str = "asset_title";

/// The fields of a view by their names.
pub(crate) type Fields = BTreeMap<String, MetadataField>;

/// The wanted values of an asset, by the names of the fields.
pub(crate) struct Row {
    pub(crate) id: AssetId,
    pub(crate) values: Vec<(String, Vec<String>)>,
}

/// Returns the fields of a view that have values.
pub(crate) fn fields_with_values(fields: Vec<MetadataField>) -> Vec<(String, MetadataField)> {
    let named = fields
        .into_iter()
        .filter_map(|field| Some((field.name.clone()?, field)));
    // `__separator__` is a line between fields.
    named.filter(|(name, _)| !name.starts_with("__")).collect()
}

/// Returns the cell of a field: the value, or a JSON list where that is not clear.
pub(crate) fn cell(values: &[String]) -> String {
    match values {
        [] => String::new(),
        [one] if !one.is_empty() && !one.starts_with('[') && one.trim() == one => one.clone(),
        many => serde_json::json!(many).to_string(),
    }
}

/// Reads a cell; an empty one has no values.
pub(crate) fn values(field: &MetadataField, cell: &str) -> Result<Vec<String>> {
    let values: Vec<String> = match cell.trim() {
        "" => Vec::new(),
        list if list.starts_with('[') => {
            serde_json::from_str(list).map_err(|_| format!("{list} is not a JSON list of texts"))?
        }
        one => vec![one.to_owned()],
    };
    let is_list = field.multi == Some(true) || field.field_type == Some(FieldType::TagCloud);
    if values.len() > 1 && !is_list {
        return Err("the field has one value at most".into());
    }
    values.iter().map(|value| normal(field, value)).collect()
}

/// Returns a value in the one form of its type: `TRUE` is `true`, `3.0` is `3`.
pub(crate) fn normal(field: &MetadataField, text: &str) -> Result<String> {
    let value = FieldValue::new(serde_json::Value::from(text));
    let (normal, expected) = match &field.field_type {
        Some(FieldType::Integer) => (value.integer().map(|it| it.to_string()), "a whole number"),
        Some(FieldType::Float) => (value.number().map(|it| it.to_string()), "a number"),
        Some(FieldType::Boolean) => (value.boolean().map(|it| it.to_string()), "true or false"),
        Some(FieldType::Date) => (
            value.date().map(|it| it.to_string()),
            "a date like 2026-01-31",
        ),
        Some(FieldType::Datetime) => (
            value.timestamp().map(|it| it.to_string()),
            "a date with a time like 2026-01-31T08:00:00Z",
        ),
        Some(FieldType::DropDown) if !field.options.is_empty() => {
            let mut options = field.options.iter();
            let known = options.any(|option| option.value.as_deref() == Some(text));
            (known.then(|| text.to_owned()), "an option of the field")
        }
        _ => (Some(text.to_owned()), "a text"),
    };
    normal.ok_or_else(|| format!("{text:?} is not {expected}").into())
}

/// Reads the file as a whole, so that a mistake in it changes nothing.
pub(crate) fn read(path: &Path, fields: &Fields) -> Result<Vec<Row>> {
    let text = fs::read_to_string(path)?;
    // Spreadsheets begin with a byte order mark.
    let mut csv = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let columns = csv.headers()?.clone();
    let (mut rows, mut ids, mut id_column) = (Vec::new(), HashSet::new(), None);
    for (number, name) in columns.iter().enumerate() {
        match fields.get(name) {
            _ if name == ASSET_ID => id_column = Some(number),
            _ if name == ASSET_TITLE => {}
            Some(field) if field.read_only != Some(true) => {}
            _ => return Err(format!("the view has no field {name:?} that can be written").into()),
        }
    }
    let id_column = id_column.ok_or("the column asset_id is missing")?;
    for (number, record) in csv.records().enumerate() {
        let record = record?;
        let at = |problem: &dyn std::fmt::Display| format!("row {}: {problem}", number + 1);
        let id = AssetId::new(record[id_column].trim());
        if id.as_str().is_empty() || !ids.insert(id.clone()) {
            return Err(at(&"the id is missing or a duplicate").into());
        }
        let mut wanted = Vec::new();
        for (name, cell) in columns.iter().zip(&record) {
            if let Some(field) = fields.get(name) {
                let values = values(field, cell);
                let values = values.map_err(|error| at(&format!("{name}: {error}")))?;
                wanted.push((name.to_owned(), values));
            }
        }
        rows.push(Row { id, values: wanted });
    }
    Ok(rows)
}
