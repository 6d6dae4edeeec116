//! What the faces are shown of a sender: how it is doing, and on what evidence.

mod changes;
mod credentials;

use super::drafts;
use crate::{
    api::{EffectiveSettings, Fit, Health, Identity, Outcome, ProfileRow, ProfileView},
    certificate::Certificate,
    clock::Timestamp,
    letter::sent_as,
    oauth::{SignInReason, missing},
    outbox::Record,
    profile::{
        Mailbox, Profile, Provider, Registration, SendAs, SignIn, client_credential, presets,
        store::{AdminConsent, SignedIn},
    },
    secret::SecretName,
};
use std::time::Duration;

/// What ends within this time is shown as expiring.
const SOON: Duration = Duration::from_secs(14 * 86_400);
/// How long an unused refresh token of Entra lives
/// (<https://learn.microsoft.com/entra/identity-platform/refresh-tokens>, 2026-11).
const UNUSED_REFRESH_TOKEN: Duration = Duration::from_secs(90 * 86_400);

/// Everything that is known of a sender.
pub(super) struct Known {
    pub(super) profile: Profile,
    pub(super) registration: Option<Registration>,
    pub(super) admin_consent: Option<AdminConsent>,
    pub(super) sign_in: Option<SignedIn>,
    /// Its own and its registration's.
    pub(super) secrets: Vec<(SecretName, Timestamp)>,
    /// The vault that is not there any more, with every secret that was in it.
    pub(super) lost_vault: Option<String>,
    /// Its registration's.
    pub(super) certificate: Option<Certificate>,
    /// When its settings last changed, or its registration's.
    pub(super) changed_at: Option<Timestamp>,
    /// The send that shows best how it is doing.
    pub(super) evidence: Option<Record>,
    pub(super) access_expires_at: Option<Timestamp>,
    pub(super) now: Timestamp,
}

impl Known {
    /// As the sidebar lists it.
    pub(super) fn row(&self) -> ProfileRow {
        let (health, health_note) = self.health();
        ProfileRow {
            id: self.profile.id,
            name: self.profile.name.clone(),
            mailbox: self.profile.mailbox.clone(),
            provider: self.registration.as_ref().map(|r| r.provider),
            tags: self.profile.tags.clone(),
            enabled: self.profile.enabled,
            transport: self.profile.transport,
            sign_in: self.profile.sign_in,
            health,
            health_note,
            expires_at: self.ends_soon().map(|(_, at)| at),
            sandbox: self.profile.sandbox,
        }
    }

    /// Everything about it.
    pub(super) fn view(&self) -> ProfileView {
        let row = self.row();
        let failed = self.evidence.as_ref().filter(|_| row.health == Health::Failing);
        ProfileView {
            failed: failed.map(|send| send.id),
            row,
            settings: drafts::profile_settings(&self.profile),
            effective: self.effective(),
            registration_name: self.registration.as_ref().map(|r| r.name.clone()),
            admin_consent: self.admin_consent.clone().map(drafts::admin_consent),
            identity: self.identity(),
            missing_scopes: self.missing_scopes(),
            credentials: self.credentials(),
            not_yet: self.profile.not_yet(),
        }
    }

    /// The worst thing that is known, with its evidence.
    fn health(&self) -> (Health, String) {
        if !self.profile.enabled {
            return (Health::Disabled, "switched off".to_owned());
        }
        if let Some(why) = self.needs_sign_in() {
            return (Health::NeedsSignIn, why);
        }
        let Some(send) = &self.evidence else {
            return self.expiring().unwrap_or((Health::NeverVerified, "never sent".to_owned()));
        };
        let result = send.listed().result;
        let accepted = || format!("accepted {}", send.started_at);
        match send.proves() {
            Some(false) => match self.not_tested_since(send) {
                None => (Health::Failing, result),
                Some(since) => self.expiring().unwrap_or((Health::NeverVerified, since)),
            },
            Some(true) => self.expiring().unwrap_or_else(|| (Health::Ready, accepted())),
            None => self.expiring().unwrap_or((Health::NeverVerified, result)),
        }
    }

    fn needs_sign_in(&self) -> Option<String> {
        let uses_any = self.secrets.iter().any(|(name, _)| self.uses(*name));
        if let Some(vault) = self.lost_vault.as_ref().filter(|_| uses_any) {
            return Some(format!("its secrets are not to be had: {vault} is not there"));
        }
        let missing = |name| !self.has(name);
        match self.profile.sign_in {
            SignIn::None => None,
            SignIn::Password => {
                missing(SecretName::Password).then(|| "no password is stored".to_owned())
            }
            SignIn::AppOnly => self
                .credential()
                .is_none()
                .then(|| "neither a client secret nor a certificate is stored".to_owned()),
            SignIn::Delegated => match &self.sign_in {
                None => Some("nobody has signed in yet".to_owned()),
                Some(known) => self.settings_changed().or(known.needs_sign_in.clone()),
            },
        }
    }

    /// What changed since the sign-in, so that its tokens are not used any more.
    fn settings_changed(&self) -> Option<String> {
        let changed = self.sign_in.as_ref()?.changed(&self.profile, self.registration.as_ref()?);
        SignInReason::from_changes(changed).map(|reason| reason.to_string())
    }

    fn expiring(&self) -> Option<(Health, String)> {
        self.ends_soon().map(|(what, at)| {
            if at > self.now {
                (Health::Expiring, format!("{what} ends {at}"))
            } else {
                (Health::Expired, format!("{what} ended {at}"))
            }
        })
    }

