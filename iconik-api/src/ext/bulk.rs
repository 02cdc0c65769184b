//! Many things through an action that takes only so many at once.

use std::future::IntoFuture;
use std::vec;

use crate::error::{Error, Result};

/// How many things the bulk actions of iconik take in one request.
const MOST: usize = 500;

/// Sends many things in chunks of 500, one after the other.
///
/// A chunk that fails does not stop the others, and is given back with its error: nothing is lost,
/// and what failed can be looked at or sent again.
///
/// ```
/// use iconik_api::ext::Bulk;
/// use iconik_api::segments::{NewSegment, NewSegments};
///
/// # async fn example(client: iconik_api::Client, segments: Vec<NewSegment>) -> iconik_api::Result<()> {
/// let id = "2c5bfe1a-f149-11eb-a843-0a580a3db916";
/// let report = Bulk::new(segments)
///     .send(|chunk| client.segments().create_many(id, NewSegments::new(chunk.to_vec())))
///     .await;
/// for chunk in report.failed {
///     eprintln!("{} segments from number {} on: {}", chunk.items.len(), chunk.first, chunk.error);
///     if chunk.error.maybe_sent() {
///         // Look which of them are there before sending them again.
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is sent before `send` or `next`"]
pub struct Bulk<T> {
    items: vec::IntoIter<T>,
    size: usize,
    /// How many items were sent.
    sent: usize,
}

/// Some of the things, and what became of them.
#[non_exhaustive]
#[derive(Debug)]
pub struct Chunk<T, R> {
    /// The number of its first item among all, from 0.
    pub first: usize,
    /// The items.
    pub items: Vec<T>,
    /// The answer.
    pub result: Result<R>,
}

/// What became of all chunks.
#[non_exhaustive]
#[derive(Debug)]
#[must_use = "some chunks may have failed"]
pub struct Report<T, R> {
    /// The answers of the chunks that went through, in their order.
    pub answers: Vec<R>,
    /// The chunks that did not.
    pub failed: Vec<Failed<T>>,
}

/// A chunk that did not go through.
#[non_exhaustive]
#[derive(Debug)]
pub struct Failed<T> {
    /// The number of its first item among all, from 0.
    pub first: usize,
    /// The items, to be sent again. If [`Error::maybe_sent`] says so, they may have been taken.
    pub items: Vec<T>,
    /// Why.
    pub error: Error,
}

impl<T> Bulk<T> {
    /// These things, 500 at a time.
    pub fn new(items: impl IntoIterator<Item = T>) -> Self {
        let items: Vec<T> = items.into_iter().collect();
        Self {
            items: items.into_iter(),
            size: MOST,
            sent: 0,
        }
    }

    /// Sets how many are sent at a time, where an action takes fewer or the things are large. At
    /// least one is.
    pub fn size(mut self, items: usize) -> Self {
        self.size = items.max(1);
        self
    }

    /// How many things are still to be sent.
    #[must_use]
    pub fn left(&self) -> usize {
        self.items.len()
    }

    /// Sends the next chunk; none when all were sent.
    ///
    /// When the future is dropped, its chunk stays and comes again, though it may have been sent.
    ///
    /// For programs that note down what is done, or that stop early:
    ///
    /// ```
    /// # use iconik_api::{ext::Bulk, delete_queue::BulkDeletion};
    /// # async fn example(client: iconik_api::Client, ids: Vec<String>) -> iconik_api::Result<()> {
    /// let mut bulk = Bulk::new(ids);
    /// let send = |chunk: &[String]| {
    ///     client.delete_queue().add_bulk(BulkDeletion::new("assets", chunk.to_vec()))
    /// };
    /// while let Some(chunk) = bulk.next(send).await {
    ///     println!("{} of them: {:?}", chunk.items.len(), chunk.result);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn next<A, R>(&mut self, mut send: impl FnMut(&[T]) -> A) -> Option<Chunk<T, R>>
    where
        A: IntoFuture<Output = Result<R>>,
    {
        let left = self.items.as_slice();
        let chunk = &left[..left.len().min(self.size)];
        if chunk.is_empty() {
            return None;
        }
        let result = send(chunk).await;
        let items: Vec<T> = self.items.by_ref().take(self.size).collect();
        let first = self.sent;
        self.sent += items.len();
        Some(Chunk {
            first,
            items,
            result,
        })
    }

    /// Sends all chunks, whatever becomes of each.
    pub async fn send<A, R>(mut self, mut send: impl FnMut(&[T]) -> A) -> Report<T, R>
    where
        A: IntoFuture<Output = Result<R>>,
    {
        let mut report = Report {
            answers: Vec::new(),
            failed: Vec::new(),
        };
        while let Some(chunk) = self.next(&mut send).await {
            match chunk.result {
                Ok(answer) => report.answers.push(answer),
                Err(error) => report.failed.push(Failed {
                    first: chunk.first,
                    items: chunk.items,
                    error,
                }),
            }
        }
        report
    }
}

impl<T, R> Report<T, R> {
    /// Whether every chunk went through.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty()
    }

    /// The answers, if every chunk went through.
    ///
    /// # Errors
    ///
    /// The error of the first chunk that did not. What it was about, and the answers of the others,
    /// are gone then: look at [`failed`](Self::failed) first if they matter.
    pub fn into_result(self) -> Result<Vec<R>> {
        match self.failed.into_iter().next() {
            Some(failed) => Err(failed.error),
            None => Ok(self.answers),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn chunks_have_at_most_500_and_nothing_is_left_out() {
        let mut chunks = Vec::new();
        let report = Bulk::new(0..1_234)
            .send(|chunk| {
                chunks.push(chunk.to_vec());
                ready(Ok(chunk.len()))
            })
            .await;

        assert_eq!(report.answers, [500, 500, 234]);
        assert!(report.is_complete());
        assert_eq!(chunks.concat(), (0..1_234).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn one_bad_chunk_loses_nothing() {
        let report = Bulk::new(0..10)
            .size(4)
            .send(|chunk| {
                ready(match chunk.contains(&5) {
                    true => Err(Error::config("no")),
                    false => Ok(chunk.to_vec()),
                })
            })
            .await;

        assert_eq!(report.answers, [vec![0, 1, 2, 3], vec![8, 9]]);
        assert_eq!(report.failed.len(), 1);
        assert_eq!(
            (report.failed[0].first, &report.failed[0].items[..]),
            (4, &[4, 5, 6, 7][..])
        );
        assert!(report.into_result().is_err());
    }

    #[tokio::test]
    async fn a_chunk_is_not_lost_when_waiting_for_it_is_given_up() {
        let mut bulk = Bulk::new(0..3).size(2);
        let never = bulk.next(|_| std::future::pending::<Result<()>>());
        drop(tokio::time::timeout(Duration::ZERO, never).await);
        assert_eq!(bulk.left(), 3);

        let chunk = bulk.next(|_| ready(Ok(()))).await.unwrap();
        assert_eq!((chunk.first, chunk.items), (0, vec![0, 1]));
    }

    #[tokio::test]
    async fn nothing_is_no_chunk() {
        let mut bulk = Bulk::new(Vec::<u8>::new());
        assert!(bulk.next(|_| ready(Ok(()))).await.is_none());
        assert!(
            Bulk::new(0..3)
                .size(0)
                .send(|_| ready(Ok(())))
                .await
                .answers
                .len()
                == 3
        );
    }
}
