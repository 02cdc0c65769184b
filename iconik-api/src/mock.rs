//! A local iconik: to try, to test against, and to break things with.
//!
//! [`Server::start`] runs an iconik on 127.0.0.1, inside the process. It knows every action of every service
//! that this crate describes, checks requests as the documentation says, and keeps what is created. It can be
//! told to misbehave, and remembers what it received.
//!
//! ```
//! # #[cfg(feature = "assets")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use iconik_api::assets::NewAsset;
//! use iconik_api::mock::{Fault, Server};
//!
//! let server = Server::start()?;
//! let client = server.client()?;
//! let asset = client.assets().create(NewAsset::new("Dailies")).await?;
//! assert_eq!(asset.title.as_deref(), Some("Dailies"));
//!
//! server.add_fault(Fault::status(404).on("assets.get"));
//! let missing = client.assets().get(asset.id.as_ref().unwrap()).await;
//! assert_eq!(missing.unwrap_err().status().map(|status| status.as_u16()), Some(404));
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "assets"))]
//! # fn main() {}
//! ```
//!
//! As a program, for clients in any language: `cargo run --example mock_server --features mock -- --help`.
//!
//! # What it checks
//!
//! - credentials (401), and roles if it was [given a set](ServerBuilder::roles) (403)
//! - required parameters and fields, types, enum values, documented bounds (400, with iconik's `errors`)
//! - that the objects of the path exist (404), that the path (404, HTML) and the method (405) do
//! - in [strict mode](ServerBuilder::strict), also that nothing is sent that iconik would ignore
//!
//! # What it keeps
//!
//! Objects are created, read, listed in every style of paging, changed (a PATCH changes what was sent, `null`
//! clears), replaced (a PUT unsets what was not sent; what iconik does then is not known), and deleted.
//! Assets and collections go to the delete queue first. Versions, contents of collections, segments, shares,
//! metadata values, searches, jobs and uploads behave as iconik's do, as far as that is known; uploads go to
//! local endpoints that speak the protocols of S3, Google Cloud Storage, Backblaze B2 and Azure.
//!
//! Everything else responds with samples in the documented form.
//!
//! # Deterministic
//!
//! Ids, samples and faults by chance come from a [seed](ServerBuilder::seed), times from a clock that begins
//! with the server, advances with every write, and can be [moved forward](Server::advance).
//!
//! # Over HTTP
//!
//! A program in another language adds faults with `POST /_mock/faults` (lines as [`Fault`] reads them),
//! removes them with `DELETE /_mock/faults`, reads the record with `GET /_mock/requests`, empties it with
//! `DELETE /_mock/requests`, and finishes work in the background with `POST /_mock/work`.

mod behaviour;
mod call;
mod check;
mod control;
mod description;
mod example;
mod fault;
mod incoming;
mod list;
mod reply;
mod routes;
mod select;
mod server;
mod shape;
mod source;
mod state;
mod store;
mod values;

#[doc(hidden)]
pub use example::run_example;
pub use fault::{Fault, ParseFaultError};
pub use server::{Server, ServerBuilder};

pub use crate::testing::{Expected, ReceivedRequest};
