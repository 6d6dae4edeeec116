//! Tokens: exchanged for a code, renewed, and how long they live (RFC 6749 §5, §6).

use super::{
    account::{Account, Claims},
    party::{Party, Proof},
    redirect::Grant,
    refusal::ProviderRefusal,
    wire::{Answer, Wire},
};
use crate::{
    certificate::CertificateError,
    clock::Timestamp,
    net::http::HttpError,
    profile::{Provider, presets::IDENTITY_SCOPES},
    secret::{Secret, VaultError},
};
use oauth2::{
    AuthorizationCode, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope,
    TokenResponse as _,
    basic::{BasicErrorResponse, BasicTokenType},
};
use std::{borrow::Cow, io, time::Duration};
use subtle::ConstantTimeEq as _;

/// The lifetime assumed when the provider does not state one (RFC 6749 §5.1: "RECOMMENDED").
const ASSUMED_LIFETIME: Duration = Duration::from_secs(600);

/// Lets its bearer in for a while.
#[derive(Debug, Clone)]
pub struct AccessToken {
    /// The token.
    pub value: Secret,
    /// When it ends, by the provider's word.
    pub expires_at: Timestamp,
    /// From when on it is renewed before it is used.
    pub renew_from: Timestamp,
    /// What it allows, as granted.
    pub scopes: Vec<String>,
    /// Whom it is for, as it says itself; `None`: it is opaque.
    pub audience: Option<String>,
}

/// What a token endpoint handed out.
#[derive(Debug)]
pub(super) struct Tokens {
    /// For the resource.
    pub(super) access: AccessToken,
    /// For the next access token; `None`: the old one stays.
    pub(super) refresh: Option<Secret>,
    /// Who signed in, where an id token says so.
    pub(super) account: Option<Account>,
}

/// Why only the person can renew the sign-in.
#[derive(Debug, thiserror::Error)]
pub enum SignInReason {
    /// Nobody has signed in yet, or the tokens were forgotten.
    #[error("nobody has signed in yet")]
    Never,
    /// The registration has other settings than at the sign-in; the token is not sent there.
    #[error("the app registration changed since the sign-in: {}", changed.join(", "))]
    RegistrationChanged {
        /// The settings that changed, as the declarative file calls them.
        changed: Vec<&'static str>,
    },
    /// The provider wants to see the person again.
    #[error("{0}")]
    Refused(Box<ProviderRefusal>),
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Only the person can renew the sign-in.
    #[error("sign-in needed: {0}")]
    SignInNeeded(SignInReason),
    /// The provider refused, and asking again would not change it.
    #[error("the provider refused: {0}")]
    Refused(Box<ProviderRefusal>),
    /// The provider wants to be asked later.
    #[error("{host} is busy ({status}): {said}")]
    Busy {
        /// Who is busy.
        host: String,
        /// The HTTP status.
        status: u16,
        /// How long it wants to be left alone.
        wait: Option<Duration>,
        /// Its words.
        said: String,
    },
    /// What answered is no token endpoint.
    #[error("{host} does not answer as a token endpoint ({status}): {said}")]
    NotTheProtocol {
        /// Who answered.
        host: String,
        /// The HTTP status.
        status: u16,
        /// What it said, or what is wrong with it.
        said: String,
    },
    /// The id token belongs to another question (`OpenID` Connect Core §3.1.3.7).
    #[error("{host} sent an id token for another sign-in")]
    ForeignIdentity {
        /// Who sent it.
        host: String,
    },
    /// The client has to prove itself and cannot.
    #[error("the client secret or certificate is missing")]
    SecretMissing,
    /// The certificate cannot be used.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// No answer came.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The vault did not give or take the refresh token; a new one is kept in memory meanwhile.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Another process holds the sign-in and does not let go.
    #[error("another process has been renewing this sign-in for {} seconds", waited.as_secs())]
    Held {
        /// How long we waited.
        waited: Duration,
    },
    /// The lock that processes share cannot be used.
    #[error("{path}: {source}")]
    Lock {
        /// The lock file.
        path: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// The person stopped it.
    #[error("cancelled")]
    Cancelled,
}

impl AccessToken {
    /// Whether it can be used at `now` without renewing it first.
    pub(super) fn is_fresh(&self, now: Timestamp) -> bool {
        now < self.renew_from
    }
}

/// The moment from which a token is renewed before it is used.
///
/// `grace` lies before the stated end, but the result never before `issued`: a token that lives
/// shorter than the grace is used once rather than renewed for ever.
pub(super) fn renew_from(issued: Timestamp, lifetime: Duration, grace: Duration) -> Timestamp {
    issued.after(lifetime.saturating_sub(grace))
}

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

