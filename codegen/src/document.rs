//! What an OpenAPI document says about a service, in the terms that the spec is compared in.
//!
//! iconik publishes OpenAPI 3.0; our own export is 3.1. Both are read, as far as they talk about
//! what the spec knows: descriptions, examples and error responses are ignored.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::api::{Bounds, Literal, Location, Method};

mod facts;
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
    /// The credentials that it takes; `None` where the document does not mention credentials.
    pub credentials: Option<Credentials>,
    /// The parameters, without the headers that carry credentials.
    pub params: Vec<Parameter>,
    /// The body of the request.
    pub body: Option<RequestBody>,
    /// The documented successes and redirects, by status.
    pub responses: BTreeMap<u16, Response>,
    /// Whether it is marked as deprecated.
    pub deprecated: bool,
}

/// The credentials of an operation, named as in the spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// `App-ID` and `Auth-Token`.
    Token,
    /// `App-ID` and `Share-Auth-Token`.
    ShareToken,
    /// `App-ID` alone.
    AppId,
    /// `Temp-Auth-Token`: a login with a second factor.
    TemporaryToken,
    /// None at all.
    None,
}

impl Credentials {
    /// As the spec names them.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::ShareToken => "share_token",
            Self::AppId => "app_id",
            Self::TemporaryToken => "temporary_token",
            Self::None => "none",
        }
    }
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

/// The body of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestBody {
    /// What is in it.
    pub content: Content,
    /// Whether the request is refused without it.
    pub required: bool,
}

/// What the body of a request contains.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// JSON.
    Json(Kind),
    /// The fields of an object, as a form.
    Form(Kind),
    /// The fields of an object, as the parts of a form.
    Multipart(Kind),
    /// Text of this media type.
    Text(String),
    /// Anything else, by its media type.
    Bytes(String),
}

impl Content {
    /// The type of the fields, where the content has fields.
    pub fn kind(&self) -> Option<&Kind> {
        match self {
            Self::Json(kind) | Self::Form(kind) | Self::Multipart(kind) => Some(kind),
            Self::Text(_) | Self::Bytes(_) => None,
        }
    }
}

/// The body of a response.
#[derive(Clone, Debug, PartialEq)]
pub enum Response {
    /// None.
    Nothing,
    /// JSON.
    Json(Kind),
    /// Text of this media type.
    Text(String),
    /// Anything else, by its media type.
    Bytes(String),
    /// A redirect: the location is what counts.
    Location,
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

/// A type, as far as a document describes it.
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
    /// A file: a part of a form.
    File,
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
        /// The field that says which, if there is one.
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
            Kind::File => f.write_str("file"),
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
            DocumentError::Json(error) => write!(f, "not JSON: {error}"),
            DocumentError::Shape(at, what) => write!(f, "not OpenAPI 3: {at}: {what}"),
        }
    }
}

impl DocumentError {
    /// The line of `text`, the document, that is wrong, counted from 1; `None` where the mistake is
    /// that something is missing.
    pub fn line(&self, text: &str) -> Option<usize> {
        match self {
            DocumentError::Json(error) => Some(error.line()),
            DocumentError::Shape(at, _) => {
                // A mistake of an operation is below its path, one of a reference where that is.
                let name = at.split(' ').find(|word| word.starts_with(['/', '#']));
                let quoted = format!("\"{}\"", name.unwrap_or(at));
                let start = text.find(&quoted)?;
                Some(text[..start].matches('\n').count() + 1)
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

/// The text without a byte order mark.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

impl Document {
    /// Reads an OpenAPI 3 document.
    pub fn parse(text: &str) -> Result<Document, DocumentError> {
        let root: Value = serde_json::from_str(without_mark(text)).map_err(DocumentError::Json)?;
        read::document(&root)
    }

    /// The facts of an OpenAPI 3 document as JSON, which parses to the same [`Document`]: without
    /// descriptions, examples and failures.
    pub fn facts(text: &str) -> Result<String, DocumentError> {
        let root: Value = serde_json::from_str(without_mark(text)).map_err(DocumentError::Json)?;
        read::document(&root)?;
        Ok(facts::facts(&root))
    }

    /// The operation with this method and path.
    pub fn operation(&self, method: Method, path: &str) -> Option<&Operation> {
        self.operations
            .iter()
            .find(|operation| operation.method == method && operation.path == path)
    }

    /// What an object contains that is the envelope of a list.
    pub(crate) fn envelope(&self, kind: &Kind) -> Option<Envelope<'_>> {
        let Kind::Object(name) = kind else {
            return None;
        };
        let fields = &self.objects.get(name)?.fields;
        let Kind::List(items) = &fields.get("objects")?.kind else {
            return None;
        };
        let pages = ["page", "next_url", "scroll_id"]
            .iter()
            .any(|member| fields.contains_key(*member));
        let others = fields.keys().map(String::as_str);
        Some(Envelope {
            items,
            pages,
            others: others.filter(|name| !ENVELOPE.contains(name)).collect(),
        })
    }
}

/// A list, and what is around it.
pub(crate) struct Envelope<'d> {
    /// The type of its items.
    pub(crate) items: &'d Kind,
    /// Whether it comes in pages.
    pub(crate) pages: bool,
    /// The members that are not those of a page.
    pub(crate) others: Vec<&'d str>,
}
