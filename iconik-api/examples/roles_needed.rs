//! Prints the roles that a user needs for some actions, one on a line. Sends nothing.
//!
//! ```text
//! cargo run --example roles_needed -- assets.get assets.segments    # an action, and a whole resource
//! cargo run --example roles_needed                                  # everything
//! ```

mod selection;

use std::collections::BTreeSet;
use std::process::ExitCode;

use clap::Parser;

/// Prints the roles that a user needs for some actions, one on a line; sends nothing
#[derive(Parser)]
struct Args {
    /// Actions, resources or services, for example `assets.get` or `assets.segments` [default: all]
    #[arg(value_name = "ACTION")]
    actions: Vec<String>,
}

fn main() -> ExitCode {
    let actions = match selection::actions(&Args::parse().actions) {
        Ok(actions) => actions,
        Err(advice) => {
            eprintln!("{advice}");
            return ExitCode::from(2);
        }
    };
    let roles: BTreeSet<&str> = actions
        .iter()
        .flat_map(|action| action.roles)
        .copied()
        .collect();
    for role in &roles {
        println!("{role}");
    }
    // Apart from the roles, so that those can go into a file.
    eprintln!("{} roles for {} actions", roles.len(), actions.len());
    ExitCode::SUCCESS
}
