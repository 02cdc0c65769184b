//! Lists by page number.
//!
//! Pages shift while items are added and removed. Items that were added before the next page move
//! others into it that were seen, which is harmless. Items that were removed before it move others
//! out of it, onto pages that were read: the total is then smaller than before, and those pages are
//! read again, backwards, until one has an item that was seen before this began.
//!
//! At the end of a list that is short of its total, the pages that were empty are requested once more,
//! and when items were seen twice, so are the others from the first one on, until nothing is missing:
//! something was added or moved there.

use super::arrived::Arrived;

/// How many empty pages are remembered.
const MOST_GAPS: usize = 10;
/// How many times a way back is begun again without a new item.
const MOST_TURNS: u32 = 10;

/// The state of a list by page number.
#[derive(Debug)]
pub(super) struct PageNumbers {
    /// The number of the next page.
    pub(super) number: u64,
    /// How many items of the next page are done.
    pub(super) skip: u64,
    /// The first page that was requested: those before it are none of this list's.
    floor: u64,
    course: Course,
    /// The empty pages between others.
    gaps: Vec<u64>,
    /// The empty pages since the last one with items.
    trailing: Vec<u64>,
    met_duplicates: bool,
    /// The last page that was read.
    top: u64,
    tried_the_end_again: bool,
    looked_again: bool,
}

/// Which pages are read.
#[derive(Debug)]
enum Course {
    /// One after the other.
    Ahead,
    /// Back from a page, because items were removed before it.
    Back {
        from: u64,
        /// Whether items were removed after that page was read.
        is_stale: bool,
        /// How many times the way was begun again without a new item.
        turns: u32,
        /// What follows; none at the end of the list.
        then: Option<u64>,
    },
    /// Once more: pages that were empty, then perhaps those from a number on.
    Again {
        gaps: Vec<u64>,
        forward: Option<u64>,
    },
}

impl PageNumbers {
    pub(super) fn new(number: u64, skip: u64) -> Self {
        Self {
            number,
            skip,
            floor: number,
            course: Course::Ahead,
            gaps: Vec::new(),
            trailing: Vec::new(),
            met_duplicates: false,
            top: number,
            tried_the_end_again: false,
            looked_again: false,
        }
    }

    /// Returns whether pages follow one after the other, so that the next ones are known.
    pub(super) fn is_ahead(&self) -> bool {
        matches!(self.course, Course::Ahead)
    }

    /// Returns whether pages are read again, backwards.
    pub(super) fn is_back(&self) -> bool {
        matches!(self.course, Course::Back { .. })
    }

    /// Returns whether a page between others stayed empty.
    pub(super) fn has_gaps(&self) -> bool {
        !self.gaps.is_empty()
    }

    /// Moves behind a page when the list has come to `then`; returns `false` at the end.
    pub(super) fn advance(&mut self, page: &Arrived, here: u64, then: Option<u64>) -> bool {
        self.skip = 0;
        self.top = self.top.max(here);
        self.met_duplicates |= page.fresh < page.offered;
        match page.offered {
            0 => self.trailing.push(here),
            _ => self.gaps.append(&mut self.trailing),
        }
        self.gaps.truncate(MOST_GAPS);
        if page.shrank && page.recognizable && here > self.floor {
            self.course = Course::Back {
                from: here,
                is_stale: false,
                turns: 0,
                then,
            };
            self.number = here - 1;
            return true;
        }
        self.go(here, then)
    }

    fn go(&mut self, here: u64, then: Option<u64>) -> bool {
        self.course = Course::Ahead;
        self.number = then.unwrap_or_else(|| here.saturating_add(1));
        then.is_some()
    }

    /// Moves on after a page that was not read ahead; returns `false` at the end.
    pub(super) fn advance_aside(&mut self, page: &Arrived, here: u64, short: bool) -> bool {
        match &mut self.course {
            Course::Ahead => false,
            Course::Back {
                from,
                is_stale,
                turns,
                then,
            } => {
                if page.fresh > 0 {
                    *turns = 0;
                }
                // What was not read yet moves onto the last page that was read, and on from there.
                *is_stale = here != *from && (*is_stale || page.shrank);
                if page.settled == 0 && here > self.floor {
                    self.number = here - 1;
                    return true;
                }
                if *is_stale && *turns < MOST_TURNS {
                    *is_stale = false;
                    *turns += 1;
                    self.number = *from;
                    return true;
                }
                let (from, then) = (*from, *then);
                self.go(from, then)
            }
            Course::Again { gaps, forward } => {
                if page.offered > 0 {
                    self.gaps.retain(|gap| *gap != here);
                }
                if let Some(gap) = gaps.pop() {
                    self.number = gap;
                    return true;
                }
                match forward {
                    Some(next) if short && *next <= self.top => {
                        self.number = *next;
                        *next = next.saturating_add(1);
                        true
                    }
                    _ => false,
                }
            }
        }
    }

