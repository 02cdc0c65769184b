//! Lists of many pages, read page by page or row by row.

mod place;
mod rows;
mod walk;

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use futures_core::Stream;
use serde::de::DeserializeOwned;

use crate::data::page::{List, Page};
use crate::error::Result;
use crate::http::call::Call;
use crate::http::decode::{Decode, Json};
use crate::http::meta::Paging;
use crate::http::response::RawResponse;

pub use place::{Cursor, CursorError};
use walk::{Batch, Mark, Walk};

/// A way to read a response that is one page of a list.
///
/// This trait is sealed: [`Json`] of a [`Page`] or a [`List`] implements it.
#[allow(private_bounds)]
pub trait Paged: Decode + Sealed {
    /// What the list holds.
    type Item;

    /// Reads the answer as a page.
    ///
    /// # Errors
    ///
    /// As [`Decode::decode`].
    fn page(response: &RawResponse) -> Result<Page<Self::Item>>;
}

/// Keeps [`Paged`] to the types of this crate.
pub(crate) trait Sealed {}

impl<T> Sealed for Json<Page<T>> {}
impl<T> Sealed for Json<List<T>> {}

impl<T: DeserializeOwned + 'static> Paged for Json<Page<T>> {
    type Item = T;

    fn page(response: &RawResponse) -> Result<Page<T>> {
        Self::decode(response)
    }
}

impl<T: DeserializeOwned + 'static> Paged for Json<List<T>> {
    type Item = T;

    fn page(response: &RawResponse) -> Result<Page<T>> {
        let List { objects, extra } = Self::decode(response)?;
        Ok(Page {
            objects,
            extra,
            ..Page::default()
        })
    }
}

impl<D: Paged> Call<D> {
    /// The rows of this page and of all that follow, one by one.
    ///
    /// Every request for a page is made with the settings of this call. The answer may be read as a
    /// type of yours before:
    ///
    /// ```
    /// # async fn example(client: iconik_api::Client) -> iconik_api::Result<()> {
    /// use iconik_api::Page;
    /// use serde_json::Value;
    ///
    /// let call = client.request(http::Method::GET, "/API/assets/v1/assets/");
    /// let mut assets = call.decode_as::<Page<Value>>().items();
    /// while let Some(asset) = assets.next().await {
    ///     println!("{}", asset?["title"]);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn items(self) -> Items<D::Item> {
        Items::new(self.pages())
    }

    /// This page and all that follow.
    pub fn pages(self) -> Pages<D::Item> {
        let offers = self.meta().map_or(&[][..], |meta| meta.paging);
        Pages {
            walk: Walk::new(self.into_template(), offers, D::page),
            last: None,
        }
    }
}

/// What a request with a client can do beside being awaited, if its answer comes in pages.
macro_rules! paged {
    ($($request:ident),* $(,)?) => {$(
        impl $request<$crate::Client> {
            /// The rows of all pages, one by one; see [`Items`](crate::Items).
            pub fn items(
                self,
            ) -> $crate::Items<<<Self as $crate::Action>::Response as $crate::Paged>::Item> {
                self.call().items()
            }

            /// All pages, one by one; see [`Pages`](crate::Pages).
            pub fn pages(
                self,
            ) -> $crate::Pages<<<Self as $crate::Action>::Response as $crate::Paged>::Item> {
                self.call().pages()
            }
        }
    )*};
}

/// The pages of a list, one by one, as far as you read them.
///
/// Everything that is said of [`Items`] holds here, with a page for a row. Rows that came before are
/// taken out of the pages, so that a page can be shorter than `per_page`.
#[must_use = "nothing is requested until the first page is asked for"]
pub struct Pages<T> {
    walk: Walk<T>,
    /// The last row that was given out.
    last: Option<(Mark, u64)>,
}

/// The rows of a list, one by one, from as many pages as you read.
///
/// ```
/// # async fn example(call: iconik_api::Call<iconik_api::response::Json<iconik_api::Page<String>>>) -> iconik_api::Result<()> {
/// let mut items = call.items();
/// while let Some(item) = items.next().await {
///     let item = item?;
///     // …
/// }
/// # Ok(())
/// # }
/// ```
///
/// It is a [`Stream`], too. A page is requested when its first row is asked for, and never again;
/// dropping the value drops the requests that are under way.
///
/// - **No row comes twice**, though pages shift while rows come and go: rows are told by their id.
///   Of rows that leave the list before their page is read, and of rows that move to a page that was
///   read, nothing can be known.
/// - **It ends**: with the last page, an empty page, a page without a new row, or the first error.
///   After an error the list can be taken up again at [`cursor`](Self::cursor).
/// - **The style** is what the request says (`scroll(true)`, `last_id`, …), else page numbers where
///   the list has them. iconik serves no rows behind the 10,000th by page number. When there are
///   more, the list is scrolled, or goes on by `search_after`, where the action offers it; otherwise
///   it ends with an error that says so, once all that can be had was given out.
/// - **It costs memory**: the id of each row is remembered in 16 bytes (about 40 with the table).
#[must_use = "nothing is requested until the first row is asked for"]
pub struct Items<T> {
    pages: Pages<T>,
    rows: vec::IntoIter<(u64, T)>,
    /// The page from which the rows are.
    mark: Option<Mark>,
    /// The number of the row that was given out last.
    row: u64,
}

