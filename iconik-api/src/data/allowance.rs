//! How much memory the objects of a response may take.
//!
//! A response of some megabytes can contain a million objects without any member, and each of them becomes a
//! model of perhaps a kilobyte. So the memory of the objects is bounded in proportion to the text that they come
//! from. What iconik really sends takes less memory than its text.

use std::cell::Cell;

use serde::de::Error;

/// What is allowed whatever the length of the text.
const AT_LEAST: usize = 32 << 20;
/// What is allowed for each byte of the text.
const PER_BYTE: usize = 8;

thread_local! {
    /// What the response that this thread reads may still take.
    static LEFT: Cell<usize> = const { Cell::new(UNBOUNDED) };
}

/// No response is being read.
const UNBOUNDED: usize = usize::MAX;

/// Reads a text with an allowance of its own.
pub(crate) fn within<T>(text: &str, read: impl FnOnce() -> T) -> T {
    /// Restores what was left before, also after a panic.
    struct Restored(usize);

    impl Drop for Restored {
        fn drop(&mut self) {
            LEFT.set(self.0);
        }
    }

    let allowed = text.len().saturating_mul(PER_BYTE).max(AT_LEAST);
    let _restored = Restored(LEFT.replace(allowed));
    read()
}

/// Takes the memory of an object from the allowance.
///
/// # Errors
///
/// When not as much is left.
#[inline]
pub(crate) fn take<E: Error>(bytes: usize) -> Result<(), E> {
    match LEFT.get() {
        UNBOUNDED => Ok(()),
        left if left < bytes => Err(too_much()),
        left => {
            LEFT.set(left - bytes);
            Ok(())
        }
    }
}

#[cold]
fn too_much<E: Error>() -> E {
    E::custom("its objects would take much more memory than its text")
}

/// Returns what is left.
#[inline]
pub(crate) fn left() -> usize {
    LEFT.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(bytes: usize) -> Result<(), serde_json::Error> {
        super::take(bytes)
    }

    #[test]
    fn each_text_has_an_allowance_and_other_values_have_none() {
        assert!(take(usize::MAX / 4).is_ok());
        within("short", || {
            assert!(take(AT_LEAST).is_ok());
            assert!(take(1).is_err());
            within("another", || assert!(take(AT_LEAST).is_ok()));
            assert!(take(1).is_err());
        });
        assert!(take(1 << 40).is_ok());
        let long = " ".repeat(AT_LEAST / PER_BYTE + 1);
        within(&long, || assert!(take(AT_LEAST + 1).is_ok()));
    }
}
