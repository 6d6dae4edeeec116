//! The rows of the outbox: how they are written, and read again.

use super::{Beginning, Ending, OutboxError, Record};
use crate::{
    api::{Outcome, RecipientOutcome, RecipientReport},
    clock::Timestamp,
    profile::Transport,
};
use rusqlite::{Row, Transaction, named_params};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

/// A send begins `now`, in the hands of `worker`.
pub(super) fn begin(
    change: &Transaction<'_>,
    send: &Beginning,
    now: Timestamp,
    worker: &str,
) -> Result<(), OutboxError> {
    let mut insert = change.prepare_cached(
        "INSERT INTO sends (id, profile, profile_name, started_at, transport, from_address,
             recipients, subject, message_id, size, outcome, stage, worker, sandbox)
         VALUES (:id, :profile, :profile_name, :started_at, :transport, :from,
             :recipients, :subject, :message_id, :size, :outcome, 'settings', :worker, :sandbox)
         ON CONFLICT (id) DO NOTHING",
    )?;
    let written = insert.execute(named_params! {
        ":id": send.id.to_string(),
        ":profile": send.profile.to_string(),
        ":profile_name": send.profile_name,
        ":started_at": now,
        ":transport": send.transport.as_str(),
        ":from": send.from,
        ":recipients": json(&send.recipients),
        ":subject": send.subject,
        ":message_id": send.message_id,
        ":size": i64::try_from(send.size).unwrap_or(i64::MAX),
        ":outcome": word(Outcome::Sending),
        ":worker": worker,
        ":sandbox": send.sandbox,
    })?;
    if written == 0 { Err(OutboxError::Repeated(send.id)) } else { Ok(()) }
}

/// The send `id` ended, and when it had begun is known now; one that has ended before stays as it is.
pub(super) fn end(change: &Transaction<'_>, id: Uuid, ending: &Ending) -> Result<(), OutboxError> {
    let mut update = change.prepare_cached(
        "UPDATE sends SET started_at = :started_at, outcome = :outcome, stage = :stage,
             recipients = :recipients, reply = :reply, problem = :problem, transcript = :transcript, took_ms = :took
         WHERE id = :id AND outcome = :sending",
    )?;
    update.execute(named_params! {
        ":id": id.to_string(),
        ":sending": word(Outcome::Sending),
        ":started_at": ending.started_at,
        ":outcome": word(ending.outcome),
        ":stage": ending.stage,
        ":recipients": json(&ending.recipients),
        ":reply": ending.reply,
        ":problem": ending.problem.as_ref().map(json),
        ":transcript": json(&ending.transcript),
        ":took": i64::try_from(ending.took_ms).unwrap_or(i64::MAX),
    })?;
    Ok(())
}

/// The send `id` goes as if it had never been; one that has ended stays.
pub(super) fn withdraw(change: &Transaction<'_>, id: Uuid) -> Result<(), OutboxError> {
    let row = [id.to_string(), word(Outcome::Sending)];
    change.execute("DELETE FROM sends WHERE id = ?1 AND outcome = ?2", row)?;
    Ok(())
}

/// A row as it is read.
pub(super) fn record(row: &Row<'_>) -> rusqlite::Result<Record> {
    let text = |name| row.get::<_, String>(name);
    let outcome: Outcome = read(&format!("\"{}\"", text("outcome")?))?;
    let problem: Option<String> = row.get("problem")?;
    let transcript: Option<String> = row.get("transcript")?;
    Ok(Record {
        id: text("id")?.parse().map_err(broken)?,
        profile: row.get::<_, Option<String>>("profile")?.and_then(|id| id.parse().ok()),
        profile_name: text("profile_name")?,
        started_at: row.get("started_at")?,
        took_ms: row.get::<_, Option<i64>>("took_ms")?.and_then(|ms| ms.try_into().ok()),
        transport: Transport::from_word(&text("transport")?).unwrap_or(Transport::Smtp),
        from: text("from_address")?,
        recipients: fared(outcome, read(&text("recipients")?)?),
        subject: text("subject")?,
        message_id: text("message_id")?,
        size: row.get::<_, i64>("size")?.try_into().unwrap_or_default(),
        outcome,
        stage: text("stage")?,
        reply: row.get("reply")?,
        problem: problem.as_deref().map(read).transpose()?,
        transcript: transcript.as_deref().map(read).transpose()?.unwrap_or_default(),
        sandbox: row.get("sandbox")?,
        draft_left: row.get::<_, Option<String>>("draft")?.is_some(),
    })
}

/// The recipients of a send: of one that was cut off nobody knows how they fared.
fn fared(outcome: Outcome, mut recipients: Vec<RecipientReport>) -> Vec<RecipientReport> {
    for one in recipients.iter_mut().filter(|_| outcome == Outcome::Uncertain) {
        if one.outcome == RecipientOutcome::NotSent {
            one.outcome = RecipientOutcome::Uncertain;
        }
    }
    recipients
}

/// The word that stands for `outcome` in the database: the one it has in JSON.
pub(super) fn word(outcome: Outcome) -> String {
    json(&outcome).trim_matches('"').to_owned()
}

pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain data can be written as JSON")
}

pub(super) fn read<T: DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(broken)
}

/// Somebody else wrote into our database.
fn broken(error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
}
