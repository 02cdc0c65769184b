//! Lists that are scrolled: the server keeps the place, and every response moves it on.

use super::arrived::Arrived;

/// How many times in a row a scroll is begun anew without a new item.
const MOST_RESTARTS: u32 = 3;

/// The state of a scrolled list.
#[derive(Debug, Default)]
pub(super) struct Scroll {
    /// The id of the last response; none before a new scroll.
    pub(super) id: Option<String>,
    /// How many items of this scroll have come.
    pub(super) offered: u64,
    /// How many items from the beginning of the scroll are done, without having been seen.
    pub(super) skip: u64,
    /// How many items may come that were seen before, because the scroll begins at the first item.
    pub(super) known: u64,
    /// How many of those have come.
    again: u64,
    restarts: u32,
    /// How many items had come before the first empty page: what a later scroll has there is not known.
    gap: Option<u64>,
    /// How many items came in an earlier scroll before its first empty page.
    sure: u64,
}

impl Scroll {
    /// Returns the scroll with this id, or a new one, of which the first `skip` items are done.
    pub(super) fn new(id: Option<String>, skip: u64) -> Self {
        Self {
            id,
            skip,
            ..Self::default()
        }
    }

    /// Returns a new scroll of a list of which `known` items were seen. The first `sure` of them are all
    /// that lie there.
    pub(super) fn after(known: u64, skip: u64, sure: u64) -> Self {
        Self {
            known,
            sure,
            ..Self::new(None, skip)
        }
    }

    /// Returns whether a page brings the list forward: by a new item, or through those that are known.
    pub(super) fn is_fruitful(&self, page: &Arrived) -> bool {
        let known = self.known.max(self.skip);
        page.fresh > 0 || (page.offered > 0 && self.again < known)
    }

    /// Returns whether this is a new scroll of a list that was read by page numbers before.
    pub(super) fn follows_page_numbers(&self) -> bool {
        self.known > 0 && self.offered == 0 && self.restarts == 0
    }

    /// Moves behind a page; returns `false` if there is no id to continue with.
    pub(super) fn advance(&mut self, page: &Arrived) -> bool {
        if page.offered == 0 {
            self.gap.get_or_insert(self.offered);
        }
        self.offered = self.offered.saturating_add(page.offered);
        let again = page.offered.saturating_sub(page.fresh);
        self.again = self.again.saturating_add(again);
        if page.fresh > 0 {
            self.restarts = 0;
        }
        if page.scroll_id.is_some() {
            self.id.clone_from(&page.scroll_id);
        }
        self.id.is_some()
    }

    /// Begins a new scroll after a response was lost; returns how many items come again that cannot be
    /// recognized, and none when that was tried enough.
    ///
    /// What was seen comes again. Items that cannot be recognized are skipped by their number, up to
    /// the first empty page.
    pub(super) fn restart(&mut self, recognizable: bool) -> Option<u64> {
        if self.restarts >= MOST_RESTARTS || self.id.is_none() {
            return None;
        }
        self.restarts += 1;
        self.sure = self.at_most(self.done());
        self.id = None;
        self.known = self.known.max(self.offered);
        let mut again = 0;
        if !recognizable {
            self.skip = self.sure;
            again = self.offered.saturating_sub(self.skip);
        }
        self.offered = 0;
        self.again = 0;
        self.gap = None;
        Some(again)
    }

    /// How many items of the next page are done.
    pub(super) fn skip_of_page(&self) -> u64 {
        self.skip.saturating_sub(self.offered)
    }

    /// Skips no more items; returns how many were still to be skipped.
    pub(super) fn forget_skip(&mut self) -> u64 {
        let again = self.skip_of_page();
        self.skip = self.skip.min(self.offered);
        again
    }

    /// How many items a new scroll must skip to continue here.
    pub(super) fn done(&self) -> u64 {
        self.offered.max(self.skip).max(self.known)
    }

    /// Returns how many items a new scroll may skip at most: none behind an empty page.
    pub(super) fn at_most(&self, skip: u64) -> u64 {
        let here = self.gap.unwrap_or(self.offered);
        skip.min(here.max(self.sure).max(self.skip))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paging::place::Place;

    fn page(offered: u64, fresh: u64) -> Arrived {
        Arrived {
            offered,
            fresh,
            scroll_id: Some("id".into()),
            ..Arrived::nothing(Place::Scroll(None))
        }
    }

    #[test]
    fn a_scroll_without_an_id_cannot_be_continued() {
        let mut scroll = Scroll::default();
        let without = Arrived {
            offered: 1,
            ..Arrived::nothing(Place::Scroll(None))
        };
        assert!(!scroll.advance(&without));
        assert!(scroll.advance(&page(1, 1)));
        assert!(scroll.advance(&without), "the id may stay the same");
    }

    #[test]
    fn a_new_scroll_comes_through_what_is_known() {
        let mut scroll = Scroll::default();
        assert_eq!(scroll.restart(true), None, "it has not begun");
        scroll.advance(&page(10, 10));
        assert_eq!(scroll.restart(true), Some(0));
        assert_eq!((scroll.skip_of_page(), scroll.done()), (0, 10));
        assert!(scroll.is_fruitful(&page(10, 0)));
        scroll.advance(&page(10, 0));
        assert!(!scroll.is_fruitful(&page(10, 0)));
        assert_eq!(scroll.restart(false), Some(0));
        assert_eq!(scroll.skip_of_page(), 10);
    }

    #[test]
    fn what_an_earlier_scroll_left_out_is_not_skipped() {
        let mut scroll = Scroll::default();
        scroll.advance(&page(10, 10));
        scroll.advance(&page(0, 0));
        scroll.advance(&page(10, 10));
        assert_eq!(scroll.at_most(scroll.done()), 10);
        assert_eq!(scroll.restart(true), Some(0));
        assert_eq!((scroll.done(), scroll.at_most(20)), (20, 10));
        scroll.advance(&page(15, 5));
        assert_eq!(scroll.at_most(scroll.done()), 15);
        scroll.advance(&page(0, 0));
        scroll.advance(&page(5, 5));
        assert_eq!(scroll.restart(false), Some(5));
        assert_eq!(scroll.skip_of_page(), 15);
        scroll.advance(&page(0, 0));
        assert_eq!((scroll.forget_skip(), scroll.skip_of_page()), (15, 0));
    }

    #[test]
    fn it_is_begun_anew_a_few_times_without_progress() {
        let mut scroll = Scroll::default();
        let mut restarts = 0;
        scroll.advance(&page(10, 10));
        while scroll.restart(true).is_some() {
            restarts += 1;
            scroll.advance(&page(10, 0));
        }
        assert_eq!(restarts, MOST_RESTARTS);
    }
}
