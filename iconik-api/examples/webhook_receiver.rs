//! Receives webhooks at `/webhook` and custom actions at `/action`, and works on them after the response.
//!
//! ```text
//! WEBHOOK_SECRET=… cargo run --example webhook_receiver -- --listen 0.0.0.0:8080
//! ```
//!
//! iconik does not sign its calls. Set the header `X-Webhook-Secret` in the webhook or custom action, and put a
//! proxy with TLS in front. iconik waits ten seconds for a response, and disables webhooks that fail for hours.

mod support;

use std::process::ExitCode;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use clap::Parser;
use iconik_api::OptionalExt;
use iconik_api::webhooks::{CustomActionCall, PayloadError, Webhook};
use support::Iconik;
use support::sample::call_receiver;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// Receives webhooks and custom actions; with sample data, sends itself some and ends
#[derive(Parser)]
#[command(after_help = support::HELP)]
struct Args {
    /// The address to listen at
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: String,
}

enum Event {
    Webhook(Webhook),
    Action(CustomActionCall),
}

#[derive(Clone)]
struct Receiver {
    secret: String,
    /// Calls that wait; when there are too many, iconik learns of it.
    events: mpsc::Sender<Event>,
}

#[tokio::main]
async fn main() -> ExitCode {
    support::finish(run(Args::parse()).await)
}

async fn run(args: Args) -> support::Result {
    let iconik = Iconik::connect().await?;
    let secret = std::env::var("WEBHOOK_SECRET").ok();
    let secret = iconik.argument(secret, "WEBHOOK_SECRET", |_| "sample".to_owned())?;
    let (events, mut waiting) = mpsc::channel(1_000);
    let receiver = Receiver { secret, events };
    let app = Router::new()
        .route("/webhook", post(webhook))
        .route("/action", post(action))
        .with_state(receiver);
    let listener = TcpListener::bind(&args.listen).await?;
    let address = listener.local_addr()?;
    eprintln!("listening at http://{address}");

    let sample = iconik.sample().map(|sample| sample.takes[0].clone());
    let end = async move {
        match sample {
            Some(asset) => call_receiver(address, &asset).await,
            None => drop(tokio::signal::ctrl_c().await),
        }
    };
    let serve = axum::serve(listener, app).with_graceful_shutdown(end);
    let work = async {
        // Ends when the server has ended and everything is done.
        while let Some(event) = waiting.recv().await {
            if let Err(error) = work_on(&iconik, event).await {
                eprintln!("error: {error}");
            }
        }
    };
    let (served, ()) = tokio::join!(async { serve.await }, work);
    Ok(served?)
}

type Response = Result<StatusCode, (StatusCode, String)>;

async fn webhook(State(it): State<Receiver>, headers: HeaderMap, body: Bytes) -> Response {
    it.accept(&headers, Webhook::from_slice(&body).map(Event::Webhook))
}

async fn action(State(it): State<Receiver>, headers: HeaderMap, body: Bytes) -> Response {
    // To send the browser elsewhere, respond with a `CustomActionRedirect` as JSON.
    let call = CustomActionCall::from_slice(&body);
    it.accept(&headers, call.map(Event::Action))
}

impl Receiver {
    /// Keeps a call for later.
    fn accept(&self, headers: &HeaderMap, event: Result<Event, PayloadError>) -> Response {
        let given = headers.get("x-webhook-secret");
        let given = given.map_or("".as_bytes(), |it| it.as_bytes());
        let secret = self.secret.as_bytes();
        // It takes as long for a wrong secret as for the right one.
        let unlike = |sum, (one, other): (&u8, &u8)| sum | usize::from(one ^ other);
        let pairs = given.iter().zip(secret);
        if pairs.fold(given.len() ^ secret.len(), unlike) != 0 {
            return Err((StatusCode::UNAUTHORIZED, "wrong secret".to_owned()));
        }
        let event = event.map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))?;
        let too_many = |_| (StatusCode::SERVICE_UNAVAILABLE, "too many calls".to_owned());
        self.events.try_send(event).map_err(too_many)?;
        Ok(StatusCode::ACCEPTED)
    }
}

async fn work_on(iconik: &Iconik, event: Event) -> support::Result {
    match event {
        Event::Webhook(event) => {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            let (kind, operation) = (text(&event.event_type), text(&event.operation));
            let id = event.object_id.filter(|_| kind == "assets");
            let id = id.ok_or("the webhook is not about an asset")?;
            // The payload may be old: what counts is what iconik has now.
            let asset = iconik.client.assets().get(id.as_str()).await.optional()?;
            let title = asset.map_or(Some("a deleted asset".to_owned()), |it| it.title);
            let (realm, title) = (text(&event.realm), text(&title));
            println!("webhook: {kind} {realm} {operation}: {title}");
        }
        Event::Action(call) => {
            // With the rights of the user who chose the action, not with those of this program.
            let app_id = std::env::var("ICONIK_APP_ID").unwrap_or("local".to_owned());
            let credentials = call.credentials(app_id).ok_or("the call has no token")?;
            let client = iconik.client.with_credentials(credentials);
            for id in &call.asset_ids {
                let title = client.assets().get(id).await?.title.unwrap_or_default();
                println!("custom action: {title}");
            }
        }
    }
    Ok(())
}
