//! From an answer to the request that writes it back.

use std::collections::BTreeMap;

use super::missing_field::MissingFieldError;
use super::nullable::Nullable;

/// A field of an answer that goes into a field of a request.
///
/// What the answer lacks stays absent: not every answer has every field, so that an empty one must
/// not clear anything.
pub(crate) trait Copied<Into> {
    fn copied(self, into: &mut Into);
}

impl<T> Copied<Option<T>> for Option<T> {
    fn copied(self, into: &mut Self) {
        *into = self;
    }
}

impl<T> Copied<Nullable<T>> for Option<T> {
    fn copied(self, into: &mut Nullable<T>) {
        *into = self.map_or(Nullable::Absent, Nullable::Value);
    }
}

/// A field of an answer that the request must have.
pub(crate) trait Required {
    type Value;

    fn required(self, missing: MissingFieldError) -> Result<Self::Value, MissingFieldError>;
}

impl<T> Required for Option<T> {
    type Value = T;

    fn required(self, missing: MissingFieldError) -> Result<T, MissingFieldError> {
        self.ok_or(missing)
    }
}

macro_rules! collections {
    ($($collection:ty),* $(,)?) => {$(
        impl<T> Copied<Option<Self>> for $collection {
            fn copied(self, into: &mut Option<Self>) {
                *into = (!self.is_empty()).then_some(self);
            }
        }

        impl<T> Copied<Nullable<Self>> for $collection {
            fn copied(self, into: &mut Nullable<Self>) {
                if !self.is_empty() {
                    *into = Nullable::Value(self);
                }
            }
        }

        impl<T> Copied<Self> for $collection {
            fn copied(self, into: &mut Self) {
                *into = self;
            }
        }

        /// An empty one is a value as good as any.
        impl<T> Required for $collection {
            type Value = Self;

            fn required(self, _: MissingFieldError) -> Result<Self, MissingFieldError> {
                Ok(self)
            }
        }
    )*};
}

collections!(Vec<T>, BTreeMap<String, T>);

/// A request model made from an answer, by the fields that they have in common.
///
/// ```text
/// copies!(Playlist => PlaylistPatch { name, status });
/// copies!(Playlist => PlaylistReplacement(name: "name") { status });
/// ```
///
/// Fields in parentheses are those that `new` demands: the conversion fails without them.
macro_rules! copies {
    ($from:ident => $into:ident { $($field:ident),* $(,)? }) => {
        impl ::std::convert::From<$from> for $into {
            fn from(answer: $from) -> Self {
                let mut request = Self::new();
                $($crate::data::copied::Copied::copied(answer.$field, &mut request.$field);)*
                request
            }
        }
    };
    ($from:ident => $into:ident($($required:ident: $wire:literal),+) { $($field:ident),* $(,)? }) => {
        impl ::std::convert::TryFrom<$from> for $into {
            type Error = $crate::MissingFieldError;

            fn try_from(answer: $from) -> ::std::result::Result<Self, $crate::MissingFieldError> {
                #[allow(unused_mut)]
                let mut request = Self::new($(
                    $crate::data::copied::Required::required(
                        answer.$required,
                        $crate::MissingFieldError::new(stringify!($from), $wire),
                    )?
                ),+);
                $($crate::data::copied::Copied::copied(answer.$field, &mut request.$field);)*
                Ok(request)
            }
        }
    };
}
