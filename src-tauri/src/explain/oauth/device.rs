//! Why a code brought no sign-in, in words.

use super::{
    super::problem::{Code, Problem, Retry},
    Asked,
};
use crate::{oauth::ProviderRefusal, profile::Provider};

/// The provider has no place to ask for a code.
pub(super) fn not_offered(provider: Provider) -> Problem {
    let (title, means, source) = match provider {
        Provider::Google => (
            "Google offers no sign-in with a code for mail",
            "Its sign-in for devices allows none of the Gmail scopes. Sign in through the browser on \
             this computer, or paste the address where a browser elsewhere ended.",
            "https://developers.google.com/identity/protocols/oauth2/limited-input-device#allowedscopes",
        ),
        Provider::Microsoft | Provider::Custom => (
            "This provider offers no sign-in with a code",
            "The app registration names no device endpoint. If the provider has one (its metadata call \
             it device_authorization_endpoint), enter it there; otherwise sign in through a browser.",
            "https://www.rfc-editor.org/rfc/rfc8628#section-4",
        ),
    };
    Problem::new(Code::InvalidSettings, title, means).source(source)
}

/// Nobody typed it in time.
pub(super) fn expired() -> Problem {
    Problem::new(
        Code::ConsentTimedOut,
        "The code has run out",
        "It was not typed and confirmed in time. Nothing was changed; get a new code.",
    )
    .retry(Retry::AfterWait)
}

/// The words for a refusal of a code: a client secret is never what is missing here.
pub(super) fn refused(refusal: &ProviderRefusal) -> Problem {
    if !(refusal.is("invalid_client") && refusal.has(7_000_218)) {
        return super::refused(refusal, Asked::Person);
    }
    Problem::new(
        Code::ClientRejected,
        "Microsoft does not let this app sign in with a code",
        "Its owner switches it on in the app registration: Authentication, Advanced settings, Allow \
         public client flows, Yes, Save. Then get a new code.",
    )
    .said(refusal.to_string())
    .source("https://learn.microsoft.com/troubleshoot/entra/entra-id/app-integration/confidential-client-application-authentication-error-aadsts7000218")
}
