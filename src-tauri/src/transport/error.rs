//! Why a message did not leave, or may have.

use super::{Recipient, Stage, graph::Refusal, smtp::Reply};
use crate::{
    letter::LetterError,
    net::{
        dial::DialError,
        http::HttpError,
        tls::{Chain, TlsError},
    },
};
use std::time::Duration;

/// Why a message did not leave, or may have: ask [`uncertain`](Self::uncertain).
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The message itself cannot be read, or not as it was.
    #[error(transparent)]
    Letter(#[from] LetterError),
    /// There is no connection.
    #[error(transparent)]
    Dial(#[from] DialError),
    /// There is no protected connection.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// There is no answer over HTTP.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The server cannot or will not protect the connection, and the profile demands it.
    #[error("{host} does not offer STARTTLS")]
    StarttlsMissing {
        /// The server.
        host: String,
        /// What it offered, or how it refused.
        said: String,
    },
    /// The server offers sign-in in clear text and no protection, and the profile demands it.
    #[error("{host} offers to sign in without STARTTLS")]
    PlaintextAuthOnly {
        /// The server.
        host: String,
        /// What it offered.
        said: String,
    },
    /// The server offers to protect the connection, and then does not.
    #[error("{host} refused STARTTLS: {reply}")]
    StarttlsRefused {
        /// The server.
        host: String,
        /// Word for word.
        reply: Reply,
    },
    /// Somebody put words into the connection before it was protected.
    #[error("{host}: there were words in clear text between STARTTLS and TLS")]
    PlaintextInjected {
        /// The server.
        host: String,
    },
    /// Whatever answers does not speak SMTP.
    #[error("{host} does not speak SMTP: {said}")]
    NotSmtp {
        /// The server.
        host: String,
        /// What it said instead.
        said: String,
    },
    /// A password or token would have to cross the network in clear text.
    #[error("signing in to {host} over an unprotected connection is refused")]
    Unprotected {
        /// The server.
        host: String,
    },
    /// The credentials cannot be put on the wire, wherever they come from.
    #[error("the {what} has characters in it that cannot be sent")]
    CredentialsUnusable {
        /// Which of them.
        what: &'static str,
    },
    /// The server offers no way of signing in that fits.
    #[error("{host} does not offer {wanted}")]
    AuthMissing {
        /// The server.
        host: String,
        /// What would fit.
        wanted: String,
        /// What it offers; empty: no sign-in at all.
        offered: Vec<String>,
    },
    /// The server did not accept the sign-in.
    #[error("the sign-in was refused: {reply}")]
    AuthRefused {
        /// Word for word.
        reply: Reply,
        /// What the server gave as its reason before (XOAUTH2: JSON).
        challenge: Option<String>,
    },
    /// The server said no, to everything but the sign-in and single recipients.
    #[error("{}: refused: {reply}", stage.as_str())]
    Refused {
        /// Where.
        stage: Stage,
        /// Word for word.
        reply: Reply,
        /// Recipients answered before, one by one; empty when it did not come so far.
        recipients: Vec<Recipient>,
    },
    /// The server said no to every recipient.
    #[error("every recipient was refused")]
    RecipientsRefused {
        /// Each with its reply.
        recipients: Vec<Recipient>,
        /// The reply to the first.
        reply: Reply,
    },
    /// An address needs SMTPUTF8 (RFC 6531), and this way out has it not.
    #[error("{host} cannot take {address}: it does not offer SMTPUTF8")]
    SmtpUtf8Missing {
        /// The server.
        host: String,
        /// The first such address.
        address: String,
    },
    /// The message is longer than the server takes. Nothing was sent.
    #[error("the message has {size} octets; {host} takes {limit}")]
    TooLarge {
        /// The server.
        host: String,
        /// Octets of the message, as they count here.
        size: u64,
        /// The most it takes.
        limit: u64,
        /// Whether the limit is Graph's.
        graph: bool,
    },
    /// The token does not allow what this message needs. Nothing was sent.
    #[error("the token lacks the permission {permission}")]
    PermissionMissing {
        /// Which, by Microsoft's name.
        permission: &'static str,
    },
    /// Whatever answers does not do so as Microsoft Graph does. Nothing was sent.
    #[error("{host} does not answer as Microsoft Graph does: {said}")]
    NotGraph {
        /// The service.
        host: String,
        /// What is odd about its answer.
        said: String,
    },
    /// Graph said no.
    #[error("{0}")]
    Graph(Refusal),
    /// The server said nothing for too long, before the message was complete.
    #[error("{}: {host} did not answer within {limit:?}", stage.as_str())]
    TimedOut {
        /// Where.
        stage: Stage,
        /// The server.
        host: String,
        /// How long we waited.
        limit: Duration,
    },
    /// The connection ended before the message was complete.
    #[error("{}: the connection to {host} ended: {said}", stage.as_str())]
    Lost {
        /// Where.
        stage: Stage,
        /// The server.
        host: String,
        /// The operating system's words.
        said: String,
    },
    /// It was stopped in time.
    #[error("{}: cancelled", stage.as_str())]
    Cancelled {
        /// Where.
        stage: Stage,
    },
    /// The message went out whole, or nearly, and no reply came.
    #[error("{host} may have the message: {said}")]
    Uncertain {
        /// The server.
        host: String,
        /// What happened instead of a reply.
        said: String,
        /// Recipients answered before, one by one.
        recipients: Vec<Recipient>,
    },
}

impl SendError {
    /// How far it came.
    pub fn stage(&self) -> Stage {
        match self {
            Self::Dial(error) => reached(error),
            Self::Tls(_)
            | Self::StarttlsMissing { .. }
            | Self::PlaintextAuthOnly { .. }
            | Self::StarttlsRefused { .. }
            | Self::PlaintextInjected { .. } => Stage::Tls,
            Self::NotSmtp { .. } => Stage::Ehlo,
            Self::CredentialsUnusable { .. }
            | Self::Unprotected { .. }
            | Self::PermissionMissing { .. }
            | Self::AuthMissing { .. }
            | Self::AuthRefused { .. } => Stage::Auth,
            Self::RecipientsRefused { .. } | Self::SmtpUtf8Missing { .. } => Stage::Sender,
            Self::Refused { stage, .. }
            | Self::TimedOut { stage, .. }
            | Self::Lost { stage, .. }
            | Self::Cancelled { stage } => *stage,
            Self::Http(error) => stage_of(error),
            Self::Graph(refusal) => refusal.stage(),
            Self::Letter(_)
            | Self::TooLarge { .. }
            | Self::NotGraph { .. }
            | Self::Uncertain { .. } => Stage::Message,
        }
    }

    /// The certificates that were not believed.
    pub fn chain(&self) -> Option<&Chain> {
        match self {
            Self::Tls(error) | Self::Http(HttpError::Tls(error)) => error.chain(),
            _ => None,
        }
    }

    /// Whether the message may have been sent all the same: then it is never sent again unasked.
    pub fn uncertain(&self) -> bool {
        match self {
            Self::Uncertain { .. } => true,
            Self::Http(error) => error.may_have_arrived(),
            Self::Graph(refusal) => refusal.uncertain(),
            _ => false,
        }
    }

    /// Whether something on the way failed, so that nobody knows what became of a request.
    pub(super) fn in_trouble(&self) -> bool {
        match self {
            Self::Http(error) => error.may_have_arrived(),
            Self::Graph(refusal) => refusal.in_trouble(),
            Self::TimedOut { .. } | Self::Lost { .. } => true,
            _ => false,
        }
    }

    /// Whether the other side said no, in so many words.
    pub fn refused(&self) -> bool {
        match self {
            Self::AuthRefused { .. } | Self::Refused { .. } | Self::RecipientsRefused { .. } => {
                true
            }
            Self::Graph(refusal) => !refusal.uncertain(),
            _ => false,
        }
    }

    /// Whether the server does not, or no longer, know who we are: a new token may be known.
    pub fn sign_in_ended(&self) -> bool {
        match self {
            Self::AuthRefused { .. } => true,
            // RFC 4954 §6: authentication is required, or what was shown does not hold any more.
            Self::Refused { stage: Stage::Sender, reply, .. } => {
                matches!(reply.code(), 530 | 535)
            }
            Self::Graph(refusal) => refusal.status == 401,
            _ => false,
        }
    }

    /// Whether the server let go of a connection, or of its sign-in, before it had a message: on a
    /// new one nothing can be sent twice.
    pub fn let_go(&self) -> bool {
        match self {
            Self::Lost { .. } => true,
            // RFC 5321 §3.8; with recipients it is an answer to a whole message.
            Self::Refused { reply, recipients, .. } if recipients.is_empty() => {
                reply.code() == 421 || self.sign_in_ended()
            }
            _ => false,
        }
    }

    /// The recipients that were answered one by one; empty when it did not come so far. Who was
    /// accepted there shares the fate of the message; who was refused stays refused.
    pub fn recipients(&self) -> &[Recipient] {
        match self {
            Self::RecipientsRefused { recipients, .. }
            | Self::Refused { recipients, .. }
            | Self::Uncertain { recipients, .. } => recipients,
            _ => &[],
        }
    }

    pub(super) fn refusal(stage: Stage, reply: Reply) -> Self {
        Self::Refused { stage, reply, recipients: Vec::new() }
    }

    pub(super) fn doubt(host: &str, said: String) -> Self {
        Self::Uncertain { host: host.to_owned(), said, recipients: Vec::new() }
    }

    /// The same, with how `all` were answered before.
    pub(super) fn after(mut self, all: Vec<Recipient>) -> Self {
        if let Self::Refused { recipients, .. } | Self::Uncertain { recipients, .. } = &mut self {
            *recipients = all;
        }
        self
    }

    /// The other side's last words, if it said any.
    pub fn reply(&self) -> Option<String> {
        match self {
            Self::AuthRefused { reply, .. }
            | Self::Refused { reply, .. }
            | Self::RecipientsRefused { reply, .. } => Some(reply.to_string()),
            Self::Graph(refusal) => Some(refusal.to_string()),
            _ => None,
        }
    }
}

fn reached(error: &DialError) -> Stage {
    match error {
        DialError::NameNotFound { .. } => Stage::Dns,
        _ => Stage::Tcp,
    }
}

fn stage_of(error: &HttpError) -> Stage {
    match error {
        HttpError::Insecure { .. } | HttpError::Tls(_) => Stage::Tls,
        HttpError::Dial(error) => reached(error),
        HttpError::TimedOut { .. } | HttpError::TooLong { .. } | HttpError::Interrupted { .. } => {
            Stage::Message
        }
    }
}
