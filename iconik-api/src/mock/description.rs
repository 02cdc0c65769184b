//! What the local iconik knows about the API: the description that the generator writes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::OnceLock;

use http::Method;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};
use serde_json::Value;

use super::routes::Routes;
use super::shape::{self, Shape};

/// The whole API.
#[derive(Debug)]
pub(super) struct Description {
    /// The names of all ids.
    pub(super) ids: BTreeSet<&'static str>,
    /// How many requests iconik takes from one application.
    pub(super) rate_limit: RateLimit,
    pub(super) services: Vec<Service>,
    /// The entities that some action creates.
    pub(super) creatable: BTreeSet<&'static str>,
}

/// A service: what its paths begin with, and what its names mean.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) base_path: &'static str,
    pub(super) actions: Vec<Action>,
    pub(super) routes: Routes,
    types: Types,
    common: &'static Types,
    /// The models that requests contain.
    sent: BTreeSet<&'static str>,
}

/// The models, unions and enums of a service, or those that all services share.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Types {
    models: BTreeMap<&'static str, Vec<Field>>,
    unions: BTreeMap<&'static str, Union>,
    #[serde(borrow)]
    enums: BTreeMap<&'static str, Vec<&'static str>>,
}

/// One of several models, told apart by a tag.
#[derive(Debug, Deserialize)]
pub(super) struct Union {
    pub(super) tag: &'static str,
    /// The field that contains the variant, where the variant is not the object itself.
    #[serde(default)]
    pub(super) content: Option<&'static str>,
    /// The model of each value of the tag; a value without fields has none.
    pub(super) variants: BTreeMap<&'static str, Option<&'static str>>,
}

/// An action.
#[derive(Debug)]
pub(super) struct Action {
    pub(super) id: &'static str,
    pub(super) method: Method,
    pub(super) path: &'static str,
    pub(super) roles: Vec<&'static str>,
    pub(super) auth: Auth,
    pub(super) params: Vec<Param>,
    pub(super) body: Option<Body>,
    pub(super) returns: Vec<(u16, Returned)>,
    pub(super) paging: Vec<Paging>,
    /// What it does to stored objects, concluded from method, path and response.
    pub(super) shape: Shape,
}

/// A parameter outside the body.
#[derive(Debug)]
pub(super) struct Param {
    pub(super) name: &'static str,
    pub(super) location: Location,
    pub(super) ty: Type,
    pub(super) required: bool,
    pub(super) limits: Limits,
}

/// A field of a model.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) ty: Type,
    pub(super) required: bool,
    pub(super) nullable: bool,
    pub(super) read_only: bool,
    pub(super) write_only: bool,
    pub(super) limits: Limits,
}

/// The documented default and bounds of a value.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Limits {
    pub(super) default: Option<Value>,
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
    pub(super) min_items: Option<usize>,
    pub(super) max_items: Option<usize>,
}

/// The body of a request.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) kind: BodyKind,
    pub(super) ty: Type,
    pub(super) required: bool,
}

/// How the body of a request is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum BodyKind {
    Json,
    Form,
    Multipart,
    Bytes,
    Text,
}

/// The credentials that an action takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Auth {
    #[default]
    Token,
    ShareToken,
    AppId,
    TemporaryToken,
    None,
}

/// Where a parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Location {
    Path,
    Query,
    Header,
}

/// A way to get the next page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Paging {
    Page,
    Scroll,
    LastId,
    SearchAfter,
    LastFieldName,
}

/// How many requests iconik takes from one application.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct RateLimit {
    pub(super) per_second: u32,
    pub(super) burst: u32,
    pub(super) burst_seconds: u32,
}

/// The type of a value, in the words of the spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Type {
    String,
    Secret,
    Integer,
    Number,
    Boolean,
    Timestamp,
    Any,
    Object,
    File,
    List(Box<Type>),
    Map(Box<Type>),
    /// An id, an enum, a model or a union.
    Named(&'static str),
}

/// The body of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Returned {
    Nothing,
    Text,
    Bytes,
    Location,
    Page(Type),
    Objects(Type),
    Json(Type),
}

