//! The vault in use. The person may turn to the vault file while the program runs.

use super::{Secret, SecretKey, SecretStore, VaultError, VaultKind, file::FileVault};
use std::{
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
};

/// One vault for everybody who keeps secrets: today's keychain, or the vault file once it is opened.
#[derive(Debug)]
pub struct CurrentVault {
    used: RwLock<Arc<dyn SecretStore>>,
    file: PathBuf,
}

impl CurrentVault {
    /// Begins with `used`; `file` is where the vault file is, or would be.
    pub fn new(used: Arc<dyn SecretStore>, file: PathBuf) -> Self {
        Self { used: RwLock::new(used), file }
    }

    /// Opens the vault file with `passphrase` and uses it from now on. It is made when there is none.
    ///
    /// # Errors
    /// The file's; then the vault is the same as before.
    pub fn turn_to_file(&self, passphrase: Secret) -> Result<(), VaultError> {
        let file = FileVault::new(&self.file, Some(passphrase));
        file.make()?;
        self.turn_to(Arc::new(file));
        Ok(())
    }

    /// Uses `vault` from now on.
    pub fn turn_to(&self, vault: Arc<dyn SecretStore>) {
        *self.used.write().unwrap_or_else(PoisonError::into_inner) = vault;
    }

    /// The lock is not held while a vault works: it may be asking the person.
    fn used(&self) -> Arc<dyn SecretStore> {
        Arc::clone(&self.used.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl SecretStore for CurrentVault {
    fn kind(&self) -> VaultKind {
        self.used().kind()
    }

    fn place(&self) -> String {
        self.used().place()
    }

    fn is_there(&self) -> bool {
        self.used().is_there()
    }

    fn ready(&self) -> Result<(), VaultError> {
        self.used().ready()
    }

    fn make(&self) -> Result<(), VaultError> {
        self.used().make()
    }

    fn put(&self, key: &SecretKey, secret: &Secret, label: &str) -> Result<(), VaultError> {
        self.used().put(key, secret, label)
    }

    fn get(&self, key: &SecretKey) -> Result<Option<Secret>, VaultError> {
        self.used().get(key)
    }

    fn forget(&self, key: &SecretKey) -> Result<(), VaultError> {
        self.used().forget(key)
    }
}
