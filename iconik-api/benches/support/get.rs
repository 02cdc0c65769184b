//! One GET of an asset, through the client and by reqwest alone.

use std::time::Duration;

use iconik_api::{Client, Limiter};
use serde::de::DeserializeOwned;

/// What a program writes that only wants to know this much.
#[derive(Debug, serde::Deserialize)]
pub struct Short {
    pub id: String,
    pub title: String,
}

const ID: &str = "2c5bfe1a-f149-11eb-a843-0a580a3db916";
const APP_ID: &str = "2f1d6e7c-f149-11eb-a843-0a580a3db916";
const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJiZW5jaCJ9.c2lnbmF0dXJl";

/// A client with everything on. It counts for the pace, but the pace never makes it wait.
pub fn client(address: &str) -> Client {
    Client::builder()
        .app_id(APP_ID)
        .auth_token(TOKEN)
        .base_url(address)
        .limiter(Limiter::new(1_000_000, 1_000_000, Duration::from_secs(20)))
        .build()
        .expect("the settings are right")
}

pub async fn ours<T: DeserializeOwned + 'static>(client: &Client) -> T {
    let call = client.assets().get(ID).call();
    call.decode_as().await.expect("the server answers")
}

/// With the same settings: no redirects, no proxy for this machine, no repetition.
pub fn reqwest_client() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .build()
        .expect("the settings are right")
}

/// The same request as ours and the same type for the answer. No program should go without a
/// timeout; ours does not.
pub async fn by_reqwest<T: DeserializeOwned>(
    client: &reqwest::Client,
    address: &str,
    timeout: bool,
) -> T {
    let mut request = client
        .get(format!("{address}/API/assets/v1/assets/{ID}/"))
        .header("user-agent", "bench/1")
        .header("accept", "application/json")
        .header("app-id", APP_ID)
        .header("auth-token", TOKEN);
    if timeout {
        request = request.timeout(Duration::from_secs(60));
    }
    let response = request.send().await.expect("the server answers");
    let response = response.error_for_status().expect("a success");
    let body = response.bytes().await.expect("the body is whole");
    serde_json::from_slice(&body).expect("the data fits the type")
}
