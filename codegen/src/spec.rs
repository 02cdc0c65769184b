//! The spec as it is written: every key with its place, no name resolved.

use serde_json::{Value as Json, json};

use crate::api::{Auth, Literal, Location, Method, Paging, UsedBy};
use crate::decode::{
    At, ByStatus, Context, Count, Decode, Entries, Flag, ListOf, Number, OneOf, OneOrMore, Record,
    Row, Table, Text, Words, record,
};
use crate::node::{Node, Value};
use crate::prose::Prose;
use crate::schema::Definitions;
use crate::source::Span;
use crate::yaml::Yaml;

mod types;

pub(crate) use types::{BUILTIN_TYPES, Body, BodyForm, Type, TypeForm};

record! {
    /// What all services share.
    Common {
        /// The name of the system: `iconik`.
        required "common" name: Text,
        /// How many requests each service accepts from one application.
        optional "rate_limit" rate_limit: RateLimit,
        /// The parameters that come with each style of paging.
        optional "paging" paging: PagingParams,
        /// The typed ids, each with the object that it identifies.
        optional "ids" ids: Entries<Prose>,
        /// Parameters that several services share, by name.
        optional "params" params: Entries<ParamForm>,
        /// Fields that mean the same in the models of several services, by name.
        optional "fields" fields: Entries<FieldForm>,
        /// Fields that several models share; no type of their own.
        optional "field_sets" field_sets: Entries<FieldSet>,
        /// Objects that are the same in several services, by name.
        optional "models" models: Entries<Model>,
        /// Sets of values that are the same in several services, by name.
        optional "enums" enums: Entries<Enum>,
    }
}

record! {
    /// An iconik service: what all of its resources share.
    Service {
        /// The service's name; its folder has the same.
        required "service" name: Text,
        /// What the service is for, in one sentence.
        required "about" about: Prose,
        /// What every path begins with, for example `/API/assets`.
        required "base_path" base_path: Text,
        /// How many requests the service accepts from one application, where that differs from common.yaml.
        optional "rate_limit" rate_limit: RateLimit,
        /// Every role that an action may need.
        optional "roles" roles: ListOf<Text>,
        /// Parameters that several resources share, by name.
        optional "common_params" common_params: Entries<ParamForm>,
        /// Fields that mean the same in every model, by name.
        optional "common_fields" common_fields: Entries<FieldForm>,
    }
}

record! {
    /// How many requests a service takes from one application.
    RateLimit {
        /// Requests a second, sustained.
        required "per_second" per_second: Count,
        /// Requests in any window of `burst_seconds`.
        required "burst" burst: Count,
        /// The length of that window, in seconds.
        required "burst_seconds" burst_seconds: Count,
    }
}

record! {
    /// The parameters of each style of paging.
    PagingParams {
        /// Pages by number.
        optional "page" page: Entries<ParamForm>,
        /// A stable view of the list, walked with a cursor.
        optional "scroll" scroll: Entries<ParamForm>,
        /// The list behind the last item that was seen.
        optional "last_id" last_id: Entries<ParamForm>,
        /// The list behind a sort position.
        optional "search_after" search_after: Entries<ParamForm>,
        /// The list behind the last field that was seen.
        optional "last_field_name" last_field_name: Entries<ParamForm>,
    }
}

impl PagingParams {
    /// The parameters of this style, if it is described.
    pub(crate) fn style(&self, style: Paging) -> Option<&[(At<String>, Param)]> {
        match style {
            Paging::Page => self.page.as_deref(),
            Paging::Scroll => self.scroll.as_deref(),
            Paging::LastId => self.last_id.as_deref(),
            Paging::SearchAfter => self.search_after.as_deref(),
            Paging::LastFieldName => self.last_field_name.as_deref(),
        }
    }
}

record! {
    /// Models and enums that several resources of a service use.
    Types {
        /// The name of the service that they belong to.
        required "types" service: Text,
        /// Fields that several models share; no type of their own.
        optional "field_sets" field_sets: Entries<FieldSet>,
        /// Objects, by name.
        optional "models" models: Entries<Model>,
        /// Sets of values, by name.
        optional "enums" enums: Entries<Enum>,
    }
}

