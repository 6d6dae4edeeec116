//! What fails before anybody has said a word: names, connections, TLS.

use super::{Code, Problem, Retry};
use crate::net::{dial::DialError, http::HttpError, tls::TlsError};

impl From<DialError> for Problem {
    fn from(error: DialError) -> Self {
        match error {
            DialError::NameNotFound { host, said } => Self::new(
                Code::NameNotFound,
                format!("{host} was not found"),
                "The name has no address. Check its spelling, and whether this computer's DNS server \
                 answers.",
            )
            .said(said),
            DialError::Refused { host, port, peer } => Self::new(
                Code::NoConnection,
                format!("{host} refused the connection on port {port}"),
                "The computer is there, and nothing listens on that port. Check the port, and whether \
                 a firewall turns connections away.",
            )
            .said(format!("{peer}: connection refused")),
            DialError::Unreachable { host, port, said } => Self::new(
                Code::NoConnection,
                format!("{host} cannot be reached on port {port}"),
                "There is no way there from this computer. Check the network connection.",
            )
            .said(said)
            .retry(Retry::AfterWait),
            DialError::TimedOut { host, port, limit } => Self::new(
                Code::TimedOut,
                format!("{host} did not answer on port {port} within {} s", limit.as_secs()),
                "Silence is what a firewall looks like. Ask whether connections to this port may leave \
                 your network.",
            )
            .retry(Retry::AfterWait),
        }
    }
}

impl From<TlsError> for Problem {
    fn from(error: TlsError) -> Self {
        let said = error.to_string();
        let (code, title, means) = match error {
            TlsError::BadPem { .. } => (
                Code::FileUnreadable,
                "The certificate authority's file cannot be used".to_owned(),
                "It has to be one or more certificates in PEM form, beginning with BEGIN CERTIFICATE.",
            ),
            TlsError::NotTrusted { host, .. } => (
                Code::CertificateNotTrusted,
                format!("The certificate of {host} is not trusted"),
                "Nobody whom this computer trusts vouches for the server. If it is your own, name its \
                 certificate authority in ca_file; if not, somebody may be listening in.",
            ),
            TlsError::NameMismatch { host, .. } => (
                Code::CertificateNotTrusted,
                format!("The certificate is not for {host}"),
                "Use the name that stands in the certificate as the host.",
            ),
            TlsError::OutOfTime { host, .. } => (
                Code::CertificateNotTrusted,
                format!("The certificate of {host} is out of its time"),
                "It has ended or has not begun. The server's owner has to renew it; check this \
                 computer's clock as well.",
            ),
            TlsError::NotTls { host } => (
                Code::NotTheProtocol,
                format!("{host} does not speak TLS on this port"),
                "Port 587 begins in clear text and wants security = \"starttls\"; port 465 begins with \
                 TLS and wants security = \"tls\".",
            ),
            TlsError::Handshake { host, .. } => (
                Code::TlsFailed,
                format!("{host} and Sendright could not agree on how to protect the connection"),
                "Sendright speaks TLS 1.2 and 1.3, or what the sender's settings demand.",
            ),
            TlsError::Lost { host, .. } => (
                Code::ConnectionLost,
                format!("{host} ended the connection before it was protected"),
                "The port may be another service's, or something between cuts TLS.",
            ),
            TlsError::TimedOut { host, .. } => (
                Code::TimedOut,
                format!("{host} did not answer the offer to protect the connection"),
                "On port 465 that often means that the server expects STARTTLS instead of TLS.",
            ),
        };
        Self::new(code, title, means).said(said)
    }
}

impl From<HttpError> for Problem {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Insecure { url } => Self::new(
                Code::InvalidSettings,
                "An address is not protected",
                format!("{url} is not https://, so no secret is sent there."),
            ),
            HttpError::Tls(error) => error.into(),
            HttpError::Unreachable { host, said } => Self::new(
                Code::NoConnection,
                format!("{host} cannot be reached"),
                "Check the network connection, and whether HTTPS to that host may leave your network.",
            )
            .said(said)
            .retry(Retry::AfterWait),
            HttpError::TimedOut { host } => Self::new(
                Code::TimedOut,
                format!("{host} did not answer in time"),
                "It may be busy. Try again in a while.",
            )
            .retry(Retry::AfterWait),
            HttpError::TooLong { host } => Self::new(
                Code::NotTheProtocol,
                format!("{host} sent an answer that is far too long"),
                "That is not the service that was asked for. Check the address.",
            ),
            HttpError::Interrupted { host, said } => Self::new(
                Code::ConnectionLost,
                format!("{host} ended the connection before its answer was there"),
                "Try again in a while.",
            )
            .said(said)
            .retry(Retry::AfterWait),
        }
    }
}
