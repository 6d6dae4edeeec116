//! The tables themselves. A row is one provider; its source is where the facts were read.

use crate::profile::{Cloud, Provider, Security, SignIn, Transport};

/// The hosts of one Microsoft cloud.
pub(super) struct Hosts {
    cloud: Cloud,
    /// Signs people in.
    pub(super) login: &'static str,
    /// Microsoft Graph; also what its scopes begin with.
    pub(super) graph: &'static str,
    /// What delegated SMTP scopes begin with.
    pub(super) outlook: &'static str,
    /// What app-only SMTP scopes begin with.
    pub(super) exchange: &'static str,
}

// Sources, 2026-11: login and Graph hosts https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
// and https://learn.microsoft.com/graph/deployments; scopes of the global cloud
// https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
// NOTE: Microsoft documents no SMTP scopes for the other three clouds; these are the ones reported
// to work. `scopes` in a profile replaces them.
#[rustfmt::skip]
const CLOUDS: [Hosts; 4] = [
    Hosts { cloud: Cloud::Global,    login: "login.microsoftonline.com",        graph: "graph.microsoft.com",             outlook: "outlook.office.com",    exchange: "outlook.office365.com" },
    Hosts { cloud: Cloud::UsGovHigh, login: "login.microsoftonline.us",         graph: "graph.microsoft.us",              outlook: "outlook.office365.us",  exchange: "outlook.office365.us" },
    Hosts { cloud: Cloud::UsGovDod,  login: "login.microsoftonline.us",         graph: "dod-graph.microsoft.us",          outlook: "outlook.office365.us",  exchange: "outlook.office365.us" },
    Hosts { cloud: Cloud::China,     login: "login.partner.microsoftonline.cn", graph: "microsoftgraph.chinacloudapi.cn", outlook: "partner.outlook.cn",    exchange: "partner.outlook.cn" },
];

/// The hosts of `cloud`.
pub(super) fn hosts(cloud: Cloud) -> &'static Hosts {
    CLOUDS.iter().find(|row| row.cloud == cloud).expect("every cloud has its row")
}

/// A server in a preset: host, port, protection.
pub type Server = (&'static str, u16, Security);

/// One provider as it is offered to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preset {
    /// For programs; stable.
    pub id: &'static str,
    /// For people.
    pub title: &'static str,
    /// One line about it.
    pub note: &'static str,
    /// Its identity platform; `None`: passwords only.
    pub provider: Option<Provider>,
    /// The Microsoft cloud.
    pub cloud: Option<Cloud>,
    /// Its SMTP server; `None`: the person names one.
    pub smtp: Option<Server>,
    /// Its IMAP server.
    pub imap: Option<Server>,
    /// The ways of signing in that work there, best first.
    pub sign_ins: &'static [SignIn],
    /// The transports it has.
    pub transports: &'static [Transport],
    /// What the person has to know about passwords there.
    pub password_note: Option<&'static str>,
    /// Where these facts come from.
    pub source: &'static str,
}

/// Every provider that is offered, in the order people are shown them.
pub fn list() -> &'static [Preset] {
    PRESETS
}

const STARTTLS: Security = Security::Starttls;
const TLS: Security = Security::Tls;
const MICROSOFT: Option<Provider> = Some(Provider::Microsoft);
const ENTRA: &[SignIn] = &[SignIn::Delegated, SignIn::AppOnly];
const PASSWORD: &[SignIn] = &[SignIn::Password];
const BOTH: &[Transport] = &[Transport::Smtp, Transport::Graph];
const SMTP: &[Transport] = &[Transport::Smtp];
const ENTRA_PASSWORDS: &str = "Exchange Online is retiring passwords for SMTP: sign in with OAuth";
const MANAGED_APART: &str = "Registered in this cloud's own portal, apart from the worldwide one";

