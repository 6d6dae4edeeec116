//! Why a message did not leave, or may have.

mod meaning;

use super::{Recipient, Stage, graph::Refusal, smtp::Reply};
use crate::{
    letter::LetterError,
    net::{dial::DialError, http::HttpError, tls::TlsError},
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
        /// Whether it offers STARTTLS, which the settings leave alone.
        starttls: bool,
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
