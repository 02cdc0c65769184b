//! The real spec, as its users see it.

use std::path::Path;

use iconik_codegen::api::Api;
use iconik_codegen::{Source, coverage, features, generate, names};

fn api() -> Api {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut sources = Vec::new();
    for service in std::fs::read_dir(root.join("spec")).expect("there is a spec") {
        let folder = service.expect("an entry can be read").path();
        if !folder.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(&folder).expect("a folder can be read") {
            let path = file.expect("an entry can be read").path();
            if path.extension().is_none_or(|extension| extension != "yaml") {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a spec file is text");
            let short = path.strip_prefix(&root).expect("it lies in the repository");
            sources.push(Source::new(
                short.to_string_lossy().replace('\\', "/"),
                text,
            ));
        }
    }
    iconik_codegen::load(&sources).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

#[test]
fn the_public_api_on_one_page() {
    insta::assert_snapshot!(names(&api()));
}

#[test]
fn how_much_is_described() {
    insta::assert_snapshot!(coverage(&api()));
}

#[test]
fn every_resource_has_a_feature_of_its_name() {
    let api = api();
    let resources = api.services.iter().flat_map(|service| &service.resources);
    for resource in resources {
        assert!(features(&api).contains(&resource.name), "{}", resource.name);
    }
}

/// Models aside, an action costs its user this many lines to read.
#[test]
fn an_action_stays_short() {
    let api = api();
    let resources = || api.services.iter().flat_map(|service| &service.resources);
    let actions: usize = resources().map(|resource| resource.actions.len()).sum();

    let files = generate(&api);
    let lines = files
        .iter()
        .filter(|(path, _)| path.ends_with("/handle.rs") || path.ends_with("/requests.rs"))
        .flat_map(|(_, text)| text.lines())
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .count();

    let each = lines / actions;
    assert!(
        each <= 36,
        "{each} lines of code for each of {actions} actions"
    );
}
