//! Signed tokens: what the identity provider hands out and the mail servers check.
//!
//! Everything a token says is in it, so a sign-in outlives a restart of the sandbox.

use super::SandboxError;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use rcgen::{KeyPair, PKCS_ED25519, PublicKeyData as _, SigningKey as _};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{fs, path::Path};
use subtle::ConstantTimeEq as _;

/// The longest token that is looked at, in octets.
const LONGEST: usize = 16 * 1024;

/// Signs tokens, and knows its own again.
pub(super) struct Signer {
    key: KeyPair,
}

impl Signer {
    /// Takes the key that stands in `dir`, or makes one.
    pub(super) fn open(dir: &Path) -> Result<Self, SandboxError> {
        let file = dir.join("token.key");
        let stored = fs::read_to_string(&file).ok().and_then(|pem| KeyPair::from_pem(&pem).ok());
        if let Some(key) = stored.filter(|key| key.is_compatible(&PKCS_ED25519)) {
            return Ok(Self { key });
        }
        let key = KeyPair::generate_for(&PKCS_ED25519)?;
        super::write_private(&file, &key.serialize_pem())?;
        Ok(Self { key })
    }

    /// A JSON Web Token (RFC 7519) of the kind `typ` that says `claims`, signed with Ed25519
    /// (RFC 8037).
    pub(super) fn sign(&self, typ: &str, claims: &impl Serialize) -> String {
        let head = json!({ "alg": "EdDSA", "kid": self.key_id(), "typ": typ });
        let part = |value: Vec<u8>| BASE64URL.encode(value);
        let claims = serde_json::to_vec(claims).expect("claims are plain data");
        let said = format!("{}.{}", part(head.to_string().into_bytes()), part(claims));
        let signature = self.signature(&said);
        format!("{said}.{signature}")
    }

    /// What `token` says, if it is one of the kind `typ` that we signed; whether it is still valid
    /// is for the reader to see.
    pub(super) fn read<T: DeserializeOwned>(&self, typ: &str, token: &str) -> Option<T> {
        if token.len() > LONGEST {
            return None;
        }
        let (said, signature) = token.rsplit_once('.')?;
        // An Ed25519 signature is the same every time, so to check one is to make it again.
        let ours = self.signature(said);
        if !bool::from(ours.as_bytes().ct_eq(signature.as_bytes())) {
            return None;
        }
        let (head, claims) = said.split_once('.')?;
        let head: Value = serde_json::from_slice(&BASE64URL.decode(head).ok()?).ok()?;
        if head["typ"] != typ {
            return None;
        }
        serde_json::from_slice(&BASE64URL.decode(claims).ok()?).ok()
    }

    /// The public key as a JSON Web Key set (RFC 7517, RFC 8037 §2).
    pub(super) fn key_set(&self) -> Value {
        json!({ "keys": [{
            "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
            "kid": self.key_id(), "x": BASE64URL.encode(self.key.der_bytes()),
        }] })
    }

    fn key_id(&self) -> String {
        BASE64URL.encode(&self.key.der_bytes()[..12])
    }

    fn signature(&self, said: &str) -> String {
        let signature = self.key.sign(said.as_bytes()).expect("Ed25519 signs anything");
        BASE64URL.encode(signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_tokens_of_the_right_kind_are_read() {
        let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let signer = Signer::open(dir.path()).unwrap();
        let token = signer.sign("JWT", &json!({ "aud": "mail" }));
        let read = |signer: &Signer, typ, token: &str| signer.read::<Value>(typ, token);
        assert_eq!(read(&signer, "JWT", &token).unwrap()["aud"], "mail");
        assert_eq!(read(&signer, "refresh", &token), None, "of another kind");
        let foreign = Signer::open(other.path()).unwrap();
        assert_eq!(read(&foreign, "JWT", &token), None, "signed by somebody else");
        let forged = BASE64URL.encode(r#"{"aud":"everything"}"#);
        let mut parts: Vec<_> = token.split('.').collect();
        parts[1] = &forged;
        assert_eq!(read(&signer, "JWT", &parts.join(".")), None, "changed on the way");
        for nonsense in ["", ".", "..", "a.b.c", "é.é.é", &"a".repeat(LONGEST + 1)] {
            assert_eq!(read(&signer, "JWT", nonsense), None);
        }
    }

    #[test]
    fn tokens_outlive_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let token = Signer::open(dir.path()).unwrap().sign("JWT", &json!({ "aud": "mail" }));
        let restarted = Signer::open(dir.path()).unwrap();
        assert!(restarted.read::<Value>("JWT", &token).is_some());
    }
}
