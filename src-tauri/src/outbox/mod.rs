//! Every send, written down before its first byte leaves, and what became of it.
//!
//! Invariants: a row is there before anything is sent · it gets its outcome once, or goes when nothing
//! was · a send whose process ended in the middle becomes *uncertain*, never sent or failed, and is not
//! repeated.

mod drafts;
mod error;
mod evidence;
mod record;
mod rows;
mod search;
mod unseen;
pub mod worker;

pub use error::OutboxError;
pub use record::{Beginning, Ending, Record};

use crate::{
    api::{HistoryPage, HistoryQuery, Outcome},
    clock::{Clock, Timestamp},
    db::{Db, DbError},
    paths::Paths,
    profile::{ProfileId, Transport},
};
use rows::{record, word};
use rusqlite::{OptionalExtension as _, Transaction, named_params};
use std::{sync::Arc, time::Duration};
use uuid::Uuid;
use worker::Worker;

/// Who is sending. The word is no parameter, so that the index of what is under way serves it.
const WORKERS: &str = "SELECT DISTINCT worker FROM sends WHERE outcome = 'sending'";

/// The sends that began longer than ?1 before the newest of those up to ?2, that have ended, and that the
/// person has not still to be shown.
const OLD: &str =
    "FROM sends WHERE outcome <> 'sending' AND NOT (outcome = 'uncertain' AND NOT seen)
     AND started_at < (SELECT max(started_at) FROM sends WHERE started_at <= ?2) - ?1";
const A_DAY: Duration = Duration::from_secs(86_400);

/// The outbox of this process. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Outbox {
    db: Db,
    clock: Clock,
    worker: Arc<Worker>,
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
        worker::sweep(&paths.locks());
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

    /// The profiles that have sent under the name or id `asked`.
    ///
    /// # Errors
    /// The database's.
    pub fn senders_called(&self, asked: &str) -> Result<Vec<ProfileId>, OutboxError> {
        self.db.look(|look| {
            let mut rows = look.prepare(
                "SELECT DISTINCT profile FROM sends
                 WHERE profile_name = ?1 COLLATE NOCASE OR profile = ?1 COLLATE NOCASE",
            )?;
            let ids = rows.query_map([asked.trim()], |row| row.get::<_, Option<String>>(0))?;
            let ids = ids.collect::<Result<Vec<_>, _>>()?;
            Ok(ids.into_iter().flatten().filter_map(|id| id.parse().ok()).collect())
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

    /// Forgets what began longer before the newest send than is to be `kept`. That one is from yesterday or
    /// earlier: it is the sends that say how much time went by, and a clock that jumps ahead, be it that
    /// something is sent meanwhile, makes nothing old. What is still under way stays, and what the
    /// person has still to be shown.
    ///
    /// # Errors
    /// The database's.
    pub fn forget_old(&self, kept: Duration) -> Result<usize, OutboxError> {
        self.db.change(|change| Ok(self.delete_old(change, kept)?))
    }

    /// As [`forget_old`](Self::forget_old), unless there is nothing to forget or another process is
    /// writing.
    ///
    /// # Errors
    /// The database's.
    pub fn forget_old_in_passing(&self, kept: Duration) -> Result<(), OutboxError> {
        let some: bool = self.db.look(|look| {
            let sql = format!("SELECT EXISTS (SELECT 1 {OLD})");
            Ok::<_, OutboxError>(look.query_row(&sql, self.old(kept), |row| row.get(0))?)
        })?;
        if some {
            self.db.change_in_passing(|change| self.delete_old(change, kept).map(drop))?;
        }
        Ok(())
    }

    fn delete_old(&self, change: &Transaction<'_>, kept: Duration) -> Result<usize, DbError> {
        Ok(change.execute(&format!("DELETE {OLD}"), self.old(kept))?)
    }

    /// The values of [`OLD`].
    fn old(&self, kept: Duration) -> (i64, Option<Timestamp>) {
        let kept = i64::try_from(kept.as_millis()).unwrap_or(i64::MAX);
        (kept, self.clock.now().before(A_DAY))
    }

    /// A row that is still "sending" and whose process is gone was cut off: nobody knows its end.
    fn call_crashed_uncertain(&self, paths: &Paths) -> Result<(), OutboxError> {
        let under_way = self.db.look(|look| {
            let mut rows = look.prepare(WORKERS)?;
            let names = rows.query_map([], |row| row.get::<_, String>(0))?;
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
                    [word(Outcome::Uncertain), word(Outcome::Sending), name],
                )?;
                Ok::<_, OutboxError>(())
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
