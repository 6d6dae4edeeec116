//! What is known of each provider: tables with their sources, and what follows for a profile.
//!
//! A preset is only used where a profile or registration leaves something out.

mod table;

pub use table::{Preset, Server, list};

use super::{
    CALLBACK_PATH, Cloud, DEEP_LINK, MinTls, Profile, Provider, Redirect, Registration, Security,
    SignIn, SmtpAuth, SmtpSettings, Transport,
};
use table::{Hosts, hosts};
use url::Url;

/// Where a registration's provider is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// Where the person's browser goes.
    pub authorize: Url,
    /// Where codes and refresh tokens are exchanged.
    pub token: Url,
    /// Where a device code is asked for.
    pub device: Option<Url>,
    /// Where an administrator allows an app for a whole organisation: Microsoft's alone.
    pub admin_consent: Option<Url>,
    /// Where a token can be revoked; Microsoft has no such place.
    pub revoke: Option<Url>,
    /// How the provider names itself (RFC 9207), without a slash at its end. `None`: the name
    /// cannot be known before the answer, as for a Microsoft tenant that is not given as a GUID.
    pub issuer: Option<String>,
    /// Microsoft Graph, without the version.
    pub graph: Option<Url>,
}

/// The words that stand for a group of tenants instead of one.
pub const TENANT_WORDS: [&str; 3] = ["organizations", "common", "consumers"];

/// What belongs to the person and not to a resource (OpenID Connect Core §5.4, §11).
pub const IDENTITY_SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// The endpoints of a registration: its own where it names them, the preset's elsewhere.
///
/// # Panics
/// When `registration` never went through [`check`](super::check): that is where an address that
/// is missing or is none gets found.
pub fn endpoints(registration: &Registration) -> Endpoints {
    let preset = Known::of(registration);
    let own = |own: &Option<String>, known: &Option<String>| {
        own.as_ref().or(known.as_ref()).map(|address| {
            filled_in(address, registration.tenant.as_deref())
                .parse::<Url>()
                .expect("a checked registration's addresses are addresses")
        })
    };
    let needed = "a checked registration has this endpoint";
    Endpoints {
        authorize: own(&registration.authorize_endpoint, &preset.authorize).expect(needed),
        token: own(&registration.token_endpoint, &preset.token).expect(needed),
        device: own(&registration.device_endpoint, &preset.device),
        admin_consent: admin_consent(registration, preset.authorize.as_deref()),
        revoke: own(&registration.revocation_endpoint, &preset.revoke),
        issuer: issuer(registration),
        graph: registration.graph_url.clone().or_else(|| own(&None, &preset.graph)),
    }
}

/// Where a sign-in goes: the authorize and the token endpoint as they are used, `{tenant}` standing
/// where the tenant is filled in.
pub(super) fn sign_in_addresses(registration: &Registration) -> (String, String) {
    let preset = Known::of(registration);
    let used = |own: &Option<String>, known: Option<String>| {
        own.clone().or(known).unwrap_or_default().replace(OLD_PLACE, PLACE)
    };
    (
        used(&registration.authorize_endpoint, preset.authorize),
        used(&registration.token_endpoint, preset.token),
    )
}

/// Where the tenant is filled in, and how another product writes it.
const PLACE: &str = "{tenant}";
const OLD_PLACE: &str = "#TenantID#";

/// Whether `address` has a place for a tenant.
pub(super) fn has_tenant_place(address: &str) -> bool {
    address.contains(PLACE) || address.contains(OLD_PLACE)
}

/// Puts the tenant where `{tenant}` or `#TenantID#` stands.
pub(super) fn filled_in(template: &str, tenant: Option<&str>) -> String {
    let tenant = tenant.unwrap_or_default();
    template.replace(PLACE, tenant).replace(OLD_PLACE, tenant)
}

/// What a provider's preset says, before the tenant is filled in.
#[derive(Default)]
struct Known {
    authorize: Option<String>,
    token: Option<String>,
    device: Option<String>,
    revoke: Option<String>,
    graph: Option<String>,
}

impl Known {
    fn of(registration: &Registration) -> Self {
        match registration.provider {
            Provider::Microsoft => Self::of_microsoft(registration),
            Provider::Google => Self::of_google(),
            Provider::Custom => Self::default(),
        }
    }

