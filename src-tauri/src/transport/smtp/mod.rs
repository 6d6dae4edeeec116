//! SMTP submission: connect, protect, greet, sign in, then any number of messages.
//!
//! The conversation is ours; commands, parameters and addresses are lettre's. Its connection is not
//! used, for what it does to a product that explains (0.11.23): it ends the message when its source
//! ends, so a file that changes half-way or a cancel would be delivered as half a message; it joins
//! the lines of a refusal and drops those that are not UTF-8; it reads a line to its end before it
//! looks at its length; and it waits for every reply before the next command.
//!
//! Invariants: no byte read before TLS is looked at after it; no password or token leaves unprotected,
//! except to this computer; the final dot is written once, and what comes after it is never called
//! "not sent".

mod auth;
mod chunk;
mod due;
mod envelope;
#[cfg(fuzzing)]
pub mod fuzzing;
mod offers;
mod open;
mod reply;
mod stuffing;
mod wire;

pub use reply::Reply;

use super::{Credentials, Delivery, SendError, Stage, Then, Watch};
use crate::{
    letter::Letter,
    net::{
        limits::Limits,
        route::Route,
        tls::{Oldest, Trust},
    },
    profile::{Security, SmtpAuth},
};
use due::Due;
use lettre::transport::smtp::commands::Quit;
use offers::Offers;
use std::{fmt, time::Duration};
use stuffing::Stuffing;
use tokio_util::sync::CancellationToken;
use wire::{Wire, cancellable};

/// How long we wait for the reply to QUIT: nothing depends on it.
const PARTING: Duration = Duration::from_secs(5);

/// Where mail is submitted.
#[derive(Debug, Clone)]
pub struct Server {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// The oldest TLS version that is accepted.
    pub oldest: Oldest,
    /// Which certificate authorities are believed.
    pub trust: Trust,
    /// The ways of signing in that may be used.
    pub auth: SmtpAuth,
    /// Whether a password or token may cross the network although nothing protects it: only where
    /// `security` is none, and the person was warned.
    pub allow_plaintext: bool,
    /// Whether a message goes out together with its envelope where CHUNKING is offered.
    pub chunking: bool,
    /// The way there.
    pub route: Route,
}

/// A connection to a server, which takes messages once it is signed in.
pub struct Session {
    wire: Wire,
    offers: Offers,
    limits: Limits,
    /// Whether the next message may go together with its envelope: the first may.
    chunking: bool,
    usable: bool,
    /// The Message-ID of the letter whose envelope the server has already.
    ahead: Option<String>,
    /// Whether QUIT is said.
    parting: bool,
}

impl Session {
    /// Connects, protects the connection and greets. The messages' own watches are given to
    /// [`send`](Self::send).
    ///
    /// # Errors
    /// Says why not.
    pub async fn greet(server: &Server, limits: &Limits, watch: &Watch) -> Result<Self, SendError> {
        Self::begin(server, limits, watch).await.inspect_err(|error| watch.failed(error))
    }

    /// Signs in. Only then the connection takes messages.
    ///
    /// # Errors
    /// Says why not.
    pub async fn sign_in(
        &mut self,
        server: &Server,
        credentials: &Credentials,
        watch: &Watch,
    ) -> Result<(), SendError> {
        self.wire.reach(Stage::Auth, watch);
        let limit = self.limits.command;
        auth::sign_in(&mut self.wire, &self.offers, server, credentials, limit, watch)
            .await
            .inspect_err(|error| watch.failed(error))
    }

    /// Whether `letter` can be sent on this connection.
    pub fn takes(&self, letter: &Letter) -> bool {
        self.usable
            && !self.parting
            && self.ahead.as_ref().is_none_or(|ahead| ahead == letter.message_id())
    }

    /// Whether the server heard of `letter` with the end of the one before.
    pub fn has_announced(&self, letter: &Letter) -> bool {
        self.ahead.as_deref() == Some(letter.message_id())
    }

    /// Sends `letter` to everybody in its envelope. Where the server lets us, it is told in the same
    /// breath what comes `then`; a next letter has to be sent next then, or nothing at all.
    ///
    /// # Errors
    /// Says why not, or that nobody knows: see [`SendError::uncertain`].
    pub async fn send(
        &mut self,
        letter: &Letter,
        then: Then<&Letter>,
        watch: &Watch,
    ) -> Result<Delivery, SendError> {
        self.wire.reach(Stage::Sender, watch);
        let sent = self.transact(letter, then, watch).await;
        if let Err(error) = &sent {
            watch.failed(error);
            self.usable = self.usable && self.ahead.is_none() && leaves_usable(error);
        }
        sent
    }

