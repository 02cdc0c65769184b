//! JSON whose members keep their order.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

/// JSON whose members keep their order, so that the document reads from the general to the detail.
#[derive(Clone, Debug)]
pub(super) enum Json {
    Value(Value),
    List(Vec<Json>),
    Members(Vec<(String, Json)>),
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Value(value) => value.serialize(serializer),
            Json::List(items) => items.serialize(serializer),
            Json::Members(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        Json::Value(value)
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Json::Value(Value::from(text))
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Json::Value(Value::from(text))
    }
}

/// The members of an object, in the order in which they are added.
#[derive(Default)]
pub(super) struct Members(pub(super) Vec<(String, Json)>);

impl Members {
    pub(super) fn add(&mut self, name: impl Into<String>, value: impl Into<Json>) -> &mut Self {
        self.0.push((name.into(), value.into()));
        self
    }

    pub(super) fn add_if(&mut self, when: bool, name: &str, value: impl Into<Json>) -> &mut Self {
        if when {
            self.add(name, value);
        }
        self
    }

    pub(super) fn done(&mut self) -> Json {
        Json::Members(std::mem::take(&mut self.0))
    }
}
