//! The question: the address that the person's browser opens (RFC 6749 §4.1.1, RFC 7636).

use super::{consent::ConsentError, desk::Expected, party::Party, proof::Proof};
use crate::{
    profile::{Redirect, presets},
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
        if let Some(claims) = &party.claims {
            ask = ask.add_extra_param("claims", claims.as_str());
        }
        let nonce = asks_who(&party.consent_scopes).then(|| CsrfToken::new_random_len(CHANCE));
        if let Some(nonce) = &nonce {
            ask = ask.add_extra_param("nonce", nonce.secret().as_str());
        }
        let (url, state) = ask.url();
        Ok(Self {
            url,
            state: Secret::new(state.into_secret()),
            verifier: Secret::new(verifier.into_secret()),
            nonce: nonce.map(|nonce| Secret::new(nonce.into_secret())),
            redirect_uri,
            proof,
            issuer: party.endpoints.issuer.clone(),
            host: party.endpoints.authorize.host_str().unwrap_or_default().to_owned(),
        })
    }

    /// What the answer has to show.
    pub(super) fn expects(&self) -> Expected {
        Expected { state: self.state.clone(), redirect_uri: self.redirect_uri.clone(), bare: true }
    }
}

/// Whether an id token is asked for (OpenID Connect Core §3.1.2.1).
fn asks_who(scopes: &[String]) -> bool {
    scopes.iter().any(|scope| scope == "openid")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        oauth::party::{redirect_uri, tests::party},
        profile::Provider,
    };
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
    use sha2::{Digest as _, Sha256};
    use std::collections::HashMap;

    fn ask(party: &Party) -> (Question, HashMap<String, String>) {
        let uri = redirect_uri(party.provider, &Redirect::Loopback, Some(4711));
        let question = Question::new(party, &Redirect::Loopback, uri).unwrap();
        let fields = question.url.query_pairs().into_owned();
        let mut seen = HashMap::new();
        for (name, value) in fields {
            assert!(seen.insert(name.clone(), value).is_none(), "{name} stands twice");
        }
        (question, seen)
    }

    #[test]
    fn microsoft_is_asked_with_everything_that_it_needs() {
        let (question, fields) = ask(&party(Provider::Microsoft, "https://login.example"));
        let expected = [
            ("response_type", "code"),
            ("response_mode", "query"),
            ("client_id", "client-1"),
            ("redirect_uri", "http://localhost:4711/oauth2/callback"),
            ("scope", "https://outlook.office.com/SMTP.Send offline_access openid profile"),
            ("prompt", "select_account"),
            ("login_hint", "invoices@kestrel.example"),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in expected {
            assert_eq!(fields.get(name).map(String::as_str), Some(value), "{name}");
        }
        let digest = Sha256::digest(question.verifier.expose().as_bytes());
        assert_eq!(fields["code_challenge"], BASE64_URL_SAFE_NO_PAD.encode(digest));
        assert_eq!(fields["state"], question.state.expose());
        assert_eq!(fields["nonce"], question.nonce.unwrap().expose());
        assert!(question.verifier.expose().len() >= 43, "RFC 7636 §4.1");
    }

    #[test]
    fn google_is_asked_for_a_refresh_token() {
        let mut party = party(Provider::Google, "https://login.example");
        party.client_secret = Some(Secret::new("s3cret"));
        let (question, fields) = ask(&party);
        assert_eq!(fields["access_type"], "offline");
        assert_eq!(fields["prompt"], "consent");
        assert!(!question.url.as_str().contains("s3cret"));
    }

    #[test]
    fn a_claims_challenge_is_carried_into_the_question() {
        let mut party = party(Provider::Microsoft, "https://login.example");
        assert!(!ask(&party).1.contains_key("claims"));
        party.claims = Some(r#"{"access_token":{"acrs":{"value":"c1"}}}"#.to_owned());
        assert_eq!(ask(&party).1.get("claims"), party.claims.as_ref());
    }

    #[test]
    fn without_openid_there_is_no_nonce() {
        let mut party = party(Provider::Custom, "https://login.example");
        party.consent_scopes = vec!["smtp".to_owned()];
        let (question, fields) = ask(&party);
        assert!(question.nonce.is_none() && !fields.contains_key("nonce"));
    }

    #[test]
    fn no_two_questions_share_their_chance() {
        let party = party(Provider::Microsoft, "https://login.example");
        let ((one, _), (two, _)) = (ask(&party), ask(&party));
        assert_ne!(one.state.expose(), two.state.expose());
        assert_ne!(one.verifier.expose(), two.verifier.expose());
        let is_base64url = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        assert!(one.state.expose().chars().all(is_base64url));
        assert!(one.state.expose().len() >= 40);
    }
}
