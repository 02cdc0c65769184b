//! What the generator makes of a tiny spec: one file per feature, the YAML above what it becomes.
//! The library compiles the same output among its tests.

use std::path::Path;

use iconik_codegen::api::Api;
use iconik_codegen::{Files, Source, generate_fixture};

const FOLDER: &str = "tests/emit/library";

fn sources() -> Vec<Source> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER);
    let entries = std::fs::read_dir(folder).expect("the fixtures are there");
    let mut sources: Vec<Source> = entries
        .map(|entry| {
            let path = entry.expect("an entry can be read").path();
            let text = std::fs::read_to_string(&path).expect("a fixture is text");
            let name = path
                .file_name()
                .expect("a file has a name")
                .to_string_lossy()
                .into_owned();
            Source::new(format!("codegen/{FOLDER}/{name}"), text)
        })
        .collect();
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

fn load(sources: &[Source]) -> Api {
    iconik_codegen::load(sources).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

/// The YAML of a fixture and the files that it became, without what all of them have.
fn side_by_side(source: &Source, stem: &str, files: &Files) -> String {
    let yaml: String = source
        .text
        .lines()
        .skip(1)
        .map(|line| format!("{line}\n"))
        .collect();
    let mut text = format!("──── {stem}.yaml\n{yaml}");
    for (path, file) in files {
        let Some((_, name)) = path.split_once(&format!("/resources/{stem}/")) else {
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
        let stem = source
            .path
            .rsplit('/')
            .next()
            .and_then(|name| name.strip_suffix(".yaml"));
        let stem = stem.expect("a fixture is YAML");
        if ["service", "types"].contains(&stem) {
            continue;
        }
        insta::with_settings!({
            prepend_module_to_snapshot => false,
            snapshot_path => "../emit",
            omit_expression => true,
        }, {
            insta::assert_snapshot!(stem, side_by_side(source, stem, &files));
        });
    }
}

#[test]
fn what_all_resources_share_stands_apart() {
    let files = generate_fixture(&load(&sources()));
    let shared = [
        "services.rs",
        "resources.rs",
        "types.rs",
        "types/ids.rs",
        "types/models.rs",
    ];

    let text: Vec<String> = shared
        .iter()
        .map(|name| {
            format!(
                "──── {name}\n{}",
                files[&format!("iconik-api/src/fixture/{name}")]
            )
        })
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
