//! Whether settings can be accepted, and if not which, why, and what would be right.
//!
//! A draft is what a person wrote, in the declarative file or in the window, and how the database
//! keeps it: words, with nothing said about them. Checking a draft is the only way to a
//! [`Profile`] or [`Registration`], and finds all faults at once.

mod profile;
mod registration;
mod words;

pub use words::{address, mailbox};

use super::{
    ImapSettings, Profile, Redirect, Registration, RegistrationId, Route, SendAs, SmtpSettings,
};
use crate::net::tls::Trust;
use serde::{Deserialize, Serialize};
use std::{fs, path::Path};

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

/// A registration as somebody wrote it. Empty words are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)] // the keys of `Registration`, which says what they mean
pub struct RegistrationDraft {
    pub name: String,
    pub provider: String,
    pub cloud: String,
    pub tenant: String,
    pub client_id: String,
    pub client_secret_expires: String,
    pub authority: String,
    pub authorize_endpoint: String,
    pub token_endpoint: String,
    pub device_endpoint: String,
    pub graph_url: String,
    pub redirect: String,
    pub client_authentication: String,
    pub ca_file: String,
    pub sandbox: bool,
}

/// A profile as somebody wrote it. Empty words are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)] // the keys of `Profile`, which says what they mean
pub struct ProfileDraft {
    pub name: String,
    pub enabled: bool,
    pub tags: Vec<String>,
    /// The registration's id.
    pub registration: String,
    pub sign_in: String,
    pub scopes: Vec<String>,
    pub token_grace_seconds: i64,
    pub transport: String,
    pub mailbox: String,
    pub from: String,
    pub reply_to: String,
    pub send_as: Vec<String>,
    pub smtp: Option<SmtpDraft>,
    pub imap: Option<ImapDraft>,
    pub route: String,
    pub technical_mail: String,
    /// The other profile's id.
    pub backup: String,
    pub sandbox: bool,
}

/// An SMTP server as somebody wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)] // the keys of `SmtpSettings`
pub struct SmtpDraft {
    pub host: String,
    pub port: Option<i64>,
    pub security: String,
    pub min_tls: String,
    pub ca_file: String,
}

/// An IMAP server as somebody wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)] // the keys of `ImapSettings`
pub struct ImapDraft {
    pub host: String,
    pub port: Option<i64>,
    pub user: String,
    pub security: String,
}

/// How early a token is renewed unless the profile says otherwise, in seconds.
const GRACE: i64 = 30;

impl Default for ProfileDraft {
    /// What a profile is before anything is said about it.
    fn default() -> Self {
        Self {
            name: String::new(),
            enabled: true,
            tags: Vec::new(),
            registration: String::new(),
            sign_in: String::new(),
            scopes: Vec::new(),
            token_grace_seconds: GRACE,
            transport: String::new(),
            mailbox: String::new(),
            from: String::new(),
            reply_to: String::new(),
            send_as: Vec::new(),
            smtp: None,
            imap: None,
            route: String::new(),
            technical_mail: String::new(),
            backup: String::new(),
            sandbox: false,
        }
    }
}

impl From<&Registration> for RegistrationDraft {
    /// The words that check to just this registration.
    fn from(known: &Registration) -> Self {
        Self {
            name: known.name.clone(),
            provider: known.provider.to_string(),
            cloud: known.cloud.to_string(),
            tenant: known.tenant.clone().unwrap_or_default(),
            client_id: known.client_id.clone(),
            client_secret_expires: written(known.client_secret_expires.as_ref()),
            authority: written(known.authority.as_ref()),
            authorize_endpoint: known.authorize_endpoint.clone().unwrap_or_default(),
            token_endpoint: known.token_endpoint.clone().unwrap_or_default(),
            device_endpoint: known.device_endpoint.clone().unwrap_or_default(),
            graph_url: written(known.graph_url.as_ref()),
            redirect: match &known.redirect {
                Redirect::Loopback => "loopback".to_owned(),
                Redirect::DeepLink => "deep-link".to_owned(),
                Redirect::Pasted(page) => page.to_string(),
            },
            client_authentication: known.client_authentication.to_string(),
            ca_file: path(known.ca_file.as_deref()),
            sandbox: known.sandbox,
        }
    }
}

impl From<&Profile> for ProfileDraft {
    /// The words that check to just this profile.
    fn from(known: &Profile) -> Self {
        Self {
            name: known.name.clone(),
            enabled: known.enabled,
            tags: known.tags.clone(),
            registration: written(known.registration.as_ref()),
            sign_in: known.sign_in.to_string(),
            scopes: known.scopes.clone(),
            token_grace_seconds: known.token_grace_seconds.into(),
            transport: known.transport.to_string(),
            mailbox: known.mailbox.clone(),
            from: written(known.from.as_ref()),
            reply_to: written(known.reply_to.as_ref()),
            send_as: match &known.send_as {
                SendAs::Any => vec!["*".to_owned()],
                SendAs::These(addresses) => addresses.clone(),
            },
            smtp: known.smtp.as_ref().map(SmtpDraft::from),
            imap: known.imap.as_ref().map(ImapDraft::from),
            route: known.route.to_string(),
            technical_mail: known.technical_mail.clone().unwrap_or_default(),
            backup: written(known.backup.as_ref()),
            sandbox: known.sandbox,
        }
    }
}

impl From<&SmtpSettings> for SmtpDraft {
    fn from(known: &SmtpSettings) -> Self {
        Self {
            host: known.host.clone(),
            port: Some(known.port.into()),
            security: known.security.to_string(),
            min_tls: known.min_tls.to_string(),
            ca_file: path(known.ca_file.as_deref()),
        }
    }
}

impl From<&ImapSettings> for ImapDraft {
    fn from(known: &ImapSettings) -> Self {
        Self {
            host: known.host.clone(),
            port: Some(known.port.into()),
            user: known.user.clone().unwrap_or_default(),
            security: known.security.to_string(),
        }
    }
}

fn written(value: Option<&impl ToString>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

fn path(value: Option<&Path>) -> String {
    value.map(|path| path.display().to_string()).unwrap_or_default()
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
        let proxied = matches!(self.route, Route::Socks5 { .. } | Route::Http { .. });
        let table = [
            (
                proxied,
                "route: proxies are not used yet; a send is refused rather than sent past it",
            ),
            (self.imap.is_some(), "imap: the mailbox is not read yet"),
            (self.technical_mail.is_some(), "technical_mail: nobody is told of failures yet"),
            (self.backup.is_some(), "backup: no other sender takes over yet"),
        ];
        table.iter().filter(|(used, _)| *used).map(|(_, words)| (*words).to_owned()).collect()
    }
}

impl Registration {
    /// Says of each setting that is kept but does nothing so far that it does nothing.
    pub fn not_yet(&self) -> Vec<String> {
        let device = self.device_endpoint.as_ref();
        device
            .map(|_| "device_endpoint: device codes are not asked for yet".to_owned())
            .into_iter()
            .collect()
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
struct Wrong {
    fault: String,
    remedy: String,
}

impl Wrong {
    fn new(fault: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { fault: fault.into(), remedy: remedy.into() }
    }
}

impl Faults {
    fn add(&mut self, field: &str, wrong: Wrong) {
        let Wrong { fault, remedy } = wrong;
        self.0.push(Fault { field: field.to_owned(), fault, remedy });
    }

    fn refuse(&mut self, field: &str, fault: &str, remedy: &str) {
        self.add(field, Wrong::new(fault, remedy));
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
        Wrong::new("there is no such registration", "Choose one of the registrations there are")
    })
}

#[cfg(test)]
pub(crate) mod tests;
