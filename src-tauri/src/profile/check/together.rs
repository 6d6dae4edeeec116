//! What only shows when the settings of a profile are looked at together.

use super::{Faults, Wrong};
use crate::profile::{Profile, Provider, Registration, SignIn, SmtpAuth, Transport, presets};
use std::collections::HashSet;

/// Says what does not go together in `profile`, and with its `registration`.
pub(super) fn together(
    profile: &Profile,
    registration: Option<&Registration>,
    faults: &mut Faults,
) {
    let by_oauth = matches!(profile.sign_in, SignIn::Delegated | SignIn::AppOnly);
    match registration {
        None if by_oauth => faults.refuse(
            "registration",
            "this way of signing in needs one",
            "Name a registration, or sign in with a password",
        ),
        Some(_) if !by_oauth => faults.refuse(
            "registration",
            "this way of signing in uses none",
            "Leave it out, or set sign_in to delegated or app-only",
        ),
        Some(registration) => with_registration(profile, registration, faults),
        None => {}
    }
    let graph = registration.is_some_and(|one| presets::endpoints(one).graph.is_some());
    if profile.transport == Transport::Graph && !(graph && by_oauth) {
        faults.refuse(
            "transport",
            "Graph is Microsoft's, and takes no passwords",
            "Name a registration of provider microsoft or with a graph_url, or use transport smtp",
        );
    }
    if profile.transport == Transport::Smtp && presets::smtp(profile, registration).is_none() {
        faults.refuse(
            "smtp",
            "no server is given, and nothing says which",
            "Set host, port and security",
        );
    }
    if let Some(wrong) = profile.smtp.as_ref().and_then(|smtp| unsuitable(smtp.auth, by_oauth)) {
        faults.add("smtp.auth", wrong);
    }
    if !by_oauth && !profile.scopes.is_empty() {
        faults.refuse("scopes", "only OAuth has scopes", "Leave them out");
    }
    let elsewhere = |host: &str| !matches!(host, "localhost" | "127.0.0.1" | "::1");
    if profile.sandbox && profile.smtp.as_ref().is_some_and(|smtp| elsewhere(&smtp.host)) {
        faults.refuse(
            "smtp.host",
            "a sandbox profile may not leave this computer",
            "Use the sandbox's own address, or leave out sandbox",
        );
    }
}

/// A way of signing in to the server that cannot carry what the profile shows.
fn unsuitable(auth: SmtpAuth, by_oauth: bool) -> Option<Wrong> {
    let (carries, remedy) = match auth {
        SmtpAuth::Auto => return None,
        SmtpAuth::Xoauth2 | SmtpAuth::Oauthbearer if by_oauth => return None,
        SmtpAuth::Plain | SmtpAuth::Login if !by_oauth => return None,
        SmtpAuth::Xoauth2 | SmtpAuth::Oauthbearer => ("tokens", "auto, plain or login"),
        SmtpAuth::Plain | SmtpAuth::Login => ("passwords", "auto, xoauth2 or oauthbearer"),
    };
    Some(Wrong::new(format!("{auth} is for {carries}, and this profile has none"), remedy))
}

fn with_registration(profile: &Profile, registration: &Registration, faults: &mut Faults) {
    if profile.sandbox != registration.sandbox {
        faults.refuse(
            "sandbox",
            "the registration says otherwise",
            "Both or neither belong to the sandbox",
        );
    }
    if profile.sign_in == SignIn::AppOnly {
        let group = registration.tenant.as_deref().filter(|t| presets::TENANT_WORDS.contains(t));
        if let Some(word) = group {
            let fault = format!("an app signs in to one tenant, and the registration says {word}");
            faults.add(
                "sign_in",
                Wrong::new(fault, "Give the registration a GUID or a domain as tenant"),
            );
        }
        if registration.provider == Provider::Google {
            faults.refuse("sign_in", "Google has no app-only sign-in for mail", "Use delegated");
        }
    }
    if registration.provider == Provider::Microsoft && !faults.about("scopes") {
        microsoft_scopes(profile, registration, faults);
    }
}

/// One token is for one resource: the transport's.
///
/// Source: <https://learn.microsoft.com/entra/identity-platform/scopes-oidc>, 2026-11.
fn microsoft_scopes(profile: &Profile, registration: &Registration, faults: &mut Faults) {
    let all = profile.scopes.iter().any(|scope| scope.ends_with("/.default"));
    match (profile.sign_in, profile.scopes.as_slice()) {
        (_, []) => return,
        (SignIn::AppOnly, [_]) if all => {}
        (SignIn::AppOnly, _) => {
            return faults.refuse(
                "scopes",
                "an app asks for all it was granted",
                "One scope that ends in /.default, or leave them out",
            );
        }
        _ if all => {
            return faults.refuse(
                "scopes",
                "/.default is for app-only sign-in",
                "Name each scope, or leave them out",
            );
        }
        _ => {}
    }
    let cloud = registration.cloud;
    let (graph, others): (HashSet<_>, HashSet<_>) = profile
        .scopes
        .iter()
        .filter_map(|scope| presets::resource(scope, cloud))
        .partition(|resource| presets::is_graph(resource, cloud));
    match profile.transport {
        _ if others.len() > 1 => faults.refuse(
            "scopes",
            "they are for more than one resource besides Graph",
            "Keep those of one: a token is for one resource",
        ),
        Transport::Smtp if others.is_empty() => faults.refuse(
            "scopes",
            "none is for SMTP, which refuses tokens for Graph",
            "Add https://outlook.office.com/SMTP.Send, or leave them out",
        ),
        Transport::Graph if graph.is_empty() => faults.refuse(
            "scopes",
            "none is for Graph",
            "Add https://graph.microsoft.com/Mail.Send, or leave them out",
        ),
        _ => {}
    }
}
