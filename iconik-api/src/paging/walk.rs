//! From page to page: what comes next, when to stop, and how many requests are under way.
//!
//! The rules that keep a walk finite and whole, whatever the server does:
//!
//! - No row is given out twice. Pages shift when rows come or go while they are read.
//! - A page that is empty, or has only rows that were seen before, is the last one.
//! - A cursor that comes again leads nowhere new. Only the id of a scroll may stay the same from
//!   page to page: the server moves the place behind it.
//! - Page numbers end at the 10,000th row, because iconik answers from a search index that serves no
//!   more. From there on, or from the start where the first page tells, the list is scrolled.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::place::{self, Cursor, PLACE_PARAMS, Place};
use super::rows::{self, RowKey, Seen};
use crate::data::page::Page;
use crate::error::{Error, ErrorKind, Result};
use crate::http::call::{ResponseFuture, Template};
use crate::http::decode::Raw;
use crate::http::meta::Paging;
use crate::http::request::PreparedRequest;
use crate::http::response::RawResponse;

/// The row behind which a list by page numbers is not served any more.
const WINDOW: u64 = 10_000;

/// How an answer becomes a page.
pub(super) type ReadPage<T> = fn(&RawResponse) -> Result<Page<T>>;

/// A walk over the pages of one list.
pub(super) struct Walk<T> {
    /// None once the walk has failed before its first request.
    template: Option<Template>,
    list: String,
    offers: &'static [Paging],
    read: ReadPage<T>,
    /// What the next call tells, before anything else.
    problem: Option<Error>,
    failed: bool,
    /// Where the next page begins; none at the end.
    next: Option<Place>,
    /// Requests under way, in the order of their pages; the first one is for `next`.
    queue: VecDeque<Fetch>,
    /// How many pages may be under way.
    ahead: usize,
    /// How many rows are still wanted.
    limit: Option<u64>,
    /// As the request, or else the first answer, says.
    per_page: Option<u64>,
    last_page: Option<u64>,
    total: Option<i64>,
    /// Whether nobody chose page numbers, so that another style may be taken at once.
    free: bool,
    seen: Seen,
    /// Cursors that were used.
    used: Seen,
    /// How many rows there are before the place where the walk was resumed.
    before: u64,
    /// How many rows come next that are not wanted, because they were done before a crash.
    pass_over: u64,
    /// How many rows may come that were seen, because a scroll begins at the first row again.
    repeats: u64,
    /// How many rows of this scroll were offered.
    scrolled: u64,
}

/// A page whose rows are new and wanted, and its place in the list.
pub(super) struct Batch<T> {
    /// The page, without its rows.
    pub(super) envelope: Page<T>,
    /// The rows, with their number on the page.
    pub(super) rows: Vec<(u64, T)>,
    mark: Mark,
}

/// Where a page lies, to make a cursor from.
#[derive(Clone)]
pub(super) struct Mark {
    place: Place,
    /// How many rows lie between the place and the page's first row.
    offset: u64,
}

struct Fetch {
    place: Place,
    answer: Answer,
}

enum Answer {
    Waiting(ResponseFuture<Raw>),
    Here(Result<RawResponse>),
}

impl<T> Walk<T> {
    pub(super) fn new(
        template: Result<Template>,
        offers: &'static [Paging],
        read: ReadPage<T>,
    ) -> Self {
        let mut walk = Self {
            template: None,
            list: String::new(),
            offers,
            read,
            problem: None,
            failed: false,
            next: None,
            queue: VecDeque::new(),
            ahead: 1,
            limit: None,
            per_page: None,
            last_page: None,
            total: None,
            free: false,
            seen: Seen::new(),
            used: Seen::new(),
            before: 0,
            pass_over: 0,
            repeats: 0,
            scrolled: 0,
        };
        match template {
            Ok(template) => walk.start(template),
            Err(error) => walk.problem = Some(error),
        }
        walk
    }

