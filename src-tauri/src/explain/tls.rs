//! Why a connection is not protected.

use super::{
    Code, Problem, Retry,
    certificate::{READ_THEM, Shown, distrusted},
};
use crate::net::tls::{Oldest, TlsError};

/// Whom a connection is to: it decides which settings can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Server {
    /// The sender's mail server.
    Mail,
    /// What is asked over HTTPS: a provider, Graph.
    Https,
}

impl Server {
    /// The setting that names further authorities.
    pub(super) fn ca_file(self) -> &'static str {
        match self {
            Self::Mail => "the mail server's extra CA file (smtp.ca_file)",
            Self::Https => "the app registration's extra CA file (ca_file)",
        }
    }

    /// What answers here without TLS, and what to do about it.
    fn without_tls(self) -> &'static str {
        match self {
            Self::Mail => {
                "What answers there begins in clear text, as the right server does on a port for STARTTLS: \
                 set the security to STARTTLS, or the port to the one that begins with TLS, mostly 465."
            }
            Self::Https => {
                "What answers there is no HTTPS. Check the address and its port at the app registration."
            }
        }
    }

    fn lost(self) -> &'static str {
        match self {
            Self::Mail => {
                "If it does so each time, the port may begin in clear text (security STARTTLS) or be \
                 another service's, a load balancer may have no server behind it, this computer's address \
                 may be blocked, or something between cuts TLS."
            }
            Self::Https => "The port may be another service's, or something between cuts TLS.",
        }
    }
}

impl From<TlsError> for Problem {
    fn from(error: TlsError) -> Self {
        Self::of_tls(error, Server::Https)
    }
}

impl Problem {
    /// Why the connection to `server` is not protected.
    pub(super) fn of_tls(error: TlsError, server: Server) -> Self {
        let said = error.to_string();
        let (code, title, means) = match error {
            TlsError::Certificate { host, fault, chain, unread, .. } => {
                let shown = Shown { host: &host, fault: &fault, chain: &chain, server };
                return distrusted(shown, &said, unread.as_deref());
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
            TlsError::NotTls { host } => {
                let title = format!("{host} does not speak TLS on this port");
                return Self::new(Code::NotTheProtocol, title, server.without_tls());
            }
            TlsError::ClientCertificate { host, .. } => (
                Code::TlsFailed,
                format!("{host} wants a client certificate"),
                "It lets in only who shows a certificate of their own in TLS, and Sendright offers none. \
                 Ask its administrator for a way in without one, such as a port with a sign-in.",
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
                server.lost(),
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
