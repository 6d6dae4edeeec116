//! Which vault keeps the secrets, and the passphrase that opens the one in a file.

use super::{App, Inner};
use crate::{
    api::{News, VaultAsks, VaultPassphrase},
    explain::Problem,
    secret::{SecretStore as _, VaultError, VaultKind, keychain::Keychain},
    settings,
};
use std::sync::Arc;

impl App {
    /// Opens the vault file, which is made when there is none, and keeps secrets there from now on. In the
    /// place of the keychain it is the person's choice, and remembered.
    pub async fn open_vault_file(&self, given: VaultPassphrase) -> Result<(), Problem> {
        self.beside(move |inner| {
            let before = inner.vault.kind();
            inner.vault.turn_to_file(given.passphrase)?;
            if before != VaultKind::File {
                settings::keep_vault_file(&inner.db, true)?;
            }
            Ok(())
        })
        .await?;
        self.tell(News::ProfilesChanged);
        Ok(())
    }

    /// Keeps secrets in the keychain again; what is in the vault file stays there.
    ///
    /// # Errors
    /// When there is no keychain, or it is locked; then nothing changes.
    pub async fn use_keychain(&self, (): ()) -> Result<(), Problem> {
        self.beside(|inner| {
            let keychain = Keychain::new();
            keychain.ready()?;
            settings::keep_vault_file(&inner.db, false)?;
            inner.vault.turn_to(Arc::new(keychain));
            Ok(())
        })
        .await?;
        self.tell(News::ProfilesChanged);
        Ok(())
    }
}

impl Inner {
    /// What the person can do about `problem` here and now: open or make the vault file.
    pub(super) fn asks(&self, problem: &VaultError) -> Option<VaultAsks> {
        match problem {
            VaultError::Absent { .. }
            | VaultError::NoPassphrase
            | VaultError::WrongPassphrase { .. } => {
                let there = self.paths.vault_file().exists();
                Some(if there { VaultAsks::Passphrase } else { VaultAsks::NewPassphrase })
            }
            _ => None,
        }
    }
}
