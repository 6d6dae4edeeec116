//! What a program with a certificate shows in place of a secret: refused as Entra refuses it.

use super::*;
use crate::consent::certificate::certificate;
use sendright::certificate::Scheme;
use serde_json::json;
use std::time::Duration;

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The parts of an assertion that is in order, to be changed.
struct Assertion {
    head: Value,
    claims: Value,
    scheme: Scheme,
}

impl Assertion {
    fn of(stage: &Stage) -> Self {
        let now = stage.clock.now().date_time().unix_timestamp();
        let id = web_client().id;
        Self {
            head: json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": BASE64URL.encode(certificate().certificate.sha256()) }),
            claims: json!({
                "aud": stage.at().token_endpoint, "iss": id, "sub": id, "jti": "1",
                "nbf": now, "iat": now, "exp": now + 600,
            }),
            scheme: Scheme::Pss,
        }
    }

    fn signed(&self) -> String {
        let part = |value: &Value| BASE64URL.encode(value.to_string());
        let said = format!("{}.{}", part(&self.head), part(&self.claims));
        let signature = certificate().sign(self.scheme, said.as_bytes()).unwrap();
        format!("{said}.{}", BASE64URL.encode(signature))
    }
}

impl Stage {
    /// With the certificate uploaded.
    async fn certified() -> Self {
        let stage = Self::set().await;
        let pem = certificate().certificate.pem().into_bytes();
        let upload = Request::post(stage.at().certificates.as_str()).body(pem).unwrap();
        assert_eq!(stage.http.send(upload).await.unwrap().status(), 201);
        stage
    }

    /// What the token endpoint says to an app that shows `assertion`.
    async fn shown(&self, kind: &str, assertion: &str) -> Value {
        let id = web_client().id;
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", &*id),
            ("scope", "https://graph.microsoft.com/.default"),
            ("client_assertion_type", kind),
            ("client_assertion", assertion),
        ];
        self.token(&fields).await
    }
}

type Change = fn(&mut Assertion);

/// Moves the time for which it is good by `seconds`.
fn moved(assertion: &mut Assertion, seconds: i64) {
    for name in ["nbf", "iat", "exp"] {
        assertion.claims[name] = (assertion.claims[name].as_i64().unwrap() + seconds).into();
    }
}

#[tokio::test]
#[rustfmt::skip]
async fn an_assertion_is_refused_for_what_is_wrong_with_it() {
    let stage = Stage::certified().await;
    let table: &[(&str, Change, u64, &str)] = &[
        ("of another app",           |a| a.claims["iss"] = "another".into(),                      700_021, "identifier doesn't match"),
        ("for another app",          |a| a.claims["sub"] = "another".into(),                      700_021, "identifier doesn't match"),
        ("for another tenant",       |a| a.claims["aud"] = a.claims["aud"].as_str().unwrap().replace(TENANT, "organizations").into(), 700_023, "audience"),
        ("for another host",         |a| a.claims["aud"] = "https://login.microsoftonline.com/x/oauth2/v2.0/token".into(), 700_023, "audience"),
        ("expired",                  |a| moved(a, -901),                                          700_024, "expiry time of assertion"),
        ("not yet good",             |a| moved(a, 301),                                           700_024, "assertion valid from"),
        ("good for a past moment",   |a| a.claims["exp"] = 1.into(),                              700_024, "valid time range"),
        ("of an unknown key",        |a| a.head["x5t#S256"] = BASE64URL.encode([7; 32]).into(),   700_027, "The key was not found"),
        ("that names no key",        |a| a.head = json!({ "alg": "PS256" }),                      700_027, "The key was not found"),
        ("signed in another way",    |a| a.scheme = Scheme::Pkcs1,                                700_027, "did not match the expected signature"),
        ("that is not signed",       |a| a.head["alg"] = "none".into(),                           50027,   "malformed"),
        ("signed with a secret",     |a| a.head["alg"] = "HS256".into(),                          50027,   "malformed"),
        ("without an end",           |a| { a.claims.as_object_mut().unwrap().remove("exp"); },    50027,   "malformed"),
    ];
    for (what, change, expected, words) in table {
        let mut assertion = Assertion::of(&stage);
        change(&mut assertion);
        let refusal = stage.shown(TYPE, &assertion.signed()).await;
        assert_eq!(number(&refusal), *expected, "{what}: {refusal}");
        assert!(field(&refusal, "error_description").contains(words), "{what}: {refusal}");
    }
}

#[tokio::test]
#[rustfmt::skip]
async fn two_clocks_may_be_five_minutes_apart() {
    let stage = Stage::certified().await;
    for (seconds, good) in [(0, true), (300, true), (301, false), (-899, true), (-900, false)] {
        let mut assertion = Assertion::of(&stage);
        moved(&mut assertion, seconds);
        let answer = stage.shown(TYPE, &assertion.signed()).await;
        assert_eq!(answer["access_token"].is_string(), good, "{seconds} s: {answer}");
    }
}

#[tokio::test]
async fn what_is_no_assertion_is_malformed_and_a_changed_one_unsigned() {
    let stage = Stage::certified().await;
    let good = Assertion::of(&stage).signed();
    assert_eq!(number(&stage.shown("urn:other", &good).await), 50027);
    assert_eq!(number(&stage.shown("", &good).await), 900_144);
    for text in ["x", "a.b", "a.b.c", "e30.e30.e30"] {
        assert_eq!(number(&stage.shown(TYPE, text).await), 50027, "{text}");
    }
    let (said, _) = good.rsplit_once('.').unwrap();
    assert_eq!(number(&stage.shown(TYPE, &format!("{said}.AAAA")).await), 700_027);
}

#[tokio::test]
async fn a_certificate_that_has_ended_signs_nothing() {
    let stage = Stage::certified().await;
    stage.clock.advance(Duration::from_secs(200 * 365 * 86_400));
    let refusal = stage.shown(TYPE, &Assertion::of(&stage).signed()).await;
    assert_eq!(number(&refusal), 700_027);
    assert!(field(&refusal, "error_description").contains("The key used is expired"), "{refusal}");
}