    async fn transact(
        &mut self,
        letter: &Letter,
        then: Then<&Letter>,
        watch: &Watch,
    ) -> Result<Delivery, SendError> {
        let in_one_go = self.chunks(letter);
        self.chunking = false;
        if in_one_go {
            return self.in_one_go(letter, then, watch).await;
        }
        let recipients = self.envelope(letter, watch).await?;
        match self.message(letter, then, watch).await {
            Ok(reply) => Ok(Delivery { recipients, reply: reply.to_string() }),
            Err(error) => Err(error.after(recipients)),
        }
    }

    /// The message, what comes after it, and the reply that makes the message the server's.
    async fn message(
        &mut self,
        letter: &Letter,
        then: Then<&Letter>,
        watch: &Watch,
    ) -> Result<Reply, SendError> {
        self.usable = false; // until the reply to the final dot, the server takes words for text
        let (stuffing, mut none_due) = (Some(Stuffing::default()), Due::replies(0));
        let mut end = self.hand_over(letter, Vec::new(), stuffing, &mut none_due, watch).await?;
        watch.transcript.client(".");
        end.extend_from_slice(b".\r\n");
        end.extend_from_slice(self.say_ahead(then, watch).as_bytes());
        self.wire.last_words(&end, self.limits.block).await?;
        let reply = self.after_the_dot(watch).await?;
        self.usable = true;
        positive(Stage::Message, reply)
    }

    /// Writes `ready` and the message, all but its last block: that is given back, to go out in one
    /// write with what comes after it. While a block is written, the next one is read and encoded.
    async fn hand_over(
        &mut self,
        letter: &Letter,
        mut ready: Vec<u8>,
        mut stuffing: Option<Stuffing>,
        due: &mut Due,
        watch: &Watch,
    ) -> Result<Vec<u8>, SendError> {
        let (mut reader, mut next) = (letter.read(), Vec::new());
        let (mut sent, total) = (0, letter.size());
        while !reader.is_at_end() {
            watch.handed_over(sent, total, true);
            let reading = async {
                cancellable(Stage::Message, watch, reader.next(&mut next)).await??;
                Ok(())
            };
            tokio::try_join!(self.wire.block(&ready, due, self.limits.block, watch), reading)?;
            due.check(letter)?;
            sent += next.len() as u64;
            if let Some(stuffing) = &mut stuffing {
                stuffing.stuff(&mut next);
            }
            std::mem::swap(&mut ready, &mut next);
        }
        self.wire.block(&[], due, self.limits.block, watch).await?; // a last time to hear and to stop
        watch.transcript.note(format!("the message, {total} octets"));
        watch.handed_over(sent, total, false);
        Ok(ready)
    }

    /// The reply that decides. It is too late to cancel, and no reply is no refusal.
    async fn after_the_dot(&mut self, watch: &Watch) -> Result<Reply, SendError> {
        let patient = Watch { cancel: CancellationToken::new(), ..watch.clone() };
        let said = match self.wire.reply(self.limits.final_dot, &patient).await {
            Ok(reply) if reply.code() == 221 || (300..400).contains(&reply.code()) => {
                reply.to_string()
            }
            Ok(reply) => return Ok(reply),
            Err(error) => error.to_string(),
        };
        Err(SendError::doubt(self.wire.host(), said))
    }

    /// Says good-bye unless that is done, and waits a little for the answer (RFC 5321 §4.1.1.10). What
    /// was accepted stays accepted, whatever comes back.
    pub async fn quit(mut self, watch: &Watch) {
        let between = self.usable && self.ahead.is_none();
        let says = between && !self.parting;
        if says && self.wire.say(&[Quit.to_string()], PARTING, watch).await.is_err() {
            return;
        }
        if between {
            let _ = self.wire.reply(PARTING, watch).await;
        }
    }

    async fn command(
        &mut self,
        command: &impl fmt::Display,
        watch: &Watch,
    ) -> Result<Reply, SendError> {
        self.wire.say(&[command.to_string()], self.limits.command, watch).await?;
        self.wire.reply(self.limits.command, watch).await
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("usable", &self.usable).finish_non_exhaustive()
    }
}

fn positive(stage: Stage, reply: Reply) -> Result<Reply, SendError> {
    if reply.is_positive() { Ok(reply) } else { Err(SendError::refusal(stage, reply)) }
}

/// Whether the connection is where it was before the message: between two commands.
fn leaves_usable(error: &SendError) -> bool {
    match error {
        SendError::Refused { reply, .. } => reply.code() != 421,
        SendError::RecipientsRefused { .. } | SendError::SmtpUtf8Missing { .. } => true,
        SendError::TooLarge { .. } => true,
        _ => false,
    }
}