record! {
    /// A resource: its actions, and the models and enums that only it uses.
    Resource {
        /// The resource's name, for example `playlists`; its file has the same.
        required "resource" name: Text,
        /// One of them, for example `playlist`; the name without its last `s` where it is absent.
        optional "singular" singular: Text,
        /// What it is, in one sentence.
        required "about" about: Prose,
        /// Parameters that several actions of this file share, by name.
        optional "params" params: Entries<ParamForm>,
        /// What one can do, by the name of the method.
        required "actions" actions: Entries<Action>,
        /// Fields that several models share; no type of their own.
        optional "field_sets" field_sets: Entries<FieldSet>,
        /// Objects, by name.
        optional "models" models: Entries<Model>,
        /// Sets of values, by name.
        optional "enums" enums: Entries<Enum>,
    }
}

record! {
    /// One request that the service answers.
    Action {
        /// What it does, in the third person without full stop: `Lists playlists`.
        required "title" title: Prose,
        /// More about it, where there is more to say.
        optional "doc" doc: Prose,
        /// A correction of iconik's documents, with its evidence.
        optional "note" note: Prose,
        /// The HTTP method.
        required "method" method: OneOf<Method>,
        /// The path below the service's base path: `/v1/playlists/{playlist_id}/`.
        required "path" path: Text,
        /// The roles that it needs, all of them.
        optional "roles" roles: ListOf<Text>,
        /// Which credentials it takes: `token` where it is absent.
        optional "auth" auth: OneOf<Auth>,
        /// Parameters outside the body, by wire name; nothing behind the name takes the shared one.
        optional "params" params: Entries<ParamForm>,
        /// The body: a model, `object` where its fields are not documented, or more about it.
        optional "body" body: RequestBodyForm,
        /// The ways to page through the list.
        optional "paging" paging: ListOf<OneOf<Paging>>,
        /// Whether the list may contain an item several times, as a playlist may.
        optional "repeats" repeats: Flag,
        /// The body of each success status: a type, `page<T>`, `objects<T>`, `text` or `nothing`.
        required "returns" returns: ByStatus<BodyForm>,
        /// Failures that need a word, by status.
        optional "errors" errors: ByStatus<Prose>,
        /// Whether sending it twice does the same as sending it once, where the method does not tell.
        optional "idempotent" idempotent: Idempotent,
        /// Why not to use it any more.
        optional "deprecated" deprecated: Prose,
        /// The part of iconik that it is for, where ordinary integrations do not call it.
        optional "used_by" used_by: OneOf<UsedBy>,
        /// The name of the request type, where the derived one reads badly.
        optional "request" request: Text,
        /// Where iconik's document says something else on purpose, each with the reason.
        optional "differs" differs: Entries<DifferenceForm>,
    }
}

record! {
    /// Whether an action may be sent twice, against what its method implies.
    Idempotent {
        /// Whether sending it twice does the same as sending it once.
        required "value" value: Flag,
        /// How one knows.
        required "reason" reason: Prose,
    }
}

record! {
    /// The body of a request.
    RequestBody {
        /// JSON of this type: a model, a list, or `object`.
        optional "json" json: TypeForm,
        /// A URL-encoded form with the fields of this model.
        optional "form" form: TypeForm,
        /// A form with the fields of this model, of which those of type `file` are files.
        optional "multipart" multipart: TypeForm,
        /// Bytes of this media type: `image/*` where the caller names one of them.
        optional "bytes" bytes: Text,
        /// Text of this media type, for example `application/xml`.
        optional "text" text: Text,
        /// Whether iconik rejects the request without a body. Default: `true`.
        optional "required" required: Flag,
    }
}

record! {
    /// A parameter outside the body.
    Param {
        /// Its type.
        optional "type" ty: TypeForm,
        /// Whether the request is refused without it; parameters of the path always are required.
        optional "required" required: Flag,
        /// What iconik takes where it is absent.
        optional "default" default: LiteralForm,
        /// The smallest number.
        optional "min" min: Number,
        /// The largest number.
        optional "max" max: Number,
        /// The fewest items of a list.
        optional "min_items" min_items: Count,
        /// The most items of a list.
        optional "max_items" max_items: Count,
        /// What it is for.
        optional "doc" doc: Prose,
        /// A correction of iconik's documents, with its evidence.
        optional "note" note: Prose,
        /// Its Rust name, where the wire name makes no good one.
        optional "rename" rename: Text,
        /// Why not to use it any more.
        optional "deprecated" deprecated: Prose,
        /// Where it goes: into the path if that has its placeholder, else into the query.
        optional "in" location: OneOf<Location>,
        /// Where iconik's document says something else on purpose, each with the reason.
        optional "differs" differs: Entries<DifferenceForm>,
    }
}

