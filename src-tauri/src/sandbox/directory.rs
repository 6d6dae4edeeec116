//! Who is known: the tenant, its people, their mailboxes, and the registered programs.

use crate::secret::Secret;
use serde::Serialize;
use subtle::ConstantTimeEq as _;
use url::{Host, Url};

/// The sandbox's tenant.
pub const TENANT: &str = "5a9d0000-5e4d-4a11-9000-5a4db0c50001";
/// Its domain, which names it as well.
pub const DOMAIN: &str = "sandbox.test";
/// The person who is offered first.
pub const USER: &str = "you@sandbox.test";
/// Everybody's password: for trying password sign-in over SMTP. No secret.
pub const PASSWORD: &str = "sandbox";
/// The secret of [`web_client`]. No secret either: it opens nothing but the sandbox.
pub const WEB_SECRET: &str = "sandbox-secret";

/// Somebody who can sign in, or a mailbox that others use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mailbox {
    /// Its address.
    pub(super) address: &'static str,
    /// What people call it.
    pub(super) name: &'static str,
    /// What it is there to show.
    pub(super) about: &'static str,
    /// The directory's key of it.
    pub(super) oid: &'static str,
    /// Whether somebody signs in with it; a shared mailbox is used by others.
    pub(super) signs_in: bool,
    /// Whether its administrator left authenticated SMTP on.
    pub(super) smtp: bool,
    /// Whether the person may allow programs for the whole tenant.
    pub(super) administers: bool,
    /// Other mailboxes it may open and send as.
    pub(super) may_use: &'static [&'static str],
}

#[rustfmt::skip]
const MAILBOXES: &[Mailbox] = &[
    Mailbox { address: USER,                   name: "You",         about: "Administers the tenant; may also send as team@sandbox.test", oid: "0b000000-5e4d-4a11-9000-000000000001", signs_in: true,  smtp: true,  administers: true,  may_use: &["team@sandbox.test"] },
    Mailbox { address: "anna@sandbox.test",    name: "Anna Berg",   about: "Another person with a mailbox",                oid: "0b000000-5e4d-4a11-9000-000000000002", signs_in: true,  smtp: true,  administers: false, may_use: &[] },
    Mailbox { address: "smtpoff@sandbox.test", name: "SMTP is off", about: "Its administrator switched SMTP sign-in off",  oid: "0b000000-5e4d-4a11-9000-000000000003", signs_in: true,  smtp: false, administers: false, may_use: &[] },
    Mailbox { address: "team@sandbox.test",    name: "Team",        about: "A shared mailbox",                             oid: "0b000000-5e4d-4a11-9000-000000000004", signs_in: false, smtp: true,  administers: false, may_use: &[] },
];

impl Mailbox {
    /// Everybody who can sign in.
    pub(super) fn people() -> impl Iterator<Item = &'static Self> {
        MAILBOXES.iter().filter(|mailbox| mailbox.signs_in)
    }

    /// Finds the mailbox of `address`, whatever its case.
    pub(super) fn find(address: &str) -> Option<&'static Self> {
        MAILBOXES.iter().find(|mailbox| mailbox.address.eq_ignore_ascii_case(address))
    }

    /// Whether `address` is its own.
    pub(super) fn is(&self, address: &str) -> bool {
        self.address.eq_ignore_ascii_case(address)
    }

    /// Whether it may open or send as `address`.
    pub(super) fn may_use(&self, address: &str) -> bool {
        self.is(address) || self.may_use.iter().any(|other| other.eq_ignore_ascii_case(address))
    }

    /// Whether `password` is the right one.
    pub(super) fn has_password(&self, password: &str) -> bool {
        self.signs_in && bool::from(PASSWORD.as_bytes().ct_eq(password.as_bytes()))
    }
}

/// How the part of an address after the host names the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tenant {
    /// By its GUID or its domain.
    Named,
    /// As one of several: `common` or `organizations`.
    Any,
}

impl Tenant {
    /// Reads the tenant's part of a path; `None` when there is no such tenant.
    pub(super) fn find(segment: &str) -> Option<Self> {
        match segment.to_ascii_lowercase().as_str() {
            TENANT | DOMAIN => Some(Self::Named),
            "common" | "organizations" => Some(Self::Any),
            _ => None,
        }
    }
}

/// The platform that a redirect address is registered under; it decides whether a secret is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// "Web": the program keeps a secret.
    Web,
    /// "Mobile and desktop applications": the program must not send one.
    Desktop,
}

