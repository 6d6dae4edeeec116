//! Asking the person for secrets. What is typed is not shown.

use crate::{
    explain::Problem,
    secret::{Secret, VaultError},
};
use std::{
    io::{self, IsTerminal as _},
    path::Path,
};

/// Asks for a secret.
pub(super) fn ask(question: &str) -> Result<Secret, Problem> {
    rpassword::prompt_password(question)
        .map(Secret::new)
        .map_err(|error| Problem::from(VaultError::NoPassphrase).said(error.to_string()))
}

/// Asks for the passphrase of the vault file, twice when the file is new. `None`: there is nobody to
/// ask, or the two differ.
pub(super) fn passphrase(vault: &Path) -> Option<Secret> {
    if !io::stdin().is_terminal() {
        return None;
    }
    let first = ask("Passphrase of the vault file: ").ok()?;
    if vault.exists() {
        return Some(first);
    }
    let second = ask("The vault file is new. The same passphrase again: ").ok()?;
    (first.expose() == second.expose()).then_some(first)
}
