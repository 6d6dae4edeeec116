//! Tokens as they are handed out: what they allow, and how long they live (RFC 6749 §5).

use super::{
    account::{Account, Claims},
    error::TokenError,
    party::Party,
    wire::Answer,
};
use crate::{clock::Timestamp, profile::presets::IDENTITY_SCOPES, secret::Secret};
use oauth2::{TokenResponse as _, basic::BasicTokenType};
use std::time::Duration;

/// The lifetime assumed when the provider does not state one (RFC 6749 §5.1: "RECOMMENDED").
const ASSUMED_LIFETIME: Duration = Duration::from_secs(600);

/// However many scopes an answer names, this many are kept, each up to the length of one that can be
/// asked for.
const MOST_SCOPES: usize = 200;
const LONGEST_SCOPE: usize = 500;

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

impl Party {
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
            let each = scopes.iter().map(|scope| scope.to_string());
            each.filter(|scope| (1..=LONGEST_SCOPE).contains(&scope.len())).take(MOST_SCOPES)
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
pub fn missing(asked: &[String], granted: &[String]) -> Vec<String> {
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
    use crate::{oauth::party::tests::party, profile::Provider};

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
    fn however_many_scopes_are_granted_and_however_long_few_are_kept() {
        let (many, long) = ("Mail.Send ".repeat(9_000), "s".repeat(100_000));
        for (scope, kept) in [(many.as_str(), "Mail.Send"), (long.as_str(), "asked")] {
            let body = format!(r#"{{"access_token":"a","token_type":"Bearer","scope":"{scope}"}}"#);
            let scopes = read(Provider::Custom, &body).unwrap().access.scopes;
            assert!(scopes.len() <= MOST_SCOPES && scopes.iter().all(|scope| scope == kept));
        }
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
}
