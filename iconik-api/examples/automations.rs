//! Creates an automation that puts new media into a collection, estimates a run of it, and lists all automations.
//!
//! ```sh
//! cargo run --example automations --features automations,mock
//! ```
//!
//! Uses iconik if `ICONIK_APP_ID` and `ICONIK_AUTH_TOKEN` are set, else a local iconik that lives as long as the
//! program.

use std::error::Error;
use std::process::ExitCode;

use iconik_api::Client;
use iconik_api::assets::NewCollection;
use iconik_api::automations::{
    AddToCollectionAction, AnalyzeAction, AutomationAction, AutomationStatus, AutomationTrigger,
    NewAutomation, VersionOnlineTrigger,
};
use iconik_api::mock::Server;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    if std::env::var_os("ICONIK_APP_ID").is_some() {
        return file_new_media(&Client::from_env()?).await;
    }
    let server = Server::start()?;
    eprintln!("ICONIK_APP_ID is not set: this is a local iconik.");
    file_new_media(&server.client()?).await
}

async fn file_new_media(client: &Client) -> Result<(), Box<dyn Error>> {
    let inbox = NewCollection::new("Inbox");
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
    // It starts inactive: what it would do is looked at first.
    let automation =
        NewAutomation::new("File new media", triggers, actions).status(AutomationStatus::Inactive);
    let automation = client.automations().create(automation).await?;
    let automation_id = automation.id.ok_or("the automation has no id")?;

    let estimate = client.automations().estimate_run(&automation_id).await?;
    println!(
        "a run would affect {} objects",
        estimate.total.unwrap_or_default()
    );

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