    /// The first thing that ends within [`SOON`], or has ended.
    fn ends_soon(&self) -> Option<(&'static str, Timestamp)> {
        let credential = match self.credential() {
            Some(SecretName::Certificate) => self.certificate_ends().zip(Some("the certificate")),
            _ => self.secret_ends().zip(Some("the client secret")),
        };
        let credential = credential.map(|(at, what)| (what, at));
        let token = self.refresh_token_ends().map(|at| ("the sign-in, unless it is used,", at));
        let ends = [credential, token].into_iter().flatten().min_by_key(|(_, at)| *at);
        ends.filter(|(_, at)| *at <= self.now.after(SOON))
    }

    /// What its registration proves itself with.
    fn credential(&self) -> Option<SecretName> {
        client_credential(|name| self.has(name))
    }

    fn certificate_ends(&self) -> Option<Timestamp> {
        self.certificate.as_ref().map(|certificate| certificate.not_after)
    }

    fn secret_ends(&self) -> Option<Timestamp> {
        let date = self.registration.as_ref()?.client_secret_expires?;
        self.has(SecretName::ClientSecret)
            .then(|| Timestamp::from_unix(date.midnight().assume_utc().unix_timestamp()))
            .flatten()
    }

    fn refresh_token_ends(&self) -> Option<Timestamp> {
        let microsoft = self.registration.as_ref()?.provider == Provider::Microsoft;
        let known = self.sign_in.as_ref().filter(|_| self.has(SecretName::RefreshToken))?;
        microsoft.then(|| known.refreshed_at.after(UNUSED_REFRESH_TOKEN))
    }

    fn has(&self, name: SecretName) -> bool {
        self.lost_vault.is_none() && self.since(name).is_some()
    }

    /// Whether it could not send without `name`, where that was stored.
    fn uses(&self, name: SecretName) -> bool {
        let sign_in = self.profile.sign_in;
        match name {
            SecretName::Password => sign_in == SignIn::Password,
            SecretName::RefreshToken => sign_in == SignIn::Delegated,
            SecretName::ClientSecret | SecretName::Certificate => {
                matches!(sign_in, SignIn::Delegated | SignIn::AppOnly)
            }
            SecretName::ProxyPassword => self.profile.route.proxy_user().is_some(),
            SecretName::CertificatePassword | SecretName::ImapPassword => false,
        }
    }

    fn since(&self, name: SecretName) -> Option<Timestamp> {
        self.secrets.iter().find(|(known, _)| *known == name).map(|(_, since)| *since)
    }

    fn effective(&self) -> EffectiveSettings {
        let registration = self.registration.as_ref();
        let smtp = presets::smtp(&self.profile, registration);
        let graph = registration.and_then(|r| presets::endpoints(r).graph);
        EffectiveSettings {
            // Only who may ask the operating system knows: see `App::get_profile`.
            route: String::new(),
            smtp: smtp.as_ref().map(drafts::server),
            scopes: presets::consent_scopes(&self.profile, registration),
            graph_url: graph.map(|url| url.to_string()),
            redirect: registration.map(presets::redirect_to_register),
        }
    }

    fn identity(&self) -> Identity {
        let sender = self.profile.sender();
        let account = self.sign_in.as_ref().and_then(|known| known.account.clone());
        let proof = self.proof(&sender);
        let different = if proof.is_some() { Fit::Allowed } else { Fit::Mismatch };
        let account_mailbox = match &account {
            None => Fit::Unknown,
            Some(account) if account.eq_ignore_ascii_case(&self.profile.mailbox) => Fit::Same,
            Some(_) => different,
        };
        let mailbox_from = if sender.address.eq_ignore_ascii_case(&self.profile.mailbox) {
            Fit::Same
        } else if may_send_as(&self.profile, &sender.address) {
            Fit::Allowed
        } else {
            different
        };
        Identity {
            account,
            mailbox: self.profile.mailbox.clone(),
            from: sender.address,
            from_name: sender.name,
            proved_at: proof.map(|send| send.started_at),
            account_mailbox,
            mailbox_from,
        }
    }

    /// The message that was accepted from there since the settings and who signed in are as they are.
    fn proof(&self, from: &Mailbox) -> Option<&Record> {
        let from = sent_as(from)?;
        let signed_in_at = self.sign_in.as_ref().map(|known| known.signed_in_at);
        let since = self.changed_at.max(signed_in_at);
        self.evidence.as_ref().filter(|send| {
            send.outcome == Outcome::Accepted
                && Some(send.started_at) >= since
                && send.from.eq_ignore_ascii_case(&from)
                && self.needs_sign_in().is_none()
        })
    }

    /// What was not allowed at the sign-in, and what has been wanted only since then.
    fn missing_scopes(&self) -> Vec<String> {
        let delegated = self.profile.sign_in == SignIn::Delegated;
        let Some(known) = self.sign_in.as_ref().filter(|_| delegated) else { return Vec::new() };
        let Profile { scopes, transport, .. } = &self.profile;
        let wanted =
            presets::scope_for_others(&self.profile, self.registration.as_ref(), *transport)
                .filter(|_| scopes.is_empty());
        let since = missing(wanted.as_slice(), &known.scopes);
        let new = since.into_iter().filter(|scope| !known.missing.contains(scope));
        known.missing.iter().cloned().chain(new).collect()
    }
}

/// Whether the settings let `profile` send as `address`.
pub(super) fn may_send_as(profile: &Profile, address: &str) -> bool {
    match &profile.send_as {
        SendAs::Any => true,
        SendAs::These(addresses) => addresses.iter().any(|a| a.eq_ignore_ascii_case(address)),
    }
}
