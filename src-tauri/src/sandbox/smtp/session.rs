//! The conversation: which command is answered when.

use super::{
    auth::Login,
    envelope::{self, Transaction},
};
use crate::sandbox::{
    World,
    wire::{Line, Wire},
};
use std::{io, net::SocketAddr, sync::Arc};
use tokio::io::{AsyncRead, AsyncWrite};

/// The ceiling that is offered (Exchange Online's, 150 MiB); a mailbox has its own, lower one.
pub(super) const SIZE: u64 = 157_286_400;
/// How many recipients a message may have: Exchange Online's default.
const MOST_RECIPIENTS: usize = 500;
/// How many refused or unknown commands are borne.
const MOST_FAULTS: u32 = 20;

/// How a conversation went on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It is over.
    Quit,
    /// It goes on over TLS.
    StartTls,
}

/// One conversation.
pub(super) struct Session<S> {
    pub(super) wire: Wire<S>,
    pub(super) world: Arc<World>,
    pub(super) protected: bool,
    pub(super) login: Option<Login>,
    pub(super) transaction: Option<Transaction>,
    pub(super) faults: u32,
    peer: SocketAddr,
    greeted: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// A conversation that everybody on the way can read.
    pub(super) fn plain(wire: Wire<S>, peer: SocketAddr, world: &Arc<World>) -> Self {
        Self {
            wire,
            world: Arc::clone(world),
            protected: false,
            login: None,
            transaction: None,
            faults: 0,
            peer,
            greeted: false,
        }
    }

    /// A conversation under TLS; nothing said before it counts (RFC 3207 §4.2).
    pub(super) fn protected(wire: Wire<S>, peer: SocketAddr, world: &Arc<World>) -> Self {
        Self { protected: true, ..Self::plain(wire, peer, world) }
    }

    /// Says who answers.
    pub(super) fn greet(&mut self) {
        self.wire.say("220 localhost Sendright sandbox (not Microsoft) ESMTP ready");
    }

    /// Answers until the client quits or wants TLS.
    ///
    /// # Errors
    /// The client hung up or took too long.
    pub(super) async fn run(&mut self) -> io::Result<End> {
        while self.faults < MOST_FAULTS {
            let Line::Text(line) = self.wire.line().await? else {
                return self
                    .hang_up("500 5.5.2 Line too long, not text, or not ended by CRLF")
                    .await;
            };
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            match verb.to_ascii_uppercase().as_str() {
                "QUIT" => {
                    return self.hang_up("221 2.0.0 Service closing transmission channel").await;
                }
                "STARTTLS" if self.may_start_tls() => {
                    self.wire.say("220 2.0.0 SMTP server ready");
                    self.wire.flush().await?;
                    return Ok(End::StartTls);
                }
                "AUTH" => self.auth(rest).await?,
                "DATA" => self.data().await?,
                verb => self.answer(verb, rest),
            }
        }
        self.hang_up("421 4.7.0 Too many errors on this connection, closing transmission channel")
            .await
    }

    /// The connection, for TLS.
    pub(super) fn into_stream(self) -> S {
        self.wire.into_stream()
    }

    async fn hang_up(&mut self, reply: &str) -> io::Result<End> {
        self.wire.say(reply);
        self.wire.flush().await?;
        Ok(End::Quit)
    }

    /// Refuses what was asked.
    pub(super) fn refuse(&mut self, reply: &str) {
        self.faults += 1;
        self.wire.say(reply);
    }

    fn may_start_tls(&mut self) -> bool {
        // What came behind STARTTLS was not said under TLS, whoever put it there.
        !self.protected && self.greeted && !self.wire.has_more()
    }

    fn answer(&mut self, verb: &str, rest: &str) {
        match verb {
            "EHLO" | "HELO" if rest.trim().is_empty() => {
                self.refuse("501 5.5.4 Invalid domain name");
            }
            "EHLO" => self.hello(true),
            "HELO" => self.hello(false),
            "MAIL" => self.mail(rest),
            "RCPT" => self.rcpt(rest),
            "RSET" => {
                self.transaction = None;
                self.wire.say("250 2.0.0 Resetting");
            }
            "NOOP" => self.wire.say("250 2.0.0 OK"),
            "VRFY" => self.wire.say("252 2.1.5 Cannot VRFY user"),
            "HELP" => self.wire.say("214 2.0.0 This is the sandbox of Sendright"),
            "STARTTLS" => self.refuse("503 5.5.1 Bad sequence of commands"),
            _ => self.refuse("500 5.3.3 Unrecognized command"),
        }
    }

    fn hello(&mut self, extended: bool) {
        self.greeted = true;
        self.transaction = None;
        let hello = format!("250 localhost Hello [{}], this is a sandbox", self.peer.ip());
        if !extended {
            return self.wire.say(&hello);
        }
        // NOTE: Exchange offers no PLAIN; it is here because other servers do.
        let how = if self.protected { "AUTH LOGIN XOAUTH2 PLAIN OAUTHBEARER" } else { "STARTTLS" };
        self.wire.say(&format!(
            "{hello}\nSIZE {SIZE}\nPIPELINING\nDSN\nENHANCEDSTATUSCODES\n{how}\n8BITMIME\nSMTPUTF8"
        ));
    }

    fn mail(&mut self, rest: &str) {
        if !self.greeted {
            return self.refuse("503 5.5.2 Send hello first");
        }
        if self.transaction.is_some() {
            return self.refuse("503 5.5.2 Sender already specified");
        }
        if !self.protected {
            return self.refuse("451 5.7.3 STARTTLS is required to send mail");
        }
        if self.login.is_none() {
            return self.refuse("530 5.7.57 Client not authenticated to send mail.");
        }
        match envelope::sender(rest) {
            Ok(transaction) => {
                self.transaction = Some(transaction);
                self.wire.say("250 2.1.0 Sender OK");
            }
            Err(reply) => self.refuse(&reply),
        }
    }

    fn rcpt(&mut self, rest: &str) {
        let Some(transaction) = &mut self.transaction else {
            return self.refuse("503 5.5.2 Need mail command");
        };
        if transaction.to.len() >= MOST_RECIPIENTS {
            return self.refuse("452 4.5.3 Too many recipients");
        }
        match envelope::recipient(rest, transaction.utf8) {
            Ok(address) => {
                transaction.to.push(address);
                self.wire.say("250 2.1.5 Recipient OK");
            }
            Err(reply) => self.wire.say(&reply),
        }
    }
}