    /// Reads what was handed out, asked for at `now` with `asked` scopes.
    pub(super) fn read(
        &self,
        answer: &Answer,
        asked: &[String],
        now: Timestamp,
    ) -> Result<Tokens, TokenError> {
        if *answer.token_type() != BasicTokenType::Bearer {
            return Err(self.not_the_protocol("the token is not of the type Bearer"));
        }
        let value = Secret::new(answer.access_token().secret().clone());
        if value.is_empty() {
            return Err(self.not_the_protocol("the access token is empty"));
        }
        let lifetime = answer.expires_in().unwrap_or(ASSUMED_LIFETIME);
        // NOTE: some write an empty scope instead of none.
        let granted = answer.scopes().map(|scopes| {
            scopes.iter().map(|scope| scope.to_string()).filter(|scope| !scope.is_empty())
        });
        let granted = granted.map(Iterator::collect).filter(|granted: &Vec<_>| !granted.is_empty());
        let id_token = answer.extra_fields().id_token.as_ref().and_then(Claims::of);
        Ok(Tokens {
            access: AccessToken {
                audience: Claims::of(&value).and_then(|claims| claims.audience()),
                value,
                expires_at: now.after(lifetime),
                renew_from: renew_from(now, lifetime, self.grace),
                scopes: granted.unwrap_or_else(|| asked.to_vec()),
            },
            refresh: answer
                .refresh_token()
                .map(|token| Secret::new(token.secret().clone()))
                .filter(|token| !token.is_empty()),
            account: id_token.map(|claims| claims.account()),
        })
    }
}

/// What was asked and not granted: people may untick scopes, and administrators take some away.
///
/// NOTE: Entra answers Graph scopes without their address, in any case; `offline_access` is never
/// in the answer, and `/.default` stands for others.
pub(super) fn missing(asked: &[String], granted: &[String]) -> Vec<String> {
    let last = |scope: &str| scope.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let is_granted = |scope: &&String| {
        granted.iter().any(|other| {
            other.eq_ignore_ascii_case(scope)
                || (!other.contains("://") && last(scope) == last(other))
        })
    };
    asked
        .iter()
        .filter(|scope| !IDENTITY_SCOPES.contains(&scope.as_str()) && !scope.ends_with("/.default"))
        .filter(|scope| !is_granted(scope))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::party::tests::party;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(1_800_000_000 + seconds).unwrap()
    }

    fn read(provider: Provider, body: &str) -> Result<Tokens, TokenError> {
        let answer: Answer = serde_json::from_str(body).unwrap();
        party(provider, "https://login.example").read(&answer, &["asked".to_owned()], at(0))
    }

    #[test]
    #[rustfmt::skip]
    fn a_token_is_renewed_before_its_end_and_never_before_it_is_issued() {
        let table = [
            // lifetime      grace  renewed after
            (3600,           30,    3570),
            (30,             30,    0),
            (10,             30,    0),
            (3600,           0,     3600),
        ];
        for (lifetime, grace, after) in table {
            let seconds = Duration::from_secs;
            assert_eq!(renew_from(at(0), seconds(lifetime), seconds(grace)), at(after));
        }
    }

    #[test]
    fn what_the_answer_leaves_out_is_as_asked() {
        let body = r#"{"access_token":"opaque","token_type":"bearer"}"#;
        let tokens = read(Provider::Microsoft, body).unwrap();
        assert_eq!(tokens.access.scopes, ["asked"]);
        assert_eq!(tokens.access.expires_at, at(0).after(ASSUMED_LIFETIME));
        assert_eq!(tokens.access.audience, None, "opaque");
        assert!(tokens.refresh.is_none() && tokens.account.is_none());
    }

    #[test]
    fn an_answer_that_cannot_be_used_is_said_to_be_one() {
        for body in [
            r#"{"access_token":"","token_type":"Bearer"}"#,
            r#"{"access_token":"a","token_type":"mac"}"#,
            r#"{"access_token":"a","token_type":"DPoP"}"#,
        ] {
            let refused = read(Provider::Custom, body);
            assert!(matches!(refused, Err(TokenError::NotTheProtocol { .. })), "{body}");
        }
        let tokens = read(
            Provider::Custom,
            r#"{"access_token":"a","token_type":"bEaReR","scope":"","refresh_token":""}"#,
        )
        .unwrap();
        assert!(tokens.refresh.is_none());
        assert_eq!(tokens.access.scopes, ["asked"]);
    }

    #[test]
    fn a_lifetime_without_end_ends_with_the_calendar() {
        let body =
            format!(r#"{{"access_token":"a","token_type":"Bearer","expires_in":{}}}"#, u64::MAX);
        let tokens = read(Provider::Custom, &body).unwrap();
        assert!(tokens.access.is_fresh(at(1_000_000_000)));
    }

    #[test]
    #[rustfmt::skip]
    fn what_was_asked_and_not_granted_is_named() {
        let smtp = "https://outlook.office.com/SMTP.Send";
        let graph = "https://graph.microsoft.com/Mail.Send";
        let table: [(&[&str], &[&str], &[&str]); 7] = [
            // asked                             granted                              missing
            (&[smtp, "offline_access"],          &[smtp],                             &[]),
            (&[smtp],                            &["https://outlook.office.com/smtp.send"], &[]),
            (&[graph, "openid"],                 &["Mail.Send", "profile"],           &[]),
            (&[graph],                           &["Mail.Read"],                      &[graph]),
            (&[smtp],                            &["https://graph.microsoft.com/SMTP.Send"], &[smtp]),
            (&["https://mail.google.com/", "email"], &["openid"],                     &["https://mail.google.com/"]),
            (&["https://graph.microsoft.com/.default"], &["Mail.Send"],               &[]),
        ];
        let owned = |scopes: &[&str]| scopes.iter().map(|&scope| scope.to_owned()).collect::<Vec<_>>();
        for (asked, granted, expected) in table {
            assert_eq!(missing(&owned(asked), &owned(granted)), expected, "{asked:?} {granted:?}");
        }
    }

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
