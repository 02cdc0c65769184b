//! From the JSON of a document to what it says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{
    Content, Credentials, Document, DocumentError, Kind, Object, Operation, Parameter, Property,
    RequestBody, Response,
};
use crate::api::{Bounds, Literal, Location, Method};

/// What the document says.
pub(super) fn document(root: &Value) -> Read<Document> {
    Reader::new(root).read()
}

/// The headers that carry credentials, which are never parameters of an action.
const CREDENTIAL_HEADERS: [&str; 5] = [
    "app-id",
    "auth-token",
    "authorization",
    "share-auth-token",
    "temp-auth-token",
];

/// Walks one document; collects the objects that it meets.
struct Reader<'a> {
    root: &'a Value,
    objects: BTreeMap<String, Object>,
    /// The components that are being read, outermost first, so that a cycle ends; whether each is an
    /// object with named fields.
    open: Vec<(String, bool)>,
    speaks_of_credentials: bool,
}

type Read<T> = Result<T, DocumentError>;

impl<'a> Reader<'a> {
    fn new(root: &'a Value) -> Self {
        Reader {
            root,
            objects: BTreeMap::new(),
            open: Vec::new(),
            speaks_of_credentials: false,
        }
    }

    fn read(mut self) -> Read<Document> {
        let version = self
            .root
            .get("openapi")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if !version.starts_with("3.") {
            return Err(shape("openapi", "must be a version that starts with `3.`"));
        }
        let Some(paths) = self.root.get("paths").and_then(Value::as_object) else {
            return Err(shape("paths", "is missing"));
        };
        self.speaks_of_credentials = self.root.pointer("/components/securitySchemes").is_some();
        let mut operations = Vec::new();
        for (path, item) in paths {
            // A fragment only keeps apart what OpenAPI takes for one path.
            let path = path.split('#').next().unwrap_or(path);
            for (key, method) in METHODS {
                let Some(operation) = item.get(key) else {
                    continue;
                };
                operations.push(self.operation(method, path, item, operation)?);
            }
        }
        // Documents of 2025 carry credentials as plain header parameters: only when no operation
        // does, silence means that the document does not say.
        let says = self.speaks_of_credentials
            || operations
                .iter()
                .any(|operation| operation.credentials != Some(Credentials::None));
        if !says {
            operations
                .iter_mut()
                .for_each(|operation| operation.credentials = None);
        }
        operations.sort_by(|a, b| (&a.path, a.method).cmp(&(&b.path, b.method)));
        let info = |key: &str| {
            let text = self
                .root
                .pointer(&format!("/info/{key}"))
                .and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        Ok(Document {
            title: info("title"),
            version: info("version"),
            base_path: self.base_path(),
            operations,
            objects: self.objects,
        })
    }

    fn base_path(&self) -> Option<String> {
        let url = self.root.pointer("/servers/0/url")?.as_str()?;
        let path = match url.split_once("://") {
            Some((_, rest)) => rest.find('/').map(|at| &rest[at..])?,
            None => url,
        };
        let path = path.trim_end_matches('/');
        (!path.is_empty()).then(|| path.to_owned())
    }

    fn operation(
        &mut self,
        method: Method,
        path: &str,
        item: &Value,
        operation: &Value,
    ) -> Read<Operation> {
        let place = format!("{} {path}", method.as_str());
        let mut credentials: BTreeSet<String> = self.security(operation);
        let mut params: Vec<Parameter> = Vec::new();
        for list in [item.get("parameters"), operation.get("parameters")]
            .into_iter()
            .flatten()
        {
            let list = list
                .as_array()
                .ok_or_else(|| shape(&place, "`parameters` must be a list"))?;
            for param in list {
                let param = self.resolve(param)?;
                let name = text_of(param, "name").unwrap_or_default();
                if CREDENTIAL_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
                    credentials.insert(name.to_ascii_lowercase());
                    continue;
                }
                let param = self.parameter(&place, param)?;
                // The operation's own entry overrides that of the path.
                params
                    .retain(|other| (&other.name, other.location) != (&param.name, param.location));
                params.push(param);
            }
        }
        Ok(Operation {
            method,
            path: path.to_owned(),
            roles: roles(operation),
            credentials: Some(match () {
                () if credentials.contains("share-auth-token") => Credentials::ShareToken,
                () if credentials.contains("temp-auth-token") => Credentials::TemporaryToken,
                () if credentials.contains("auth-token") => Credentials::Token,
                () if credentials.contains("app-id") => Credentials::AppId,
                () => Credentials::None,
            }),
            params,
            body: self.body(&place, operation)?,
            responses: self.responses(&place, operation)?,
            deprecated: flag(operation, "deprecated"),
        })
    }