    fn start(&mut self, mut template: Template) {
        let request = &mut template.request;
        self.list = place::name_of(request);
        self.per_page = per_page(request);
        let own = Place::of(request);
        request.drop_query(PLACE_PARAMS);
        self.free = own.is_none();
        self.next = own.or_else(|| {
            let style = self.offers.iter().find(|style| **style == Paging::Page);
            Some(first(
                style
                    .or(self.offers.first())
                    .copied()
                    .unwrap_or(Paging::Page),
            ))
        });
        self.before = self.rows_before();
        self.template = Some(template);
    }

    pub(super) fn style(&mut self, style: Paging) {
        if self.template.is_none() {
            return;
        }
        if !self.offers.is_empty() && !self.offers.contains(&style) {
            let offers = self.offers;
            let detail = format!("this list is not paged by {style:?}, but by {offers:?}");
            return self.refuse(detail);
        }
        self.next = Some(first(style));
        self.before = 0;
        self.free = false;
    }

    pub(super) fn limit(&mut self, rows: u64) {
        self.limit = Some(rows);
    }

    pub(super) fn read_ahead(&mut self, pages: usize) {
        self.ahead = pages.max(1);
    }

    pub(super) fn resume(&mut self, cursor: Cursor) {
        let Some(template) = &mut self.template else {
            return;
        };
        if cursor.list != self.list {
            let detail = "the cursor belongs to another list, or to other arguments of this one";
            return self.refuse(detail.to_owned());
        }
        if let Some(per_page) = cursor.per_page {
            template.request.drop_query(&["per_page"]);
            template.request.push_query("per_page", &per_page);
            self.per_page = Some(per_page);
        }
        self.next = Some(cursor.place);
        self.pass_over = cursor.skip;
        self.before = self.rows_before();
        self.free = false;
    }

    /// How many rows lie before the page that comes next, as far as its number tells.
    fn rows_before(&self) -> u64 {
        match (&self.next, self.per_page) {
            (Some(Place::Number(number)), Some(per_page)) => rows_before_page(*number, per_page),
            _ => 0,
        }
    }

    fn refuse(&mut self, detail: String) {
        let error = self.error(detail);
        self.problem.get_or_insert(error);
    }

    fn error(&self, detail: String) -> Error {
        let endpoint = match &self.template {
            Some(template) => template.request.endpoint.clone(),
            None => crate::http::meta::Endpoint::None,
        };
        Error::new(ErrorKind::Paging, endpoint).detail(detail)
    }

    /// Whether all rows that were wanted have come.
    pub(super) fn is_full(&self) -> bool {
        self.limit == Some(0)
    }

    pub(super) fn total(&self) -> Option<i64> {
        self.total
    }

    pub(super) fn name(&self) -> &str {
        &self.list
    }

    /// The cursor of the page that comes next.
    pub(super) fn cursor(&self) -> Option<Cursor> {
        let place = self.next.clone()?;
        // Rows that are done already and have not come again yet.
        let skip = match place {
            Place::Scroll(_) => self
                .scrolled
                .saturating_add(self.pass_over.max(self.repeats)),
            _ => self.pass_over,
        };
        Some(self.cursor_at(place, skip))
    }

    /// The cursor behind the row with this number on a page.
    pub(super) fn cursor_behind(&self, mark: &Mark, row: u64) -> Cursor {
        let skip = mark.offset.saturating_add(row).saturating_add(1);
        self.cursor_at(mark.place.clone(), skip)
    }

    fn cursor_at(&self, place: Place, skip: u64) -> Cursor {
        let place = match place {
            // The server has moved the place behind the id, so it is begun anew.
            Place::Scroll(_) => Place::Scroll(None),
            place => place,
        };
        Cursor {
            list: self.list.clone(),
            place,
            skip,
            per_page: self.per_page,
        }
    }

