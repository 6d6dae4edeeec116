//! Why a connection is not protected.

use super::{
    Code, Problem, Retry,
    certificate::{READ_THEM, distrusted},
};
use crate::net::tls::{Oldest, TlsError};

impl From<TlsError> for Problem {
    fn from(error: TlsError) -> Self {
        let said = error.to_string();
        let (code, title, means) = match error {
            TlsError::Certificate { host, fault, chain, unread, .. } => {
                return distrusted(&host, &fault, &chain, &said, unread.as_deref());
            }
            TlsError::BadPem { .. } => (
                Code::FileUnreadable,
                "The certificate authority's file cannot be used".to_owned(),
                "It has to be one or more certificates in PEM form, beginning with BEGIN CERTIFICATE.",
            ),
            TlsError::NoAuthorities { .. } => (
                Code::TlsFailed,
                "This computer's certificate authorities cannot be read".to_owned(),
                READ_THEM,
            ),
            TlsError::TooOld { host, oldest, .. } => return too_old(&host, oldest).said(said),
            TlsError::NotTls { host } => (
                Code::NotTheProtocol,
                format!("{host} does not speak TLS on this port"),
                "Another service answers there. Of a mail server, port 587 begins in clear text and wants \
                 the security STARTTLS; port 465 begins with TLS and wants the security TLS.",
            ),
            TlsError::Handshake { host, .. } => (
                Code::TlsFailed,
                format!("{host} and Sendright could not agree on how to protect the connection"),
                "They have no cipher suite or key exchange in common, or the server wants something \
                 that Sendright does not have. The server's administrator sees why in its log.",
            ),
            TlsError::Lost { host, .. } => (
                Code::ConnectionLost,
                format!("{host} ended the connection before it was protected"),
                "The port may be another service's, or something between cuts TLS.",
            ),
            TlsError::TimedOut { host, .. } => {
                return Self::new(
                    Code::TimedOut,
                    format!("{host} did not answer the offer to protect the connection"),
                    "Something between may hold it back. A mail server that keeps silent on port 465 \
                     often expects STARTTLS instead of TLS.",
                )
                .retry(Retry::AfterWait)
                .said(said);
            }
        };
        Self::new(code, title, means).said(said)
    }
}

fn too_old(host: &str, oldest: Oldest) -> Problem {
    let means = match oldest {
        Oldest::Tls12 => {
            "It speaks TLS 1.0 or 1.1, which are broken and given up since 2021 (RFC 8996). The \
             server has to be brought up to date; Sendright has no setting for it."
        }
        Oldest::Tls13 => {
            "The sender demands TLS 1.3. Set the oldest TLS (min_tls) to 1.2 if that is safe enough \
             for you, or have the server brought up to date."
        }
    };
    Problem::new(Code::TlsFailed, format!("{host} does not speak {oldest} or newer"), means)
        .source("https://www.rfc-editor.org/rfc/rfc8996")
}
