//! The maintainers' commands.

mod audit;
mod changes;
mod coverage;
mod export;
mod features;
mod mock;
mod names;
mod output;
mod regen;
mod repo;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The maintainers' commands for the spec of the iconik API and the crate made from it
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Regen(regen::Arguments),
    Names(names::Arguments),
    Coverage(coverage::Arguments),
    Audit(audit::Arguments),
    Export(export::Arguments),
    Changes(changes::Arguments),
    Mock(mock::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Regen(arguments) => regen::run(&arguments),
        Command::Names(arguments) => names::run(&arguments),
        Command::Coverage(arguments) => coverage::run(&arguments),
        Command::Audit(arguments) => audit::run(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Changes(arguments) => changes::run(&arguments),
        Command::Mock(arguments) => mock::run(&arguments),
    };
    result.unwrap_or_else(|error| {
        output::print_error(&error.to_string());
        // Unlike a command that did its work and found something.
        ExitCode::from(2)
    })
}
