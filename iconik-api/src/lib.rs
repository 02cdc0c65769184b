//! A typed client for the iconik media asset management API.
//!
//! ```
//! # #[cfg(feature = "assets")]
//! # async fn example() -> iconik_api::Result<()> {
//! use iconik_api::Client;
//!
//! // ICONIK_APP_ID, ICONIK_AUTH_TOKEN and, if it is not app.iconik.io, ICONIK_BASE_URL.
//! let client = Client::from_env()?;
//! let asset = client.assets().get("2c5bfe1a-f149-11eb-a843-0a580a3db916").await?;
//! println!("{}", asset.title.as_deref().unwrap_or("untitled"));
//! # Ok(())
//! # }
//! ```
//!
//! # Requests are values
//!
//! `client.assets().get(id)` is a request: it can be kept, printed and changed, and it is sent when
//! it is awaited. A request without a client is sent by [`Client::call`], as often as you like.
//! A [`Call`] has what is special about sending it once: a header, other credentials, a timeout,
//! another type for the response. Endpoints that this
//! version does not describe are reached with [`Client::request`].
//!
//! Required arguments of one type are set by name, so that they cannot be exchanged. A path without one of
//! its values is refused before anything is sent.
//!
//! Calls run on any executor: one thread in the background drives connections and clocks. So one client
//! can be used from several runtimes, for example in a `static` that many `#[tokio::test]` share. In a
//! runtime whose clock is stopped by `tokio::time::pause`, waits use that clock.
//!
//! # What happens when something goes wrong
//!
//! - A [`RetryPolicy`] retries failures that may pass; requests that may have been
//!   carried out are retried only if that does no harm. A create that may have happened is not
//!   sent again.
//! - A [`Limiter`] keeps the requests of all clones within iconik's limits, and pauses them all
//!   after a 429.
//! - An [`Error`] says what happened, whether the request may have been carried out, and how long
//!   to wait. It can be printed: it contains no token, no query value and no body.
//!
//! # What is safe by default
//!
//! - Only https, except to this machine or where [`ClientBuilder::allow_plain_http`] asks for it.
//! - Redirects are not followed: the tokens stay with the host that they were given for.
//! - A path argument cannot become another path, a header argument not another header. A value that would
//!   turn the path into that of another action is refused: a version that is called `old` cannot be
//!   deleted by `versions().delete`, because `versions/old/` is another action.
//! - What cannot be sent as it is meant is refused: a list without items as a filter, which iconik would
//!   ignore, and a number that is not finite, which JSON would write as `null`.
//! - A stream is sent once, unless it can be opened again: see [`Content`].
//! - An attempt takes at most a minute, a response at most 256 MiB, also when it is compressed, and
//!   100 headers.
//! - JSON that is nested deeper than 128 levels is kept as text where it is free, and an error where
//!   it is read.
//!
//! # Testing your own code
//!
//! Module `testing` (feature `testing`) has a mock, which responds to the requests of one test without a
//! socket, and errors for the code that handles them. Module `mock` (feature `mock`) is a local iconik, which
//! keeps what is created and checks what it is sent. Models can be made in tests: begin with `default()`, and
//! set fields by name.
//!
//! # Features
//!
//! | feature | |
//! |---|---|
//! | `assets`, `files`, `jobs`, `metadata`, `search` (default) | the services of these names |
//! | `acls`, `auth`, `automations`, `ml`, `notifications`, `settings`, `stats`, `transcode`, `users`, `users_notifications` | likewise |
//! | `full` | every service |
//! | `rustls` (default) | TLS by rustls |
//! | `rustls-no-provider` | TLS by rustls with the crypto provider that the application has installed before it builds a client |
//! | `native-tls` | TLS by the operating system |
//! | `gzip` | compressed responses |
//! | `http2` | HTTP/2 |
//! | `blocking` | calls without async |
//! | `chrono`, `time` | conversions between [`Timestamp`] and the types of these crates |
//! | `testing` | module `testing`: tests of your own code, with a mock in place of the network |
//! | `mock` | module `mock`: a local iconik, for tests and trials; includes `testing` |
//! | `download` | module `download`: downloads of files, proxies and keyframes |
//! | `upload` | module `upload`: uploads by the protocols of the storages |
//! | `tracing` | a span per call, an event per attempt and per wait |
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]
// A build with few resources leaves parts of what they share unused.
#![cfg_attr(
    not(feature = "full"),
    allow(dead_code, unreachable_pub, unused_imports, unused_macros)
)]

