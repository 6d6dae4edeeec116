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

/// Asks for the passphrase of the vault file, twice when the file is new, and again while the two
/// differ. `None`: there is nobody to ask.
pub(super) fn passphrase(vault: &Path) -> Option<Secret> {
    if !io::stdin().is_terminal() {
        return None;
    }
    if vault.exists() {
        return ask("Passphrase of the vault file: ").ok();
    }
    let mut question = "The vault file is new. A passphrase, without which what is in it is lost: ";
    loop {
        let first = ask(question).ok().filter(|typed| !typed.is_empty())?;
        let second = ask("The same again: ").ok()?;
        if first.expose() == second.expose() {
            return Some(first);
        }
        question = "The two differ. A passphrase: ";
    }
}
