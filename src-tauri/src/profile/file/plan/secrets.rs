//! The secrets of a file: read while it is planned, so that one that is missing is a fault like others.

use super::Planning;
use crate::{
    profile::{
        Profile, Registration, SignIn,
        check::{Fault, ProfileDraft, RegistrationDraft},
        file::{reference::Reference, table::Entry},
        store::StoreError,
    },
    secret::{SecretKey, SecretName},
};
use uuid::Uuid;

impl Planning<'_> {
    /// Plans the secrets that `entry` refers to, for their `owner`, whose name is `name`.
    pub(super) fn secrets<D>(
        &mut self,
        entry: &Entry<D>,
        title: &str,
        owner: Uuid,
        name: &str,
    ) -> Result<(), StoreError> {
        let held = self.rows.secrets_of(owner)?;
        for (secret, reference) in &entry.secrets {
            let label = format!("{name}: {}", secret.as_str().replace('-', " "));
            let Some(value) = reference.value(self.source) else {
                let kept = held.iter().any(|(held, _)| held == secret);
                match reference {
                    Reference::Vault if kept => self.plan.kept.push(label),
                    Reference::Vault => self.plan.missing.push(label),
                    _ => {}
                }
                continue;
            };
            match value {
                Ok(value) => {
                    let key = SecretKey { owner, name: *secret };
                    self.plan.secrets.push((key, secret.kept(value), label));
                }
                Err(fault) => self.refuse(
                    entry,
                    title,
                    Fault {
                        field: secret.as_str().replace('-', "_"),
                        fault,
                        remedy: "Make it hold the secret, or refer to another place".to_owned(),
                    },
                ),
            }
        }
        Ok(())
    }

    /// Plans the certificate of `registration`, and says which of its secrets will not be used.
    pub(super) fn certificate(
        &mut self,
        entry: &Entry<RegistrationDraft>,
        title: &str,
        registration: &Registration,
    ) -> Result<(), StoreError> {
        let id = registration.id;
        let certificate = entry.secrets.iter().find(|(name, _)| *name == SecretName::Certificate);
        if let Some(fault) = registration.certificate_fault().filter(|_| certificate.is_some()) {
            self.refuse(entry, title, fault);
            return Ok(());
        }
        if let Some((name, Reference::Certificate(files))) = certificate {
            match files.read(self.source, self.passwords.get(&id), self.now) {
                Ok(found) => {
                    let label = format!("{}: certificate", registration.name);
                    let key = SecretKey::new(id, *name);
                    self.plan.secrets.push((key, found.to_secret(), label));
                    self.plan.certificates.push((id, found.certificate));
                }
                Err(fault) => self.refuse(entry, title, fault),
            }
        }
        let held = self.rows.secrets_of(id)?;
        let has = |asked: SecretName| {
            entry.secrets.iter().any(|(name, _)| *name == asked)
                || held.iter().any(|(name, _)| *name == asked)
        };
        if has(SecretName::Certificate) && has(SecretName::ClientSecret) {
            let words = "client_secret: it is kept, and not used while there is a certificate";
            self.plan.idle.push(format!("{}: {words}", registration.name));
        }
        Ok(())
    }

    /// Refuses the passwords of `entry` that `after` would not use.
    pub(super) fn idle_passwords(
        &mut self,
        entry: &Entry<ProfileDraft>,
        title: &str,
        after: &Profile,
    ) {
        let given = |name| entry.secrets.iter().any(|(given, _)| *given == name);
        if after.sign_in != SignIn::Password && given(SecretName::Password) {
            self.refuse(entry, title, idle_password());
        }
        if after.route.proxy_user().is_none() && given(SecretName::ProxyPassword) {
            self.refuse(entry, title, idle_proxy_password());
        }
        if after.imap.is_none() && given(SecretName::ImapPassword) {
            self.refuse(entry, title, idle_imap_password());
        }
    }
}

fn idle_password() -> Fault {
    Fault {
        field: "password".to_owned(),
        fault: "this way of signing in uses no password".to_owned(),
        remedy: "Leave it out, or set sign_in = \"password\"".to_owned(),
    }
}

fn idle_proxy_password() -> Fault {
    Fault {
        field: "proxy_password".to_owned(),
        fault: "the route names no user of a proxy".to_owned(),
        remedy: "Write the user into the route, for example http://user@host:port, or leave it out"
            .to_owned(),
    }
}

fn idle_imap_password() -> Fault {
    Fault {
        field: "imap_password".to_owned(),
        fault: "no IMAP server is named".to_owned(),
        remedy: "Set imap = { host = \"…\" }, or leave it out".to_owned(),
    }
}
