//! What a sender signs in with, as the overview shows it.

use super::Known;
use crate::{api::Credential, clock::Timestamp, profile::SignIn, secret::SecretName};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

impl Known {
    pub(super) fn credentials(&self) -> Vec<Credential> {
        let mut all = self.signs_in_with();
        let used = self.profile.route.proxy_user().is_some();
        if used || self.has(SecretName::ProxyPassword) {
            let note = if used { "for the proxy" } else { "not used by the route" };
            all.push(self.stored(SecretName::ProxyPassword, None, note));
        }
        if self.has(SecretName::ImapPassword) {
            let used = self.profile.imap.is_some();
            let note = if used { "for reading, not used yet" } else { "no IMAP server is named" };
            all.push(self.stored(SecretName::ImapPassword, None, note));
        }
        all
    }

    fn signs_in_with(&self) -> Vec<Credential> {
        match self.profile.sign_in {
            SignIn::None => Vec::new(),
            SignIn::Password => vec![self.stored(SecretName::Password, None, "does not change")],
            SignIn::AppOnly => {
                let mut all = vec![self.access_token()];
                all.extend(self.client_credentials());
                if all.len() == 1 {
                    all.push(self.client_secret());
                }
                all
            }
            SignIn::Delegated => {
                let mut all = vec![self.access_token(), self.refresh_token()];
                all.extend(self.client_credentials());
                all
            }
        }
    }

    /// Those of its registration that there are; the one that is used comes first.
    fn client_credentials(&self) -> Vec<Credential> {
        let has = |name| self.has(name);
        let certificate = has(SecretName::Certificate).then(|| self.certificate());
        let secret = has(SecretName::ClientSecret).then(|| self.client_secret());
        certificate.into_iter().chain(secret).collect()
    }

    fn certificate(&self) -> Credential {
        let ends = self.certificate_ends();
        self.stored(SecretName::Certificate, ends, &self.until(ends))
    }

    fn access_token(&self) -> Credential {
        let ends = self.access_expires_at.filter(|at| *at > self.now);
        let ends = ends.filter(|_| self.needs_sign_in().is_none());
        let note = match ends {
            Some(_) => "in memory, renews itself",
            None if self.needs_sign_in().is_some() => "none before the next sign-in",
            None => "fetched when it is needed",
        };
        Credential {
            name: "access_token".to_owned(),
            present: ends.is_some(),
            since: None,
            expires_at: ends,
            renews_itself: true,
            note: note.to_owned(),
        }
    }

    fn refresh_token(&self) -> Credential {
        let name = SecretName::RefreshToken;
        if self.has(name) && self.needs_sign_in().is_some() {
            let token = self.stored(name, None, "not used any more: a new sign-in replaces it");
            return Credential { since: None, renews_itself: true, ..token };
        }
        let note = if self.has(name) { "renews on each use" } else { "nobody has signed in yet" };
        let mut token = self.stored(name, self.refresh_token_ends(), note);
        token.since = self.sign_in.as_ref().map(|known| known.refreshed_at).or(token.since);
        token.renews_itself = true;
        token
    }

    fn client_secret(&self) -> Credential {
        let used = self.credential() != Some(SecretName::Certificate);
        let ends = self.secret_ends().filter(|_| used);
        let note = if used { self.until(ends) } else { "not used: the certificate is".to_owned() };
        self.stored(SecretName::ClientSecret, ends, &note)
    }

    fn until(&self, ends: Option<Timestamp>) -> String {
        let days = ends.map(|at| at.since(self.now).as_secs() / DAY.as_secs());
        match days {
            None => "its end is not known".to_owned(),
            Some(0) => "ends within a day, or has ended".to_owned(),
            Some(days) => format!("in {days} days"),
        }
    }

    fn stored(&self, name: SecretName, expires_at: Option<Timestamp>, note: &str) -> Credential {
        Credential {
            name: name.as_str().to_owned(),
            present: self.has(name),
            since: self.since(name),
            expires_at,
            renews_itself: false,
            note: match &self.lost_vault {
                Some(vault) if self.since(name).is_some() => {
                    format!("not to be had: {vault} is not there")
                }
                _ => note.to_owned(),
            },
        }
    }
}
