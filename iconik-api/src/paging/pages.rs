//! The pages of a list.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::cursor::Cursor;
use super::items::Items;
use super::walk::{Batch, Mark, RowMark, Rows, Walk};
use crate::data::page::Page;
use crate::error::Result;
use crate::http::meta::Paging;

/// The pages of a list, one by one, as far as they are read.
///
/// Everything that is said of [`Items`] applies here, with a page for an item. Items that came before
/// are removed from the pages, so that a page can be shorter than `per_page`; pages without a new item
/// are left out.
#[must_use = "nothing is requested until the first page is asked for"]
pub struct Pages<T> {
    pub(super) walk: Walk<T>,
    /// The last item that was returned.
    last: Option<(Mark, RowMark)>,
}

/// The settings that pages and items share.
macro_rules! settings {
    ($($walk:tt)*) => {
        /// Ends the list after at most `items` items. No page is requested that they do not need.
        pub fn limit(mut self, items: u64) -> Self {
            self.$($walk)*.limit(items);
            self
        }

        /// Requests up to `pages` pages at once; they still come in order. Default: 1.
        ///
        /// This works with page numbers, from the second page on: then it is known how many there are.
        /// At most `pages` responses are kept, whatever the caller does between two items. All
        /// requests keep the client's pace. They make progress only while the next item is awaited.
        ///
        /// While a page is requested again after a failure, items may be added that move others from it
        /// onto a page that came before. That items are missing then shows only in the `total`, which
        /// iconik states for nearly all lists by page number.
        pub fn read_ahead(mut self, pages: usize) -> Self {
            self.$($walk)*.read_ahead(pages);
            self
        }

        /// Chooses the style instead of what the request says, and begins at the first item.
        ///
        /// Other styles than those of the action become an error.
        pub fn style(mut self, style: Paging) -> Self {
            self.$($walk)*.style(style);
            self
        }

        /// Continues where a list was left; see [`Cursor`].
        ///
        /// A cursor of another list, or of the same list with other arguments, becomes an error. A
        /// limit counts from here on.
        pub fn resume(mut self, cursor: Cursor) -> Self {
            self.$($walk)*.resume(cursor);
            self
        }

        /// Returns how many items there are altogether, once a page has come that says so.
        ///
        /// iconik may count to 10,000 only.
        pub fn total(&self) -> Option<i64> {
            self.$($walk)*.total()
        }
    };
}
pub(super) use settings;

impl<T> Pages<T> {
    pub(super) fn new(walk: Walk<T>) -> Self {
        Self { walk, last: None }
    }

    settings!(walk);

    /// Returns the items of the pages, one by one.
    pub fn items(self) -> Items<T> {
        Items::new(self)
    }

    /// Returns the next page; none at the end.
    ///
    /// The future may be dropped: the page is not lost.
    pub async fn next(&mut self) -> Option<Result<Page<T>>> {
        poll_fn(|context| self.poll_page(context)).await
    }

    /// Returns the next page; none at the end. As [`next`](Self::next), for use with `?`.
    ///
    /// # Errors
    ///
    /// As [`Items`] says: when a page cannot be read, or when the list ends too early.
    pub async fn try_next(&mut self) -> Result<Option<Page<T>>> {
        self.next().await.transpose()
    }

    /// Returns all pages that are left.
    ///
    /// # Errors
    ///
    /// The first one; [`next`](Self::next) would have returned the pages before it.
    pub async fn try_collect<C: Default + Extend<Page<T>>>(mut self) -> Result<C> {
        let mut all = C::default();
        while let Some(page) = self.try_next().await? {
            all.extend([page]);
        }
        Ok(all)
    }

    /// Returns where the list continues behind the pages that were returned; none at its end.
    pub fn cursor(&self) -> Option<Cursor> {
        // With a limit, a page may be returned in part.
        match &self.last {
            Some((mark, row)) if self.walk.is_full() => Some(self.walk.cursor_behind(mark, row)),
            _ => self.walk.cursor(),
        }
    }

    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Page<T>>>> {
        let Some(batch) = ready!(self.walk.poll_next(context)) else {
            return Poll::Ready(None);
        };
        let Batch {
            envelope: mut page,
            rows,
            mark,
        } = batch?;
        let mut last = None;
        for row in rows {
            let (item, row) = row.split();
            page.objects.push(item);
            last = Some(row);
        }
        self.last = last.map(|row| (mark, row));
        Poll::Ready(Some(Ok(page)))
    }

    /// The next page, for its items.
    pub(super) fn poll_rows(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Rows<T>>>> {
        let batch = ready!(self.walk.poll_next(context));
        Poll::Ready(batch.map(|batch| batch.map(|Batch { rows, mark, .. }| (rows, mark))))
    }
}

// Nothing in it is ever pinned: pages are moved out, requests are boxed.
impl<T> Unpin for Pages<T> {}

impl<T> Stream for Pages<T> {
    type Item = Result<Page<T>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_page(context)
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("list", &self.walk.name())
            .field("cursor", &self.cursor())
            .finish_non_exhaustive()
    }
}