/// What a name means in a service.
#[derive(Clone, Copy, Debug)]
pub(super) enum Meaning<'a> {
    Model(&'a [Field]),
    Union(&'a Union),
    Enum(&'a [&'static str]),
    Id,
}

impl Type {
    pub(super) fn parse(text: &'static str) -> Self {
        let inside = |name: &str| {
            text.strip_prefix(name)?
                .strip_prefix('<')?
                .strip_suffix('>')
        };
        if let Some(item) = inside("list") {
            return Self::List(Box::new(Self::parse(item)));
        }
        if let Some(value) = inside("map") {
            return Self::Map(Box::new(Self::parse(value)));
        }
        match text {
            "string" => Self::String,
            "secret" => Self::Secret,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            "timestamp" => Self::Timestamp,
            "any" => Self::Any,
            "object" => Self::Object,
            "file" => Self::File,
            name => Self::Named(name),
        }
    }

    /// The name of the id, enum, model or union.
    pub(super) fn name(&self) -> Option<&'static str> {
        match self {
            Self::Named(name) => Some(name),
            _ => None,
        }
    }

    /// The item of nested lists and maps, or the type itself.
    pub(super) fn innermost(&self) -> &Self {
        match self {
            Self::List(inner) | Self::Map(inner) => inner.innermost(),
            ty => ty,
        }
    }
}

impl Returned {
    fn parse(text: &'static str) -> Self {
        let inside = |name: &str| {
            text.strip_prefix(name)?
                .strip_prefix('<')?
                .strip_suffix('>')
        };
        if let Some(item) = inside("page") {
            return Self::Page(Type::parse(item));
        }
        if let Some(item) = inside("objects") {
            return Self::Objects(Type::parse(item));
        }
        match text {
            "nothing" => Self::Nothing,
            "text" => Self::Text,
            "bytes" => Self::Bytes,
            "location" => Self::Location,
            _ => Self::Json(Type::parse(text)),
        }
    }

    /// The type of the JSON, or of the items of a list.
    pub(super) fn ty(&self) -> Option<&Type> {
        match self {
            Self::Page(ty) | Self::Objects(ty) | Self::Json(ty) => Some(ty),
            Self::Nothing | Self::Text | Self::Bytes | Self::Location => None,
        }
    }
}

impl Action {
    /// The response that it gives where nothing speaks for another one: the first that has a body.
    pub(super) fn main_return(&self) -> (u16, &Returned) {
        let with_body = self
            .returns
            .iter()
            .find(|(_, body)| !matches!(body, Returned::Nothing | Returned::Location));
        with_body
            .or(self.returns.first())
            .map_or((200, &Returned::Nothing), |(status, body)| (*status, body))
    }

    /// The parameters of the path, in its order.
    pub(super) fn path_params(&self) -> impl DoubleEndedIterator<Item = &Param> {
        self.params
            .iter()
            .filter(|param| param.location == Location::Path)
    }
}

impl Service {
    /// What a name means here.
    pub(super) fn meaning(&self, name: &str) -> Option<Meaning<'_>> {
        let found = [&self.types, self.common].into_iter().find_map(|types| {
            let model = types.models.get(name).map(|fields| Meaning::Model(fields));
            let union = || types.unions.get(name).map(Meaning::Union);
            let values = || types.enums.get(name).map(|values| Meaning::Enum(values));
            model.or_else(union).or_else(values)
        });
        found.or_else(|| name.ends_with("Id").then_some(Meaning::Id))
    }

    /// The fields of a model.
    pub(super) fn fields(&self, name: &str) -> Option<&[Field]> {
        match self.meaning(name) {
            Some(Meaning::Model(fields)) => Some(fields),
            _ => None,
        }
    }

    /// Whether requests contain the model. Responses give it back as it was sent.
    pub(super) fn is_sent(&self, model: &str) -> bool {
        self.sent.contains(model)
    }

    /// The models that requests contain.
    fn sent_models(&self) -> BTreeSet<&'static str> {
        let bodies = self
            .actions
            .iter()
            .filter_map(|action| action.body.as_ref());
        let mut open: Vec<&'static str> = bodies
            .filter_map(|body| body.ty.innermost().name())
            .collect();
        let mut sent = BTreeSet::new();
        while let Some(name) = open.pop() {
            if !sent.insert(name) {
                continue;
            }
            match self.meaning(name) {
                Some(Meaning::Model(fields)) => {
                    open.extend(
                        fields
                            .iter()
                            .filter_map(|field| field.ty.innermost().name()),
                    );
                }
                Some(Meaning::Union(union)) => open.extend(union.variants.values().flatten()),
                _ => {}
            }
        }
        sent
    }

    /// The field of a model.
    pub(super) fn field(&self, model: &str, name: &str) -> Option<&Field> {
        self.fields(model)?.iter().find(|field| field.name == name)
    }

    /// The values of an enum.
    pub(super) fn values(&self, ty: &Type) -> Option<&[&'static str]> {
        match self.meaning(ty.name()?) {
            Some(Meaning::Enum(values)) => Some(values),
            _ => None,
        }
    }

    /// The id of this name, if the type is one.
    pub(super) fn id(&self, ty: &Type) -> Option<&'static str> {
        let name = ty.name()?;
        matches!(self.meaning(name), Some(Meaning::Id)).then_some(name)
    }

    /// The entity that the objects of a model are: the type of their `id`.
    pub(super) fn entity(&self, model: &str) -> Option<&'static str> {
        self.id(&self.field(model, "id")?.ty)
    }
}

