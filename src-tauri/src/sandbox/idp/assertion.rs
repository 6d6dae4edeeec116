//! What a program with a certificate shows in place of a secret, checked as Entra checks it.
//!
//! Source: <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>, 2026-11.

use super::{fields::Fields, refusal::Refusal};
use crate::{
    certificate::{Certificate, hex},
    clock::Timestamp,
    sandbox::{World, directory::Client},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters, UnparsedPublicKey,
};
use serde::{Deserialize, de::DeserializeOwned};
use std::time::Duration;

/// RFC 7523 §2.2.
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far two clocks may be apart.
const SKEW: Duration = Duration::from_secs(300);

#[derive(Deserialize)]
struct Head {
    alg: String,
    #[serde(rename = "x5t#S256")]
    sha256: Option<String>,
    x5t: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    aud: String,
    iss: String,
    sub: String,
    nbf: i64,
    exp: i64,
}

impl World {
    /// Looks at the assertion in `fields`, which `client` shows to the token endpoint of `tenant`.
    pub(super) fn check_assertion(
        &self,
        client: &Client,
        tenant: &str,
        fields: &Fields,
    ) -> Result<(), Refusal> {
        if fields.need("client_assertion_type")? != TYPE {
            return Err(Refusal::AssertionMalformed);
        }
        let assertion = fields.need("client_assertion")?;
        let (said, signature) = assertion.rsplit_once('.').ok_or(Refusal::AssertionMalformed)?;
        let (head, claims) = said.split_once('.').ok_or(Refusal::AssertionMalformed)?;
        let (head, claims): (Head, Claims) = (part(head)?, part(claims)?);
        self.check_signature(client, &head, said, signature)?;
        if claims.iss != client.id || claims.sub != client.id {
            return Err(Refusal::AssertionOfOther);
        }
        let path = format!("/{tenant}/oauth2/v2.0/token");
        if [&self.https, &self.idp].iter().all(|base| claims.aud != format!("{base}{path}")) {
            return Err(Refusal::AssertionAudience);
        }
        self.check_time(&claims)
    }

    fn check_signature(
        &self,
        client: &Client,
        head: &Head,
        said: &str,
        signature: &str,
    ) -> Result<(), Refusal> {
        let certificate =
            self.certificate_named(head).ok_or_else(|| Refusal::AssertionUnknown {
                thumbprint: shown(head.x5t.as_ref().or(head.sha256.as_ref())),
                client: client.id.clone(),
            })?;
        let thumbprint = hex(&certificate.sha1());
        if certificate.not_after <= self.clock.now() {
            return Err(Refusal::AssertionKeyExpired { thumbprint });
        }
        let padding: &RsaParameters = match head.alg.as_str() {
            "PS256" => &RSA_PSS_2048_8192_SHA256,
            "RS256" => &RSA_PKCS1_2048_8192_SHA256,
            _ => return Err(Refusal::AssertionMalformed),
        };
        let signature = BASE64URL.decode(signature).map_err(|_| Refusal::AssertionMalformed)?;
        UnparsedPublicKey::new(padding, certificate.public_key())
            .verify(said.as_bytes(), &signature)
            .map_err(|_| Refusal::AssertionSignature { thumbprint })
    }

    /// The uploaded certificate that the head names by one of its fingerprints.
    fn certificate_named(&self, head: &Head) -> Option<Certificate> {
        let (sha256, sha1) = (decoded(head.sha256.as_ref()), decoded(head.x5t.as_ref()));
        self.certificates.all().into_iter().find(|one| {
            sha256.as_ref().is_some_and(|named| *named == one.sha256())
                || sha1.as_ref().is_some_and(|named| *named == one.sha1())
        })
    }

    fn check_time(&self, claims: &Claims) -> Result<(), Refusal> {
        let now = self.clock.now();
        let moment = |seconds| Timestamp::from_unix(seconds).ok_or(Refusal::AssertionMalformed);
        let (from, until) = (moment(claims.nbf)?, moment(claims.exp)?);
        if from <= now.after(SKEW) && now < until.after(SKEW) {
            return Ok(());
        }
        Err(Refusal::AssertionTime { now, from, until })
    }
}

fn part<T: DeserializeOwned>(text: &str) -> Result<T, Refusal> {
    let json = BASE64URL.decode(text).map_err(|_| Refusal::AssertionMalformed)?;
    serde_json::from_slice(&json).map_err(|_| Refusal::AssertionMalformed)
}

fn decoded(fingerprint: Option<&String>) -> Option<Vec<u8>> {
    BASE64URL.decode(fingerprint?).ok()
}

fn shown(fingerprint: Option<&String>) -> String {
    decoded(fingerprint).map(|octets| hex(&octets)).unwrap_or_default()
}
