//! `cargo xtask regen`: from the spec to the crate.

use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use iconik_codegen::api::Api;
use similar::TextDiff;

use crate::repo::{Change, Repo, Result};

/// Write everything that is made from `spec/`: the generated part of iconik-api and the JSON Schema.
///
/// Writes only files that change, removes stale ones, and names each. When nothing differs, nothing
/// is written.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Write nothing: show what would change as a diff, and fail if that is anything.
    #[arg(long)]
    check: bool,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let start = Instant::now();
    let repo = Repo::here();
    let api = repo.api()?;
    let changes = repo.changes(repo.wanted(&api))?;
    for (path, change) in &changes {
        if arguments.check {
            print!("{}", diff(path, change));
        } else {
            repo.apply(path, change)?;
            println!("{:>8} {path}", verb(change));
        }
    }
    println!(
        "{} ({} ms)",
        summary(&api, changes.len(), arguments.check),
        start.elapsed().as_millis()
    );
    let fresh = changes.is_empty() || !arguments.check;
    Ok(if fresh {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
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

fn summary(api: &Api, changed: usize, check: bool) -> String {
    let resources = || api.services.iter().flat_map(|service| &service.resources);
    let actions: usize = resources().map(|resource| resource.actions.len()).sum();
    let models: usize = api
        .services
        .iter()
        .map(|service| service.models.len())
        .sum();
    let enums: usize = api.services.iter().map(|service| service.enums.len()).sum();
    let files = match (changed, check) {
        (0, _) => "nothing changed".to_owned(),
        (1, false) => "1 file changed".to_owned(),
        (1, true) => "1 file is stale: run `cargo xtask regen`".to_owned(),
        (count, false) => format!("{count} files changed"),
        (count, true) => format!("{count} files are stale: run `cargo xtask regen`"),
    };
    format!(
        "{} resources, {actions} actions, {models} models, {enums} enums: {files}",
        resources().count()
    )
}
