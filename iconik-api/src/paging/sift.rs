//! Which items of a page are new.
//!
//! Items are recognized by their key, but never within one page: what a page contains twice is in the
//! list twice. In a list that may contain an item several times, the position is part of the key,
//! and items without a position are not recognized.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::item::ItemKey;
use super::seen::Seen;

/// How the key of an item is found.
pub(super) type KeyOf<T> = Box<dyn for<'a> Fn(&'a T) -> ItemKey<'a> + Send + Sync>;

/// Knows the items that were seen.
pub(super) struct Sieve<T> {
    pub(super) key_of: KeyOf<T>,
    /// Whether the list may contain an item several times.
    repeats: bool,
    seen: Seen,
    /// Pages whose items cannot be recognized, as a whole.
    pages: Seen,
    /// Whether all items so far can be recognized when they come again.
    recognizable: bool,
    /// What was seen first since a way back began; none while there is none.
    recent: Option<HashSet<u128>>,
    /// The items of the last page.
    last: Vec<Option<u128>>,
}

/// An item that is new and wanted.
pub(super) struct Row<T> {
    pub(super) item: T,
    /// Its number on the page, from 0.
    pub(super) index: u64,
    /// What the list continues after, if that is a part of the item.
    pub(super) after: Option<String>,
    /// How many items of the list are done with this one.
    pub(super) done: Option<u64>,
}

/// Which items of a page are new.
pub(super) struct Sifted {
    /// For each item, whether it was not seen before.
    pub(super) is_new: Vec<bool>,
    /// How many items were seen before the way back began.
    pub(super) settled: u64,
    /// Whether the page has the items of the page before, or of any page if its items have no keys. A
    /// single item may be there because another one was added in front.
    pub(super) repeats: bool,
}

impl<T> Sieve<T> {
    pub(super) fn new(key_of: KeyOf<T>, repeats: bool) -> Self {
        Self {
            key_of,
            repeats,
            seen: Seen::new(),
            pages: Seen::new(),
            recognizable: true,
            recent: None,
            last: Vec::new(),
        }
    }

    /// Begins to count what is seen from now on apart from what was seen before, or ends that.
    pub(super) fn watch(&mut self, begins: bool) {
        self.recent = begins.then(HashSet::new);
    }

    pub(super) fn recognizable(&self) -> bool {
        self.recognizable
    }

    /// Returns how many different items were seen.
    pub(super) fn len(&self) -> u64 {
        self.seen.len()
    }

    /// Tells the new items of a page from those that were seen before. `text` is the response.
    pub(super) fn sift(&mut self, items: &[T], text: &str) -> Sifted {
        let hashes: Vec<Option<u128>> = items.iter().map(|item| self.hash(item)).collect();
        let all = hashes.iter().all(Option::is_some);
        self.recognizable &= all;
        // A page whose items have no keys is only recognized as a whole.
        let repeated = !all && !self.pages.insert(&objects(text).unwrap_or(text));
        let is_new: Vec<bool> = hashes
            .iter()
            .map(|hash| match hash {
                Some(hash) => !self.seen.contains(*hash),
                None => !repeated,
            })
            .collect();
        let mut settled = is_new.iter().filter(|new| !**new).count() as u64;
        if let Some(recent) = &mut self.recent {
            for (hash, is_new) in hashes.iter().zip(&is_new) {
                match (hash, is_new) {
                    (Some(hash), true) => drop(recent.insert(*hash)),
                    (Some(hash), false) if recent.contains(hash) => settled -= 1,
                    _ => {}
                }
            }
        }
        self.seen.extend(hashes.iter().copied().flatten());
        let repeats = repeated || (hashes.len() > 1 && all && hashes == self.last);
        self.last = hashes;
        Sifted {
            is_new,
            settled,
            repeats,
        }
    }

    fn hash(&self, item: &T) -> Option<u128> {
        let ItemKey {
            id, kind, position, ..
        } = (self.key_of)(item);
        let id = id?;
        match self.repeats {
            true => Some(self.seen.hash(&(kind, id, position?))),
            false => Some(self.seen.hash(&(kind, id))),
        }
    }
}

