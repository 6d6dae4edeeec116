//! Why there is no connection.

use crate::net::route::{ProxyError, SystemFault};
use std::{fmt, net::SocketAddr, time::Duration};

/// What became of one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// The address.
    pub peer: SocketAddr,
    /// What the operating system said; `None`: nothing came in time.
    pub said: Option<String>,
}

impl fmt::Display for Tried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.peer, self.said.as_deref().unwrap_or("no answer"))
    }
}

/// Why there is no connection.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DialError {
    /// The name has no address.
    #[error("{host} was not found: {said}")]
    NameNotFound {
        /// The name.
        host: String,
        /// The resolver's words.
        said: String,
    },
    /// The computer is there and nothing listens on the port.
    #[error("{host}:{port} refused the connection")]
    Refused {
        /// The name.
        host: String,
        /// The port.
        port: u16,
        /// Every address with its answer.
        tried: Vec<Tried>,
    },
    /// There is no way there.
    #[error("{host}:{port} cannot be reached")]
    Unreachable {
        /// The name.
        host: String,
        /// The port.
        port: u16,
        /// Every address with the operating system's words.
        tried: Vec<Tried>,
    },
    /// Nobody answered in time: often a firewall.
    #[error("{host}:{port} did not answer within {limit:?}")]
    TimedOut {
        /// The name.
        host: String,
        /// The port.
        port: u16,
        /// How long we waited.
        limit: Duration,
        /// Every address that was tried; empty when the name itself took too long.
        tried: Vec<Tried>,
    },
    /// The proxy that the route names did not get us there.
    #[error(transparent)]
    Proxy(#[from] Box<ProxyError>),
    /// The system's settings name a way that cannot be gone.
    #[error(transparent)]
    System(#[from] SystemFault),
}

impl DialError {
    /// Whether nobody was there, or whoever was said no word.
    pub(in crate::net) fn is_out_of_reach(&self) -> bool {
        match self {
            Self::Proxy(error) => error.fault.is_out_of_reach(),
            Self::System(_) => false,
            _ => true,
        }
    }

    /// The same after a longer wait than this look took.
    pub(in crate::net) fn waited(mut self, longer: Duration) -> Self {
        match &mut self {
            Self::TimedOut { limit, .. } => *limit = longer,
            Self::Proxy(error) => error.waited(longer),
            _ => {}
        }
        self
    }
}
