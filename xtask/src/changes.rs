//! `cargo xtask changes`: what a release has to tell.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use iconik_codegen::changes::changes;

use crate::repo::{Error, Repo, Result};

/// Print what changed in the public API since a git revision, as Markdown for CHANGELOG.md.
///
/// Each change of the spec is told in the words of the API, and whether it breaks a caller's build.
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
        if changes.is_empty() {
            println!("Nothing changed since {}.", arguments.since);
        }
        print!("{}", changes.markdown());
        return Ok(ExitCode::SUCCESS);
    };
    let changelog = fs::read_to_string(path).map_err(|error| Error::File(path.clone(), error))?;
    let silent = changes.unannounced(&changelog);
    if silent.is_empty() {
        let count = changes.breaking().count();
        println!(
            "{count} breaking changes since {}, all announced",
            arguments.since
        );
        return Ok(ExitCode::SUCCESS);
    }
    println!(
        "{} does not announce these breaking changes:\n",
        path.display()
    );
    for change in silent {
        println!("- {}", change.sentence());
    }
    println!("\nAdd them to its newest section, below `### Breaking`.");
    Ok(ExitCode::FAILURE)
}
