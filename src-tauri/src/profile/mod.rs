//! Profiles: who sends, which way, and how signed in. Values only; nothing here talks to anybody.
//!
//! Invariant: a [`Profile`] or [`Registration`] that exists has been checked by [`check`]; secrets are
//! never in it.

mod basis;
pub mod check;
pub mod file;
pub mod presets;
pub mod store;

pub use basis::Basis;

use crate::{net::route::Protocol, secret::SecretName};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use std::{fmt, path::PathBuf};
use url::Url;
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(test, derive(ts_rs::TS), ts(export, type = "string"))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new one, unlike any other.
            #[allow(clippy::new_without_default)] // two calls differ
            pub fn new() -> Self {
                Self(Uuid::new_v4())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}
id!(
    /// Names a profile for good, whatever it is called.
    ProfileId
);
id!(
    /// Names an app registration for good, whatever it is called.
    RegistrationId
);

/// Declares an enum with the words it is written with in files, JSON and the database.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(test, derive(ts_rs::TS), ts(export))]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every value, in the order people are shown them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The value that `word` stands for.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == word)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words!(
    /// Whose identity platform a registration belongs to.
    Provider {
        /// Entra ID and personal Microsoft accounts.
        Microsoft = "microsoft",
        /// Google accounts and Workspace.
        Google = "google",
        /// Any other OAuth 2.0 provider.
        Custom = "custom",
    }
);
words!(
    /// Which of Microsoft's separate clouds.
    Cloud {
        /// Worldwide, GCC included.
        Global = "global",
        /// US Government GCC High (L4).
        UsGovHigh = "us-gov-high",
        /// US Department of Defense (L5).
        UsGovDod = "us-gov-dod",
        /// China, operated by 21Vianet.
        China = "china",
    }
);
words!(
    /// How a sender proves who it is.
    SignIn {
        /// A person signed in once; tokens renew themselves.
        Delegated = "delegated",
        /// The app signs in as itself.
        AppOnly = "app-only",
        /// User name and password.
        Password = "password",
        /// Not at all.
        None = "none",
    }
);
words!(
    /// Which way mail leaves.
    Transport {
        /// SMTP submission.
        Smtp = "smtp",
        /// Microsoft Graph `sendMail`.
        Graph = "graph",
    }
);
words!(
    /// How a connection is protected.
    Security {
        /// Plain greeting, then TLS, required.
        Starttls = "starttls",
        /// TLS from the first byte.
        Tls = "tls",
        /// Not at all.
        None = "none",
    }
);
words!(
    /// The oldest TLS version that is accepted.
    MinTls {
        /// TLS 1.2.
        V12 = "1.2",
        /// TLS 1.3.
        V13 = "1.3",
    }
);
words!(
    /// Which ways of signing in to the SMTP server may be used.
    SmtpAuth {
        /// Whichever the server offers.
        Auto = "auto",
        /// Tokens, as Microsoft and Google describe it.
        Xoauth2 = "xoauth2",
        /// Tokens, as RFC 7628 has it.
        Oauthbearer = "oauthbearer",
        /// User name and password in one answer (RFC 4616).
        Plain = "plain",
        /// User name and password one after the other.
        Login = "login",
    }
);
words!(
    /// When a mail server on the way is to report about a message (RFC 3461 §4.1).
    Notice {
        /// When it has arrived.
        Success = "success",
        /// When it cannot be delivered.
        Failure = "failure",
        /// When it is delayed.
        Delay = "delay",
        /// Not at all; stands alone.
        Never = "never",
    }
);
words!(
    /// How much of the message comes back with a notice (RFC 3461 §4.3).
    Returned {
        /// All of it.
        Full = "full",
        /// Its headers.
        Headers = "headers",
    }
);
words!(
    /// How a client secret travels to the token endpoint (RFC 6749 §2.3.1).
    ClientAuthentication {
        /// In the request body.
        Post = "post",
        /// In the Authorization header.
        Basic = "basic",
    }
);

words!(
    /// How an app signs what it proves itself with, and which fingerprint names its certificate.
    CertificateAlgorithm {
        /// RSASSA-PSS, `x5t#S256`: what Microsoft's own libraries send.
        Ps256 = "ps256",
        /// RSASSA-PKCS1-v1_5, `x5t`: for providers that do not know the newer one.
        Rs256 = "rs256",
    }
);

