//! `cargo xtask mock`: a local iconik as a program.

use std::process::{Command, ExitCode};

use clap::Args;

use crate::repo::{Error, Repo, Result};

/// Run a local iconik, for clients in any language
///
/// Builds and runs the example `mock_server` of iconik-api with every
/// service. `cargo xtask mock -- --help` lists its options.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// The options of the local iconik, for example `--port 8080 --strict`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

/// Runs the command.
// The example is a program of its own, so that this one builds where the generated code does not.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["run", "--quiet", "--manifest-path"])
        .arg(Repo::here().root().join("Cargo.toml"))
        .args(["--package", "iconik-api", "--example", "mock_server"])
        .args(["--features", "full,mock", "--"])
        .args(&arguments.options);
    let status = cargo
        .status()
        .map_err(|error| Error::File("cargo".into(), error))?;
    Ok(match status.success() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}
