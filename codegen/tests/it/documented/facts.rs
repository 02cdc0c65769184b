//! Types as iconik documents them.

/// A documented type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Documented {
    String,
    Uuid,
    DateTime,
    Integer,
    Number,
    Boolean,
    Any,
    Object,
    Enum(Vec<String>),
    List(Box<Self>),
    Map(Box<Self>),
    Schema(String),
    Merged(Vec<Self>),
    Union(String, Vec<(String, Self)>),
    Nothing,
    Text,
}

impl Documented {
    pub(crate) fn parse(text: &str) -> Self {
        let inner = |open: &str, close: &str| {
            text.strip_prefix(open)
                .and_then(|rest| rest.strip_suffix(close))
        };
        if let Some(item) = inner("list<", ">") {
            return Self::List(Box::new(Self::parse(item)));
        }
        if let Some(value) = inner("map<", ">") {
            return Self::Map(Box::new(Self::parse(value)));
        }
        if let Some(values) = inner("enum(", ")") {
            return Self::Enum(values.split('|').map(str::to_owned).collect());
        }
        if let Some(schemas) = inner("merged(", ")") {
            return Self::Merged(schemas.split('|').map(Self::parse).collect());
        }
        if let Some(union) = inner("union(", ")") {
            let (tag, variants) = union.split_once('|').unwrap();
            let variants = variants.split('|').map(|variant| {
                let (value, schema) = variant.split_once('=').unwrap();
                (value.to_owned(), Self::parse(schema))
            });
            return Self::Union(tag.to_owned(), variants.collect());
        }
        if let Some(schema) = text.strip_prefix('#') {
            return Self::Schema(schema.to_owned());
        }
        match text {
            "string" => Self::String,
            "uuid" => Self::Uuid,
            "date-time" => Self::DateTime,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            "any" => Self::Any,
            "object" => Self::Object,
            "nothing" => Self::Nothing,
            "text" => Self::Text,
            other => panic!("unknown documented type {other}"),
        }
    }
}

/// A documented field: its type and its flags.
pub(crate) struct DocumentedField {
    pub(crate) ty: Documented,
    pub(crate) required: bool,
    pub(crate) read_only: bool,
    pub(crate) write_only: bool,
}

impl DocumentedField {
    pub(crate) fn parse(text: &str) -> Self {
        let mut words = text.split(' ');
        let ty = Documented::parse(words.next().unwrap());
        let flags: Vec<&str> = words.collect();
        Self {
            ty,
            required: flags.contains(&"required"),
            read_only: flags.contains(&"read_only"),
            write_only: flags.contains(&"write_only"),
        }
    }
}
