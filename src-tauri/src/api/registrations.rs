//! App registrations and their certificates.

use crate::{
    clock::Timestamp,
    profile::{CertificateAlgorithm, ClientAuthentication, Cloud, Provider, RegistrationId},
    secret::{Secret, SecretName},
};
use serde::{Deserialize, Serialize};

data! {
    /// An app registration with its settings; without secrets.
    RegistrationSettings {
        /// Left out when it is new.
        id: Option<RegistrationId>,
        /// Unique.
        name: String,
        /// Whose platform.
        provider: Provider,
        /// Which Microsoft cloud.
        cloud: Cloud,
        /// Empty for other providers.
        tenant: String,
        /// The application's id.
        client_id: String,
        /// `YYYY-MM-DD`; empty: not known.
        client_secret_expires: String,
        /// Empty: the preset.
        authority: String,
        /// Empty: the preset.
        authorize_endpoint: String,
        /// Empty: the preset.
        token_endpoint: String,
        /// Empty: the preset.
        device_endpoint: String,
        /// Where a custom provider revokes tokens.
        revocation_endpoint: String,
        /// How a custom provider names itself; its endpoints can be looked up there.
        issuer: String,
        /// Hosts besides the issuer's to which codes and secrets may go: the person has confirmed them.
        confirmed_hosts: Vec<String>,
        /// Empty: the preset.
        graph_url: String,
        /// loopback, deep-link or an https:// address
        redirect: String,
        /// How the secret travels.
        client_authentication: ClientAuthentication,
        /// How the certificate is used.
        certificate_algorithm: CertificateAlgorithm,
        /// Empty: the system's certificate authorities only.
        ca_file: String,
        /// Belongs to the sandbox.
        sandbox: bool,
    }
    /// An app registration's settings, to be saved.
    SaveRegistration {
        /// As they are to be.
        settings: RegistrationSettings,
        /// As they were when they were read for this: what somebody else has changed since is not
        /// overwritten. Left out: whatever is there.
        seen: Option<RegistrationSettings>,
    }
    /// A provider as its issuer describes it; empty: it does not say.
    Discovered {
        /// Where the person's browser goes.
        authorize_endpoint: String,
        /// Where codes and refresh tokens are exchanged.
        token_endpoint: String,
        /// Where a device code is asked for.
        device_endpoint: String,
        /// Where a token can be revoked.
        revocation_endpoint: String,
        /// How it takes the client secret.
        client_authentication: ClientAuthentication,
    }
    /// An app registration as it is listed.
    RegistrationView {
        /// Its settings; `id` is always there.
        settings: RegistrationSettings,
        /// Whether it has a client secret in the vault.
        has_client_secret: bool,
        /// What everybody may see of its certificate.
        certificate: Option<CertificateView>,
        /// Which of the two it proves itself with, where it has to: the certificate, where there is one.
        proves_itself_with: Option<SecretName>,
        /// The names of the profiles that use it.
        used_by: Vec<String>,
        /// The redirect address to register with the provider.
        redirect_to_register: String,
        /// What an administrator allowed it, where one was asked from here.
        admin_consent: Option<AdminConsent>,
    }
    /// What an administrator allowed an app for a whole organisation, as the answer said; no proof.
    AdminConsent {
        /// When the answer came.
        granted_at: Timestamp,
        /// The tenant, as a GUID.
        tenant: Option<String>,
        /// The permissions; empty where the answer named none.
        scopes: Vec<String>,
    }
    /// What everybody may see of a certificate.
    CertificateView {
        /// Whom it is about.
        subject: String,
        /// Its number at its issuer, in hexadecimal.
        serial: String,
        /// From when on it is valid.
        not_before: Timestamp,
        /// Until when it is valid.
        not_after: Timestamp,
        /// The thumbprint as the portal shows it: SHA-1, in hexadecimal.
        thumbprint: String,
        /// SHA-256, in hexadecimal.
        sha256: String,
        /// The size of its key.
        bits: u32,
    }
    /// A sender whose person has to sign in again once an app registration is changed.
    SignInAgain {
        /// The sender's name.
        profile: String,
        /// The settings that change, as the declarative file calls them.
        changed: Vec<String>,
    }
}

/// A certificate's files: their paths (command line) or the tokens that stand for them (window).
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CertificateFiles {
    /// PEM with certificate and key, or PFX.
    pub file: String,
    /// PEM with the key, where it has a file of its own.
    pub key_file: Option<String>,
    /// What decrypts the key.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub password: Option<Secret>,
}

/// A certificate that goes in.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SetCertificate {
    /// Whose.
    pub registration: RegistrationId,
    /// Where it is.
    pub files: CertificateFiles,
}
