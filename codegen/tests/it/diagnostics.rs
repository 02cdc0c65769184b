//! Each mistake is reported so that its author can correct it.
//!
//! A fixture in `diagnostics/` adds or replaces files of the small spec in `tiny.yaml`; the snapshot
//! beside it is what `cargo xtask regen` prints.

use std::fs;

use crate::support::{sources, tests_folder, tiny};
use iconik_codegen::load;

#[test]
fn the_small_spec_has_no_mistakes() {
    let checked = load(&tiny());

    assert!(checked.is_ok(), "{}", checked.unwrap_err());
}

#[test]
fn each_mistake_is_reported_with_its_place_and_what_to_do() {
    let folder = tests_folder().join("diagnostics");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(&folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".yaml").map(str::to_owned))
        .collect();
    names.sort();

    for name in names {
        let text = fs::read_to_string(folder.join(format!("{name}.yaml"))).unwrap();
        let mut spec = tiny();
        for source in sources(&text, "spec/tiny/notes.yaml") {
            spec.retain(|other| other.path != source.path);
            spec.push(source);
        }
        let mistakes = load(&spec).expect_err(&name);
        settings.bind(|| insta::assert_snapshot!(name.as_str(), mistakes.to_string()));
    }
}

#[test]
fn mistakes_are_sorted_by_file_and_position() {
    let mut spec = tiny();
    for source in &mut spec {
        source.text = source.text.replace("doc:", "dok:");
    }

    let mistakes = load(&spec).unwrap_err();

    let places: Vec<_> = mistakes
        .iter()
        .map(|mistake| mistakes.position(mistake))
        .collect();
    let mut sorted = places.clone();
    sorted.sort();
    assert!(places.len() > 10);
    assert_eq!(places, sorted);
}

#[test]
fn the_order_of_the_files_does_not_matter() {
    let mut spec = tiny();
    let forwards = load(&spec).unwrap();

    spec.reverse();

    assert_eq!(load(&spec).unwrap(), forwards);
}

#[test]
fn colour_is_given_only_when_it_is_asked_for() {
    let mut spec = tiny();
    spec[0].text.push_str("unknown: 1\n");

    let mistakes = load(&spec).unwrap_err();

    assert!(!mistakes.render(false).contains('\u{1b}'));
    assert!(mistakes.render(true).contains('\u{1b}'));
}
