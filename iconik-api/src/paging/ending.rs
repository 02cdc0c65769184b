//! When a list ends: one rule for all styles.
//!
//! The table is in the documentation of [`Items`](super::Items).
//!
//! That a page has fewer items than were asked for means nothing, and neither do items that were
//! left out because they were seen before. However the list ends, what was read is compared with the
//! `total` that iconik counts: when items are missing, the list does not end in silence but with
//! [`Incomplete`](super::Incomplete).

use std::cmp::Ordering;

/// How many pages in a row may bring nothing new although more is announced.
const MOST_FRUITLESS: u32 = 10;

/// How many pages in a row may contain only items that were seen before although nothing announces
/// more: items that were added in front move others onto the next pages, and some servers repeat
/// their last page for ever.
const MOST_REPEATED: u32 = 4;

/// What a response says about what follows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Evidence {
    /// Whether `next_url` is present and null.
    pub(super) no_link: bool,
    /// Whether `next_url` leads further.
    pub(super) link: bool,
    /// Whether this is the last one of the stated number of pages.
    pub(super) last_page: Option<bool>,
    /// How the items read so far compare with the total.
    pub(super) count: Option<Ordering>,
}

/// What the evidence amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outlook {
    /// The list ends here.
    End,
    /// More follows.
    More,
    /// Nothing is said.
    Unsaid,
}

impl Evidence {
    pub(super) fn outlook(self) -> Outlook {
        let all_counted = self.count == Some(Ordering::Equal);
        if self.no_link {
            return Outlook::End;
        }
        match self.last_page {
            Some(true) if !self.link || all_counted => return Outlook::End,
            // The last page, and a link behind it: only the next page shows whether there is more.
            Some(true) => return Outlook::Unsaid,
            Some(false) => return Outlook::More,
            None => {}
        }
        // A link on every page, also on the last one, is what some lists have.
        match (self.link && !all_counted) || self.count == Some(Ordering::Less) {
            true => Outlook::More,
            false => Outlook::Unsaid,
        }
    }
}

/// How long a list that brings nothing new is read on.
#[derive(Debug, Default)]
pub(super) struct Patience {
    fruitless: u32,
}

impl Patience {
    /// Notes a page; returns `true` if another page is to be requested. A page is `shifted` if it may
    /// have old items only because others were added in front.
    pub(super) fn lasts(&mut self, outlook: Outlook, fruitful: bool, shifted: bool) -> bool {
        self.fruitless = match fruitful {
            true => 0,
            false => self.fruitless.saturating_add(1),
        };
        match outlook {
            Outlook::End => false,
            Outlook::More => self.fruitless < MOST_FRUITLESS,
            Outlook::Unsaid => fruitful || (shifted && self.fruitless < MOST_REPEATED),
        }
    }

    /// Returns whether as many pages as are allowed brought nothing new.
    pub(super) fn is_exhausted(&self) -> bool {
        self.fruitless >= MOST_FRUITLESS
    }
}

/// Which of the totals counts at the end of a list, when they differ.
#[derive(Clone, Copy, Debug)]
pub(super) enum Expected {
    /// The last one: items that were added in front were looked for.
    Last,
    /// The smaller one: items that were added before the place of the reader are none of this list's, and
    /// items that were removed cannot be.
    Least,
    /// The larger one: items may have moved past the reader without a trace.
    Most,
}

/// Counts what was read, against what iconik counts.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// How many items were read, those before a cursor included; none if that is not known.
    pub(super) done: Option<u64>,
    first_total: Option<u64>,
    last_total: Option<u64>,
    /// The total of the last response, whether it counts or not.
    reported: Option<u64>,
}

impl Tally {
    pub(super) fn add(&mut self, items: u64) {
        self.done = self.done.map(|done| done.saturating_add(items));
    }

    /// Subtracts items from those that were read, because they come again.
    pub(super) fn expect_again(&mut self, items: u64) {
        self.done = self.done.map(|done| done.saturating_sub(items));
    }

    /// Notes the total of a page, unless it does not count; returns `true` if it is smaller than before.
    pub(super) fn note_total(&mut self, total: u64, counts: bool) -> bool {
        let before = self.reported.replace(total);
        if counts {
            self.first_total.get_or_insert(total);
            self.last_total = Some(total);
        }
        before.is_some_and(|before| total < before)
    }