    /// Source: <https://learn.microsoft.com/entra/identity-platform/v2-protocols>, 2026-11.
    fn of_microsoft(registration: &Registration) -> Self {
        let authority = authority(registration);
        Self {
            authorize: Some(format!("{authority}/oauth2/v2.0/authorize")),
            token: Some(format!("{authority}/oauth2/v2.0/token")),
            device: Some(format!("{authority}/oauth2/v2.0/devicecode")),
            revoke: None,
            graph: Some(format!("https://{}", hosts(registration.cloud).graph)),
        }
    }

    /// Source: <https://developers.google.com/identity/protocols/oauth2/native-app>, 2026-11.
    fn of_google() -> Self {
        Self {
            authorize: Some("https://accounts.google.com/o/oauth2/v2/auth".to_owned()),
            token: Some("https://oauth2.googleapis.com/token".to_owned()),
            // NOTE: Google's device flow gives out no Gmail scopes.
            device: None,
            revoke: Some("https://oauth2.googleapis.com/revoke".to_owned()),
            graph: None,
        }
    }
}

/// What Microsoft's addresses begin with, before the tenant is filled in: in the path of the authority
/// where that has a place for it, else after it.
fn authority(registration: &Registration) -> String {
    match &registration.authority {
        Some(own) if own.splitn(4, '/').nth(3).is_some_and(has_tenant_place) => own.clone(),
        Some(own) => format!("{own}/{PLACE}"),
        None => format!("https://{}/{PLACE}", hosts(registration.cloud).login),
    }
}

/// Beside the authorize address, with the same tenant.
///
/// NOTE: personal accounts have no administrator, and `common` could be one
/// (<https://learn.microsoft.com/entra/identity-platform/v2-admin-consent>, 2026-11).
fn admin_consent(registration: &Registration, authorize: Option<&str>) -> Option<Url> {
    let tenant = match registration.tenant.as_deref() {
        _ if registration.provider != Provider::Microsoft => return None,
        Some("consumers") => return None,
        Some("common") => Some("organizations"),
        tenant => tenant,
    };
    let authorize = registration.authorize_endpoint.as_deref().or(authorize)?;
    let authority = authorize.strip_suffix("/oauth2/v2.0/authorize")?;
    filled_in(&format!("{authority}/v2.0/adminconsent"), tenant).parse().ok()
}

