//! Why there is no answer.

use super::LONGEST_ANSWER;
use crate::net::{dial::DialError, route::Through, tls::TlsError};

/// Why there is no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum HttpError {
    /// Only `https://` is spoken, and `http://` to this computer.
    #[error("{url} is not protected: only https:// is accepted")]
    Insecure {
        /// Scheme, host and path.
        url: String,
    },
    /// An IPv6 address is called straight only: through a proxy the library takes its brackets for a
    /// part of the name that has to stand in the certificate (reqwest 0.13.5, its issue 3094).
    #[error("{target} would be called through {proxy}")]
    Literal {
        /// Whom we meant to talk to, `[address]:port`.
        target: String,
        /// The proxy in between.
        proxy: Through,
    },
    /// There is no protected connection.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// There is no connection, so nothing was sent.
    #[error(transparent)]
    Dial(#[from] DialError),
    /// No answer in time; the request may have been received.
    #[error("{host} did not answer in time")]
    TimedOut {
        /// Whom we meant to talk to.
        host: String,
    },
    /// The answer is longer than any we expect.
    #[error("the answer of {host} is longer than {LONGEST_ANSWER} octets")]
    TooLong {
        /// Who answered.
        host: String,
    },
    /// The connection ended before the answer did; the request may have been received.
    #[error("the connection to {host} ended before its answer: {said}")]
    Interrupted {
        /// Whom we talked to.
        host: String,
        /// Why.
        said: String,
    },
}

impl HttpError {
    /// Whether the other side may have received the request.
    pub fn may_have_arrived(&self) -> bool {
        matches!(self, Self::TimedOut { .. } | Self::TooLong { .. } | Self::Interrupted { .. })
    }

    /// Whether nobody answered: neither the other side nor what is in between said anything that a
    /// setting could put right.
    pub fn is_out_of_reach(&self) -> bool {
        match self {
            Self::Dial(error) => error.is_out_of_reach(),
            Self::TimedOut { .. } | Self::Interrupted { .. } => true,
            Self::Insecure { .. } | Self::Literal { .. } => false,
            Self::Tls(_) | Self::TooLong { .. } => false,
        }
    }
}
