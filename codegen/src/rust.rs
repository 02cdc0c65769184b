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
pub const GENERATED: &[&str] = &["iconik-api/src/generated", "iconik-api/tests/generated"];

/// Where the library's generated modules stand.
const SOURCE: &str = GENERATED[0];

/// Every generated file of the crate. The same API gives the same text.
pub fn generate(api: &Api) -> Files {
    let plan = Plan::new(api);
    let mut files = Files::new();
    let mut add = |path: String, file: print::File| {
        files.insert(path, file.print());
    };

    add(format!("{SOURCE}/actions.rs"), actions::file(&plan));
    add(format!("{SOURCE}/services.rs"), services::file(&plan));
    add(format!("{SOURCE}/resources.rs"), resources::list(&plan));
    add(format!("{SOURCE}/types.rs"), resources::shared(&plan));
    add(format!("{SOURCE}/types/ids.rs"), ids::file(&plan));
    add(
        format!("{SOURCE}/types/ids/markers.rs"),
        ids::markers(&plan),
    );
    let folder = format!("{SOURCE}/types");
    add_types(
        &mut add,
        &folder,
        "spec",
        "shared by several resources",
        &plan.shared,
    );

    for resource in &plan.resources {
        let folder = format!("{SOURCE}/resources/{}", resource.file_stem());
        add(format!("{folder}.rs"), resources::module(resource));
        add(format!("{folder}/handle.rs"), handle::file(&plan, resource));
        add(
            format!("{folder}/requests.rs"),
            requests::file(&plan, resource),
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

    add(format!("{}/wire.rs", GENERATED[1]), wire_tests::file(&plan));
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
