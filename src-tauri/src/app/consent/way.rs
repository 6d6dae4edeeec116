//! How the answer to a consent comes back, by what is asked and how the app is registered.

use crate::{
    api::ConsentRoute,
    app::sender::Sender,
    explain::{Code, Problem},
    profile::{Profile, Provider, Redirect, Registration, SignIn},
};

/// Why a secret that is there does not go along.
pub(super) const SECRET_STAYS: &str = "The stored client secret is not sent: loopback and deep link \
    stand under Mobile and desktop applications, where Entra refuses secrets.";

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
        Code::RedirectUnusable,
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
        Code::RedirectUnusable,
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
