//! PFX files (PKCS#12, RFC 7292): what Windows exports, encrypted in the new way or the old one.

use super::{Certificate, CertificateError, key::PrivateKey};
use crate::secret::Secret;
use p12_keystore::{Pkcs12Archive, error::Error};

/// The keys and certificates in a file.
pub(super) fn read(
    file: &[u8],
    password: Option<&Secret>,
) -> Result<(Vec<PrivateKey>, Vec<Certificate>), CertificateError> {
    // Without one it may still be protected with an empty password.
    let tried = password.map(Secret::expose).unwrap_or_default();
    let archive = Pkcs12Archive::from_pkcs12(file, tried).map_err(|error| match error {
        Error::MacError(_) | Error::Pkcs5Error(_) | Error::UnpadError if password.is_none() => {
            CertificateError::PasswordNeeded
        }
        Error::MacError(_) | Error::Pkcs5Error(_) | Error::UnpadError => {
            CertificateError::WrongPassword
        }
        Error::DerError(_) => unreadable("it is neither PEM nor PFX"),
        other => unreadable(&other.to_string()),
    })?;
    let keys = archive.keys.iter().map(|bag| PrivateKey::from_pkcs8(bag.key.as_der()));
    let certificates = archive.certs.iter().map(|bag| Certificate::from_der(bag.cert.as_der()));
    Ok((keys.collect::<Result<_, _>>()?, certificates.collect::<Result<_, _>>()?))
}

fn unreadable(said: &str) -> CertificateError {
    CertificateError::Unreadable { said: said.to_owned() }
}
