//! Where files live: one directory for everything, moved as a whole by one setting.

use std::{
    fs::{DirBuilder, OpenOptions},
    io,
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

    /// Makes the data directory. One that is there stays open to whom its owner opened it: what is
    /// ours in it is closed by itself.
    ///
    /// # Errors
    /// The operating system's, when it cannot be made or is not a directory.
    pub fn create(&self) -> io::Result<()> {
        make_dir(&self.root)?;
        make_dir(&self.locks())
    }
}

// On Windows the user's profile directory is closed to others, with everything in it.

/// Makes the directory `dir` for its owner only, unless it is there.
///
/// # Errors
/// The operating system's, when it cannot be made or is not a directory.
pub fn make_dir(dir: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(dir)
}

/// Opens for writing; a file that is made so is for its owner only.
pub fn owner_only() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
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
        use std::{fs, os::unix::fs::PermissionsExt as _};
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::at(dir.path().join("data"));
        paths.create().unwrap();
        let mode = fs::metadata(paths.root()).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
}
