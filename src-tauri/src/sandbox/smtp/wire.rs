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

/// How long the client may take for a line (RFC 5321 §4.5.3.2.7).
const PATIENCE: Duration = Duration::from_secs(300);
/// The longest command: an answer to a SASL challenge may have 12288 octets (RFC 4954 §4), and
/// Exchange takes one on the AUTH line as well.
const LONGEST_LINE: usize = 12_288 + 64;

/// A connection that speaks lines.
pub(super) struct Wire<S> {
    stream: BufReader<S>,
    replies: Vec<u8>,
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
    /// Talks over `stream`.
    pub(super) fn new(stream: S) -> Self {
        Self { stream: BufReader::new(stream), replies: Vec::new() }
    }

    /// Puts down a reply, which may have several lines; sent before the next wait. The code of the
    /// reply stands before each line.
    pub(super) fn say(&mut self, reply: &str) {
        let (code, text) = reply.split_at(3);
        let mut lines = text.trim_start().split('\n').peekable();
        while let Some(line) = lines.next() {
            let mark = if lines.peek().is_some() { "-" } else { " " };
            self.replies.extend_from_slice(format!("{code}{mark}{line}\r\n").as_bytes());
        }
    }

    /// Sends what was said.
    pub(super) async fn flush(&mut self) -> io::Result<()> {
        if !self.replies.is_empty() {
            let stream = self.stream.get_mut();
            timeout(PATIENCE, stream.write_all(&self.replies)).await??;
            timeout(PATIENCE, stream.flush()).await??;
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
        let read =
            timeout(PATIENCE, (&mut self.stream).take(limit).read_until(b'\n', into)).await??;
        if read == 0 { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
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
        Wire::new(ours).line().await
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

    #[tokio::test]
    async fn each_line_of_a_reply_has_its_code() {
        let (ours, mut theirs) = tokio::io::duplex(1024);
        let mut wire = Wire::new(ours);
        wire.say("250 localhost\nSIZE 1\nDSN");
        wire.flush().await.unwrap();
        drop(wire);
        let mut said = String::new();
        theirs.read_to_string(&mut said).await.unwrap();
        assert_eq!(said, "250-localhost\r\n250-SIZE 1\r\n250 DSN\r\n");
    }
}
