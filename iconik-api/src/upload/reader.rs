//! From a reader to a stream of chunks.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use tokio::io::{AsyncRead, ReadBuf};

use crate::error::BoxError;

/// How many bytes are read at once.
const CHUNK: usize = 256 << 10;

/// The chunks of a reader, up to its end or up to a limit.
pub(super) struct ReaderChunks<R> {
    reader: R,
    buffer: BytesMut,
    left: u64,
}

impl<R> ReaderChunks<R> {
    pub(super) fn new(reader: R) -> Self {
        Self::up_to(reader, u64::MAX)
    }

    pub(super) fn up_to(reader: R, bytes: u64) -> Self {
        Self {
            reader,
            buffer: BytesMut::new(),
            left: bytes,
        }
    }
}

impl<R: AsyncRead + Unpin> Stream for ReaderChunks<R> {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let most = usize::try_from(this.left).map_or(CHUNK, |left| left.min(CHUNK));
        if most == 0 {
            return Poll::Ready(None);
        }
        this.buffer.resize(most, 0);
        let mut buffer = ReadBuf::new(&mut this.buffer);
        let read = ready!(Pin::new(&mut this.reader).poll_read(context, &mut buffer));
        let length = buffer.filled().len();
        if let Err(error) = read {
            this.left = 0;
            return Poll::Ready(Some(Err(error.into())));
        }
        this.left = match length {
            0 => 0,
            length => this.left - u64::try_from(length).unwrap_or(this.left),
        };
        let chunk = this.buffer.split_to(length).freeze();
        Poll::Ready((length > 0).then_some(Ok(chunk)))
    }
}
