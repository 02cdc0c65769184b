//! The real spec, as its users see it.

use super::support;

use iconik_codegen::api::Api;
use iconik_codegen::{coverage, features, generate, names};

fn api() -> Api {
    iconik_codegen::load(&support::real()).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

#[test]
fn the_public_api_of_each_service_on_one_page() {
    for (service, names) in names(&api()) {
        insta::with_settings!({
            prepend_module_to_snapshot => false,
            snapshot_path => format!("../snapshots/{service}"),
            omit_expression => true,
        }, {
            insta::assert_snapshot!("names", names);
        });
    }
}

#[test]
fn how_much_is_described() {
    insta::assert_snapshot!(coverage(&api()));
}

#[test]
fn every_service_has_a_feature_of_its_name() {
    let api = api();
    for service in &api.services {
        assert!(features(&api).contains(&service.name), "{}", service.name);
    }
}

/// Models aside, an action costs its user this many lines to read.
#[test]
fn an_action_stays_short() {
    let api = api();
    let actions = api.actions().count();

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
