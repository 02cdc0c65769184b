//! `cargo xtask coverage`: how much of the API the spec describes.

use std::process::ExitCode;

use clap::Args;

use crate::output;
use crate::repo::{Repo, Result};

/// Print a Markdown table of what the spec describes
///
/// Per service: its resources and actions, the actions that name roles, the
/// parameters, and the fields of bodies.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {}

/// Runs the command.
pub(crate) fn run(_: &Arguments) -> Result<ExitCode> {
    let api = Repo::here().api()?;
    output::print(&iconik_codegen::coverage(&api));
    Ok(ExitCode::SUCCESS)
}
