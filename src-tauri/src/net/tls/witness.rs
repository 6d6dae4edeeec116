//! A verifier that remembers what it was shown: rustls tells nobody whose certificate it refused.

use super::certificate::Chain;
use rustls::{
    DigitallySignedStruct, Error, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use std::sync::{Arc, Mutex, PoisonError};

/// Judges as the verifier that it wraps.
#[derive(Debug)]
pub(super) struct Witness {
    pub(super) judge: Arc<dyn ServerCertVerifier>,
    pub(super) seen: Seen,
}

/// What the server showed. Cloning shares it.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen(Arc<Mutex<Chain>>);

impl Seen {
    pub(super) fn chain(&self) -> Chain {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, certificates: &[CertificateDer<'_>]) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Chain::of(certificates);
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let mut certificates = vec![end_entity.clone()];
        certificates.extend_from_slice(intermediates);
        self.seen.note(&certificates);
        self.judge.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.judge.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.judge.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.judge.supported_verify_schemes()
    }
}