record! {
    /// A field of a model.
    Field {
        /// Its type.
        optional "type" ty: TypeForm,
        /// Whether a request without it is refused.
        optional "required" required: Flag,
        /// Whether `null` is a value of its own.
        optional "nullable" nullable: Flag,
        /// Whether iconik sets it: then it has no setter and is not copied from answers.
        optional "read_only" read_only: Flag,
        /// Whether it is never in a response.
        optional "write_only" write_only: Flag,
        /// What iconik takes where it is absent.
        optional "default" default: LiteralForm,
        /// The smallest number.
        optional "min" min: Number,
        /// The largest number.
        optional "max" max: Number,
        /// The fewest items of a list.
        optional "min_items" min_items: Count,
        /// The most items of a list.
        optional "max_items" max_items: Count,
        /// What it is for.
        optional "doc" doc: Prose,
        /// A correction of iconik's documents, with its evidence.
        optional "note" note: Prose,
        /// Its Rust name, where the wire name makes no good one.
        optional "rename" rename: Text,
        /// Why not to use it any more.
        optional "deprecated" deprecated: Prose,
        /// Where iconik's document says something else on purpose, each with the reason.
        optional "differs" differs: Entries<DifferenceForm>,
    }
}

record! {
    /// A difference from iconik's document that is meant.
    Difference {
        /// What the document says, in the audit's words: the reason holds for nothing else.
        optional "documented" documented: Text,
        /// Why the spec is right.
        required "reason" reason: Prose,
    }
}

record! {
    /// Fields that several models share.
    FieldSet {
        /// Its fields, by wire name; one that a base has too overrides single keys of it.
        required "fields" fields: Entries<FieldForm>,
        /// The field sets or models whose fields it takes over, first of all.
        optional "use" bases: OneOrMore<Text>,
        /// Fields of the bases that it does not take over.
        optional "without" without: ListOf<Text>,
    }
}

record! {
    /// A JSON object: fields, or one of several models, chosen by a tag.
    Model {
        /// What it describes.
        required "doc" doc: Prose,
        /// A correction of iconik's documents, with its evidence.
        optional "note" note: Prose,
        /// The models or field sets whose fields it takes over, first of all.
        optional "use" bases: OneOrMore<Text>,
        /// Fields of the bases that it does not take over.
        optional "without" without: ListOf<Text>,
        /// Whether nothing in it is required, whatever the bases say.
        optional "partial" partial: Flag,
        /// The field that says which variant it is.
        optional "tag" tag: Text,
        /// The field that contains the model of a variant, where it is not the object itself.
        optional "content" content: Text,
        /// The model of each value of the tag; none where the object has nothing but the tag.
        optional "variants" variants: Entries<VariantForm>,
        /// The answer that a value of this request body can be made from.
        optional "copies" copies: Text,
        /// Its fields, by wire name; one that a base has too overrides single keys of it.
        optional "fields" fields: Entries<FieldForm>,
        /// Where iconik's document says something else on purpose, each with the reason.
        optional "differs" differs: Entries<DifferenceForm>,
    }
}

record! {
    /// A set of values that iconik may extend at any time.
    Enum {
        /// What the values tell apart.
        required "doc" doc: Prose,
        /// A correction of iconik's documents, with its evidence.
        optional "note" note: Prose,
        /// The documented values; each may have a word of explanation.
        required "values" values: ValuesForm,
        /// Where iconik's document says something else on purpose, each with the reason.
        optional "differs" differs: Entries<DifferenceForm>,
    }
}

record! {
    /// A value of an enum.
    EnumValue {
        /// What it means, where the name does not say it.
        optional "doc" doc: Prose,
        /// Its Rust name, where the wire name makes no good one.
        optional "rename" rename: Text,
    }
}

impl Words for Method {
    const WHAT: &'static str = "method";
    const ALL: &'static [Self] = &[Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete];

    fn word(self) -> &'static str {
        self.as_str()
    }
}

impl Words for Auth {
    const WHAT: &'static str = "kind of credentials";
    const ALL: &'static [Self] = &Auth::ALL;

    fn word(self) -> &'static str {
        self.as_str()
    }
}

impl Words for Location {
    const WHAT: &'static str = "place";
    const ALL: &'static [Self] = &[Self::Path, Self::Query, Self::Header];

    fn word(self) -> &'static str {
        self.as_str()
    }
}

impl Words for Paging {
    const WHAT: &'static str = "style of paging";
    const ALL: &'static [Self] = &Paging::ALL;

    fn word(self) -> &'static str {
        self.as_str()
    }
}

