//! A crate that consists of the library and of generated modules, compiled for nothing but its errors.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use iconik_codegen::Files;
use serde_json::Value;

/// The files of the crate, by their paths.
pub(crate) struct Scratch {
    files: BTreeMap<String, String>,
    modules: String,
    tests: String,
    services: BTreeSet<String>,
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(repository().join(path)).unwrap()
}

impl Scratch {
    /// The library without what is generated.
    pub(crate) fn new() -> Self {
        let mut files = BTreeMap::new();
        let source = repository().join("iconik-api/src");
        let mut folders = vec![source.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(&source).unwrap().to_str().unwrap();
                if ["generated", "fixture", "fixture.rs", "mock"].contains(&name) {
                    continue;
                }
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let text = fs::read_to_string(&path).unwrap();
                    files.insert(format!("src/{}", name.replace('\\', "/")), text);
                }
            }
        }
        // Some parts of the library name ids of iconik.
        for name in ["ids.rs", "ids/markers.rs"] {
            let path = format!("src/generated/{name}");
            let text = read(format!("iconik-api/{path}"));
            files.insert(path, text);
        }
        Self {
            files,
            modules: "//! Random specs.\n\
                pub mod ids;\n\
                pub(crate) mod actions {\n    \
                    pub(crate) static ACTIONS: &[&[&crate::ActionMeta]] = &[];\n\
                }\n\
                pub(crate) mod services {\n    \
                    pub(crate) const SERVICES: &[crate::ServiceMeta] = &[];\n\
                }\n"
            .to_owned(),
            tests: "//! What the generated tests and examples need.\n\
                #![allow(dead_code, deprecated, unused_variables)]\n\
                #[derive(Default)]\n\
                struct Lines;\n\
                impl Lines {\n    \
                    fn add<A: iconik_api::Action>(&mut self, _request: &A) {}\n    \
                    fn check(&self, _service: &str, _resource: &str) {}\n\
                }\n"
            .to_owned(),
            services: BTreeSet::new(),
        }
    }

    /// Adds the modules of a spec, their tests and the examples of their documentation.
    pub(crate) fn add(&mut self, number: usize, services: &[String], files: &Files) {
        let case = format!("case_{number}");
        writeln!(self.modules, "pub mod {case};").unwrap();
        for service in services {
            // As at the root of the library.
            writeln!(self.modules, "#[cfg(feature = {service:?})]").unwrap();
            writeln!(self.modules, "pub use {case}::{service};").unwrap();
        }
        writeln!(
            self.modules,
            "const _: fn() = || _ = ({case}::actions::ACTIONS, {case}::services::SERVICES);"
        )
        .unwrap();
        writeln!(self.tests, "mod {case};").unwrap();
        self.services.extend(services.iter().cloned());

        let library = format!("crate::{case}::iconik_api::");
        let mut examples = "//! The examples of the documentation.\n".to_owned();
        for (path, text) in files {
            let in_case = text.replace("iconik_api::", &library);
            if path.starts_with("tests/") {
                self.files.insert(path.clone(), in_case);
                continue;
            }
            for example in examples_of(&in_case) {
                // The scratch crate has no local iconik to run them against.
                let example: String = example
                    .split_inclusive('\n')
                    .filter(|line| !line.contains("::mock::run_example("))
                    .collect();
                writeln!(examples, "const _: () = {{\n{example}}};").unwrap();
            }
            self.files.insert(path.clone(), text.clone());
        }
        self.files.insert(
            format!("tests/{case}/mod.rs"),
            format!(
                "//! The tests and examples of a spec.\n\
                 pub(crate) mod iconik_api {{\n    \
                     pub(crate) use ::iconik_api::*;\n    \
                     #[allow(unused_imports)]\n    \
                     pub(crate) use ::iconik_api::{case}::*;\n\
                 }}\n\
                 mod examples;\n\
                 mod wire;\n"
            ),
        );
        self.files
            .insert(format!("tests/{case}/examples.rs"), examples);
    }

    /// What the compiler says: by case, or without one where it is about something else.
    pub(crate) fn check(mut self) -> BTreeMap<Option<usize>, String> {
        let manifest = self.manifest();
        self.files.insert("Cargo.toml".to_owned(), manifest);
        let modules = std::mem::take(&mut self.modules);
        self.files
            .insert("src/generated/mod.rs".to_owned(), modules);
        let tests = std::mem::take(&mut self.tests);
        self.files.insert("tests/it.rs".to_owned(), tests);

        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("spec-cases");
        let package = folder.join("package");
        write(&package, &self.files);
        // Cargo removes from it what is not needed.
        fs::write(package.join("Cargo.lock"), read("Cargo.lock")).unwrap();

        let output = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()))
            .args([
                "check",
                "--offline",
                "--quiet",
                "--tests",
                "--message-format=json",
            ])
            .arg("--manifest-path")
            .arg(package.join("Cargo.toml"))
            .env("CARGO_TARGET_DIR", folder.join("target"))
            .output()
            .unwrap();
        let mut words: BTreeMap<Option<usize>, String> = BTreeMap::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let message: Value = serde_json::from_str(line).unwrap();
            let Some(rendered) = message["message"]["rendered"].as_str() else {
                continue;
            };
            let spans = message["message"]["spans"].as_array().into_iter().flatten();
            let case = spans
                .filter_map(|span| case_of(span["file_name"].as_str()?))
                .next();
            // Parts of the library are not used by random specs.
            if case.is_some() || message["message"]["level"] == "error" {
                words.entry(case).or_default().push_str(rendered);
            }
        }
        if !output.status.success() && words.is_empty() {
            let words_of_cargo = String::from_utf8_lossy(&output.stderr).into_owned();
            words.insert(None, words_of_cargo);
        }
        words
    }

    fn manifest(&self) -> String {
        let workspace = read("Cargo.toml");
        let package = read("iconik-api/Cargo.toml");
        let required = |line: &&str| !line.contains("optional = true");
        let dependencies: String = table(&package, "dependencies")
            .lines()
            .filter(required)
            .map(|line| format!("{line}\n"))
            .collect();
        let features = table(&package, "features");
        let features = features.lines().filter_map(|line| line.split_once(" = "));
        let features: BTreeSet<&str> = features
            .map(|(name, _)| name)
            .filter(|name| *name != "default")
            .chain(self.services.iter().map(String::as_str))
            .collect();
        let features: String = features
            .iter()
            .map(|name| format!("{name} = []\n"))
            .collect();
        let services: Vec<&String> = self.services.iter().collect();
        format!(
            "[package]\nname = \"iconik-api\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [lib]\ntest = false\ndoctest = false\n\n\
             [features]\n{features}default = {:?}\n\n\
             [dependencies]\n{dependencies}\n\
             [lints]\nworkspace = true\n\n\
             [workspace]\nresolver = \"3\"\n\n\
             [workspace.dependencies]\n{}\n\
             [workspace.lints.rust]\n{}\n\
             [profile.dev]\ndebug = false\nincremental = false\n",
            [vec![&"full".to_owned()], services].concat(),
            table(&workspace, "workspace.dependencies"),
            table(&workspace, "workspace.lints.rust"),
        )
    }
}

