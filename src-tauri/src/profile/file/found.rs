//! What issuers say about their providers, where a file leaves it out.

use super::{Source, read, table::Entry};
use crate::{
    profile::{
        ClientAuthentication, Route,
        check::{self, ProfileDraft, RegistrationDraft},
    },
    secret::{Secret, SecretName},
};
use std::path::PathBuf;

/// A provider as it describes itself; empty: it does not say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Where the person's browser goes.
    pub authorize: String,
    /// Where codes and refresh tokens are exchanged.
    pub token: String,
    /// Where a device code is asked for.
    pub device: String,
    /// Where a token can be revoked.
    pub revocation: String,
    /// How it wants the client secret, if it takes one in a way that we know.
    pub authentication: Option<ClientAuthentication>,
}

impl Found {
    /// Fills in what `draft` leaves out.
    pub(super) fn complete(&self, draft: &mut RegistrationDraft) {
        let authentication = self.authentication.map(|way| way.to_string()).unwrap_or_default();
        for (written, found) in [
            (&mut draft.authorize_endpoint, &self.authorize),
            (&mut draft.token_endpoint, &self.token),
            (&mut draft.device_endpoint, &self.device),
            (&mut draft.revocation_endpoint, &self.revocation),
            (&mut draft.client_authentication, &authentication),
        ] {
            if written.trim().is_empty() {
                written.clone_from(found);
            }
        }
    }
}

/// An issuer that a file names without its endpoints.
#[derive(Debug, Clone)]
pub struct Lookup {
    /// The registration's name.
    pub registration: String,
    /// Whom to ask.
    pub issuer: String,
    /// An extra certificate authority for that.
    pub ca_file: Option<PathBuf>,
    /// The way there: that of the first sender in the file who is to use it.
    pub way: Option<Way>,
}

/// The way of a sender.
#[derive(Debug, Clone)]
pub struct Way {
    /// Whose.
    pub sender: String,
    /// Which.
    pub route: Route,
    /// The proxy's password where the file has it; the vault's otherwise.
    pub password: Option<Secret>,
}

/// The way of the sender in `entry`; `None` while there is something wrong with it.
fn way(entry: &Entry<ProfileDraft>, source: &Source<'_>) -> Option<Way> {
    let named = entry.secrets.iter().find(|(name, _)| *name == SecretName::ProxyPassword);
    Some(Way {
        sender: entry.draft.name.trim().to_owned(),
        route: check::route(&entry.draft.route).ok()?,
        password: named.and_then(|(_, one)| one.value(source.environment)).transpose().ok()?,
    })
}

/// What has to be looked up before `source` can be applied. Nothing while it has faults: applying
/// names them.
pub fn lookups(source: &Source<'_>) -> Vec<Lookup> {
    let Ok(entries) = read::entries(source) else { return Vec::new() };
    let drafts = entries.registrations.into_iter().map(|entry| entry.draft);
    drafts
        .filter(RegistrationDraft::wants_its_issuer)
        .filter_map(|draft| {
            let name = draft.name.trim();
            let uses = |one: &&Entry<ProfileDraft>| {
                one.draft.registration.trim().eq_ignore_ascii_case(name)
            };
            let way = match entries.profiles.iter().find(uses) {
                Some(sender) => Some(way(sender, source)?),
                None => None,
            };
            Some(Lookup {
                registration: name.to_owned(),
                issuer: draft.issuer,
                ca_file: Some(draft.ca_file).filter(|file| !file.is_empty()).map(PathBuf::from),
                way,
            })
        })
        .collect()
}
