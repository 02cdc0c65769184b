//! A typed client for the iconik media asset management API.

// Data types.
mod extra;
mod id;
mod lenient;
mod missing_field;
mod model;
mod nullable;
mod open_enum;
mod page;
mod raw_json;
mod secret;
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
