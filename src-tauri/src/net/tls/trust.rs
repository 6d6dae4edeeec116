//! Which certificate authorities are believed.

use super::{TlsError, extra::Extra};
use rustls::{
    RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier},
    crypto::CryptoProvider,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use std::{fmt::Display, sync::Arc};

/// The verifiers of macOS and Windows have no authorities to read first, and look for revoked
/// certificates: they judge what a named authority issued as well.
const SYSTEM_JUDGES_ALL: bool = cfg!(any(windows, target_os = "macos"));

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
        Ok(match (self.system, self.extra.is_empty()) {
            (true, false) if !SYSTEM_JUDGES_ALL => {
                Arc::new(Extra { own: self.own(&crypto)?, crypto })
            }
            (true, _) => system(self.extra.clone(), crypto)?,
            (false, _) => self.own(&crypto)?,
        })
    }

    fn own(&self, crypto: &Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>, TlsError> {
        let mut roots = RootCertStore::empty();
        for certificate in &self.extra {
            roots.add(certificate.clone()).map_err(bad)?;
        }
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(crypto))
            .build()
            .map_err(bad)
    }
}

/// The operating system's own verifier, or one that knows its authorities; it believes `extra` as well.
pub(super) fn system(
    extra: Vec<CertificateDer<'static>>,
    crypto: Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, TlsError> {
    let unusable = if extra.is_empty() { unread } else { bad };
    rustls_platform_verifier::Verifier::new_with_extra_roots(extra, crypto)
        .map(|verifier| Arc::new(verifier) as Arc<dyn ServerCertVerifier>)
        .map_err(unusable)
}

/// Why the system's authorities are of no use. The library says that there are none, and why only to
/// its log.
#[cfg(all(unix, not(target_os = "macos")))]
fn unread(_: impl Display) -> TlsError {
    let why = rustls_native_certs::load_native_certs().errors.into_iter().next();
    TlsError::NoAuthorities {
        said: why.map_or_else(|| "there are none".to_owned(), |why| why.to_string()),
    }
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn unread(error: impl Display) -> TlsError {
    TlsError::NoAuthorities { said: error.to_string() }
}

fn bad(error: impl Display) -> TlsError {
    TlsError::BadPem { said: error.to_string() }
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Vec<_> =
        CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(bad)?;
    if found.is_empty() {
        return Err(TlsError::BadPem { said: "no BEGIN CERTIFICATE in it".to_owned() });
    }
    Ok(found)
}