    /// Looks once more where the missing items may be; returns `false` if that is nowhere.
    pub(super) fn look_again(&mut self, recognizable: bool) -> bool {
        // Of the empty pages at the end, the first one may have been a gap.
        if let (Some(empty), false) = (self.trailing.first(), self.tried_the_end_again) {
            self.number = *empty;
            self.tried_the_end_again = true;
            self.course = Course::Ahead;
            self.trailing.clear();
            return true;
        }
        if self.looked_again {
            return false;
        }
        self.looked_again = true;
        let mut gaps = self.gaps.clone();
        gaps.reverse();
        let forward = (self.met_duplicates && recognizable).then_some(self.floor);
        if let Some(gap) = gaps.pop() {
            self.number = gap;
            self.course = Course::Again { gaps, forward };
            return true;
        }
        let Some(first) = forward else {
            return false;
        };
        self.number = first;
        self.course = Course::Again {
            gaps,
            forward: first.checked_add(1),
        };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paging::place::Place;

    fn page(number: u64, offered: u64, fresh: u64) -> Arrived {
        Arrived {
            offered,
            fresh,
            settled: offered - fresh,
            ..Arrived::nothing(Place::Number(number))
        }
    }

    #[test]
    fn pages_before_a_removed_item_are_read_again() {
        let mut numbers = PageNumbers::new(1, 0);
        for number in 1..4 {
            assert!(numbers.advance(&page(number, 10, 10), number, Some(number + 1)));
        }
        let shrank = Arrived {
            shrank: true,
            ..page(4, 10, 10)
        };
        assert!(numbers.advance(&shrank, 4, Some(5)));
        assert_eq!((numbers.number, numbers.is_ahead()), (3, false));
        // All of page 3 is new, so that page 2 may have changed, too.
        assert!(numbers.advance_aside(&page(3, 10, 10), 3, false));
        assert_eq!(numbers.number, 2);
        assert!(numbers.advance_aside(&page(2, 10, 3), 2, false));
        assert_eq!((numbers.number, numbers.is_ahead()), (5, true));
    }

    #[test]
    fn a_way_back_ends_at_the_first_page_that_was_read() {
        let mut numbers = PageNumbers::new(2, 0);
        assert!(numbers.advance(&page(2, 10, 10), 2, Some(3)));
        let shrank = Arrived {
            shrank: true,
            ..page(3, 10, 10)
        };
        assert!(numbers.advance(&shrank, 3, None));
        assert!(!numbers.advance_aside(&page(2, 10, 10), 2, false));
    }

    #[test]
    fn empty_pages_and_the_first_ones_are_looked_at_again_once() {
        let mut numbers = PageNumbers::new(1, 0);
        for (number, offered, fresh) in [(1, 10, 10), (2, 0, 0), (3, 10, 9)] {
            numbers.advance(&page(number, offered, fresh), number, Some(number + 1));
        }
        assert!(!numbers.advance(&page(4, 0, 0), 4, None));
        assert!(numbers.look_again(true));
        assert_eq!((numbers.number, numbers.is_ahead()), (4, true));
        assert!(!numbers.advance(&page(4, 5, 5), 4, None));
        assert!(numbers.look_again(true));
        assert_eq!(numbers.number, 2);
        assert!(numbers.advance_aside(&page(2, 10, 10), 2, true));
        assert_eq!(numbers.number, 1);
        assert!(numbers.advance_aside(&page(1, 10, 1), 1, true));
        assert_eq!(numbers.number, 2);
        assert!(numbers.advance_aside(&page(2, 10, 0), 2, true));
        assert_eq!(numbers.number, 3);
        assert!(!numbers.advance_aside(&page(3, 10, 1), 3, false));
        assert!(!numbers.look_again(true));
    }
}