    /// The credential headers that `security` asks for, in lower case.
    fn security(&self, operation: &Value) -> BTreeSet<String> {
        let required = operation
            .get("security")
            .or_else(|| self.root.get("security"));
        let mut headers = BTreeSet::new();
        for scheme_set in required.and_then(Value::as_array).into_iter().flatten() {
            for scheme in scheme_set.as_object().into_iter().flat_map(Map::keys) {
                let known = self
                    .root
                    .pointer(&format!("/components/securitySchemes/{}", escape(scheme)));
                let header = known
                    .and_then(|scheme| text_of(scheme, "name"))
                    .unwrap_or(scheme);
                headers.insert(header.to_ascii_lowercase());
            }
        }
        headers
    }

    fn parameter(&mut self, place: &str, param: &Value) -> Read<Parameter> {
        let name =
            text_of(param, "name").ok_or_else(|| shape(place, "a parameter without name"))?;
        let place = format!("{place} {name}");
        let location = match text_of(param, "in") {
            Some("path") => Location::Path,
            Some("query") => Location::Query,
            Some("header") => Location::Header,
            other => {
                let found = other.unwrap_or("nothing");
                return Err(shape(
                    &place,
                    &format!("`in` must be path, query or header, not {found}"),
                ));
            }
        };
        let any = Value::Bool(true);
        let schema = param.get("schema").unwrap_or(&any);
        Ok(Parameter {
            name: name.to_owned(),
            location,
            kind: self.kind(&place, schema)?,
            required: flag(param, "required"),
            default: literal(schema.get("default")),
            bounds: bounds(schema),
            deprecated: flag(param, "deprecated"),
        })
    }

    fn body(&mut self, place: &str, operation: &Value) -> Read<Option<RequestBody>> {
        let Some(body) = operation.get("requestBody") else {
            return Ok(None);
        };
        let body = self.resolve(body)?;
        let media = body.get("content").and_then(Value::as_object);
        let schema = |this: &mut Self, media: &Value| match media.get("schema") {
            Some(schema) => this.kind(&format!("{place} body"), schema),
            None => Ok(Kind::Any),
        };
        let content = match media.and_then(chosen) {
            None => Content::Json(Kind::Any),
            Some((name, media)) if name.contains("json") => Content::Json(schema(self, media)?),
            Some((FORM, media)) => Content::Form(schema(self, media)?),
            Some((MULTIPART, media)) => Content::Multipart(schema(self, media)?),
            Some((name, _)) if is_text(name) => Content::Text(name.to_owned()),
            Some((name, _)) => Content::Bytes(name.to_owned()),
        };
        Ok(Some(RequestBody {
            content,
            required: flag(body, "required"),
        }))
    }

    fn responses(&mut self, place: &str, operation: &Value) -> Read<BTreeMap<u16, Response>> {
        let mut found = BTreeMap::new();
        let responses = operation.get("responses").and_then(Value::as_object);
        for (status, response) in responses.into_iter().flatten() {
            let Some(code) = status.parse::<u16>().ok().filter(|_| is_success(status)) else {
                continue;
            };
            let media = self
                .resolve(response)?
                .get("content")
                .and_then(Value::as_object);
            let response = match media.and_then(chosen) {
                None if code >= 300 => Response::Location,
                None => Response::Nothing,
                Some((name, media)) if name.contains("json") => {
                    Response::Json(match media.get("schema") {
                        Some(schema) => self.kind(&format!("{place} {status}"), schema)?,
                        None => Kind::Any,
                    })
                }
                Some((name, _)) if is_text(name) => Response::Text(name.to_owned()),
                Some((name, _)) => Response::Bytes(name.to_owned()),
            };
            found.insert(code, response);
        }
        Ok(found)
    }

