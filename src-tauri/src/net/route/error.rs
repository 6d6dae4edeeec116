//! Why a proxy did not get us there.

use super::Through;
use crate::{net::dial::DialError, secret::veil::Veil, tame};
use std::{io, time::Duration};

/// A proxy that did not get us to the other side.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{proxy}, on the way to {target}: {fault}")]
pub struct ProxyError {
    /// Which proxy.
    pub proxy: Through,
    /// Whom we wanted, `host:port`.
    pub target: String,
    /// What went wrong.
    pub fault: ProxyFault,
}

impl ProxyError {
    pub(in crate::net) fn waited(&mut self, longer: Duration) {
        match &mut self.fault {
            ProxyFault::Silent { limit }
            | ProxyFault::NotReached(DialError::TimedOut { limit, .. }) => *limit = longer,
            _ => {}
        }
    }
}

/// What went wrong with a proxy. The words of others are bounded.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ProxyFault {
    /// There is no connection to the proxy itself.
    #[error("{0}")]
    NotReached(DialError),
    /// It took the connection and said nothing for too long.
    #[error("it did not answer within {limit:?}")]
    Silent {
        /// How long we waited, connecting included.
        limit: Duration,
    },
    /// It hung up in the middle.
    #[error("it ended the connection: {said}")]
    Cut {
        /// The operating system's words.
        said: String,
    },
    /// Whatever answers does not speak the proxy's protocol.
    #[error("it does not speak the protocol: {said}")]
    NotAProxy {
        /// What it said instead.
        said: String,
    },
    /// It wants a user name and a password, and none is set.
    #[error("it wants a user name and a password")]
    LoginNeeded,
    /// It did not accept the user name and the password.
    #[error("it refused the user name or the password: {said}")]
    LoginRefused {
        /// Its words.
        said: String,
    },
    /// It wants to know who we are in a way that is not spoken here.
    #[error("it wants a sign-in that is not supported: {wanted}")]
    LoginUnsupported {
        /// What it wants, for example `NTLM, Negotiate`.
        wanted: String,
    },
    /// It may not or will not connect there.
    #[error("it refused: {said}")]
    Refused {
        /// Its words.
        said: String,
    },
    /// It tried, and did not reach the other side.
    #[error("it did not reach the other side: {said}")]
    TargetNotReached {
        /// Its words.
        said: String,
    },
}

impl ProxyFault {
    /// Whether the proxy, or what is behind it, was not there.
    pub(in crate::net) fn is_out_of_reach(&self) -> bool {
        use ProxyFault::{Cut, NotReached, Silent, TargetNotReached};
        matches!(self, NotReached(_) | Silent { .. } | Cut { .. } | TargetNotReached { .. })
    }
}

/// What came of one attempt to get through.
pub(super) enum Trouble {
    /// It wants a user name and a password.
    WantsLogin,
    /// Anything else.
    Fault(ProxyFault),
}

impl Trouble {
    pub(super) fn not_a_proxy(said: &[u8], veil: &Veil) -> Self {
        Self::Fault(ProxyFault::NotAProxy { said: shown(said, veil) })
    }

    /// What it is when nothing more can be tried; `shown`: it was shown a user name and a password.
    pub(super) fn fault(self, login_shown: bool) -> ProxyFault {
        match self {
            Self::WantsLogin if login_shown => {
                ProxyFault::LoginRefused { said: "asked for them again".to_owned() }
            }
            Self::WantsLogin => ProxyFault::LoginNeeded,
            Self::Fault(fault) => fault,
        }
    }
}

impl From<ProxyFault> for Trouble {
    fn from(fault: ProxyFault) -> Self {
        Self::Fault(fault)
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        let said = match error.kind() {
            io::ErrorKind::UnexpectedEof => "it closed the connection".to_owned(),
            _ => error.to_string(),
        };
        Self::Fault(ProxyFault::Cut { said })
    }
}

/// What can be shown of a stranger's words: one short line, without the secrets behind `veil`.
pub(super) fn shown(said: &[u8], veil: &Veil) -> String {
    const AT_MOST: usize = 120;
    let text = String::from_utf8_lossy(said);
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    tame::line(veil.strike(line).trim()).chars().take(AT_MOST).collect()
}
