//! An app's certificate with its private key: read from the files that people have, judged, and signed with.
//!
//! Invariants: a [`KeyedCertificate`] that exists has an RSA key that belongs to its certificate; the key leaves
//! memory wiped, except where a library keeps a copy of its own: *ring* while one signature is made, and the reader of
//! PFX files while it reads one.

mod key;
mod pem;
mod pfx;
mod public;

pub use public::{Certificate, hex};

use crate::{clock::Timestamp, secret::Secret};
use key::PrivateKey;
use std::{fmt, io, io::Read as _};
use zeroize::Zeroizing;

/// A file larger than this is no certificate and no secret, in octets.
const AT_MOST: usize = 256 * 1024;

/// The smallest RSA key that is accepted, in bits: what a signature with RS256 or PS256 asks for.
///
/// Source: RFC 7518 §3.3 and §3.5.
const SMALLEST: usize = 2048;
/// The largest one, in bits: what *ring* signs with.
const LARGEST: usize = 4096;

/// What people have: one file or two, and the password where they are encrypted.
#[derive(Clone, Default)]
pub struct Files {
    /// PEM with the certificate, or PFX.
    pub file: Zeroizing<Vec<u8>>,
    /// PEM with the key, where it has a file of its own.
    pub key_file: Option<Zeroizing<Vec<u8>>>,
    /// What decrypts the key.
    pub password: Option<Secret>,
}

impl Files {
    /// One file, as `source` has it.
    ///
    /// # Errors
    /// The operating system's, or it is too large to be a certificate or a key.
    pub fn octets(source: impl io::Read) -> io::Result<Zeroizing<Vec<u8>>> {
        // All the room at once: growing would leave copies behind.
        let mut octets = Zeroizing::new(Vec::with_capacity(AT_MOST));
        source.take(AT_MOST as u64).read_to_end(&mut octets)?;
        match octets.len() {
            AT_MOST => Err(io::Error::other("it is too large for a secret")),
            _ => Ok(octets),
        }
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Files(…)")
    }
}

/// Why files hold nothing that an app could sign in with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// It is neither PEM nor PFX, or it is damaged.
    #[error("it cannot be read: {said}")]
    Unreadable {
        /// What is wrong with it.
        said: String,
    },
    /// There is no private key in it.
    #[error("it holds no private key")]
    NoKey,
    /// There is no certificate in it.
    #[error("it holds no certificate")]
    NoCertificate,
    /// The key is encrypted, and no password was given.
    #[error("its private key is encrypted")]
    PasswordNeeded,
    /// The password does not decrypt it.
    #[error("the password does not decrypt it")]
    WrongPassword,
    /// The key is encrypted in OpenSSL's own way of before PKCS#8.
    #[error("its private key is encrypted in an old way")]
    OldEncryption,
    /// The key is no RSA key.
    #[error("its key is not RSA")]
    NotRsa,
    /// The key belongs to another certificate.
    #[error("the private key belongs to another certificate")]
    OtherKey,
    /// The key is too small to be accepted.
    #[error("its key has {bits} bits")]
    TooSmall {
        /// Its size.
        bits: usize,
    },
    /// The key is larger than what can be signed with.
    #[error("its key has {bits} bits")]
    TooLarge {
        /// Its size.
        bits: usize,
    },
    /// The certificate's time is over.
    #[error("it expired on {at}")]
    Expired {
        /// When.
        at: Timestamp,
    },
    /// The certificate's time has not come.
    #[error("it is valid from {from} on")]
    NotYetValid {
        /// From when on.
        from: Timestamp,
    },
}

/// How a signature is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// RSASSA-PSS with SHA-256 (RFC 7518 §3.5).
    Pss,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3).
    Pkcs1,
}

/// A certificate and the private key that belongs to it.
#[derive(Debug, Clone)]
pub struct KeyedCertificate {
    /// What everybody may see.
    pub certificate: Certificate,
    key: PrivateKey,
}

impl KeyedCertificate {
    /// Reads what people have: PEM with PKCS#8 or PKCS#1, encrypted PKCS#8, or PFX. Of several certificates, as in a
    /// chain, the one is taken that the key belongs to.
    ///
    /// # Errors
    /// [`CertificateError`]; what can be said of the key is said before what can be said of the certificate.
    pub fn read(files: &Files) -> Result<Self, CertificateError> {
        let mut found = Found::default();
        found.add(&files.file, files.password.as_ref())?;
        if let Some(key_file) = &files.key_file {
            found.add(key_file, files.password.as_ref())?;
        }
        found.pair()
    }

