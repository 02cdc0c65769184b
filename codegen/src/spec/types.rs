//! Types as they are written: `list<AssetId>`, `page<Asset>`.

use std::fmt;

use serde_json::Value as Json;

use crate::decode::{At, Context, Decode, Text};
use crate::diag::Diagnostic;
use crate::node::Node;
use crate::schema::Definitions;
use crate::source::Span;
use crate::spelling::type_text;
use crate::yaml::Yaml;

/// A type as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// A type that every spec has.
    Builtin(crate::api::Type),
    /// An id, an enum or a model.
    Named(At<String>),
    /// `list<T>`
    List(Box<Type>),
    /// `map<T>`
    Map(Box<Type>),
}

impl Type {
    /// An id, an enum or a model of this name.
    pub(crate) fn named(name: impl Into<String>) -> Self {
        Self::Named(At::new(name.into()))
    }

    /// A list of these.
    pub(crate) fn list(of: Self) -> Self {
        Self::List(Box::new(of))
    }

    /// The name that it leads to, if that is not the name of a built-in type.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Builtin(_) => None,
            Self::Named(name) => Some(&name.value),
            Self::List(of) | Self::Map(of) => of.name(),
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Builtin(ty) => f.write_str(&type_text(ty)),
            Self::Named(name) => f.write_str(&name.value),
            Self::List(of) => write!(f, "list<{of}>"),
            Self::Map(of) => write!(f, "map<{of}>"),
        }
    }
}

/// The types that every spec has, by name.
pub(crate) const BUILTIN_TYPES: [(&str, crate::api::Type); 9] = [
    ("string", crate::api::Type::String),
    ("secret", crate::api::Type::Secret),
    ("integer", crate::api::Type::Integer),
    ("number", crate::api::Type::Number),
    ("boolean", crate::api::Type::Boolean),
    ("timestamp", crate::api::Type::Timestamp),
    ("file", crate::api::Type::File),
    ("any", crate::api::Type::Any),
    ("object", crate::api::Type::Object),
];

/// The body of an answer as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    Nothing,
    Text,
    Bytes,
    Location,
    Json(Type),
    Page(Type),
    Objects(Type),
}

/// A type.
pub(crate) enum TypeForm {}

impl Decode for TypeForm {
    type Output = At<Type>;

    fn schema(definitions: &mut Definitions) -> Json {
        definitions.text(
            "Type",
            "string, secret, integer, number, boolean, timestamp, file, any, object, list<T>, map<T>, or the name of an id, an enum or a model.",
            r"^(list<|map<)*[A-Za-z][A-Za-z0-9]*>*$",
        )
    }

    fn encode(value: &Self::Output) -> Yaml {
        Yaml::Text(value.value.to_string())
    }

    fn decode(node: &Node, owner: Span, cx: &mut Context<'_>) -> Option<At<Type>> {
        let value = TypeText::new(node, owner, cx)?.ty(cx)?;
        Some(At {
            span: node.span,
            value,
        })
    }
}

/// The body of an answer.
pub(crate) enum BodyForm {}

impl Decode for BodyForm {
    type Output = At<Body>;

    fn schema(definitions: &mut Definitions) -> Json {
        definitions.text(
            "Body",
            "nothing, text, bytes, location, page<T>, objects<T>, or a type: JSON of that type.",
            r"^(page<|objects<)?(list<|map<)*[A-Za-z][A-Za-z0-9]*>*$",
        )
    }

    fn encode(value: &Self::Output) -> Yaml {
        Yaml::Text(match &value.value {
            Body::Nothing => "nothing".to_owned(),
            Body::Text => "text".to_owned(),
            Body::Bytes => "bytes".to_owned(),
            Body::Location => "location".to_owned(),
            Body::Json(ty) => ty.to_string(),
            Body::Page(ty) => format!("page<{ty}>"),
            Body::Objects(ty) => format!("objects<{ty}>"),
        })
    }

    fn decode(node: &Node, owner: Span, cx: &mut Context<'_>) -> Option<At<Body>> {
        let text = TypeText::new(node, owner, cx)?;
        let value = match text.text.as_str() {
            "nothing" => Body::Nothing,
            "text" => Body::Text,
            "bytes" => Body::Bytes,
            "location" => Body::Location,
            _ => match text.inside("page") {
                Some(item) => Body::Page(item.ty(cx)?),
                None => match text.inside("objects") {
                    Some(item) => Body::Objects(item.ty(cx)?),
                    None => Body::Json(text.ty(cx)?),
                },
            },
        };
        Some(At {
            span: node.span,
            value,
        })
    }
}

/// The text of a type, and where it stands.
struct TypeText {
    span: Span,
    text: String,
    /// Whether the text stands in the file letter by letter, so that parts of it can be pointed at.
    exact: bool,
}

impl TypeText {
    fn new(node: &Node, owner: Span, cx: &mut Context<'_>) -> Option<Self> {
        let text = Text::decode(node, owner, cx)?;
        // Quotes and escapes shift the text within its span.
        let exact = cx.source.slice(node.span) == text.value;
        Some(Self {
            span: node.span,
            text: text.value,
            exact,
        })
    }

    /// What stands between `name<` and `>`.
    fn inside(&self, name: &str) -> Option<Self> {
        let inner = self
            .text
            .strip_prefix(name)?
            .trim_start()
            .strip_prefix('<')?
            .strip_suffix('>')?;
        let before = self.text.len() - inner.len() - 1;
        let leading = inner.len() - inner.trim_start().len();
        let text = inner.trim().to_owned();
        let span = if self.exact {
            let start = self.span.start + before + leading;
            Span {
                start,
                end: start + text.len(),
                ..self.span
            }
        } else {
            self.span
        };
        Some(Self {
            span,
            text,
            exact: self.exact,
        })
    }

    fn ty(&self, cx: &mut Context<'_>) -> Option<Type> {
        self.nested(cx, 0)
    }

    fn nested(&self, cx: &mut Context<'_>, depth: usize) -> Option<Type> {
        // Nobody sends lists of lists of lists; and the text may be hostile.
        if depth > 8 {
            cx.report(Diagnostic::new(self.span, "this type is nested too deeply"));
            return None;
        }
        if let Some(item) = self.inside("list") {
            return Some(Type::List(Box::new(item.nested(cx, depth + 1)?)));
        }
        if let Some(value) = self.inside("map") {
            return Some(Type::Map(Box::new(value.nested(cx, depth + 1)?)));
        }
        let name = self.text.as_str();
        if let Some((_, ty)) = BUILTIN_TYPES.iter().find(|(builtin, _)| *builtin == name) {
            return Some(Type::Builtin(ty.clone()));
        }
        if ["page", "objects"]
            .iter()
            .any(|body| self.inside(body).is_some())
            || ["nothing", "text", "bytes", "location"].contains(&name)
        {
            cx.report(
                Diagnostic::new(self.span, format!("`{name}` is the body of an answer, not a type"))
                    .help("it may stand in `returns` only, and only outermost; text is `string` elsewhere"),
            );
            return None;
        }
        let plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !plain {
            cx.report(
                Diagnostic::new(
                    self.span,
                    format!("malformed type `{}`", name.escape_debug()),
                )
                .help("a type is a name, `list<T>` or `map<T>`"),
            );
            return None;
        }
        Some(Type::Named(At {
            span: self.span,
            value: name.to_owned(),
        }))
    }
}
