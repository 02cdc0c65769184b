//! From page to page: sends the requests, and decides after each response what follows.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::arrived::{Arrived, LastItem, NextLink};
use super::cursor::{self, Cursor};
use super::ending::{Expected, Outlook, Patience, Tally};
use super::incomplete::Incomplete;
use super::keyset;
use super::link::Query;
use super::place::{PLACE_PARAMS, Place};
use super::requests::Requests;
use super::scroll::Scroll;
use super::sift::{KeyOf, Row, Sieve};
use super::style::{Style, advance_keyset};
use crate::data::page::Page;
use crate::error::{Error, ErrorKind, Result};
use crate::http::call::Template;
use crate::http::meta::{Endpoint, Paging};
use crate::http::request::PreparedRequest;
use crate::http::response::RawResponse;

/// The number of items that iconik serves by page number: it answers from a search index that serves
/// no more.
const WINDOW: u64 = 10_000;

/// How a response becomes a page, and what is read from its items.
pub(super) struct Reader<T> {
    pub(super) page: fn(&RawResponse) -> Result<Page<T>>,
    pub(super) key_of: KeyOf<T>,
    pub(super) sort_of: for<'a> fn(&'a T) -> Option<Cow<'a, str>>,
}

/// A walk over the pages of one list.
pub(super) struct Walk<T> {
    /// None if there was no request to begin with.
    source: Option<Source>,
    read: fn(&RawResponse) -> Result<Page<T>>,
    sort_of: for<'a> fn(&'a T) -> Option<Cow<'a, str>>,
    sieve: Sieve<T>,
    /// None at the end.
    style: Option<Style>,
    requests: Requests,
    tally: Tally,
    patience: Patience,
    /// How many items are still wanted.
    limit: Option<u64>,
    /// As the request says, or the first response.
    per_page: Option<u64>,
    last_page: Option<u64>,
    total: Option<i64>,
    /// Whether the style was not chosen, so that another one may be taken.
    is_free: bool,
    /// Whether the next page is requested although nothing says that it exists.
    is_probing: bool,
    /// Whether a page has come.
    has_begun: bool,
    /// How many items of the list lie before the first page that was requested.
    before: u64,
    /// Where the list began.
    begun: Option<Cursor>,
    /// Where the pages began that brought nothing new: the first empty page, and the last run.
    gap: Option<Cursor>,
    fruitless_from: Option<Cursor>,
    /// What the next call returns before anything else.
    problem: Option<Error>,
    has_failed: bool,
    /// Where a list that ended too early can be continued.
    rest: Option<Cursor>,
}

/// What is requested.
struct Source {
    template: Template,
    list: Arc<str>,
    offers: &'static [Paging],
    /// Whether the action has one page only.
    is_single: bool,
    /// Whether the cursor of a search is a part of the body.
    in_body: bool,
}

/// A page whose items are new and wanted, and its place in the list.
pub(super) struct Batch<T> {
    /// The page, without its items.
    pub(super) envelope: Page<T>,
    pub(super) rows: Vec<Row<T>>,
    pub(super) mark: Mark,
}

/// The items of a page, and its place in the list.
pub(super) type Rows<T> = (Vec<Row<T>>, Mark);

/// Where a page lies, to make a cursor from.
#[derive(Clone)]
pub(super) struct Mark {
    place: Place,
    /// How many items lie between the place and the page's first item.
    offset: u64,
    /// Where to continue instead, if the page was not the next one of the list.
    aside: Option<Cursor>,
}

/// Where an item lies on its page.
#[derive(Clone)]
pub(super) struct RowMark {
    index: u64,
    after: Option<String>,
    done: Option<u64>,
}

impl<T> Row<T> {
    pub(super) fn split(self) -> (T, RowMark) {
        let Self {
            item,
            index,
            after,
            done,
        } = self;
        (item, RowMark { index, after, done })
    }
}