/// What an administrator is asked to allow for `registration`: what `profiles`, which sign in
/// through it, need.
///
/// NOTE: what an app does by itself is allowed by `/.default` only, which stands for everything that
/// the registration lists and cannot stand beside others
/// (<https://learn.microsoft.com/entra/identity-platform/v2-admin-consent>, 2026-11).
pub fn admin_scopes(registration: &Registration, profiles: &[Profile]) -> Vec<String> {
    let mut scopes: Vec<String> = Vec::new();
    for scope in profiles.iter().flat_map(|one| consent_scopes(one, Some(registration))) {
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    match scopes.iter().position(|scope| scope.ends_with("/.default")) {
        Some(all) => vec![scopes.swap_remove(all)],
        None if scopes.is_empty() => {
            vec![format!("https://{}/.default", hosts(registration.cloud).graph)]
        }
        None => scopes,
    }
}

fn issuer(registration: &Registration) -> Option<String> {
    if registration.issuer.is_some() {
        return registration.issuer.clone();
    }
    let tenant = registration.tenant.as_deref();
    let own = registration.authority.as_ref().map(|own| filled_in(own, tenant));
    // Who answers at an address of its own is named by the authority or by nobody.
    if own.is_none() && registration.authorize_endpoint.is_some() {
        return None;
    }
    match registration.provider {
        Provider::Microsoft => {
            // NOTE: Entra names the tenant by its GUID, whatever stood in the question.
            tenant.filter(|tenant| is_guid(tenant))?;
            Some(format!("{}/v2.0", filled_in(&authority(registration), tenant)))
        }
        Provider::Google => Some(own.unwrap_or_else(|| "https://accounts.google.com".to_owned())),
        Provider::Custom => own,
    }
}

/// Whether `tenant` is written as a GUID, with its hyphens.
pub(super) fn is_guid(tenant: &str) -> bool {
    tenant.len() == 36 && uuid::Uuid::try_parse(tenant).is_ok()
}

/// What the person is asked to allow: the profile's own scopes where it names any, else what its
/// transport needs. Empty without a registration.
pub fn consent_scopes(profile: &Profile, registration: Option<&Registration>) -> Vec<String> {
    match registration {
        Some(_) if !profile.scopes.is_empty() => profile.scopes.clone(),
        _ => token_scopes(profile, registration, profile.transport),
    }
}

/// What one token request for `transport` names: a token is for one resource. The profile's own
/// scopes for that resource where it names any, else what `transport` needs.
pub fn token_scopes(
    profile: &Profile,
    registration: Option<&Registration>,
    transport: Transport,
) -> Vec<String> {
    let Some(Registration { provider, cloud, .. }) = registration else { return Vec::new() };
    let usual = || default_scopes(*provider, *cloud, profile.sign_in, transport);
    if *provider != Provider::Microsoft {
        return if profile.scopes.is_empty() { usual() } else { profile.scopes.clone() };
    }
    let for_graph = transport == Transport::Graph;
    let fits = |resource: &String| is_graph(resource, *cloud) == for_graph;
    if !profile.scopes.iter().filter_map(|scope| resource(scope, *cloud)).any(|r| fits(&r)) {
        return usual();
    }
    let own = profile.scopes.iter();
    own.filter(|scope| resource(scope, *cloud).is_none_or(|r| fits(&r))).cloned().collect()
}

/// What `transport` needs of `provider`, and what names the account that signed in.
fn default_scopes(
    provider: Provider,
    cloud: Cloud,
    sign_in: SignIn,
    transport: Transport,
) -> Vec<String> {
    let Hosts { graph, outlook, exchange, .. } = hosts(cloud);
    let (needed, identity): (String, &[&str]) = match (provider, sign_in, transport) {
        (_, SignIn::Password | SignIn::None, _) => return Vec::new(),
        (Provider::Microsoft, SignIn::AppOnly, Transport::Smtp) => {
            (format!("https://{exchange}/.default"), &[])
        }
        (Provider::Microsoft, SignIn::AppOnly, Transport::Graph) => {
            (format!("https://{graph}/.default"), &[])
        }
        (Provider::Microsoft, SignIn::Delegated, Transport::Smtp) => {
            (format!("https://{outlook}/SMTP.Send"), &["offline_access", "openid", "profile"])
        }
        (Provider::Microsoft, SignIn::Delegated, Transport::Graph) => {
            (format!("https://{graph}/Mail.Send"), &["offline_access", "openid", "profile"])
        }
        // NOTE: Google takes `access_type=offline` where others take `offline_access`.
        (Provider::Google, ..) => ("https://mail.google.com/".to_owned(), &["openid", "email"]),
        (Provider::Custom, SignIn::AppOnly, _) => return Vec::new(),
        (Provider::Custom, SignIn::Delegated, _) => {
            ("openid".to_owned(), &["email", "offline_access"])
        }
    };
    std::iter::once(needed).chain(identity.iter().map(|&scope| scope.to_owned())).collect()
}

/// What a scope gives access to: its address without the last part. `None`: the person
/// ([`IDENTITY_SCOPES`]).
///
/// NOTE: a scope without an address means Graph to Microsoft
/// (<https://learn.microsoft.com/entra/identity-platform/scopes-oidc>, 2026-11).
pub(super) fn resource(scope: &str, cloud: Cloud) -> Option<String> {
    if IDENTITY_SCOPES.contains(&scope) {
        return None;
    }
    match scope.rsplit_once('/') {
        Some((resource, _)) if scope.contains("://") => Some(resource.to_ascii_lowercase()),
        _ => Some(format!("https://{}", hosts(cloud).graph)),
    }
}

/// Whether `resource` is Microsoft Graph in `cloud`.
pub(super) fn is_graph(resource: &str, cloud: Cloud) -> bool {
    resource.strip_prefix("https://").is_some_and(|host| host == hosts(cloud).graph)
}

/// The SMTP server of a profile: its own, else its provider's.
pub fn smtp(profile: &Profile, registration: Option<&Registration>) -> Option<SmtpSettings> {
    profile.smtp.clone().or_else(|| preset_of(registration?)?.smtp_settings())
}

/// How many messages a minute the server takes from one mailbox, where it says so.
///
/// Exchange Online: 30, "Message rate limit" under "Sending limits" for SMTP client submission.
/// Source: <https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits>, 2026-11.
pub fn messages_a_minute(smtp: &SmtpSettings) -> Option<u32> {
    let its = |preset: &&Preset| {
        preset.smtp.is_some_and(|(host, ..)| smtp.host.eq_ignore_ascii_case(host))
    };
    let preset = list().iter().find(its)?;
    preset.id.starts_with("microsoft").then_some(30)
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
        Redirect::Pasted(page) => page.to_string(),
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
