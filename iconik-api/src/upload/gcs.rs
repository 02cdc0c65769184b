//! Google Cloud Storage: a resumable upload, in one request as long as nothing breaks.

use http::header::{CONTENT_RANGE, CONTENT_TYPE, LOCATION, RANGE};
use http::{Method, StatusCode};

use super::piece::{Piece, Pieces, ended_early};
use super::storage::{Retries, StorageRequest, StorageResponse};
use super::target::Target;
use super::transfer::Transfer;
use crate::data::secret::Secret;
use crate::error::{Error, ErrorKind, Result};
use crate::http::meta::Endpoint;

/// All pieces but the last must be a multiple of this.
const UNIT: u64 = 256 << 10;
/// How much of a stream is sent in one request.
const DEFAULT_PIECE: u64 = 8 << 20;

pub(super) async fn upload(
    transfer: &Transfer,
    pieces: &mut Pieces,
    mut target: Option<Target>,
) -> Result<()> {
    let mut session = Session {
        transfer,
        url: transfer.record.read(|state| state.session_url.clone()),
        target: target.take(),
        retries: transfer.storage.retries(),
    };
    let whole = pieces.whole().cloned();
    if let Some(whole) = whole {
        let resumed = session.url.is_some();
        return session.put(&whole, 0, Some(whole.length()), resumed).await;
    }
    let stored = match session.url.is_some() {
        true => session.stored(pieces.size()).await?,
        false => Stored::Until(0),
    };
    let stored = match stored {
        Stored::All => return Ok(()),
        Stored::Until(stored) => stored,
        // The stream is still at its beginning.
        Stored::Nothing => {
            session.lose();
            0
        }
    };
    if pieces.skip(stored).await? < stored {
        return Err(ended_early());
    }
    transfer.storage.meter.set(stored);
    let size = transfer.part_size.unwrap_or(DEFAULT_PIECE);
    let size = size.div_ceil(UNIT).max(1) * UNIT;
    loop {
        let start = pieces.position();
        let piece = pieces.next(size).await?;
        let piece = piece.unwrap_or(Piece::Memory(bytes::Bytes::new()));
        let is_last = pieces.is_at_end().await?;
        let total = is_last.then(|| start + piece.length());
        session.put(&piece, start, total, false).await?;
        if is_last {
            return Ok(());
        }
    }
}

/// An upload session of the storage.
struct Session<'a> {
    transfer: &'a Transfer,
    url: Option<Secret>,
    /// What starts the session, once.
    target: Option<Target>,
    retries: Retries<'a>,
}

/// How much the storage has.
enum Stored {
    All,
    /// The bytes before this one.
    Until(u64),
    /// The storage no longer knows the session.
    Nothing,
}

