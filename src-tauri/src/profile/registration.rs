//! App registrations.

use super::{CertificateAlgorithm, ClientAuthentication, Cloud, Provider, RegistrationId};
use crate::secret::SecretName;
use std::path::PathBuf;
use url::Url;

/// Where the provider sends the browser afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redirect {
    /// A port of this computer: `http://localhost:{port}/oauth2/callback`.
    Loopback,
    /// `org.sendright.app:/oauth2/callback`.
    DeepLink,
    /// Somebody else's page, letter by letter as it is registered: that is how providers compare it
    /// (RFC 6749 §3.1.2.3). The person pastes its address.
    Pasted(String),
}

/// The deep link's address: registered with the provider exactly like this.
pub const DEEP_LINK: &str = "org.sendright.app:/oauth2/callback";
/// The path of the loopback redirect.
pub const CALLBACK_PATH: &str = "/oauth2/callback";

/// An app registration: shared by the profiles that sign in through it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// For good.
    pub id: RegistrationId,
    /// Unique.
    pub name: String,
    /// Whose platform.
    pub provider: Provider,
    /// Which Microsoft cloud.
    pub cloud: Cloud,
    /// A GUID, a domain, or `organizations`, `common`, `consumers`; `None` for other providers.
    pub tenant: Option<String>,
    /// The application's id.
    pub client_id: String,
    /// When the client secret stops working, as the portal said.
    pub client_secret_expires: Option<time::Date>,
    /// Replaces the preset's host; without a slash at its end. The tenant follows it, unless its path has `{tenant}` or
    /// `#TenantID#`.
    pub authority: Option<String>,
    /// Replaces the preset; may contain `{tenant}` or `#TenantID#`.
    pub authorize_endpoint: Option<String>,
    /// Replaces the preset; may contain `{tenant}` or `#TenantID#`.
    pub token_endpoint: Option<String>,
    /// Replaces the preset; may contain `{tenant}` or `#TenantID#`.
    pub device_endpoint: Option<String>,
    /// How a custom provider names itself, without a slash at its end; its endpoints were looked up there.
    pub issuer: Option<String>,
    /// Where a custom provider revokes tokens; may contain `{tenant}` or `#TenantID#`.
    pub revocation_endpoint: Option<String>,
    /// Hosts besides the issuer's to which codes and secrets may go: a person has confirmed them.
    pub confirmed_hosts: Vec<String>,
    /// Replaces the preset.
    pub graph_url: Option<Url>,
    /// Where the browser ends.
    pub redirect: Redirect,
    /// How the secret travels.
    pub client_authentication: ClientAuthentication,
    /// How the certificate is used, where there is one.
    pub certificate_algorithm: CertificateAlgorithm,
    /// An extra certificate authority for this provider's HTTPS, PEM.
    pub ca_file: Option<PathBuf>,
    /// Belongs to the sandbox: trusts its certificate authority and nothing else.
    pub sandbox: bool,
}

/// Which of a registration's credentials it proves itself with, given those that it has: the certificate before the
/// secret, since nothing of it travels that could be used again.
pub fn client_credential(has: impl Fn(SecretName) -> bool) -> Option<SecretName> {
    [SecretName::Certificate, SecretName::ClientSecret].into_iter().find(|name| has(*name))
}
