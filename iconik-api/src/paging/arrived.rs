//! What a page says, apart from its items.

use super::link::{Query, query_of_link};
use super::place::Place;
use crate::data::page::Page;

/// What a page says, apart from its items.
#[derive(Debug)]
pub(super) struct Arrived {
    /// Where the page begins.
    pub(super) place: Place,
    /// How many items it has.
    pub(super) offered: u64,
    /// How many of them were not seen before.
    pub(super) fresh: u64,
    /// How many of them were seen before the way back began that this page is on.
    pub(super) settled: u64,
    /// Whether this is the page before once more.
    pub(super) repeats: bool,
    /// Whether all items so far can be recognized when they come again.
    pub(super) recognizable: bool,
    pub(super) next: NextLink,
    pub(super) pages: Option<u64>,
    /// How many items a full page has, as the response says.
    pub(super) per_page: Option<u64>,
    pub(super) total: Option<u64>,
    /// Whether the total is smaller than that of the page before.
    pub(super) shrank: bool,
    pub(super) scroll_id: Option<String>,
    /// The cursor of the envelope, as a JSON array.
    pub(super) search_after: Option<String>,
    pub(super) last: LastItem,
}

/// What a list may continue after.
#[derive(Debug, Default)]
pub(super) struct LastItem {
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) sort: Option<String>,
}

/// `next_url`.
#[derive(Debug, PartialEq)]
pub(super) enum NextLink {
    /// The member is absent or empty.
    Absent,
    /// The member is null: this is the last page.
    Null,
    /// A link to the origin of the request.
    Query(Query),
    /// A link to another origin.
    Foreign(String),
}

impl Arrived {
    /// Returns what a page says; its items are counted elsewhere.
    pub(super) fn new<T>(page: &Page<T>, place: Place, origin: &str) -> Self {
        let next = match text_of(&page.next_url) {
            Some(link) => match query_of_link(link, origin) {
                Ok(query) => NextLink::Query(query),
                Err(foreign) => NextLink::Foreign(foreign),
            },
            None if page.is_last() => NextLink::Null,
            None => NextLink::Absent,
        };
        let search_after = match &page.search_after[..] {
            [] => None,
            values => serde_json::to_string(values).ok(),
        };
        Self {
            next,
            pages: count(page.pages).filter(|pages| *pages > 0),
            per_page: count(page.per_page).filter(|items| *items > 0),
            total: count(page.total),
            scroll_id: text_of(&page.scroll_id).map(str::to_owned),
            search_after,
            ..Self::nothing(place)
        }
    }

    /// Returns what a page says that does not exist.
    pub(super) fn nothing(place: Place) -> Self {
        Self {
            place,
            offered: 0,
            fresh: 0,
            settled: 0,
            repeats: false,
            recognizable: true,
            next: NextLink::Absent,
            pages: None,
            per_page: None,
            total: None,
            shrank: false,
            scroll_id: None,
            search_after: None,
            last: LastItem::default(),
        }
    }

    /// Returns a parameter of the link to the next page.
    pub(super) fn linked(&self, name: &str) -> Option<&str> {
        let NextLink::Query(query) = &self.next else {
            return None;
        };
        let (_, value) = query.iter().find(|(known, _)| known == name)?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }

    /// Returns whether items that were added in front may have moved others onto this page.
    pub(super) fn may_be_shifted(&self) -> bool {
        self.offered > 0 && !self.repeats
    }

    pub(super) fn has_link(&self) -> bool {
        matches!(self.next, NextLink::Query(_) | NextLink::Foreign(_))
    }
}

/// Returns a number that counts something; a negative one does not.
pub(super) fn count(number: Option<i64>) -> Option<u64> {
    u64::try_from(number?).ok()
}

fn text_of(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.trim().is_empty())
}
