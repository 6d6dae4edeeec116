//! What is wrong with a certificate, and what would be right.

use super::{Fault, Wrong};
use crate::{
    certificate::CertificateError,
    profile::{Provider, Registration},
};

impl Registration {
    /// Says what is wrong with its having a certificate, whatever certificate it is.
    pub fn certificate_fault(&self) -> Option<Fault> {
        let wrong =
            Wrong::new("Google's clients prove themselves with a secret only", "Leave it out");
        (self.provider == Provider::Google).then(|| wrong.of("certificate"))
    }
}

impl From<CertificateError> for Fault {
    fn from(error: CertificateError) -> Self {
        let field = match error {
            CertificateError::NoKey => "certificate.key_file",
            CertificateError::PasswordNeeded | CertificateError::WrongPassword => {
                "certificate.password"
            }
            _ => "certificate",
        };
        Wrong::new(error.to_string(), remedy(&error)).of(field)
    }
}

fn remedy(error: &CertificateError) -> &'static str {
    match error {
        CertificateError::Unreadable { .. } => {
            "It has to be PEM with the certificate and its private key, or PFX (PKCS#12)"
        }
        CertificateError::NoKey => {
            "Name the file with the private key as well, or take the PFX file: a certificate alone proves nothing"
        }
        CertificateError::NoCertificate => {
            "Put the certificate into the same file, as PEM, or take the PFX file"
        }
        CertificateError::PasswordNeeded => "Give the password that it was made with",
        CertificateError::WrongPassword => "Give the password that this file was made with",
        CertificateError::OldEncryption => {
            "Encrypt it anew: openssl pkcs8 -topk8 -in old.key -out new.key"
        }
        CertificateError::NotRsa => {
            "Microsoft Entra wants a certificate with an RSA key; make a new one with 2048 bits or more"
        }
        CertificateError::OtherKey => "Take the key and the certificate that were made together",
        CertificateError::TooSmall { .. } => "Make a new one with 2048 bits or more",
        CertificateError::TooLarge { .. } => "Make a new one with 2048 to 4096 bits",
        CertificateError::Expired { .. } => {
            "Make a new one, upload its public part to the app registration, and use that"
        }
        CertificateError::NotYetValid { .. } => {
            "Wait until then, or set this computer's clock if it is wrong"
        }
    }
}
