//! Which send shows how a sender is doing.

use super::{
    Outbox, OutboxError, Record,
    rows::{record, word},
};
use crate::{
    api::Outcome,
    profile::{ProfileId, Transport},
};
use rusqlite::{Connection, ToSql, named_params};

/// A send, and when it was written down among all.
type Placed = (i64, Record);

impl Outbox {
    /// The last send of a profile that shows whether it can send its own `way`; where none does, its last
    /// that way that has ended. One that is dated later than now was written while a clock was ahead:
    /// among those it is not its date that counts, but when it was written down.
    ///
    /// # Errors
    /// The database's.
    pub fn evidence_of(
        &self,
        profile: ProfileId,
        way: Transport,
    ) -> Result<Option<Record>, OutboxError> {
        let (id, way, now) = (profile.to_string(), way.to_string(), self.clock.now());
        let sending = word(Outcome::Sending);
        let values =
            named_params! { ":profile": id, ":way": way, ":now": now, ":sending": sending };
        self.db.look(|look| {
            let dated =
                newest(look, "started_at <= :now ORDER BY started_at DESC, rowid DESC", values)?;
            let ahead = newest(look, "started_at > :now ORDER BY rowid DESC", values)?;
            let shows_more = |(row, one): &Placed| (one.proves().is_some(), *row);
            Ok(dated.into_iter().chain(ahead).max_by_key(shows_more).map(|(_, one)| one))
        })
    }
}

/// The first of those in this `order` that shows something, else the first.
fn newest(
    look: &Connection,
    order: &str,
    values: &[(&str, &dyn ToSql)],
) -> Result<Option<Placed>, OutboxError> {
    let sql = format!(
        "SELECT rowid AS place, * FROM sends
         WHERE profile = :profile AND transport = :way AND outcome <> :sending AND {order}"
    );
    let mut rows = look.prepare_cached(&sql)?;
    let mut first = None;
    for one in rows.query_map(values, |row| Ok((row.get("place")?, record(row)?)))? {
        let one: Placed = one?;
        if one.1.proves().is_some() {
            return Ok(Some(one));
        }
        first.get_or_insert(one);
    }
    Ok(first)
}
