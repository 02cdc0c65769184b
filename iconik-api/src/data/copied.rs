//! A request made from a response.

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
