//! What `spec/` promises in its README and its schema is true.

use std::fs;
use std::path::{Path, PathBuf};

use iconik_codegen::api::{Direction, Shape};
use iconik_codegen::{Source, load, schema};

fn spec_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec")
}

/// The files of the example: the YAML blocks whose first line is their path.
fn example() -> Vec<Source> {
    let readme = fs::read_to_string(spec_folder().join("README.md")).unwrap();
    let blocks = readme.split("```yaml\n# ").skip(1);
    blocks
        .map(|block| {
            let (path, rest) = block.split_once('\n').unwrap();
            let (text, _) = rest.split_once("```").unwrap();
            Source::new(path, format!("# {path}\n{text}"))
        })
        .collect()
}

#[test]
fn the_example_is_a_spec() {
    let example = example();
    assert_eq!(example.len(), 4);

    let api = load(&example).unwrap_or_else(|mistakes| panic!("{mistakes}"));

    let [service] = api.services.as_slice() else {
        panic!("one service")
    };
    let [books] = service.resources.as_slice() else {
        panic!("one resource")
    };
    let names: Vec<&str> = books
        .actions
        .iter()
        .map(|action| action.name.as_str())
        .collect();
    assert_eq!(names, ["list", "create", "update", "delete"]);
    let params: Vec<&str> = books.actions[0]
        .params
        .iter()
        .map(|param| param.wire.as_str())
        .collect();
    assert_eq!(params, ["sort", "status", "page", "per_page"]);
    assert_eq!(service.models["Book"].direction, Direction::Response);
    assert_eq!(service.models["BookPatch"].direction, Direction::Request);
    let Shape::Fields(fields) = &service.models["BookPatch"].shape else {
        panic!("fields")
    };
    let title = fields.iter().find(|field| field.wire == "title").unwrap();
    assert!(!title.required);
}

#[test]
fn the_mistake_in_the_readme_is_reported_like_that() {
    let readme = fs::read_to_string(spec_folder().join("README.md")).unwrap();
    let (_, shown) = readme.split_once("```text\n").unwrap();
    let (shown, _) = shown.split_once("```").unwrap();
    let mut example = example();
    example[3].text = example[3]
        .text
        .replacen("[can_read_books]", "[can_read_book]", 1);

    let reported = load(&example).unwrap_err().to_string();

    assert!(reported.starts_with(shown.trim_end()), "{reported}");
}

#[test]
fn the_schema_is_up_to_date() {
    let path = spec_folder().join("schema.json");

    assert!(
        fs::read_to_string(path).unwrap() == schema(),
        "spec/schema.json differs from the tables: run `cargo xtask regen`"
    );
}
