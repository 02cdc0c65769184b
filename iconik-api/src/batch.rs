//! Sends a long list in batches, through an action that takes a limited number of items.

use std::future::IntoFuture;
use std::vec;

use crate::error::{Error, Result};

/// How many items the bulk actions of iconik take in one request.
const MOST: usize = 500;

/// Sends a long list in batches of 500 items, one after the other.
///
/// A batch that fails does not stop the others, and is returned with its error, so that its items can be
/// examined or sent again.
///
/// ```
/// use iconik_api::batch::Batches;
/// use iconik_api::assets::{NewSegment, NewSegments};
///
/// # async fn example(client: iconik_api::Client, segments: Vec<NewSegment>) -> iconik_api::Result<()> {
/// let id = "2c5bfe1a-f149-11eb-a843-0a580a3db916";
/// let report = Batches::new(segments)
///     .send(|batch| client.assets().segments().create_many(id, NewSegments::new(batch.to_vec())))
///     .await;
/// println!("{} segments created, {} failed", report.succeeded_items(), report.failed_items());
/// for batch in report.failed {
///     eprintln!("{} segments from number {} on: {}", batch.items.len(), batch.first, batch.error);
///     if batch.error.maybe_sent() {
///         // Look which of them exist before you send them again.
///     }
/// }
/// # Ok(())
/// # }
/// # iconik_api::mock::run_example(|client| example(client, vec![NewSegment::new("COMMENT")]));
/// ```
///
/// The closure returns a request, or a future with a result whose error is of any type:
///
/// ```
/// use iconik_api::assets::{NewSegment, NewSegments};
/// use iconik_api::batch::Batches;
///
/// #[derive(Debug)]
/// enum ImportError {
///     Iconik(iconik_api::Error),
///     Ledger(std::io::Error),
/// }
/// # impl From<iconik_api::Error> for ImportError {
/// #     fn from(error: iconik_api::Error) -> Self { Self::Iconik(error) }
/// # }
/// # impl From<std::io::Error> for ImportError {
/// #     fn from(error: std::io::Error) -> Self { Self::Ledger(error) }
/// # }
///
/// # async fn example(client: iconik_api::Client, segments: Vec<NewSegment>) -> Result<(), ImportError> {
/// let id = "2c5bfe1a-f149-11eb-a843-0a580a3db916";
/// let report = Batches::new(segments)
///     .send(|batch| {
///         let body = NewSegments::new(batch.to_vec());
///         let create = client.assets().segments().create_many(id, body);
///         async {
///             let created = create.await?;
///             std::fs::write("ledger.txt", format!("{created:?}"))?;
///             Ok::<_, ImportError>(created)
///         }
///     })
///     .await;
/// let created = report.into_result()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is sent before `send` or `next`"]
pub struct Batches<T> {
    items: vec::IntoIter<T>,
    size: usize,
    /// How many items were sent.
    sent: usize,
}

/// One batch and its result.
#[non_exhaustive]
#[derive(Debug)]
pub struct Batch<T, R, E = Error> {
    /// The number of its first item among all, from 0.
    pub first: usize,
    /// The items.
    pub items: Vec<T>,
    /// The response.
    pub result: Result<R, E>,
}

/// The results of all batches.
#[non_exhaustive]
#[derive(Debug)]
#[must_use = "some batches may have failed"]
pub struct BatchReport<T, R, E = Error> {
    /// The responses of the batches that succeeded, in their order.
    pub responses: Vec<R>,
    /// The batches that failed.
    pub failed: Vec<FailedBatch<T, E>>,
    /// How many items were in the batches that succeeded.
    succeeded_items: usize,
}

/// A batch that failed.
#[non_exhaustive]
#[derive(Debug)]
pub struct FailedBatch<T, E = Error> {
    /// The number of its first item among all, from 0.
    pub first: usize,
    /// The items, to send them again. If [`Error::maybe_sent`] returns `true`, iconik may have taken them.
    pub items: Vec<T>,
    /// Why it failed.
    pub error: E,
}

impl<T> Batches<T> {
    /// Creates batches of 500 of these items.
    pub fn new(items: impl IntoIterator<Item = T>) -> Self {
        let items: Vec<T> = items.into_iter().collect();
        Self {
            items: items.into_iter(),
            size: MOST,
            sent: 0,
        }
    }

    /// Sets how many items a batch has, where an action takes fewer or the items are large. Default: 500;
    /// at least one.
    pub fn size(mut self, items: usize) -> Self {
        self.size = items.max(1);
        self
    }

    /// Returns how many items are still to be sent.
    #[must_use]
    pub fn left(&self) -> usize {
        self.items.len()
    }

