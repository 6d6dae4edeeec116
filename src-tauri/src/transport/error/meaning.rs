//! What a [`SendError`] means for the message: how far it came, and whether it may be tried again.

use super::SendError;
use crate::{
    net::{dial::DialError, http::HttpError, tls::Chain},
    transport::{Recipient, Stage, smtp::Reply},
};

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
    pub(in crate::transport) fn in_trouble(&self) -> bool {
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

    pub(in crate::transport) fn refusal(stage: Stage, reply: Reply) -> Self {
        Self::Refused { stage, reply, recipients: Vec::new() }
    }

    pub(in crate::transport) fn doubt(host: &str, said: String) -> Self {
        Self::Uncertain { host: host.to_owned(), said, recipients: Vec::new() }
    }

    /// The same, with how `all` were answered before.
    pub(in crate::transport) fn after(mut self, all: Vec<Recipient>) -> Self {
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
        HttpError::Insecure { .. } | HttpError::Literal { .. } | HttpError::Tls(_) => Stage::Tls,
        HttpError::Dial(error) => reached(error),
        HttpError::TimedOut { .. } | HttpError::TooLong { .. } | HttpError::Interrupted { .. } => {
            Stage::Message
        }
    }
}
