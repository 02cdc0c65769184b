//! Uploads in parts: how the content is divided, and the workers that send the parts.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::piece::{Piece, Pieces};
use super::transfer::{Beginning, Transfer};
use crate::error::{Error, ErrorKind, Result};
use crate::http::credentials::BoxFuture;
use crate::http::meta::Endpoint;

const MIB: u64 = 1 << 20;
/// The parts of a stream are held in memory.
const SMALLEST_PART: u64 = 8 * MIB;
/// How many parts an upload has at most, on every storage.
pub(super) const MOST_PARTS: u64 = 10_000;

/// How the content is divided into parts. The parts of a stream of unknown length grow, so that it may
/// have any.
#[derive(Clone, Copy)]
pub(super) struct Division {
    first: u64,
    grows: bool,
}

impl Division {
    pub(super) fn new(pieces: &Pieces, part_size: Option<u64>) -> Self {
        let first = part_size.filter(|size| *size > 0).unwrap_or_else(|| {
            let size = pieces.size().unwrap_or(0);
            // Content that is read again from the disk needs no memory; fewer parts need fewer URLs.
            let parts = match pieces.whole() {
                Some(_) => 1_000,
                None => MOST_PARTS,
            };
            let part = size.div_ceil(parts).div_ceil(MIB) * MIB;
            part.max(SMALLEST_PART)
        });
        Self {
            first,
            grows: pieces.size().is_none(),
        }
    }

    /// The length of the part of this number, which is at least 1.
    pub(super) fn length(self, number: u64) -> u64 {
        match self.grows {
            true => self.first * (1 + (number - 1) / 1_000),
            false => self.first,
        }
    }

    /// How many parts there are, if that is known.
    pub(super) fn parts(self, size: Option<u64>) -> Option<u64> {
        size.map(|size| size.div_ceil(self.first).max(1))
    }

    pub(super) fn part_size(self) -> u64 {
        self.first
    }
}

/// Sends one part, and returns what the storage needs to put the parts together.
pub(super) trait PartSender: Send + Sync + 'static {
    fn send(&self, number: u64, part: Piece) -> BoxFuture<'_, Result<String>>;
}

/// Sends all parts that the storage does not have yet, several at once; returns what the storage
/// returned for each, in their order. `first` is the first part, if it has been read already.
pub(super) async fn send_all(
    transfer: &Transfer,
    pieces: &mut Pieces,
    division: Division,
    first: Option<Piece>,
    sender: Arc<dyn PartSender>,
    workers: usize,
) -> Result<Vec<String>> {
    // Dropping the set ends the workers.
    let mut sending = JoinSet::new();
    let mut first = first;
    let mut number = 0;
    loop {
        let is_done = match &first {
            Some(_) => false,
            None => pieces.is_at_end().await?,
        };
        if is_done {
            break;
        }
        number += 1;
        if number > MOST_PARTS {
            return Err(
                Error::new(ErrorKind::Request, Endpoint::None).detail(format!(
                    "the upload has more than {MOST_PARTS} parts; make them larger"
                )),
            );
        }
        let is_stored = transfer
            .record
            .read(|state| state.parts.contains_key(&number.to_string()));
        if is_stored && first.is_none() {
            // The last part may be shorter.
            let skipped = pieces.skip(division.length(number)).await?;
            transfer.storage.meter.add(skipped);
            continue;
        }
        // The workers come first: they hold the memory that the next part needs.
        while sending.len() >= workers.max(1) {
            finish_one(transfer, &mut sending).await?;
        }
        let part = match first.take() {
            Some(part) => Some(part),
            None => pieces.next(division.length(number)).await?,
        };
        let Some(part) = part else {
            break;
        };
        let sender = Arc::clone(&sender);
        sending.spawn(async move { (number, sender.send(number, part).await) });
    }
    while !sending.is_empty() {
        finish_one(transfer, &mut sending).await?;
    }
    let parts = transfer.record.read(|state| {
        let part = |number: u64| state.parts.get(&number.to_string()).cloned();
        (1..=number).map(part).collect::<Option<Vec<_>>>()
    });
    parts.ok_or_else(|| {
        Error::new(ErrorKind::Request, Endpoint::None).detail("a part of the upload is missing")
    })
}

async fn finish_one(
    transfer: &Transfer,
    sending: &mut JoinSet<(u64, Result<String>)>,
) -> Result<()> {
    match sending.join_next().await {
        None => Ok(()),
        Some(Ok((number, result))) => {
            let result = result?;
            transfer.record.change(|state| {
                state.parts.insert(number.to_string(), result);
            });
            Ok(())
        }
        Some(Err(source)) => Err(Error::new(ErrorKind::Runtime, Endpoint::None)
            .detail("a worker of the upload ended")
            .source(source)),
    }
}

/// What to send of content for a storage that takes small content in one request.
pub(super) enum Plan {
    /// All of it, in one request.
    Single(Piece),
    /// In parts, with the first one if it has been read.
    Parts(Division, Option<Piece>),
}

/// Decides between one request and parts. What was begun in parts continues so.
pub(super) async fn plan(
    transfer: &Transfer,
    pieces: &mut Pieces,
    has_begun: bool,
) -> Result<Plan> {
    let saved = transfer.record.read(|state| state.part_size);
    let saved = saved.and_then(|size| u64::try_from(size).ok());
    if let (true, Some(part_size)) = (has_begun, saved) {
        return Ok(Plan::Parts(Division::new(pieces, Some(part_size)), None));
    }
    let division = Division::new(pieces, transfer.part_size);
    let beginning = Beginning::take(pieces, division.part_size()).await?;
    Ok(match beginning.is_all {
        true => Plan::Single(beginning.piece),
        false => Plan::Parts(division, Some(beginning.piece)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::source::Content;

    fn division(size: Option<u64>, part_size: Option<u64>) -> Division {
        let chunks = Content::Stream(Box::pin(super::super::reader::ReaderChunks::new(
            tokio::io::empty(),
        )));
        Division::new(&Pieces::new(chunks, size, false), part_size)
    }

    fn of_file(size: u64) -> Division {
        let path: &std::path::Path = "a".as_ref();
        Division::new(
            &Pieces::new(Content::File(path.into()), Some(size), false),
            None,
        )
    }

    #[test]
    fn the_parts_of_a_stream_are_small_and_of_any_number() {
        assert_eq!(division(Some(10 << 30), None).part_size(), 8 * MIB);
        // 5 TiB, the most that Amazon S3 takes.
        let largest = division(Some(5 << 40), None);
        assert!(largest.parts(Some(5 << 40)).unwrap() <= MOST_PARTS);

        let unknown = division(None, None);
        let all: u64 = (1..=MOST_PARTS).map(|number| unknown.length(number)).sum();
        assert!(all > 400 << 30, "{all}");
        assert_eq!(unknown.length(1), 8 * MIB);
        assert_eq!(unknown.parts(None), None);
    }

    #[test]
    fn a_large_file_has_about_a_thousand_parts() {
        assert_eq!(of_file(1).part_size(), 8 * MIB);
        let parts = of_file(1 << 40).parts(Some(1 << 40)).unwrap();
        assert!((990..=1_000).contains(&parts), "{parts}");
    }

    #[test]
    fn the_callers_part_size_counts() {
        let division = division(Some(100), Some(30));
        assert_eq!(division.part_size(), 30);
        assert_eq!(division.parts(Some(100)), Some(4));
        assert_eq!(division.parts(Some(0)), Some(1));
    }
}
