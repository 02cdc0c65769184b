//! `cargo xtask regen`: from the spec to the crate.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use iconik_codegen::api::Api;
use similar::TextDiff;

use crate::features::{self, MANIFEST};
use crate::output;
use crate::repo::{Change, Comparison, Error, Repo, Result};

/// Write what is made from spec/: the generated part of iconik-api, the JSON Schema and the pages
///
/// Writes only files that change, removes stale ones, and names each.
/// When nothing differs, nothing is written. Ends with an error when the
/// spec has mistakes, or when the features of iconik-api do not fit its
/// services.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// Write nothing: show what would change as a diff, and fail if that is anything.
    #[arg(long)]
    check: bool,
}

/// What a run found.
struct Outcome {
    /// The spec.
    api: Api,
    /// What differed; no more so unless it was only a check.
    changes: BTreeMap<String, Change>,
    /// Files that are not the generator's, in folders that are.
    foreign: Vec<String>,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let start = Instant::now();
    let outcome = regen(&Repo::here(), arguments.check)?;
    for path in &outcome.foreign {
        output::print_error(&format!("warning: {path}: not generated, ignored"));
    }
    for (path, change) in &outcome.changes {
        if arguments.check {
            output::print(&diff(path, change));
        } else {
            output::print(&format!("{:>8} {path}\n", verb(change)));
        }
    }
    output::print(&format!(
        "{} ({} ms)\n",
        summary(&outcome, arguments.check),
        start.elapsed().as_millis()
    ));
    let stale = arguments.check && !outcome.changes.is_empty();
    Ok(if stale {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// Compares what is there with what should be there and, unless it only checks, makes it so.
fn regen(repo: &Repo, check: bool) -> Result<Outcome> {
    let api = repo.api()?;
    let Comparison { changes, foreign } = repo.compare(repo.wanted(&api)?)?;
    if !check {
        for (path, change) in &changes {
            repo.apply(path, change)?;
        }
    }
    match features::advice(&repo.read(MANIFEST)?, &iconik_codegen::features(&api)) {
        Some(advice) => Err(Error::Advice(advice)),
        None => Ok(Outcome {
            api,
            changes,
            foreign,
        }),
    }
}

fn verb(change: &Change) -> &'static str {
    match (&change.old, &change.new) {
        (None, _) => "added",
        (_, None) => "removed",
        _ => "changed",
    }
}

fn diff(path: &str, change: &Change) -> String {
    let name = |side: &str, text: &Option<String>| match text {
        Some(_) => format!("{side}/{path}"),
        None => "/dev/null".to_owned(),
    };
    let old = change.old.as_deref().unwrap_or_default();
    let new = change.new.as_deref().unwrap_or_default();
    TextDiff::from_lines(old, new)
        .unified_diff()
        .header(&name("a", &change.old), &name("b", &change.new))
        .to_string()
}

fn summary(outcome: &Outcome, check: bool) -> String {
    let services = &outcome.api.services;
    let resources = || services.iter().flat_map(|service| &service.resources);
    let actions: usize = resources().map(|resource| resource.actions.len()).sum();
    let models: usize = services.iter().map(|service| service.models.len()).sum();
    let enums: usize = services.iter().map(|service| service.enums.len()).sum();
    let files = match (outcome.changes.len(), check) {
        (0, _) => "nothing changed".to_owned(),
        (1, false) => "1 file changed".to_owned(),
        (1, true) => "1 file is stale: run `cargo xtask regen`".to_owned(),
        (count, false) => format!("{count} files changed"),
        (count, true) => format!("{count} files are stale: run `cargo xtask regen`"),
    };
    format!(
        "{} services, {} resources, {actions} actions, {models} models, {enums} enums: {files}",
        services.len(),
        resources().count()
    )
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;
    use crate::repo::{FIXTURE, SPEC};

    /// Plain `cargo test` finds what was not regenerated.
    #[test]
    fn everything_generated_is_fresh() {
        let outcome = regen(&Repo::here(), true).unwrap_or_else(|error| panic!("{error}"));
        let stale: Vec<&String> = outcome.changes.keys().collect();
        assert!(stale.is_empty(), "run `cargo xtask regen`: {stale:#?}");
    }

    /// A repository with the generator's test spec for a spec, in a folder of its own.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let root = std::env::temp_dir().join(format!("xtask-{name}-{}", std::process::id()));
            let here = Repo::here();
            for source in here.yaml(FIXTURE).unwrap_or_else(|error| panic!("{error}")) {
                let below = source.path.strip_prefix(FIXTURE).unwrap_or_default();
                for folder in [SPEC, FIXTURE] {
                    let file = root.join(format!("{folder}{below}"));
                    let folder = file.parent().expect("a file is in a folder");
                    fs::create_dir_all(folder).expect("a folder can be made");
                    fs::write(file, &source.text).expect("a file can be written");
                }
            }
            let scratch = Self(root);
            scratch.write_features(&scratch.features());
            scratch
        }

        fn features(&self) -> Vec<String> {
            let api = self.repo().api().unwrap_or_else(|error| panic!("{error}"));
            iconik_codegen::features(&api).into_iter().collect()
        }

        fn write_features(&self, names: &[String]) {
            let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
            let defined: String = names.iter().map(|name| format!("{name} = []\n")).collect();
            let text = format!("[features]\nfull = [{}]\n{defined}", quoted.join(", "));
            fs::create_dir_all(self.0.join("iconik-api")).expect("a folder can be made");
            fs::write(self.0.join(MANIFEST), text).expect("a file can be written");
        }

        fn repo(&self) -> Repo {
            Repo::at(&self.0)
        }

        fn regen(&self, check: bool) -> Vec<String> {
            let outcome = regen(&self.repo(), check).unwrap_or_else(|error| panic!("{error}"));
            outcome.changes.into_keys().collect()
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            // What remains in the temporary folder does no harm.
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_second_run_writes_nothing() {
        let scratch = Scratch::new("twice");

        assert!(!scratch.regen(false).is_empty());

        assert_eq!(scratch.regen(false), Vec::<String>::new());
    }

    #[test]
    fn a_check_writes_nothing() {
        let scratch = Scratch::new("check");

        let found = scratch.regen(true);

        assert_eq!(scratch.regen(true), found);
        assert!(!scratch.0.join("iconik-api/src/generated").exists());
    }

    #[test]
    fn stale_files_and_empty_folders_go() {
        let scratch = Scratch::new("stale");
        scratch.regen(false);
        let folder = scratch.0.join("iconik-api/src/generated/library/gone");
        fs::create_dir_all(&folder).expect("a folder can be made");
        let text = "// @generated by `cargo xtask regen` from spec; edit that instead.\n";
        fs::write(folder.join("handle.rs"), text).expect("a file can be written");

        let changed = scratch.regen(false);

        assert_eq!(changed, ["iconik-api/src/generated/library/gone/handle.rs"]);
        assert!(!folder.exists());
    }

    #[test]
    fn a_service_without_feature_is_an_error() {
        let scratch = Scratch::new("features");
        let mut features = scratch.features();
        features.retain(|name| name != "archive");
        scratch.write_features(&features);

        let error = regen(&scratch.repo(), true)
            .err()
            .expect("a feature is missing")
            .to_string();

        assert!(error.contains("    archive = []\n"), "{error}");
        assert!(error.ends_with("    \"archive\","), "{error}");
    }

    #[test]
    fn files_of_others_are_left_alone() {
        let scratch = Scratch::new("foreign");
        scratch.regen(false);
        let foreign = [
            "iconik-api/src/generated/.DS_Store",
            "spec/docs/.DS_Store",
            "spec/docs/by-hand.md",
            "spec/library/._service.yaml",
        ];
        for path in foreign {
            fs::write(scratch.0.join(path), b"\xff\x00 # By hand\n")
                .expect("a file can be written");
        }

        let outcome = regen(&scratch.repo(), false).unwrap_or_else(|error| panic!("{error}"));

        assert!(outcome.changes.is_empty());
        let mut found = outcome.foreign;
        found.sort();
        assert_eq!(found, foreign);
        for path in foreign {
            assert!(scratch.0.join(path).exists(), "{path}");
        }
    }

    #[test]
    fn a_stray_byte_in_a_generated_file_is_replaced() {
        let scratch = Scratch::new("byte");
        scratch.regen(false);
        let path = "iconik-api/src/generated/actions.rs";
        let mut bytes = fs::read(scratch.0.join(path)).expect("the file is there");
        bytes.push(0xff);
        fs::write(scratch.0.join(path), bytes).expect("a file can be written");

        assert_eq!(scratch.regen(false), [path]);
        assert_eq!(scratch.regen(false), Vec::<String>::new());
    }

    #[test]
    fn several_runs_at_once_agree() {
        let scratch = Scratch::new("at-once");
        let folder = scratch.0.join("iconik-api/src/generated/gone");
        fs::create_dir_all(&folder).expect("a folder can be made");
        let text = "// @generated by `cargo xtask regen` from spec; edit that instead.\n";
        fs::write(folder.join("handle.rs"), text).expect("a file can be written");

        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| scratch.regen(false));
            }
        });

        assert_eq!(scratch.regen(true), Vec::<String>::new());
        assert!(!folder.exists());
    }

    #[test]
    fn a_diff_names_the_file_on_both_sides() {
        let change = Change {
            old: Some("a\nb\n".to_owned()),
            new: Some("a\nc\n".to_owned()),
        };
        assert_eq!(
            diff("x.rs", &change),
            "--- a/x.rs\n+++ b/x.rs\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
        );

        let new = Change {
            old: None,
            new: Some("a\n".to_owned()),
        };
        assert!(diff("x.rs", &new).starts_with("--- /dev/null\n+++ b/x.rs\n"));
    }
}
