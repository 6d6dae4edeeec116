//! Profiles, registrations and the database in words.

use super::{Code, FieldFault, Problem, Retry};
use crate::{
    certificate::CertificateError,
    db::DbError,
    profile::{
        check::Fault,
        file::{FileError, PlacedFault},
        store::StoreError,
    },
    tame,
};
use rusqlite::ErrorCode;

impl From<Fault> for FieldFault {
    fn from(Fault { field, fault, remedy }: Fault) -> Self {
        Self { field, fault, remedy }
    }
}

impl From<Vec<Fault>> for Problem {
    fn from(faults: Vec<Fault>) -> Self {
        Self::invalid(faults.into_iter().map(FieldFault::from).collect())
    }
}

impl From<CertificateError> for Problem {
    fn from(error: CertificateError) -> Self {
        vec![Fault::from(error)].into()
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NoProfile { asked, nearest } => {
                unknown(Code::UnknownProfile, "sender", &asked, nearest)
            }
            StoreError::NoRegistration { asked, nearest } => {
                unknown(Code::UnknownRegistration, "app registration", &asked, nearest)
            }
            StoreError::NameTaken { name } => vec![Fault {
                field: "name".to_owned(),
                fault: format!("another one is called \"{name}\""),
                remedy: "Choose a name that is still free".to_owned(),
            }]
            .into(),
            StoreError::ChangedElsewhere { name } => Self::new(
                Code::ChangedElsewhere,
                format!("\"{name}\" was changed elsewhere in the meantime"),
                "Nothing was saved. Look at what it is now, and save again if your changes still hold.",
            ),
            StoreError::InUse { registration, by } => Self::new(
                Code::RegistrationInUse,
                format!("The app registration \"{registration}\" is in use"),
                format!(
                    "These senders sign in through it: {}. Remove them first, or give them another \
                     registration.",
                    by.join(", ")
                ),
            ),
            StoreError::WouldBreak { profile, faults } => {
                let fields = faults.into_iter().map(FieldFault::from).collect();
                let problem = Self::invalid(fields);
                Self {
                    title: format!("The sender \"{profile}\" could not use this registration"),
                    ..problem
                }
            }
            StoreError::Unreadable { name, faults } => {
                let fields: Vec<_> = faults.into_iter().map(FieldFault::from).collect();
                let problem = Self::new(
                    Code::DatabaseDamaged,
                    format!("The database's entry \"{name}\" is not one that Sendright wrote"),
                    "Something else has changed it. Nothing was sent with it. Remove it and set it \
                     up again.",
                );
                Self { fields, ..problem }
            }
            StoreError::Db(error) => error.into(),
        }
    }
}

impl From<PlacedFault> for FieldFault {
    fn from(PlacedFault { line, column, table, fault }: PlacedFault) -> Self {
        let Fault { field, fault, remedy } = fault;
        let table = if table.is_empty() { table } else { format!(", {table}") };
        Self { field, fault: format!("line {line}, column {column}{table}: {fault}"), remedy }
    }
}

impl From<FileError> for Problem {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Invalid(faults) => {
                let problem = Self::invalid(faults.into_iter().map(FieldFault::from).collect());
                let title = format!("The file was not applied: {}", problem.title);
                Self { title, ..problem }
            }
            FileError::Store(error) => error.into(),
            FileError::Vault(error) => error.into(),
        }
    }
}

fn unknown(code: Code, what: &str, asked: &str, nearest: Option<String>) -> Problem {
    let means = match nearest {
        Some(name) => format!("The name most like it is \"{name}\"."),
        None => "`sendright profiles` lists the senders there are.".to_owned(),
    };
    Problem::new(code, format!("There is no {what} \"{}\"", shown(asked)), means)
}