    /// Reads what [`to_secret`](Self::to_secret) wrote.
    ///
    /// # Errors
    /// [`CertificateError`] when it is something else.
    pub fn from_secret(secret: &Secret) -> Result<Self, CertificateError> {
        let file = Zeroizing::new(secret.expose().as_bytes().to_vec());
        Self::read(&Files { file, ..Files::default() })
    }

    /// Key and certificate as PEM, the same for the same two whatever files they came in.
    pub fn to_secret(&self) -> Secret {
        let mut text = Zeroizing::new(String::with_capacity(8 * 1024));
        pem::write(&mut text, pem::PKCS1, self.key.pkcs1());
        pem::write(&mut text, pem::CERTIFICATE, self.certificate.der());
        Secret::new(text.as_str())
    }

    /// Looks whether the certificate is valid at `now`.
    ///
    /// # Errors
    /// [`CertificateError::Expired`] or [`CertificateError::NotYetValid`].
    pub fn valid_at(self, now: Timestamp) -> Result<Self, CertificateError> {
        match &self.certificate {
            Certificate { not_after, .. } if *not_after <= now => {
                Err(CertificateError::Expired { at: *not_after })
            }
            Certificate { not_before, .. } if *not_before > now => {
                Err(CertificateError::NotYetValid { from: *not_before })
            }
            _ => Ok(self),
        }
    }

    /// Signs `message` with the private key.
    ///
    /// With *ring*: it works in constant time, which the `rsa` crate does not (RUSTSEC-2023-0071), and TLS uses it
    /// already.
    ///
    /// # Errors
    /// [`CertificateError::Unreadable`] when the operating system gives no randomness.
    pub fn sign(&self, scheme: Scheme, message: &[u8]) -> Result<Vec<u8>, CertificateError> {
        self.key.sign(scheme, message)
    }
}

/// What was found in the files so far.
#[derive(Default)]
struct Found {
    keys: Vec<PrivateKey>,
    certificates: Vec<Certificate>,
}

impl Found {
    fn add(&mut self, file: &[u8], password: Option<&Secret>) -> Result<(), CertificateError> {
        if let Some(text) = pem::text(file) {
            return self.add_pem(text, password);
        }
        if let Ok(certificate) = Certificate::from_der(file) {
            self.certificates.push(certificate);
            return Ok(());
        }
        let (keys, certificates) = pfx::read(file, password)?;
        self.keys.extend(keys);
        self.certificates.extend(certificates);
        Ok(())
    }

    fn add_pem(&mut self, text: &str, password: Option<&Secret>) -> Result<(), CertificateError> {
        for section in pem::sections(text) {
            let pem::Section { label, der } = section?;
            match label {
                pem::CERTIFICATE => self.certificates.push(Certificate::from_der(&der)?),
                pem::PKCS1 => self.keys.push(PrivateKey::from_pkcs1(&der)?),
                pem::PKCS8 => self.keys.push(PrivateKey::from_pkcs8(&der)?),
                pem::ENCRYPTED => self.keys.push(PrivateKey::from_encrypted(&der, password)?),
                other if other.ends_with("PRIVATE KEY") => return Err(CertificateError::NotRsa),
                // Parameters, requests, public keys: nothing that is looked for.
                _ => {}
            }
        }
        Ok(())
    }

    /// The key with the certificate that it belongs to.
    fn pair(self) -> Result<KeyedCertificate, CertificateError> {
        if self.keys.is_empty() {
            return Err(CertificateError::NoKey);
        }
        if self.certificates.is_empty() {
            return Err(CertificateError::NoCertificate);
        }
        let mut certificates = self.certificates.into_iter();
        let fits = |certificate: &Certificate| {
            self.keys.iter().find(|key| key.belongs_to(certificate)).cloned()
        };
        let (certificate, key) = certificates
            .find_map(|certificate| fits(&certificate).map(|key| (certificate, key)))
            .ok_or(CertificateError::OtherKey)?;
        Ok(KeyedCertificate { certificate, key })
    }
}

#[cfg(test)]
pub(crate) mod tests;
