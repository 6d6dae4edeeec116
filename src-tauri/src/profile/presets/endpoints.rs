//! Where each provider is asked, with the tenant filled in.

use super::table::hosts;
use crate::profile::{Provider, Registration};
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

/// The endpoints of a registration: its own where it names them, the preset's elsewhere.
///
/// # Panics
/// When `registration` never went through [`check`](crate::profile::check): that is where an address that
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
pub(in crate::profile) fn sign_in_addresses(registration: &Registration) -> (String, String) {
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
pub(in crate::profile) fn has_tenant_place(address: &str) -> bool {
    address.contains(PLACE) || address.contains(OLD_PLACE)
}

/// Puts the tenant where `{tenant}` or `#TenantID#` stands.
pub(in crate::profile) fn filled_in(template: &str, tenant: Option<&str>) -> String {
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
pub(in crate::profile) fn is_guid(tenant: &str) -> bool {
    tenant.len() == 36 && uuid::Uuid::try_parse(tenant).is_ok()
}
