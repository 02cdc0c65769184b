//! Lists of many pages without async.

use std::fmt;

use super::{Cursor, Items};
use crate::blocking::Client;
use crate::error::Result;

impl Client {
    /// The rows of a list, for a loop.
    ///
    /// ```no_run
    /// # fn main() -> iconik_api::Result<()> {
    /// let iconik = iconik_api::blocking::Client::from_env()?;
    /// let list = iconik.inner().collections().list();
    /// for collection in iconik.iter(list.items().read_ahead(4)) {
    ///     println!("{:?}", collection?.title);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn iter<T: Send + 'static>(&self, items: Items<T>) -> Iter<T> {
        Iter {
            client: self.clone(),
            items: Some(items),
        }
    }
}

/// The rows of a list, without async; see [`Client::iter`].
#[must_use = "nothing is requested until the first row is asked for"]
pub struct Iter<T> {
    client: Client,
    /// None after an error that says that nothing can be waited for here.
    items: Option<Items<T>>,
}

impl<T> Iter<T> {
    /// Where the list goes on behind the rows that were given out; none at its end.
    pub fn cursor(&self) -> Option<Cursor> {
        self.items.as_ref()?.cursor()
    }
}

impl<T: Send + 'static> Iterator for Iter<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        let mut items = self.items.take()?;
        // Most rows have come with the one before them. They need no journey to another thread.
        if let Some(row) = items.pop() {
            self.items = Some(items);
            return Some(Ok(row));
        }
        let next = self.client.wait(async move {
            let row = items.next().await;
            Ok((items, row))
        });
        match next {
            Ok((items, row)) => {
                self.items = Some(items);
                row
            }
            Err(error) => Some(Err(error)),
        }
    }
}

impl<T> fmt::Debug for Iter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter")
            .field("items", &self.items)
            .finish_non_exhaustive()
    }
}
