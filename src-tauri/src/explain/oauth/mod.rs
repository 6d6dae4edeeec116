//! Why there was no consent or no token, in words.
//!
//! What the program does follows from the OAuth `error` and from who was asked, the kind of problem
//! included; AADSTS numbers and words choose between sentences, and only between those that fit it.

mod admin;
mod device;
mod discovery;
mod table;

use super::problem::{Code, Problem, Retry};
use crate::{
    oauth::{Clocks, ConsentError, LoopbackError, ProviderRefusal, SignInReason, TokenError},
    profile::Provider,
};
use std::time::Duration;
use table::{DECLINES, REFUSALS, Row, UNKNOWN};

/// Clocks that are less apart are no cause: Entra forgives five minutes, others a minute.
const TOLERATED: Duration = Duration::from_secs(60);

/// Who was asked when it was refused.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// Somebody at a browser.
    Person,
    /// The provider alone.
    Provider,
}

impl From<ConsentError> for Problem {
    fn from(error: ConsentError) -> Self {
        match error {
            ConsentError::Refused(refusal) => refused(&refusal, Asked::Person),
            ConsentError::SecretMissing { provider } => secret_missing(provider),
            ConsentError::Busy => Self::new(
                Code::ConsentBusy,
                "This question is open already",
                "It is still open in a browser. Answer it there, or cancel it first.",
            ),
            ConsentError::NotOurs => Self::new(
                Code::ConsentAnswerForeign,
                "This address does not answer the open question",
                "It comes from an earlier sign-in or from elsewhere. The question stays open: paste \
                 the address where the browser ended this time.",
            ),
            ConsentError::NotAnAddress => Self::new(
                Code::ConsentAnswerForeign,
                "There is no answer in the pasted text",
                "Paste the whole address from the browser's address bar, from its first letter on; \
                 it contains code= and state=.",
            ),
            ConsentError::TimedOut { after } => Self::new(
                Code::ConsentTimedOut,
                format!("No answer came from the browser in {} minutes", after.as_secs() / 60),
                "Some errors never leave the browser's page: if it shows one, paste its text to have \
                 it explained. Otherwise sign in again.",
            ),
            ConsentError::Cancelled => Self::new(
                Code::ConsentCancelled,
                "The sign-in was cancelled",
                "Nothing was changed. Sign in again when you are ready.",
            ),
            ConsentError::ForeignIssuer { expected, said } => Self::new(
                Code::ConsentAnswerForeign,
                "The answer comes from another provider",
                format!(
                    "The question went to {expected}. Its answer was not used, since it may be meant \
                     to mix two providers up. Sign in again; if it happens again, check the \
                     registration's authority."
                ),
            )
            .said(format!("iss={said}"))
            .source("https://www.rfc-editor.org/rfc/rfc9207"),
            ConsentError::NoAdministrator { provider } => admin::nobody(provider),
            ConsentError::NotAllowed(refusal) => admin::refused(&refusal),
            ConsentError::NoDeviceEndpoint { provider } => device::not_offered(provider),
            ConsentError::CodeExpired => device::expired(),
            ConsentError::DeviceRefused(refusal) => device::refused(&refusal),
            ConsentError::Token(error) => (*error).into(),
            ConsentError::Empty => Self::new(
                Code::NotTheProtocol,
                "The browser came back without an answer",
                "Its address carries neither a code nor an error. Sign in again; if it happens again, \
                 check the registration's authorize address.",
            ),
        }
    }
}

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::SignInNeeded(reason) => sign_in_needed(reason),
            TokenError::Refused(refusal) => refused(&refusal, Asked::Provider),
            TokenError::Busy { host, status, wait, said } => {
                busy(&host, "Nothing was lost: the sign-in stays as it is.", wait)
                    .said(format!("{status} {said}"))
            }
            TokenError::NotTheProtocol { host, status, said } => Self::new(
                Code::NotTheProtocol,
                format!("{host} does not answer like a token endpoint"),
                "Check the registration's token address. A proxy or a sign-in page of the network may \
                 have answered in its place.",
            )
            .said(format!("{status} {said}")),
            TokenError::ForeignIdentity { host } => Self::new(
                Code::ConsentAnswerForeign,
                format!("{} named an account from another sign-in", named(&host)),
                "The tokens were not used. Sign in again.",
            ),
            TokenError::SecretMissing => Self::nothing_to_prove_with("REGISTRATION"),
            TokenError::Certificate(error) => error.into(),
            TokenError::Http(error) => error.into(),
            TokenError::Vault(error) => error.into(),
            TokenError::Held { waited } => Self::new(
                Code::Busy,
                "Another Sendright is renewing this sign-in",
                format!("It has not finished in {} s. Close it, or try again.", waited.as_secs()),
            )
            .retry(Retry::AfterWait),
            TokenError::Lock { path, source } => Self::new(
                Code::NotWritable,
                "The data directory cannot be written",
                format!("{path} keeps two programs from renewing one sign-in at once."),
            )
            .said(source.to_string()),
            TokenError::Cancelled => Self::new(
                Code::Cancelled,
                "Waiting for the token was cancelled",
                "Nothing was changed.",
            ),
        }
    }
}