    /// Sends the next batch; `None` when all were sent.
    ///
    /// When the future is dropped, its batch is kept and sent by the next call, though it may have been sent
    /// already.
    ///
    /// For programs that record what is done, or that stop early:
    ///
    /// ```
    /// # use iconik_api::{assets::BulkDeletion, batch::Batches};
    /// # async fn example(client: iconik_api::Client, ids: Vec<String>) -> iconik_api::Result<()> {
    /// let mut batches = Batches::new(ids);
    /// let send = |batch: &[String]| {
    ///     client.assets().delete_queue().add_many(BulkDeletion::new("assets", batch.to_vec()))
    /// };
    /// while let Some(batch) = batches.next(send).await {
    ///     println!("{} of them: {:?}", batch.items.len(), batch.result);
    /// }
    /// # Ok(())
    /// # }
    /// # iconik_api::mock::run_example(|client| example(client, vec!["2c5bfe1a-f149-11eb-a843-0a580a3db916".to_owned()]));
    /// ```
    pub async fn next<A, R, E>(&mut self, mut send: impl FnMut(&[T]) -> A) -> Option<Batch<T, R, E>>
    where
        A: IntoFuture<Output = Result<R, E>>,
    {
        let left = self.items.as_slice();
        let batch = &left[..left.len().min(self.size)];
        if batch.is_empty() {
            return None;
        }
        let result = send(batch).await;
        let items: Vec<T> = self.items.by_ref().take(self.size).collect();
        let first = self.sent;
        self.sent += items.len();
        Some(Batch {
            first,
            items,
            result,
        })
    }

    /// Sends all batches, also after one that failed.
    ///
    /// `send` makes the request of a batch. Its error may be of any type.
    pub async fn send<A, R, E>(mut self, mut send: impl FnMut(&[T]) -> A) -> BatchReport<T, R, E>
    where
        A: IntoFuture<Output = Result<R, E>>,
    {
        let mut report = BatchReport {
            responses: Vec::new(),
            failed: Vec::new(),
            succeeded_items: 0,
        };
        while let Some(batch) = self.next(&mut send).await {
            match batch.result {
                Ok(response) => {
                    report.responses.push(response);
                    report.succeeded_items += batch.items.len();
                }
                Err(error) => report.failed.push(FailedBatch {
                    first: batch.first,
                    items: batch.items,
                    error,
                }),
            }
        }
        report
    }
}

impl<T, R, E> BatchReport<T, R, E> {
    /// Returns `true` if every batch succeeded.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty()
    }

    /// Returns how many items were in the batches that succeeded.
    #[must_use]
    pub fn succeeded_items(&self) -> usize {
        self.succeeded_items
    }

    /// Returns how many items were in the batches that failed.
    #[must_use]
    pub fn failed_items(&self) -> usize {
        self.failed.iter().map(|batch| batch.items.len()).sum()
    }

    /// Returns the responses if every batch succeeded.
    ///
    /// # Errors
    ///
    /// The error of the first batch that failed. Its items and the responses of the others are lost then: read
    /// [`failed`](Self::failed) and [`responses`](Self::responses) first if they matter.
    pub fn into_result(self) -> Result<Vec<R>, E> {
        match self.failed.into_iter().next() {
            Some(failed) => Err(failed.error),
            None => Ok(self.responses),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn batches_have_at_most_500_and_nothing_is_lost() {
        let mut batches = Vec::new();
        let report = Batches::new(0..1_234)
            .send(|batch| {
                batches.push(batch.to_vec());
                ready(Ok::<_, Error>(batch.len()))
            })
            .await;

        assert_eq!(report.responses, [500, 500, 234]);
        assert!(report.is_complete());
        assert_eq!(batches.concat(), (0..1_234).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn one_bad_batch_loses_nothing() {
        let report = Batches::new(0..10)
            .size(4)
            .send(|batch| {
                ready(match batch.contains(&5) {
                    true => Err(Error::config("no")),
                    false => Ok(batch.to_vec()),
                })
            })
            .await;

        assert_eq!(report.responses, [vec![0, 1, 2, 3], vec![8, 9]]);
        assert_eq!((report.succeeded_items(), report.failed_items()), (6, 4));
        assert_eq!(report.failed.len(), 1);
        assert_eq!(
            (report.failed[0].first, &report.failed[0].items[..]),
            (4, &[4, 5, 6, 7][..])
        );
        assert!(report.into_result().is_err());
    }

    #[tokio::test]
    async fn a_batch_is_not_lost_when_waiting_for_it_is_given_up() {
        let mut batches = Batches::new(0..3).size(2);
        let never = batches.next(|_| std::future::pending::<Result<()>>());
        drop(tokio::time::timeout(Duration::ZERO, never).await);
        assert_eq!(batches.left(), 3);

        let batch = batches.next(|_| ready(Ok::<_, Error>(()))).await.unwrap();
        assert_eq!((batch.first, batch.items), (0, vec![0, 1]));
    }

    #[tokio::test]
    async fn nothing_is_no_batch() {
        let mut batches = Batches::new(Vec::<u8>::new());
        assert!(batches.next(|_| ready(Ok::<_, Error>(()))).await.is_none());
        assert!(
            Batches::new(0..3)
                .size(0)
                .send(|_| ready(Ok::<_, Error>(())))
                .await
                .responses
                .len()
                == 3
        );
    }
}
