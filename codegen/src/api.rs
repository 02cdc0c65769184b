//! The checked API: the spec with every name resolved, without YAML and without Rust.

use std::collections::BTreeMap;

/// The whole spec, checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Api {
    /// What all services share.
    pub common: Common,
    /// The services, in the order of their names.
    pub services: Vec<Service>,
}

/// What all services share: `spec/common.yaml`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Common {
    /// The typed ids, by name.
    pub ids: BTreeMap<String, Id>,
    /// The enums, by name.
    pub enums: BTreeMap<String, Enum>,
    /// The models, by name.
    pub models: BTreeMap<String, Model>,
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
    /// `common.yaml`: several services use it.
    Common,
    /// `types.yaml` of the service: several of its resources use it.
    Service,
    /// The file of this resource; no other resource uses it.
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
    /// What the values distinguish.
    pub doc: String,
    /// A correction of iconik's documents, with its evidence.
    pub note: Option<String>,
    /// Where it was written.
    pub home: Home,
    /// The documented values, in the order of the spec.
    pub values: Vec<EnumValue>,
    /// Acknowledged differences from iconik's document.
    pub differs: Vec<Difference>,
}

/// One value of an [`Enum`].
#[derive(Clone, Debug, PartialEq)]
pub struct EnumValue {
    /// Its name on the wire.
    pub wire: String,
    /// The name given with `rename`, where the wire name makes no good one.
    pub rename: Option<String>,
    /// What it means; empty if the name is enough.
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
    /// Acknowledged differences from iconik's document.
    pub differs: Vec<Difference>,
}

/// Which way a model travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Only in request bodies.
    Request,
    /// Only in responses.
    Response,
    /// In both: a nested object that iconik gives back as it was given.
    Both,
}

/// What a [`Model`] holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Named fields, in the order of the spec; composition is already flat.
    Fields(Vec<Field>),
    /// One of several models; the value of one field decides which.
    Union {
        /// That field, as on the wire.
        tag: String,
        /// The field that contains the model, where it is not the object itself.
        content: Option<String>,
        /// The variants, in the order of the spec.
        variants: Vec<Variant>,
    },
}

/// One of the kinds of objects that a union consists of.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// The value of the tag.
    pub wire: String,
    /// The name given with `rename`, where the value of the tag makes no good one.
    pub rename: Option<String>,
    /// The name of the model; none where the object has nothing but the tag.
    pub model: Option<String>,
}

/// A field of a model: in a request model, an option.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name on the wire.
    pub wire: String,
    /// The name given with `rename`.
    pub rename: Option<String>,
    /// Its type.
    pub ty: Type,
    /// What it is for.
    pub doc: String,
    /// A correction of iconik's documents, with its evidence.
    pub note: Option<String>,
    /// iconik rejects a request without it.
    pub required: bool,
    /// `null` is a value of its own.
    pub nullable: bool,
    /// Set by iconik; no effect in a request.
    pub read_only: bool,
    /// Never part of a response.
    pub write_only: bool,
    /// The value that iconik uses if it is omitted.
    pub default: Option<Literal>,
    /// Documented bounds.
    pub bounds: Bounds,
    /// Why it should not be used any more.
    pub deprecated: Option<String>,
    /// Acknowledged differences from iconik's document.
    pub differs: Vec<Difference>,
}

/// Documented bounds of a value. The library does not enforce them: the service does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bounds {
    /// The smallest number.
    pub min: Option<f64>,
    /// The largest number.
    pub max: Option<f64>,
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
    /// A file, in a form.
    File,
    /// Any JSON value.
    Any,
    /// A JSON object whose keys are not documented.
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

