//! `cargo xtask export`: the API for tools that do not speak Rust.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use iconik_codegen::openapi;

use crate::audit::find;
use crate::output;
use crate::repo::{Error, Repo, Result};

/// Print the API in another format.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The format: OpenAPI 3.1 as JSON.
    format: Format,
    /// One service, its paths below its own server; all of them below the host if absent.
    #[arg(long)]
    service: Option<String>,
    /// Write to this file.
    #[arg(short, long)]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Openapi,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let Format::Openapi = arguments.format;
    let api = Repo::here().api()?;
    let services = match &arguments.service {
        Some(name) => vec![find(&api, name)?],
        None => api.services.iter().collect(),
    };
    let text = openapi::export(&api, &services);
    match &arguments.output {
        Some(path) => fs::write(path, text).map_err(|error| Error::File(path.clone(), error))?,
        None => output::print(&text),
    }
    Ok(ExitCode::SUCCESS)
}
