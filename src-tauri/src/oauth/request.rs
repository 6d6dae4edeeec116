//! The question: the address that the person's browser opens (RFC 6749 §4.1.1, RFC 7636).

use super::{
    consent::ConsentError,
    party::{Party, Proof},
};
use crate::{
    clock::Timestamp,
    profile::{ProfileId, Redirect, presets},
    secret::Secret,
};
use oauth2::{CsrfToken, PkceCodeChallenge, RedirectUrl, Scope};
use std::borrow::Cow;
use url::Url;

/// Octets of chance in `state` and `nonce`.
const CHANCE: u32 = 32;

/// A question that is open; answering consumes it.
#[derive(Debug)]
pub(super) struct Question {
    /// Whose sign-in.
    pub(super) profile: ProfileId,
    /// What the browser opens.
    pub(super) url: Url,
    /// What the answer has to repeat.
    pub(super) state: Secret,
    /// What proves that the code was meant for us.
    pub(super) verifier: Secret,
    /// What the id token has to repeat, where one was asked for.
    pub(super) nonce: Option<Secret>,
    /// Where the answer has to arrive.
    pub(super) redirect_uri: String,
    /// What will be shown with the code.
    pub(super) proof: Proof,
    /// How the provider names itself, where that is known.
    pub(super) issuer: Option<String>,
    /// The provider's host, for words.
    pub(super) host: String,
    /// When it was asked.
    pub(super) asked_at: Timestamp,
}

impl Question {
    /// Asks the provider of `party` to send its answer to `redirect_uri`.
    ///
    /// `state` and the challenge are base64url: Entra strips what looks like HTML from `state`.
    ///
    /// # Errors
    /// When the answer could not be redeemed anyway: see [`Party::proof`].
    pub(super) fn new(
        party: &Party,
        redirect: &Redirect,
        redirect_uri: String,
        now: Timestamp,
    ) -> Result<Self, ConsentError> {
        let proof = party.proof(redirect)?;
        let landing = RedirectUrl::new(redirect_uri.clone())
            .expect("a redirect is a constant, a loopback address or a checked address");
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let requests = party.requests(proof);
        let mut ask = requests
            .authorize_url(|| CsrfToken::new_random_len(CHANCE))
            .set_redirect_uri(Cow::Owned(landing))
            .set_pkce_challenge(challenge)
            .add_scopes(party.consent_scopes.iter().cloned().map(Scope::new));
        for (name, value) in presets::authorize_extras(party.provider) {
            ask = ask.add_extra_param(*name, *value);
        }
        if !party.login_hint.is_empty() {
            ask = ask.add_extra_param("login_hint", party.login_hint.as_str());
        }
        let nonce = asks_who(&party.consent_scopes).then(|| CsrfToken::new_random_len(CHANCE));
        if let Some(nonce) = &nonce {
            ask = ask.add_extra_param("nonce", nonce.secret().as_str());
        }
        let (url, state) = ask.url();
        Ok(Self {
            profile: party.profile,
            url,
            state: Secret::new(state.into_secret()),
            verifier: Secret::new(verifier.into_secret()),
            nonce: nonce.map(|nonce| Secret::new(nonce.into_secret())),
            redirect_uri,
            proof,
            issuer: party.endpoints.issuer.clone(),
            host: party.endpoints.authorize.host_str().unwrap_or_default().to_owned(),
            asked_at: now,
        })
    }
}

/// Whether an id token is asked for (OpenID Connect Core §3.1.2.1).
fn asks_who(scopes: &[String]) -> bool {
    scopes.iter().any(|scope| scope == "openid")
}