/// A request that the service accepts.
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
    /// The body of the request.
    pub body: Option<RequestBody>,
    /// The ways to page through the response; empty if there is only one page.
    pub paging: Vec<Paging>,
    /// Whether the list may contain an item several times.
    pub repeats: bool,
    /// Success status and body, in the order of the spec.
    pub returns: Vec<(u16, Body)>,
    /// Documented failures that need a word, by status.
    pub errors: Vec<(u16, String)>,
    /// Why it should not be used any more.
    pub deprecated: Option<String>,
    /// Which part of iconik it is for, where ordinary integrations do not call it.
    pub used_by: Option<UsedBy>,
    /// Acknowledged differences from iconik's document.
    pub differs: Vec<Difference>,
}

/// The part of iconik that an action is for, where ordinary integrations do not call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UsedBy {
    /// The storage gateway.
    StorageGateway,
    /// The transcoder.
    Transcoder,
    /// The operators of iconik.
    SuperAdmin,
    /// iconik's web application.
    WebApp,
    /// iconik's billing.
    Billing,
}

/// The body of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestBody {
    /// What it contains.
    pub content: RequestContent,
    /// Whether iconik rejects the request without a body.
    pub required: bool,
}

/// What the body of a request contains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestContent {
    /// JSON of this type: a model, a list, or [`Type::Object`] where the fields are not documented.
    Json(Type),
    /// The fields of a model as a URL-encoded form.
    Form(Type),
    /// The fields of a model as a form that may contain files.
    Multipart(Type),
    /// Bytes of this media type, which may be a range such as `image/*`.
    Bytes(String),
    /// Text of this media type.
    Text(String),
}

/// A parameter outside the body.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Its name on the wire.
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
    /// iconik rejects a request without it; always true for path parameters.
    pub required: bool,
    /// The value that iconik uses if it is omitted.
    pub default: Option<Literal>,
    /// Documented bounds.
    pub bounds: Bounds,
    /// Whether it came with a paging style.
    pub paging: bool,
    /// Why it should not be used any more.
    pub deprecated: Option<String>,
    /// Acknowledged differences from iconik's document.
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
    /// `Temp-Auth-Token`, between the two steps of a login.
    TemporaryToken,
    /// None.
    None,
}

/// A way to get the next page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Paging {
    /// `page` and `per_page`.
    Page,
    /// `scroll=true`, then `scroll_id` from each response.
    Scroll,
    /// `last_id` is the id of the last item seen.
    LastId,
    /// `search_after` from each response.
    SearchAfter,
    /// `last_field_name` is the name of the last field seen.
    LastFieldName,
}

/// The body of a response.
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
    /// Bytes of any media type.
    Bytes,
    /// The target of a redirect.
    Location,
}

/// A difference from iconik's document that is meant: the audit does not report it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What differs, in the audit's words: `roles`, `nullable`, `fields.title`.
    pub aspect: String,
    /// What the document contains, if the acknowledgement is only about that.
    pub documented: Option<String>,
    /// Why the spec is right.
    pub reason: String,
}

/// The names that a service sees: its own, and those that all services share.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    common: &'a Common,
    service: &'a Service,
}

