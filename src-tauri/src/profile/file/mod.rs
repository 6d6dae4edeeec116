//! The declarative file: apply and export.
//!
//! Invariant: everything is looked at before anything is written, and what is written is written
//! whole, the vault included.

mod certificate;
mod export;
mod found;
#[cfg(fuzzing)]
pub mod fuzzing;
mod plan;
mod read;
mod reference;
mod table;
mod write;

pub use export::export;
pub use found::{Found, Lookup, Way, lookups};
pub use reference::KnownFiles;

use super::{
    check::Fault,
    store::{Profiles, Rows, SignInAgain, StoreError},
};
use crate::{
    clock::Timestamp,
    db::DbError,
    secret::{Secret, SecretKey, SecretStore, VaultError},
};
use plan::Plan;
use reference::Held;
use std::path::Path;

/// A declarative file, and what it may refer to.
pub struct Source<'a> {
    /// TOML.
    pub text: &'a str,
    /// The directory that file names in it start from.
    pub base_dir: &'a Path,
    /// Looks up the environment: the core reads none.
    pub environment: &'a dyn Fn(&str) -> Option<Secret>,
    /// The files with secrets that were read already.
    pub files: &'a KnownFiles,
    /// What the issuers say that it names without their endpoints, by registration. `None`: it could not be
    /// asked, and what is stored stays where the file is of one mind with it.
    pub found: &'a [(String, Option<Found>)],
}

/// What applying a file did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    /// Names of registrations and profiles made.
    pub created: Vec<String>,
    /// Names of those changed, be it only in a secret.
    pub changed: Vec<String>,
    /// Names of those left as they were.
    pub unchanged: Vec<String>,
    /// What is stored and has no behaviour yet.
    pub not_yet: Vec<String>,
    /// Secrets that the file takes to be in the vault and that are not there.
    pub missing_secrets: Vec<String>,
    /// Whose person has to sign in again, since what the sign-in rests on was changed.
    pub sign_in_again: Vec<SignInAgain>,
}

/// Why a file was not applied. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Something in it cannot be accepted.
    #[error("{} settings cannot be accepted", .0.len())]
    Invalid(Vec<PlacedFault>),
    /// The rows could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A secret could not be put into the vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl FileError {
    /// Everything that is wrong with the file, from its beginning on.
    fn invalid(mut faults: Vec<PlacedFault>) -> Self {
        faults.sort_by_key(|one| (one.line, one.column));
        Self::Invalid(faults)
    }
}

impl From<DbError> for FileError {
    fn from(error: DbError) -> Self {
        Self::Store(error.into())
    }
}

/// A fault and where in the file it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedFault {
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    /// Which table it is in, for example `profile "Invoices"`; empty: outside of them.
    pub table: String,
    /// What is wrong.
    pub fault: Fault,
}

/// A secret that the vault does not hold yet, and what it holds instead.
struct Replacement {
    key: SecretKey,
    label: String,
    new: Secret,
    old: Option<Secret>,
}

/// Makes the registrations and profiles be what the file says; those it does not name stay as they
/// are. Blocks: the vault may be asking the person.
///
/// # Errors
/// [`FileError`], and nothing is changed.
pub fn apply(
    source: &Source<'_>,
    profiles: &Profiles,
    vault: &dyn SecretStore,
    now: Timestamp,
) -> Result<Applied, FileError> {
    let entries = read::entries(source).map_err(FileError::invalid)?;
    let held = Held::by(vault);
    let passwords = certificate::passwords(&entries, profiles, &held)?;
    let plan = |rows: Rows<'_>| plan::plan(&entries, source, &passwords, now, rows);
    let lost = !vault.is_there();
    // The vault may be asking the person, and is slow to open: that is over before the database is held.
    let replacements = |plan: &Plan| replacements(plan, &held);
    if !replacements(&profiles.look(plan)?)?.is_empty() {
        vault.make()?;
    }
    let mut replaced = Vec::new();
    let written = profiles.change(|rows| {
        // Made anew: others may have changed the rows while the vault was asked.
        let mut plan = plan(rows)?;
        if lost {
            plan.missing.append(&mut plan.kept);
        }
        let known = rows.sign_in_again(None)?;
        plan.write(rows, now)?;
        let mut sign_in_again = rows.sign_in_again(None)?;
        sign_in_again.retain(|one| !known.contains(one));
        replaced = replacements(&plan)?;
        for Replacement { key, label, new, .. } in &replaced {
            rows.secret_is_set(*key, now)?;
            vault.put(key, new, label)?;
        }
        let applied = plan.report(|owner| replaced.iter().any(|one| one.key.owner == owner));
        Ok(Applied { sign_in_again, ..applied })
    });
    written.inspect_err(|_| take_back(&replaced, vault))
}

/// What is not in the vault as the file has it.
fn replacements(plan: &Plan, held: &Held<'_>) -> Result<Vec<Replacement>, VaultError> {
    let mut found = Vec::new();
    for (key, new, label) in &plan.secrets {
        // Of what the file makes it can hold nothing, and whoever is asked may be a person.
        let old = if plan.makes(key.owner) { None } else { held.get(*key)? };
        if old.as_ref().is_none_or(|old| old.expose() != new.expose()) {
            found.push(Replacement { key: *key, label: label.clone(), new: new.clone(), old });
        }
    }
    Ok(found)
}

/// Puts back what the vault held before.
fn take_back(replacements: &[Replacement], vault: &dyn SecretStore) {
    for Replacement { key, label, old, .. } in replacements {
        let back = match old {
            Some(old) => vault.put(key, old, label),
            None => vault.forget(key),
        };
        if let Err(error) = back {
            // The vault is what failed to begin with; the error that is reported says so.
            tracing::warn!(owner = %key.owner, name = key.name.as_str(), %error, "not taken back");
        }
    }
}

#[cfg(test)]
mod tests;
