//! What is known of each provider: tables with their sources, and what follows for a profile.
//!
//! A preset is only used where a profile or registration leaves something out.

mod endpoints;
mod scopes;
mod table;

pub use endpoints::{Endpoints, endpoints};
pub(super) use endpoints::{filled_in, has_tenant_place, is_guid, sign_in_addresses};
pub use scopes::{
    IDENTITY_SCOPES, admin_scopes, consent_scopes, needed_scopes, scope_for_others, token_scopes,
};
pub(super) use scopes::{is_graph, resource};
pub use table::{Preset, Server, list};

use super::{
    CALLBACK_PATH, Cloud, DEEP_LINK, MinTls, Profile, Provider, Redirect, Registration, Security,
    SmtpAuth, SmtpSettings,
};

/// The words that stand for a group of tenants instead of one.
pub const TENANT_WORDS: [&str; 3] = ["organizations", "common", "consumers"];

/// The SMTP server of a profile: its own, else its provider's.
pub fn smtp(profile: &Profile, registration: Option<&Registration>) -> Option<SmtpSettings> {
    profile.smtp.clone().or_else(|| preset_of(registration?)?.smtp_settings())
}

/// How many messages a minute the server at `host` takes from one mailbox, where it says so.
///
/// Exchange Online: 30, "Message rate limit" under "Sending limits" for SMTP client submission.
/// Source: <https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits>, 2026-11.
pub fn messages_a_minute(host: &str) -> Option<u32> {
    is_exchange(host).then_some(30)
}

/// How many connections the server at `host` takes from one mailbox at once, where it says so.
///
/// Exchange Online: 3; it answers one more with "432 4.3.2 … limit exceeded".
/// Source: "Changes coming to the SMTP Authenticated Submission client protocol", Exchange Team Blog, 2018.
pub fn connections_at_once(host: &str) -> Option<usize> {
    is_exchange(host).then_some(3)
}

fn is_exchange(host: &str) -> bool {
    let its =
        |preset: &Preset| preset.smtp.is_some_and(|(name, ..)| host.eq_ignore_ascii_case(name));
    list()
        .iter()
        .find(|preset| its(preset))
        .is_some_and(|preset| preset.id.starts_with("microsoft"))
}

/// The provider's preset that a registration falls under; `None` for custom ones.
fn preset_of(registration: &Registration) -> Option<&'static Preset> {
    let personal = registration.tenant.as_deref() == Some("consumers");
    let id = match (registration.provider, registration.cloud) {
        (Provider::Custom, _) => return None,
        (Provider::Google, _) => "google",
        (Provider::Microsoft, Cloud::Global) if personal => "outlook",
        (Provider::Microsoft, Cloud::Global) => "microsoft",
        (Provider::Microsoft, Cloud::UsGovHigh) => "microsoft-us-gov-high",
        (Provider::Microsoft, Cloud::UsGovDod) => "microsoft-us-gov-dod",
        (Provider::Microsoft, Cloud::China) => "microsoft-china",
    };
    list().iter().find(|preset| preset.id == id)
}

impl Preset {
    /// Its SMTP server as a profile would have it.
    pub fn smtp_settings(&self) -> Option<SmtpSettings> {
        let (host, port, security) = self.smtp?;
        Some(SmtpSettings {
            host: host.to_owned(),
            port,
            security,
            min_tls: MinTls::V12,
            ca_file: None,
            auth: SmtpAuth::Auto,
            allow_plaintext: false,
            chunking: false,
        })
    }
}

/// Where a person ends an app's access, for a provider that lets no program do it. `None`: not known
/// for this cloud.
///
/// Sources: <https://support.microsoft.com/account-billing/edit-or-revoke-application-permissions-in-the-my-apps-portal-169be2d3-5fbb-4ada-adce-4b3c95e2d4f9>
/// and <https://support.microsoft.com/account-billing/apps-and-services-you-can-use-with-microsoft-account>, 2026-11.
pub fn end_access_page(registration: &Registration) -> Option<&'static str> {
    let personal = registration.tenant.as_deref() == Some("consumers");
    match (registration.provider, registration.cloud) {
        (Provider::Microsoft, Cloud::Global) if personal => {
            Some("https://account.live.com/consent/Manage")
        }
        (Provider::Microsoft, Cloud::Global) => Some("https://myapps.microsoft.com"),
        (Provider::Microsoft, Cloud::UsGovHigh | Cloud::UsGovDod) => {
            Some("https://myapps.microsoft.us")
        }
        _ => None,
    }
}

/// The name under which the provider's browser page finds this computer.
///
/// NOTE: Entra's portal refuses `http://127.0.0.1`; others follow RFC 8252 §8.3, which prefers it
/// (<https://learn.microsoft.com/entra/identity-platform/reply-url>, 2026-11).
pub fn loopback_host(provider: Provider) -> &'static str {
    match provider {
        Provider::Microsoft => "localhost",
        Provider::Google | Provider::Custom => "127.0.0.1",
    }
}

/// The address to register with the provider; a loopback one stands without its port, which
/// providers ignore (RFC 8252 §7.3).
pub fn redirect_to_register(registration: &Registration) -> String {
    match &registration.redirect {
        Redirect::Loopback => {
            format!("http://{}{CALLBACK_PATH}", loopback_host(registration.provider))
        }
        Redirect::DeepLink => DEEP_LINK.to_owned(),
        Redirect::Pasted(page) => page.clone(),
    }
}

/// What a provider wants in the authorize request beyond the standard's parameters.
///
/// NOTE: without both, Google hands out a refresh token at the first consent only
/// (<https://developers.google.com/identity/protocols/oauth2/web-server#offline>, 2026-11). Microsoft
/// silently takes whoever is signed in at the browser unless it is told to ask: the wrong account is
/// the commonest cause of a refused SMTP sign-in
/// (<https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow>, 2026-11).
pub fn authorize_extras(provider: Provider) -> &'static [(&'static str, &'static str)] {
    match provider {
        Provider::Google => &[("access_type", "offline"), ("prompt", "consent")],
        Provider::Microsoft => &[("response_mode", "query"), ("prompt", "select_account")],
        Provider::Custom => &[],
    }
}

/// The port that goes with `security` where none is given (RFC 8314 §7.3, RFC 5321 §4.5.4.2).
pub(super) fn usual_smtp_port(security: Security) -> u16 {
    match security {
        Security::Tls => 465,
        Security::Starttls => 587,
        Security::None => 25,
    }
}

#[cfg(test)]
mod tests;
