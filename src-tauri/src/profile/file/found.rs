//! What issuers say about their providers, where a file leaves it out.

use super::{
    FileError, Source,
    certificate::passwords,
    plan::{self, Plan, Step},
    read,
    reference::Held,
};
use crate::{
    clock::Timestamp,
    profile::{
        ClientAuthentication, Profile, ProfileId, Registration, RegistrationId, Route,
        check::{self, RegistrationDraft},
        store::Profiles,
    },
    secret::{Secret, SecretKey, SecretName, SecretStore},
};
use std::path::PathBuf;
use url::Url;

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
    /// Endpoints on `issuer`'s own host, for a look at the rest of a file before it has said where they are.
    fn assumed(issuer: &Url) -> Self {
        let own = issuer.origin().ascii_serialization();
        Self { authorize: own.clone(), token: own, ..Self::default() }
    }

    /// What is stored, if `draft` with it is just the registration that there is.
    pub(super) fn stored(draft: &RegistrationDraft, before: &Registration) -> Option<Self> {
        let (mut draft, stored) = (draft.clone(), Self::of(before));
        stored.complete(&mut draft);
        (draft.check(before.id).as_ref() == Ok(before)).then_some(stored)
    }

    /// What is stored of a registration.
    pub fn of(known: &Registration) -> Self {
        let text = |endpoint: &Option<String>| endpoint.clone().unwrap_or_default();
        Self {
            authorize: text(&known.authorize_endpoint),
            token: text(&known.token_endpoint),
            device: text(&known.device_endpoint),
            revocation: text(&known.revocation_endpoint),
            authentication: Some(known.client_authentication),
        }
    }

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
    /// The way there: that of the first sender who uses it, in the file or else stored.
    pub way: Option<Way>,
    /// Whether what is stored of it may stay: the file changes nothing of the registration.
    pub may_stay: bool,
}

/// The way of a sender.
#[derive(Debug, Clone)]
pub struct Way {
    /// Whose.
    pub sender: ProfileId,
    /// Which.
    pub route: Route,
    /// The proxy's password where a file has it; the vault's otherwise.
    pub password: Option<Secret>,
}

impl Way {
    /// That of the first of `senders` who uses `registration`.
    pub fn of_user<'a>(
        senders: impl IntoIterator<Item = &'a Profile>,
        registration: RegistrationId,
    ) -> Option<Self> {
        let mut senders = senders.into_iter();
        let user = senders.find(|one| one.registration == Some(registration))?;
        Some(Self { sender: user.id, route: user.route.clone(), password: None })
    }
}

/// What has to be looked up before `source` can be applied. Blocks: the vault may be asking the
/// person.
///
/// # Errors
/// Everything else that is wrong with the file: nobody is asked for one that cannot be applied.
pub fn lookups(
    source: &Source<'_>,
    profiles: &Profiles,
    vault: &dyn SecretStore,
    now: Timestamp,
) -> Result<Vec<Lookup>, FileError> {
    let entries = read::entries(source).map_err(FileError::invalid)?;
    let drafts = entries.registrations.iter().map(|entry| &entry.draft);
    let assumed: Vec<_> = drafts
        .clone()
        .filter(|draft| draft.wants_its_issuer())
        .filter_map(|draft| {
            let issuer = check::issuer(&draft.issuer).ok()?;
            Some((draft.name.trim().to_owned(), Some(Found::assumed(&issuer))))
        })
        .collect();
    if assumed.is_empty() {
        return Ok(Vec::new());
    }
    let passwords = passwords(&entries, profiles, &Held::by(vault))?;
    profiles.look(|rows| {
        let source = Source { found: &assumed, ..*source };
        let plan = plan::plan(&entries, &source, &passwords, now, rows)?;
        let stored = rows.profiles()?;
        // Without faults there is one step for each entry.
        let steps = drafts.zip(&plan.registrations);
        let wanted = steps.filter(|(draft, _)| draft.wants_its_issuer());
        Ok(wanted.map(|(draft, step)| lookup(draft, step, &plan, &stored)).collect())
    })
}

fn lookup(
    draft: &RegistrationDraft,
    Step { before, after }: &Step<Registration>,
    plan: &Plan,
    stored: &[Profile],
) -> Lookup {
    Lookup {
        registration: draft.name.trim().to_owned(),
        issuer: draft.issuer.clone(),
        ca_file: after.ca_file.clone(),
        way: way(plan, stored, after.id),
        may_stay: before.as_ref().is_some_and(|before| Found::stored(draft, before).is_some()),
    }
}

/// The way of the users of `registration`, as it will be.
fn way(plan: &Plan, stored: &[Profile], registration: RegistrationId) -> Option<Way> {
    let planned = plan.profiles.iter().map(|step| &step.after);
    let named = |one: &&Profile| planned.clone().any(|other| other.id == one.id);
    let others = stored.iter().filter(|one| !named(one));
    let way = Way::of_user(planned.clone().chain(others), registration)?;
    let key = SecretKey::new(way.sender, SecretName::ProxyPassword);
    let given = plan.secrets.iter().find(|(other, ..)| *other == key);
    Some(Way { password: given.map(|(_, password, _)| password.clone()), ..way })
}