impl Description {
    /// The description of this version of the crate; read once.
    pub(super) fn get() -> &'static Self {
        static DESCRIPTION: OnceLock<Description> = OnceLock::new();
        DESCRIPTION.get_or_init(|| {
            let raw: Raw = serde_json::from_str(include_str!("../generated/description.json"))
                .expect("the generated description is valid");
            Self::new(raw)
        })
    }

    fn new(raw: Raw) -> Self {
        let ids: BTreeSet<_> = raw.ids.into_iter().collect();
        let common: &'static Types = Box::leak(Box::new(raw.common));
        let mut services: Vec<_> = raw
            .services
            .into_iter()
            .map(|service| service.read(common))
            .collect();
        for service in &mut services {
            shape::classify(service);
        }
        let created = services.iter().flat_map(|service| {
            let shapes = service.actions.iter().map(|action| &action.shape);
            shapes.filter_map(|shape| match shape {
                Shape::Create { entity, .. } => Some(*entity),
                _ => None,
            })
        });
        let creatable = created.collect();
        Self {
            ids,
            rate_limit: raw.rate_limit,
            services,
            creatable,
        }
    }

    /// The service that a path belongs to, and the rest of the path.
    pub(super) fn service<'p>(&self, path: &'p str) -> Option<(&Service, &'p str)> {
        self.services.iter().find_map(|service| {
            let rest = path.strip_prefix(service.base_path)?;
            rest.starts_with('/').then_some((service, rest))
        })
    }

    /// Whether objects of this entity are kept: an action or a behaviour makes them.
    pub(super) fn keeps(&self, entity: &str) -> bool {
        self.creatable.contains(entity)
    }

    /// The entity of the objects of a kind that is written like `assets` or `saved_searches`.
    pub(super) fn entity_of_kind(&self, kind: &str) -> Option<&'static str> {
        let singular = match kind {
            _ if kind.ends_with("ies") => format!("{}y", &kind[..kind.len() - 3]),
            _ if kind.ends_with("ches") => kind[..kind.len() - 2].to_owned(),
            _ => kind.strip_suffix('s')?.to_owned(),
        };
        let mut name = String::new();
        for word in singular.split('_') {
            let mut letters = word.chars();
            name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
            name.push_str(letters.as_str());
        }
        name.push_str("Id");
        self.ids.get(name.as_str()).copied()
    }

    /// The kind of the objects of an entity: `saved_searches` for `SavedSearchId`.
    pub(super) fn kind_of_entity(entity: &str) -> String {
        let mut kind = String::new();
        for letter in entity.strip_suffix("Id").unwrap_or(entity).chars() {
            if letter.is_ascii_uppercase() && !kind.is_empty() {
                kind.push('_');
            }
            kind.push(letter.to_ascii_lowercase());
        }
        match kind {
            _ if kind.ends_with('y') => format!("{}ies", &kind[..kind.len() - 1]),
            _ if kind.ends_with("ch") => format!("{kind}es"),
            _ => format!("{kind}s"),
        }
    }
}

