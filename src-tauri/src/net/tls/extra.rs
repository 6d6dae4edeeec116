//! A verifier that believes some authorities and, only where they do not do, the operating system's.
//!
//! To read all the system's authorities takes longer than the handshake. Whoever names a private
//! authority mostly needs no other.

use super::{TlsError, trust};
use rustls::{
    CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use std::sync::Arc;

/// Accepts what `own` accepts, and what the system does.
#[derive(Debug)]
pub(super) struct Extra {
    pub(super) own: Arc<WebPkiServerVerifier>,
    pub(super) crypto: Arc<CryptoProvider>,
}

/// Why the system's authorities were not asked about a certificate whose issuer the others do not know.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(super) struct Unread(TlsError);

impl From<Unread> for Error {
    fn from(unread: Unread) -> Self {
        CertificateError::Other(OtherError(Arc::new(unread))).into()
    }
}

impl ServerCertVerifier for Extra {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let ask = |judge: &dyn ServerCertVerifier| {
            judge.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
        };
        let Err(fault) = ask(&*self.own) else { return Ok(ServerCertVerified::assertion()) };
        // What the named authority issued is refused in the words of its own judge.
        let knows_the_issuer = fault != Error::InvalidCertificate(CertificateError::UnknownIssuer);
        trust::system(Vec::new(), Arc::clone(&self.crypto))
            .map_err(|unread| Unread(unread).into())
            .and_then(|system| ask(&*system))
            .map_err(|other| if knows_the_issuer { fault } else { other })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.own.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.own.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.own.supported_verify_schemes()
    }
}
