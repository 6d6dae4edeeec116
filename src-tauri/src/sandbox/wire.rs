//! Lines in, replies out; every wait has an end and every line a length.

use std::{
    io::{self, ErrorKind},
    time::Duration,
};
use tokio::{
    io::{
        AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _,
        BufReader,
    },
    time::timeout,
};

/// The longest line: an answer to a SASL challenge may have 12288 octets (RFC 4954 §4), and
/// Exchange takes one on the AUTH line as well.
const LONGEST_LINE: usize = 12_288 + 64;

/// A connection that speaks lines.
pub(super) struct Wire<S> {
    stream: BufReader<S>,
    replies: Vec<u8>,
    patience: Duration,
}

/// A line that was received.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Without its CRLF.
    Text(String),
    /// It does not end in CRLF, or is not text: what follows cannot be trusted.
    Broken,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    /// Talks over `stream` with a client that may take `patience` for a line.
    pub(super) fn new(stream: S, patience: Duration) -> Self {
        Self { stream: BufReader::new(stream), replies: Vec::new(), patience }
    }

    /// Puts down part of a reply; sent before the next wait.
    pub(super) fn put(&mut self, octets: &[u8]) {
        self.replies.extend_from_slice(octets);
    }

    /// Sends what was said.
    pub(super) async fn flush(&mut self) -> io::Result<()> {
        if !self.replies.is_empty() {
            let stream = self.stream.get_mut();
            timeout(self.patience, stream.write_all(&self.replies)).await??;
            timeout(self.patience, stream.flush()).await??;
            self.replies.clear();
        }
        Ok(())
    }

    /// The next line. Replies to commands that came together go out together (RFC 2920 §3.2).
    ///
    /// # Errors
    /// The client hung up or took too long.
    pub(super) async fn line(&mut self) -> io::Result<Line> {
        let mut line = Vec::new();
        self.part(&mut line, LONGEST_LINE).await?;
        let text = line.strip_suffix(b"\r\n").filter(|text| !text.contains(&b'\r'));
        let text = text.and_then(|text| String::from_utf8(text.to_vec()).ok());
        Ok(text.filter(|text| !text.contains('\0')).map_or(Line::Broken, Line::Text))
    }

    /// Reads up to and with the next LF, but no more than `longest` octets, behind what is in `into`.
    pub(super) async fn part(&mut self, into: &mut Vec<u8>, longest: usize) -> io::Result<()> {
        if !self.stream.buffer().contains(&b'\n') {
            self.flush().await?;
        }
        let limit = u64::try_from(longest).unwrap_or(u64::MAX);
        let mut stream = (&mut self.stream).take(limit);
        let read = timeout(self.patience, stream.read_until(b'\n', into)).await??;
        if read == 0 { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }

    /// Reads exactly `count` octets behind what is in `into`.
    pub(super) async fn exactly(&mut self, count: usize, into: &mut Vec<u8>) -> io::Result<()> {
        let start = into.len();
        into.resize(start + count, 0);
        self.flush().await?;
        timeout(self.patience, self.stream.read_exact(&mut into[start..])).await??;
        Ok(())
    }

    /// Waits until the client says something, or hangs up.
    pub(super) async fn readable(&mut self) -> io::Result<()> {
        self.stream.fill_buf().await.map(drop)
    }

    /// Whether the client has said more than it was answered: forbidden before TLS (RFC 3207 §6).
    pub(super) fn has_more(&self) -> bool {
        !self.stream.buffer().is_empty()
    }

    /// The connection itself.
    pub(super) fn into_stream(self) -> S {
        self.stream.into_inner()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn first_line(input: &[u8]) -> io::Result<Line> {
        let (ours, mut theirs) = tokio::io::duplex(64 * 1024);
        theirs.write_all(input).await.unwrap();
        drop(theirs);
        Wire::new(ours, Duration::from_secs(20)).line().await
    }

    #[tokio::test]
    async fn a_line_ends_in_crlf_and_has_an_end() {
        assert_eq!(first_line(b"NOOP\r\n").await.unwrap(), Line::Text("NOOP".into()));
        for broken in [&b"NOOP\n"[..], b"NO\rOP\r\n", b"NO\0OP\r\n", b"\xff\r\n", b"NOOP"] {
            assert_eq!(first_line(broken).await.unwrap(), Line::Broken, "{broken:?}");
        }
        assert_eq!(first_line(&vec![b'A'; 20_000]).await.unwrap(), Line::Broken);
        assert!(first_line(b"").await.is_err());
    }
}
