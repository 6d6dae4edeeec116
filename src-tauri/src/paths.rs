//! Where files live: one directory for everything, moved as a whole by one setting.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The data directory and what stands where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    root: PathBuf,
}

impl Paths {
    /// Everything below `root`, which need not exist yet.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The platform's data directory for Sendright; `None` when the person has no home directory.
    pub fn of_the_platform() -> Option<Self> {
        directories::ProjectDirs::from("org", "Sendright", "Sendright")
            .map(|dirs| Self::at(dirs.data_dir()))
    }

    /// The data directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.root.join("sendright.db")
    }

    /// The passphrase-encrypted vault.
    pub fn vault_file(&self) -> PathBuf {
        self.root.join("vault.age")
    }

    /// Rotating logs.
    pub fn logs(&self) -> PathBuf {
        self.root.join("logs")
    }

    /// Locks that processes hold while they work, so that others can tell a crash from a wait.
    pub fn locks(&self) -> PathBuf {
        self.root.join("locks")
    }

    /// The sandbox's certificate authority and mails.
    pub fn sandbox(&self) -> PathBuf {
        self.root.join("sandbox")
    }

    /// Makes the data directory, readable by its owner only.
    ///
    /// # Errors
    /// The operating system's, when it cannot be made or is not a directory.
    pub fn create(&self) -> io::Result<()> {
        for dir in [self.root.clone(), self.locks()] {
            fs::create_dir_all(&dir)?;
        }
        owner_only(&self.root)
    }
}

#[cfg(unix)]
fn owner_only(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut permissions = fs::metadata(dir)?.permissions();
    permissions.set_mode(0o700);
    fs::set_permissions(dir, permissions)
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps)] // elsewhere it can fail
fn owner_only(_dir: &Path) -> io::Result<()> {
    // The user's profile directory is already closed to others on Windows.
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_lives_below_one_directory() {
        let paths = Paths::at("/somewhere");
        for path in [paths.database(), paths.vault_file(), paths.logs(), paths.locks()] {
            assert!(path.starts_with(paths.root()), "{}", path.display());
        }
    }

    #[cfg(unix)]
    #[test]
    fn others_cannot_look_into_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::at(dir.path().join("data"));
        paths.create().unwrap();
        let mode = fs::metadata(paths.root()).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
}