impl<'a> Scope<'a> {
    /// The id of this name.
    pub fn id(self, name: &str) -> Option<&'a Id> {
        self.common.ids.get(name)
    }

    /// The model of this name.
    pub fn model(self, name: &str) -> Option<&'a Model> {
        let models = [&self.service.models, &self.common.models];
        models.into_iter().find_map(|models| models.get(name))
    }

    /// The enum of this name.
    pub fn enumeration(self, name: &str) -> Option<&'a Enum> {
        let enums = [&self.service.enums, &self.common.enums];
        enums.into_iter().find_map(|enums| enums.get(name))
    }

    /// Where the model or enum of this name was written.
    pub fn home(self, name: &str) -> Option<&'a Home> {
        let model = self.model(name).map(|model| &model.home);
        model.or_else(|| self.enumeration(name).map(|item| &item.home))
    }

    /// Every model.
    pub fn models(self) -> impl Iterator<Item = &'a Model> {
        let common = self.common.models.values();
        self.service.models.values().chain(common)
    }

    /// Every enum.
    pub fn enums(self) -> impl Iterator<Item = &'a Enum> {
        let common = self.common.enums.values();
        self.service.enums.values().chain(common)
    }

    /// The paths of other actions that an action would call if a value of its path were a word of
    /// theirs: with `versions/old/` there, `versions/{version_id}/` must not be called with `old`.
    pub fn siblings(self, action: &Action) -> Vec<&'a str> {
        let actions = self
            .service
            .resources
            .iter()
            .flat_map(|resource| &resource.actions);
        let mut paths: Vec<&'a str> = actions
            .filter(|other| other.method == action.method)
            .filter(|other| self.may_become(action, other))
            .map(|other| other.path.as_str())
            .collect();
        paths.sort_unstable();
        paths.dedup();
        paths
    }

    /// Whether values can make an action's path one of the other action's.
    fn may_become(self, action: &Action, other: &Action) -> bool {
        let (own, theirs) = (action.path.split('/'), other.path.split('/'));
        if own.clone().count() != theirs.clone().count() {
            return false;
        }
        let mut differs = false;
        for (own, theirs) in own.zip(theirs) {
            match (placeholder(own), placeholder(theirs)) {
                (None, None) if own != theirs => return false,
                // An enum without this word is about other objects.
                (None, Some(name)) if self.takes(other, name, own) == Some(false) => return false,
                // A documented value is what the action is for.
                (Some(name), None) => differs |= self.takes(action, name, theirs) != Some(true),
                _ => {}
            }
        }
        differs
    }

    /// Whether an enum in the path has this documented value; `None` where it is no enum.
    fn takes(self, action: &Action, param: &str, value: &str) -> Option<bool> {
        let param = action.params.iter().find(|it| it.wire == param)?;
        let Type::Enum(name) = &param.ty else {
            return None;
        };
        let known = self.enumeration(name)?;
        Some(known.values.iter().any(|it| it.wire == value))
    }

    /// Whether the sort position of the last item seen is a field of the body, not a parameter.
    pub fn search_after_in_body(self, action: &Action) -> bool {
        let Some(Type::Model(name)) = action.body.as_ref().and_then(RequestBody::ty) else {
            return false;
        };
        let Some(Shape::Fields(fields)) = self.model(name).map(|it| &it.shape) else {
            return false;
        };
        action.paging.contains(&Paging::SearchAfter)
            && fields
                .iter()
                .any(|it| it.wire == Paging::SearchAfter.as_str())
    }

    /// Every id.
    pub fn ids(self) -> impl Iterator<Item = &'a Id> {
        self.common.ids.values()
    }
}

impl Api {
    /// Every action, with its service and resource, in the order of the spec.
    pub fn actions(&self) -> impl Iterator<Item = (&Service, &Resource, &Action)> {
        self.services.iter().flat_map(|service| {
            let resources = service.resources.iter();
            resources.flat_map(move |resource| {
                let actions = resource.actions.iter();
                actions.map(move |action| (service, resource, action))
            })
        })
    }

    /// The service of this name.
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.name == name)
    }

    /// The names that a service sees.
    pub fn scope<'a>(&'a self, service: &'a Service) -> Scope<'a> {
        Scope {
            common: &self.common,
            service,
        }
    }
}

impl Common {
    /// Whether a model or an enum has this name.
    pub fn holds(&self, name: &str) -> bool {
        self.models.contains_key(name) || self.enums.contains_key(name)
    }
}

impl Service {
    /// The resource whose actions are methods of the service's handle: that of the service's name.
    pub fn principal(&self) -> Option<&Resource> {
        self.resources
            .iter()
            .find(|resource| resource.is_principal(self))
    }

    /// The spec file that contains an item of this home.
    pub fn file(&self, home: &Home) -> String {
        match home {
            Home::Common => "spec/common.yaml".to_owned(),
            Home::Service => format!("spec/{}/types.yaml", self.name),
            Home::Resource(name) => format!("spec/{}/{name}.yaml", self.name),
        }
    }
}

impl Resource {
    /// Whether its actions are methods of the service's handle.
    pub fn is_principal(&self, service: &Service) -> bool {
        self.name == service.name
    }