// NOTE: Exchange Online has no port 465.
#[rustfmt::skip]
const PRESETS: &[Preset] = &[
    Preset { id: "microsoft", title: "Microsoft 365", note: "Work and school accounts, GCC included", provider: MICROSOFT, cloud: Some(Cloud::Global),
        smtp: Some(("smtp.office365.com", 587, STARTTLS)), imap: Some(("outlook.office365.com", 993, TLS)),
        sign_ins: ENTRA, transports: BOTH, password_note: Some(ENTRA_PASSWORDS),
        source: "https://learn.microsoft.com/exchange/mail-flow-best-practices/how-to-set-up-a-multifunction-device-or-application-to-send-email-using-microsoft-365-or-office-365" },
    Preset { id: "google", title: "Google", note: "Gmail and Workspace, with a client of the type Desktop app", provider: Some(Provider::Google), cloud: None,
        smtp: Some(("smtp.gmail.com", 465, TLS)), imap: Some(("imap.gmail.com", 993, TLS)),
        sign_ins: &[SignIn::Delegated, SignIn::Password], transports: SMTP,
        password_note: Some("Needs an app password: 16 letters, made in the Google account with 2-step verification on"),
        source: "https://developers.google.com/workspace/gmail/imap/imap-smtp" },
    Preset { id: "outlook", title: "Outlook.com", note: "Personal Microsoft accounts", provider: MICROSOFT, cloud: Some(Cloud::Global),
        smtp: Some(("smtp-mail.outlook.com", 587, STARTTLS)), imap: Some(("outlook.office365.com", 993, TLS)),
        sign_ins: &[SignIn::Delegated], transports: BOTH, password_note: Some("Outlook.com takes no passwords for SMTP since September 2024"),
        source: "https://support.microsoft.com/office/pop-imap-and-smtp-settings-for-outlook-com-d088b986-291d-42b8-9564-9c414e2aa040" },
    Preset { id: "yahoo", title: "Yahoo", note: "With an app password", provider: None, cloud: None,
        smtp: Some(("smtp.mail.yahoo.com", 465, TLS)), imap: Some(("imap.mail.yahoo.com", 993, TLS)),
        sign_ins: PASSWORD, transports: SMTP, password_note: Some("Needs an app password, made under Account security; OAuth is for contract partners only"),
        source: "https://help.yahoo.com/kb/SLN4075.html" },
    Preset { id: "aol", title: "AOL", note: "With an app password", provider: None, cloud: None,
        smtp: Some(("smtp.aol.com", 465, TLS)), imap: Some(("imap.aol.com", 993, TLS)),
        sign_ins: PASSWORD, transports: SMTP, password_note: Some("Needs an app password, made under Account security; OAuth is for contract partners only"),
        source: "https://help.aol.com/articles/how-do-i-use-other-email-applications-to-send-and-receive-my-aol-mail" },
    Preset { id: "fastmail", title: "Fastmail", note: "With an app password", provider: None, cloud: None,
        smtp: Some(("smtp.fastmail.com", 465, TLS)), imap: Some(("imap.fastmail.com", 993, TLS)),
        sign_ins: PASSWORD, transports: SMTP, password_note: Some("Needs an app password; the user name is the full address"),
        source: "https://www.fastmail.com/help/technical/servernamesandports.html" },
    Preset { id: "icloud", title: "iCloud", note: "With an app-specific password", provider: None, cloud: None,
        smtp: Some(("smtp.mail.me.com", 587, STARTTLS)), imap: Some(("imap.mail.me.com", 993, TLS)),
        sign_ins: PASSWORD, transports: SMTP, password_note: Some("Needs an app-specific password; the user name is the full iCloud address"),
        source: "https://support.apple.com/102525" },
    Preset { id: "zoho", title: "Zoho", note: "Personal accounts; other regions end in .eu, .in, .com.au or .jp", provider: None, cloud: None,
        smtp: Some(("smtp.zoho.com", 465, TLS)), imap: Some(("imap.zoho.com", 993, TLS)),
        sign_ins: PASSWORD, transports: SMTP, password_note: Some("Needs an app password where two-factor sign-in is on"),
        source: "https://www.zoho.com/mail/help/zoho-smtp.html" },
    Preset { id: "zoho-organization", title: "Zoho for organisations", note: "Accounts of an own domain", provider: None, cloud: None,
        smtp: Some(("smtppro.zoho.com", 465, TLS)), imap: Some(("imappro.zoho.com", 993, TLS)),
        sign_ins: PASSWORD, transports: SMTP, password_note: Some("Needs an app password where two-factor sign-in is on"),
        source: "https://www.zoho.com/mail/help/zoho-smtp.html" },
    Preset { id: "microsoft-us-gov-high", title: "Microsoft 365 GCC High", note: MANAGED_APART, provider: MICROSOFT, cloud: Some(Cloud::UsGovHigh),
        smtp: Some(("outlook.office365.us", 587, STARTTLS)), imap: Some(("outlook.office365.us", 993, TLS)),
        sign_ins: ENTRA, transports: BOTH, password_note: Some(ENTRA_PASSWORDS),
        source: "https://learn.microsoft.com/microsoft-365/enterprise/microsoft-365-u-s-government-gcc-high-endpoints" },
    Preset { id: "microsoft-us-gov-dod", title: "Microsoft 365 DoD", note: MANAGED_APART, provider: MICROSOFT, cloud: Some(Cloud::UsGovDod),
        smtp: Some(("outlook-dod.office365.us", 587, STARTTLS)), imap: Some(("outlook-dod.office365.us", 993, TLS)),
        sign_ins: ENTRA, transports: BOTH, password_note: Some(ENTRA_PASSWORDS),
        source: "https://learn.microsoft.com/microsoft-365/enterprise/microsoft-365-u-s-government-dod-endpoints" },
    Preset { id: "microsoft-china", title: "Microsoft 365 (21Vianet)", note: MANAGED_APART, provider: MICROSOFT, cloud: Some(Cloud::China),
        smtp: Some(("smtp.partner.outlook.cn", 587, STARTTLS)), imap: Some(("partner.outlook.cn", 993, TLS)),
        sign_ins: ENTRA, transports: BOTH, password_note: Some(ENTRA_PASSWORDS),
        source: "https://learn.microsoft.com/microsoft-365/enterprise/urls-and-ip-address-ranges-21vianet" },
    Preset { id: "custom", title: "Another OAuth provider", note: "Addresses as its documentation names them", provider: Some(Provider::Custom), cloud: None,
        smtp: None, imap: None,
        sign_ins: &[SignIn::Delegated, SignIn::AppOnly], transports: SMTP, password_note: None,
        source: "https://www.rfc-editor.org/rfc/rfc6749" },
    Preset { id: "smtp", title: "Another SMTP server", note: "With a password, or none inside a network", provider: None, cloud: None,
        smtp: None, imap: None,
        sign_ins: &[SignIn::Password, SignIn::None], transports: SMTP, password_note: None,
        source: "https://www.rfc-editor.org/rfc/rfc6409" },
];
