//! The token endpoint is asked: with a code, or to renew a sign-in (RFC 6749 §4.1.3, §6).

use super::{
    account::Claims,
    error::{SignInReason, TokenError},
    party::Party,
    proof::Proof,
    redirect::Grant,
    token::Tokens,
    wire::Wire,
};
use crate::{clock::Timestamp, profile::Provider, secret::Secret};
use oauth2::{
    AuthorizationCode, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope,
    basic::BasicErrorResponse,
};
use std::borrow::Cow;
use subtle::ConstantTimeEq as _;

/// Redeems a code. Once: a second try would be refused and might revoke what the first one got
/// (RFC 6749 §4.1.2).
pub(super) async fn exchange(
    party: &Party,
    grant: Grant,
    now: Timestamp,
) -> Result<Tokens, TokenError> {
    let landing = RedirectUrl::new(grant.redirect_uri)
        .expect("the address was one when the question was asked");
    let requests = party.requests(grant.proof);
    let mut request = requests
        .exchange_code(AuthorizationCode::new(grant.code.expose().to_owned()))
        .set_redirect_uri(Cow::Owned(landing))
        .set_pkce_verifier(PkceCodeVerifier::new(grant.verifier.expose().to_owned()));
    // NOTE: Entra wants the one resource of the token named (AADSTS28003); the standard knows no
    // scope here.
    if party.provider == Provider::Microsoft {
        request = request.add_extra_param("scope", party.token_scopes.join(" "));
    }
    for (name, value) in party.assertion(grant.proof, now)? {
        request = request.add_extra_param(name, value);
    }
    let answer = request.request_async(&party.wire(now)).await.map_err(|e| unread(e, party))?;
    let tokens = party.read(&answer, &party.token_scopes, now)?;
    match (&grant.nonce, answer.extra_fields().id_token.as_ref().and_then(Claims::of)) {
        // Without an id token the verifier alone ties the answer to the question.
        (Some(asked), Some(claims)) => {
            let said = claims.text("nonce").unwrap_or_default();
            let same: bool = said.as_bytes().ct_eq(asked.expose().as_bytes()).into();
            same.then_some(tokens).ok_or_else(|| TokenError::ForeignIdentity { host: party.host() })
        }
        _ => Ok(tokens),
    }
}

/// Renews a sign-in, for `scopes` of one resource.
///
/// Microsoft's refresh tokens are good for every resource, so the scopes say which; elsewhere
/// leaving them out asks for what was granted (RFC 6749 §6), which may be less than was asked.
pub(super) async fn refresh(
    party: &Party,
    proof: Proof,
    refresh: &Secret,
    scopes: &[String],
    now: Timestamp,
) -> Result<Tokens, TokenError> {
    if proof == Proof::Secret && !party.can_prove_itself() {
        return Err(TokenError::SecretMissing);
    }
    let requests = party.requests(proof);
    let token = RefreshToken::new(refresh.expose().to_owned());
    let mut request = requests.exchange_refresh_token(&token);
    if party.provider == Provider::Microsoft {
        request = request.add_scopes(scopes.iter().cloned().map(Scope::new));
    }
    for (name, value) in party.assertion(proof, now)? {
        request = request.add_extra_param(name, value);
    }
    let answer = request.request_async(&party.wire(now)).await.map_err(|e| unread(e, party));
    party.read(&answer.map_err(person_wanted)?, scopes, now)
}

/// The OAuth errors of a renewal that the person can end by signing in again
/// (RFC 6749 §5.2, `OpenID` Connect Core §3.1.2.6, and Entra's own).
const PERSON_WANTED: [&str; 4] =
    ["invalid_grant", "interaction_required", "consent_required", "login_required"];

fn person_wanted(error: TokenError) -> TokenError {
    match error {
        TokenError::Refused(refusal) if PERSON_WANTED.iter().any(|error| refusal.is(error)) => {
            TokenError::SignInNeeded(SignInReason::Refused(refusal))
        }
        other => other,
    }
}

/// Says what `oauth2` could not read, without repeating any of it: it may be a token.
pub(super) fn unread(
    error: RequestTokenError<TokenError, BasicErrorResponse>,
    party: &Party,
) -> TokenError {
    let said = match error {
        RequestTokenError::Request(error) => return error,
        RequestTokenError::Parse(error, _) => format!("`{}` is missing or wrong", error.path()),
        RequestTokenError::ServerResponse(_) | RequestTokenError::Other(_) => {
            "the answer is empty".to_owned()
        }
    };
    party.not_the_protocol(&said)
}

impl Party {
    pub(super) fn wire(&self, now: Timestamp) -> Wire<'_> {
        Wire { http: &self.http, now, secret: self.client_secret.as_ref() }
    }

    /// An answer that looked well and is not what the standard says.
    pub(super) fn not_the_protocol(&self, said: &str) -> TokenError {
        TokenError::NotTheProtocol { host: self.host(), status: 200, said: said.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::party::tests::party;

    #[test]
    fn an_unreadable_answer_is_not_repeated() {
        let answer = r#"{"access_token":["geheim"],"token_type":"Bearer"}"#;
        let error = serde_path_error(answer);
        let said = unread(error, &party(Provider::Custom, "https://login.example")).to_string();
        assert!(said.contains("`access_token`") && !said.contains("geheim"), "{said}");
    }

    fn serde_path_error(body: &str) -> RequestTokenError<TokenError, BasicErrorResponse> {
        let party = party(Provider::Custom, "https://login.example");
        let answer = http::Response::new(body.as_bytes().to_vec());
        let http = move |_| {
            let answer = answer.clone();
            async move { Ok::<_, TokenError>(answer) }
        };
        let requests = party.requests(Proof::Nothing);
        let asking = requests.exchange_client_credentials();
        futures_util::FutureExt::now_or_never(asking.request_async(&http)).unwrap().unwrap_err()
    }
}
