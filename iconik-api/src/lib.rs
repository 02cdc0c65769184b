//! A typed client for the iconik media asset management API.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

// The runtime: how requests travel.
mod action;
mod call;
mod client;
mod credentials;
mod error;
mod json_path;
mod request;
mod response;
mod transport;

pub use action::{Action, ActionMeta, Auth, Location, Paging, ParamMeta};
pub use call::{Call, ResponseFuture};
pub use client::{Client, ClientBuilder};
pub use credentials::{
    BoxFuture, Credentials, CredentialsProvider, RotatingCredentials, TokenSource,
};
pub use error::{BoxError, Error, ErrorKind, ErrorMessage, Result};
pub use request::{ParamSink, ParamValue, PreparedRequest, RequestWriter, prepare};
pub use response::{Decode, Empty, Json, OptionalJson, Raw, RawResponse, Text};
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
pub use secret::Secret;
pub use tagged_union::Unrecognized;
pub use timestamp::Timestamp;

// The API: what the spec says.
#[macro_use]
mod copied;
#[macro_use]
mod request_macros;
mod catalogue;
mod generated;

pub use catalogue::{ServiceMeta, actions, services};
pub use generated::resources::*;
pub use generated::types;

/// What the macros of this crate expand to. Not for use by hand: it changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use serde::de::MapAccess;
    pub use serde::ser::SerializeMap;
    pub use serde::{Deserialize, Deserializer, Serialize, Serializer};
    pub use serde_json::Error as JsonError;

    pub use crate::lenient::{Lenient, Slot};
    pub use crate::model::{
        Kept, Members, Model, Sent, lenient_model, put, required_model, send, write, write_model,
        write_required,
    };
    pub use crate::open_enum::{OpenEnum, lenient_enum, required_enum};
    pub use crate::tagged_union::{TaggedUnion, lenient_union, required_union, variant};

    /// Writes what a model has beyond its fields.
    pub fn write_extra<M: SerializeMap>(extra: &crate::Extra, map: &mut M) -> Result<(), M::Error> {
        extra.write(map)
    }
}
