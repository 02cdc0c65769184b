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
//! `client.assets().get(id)` is a request: it can be kept, printed, changed, and it is sent when
//! it is awaited. Made without a client, it is sent by [`Client::send`], as often as you like.
//! Between the request and its answer stands a [`Call`], for what is special about one sending:
//! a header, other credentials, a timeout, another type for the answer. Endpoints that this
//! version does not describe are reached with [`Client::request`].
//!
//! Calls run on a Tokio runtime with time and IO enabled; the feature `blocking` brings its own.
//!
//! # What happens when something goes wrong
//!
//! - Failures that may pass are repeated by a [`RetryPolicy`]; requests that may have been
//!   carried out are repeated only if that does no harm. A create that may have happened is not
//!   sent again.
//! - A [`Limiter`] keeps the requests of all clones within what iconik takes, and stops them all
//!   when iconik has had enough.
//! - An [`Error`] says what happened, whether the request may have been carried out, and how long
//!   to wait. It can be printed: it holds no token, no query value and no body.
//!
//! # What is safe by default
//!
//! - Only https, except to this machine or where [`ClientBuilder::allow_plain_http`] asks for it.
//! - Redirects are not followed: the tokens stay with the host that they were given for.
//! - A path argument cannot become another path, a header argument not another header.
//! - An attempt takes at most a minute, an answer at most 256 MiB, also when it is compressed, and
//!   100 headers.
//! - JSON that is nested deeper than 128 levels is kept as text where it is free, and an error where
//!   it is read.
//!
//! # Features
//!
//! | feature | |
//! |---|---|
//! | `full` (default) | every resource; each is a feature of its own |
//! | `rustls` (default) | TLS by rustls |
//! | `rustls-no-provider` | TLS by rustls with the crypto provider that the application has installed before it builds a client |
//! | `native-tls` | TLS by the operating system |
//! | `gzip` | compressed answers |
//! | `http2` | HTTP/2 |
//! | `blocking` | calls without async |
//! | `tracing` | a span per call, an event per attempt and per wait |
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]
// A build with few resources leaves parts of what they share unused.
#![cfg_attr(
    not(feature = "full"),
    allow(dead_code, unreachable_pub, unused_imports, unused_macros)
)]

// The runtime: how requests travel.
mod action;
#[cfg(feature = "blocking")]
#[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
pub mod blocking;
mod call;
mod client;
mod credentials;
mod error;
mod json_error;
mod limit;
#[macro_use]
mod paging;
mod request;
mod response;
mod retry;
mod trace;
mod transport;

pub use action::{Action, ActionMeta, Auth, Location, Paging, ParamMeta};
pub use call::{Call, ResponseFuture};
pub use client::{Client, ClientBuilder};
pub use credentials::{
    BoxFuture, Credentials, CredentialsProvider, RotatingCredentials, TokenSource,
};
pub use error::{BoxError, Error, ErrorKind, ErrorMessage, Result};
pub use limit::Limiter;
pub use paging::{Cursor, CursorError, Items, Paged, Pages};
pub use request::{ParamSink, ParamValue, PreparedRequest, RequestWriter, prepare};
pub use response::{Decode, Empty, Json, OptionalJson, Raw, RawResponse, Text};
pub use retry::RetryPolicy;
pub use transport::{Transport, TransportBody, TransportError};

// Data types.
mod extra;
mod id;
mod lenient;
mod missing_field;
#[macro_use]
mod model;
mod nullable;
#[macro_use]
mod open_enum;
mod page;
mod param_values;
mod raw_json;
mod secret;
#[macro_use]
mod tagged_union;
mod timestamp;

pub use extra::Extra;
pub use id::{Id, IdKind};
pub use missing_field::MissingField;
pub use nullable::Nullable;
pub use open_enum::UnknownValue;
pub use page::{Objects, Page};
pub use raw_json::RawJson;
pub use secret::Secret;
pub use tagged_union::Unrecognized;
pub use timestamp::Timestamp;

// The API: what the spec says.
#[macro_use]
mod copied;
#[macro_use]
mod request_macros;
mod catalogue;
#[cfg(test)]
mod fixture;
mod generated;

pub use catalogue::{ServiceMeta, actions, services};
pub use generated::resources::*;
pub use generated::types;

// What stands beside the API.
pub mod ext;
pub mod inbound;

/// What the macros of this crate expand to. Not for use by hand: it changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use serde::de::MapAccess;
    pub use serde::ser::SerializeMap;
    pub use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub use crate::lenient::{Lenient, Slot};
    pub use crate::model::{
        Kept, Members, Model, Sent, done, lenient_model, pass_over, put, required_model, send,
        write, write_model, write_required,
    };
    pub use crate::open_enum::{OpenEnum, lenient_enum, required_enum};
    pub use crate::tagged_union::{TaggedUnion, lenient_union, required_union, variant};

    /// Writes what a model has beyond its fields.
    pub fn write_extra<M: SerializeMap>(extra: &crate::Extra, map: &mut M) -> Result<(), M::Error> {
        extra.write(map)
    }
}

/// The code of the README compiles.
#[cfg(all(doctest, feature = "full"))]
#[doc = include_str!("../../README.md")]
struct Readme;
