//! What the tests of the spec share.

use std::fs;
use std::path::{Path, PathBuf};

use iconik_codegen::Source;

/// Where the tests and their fixtures lie.
pub(crate) fn tests_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// The files in a fixture, each headed by `## path`; the text before the first such line is the
/// file `default`.
pub(crate) fn sources(text: &str, default: &str) -> Vec<Source> {
    let mut list = vec![Source::new(default, "")];
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("## ") {
            Some(path) => list.push(Source::new(path.trim(), "")),
            None => {
                if let Some(source) = list.last_mut() {
                    source.text.push_str(line);
                }
            }
        }
    }
    if list.len() > 1 && list[0].text.is_empty() {
        list.remove(0);
    }
    list
}

/// A small spec without mistakes.
pub(crate) fn tiny() -> Vec<Source> {
    let text = fs::read_to_string(tests_folder().join("tiny.yaml")).unwrap();
    sources(&text, "")
}

/// The spec of this repository.
pub(crate) fn real() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    below(&root.join("spec"), "spec")
}

/// The YAML files of a folder and of the folders in it, by their paths below `name`.
pub(crate) fn below(folder: &Path, name: &str) -> Vec<Source> {
    let mut list = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{name}/{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            list.extend(below(&entry.path(), &path));
        } else if path.ends_with(".yaml") {
            list.push(Source::new(path, fs::read_to_string(entry.path()).unwrap()));
        }
    }
    list.sort_by(|a, b| a.path.cmp(&b.path));
    list
}
