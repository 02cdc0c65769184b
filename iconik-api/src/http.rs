//! From an action to its response: how requests are written, paced, sent, retried and read.

pub(crate) mod action;
#[cfg(any(feature = "download", feature = "upload"))]
pub(crate) mod attempts;
pub(crate) mod body;
pub(crate) mod call;
mod connections;
pub(crate) mod content;
pub(crate) mod credentials;
pub(crate) mod decode;
pub(crate) mod driver;
mod exchange;
pub(crate) mod foreign;
#[macro_use]
pub(crate) mod form;
pub(crate) mod hidden;
pub(crate) mod limit;
pub(crate) mod meta;
pub(crate) mod network;
mod pace;
pub(crate) mod param;
mod path;
mod refresh;
pub(crate) mod request;
#[macro_use]
mod request_macros;
pub(crate) mod response;
pub(crate) mod retry;
mod sending;
pub(crate) mod session;
pub(crate) mod streamed;
pub(crate) mod trace;
pub(crate) mod transport;
