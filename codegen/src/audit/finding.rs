//! What an audit finds, as data: what differs, with what either side says.

use std::collections::BTreeSet;

use crate::api::{self, Action, Auth, Body, Bounds, Literal, Location, Method, Type};
use crate::document::{
    Content, Credentials, Envelope, Kind, Parameter, Property, RequestBody, Response,
};
use crate::spelling::{body_text, literal_text, request_body_text, type_text};

/// The differences of one part of the spec.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// What differs.
    pub subject: Subject,
    /// How.
    pub findings: Vec<Finding>,
}

/// A part of the spec that may carry acknowledgements.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// What it is.
    pub kind: SubjectKind,
    /// Its name, for example `assets.playlists.list` or `NewPlaylist`.
    pub name: String,
    /// The method and path of an action.
    pub request: Option<String>,
    /// The spec file.
    pub file: String,
}

/// What a [`Subject`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SubjectKind {
    /// A service as a whole.
    Service,
    /// An action.
    Action,
    /// A parameter of an action.
    Param,
    /// A model.
    Model,
    /// A field of a model.
    Field,
    /// An enum.
    Enum,
}

impl SubjectKind {
    /// Its name in a report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Action => "action",
            Self::Param => "param",
            Self::Model => "model",
            Self::Field => "field",
            Self::Enum => "enum",
        }
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The parameter or field that differs; `None` where the subject itself does.
    pub item: Option<Item>,
    /// What differs, and what either side says.
    pub aspect: Aspect,
    /// More that helps to settle it.
    pub note: Option<Note>,
}

/// A parameter of an action, or a field of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// [`SubjectKind::Param`] or [`SubjectKind::Field`].
    pub kind: SubjectKind,
    /// Its name on the wire.
    pub name: String,
}

/// What differs. Where only one side says something, the other is absent.
#[derive(Clone, Debug, PartialEq)]
pub enum Aspect {
    /// What every path of the service begins with.
    BasePath(Sides<String>),
    /// The path, in the names of its placeholders.
    Path(Sides<String>),
    /// The document does not have this action.
    UndocumentedAction(String),
    /// The document does not have this parameter or field.
    Undocumented(Type),
    /// The roles that an action needs.
    Roles(Sides<Vec<String>>),
    /// The credentials that an action takes.
    Auth(Sides<Credentials, Auth>),
    /// Whether an action is deprecated.
    Deprecated(Sides<bool>),
    /// A parameter that only the document has.
    MissingParam(Parameter),
    /// Where a parameter goes.
    Location(Sides<Location>),
    /// The type of a parameter or field.
    Type(Sides<Vec<Kind>, Type>),
    /// Whether a request without it is refused.
    Required(Sides<bool>),
    /// Whether `null` is a value of its own.
    Nullable(Sides<bool>),
    /// Whether iconik sets it.
    ReadOnly(Sides<bool>),
    /// Whether it never comes back.
    WriteOnly(Sides<bool>),
    /// What iconik assumes where it is omitted.
    Default(Sides<Option<Literal>>),
    /// A bound of a value.
    Bound(Bound, Sides<Option<f64>>),
    /// The body of a request.
    Body(Option<RequestBody>, Option<api::RequestBody>),
    /// The statuses of success.
    Success(Sides<BTreeSet<u16>>),
    /// The body of a response.
    Returns(Sides<Returned, Body>),
    /// A field that only the document has: what it says about it, place by place.
    MissingField(String, Vec<Property>),
    /// What the document has in place of a union.
    Union(Sides<Kind, Vec<String>>),
    /// A variant that only the document has, by the value of its tag.
    MissingVariant(String),
    /// A variant that only the spec has, by the value of its tag.
    UndocumentedVariant(String),
    /// A value that only the document has.
    MissingValue(String),
    /// A value that only the spec has.
    UndocumentedValue(String),
}

/// What the document and the spec say about one aspect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sides<D, S = D> {
    /// What the document says.
    pub documented: D,
    /// What the spec says.
    pub specified: S,
}

/// A bound of a value, named like its key in the spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The smallest number.
    Min,
    /// The largest number.
    Max,
    /// The fewest items.
    MinItems,
    /// The most items.
    MaxItems,
}

impl Bound {
    /// Each bound.
    pub(super) const ALL: [Self; 4] = [Self::Min, Self::Max, Self::MinItems, Self::MaxItems];

