//! Sends whose end nobody knows, and that the person was not shown yet.

use super::{Outbox, OutboxError};
use uuid::Uuid;

/// Word for word the condition of the index `sends_unseen`: without it every send would be read.
pub(super) const UNSEEN: &str = "outcome = 'uncertain' AND NOT seen";

impl Outbox {
    /// Those of every process and of every run.
    ///
    /// # Errors
    /// The database's.
    pub fn unseen(&self) -> Result<Vec<Uuid>, OutboxError> {
        self.db.look(|look| {
            let mut rows = look.prepare_cached(&format!("SELECT id FROM sends WHERE {UNSEEN}"))?;
            let ids = rows.query_map([], |row| row.get::<_, String>(0))?;
            let ids = ids.collect::<Result<Vec<_>, _>>()?;
            Ok(ids.iter().filter_map(|id| id.parse().ok()).collect())
        })
    }

    /// Writes down that the person was shown `sends`.
    ///
    /// # Errors
    /// The database's.
    pub fn saw(&self, sends: &[Uuid]) -> Result<(), OutboxError> {
        self.db.change(|change| {
            let mut update = change.prepare("UPDATE sends SET seen = 1 WHERE id = ?1")?;
            for id in sends {
                update.execute([id.to_string()])?;
            }
            Ok(())
        })
    }
}
