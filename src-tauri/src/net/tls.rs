//! TLS: which certificates are trusted, which versions are spoken, and in which words it failed.

use rustls::{
    CertificateError, ClientConfig, Error as RustlsError, RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier},
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use std::{io, sync::Arc, time::Duration};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// Which certificate authorities are believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    system: bool,
    extra: Vec<CertificateDer<'static>>,
}

/// The oldest version that is spoken; older ones than TLS 1.2 are not implemented (RFC 8996).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oldest {
    /// TLS 1.2 and newer.
    Tls12,
    /// TLS 1.3 and newer.
    Tls13,
}

/// Why there is no protected connection.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A certificate authority's file holds no certificate that can be used.
    #[error("no usable certificate: {said}")]
    BadPem {
        /// What is wrong with it.
        said: String,
    },
    /// Nobody who is trusted vouches for the server.
    #[error("{host}: the certificate is not trusted: {said}")]
    NotTrusted {
        /// Whom we meant to talk to.
        host: String,
        /// The verifier's words.
        said: String,
    },
    /// The certificate is for somebody else.
    #[error("{host}: the certificate is for another name: {said}")]
    NameMismatch {
        /// Whom we meant to talk to.
        host: String,
        /// The verifier's words, with the names in the certificate.
        said: String,
    },
    /// The certificate ran out, or is not valid yet.
    #[error("{host}: the certificate is out of its time: {said}")]
    OutOfTime {
        /// Whom we meant to talk to.
        host: String,
        /// The verifier's words.
        said: String,
    },
    /// What answered does not speak TLS: often a STARTTLS port.
    #[error("{host} does not speak TLS on this port")]
    NotTls {
        /// Whom we meant to talk to.
        host: String,
    },
    /// The two sides could not agree, for example on a version.
    #[error("{host}: TLS failed: {said}")]
    Handshake {
        /// Whom we meant to talk to.
        host: String,
        /// The library's words, with the server's alert.
        said: String,
    },
    /// The connection ended during the handshake.
    #[error("{host}: the connection ended during the TLS handshake: {said}")]
    Lost {
        /// Whom we meant to talk to.
        host: String,
        /// The operating system's words.
        said: String,
    },
    /// The handshake did not end in time.
    #[error("{host}: the TLS handshake took more than {limit:?}")]
    TimedOut {
        /// Whom we meant to talk to.
        host: String,
        /// How long we waited.
        limit: Duration,
    },
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

    fn verifier(
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

/// A client that believes `trust` and speaks `oldest` or newer.
///
/// # Errors
/// [`TlsError::BadPem`] when an authority cannot be used.
pub fn client_config(trust: &Trust, oldest: Oldest) -> Result<Arc<ClientConfig>, TlsError> {
    let crypto = Arc::new(ring::default_provider());
    let versions: &[_] = match oldest {
        Oldest::Tls12 => rustls::ALL_VERSIONS,
        Oldest::Tls13 => &[&rustls::version::TLS13],
    };
    let verifier = trust.verifier(Arc::clone(&crypto))?;
    let config = ClientConfig::builder_with_provider(crypto)
        .with_protocol_versions(versions)
        .expect("ring has cipher suites for TLS 1.2 and 1.3")
        .dangerous() // rustls' word for any verifier but its default; ours check more, not less
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Protects `stream`, and makes sure that `host` is at the other end.
///
/// # Errors
/// Says in which way it failed; never falls back.
pub async fn handshake<S>(
    stream: S,
    host: &str,
    config: Arc<ClientConfig>,
    limit: Duration,
) -> Result<TlsStream<S>, TlsError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())
        .map_err(|error| TlsError::Handshake { host: host.into(), said: error.to_string() })?;
    let connecting = TlsConnector::from(config).connect(name, stream);
    match tokio::time::timeout(limit, connecting).await {
        Ok(done) => done.map_err(|error| from_io(host, &error)),
        Err(_) => Err(TlsError::TimedOut { host: host.into(), limit }),
    }
}

/// Tells apart what rustls hides in an I/O error.
pub(super) fn from_io(host: &str, error: &io::Error) -> TlsError {
    let host = host.to_owned();
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<RustlsError>());
    let Some(inner) = inner else { return TlsError::Lost { host, said: error.to_string() } };
    let said = inner.to_string();
    match inner {
        RustlsError::InvalidCertificate(why) => match why {
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                TlsError::NameMismatch { host, said }
            }
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => TlsError::OutOfTime { host, said },
            _ => TlsError::NotTrusted { host, said },
        },
        RustlsError::InvalidMessage(_) => TlsError::NotTls { host },
        _ => TlsError::Handshake { host, said },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_certificate_is_said_to_be_one() {
        for pem in ["", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            let trust = Trust::only_pem(pem.as_bytes());
            let refused = trust.and_then(|trust| client_config(&trust, Oldest::Tls12));
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
        let config = client_config(&Trust::system(), Oldest::Tls12).unwrap();
        let shake = handshake(ours, "mail.example", config, Duration::from_secs(5));
        let (_theirs, failed) = tokio::join!(greet, shake);
        assert!(matches!(failed, Err(TlsError::NotTls { .. })), "{failed:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_server_is_not_waited_for_for_ever() {
        let (ours, _theirs) = tokio::io::duplex(1024);
        let config = client_config(&Trust::system(), Oldest::Tls13).unwrap();
        let failed = handshake(ours, "mail.example", config, Duration::from_secs(5)).await;
        assert!(matches!(failed, Err(TlsError::TimedOut { .. })), "{failed:?}");
    }
}
