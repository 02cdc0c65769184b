//! Finds shares that are wider than they should be, and writes them as CSV.
//!
//! ```text
//! cargo run --example audit_shares -- --longest 90 > shares.csv
//! ```
//!
//! Needs the role `can_manage_all_shares`. The exit code is 1 when something is found, so that a nightly run
//! can raise an alarm.

mod support;

use std::io;
use std::process::ExitCode;

use clap::Parser;
use iconik_api::assets::Share;
use indicatif::ProgressBar;
use jiff::{SignedDuration, Timestamp};
use support::{Iconik, Result};

/// Finds shares that are wider than they should be, and writes them as CSV
#[derive(Parser)]
#[command(after_help = support::HELP)]
struct Args {
    /// Accepts shares that are open for at most this many days from now
    #[arg(long, value_name = "DAYS", default_value_t = 365)]
    longest: u32,
    /// Also writes shares in which nothing was found
    #[arg(long)]
    all: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    support::finish(run(Args::parse()).await)
}

async fn run(args: Args) -> Result {
    let iconik = Iconik::connect().await?;
    let now = iconik.now().as_jiff().ok_or("there is no time")?;
    let latest = now.checked_add(SignedDuration::from_hours(24 * i64::from(args.longest)))?;

    let mut csv = csv::Writer::from_writer(io::stdout());
    csv.write_record(["share", "title", "object", "owner", "expires", "findings"])?;
    let shares = iconik.client.assets().shares();
    let mut shares = shares.list_all().per_page(100).items();
    let progress = ProgressBar::new_spinner();
    let (mut seen, mut found) = (0, 0);
    while let Some(share) = shares.try_next().await? {
        progress.inc(1);
        seen += 1;
        let findings = findings(&share, now, latest);
        found += usize::from(!findings.is_empty());
        if findings.is_empty() && !args.all {
            continue;
        }
        let object = match (&share.object_type, &share.object_id) {
            (Some(kind), Some(id)) => format!("{kind}/{id}"),
            _ => String::new(),
        };
        csv.write_record([
            share.id.as_ref().map_or("", |id| id.as_str()),
            share.title.as_deref().unwrap_or_default(),
            &object,
            share.owner_id.as_ref().map_or("", |id| id.as_str()),
            &share.expires.map_or(String::new(), |date| date.to_string()),
            &findings.join("; "),
        ])?;
    }
    progress.finish_and_clear();
    csv.flush()?;
    eprintln!("{found} of {seen} shares need attention");
    match found {
        0 => Ok(()),
        _ => Err("there are shares that need attention".into()),
    }
}

/// What is wrong with a share.
fn findings(share: &Share, now: Timestamp, latest: Timestamp) -> Vec<&'static str> {
    let mut findings = Vec::new();
    match share.expires.as_ref().map(|date| date.as_jiff()) {
        None => findings.push("never expires"),
        // A date that cannot be read is no end.
        Some(None) => findings.push("expires at an unknown time"),
        Some(Some(end)) if end < now => findings.push("has expired and was not deleted"),
        Some(Some(end)) if end > latest => findings.push("expires too late"),
        Some(Some(_)) => {}
    }
    // Invited people log in; anyone may use a URL.
    let is_open = share.has_password != Some(true) && share.users.is_empty();
    if is_open {
        findings.push("has no password");
    }
    if is_open && share.allow_download == Some(true) {
        findings.push("gives the originals to anyone");
    }
    if is_open && share.allow_upload == Some(true) {
        findings.push("takes uploads from anyone");
    }
    findings
}
