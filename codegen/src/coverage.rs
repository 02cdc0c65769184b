//! How much of the API the spec describes.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::api::{Action, Api, Body, Field, Service, Shape, Type};

/// What is counted in a resource.
#[derive(Clone, Copy, Default)]
struct Count {
    actions: usize,
    roles: usize,
    params: usize,
    options: usize,
    typed: usize,
    described: usize,
    describable: usize,
}

/// A Markdown table: per resource the actions, the answers that have a type, the parameters and
/// options, and how much of all that has a description.
pub fn coverage(api: &Api) -> String {
    let mut rows: Vec<(String, Count)> = Vec::new();
    for service in &api.services {
        for resource in &service.resources {
            let mut count = Count::default();
            for action in &resource.actions {
                count.add_action(service, action);
            }
            rows.push((format!("`{}`", resource.name), count));
        }
    }
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    let mut total = Count::default();
    for (_, count) in &rows {
        total.add(count);
    }
    rows.push(("**all**".to_owned(), total));

    let mut text = String::from(
        "| resource | actions | with roles | typed answers | parameters | options | described |\n\
         |---|--:|--:|--:|--:|--:|--:|\n",
    );
    for (name, count) in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {name} | {} |", count.cells().join(" | "));
    }
    text
}

impl Count {
    fn add_action(&mut self, service: &Service, action: &Action) {
        self.actions += 1;
        self.roles += usize::from(!action.roles.is_empty());
        self.typed += usize::from(action.returns.iter().all(|(_, body)| is_typed(body)));
        self.params += action.params.len();
        self.describe(&action.title);
        for param in &action.params {
            self.describe(&param.doc);
        }
        let fields = action
            .options
            .iter()
            .flat_map(|options| fields(service, &options.ty));
        for field in fields {
            self.options += 1;
            self.describe(&field.doc);
        }
        let mut seen = BTreeSet::new();
        for (_, body) in &action.returns {
            if let Body::Json(ty) | Body::Page(ty) | Body::Objects(ty) = body {
                self.describe_answer(service, ty, &mut seen);
            }
        }
    }

    fn describe_answer<'a>(
        &mut self,
        service: &'a Service,
        ty: &'a Type,
        seen: &mut BTreeSet<&'a str>,
    ) {
        let (Type::Model(name), inner) = (innermost(ty), fields(service, innermost(ty))) else {
            return;
        };
        if seen.insert(name) {
            for field in inner {
                self.describe(&field.doc);
                self.describe_answer(service, &field.ty, seen);
            }
        }
    }

    fn describe(&mut self, doc: &str) {
        self.describable += 1;
        self.described += usize::from(!doc.trim().is_empty());
    }

    fn add(&mut self, other: &Self) {
        self.actions += other.actions;
        self.roles += other.roles;
        self.params += other.params;
        self.options += other.options;
        self.typed += other.typed;
        self.described += other.described;
        self.describable += other.describable;
    }

    fn cells(&self) -> [String; 6] {
        let percent = (self.described * 100)
            .checked_div(self.describable)
            .unwrap_or(100);
        [
            self.actions.to_string(),
            self.roles.to_string(),
            format!("{} of {}", self.typed, self.actions),
            self.params.to_string(),
            self.options.to_string(),
            format!("{percent} %"),
        ]
    }
}

/// Whether the body has a type that says something, or is known to be empty or text.
fn is_typed(body: &Body) -> bool {
    match body {
        Body::Nothing | Body::Text => true,
        Body::Json(ty) | Body::Page(ty) | Body::Objects(ty) => {
            !matches!(innermost(ty), Type::Any | Type::Object)
        }
    }
}

fn innermost(ty: &Type) -> &Type {
    match ty {
        Type::List(inner) | Type::Map(inner) => innermost(inner),
        ty => ty,
    }
}

/// The fields of a model; none of everything else.
fn fields<'a>(service: &'a Service, ty: &Type) -> &'a [Field] {
    let Type::Model(name) = innermost(ty) else {
        return &[];
    };
    match service.models.get(name).map(|model| &model.shape) {
        Some(Shape::Fields(fields)) => fields,
        _ => &[],
    }
}
