//! Why there is no protected connection.

use super::{
    Oldest,
    certificate::{Certificate, Chain},
    extra::Unread,
};
use rustls::{AlertDescription, CertificateError, Error as RustlsError, PeerIncompatible};
use std::{io, time::Duration};
use time::OffsetDateTime;

/// The shortest RSA key that is believed, in bits (CA/Browser Forum Baseline Requirements §6.1.5).
const SHORTEST_RSA: usize = 2048;

/// Why there is no protected connection.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TlsError {
    /// A certificate authority's file holds no certificate that can be used.
    #[error("no usable certificate: {said}")]
    BadPem {
        /// What is wrong with it.
        said: String,
    },
    /// The operating system's certificate authorities cannot be read, so nobody can be believed.
    #[error("the system's certificate authorities cannot be read: {said}")]
    NoAuthorities {
        /// Why.
        said: String,
    },
    /// The server's certificate is not believed.
    #[error("{host}: {said}")]
    Certificate {
        /// Whom we meant to talk to.
        host: String,
        /// What is wrong with it.
        fault: CertificateFault,
        /// What the server showed.
        chain: Chain,
        /// The verifier's words.
        said: String,
        /// Why the system's authorities were not asked, who may know its issuer.
        unread: Option<String>,
    },
    /// The server speaks only versions that are older than we accept.
    #[error("{host} speaks no TLS version that is accepted: {said}")]
    TooOld {
        /// Whom we meant to talk to.
        host: String,
        /// What we accept.
        oldest: Oldest,
        /// The library's words, with the server's alert.
        said: String,
    },
    /// What answered does not speak TLS: often a STARTTLS port.
    #[error("{host} does not speak TLS on this port")]
    NotTls {
        /// Whom we meant to talk to.
        host: String,
    },
    /// The two sides could not agree.
    #[error("{host}: TLS failed: {said}")]
    Handshake {
        /// Whom we meant to talk to.
        host: String,
        /// The library's words, with the server's alert.
        said: String,
    },
    /// The server wants a certificate of ours.
    #[error("{host} wants a client certificate: {said}")]
    ClientCertificate {
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

/// What is wrong with a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateFault {
    /// It ran out.
    Expired {
        /// When; `None` when it cannot be read.
        since: Option<OffsetDateTime>,
    },
    /// Its time has not come.
    NotYetValid {
        /// When it comes; `None` when it cannot be read.
        from: Option<OffsetDateTime>,
    },
    /// It is for other hosts.
    WrongName,
    /// It vouches for itself.
    SelfSigned,
    /// Nobody who is trusted issued it, nor anything that came with it.
    UnknownIssuer {
        /// Who issued it, as far as the chain goes.
        issuer: String,
        /// It came alone and says where its issuer's certificate is: the server lacks that one.
        intermediate_missing: bool,
    },
    /// It is one for issuing others, and no server's.
    Authority,
    /// Its issuer took it back. The verifiers of macOS and Windows look; that of the rest has nowhere to.
    Revoked,
    /// Its key is so short that anybody can forge it.
    WeakKey {
        /// Its length in bits.
        bits: usize,
    },
    /// It is signed in a way that nobody trusts any more, for example with SHA-1.
    WeakSignature,
    /// It is for another purpose, for example for signing mail.
    OtherPurpose,
    /// It is of X.509 version 1, which has no place for hosts' names.
    Version1,
    /// Anything else.
    Unreadable,
}

impl TlsError {
    /// What the server showed, where that is why it failed.
    pub fn chain(&self) -> Option<&Chain> {
        match self {
            Self::Certificate { chain, .. } => Some(chain),
            _ => None,
        }
    }

    /// Tells apart what rustls hides in an I/O error.
    pub(in crate::net) fn of(host: &str, oldest: Oldest, chain: Chain, error: &io::Error) -> Self {
        let host = host.to_owned();
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<RustlsError>());
        if let Some(wanted) = Self::client_certificate(&host, error) {
            return wanted;
        }
        let Some(inner) = inner else { return Self::Lost { host, said: error.to_string() } };
        let said = inner.to_string();
        match inner {
            RustlsError::InvalidCertificate(why) => Self::distrusted(host, chain, why),
            RustlsError::AlertReceived(AlertDescription::ProtocolVersion)
            | RustlsError::PeerIncompatible(
                PeerIncompatible::ServerDoesNotSupportTls12Or13
                | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
            ) => Self::TooOld { host, oldest, said },
            RustlsError::InvalidMessage(_) => Self::NotTls { host },
            _ => Self::Handshake { host, said },
        }
    }

    /// That `error` of a connection to `host` asks for a client certificate. In TLS 1.3 the server says
    /// so only once the handshake is done on this side.
    pub fn client_certificate(host: &str, error: &io::Error) -> Option<Self> {
        let inner = error.get_ref()?.downcast_ref::<RustlsError>()?;
        let wanted = RustlsError::AlertReceived(AlertDescription::CertificateRequired);
        (*inner == wanted)
            .then(|| Self::ClientCertificate { host: host.to_owned(), said: inner.to_string() })
    }

    fn distrusted(host: String, chain: Chain, why: &CertificateError) -> Self {
        let (why, unread) = match why {
            CertificateError::Other(other)
                if let Some(unread) = other.0.downcast_ref::<Unread>() =>
            {
                (&CertificateError::UnknownIssuer, Some(unread.to_string()))
            }
            _ => (why, None),
        };
        let said = RustlsError::from(why.clone()).to_string();
        Self::Certificate { host, fault: CertificateFault::of(why, &chain), chain, said, unread }
    }
}

impl CertificateFault {
    fn of(why: &CertificateError, chain: &Chain) -> Self {
        use CertificateError as E;
        let server = chain.server();
        match why {
            E::Expired | E::ExpiredContext { .. } => {
                Self::Expired { since: chain.0.iter().map(|one| one.not_after).min() }
            }
            E::NotValidYet | E::NotValidYetContext { .. } => {
                Self::NotYetValid { from: chain.0.iter().map(|one| one.not_before).max() }
            }
            E::NotValidForName | E::NotValidForNameContext { .. } => Self::WrongName,
            E::Revoked => Self::Revoked,
            E::InvalidPurpose | E::InvalidPurposeContext { .. } => Self::OtherPurpose,
            E::UnknownIssuer => Self::unknown_issuer(chain),
            E::Other(_) if server.is_some_and(|server| server.authority) => Self::Authority,
            E::Other(_) if server.is_some_and(|server| server.version_1) => Self::Version1,
            _ if let Some(bits) = chain.0.iter().find_map(weak) => Self::WeakKey { bits },
            E::UnsupportedSignatureAlgorithmContext { .. } => Self::WeakSignature,
            // macOS and Windows name no reason; the chain has it then.
            _ if server.is_some_and(Certificate::self_signed) => Self::SelfSigned,
            _ => Self::Unreadable,
        }
    }

    fn unknown_issuer(chain: &Chain) -> Self {
        let Some(server) = chain.server() else { return Self::Unreadable };
        if server.self_signed() {
            return Self::SelfSigned;
        }
        let issuer = chain.0.last().map(|last| last.issuer.clone()).unwrap_or_default();
        let alone = chain.0.len() == 1;
        Self::UnknownIssuer { issuer, intermediate_missing: alone && server.names_issuer }
    }
}

fn weak(certificate: &Certificate) -> Option<usize> {
    certificate.rsa_bits.filter(|bits| *bits < SHORTEST_RSA)
}
