//! The one SQLite file: opened, brought up to date, shared by window and command line.
//!
//! WAL and a busy timeout make two processes safe beside each other. A database of a newer version
//! is not touched.

use crate::{clock::Timestamp, paths};
use rusqlite::{Connection, OpenFlags, TransactionBehavior, types};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

/// Every change of the schema, oldest first; the file's `user_version` counts those applied.
const MIGRATIONS: &[&str] = &[
    include_str!("db/001_first.sql"),
    include_str!("db/002_basis.sql"),
    include_str!("db/003_admin_consents.sql"),
    include_str!("db/004_certificates.sql"),
    include_str!("db/005_drafts.sql"),
    include_str!("db/006_answers.sql"),
    include_str!("db/007_plaintext.sql"),
    include_str!("db/008_seen.sql"),
    include_str!("db/009_indexes.sql"),
    include_str!("db/010_asked.sql"),
    include_str!("db/011_changed.sql"),
];

/// How long a statement waits for another process to finish writing.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it waits with what another start can do as well.
const IN_PASSING: Duration = Duration::from_millis(500);

/// The open database. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Db(Arc<Mutex<Connection>>);

/// Why the database could not be used.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// A newer Sendright wrote it; nothing was changed.
    #[error("{path} is of version {found}, this program knows {known}")]
    Newer {
        /// The database file.
        path: PathBuf,
        /// The version found in it.
        found: u32,
        /// The newest version that this program knows.
        known: u32,
    },
    /// SQLite's own words.
    #[error("database: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

impl Db {
    /// Opens the file at `path`, makes it when it is missing, and brings it up to date.
    ///
    /// # Errors
    /// [`DbError::Newer`] before anything is written; else SQLite's.
    pub fn open(path: &Path) -> Result<Self, DbError> {
        // SQLite would make it for all to read. What it makes beside it is as open as the file itself; why
        // it cannot be opened, SQLite says.
        let _ = paths::owner_only().create_new(true).open(path);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        refuse_newer(&connection, path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        Self::up_to_date(connection)
    }

    /// A database in memory, for tests.
    pub fn in_memory() -> Result<Self, DbError> {
        let connection = Connection::open_in_memory()?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        Self::up_to_date(connection)
    }

    fn up_to_date(mut connection: Connection) -> Result<Self, DbError> {
        // Who only reads must not wait for those who write.
        if applied(&connection)? < newest() {
            migrate(&mut connection)?;
        }
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Runs `work` in one transaction: all of it is written, or nothing is.
    ///
    /// # Errors
    /// `work`'s own, or SQLite's when it cannot be committed.
    pub fn change<T, E: From<DbError>>(
        &self,
        work: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        change(&mut self.lock(), work)
    }

    /// As [`change`](Self::change), without waiting for the disk: a crash of the program cannot undo
    /// it, a power failure can. The next [`change`](Self::change) makes it last.
    ///
    /// # Errors
    /// As [`change`](Self::change).
    pub fn change_soon<T, E: From<DbError>>(
        &self,
        work: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.lock();
        let waits = |connection: &Connection, how: &str| {
            connection.pragma_update(None, "synchronous", how).map_err(DbError::from)
        };
        waits(&connection, "NORMAL")?;
        let done = change(&mut connection, work);
        waits(&connection, "FULL")?;
        done
    }

    /// Runs `work` as one change, unless another process is writing: for what its next start can do as
    /// well, and nobody should wait for.
    ///
    /// # Errors
    /// `work`'s own, or SQLite's.
    pub fn change_in_passing(
        &self,
        work: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<(), DbError>,
    ) -> Result<(), DbError> {
        let mut connection = self.lock();
        connection.busy_timeout(IN_PASSING)?;
        let done = change(&mut connection, work);
        connection.busy_timeout(PATIENCE)?;
        match done {
            Err(DbError::Sqlite(error))
                if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) =>
            {
                Ok(())
            }
            done => done,
        }
    }

    /// Runs `work` on a consistent picture of the data.
    ///
    /// # Errors
    /// `work`'s own, or SQLite's.
    pub fn look<T, E: From<DbError>>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.lock();
        let picture = connection.transaction().map_err(DbError::from)?;
        work(&picture)
    }

