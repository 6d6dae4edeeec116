//! What is asked of a provider: scopes, and the resources that they are for.

use super::table::{Hosts, hosts};
use crate::profile::{Cloud, Profile, Provider, Registration, SendAs, SignIn, Transport};

/// What belongs to the person and not to a resource (OpenID Connect Core §5.4, §11).
pub const IDENTITY_SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

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

/// What the person is asked to allow: the profile's own scopes where it names any, else what its
/// transport needs. Empty without a registration.
pub fn consent_scopes(profile: &Profile, registration: Option<&Registration>) -> Vec<String> {
    match registration {
        Some(_) if !profile.scopes.is_empty() => profile.scopes.clone(),
        _ => token_scopes(profile, registration, profile.transport),
    }
}

/// Of [`consent_scopes`] what the sender cannot go without: a sign-in that did not ask for it has to be
/// repeated. The scope for others' mailboxes is left out: until then it sends as itself.
pub fn needed_scopes(profile: &Profile, registration: &Registration) -> Vec<String> {
    let for_others = scope_for_others(profile, Some(registration), profile.transport);
    let own = !profile.scopes.is_empty();
    let mut scopes = consent_scopes(profile, Some(registration));
    scopes.retain(|scope| own || for_others.as_ref() != Some(scope));
    scopes
}

/// What one token request for `transport` names: a token is for one resource. The profile's own
/// scopes for that resource where it names any, else what `transport` needs.
pub fn token_scopes(
    profile: &Profile,
    registration: Option<&Registration>,
    transport: Transport,
) -> Vec<String> {
    let Some(registration) = registration else { return Vec::new() };
    let Registration { provider, cloud, .. } = registration;
    let usual = || {
        let mut scopes = default_scopes(*provider, *cloud, profile.sign_in, transport);
        scopes.extend(scope_for_others(profile, Some(registration), transport));
        scopes
    };
    if *provider != Provider::Microsoft {
        return if profile.scopes.is_empty() { usual() } else { profile.scopes.clone() };
    }
    if !names_own(profile, *cloud, transport) {
        return usual();
    }
    let fits = |scope: &&String| is_for(scope, *cloud, transport).unwrap_or(true);
    profile.scopes.iter().filter(fits).cloned().collect()
}

/// What Graph wants beside `Mail.Send` of a person who sends as others; `None` where it is not needed,
/// or the profile's own scopes stand instead.
/// Source: <https://learn.microsoft.com/graph/outlook-send-mail-from-other-user>, 2026-11.
pub fn scope_for_others(
    profile: &Profile,
    registration: Option<&Registration>,
    transport: Transport,
) -> Option<String> {
    let Registration { provider, cloud, .. } = registration?;
    let as_others = profile.send_as != SendAs::These(Vec::new());
    let by_graph = *provider == Provider::Microsoft && transport == Transport::Graph;
    let usual = profile.sign_in == SignIn::Delegated && !names_own(profile, *cloud, transport);
    (as_others && by_graph && usual)
        .then(|| format!("https://{}/Mail.Send.Shared", hosts(*cloud).graph))
}

/// Whether the profile names scopes of its own for what `transport` talks to.
fn names_own(profile: &Profile, cloud: Cloud, transport: Transport) -> bool {
    profile.scopes.iter().any(|scope| is_for(scope, cloud, transport) == Some(true))
}

/// Whether `scope` is for what `transport` talks to; `None`: it is for the person.
fn is_for(scope: &str, cloud: Cloud, transport: Transport) -> Option<bool> {
    resource(scope, cloud).map(|one| is_graph(&one, cloud) == (transport == Transport::Graph))
}

/// What `transport` needs of `provider`, and what names the account that signed in.
pub(super) fn default_scopes(
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
pub(in crate::profile) fn resource(scope: &str, cloud: Cloud) -> Option<String> {
    if IDENTITY_SCOPES.contains(&scope) {
        return None;
    }
    match scope.rsplit_once('/') {
        Some((resource, _)) if scope.contains("://") => Some(resource.to_ascii_lowercase()),
        _ => Some(format!("https://{}", hosts(cloud).graph)),
    }
}

/// Whether `resource` is Microsoft Graph in `cloud`.
pub(in crate::profile) fn is_graph(resource: &str, cloud: Cloud) -> bool {
    resource.strip_prefix("https://").is_some_and(|host| host == hosts(cloud).graph)
}