    /// The next page that has a wanted row.
    pub(super) fn poll_next(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Batch<T>>>> {
        loop {
            if let Some(error) = self.problem.take() {
                return Poll::Ready(Some(Err(self.fail(error))));
            }
            if self.failed || self.limit == Some(0) {
                self.queue.clear();
                return Poll::Ready(None);
            }
            self.send_requests();
            if self.queue.is_empty() {
                return Poll::Ready(None);
            }
            let Some(fetch) = self.poll_queue(context) else {
                return Poll::Pending;
            };
            match self.arrived(fetch) {
                Ok(batch) if batch.rows.is_empty() => {}
                Ok(batch) => return Poll::Ready(Some(Ok(batch))),
                Err(error) => return Poll::Ready(Some(Err(self.fail(error)))),
            }
        }
    }

    fn fail(&mut self, error: Error) -> Error {
        self.failed = true;
        self.queue.clear();
        error
    }

    fn send_requests(&mut self) {
        let Some(template) = &self.template else {
            return;
        };
        while self.queue.len() < self.ahead {
            let place = match self.queue.back() {
                None => self.next.clone(),
                Some(last) => self.place_ahead(&last.place),
            };
            let Some(place) = place else {
                break;
            };
            let answer = template.send(|request| place.write(request));
            self.queue.push_back(Fetch {
                place,
                answer: Answer::Waiting(answer),
            });
        }
    }

    /// The place of the page behind one that has not come yet. Only page numbers tell.
    fn place_ahead(&self, place: &Place) -> Option<Place> {
        let (Place::Number(number), Some(last_page), Some(per_page)) =
            (place, self.last_page, self.per_page)
        else {
            return None;
        };
        let number = number.checked_add(1)?;
        let coming = (self.queue.len() as u64).saturating_mul(per_page);
        let wanted = self.limit.is_none_or(|limit| limit > coming);
        let served = number.saturating_mul(per_page) <= WINDOW;
        (number <= last_page && wanted && served).then_some(Place::Number(number))
    }

    /// Moves all requests on; gives the first one when it is answered.
    fn poll_queue(&mut self, context: &mut Context<'_>) -> Option<Fetch> {
        for fetch in &mut self.queue {
            if let Answer::Waiting(answer) = &mut fetch.answer {
                if let Poll::Ready(answer) = Pin::new(answer).poll(context) {
                    fetch.answer = Answer::Here(answer);
                }
            }
        }
        match self.queue.front()?.answer {
            Answer::Here(_) => self.queue.pop_front(),
            Answer::Waiting(_) => None,
        }
    }

    fn arrived(&mut self, fetch: Fetch) -> Result<Batch<T>> {
        let place = fetch.place;
        let response = match fetch.answer {
            Answer::Here(Ok(response)) => response,
            Answer::Here(Err(error)) => return Err(self.explain(&place, error)),
            // `poll_queue` gives nothing that has not come.
            Answer::Waiting(_) => return Err(self.error("the page has not come".to_owned())),
        };
        let mut page = (self.read)(&response)?;
        let keys = rows::keys(response.text()?);
        let offered = page.objects.len() as u64;
        self.learn(&page, &place, offered);
        if self.should_scroll_at_once(&place) {
            self.to(Some(Place::Scroll(None)));
            return Ok(self.batch(page, Vec::new(), place, 0));
        }
        let offset = match place {
            Place::Scroll(_) => self.scrolled,
            _ => 0,
        };
        // A scroll counts exactly. Where the numbered pages had every row, it need not be read.
        let reopened = offset == 0 && self.repeats > 0;
        let complete = reopened && page.total.is_some_and(|total| total <= self.repeats as i64);
        let objects = std::mem::take(&mut page.objects);
        let (rows, fresh) = self.choose(objects, &keys);
        if matches!(place, Place::Scroll(_)) {
            self.scrolled = self.scrolled.saturating_add(offered);
        }
        let repeated = fresh == 0 && self.repeats == 0;
        self.repeats = self.repeats.saturating_sub(offered);
        let next = if complete {
            Ok(None)
        } else if repeated {
            self.ended_early(&place, offered).map(|()| None)
        } else {
            self.place_behind(&place, &page, &keys, offered)
        };
        match next {
            Ok(next) => self.to(next),
            // The rows of this page are good all the same, so they go out first.
            Err(error) => {
                self.problem = Some(error);
                self.to(None);
            }
        }
        Ok(self.batch(page, rows, place, offset))
    }

    fn batch(&self, envelope: Page<T>, rows: Vec<(u64, T)>, place: Place, offset: u64) -> Batch<T> {
        Batch {
            envelope,
            rows,
            mark: Mark { place, offset },
        }
    }

    /// Goes on at a place. What is under way for other places is given up.
    fn to(&mut self, next: Option<Place>) {
        if self.queue.front().map(|fetch| &fetch.place) != next.as_ref() {
            self.queue.clear();
        }
        self.next = next;
    }

    fn learn(&mut self, page: &Page<T>, place: &Place, offered: u64) {
        let positive = |number: Option<i64>| {
            number
                .and_then(|number| u64::try_from(number).ok())
                .filter(|number| *number > 0)
        };
        if self.per_page.is_none() {
            self.per_page = positive(page.per_page).or(Some(offered).filter(|rows| *rows > 0));
            // Only now is it known how many rows a resumed walk has left out.
            if let (Place::Number(number), Some(per_page)) = (place, self.per_page) {
                self.before = rows_before_page(*number, per_page);
            }
        }
        self.total = page.total.or(self.total);
        let by_total = || Some(positive(page.total)?.div_ceil(self.per_page?));
        self.last_page = positive(page.pages).or_else(by_total).or(self.last_page);
    }

    /// Whether the first page tells that there are more rows than page numbers reach.
    fn should_scroll_at_once(&self, place: &Place) -> bool {
        // A total of exactly the window may be all that was counted. A scroll costs no more than
        // page by page would; but one cannot read ahead in it.
        let least = WINDOW as i64 + i64::from(self.ahead > 1);
        let too_many = self.total.is_some_and(|total| total >= least);
        let all_wanted = self.limit.is_none_or(|limit| limit > WINDOW);
        self.free
            && *place == Place::Number(1)
            && too_many
            && all_wanted
            && self.offers.contains(&Paging::Scroll)
    }

    /// The rows that are wanted, and how many there are that were not seen before.
    fn choose(&mut self, objects: Vec<T>, keys: &[RowKey]) -> (Vec<(u64, T)>, u64) {
        let mut fresh = 0;
        let mut rows = Vec::with_capacity(objects.len());
        for (number, object) in objects.into_iter().enumerate() {
            let known = keys.get(number).map(|key| self.seen.insert(key));
            // A row without key cannot be told from others: it goes out, but proves nothing new.
            let is_new = known.unwrap_or(true);
            fresh += u64::from(known == Some(true));
            if self.pass_over > 0 {
                self.pass_over -= 1;
            } else if is_new && self.limit != Some(0) {
                self.limit = self.limit.map(|limit| limit - 1);
                rows.push((number as u64, object));
            }
        }
        (rows, fresh)
    }

    /// Where the page behind this one begins.
    fn place_behind(
        &mut self,
        place: &Place,
        page: &Page<T>,
        keys: &[RowKey],
        offered: u64,
    ) -> Result<Option<Place>> {
        if offered == 0 {
            return self.ended_early(place, offered).map(|()| None);
        }
        let next = match place {
            Place::Number(number) => return self.number_behind(*number, page, offered),
            Place::Scroll(before) => {
                let id = text_of(&page.scroll_id).or_else(|| before.clone());
                // The one cursor that may come again, see above.
                if id.is_some() {
                    return Ok(Some(Place::Scroll(id)));
                }
                None
            }
            Place::LastId(_) => keys
                .last()
                .and_then(|key| key.id.clone())
                .map(|id| Place::LastId(Some(id))),
            Place::SearchAfter(_) => self.behind_sort_values(page)?,
            Place::Link(_) => None,
        };
        let next = match next {
            Some(next) => Some(next),
            None => self.link(page)?.map(|link| self.place_of(link)),
        };
        let scrolled = i64::try_from(self.scrolled).unwrap_or(i64::MAX);
        if let (None, Place::Scroll(_), Some(total)) = (&next, place, page.total) {
            if scrolled < total {
                return Err(self.error(format!(
                    "the scroll stops after {scrolled} of {total} rows: the answer has no `scroll_id`"
                )));
            }
        }
        Ok(next.filter(|next| self.used.insert(&format!("{next:?}"))))
    }

    fn number_behind(
        &mut self,
        number: u64,
        page: &Page<T>,
        offered: u64,
    ) -> Result<Option<Place>> {
        let link = self.link(page)?;
        let per_page = self.per_page.unwrap_or(offered).max(1);
        let following = number.saturating_add(1);
        let beyond = following.saturating_mul(per_page) > WINDOW;
        // At the end of what is served, the answer cannot be asked whether there is more.
        let may_hide_more = beyond && offered >= per_page;
        let more = may_hide_more || self.says_more(number, page, per_page);
        if !more {
            return Ok(None);
        }
        if beyond {
            if let Some(place) = self.cross(page)? {
                return Ok(Some(place));
            }
        }
        let Some(link) = link else {
            return Ok(Some(Place::Number(following)));
        };
        match link.iter().find(|(name, _)| name == "page") {
            Some((_, linked)) => {
                let linked = linked.parse().unwrap_or(following);
                // A link backwards is a cursor that comes again.
                Ok((linked > number).then_some(Place::Number(linked)))
            }
            None if self.leads_on(&link) => {
                let place = self.place_of(link);
                Ok(self.used.insert(&format!("{place:?}")).then_some(place))
            }
            None => Ok(Some(Place::Number(following))),
        }
    }

    /// Where a link leads: what it says beyond the request. The arguments of the request that the
    /// server repeats may be secret, and a cursor is not.
    fn place_of(&self, mut link: Vec<(String, String)>) -> Place {
        link.retain(|(name, _)| !self.says(name));
        Place::Link(link)
    }

    /// Whether a link has a parameter that this request has not: then it is the server's own cursor.
    fn leads_on(&self, link: &[(String, String)]) -> bool {
        link.iter()
            .any(|(name, _)| name != "per_page" && !self.says(name))
    }

    /// Whether the request has a parameter of this name.
    fn says(&self, name: &str) -> bool {
        self.template.as_ref().is_some_and(|template| {
            let mut own = template.request.query_pairs();
            own.any(|(own, _)| own == name)
        })
    }

    /// Whether the answer says that there is another page.
    fn says_more(&self, number: u64, page: &Page<T>, per_page: u64) -> bool {
        if text_of(&page.next_url).is_some() {
            return true;
        }
        let at_least = |count: Option<i64>| count.and_then(|count| u64::try_from(count).ok());
        if let Some(pages) = at_least(page.pages) {
            return number < pages;
        }
        if let Some(total) = at_least(page.total) {
            return number.saturating_mul(per_page) < total;
        }
        // An envelope that names other pages would name the next one. Where nothing is said, the
        // next page tells.
        page.page.is_none()
            && page.first_url.is_none()
            && page.last_url.is_none()
            && page.prev_url.is_none()
    }

    /// Another style, where page numbers end.
    fn cross(&mut self, page: &Page<T>) -> Result<Option<Place>> {
        if self.offers.contains(&Paging::Scroll) {
            self.repeats = self.seen.len().saturating_add(self.before);
            self.pass_over = self.pass_over.saturating_add(self.before);
            self.scrolled = 0;
            return Ok(Some(Place::Scroll(None)));
        }
        if self.offers.contains(&Paging::SearchAfter) {
            return self.behind_sort_values(page);
        }
        Ok(None)
    }

    fn behind_sort_values(&self, page: &Page<T>) -> Result<Option<Place>> {
        // The server's own spelling of its values, if there is one.
        let linked = self.link(page)?.and_then(|link| {
            link.into_iter()
                .find(|(name, _)| name == "search_after")
                .map(|(_, value)| value)
        });
        let values = || match &page.search_after[..] {
            [] => None,
            [value] => value.read().ok().or_else(|| Some(format!("[{value}]"))),
            values => serde_json::to_string(values).ok(),
        };
        let after = linked.filter(|after| !after.is_empty()).or_else(values);
        Ok(after.map(|after| Place::SearchAfter(Some(after))))
    }

    /// The query of the link to the next page; none without a link.
    fn link(&self, page: &Page<T>) -> Result<Option<Vec<(String, String)>>> {
        let (Some(link), Some(template)) = (text_of(&page.next_url), &self.template) else {
            return Ok(None);
        };
        let origin = template.request.origin();
        match place::query_of_link(&link, origin) {
            Ok(query) => Ok(Some(query).filter(|query| !query.is_empty())),
            Err(foreign) => Err(self.error(format!(
                "`next_url` leads to another origin, {foreign}; it is not followed, because the tokens are for {origin} only"
            ))),
        }
    }

    /// The end of a list by page numbers, where it is not served any further.
    fn ended_early(&self, place: &Place, offered: u64) -> Result<()> {
        let Place::Number(number) = place else {
            return Ok(());
        };
        let before = rows_before_page(*number, self.per_page.unwrap_or(offered));
        let missing = self
            .total
            .and_then(|total| u64::try_from(total).ok())
            .filter(|total| *total > before);
        match missing {
            Some(total) if self.is_beyond(place) => Err(self.error(format!(
                "page {number} of {total} rows is empty: {}",
                self.way_out()
            ))),
            _ => Ok(()),
        }
    }

    fn is_beyond(&self, place: &Place) -> bool {
        match (place, self.per_page) {
            (Place::Number(number), Some(per_page)) => number.saturating_mul(per_page) > WINDOW,
            _ => false,
        }
    }

    fn way_out(&self) -> String {
        format!(
            "rows behind the {WINDOW}th are not served by page number, and this list is not paged in another way; \
             ask for parts of it that have fewer rows, by a filter or a range of dates"
        )
    }

    /// Adds what to do to the server's refusal of a page that lies too far behind.
    fn explain(&self, place: &Place, error: Error) -> Error {
        let refused = error.kind() == ErrorKind::Status
            && error
                .status()
                .is_some_and(|status| matches!(status.as_u16(), 400 | 404 | 413 | 416 | 422 | 500));
        match refused && self.is_beyond(place) {
            true => error.detail(self.way_out()),
            false => error,
        }
    }
}

impl<T> Batch<T> {
    /// Its last row.
    pub(super) fn last(&self) -> Option<(Mark, u64)> {
        let (number, _) = self.rows.last()?;
        Some((self.mark.clone(), *number))
    }

    pub(super) fn into_parts(self) -> (Page<T>, Vec<(u64, T)>, Mark) {
        (self.envelope, self.rows, self.mark)
    }
}

fn first(style: Paging) -> Place {
    match style {
        Paging::Page => Place::Number(1),
        Paging::Scroll => Place::Scroll(None),
        Paging::LastId => Place::LastId(None),
        Paging::SearchAfter => Place::SearchAfter(None),
    }
}

/// How many rows lie before the page of this number. A caller may ask for page 0, and gets what the
/// server makes of it.
fn rows_before_page(number: u64, per_page: u64) -> u64 {
    number.saturating_sub(1).saturating_mul(per_page)
}

fn per_page(request: &PreparedRequest) -> Option<u64> {
    let (_, value) = request.query_pairs().find(|(name, _)| name == "per_page")?;
    value.parse().ok().filter(|rows| *rows > 0)
}

fn text_of(text: &Option<String>) -> Option<String> {
    text.clone().filter(|text| !text.trim().is_empty())
}
