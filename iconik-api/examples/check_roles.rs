//! Says which actions iconik would refuse to a user with certain roles. Sends nothing.
//!
//! ```text
//! cargo run --example check_roles -- --roles can_read_assets,can_read_segments assets.get assets.segments
//! ```

mod selection;

use std::collections::BTreeSet;
use std::process::ExitCode;

use clap::Parser;

/// Says which actions iconik would refuse to a user with certain roles; sends nothing
#[derive(Parser)]
#[command(
    after_help = "Exit code: 0 when all actions are allowed, 1 when some are not, 2 for wrong arguments"
)]
struct Args {
    /// The roles of the user, separated by commas
    #[arg(long, required = true, value_delimiter = ',')]
    roles: Vec<String>,
    /// Actions, resources or services, for example `assets.get` or `assets.segments` [default: all]
    #[arg(value_name = "ACTION")]
    actions: Vec<String>,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(code) => code,
        Err(advice) => {
            eprintln!("{advice}");
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args) -> Result<ExitCode, String> {
    let roles: BTreeSet<&str> = args.roles.iter().map(|role| role.trim()).collect();
    let actions = selection::actions(&args.actions)?;
    warn_of_typos(&roles);

    let mut refused = 0;
    for action in &actions {
        let lacking: Vec<&str> = action
            .roles
            .iter()
            .copied()
            .filter(|role| !roles.contains(role))
            .collect();
        if !lacking.is_empty() {
            refused += 1;
            println!(
                "{} would be refused: it needs {}",
                action.id,
                lacking.join(", ")
            );
        }
    }
    println!("{refused} of {} actions would be refused", actions.len());
    Ok(if refused == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Warns of a role that no action needs and that is spelled almost like one.
fn warn_of_typos(roles: &BTreeSet<&str>) {
    let known: BTreeSet<&str> = iconik_api::actions()
        .flat_map(|it| it.roles)
        .copied()
        .collect();
    for role in roles.difference(&known) {
        if let Some(meant) = selection::nearest(role, known.iter().copied()) {
            eprintln!("no action needs the role `{role}`; did you mean `{meant}`?");
        }
    }
}