    /// The type that a schema describes. `place` names the objects that have no name of their own.
    fn kind(&mut self, place: &str, schema: &Value) -> Read<Kind> {
        if let Some(reference) = text_of(schema, "$ref") {
            return self.component(reference);
        }
        if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
            return match parts.as_slice() {
                [one] => self.kind(place, one),
                parts => self.merged(place, parts, schema),
            };
        }
        for key in ["oneOf", "anyOf"] {
            if let Some(parts) = schema.get(key).and_then(Value::as_array) {
                return self.one_of(place, parts, schema);
            }
        }
        if let Some(values) = values(schema) {
            return Ok(Kind::Values(values));
        }
        Ok(match type_of(schema) {
            Some("string") => match text_of(schema, "format") {
                Some("date-time") => Kind::Time,
                Some("binary") => Kind::File,
                _ => Kind::Text,
            },
            Some("integer") => Kind::Integer,
            Some("number") => Kind::Number,
            Some("boolean") => Kind::Boolean,
            Some("array") => {
                let any = Value::Bool(true);
                let items = schema.get("items").unwrap_or(&any);
                Kind::List(Box::new(self.kind(&format!("{place}[]"), items)?))
            }
            Some("object") => self.object(place, schema)?,
            None if schema.get("properties").is_some() => self.object(place, schema)?,
            _ => Kind::Any,
        })
    }

    fn component(&mut self, reference: &str) -> Read<Kind> {
        let target = self.lookup(reference)?;
        let name = reference.rsplit('/').next().unwrap_or(reference).to_owned();
        if self.objects.contains_key(&name) || self.open.contains(&(name.clone(), true)) {
            return Ok(Kind::Object(name));
        }
        // An alias that leads back to itself without an object in between describes nothing.
        let inside = self
            .open
            .iter()
            .rev()
            .take_while(|(_, is_object)| !is_object);
        if inside.into_iter().any(|(it, _)| *it == name) {
            return Ok(Kind::Any);
        }
        self.open
            .push((name.clone(), named_fields(target).is_some()));
        let kind = self.kind(&name, target)?;
        self.open.pop();
        Ok(kind)
    }

    fn object(&mut self, place: &str, schema: &Value) -> Read<Kind> {
        if let Some(fields) = named_fields(schema) {
            let object = self.fields(place, fields, schema)?;
            self.objects.insert(place.to_owned(), object);
            return Ok(Kind::Object(place.to_owned()));
        }
        Ok(match schema.get("additionalProperties") {
            Some(values @ Value::Object(map)) if !map.is_empty() => {
                Kind::Map(Box::new(self.kind(&format!("{place}{{}}"), values)?))
            }
            _ => Kind::Free,
        })
    }

    fn fields(&mut self, place: &str, fields: &Map<String, Value>, schema: &Value) -> Read<Object> {
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        // Flags that the document's author took over from a similar schema are guesses.
        let borrowed = schema.get("x-flags-like").is_some();
        let mut object = Object::default();
        for (name, field) in fields {
            let inferred = |flag: &str| {
                let list = field.get("x-inferred").and_then(Value::as_array);
                list.is_some_and(|names| names.iter().any(|name| name.as_str() == Some(flag)))
            };
            let nullable_guess = flag(field, "x-nullable-unknown") || inferred("nullable");
            let read_only_guess = borrowed || inferred("readOnly");
            let kind = self.kind(&format!("{place}.{name}"), field)?;
            // Anything may be null as well.
            let open = kind == Kind::Any && !nullable(field);
            object.fields.insert(
                name.clone(),
                Property {
                    required: required.contains(&name.as_str()),
                    nullable: (!nullable_guess && !open).then(|| nullable(field)),
                    kind,
                    read_only: (!read_only_guess).then(|| flag(field, "readOnly")),
                    write_only: match flag(field, "writeOnly") {
                        true => Some(true),
                        false => (!borrowed && !inferred("writeOnly")).then_some(false),
                    },
                    default: literal(field.get("default")),
                    bounds: bounds(field),
                    deprecated: flag(field, "deprecated"),
                },
            );
        }
        Ok(object)
    }

    /// `allOf` of several parts: their fields together.
    fn merged(&mut self, place: &str, parts: &[Value], schema: &Value) -> Read<Kind> {
        let mut all = match named_fields(schema) {
            Some(fields) => self.fields(place, fields, schema)?,
            None => Object::default(),
        };
        for (nth, part) in parts.iter().enumerate() {
            let Kind::Object(name) = self.kind(&format!("{place} part {}", nth + 1), part)? else {
                return Ok(Kind::Any);
            };
            if let Some(object) = self.objects.get(&name) {
                all.fields.extend(object.fields.clone());
            }
        }
        self.objects.insert(place.to_owned(), all);
        Ok(Kind::Object(place.to_owned()))
    }

    fn one_of(&mut self, place: &str, parts: &[Value], schema: &Value) -> Read<Kind> {
        let mut kinds = Vec::new();
        for (nth, part) in parts.iter().enumerate() {
            if type_of(part) == Some("null") {
                continue;
            }
            let place = format!("{place} variant {}", nth + 1);
            let model = narrowed(self.resolve(part)?).unwrap_or(part);
            kinds.push((
                text_of(part, "$ref").unwrap_or_default(),
                self.kind(&place, model)?,
            ));
        }
        if let [(_, one)] = kinds.as_slice() {
            return Ok(one.clone());
        }
        let discriminator = schema.get("discriminator");
        let mapping = discriminator
            .and_then(|discriminator| discriminator.get("mapping"))
            .and_then(Value::as_object);
        let mut variants = Vec::new();
        for (reference, kind) in &kinds {
            let Kind::Object(name) = kind else {
                return Ok(open_values(&kinds));
            };
            let tags = mapping
                .into_iter()
                .flatten()
                .filter(|(_, to)| to.as_str() == Some(reference));
            variants.push((tags.map(|(tag, _)| tag.clone()).collect(), name.clone()));
        }
        let tag = discriminator
            .and_then(|discriminator| text_of(discriminator, "propertyName"))
            .map(str::to_owned);
        Ok(Kind::OneOf { tag, variants })
    }

    /// The target of a `$ref`, or the value itself.
    fn resolve<'v>(&self, value: &'v Value) -> Read<&'v Value>
    where
        'a: 'v,
    {
        match text_of(value, "$ref") {
            Some(reference) => self.lookup(reference),
            None => Ok(value),
        }
    }

    fn lookup(&self, reference: &str) -> Read<&'a Value> {
        let pointer = reference.strip_prefix('#');
        pointer
            .and_then(|pointer| self.root.pointer(pointer))
            .ok_or_else(|| shape(reference, "there is nothing in this document"))
    }
}

