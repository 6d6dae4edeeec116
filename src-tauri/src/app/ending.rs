//! How a send ended: for the outbox, and for whoever asked.

use crate::{
    api::{self, Outcome, RecipientOutcome, RecipientReport, SendReport, TranscriptLine},
    clock::Timestamp,
    explain::Problem,
    letter::Letter,
    outbox::Ending,
    profile::Transport,
    transport::{Delivery, Line, Recipient, SendError, Side, Transcript},
};
use uuid::Uuid;

/// Why a message did not leave, or may have.
pub(super) struct Failed {
    outcome: Outcome,
    stage: &'static str,
    recipients: Vec<RecipientReport>,
    reply: Option<String>,
    pub(super) problem: Problem,
}

impl Failed {
    /// It did not come to a conversation.
    pub(super) fn before(letter: &Letter, stage: &'static str, problem: Problem) -> Self {
        Self {
            outcome: Outcome::NotSent,
            stage,
            recipients: everybody(letter, RecipientOutcome::NotSent, None),
            reply: None,
            problem,
        }
    }

    /// What a failed conversation means.
    pub(super) fn of(letter: &Letter, error: SendError) -> Self {
        let (outcome, each) = if error.uncertain() {
            (Outcome::Uncertain, RecipientOutcome::Uncertain)
        } else if error.refused() {
            (Outcome::Refused, RecipientOutcome::Refused)
        } else {
            (Outcome::NotSent, RecipientOutcome::NotSent)
        };
        let reply = error.reply();
        let recipients = match error.recipients() {
            [] => everybody(letter, each, reply.as_deref()),
            answered => answered.iter().map(|one| fate(one, each, reply.as_deref())).collect(),
        };
        Self { outcome, stage: error.stage().as_str(), recipients, reply, problem: error.into() }
    }
}

/// What the outbox is told.
pub(super) fn ending(
    ended: Result<Delivery, Failed>,
    transcript: &Transcript,
    started_at: Timestamp,
    took_ms: u64,
) -> Ending {
    let transcript = transcript.lines().into_iter().map(line).collect();
    match ended {
        Ok(delivery) => Ending {
            started_at,
            outcome: if delivery.partly() { Outcome::Partly } else { Outcome::Accepted },
            stage: "message".to_owned(),
            recipients: delivery.recipients.iter().map(report).collect(),
            reply: Some(delivery.reply),
            problem: None,
            transcript,
            took_ms,
        },
        Err(failed) => Ending {
            started_at,
            outcome: failed.outcome,
            stage: failed.stage.to_owned(),
            recipients: failed.recipients,
            reply: failed.reply,
            problem: Some(failed.problem),
            transcript,
            took_ms,
        },
    }
}

/// What whoever asked is told.
pub(super) fn told(id: Uuid, letter: &Letter, via: Transport, ending: &Ending) -> SendReport {
    SendReport {
        id,
        outcome: ending.outcome,
        message_id: letter.message_id().to_owned(),
        transport: via,
        recipients: ending.recipients.clone(),
        reply: ending.reply.clone(),
        stage: ending.stage.clone(),
        elapsed_ms: ending.took_ms,
        problem: ending.problem.clone(),
        note: None,
    }
}

/// The note on a message whose end could not be written down, because of `problem`.
pub(super) fn unwritten(problem: &Problem) -> String {
    format!(
        "How it went could not be written down: {}. The history will say that it may have been sent. What \
         is said here counts.",
        problem.title
    )
}

/// Everybody `letter` is for, all with the same outcome.
pub(super) fn everybody(
    letter: &Letter,
    outcome: RecipientOutcome,
    reply: Option<&str>,
) -> Vec<RecipientReport> {
    let reply = reply.map(ToOwned::to_owned);
    let all = letter.envelope().to.iter();
    all.map(|to| RecipientReport { address: to.to_string(), outcome, reply: reply.clone() })
        .collect()
}

/// Who was refused stays refused; everybody else shares the fate of the message.
fn fate(recipient: &Recipient, each: RecipientOutcome, reply: Option<&str>) -> RecipientReport {
    let before = report(recipient);
    if !recipient.accepted {
        return before;
    }
    RecipientReport { outcome: each, reply: reply.map(ToOwned::to_owned), ..before }
}

fn report(recipient: &Recipient) -> RecipientReport {
    RecipientReport {
        address: recipient.address.clone(),
        outcome: if recipient.accepted {
            RecipientOutcome::Accepted
        } else {
            RecipientOutcome::Refused
        },
        reply: recipient.reply.clone(),
    }
}

fn line(said: Line) -> TranscriptLine {
    TranscriptLine {
        at_ms: said.at_ms,
        side: match said.side {
            Side::Client => api::Side::Client,
            Side::Server => api::Side::Server,
            Side::Note => api::Side::Note,
        },
        text: said.text,
        bad: said.bad,
    }
}