/// The lines of a table of a Cargo.toml.
fn table(text: &str, name: &str) -> String {
    let (_, rest) = text.split_once(&format!("\n[{name}]\n")).unwrap();
    let lines = rest.lines().take_while(|line| !line.starts_with('['));
    let lines = lines.filter(|line| !line.starts_with("iconik-codegen"));
    lines.map(|line| format!("{line}\n")).collect()
}

/// Writes what has changed, and removes what is not among the files.
fn write(folder: &Path, files: &BTreeMap<String, String>) {
    for part in ["src", "tests"] {
        let mut folders = vec![folder.join(part)];
        while let Some(open) = folders.pop() {
            for entry in fs::read_dir(&open).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
                if !files.contains_key(&name.replace('\\', "/")) {
                    fs::remove_file(path).unwrap();
                }
            }
        }
    }
    for (name, text) in files {
        let path = folder.join(name);
        if fs::read_to_string(&path).is_ok_and(|known| known == *text) {
            continue;
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// The code between the fences of doc comments.
fn examples_of(text: &str) -> Vec<String> {
    let mut examples = Vec::new();
    let mut open: Option<String> = None;
    for line in text.lines() {
        let Some(line) = line.trim_start().strip_prefix("///") else {
            continue;
        };
        let line = line.strip_prefix(' ').unwrap_or(line);
        if line.starts_with("```") {
            match open.take() {
                Some(example) => examples.push(example),
                None => open = Some(String::new()),
            }
            continue;
        }
        if let Some(example) = &mut open {
            // What is hidden in the documentation is compiled.
            example.push_str(line.strip_prefix("# ").unwrap_or(line));
            example.push('\n');
        }
    }
    examples
}

/// The number in `src/generated/case_7/…` and in `tests/case_7/…`.
fn case_of(path: &str) -> Option<usize> {
    let path = path.replace('\\', "/");
    let (_, rest) = path.split_once("/case_")?;
    rest.split('/').next()?.parse().ok()
}