    fn as_str(self) -> &'static str {
        match self {
            Self::Min => "min",
            Self::Max => "max",
            Self::MinItems => "min_items",
            Self::MaxItems => "max_items",
        }
    }

    pub(super) fn of(self, bounds: &Bounds) -> Option<f64> {
        match self {
            Self::Min => bounds.min,
            Self::Max => bounds.max,
            // Every list has at least no items.
            Self::MinItems => bounds.min_items.filter(|count| *count > 0).map(f64::from),
            Self::MaxItems => bounds.max_items.map(f64::from),
        }
    }
}

/// The body of a documented response, with what a list contains.
#[derive(Clone, Debug, PartialEq)]
pub enum Returned {
    /// None.
    Nothing,
    /// JSON.
    Json(Kind),
    /// The items of a page, and the members of the envelope that a page does not have.
    Page(Kind, Vec<String>),
    /// The items of a list without pages, and what else the object contains.
    Objects(Kind, Vec<String>),
    /// Text.
    Text,
    /// Bytes.
    Bytes,
    /// A redirect.
    Location,
}

impl Returned {
    /// A documented response; `list` is what is in it where that is a list.
    pub(super) fn of(response: &Response, list: Option<Envelope<'_>>) -> Self {
        match (response, list) {
            (Response::Nothing, _) => Self::Nothing,
            (Response::Text(_), _) => Self::Text,
            (Response::Bytes(_), _) => Self::Bytes,
            (Response::Location, _) => Self::Location,
            (Response::Json(kind), None) => Self::Json(kind.clone()),
            (Response::Json(_), Some(list)) => {
                let others = list.others.into_iter().map(str::to_owned).collect();
                match list.pages {
                    true => Self::Page(list.items.clone(), others),
                    false => Self::Objects(list.items.clone(), others),
                }
            }
        }
    }

    fn text(&self) -> String {
        let with = |others: &[String]| match others {
            [] => String::new(),
            others => format!(" with {}", others.join(", ")),
        };
        match self {
            Self::Nothing => "nothing".into(),
            Self::Json(kind) => kind.to_string(),
            Self::Page(items, others) => format!("page<{items}>{}", with(others)),
            Self::Objects(items, others) => format!("objects<{items}>{}", with(others)),
            Self::Text => "text".into(),
            Self::Bytes => "bytes".into(),
            Self::Location => "location".into(),
        }
    }
}

/// More about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// An acknowledgement is there, but for another value of the document.
    AcknowledgedFor(String),
    /// The bodies of these actions do not have the field.
    NotIn(BTreeSet<String>),
    /// These actions have the field.
    In(BTreeSet<String>),
}

impl Aspect {
    /// The key of an acknowledgement: that of the spec, where the spec has one for it.
    pub fn key(&self) -> String {
        match self {
            Self::BasePath(_) => "base_path".into(),
            Self::Path(_) => "path".into(),
            Self::UndocumentedAction(_) | Self::Undocumented(_) => "undocumented".into(),
            Self::Roles(_) => "roles".into(),
            Self::Auth(_) => "auth".into(),
            Self::Deprecated(_) => "deprecated".into(),
            Self::MissingParam(param) => format!("params.{}", param.name),
            Self::Location(_) => "in".into(),
            Self::Type(_) | Self::Union(_) => "type".into(),
            Self::Required(_) => "required".into(),
            Self::Nullable(_) => "nullable".into(),
            Self::ReadOnly(_) => "read_only".into(),
            Self::WriteOnly(_) => "write_only".into(),
            Self::Default(_) => "default".into(),
            Self::Bound(bound, _) => bound.as_str().into(),
            Self::Body(..) => "body".into(),
            Self::Success(_) => "success".into(),
            Self::Returns(_) => "returns".into(),
            Self::MissingField(name, _) => format!("fields.{name}"),
            Self::MissingVariant(tag) | Self::UndocumentedVariant(tag) => format!("variants.{tag}"),
            Self::MissingValue(value) | Self::UndocumentedValue(value) => format!("values.{value}"),
        }
    }