impl Sifted {
    pub(super) fn fresh(&self) -> u64 {
        self.is_new.iter().filter(|new| **new).count() as u64
    }
}

/// Returns the JSON of the items of a page.
fn objects(page: &str) -> Option<&str> {
    Objects
        .deserialize(&mut serde_json::Deserializer::from_str(page))
        .ok()?
}

struct Objects;

impl<'de> DeserializeSeed<'de> for Objects {
    type Value = Option<&'de str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Objects {
    type Value = Option<&'de str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a page")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut objects = None;
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                // Of a member that comes twice the last one counts, as in models.
                "objects" => objects = Some(map.next_value::<&RawValue>()?.get()),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(objects)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::item::ListItem;
    use super::*;

    fn sieve(repeats: bool) -> Sieve<Value> {
        Sieve::new(Box::new(|item: &Value| item.key()), repeats)
    }

    fn sift(sieve: &mut Sieve<Value>, items: Value) -> Vec<bool> {
        let text = json!({ "objects": items }).to_string();
        sieve.sift(items.as_array().unwrap(), &text).is_new
    }

    #[test]
    fn an_item_of_an_earlier_page_is_not_new() {
        let mut sieve = sieve(false);
        let page = json!([{ "id": "a" }, { "id": "a" }, { "id": "a", "object_type": "x" }]);
        assert_eq!(sift(&mut sieve, page.clone()), [true, true, true]);
        assert_eq!(sift(&mut sieve, page), [false, false, false]);
        assert_eq!((sieve.len(), sieve.recognizable()), (2, true));
    }

    #[test]
    fn a_list_with_repeated_items_looks_at_positions() {
        let mut sieve = sieve(true);
        let page = json!([{ "id": "a", "position": 1 }, { "id": "a" }]);
        assert_eq!(sift(&mut sieve, page), [true, true]);
        let page =
            json!([{ "id": "a", "position": 1 }, { "id": "a", "position": 2 }, { "id": "a" }]);
        assert_eq!(sift(&mut sieve, page), [false, true, true]);
        assert!(!sieve.recognizable());
    }

    #[test]
    fn what_is_seen_on_a_way_back_is_not_counted_as_seen_before() {
        let mut sieve = sieve(false);
        let mut settled = |begins: Option<bool>, items: Value| {
            if let Some(begins) = begins {
                sieve.watch(begins);
            }
            let text = json!({ "objects": items }).to_string();
            sieve.sift(items.as_array().unwrap(), &text).settled
        };
        let (a, b, c) = (json!({"id": "a"}), json!({"id": "b"}), json!({"id": "c"}));
        assert_eq!(settled(None, json!([a])), 0);
        assert_eq!(settled(Some(true), json!([a, b])), 1);
        assert_eq!(settled(None, json!([b, c])), 0);
        assert_eq!(settled(None, json!([a, b, c])), 1);
        assert_eq!(settled(Some(false), json!([a, b, c])), 3);
    }

    #[test]
    fn items_without_keys_are_recognized_by_their_page() {
        let mut sieve = sieve(false);
        assert_eq!(
            sift(&mut sieve, json!([{ "n": 1 }, { "n": 1 }])),
            [true, true]
        );
        assert_eq!(sift(&mut sieve, json!([{ "n": 1 }])), [true]);
        assert_eq!(sift(&mut sieve, json!([{ "n": 1 }])), [false]);
        assert_eq!(
            sift(&mut sieve, json!([{ "n": 1 }, { "id": 1 }])),
            [true, true]
        );
    }

    #[test]
    fn the_items_of_a_page_are_found_in_its_text() {
        assert_eq!(
            objects(r#"{"a":1,"objects": [1, {}],"b":2}"#),
            Some("[1, {}]")
        );
        assert_eq!(objects("{}"), None);
        assert_eq!(objects("["), None);
    }
}