impl<T> Walk<T> {
    pub(super) fn new(template: Result<Template>, reader: Reader<T>) -> Self {
        let meta = template
            .as_ref()
            .ok()
            .and_then(|template| template.request.endpoint.meta());
        let repeats = meta.is_some_and(|meta| meta.repeats);
        let mut walk = Self {
            source: None,
            read: reader.page,
            sort_of: reader.sort_of,
            sieve: Sieve::new(reader.key_of, repeats),
            style: None,
            requests: Requests::new(),
            tally: Tally::default(),
            patience: Patience::default(),
            limit: None,
            per_page: None,
            last_page: None,
            total: None,
            is_free: false,
            is_probing: false,
            has_begun: false,
            before: 0,
            begun: None,
            gap: None,
            fruitless_from: None,
            problem: None,
            has_failed: false,
            rest: None,
        };
        match template {
            Ok(template) => {
                let source = Source {
                    list: "".into(),
                    offers: meta.map_or(&[][..], |meta| meta.paging),
                    is_single: meta.is_some_and(|meta| meta.paging.is_empty()),
                    in_body: meta.is_some_and(|meta| meta.search_after_in_body),
                    template,
                };
                walk.start(source);
            }
            Err(error) => walk.problem = Some(error),
        }
        walk
    }

    fn start(&mut self, mut source: Source) {
        let request = &mut source.template.request;
        source.list = cursor::name_of(request, source.in_body);
        self.per_page = per_page(request);
        let own = Place::of(request, source.in_body);
        request.drop_query(PLACE_PARAMS);
        self.is_free = own.is_none();
        let offers = source.offers;
        let style = match offers.contains(&Paging::Page) {
            true => Paging::Page,
            false => offers.first().copied().unwrap_or(Paging::Page),
        };
        self.begin(own.unwrap_or(Place::first(style)), 0, None);
        self.source = Some(source);
    }

    /// Begins at a place. The first `skip` items there are done; in the whole list, `done` items are.
    fn begin(&mut self, place: Place, skip: u64, done: Option<u64>) {
        self.before = 0;
        self.tally.done = match &place {
            // Only the first page says how many items come before it.
            Place::Number(number) if *number > 1 => done,
            Place::Number(_)
            | Place::Scroll(_)
            | Place::LastId(None)
            | Place::SearchAfter(None)
            | Place::LastFieldName(None) => done.or(Some(skip)),
            _ => done,
        };
        self.style = Some(Style::at(place, skip));
    }

    pub(super) fn style(&mut self, style: Paging) {
        let Some(source) = &self.source else {
            return;
        };
        if !source.offers.is_empty() && !source.offers.contains(&style) {
            let offers = source.offers;
            let detail = format!("this list is not paged by {style:?}, but by {offers:?}");
            return self.refuse(detail);
        }
        self.begin(Place::first(style), 0, None);
        self.is_free = false;
    }

    pub(super) fn limit(&mut self, items: u64) {
        self.limit = Some(items);
    }

    pub(super) fn read_ahead(&mut self, pages: usize) {
        self.requests.set_most(pages);
    }

    pub(super) fn resume(&mut self, cursor: Cursor) {
        let Some(source) = &mut self.source else {
            return;
        };
        if cursor.list != source.list {
            let detail = "the cursor belongs to another list, or to other arguments of this one";
            return self.refuse(detail.to_owned());
        }
        if let Some(per_page) = cursor.per_page {
            let request = &mut source.template.request;
            request.drop_query(&["per_page"]);
            request.push_query("per_page", &per_page);
            self.per_page = Some(per_page);
        }
        self.begin(cursor.place, cursor.skip, cursor.done);
        self.is_free = false;
    }

    fn refuse(&mut self, detail: String) {
        let error = self.error(ErrorKind::Paging).detail(detail);
        self.problem.get_or_insert(error);
    }

    fn error(&self, kind: ErrorKind) -> Error {
        let endpoint = match &self.source {
            Some(source) => source.template.request.endpoint.clone(),
            None => Endpoint::None,
        };
        Error::new(kind, endpoint)
    }

