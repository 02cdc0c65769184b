//! What the generator makes of a tiny spec: one file per feature, the YAML above what it becomes.
//! The library compiles the same output among its tests.

use super::support;

use iconik_codegen::api::Api;
use iconik_codegen::{Files, Source, generate_fixture};

/// The folder of the generated files of the test spec.
const GENERATED: &str = "iconik-api/src/fixture/generated";

fn sources() -> Vec<Source> {
    support::below(&support::tests_folder().join("emit"), "codegen/tests/emit")
}

fn load(sources: &[Source]) -> Api {
    iconik_codegen::load(sources).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

/// The YAML of a fixture and the files that it became, without what all of them have.
fn side_by_side(source: &Source, service: &str, stem: &str, files: &Files) -> String {
    let yaml: String = source
        .text
        .lines()
        .skip(1)
        .map(|line| format!("{line}\n"))
        .collect();
    let mut text = format!("──── {stem}.yaml\n{yaml}");
    let module = if stem == service { "service" } else { stem };
    for (path, file) in files {
        let Some((_, name)) = path.split_once(&format!("/{service}/{module}/")) else {
            continue;
        };
        let body: Vec<&str> = file.lines().skip(4).collect();
        text.push_str(&format!("\n──── {name}\n{}\n", body.join("\n").trim()));
    }
    text
}

#[test]
fn every_feature_becomes_what_a_reader_expects() {
    let sources = sources();
    let files = generate_fixture(&load(&sources));

    for source in &sources {
        let mut parts = source.path.trim_end_matches(".yaml").rsplit('/');
        let (Some(stem), Some(service)) = (parts.next(), parts.next()) else {
            panic!("{} lies in a folder", source.path);
        };
        if ["common", "service", "types"].contains(&stem) {
            continue;
        }
        insta::with_settings!({
            prepend_module_to_snapshot => false,
            snapshot_path => format!("../emit/{service}"),
            omit_expression => true,
        }, {
            insta::assert_snapshot!(stem, side_by_side(source, service, stem, &files));
        });
    }
}

#[test]
fn what_all_resources_share_is_separate() {
    let files = generate_fixture(&load(&sources()));
    let shared = [
        "mod.rs",
        "services.rs",
        "ids.rs",
        "common.rs",
        "common/models.rs",
        "archive.rs",
        "archive/requests.rs",
        "archive/types.rs",
        "library.rs",
        "library/service/handle.rs",
        "library/types/models.rs",
    ];

    let text: Vec<String> = shared
        .iter()
        .map(|name| format!("──── {name}\n{}", files[&format!("{GENERATED}/{name}")]))
        .collect();

    insta::with_settings!({
        prepend_module_to_snapshot => false,
        snapshot_path => "../emit",
        omit_expression => true,
    }, {
        insta::assert_snapshot!("shared", text.join("\n"));
    });
}

#[test]
fn the_same_spec_gives_the_same_files() {
    let mut sources = sources();
    let once = generate_fixture(&load(&sources));

    sources.reverse();
    let again = generate_fixture(&load(&sources));

    assert_eq!(once, again);
}

#[test]
fn every_generated_line_is_short_enough_to_read() {
    let files = generate_fixture(&load(&sources()));
    for (path, text) in files {
        for (number, line) in text.lines().enumerate() {
            let length = line.chars().count();
            assert!(length <= 110, "{path}:{}: {length} characters", number + 1);
        }
    }
}