impl Words for UsedBy {
    const WHAT: &'static str = "part of iconik";
    const ALL: &'static [Self] = &UsedBy::ALL;

    fn word(self) -> &'static str {
        self.as_str()
    }
}

record! {
    /// One of the kinds of objects that a union consists of.
    Variant {
        /// Its model; none where the object has nothing but the tag.
        optional "model" model: Text,
        /// Its Rust name, where the value of the tag makes no good one.
        optional "rename" rename: Text,
    }
}

/// A variant of a union: its model, nothing, or more about it.
pub(crate) enum VariantForm {}

impl Decode for VariantForm {
    type Output = Variant;

    fn schema(definitions: &mut Definitions) -> Json {
        json!({ "anyOf": [{ "type": "null" }, Text::schema(definitions), Variant::schema(definitions)] })
    }

    fn encode(value: &Self::Output) -> Yaml {
        match value {
            Variant {
                model: Some(model),
                rename: None,
                ..
            } => Text::encode(model),
            more => or_nothing(Variant::encode(more)),
        }
    }

    fn decode(node: &Node, owner: Span, cx: &mut Context<'_>) -> Option<Variant> {
        match node.value {
            Value::Null => Some(Variant::empty(owner)),
            Value::Text(_) => Some(Variant {
                model: Some(Text::decode(node, owner, cx)?),
                ..Variant::empty(owner)
            }),
            _ => Variant::decode(node, owner, cx),
        }
    }
}

/// A record without keys is written as nothing.
fn or_nothing(record: Yaml) -> Yaml {
    match record {
        Yaml::Record(members) if members.is_empty() => Yaml::Nothing,
        more => more,
    }
}

impl EnumValue {
    /// Whether nothing is said about it.
    fn is_bare(&self) -> bool {
        self.doc.is_none() && self.rename.is_none()
    }
}

/// A parameter, or nothing: the shared one of that name.
pub(crate) enum ParamForm {}

impl Decode for ParamForm {
    type Output = Param;

    fn schema(definitions: &mut Definitions) -> Json {
        json!({ "anyOf": [{ "type": "null" }, Param::schema(definitions)] })
    }

    fn encode(value: &Self::Output) -> Yaml {
        or_nothing(Param::encode(value))
    }

    fn decode(node: &Node, owner: Span, cx: &mut Context<'_>) -> Option<Param> {
        match node.value {
            Value::Null => Some(Param::empty(owner)),
            _ => Param::decode(node, owner, cx),
        }
    }
}

/// A field, its type alone, or nothing: the common one of that name.
pub(crate) enum FieldForm {}

impl Decode for FieldForm {
    type Output = Field;

    fn schema(definitions: &mut Definitions) -> Json {
        json!({ "anyOf": [{ "type": "null" }, TypeForm::schema(definitions), Field::schema(definitions)] })
    }

    fn encode(value: &Self::Output) -> Yaml {
        match or_nothing(Field::encode(value)) {
            Yaml::Record(mut members) if members.len() == 1 && value.ty.is_some() => {
                members.pop().map_or(Yaml::Nothing, |(_, ty)| ty)
            }
            more => more,
        }
    }

    fn decode(node: &Node, owner: Span, cx: &mut Context<'_>) -> Option<Field> {
        match node.value {
            Value::Null => Some(Field::empty(owner)),
            Value::Text(_) => Some(Field {
                ty: Some(TypeForm::decode(node, owner, cx)?),
                ..Field::empty(owner)
            }),
            _ => Field::decode(node, owner, cx),
        }
    }
}

/// The body of a request: its type alone, or more about it.
pub(crate) enum RequestBodyForm {}

impl Decode for RequestBodyForm {
    type Output = RequestBody;

    fn schema(definitions: &mut Definitions) -> Json {
        json!({ "anyOf": [TypeForm::schema(definitions), RequestBody::schema(definitions)] })
    }

    fn encode(value: &Self::Output) -> Yaml {
        match value {
            RequestBody {
                json: Some(ty),
                required: None,
                ..
            } => TypeForm::encode(ty),
            more => RequestBody::encode(more),
        }
    }

    fn decode(node: &Node, owner: Span, cx: &mut Context<'_>) -> Option<RequestBody> {
        match node.value {
            Value::Text(_) => Some(RequestBody {
                json: Some(TypeForm::decode(node, owner, cx)?),
                ..RequestBody::empty(owner)
            }),
            _ => RequestBody::decode(node, owner, cx),
        }
    }
}

