//! Every send, written down before its first byte leaves, and what became of it.
//!
//! Invariants: a row is there before anything is sent · it gets its outcome once, or goes when nothing
//! was · a send whose process ended in the middle becomes *uncertain*, never sent or failed, and is not
//! repeated.

mod drafts;
mod rows;
mod search;
pub mod worker;

use crate::{
    api::{HistoryPage, HistoryQuery, Outcome, RecipientReport, TranscriptLine},
    clock::{Clock, Timestamp},
    db::{Db, DbError},
    explain::{Code, FieldFault, Problem},
    paths::Paths,
    profile::{ProfileId, Transport},
};
use rows::{record, word};
use rusqlite::{OptionalExtension as _, named_params};
use std::{io, path::PathBuf, sync::Arc};
use uuid::Uuid;
use worker::Worker;

/// The outbox of this process. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Outbox {
    db: Db,
    clock: Clock,
    worker: Arc<Worker>,
}

/// Why the outbox could not be used.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The lock that says that this process lives.
    #[error("{}: {source}", path.display())]
    Lock {
        /// The directory of the locks.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// There is no such send.
    #[error("there is no send {0}")]
    Unknown(Uuid),
    /// There is such a send already.
    #[error("the send {0} was asked for already")]
    Repeated(Uuid),
}

impl From<rusqlite::Error> for OutboxError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Db(error.into())
    }
}

impl From<OutboxError> for Problem {
    fn from(error: OutboxError) -> Self {
        match error {
            OutboxError::Db(error) => error.into(),
            OutboxError::Lock { path, source } => Self::writing(&path, &source),
            OutboxError::Repeated(id) => Self::invalid(vec![FieldFault {
                field: "send_id".to_owned(),
                fault: format!("{id} names a send that was asked for already"),
                remedy: "Nothing was sent again. Look into the history before sending once more"
                    .to_owned(),
            }]),
            OutboxError::Unknown(id) => Self::new(
                Code::UnknownSend,
                format!("There is no send {id}"),
                "It may have been forgotten with its age. `sendright history` lists those there are.",
            ),
        }
    }
}

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

impl Outbox {
    /// Opens the outbox, and calls uncertain what a crashed process was sending.
    ///
    /// # Errors
    /// The database's, or the lock's.
    pub fn open(db: Db, clock: Clock, paths: &Paths) -> Result<Self, OutboxError> {
        let lock = |source| OutboxError::Lock { path: paths.locks(), source };
        let worker = Arc::new(Worker::start(&paths.locks()).map_err(lock)?);
        let outbox = Self { db, clock, worker };
        outbox.call_crashed_uncertain(paths)?;
        Ok(outbox)
    }

    /// Writes a send down; only then may its first byte leave.
    ///
    /// # Errors
    /// [`OutboxError::Repeated`], or the database's: then nothing may be sent.
    pub fn begin(&self, send: &Beginning) -> Result<(), OutboxError> {
        self.db.change(|change| rows::begin(change, send, self.clock.now(), self.worker.name()))
    }

    /// Writes down how the send `id` ended and that the `next` one begins, with one wait for the disk.
    ///
    /// # Errors
    /// The database's, where the end could not be written down. The error within is that of
    /// [`begin`](Self::begin): the end is there, but `next` is not. Either way it may not be sent.
    pub fn turn(
        &self,
        id: Uuid,
        ending: &Ending,
        next: &Beginning,
    ) -> Result<Result<(), OutboxError>, OutboxError> {
        let both = self.db.change(|change| {
            rows::end(change, id, ending)?;
            rows::begin(change, next, self.clock.now(), self.worker.name())
        });
        both.map(Ok).or_else(|error| self.end(id, ending).map(|()| Err(error)))
    }

    /// Writes down how a send ended. A second ending of the same send changes nothing.
    ///
    /// # Errors
    /// The database's.
    pub fn end(&self, id: Uuid, ending: &Ending) -> Result<(), OutboxError> {
        // Lost in a power failure it leaves an uncertain row, which is true; the beginning is not lost.
        self.db.change_soon(|change| rows::end(change, id, ending))
    }

