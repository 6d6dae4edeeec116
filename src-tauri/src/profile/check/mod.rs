//! Whether settings can be accepted, and if not which, why, and what would be right.
//!
//! A draft is what a person wrote, in the declarative file or in the window, and how the database
//! keeps it: words, with nothing said about them. Checking a draft is the only way to a
//! [`Profile`] or [`Registration`], and finds all faults at once.

mod certificate;
mod draft;
mod hosts;
mod mail;
mod network;
mod profile;
mod registration;
mod together;
mod words;

pub use draft::{ImapDraft, ProfileDraft, RegistrationDraft, SmtpDraft};
pub use mail::mailbox;

use super::{Profile, Registration, RegistrationId, Route, store::nearest};
use crate::net::tls::Trust;
use std::{fs, path::Path};
use url::Url;

/// A setting that cannot be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Its key as in the declarative file, for example `smtp.port`.
    pub field: String,
    /// What is wrong with the value.
    pub fault: String,
    /// What would be right.
    pub remedy: String,
}

/// The issuer of a provider, to be asked for its endpoints.
///
/// # Errors
/// What is wrong with it.
pub fn issuer(value: &str) -> Result<Url, Fault> {
    network::base_address(value.trim()).map_err(|wrong| wrong.of("issuer"))
}

/// The way to other computers; left out: the system's.
///
/// # Errors
/// What is wrong with it.
pub fn route(value: &str) -> Result<Route, Fault> {
    match value.trim() {
        "" => Ok(Route::System),
        value => network::route(value).map_err(|wrong| wrong.of("route")),
    }
}

impl Registration {
    /// Says what is wrong with the files it names: they may have changed since it was checked.
    pub fn files(&self) -> Vec<Fault> {
        self.ca_file.as_deref().and_then(|file| authorities("ca_file", file)).into_iter().collect()
    }
}

impl Profile {
    /// Says what is wrong with the files it names: they may have changed since it was checked.
    pub fn files(&self) -> Vec<Fault> {
        let file = self.smtp.as_ref().and_then(|smtp| smtp.ca_file.as_deref());
        file.and_then(|file| authorities("smtp.ca_file", file)).into_iter().collect()
    }

    /// Says of each setting that is kept but does nothing so far that it does nothing.
    pub fn not_yet(&self) -> Vec<String> {
        let table = [
            (self.imap.is_some(), "imap: the mailbox is not read yet"),
            (self.technical_mail.is_some(), "technical_mail: nobody is told of failures yet"),
            (self.backup.is_some(), "backup: no other sender takes over yet"),
        ];
        table.iter().filter(|(used, _)| *used).map(|(_, words)| (*words).to_owned()).collect()
    }
}

fn authorities(field: &str, file: &Path) -> Option<Fault> {
    let fault = match fs::read(file) {
        Err(error) => error.to_string(),
        Ok(pem) => Trust::system().with_pem(&pem).err()?.to_string(),
    };
    Some(Fault {
        field: field.to_owned(),
        fault: format!("{}: {fault}", file.display()),
        remedy: "It has to be a readable file with certificates in PEM form".to_owned(),
    })
}

/// Collects faults while a draft is read. A value with a fault is replaced by some other one,
/// which never gets out: [`none_or`](Self::none_or) hands out nothing once there is a fault.
#[derive(Default)]
struct Faults(Vec<Fault>);

/// What is wrong with one value, and what would be right.
pub(super) struct Wrong {
    fault: String,
    remedy: String,
}

impl Wrong {
    /// The fault of `field`.
    pub(super) fn of(self, field: &str) -> Fault {
        Fault { field: field.to_owned(), fault: self.fault, remedy: self.remedy }
    }

    fn new(fault: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { fault: fault.into(), remedy: remedy.into() }
    }
}

impl Faults {
    fn add(&mut self, field: &str, wrong: Wrong) {
        self.0.push(wrong.of(field));
    }

    fn refuse(&mut self, field: &str, fault: &str, remedy: &str) {
        self.add(field, Wrong::new(fault, remedy));
    }

    fn about(&self, field: &str) -> bool {
        self.0.iter().any(|fault| fault.field == field)
    }

    fn take<T: Default>(&mut self, field: &str, read: Result<T, Wrong>) -> T {
        read.unwrap_or_else(|wrong| {
            self.add(field, wrong);
            T::default()
        })
    }

    /// Reads `value` unless it is left out.
    fn maybe<T>(
        &mut self,
        field: &str,
        value: &str,
        read: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Option<T> {
        let value = value.trim();
        if value.is_empty() {
            return None;
        }
        read(value).map_err(|wrong| self.add(field, wrong)).ok()
    }

    fn word<T: Copy + ToString>(&mut self, field: &str, value: &str, all: &[T], usual: T) -> T {
        self.maybe(field, value, |value| words::one_of(value, all)).unwrap_or(usual)
    }

    fn none_or<T>(self, checked: T) -> Result<T, Vec<Fault>> {
        if self.0.is_empty() { Ok(checked) } else { Err(self.0) }
    }
}

fn registration_of(
    draft: &ProfileDraft,
    known: &[Registration],
) -> Result<Option<Registration>, Wrong> {
    let asked = draft.registration.trim();
    if asked.is_empty() {
        return Ok(None);
    }
    let id: Option<RegistrationId> = asked.parse().ok();
    known.iter().find(|one| Some(one.id) == id).cloned().map(Some).ok_or_else(|| {
        let names: Vec<_> = known.iter().map(|one| one.name.as_str()).collect();
        unknown(asked, &names)
    })
}

/// `asked` is none of `names`.
pub(super) fn unknown(asked: &str, names: &[&str]) -> Wrong {
    let remedy = match nearest(asked, names.iter().copied()) {
        Some(near) => format!("The nearest that is known is \"{near}\""),
        None if names.is_empty() => "There are none yet: add it first".to_owned(),
        None => format!("Known are: {}", names.join(", ")),
    };
    Wrong::new(format!("there is no {}", words::shown(asked)), remedy)
}

#[cfg(test)]
pub(crate) mod tests;
