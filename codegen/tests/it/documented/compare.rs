//! Whether the types of the spec hold what is documented.

use std::collections::{BTreeMap, BTreeSet};

use iconik_codegen::api::{Action, Api, Body, Location, Method, Model, Param, Shape, Type};
use serde_json::Value;

use super::facts::{Documented, DocumentedField};
use super::report::Report;
use super::{CREDENTIALS, endpoint};

/// Which way a value goes, and how strict its flags are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// A body: flags match.
    Request,
    /// The body of a PATCH, which requires nothing whatever the documents say.
    Patch,
    /// An answer: every field is optional.
    Response,
}

pub(crate) struct Comparison<'a> {
    api: &'a Api,
    schemas: &'a Value,
    pub(crate) misfits: Report,
    /// Schema, model and way that are compared already.
    done: BTreeSet<(String, String, Way)>,
}

/// The members of a page beside its items.
const PAGE_MEMBERS: &[&str] = &[
    "page",
    "pages",
    "per_page",
    "total",
    "first_url",
    "prev_url",
    "next_url",
    "last_url",
    "scroll_id",
    "search_after",
    "facets",
];

impl<'a> Comparison<'a> {
    pub(crate) fn new(api: &'a Api, schemas: &'a Value) -> Self {
        Self {
            api,
            schemas,
            misfits: Report::default(),
            done: BTreeSet::new(),
        }
    }

    fn misfit(&mut self, resource: &str, place: &str, mistake: String) {
        self.misfits.add(resource, place, mistake);
    }

    pub(crate) fn action(&mut self, resource: &str, action: &Action, documented: &Value) {
        let (method, path) = endpoint(documented);
        let place = format!("{method} {path}");
        for (name, ty) in documented["params"].as_object().unwrap() {
            let documented = DocumentedField::parse(ty.as_str().unwrap());
            if CREDENTIALS.contains(&name.as_str()) {
                continue;
            }
            let place = format!("{place} ?{name}");
            match action.params.iter().find(|param| param.wire == *name) {
                None => self.misfit(resource, &place, "no such parameter".to_owned()),
                Some(param) => self.param(resource, &place, param, &documented),
            }
        }
        match (documented.get("body").and_then(Value::as_str), &action.body) {
            (None, None) => {}
            (None, Some(_)) => self.misfit(resource, &place, "no body is documented".to_owned()),
            (Some(body), None) => self.misfit(
                resource,
                &place,
                format!("no options; documented is {body}"),
            ),
            (Some(body), Some(options)) => {
                let body = DocumentedField::parse(body);
                if body.required != options.required {
                    self.misfit(
                        resource,
                        &format!("{place} body"),
                        format!("required is {}", options.required),
                    );
                }
                let way = if action.method == Method::Patch {
                    Way::Patch
                } else {
                    Way::Request
                };
                let place = format!("{place} body");
                match options.ty() {
                    Some(ty) => self.fits(resource, &place, &body.ty, ty, way),
                    None => self.misfit(resource, &place, options.media_type().to_owned()),
                }
            }
        }
        for (status, body) in documented["returns"].as_object().unwrap() {
            let place = format!("{place} {status}");
            let body = Documented::parse(body.as_str().unwrap());
            match action
                .returns
                .iter()
                .find(|(code, _)| code.to_string() == *status)
            {
                None => self.misfit(resource, &place, "no such answer".to_owned()),
                Some((_, found)) => self.answer(resource, &place, &body, found),
            }
        }
    }

    fn param(&mut self, resource: &str, place: &str, param: &Param, documented: &DocumentedField) {
        if param.location != Location::Path && param.required != documented.required {
            self.misfit(resource, place, format!("required is {}", param.required));
        }
        // Lists are written into one text, separated by commas, and documented as that text.
        let ty = match (&documented.ty, &param.ty) {
            (Documented::String, Type::List(item)) => item,
            (_, ty) => ty,
        };
        self.fits(resource, place, &documented.ty, ty, Way::Request);
    }

    fn answer(&mut self, resource: &str, place: &str, documented: &Documented, body: &Body) {
        match (documented, body) {
            (Documented::Nothing, Body::Nothing) | (Documented::Text, Body::Text) => {}
            (Documented::Nothing | Documented::Text, _)
            | (_, Body::Nothing | Body::Text | Body::Bytes | Body::Location) => {
                self.misfit(
                    resource,
                    place,
                    format!("{body:?}, documented is {documented:?}"),
                );
            }
            (documented, Body::Json(ty)) => {
                self.fits(resource, place, documented, ty, Way::Response)
            }
            (documented, Body::Page(ty) | Body::Objects(ty)) => {
                let paged = matches!(body, Body::Page(_));
                let Documented::Schema(name) = documented else {
                    self.misfit(
                        resource,
                        place,
                        format!("{body:?}, documented is {documented:?}"),
                    );
                    return;
                };
                let fields = self.schema(name);
                let mut items = None;
                for (name, field) in &fields {
                    match (name.as_str(), &field.ty) {
                        ("objects", Documented::List(item)) => items = Some(item.clone()),
                        (name, _) if paged && PAGE_MEMBERS.contains(&name) => {}
                        (name, ty) => {
                            self.misfit(
                                resource,
                                place,
                                format!("{body:?} has no member {name}: {ty:?}"),
                            );
                        }
                    }
                }
                if paged && !fields.contains_key("page") {
                    self.misfit(
                        resource,
                        place,
                        format!("page<…>, documented is a bare list: {name}"),
                    );
                }
                match items {
                    Some(item) => self.fits(
                        resource,
                        &format!("{place} objects"),
                        &item,
                        ty,
                        Way::Response,
                    ),
                    None => self.misfit(resource, place, format!("{name} has no objects")),
                }
            }
        }
    }

