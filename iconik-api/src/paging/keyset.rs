//! Lists that continue after an item: by its id, its name, or the values by which they are sorted.

use super::arrived::Arrived;
use super::seen::Seen;

/// The state of a list that continues after an item.
pub(super) struct Keyset {
    /// What the next page comes after; none at the beginning.
    pub(super) after: Option<String>,
    /// How many items of the next page are done.
    pub(super) skip: u64,
    used: Seen,
    /// Whether a response of this list had a link to the next page.
    pub(super) links: bool,
}

impl Keyset {
    pub(super) fn new(after: Option<String>, skip: u64) -> Self {
        Self {
            after,
            skip,
            used: Seen::new(),
            links: false,
        }
    }

    /// Moves behind a page; returns `false` if there is nothing new to continue after.
    ///
    /// After an empty page, the same place is requested again.
    pub(super) fn advance<'a>(
        &mut self,
        page: &Arrived,
        candidates: impl IntoIterator<Item = Option<&'a str>>,
    ) -> bool {
        self.skip = 0;
        self.links |= page.has_link();
        for after in candidates.into_iter().flatten() {
            if self.after.as_deref() != Some(after) && self.used.insert(&after) {
                self.after = Some(after.to_owned());
                return true;
            }
        }
        page.offered == 0
    }
}

/// Returns what a list by `last_id` may continue after, the best first.
pub(super) fn ids(page: &Arrived) -> [Option<&str>; 2] {
    [page.last.id.as_deref(), page.linked("last_id")]
}

/// Returns what a list by `last_field_name` may continue after, the best first.
pub(super) fn names(page: &Arrived) -> [Option<&str>; 2] {
    [page.last.name.as_deref(), page.linked("last_field_name")]
}

/// Returns what a list by `search_after` may continue after, the best first: the server's own cursor
/// in its link or in the envelope, then the sort values of the last item.
pub(super) fn sort_values(page: &Arrived) -> [Option<&str>; 3] {
    [
        page.linked("search_after"),
        page.search_after.as_deref(),
        page.last.sort.as_deref(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paging::place::Place;

    fn page(offered: u64) -> Arrived {
        Arrived {
            offered,
            ..Arrived::nothing(Place::LastId(None))
        }
    }

    #[test]
    fn no_cursor_is_used_twice() {
        let mut keyset = Keyset::new(None, 0);
        assert!(keyset.advance(&page(1), [Some("a")]));
        assert!(keyset.advance(&page(1), [Some("b")]));
        assert!(!keyset.advance(&page(1), [Some("a"), Some("b")]));
        assert!(keyset.advance(&page(1), [Some("a"), Some("c")]));
        assert_eq!(keyset.after.as_deref(), Some("c"));
    }

    #[test]
    fn after_an_empty_page_the_same_place_is_requested_again() {
        let mut keyset = Keyset::new(Some("a".into()), 0);
        assert!(keyset.advance(&page(0), [None]));
        assert_eq!(keyset.after.as_deref(), Some("a"));
        assert!(!keyset.advance(&page(1), [None]));
    }
}
