//! From the checked API to the files of the crate: first everything is named and typed (`plan`),
//! then one module per kind of output writes it down.

mod actions;
mod docs;
mod handle;
pub(crate) mod identifiers;
mod ids;
mod models;
mod modules;
mod names;
pub(crate) mod plan;
mod requests;
pub(crate) mod reserved;
mod services;
mod ty;
mod values;
mod wire;
mod wire_tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::api::Api;
use crate::{name, print};

pub use names::names;

use plan::Plan;

/// Generated files: path below the repository's root, and text.
pub type Files = BTreeMap<String, String>;

/// The folders that hold generated files and nothing else.
pub const GENERATED: &[&str] = &[
    "iconik-api/src/fixture",
    "iconik-api/src/generated",
    "iconik-api/tests/it/generated",
];

/// Where generated files go, and how they call each other.
#[derive(Clone, Copy, Debug)]
pub struct Layout<'l> {
    /// The folder of the spec.
    pub spec: &'l str,
    /// The folder of the modules.
    pub source: &'l str,
    /// The path of the module that contains all of them.
    pub root: &'l str,
    /// The folder of the wire tests, if they are to be generated.
    pub tests: Option<&'l str>,
    /// Whether each service needs its feature.
    pub features: bool,
}

/// The crate itself.
const CRATE: Layout<'_> = Layout {
    spec: "spec",
    source: "iconik-api/src/generated",
    root: "crate::generated",
    tests: Some("iconik-api/tests/it/generated"),
    features: true,
};

/// The generator's own test spec, compiled among the unit tests of the crate.
const FIXTURE: Layout<'_> = Layout {
    spec: "codegen/tests/emit",
    source: "iconik-api/src/fixture/generated",
    root: "crate::fixture::generated",
    tests: None,
    features: false,
};

/// Every generated file of the crate. The same API gives the same text.
pub fn generate(api: &Api) -> Files {
    let mut files = generate_into(api, &CRATE);
    let description = format!("{}/description.json", CRATE.source);
    files.insert(description, crate::description::text(api));
    files
}

/// The files of the generator's own test spec, which the crate compiles among its tests.
pub fn generate_fixture(api: &Api) -> Files {
    generate_into(api, &FIXTURE)
}

/// The modules of an API, and the tests of its requests, in another layout than that of the crate.
pub fn generate_into(api: &Api, layout: &Layout<'_>) -> Files {
    let plan = Plan::new(api);
    let source = layout.source;
    let mut files = Files::new();
    let mut add = |path: String, file: print::File| {
        files.insert(path, file.print());
    };

    add(format!("{source}/mod.rs"), modules::root(&plan, layout));
    if layout.features {
        add(format!("{source}/actions.rs"), actions::file(&plan, layout));
    }
    add(
        format!("{source}/services.rs"),
        services::file(&plan, layout),
    );
    add(format!("{source}/ids.rs"), ids::file(&plan, layout));
    add(
        format!("{source}/ids/markers.rs"),
        ids::markers(&plan, layout),
    );
    add(
        format!("{source}/common.rs"),
        modules::common(&plan, layout),
    );
    add_types(
        &mut add,
        &format!("{source}/common"),
        &format!("{}/common.yaml", layout.spec),
        "that several services use",
        &plan.common,
    );
    for service in &plan.services {
        add_service(&mut add, service, layout);
    }
    if let Some(tests) = layout.tests {
        for (path, file) in wire_tests::files(&plan, layout) {
            add(format!("{tests}/{path}"), file);
        }
    }
    files
}

/// The module of a service.
fn add_service(
    add: &mut impl FnMut(String, print::File),
    service: &plan::Service<'_>,
    layout: &Layout<'_>,
) {
    let folder = format!("{}/{}", layout.source, name::bare(&service.module));
    add(format!("{folder}.rs"), modules::service(service, layout));
    add(
        format!("{folder}/requests.rs"),
        modules::requests(service, layout),
    );
    if !service.types.is_empty() {
        let types = format!("{folder}/{}", plan::TYPES_MODULE);
        add(format!("{types}.rs"), modules::types(service, layout));
        add_types(
            add,
            &types,
            &format!("{}/{}/types.yaml", layout.spec, service.api.name),
            "that several resources use",
            &service.types,
        );
    }
    if service.principal().is_none() {
        let handle = format!("{folder}/{}", plan::SERVICE_MODULE);
        add(
            format!("{handle}.rs"),
            modules::handle_only(service, layout),
        );
        add(
            format!("{handle}/handle.rs"),
            handle::without_actions(service, layout),
        );
    }
    for resource in &service.resources {
        let folder = format!("{folder}/{}", name::bare(&resource.module));
        add(format!("{folder}.rs"), modules::resource(service, resource));
        add(
            format!("{folder}/handle.rs"),
            handle::file(service, resource),
        );
        add(
            format!("{folder}/requests.rs"),
            requests::file(service, resource, layout),
        );
        let whose = format!("of `{}`", resource.api.name);
        add_types(add, &folder, &resource.api.file, &whose, &resource.types);
    }
}

/// The cargo features that the crate must have: one per service.
pub fn features(api: &Api) -> BTreeSet<String> {
    let services = api.services.iter();
    services.map(|service| service.name.clone()).collect()
}

/// The models and enums of one module, and how they look on the wire.
fn add_types(
    add: &mut impl FnMut(String, print::File),
    folder: &str,
    from: &str,
    whose: &str,
    types: &plan::Types<'_>,
) {
    if types.is_empty() {
        return;
    }
    add(
        format!("{folder}/models.rs"),
        models::file(from, whose, types),
    );
    add(format!("{folder}/wire.rs"), wire::file(from, whose, types));
}
