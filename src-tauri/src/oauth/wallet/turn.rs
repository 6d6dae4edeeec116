//! Whose turn it is to renew a profile's sign-in: one task of one process at a time.

use crate::{oauth::error::TokenError, paths::Paths, profile::ProfileId};
use std::{
    collections::HashMap,
    fs::{File, OpenOptions, TryLockError},
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::OwnedMutexGuard;

/// How long others may take: their requests and their vault have limits too.
const PATIENCE: Duration = Duration::from_secs(90);
/// How often the lock is tried meanwhile: an operating system tells nobody that one came free.
const STEP: Duration = Duration::from_millis(50);

/// The queues, by profile.
#[derive(Debug)]
pub(super) struct Turns {
    paths: Paths,
    queues: Mutex<HashMap<ProfileId, Arc<tokio::sync::Mutex<()>>>>,
}

/// A turn; dropping it lets the next one have theirs.
#[derive(Debug)]
pub(super) struct Turn {
    // Fields are dropped in this order: other processes first, then our own tasks.
    _among_processes: File,
    _among_tasks: OwnedMutexGuard<()>,
}

impl Turns {
    /// Agrees with other processes through locks in `paths`.
    pub(super) fn new(paths: Paths) -> Self {
        Self { paths, queues: Mutex::default() }
    }

    /// Waits for the turn of `profile`.
    ///
    /// # Errors
    /// When nobody lets go, or the lock file cannot be used.
    pub(super) async fn take(&self, profile: ProfileId) -> Result<Turn, TokenError> {
        let queue = Arc::clone(super::lock(&self.queues).entry(profile).or_default());
        let take = async {
            let among_tasks = queue.lock_owned().await;
            let among_processes = self.lock_out_others(profile).await?;
            Ok(Turn { _among_processes: among_processes, _among_tasks: among_tasks })
        };
        tokio::time::timeout(PATIENCE, take)
            .await
            .unwrap_or(Err(TokenError::Held { waited: PATIENCE }))
    }

    async fn lock_out_others(&self, profile: ProfileId) -> Result<File, TokenError> {
        let path = self.paths.locks().join(format!("{profile}.lock"));
        let failed = |source| TokenError::Lock { path: path.display().to_string(), source };
        let open = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = open.map_err(failed)?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) => tokio::time::sleep(STEP).await,
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
        }
    }
}
