//! Commands as they come over the wire: lines with literals between them (RFC 3501 §4.3).

use crate::sandbox::wire::Wire;
use imap_codec::{
    CommandCodec,
    decode::{CommandDecodeError, Decoder as _},
    imap_types::{
        command::Command,
        core::{LiteralMode, Tag},
    },
};
use std::io;
use tokio::io::{AsyncRead, AsyncWrite};

/// The longest line of a command.
const LONGEST_LINE: usize = 16 * 1024;
/// The longest command with its literals.
const LONGEST: usize = 64 * 1024;

/// What was heard.
pub(super) enum Heard {
    /// A command.
    Command(Command<'static>),
    /// None that is known here, with the tag under which it is refused, `*` when it has none.
    Unknown(String),
    /// Something after which nothing can be trusted: too long, or no line.
    Broken,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    /// The next command.
    ///
    /// # Errors
    /// The client hung up or took too long.
    pub(super) async fn command(&mut self) -> io::Result<Heard> {
        let mut said = Vec::new();
        loop {
            let start = said.len();
            self.part(&mut said, LONGEST_LINE).await?;
            if !said[start..].ends_with(b"\r\n") {
                return Ok(Heard::Broken);
            }
            let length = match CommandCodec::default().decode_static(&said) {
                Ok((_, command)) => return Ok(Heard::Command(command)),
                // NOTE: literals that do not wait (RFC 7888) are not offered, so none can come.
                Err(CommandDecodeError::LiteralFound {
                    length, mode: LiteralMode::Sync, ..
                }) => usize::try_from(length).unwrap_or(usize::MAX),
                Err(CommandDecodeError::LiteralFound { .. }) => return Ok(Heard::Broken),
                Err(_) => return Ok(Heard::Unknown(tag(&said))),
            };
            if said.len().saturating_add(length) > LONGEST {
                return Ok(Heard::Broken);
            }
            self.put(b"+ Ready for additional command text.\r\n");
            self.exactly(length, &mut said).await?;
        }
    }
}

fn tag(said: &[u8]) -> String {
    let word = said.split(|octet| matches!(octet, b' ' | b'\r')).next().unwrap_or_default();
    Tag::try_from(word).map_or_else(|_| "*".to_owned(), |tag| tag.as_ref().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::io::AsyncWriteExt as _;

    async fn heard(input: &[u8]) -> Heard {
        let (ours, mut theirs) = tokio::io::duplex(256 * 1024);
        theirs.write_all(input).await.unwrap();
        Wire::new(ours, Duration::from_secs(20)).command().await.unwrap()
    }

    #[tokio::test]
    async fn a_command_may_have_literals_and_has_an_end() {
        let fine = heard(b"a LOGIN {3}\r\nyou {7}\r\nsandbox\r\n").await;
        assert!(matches!(fine, Heard::Command(_)));
        for unknown in [&b"a XYZZY\r\n"[..], b"a FETCH\r\n", b"a FETCH 0 FLAGS\r\n", b"a\r\n"] {
            assert!(
                matches!(heard(unknown).await, Heard::Unknown(tag) if tag == "a"),
                "{unknown:?}"
            );
        }
        assert!(matches!(heard(b"\xff\r\n").await, Heard::Unknown(tag) if tag == "*"));
        let endless = [b"a LOGIN ".to_vec(), vec![b'x'; 20_000]].concat();
        let vast = b"a LOGIN {99999}\r\n".to_vec();
        let unasked = b"a LOGIN {3+}\r\nyou {7+}\r\nsandbox\r\n".to_vec();
        for broken in [endless, vast, unasked, b"a NOOP\n".to_vec()] {
            assert!(matches!(heard(&broken).await, Heard::Broken), "{broken:?}");
        }
    }
}
