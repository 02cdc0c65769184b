//! The items of a list.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use futures_core::Stream;

use super::cursor::Cursor;
use super::pages::{Pages, settings};
use super::sift::Row;
use super::walk::{Mark, RowMark};
use crate::error::Result;
use crate::http::meta::Paging;

/// The items of a list, one by one, from as many pages as are read.
///
/// ```
/// # async fn example(call: iconik_api::Call<iconik_api::response::Json<iconik_api::Page<String>>>) -> iconik_api::Result<()> {
/// let mut items = call.items();
/// while let Some(item) = items.try_next().await? {
///     println!("{item}");
/// }
/// # Ok(())
/// # }
/// ```
///
/// It is a [`Stream`], too. A page is requested when its first item is asked for; dropping the value
/// drops the requests that are under way.
///
/// # Which items come
///
/// Every item that is in the list all the time comes exactly once, or else the last item is an error.
///
/// - **Duplicates** are left out: pages shift while items are added and removed. Items are recognized
///   by their id. An item that is on one page twice is in the list twice; in a playlist, which may
///   contain an item several times, the position counts as well. Items without an id are not recognized.
/// - **Removed items** make the items behind them move to pages that were read. Where the total says
///   so, these pages are read again. Only when items are added at the same time, so that the total stays
///   the same, can an item be passed over without a trace. The styles without page numbers do not have
///   this gap.
/// - **A list that ends too early** ends with an error of the kind
///   [`ErrorKind::Incomplete`](crate::ErrorKind::Incomplete): iconik counts more items than came.
///   [`Error::incomplete`](crate::Error::incomplete) returns how many are missing and where to continue.
///
/// # When it ends
///
/// With the first error; and otherwise by the first line that applies to the last response:
///
/// | the response says | the list |
/// |---|---|
/// | `next_url` is present and `null` | ends |
/// | the stated number of `pages` is reached, and no link leads further (or `total` is reached, too) | ends |
/// | a number of `pages` or a `total` that says that more follows, or a link before the `total` is reached | continues, even after an empty page; after ten pages in a row that bring nothing new it ends |
/// | none of it, or the last of the `pages` with a link, and the page brings something new | continues |
/// | the same, and the page is empty, or has the items of the page before | ends |
/// | the same, and the page has other items, or a single one, that were seen before | continues; after four such pages in a row it ends |
/// | no place to continue at: no `scroll_id`, no item with an id, a cursor that was used before | ends |
///
/// A page with fewer items than were asked for is no reason to end. In a scroll, and in a list that
/// continues after an item, the envelope's links and page numbers mean less: `null` ends them only
/// together with the total, a page shorter than the response says, or links in earlier responses. A response with `errors` in
/// the place of items is an error.
///
/// # Styles
///
/// The style is what the request says (`scroll(true)`, `last_id`, …), or else page numbers where the
/// list has them. iconik serves no items after the 10,000th by page number. When there are more, the
/// list is scrolled, or continues by `search_after`, where the action offers it; otherwise it ends with
/// an error that says so, after all items that can be had.
///
/// A page of a scroll is never requested twice, because each response moves the scroll on. When a
/// response is lost, and the client [retries](crate::RetryPolicy) at all, the list begins a new scroll
/// and leaves out what was seen.
///
/// # Cost
///
/// The id of each item is remembered in 16 bytes (about 40 with the table). At most the items of one
/// page are kept, and the responses of the pages that are [read ahead](Self::read_ahead).
#[must_use = "nothing is requested until the first item is asked for"]
pub struct Items<T> {
    pages: Pages<T>,
    rows: vec::IntoIter<Row<T>>,
    /// The page from which the rows are.
    mark: Option<Mark>,
    /// The item that was returned last.
    last: Option<RowMark>,
}

impl<T> Items<T> {
    settings!(pages.walk);

    pub(super) fn new(pages: Pages<T>) -> Self {
        Self {
            pages,
            rows: Vec::new().into_iter(),
            mark: None,
            last: None,
        }
    }

    /// Returns the next item; none at the end.
    ///
    /// The future may be dropped: the item is not lost.
    pub async fn next(&mut self) -> Option<Result<T>> {
        poll_fn(|context| self.poll_item(context)).await
    }

    /// Returns the next item; none at the end. As [`next`](Self::next), for use with `?`.
    ///
    /// # Errors
    ///
    /// When a page cannot be read, or when the list ends too early; see [`Items`].
    pub async fn try_next(&mut self) -> Result<Option<T>> {
        self.next().await.transpose()
    }

    /// Returns all items that are left: `let assets: Vec<_> = items.try_collect().await?;`
    ///
    /// # Errors
    ///
    /// The first one; [`next`](Self::next) would have returned the items before it.
    pub async fn try_collect<C: Default + Extend<T>>(mut self) -> Result<C> {
        let mut all = C::default();
        while let Some(item) = self.try_next().await? {
            all.extend([item]);
        }
        Ok(all)
    }