/// What a person typed, short and on one line.
fn shown(asked: &str) -> String {
    tame::line(asked).chars().take(100).collect()
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Newer { path, found, known } => Self::new(
                Code::DatabaseNewer,
                "The database was written by a newer Sendright",
                format!(
                    "{} is of version {found}, and this program knows versions up to {known}. \
                     Nothing was changed. Update this program, or use another data directory.",
                    path.display()
                ),
            ),
            DbError::Sqlite(error) => of_sqlite(&error),
        }
    }
}

fn of_sqlite(error: &rusqlite::Error) -> Problem {
    let (code, title, means) = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => (
            Code::DiskFull,
            "The disk is full",
            "The database could not grow; what was being changed, if anything, was not kept. Free \
             some space and try again.",
        ),
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => (
            Code::NotWritable,
            "The data directory cannot be written",
            "Sendright keeps its database there. Give this user the right to write it, or name \
             another directory with --data-dir.",
        ),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => (
            Code::DatabaseDamaged,
            "The database file is damaged",
            "Nothing was changed. Put back a copy, or move the file away to begin with an empty \
             one; secrets stay in the vault.",
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => (
            Code::Busy,
            "Another program keeps the database locked",
            "Nothing was changed. Another Sendright, a backup or a virus scanner may be holding \
             it; try again in a moment.",
        ),
        Some(ErrorCode::SystemIoFailure) => (
            Code::NotWritable,
            "The disk did not do what the database asked",
            "What was being changed, if anything, was not kept. The disk may be full, removed or \
             failing.",
        ),
        _ => (
            Code::Unexplained,
            "The database did not do what it was asked",
            "This is a fault in Sendright, not in the settings.",
        ),
    };
    let retry = if code == Code::Busy { Retry::AfterWait } else { Retry::AfterChange };
    Problem::new(code, title, means).said(error.to_string()).retry(retry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::ffi;

    #[test]
    #[rustfmt::skip]
    fn what_the_database_suffers_is_told_apart() {
        let table = [
            (ffi::SQLITE_FULL,          Code::DiskFull,        Retry::AfterChange),
            (ffi::SQLITE_READONLY,      Code::NotWritable,     Retry::AfterChange),
            (ffi::SQLITE_READONLY_DBMOVED, Code::NotWritable,  Retry::AfterChange),
            (ffi::SQLITE_CANTOPEN,      Code::NotWritable,     Retry::AfterChange),
            (ffi::SQLITE_IOERR_WRITE,   Code::NotWritable,     Retry::AfterChange),
            (ffi::SQLITE_CORRUPT,       Code::DatabaseDamaged, Retry::AfterChange),
            (ffi::SQLITE_NOTADB,        Code::DatabaseDamaged, Retry::AfterChange),
            (ffi::SQLITE_BUSY,          Code::Busy,            Retry::AfterWait),
            (ffi::SQLITE_BUSY_SNAPSHOT, Code::Busy,            Retry::AfterWait),
            (ffi::SQLITE_LOCKED,        Code::Busy,            Retry::AfterWait),
            (ffi::SQLITE_MISUSE,        Code::Unexplained,     Retry::AfterChange),
        ];
        for (number, code, retry) in table {
            let error = rusqlite::Error::SqliteFailure(ffi::Error::new(number), None);
            let problem = Problem::from(DbError::from(error));
            assert_eq!((problem.code, problem.retry), (code, retry), "{number}");
            assert!(problem.said.is_some(), "{number}: SQLite's own words are kept");
        }
    }

    #[test]
    fn a_fault_in_a_file_says_where() {
        let fault = Fault {
            field: "smtp.port".into(),
            fault: "0 is not a port".into(),
            remedy: "587".into(),
        };
        let placed = PlacedFault { line: 3, column: 9, table: "profile \"Relay\"".into(), fault };
        let problem = Problem::from(FileError::Invalid(vec![placed]));
        assert_eq!(problem.code, Code::InvalidSettings);
        assert_eq!(problem.title, "The file was not applied: smtp.port cannot be accepted");
        assert_eq!(problem.fields[0].fault, "line 3, column 9, profile \"Relay\": 0 is not a port");
    }
}