    /// Returns whether all items that were wanted have come.
    pub(super) fn is_full(&self) -> bool {
        self.limit == Some(0)
    }

    pub(super) fn total(&self) -> Option<i64> {
        self.total
    }

    pub(super) fn name(&self) -> &str {
        self.source.as_ref().map_or("", |source| &source.list)
    }

    /// Returns the cursor of the page that comes next.
    pub(super) fn cursor(&self) -> Option<Cursor> {
        let Some(style) = &self.style else {
            return self.rest.clone();
        };
        if let Some(cursor) = self.cursor_aside() {
            return Some(cursor);
        }
        Some(self.cursor_at(style.place(), style.done(), self.tally.done))
    }

    /// Returns where to continue while earlier pages are read again: what lies behind that place comes
    /// again, so that it is not done.
    fn cursor_aside(&self) -> Option<Cursor> {
        let Some(Style::Page(numbers)) = &self.style else {
            return None;
        };
        if numbers.is_ahead() {
            return None;
        }
        if !numbers.is_back() {
            return self.gap.as_ref().or(self.begun.as_ref()).cloned();
        }
        let before = numbers.number.saturating_sub(1);
        let before = before.saturating_mul(self.per_page.unwrap_or_default());
        let done = self.tally.done.map(|done| done.min(before));
        Some(self.cursor_at(Place::Number(numbers.number), 0, done))
    }

    /// Returns the cursor behind an item of a page.
    pub(super) fn cursor_behind(&self, mark: &Mark, row: &RowMark) -> Cursor {
        if let Some(cursor) = &mark.aside {
            return cursor.clone();
        }
        let after = || row.after.clone();
        let place = match &mark.place {
            Place::LastId(_) => after().map(|after| Place::LastId(Some(after))),
            Place::SearchAfter(_) => after().map(|after| Place::SearchAfter(Some(after))),
            Place::LastFieldName(_) => after().map(|after| Place::LastFieldName(Some(after))),
            Place::Number(_) | Place::Scroll(_) | Place::Link(_) => None,
        };
        match place {
            Some(place) => self.cursor_at(place, 0, row.done),
            None => {
                let skip = mark.offset.saturating_add(row.index).saturating_add(1);
                self.cursor_at(mark.place.clone(), skip, row.done)
            }
        }
    }

    fn cursor_at(&self, place: Place, skip: u64, done: Option<u64>) -> Cursor {
        let (place, skip, done) = match place {
            // The server has moved the place behind the id, so it is begun anew.
            Place::Scroll(_) => {
                let (skip, done) = self.before_gap(skip, done);
                (Place::Scroll(None), skip, done)
            }
            place => (place, skip, done),
        };
        let list = match &self.source {
            Some(source) => Arc::clone(&source.list),
            None => "".into(),
        };
        Cursor {
            list,
            place,
            skip,
            per_page: self.per_page,
            done,
        }
    }

    /// Takes the cursor of a scroll back to its first empty page. The items from there on come again, so
    /// that they are not done.
    fn before_gap(&self, skip: u64, done: Option<u64>) -> (u64, Option<u64>) {
        let Some(Style::Scroll(scroll)) = &self.style else {
            return (skip, done);
        };
        let most = scroll.at_most(skip);
        let again = skip.saturating_sub(most);
        // Behind a page that stayed empty, more may be done than the place says.
        let done = done.map(|done| done.saturating_sub(again).min(most));
        (most, done)
    }

