//! The certificates that a file refers to.

use super::{
    FileError, Source,
    read::Entries,
    reference::{CertificateReference, Held, Reference, line},
};
use crate::{
    certificate::{Files, KeyedCertificate},
    clock::Timestamp,
    profile::{RegistrationId, check::Fault, store::Profiles},
    secret::{Secret, SecretKey, SecretName},
};
use std::collections::HashMap;
use zeroize::Zeroizing;

/// Passwords that the vault has, by registration.
pub(super) type Passwords = HashMap<RegistrationId, Secret>;

/// The passwords that the file leaves to the vault. Asked before the database is held: the vault may be
/// asking the person.
pub(super) fn passwords(
    entries: &Entries,
    profiles: &Profiles,
    held: &Held<'_>,
) -> Result<Passwords, FileError> {
    let asking = entries.registrations.iter().filter(|entry| {
        entry.secrets.iter().any(|(_, reference)| match reference {
            Reference::Certificate(files) => matches!(files.password, Some(Reference::Vault)),
            _ => false,
        })
    });
    let known = profiles.look(|rows| rows.registrations())?;
    let mut found = Passwords::new();
    for entry in asking {
        let name = entry.draft.name.trim();
        let Some(known) = known.iter().find(|one| one.name.eq_ignore_ascii_case(name)) else {
            continue;
        };
        let key = SecretKey::new(known.id, SecretName::CertificatePassword);
        found.extend(held.get(key)?.map(|password| (known.id, password)));
    }
    Ok(found)
}

impl CertificateReference {
    /// Reads the files.
    ///
    /// # Errors
    /// What is wrong with them at `now`.
    pub(super) fn read(
        &self,
        source: &Source<'_>,
        stored: Option<&Secret>,
        now: Timestamp,
    ) -> Result<KeyedCertificate, Fault> {
        let octets = |reference: &Reference| match reference {
            Reference::Env(variable) => (source.environment)(variable)
                .map(|value| Zeroizing::new(value.expose().as_bytes().to_vec()))
                .ok_or_else(|| format!("the variable {variable} is not set")),
            Reference::File(path) => source.files.whole(path),
            Reference::Vault | Reference::Certificate(_) => {
                unreachable!("read.rs allows neither here")
            }
        };
        let fault = |field: &str| {
            let field = field.to_owned();
            move |fault: String| Fault {
                field,
                fault,
                remedy: "It has to be a readable file, or a variable that is set".to_owned(),
            }
        };
        let password = match &self.password {
            None => None,
            Some(Reference::Vault) => Some(stored.cloned().ok_or_else(not_stored)?),
            Some(reference) => Some(
                octets(reference)
                    .and_then(|read| line(&read))
                    .map_err(fault("certificate.password"))?,
            ),
        };
        let file = octets(&self.file).map_err(fault("certificate"))?;
        let key_file = self.key_file.as_deref().map(|path| source.files.whole(path)).transpose();
        let key_file = key_file.map_err(fault("certificate.key_file"))?;
        let read = KeyedCertificate::read(&Files { file, key_file, password });
        Ok(read.and_then(|found| found.valid_at(now))?)
    }
}

fn not_stored() -> Fault {
    Fault {
        field: "certificate.password".to_owned(),
        fault: "the vault has no password for it".to_owned(),
        remedy: "Store it with `sendright secret set REGISTRATION certificate-password`".to_owned(),
    }
}
