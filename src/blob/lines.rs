//! Cuts a stream of bytes into lines of text.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use futures_util::stream::{BoxStream, Stream, StreamExt, TryStreamExt};

use super::BlobError;

/// The longest line that is read. A passage is a page of text; a line that is longer than this was not written by us.
const MAX_LINE: usize = 16 << 20;

/// Bytes that came and are not yet handed out as lines.
struct LineReader {
    body: BoxStream<'static, Result<Bytes, BlobError>>,
    key: String,
    /// What has come of the line that is not ended yet.
    open: BytesMut,
    /// Where in `open` no line end has been looked for yet.
    seen: usize,
    ready: VecDeque<Bytes>,
    is_ended: bool,
}

/// Yields the lines of `body`, which comes from the object `key`, without their line ends.
pub fn lines(
    body: BoxStream<'static, Result<Bytes, BlobError>>,
    key: String,
) -> impl Stream<Item = Result<String, BlobError>> + use<> {
    let lines = LineReader {
        body,
        key,
        open: BytesMut::new(),
        seen: 0,
        ready: VecDeque::new(),
        is_ended: false,
    };
    futures_util::stream::try_unfold(lines, |mut lines| async move {
        let line = lines.next().await?;
        Ok(line.map(|line| (line, lines)))
    })
    .boxed()
}

impl LineReader {
    async fn next(&mut self) -> Result<Option<String>, BlobError> {
        while self.ready.is_empty() && !self.is_ended {
            match self.body.try_next().await? {
                Some(bytes) => self.take(&bytes)?,
                None => self.end(),
            }
        }
        let Some(line) = self.ready.pop_front() else {
            return Ok(None);
        };
        let text = String::from_utf8(line.into());
        text.map(Some).map_err(|_| self.damaged("a line of it is not UTF-8"))
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        self.open.extend_from_slice(bytes);
        while let Some(length) = self.open[self.seen..].iter().position(|byte| *byte == b'\n') {
            let line = self.open.split_to(self.seen + length);
            let _line_end = self.open.split_to(1);
            self.ready.push_back(line.freeze());
            self.seen = 0;
        }
        self.seen = self.open.len();
        if self.seen > MAX_LINE {
            Err(self.damaged("a line of it is too long"))
        } else {
            Ok(())
        }
    }

    fn end(&mut self) {
        self.is_ended = true;
        if !self.open.is_empty() {
            self.ready.push_back(self.open.split().freeze());
        }
    }

    fn damaged(&self, why: &'static str) -> BlobError {
        BlobError::Damaged {
            key: self.key.clone(),
            why,
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use futures_util::stream::{StreamExt, TryStreamExt};

    use super::lines;
    use crate::blob::BlobError;

    async fn read(pieces: &'static [&'static [u8]]) -> Result<Vec<String>, BlobError> {
        let body = futures_util::stream::iter(pieces.iter().map(|piece| Ok(Bytes::from_static(piece))));
        lines(body.boxed(), "derived/x".to_owned()).try_collect().await
    }

    #[tokio::test]
    async fn lines_come_whole_however_the_bytes_are_cut() {
        assert_eq!(
            read(&[b"a\nb", b"", b"c\n\n", b"\xe5", b"\xb7\xa5"]).await.unwrap(),
            ["a", "bc", "", "工"]
        );
        assert_eq!(read(&[]).await.unwrap(), Vec::<String>::new());
        assert_eq!(read(&[b"\n"]).await.unwrap(), [""]);
    }

    #[tokio::test]
    async fn what_is_not_text_is_damaged() {
        assert!(matches!(read(&[b"ok\n\xff\n"]).await, Err(BlobError::Damaged { .. })));
    }
}