/// Where the provider sends the browser afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redirect {
    /// A port of this computer: `http://localhost:{port}/oauth2/callback`.
    Loopback,
    /// `org.sendright.app:/oauth2/callback`.
    DeepLink,
    /// Somebody else's page; the person pastes its address.
    Pasted(Url),
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

/// Where and how SMTP is spoken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpSettings {
    /// A DNS name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How it is protected.
    pub security: Security,
    /// The oldest TLS accepted.
    pub min_tls: MinTls,
    /// An extra certificate authority, PEM.
    pub ca_file: Option<PathBuf>,
    /// How it may be signed in to.
    pub auth: SmtpAuth,
    /// A password or token may cross the network unprotected; only where `security` is none.
    pub allow_plaintext: bool,
}

/// Where the mailbox can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImapSettings {
    /// A DNS name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// User name; the mailbox when left out.
    pub user: Option<String>,
    /// How it is protected.
    pub security: Security,
}

/// Which network way is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// Straight.
    Direct,
    /// As the operating system is set.
    System,
    /// Through this proxy.
    Proxy(ProxySettings),
}

/// A proxy; its password is in the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxySettings {
    /// What it speaks.
    pub protocol: Protocol,
    /// A DNS name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Who we are to it; `None`: it does not ask.
    pub user: Option<String>,
}

impl fmt::Display for Route {
    /// As it stands in the declarative file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ProxySettings { protocol, host, port, user } = match self {
            Self::Direct => return f.write_str("direct"),
            Self::System => return f.write_str("system"),
            Self::Proxy(proxy) => proxy,
        };
        f.write_str(match protocol {
            Protocol::Socks5 => "socks5://",
            Protocol::Http => "http://",
        })?;
        if let Some(user) = user {
            write!(f, "{}@", utf8_percent_encode(user, NON_ALPHANUMERIC))?;
        }
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

/// A name and an address as they stand in a From header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// The display name.
    pub name: Option<String>,
    /// `local@domain`.
    pub address: String,
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} <{}>", self.address),
            None => f.write_str(&self.address),
        }
    }
}

/// Which From addresses besides its own a profile may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendAs {
    /// Any: `["*"]`.
    Any,
    /// These, none when empty.
    These(Vec<String>),
}

/// Who sends: one mailbox, one way out, one way of signing in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// For good.
    pub id: ProfileId,
    /// Unique.
    pub name: String,
    /// Off: it sends nothing.
    pub enabled: bool,
    /// Groups in the sidebar.
    pub tags: Vec<String>,
    /// The registration it signs in through; `None` for passwords and none.
    pub registration: Option<RegistrationId>,
    /// How it proves who it is.
    pub sign_in: SignIn,
    /// What is asked of the provider; empty: what the transport needs.
    pub scopes: Vec<String>,
    /// How long before its end an access token is renewed, in seconds.
    pub token_grace_seconds: u32,
    /// Which way mail leaves.
    pub transport: Transport,
    /// The mailbox used; the SMTP user name.
    pub mailbox: String,
    /// What recipients see; the mailbox when left out.
    pub from: Option<Mailbox>,
    /// Where answers go.
    pub reply_to: Option<Mailbox>,
    /// Other From addresses it may use.
    pub send_as: SendAs,
    /// Whether Graph keeps a copy of what it sends in Sent Items. SMTP knows no such choice: there the
    /// provider decides.
    pub save_to_sent_items: bool,
    /// The SMTP server; `None`: the preset of the registration's provider.
    pub smtp: Option<SmtpSettings>,
    /// The IMAP server.
    pub imap: Option<ImapSettings>,
    /// The network way.
    pub route: Route,
    /// Who is told when it fails.
    pub technical_mail: Option<String>,
    /// The profile that takes over.
    pub backup: Option<ProfileId>,
    /// Belongs to the sandbox: trusts its certificate authority and nothing else.
    pub sandbox: bool,
}

impl Profile {
    /// The From that recipients see unless a message says otherwise.
    pub fn sender(&self) -> Mailbox {
        self.from.clone().unwrap_or_else(|| Mailbox { name: None, address: self.mailbox.clone() })
    }
}
