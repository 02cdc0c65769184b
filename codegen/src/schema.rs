//! JSON Schema of the spec files, from the tables that read them.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::decode::{Decode, Table};
use crate::spec;

/// The schema of all four kinds of spec file, for editors: pretty, and always the same text.
pub fn schema() -> String {
    let mut definitions = Definitions::default();
    let common = spec::Common::schema(&mut definitions);
    let service = spec::Service::schema(&mut definitions);
    let types = spec::Types::schema(&mut definitions);
    let resource = spec::Resource::schema(&mut definitions);
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A file of the iconik API spec",
        "description": "`common.yaml`, `service.yaml`, `types.yaml` or the file of a resource; its first key says which.",
        "type": "object",
        "if": { "required": ["resource"] },
        "then": resource,
        "else": {
            "if": { "required": ["types"] },
            "then": types,
            "else": {
                "if": { "required": ["common"] },
                "then": common,
                "else": service,
            },
        },
        "$defs": definitions.by_name,
    });
    format!("{:#}\n", sorted(schema))
}

/// The same with the keys of every object in order, whatever features serde_json was built with.
fn sorted(value: Json) -> Json {
    match value {
        Json::Object(map) => {
            let map: BTreeMap<String, Json> = map.into_iter().collect();
            Json::Object(
                map.into_iter()
                    .map(|(key, value)| (key, sorted(value)))
                    .collect(),
            )
        }
        Json::Array(items) => Json::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

/// The tables that a schema refers to.
#[derive(Debug, Default)]
pub(crate) struct Definitions {
    by_name: BTreeMap<&'static str, Json>,
}

impl Definitions {
    /// A reference to the schema of this table.
    pub(crate) fn record(&mut self, table: &Table) -> Json {
        if !self.by_name.contains_key(table.name) {
            // The name is taken first: a table may lead back to itself.
            self.by_name.insert(table.name, Json::Null);
            let schema = self.object(table);
            self.by_name.insert(table.name, schema);
        }
        json!({ "$ref": format!("#/$defs/{}", table.name) })
    }

    /// A reference to the schema of a text that follows a pattern.
    pub(crate) fn text(&mut self, name: &'static str, doc: &str, pattern: &str) -> Json {
        self.by_name
            .entry(name)
            .or_insert_with(|| json!({ "description": doc, "type": "string", "pattern": pattern }));
        json!({ "$ref": format!("#/$defs/{name}") })
    }

    fn object(&mut self, table: &Table) -> Json {
        let mut properties = Map::new();
        for row in table.rows {
            let mut property = (row.schema)(self);
            if let Json::Object(property) = &mut property {
                property.insert("description".to_owned(), row.doc.trim().into());
            }
            properties.insert(row.key.to_owned(), property);
        }
        let required: Vec<&str> = table
            .rows
            .iter()
            .filter(|row| row.required)
            .map(|row| row.key)
            .collect();
        json!({
            "description": table.doc.trim(),
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        })
    }
}
