//! Profiles: who sends, which way, and how signed in. Values only; nothing here talks to anybody.
//!
//! Invariant: a [`Profile`] or [`Registration`] that exists has been checked by [`check`]; secrets are
//! never in it.

mod basis;
pub mod check;
pub mod file;
mod kinds;
pub mod presets;
mod registration;
pub mod store;

pub use basis::Basis;
pub use kinds::*;
pub use registration::{CALLBACK_PATH, DEEP_LINK, Redirect, Registration, client_credential};

use crate::net::route::Protocol;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use std::{fmt, path::PathBuf};
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
    /// A message goes out together with its envelope where the server offers CHUNKING.
    pub chunking: bool,
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

impl Route {
    /// Who we are to its proxy. Only with one is the proxy shown a password.
    pub fn proxy_user(&self) -> Option<&str> {
        match self {
            Self::Proxy(proxy) => proxy.user.as_deref(),
            Self::Direct | Self::System => None,
        }
    }
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