pub(super) const METHODS: [(&str, Method); 5] = [
    ("get", Method::Get),
    ("post", Method::Post),
    ("put", Method::Put),
    ("patch", Method::Patch),
    ("delete", Method::Delete),
];

fn shape(at: &str, what: &str) -> DocumentError {
    DocumentError::Shape(at.to_owned(), what.to_owned())
}

/// The model of a variant that adds only the value of a tag to it.
fn narrowed(schema: &Value) -> Option<&Value> {
    let [model, exact] = schema.get("allOf")?.as_array()?.as_slice() else {
        return None;
    };
    let properties = exact.get("properties")?.as_object()?;
    let is_tag = properties.len() == 1 && properties.values().all(|it| it.get("enum").is_some());
    (is_tag && model.get("$ref").is_some()).then_some(model)
}

fn text_of<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key).and_then(Value::as_str)
}

fn flag(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or(false)
}

fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// A form whose fields are written like a query.
const FORM: &str = "application/x-www-form-urlencoded";

/// A form whose fields are parts of their own.
const MULTIPART: &str = "multipart/form-data";

/// The media type that counts, where there are several: JSON, else the first.
fn chosen(content: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut media = content.iter();
    let json = media.clone().find(|(name, _)| name.contains("json"));
    json.or_else(|| media.next())
        .map(|(name, value)| (name.as_str(), value))
}

