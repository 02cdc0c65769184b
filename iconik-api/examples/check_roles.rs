//! Says which actions iconik would refuse to a user with certain roles. Sends nothing.
//!
//! ```text
//! cargo run --example check_roles -- --roles can_read_assets,can_read_segments assets.get assets.segments
//! ```

mod selection;

use std::collections::BTreeSet;
use std::process::ExitCode;

const USAGE: &str = "usage: check_roles --roles ROLE,ROLE,… [ACTION or RESOURCE]…";

fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(code) => code,
        Err(advice) => {
            eprintln!("{advice}");
            ExitCode::from(2)
        }
    }
}

fn run(mut arguments: Vec<String>) -> Result<ExitCode, String> {
    let at = arguments
        .iter()
        .position(|it| it == "--roles")
        .ok_or(USAGE)?;
    let list = arguments.get(at + 1).cloned().ok_or(USAGE)?;
    arguments.drain(at..at + 2);
    let roles: BTreeSet<&str> = list
        .split([',', ' ', '\n'])
        .filter(|role| !role.is_empty())
        .collect();
    let actions = selection::actions(&arguments)?;
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
                "{} would be refused for want of {}",
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

/// A role that no action needs may be one of another service. It is worth a word where it looks like
/// one of these.
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
