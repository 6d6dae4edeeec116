//! TLS: which certificates are trusted, which versions are spoken, what was agreed on, and in which
//! words it failed.
//!
//! Invariant: no setting makes it accept what the verifier refuses.

mod certificate;
mod error;
mod extra;
#[cfg(fuzzing)]
pub mod fuzzing;
mod trust;
mod witness;

pub use certificate::{Certificate, Chain, day};
pub use error::{CertificateFault, TlsError};
pub use trust::Trust;
pub use witness::{Seen, Shown};

use super::dial::bare;
use rustls::{
    ClientConfig, ClientConnection, ProtocolVersion,
    client::danger::ServerCertVerifier,
    crypto::{CryptoProvider, ring},
    pki_types::{InvalidDnsNameError, ServerName},
};
use std::{fmt, sync::Arc, time::Duration};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{TlsConnector, client::TlsStream};
use witness::Witness;

/// The oldest version that is spoken; older ones than TLS 1.2 are not implemented (RFC 8996).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oldest {
    /// TLS 1.2 and newer.
    Tls12,
    /// TLS 1.3 and newer.
    Tls13,
}

impl fmt::Display for Oldest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tls12 => "TLS 1.2",
            Self::Tls13 => "TLS 1.3",
        })
    }
}

/// A client that believes somebody and speaks some versions. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Client {
    crypto: Arc<CryptoProvider>,
    verifier: Arc<dyn ServerCertVerifier>,
    oldest: Oldest,
}

/// What both sides agreed on, and what the server showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreed {
    /// `TLS 1.3`.
    pub version: &'static str,
    /// The cipher suite, as IANA names it.
    pub suite: String,
    /// The server's certificates.
    pub chain: Chain,
}

impl Client {
    /// A client that believes `trust` and speaks `oldest` or newer.
    ///
    /// # Errors
    /// [`TlsError::BadPem`] when an authority cannot be used, [`TlsError::NoAuthorities`] when there are
    /// none.
    pub fn new(trust: &Trust, oldest: Oldest) -> Result<Self, TlsError> {
        let crypto = Arc::new(ring::default_provider());
        let verifier = trust.verifier(Arc::clone(&crypto))?;
        Ok(Self { crypto, verifier, oldest })
    }

    /// Protects `stream`, and makes sure that `host` is at the other end.
    ///
    /// # Errors
    /// Says in which way it failed; never falls back.
    pub async fn handshake<S>(
        &self,
        stream: S,
        host: &str,
        limit: Duration,
    ) -> Result<(TlsStream<S>, Agreed), TlsError>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let name = name_of(host)
            .map_err(|error| TlsError::Handshake { host: host.into(), said: error.to_string() })?;
        let (config, seen) = self.watched();
        let done =
            tokio::time::timeout(limit, TlsConnector::from(config).connect(name, stream)).await;
        let chain = seen.of(host).map(|shown| shown.chain).unwrap_or_default();
        match done {
            Ok(Ok(stream)) => {
                let agreed = Agreed::of(stream.get_ref().1, chain);
                Ok((stream, agreed))
            }
            Ok(Err(error)) => Err(TlsError::of(host, self.oldest, chain, &error)),
            Err(_) => Err(TlsError::TimedOut { host: host.into(), limit }),
        }
    }

    /// The library's configuration, and where it puts what servers show.
    pub(super) fn watched(&self) -> (Arc<ClientConfig>, Seen) {
        let seen = Seen::default();
        let witness = Witness { judge: Arc::clone(&self.verifier), seen: seen.clone() };
        let versions: &[_] = match self.oldest {
            Oldest::Tls12 => rustls::ALL_VERSIONS,
            Oldest::Tls13 => &[&rustls::version::TLS13],
        };
        let config = ClientConfig::builder_with_provider(Arc::clone(&self.crypto))
            .with_protocol_versions(versions)
            .expect("ring has cipher suites for TLS 1.2 and 1.3")
            .dangerous() // rustls' word for any verifier but its default; ours check more, not less
            .with_custom_certificate_verifier(Arc::new(witness))
            .with_no_client_auth();
        (Arc::new(config), seen)
    }
}

/// `host` as certificates name it.
fn name_of(host: &str) -> Result<ServerName<'static>, InvalidDnsNameError> {
    ServerName::try_from(bare(host).to_owned())
}