macro_rules! settings {
    ($($place:tt)*) => {
        /// Ends after so many rows. No page is requested that they do not need.
        pub fn limit(mut self, rows: u64) -> Self {
            self.$($place)*.limit(rows);
            self
        }

        /// Requests up to so many pages at once; they still come in order.
        ///
        /// Works with page numbers, from the second page on: then it is known how many there are.
        /// All requests keep the client's pace. They move on while the next row is awaited; between
        /// two rows they stand still.
        pub fn read_ahead(mut self, pages: usize) -> Self {
            self.$($place)*.read_ahead(pages);
            self
        }

        /// Chooses the style instead of what the request says, and begins at the first row.
        ///
        /// Other styles than those of the action become an error.
        pub fn style(mut self, style: Paging) -> Self {
            self.$($place)*.style(style);
            self
        }

        /// Goes on where a list was left; see [`Cursor`].
        ///
        /// A cursor of another list, or of the same list with other arguments, becomes an error. A
        /// limit counts from here on.
        pub fn resume(mut self, cursor: Cursor) -> Self {
            self.$($place)*.resume(cursor);
            self
        }

        /// How many rows there are altogether, once a page has come that says so.
        ///
        /// iconik may count to 10,000 only.
        pub fn total(&self) -> Option<i64> {
            self.$($place)*.total()
        }
    };
}

impl<T> Pages<T> {
    settings!(walk);

    /// The rows of the pages, one by one.
    pub fn items(self) -> Items<T> {
        Items::new(self)
    }

    /// The next page; none at the end.
    ///
    /// The future may be dropped: the page is not lost.
    pub async fn next(&mut self) -> Option<Result<Page<T>>> {
        poll_fn(|context| self.poll_page(context)).await
    }

    /// All pages that are left.
    ///
    /// # Errors
    ///
    /// The first one; [`next`](Self::next) would have given the pages before it.
    pub async fn try_collect<C: Default + Extend<Page<T>>>(mut self) -> Result<C> {
        let mut all = C::default();
        while let Some(page) = self.next().await {
            all.extend([page?]);
        }
        Ok(all)
    }

    /// Where the list goes on behind the pages that were given out; none at its end.
    pub fn cursor(&self) -> Option<Cursor> {
        // With a limit, a page may be given out in part.
        match &self.last {
            Some((mark, row)) if self.walk.is_full() => Some(self.walk.cursor_behind(mark, *row)),
            _ => self.walk.cursor(),
        }
    }

    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Page<T>>>> {
        let batch = match ready!(self.poll_batch(context)) {
            Some(batch) => batch?,
            None => return Poll::Ready(None),
        };
        let (mut page, rows, _) = batch.into_parts();
        page.objects = rows.into_iter().map(|(_, row)| row).collect();
        Poll::Ready(Some(Ok(page)))
    }

    fn poll_batch(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Batch<T>>>> {
        let batch = ready!(self.walk.poll_next(context));
        if let Some(Ok(batch)) = &batch {
            self.last = batch.last();
        }
        Poll::Ready(batch)
    }
}

impl<T> Items<T> {
    settings!(pages.walk);

    fn new(pages: Pages<T>) -> Self {
        Self {
            pages,
            rows: Vec::new().into_iter(),
            mark: None,
            row: 0,
        }
    }

    /// The next row; none at the end.
    ///
    /// The future may be dropped: the row is not lost.
    pub async fn next(&mut self) -> Option<Result<T>> {
        poll_fn(|context| self.poll_row(context)).await
    }

    /// All rows that are left: `let assets: Vec<_> = items.try_collect().await?;`
    ///
    /// # Errors
    ///
    /// The first one; [`next`](Self::next) would have given the rows before it.
    pub async fn try_collect<C: Default + Extend<T>>(mut self) -> Result<C> {
        let mut all = C::default();
        while let Some(row) = self.next().await {
            all.extend([row?]);
        }
        Ok(all)
    }

    /// Where the list goes on behind the rows that were given out; none at its end.
    ///
    /// ```
    /// # async fn example(call: impl Fn() -> iconik_api::Call<iconik_api::response::Json<iconik_api::Page<String>>>) -> Result<(), Box<dyn std::error::Error>> {
    /// # fn work(_: String) {}
    /// # let path = std::env::temp_dir().join("cursor");
    /// let mut items = call().items();
    /// if let Ok(text) = std::fs::read_to_string(&path) {
    ///     items = items.resume(text.parse()?);
    /// }
    /// while let Some(item) = items.next().await {
    ///     work(item?);
    ///     if let Some(cursor) = items.cursor() {
    ///         std::fs::write(&path, cursor.to_string())?;
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn cursor(&self) -> Option<Cursor> {
        match &self.mark {
            Some(mark) if self.rows.len() > 0 => {
                Some(self.pages.walk.cursor_behind(mark, self.row))
            }
            _ => self.pages.cursor(),
        }
    }

    /// The next row of the page that came last.
    pub(crate) fn pop(&mut self) -> Option<T> {
        let (number, row) = self.rows.next()?;
        self.row = number;
        Some(row)
    }

    fn poll_row(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        loop {
            if let Some(row) = self.pop() {
                return Poll::Ready(Some(Ok(row)));
            }
            match ready!(self.pages.poll_batch(context)) {
                Some(Ok(batch)) => {
                    let (_, rows, mark) = batch.into_parts();
                    self.rows = rows.into_iter();
                    self.mark = Some(mark);
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

// Nothing in them is ever pinned: rows are moved out, requests are boxed.
impl<T> Unpin for Pages<T> {}
impl<T> Unpin for Items<T> {}

impl<T> Stream for Pages<T> {
    type Item = Result<Page<T>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_page(context)
    }
}

impl<T> Stream for Items<T> {
    type Item = Result<T>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_row(context)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.rows.len(), None)
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

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("list", &self.pages.walk.name())
            .field("cursor", &self.cursor())
            .finish_non_exhaustive()
    }
}

/// Nothing in a pager may tie it to one thread.
const _: fn() = || {
    fn is_send<T: Send>() {}
    is_send::<Items<String>>();
    is_send::<Pages<String>>();
};
