//! `cargo xtask names`: the public API on one page.

use std::process::ExitCode;

use clap::Args;

use crate::output;
use crate::repo::{Repo, Result};

/// Print every name that a user of iconik-api may write
///
/// Per service and resource: the method, its arguments, the request type, METHOD and
/// path, and the response; then the models with the number of their fields,
/// the enums with the number of their values. The ids are listed under `common`.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {}

/// Runs the command.
pub(crate) fn run(_: &Arguments) -> Result<ExitCode> {
    let api = Repo::here().api()?;
    let pages = iconik_codegen::names(&api);
    let pages = pages
        .iter()
        .map(|(service, names)| format!("## {service}\n\n{names}\n"));
    output::print(&pages.collect::<String>());
    Ok(ExitCode::SUCCESS)
}