    /// Takes the send `id` back: no server heard of it. One that has ended stays.
    ///
    /// # Errors
    /// The database's.
    pub fn withdraw(&self, id: Uuid) -> Result<(), OutboxError> {
        // As with an end: a row that comes back after a power failure is uncertain, and says no more.
        self.db.change_soon(|change| rows::withdraw(change, id))
    }

    /// One send with everything that is known of it.
    ///
    /// # Errors
    /// [`OutboxError::Unknown`] when there is none of that id.
    pub fn get(&self, id: Uuid) -> Result<Record, OutboxError> {
        self.db.look(|look| {
            look.query_row("SELECT * FROM sends WHERE id = ?1", [id.to_string()], record)
                .optional()?
                .ok_or(OutboxError::Unknown(id))
        })
    }

    /// Those that fit `query`, newest first, without their transcripts.
    ///
    /// # Errors
    /// The database's.
    pub fn find(&self, query: &HistoryQuery) -> Result<HistoryPage, OutboxError> {
        self.db.look(|look| search::find(look, query))
    }

    /// The last send of a profile that has ended.
    ///
    /// # Errors
    /// The database's.
    pub fn last_of(&self, profile: ProfileId) -> Result<Option<Record>, OutboxError> {
        self.db.look(|look| {
            Ok(look
                .query_row(
                    "SELECT * FROM sends WHERE profile = ?1 AND outcome <> ?2
                     ORDER BY started_at DESC, rowid DESC LIMIT 1",
                    [profile.to_string(), word(Outcome::Sending)],
                    record,
                )
                .optional()?)
        })
    }

    /// When the messages of a profile had their turn that went `via` since `then`, oldest first. Those
    /// that the server refused count: it had them to deal with. One that is under way counts from when
    /// it was written down.
    ///
    /// # Errors
    /// The database's.
    pub fn begun_since(
        &self,
        profile: ProfileId,
        via: Transport,
        then: Timestamp,
    ) -> Result<Vec<Timestamp>, OutboxError> {
        self.db.look(|look| {
            let mut rows = look.prepare(
                "SELECT started_at FROM sends WHERE profile = :profile AND started_at > :then
                     AND transport = :via AND outcome <> :not_sent ORDER BY started_at",
            )?;
            let found = rows.query_map(
                named_params! {
                    ":profile": profile.to_string(),
                    ":then": then,
                    ":via": via.as_str(),
                    ":not_sent": word(Outcome::NotSent),
                },
                |row| row.get(0),
            )?;
            Ok(found.collect::<Result<_, rusqlite::Error>>()?)
        })
    }

    /// Forgets what began before `then`; what is still under way stays.
    ///
    /// # Errors
    /// The database's.
    pub fn forget_before(&self, then: Timestamp) -> Result<usize, OutboxError> {
        self.db.change(|change| {
            Ok(change.execute(
                "DELETE FROM sends WHERE started_at < ?1 AND outcome <> ?2",
                rusqlite::params![then, word(Outcome::Sending)],
            )?)
        })
    }

    /// A row that is still "sending" and whose process is gone was cut off: nobody knows its end.
    fn call_crashed_uncertain(&self, paths: &Paths) -> Result<(), OutboxError> {
        let under_way = self.db.look(|look| {
            let mut rows = look.prepare("SELECT DISTINCT worker FROM sends WHERE outcome = ?1")?;
            let names = rows.query_map([word(Outcome::Sending)], |row| row.get::<_, String>(0))?;
            Ok::<_, OutboxError>(names.collect::<Result<Vec<_>, _>>()?)
        })?;
        for name in under_way {
            let lives = worker::lives(&paths.locks(), &name);
            if lives.map_err(|source| OutboxError::Lock { path: paths.locks(), source })? {
                continue;
            }
            self.db.change(|change| {
                change.execute(
                    "UPDATE sends SET outcome = ?1 WHERE outcome = ?2 AND worker = ?3",
                    [word(Outcome::Uncertain), word(Outcome::Sending), name.clone()],
                )?;
                Ok::<_, OutboxError>(())
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
