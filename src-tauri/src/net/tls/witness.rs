//! A verifier that remembers what it was shown: rustls tells nobody whose certificate it refused.

use super::{certificate::Chain, name_of};
use rustls::{
    DigitallySignedStruct, Error, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Judges as the verifier that it wraps.
#[derive(Debug)]
pub(super) struct Witness {
    pub(super) judge: Arc<dyn ServerCertVerifier>,
    pub(super) seen: Seen,
}

/// What each host showed last. Cloning shares it.
#[derive(Debug, Clone, Default)]
pub struct Seen(Arc<Mutex<Vec<Sight>>>);

/// What a host showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// `TLS 1.3`; `None`: it did not come so far.
    pub version: Option<&'static str>,
    /// Its certificates.
    pub chain: Chain,
}

impl Shown {
    /// The version, then each certificate, a line each.
    pub fn lines(&self) -> Vec<String> {
        self.version.map(str::to_owned).into_iter().chain(self.chain.lines()).collect()
    }
}

#[derive(Debug)]
struct Sight {
    host: ServerName<'static>,
    leaf: CertificateDer<'static>,
    shown: Shown,
}

impl Seen {
    /// What `host` showed last. A session that is resumed shows nothing anew.
    pub fn of(&self, host: &str) -> Option<Shown> {
        let host = name_of(host).ok()?;
        let all = self.all();
        all.iter().find(|sight| sight.host == host).map(|sight| sight.shown.clone())
    }

    fn note(&self, host: &ServerName<'_>, certificates: &[CertificateDer<'_>]) {
        let [leaf, ..] = certificates else { return };
        let (host, leaf) = (host.to_owned(), leaf.clone().into_owned());
        let shown = Shown { version: None, chain: Chain::of(certificates) };
        let mut all = self.all();
        all.retain(|sight| sight.host != host);
        all.push(Sight { host, leaf, shown });
    }

    /// The handshake that `leaf` was shown in speaks `version`.
    fn note_version(&self, leaf: &CertificateDer<'_>, version: &'static str) {
        for sight in self.all().iter_mut().filter(|sight| sight.leaf == *leaf) {
            sight.shown.version = Some(version);
        }
    }

    fn all(&self) -> MutexGuard<'_, Vec<Sight>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
        self.seen.note(server_name, &certificates);
        self.judge.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.seen.note_version(cert, "TLS 1.2");
        self.judge.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.seen.note_version(cert, "TLS 1.3");
        self.judge.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.judge.supported_verify_schemes()
    }
}