impl Session<'_> {
    /// Sends a piece that begins at `start`; `total` is the length of the content if this is the last
    /// piece. `ask` is whether the storage may have some of it already.
    async fn put(
        &mut self,
        piece: &Piece,
        start: u64,
        total: Option<u64>,
        mut ask: bool,
    ) -> Result<()> {
        let end = start + piece.length();
        // How many bytes of the piece are stored.
        let mut at = 0;
        loop {
            if self.url.is_none() {
                // A new session begins at the first byte.
                if start > 0 {
                    return Err(lost());
                }
                at = 0;
                ask = false;
                self.transfer.storage.meter.set(0);
            }
            let url = self.url().await?;
            let result = match ask {
                true => self.ask(&url, total).await,
                false => self.send(&url, piece, start, at, total).await,
            };
            let stored = match result {
                Ok(Stored::All) => return Ok(()),
                Ok(Stored::Until(stored)) => stored,
                Ok(Stored::Nothing) => {
                    self.lose();
                    let error = Error::new(ErrorKind::Transport, Endpoint::None)
                        .detail("Google Cloud Storage no longer knows the upload session");
                    self.retries.pause(error).await?;
                    continue;
                }
                Err(error) => {
                    // Some of it may have been stored.
                    self.retries.pause(error).await?;
                    ask = true;
                    continue;
                }
            };
            self.transfer.storage.meter.set(stored);
            if total.is_none() && stored >= end {
                self.retries.reset();
                return Ok(());
            }
            let Some(stored) = stored.checked_sub(start).filter(|at| *at <= piece.length()) else {
                return Err(lost());
            };
            if stored > at {
                self.retries.reset();
            } else if !ask {
                let error = Error::new(ErrorKind::Transport, Endpoint::None)
                    .detail("Google Cloud Storage has stored nothing of what was sent");
                self.retries.pause(error).await?;
            }
            at = stored;
            ask = false;
        }
    }

    /// The URL of the session, which is started if there is none.
    async fn url(&mut self) -> Result<Secret> {
        loop {
            if let Some(url) = &self.url {
                return Ok(url.clone());
            }
            let target = self.transfer.fresh(self.target.take()).await?;
            match self.start(&target).await {
                Ok(url) => {
                    self.transfer
                        .record
                        .change(|state| state.session_url = Some(url.clone()));
                    self.url = Some(url);
                }
                Err(error) => self.retries.pause(error).await?,
            }
        }
    }

    async fn start(&self, target: &Target) -> Result<Secret> {
        let url = target.need_url()?;
        // The URL is signed for this header and for a request without a media type.
        let request = StorageRequest::new(Method::POST, url)
            .headers(&target.headers)
            .header("x-goog-resumable", "start");
        let response = self.transfer.storage.send(request).await?;
        if let Some(location) = response.header(LOCATION.as_str()) {
            return Ok(location.into());
        }
        match response.header("x-guploader-uploadid") {
            Some(id) => {
                let url = url.expose();
                let separator = if url.contains('?') { '&' } else { '?' };
                Ok(format!("{url}{separator}upload_id={id}").into())
            }
            None => Err(response.lacks("`Location`")),
        }
    }

    async fn send(
        &self,
        url: &Secret,
        piece: &Piece,
        start: u64,
        at: u64,
        total: Option<u64>,
    ) -> Result<Stored> {
        let rest = piece.from(at);
        let mut request = StorageRequest::new(Method::PUT, url)
            .header(CONTENT_TYPE, &self.transfer.media_type)
            .body(&rest);
        let first = start + at;
        let is_whole = first == 0 && total.is_some();
        if !is_whole {
            let total = total.map_or("*".to_owned(), |total| total.to_string());
            let range = match rest.length() {
                0 => format!("bytes */{total}"),
                length => format!("bytes {first}-{}/{total}", first + length - 1),
            };
            request = request.header(CONTENT_RANGE, &range);
        }
        self.result(self.transfer.storage.send(request).await)
    }

    /// Asks how much the storage has.
    async fn ask(&self, url: &Secret, total: Option<u64>) -> Result<Stored> {
        let total = total.map_or("*".to_owned(), |total| total.to_string());
        let request = StorageRequest::new(Method::PUT, url)
            .header(CONTENT_RANGE, &format!("bytes */{total}"));
        self.result(self.transfer.storage.send(request).await)
    }

    /// Asks how much the storage has, until it responds.
    async fn stored(&mut self, total: Option<u64>) -> Result<Stored> {
        let url = self.url().await?;
        loop {
            match self.ask(&url, total).await {
                Ok(stored) => return Ok(stored),
                Err(error) => self.retries.pause(error).await?,
            }
        }
    }

    fn result(&self, response: Result<StorageResponse>) -> Result<Stored> {
        match response {
            Ok(response) if response.status == StatusCode::PERMANENT_REDIRECT => {
                // `bytes=0-41`; absent where nothing is stored.
                let stored = response.header(RANGE.as_str()).and_then(|range| {
                    let (_, last) = range.rsplit_once('-')?;
                    last.parse::<u64>().ok()?.checked_add(1)
                });
                Ok(Stored::Until(stored.unwrap_or(0)))
            }
            Ok(_) => Ok(Stored::All),
            Err(error) => match error.status() {
                Some(StatusCode::NOT_FOUND | StatusCode::GONE) => Ok(Stored::Nothing),
                _ => Err(error),
            },
        }
    }

    fn lose(&mut self) {
        self.url = None;
        self.transfer
            .record
            .change(|state| state.session_url = None);
    }
}

fn lost() -> Error {
    Error::new(ErrorKind::Transport, Endpoint::None).detail(
        "Google Cloud Storage has lost the beginning of the upload, and a stream cannot be read again",
    )
}