/// The description as it is written.
#[derive(Deserialize)]
struct Raw {
    #[serde(borrow)]
    ids: Vec<&'static str>,
    rate_limit: RateLimit,
    #[serde(default)]
    common: Types,
    services: Vec<RawService>,
}

#[derive(Deserialize)]
struct RawService {
    base_path: &'static str,
    actions: Vec<RawAction>,
    #[serde(default)]
    models: BTreeMap<&'static str, Vec<Field>>,
    #[serde(default)]
    unions: BTreeMap<&'static str, Union>,
    #[serde(default)]
    enums: BTreeMap<&'static str, Vec<&'static str>>,
}

#[derive(Deserialize)]
struct RawAction {
    id: &'static str,
    method: &'static str,
    path: &'static str,
    #[serde(default)]
    roles: Vec<&'static str>,
    #[serde(default)]
    auth: Auth,
    #[serde(default)]
    params: Vec<Param>,
    #[serde(default)]
    body: Option<RawBody>,
    returns: Vec<(u16, &'static str)>,
    #[serde(default)]
    paging: Vec<Paging>,
}

#[derive(Deserialize)]
struct RawBody {
    kind: BodyKind,
    #[serde(default, rename = "type")]
    ty: Option<&'static str>,
    required: bool,
}

impl RawService {
    fn read(self, common: &'static Types) -> Service {
        let mut actions: Vec<_> = self.actions.into_iter().map(RawAction::read).collect();
        // The first action of a path decides how its placeholders are matched; the order does not matter.
        actions.sort_by_key(|action| action.path);
        let mut service = Service {
            base_path: self.base_path,
            actions,
            routes: Routes::default(),
            types: Types {
                models: self.models,
                unions: self.unions,
                enums: self.enums,
            },
            common,
            sent: BTreeSet::new(),
        };
        service.routes = Routes::new(&service);
        service.sent = service.sent_models();
        service
    }
}

impl RawAction {
    fn read(self) -> Action {
        let method = Method::from_bytes(self.method.as_bytes());
        let returns = self.returns.into_iter();
        Action {
            id: self.id,
            method: method.expect("the description has valid methods"),
            path: self.path,
            roles: self.roles,
            auth: self.auth,
            params: self.params,
            body: self.body.map(|body| Body {
                kind: body.kind,
                ty: body.ty.map_or(Type::Any, Type::parse),
                required: body.required,
            }),
            returns: returns
                .map(|(status, body)| (status, Returned::parse(body)))
                .collect(),
            paging: self.paging,
            shape: Shape::Other,
        }
    }
}

/// Reads a row: a JSON array whose last item may be absent.
macro_rules! row {
    ($row:ty, $what:literal, |$items:ident| $read:block) => {
        impl<'de: 'static> Deserialize<'de> for $row {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Row;
                impl<'de: 'static> Visitor<'de> for Row {
                    type Value = $row;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($what)
                    }

                    fn visit_seq<A: SeqAccess<'de>>(self, mut $items: A) -> Result<$row, A::Error> {
                        $read
                    }
                }
                deserializer.deserialize_seq(Row)
            }
        }
    };
}

fn next<'de, A: SeqAccess<'de>, T: Deserialize<'de>>(row: &mut A) -> Result<T, A::Error> {
    row.next_element()?
        .ok_or_else(|| A::Error::custom("the row is too short"))
}

row!(Param, "a parameter", |items| {
    let name = next(&mut items)?;
    let location = next(&mut items)?;
    let ty = Type::parse(next(&mut items)?);
    let flags: &str = next(&mut items)?;
    Ok(Param {
        name,
        location,
        ty,
        required: flags.contains('r'),
        limits: items.next_element()?.unwrap_or_default(),
    })
});

row!(Field, "a field", |items| {
    let name = next(&mut items)?;
    let ty = Type::parse(next(&mut items)?);
    let flags: &str = next(&mut items)?;
    Ok(Field {
        name,
        ty,
        required: flags.contains('r'),
        nullable: flags.contains('n'),
        read_only: flags.contains('o'),
        write_only: flags.contains('w'),
        limits: items.next_element()?.unwrap_or_default(),
    })
});
