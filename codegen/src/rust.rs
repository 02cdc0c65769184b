//! From the checked API to the files of the crate: first everything is named and typed (`plan`),
//! then one module per kind of output writes it down.

mod actions;
mod docs;
mod handle;
mod ids;
mod models;
mod names;
mod plan;
mod requests;
mod resources;
mod services;
mod ty;
mod values;
mod wire;
mod wire_tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::api::Api;
use crate::print;

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
pub(crate) struct Layout {
    /// The folder of the spec.
    spec: &'static str,
    /// The folder of the modules.
    source: &'static str,
    /// The folder of the wire tests, if there are to be any.
    tests: Option<&'static str>,
    /// The path of the services' constants.
    services: &'static str,
    /// The path of the shared types.
    types: &'static str,
    /// Whether each resource needs its feature.
    features: bool,
}

/// The crate itself.
const CRATE: Layout = Layout {
    spec: "spec",
    source: "iconik-api/src/generated",
    tests: Some("iconik-api/tests/it/generated"),
    services: "crate::generated::services",
    types: "crate::types",
    features: true,
};

/// The generator's own test spec, compiled among the unit tests of the crate.
const FIXTURE: Layout = Layout {
    spec: "codegen/tests/emit",
    source: "iconik-api/src/fixture",
    tests: None,
    services: "crate::fixture::services",
    types: "crate::fixture::types",
    features: false,
};

/// Every generated file of the crate. The same API gives the same text.
pub fn generate(api: &Api) -> Files {
    generate_into(api, &CRATE)
}

/// The files of the generator's own test spec, which the crate compiles among its tests.
pub fn generate_fixture(api: &Api) -> Files {
    generate_into(api, &FIXTURE)
}

fn generate_into(api: &Api, layout: &Layout) -> Files {
    let plan = Plan::new(api);
    let source = layout.source;
    let mut files = Files::new();
    let mut add = |path: String, file: print::File| {
        files.insert(path, file.print());
    };

    if layout.features {
        add(format!("{source}/actions.rs"), actions::file(&plan, layout));
    }
    add(
        format!("{source}/services.rs"),
        services::file(&plan, layout),
    );
    add(
        format!("{source}/resources.rs"),
        resources::list(&plan, layout),
    );
    add(
        format!("{source}/types.rs"),
        resources::shared(&plan, layout),
    );
    add(format!("{source}/types/ids.rs"), ids::file(&plan, layout));
    add(
        format!("{source}/types/ids/markers.rs"),
        ids::markers(&plan, layout),
    );
    let folder = format!("{source}/types");
    add_types(
        &mut add,
        &folder,
        layout.spec,
        "shared by several resources",
        &plan.shared,
    );

    for resource in &plan.resources {
        let folder = format!("{source}/resources/{}", resource.file_stem());
        add(format!("{folder}.rs"), resources::module(resource, layout));
        add(format!("{folder}/handle.rs"), handle::file(&plan, resource));
        add(
            format!("{folder}/requests.rs"),
            requests::file(&plan, resource, layout),
        );
        let whose = format!("of `{}`", resource.feature);
        add_types(
            &mut add,
            &folder,
            &resource.api.file,
            &whose,
            &resource.types,
        );
    }

    if let Some(tests) = layout.tests {
        add(format!("{tests}/wire.rs"), wire_tests::file(&plan, layout));
    }
    files
}

/// The cargo features that the crate must have: one per resource.
pub fn features(api: &Api) -> BTreeSet<String> {
    Plan::new(api)
        .resources
        .into_iter()
        .map(|resource| resource.feature)
        .collect()
}

/// The models and enums of one module, and beside them how they look on the wire.
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
