//! Rows in, rows out; keys to secrets, never secrets.
//!
//! A row is a draft with the columns that are searched or must be unique beside it. Reading one
//! checks it again, so that what a hand has changed in the file is not believed.

mod admin_consents;
mod certificates;
mod profiles;
mod registrations;
mod sign_ins;

pub use admin_consents::AdminConsent;
pub use profiles::generated_name;
pub use sign_ins::{SignInAgain, SignedIn};

use super::check::Fault;
use crate::db::{Db, DbError};
use rusqlite::Connection;

/// All profiles and registrations. Cloning shares them.
#[derive(Debug, Clone)]
pub struct Profiles(Db);

/// One consistent picture of the rows, or one change of them.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a>(&'a Connection);

/// Why a row could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such profile.
    #[error("there is no profile {asked}")]
    NoProfile {
        /// The name or id that was looked for.
        asked: String,
        /// The name that is most like it.
        nearest: Option<String>,
    },
    /// There is no such registration.
    #[error("there is no registration {asked}")]
    NoRegistration {
        /// The name or id that was looked for.
        asked: String,
        /// The name that is most like it.
        nearest: Option<String>,
    },
    /// Another one is called so.
    #[error("the name {name} is taken")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// It is not any more what somebody saw who wants to change it.
    #[error("{name} was changed elsewhere")]
    ChangedElsewhere {
        /// The name that it has now.
        name: String,
    },
    /// Profiles sign in through it.
    #[error("{registration} is used by {}", by.join(", "))]
    InUse {
        /// The registration's name.
        registration: String,
        /// The names of the profiles.
        by: Vec<String>,
    },
    /// A profile could not sign in through the registration any more.
    #[error("{profile} could not use the registration any more")]
    WouldBreak {
        /// The profile's name.
        profile: String,
        /// What would be wrong with it.
        faults: Vec<Fault>,
    },
    /// The row is not what this program writes.
    #[error("{name} cannot be read from the database")]
    Unreadable {
        /// Its name.
        name: String,
        /// What is wrong with it.
        faults: Vec<Fault>,
    },
    /// The database itself.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Db(error.into())
    }
}

impl Profiles {
    /// Those in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// Runs `work` on one picture of the rows.
    ///
    /// # Errors
    /// `work`'s own, or the database's.
    pub fn look<T, E: From<DbError>>(
        &self,
        work: impl FnOnce(Rows<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.0.look(|connection| work(Rows(connection)))
    }

    /// Runs `work` as one change: all of it is written, or nothing is.
    ///
    /// # Errors
    /// `work`'s own, or the database's.
    pub fn change<T, E: From<DbError>>(
        &self,
        work: impl FnOnce(Rows<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.0.change(|change| work(Rows(change)))
    }
}

/// Of `names` the one most like `asked`, if any is like it at all.
pub(super) fn nearest<'a>(
    asked: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    /// Below this, a suggestion would only confuse.
    const ALIKE: f64 = 0.7;
    let asked = asked.to_lowercase();
    names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&asked, &name.to_lowercase()), name))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name)
}

/// A name is taken when SQLite says that it must be unique; everything else is the database's.
fn taken(name: &str) -> impl FnOnce(rusqlite::Error) -> StoreError {
    let name = name.to_owned();
    move |error| match error.sqlite_error().map(|found| found.extended_code) {
        Some(rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE) => StoreError::NameTaken { name },
        _ => error.into(),
    }
}

/// Words that one column keeps, space separated.
fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(ToOwned::to_owned).collect()
}

fn draft<T: serde::de::DeserializeOwned>(name: &str, document: &str) -> Result<T, StoreError> {
    serde_json::from_str(document).map_err(|error| StoreError::Unreadable {
        name: name.to_owned(),
        faults: vec![Fault {
            field: "document".to_owned(),
            fault: error.to_string(),
            remedy: "Remove it and set it up again".to_owned(),
        }],
    })
}

fn document(draft: &impl serde::Serialize) -> String {
    serde_json::to_string(draft).expect("a draft is words, numbers and lists of words")
}

#[cfg(test)]
mod tests;
