//! Why the outbox could not be used.

use crate::{
    db::DbError,
    explain::{Code, FieldFault, Problem},
};
use std::{io, path::PathBuf};
use uuid::Uuid;

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
