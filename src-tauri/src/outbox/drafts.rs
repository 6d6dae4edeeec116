//! Which draft in a mailbox a large message is sent from, for as long as it is there.

use super::{
    Outbox, OutboxError,
    rows::{json, read, word},
};
use crate::{
    api::{Outcome, RecipientOutcome, RecipientReport},
    profile::ProfileId,
    transport::graph::Leftover,
};
use rusqlite::{OptionalExtension as _, named_params};
use uuid::Uuid;

impl Outbox {
    /// Writes down that `send` has the draft `draft`; `None`: no more.
    ///
    /// # Errors
    /// The database's.
    pub fn note_draft(&self, send: Uuid, draft: Option<&str>) -> Result<(), OutboxError> {
        self.db.change(|change| {
            change.execute(
                "UPDATE sends SET draft = ?2 WHERE id = ?1",
                rusqlite::params![send.to_string(), draft],
            )?;
            Ok(())
        })
    }

    /// The drafts that sends of `profile` left behind: by which send, and the draft's id.
    ///
    /// # Errors
    /// The database's.
    pub fn drafts_left(&self, profile: ProfileId) -> Result<Vec<(Uuid, String)>, OutboxError> {
        self.db.look(|look| {
            let mut rows = look.prepare(
                "SELECT id, draft FROM sends
                 WHERE profile = ?1 AND draft IS NOT NULL AND outcome <> ?2",
            )?;
            let found = rows.query_map([profile.to_string(), word(Outcome::Sending)], |row| {
                Ok((row.get::<_, String>(0)?, row.get(1)?))
            })?;
            let found = found.collect::<Result<Vec<_>, _>>()?;
            Ok(found
                .into_iter()
                .filter_map(|(id, draft)| Some((id.parse().ok()?, draft)))
                .collect())
        })
    }

    /// Writes down what had become of the draft that `send` left behind. A send whose end nobody knew
    /// is known by it: a draft that is still there was not sent.
    ///
    /// # Errors
    /// The database's.
    pub fn settle_draft(&self, send: Uuid, what: Leftover) -> Result<(), OutboxError> {
        let (outcome, each) = match what {
            Leftover::Removed => (Outcome::NotSent, RecipientOutcome::NotSent),
            Leftover::WasSent => (Outcome::Accepted, RecipientOutcome::Accepted),
            Leftover::Gone => return self.note_draft(send, None),
        };
        self.db.change(|change| {
            let uncertain: Option<String> = change
                .query_row(
                    "SELECT recipients FROM sends WHERE id = ?1 AND outcome = ?2",
                    [send.to_string(), word(Outcome::Uncertain)],
                    |row| row.get(0),
                )
                .optional()?;
            if let Some(recipients) = uncertain {
                let mut all: Vec<RecipientReport> = read(&recipients)?;
                for one in &mut all {
                    one.outcome = each;
                }
                change.execute(
                    "UPDATE sends SET outcome = :outcome, recipients = :recipients, problem = NULL
                     WHERE id = :id",
                    named_params! {
                        ":id": send.to_string(),
                        ":outcome": word(outcome),
                        ":recipients": json(&all),
                    },
                )?;
            }
            change.execute("UPDATE sends SET draft = NULL WHERE id = ?1", [send.to_string()])?;
            Ok(())
        })
    }
}
