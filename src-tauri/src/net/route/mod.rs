//! The way to other computers: straight, through a proxy, or as the operating system says.
//!
//! Invariant: a proxy that fails is never gone past.

mod error;
#[cfg(fuzzing)]
pub mod fuzzing;
mod http;
mod socks;
mod system;

pub use error::{ProxyError, ProxyFault};
pub use system::{Surroundings, SystemFault, Variable};

use super::dial::{DialError, Dialed, bare, dial};
use crate::secret::Secret;
use error::Trouble;
use std::{fmt, sync::Arc, time::Duration};
use tokio::{
    net::TcpStream,
    time::{Instant, timeout_at},
};

/// Which way is taken.
#[derive(Debug, Clone)]
pub enum Route {
    /// Straight.
    Direct,
    /// Through this proxy, whoever is called.
    Proxy(Proxy),
    /// As the operating system is set; this computer is always called straight.
    System(Arc<Surroundings>),
}

/// What a proxy speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// SOCKS 5 (RFC 1928).
    Socks5,
    /// HTTP CONNECT (RFC 9110 §9.3.6).
    Http,
}

/// A proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    /// What it speaks.
    pub protocol: Protocol,
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Who we are to it.
    pub login: Option<Login>,
    /// Which of the system's settings names it; `None`: the sender's own.
    pub origin: Option<String>,
}

/// A user name and a password for a proxy.
#[derive(Debug, Clone)]
pub struct Login {
    /// Who.
    pub user: String,
    /// The password; empty where none is stored.
    pub password: Secret,
}

impl PartialEq for Login {
    fn eq(&self, other: &Self) -> bool {
        self.user == other.user && self.password.expose() == other.password.expose()
    }
}

impl Eq for Login {}

/// A proxy as it is named in evidence and failures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Through {
    /// What it speaks.
    pub protocol: Protocol,
    /// `host:port`.
    pub authority: String,
    /// Which of the system's settings names it; `None`: the sender's own.
    pub origin: Option<String>,
}

impl fmt::Display for Through {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let protocol = match self.protocol {
            Protocol::Socks5 => "SOCKS5",
            Protocol::Http => "HTTP",
        };
        write!(f, "the {protocol} proxy {}", self.authority)?;
        self.origin.as_ref().map_or(Ok(()), |origin| write!(f, " ({origin})"))
    }
}

impl Route {
    /// Connects to `host:port` within `limit`.
    ///
    /// # Errors
    /// Says whether the other side or a proxy could not be reached, or the system's settings name a
    /// way that cannot be gone.
    pub async fn dial(&self, host: &str, port: u16, limit: Duration) -> Result<Dialed, DialError> {
        match self.proxy_for(host, port).await? {
            None => dial(host, port, limit).await,
            Some(proxy) => proxy.dial(host, port, limit).await,
        }
    }

    /// The proxy on the way to `host:port`.
    ///
    /// # Errors
    /// The system's settings name a way that cannot be gone.
    pub async fn proxy_for(&self, host: &str, port: u16) -> Result<Option<Proxy>, SystemFault> {
        match self {
            Self::Direct => Ok(None),
            Self::Proxy(proxy) => Ok(Some(proxy.clone())),
            Self::System(surroundings) => surroundings.proxy_for(host, port).await,
        }
    }
}

impl Proxy {
    /// Its name in evidence and failures.
    pub fn through(&self) -> Through {
        Through {
            protocol: self.protocol,
            authority: authority(&self.host, self.port),
            origin: self.origin.clone(),
        }
    }

    /// What it did on the way to `target`.
    pub(super) fn fault(&self, target: impl Into<String>, fault: ProxyFault) -> DialError {
        Box::new(ProxyError { proxy: self.through(), target: target.into(), fault }).into()
    }

    /// As it wants to be called on the way to `host:port`: without its login where it lets in whoever
    /// calls. The library behind HTTP offers a SOCKS proxy the login it has and nothing else, which one
    /// that takes none turns away; an HTTP proxy looks past a login that it did not ask for.
    pub(super) async fn as_it_wants(
        &self,
        host: &str,
        port: u16,
        limit: Duration,
    ) -> Result<Self, DialError> {
        if self.protocol == Protocol::Http || self.login.is_none() {
            return Ok(self.clone());
        }
        let end = Instant::now() + limit;
        let failed = |fault| self.fault(authority(host, port), fault);
        let mut dialed = self.reach(end).await.map_err(failed)?;
        match timeout_at(end, socks::greet(&mut dialed.stream, None)).await {
            Err(_) => Err(failed(ProxyFault::Silent { limit })),
            Ok(Ok(())) => Ok(Self { login: None, ..self.clone() }),
            // Whatever else it has against strangers, it says again to the call itself.
            Ok(Err(_)) => Ok(self.clone()),
        }
    }

    async fn dial(&self, host: &str, port: u16, limit: Duration) -> Result<Dialed, DialError> {
        let end = Instant::now() + limit;
        let failed = |fault| self.fault(authority(host, port), fault);
        // A proxy that wants to know who we are may hang up after saying so: the answer goes over a
        // connection of its own.
        for login in [None, self.login.as_ref()] {
            let mut dialed = self.reach(end).await.map_err(failed)?;
            let start = Instant::now();
            let tunnel = self.tunnel(&mut dialed.stream, host, port, login);
            match timeout_at(end, tunnel).await {
                Err(_) => return Err(failed(ProxyFault::Silent { limit })),
                Ok(Err(Trouble::WantsLogin)) if login.is_none() && self.login.is_some() => {}
                Ok(Err(trouble)) => return Err(failed(trouble.fault(login.is_some()))),
                Ok(Ok(())) => {
                    dialed.path.through = Some((self.through(), start.elapsed()));
                    host.clone_into(&mut dialed.path.host);
                    return Ok(dialed);
                }
            }
        }
        Err(failed(ProxyFault::LoginNeeded))
    }

    /// The connection to the proxy itself.
    async fn reach(&self, end: Instant) -> Result<Dialed, ProxyFault> {
        let left = end.saturating_duration_since(Instant::now());
        dial(&self.host, self.port, left).await.map_err(ProxyFault::NotReached)
    }

    async fn tunnel(
        &self,
        stream: &mut TcpStream,
        host: &str,
        port: u16,
        login: Option<&Login>,
    ) -> Result<(), Trouble> {
        match self.protocol {
            Protocol::Socks5 => socks::connect(stream, bare(host), port, login).await,
            Protocol::Http => http::connect(stream, &authority(host, port), login).await,
        }
    }
}

/// `host:port`, with the brackets that an IPv6 literal needs.
fn authority(host: &str, port: u16) -> String {
    let bare = bare(host);
    if bare.contains(':') { format!("[{bare}]:{port}") } else { format!("{bare}:{port}") }
}
