//! Who is working: a lock that a process holds while it lives, so that others can tell a crash
//! from a wait.
//!
//! The operating system lets go of a lock when its process ends, however it ends.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};
use uuid::Uuid;

/// What the names of these locks begin with.
const PREFIX: &str = "worker-";

/// This process, as the outbox names it while it sends.
#[derive(Debug)]
pub struct Worker {
    name: String,
    path: PathBuf,
    _held: File,
}

impl Worker {
    /// Takes a lock of its own in `dir`.
    ///
    /// # Errors
    /// The operating system's, when the lock file cannot be made.
    pub fn start(dir: &Path) -> io::Result<Self> {
        loop {
            let name = Uuid::new_v4().to_string();
            let path = file_of(dir, &name);
            let held = File::create_new(&path)?;
            held.lock()?;
            // Another start may have swept it before it was locked.
            if path.exists() {
                return Ok(Self { name, path, _held: held });
            }
        }
    }

    /// Its name in the outbox.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // A file that stays behind is unlocked and so means the same; only tidiness is lost.
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether the process called `name` still lives.
///
/// # Errors
/// The operating system's, when its lock cannot be looked at; then nothing is known.
pub fn lives(dir: &Path, name: &str) -> io::Result<bool> {
    is_held(&file_of(dir, name))
}

/// Removes the locks in `dir` of processes that live no more. What cannot be looked at stays: only
/// tidiness is lost.
pub fn sweep(dir: &Path) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX)) {
            let _ = is_held(&entry.path());
        }
    }
}

/// Whether a process holds the lock at `path`; one that nobody holds is removed.
fn is_held(path: &Path) -> io::Result<bool> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    match file.try_lock() {
        Ok(()) => {
            let _ = fs::remove_file(path);
            Ok(false)
        }
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn file_of(dir: &Path, name: &str) -> PathBuf {
    dir.join(format!("{PREFIX}{name}.lock"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_lives_until_it_ends() {
        let dir = tempfile::tempdir().unwrap();
        let worker = Worker::start(dir.path()).unwrap();
        let name = worker.name().to_owned();
        assert!(lives(dir.path(), &name).unwrap());
        drop(worker);
        assert!(!lives(dir.path(), &name).unwrap());
    }

    #[test]
    fn a_lock_file_that_nobody_holds_is_a_crash() {
        let dir = tempfile::tempdir().unwrap();
        File::create(file_of(dir.path(), "gone")).unwrap();
        assert!(!lives(dir.path(), "gone").unwrap());
    }

    #[test]
    fn what_the_dead_left_is_swept_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let living = Worker::start(dir.path()).unwrap();
        for left in ["worker-gone.lock", "worker-gone-too.lock", "profile-1.lock"] {
            File::create(dir.path().join(left)).unwrap();
        }
        sweep(dir.path());
        let names = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        assert_eq!(names, ["profile-1.lock".to_owned(), format!("worker-{}.lock", living.name())]);
    }
}
