//! What is written down of a send: as it begins, as it ends, and as it is read again.

use crate::{
    api::{Outcome, RecipientReport, TranscriptLine},
    clock::Timestamp,
    explain::{Code, Problem},
    profile::{ProfileId, Transport},
};
use uuid::Uuid;

/// A send that is about to begin.
#[derive(Debug, Clone)]
pub struct Beginning {
    /// Names it for good.
    pub id: Uuid,
    /// Whose.
    pub profile: ProfileId,
    /// What the profile is called now.
    pub profile_name: String,
    /// Which way.
    pub transport: Transport,
    /// The From address.
    pub from: String,
    /// Everybody it is for, before any answer.
    pub recipients: Vec<RecipientReport>,
    /// One line.
    pub subject: String,
    /// The message's own id.
    pub message_id: String,
    /// Octets on the wire.
    pub size: u64,
    /// Belongs to the sandbox.
    pub sandbox: bool,
}

/// How a send ended.
#[derive(Debug, Clone)]
pub struct Ending {
    /// When its turn came: later than it was written down.
    pub started_at: Timestamp,
    /// How.
    pub outcome: Outcome,
    /// How far it came.
    pub stage: String,
    /// How each recipient fared.
    pub recipients: Vec<RecipientReport>,
    /// The last reply.
    pub reply: Option<String>,
    /// Why it did not go well.
    pub problem: Option<Problem>,
    /// What was said.
    pub transcript: Vec<TranscriptLine>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

/// One send as it is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // as in `Beginning` and `Ending`
pub struct Record {
    pub id: Uuid,
    pub profile: Option<ProfileId>,
    pub profile_name: String,
    pub started_at: Timestamp,
    pub took_ms: Option<u64>,
    pub transport: Transport,
    pub from: String,
    pub recipients: Vec<RecipientReport>,
    pub subject: String,
    pub message_id: String,
    pub size: u64,
    pub outcome: Outcome,
    pub stage: String,
    pub reply: Option<String>,
    pub problem: Option<Problem>,
    pub transcript: Vec<TranscriptLine>,
    pub sandbox: bool,
    pub draft_left: bool,
}

impl Record {
    /// Whether it shows that its sender can send or that it cannot; `None`: it tells nothing of that.
    pub fn proves(&self) -> Option<bool> {
        match self.outcome {
            Outcome::Accepted | Outcome::Partly => Some(true),
            Outcome::Refused | Outcome::NotSent if !self.spares_the_sender() => Some(false),
            _ => None,
        }
    }

    /// Whether it failed by the message, by whom it was for, by whoever stopped it, or because the
    /// other side was busy: the next message of the same sender may go.
    fn spares_the_sender(&self) -> bool {
        use Code as C;
        self.problem.as_ref().is_some_and(|problem| match problem.code {
            C::RecipientsRefused | C::MessageRefused | C::MessageTooLarge => true,
            C::SmtpUtf8Missing | C::Cancelled | C::Busy | C::ProviderBusy => true,
            // Earlier it is a file that the sender needs.
            C::FileUnreadable => self.stage == "message",
            _ => false,
        })
    }
}
