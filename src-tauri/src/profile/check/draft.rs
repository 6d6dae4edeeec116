//! Settings as somebody wrote them, and as the database keeps them.

use crate::profile::{ImapSettings, Profile, Redirect, Registration, SendAs, SmtpSettings};
use serde::{Deserialize, Serialize};
use std::path::Path;

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
    pub revocation_endpoint: String,
    pub issuer: String,
    pub confirmed_hosts: Vec<String>,
    pub graph_url: String,
    pub redirect: String,
    pub client_authentication: String,
    pub certificate_algorithm: String,
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
    pub save_to_sent_items: bool,
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
    pub auth: String,
    /// The server that was allowed to be signed in to in clear text: another host needs it anew.
    pub allow_plaintext: String,
    // Left out where it is off: settings of before it are the same then.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub chunking: bool,
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
            save_to_sent_items: true,
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
            authority: known.authority.clone().unwrap_or_default(),
            authorize_endpoint: known.authorize_endpoint.clone().unwrap_or_default(),
            token_endpoint: known.token_endpoint.clone().unwrap_or_default(),
            device_endpoint: known.device_endpoint.clone().unwrap_or_default(),
            revocation_endpoint: known.revocation_endpoint.clone().unwrap_or_default(),
            issuer: known.issuer.clone().unwrap_or_default(),
            confirmed_hosts: known.confirmed_hosts.clone(),
            graph_url: written(known.graph_url.as_ref()),
            redirect: match &known.redirect {
                Redirect::Loopback => "loopback".to_owned(),
                Redirect::DeepLink => "deep-link".to_owned(),
                Redirect::Pasted(page) => page.clone(),
            },
            client_authentication: known.client_authentication.to_string(),
            certificate_algorithm: known.certificate_algorithm.to_string(),
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
            save_to_sent_items: known.save_to_sent_items,
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
            auth: known.auth.to_string(),
            allow_plaintext: if known.allow_plaintext { known.host.clone() } else { String::new() },
            chunking: known.chunking,
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