    /// A number that changes when another process has written. What is written through this one
    /// leaves it as it is.
    ///
    /// Source: sqlite.org, "PRAGMA `data_version`", 2026-11.
    ///
    /// # Errors
    /// SQLite's.
    pub fn data_version(&self) -> Result<i64, DbError> {
        Ok(self.lock().pragma_query_value(None, "data_version", |row| row.get(0))?)
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic while holding it rolled its transaction back: the connection is still good.
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn change<T, E: From<DbError>>(
    connection: &mut Connection,
    work: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let change = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(DbError::from)?;
    let done = work(&change)?;
    change.commit().map_err(DbError::from)?;
    Ok(done)
}

/// How many migrations were applied.
fn applied(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// How many there are.
fn newest() -> u32 {
    u32::try_from(MIGRATIONS.len()).expect("a handful of migrations")
}

fn migrate(connection: &mut Connection) -> Result<(), DbError> {
    // Immediate: of two processes that start together one migrates, the other waits and sees it.
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let applied = applied(&change)?;
    for (version, sql) in (1u32..).zip(MIGRATIONS).skip(applied as usize) {
        change.execute_batch(sql)?;
        change.pragma_update(None, "user_version", version)?;
    }
    Ok(change.commit()?)
}

fn refuse_newer(connection: &Connection, path: &Path) -> Result<(), DbError> {
    let (found, known) = (applied(connection)?, newest());
    if found > known {
        return Err(DbError::Newer { path: path.into(), found, known });
    }
    Ok(())
}

impl types::ToSql for Timestamp {
    fn to_sql(&self) -> rusqlite::Result<types::ToSqlOutput<'_>> {
        Ok(self.unix_ms().into())
    }
}

impl types::FromSql for Timestamp {
    fn column_result(value: types::ValueRef<'_>) -> types::FromSqlResult<Self> {
        let ms = value.as_i64()?;
        Self::from_unix_ms(ms).ok_or(types::FromSqlError::OutOfRange(ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_another_connection_writes_changes_the_version() {
        let dir = tempfile::tempdir().unwrap();
        let open = || Db::open(&dir.path().join("sendright.db")).unwrap();
        let write = |db: &Db| {
            db.change(|change| Ok::<_, DbError>(change.execute("DELETE FROM settings", [])?))
                .unwrap();
            let sql = "INSERT INTO settings VALUES ('theme', 'dark')";
            db.change_soon(|change| Ok::<_, DbError>(change.execute(sql, [])?)).unwrap();
        };
        let ours = open();
        let before = ours.data_version().unwrap();
        write(&ours);
        assert_eq!(ours.data_version().unwrap(), before, "that was our own");
        let theirs = open();
        assert_eq!(ours.data_version().unwrap(), before, "opening it changes nothing");
        write(&theirs);
        let after = ours.data_version().unwrap();
        assert_ne!(after, before);
        write(&ours);
        assert_eq!(ours.data_version().unwrap(), after, "it was said already");
    }

    #[test]
    fn what_was_allowed_in_clear_text_is_bound_to_the_host_of_that_time() {
        let file = Connection::open_in_memory().unwrap();
        for sql in &MIGRATIONS[..6] {
            file.execute_batch(sql).unwrap();
        }
        let kept = |name: &str, document: &str| {
            let row = [name, document];
            file.execute("INSERT INTO profiles VALUES (?1, ?1, NULL, 1, ?2, NULL)", row).unwrap();
        };
        kept("yes", r#"{"smtp":{"host":"relay.example","allow_plaintext":true}}"#);
        kept("no", r#"{"smtp":{"host":"relay.example","allow_plaintext":false}}"#);
        kept("none", r#"{"smtp":null}"#);
        file.execute_batch(MIGRATIONS[6]).unwrap();
        let read = |name: &str| {
            let sql = "SELECT document FROM profiles WHERE id = ?1";
            file.query_row(sql, [name], |row| row.get::<_, String>(0)).unwrap()
        };
        assert!(read("yes").contains(r#""allow_plaintext":"relay.example""#), "{}", read("yes"));
        assert!(read("no").contains(r#""allow_plaintext":"""#), "{}", read("no"));
        assert_eq!(read("none"), r#"{"smtp":null}"#);
    }
}
