//! Remembers what has been seen, in 16 bytes each.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, RandomState};

/// A set of hashes.
///
/// Two independent hashes of 64 bits make a collision unlikely enough: in a list of a billion items
/// the chance that any item is mistaken for another one is less than one in 10²⁰.
pub(super) struct Seen {
    hashes: HashSet<u128>,
    states: [RandomState; 2],
}

impl Seen {
    pub(super) fn new() -> Self {
        Self {
            hashes: HashSet::new(),
            states: [RandomState::new(), RandomState::new()],
        }
    }

    /// Returns the hash of a value in this set.
    pub(super) fn hash(&self, value: &impl Hash) -> u128 {
        let [high, low] = [0, 1].map(|at: usize| u128::from(self.states[at].hash_one(value)));
        high << 64 | low
    }

    pub(super) fn contains(&self, hash: u128) -> bool {
        self.hashes.contains(&hash)
    }

    pub(super) fn extend(&mut self, hashes: impl IntoIterator<Item = u128>) {
        self.hashes.extend(hashes);
    }

    /// Adds a value; returns `true` if it is new.
    pub(super) fn insert(&mut self, value: &impl Hash) -> bool {
        self.hashes.insert(self.hash(value))
    }

    pub(super) fn len(&self) -> u64 {
        self.hashes.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_new_once() {
        let mut seen = Seen::new();
        assert!(seen.insert(&"a"));
        assert!(seen.insert(&"b"));
        assert!(!seen.insert(&"a"));
        assert_eq!(seen.len(), 2);
        assert!(seen.contains(seen.hash(&"b")) && !seen.contains(seen.hash(&"c")));
    }
}