    /// Forgets the totals of another style, which may not count beyond its own limit.
    pub(super) fn forget_totals(&mut self) {
        self.first_total = None;
        self.last_total = None;
        self.reported = None;
    }

    pub(super) fn total(&self) -> Option<u64> {
        self.last_total
    }

    /// Returns how the items that were read compare with the last total.
    pub(super) fn count(&self) -> Option<Ordering> {
        Some(self.done?.cmp(&self.last_total?))
    }

    /// Returns how many items are missing at the end of the list.
    pub(super) fn missing(&self, expected: Expected) -> u64 {
        let (Some(done), Some(first), Some(last)) = (self.done, self.first_total, self.last_total)
        else {
            return 0;
        };
        let expected = match expected {
            Expected::Last => last,
            Expected::Least => first.min(last),
            Expected::Most => first.max(last),
        };
        expected.saturating_sub(done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explicit_end_comes_before_everything_else() {
        let evidence = Evidence {
            no_link: true,
            last_page: Some(false),
            count: Some(Ordering::Less),
            ..Evidence::default()
        };
        assert_eq!(evidence.outlook(), Outlook::End);
        let evidence = Evidence {
            last_page: Some(true),
            count: Some(Ordering::Less),
            ..Evidence::default()
        };
        assert_eq!(evidence.outlook(), Outlook::End);
    }

    #[test]
    fn a_total_alone_never_ends_a_list() {
        for count in [Ordering::Equal, Ordering::Greater] {
            let evidence = Evidence {
                count: Some(count),
                ..Evidence::default()
            };
            assert_eq!(evidence.outlook(), Outlook::Unsaid);
        }
    }

    #[test]
    fn a_link_beyond_the_last_page_is_followed_unless_all_is_counted() {
        let evidence = Evidence {
            link: true,
            last_page: Some(true),
            ..Evidence::default()
        };
        assert_eq!(evidence.outlook(), Outlook::Unsaid);
        let evidence = Evidence {
            count: Some(Ordering::Equal),
            ..evidence
        };
        assert_eq!(evidence.outlook(), Outlook::End);
    }

    #[test]
    fn a_link_behind_all_that_is_counted_does_not_say_that_there_is_more() {
        let evidence = |count| Evidence {
            link: true,
            count,
            ..Evidence::default()
        };
        assert_eq!(evidence(None).outlook(), Outlook::More);
        assert_eq!(evidence(Some(Ordering::Less)).outlook(), Outlook::More);
        assert_eq!(evidence(Some(Ordering::Equal)).outlook(), Outlook::Unsaid);
    }

    #[test]
    fn patience_ends() {
        let mut patience = Patience::default();
        let lasted = (0..100).take_while(|_| patience.lasts(Outlook::More, false, false));
        assert_eq!(lasted.count(), MOST_FRUITLESS as usize - 1);
        assert!(patience.lasts(Outlook::More, true, false));
        assert!(patience.lasts(Outlook::Unsaid, true, false));
        assert!(!patience.lasts(Outlook::Unsaid, false, false));
        assert!(patience.lasts(Outlook::Unsaid, true, false));
        let lasted = (0..100).take_while(|_| patience.lasts(Outlook::Unsaid, false, true));
        assert_eq!(lasted.count(), MOST_REPEATED as usize - 1);
    }

    #[test]
    fn added_and_removed_items_are_not_missing() {
        let tally = |done, first, last| {
            let mut tally = Tally {
                done: Some(done),
                ..Tally::default()
            };
            tally.note_total(first, true);
            tally.note_total(last, true);
            tally
        };
        assert_eq!(tally(20, 20, 21).missing(Expected::Least), 0);
        assert_eq!(tally(20, 20, 21).missing(Expected::Last), 1);
        assert_eq!(tally(19, 20, 19).missing(Expected::Least), 0);
        assert_eq!(tally(19, 20, 19).missing(Expected::Most), 1);
        assert_eq!(tally(19, 20, 20).missing(Expected::Least), 1);
        assert_eq!(Tally::default().missing(Expected::Most), 0);
    }
}
