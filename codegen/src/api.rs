//! The checked API: what the spec says once every name is resolved. It knows neither YAML nor Rust.

use std::collections::BTreeMap;

/// Every service of the spec, checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Api {
    /// The services, in the order of their names.
    pub services: Vec<Service>,
}

/// One iconik service: a folder under `spec/`.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// The folder's name, for example `assets`.
    pub name: String,
    /// What the service is for, in one sentence.
    pub about: String,
    /// What every path begins with, for example `/API/assets`.
    pub base_path: String,
    /// How many requests the service takes.
    pub rate_limit: RateLimit,
    /// Every role that the service knows, in the order of the spec.
    pub roles: Vec<String>,
    /// The typed ids, by name.
    pub ids: BTreeMap<String, Id>,
    /// The enums, by name.
    pub enums: BTreeMap<String, Enum>,
    /// The models, by name.
    pub models: BTreeMap<String, Model>,
    /// The resources, in the order of their names.
    pub resources: Vec<Resource>,
}

/// How many requests a service takes from one application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests a second, sustained.
    pub per_second: u32,
    /// Requests in any window of [`burst_seconds`](Self::burst_seconds).
    pub burst: u32,
    /// The length of that window, in seconds.
    pub burst_seconds: u32,
}

/// Where an item was written, and so which module holds it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Home {
    /// `types.yaml` of the service: several resources use it.
    Shared,
    /// The file of this resource; nobody else uses it.
    Resource(String),
}

/// A typed identifier.
#[derive(Clone, Debug, PartialEq)]
pub struct Id {
    /// Its name, for example `AssetId`.
    pub name: String,
    /// Which entity it names.
    pub doc: String,
}

/// A set of values that the service may extend at any time.
#[derive(Clone, Debug, PartialEq)]
pub struct Enum {
    /// Its name, for example `SegmentType`.
    pub name: String,
    /// What the values tell apart.
    pub doc: String,
    /// A correction of iconik's documents, with its evidence.
    pub note: Option<String>,
    /// Where it was written.
    pub home: Home,
    /// The documented values, in the order of the spec.
    pub values: Vec<EnumValue>,
    /// Where iconik's document says something else, on purpose.
    pub differs: Vec<Difference>,
}

/// One value of an [`Enum`].
#[derive(Clone, Debug, PartialEq)]
pub struct EnumValue {
    /// As it stands on the wire.
    pub wire: String,
    /// The name given with `rename`, where the wire name makes no good one.
    pub rename: Option<String>,
    /// What it means; empty where the name says it all.
    pub doc: String,
}

/// A JSON object.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Its name, for example `Playlist`.
    pub name: String,
    /// What it describes.
    pub doc: String,
    /// A correction of iconik's documents, with its evidence.
    pub note: Option<String>,
    /// Where it was written.
    pub home: Home,
    /// Whether it is sent, received or both: derived from who uses it.
    pub direction: Direction,
    /// What is inside.
    pub shape: Shape,
    /// The response model that a value of this request model can be made from.
    pub copies: Option<String>,
    /// Where iconik's document says something else, on purpose.
    pub differs: Vec<Difference>,
}

/// Which way a model travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Only in request bodies.
    Request,
    /// Only in answers.
    Response,
    /// In both: a nested object that iconik gives back as it was given.
    Both,
}

/// What a [`Model`] holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Named fields, in the order of the spec; composition is already flat.
    Fields(Vec<Field>),
    /// One of several models, told apart by the value of one field.
    Union {
        /// The field that tells, as on the wire.
        tag: String,
        /// Value of the tag and name of the model, in the order of the spec.
        variants: Vec<(String, String)>,
    },
}

/// A field of a model: in a request model, an option.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// As it stands on the wire.
    pub wire: String,
    /// The name given with `rename`.
    pub rename: Option<String>,
    /// Its type.
    pub ty: Type,
    /// What it is for.
    pub doc: String,
    /// A correction of iconik's documents, with its evidence.
    pub note: Option<String>,
    /// A request without it is refused.
    pub required: bool,
    /// `null` is a value of its own.
    pub nullable: bool,
    /// Set by iconik; no effect in a request.
    pub read_only: bool,
    /// Never part of an answer.
    pub write_only: bool,
    /// What iconik takes where it is absent.
    pub default: Option<Literal>,
    /// Documented bounds.
    pub bounds: Bounds,
    /// Why not to use it any more.
    pub deprecated: Option<String>,
    /// Where iconik's document says something else, on purpose.
    pub differs: Vec<Difference>,
}

/// Documented bounds of a value. The library does not enforce them: the service does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bounds {
    /// The smallest number.
    pub min: Option<i64>,
    /// The largest number.
    pub max: Option<i64>,
    /// The fewest items of a list.
    pub min_items: Option<u32>,
    /// The most items of a list.
    pub max_items: Option<u32>,
}