    /// What the document says; `None` where it says nothing.
    pub fn documented(&self) -> Option<String> {
        Some(match self {
            Self::BasePath(sides) | Self::Path(sides) => sides.documented.clone(),
            Self::UndocumentedAction(_)
            | Self::Undocumented(_)
            | Self::UndocumentedVariant(_)
            | Self::UndocumentedValue(_) => return None,
            Self::Roles(sides) => roles(&sides.documented),
            Self::Auth(sides) => sides.documented.as_str().into(),
            Self::Deprecated(sides)
            | Self::Required(sides)
            | Self::Nullable(sides)
            | Self::ReadOnly(sides)
            | Self::WriteOnly(sides) => yes(sides.documented),
            Self::MissingParam(param) => {
                let need = if param.required { ", required" } else { "" };
                format!("{} {}{need}", param.location.as_str(), param.kind)
            }
            Self::Location(sides) => sides.documented.as_str().into(),
            Self::Type(sides) => kinds(sides.documented.iter()),
            Self::Default(sides) => default(sides.documented.as_ref()),
            Self::Bound(_, sides) => bound(sides.documented),
            Self::Body(documented, _) => documented_body(documented.as_ref()?),
            Self::Success(sides) => codes(&sides.documented),
            Self::Returns(sides) => sides.documented.text(),
            Self::MissingField(_, properties) => {
                kinds(properties.iter().map(|property| &property.kind))
            }
            Self::Union(sides) => sides.documented.to_string(),
            Self::MissingVariant(name) | Self::MissingValue(name) => name.clone(),
        })
    }

    /// What the spec says; `None` where it says nothing.
    pub fn specified(&self) -> Option<String> {
        Some(match self {
            Self::BasePath(sides) | Self::Path(sides) => sides.specified.clone(),
            Self::UndocumentedAction(request) => request.clone(),
            Self::Undocumented(ty) => type_text(ty),
            Self::MissingParam(_)
            | Self::MissingField(..)
            | Self::MissingVariant(_)
            | Self::MissingValue(_) => return None,
            Self::Roles(sides) => roles(&sides.specified),
            Self::Auth(sides) => sides.specified.as_str().into(),
            Self::Deprecated(sides)
            | Self::Required(sides)
            | Self::Nullable(sides)
            | Self::ReadOnly(sides)
            | Self::WriteOnly(sides) => yes(sides.specified),
            Self::Location(sides) => sides.specified.as_str().into(),
            Self::Type(sides) => type_text(&sides.specified),
            Self::Default(sides) => default(sides.specified.as_ref()),
            Self::Bound(_, sides) => bound(sides.specified),
            Self::Body(_, specified) => {
                let body = specified.as_ref()?;
                optional(body.required, request_body_text(body))
            }
            Self::Success(sides) => codes(&sides.specified),
            Self::Returns(sides) => body_text(&sides.specified),
            Self::Union(sides) => sides.specified.join(" or "),
            Self::UndocumentedVariant(name) | Self::UndocumentedValue(name) => name.clone(),
        })
    }
}

/// The method and path of an action.
pub(super) fn request(method: Method, path: &str) -> String {
    format!("{} {path}", method.as_str())
}

/// The statuses of an action's success.
pub(super) fn success(action: &Action) -> BTreeSet<u16> {
    action.returns.iter().map(|(code, _)| *code).collect()
}

fn documented_body(body: &RequestBody) -> String {
    let text = match &body.content {
        Content::Json(kind) => kind.to_string(),
        Content::Form(kind) => format!("form {kind}"),
        Content::Multipart(kind) => format!("multipart {kind}"),
        Content::Text(media) => format!("text {media}"),
        Content::Bytes(media) => format!("bytes {media}"),
    };
    optional(body.required, text)
}

fn optional(required: bool, text: String) -> String {
    match required {
        true => text,
        false => format!("optional {text}"),
    }
}

fn kinds<'k>(kinds: impl Iterator<Item = &'k Kind>) -> String {
    let texts: BTreeSet<String> = kinds.map(Kind::to_string).collect();
    texts.into_iter().collect::<Vec<_>>().join(" / ")
}

fn roles(roles: &[String]) -> String {
    match roles {
        [] => "none".to_owned(),
        roles => roles.join(", "),
    }
}

fn codes(codes: &BTreeSet<u16>) -> String {
    let texts: Vec<String> = codes.iter().map(u16::to_string).collect();
    texts.join(", ")
}

fn default(literal: Option<&Literal>) -> String {
    literal.map_or_else(|| "none".to_owned(), literal_text)
}

fn bound(number: Option<f64>) -> String {
    number.map_or_else(|| "none".to_owned(), |number| number.to_string())
}

fn yes(flag: bool) -> String {
    if flag { "yes" } else { "no" }.to_owned()
}
