//! The ways to get from page to page, each with its own state.

use std::cmp::Ordering;
use std::mem;

use super::arrived::{Arrived, NextLink};
use super::ending::{Evidence, Tally};
use super::keyset::{self, Keyset};
use super::link::Query;
use super::page_numbers::PageNumbers;
use super::place::Place;
use super::scroll::Scroll;
use super::seen::Seen;
use crate::http::meta::Paging;

/// The state of a list, in one of the styles.
pub(super) enum Style {
    Page(PageNumbers),
    Scroll(Scroll),
    LastId(Keyset),
    SearchAfter(Keyset),
    LastFieldName(Keyset),
    Link(Links),
}

/// A list that continues where the server's link leads, by a parameter that the request does not have.
pub(super) struct Links {
    query: Query,
    skip: u64,
    used: Seen,
}

impl Links {
    /// Follows another link; returns `false` if it was followed before.
    pub(super) fn advance(&mut self, query: Option<Query>) -> bool {
        self.skip = 0;
        match query {
            Some(query) if self.used.insert(&query) => {
                self.query = query;
                true
            }
            _ => false,
        }
    }
}

impl Style {
    /// Returns the state of a list that begins at a place, of which the first `skip` items are done.
    pub(super) fn at(place: Place, skip: u64) -> Self {
        let keyset = |after| Keyset::new(after, skip);
        match place {
            Place::Number(number) => Self::Page(PageNumbers::new(number, skip)),
            Place::Scroll(id) => Self::Scroll(Scroll::new(id, skip)),
            Place::LastId(after) => Self::LastId(keyset(after)),
            Place::SearchAfter(after) => Self::SearchAfter(keyset(after)),
            Place::LastFieldName(after) => Self::LastFieldName(keyset(after)),
            Place::Link(query) => {
                let used = Seen::new();
                Self::Link(Links { query, skip, used })
            }
        }
    }

    /// Returns where the next page begins.
    pub(super) fn place(&self) -> Place {
        match self {
            Self::Page(numbers) => Place::Number(numbers.number),
            Self::Scroll(scroll) => Place::Scroll(scroll.id.clone()),
            Self::LastId(keyset) => Place::LastId(keyset.after.clone()),
            Self::SearchAfter(keyset) => Place::SearchAfter(keyset.after.clone()),
            Self::LastFieldName(keyset) => Place::LastFieldName(keyset.after.clone()),
            Self::Link(links) => Place::Link(links.query.clone()),
        }
    }

    /// Returns how many items of the next page are done.
    pub(super) fn skip(&self) -> u64 {
        match self {
            Self::Page(numbers) => numbers.skip,
            Self::Scroll(scroll) => scroll.skip_of_page(),
            Self::LastId(keyset) | Self::SearchAfter(keyset) | Self::LastFieldName(keyset) => {
                keyset.skip
            }
            Self::Link(links) => links.skip,
        }
    }

    /// Skips no more items; returns how many were still to be skipped.
    pub(super) fn forget_skip(&mut self) -> u64 {
        match self {
            Self::Page(numbers) => mem::take(&mut numbers.skip),
            Self::Scroll(scroll) => scroll.forget_skip(),
            Self::LastId(keyset) | Self::SearchAfter(keyset) | Self::LastFieldName(keyset) => {
                mem::take(&mut keyset.skip)
            }
            Self::Link(links) => mem::take(&mut links.skip),
        }
    }

    /// Returns how many items lie between the place that a cursor names and the next page.
    pub(super) fn offset(&self) -> u64 {
        match self {
            Self::Scroll(scroll) => scroll.offered,
            _ => 0,
        }
    }

    /// Returns how many items a cursor to the next page must skip.
    pub(super) fn done(&self) -> u64 {
        match self {
            Self::Scroll(scroll) => scroll.done(),
            other => other.skip(),
        }
    }

    pub(super) fn paging(&self) -> Option<Paging> {
        Some(match self {
            Self::Page(_) => Paging::Page,
            Self::Scroll(_) => Paging::Scroll,
            Self::LastId(_) => Paging::LastId,
            Self::SearchAfter(_) => Paging::SearchAfter,
            Self::LastFieldName(_) => Paging::LastFieldName,
            Self::Link(_) => return None,
        })
    }

    /// Returns whether a page brings the list forward.
    pub(super) fn is_fruitful(&self, page: &Arrived) -> bool {
        match self {
            Self::Scroll(scroll) => scroll.is_fruitful(page),
            _ => page.fresh > 0,
        }
    }

    /// Returns what a page says about what follows.
    pub(super) fn evidence(&self, page: &Arrived, tally: &Tally) -> Evidence {
        let count = tally.count();
        let complete = count.is_some_and(|count| count.is_ge());
        let null = page.next == NextLink::Null;
        match self {
            Self::Page(numbers) => Evidence {
                no_link: null,
                link: leads_beyond(page, numbers.number),
                last_page: page.pages.map(|pages| numbers.number >= pages),
                count,
            },
            // A scroll has no numbered pages: what the envelope says about them means nothing here.
            Self::Scroll(scroll) => {
                // Where page numbers had every item, the scroll need not be read: it counts exactly.
                let reopened = scroll.follows_page_numbers() && page.total.is_some();
                Evidence {
                    no_link: complete && (null || reopened),
                    count,
                    ..Evidence::default()
                }
            }
            // Where no response had a link, null may only mean that this style has none.
            Self::LastId(keyset) | Self::SearchAfter(keyset) | Self::LastFieldName(keyset) => {
                let short = page
                    .per_page
                    .is_some_and(|per_page| page.offered < per_page)
                    && count != Some(Ordering::Less);
                Evidence {
                    no_link: null && (keyset.links || complete || short),
                    link: page.has_link(),
                    last_page: None,
                    count,
                }
            }
            Self::Link(_) => Evidence {
                no_link: null,
                link: page.has_link(),
                last_page: None,
                count,
            },
        }
    }
}

/// Moves a list that continues after an item behind a page; returns `false` where there is no way on.
pub(super) fn advance_keyset(style: &mut Style, page: &Arrived) -> bool {
    match style {
        Style::LastId(keyset) => keyset.advance(page, keyset::ids(page)),
        Style::SearchAfter(keyset) => keyset.advance(page, keyset::sort_values(page)),
        Style::LastFieldName(keyset) => keyset.advance(page, keyset::names(page)),
        Style::Page(_) | Style::Scroll(_) | Style::Link(_) => false,
    }
}

/// Returns whether the link of a page leads to one behind it.
fn leads_beyond(page: &Arrived, number: u64) -> bool {
    match page.linked("page").map(str::parse::<u64>) {
        Some(Ok(linked)) => linked > number,
        _ => page.has_link(),
    }
}