/// `host` is busy for `wait`, if it said how long; `kept` says what that leaves as it is.
fn busy(host: &str, kept: &str, wait: Option<Duration>) -> Problem {
    let problem = Problem::new(
        Code::ProviderBusy,
        format!("{} wants to be asked later", named(host)),
        format!("It is busy, or was asked too often. {kept}"),
    );
    match wait {
        Some(wait) => problem.after(wait),
        None => problem.retry(Retry::AfterWait),
    }
}

impl From<LoopbackError> for Problem {
    fn from(error: LoopbackError) -> Self {
        Self::new(
            Code::RedirectUnusable,
            "This computer gave no port to wait for the browser on",
            "Something forbids programs to listen on 127.0.0.1. Sign in by pasting the final address \
             instead.",
        )
        .said(error.to_string())
    }
}

impl From<&ProviderRefusal> for Problem {
    /// For an error page that never left the browser.
    fn from(refusal: &ProviderRefusal) -> Self {
        refused(refusal, Asked::Person)
    }
}

impl Problem {
    /// The app registration `name` has neither a client secret nor a certificate.
    pub fn nothing_to_prove_with(name: &str) -> Self {
        Self::new(
            Code::SignInNeeded,
            "The app registration has neither a client secret nor a certificate",
            format!(
                "This way of signing in needs one of them. Store it with `sendright secret set \
                 \"{name}\" client-secret`, or in the window at the app registration {name}."
            ),
        )
    }
}

fn secret_missing(provider: Provider) -> Problem {
    let means = match provider {
        Provider::Google => {
            "Google gives one to every client, to those of the type Desktop app as well, and wants it \
             back. Copy it from the client's page in the Google Cloud console and store it with the registration."
        }
        Provider::Microsoft | Provider::Custom => {
            "A redirect to an https:// page makes the app a web app, which has to prove itself. Store \
             the secret's value or a certificate with the registration, or use the redirect loopback."
        }
    };
    Problem::new(Code::SignInNeeded, "The app registration has no client secret", means)
}

fn sign_in_needed(reason: SignInReason) -> Problem {
    match reason {
        SignInReason::Never => Problem::new(
            Code::SignInNeeded,
            "Nobody has signed in for this sender yet",
            "Sign in once; the tokens renew themselves from then on.",
        ),
        SignInReason::RegistrationChanged { changed } => Problem::new(
            Code::SignInNeeded,
            "The app registration changed since the sign-in",
            format!(
                "The tokens belong to the former settings and are not sent anywhere else. Changed: {}. \
                 Sign in again, or set it back.",
                changed.join(", ")
            ),
        ),
        SignInReason::ScopesChanged => Problem::new(
            Code::SignInNeeded,
            "The scopes changed since the sign-in",
            "The sign-in did not ask for all that the sender needs now, and a renewal cannot. Sign in \
             again, or set the scopes back.",
        ),
        SignInReason::Refused(refusal) => {
            Problem { code: Code::SignInNeeded, ..refused(&refusal, Asked::Provider) }
        }
    }
}