    /// How its handle is reached, with dots: `assets.segments`; of the principal resource, `assets`.
    pub fn path(&self, service: &Service) -> String {
        match self.is_principal(service) {
            true => service.name.clone(),
            false => format!("{}.{}", service.name, self.name),
        }
    }
}

impl Action {
    /// Its name in messages and in the catalogue, which mirrors the path of the call:
    /// `assets.get`, `assets.segments.create`.
    pub fn id(&self, service: &Service, resource: &Resource) -> String {
        format!("{}.{}", resource.path(service), self.name)
    }
}

impl Field {
    /// Whether a model that travels this way has the field: a request never contains what iconik
    /// sets.
    pub fn is_in(&self, direction: Direction) -> bool {
        direction != Direction::Request || !self.read_only
    }

    /// Whether a request can set the field in a model that travels this way.
    pub fn is_sent(&self, direction: Direction) -> bool {
        direction != Direction::Response && !self.read_only
    }

    /// Whether the field may be `null` in a model that travels this way. In a response, any field may be.
    pub fn may_be_null(&self, direction: Direction) -> bool {
        self.nullable || direction == Direction::Response
    }

    /// Whether a request can set the field to `null` in a model that travels this way.
    pub fn clearable(&self, direction: Direction) -> bool {
        direction == Direction::Request && self.nullable && !self.read_only
    }
}

impl RequestBody {
    /// The type whose fields it contains, unless it is bytes or text.
    pub fn ty(&self) -> Option<&Type> {
        match &self.content {
            RequestContent::Json(ty) | RequestContent::Form(ty) | RequestContent::Multipart(ty) => {
                Some(ty)
            }
            RequestContent::Bytes(_) | RequestContent::Text(_) => None,
        }
    }

    /// The media type, or the range of media types, that is sent.
    pub fn media_type(&self) -> &str {
        match &self.content {
            RequestContent::Json(_) => "application/json",
            RequestContent::Form(_) => "application/x-www-form-urlencoded",
            RequestContent::Multipart(_) => "multipart/form-data",
            RequestContent::Bytes(media_type) | RequestContent::Text(media_type) => media_type,
        }
    }
}

impl Body {
    /// The type that it contains, if that is JSON.
    pub fn ty(&self) -> Option<&Type> {
        match self {
            Self::Json(ty) | Self::Page(ty) | Self::Objects(ty) => Some(ty),
            Self::Nothing | Self::Text | Self::Bytes | Self::Location => None,
        }
    }
}

impl Param {
    /// What the names begin with that are sent for the entries of a map: `metadata.` of `metadata.*`.
    pub fn prefix(&self) -> Option<&str> {
        matches!(self.ty, Type::Map(_)).then(|| self.wire.strip_suffix('*'))?
    }
}

/// The name in a segment like `{asset_id}`.
fn placeholder(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

impl Method {
    /// As it is written in a request line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether sending a request twice does the same as sending it once, where the spec does not say
    /// otherwise.
    pub fn is_idempotent(self) -> bool {
        !matches!(self, Self::Post | Self::Patch)
    }
}

impl Auth {
    /// As the spec names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::ShareToken => "share_token",
            Self::AppId => "app_id",
            Self::TemporaryToken => "temporary_token",
            Self::None => "none",
        }
    }

    /// Every kind of credentials.
    pub const ALL: [Self; 5] = [
        Self::Token,
        Self::ShareToken,
        Self::AppId,
        Self::TemporaryToken,
        Self::None,
    ];

    /// The headers that it sends.
    pub fn headers(self) -> &'static [&'static str] {
        match self {
            Self::Token => &["App-ID", "Auth-Token"],
            Self::ShareToken => &["App-ID", "Share-Auth-Token"],
            Self::AppId => &["App-ID"],
            Self::TemporaryToken => &["Temp-Auth-Token"],
            Self::None => &[],
        }
    }

    /// Whether credentials alone set this header: no parameter may.
    pub fn owns_header(name: &str) -> bool {
        let headers = Self::ALL.iter().flat_map(|auth| auth.headers());
        headers
            .chain(&["Authorization"])
            .any(|header| header.eq_ignore_ascii_case(name))
    }
}

