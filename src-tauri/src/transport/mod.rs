//! The ways out: what every way needs, and what it gives back.
//!
//! Invariants: once the last byte that makes a message complete may have left, no failure is reported
//! as "not sent" (see [`SendError::uncertain`]); secrets are struck out of other sides' words before
//! anything keeps them.

mod error;
pub mod graph;
mod lane;
pub mod smtp;
pub mod transcript;

pub use error::SendError;
pub use lane::{Lane, Lanes, Turn};
pub use transcript::{Line, Side, Transcript};

use crate::{net::tls::Chain, secret::Secret};
use std::{fmt, sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// Where a send is. The words are the stage ids of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Looking up the server's name.
    Dns,
    /// Connecting.
    Tcp,
    /// Protecting the connection.
    Tls,
    /// Greeting each other.
    Ehlo,
    /// Signing in.
    Auth,
    /// Naming sender and recipients.
    Sender,
    /// Handing the message over.
    Message,
}

impl Stage {
    /// Its id, as it stands in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Ehlo => "ehlo",
            Self::Auth => "auth",
            Self::Sender => "sender",
            Self::Message => "message",
        }
    }
}

/// What a sender shows to the server.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// Nothing.
    None,
    /// A user name and a password.
    Password {
        /// Who.
        user: String,
        /// The password.
        password: Secret,
    },
    /// An access token.
    Bearer {
        /// The mailbox that is used.
        user: String,
        /// The token.
        token: Secret,
    },
}

impl Credentials {
    /// Refuses what would end a field of the wire's own: `^A` in XOAUTH2, NUL in PLAIN, a line break
    /// in a header.
    fn check(&self) -> Result<(), SendError> {
        let unusable = |what, bad: bool| {
            if bad { Err(SendError::CredentialsUnusable { what }) } else { Ok(()) }
        };
        match self {
            Self::None => Ok(()),
            Self::Password { user, password } => {
                unusable("user name", user.contains(char::is_control))?;
                unusable("password", password.expose().contains(['\0', '\r', '\n']))
            }
            Self::Bearer { user, token } => {
                unusable("user name", user.contains(char::is_control))?;
                unusable("token", !token.expose().bytes().all(|b| b.is_ascii_graphic()))
            }
        }
    }
}

/// How one recipient fared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// The address, as the server was told.
    pub address: String,
    /// Whether the server took it.
    pub accepted: bool,
    /// The server's reply to it.
    pub reply: Option<String>,
}

/// The server took the message, for at least one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Every recipient, in the envelope's order.
    pub recipients: Vec<Recipient>,
    /// The reply that made it the server's.
    pub reply: String,
}

impl Delivery {
    /// Whether some recipients were refused.
    pub fn partly(&self) -> bool {
        self.recipients.iter().any(|recipient| !recipient.accepted)
    }
}

/// What follows a message on its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then<T> {
    /// This one.
    Next(T),
    /// Perhaps another; none is known yet.
    Open,
    /// Nothing: it was the last.
    Quit,
}

impl<T> Then<T> {
    /// The same, with something else for the next one.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Then<U> {
        match self {
            Self::Next(next) => Then::Next(change(next)),
            Self::Open => Then::Open,
            Self::Quit => Then::Quit,
        }
    }
}

/// How far a send is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Where.
    pub stage: Stage,
    /// Octets of the message handed over.
    pub sent: u64,
    /// Octets in all; 0 while the message is not yet the matter.
    pub total: u64,
    /// Whether it can still be stopped.
    pub cancellable: bool,
    /// How long the other side wants to be left alone before it goes on.
    pub wait: Option<Duration>,
}

/// Who watches a send: hears how far it is, can stop it, and keeps what was said.
#[derive(Clone)]
pub struct Watch {
    cancel: CancellationToken,
    progress: Arc<dyn Fn(Progress) + Send + Sync>,
    transcript: Transcript,
}

impl Watch {
    /// Stops when `cancel` says so; tells `progress` of every step.
    pub fn new(
        cancel: CancellationToken,
        progress: impl Fn(Progress) + Send + Sync + 'static,
    ) -> Self {
        Self { cancel, progress: Arc::new(progress), transcript: Transcript::start() }
    }

    /// Nobody watches; the transcript is kept all the same.
    pub fn nobody() -> Self {
        Self::new(CancellationToken::new(), |_| ())
    }

    /// What was said so far.
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    fn reached(&self, stage: Stage) {
        (self.progress)(Progress { stage, sent: 0, total: 0, cancellable: true, wait: None });
    }

    /// Writes down how it ended, unless the other side's own words already stand there; and what a
    /// server showed whose certificate is not believed.
    fn failed(&self, error: &SendError) {
        let shown = error.chain().map(Chain::lines).unwrap_or_default();
        for line in shown {
            self.transcript.note(line);
        }
        if !error.refused() {
            self.transcript.failed(error.to_string());
        }
    }

    fn handed_over(&self, sent: u64, total: u64, cancellable: bool) {
        (self.progress)(Progress { stage: Stage::Message, sent, total, cancellable, wait: None });
    }

    fn waits(&self, wait: Duration, cancellable: bool) {
        let (stage, wait) = (Stage::Message, Some(wait));
        (self.progress)(Progress { stage, sent: 0, total: 0, cancellable, wait });
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("cancelled", &self.cancel.is_cancelled())
            .finish_non_exhaustive()
    }
}