    /// Returns the next page that has a wanted item.
    pub(super) fn poll_next(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Batch<T>>>> {
        loop {
            if let Some(error) = self.problem.take() {
                return Poll::Ready(Some(Err(self.fail(error))));
            }
            if self.has_failed || self.is_full() {
                self.requests.clear();
                return Poll::Ready(None);
            }
            self.send_requests();
            if self.requests.len() == 0 {
                return Poll::Ready(None);
            }
            let Some((place, response)) = self.requests.poll(context) else {
                return Poll::Pending;
            };
            match self.arrived(place, response) {
                Ok(Some(batch)) if !batch.rows.is_empty() => return Poll::Ready(Some(Ok(batch))),
                Ok(_) => {}
                Err(error) => return Poll::Ready(Some(Err(self.fail(error)))),
            }
        }
    }

    fn fail(&mut self, error: Error) -> Error {
        self.has_failed = true;
        self.requests.clear();
        error
    }

    fn send_requests(&mut self) {
        let (Some(source), Some(style)) = (&self.source, &self.style) else {
            return;
        };
        while !self.requests.is_full() {
            let place = match self.requests.last() {
                None => Some(style.place()),
                Some(last) => self.place_ahead(style, last),
            };
            let Some(place) = place else {
                break;
            };
            let response = source
                .template
                .send(|request| place.write(request, source.in_body));
            self.requests.push(place, response);
        }
    }

    /// Returns the place of the page behind one that has not come yet, as far as it is known: page
    /// numbers alone follow from one another.
    fn place_ahead(&self, style: &Style, place: &Place) -> Option<Place> {
        let (Style::Page(numbers), Place::Number(number)) = (style, place) else {
            return None;
        };
        let (last_page, per_page) = (self.last_page?, self.per_page?);
        let number = number.checked_add(1)?;
        let coming = (self.requests.len() as u64).saturating_mul(per_page);
        let wanted = self.limit.is_none_or(|limit| limit > coming);
        let served = number.saturating_mul(per_page) <= WINDOW;
        let known = numbers.is_ahead() && number <= last_page;
        (known && wanted && served).then_some(Place::Number(number))
    }

    fn arrived(&mut self, place: Place, response: Result<RawResponse>) -> Result<Option<Batch<T>>> {
        let response = match response {
            Ok(response) => response,
            Err(error) => return self.did_not_arrive(&place, error).map(|()| None),
        };
        let mut page = (self.read)(&response)?;
        let items = std::mem::take(&mut page.objects);
        let mut arrived = self.learn(&page, place, items.len() as u64);
        if self.should_scroll_at_once(&arrived) {
            self.switch(Style::Scroll(Scroll::default()));
            self.tally.done = Some(0);
            return Ok(None);
        }
        if matches!(&self.style, Some(Style::Page(numbers)) if numbers.is_ahead()) {
            self.sieve.watch(arrived.shrank);
        }
        let sifted = self.sieve.sift(&items, response.text()?);
        arrived.fresh = sifted.fresh();
        arrived.settled = sifted.settled;
        arrived.repeats = sifted.repeats;
        arrived.recognizable = self.sieve.recognizable();
        arrived.last = self.last_item(&items);
        let mark = Mark {
            place: arrived.place.clone(),
            offset: self.style.as_ref().map_or(0, Style::offset),
            aside: self.cursor_aside(),
        };
        let rows = self.choose(items, &sifted.is_new);
        // The items of this page are good all the same, so they come first.
        if let Err(error) = self.step(&arrived) {
            self.problem = Some(error);
        }
        Ok(Some(Batch {
            envelope: page,
            rows,
            mark,
        }))
    }

    /// Takes from a page what it says about the list.
    fn learn(&mut self, page: &Page<T>, place: Place, offered: u64) -> Arrived {
        let origin = self
            .source
            .as_ref()
            .map_or("", |source| source.template.request.origin());
        let mut arrived = Arrived::new(page, place, origin);
        arrived.offered = offered;
        if !self.has_begun {
            self.has_begun = true;
            let offered = Some(offered).filter(|items| *items > 0);
            self.per_page = arrived.per_page.or(self.per_page).or(offered);
            self.note_items_before(&arrived.place);
            self.begun = self.cursor();
        } else if self.per_page.is_none() && offered > 0 {
            self.per_page = Some(offered);
        }
        self.total = page.total.or(self.total);
        if let Some(total) = arrived.total {
            // A page without items may be a failure that looks like an empty list: its total does not
            // count, but it may say that items were removed.
            let counts = offered > 0 || self.tally.total().is_none();
            arrived.shrank = self.tally.note_total(total, counts);
        }
        let by_total = || {
            Some(
                arrived
                    .total
                    .filter(|total| *total > 0)?
                    .div_ceil(self.per_page?),
            )
        };
        self.last_page = arrived.pages.or_else(by_total).or(self.last_page);
        arrived
    }

    /// Notes how many items lie before the first page, which only now is known.
    fn note_items_before(&mut self, place: &Place) {
        let (Place::Number(number), Some(per_page)) = (place, self.per_page) else {
            return;
        };
        // A caller may ask for page 0, and gets what the server makes of it.
        self.before = number.saturating_sub(1).saturating_mul(per_page);
        let skip = self.style.as_ref().map_or(0, Style::skip);
        let before = self.before.saturating_add(skip);
        self.tally.done.get_or_insert(before);
    }

    /// Returns whether the first page says that there are more items than page numbers reach.
    fn should_scroll_at_once(&self, page: &Arrived) -> bool {
        // A total of exactly the window may be all that was counted. A scroll costs no more than page
        // by page would; but one cannot read ahead in it.
        let least = WINDOW + u64::from(self.requests.most() > 1);
        let too_many = page.total.is_some_and(|total| total >= least);
        let all_wanted = self.limit.is_none_or(|limit| limit > WINDOW);
        self.is_free
            && page.place == Place::Number(1)
            && too_many
            && all_wanted
            && self.offers(Paging::Scroll)
    }

    fn offers(&self, style: Paging) -> bool {
        let source = self.source.as_ref();
        source.is_some_and(|source| source.offers.contains(&style))
    }

    /// Returns the new and wanted items of a page.
    fn choose(&mut self, items: Vec<T>, is_new: &[bool]) -> Vec<Row<T>> {
        let skip = self.style.as_ref().map_or(0, Style::skip);
        let paging = self.style.as_ref().and_then(Style::paging);
        let before = self.tally.done;
        let mut counted = 0_u64;
        let mut rows = Vec::with_capacity(items.len());
        for (index, (item, is_new)) in (0_u64..).zip(items.into_iter().zip(is_new)) {
            if index < skip || !is_new {
                continue;
            }
            counted += 1;
            if self.limit == Some(0) {
                continue;
            }
            self.limit = self.limit.map(|limit| limit - 1);
            let own = |text: Cow<'_, str>| text.into_owned();
            let after = match paging {
                Some(Paging::LastId) => (self.sieve.key_of)(&item).id.map(own),
                Some(Paging::LastFieldName) => (self.sieve.key_of)(&item).name.map(own),
                Some(Paging::SearchAfter) => (self.sort_of)(&item).map(own),
                Some(Paging::Page | Paging::Scroll) | None => None,
            };
            rows.push(Row {
                item,
                index,
                after,
                done: before.map(|before| before.saturating_add(counted)),
            });
        }
        self.tally.add(counted);
        rows
    }

    /// Returns what the list may continue after.
    fn last_item(&self, items: &[T]) -> LastItem {
        let Some(item) = items.last() else {
            return LastItem::default();
        };
        let own = |text: Cow<'_, str>| text.into_owned();
        match &self.style {
            Some(Style::LastId(_) | Style::LastFieldName(_)) => {
                let key = (self.sieve.key_of)(item);
                LastItem {
                    id: key.id.map(own),
                    name: key.name.map(own),
                    sort: None,
                }
            }
            Some(Style::SearchAfter(_)) => self.last_sort_values(item),
            Some(Style::Page(_)) if self.offers(Paging::SearchAfter) => self.last_sort_values(item),
            _ => LastItem::default(),
        }
    }

    fn last_sort_values(&self, item: &T) -> LastItem {
        LastItem {
            sort: (self.sort_of)(item)
                .map(Cow::into_owned)
                .filter(|values| values.starts_with('[') && values != "[]"),
            ..LastItem::default()
        }
    }

    /// Decides what follows a page.
    fn step(&mut self, page: &Arrived) -> Result<()> {
        if self.is_full() {
            return Ok(());
        }
        let goes_on = match (&mut self.style, &page.place) {
            (Some(Style::Page(numbers)), Place::Number(here)) if !numbers.is_ahead() => {
                let is_short = self.tally.count() == Some(Ordering::Less);
                numbers.advance_aside(page, *here, is_short)
            }
            _ => self.step_ahead(page)?,
        };
        match goes_on {
            true => self.keep_requests(),
            false => self.finish()?,
        }
        Ok(())
    }

    fn step_ahead(&mut self, page: &Arrived) -> Result<bool> {
        let Some(style) = &self.style else {
            return Ok(false);
        };
        let is_fruitful = style.is_fruitful(page);
        let outlook = style.evidence(page, &self.tally).outlook();
        self.note_fruit(page, is_fruitful);
        if page.offered == 0 {
            self.forget_skip();
        }
        let is_single = self.source.as_ref().is_some_and(|source| source.is_single);
        let goes_on = self
            .patience
            .lasts(outlook, is_fruitful, page.may_be_shifted())
            && (!is_single || page.has_link());
        self.is_probing = outlook == Outlook::Unsaid;
        match (&mut self.style, &page.place) {
            (Some(Style::Page(_)), Place::Number(here)) => {
                self.step_by_number(page, *here, goes_on)
            }
            (Some(Style::Scroll(scroll)), _) => {
                Ok(match scroll.advance(page) {
                    true => goes_on,
                    // Without an id, the server's own link may lead on.
                    false => goes_on && self.follow_link(page)?,
                })
            }
            (Some(Style::Link(_)), _) => Ok(goes_on && self.follow_link(page)?),
            (Some(style), _) => Ok(advance_keyset(style, page) && goes_on),
            (None, _) => Ok(false),
        }
    }

    /// Expects the items again that were to be skipped: where an empty page was, the next one may begin
    /// anywhere.
    fn forget_skip(&mut self) {
        if let Some(style) = &mut self.style {
            let again = style.forget_skip();
            self.tally.expect_again(again);
        }
    }

    /// Remembers where the pages begin that bring nothing new.
    fn note_fruit(&mut self, page: &Arrived, is_fruitful: bool) {
        if is_fruitful {
            self.fruitless_from = None;
            return;
        }
        let skip = self.style.as_ref().map_or(0, Style::done);
        let here = self.cursor_at(page.place.clone(), skip, self.tally.done);
        if let (Place::Number(_), 0, None) = (&page.place, page.offered, &self.gap) {
            self.gap = Some(here.clone());
        }
        self.fruitless_from.get_or_insert(here);
    }

    fn step_by_number(&mut self, page: &Arrived, here: u64, goes_on: bool) -> Result<bool> {
        let per_page = self.per_page.unwrap_or(page.offered).max(1);
        let following = here.saturating_add(1);
        let is_beyond = following.saturating_mul(per_page) > WINDOW;
        // Where page numbers end, a response cannot say whether there is more.
        let may_hide_more = is_beyond && page.offered >= per_page;
        if is_beyond && (goes_on || may_hide_more) && self.cross(page) {
            return Ok(true);
        }
        // The server's refusal is the proof that there may be more.
        self.is_probing &= !may_hide_more;
        let goes_on = goes_on || may_hide_more;
        let linked = page.linked("page").map(str::parse::<u64>);
        let then = match (&page.next, linked) {
            _ if !goes_on => None,
            (NextLink::Foreign(_), _) => {
                self.follow_link(page)?;
                None
            }
            (_, Some(Ok(linked))) if linked > here => Some(linked),
            (NextLink::Query(query), None) if !self.beyond_request(query).is_empty() => {
                return self.follow_link(page);
            }
            _ => Some(following),
        };
        match &mut self.style {
            Some(Style::Page(numbers)) => {
                if page.fresh < page.offered {
                    // Items were added in front. The next pages may have been served before that, and
                    // then lack the items that were moved onto them.
                    self.requests.clear();
                }
                Ok(numbers.advance(page, here, then))
            }
            _ => Ok(false),
        }
    }

    /// Changes to another style where page numbers end; returns `false` if there is none.
    fn cross(&mut self, page: &Arrived) -> bool {
        if self.offers(Paging::Scroll) {
            let done = self.tally.done;
            let known = done.unwrap_or(self.sieve.len().saturating_add(self.before));
            let skip = match self.sieve.recognizable() {
                true => self.before,
                false => known,
            };
            let sure = if self.gap.is_none() { known } else { skip };
            self.switch(Style::Scroll(Scroll::after(known, skip, sure)));
            return true;
        }
        let values = keyset::sort_values(page).into_iter().flatten().next();
        match values {
            Some(values) if self.offers(Paging::SearchAfter) => {
                self.switch(Style::at(Place::SearchAfter(Some(values.to_owned())), 0));
                true
            }
            _ => false,
        }
    }

    /// Goes on in another style, whose totals may be others.
    fn switch(&mut self, style: Style) {
        self.style = Some(style);
        self.tally.forget_totals();
        self.keep_requests();
    }

    /// Drops the requests that are under way for other pages than the next one.
    fn keep_requests(&mut self) {
        if let Some(style) = &self.style {
            self.requests.keep_from(&style.place());
        }
    }

    /// Goes on where the server's link leads, by what it says beyond the request; returns `false`
    /// where it says nothing new.
    fn follow_link(&mut self, page: &Arrived) -> Result<bool> {
        let query = match &page.next {
            NextLink::Query(query) => self.beyond_request(query),
            NextLink::Foreign(foreign) => {
                let origin = self
                    .source
                    .as_ref()
                    .map_or("", |source| source.template.request.origin());
                return Err(self.error(ErrorKind::Paging).detail(format!(
                    "`next_url` leads to another origin, {foreign}; it is not followed, because the tokens are for {origin} only"
                )));
            }
            NextLink::Absent | NextLink::Null => return Ok(false),
        };
        if query.is_empty() {
            return Ok(false);
        }
        if let Some(Style::Link(links)) = &mut self.style {
            return Ok(links.advance(Some(query)));
        }
        let Style::Link(mut links) = Style::at(Place::Link(Vec::new()), 0) else {
            return Ok(false);
        };
        let goes_on = links.advance(Some(query));
        self.style = Some(Style::Link(links));
        Ok(goes_on)
    }

    /// Returns what a link says beyond the request. The arguments of the request that the server
    /// repeats may be secret, and a cursor is not.
    fn beyond_request(&self, query: &Query) -> Query {
        let Some(source) = &self.source else {
            return Query::new();
        };
        let own: Vec<String> = source
            .template
            .request
            .query_pairs()
            .map(|(name, _)| name)
            .collect();
        let is_new = |name: &String| name != "per_page" && !own.contains(name);
        let pairs = query.iter().filter(|(name, _)| is_new(name));
        pairs.cloned().collect()
    }

    /// Ends the list, unless it is worth looking once more; an error if items are missing.
    fn finish(&mut self) -> Result<()> {
        let is_short = self.tally.count() == Some(Ordering::Less);
        let recognizable = self.sieve.recognizable();
        if let (Some(Style::Page(numbers)), true) = (&mut self.style, is_short) {
            if !self.patience.is_exhausted() && numbers.look_again(recognizable) {
                self.is_probing = true;
                self.keep_requests();
                return Ok(());
            }
        }
        let expected = match &self.style {
            Some(Style::Page(numbers)) if !recognizable || numbers.has_gaps() => Expected::Most,
            Some(Style::Page(_)) => Expected::Last,
            _ => Expected::Least,
        };
        let missing = self.tally.missing(expected);
        let cursor = self.gap.take().or(self.fruitless_from.take());
        let cursor = cursor.or_else(|| self.cursor());
        self.style = None;
        self.requests.clear();
        let Some(cursor) = cursor.filter(|_| missing > 0) else {
            return Ok(());
        };
        let incomplete = Incomplete {
            missing,
            total: self.tally.total().unwrap_or_default(),
            cursor: cursor.clone(),
        };
        let mut detail = incomplete.to_string();
        if self.is_beyond(&cursor.place) {
            detail = format!("{detail}: {}", way_out());
        }
        self.rest = Some(cursor);
        let error = self.error(ErrorKind::Incomplete);
        Err(error.detail(detail).source(incomplete))
    }

    /// Decides what follows when there is no response.
    fn did_not_arrive(&mut self, place: &Place, error: Error) -> Result<()> {
        let recognizable = self.sieve.recognizable();
        let retries = self
            .source
            .as_ref()
            .is_some_and(|source| source.template.retries());
        let all_counted = self.tally.count().is_some_and(Ordering::is_ge);
        if let (Some(Style::Scroll(scroll)), Place::Scroll(Some(_))) = (&mut self.style, place) {
            if retries && is_lost(&error) {
                if let Some(again) = scroll.restart(recognizable) {
                    self.tally.expect_again(again);
                    self.requests.clear();
                    return Ok(());
                }
            }
        }
        match (&mut self.style, place) {
            (Some(Style::Page(numbers)), Place::Number(here))
                if self.is_probing && is_no_such_page(&error, all_counted) =>
            {
                let nothing = Arrived::nothing(place.clone());
                let goes_on = match numbers.is_ahead() {
                    true => false,
                    false => numbers.advance_aside(&nothing, *here, !all_counted),
                };
                if goes_on {
                    self.keep_requests();
                    return Ok(());
                }
                return self.finish();
            }
            (Some(_), _) if self.is_probing && all_counted && is_no_such_page(&error, true) => {
                return self.finish();
            }
            _ => {}
        }
        // Adds what to do to the refusal of a page that lies too far behind.
        let is_refused = is_no_such_page(&error, true) || error.is_server_error();
        match is_refused && self.is_beyond(place) {
            true => Err(error.detail(way_out())),
            false => Err(error),
        }
    }

    fn is_beyond(&self, place: &Place) -> bool {
        match (place, self.per_page) {
            (Place::Number(number), Some(per_page)) => number.saturating_mul(per_page) > WINDOW,
            _ => false,
        }
    }
}

fn way_out() -> String {
    format!(
        "items after the {WINDOW}th are not served by page number, and this list is not paged in another way; \
         request parts of it that have fewer items, by a filter or a range of dates"
    )
}

/// Returns whether a page of a scroll may be lost: the server may have moved on, or the scroll has
/// expired.
fn is_lost(error: &Error) -> bool {
    let is_over = error.is_not_found() || error.status() == Some(http::StatusCode::GONE);
    let is_failure = matches!(
        error.kind(),
        ErrorKind::Transport | ErrorKind::Timeout | ErrorKind::Status
    );
    is_failure && (error.maybe_sent() || is_over)
}

/// Returns whether a refusal says that there is no such page; other refusals than 404 do so only where
/// all items were counted, or at the end of what is served.
fn is_no_such_page(error: &Error, at_the_end: bool) -> bool {
    let status = error.status().map_or(0, |status| status.as_u16());
    error.kind() == ErrorKind::Status
        && match at_the_end {
            true => matches!(status, 400 | 404 | 410 | 413 | 416 | 422),
            false => status == 404,
        }
}

fn per_page(request: &PreparedRequest) -> Option<u64> {
    let (_, value) = request.query_pairs().find(|(name, _)| name == "per_page")?;
    value.parse().ok().filter(|items| *items > 0)
}
