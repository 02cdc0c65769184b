//! How many actions, parameters and fields of bodies the spec describes.

use std::fmt::Write as _;

use crate::api::{Action, Api, RequestBody, Scope, Service, Shape, Type};

/// What is counted.
#[derive(Clone, Copy, Default)]
struct Count {
    resources: usize,
    actions: usize,
    roles: usize,
    params: usize,
    fields: usize,
}

/// A Markdown table with a row per service.
pub fn coverage(api: &Api) -> String {
    let rows = api.services.iter().map(|service| {
        let mut count = Count::default();
        for (_, of_resource) in by_resource(api, service) {
            count.add(&of_resource);
        }
        (format!("`{}`", service.name), count)
    });
    let mut rows: Vec<(String, Count)> = rows.collect();
    let mut total = Count::default();
    for (_, count) in &rows {
        total.add(count);
    }
    rows.push(("**all**".to_owned(), total));
    let mut text = String::from(
        "| service | resources | actions | with roles | parameters | fields of bodies |\n\
         |---|--:|--:|--:|--:|--:|\n",
    );
    for (name, count) in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| {name} | {} | {} |",
            count.resources,
            count.cells().join(" | ")
        );
    }
    text
}

/// A Markdown table with a row per resource of one service.
pub(crate) fn of_service(api: &Api, service: &Service) -> String {
    let mut text = String::from(
        "| resource | actions | with roles | parameters | fields of bodies |\n\
         |---|--:|--:|--:|--:|\n",
    );
    for (name, count) in by_resource(api, service) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| `{name}` | {} |", count.cells().join(" | "));
    }
    text
}

fn by_resource<'a>(api: &'a Api, service: &'a Service) -> Vec<(&'a str, Count)> {
    let scope = api.scope(service);
    let rows = service.resources.iter().map(|resource| {
        let mut count = Count {
            resources: 1,
            ..Count::default()
        };
        for action in &resource.actions {
            count.add_action(scope, action);
        }
        (resource.name.as_str(), count)
    });
    rows.collect()
}

impl Count {
    fn add_action(&mut self, scope: Scope<'_>, action: &Action) {
        self.actions += 1;
        self.roles += usize::from(!action.roles.is_empty());
        self.params += action.params.len();
        let model = match action
            .body
            .as_ref()
            .and_then(RequestBody::ty)
            .map(Type::innermost)
        {
            Some(Type::Model(name)) => scope.model(name),
            _ => None,
        };
        if let Some(Shape::Fields(fields)) = model.map(|model| &model.shape) {
            self.fields += fields.len();
        }
    }

    fn add(&mut self, other: &Self) {
        self.resources += other.resources;
        self.actions += other.actions;
        self.roles += other.roles;
        self.params += other.params;
        self.fields += other.fields;
    }

    fn cells(&self) -> [String; 4] {
        [self.actions, self.roles, self.params, self.fields].map(|count| count.to_string())
    }
}
