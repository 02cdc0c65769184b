//! A typed client for the iconik media asset management API.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

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
pub use request::{ParamSink, ParamValue, PreparedRequest, RequestWriter, prepare};
pub use response::{Decode, Empty, Json, OptionalJson, Raw, RawResponse, Text};
pub use retry::RetryPolicy;
pub use transport::{Transport, TransportBody, TransportError};