fn is_text(media: &str) -> bool {
    media.starts_with("text/") || media.ends_with("xml")
}

/// Whether this is the status of a success or of a redirect.
pub(super) fn is_success(status: &str) -> bool {
    matches!(status.parse::<u16>(), Ok(200..=399))
}

/// `properties`, where there is at least one.
fn named_fields(schema: &Value) -> Option<&Map<String, Value>> {
    schema
        .get("properties")
        .and_then(Value::as_object)
        .filter(|fields| !fields.is_empty())
}

/// `type`, without the `null` that 3.1 adds to it.
fn type_of(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::Array(types) => types
            .iter()
            .filter_map(Value::as_str)
            .find(|name| *name != "null"),
        other => other.as_str(),
    }
}

fn nullable(schema: &Value) -> bool {
    let null_type = |it: &Value| match it.get("type") {
        Some(Value::Array(types)) => types.iter().any(|name| name.as_str() == Some("null")),
        Some(Value::String(one)) => one == "null",
        _ => false,
    };
    let variant = |key: &str| {
        let parts = schema.get(key).and_then(Value::as_array);
        parts.is_some_and(|parts| parts.iter().any(null_type))
    };
    flag(schema, "nullable") || null_type(schema) || variant("oneOf") || variant("anyOf")
}

/// The values of an enum of texts.
fn values(schema: &Value) -> Option<Vec<String>> {
    let listed = match (schema.get("enum"), schema.get("const")) {
        (Some(list), _) => list.as_array()?.clone(),
        (None, Some(one)) => vec![one.clone()],
        (None, None) => return None,
    };
    let texts: Vec<String> = listed
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    (!texts.is_empty()).then_some(texts)
}

/// Open enums are exported as "one of these, or any text": the values count.
fn open_values(kinds: &[(&str, Kind)]) -> Kind {
    match kinds {
        [(_, Kind::Values(values)), (_, Kind::Text)]
        | [(_, Kind::Text), (_, Kind::Values(values))] => Kind::Values(values.clone()),
        _ => Kind::Any,
    }
}

fn literal(value: Option<&Value>) -> Option<Literal> {
    match value? {
        Value::Bool(it) => Some(Literal::Boolean(*it)),
        Value::String(it) => Some(Literal::String(it.clone())),
        Value::Number(it) => it
            .as_i64()
            .map(Literal::Integer)
            .or_else(|| it.as_f64().map(Literal::Number)),
        _ => None,
    }
}

fn bounds(schema: &Value) -> Bounds {
    // The limits of the integer types themselves say nothing about the value.
    let limits = [i64::MIN, i64::MAX, i64::from(i32::MIN), i64::from(i32::MAX)];
    let number = |key: &str| {
        let value = schema.get(key)?;
        let is_limit = value.as_i64().is_some_and(|limit| limits.contains(&limit));
        value.as_f64().filter(|_| !is_limit)
    };
    let count = |key: &str| {
        schema
            .get(key)
            .and_then(Value::as_u64)
            .and_then(|count| u32::try_from(count).ok())
    };
    Bounds {
        min: number("minimum"),
        max: number("maximum"),
        min_items: count("minItems"),
        max_items: count("maxItems"),
    }
}

/// `x-roles`, or the list that iconik writes into the description.
pub(super) fn roles(operation: &Value) -> Option<Vec<String>> {
    let texts = |list: &Vec<Value>| {
        list.iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    };
    if let Some(list) = operation.get("x-roles").and_then(Value::as_array) {
        return Some(texts(list));
    }
    let description = text_of(operation, "description")?;
    let (_, list) = description.split_once("Required roles:")?;
    let lines = list.lines().map(str::trim).filter(|line| !line.is_empty());
    let items = lines.map_while(|line| line.strip_prefix(['-', '*']));
    Some(
        items
            .map(|item| item.trim().trim_matches('`').to_owned())
            .collect(),
    )
}
