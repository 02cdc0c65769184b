//! Testing your own code: a mock in place of the network, and errors to handle.
//!
//! Code that gets a [`Client`](crate::Client) as an argument can be tested without a socket. A [`Mock`] knows
//! the requests of a test as values, the same that your code makes, and what to respond:
//!
//! ```
//! # #[cfg(feature = "assets")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> iconik_api::Result<()> {
//! use iconik_api::assets::AssetPatch;
//! use iconik_api::assets::requests::{GetAsset, UpdateAsset};
//! use iconik_api::testing::Mock;
//! use iconik_api::{Client, Result};
//! use serde_json::json;
//!
//! /// The code under test.
//! async fn approve(client: &Client, id: &str) -> Result<()> {
//!     let asset = client.assets().get(id).await?;
//!     let title = format!("{} (approved)", asset.title.unwrap_or_default());
//!     client.assets().update(id, AssetPatch::new().title(title)).await?;
//!     Ok(())
//! }
//!
//! let renamed = AssetPatch::new().title("Dailies (approved)");
//! let mock = Mock::new()
//!     .on(GetAsset::new("1"), json!({ "id": "1", "title": "Dailies" }))
//!     .on(UpdateAsset::new("1", renamed), json!({ "id": "1" }));
//!
//! approve(&mock.client(), "1").await?;
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "assets"))]
//! # fn main() {}
//! ```
//!
//! If `approve` sends another title, its call is an error that shows the difference:
//!
//! ```text
//! assets.update PATCH /API/assets/v1/assets/1/: the request cannot be sent: the mock does not expect this request
//!   assets.update: PATCH /API/assets/v1/assets/1/
//! 2 requests are expected; the nearest:
//!   2. assets.update, PATCH, /API/assets/v1/assets/1/, body {"title":"Dailies (approved)"}
//!      body.title: expected "Dailies (approved)", was "Dailies"
//! ```
//!
//! And if it sends no second request, the mock panics when it is dropped. [`Mock`] says which reply a request
//! gets, how to expect sequences, lists and requests that are known in part, and how to count.
//!
//! # Replies
//!
//! A reply is anything that can be serialized: `json!`, a model, a page. [`Reply`] has the others: bytes,
//! headers, statuses, delays, timeouts, connections that fail.
//!
//! Models are `#[non_exhaustive]`, because iconik adds fields. In a test, begin with `default()` and set
//! fields by name:
//!
//! ```
//! # #[cfg(feature = "assets")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> iconik_api::Result<()> {
//! use iconik_api::Page;
//! use iconik_api::assets::Asset;
//! use iconik_api::assets::requests::{GetAsset, ListAssets};
//! use iconik_api::testing::Mock;
//!
//! let mut asset = Asset::default();
//! asset.id = Some("1".into());
//! asset.title = Some("Dailies".to_owned());
//!
//! let mut page = Page::default();
//! page.objects.push(asset.clone());
//!
//! let mock = Mock::new().on(GetAsset::new("1"), asset.clone()).on(ListAssets::new(), page);
//! assert_eq!(mock.client().assets().get("1").await?, asset);
//! assert_eq!(mock.client().assets().list().await?.objects, [asset]);
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "assets"))]
//! # fn main() {}
//! ```
//!
//! # Errors
//!
//! [`error`] and [`error_of`] make the errors that a client would return, for code that handles them:
//!
//! ```
//! let error = iconik_api::testing::error(404, "gone");
//! assert!(error.is_not_found());
//! assert_eq!(error.to_string(), "404 Not Found: gone");
//! ```
//!
//! # Time
//!
//! The client of a mock has no pace, and it retries without waiting. Waits of your own code, and the
//! [delay](Reply::delay) of a reply, take no real time in a test with `#[tokio::test(start_paused = true)]`
//! (feature `test-util` of Tokio).
//!
//! # A mock, or a local iconik
//!
//! A mock fits a test that knows the requests. Code that creates objects and reads them again, or that makes
//! many requests, is easier to test with the local iconik of the feature `mock`: it keeps state, checks
//! requests as the documentation says, and fails on demand. Both remember what they received, as
//! [`ReceivedRequest`], and compare it with [`Expected`].

mod error;
mod expected;
pub(crate) mod form;
mod mock;
mod pages;
mod received;
mod reply;
mod times;

pub use error::{error, error_of};
pub use expected::Expected;
pub use mock::Mock;
pub use received::ReceivedRequest;
#[cfg(feature = "mock")]
pub(crate) use received::{Record, received_methods};
pub use reply::{IntoReply, Reply};
pub use times::Times;
