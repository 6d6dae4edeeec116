//! Which certificate authorities are believed.

use super::TlsError;
use rustls::{
    RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier},
    crypto::CryptoProvider,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use std::sync::Arc;

/// Which certificate authorities are believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    system: bool,
    extra: Vec<CertificateDer<'static>>,
}

impl Trust {
    /// The operating system's certificate authorities.
    pub fn system() -> Self {
        Self { system: true, extra: Vec::new() }
    }

    /// These as well, PEM.
    ///
    /// # Errors
    /// [`TlsError::BadPem`] when there is no certificate in `pem`.
    pub fn with_pem(mut self, pem: &[u8]) -> Result<Self, TlsError> {
        self.extra.extend(certificates(pem)?);
        Ok(self)
    }

    /// These and no others, PEM: how sandbox profiles trust the sandbox and nothing else.
    ///
    /// # Errors
    /// [`TlsError::BadPem`] when there is no certificate in `pem`.
    pub fn only_pem(pem: &[u8]) -> Result<Self, TlsError> {
        Ok(Self { system: false, extra: certificates(pem)? })
    }

    pub(super) fn verifier(
        &self,
        crypto: Arc<CryptoProvider>,
    ) -> Result<Arc<dyn ServerCertVerifier>, TlsError> {
        if self.system {
            return rustls_platform_verifier::Verifier::new_with_extra_roots(
                self.extra.iter().cloned(),
                crypto,
            )
            .map(|verifier| Arc::new(verifier) as Arc<dyn ServerCertVerifier>)
            .map_err(|error| TlsError::BadPem { said: error.to_string() });
        }
        let mut roots = RootCertStore::empty();
        for certificate in &self.extra {
            roots
                .add(certificate.clone())
                .map_err(|error| TlsError::BadPem { said: error.to_string() })?;
        }
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), crypto)
            .build()
            .map(|verifier| verifier as Arc<dyn ServerCertVerifier>)
            .map_err(|error| TlsError::BadPem { said: error.to_string() })
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|error| TlsError::BadPem { said: error.to_string() })?;
    if found.is_empty() {
        return Err(TlsError::BadPem { said: "no BEGIN CERTIFICATE in it".to_owned() });
    }
    Ok(found)
}
