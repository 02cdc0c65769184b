//! What an OpenAPI document says about a service, in the terms that the spec is compared in.
//!
//! iconik publishes OpenAPI 3.0; our own export is 3.1. Both are read, as far as they talk about
//! what the spec knows: descriptions, examples and error answers are left aside.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::api::{Auth, Bounds, Literal, Location, Method};

mod read;

/// One service as its document describes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// The document's own title.
    pub title: String,
    /// The document's own version.
    pub version: String,
    /// The path of its server, for example `/API/assets`, where it names one.
    pub base_path: Option<String>,
    /// Every operation, sorted by path and method.
    pub operations: Vec<Operation>,
    /// Every object with named fields: the components by name, the others by where they stand.
    pub objects: BTreeMap<String, Object>,
}

/// One operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// The HTTP method.
    pub method: Method,
    /// The path below the server's.
    pub path: String,
    /// The roles it needs; `None` where the document does not speak of roles.
    pub roles: Option<Vec<String>>,
    /// The credentials it takes.
    pub credentials: Credentials,
    /// The parameters, without the headers that carry credentials.
    pub params: Vec<Parameter>,
    /// The JSON body.
    pub body: Option<RequestBody>,
    /// The documented successes, by status.
    pub answers: BTreeMap<u16, Answer>,
    /// Whether it is marked as deprecated.
    pub deprecated: bool,
}

/// What a document says about the credentials of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// It names them.
    Known(Auth),
    /// It says that none are needed.
    None,
    /// It does not say.
    Unsaid,
}

/// A parameter outside the body.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name on the wire.
    pub name: String,
    /// Where it goes.
    pub location: Location,
    /// Its type.
    pub kind: Kind,
    /// Whether the request is refused without it.
    pub required: bool,
    /// The documented default.
    pub default: Option<Literal>,
    /// Documented bounds.
    pub bounds: Bounds,
    /// Whether it is marked as deprecated.
    pub deprecated: bool,
}

/// The JSON body of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestBody {
    /// What is in it.
    pub kind: Kind,
    /// Whether the request is refused without it.
    pub required: bool,
}

/// The body of a success.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// None.
    Nothing,
    /// JSON.
    Json(Kind),
    /// Anything else, by its content type.
    Text(String),
}

/// An object with named fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    /// Its fields, by name.
    pub fields: BTreeMap<String, Property>,
}

/// A field of an [`Object`]. What a document may leave open is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    /// Its type.
    pub kind: Kind,
    /// Whether it must be there.
    pub required: bool,
    /// Whether it may be null; `None` where the document only guesses.
    pub nullable: Option<bool>,
    /// Whether iconik sets it; `None` where the document only guesses.
    pub read_only: Option<bool>,
    /// Whether it never comes back; `None` where the document only guesses.
    pub write_only: Option<bool>,
    /// The documented default.
    pub default: Option<Literal>,
    /// Documented bounds.
    pub bounds: Bounds,
    /// Whether it is marked as deprecated.
    pub deprecated: bool,
}

/// A type, as far as a document tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Anything, or several types that have nothing in common.
    Any,
    /// Text.
    Text,
    /// One of these texts.
    Values(Vec<String>),
    /// A point in time.
    Time,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// An object whose fields are not named.
    Free,
    /// An object whose values are alike.
    Map(Box<Kind>),
    /// A list.
    List(Box<Kind>),
    /// An object with named fields, by its name in [`Document::objects`].
    Object(String),
    /// One of several objects.
    OneOf {
        /// The field that tells which, where there is one.
        tag: Option<String>,
        /// The values of that field and the object that they stand for.
        variants: Vec<(Vec<String>, String)>,
    },
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Any => f.write_str("any"),
            Kind::Text => f.write_str("string"),
            Kind::Values(values) => write!(f, "one of {}", values.join(", ")),
            Kind::Time => f.write_str("timestamp"),
            Kind::Integer => f.write_str("integer"),
            Kind::Number => f.write_str("number"),
            Kind::Boolean => f.write_str("boolean"),
            Kind::Free => f.write_str("object"),
            Kind::Map(of) => write!(f, "map<{of}>"),
            Kind::List(of) => write!(f, "list<{of}>"),
            Kind::Object(name) => f.write_str(name),
            Kind::OneOf { variants, .. } => {
                let names: Vec<&str> = variants.iter().map(|(_, name)| name.as_str()).collect();
                f.write_str(&names.join(" or "))
            }
        }
    }
}

/// Why a text is no document that can be compared.
#[derive(Debug)]
pub enum DocumentError {
    /// It is not JSON.
    Json(serde_json::Error),
    /// It is JSON, but not what OpenAPI asks for: where, and what is wrong there.
    Shape(String, String),
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DocumentError::Json(error) => write!(f, "the document is not JSON: {error}"),
            DocumentError::Shape(at, what) => {
                write!(f, "the document is not OpenAPI 3: {at}: {what}")
            }
        }
    }
}

impl std::error::Error for DocumentError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            DocumentError::Json(error) => Some(error),
            DocumentError::Shape(..) => None,
        }
    }
}

/// The members of the page envelope.
const ENVELOPE: [&str; 12] = [
    "objects",
    "page",
    "pages",
    "per_page",
    "total",
    "first_url",
    "last_url",
    "next_url",
    "prev_url",
    "scroll_id",
    "search_after",
    "facets",
];

impl Document {
    /// Reads an OpenAPI 3 document.
    pub fn parse(text: &str) -> Result<Document, DocumentError> {
        let root: Value = serde_json::from_str(text).map_err(DocumentError::Json)?;
        read::document(&root)
    }

    /// The operation with this method and path.
    pub fn operation(&self, method: Method, path: &str) -> Option<&Operation> {
        self.operations
            .iter()
            .find(|it| it.method == method && it.path == path)
    }

    /// The items of an object that is a list envelope, whether it pages, and what else is in it.
    pub(crate) fn envelope(&self, kind: &Kind) -> Option<(&Kind, bool, Vec<&str>)> {
        let Kind::Object(name) = kind else {
            return None;
        };
        let fields = &self.objects.get(name)?.fields;
        let Kind::List(items) = &fields.get("objects")?.kind else {
            return None;
        };
        let pages = ["page", "next_url", "scroll_id"]
            .iter()
            .any(|it| fields.contains_key(*it));
        let others = fields.keys().map(String::as_str);
        let others = others.filter(|it| !ENVELOPE.contains(it)).collect();
        Some((items, pages, others))
    }
}