    /// Returns where the list continues behind the items that were returned; none at its end.
    ///
    /// ```
    /// # async fn example(call: impl Fn() -> iconik_api::Call<iconik_api::response::Json<iconik_api::Page<String>>>) -> Result<(), Box<dyn std::error::Error>> {
    /// # fn work(_: String) {}
    /// let path = std::env::temp_dir().join("iconik-export.cursor");
    /// let mut items = call().items();
    /// // What an earlier run has not finished is continued.
    /// if let Ok(text) = std::fs::read_to_string(&path) {
    ///     items = items.resume(text.parse()?);
    /// }
    /// while let Some(item) = items.try_next().await? {
    ///     work(item);
    ///     if let Some(cursor) = items.cursor() {
    ///         std::fs::write(&path, cursor.to_string())?;
    ///     }
    /// }
    /// // The next run begins at the first item again.
    /// if path.exists() {
    ///     std::fs::remove_file(&path)?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn cursor(&self) -> Option<Cursor> {
        match (&self.mark, &self.last) {
            (Some(mark), Some(row)) if self.rows.len() > 0 => {
                Some(self.pages.walk.cursor_behind(mark, row))
            }
            (Some(mark), Some(row)) if self.pages.walk.is_full() => {
                Some(self.pages.walk.cursor_behind(mark, row))
            }
            _ => self.pages.cursor(),
        }
    }

    /// Returns the same items, each with the cursor at which the list continues behind it.
    ///
    /// This is what work on several items at once needs, where [`cursor`](Self::cursor) is already
    /// ahead of what is done:
    ///
    /// ```text
    /// let done = items
    ///     .with_cursors()
    ///     .map_ok(|(asset, cursor)| async move { export(asset).await?; Ok(cursor) })
    ///     .try_buffered(8);
    /// // The results come in order: everything before this cursor is done.
    /// while let Some(cursor) = done.try_next().await? {
    ///     store(cursor);
    /// }
    /// ```
    ///
    /// (`map_ok`, `try_buffered` and `try_next` are those of `futures::TryStreamExt`.)
    pub fn with_cursors(self) -> ItemsWithCursors<T> {
        ItemsWithCursors { items: self }
    }

    /// The next item of the page that came last.
    fn pop(&mut self) -> Option<T> {
        let (item, row) = self.rows.next()?.split();
        self.last = Some(row);
        Some(item)
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        loop {
            if let Some(item) = self.pop() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.pages.poll_rows(context)) {
                Some(Ok((rows, mark))) => {
                    self.rows = rows.into_iter();
                    self.mark = Some(mark);
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }

    /// The cursor behind the item that was returned last, also at the end of its page.
    fn cursor_of_last(&self) -> Option<Cursor> {
        let (mark, row) = (self.mark.as_ref()?, self.last.as_ref()?);
        Some(self.pages.walk.cursor_behind(mark, row))
    }
}

// Nothing in it is ever pinned: items are moved out, requests are boxed.
impl<T> Unpin for Items<T> {}

impl<T> Stream for Items<T> {
    type Item = Result<T>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_item(context)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.rows.len(), None)
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("list", &self.pages.walk.name())
            .field("cursor", &self.cursor())
            .finish_non_exhaustive()
    }
}

/// The items of a list, each with the [`Cursor`] at which the list continues behind it; see
/// [`Items::with_cursors`].
///
/// The cursor behind the last item continues with what was added to the list in the meantime.
#[must_use = "nothing is requested until the first item is asked for"]
pub struct ItemsWithCursors<T> {
    items: Items<T>,
}

impl<T> ItemsWithCursors<T> {
    /// Returns the next item with its cursor; none at the end.
    ///
    /// The future may be dropped: the item is not lost.
    pub async fn next(&mut self) -> Option<Result<(T, Cursor)>> {
        poll_fn(|context| self.poll_item(context)).await
    }

    /// Returns the next item with its cursor; none at the end. As [`next`](Self::next), for use with
    /// `?`.
    ///
    /// # Errors
    ///
    /// When a page cannot be read, or when the list ends too early; see [`Items`].
    pub async fn try_next(&mut self) -> Result<Option<(T, Cursor)>> {
        self.next().await.transpose()
    }

    /// Returns how many items there are altogether, once a page has come that says so.
    pub fn total(&self) -> Option<i64> {
        self.items.total()
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<(T, Cursor)>>> {
        let Some(item) = ready!(self.items.poll_item(context)) else {
            return Poll::Ready(None);
        };
        let item = item?;
        // An item has always come with a page, which has a place.
        let cursor = self.items.cursor_of_last();
        Poll::Ready(cursor.map(|cursor| Ok((item, cursor))))
    }
}

impl<T> Unpin for ItemsWithCursors<T> {}

impl<T> Stream for ItemsWithCursors<T> {
    type Item = Result<(T, Cursor)>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_item(context)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.items.size_hint()
    }
}

impl<T> fmt::Debug for ItemsWithCursors<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ItemsWithCursors")
            .field("items", &self.items)
            .finish()
    }
}