impl Agreed {
    fn of(connection: &ClientConnection, chain: Chain) -> Self {
        let version = match connection.protocol_version() {
            Some(ProtocolVersion::TLSv1_2) => "TLS 1.2",
            Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
            _ => "TLS",
        };
        let suite = connection.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str());
        Self { version, suite: suite.unwrap_or("cipher suite unknown").to_owned(), chain }
    }

    /// Version and cipher suite, then each certificate, a line each.
    pub fn lines(&self) -> Vec<String> {
        let agreed = format!("{}, {}", self.version, self.suite);
        std::iter::once(agreed).chain(self.chain.lines()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{
        BasicConstraints, CertificateParams, CertificateRevocationListParams, IsCa, Issuer,
        KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber, date_time_ymd,
    };
    use rustls::{ServerConfig, client::WebPkiServerVerifier};
    use tokio_rustls::TlsAcceptor;

    #[test]
    fn a_file_without_a_certificate_is_said_to_be_one() {
        for pem in ["", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            let trust = Trust::only_pem(pem.as_bytes());
            let refused = trust.and_then(|trust| Client::new(&trust, Oldest::Tls12));
            assert!(matches!(refused, Err(TlsError::BadPem { .. })), "{pem}");
        }
    }

    #[tokio::test]
    async fn a_server_that_speaks_first_in_clear_text_is_recognised() {
        let (ours, mut theirs) = tokio::io::duplex(1024);
        let greet = async {
            use tokio::io::AsyncWriteExt as _;
            theirs.write_all(b"220 mail.example ESMTP ready\r\n").await.unwrap();
            theirs
        };
        let client = Client::new(&Trust::system(), Oldest::Tls12).unwrap();
        let shake = client.handshake(ours, "mail.example", Duration::from_secs(5));
        let (_theirs, failed) = tokio::join!(greet, shake);
        assert!(matches!(failed, Err(TlsError::NotTls { .. })), "{failed:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_server_is_not_waited_for_for_ever() {
        let (ours, _theirs) = tokio::io::duplex(1024);
        let client = Client::new(&Trust::system(), Oldest::Tls13).unwrap();
        let failed = client.handshake(ours, "mail.example", Duration::from_secs(5)).await;
        assert!(matches!(failed, Err(TlsError::TimedOut { .. })), "{failed:?}");
    }

    /// Believes `root`, and looks whether it took a certificate back, as macOS and Windows do.
    fn looks_for_revoked(
        root: &Issuer<'_, KeyPair>,
        trusted: &rcgen::Certificate,
        taken_back: &SerialNumber,
    ) -> Client {
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2026, 1, 1),
            next_update: date_time_ymd(2096, 1, 1),
            crl_number: 1.into(),
            issuing_distribution_point: None,
            revoked_certs: vec![RevokedCertParams {
                serial_number: taken_back.clone(),
                revocation_time: date_time_ymd(2026, 1, 1),
                reason_code: None,
                invalidity_date: None,
            }],
            key_identifier_method: rcgen::KeyIdMethod::Sha256,
        };
        let mut roots = rustls::RootCertStore::empty();
        roots.add(trusted.der().clone()).unwrap();
        let crypto = Arc::new(ring::default_provider());
        let verifier =
            WebPkiServerVerifier::builder_with_provider(roots.into(), Arc::clone(&crypto))
                .with_crls([list.signed_by(root).unwrap().der().clone()])
                .build()
                .unwrap();
        Client { crypto, verifier, oldest: Oldest::Tls12 }
    }

    #[tokio::test]
    async fn a_certificate_that_was_taken_back_is_said_to_be_one() {
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().unwrap();
        let trusted = authority.self_signed(&key).unwrap();
        let root = Issuer::new(authority, key);
        let mut server = CertificateParams::new(vec!["mail.example".to_owned()]).unwrap();
        let serial = SerialNumber::from(7);
        server.serial_number = Some(serial.clone());
        let key = KeyPair::generate().unwrap();
        let shown = server.signed_by(&key, &root).unwrap();
        let config = ServerConfig::builder_with_provider(ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![shown.der().clone()], key.serialize_der().try_into().unwrap())
            .unwrap();
        let (ours, theirs) = tokio::io::duplex(4096);
        let client = looks_for_revoked(&root, &trusted, &serial);
        let accept = TlsAcceptor::from(Arc::new(config)).accept(theirs);
        let shake = client.handshake(ours, "mail.example", Duration::from_secs(5));
        let (_, failed) = tokio::join!(accept, shake);
        let Err(TlsError::Certificate { fault, chain, .. }) = failed else { panic!("{failed:?}") };
        assert_eq!((fault, chain.0.len()), (CertificateFault::Revoked, 1));
    }
}
