//! Replies as SMTP writes them (RFC 5321 §4.2).

use crate::sandbox::wire::Wire;
use tokio::io::{AsyncRead, AsyncWrite};

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    /// Puts down a reply, which may have several lines. The code of the reply stands before each line.
    pub(super) fn say(&mut self, reply: &str) {
        let (code, text) = reply.split_at(3);
        let mut lines = text.trim_start().split('\n').peekable();
        while let Some(line) = lines.next() {
            let mark = if lines.peek().is_some() { "-" } else { " " };
            self.put(format!("{code}{mark}{line}\r\n").as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::io::AsyncReadExt as _;

    #[tokio::test]
    async fn each_line_of_a_reply_has_its_code() {
        let (ours, mut theirs) = tokio::io::duplex(1024);
        let mut wire = Wire::new(ours, Duration::from_secs(20));
        wire.say("250 localhost\nSIZE 1\nDSN");
        wire.flush().await.unwrap();
        drop(wire);
        let mut said = String::new();
        theirs.read_to_string(&mut said).await.unwrap();
        assert_eq!(said, "250-localhost\r\n250-SIZE 1\r\n250 DSN\r\n");
    }
}
