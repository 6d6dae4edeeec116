//! How the answer to a consent comes back, by what is asked and how the app is registered.

use crate::{
    api::ConsentRoute,
    app::sender::Sender,
    explain::{Code, Problem},
    oauth::{Party, Proof},
    profile::{Profile, Provider, Redirect, Registration, SignIn},
};

/// Sources: <https://learn.microsoft.com/troubleshoot/entra/entra-id/app-integration/confidential-client-application-authentication-error-aadsts7000218>
/// and <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow>, 2026-11.
const SECRET_STAYS: &str = "The stored client secret or certificate is not sent: the redirect address \
    stands under Mobile and desktop applications, where Entra refuses both.";
const WEB_ALONE: &str = "Entra has to have the redirect address under Web. Under Single-page \
    application only a page in a browser may redeem the answer (AADSTS9002327).";
/// Source: <https://developers.google.com/identity/protocols/oauth2/web-server>, 2026-11.
const LISTED: &str = "Google sends the browser to a page only for a client of the type Web \
    application that lists its address.";

/// What the person should know of the way back before the browser opens.
pub(super) fn note(party: &Party, redirect: &Redirect) -> Option<&'static str> {
    let page = matches!(redirect, Redirect::Pasted(_));
    match party.provider {
        _ if party.holds_back(redirect) => Some(SECRET_STAYS),
        Provider::Microsoft
            if page && party.proof(redirect).is_ok_and(|it| it == Proof::Secret) =>
        {
            Some(WEB_ALONE)
        }
        Provider::Google if page => Some(LISTED),
        _ => None,
    }
}

/// Where the browser will end, and how its answer comes back from there.
pub(super) fn way(
    registration: &Registration,
    asked: Option<ConsentRoute>,
) -> Result<(Redirect, ConsentRoute), Problem> {
    let way = match (asked, &registration.redirect) {
        (None | Some(ConsentRoute::Loopback), Redirect::Loopback)
        | (Some(ConsentRoute::Loopback), Redirect::DeepLink) => {
            (Redirect::Loopback, ConsentRoute::Loopback)
        }
        (Some(ConsentRoute::DeepLink), _) if registration.provider == Provider::Google => {
            return Err(no_deep_link(registration));
        }
        (None, Redirect::DeepLink)
        | (Some(ConsentRoute::DeepLink), Redirect::DeepLink | Redirect::Loopback) => {
            (Redirect::DeepLink, ConsentRoute::DeepLink)
        }
        (None | Some(ConsentRoute::Paste), redirect @ Redirect::Pasted(_)) => {
            (redirect.clone(), ConsentRoute::Paste)
        }
        // Nobody listens there: the browser's address bar has the answer all the same.
        (Some(ConsentRoute::Paste), _) => (Redirect::Loopback, ConsentRoute::Paste),
        (Some(ConsentRoute::Loopback | ConsentRoute::DeepLink), Redirect::Pasted(_)) => {
            return Err(registered_elsewhere(registration));
        }
        (Some(ConsentRoute::Device), _) => return Err(no_browser()),
    };
    Ok(way)
}

/// The registration that a person signs in through for `sender`.
pub(super) fn through(sender: &Sender) -> Result<&Registration, Problem> {
    match (sender.profile.sign_in, &sender.registration) {
        (SignIn::Delegated, Some(registration)) => Ok(registration),
        _ => Err(nobody_to_ask(&sender.profile)),
    }
}

pub(super) fn nobody_to_ask(profile: &Profile) -> Problem {
    Problem::new(
        Code::InvalidSettings,
        format!("{} does not sign in through a browser", profile.name),
        format!(
            "Its sign-in method is {}. Only senders with delegated sign-in ask a person.",
            profile.sign_in
        ),
    )
}

fn no_deep_link(registration: &Registration) -> Problem {
    Problem::new(
        Code::InvalidSettings,
        "Google brings no answer by deep link",
        format!(
            "{} is a client of the type Desktop app, and those have no links of their own. Sign in \
             with the route \"loopback\" or \"paste\".",
            registration.name
        ),
    )
    .source("https://developers.google.com/identity/protocols/oauth2/native-app")
}

fn registered_elsewhere(registration: &Registration) -> Problem {
    Problem::new(
        Code::InvalidSettings,
        format!("{} sends the browser to another system's page", registration.name),
        "Its redirect is an https:// address, where Sendright cannot listen. Sign in with the route \
         \"paste\", or register a loopback address and set redirect = \"loopback\".",
    )
}

fn no_browser() -> Problem {
    Problem::new(
        Code::InvalidSettings,
        "An administrator cannot allow an app with a code",
        "Microsoft asks administrators in a browser only. Choose another way back.",
    )
}