impl Location {
    /// As the spec names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
        }
    }
}

impl Paging {
    /// Every style.
    pub const ALL: [Self; 5] = [
        Self::Page,
        Self::Scroll,
        Self::LastId,
        Self::SearchAfter,
        Self::LastFieldName,
    ];

    /// As the spec names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Scroll => "scroll",
            Self::LastId => "last_id",
            Self::SearchAfter => "search_after",
            Self::LastFieldName => "last_field_name",
        }
    }
}

impl UsedBy {
    /// Every part of iconik that has actions of its own.
    pub const ALL: [Self; 5] = [
        Self::StorageGateway,
        Self::Transcoder,
        Self::SuperAdmin,
        Self::WebApp,
        Self::Billing,
    ];

    /// As the spec names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StorageGateway => "storage_gateway",
            Self::Transcoder => "transcoder",
            Self::SuperAdmin => "super_admin",
            Self::WebApp => "web_app",
            Self::Billing => "billing",
        }
    }

    /// Who calls it, as a sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::StorageGateway => {
                "Used by the iconik storage gateway; ordinary integrations do not call it."
            }
            Self::Transcoder => {
                "Used by the iconik transcoder; ordinary integrations do not call it."
            }
            Self::SuperAdmin => {
                "Used by the operators of iconik; ordinary integrations may not call it."
            }
            Self::WebApp => {
                "Used by iconik's web application; ordinary integrations do not call it."
            }
            Self::Billing => "Used by iconik's billing; ordinary integrations do not call it.",
        }
    }
}

impl Type {
    /// The item of nested lists and maps, or the type itself.
    pub fn innermost(&self) -> &Self {
        match self {
            Self::List(inner) | Self::Map(inner) => inner.innermost(),
            ty => ty,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::Path;

    use proc_macro2::{TokenStream, TokenTree};
    use syn::Item;

    use super::Auth;

    /// The names of the constants that a function of the library names.
    fn constants(tokens: TokenStream, into: &mut BTreeSet<String>) {
        for tree in tokens {
            match tree {
                TokenTree::Ident(name) => {
                    let name = name.to_string();
                    if name.len() > 1 && name == name.to_uppercase() {
                        into.insert(name);
                    }
                }
                TokenTree::Group(group) => constants(group.stream(), into),
                _ => {}
            }
        }
    }

    /// The headers that the library takes for credentials.
    fn credentials() -> BTreeSet<String> {
        let path = "../iconik-api/src/http/credentials.rs";
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        let file = syn::parse_file(&fs::read_to_string(path).unwrap()).unwrap();
        let (mut values, mut named) = (BTreeMap::new(), BTreeSet::new());
        for item in file.items {
            match item {
                Item::Const(item) => {
                    let value = quote::ToTokens::to_token_stream(&item.expr).to_string();
                    let value = value.split('"').nth(1).unwrap_or_default().to_owned();
                    values.insert(item.ident.to_string(), value);
                }
                Item::Fn(item) if item.sig.ident == "is_credential" => {
                    constants(quote::ToTokens::to_token_stream(&item.block), &mut named);
                }
                _ => {}
            }
        }
        // What is not defined in this file is a header of HTTP, under its name.
        let headers = named.iter().map(|name| match values.get(name) {
            Some(value) => value.clone(),
            None => name.to_lowercase().replace('_', "-"),
        });
        headers.collect()
    }

    #[test]
    fn the_library_and_the_spec_take_the_same_headers_for_credentials() {
        let credentials = credentials();

        assert!(credentials.contains("authorization"), "{credentials:?}");
        for header in &credentials {
            assert!(Auth::owns_header(header), "{header}");
        }
        for header in Auth::ALL.iter().flat_map(|auth| auth.headers()) {
            assert!(credentials.contains(&header.to_lowercase()), "{header}");
        }
    }
}
