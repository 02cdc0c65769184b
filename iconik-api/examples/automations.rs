//! Creates an automation that puts new media into a collection, estimates a run of it, and lists all automations.
//!
//! ```text
//! cargo run --example automations --features automations,mock
//! ```

mod support;

use std::process::ExitCode;

use clap::Parser;
use iconik_api::Client;
use iconik_api::assets::NewCollection;
use iconik_api::automations::{
    AddToCollectionAction, AnalyzeAction, AutomationAction, AutomationStatus, AutomationTrigger,
    NewAutomation, VersionOnlineTrigger,
};
use support::{Iconik, Result};

/// Creates an automation that puts new media into a collection, and lists all automations
#[derive(Parser)]
#[command(after_help = support::HELP)]
struct Args {
    /// The title of the collection, which is created
    #[arg(long, default_value = "Inbox")]
    collection: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    support::finish(run(Args::parse()).await)
}

async fn run(args: Args) -> Result {
    let iconik = Iconik::connect().await?;
    let client = &iconik.client;
    create(client, &args.collection).await?;

    for automation in client.automations().list().await?.objects {
        println!(
            "{}: {} triggers, {} actions, {}",
            automation.name.as_deref().unwrap_or("untitled"),
            automation.triggers.len(),
            automation.actions.len(),
            match automation.status {
                Some(AutomationStatus::Active) => "active",
                _ => "not active",
            }
        );
    }
    Ok(())
}

async fn create(client: &Client, collection: &str) -> Result {
    let inbox = NewCollection::new(collection);
    let inbox = client.assets().collections().create(inbox).await?;
    let inbox = inbox.id.ok_or("the collection has no id")?;

    let mut online = VersionOnlineTrigger::default();
    online.only_first_version = Some(true);
    online.wait_for_transcode = Some(true);
    let triggers = [AutomationTrigger::version_online(online)];
    let actions = [
        AutomationAction::analyze(AnalyzeAction::default()),
        AutomationAction::add_to_collection(AddToCollectionAction::new(inbox)),
    ];
    // It is created inactive, so that its effect can be looked at first.
    let automation =
        NewAutomation::new("File new media", triggers, actions).status(AutomationStatus::Inactive);
    let automation = client.automations().create(automation).await?;
    let automation_id = automation.id.ok_or("the automation has no id")?;

    let estimate = client.automations().estimate_run(&automation_id).await?;
    let total = estimate.total.unwrap_or_default();
    println!("a run would affect {total} objects");
    Ok(())
}
