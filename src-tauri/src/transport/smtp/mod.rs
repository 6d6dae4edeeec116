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
mod facts;
mod offers;
mod open;
mod reply;
mod stuffing;
mod wire;

pub use reply::Reply;

use super::{Credentials, Delivery, Recipient, SendError, Stage, Watch};
use crate::{
    letter::Letter,
    net::{
        limits::Limits,
        tls::{Oldest, Trust},
    },
    profile::Security,
};
use lettre::transport::smtp::{
    commands::{Data, Mail, Quit, Rcpt, Rset},
    extension::{MailBodyParameter, MailParameter},
};
use offers::Offers;
use std::{fmt, time::Duration};
use stuffing::Stuffing;
use tokio_util::sync::CancellationToken;
use wire::{Wire, cancellable};

/// How many commands go out before their replies are read (RFC 2920): few enough that the replies
/// fit into the buffers between us and the server.
const GROUP: usize = 100;
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
}

/// A connection that is signed in and takes messages.
pub struct Session {
    wire: Wire,
    offers: Offers,
    limits: Limits,
    usable: bool,
}

impl Session {
    /// Connects, protects the connection, greets and signs in. The messages' own watches are given
    /// to [`send`](Self::send).
    pub async fn open(
        server: &Server,
        credentials: &Credentials,
        limits: &Limits,
        watch: &Watch,
    ) -> Result<Self, SendError> {
        let opened = Self::greet(server, limits, watch).await;
        let opened = match opened {
            Ok(mut session) => session.sign_in(credentials, watch).await.map(|()| session),
            Err(error) => Err(error),
        };
        opened.inspect_err(|error| watch.failed(error))
    }

    /// Whether another message can be sent on this connection.
    pub fn is_usable(&self) -> bool {
        self.usable
    }

    /// Sends `letter` to everybody in its envelope.
    ///
    /// # Errors
    /// Says why not, or that nobody knows: see [`SendError::uncertain`].
    pub async fn send(&mut self, letter: &Letter, watch: &Watch) -> Result<Delivery, SendError> {
        self.wire.reach(Stage::Sender, watch);
        let sent = self.transact(letter, watch).await;
        if let Err(error) = &sent {
            watch.failed(error);
            self.usable = self.usable && leaves_usable(error);
        }
        sent
    }

    async fn transact(&mut self, letter: &Letter, watch: &Watch) -> Result<Delivery, SendError> {
        let parameters = self.parameters(letter)?;
        let recipients = self.envelope(letter, parameters, watch).await?;
        match self.message(letter, watch).await {
            Ok(reply) => Ok(Delivery { recipients, reply: reply.to_string() }),
            Err(error) => Err(error.after(recipients)),
        }
    }

    /// DATA, the message, and the reply that makes it the server's.
    async fn message(&mut self, letter: &Letter, watch: &Watch) -> Result<Reply, SendError> {
        self.wire.reach(Stage::Message, watch);
        let reply = self.command(&Data, watch).await?;
        if reply.code() != 354 {
            return Err(SendError::refusal(Stage::Message, reply));
        }
        self.usable = false; // until the reply to the final dot, the server takes words for text
        self.hand_over(letter, watch).await?;
        let reply = self.after_the_dot(watch).await?;
        self.usable = true;
        positive(Stage::Message, reply)
    }

    /// What MAIL says about the message, as far as the server wants to know.
    fn parameters(&self, letter: &Letter) -> Result<Vec<MailParameter>, SendError> {
        let host = || self.wire.host().to_owned();
        let (offers, size) = (&self.offers, letter.size());
        let mut parameters = Vec::new();
        if let Some(limit) = offers.size {
            if limit > 0 && size > limit {
                return Err(SendError::TooLarge { host: host(), size, limit, graph: false });
            }
            let size = usize::try_from(size).unwrap_or(usize::MAX);
            parameters.push(MailParameter::Size(size));
        }
        if let Some(address) = letter.needs_smtputf8() {
            // RFC 6531 §3.1: a server with the one offers the other too.
            if !offers.smtputf8 || !offers.eight_bit_mime {
                let address = address.to_owned();
                return Err(SendError::SmtpUtf8Missing { host: host(), address });
            }
            parameters.push(MailParameter::SmtpUtfEight);
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        Ok(parameters)
    }

    /// Names sender and recipients; several commands at once where the server takes them.
    async fn envelope(
        &mut self,
        letter: &Letter,
        parameters: Vec<MailParameter>,
        watch: &Watch,
    ) -> Result<Vec<Recipient>, SendError> {
        let envelope = letter.envelope();
        let mut commands = vec![Mail::new(Some(envelope.from.clone()), parameters).to_string()];
        commands.extend(envelope.to.iter().map(|to| Rcpt::new(to.clone(), vec![]).to_string()));
        let mut replies = Vec::with_capacity(commands.len());
        for group in commands.chunks(if self.offers.pipelining { GROUP } else { 1 }) {
            self.wire.say(group, self.limits.command, watch).await?;
            for _ in group {
                let reply = self.wire.reply(self.limits.command, watch).await?;
                if reply.code() == 421 {
                    return Err(SendError::refusal(Stage::Sender, reply));
                }
                replies.push(reply);
            }
            positive(Stage::Sender, replies[0].clone())?;
        }
        let replies = replies.into_iter().skip(1);
        let refused = replies.clone().find(|reply| !reply.is_positive());
        let recipients: Vec<_> = envelope.to.iter().zip(replies).map(answered).collect();
        match refused {
            Some(reply) if recipients.iter().all(|recipient| !recipient.accepted) => {
                self.command(&Rset, watch).await?;
                Err(SendError::RecipientsRefused { recipients, reply })
            }
            _ => Ok(recipients),
        }
    }

    /// Writes the message and its final dot.
    async fn hand_over(&mut self, letter: &Letter, watch: &Watch) -> Result<(), SendError> {
        let (mut reader, mut stuffing) = (letter.read(), Stuffing::default());
        let (mut sent, total) = (0, letter.size());
        while let Some(block) = cancellable(Stage::Message, watch, reader.next()).await?? {
            watch.handed_over(sent, total, true);
            self.wire.block(&stuffing.stuff(block), self.limits.block, watch).await?;
            sent += block.len() as u64;
        }
        watch.transcript.note(format!("the message, {total} octets"));
        if watch.cancel.is_cancelled() {
            return Err(SendError::Cancelled { stage: Stage::Message });
        }
        watch.handed_over(sent, total, false);
        watch.transcript.client(".");
        self.wire.last_dot(self.limits.block).await
    }

    /// The reply that decides. It is too late to cancel, and no reply is no refusal.
    async fn after_the_dot(&mut self, watch: &Watch) -> Result<Reply, SendError> {
        let patient = Watch { cancel: CancellationToken::new(), ..watch.clone() };
        let said = match self.wire.reply(self.limits.final_dot, &patient).await {
            Ok(reply) if (300..400).contains(&reply.code()) => reply.to_string(),
            Ok(reply) => return Ok(reply),
            Err(error) => error.to_string(),
        };
        Err(SendError::doubt(self.wire.host(), said))
    }

    /// Says good-bye. What was accepted stays accepted, whatever comes back.
    pub async fn quit(mut self, watch: &Watch) {
        if self.usable && self.wire.say(&[Quit.to_string()], PARTING, watch).await.is_ok() {
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

fn answered((address, reply): (&lettre::Address, Reply)) -> Recipient {
    Recipient {
        address: address.to_string(),
        accepted: reply.is_positive(),
        reply: Some(reply.to_string()),
    }
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
