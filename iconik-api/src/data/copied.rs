//! A request made from a response.

/// The functions of a patch that make it from responses, by the fields that they have in common.
///
/// ```text
/// patches!(Playlist => PlaylistPatch { name, status });
/// ```
macro_rules! patches {
    ($from:ident => $into:ident { $($field:ident),* $(,)? }) => {
        impl $into {
            /// Creates a patch of the fields that differ between two states of an object: a copy of the
            /// response before you changed it, and after.
            ///
            /// All other fields are omitted, so that changes by others are kept. A field that is unset after
            /// the change is cleared where iconik allows `null`, and omitted otherwise.
            pub fn changes(before: &$from, after: &$from) -> Self {
                let mut patch = Self::new();
                $($crate::data::field::change(
                    ::std::clone::Clone::clone(&before.$field),
                    ::std::clone::Clone::clone(&after.$field),
                    &mut patch.$field,
                );)*
                patch
            }

            /// Creates a patch of every field that the response contains, states such as `status` included.
            ///
            /// It writes the fields back as they were read, over what others have changed since. To change a
            /// few fields, begin with [`new`](Self::new), or use [`changes`](Self::changes).
            pub fn every_field_of(response: $from) -> Self {
                let mut patch = Self::new();
                $($crate::data::field::copy(response.$field, &mut patch.$field);)*
                patch
            }
        }
    };
}

/// A request model made from a response, by the fields that they have in common.
///
/// ```text
/// copies!(Playlist => PlaylistPatch { name, status });
/// copies!(Playlist => PlaylistReplacement(name: "name") { status });
/// ```
///
/// Fields in parentheses are those that `new` requires: the conversion fails without them. `boxed` takes one out
/// of its box. A value that could
/// not be read is unset, and so it is not sent.
macro_rules! copies {
    ($from:ident => $into:ident { $($field:ident),* $(,)? }) => {
        impl ::std::convert::From<$from> for $into {
            fn from(response: $from) -> Self {
                let mut request = Self::new();
                $($crate::data::field::copy(response.$field, &mut request.$field);)*
                request
            }
        }
    };
    ($from:ident => $into:ident($($required:ident: $wire:literal $($boxed:ident)?),+) { $($field:ident),* $(,)? }) => {
        impl ::std::convert::TryFrom<$from> for $into {
            type Error = $crate::MissingFieldError;

            fn try_from(response: $from) -> ::std::result::Result<Self, $crate::MissingFieldError> {
                #[allow(unused_mut)]
                let mut request = Self::new($(
                    copies!(
                        @argument $($boxed)?
                        $crate::data::field::Field::required(response.$required)
                            .ok_or($crate::MissingFieldError::new(stringify!($from), $wire))?
                    )
                ),+);
                $($crate::data::field::copy(response.$field, &mut request.$field);)*
                Ok(request)
            }
        }
    };
    (@argument boxed $value:expr) => { *$value };
    (@argument $value:expr) => { $value };
}
