//! `cargo xtask changes`: what a release has to tell.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use iconik_codegen::changes::{Changes, changes};

use crate::output;
use crate::repo::{Error, Repo, Result};

/// Print what changed in the public API since a git revision, as Markdown for CHANGELOG.md.
///
/// Each change of the spec is described in the words of the API, with whether it breaks a caller's build.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The state to compare with: a tag, a branch or a commit.
    #[arg(long)]
    since: String,
    /// Fail unless the newest section of this changelog announces every breaking change.
    #[arg(long, value_name = "CHANGELOG")]
    announced_in: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let repo = Repo::here();
    let old = repo.api_at(&arguments.since)?;
    let changes = changes(&old, &repo.api()?);
    let Some(path) = &arguments.announced_in else {
        output::print(&match changes.is_empty() {
            true => format!("Nothing changed since {}.\n", arguments.since),
            false => changes.markdown(),
        });
        return Ok(ExitCode::SUCCESS);
    };
    let changelog = fs::read_to_string(path).map_err(|error| Error::File(path.clone(), error))?;
    match verdict(&changes, &changelog) {
        Ok(praise) => {
            output::print(&format!("{praise} since {}\n", arguments.since));
            Ok(ExitCode::SUCCESS)
        }
        Err(advice) => {
            output::print(&format!("{}: {advice}\n", path.display()));
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Whether a changelog announces every breaking change, or what is to be done.
fn verdict(changes: &Changes, changelog: &str) -> std::result::Result<String, String> {
    let silent = changes.unannounced(changelog);
    if silent.is_empty() {
        return Ok(match changes.breaking().count() {
            0 => "no breaking change".to_owned(),
            1 => "1 breaking change, announced,".to_owned(),
            count => format!("{count} breaking changes, all announced,"),
        });
    }
    let lines: String = silent
        .iter()
        .map(|change| format!("- {}\n", change.sentence()))
        .collect();
    Err(format!(
        "these breaking changes are not announced; put them into the newest section, in these words \
         or others, as long as the names in backticks stay:\n\n### Breaking\n\n{lines}"
    ))
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;

    use iconik_codegen::Source;
    use iconik_codegen::api::Api;

    use super::*;
    use crate::repo::{FIXTURE, SPEC};

    fn git(root: &Path, arguments: &[&str]) {
        let identity = ["-c", "user.name=test", "-c", "user.email=test@localhost"];
        let output = Command::new("git")
            .current_dir(root)
            .args(identity)
            .args(arguments)
            .output()
            .expect("git runs");
        assert!(output.status.success(), "{output:?}");
    }

    #[test]
    fn the_spec_of_a_revision_is_what_was_committed() {
        let root = std::env::temp_dir().join(format!("xtask-changes-{}", std::process::id()));
        let fixture = Repo::here().yaml(FIXTURE);
        for source in fixture.unwrap_or_else(|error| panic!("{error}")) {
            let below = source.path.strip_prefix(FIXTURE).unwrap_or_default();
            let file = root.join(format!("{SPEC}{below}"));
            fs::create_dir_all(file.parent().expect("it is in a folder"))
                .expect("a folder can be made");
            fs::write(file, &source.text).expect("a file can be written");
        }
        git(&root, &["init", "--quiet"]);
        git(&root, &["add", "."]);
        git(&root, &["commit", "--quiet", "--message", "One"]);
        let service = root.join("spec/library/service.yaml");
        let text = fs::read_to_string(&service).expect("the service is there");
        let moved = text.replace("base_path: /API/", "base_path: /API2/");
        assert_ne!(moved, text);
        fs::write(&service, moved).expect("a file can be written");
        let repo = Repo::at(&root);
        let api = |found: Result<_>| found.unwrap_or_else(|error| panic!("{error}"));

        let old = api(repo.api_at("HEAD"));
        let changes = changes(&old, &api(repo.api()));
        let unknown = repo.api_at("nothing").unwrap_err().to_string();

        assert_eq!(changes.breaking().count(), 1, "{}", changes.markdown());
        assert!(
            changes.markdown().contains("is at `/API2/"),
            "{}",
            changes.markdown()
        );
        assert!(unknown.contains("git ls-tree"), "{unknown}");
        fs::remove_dir_all(&root).expect("what was made can be removed");
    }

    /// The generator's test spec, with one text in place of another.
    fn edited(old: &str, new: &str) -> Api {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../codegen/tests/it/tools/spec");
        let mut sources = Vec::new();
        for file in fs::read_dir(here).expect("the fixture is there") {
            let path = file.expect("an entry can be read").path();
            let text = fs::read_to_string(&path).expect("a file can be read");
            let name = path.file_name().expect("it has a name").to_string_lossy();
            let folder = if name == "common.yaml" {
                "spec"
            } else {
                "spec/spec"
            };
            sources.push(Source::new(
                format!("{folder}/{name}"),
                text.replace(old, new),
            ));
        }
        iconik_codegen::load(&sources).unwrap_or_else(|mistakes| panic!("{mistakes}"))
    }

    #[test]
    fn what_is_to_be_announced_can_be_pasted_into_the_changelog() {
        let changelog = "# Changelog\n\n## Unreleased\n\n";
        let old = edited("", "");
        let new = edited("  get_item_as_text:", "  print_item:");
        let changes = changes(&old, &new);

        let advice = verdict(&changes, changelog).unwrap_err();
        let pasted = &advice[advice.find("### Breaking").expect("there is a section")..];

        assert_eq!(
            pasted,
            "### Breaking\n\n- `spec.playlists.get_item_as_text`: `spec.playlists.print_item` is its name now.\n"
        );
        assert_eq!(
            verdict(&changes, &format!("{changelog}{pasted}")),
            Ok("1 breaking change, announced,".to_owned())
        );
    }

    #[test]
    fn without_a_breaking_change_any_changelog_will_do() {
        let same = edited("", "");

        assert_eq!(
            verdict(&changes(&same, &same), ""),
            Ok("no breaking change".to_owned())
        );
    }
}
