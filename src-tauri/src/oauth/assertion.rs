//! What an app with a certificate shows in place of a secret: a signed note that names both sides and lives
//! ten minutes (RFC 7523 §2.2 and §3).

use super::{error::TokenError, party::Party, proof::Proof};
use crate::{
    certificate::{KeyedCertificate, Scheme},
    clock::Timestamp,
    profile::CertificateAlgorithm,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

/// How long an assertion is good for: the most that Entra takes, and what Microsoft's own libraries state.
///
/// Source: <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>, 2026-11.
const LIFETIME: Duration = Duration::from_secs(600);

/// RFC 7523 §2.2.
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

impl Party {
    /// The parameters that prove who asks at `now`, where `proof` is wanted and a certificate is what it is given
    /// with. None otherwise: then `oauth2` adds the secret. Each is good for one request.
    ///
    /// # Errors
    /// [`TokenError::Certificate`] when nothing can be signed.
    pub(super) fn assertion(
        &self,
        proof: Proof,
        now: Timestamp,
    ) -> Result<Vec<(&'static str, String)>, TokenError> {
        match &self.certificate {
            Some(certificate) if proof == Proof::Secret => {
                let assertion = self.signed(certificate, now)?;
                Ok(vec![
                    ("client_assertion_type", TYPE.to_owned()),
                    ("client_assertion", assertion),
                ])
            }
            _ => Ok(Vec::new()),
        }
    }

    /// A JSON Web Token (RFC 7519) whose header names the certificate by its fingerprint (RFC 7515 §4.1.7, §4.1.8).
    fn signed(&self, certificate: &KeyedCertificate, now: Timestamp) -> Result<String, TokenError> {
        let public = &certificate.certificate;
        let (scheme, head) = match self.certificate_algorithm {
            CertificateAlgorithm::Ps256 => {
                let fingerprint = BASE64URL.encode(public.sha256());
                (Scheme::Pss, json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": fingerprint }))
            }
            CertificateAlgorithm::Rs256 => {
                let fingerprint = BASE64URL.encode(public.sha1());
                (Scheme::Pkcs1, json!({ "alg": "RS256", "typ": "JWT", "x5t": fingerprint }))
            }
        };
        let seconds = |moment: Timestamp| moment.date_time().unix_timestamp();
        let claims = json!({
            "aud": self.endpoints.token,
            "iss": self.client_id,
            "sub": self.client_id,
            "jti": Uuid::new_v4(),
            "nbf": seconds(now),
            "iat": seconds(now),
            "exp": seconds(now.after(LIFETIME)),
        });
        let part = |value: &Value| BASE64URL.encode(value.to_string());
        let said = format!("{}.{}", part(&head), part(&claims));
        let signature = BASE64URL.encode(certificate.sign(scheme, said.as_bytes())?);
        Ok(format!("{said}.{signature}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        certificate::tests::app, oauth::party::tests::party, profile::Provider, secret::Secret,
    };
    use std::sync::Arc;

    fn certified(algorithm: CertificateAlgorithm) -> Party {
        Party {
            certificate: Some(Arc::new(app())),
            certificate_algorithm: algorithm,
            ..party(Provider::Microsoft, "https://login.example")
        }
    }

    fn parts(assertion: &str) -> (Value, Value) {
        let part = |text: &str| serde_json::from_slice(&BASE64URL.decode(text).unwrap()).unwrap();
        let mut parts = assertion.split('.');
        (part(parts.next().unwrap()), part(parts.next().unwrap()))
    }

    #[test]
    fn it_says_who_asks_whom_and_until_when() {
        let now = Timestamp::from_unix(1_800_000_000).unwrap();
        let asked = certified(CertificateAlgorithm::Ps256).assertion(Proof::Secret, now).unwrap();
        let [("client_assertion_type", TYPE), ("client_assertion", assertion)] =
            asked.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>()[..]
        else {
            panic!("{asked:?}")
        };
        let (head, claims) = parts(assertion);
        assert_eq!(head["alg"], "PS256");
        assert_eq!(head["x5t#S256"], BASE64URL.encode(app().certificate.sha256()));
        assert_eq!(claims["aud"], "https://login.example/token");
        assert_eq!((&claims["iss"], &claims["sub"]), (&"client-1".into(), &"client-1".into()));
        let times =
            ["nbf", "iat", "exp"].map(|name| claims[name].as_i64().unwrap() - 1_800_000_000);
        assert_eq!(times, [0, 0, 600]);
        let (head, others) =
            parts(&certified(CertificateAlgorithm::Rs256).signed(&app(), now).unwrap());
        assert_eq!(
            (&head["alg"], &head["x5t"]),
            (&"RS256".into(), &BASE64URL.encode(app().certificate.sha1()).into())
        );
        assert_ne!(claims["jti"], others["jti"], "each is good for one request");
    }

    #[test]
    fn a_public_client_shows_nothing_and_a_certificate_is_taken_before_a_secret() {
        let now = Timestamp::from_unix(1_800_000_000).unwrap();
        let mut party = certified(CertificateAlgorithm::Ps256);
        assert!(party.assertion(Proof::Nothing, now).unwrap().is_empty());
        party.client_secret = Some(Secret::new("s3cret"));
        assert_eq!(party.assertion(Proof::Secret, now).unwrap().len(), 2);
        party.certificate = None;
        assert!(party.assertion(Proof::Secret, now).unwrap().is_empty());
    }
}
