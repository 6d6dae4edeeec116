//! DATA: the message itself, and whether it may be sent.

use super::session::Session;
use crate::sandbox::{
    inbox::{Body, Envelope, Via, from_addresses},
    wire::Wire,
};
use std::io;
use tokio::io::{AsyncRead, AsyncWrite};

/// A mailbox's own limit: Exchange Online's default, 35 MB.
const MAILBOX_SIZE: u64 = 35 * 1024 * 1024;
/// The longest line with its CRLF (RFC 5321 §4.5.3.1.6).
const LONGEST_LINE: usize = 1000;

/// What is wrong with a message as it came over the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    BareLine,
    LongLine,
    TooBig,
}

impl Fault {
    fn reply(self) -> &'static str {
        match self {
            Self::BareLine => {
                "550 5.6.11 SMTPSEND.BareLinefeedsAreIllegal; message contains bare linefeeds"
            }
            Self::LongLine => "550 5.6.0 A line is longer than 998 octets",
            Self::TooBig => "552 5.3.4 Message size exceeds fixed maximum message size",
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Answers `DATA`.
    pub(super) async fn data(&mut self) -> io::Result<()> {
        if self.transaction.as_ref().is_none_or(|transaction| transaction.to.is_empty()) {
            self.refuse("503 5.5.2 Need rcpt command");
            return Ok(());
        }
        self.wire.say("354 Start mail input; end with <CRLF>.<CRLF>");
        let mut body = Body::new(&self.world.room);
        let reply = match receive(&mut self.wire, &mut body).await? {
            Some(fault) => fault.reply().to_owned(),
            None => self.take(body),
        };
        self.transaction = None;
        if reply.starts_with('2') {
            self.wire.say(&reply);
        } else {
            self.refuse(&reply);
        }
        Ok(())
    }

    /// Delivers the message, or says why not.
    fn take(&mut self, body: Body) -> String {
        let (Some(login), Some(transaction)) = (self.login, self.transaction.take()) else {
            return "503 5.5.2 Need mail command".to_owned();
        };
        let from = from_addresses(body.start());
        if from.is_empty() {
            return "550 5.7.512 Access denied, message must be RFC 5322 section 3.6.2 compliant and \
                    include a valid From address"
                .to_owned();
        }
        let null_path = transaction.from.is_empty();
        let senders = from.iter().chain((!null_path).then_some(&transaction.from));
        if let Some(other) = senders.into_iter().find(|address| !login.may_send_as(address)) {
            return format!(
                "554 5.2.252 SendAsDenied; {} not allowed to send as {other}; STOREDRV.Submission.\
                 Exception:SendAsDeniedException.MapiExceptionSendAsDenied",
                login.mailbox.address
            );
        }
        let envelope = Envelope {
            via: Via::Smtp,
            mailbox: login.mailbox.address.to_owned(),
            from: transaction.from,
            to: transaction.to,
        };
        let mail = self.world.inbox.deliver(envelope, body);
        let id =
            if mail.message_id.is_empty() { format!("<{}>", mail.id) } else { mail.message_id };
        format!("250 2.0.0 OK {id} [Hostname=localhost sandbox] Queued mail for delivery")
    }
}

/// Reads a message up to its final dot, without the dots that were added (RFC 5321 §4.5.2). One with
/// a fault is read to its end as well, so that the conversation can go on.
async fn receive<S>(wire: &mut Wire<S>, body: &mut Body) -> io::Result<Option<Fault>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (mut line, mut fault) = (Vec::new(), None);
    let mut at_start = true;
    loop {
        line.clear();
        wire.part(&mut line, LONGEST_LINE + 1).await?;
        if at_start && line == b".\r\n" {
            break;
        }
        let ended = line.ends_with(b"\n");
        let crlf = line.ends_with(b"\r\n");
        if !ended || line.len() > LONGEST_LINE {
            fault = fault.or(Some(Fault::LongLine));
        }
        let text = line.strip_suffix(b"\r\n").unwrap_or(&line);
        if (ended && !crlf) || text.contains(&b'\r') {
            fault = fault.or(Some(Fault::BareLine));
        }
        let text = if at_start { line.strip_prefix(b".").unwrap_or(&line) } else { &line };
        if body.len() + text.len() as u64 > MAILBOX_SIZE {
            fault = fault.or(Some(Fault::TooBig));
        }
        if fault.is_none() {
            body.push(text)?;
        }
        // A dot after a bare LF is no end: two servers must never differ about where one message ends.
        at_start = crlf;
    }
    body.finish()?;
    Ok(fault)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::inbox::Room;
    use std::time::Duration;
    use tokio::io::AsyncWriteExt as _;

    async fn received(input: &[u8]) -> (Option<Fault>, Vec<u8>) {
        let dir = tempfile::tempdir().unwrap();
        let room = Room::open(dir.path()).unwrap();
        let (ours, mut theirs) = tokio::io::duplex(64 * 1024);
        theirs.write_all(input).await.unwrap();
        let mut body = Body::new(&room);
        let mut wire = Wire::new(ours, Duration::from_secs(20));
        let fault = receive(&mut wire, &mut body).await.unwrap();
        (fault, body.start().to_vec())
    }

    #[tokio::test]
    async fn added_dots_are_taken_away() {
        let (fault, body) = received(b"a\r\n..\r\n.b\r\n..c\r\n.\r\n").await;
        assert_eq!((fault, &body[..]), (None, &b"a\r\n.\r\nb\r\n.c\r\n"[..]));
    }

    #[tokio::test]
    async fn a_message_cannot_end_where_other_servers_see_no_end() {
        for smuggled in [&b"a\n.\r\nMAIL\r\n.\r\n"[..], b"a\r\n.\nMAIL\r\n.\r\n", b"a\r.\r\n.\r\n"]
        {
            assert_eq!(received(smuggled).await.0, Some(Fault::BareLine), "{smuggled:?}");
        }
    }

    #[tokio::test]
    async fn a_line_has_998_octets_at_most() {
        let line = |length: usize| [vec![b'a'; length], b"\r\n.\r\n".to_vec()].concat();
        assert_eq!(received(&line(998)).await.0, None);
        assert_eq!(received(&line(999)).await.0, Some(Fault::LongLine));
        assert_eq!(received(&line(5000)).await.0, Some(Fault::LongLine));
    }
}
