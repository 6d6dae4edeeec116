//! RSA private keys: read, compared with a certificate, signed with.

use super::{Certificate, CertificateError, LARGEST, SMALLEST, Scheme, public::bits_of};
use crate::secret::Secret;
use pkcs8::{
    EncryptedPrivateKeyInfoRef, ObjectIdentifier, PrivateKeyInfoRef,
    pkcs5::{self, EncryptionScheme, pbes2::Kdf},
};
use ring::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair},
};
use std::fmt;
use x509_cert::der::{Decode as _, Reader as _, SliceReader, asn1::UintRef};
use zeroize::Zeroizing;

/// RFC 8017, appendix A.1.
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// A file may ask for this much work to decrypt it and no more: some ten seconds and a gibibyte.
const MOST_ITERATIONS: u32 = 10_000_000;
const MOST_MEMORY: u64 = 1 << 30;

/// An RSA private key, as PKCS#1 has it (RFC 8017, appendix A.1.2).
#[derive(Clone)]
pub(super) struct PrivateKey(Zeroizing<Vec<u8>>);

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(…)")
    }
}

impl PrivateKey {
    /// Takes an RSA key.
    pub(super) fn from_pkcs1(der: &[u8]) -> Result<Self, CertificateError> {
        let bits = modulus_bits(der).ok_or_else(|| unreadable("the private key is damaged"))?;
        if bits < SMALLEST {
            return Err(CertificateError::TooSmall { bits });
        }
        if bits > LARGEST {
            return Err(CertificateError::TooLarge { bits });
        }
        RsaKeyPair::from_der(der)
            .map_err(|error| unreadable(&format!("the private key: {error}")))?;
        Ok(Self(Zeroizing::new(der.to_vec())))
    }

    /// Takes a key of any kind (RFC 5208), if it is an RSA key.
    pub(super) fn from_pkcs8(der: &[u8]) -> Result<Self, CertificateError> {
        let info = PrivateKeyInfoRef::try_from(der)
            .map_err(|error| unreadable(&format!("the private key: {error}")))?;
        if info.algorithm.oid != RSA {
            return Err(CertificateError::NotRsa);
        }
        Self::from_pkcs1(info.private_key.as_bytes())
    }

    /// Decrypts a key (RFC 5208 §6).
    pub(super) fn from_encrypted(
        der: &[u8],
        password: Option<&Secret>,
    ) -> Result<Self, CertificateError> {
        let info = EncryptedPrivateKeyInfoRef::try_from(der).map_err(|error| {
            unreadable(&format!("the private key is encrypted in a way that is not known: {error}"))
        })?;
        let password = password.ok_or(CertificateError::PasswordNeeded)?;
        if asks_too_much(&info.encryption_algorithm) {
            return Err(unreadable("decrypting the private key would take too long"));
        }
        let plain = info.decrypt(password.expose()).map_err(|error| match error {
            // What a wrong password decrypts to is no key, or has no end.
            pkcs8::Error::EncryptedPrivateKey(pkcs5::Error::DecryptFailed)
            | pkcs8::Error::Asn1(_) => CertificateError::WrongPassword,
            other => unreadable(&format!("the private key: {other}")),
        })?;
        Self::from_pkcs8(plain.as_bytes())
    }

    pub(super) fn pkcs1(&self) -> &[u8] {
        &self.0
    }

    /// Whether `certificate` is about this key.
    pub(super) fn belongs_to(&self, certificate: &Certificate) -> bool {
        self.pair().public().as_ref() == certificate.public_key()
    }

    pub(super) fn sign(&self, scheme: Scheme, message: &[u8]) -> Result<Vec<u8>, CertificateError> {
        let pair = self.pair();
        let padding: &dyn RsaEncoding = match scheme {
            Scheme::Pss => &RSA_PSS_SHA256,
            Scheme::Pkcs1 => &RSA_PKCS1_SHA256,
        };
        let mut signature = vec![0; pair.public().modulus_len()];
        pair.sign(padding, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| unreadable("the operating system gives no randomness to sign with"))?;
        Ok(signature)
    }

    fn pair(&self) -> RsaKeyPair {
        RsaKeyPair::from_der(&self.0).expect("it was one when it was read")
    }
}

/// The size of the modulus of a private key: the first number after the version.
fn modulus_bits(der: &[u8]) -> Option<usize> {
    let mut reader = SliceReader::new(der).ok()?;
    let bits = reader.sequence(|fields| {
        UintRef::decode(fields)?;
        let modulus = UintRef::decode(fields)?;
        fields.read_slice(fields.remaining_len())?;
        Ok(bits_of(modulus.as_bytes()))
    });
    bits.ok()
}

fn asks_too_much(scheme: &EncryptionScheme) -> bool {
    match scheme.pbes2().map(|parameters| &parameters.kdf) {
        Some(Kdf::Pbkdf2(pbkdf2)) => pbkdf2.iteration_count > MOST_ITERATIONS,
        Some(Kdf::Scrypt(scrypt)) => {
            let memory = scrypt.cost_parameter.saturating_mul(u64::from(scrypt.block_size) * 128);
            memory.saturating_mul(scrypt.parallelization.into()) > MOST_MEMORY
        }
        _ => false,
    }
}

fn unreadable(said: &str) -> CertificateError {
    CertificateError::Unreadable { said: said.to_owned() }
}