/// The words for a refusal, with the provider's own beside them.
fn refused(refusal: &ProviderRefusal, asked: Asked) -> Problem {
    let declines = if asked == Asked::Person { DECLINES } else { &[] };
    let row = REFUSALS.iter().chain(declines).find(|row| row.fits(refusal)).unwrap_or(&UNKNOWN);
    let who = match refusal.host.as_str() {
        "" if !refusal.codes.is_empty() => "Microsoft",
        "" => "The provider",
        host => named(host),
    };
    let means = [row.means, &clocks_apart(refusal).unwrap_or_default()].concat();
    let code = code(refusal, asked);
    let problem = Problem::new(code, row.title.replace("{who}", who), means)
        .said(refusal.to_string())
        .retry(if code == Code::ProviderBusy { Retry::AfterWait } else { Retry::AfterChange });
    match (row.source, refusal.codes.first(), &refusal.uri) {
        ("", Some(code), _) => {
            problem.source(format!("https://login.microsoftonline.com/error?code={code}"))
        }
        ("", None, Some(uri)) if uri.starts_with("https://") => problem.source(uri),
        ("", None, _) => problem,
        (source, ..) => problem.source(source),
    }
}

/// What kind of problem a refusal is.
fn code(refusal: &ProviderRefusal, asked: Asked) -> Code {
    match refusal.error.as_deref().unwrap_or_default() {
        "access_denied" | "authorization_declined" if asked == Asked::Person => {
            Code::ConsentDeclined
        }
        "invalid_client" | "unauthorized_client" | "deleted_client" => Code::ClientRejected,
        "redirect_uri_mismatch" => Code::RedirectUnusable,
        "temporarily_unavailable" | "server_error" => Code::ProviderBusy,
        _ => Code::ProviderRefused,
    }
}

/// What a signed assertion that came too early or too late may be owed to, in a sentence.
fn clocks_apart(refusal: &ProviderRefusal) -> Option<String> {
    let clocks = refusal.clocks.filter(|clocks| clocks.apart() > TOLERATED)?;
    let Clocks { ours, theirs } = clocks;
    let way = if ours > theirs { "fast" } else { "slow" };
    let seconds = clocks.apart().as_secs();
    refusal.is("invalid_client").then(|| {
        format!(
            " This computer's clock said {ours} when the provider's said {theirs}: it is \
             {seconds} s {way}, which alone can be the cause."
        )
    })
}

impl Row {
    fn fits(&self, refusal: &ProviderRefusal) -> bool {
        self.explains(refusal.error.as_deref())
            && (self.numbers.is_empty() || self.numbers.iter().any(|&number| refusal.has(number)))
            && (self.words.is_empty() || refusal.says(self.words))
    }

    /// A page that stays in the browser names no error: its number is all there is.
    fn explains(&self, error: Option<&str>) -> bool {
        error.map_or(!self.numbers.is_empty(), |error| self.errors.contains(&error))
    }
}

/// What people call whoever answers at `host`.
fn named(host: &str) -> &str {
    let ends =
        |ends: &[&str]| ends.iter().any(|end| host == *end || host.ends_with(&format!(".{end}")));
    if ends(&["microsoftonline.com", "microsoftonline.us", "microsoftonline.cn"]) {
        "Microsoft"
    } else if ends(&["google.com", "googleapis.com"]) {
        "Google"
    } else {
        host
    }
}

#[cfg(test)]
mod tests;
