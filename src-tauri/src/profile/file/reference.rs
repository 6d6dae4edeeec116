//! Where a file's secrets are: read from there, each once.

use super::Source;
use crate::{
    certificate::Files,
    secret::{Secret, SecretKey, SecretStore, VaultError},
};
use std::{
    cell::RefCell,
    collections::HashMap,
    fs::File,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};
use zeroize::Zeroizing;

/// Where a secret comes from.
pub(super) enum Reference {
    /// A variable of the environment.
    Env(String),
    /// A file.
    File(PathBuf),
    /// It is in the vault already.
    Vault,
    /// A certificate's files.
    Certificate(Box<CertificateReference>),
}

/// Where a certificate with its key comes from.
pub(super) struct CertificateReference {
    /// The certificate, with the key unless that has a file of its own.
    pub(super) file: Reference,
    /// The key.
    pub(super) key_file: Option<PathBuf>,
    /// What decrypts the key.
    pub(super) password: Option<Reference>,
}

impl Reference {
    /// The secret that it refers to, or why there is none; `None`: it is in the vault, or is a
    /// certificate, which is read with the registration that it is for.
    pub(super) fn value(&self, source: &Source<'_>) -> Option<Result<Secret, String>> {
        match self {
            Self::Env(variable) => Some(
                (source.environment)(variable)
                    .filter(|value| !value.is_empty())
                    .ok_or_else(|| format!("the variable {variable} is not set, or empty")),
            ),
            Self::File(path) => Some(source.files.line(path)),
            Self::Vault | Self::Certificate(_) => None,
        }
    }
}

/// The files with secrets that were read. What refers to them may be looked at again after its issuers
/// were asked, and what comes through a pipe comes once.
#[derive(Default)]
pub struct KnownFiles(Mutex<HashMap<PathBuf, Zeroizing<Vec<u8>>>>);

impl KnownFiles {
    /// What is in the file at `path`, if it is small enough for what it should be.
    pub(super) fn whole(&self, path: &Path) -> Result<Zeroizing<Vec<u8>>, String> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(octets) = known.get(path) {
            return Ok(octets.clone());
        }
        let read = File::open(path).and_then(Files::octets);
        let octets = read.map_err(|error| format!("{}: {error}", path.display()))?;
        if octets.is_empty() {
            return Err(format!("{} is empty", path.display()));
        }
        known.insert(path.to_owned(), octets.clone());
        Ok(octets)
    }

    /// The secret in the file at `path`, without the line break at its end.
    fn line(&self, path: &Path) -> Result<Secret, String> {
        let octets = self.whole(path)?;
        line(&octets).map_err(|fault| format!("{}: {fault}", path.display()))
    }
}

/// What a vault holds. It may ask the person each time, so each is asked for once; not for longer than
/// one look at a file takes, since others store in it, too.
pub(super) struct Held<'a> {
    vault: &'a dyn SecretStore,
    known: RefCell<HashMap<SecretKey, Option<Secret>>>,
}

impl<'a> Held<'a> {
    /// What is held by `vault`.
    pub(super) fn by(vault: &'a dyn SecretStore) -> Self {
        Self { vault, known: RefCell::default() }
    }

    /// What it holds as `key`.
    pub(super) fn get(&self, key: SecretKey) -> Result<Option<Secret>, VaultError> {
        let mut known = self.known.borrow_mut();
        if let Some(held) = known.get(&key) {
            return Ok(held.clone());
        }
        let held = self.vault.get(&key)?;
        known.insert(key, held.clone());
        Ok(held)
    }
}

/// A secret of one line, without the line's end.
pub(super) fn line(octets: &[u8]) -> Result<Secret, String> {
    let text = std::str::from_utf8(octets).map_err(|_| "it is not text".to_owned())?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() { Err("it is empty".to_owned()) } else { Ok(Secret::new(text)) }
}