/// A registered program.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its client id.
    pub id: String,
    /// What the consent page calls it.
    pub name: String,
    /// Its client secret, if it has one.
    pub secret: Option<Secret>,
    /// Where answers may go.
    pub redirects: Vec<(Platform, String)>,
    /// "Allow public client flows": whether it may use the device code.
    pub public_flows: bool,
    /// Whether an administrator gave it `SMTP.SendAsApp` and `Mail.Send` for every mailbox beforehand.
    pub app_only: bool,
}

/// The program registered as "Mobile and desktop", as Sendright is in most organisations.
pub fn desktop_client() -> Client {
    let redirects = [
        "http://localhost/oauth2/callback",
        "http://127.0.0.1/oauth2/callback",
        "org.sendright.app:/oauth2/callback",
    ];
    Client {
        id: "5e4d0000-de5c-4a11-9000-000000000001".to_owned(),
        name: "Sendright sandbox desktop".to_owned(),
        secret: None,
        redirects: redirects.map(|to| (Platform::Desktop, to.to_owned())).into(),
        public_flows: true,
        app_only: false,
    }
}

/// The program registered as "Web", with a secret, and with the right to send for every mailbox.
pub fn web_client() -> Client {
    Client {
        id: "5e4d0000-3eb0-4a11-9000-000000000002".to_owned(),
        name: "Sendright sandbox web".to_owned(),
        secret: Some(Secret::new(WEB_SECRET)),
        redirects: vec![(Platform::Web, "https://app.sandbox.test/oauth2/callback".to_owned())],
        public_flows: false,
        app_only: true,
    }
}

/// A program that acts by itself, and that no administrator has allowed yet: for trying how that is
/// done.
pub fn app_client() -> Client {
    Client {
        id: "5e4d0000-a115-4a11-9000-000000000003".to_owned(),
        name: "Sendright sandbox app".to_owned(),
        secret: Some(Secret::new(WEB_SECRET)),
        redirects: vec![(Platform::Web, "http://localhost/oauth2/callback".to_owned())],
        public_flows: false,
        app_only: false,
    }
}

impl Client {
    /// The platform that `redirect` is registered under; `None` when it is not registered. The port
    /// of a loopback address does not count (RFC 8252 §7.3); all else must be the same.
    pub(super) fn platform_of(&self, redirect: &str) -> Option<Platform> {
        let asked = without_loopback_port(redirect);
        self.redirects
            .iter()
            .find(|(_, registered)| without_loopback_port(registered) == asked)
            .map(|(platform, _)| *platform)
    }

    /// Whether `secret` is this program's.
    pub(super) fn has_secret(&self, secret: &Secret) -> bool {
        self.secret
            .as_ref()
            .is_some_and(|own| own.expose().as_bytes().ct_eq(secret.expose().as_bytes()).into())
    }
}

fn without_loopback_port(address: &str) -> String {
    let Ok(mut url) = Url::parse(address) else { return address.to_owned() };
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        _ => false,
    };
    if url.scheme() != "http" || !loopback || url.set_port(None).is_err() {
        return address.to_owned();
    }
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rustfmt::skip]
    const REDIRECTS: &[(&str, bool)] = &[
        ("http://localhost/oauth2/callback",          true),
        ("http://localhost:49152/oauth2/callback",    true),
        ("http://127.0.0.1:49152/oauth2/callback",    true),
        ("org.sendright.app:/oauth2/callback",        true),
        ("http://localhost:49152/oauth2/Callback",    false), // the path is case-sensitive
        ("http://localhost:49152/",                   false),
        ("https://localhost:49152/oauth2/callback",   false),
        ("http://localhost.evil.test/oauth2/callback", false),
        ("http://localhost@evil.test/oauth2/callback", false),
        ("org.sendright.app://oauth2/callback",       false),
        ("",                                          false),
    ];

    #[test]
    fn a_redirect_matches_exactly_but_for_the_loopback_port() {
        for (redirect, known) in REDIRECTS {
            assert_eq!(desktop_client().platform_of(redirect).is_some(), *known, "{redirect}");
        }
    }

    #[test]
    fn only_the_right_secret_fits() {
        assert!(web_client().has_secret(&Secret::new(WEB_SECRET)));
        assert!(!web_client().has_secret(&Secret::new("")));
        assert!(!desktop_client().has_secret(&Secret::new("")), "it has none");
    }

    #[test]
    fn a_mailbox_is_used_by_those_who_may() {
        let you = Mailbox::find("YOU@sandbox.test").unwrap();
        assert!(you.may_use("Team@sandbox.test") && you.may_use(USER));
        assert!(!you.may_use("anna@sandbox.test"));
        assert!(!Mailbox::find("team@sandbox.test").unwrap().has_password(PASSWORD));
    }
}