/// A documented default.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Any number.
    Number(f64),
    /// Text, also the value of an enum.
    String(String),
}

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// Text.
    String,
    /// Text that must never be shown.
    Secret,
    /// A whole number, 64 bits.
    Integer,
    /// Any number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A point in time.
    Timestamp,
    /// Any JSON value.
    Any,
    /// A JSON object whose keys nobody documents.
    Object,
    /// A typed id, by name.
    Id(String),
    /// An enum, by name.
    Enum(String),
    /// A model, by name.
    Model(String),
    /// Several values in order.
    List(Box<Type>),
    /// Values by key.
    Map(Box<Type>),
}

/// A group of actions that share an entity: one file of the spec, one module, one handle.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Its name, for example `playlists`.
    pub name: String,
    /// One of them, for example `playlist`.
    pub singular: String,
    /// What it is, in a sentence.
    pub about: String,
    /// The spec file that describes it, for example `spec/assets/playlists.yaml`.
    pub file: String,
    /// Its actions, in the order of the spec.
    pub actions: Vec<Action>,
}

/// One request that the service answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// Its key in the spec and its method on the handle, for example `list`.
    pub name: String,
    /// The name given with `request`, where the derived type name reads badly.
    pub request: Option<String>,
    /// What it does, as a sentence without full stop: "Lists playlists".
    pub title: String,
    /// More about it, where there is more to say.
    pub doc: Option<String>,
    /// A correction of iconik's documents, with its evidence.
    pub note: Option<String>,
    /// The HTTP method.
    pub method: Method,
    /// The path below the service's base path, for example `/v1/playlists/{playlist_id}/`.
    pub path: String,
    /// The roles it needs; all of them.
    pub roles: Vec<String>,
    /// Which credentials it takes.
    pub auth: Auth,
    /// Whether sending it twice does the same as sending it once.
    pub idempotent: bool,
    /// Why `idempotent` differs from what the method implies.
    pub idempotent_reason: Option<String>,
    /// Path parameters in the order of the path, then the others in the order of the spec; the
    /// parameters of the paging styles come last.
    pub params: Vec<Param>,
    /// The JSON body.
    pub options: Option<Options>,
    /// The ways to page through the answer; empty where there is one page only.
    pub paging: Vec<Paging>,
    /// Success status and body, in the order of the spec.
    pub returns: Vec<(u16, Body)>,
    /// Documented failures that need a word, by status.
    pub errors: Vec<(u16, String)>,
    /// Why not to use it any more.
    pub deprecated: Option<String>,
    /// Where iconik's document says something else, on purpose.
    pub differs: Vec<Difference>,
}

/// The JSON body of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// A model's name, or [`Type::Object`] where nobody documents the fields.
    pub ty: Type,
    /// Whether the request is refused without a body.
    pub required: bool,
}

/// A parameter outside the body.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// As it stands on the wire.
    pub wire: String,
    /// The name given with `rename`.
    pub rename: Option<String>,
    /// Where it goes.
    pub location: Location,
    /// Its type; a list goes into one value, separated by commas.
    pub ty: Type,
    /// What it is for.
    pub doc: String,
    /// A correction of iconik's documents, with its evidence.
    pub note: Option<String>,
    /// A request without it is refused; path parameters always are.
    pub required: bool,
    /// What iconik takes where it is absent.
    pub default: Option<Literal>,
    /// Documented bounds.
    pub bounds: Bounds,
    /// Whether it came with a paging style.
    pub paging: bool,
    /// Why not to use it any more.
    pub deprecated: Option<String>,
    /// Where iconik's document says something else, on purpose.
    pub differs: Vec<Difference>,
}

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Location {
    /// Into a placeholder of the path.
    Path,
    /// Behind the question mark.
    Query,
    /// Into a header.
    Header,
}

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
}

/// The credentials that an action takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Auth {
    /// `App-ID` and `Auth-Token`.
    Token,
    /// `App-ID` and `Share-Auth-Token`.
    ShareToken,
    /// `App-ID` alone.
    AppId,
}

/// A way to get the next page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Paging {
    /// `page` and `per_page`.
    Page,
    /// `scroll=true`, then `scroll_id` from each answer.
    Scroll,
    /// `last_id` is the id of the last item seen.
    LastId,
    /// `search_after` from each answer.
    SearchAfter,
}

/// The body of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// None.
    Nothing,
    /// JSON of this type.
    Json(Type),
    /// The page envelope around items of this type.
    Page(Type),
    /// `{"objects": […]}` around items of this type, without paging members.
    Objects(Type),
    /// Plain text.
    Text,
}

/// A difference from iconik's document that is meant: the audit does not report it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What differs, in the audit's words: `roles`, `nullable`, `fields.title`.
    pub aspect: String,
    /// What the document says, where the acknowledgement shall hold for nothing else.
    pub documented: Option<String>,
    /// Why the spec is right.
    pub reason: String,
}