    fn schema(&self, name: &str) -> BTreeMap<String, DocumentedField> {
        let fields = self.schemas[name]
            .as_object()
            .unwrap_or_else(|| panic!("{name} has no fields"));
        let parse = |(name, field): (&String, &Value)| {
            (
                name.clone(),
                DocumentedField::parse(field.as_str().unwrap()),
            )
        };
        fields.iter().map(parse).collect()
    }

    fn model(&self, name: &str) -> &'a Model {
        let mut services = self.api.services.iter();
        services
            .find_map(|service| service.models.get(name))
            .unwrap()
    }

    fn fits(&mut self, resource: &str, place: &str, documented: &Documented, ty: &Type, way: Way) {
        let fits = match (documented, ty) {
            (Documented::Schema(schema), _) if self.schemas[schema].is_string() => {
                let documented = Documented::parse(self.schemas[schema].as_str().unwrap());
                return self.fits(resource, place, &documented, ty, way);
            }
            (Documented::Any, _)
            | (Documented::String, Type::String | Type::Secret | Type::Id(_) | Type::Enum(_))
            | (Documented::Uuid, Type::String | Type::Id(_))
            | (Documented::DateTime, Type::Timestamp)
            | (Documented::Integer, Type::Integer)
            | (Documented::Number, Type::Number)
            | (Documented::Boolean, Type::Boolean)
            | (Documented::Object, Type::Object | Type::Model(_) | Type::Map(_)) => true,
            (Documented::Enum(values), Type::Enum(name)) => {
                self.values(resource, place, values, name);
                return;
            }
            // One value alone tells nothing; iconik's documents have such enums by mistake.
            (Documented::Enum(values), Type::String) => values.len() == 1,
            (Documented::List(item), Type::List(ty)) | (Documented::Map(item), Type::Map(ty)) => {
                return self.fits(resource, place, item, ty, way);
            }
            (Documented::Schema(schema), Type::Model(model)) => {
                return self.schema_fits(resource, schema, model, way);
            }
            (Documented::Merged(schemas), Type::Model(model)) => {
                for schema in schemas {
                    if let Documented::Schema(schema) = schema {
                        self.schema_fits(resource, schema, model, way);
                    }
                }
                return;
            }
            (Documented::Union(tag, variants), Type::Model(name)) => {
                return self.union_fits(resource, place, (tag, variants), name, way);
            }
            _ => false,
        };
        if !fits {
            self.misfit(
                resource,
                place,
                format!("{ty:?}, documented is {documented:?}"),
            );
        }
    }

    fn values(&mut self, resource: &str, place: &str, documented: &[String], name: &str) {
        let mut services = self.api.services.iter();
        let known = services
            .find_map(|service| service.enums.get(name))
            .unwrap();
        for value in documented {
            if !known.values.iter().any(|known| known.wire == *value) {
                self.misfit(resource, place, format!("{name} lacks the value {value}"));
            }
        }
    }

    fn schema_fits(&mut self, resource: &str, schema: &str, name: &str, way: Way) {
        if !self.done.insert((schema.to_owned(), name.to_owned(), way)) {
            return;
        }
        let model = self.model(name);
        let Shape::Fields(fields) = &model.shape else {
            self.misfit(resource, name, format!("a union, documented is {schema}"));
            return;
        };
        let documented = self.schema(schema);
        for (wire, documented) in &documented {
            let place = format!("{name}.{wire}");
            // What is never part of an answer need not stand in its model.
            if way == Way::Response && documented.write_only {
                continue;
            }
            let Some(field) = fields.iter().find(|field| field.wire == *wire) else {
                self.misfit(
                    resource,
                    &place,
                    format!("no such field; {schema} has {:?}", documented.ty),
                );
                continue;
            };
            let flags = [
                (
                    "required",
                    field.required,
                    documented.required,
                    way == Way::Request,
                ),
                (
                    "read_only",
                    field.read_only,
                    documented.read_only,
                    way != Way::Response,
                ),
                (
                    "write_only",
                    field.write_only,
                    documented.write_only,
                    way == Way::Request,
                ),
            ];
            for (flag, ours, theirs, counts) in flags {
                // What the spec acknowledges is the audit's to check.
                let acknowledged = field.differs.iter().any(|it| it.aspect == flag);
                if counts && ours != theirs && !acknowledged {
                    let mistake = format!("{flag} is {ours} in the spec and {theirs} in {schema}");
                    self.misfit(resource, &place, mistake);
                }
            }
            // What a PATCH holds inside is whole again.
            let inner = if way == Way::Patch { Way::Request } else { way };
            self.fits(resource, &place, &documented.ty, &field.ty, inner);
        }
    }

    fn union_fits(
        &mut self,
        resource: &str,
        place: &str,
        (tag, documented): (&str, &[(String, Documented)]),
        name: &str,
        way: Way,
    ) {
        let Shape::Union {
            tag: found,
            content: None,
            variants,
        } = &self.model(name).shape
        else {
            self.misfit(resource, place, format!("{name} is no union by {tag}"));
            return;
        };
        if found != tag {
            self.misfit(
                resource,
                name,
                format!("told apart by {found}, documented is {tag}"),
            );
        }
        for (value, schema) in documented {
            let known = variants.iter().find(|it| it.wire == *value);
            match known.and_then(|it| it.model.as_ref()) {
                Some(model) => self.fits(resource, place, schema, &Type::Model(model.clone()), way),
                None => self.misfit(resource, name, format!("no variant {value}")),
            }
        }
    }
}