/// The values of an enum: a list of names, or names with a word on each.
pub(crate) enum ValuesForm {}

impl Decode for ValuesForm {
    type Output = At<Vec<(At<String>, EnumValue)>>;

    fn schema(definitions: &mut Definitions) -> Json {
        json!({ "anyOf": [ListOf::<Text>::schema(definitions), Entries::<EnumValueForm>::schema(definitions)] })
    }

    fn encode(value: &Self::Output) -> Yaml {
        let bare = value.value.iter().all(|(_, value)| value.is_bare());
        match bare {
            true => Yaml::List(
                value
                    .value
                    .iter()
                    .map(|(wire, _)| Text::encode(wire))
                    .collect(),
            ),
            false => Entries::<EnumValueForm>::encode(&value.value),
        }
    }

    fn decode(node: &Node, owner: Span, cx: &mut Context<'_>) -> Option<Self::Output> {
        let value = match node.value {
            Value::List(_) => ListOf::<Text>::decode(node, owner, cx)?
                .into_iter()
                .map(|wire| {
                    let value = EnumValue::empty(wire.span);
                    (wire, value)
                })
                .collect(),
            _ => Entries::<EnumValueForm>::decode(node, owner, cx)?,
        };
        Some(At { span: owner, value })
    }
}

/// A value of an enum: nothing, its doc, or more about it.
pub(crate) enum EnumValueForm {}

impl Decode for EnumValueForm {
    /// Some enums have the value `""`.
    const MAY_BE_NAMELESS: bool = true;

    type Output = EnumValue;

    fn schema(definitions: &mut Definitions) -> Json {
        json!({ "anyOf": [{ "type": "null" }, Text::schema(definitions), EnumValue::schema(definitions)] })
    }

    fn encode(value: &Self::Output) -> Yaml {
        match value {
            EnumValue {
                doc: Some(doc),
                rename: None,
                ..
            } => Prose::encode(doc),
            more => or_nothing(EnumValue::encode(more)),
        }
    }

    fn decode(node: &Node, owner: Span, cx: &mut Context<'_>) -> Option<EnumValue> {
        match node.value {
            Value::Null => Some(EnumValue::empty(owner)),
            Value::Map(_) => EnumValue::decode(node, owner, cx),
            _ => Some(EnumValue {
                doc: Some(Prose::decode(node, owner, cx)?),
                ..EnumValue::empty(owner)
            }),
        }
    }
}

/// Why the spec is right where the document says something else, or more about it.
pub(crate) enum DifferenceForm {}

impl Decode for DifferenceForm {
    type Output = Difference;

    fn schema(definitions: &mut Definitions) -> Json {
        json!({ "anyOf": [Text::schema(definitions), Difference::schema(definitions)] })
    }

    fn encode(value: &Self::Output) -> Yaml {
        match value {
            Difference {
                documented: None,
                reason: Some(reason),
                ..
            } => Prose::encode(reason),
            more => Difference::encode(more),
        }
    }

    fn decode(node: &Node, owner: Span, cx: &mut Context<'_>) -> Option<Difference> {
        match node.value {
            Value::Text(_) => Some(Difference {
                reason: Some(Prose::decode(node, owner, cx)?),
                ..Difference::empty(owner)
            }),
            _ => Difference::decode(node, owner, cx),
        }
    }
}

/// A default.
pub(crate) enum LiteralForm {}

impl Decode for LiteralForm {
    type Output = At<Literal>;

    fn schema(_: &mut Definitions) -> Json {
        json!({ "type": ["boolean", "integer", "number", "string"] })
    }

    fn encode(value: &Self::Output) -> Yaml {
        match &value.value {
            Literal::Boolean(flag) => Yaml::Word(flag.to_string()),
            Literal::Integer(number) => Yaml::Word(number.to_string()),
            Literal::Number(number) => Yaml::Word(format!("{number:?}")),
            Literal::String(text) => Yaml::Text(text.clone()),
        }
    }

    fn decode(node: &Node, owner: Span, cx: &mut Context<'_>) -> Option<At<Literal>> {
        let value = match &node.value {
            Value::Boolean(value) => Literal::Boolean(*value),
            Value::Integer(value) => Literal::Integer(*value),
            Value::Number(value) => Literal::Number(*value),
            Value::Text(value) => Literal::String(value.clone()),
            Value::Null | Value::List(_) | Value::Map(_) => {
                return cx.expected("a default: true or false, a number or text", node, owner);
            }
        };
        Some(At {
            span: node.span,
            value,
        })
    }
}