// The layers of the runtime; each uses those above it.
mod error;
mod xml;
#[macro_use]
mod data;
#[macro_use]
mod http;
#[macro_use]
mod paging;
mod client;

pub use client::{Client, ClientBuilder};
pub use data::id::{Id, IdKind};
pub use data::missing_field::MissingFieldError;
pub use data::nullable::Nullable;
pub use data::open_enum::UnknownValue;
pub use data::page::{List, Page};
pub use data::raw_json::RawJson;
pub use data::secret::Secret;
pub use data::tagged_union::Unrecognized;
pub use data::timestamp::{NotATimeError, Timestamp};
pub use data::unknown_fields::UnknownFields;
pub use error::{BoxError, Error, ErrorKind, ErrorMessage, Result};
pub use http::action::{Action, prepare};
pub use http::body::Body;
pub use http::call::{Call, ResponseFuture};
pub use http::content::{Content, MediaContent};
pub use http::credentials::{
    BoxFuture, Credentials, CredentialsProvider, RotatingCredentials, TokenSource,
};
pub use http::decode::Decode;
pub use http::form::FilePart;
pub use http::limit::Limiter;
pub use http::meta::{ActionMeta, Auth, Location, Paging, ParamMeta, ServiceMeta};
pub use http::param::ParamValue;
pub use http::request::{PreparedRequest, RequestWriter};
pub use http::response::RawResponse;
pub use http::retry::RetryPolicy;
pub use http::streamed::StreamedResponse;
pub use http::transport::{Transport, TransportError};
pub use paging::{
    Cursor, CursorError, Incomplete, ItemKey, Items, ItemsWithCursors, ListItem, Paged, Pages,
};

#[cfg(feature = "blocking")]
#[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
pub use client::blocking;

/// The ways to read a response: what [`Action::Response`] names.
pub mod response {
    pub use crate::http::decode::{Binary, Empty, Json, OptionalJson, Raw, Redirect, Text};
}

// The API: what the spec says.
mod catalogue;
#[cfg(test)]
mod fixture;
mod object_ref;
// Written by `cargo xtask regen`, never by hand; the generator has its own layout.
#[rustfmt::skip]
mod generated;

pub use catalogue::{actions, services};
pub use generated::*;
pub use object_ref::{HasObjectType, ObjectRef};

// Helpers for what integrators do every day.
#[macro_use]
mod value_reading;
pub mod batch;
#[cfg(feature = "search")]
#[cfg_attr(docsrs, doc(cfg(feature = "search")))]
pub mod criteria;
#[cfg(feature = "download")]
#[cfg_attr(docsrs, doc(cfg(feature = "download")))]
pub mod download;
pub mod facets;
#[cfg(feature = "jobs")]
#[cfg_attr(docsrs, doc(cfg(feature = "jobs")))]
pub mod job_report;
#[cfg(feature = "jobs")]
#[cfg_attr(docsrs, doc(cfg(feature = "jobs")))]
pub mod job_wait;
#[cfg(feature = "auth")]
#[cfg_attr(docsrs, doc(cfg(feature = "auth")))]
pub mod login;
#[cfg(feature = "metadata")]
#[cfg_attr(docsrs, doc(cfg(feature = "metadata")))]
pub mod metadata_values;
#[cfg(feature = "mock")]
#[cfg_attr(docsrs, doc(cfg(feature = "mock")))]
pub mod mock;
mod optional;
#[cfg(feature = "testing")]
#[cfg_attr(docsrs, doc(cfg(feature = "testing")))]
pub mod testing;
#[cfg(feature = "assets")]
#[cfg_attr(docsrs, doc(cfg(feature = "assets")))]
pub mod tree;
#[cfg(feature = "upload")]
#[cfg_attr(docsrs, doc(cfg(feature = "upload")))]
pub mod upload;
pub mod wait;
pub mod webhooks;

pub use optional::OptionalExt;

/// The code of the README compiles.
#[cfg(all(
    doctest,
    feature = "full",
    feature = "download",
    feature = "testing",
    feature = "upload"
))]
#[doc = include_str!("../README.md")]
struct Readme;
