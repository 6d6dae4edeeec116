//! TCP connections: names looked up, addresses raced against each other, `TCP_NODELAY` on.

mod error;
mod prompt;
mod race;

pub use error::{DialError, Tried};
pub use prompt::Prompt;

use super::route::Through;
use race::{Lost, interleaved, race};
use std::{fmt, net::SocketAddr, time::Duration};
use tokio::{
    net::{TcpStream, lookup_host},
    time::{Instant, timeout_at},
};

/// A connection, and how it came about.
#[derive(Debug)]
pub struct Dialed {
    /// The connection.
    pub stream: TcpStream,
    /// How it came about.
    pub path: Path,
}

/// How a connection came about.
#[derive(Debug, Clone)]
pub struct Path {
    /// Whom we wanted.
    pub host: String,
    /// Who answered: the other side, or the proxy in between.
    pub peer: SocketAddr,
    /// How long the name took.
    pub dns: Duration,
    /// How long the connection took.
    pub tcp: Duration,
    /// The proxy in between, and how long it took to get through.
    pub through: Option<(Through, Duration)>,
}

impl Path {
    /// Whether nobody but this computer sees what is said: the other side itself is here. A proxy on
    /// this computer proves nothing: what it calls by our names may be anywhere.
    pub fn stays_here(&self) -> bool {
        self.through.is_none() && self.peer.ip().to_canonical().is_loopback()
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, peer, dns, tcp, through } = self;
        let (dns, tcp) = (dns.as_millis(), tcp.as_millis());
        match through {
            None => write!(f, "{host} is {peer}: name {dns} ms, connection {tcp} ms"),
            Some((proxy, took)) => write!(
                f,
                "{proxy} is {peer}: name {dns} ms, connection {tcp} ms; it connected to {host} \
                 in {} ms",
                took.as_millis()
            ),
        }
    }
}

/// Connects to `host:port` within `limit`, over whichever of its addresses answers first (RFC 8305).
///
/// # Errors
/// The name was not found, or none of its addresses answered; then each one's reason.
pub async fn dial(host: &str, port: u16, limit: Duration) -> Result<Dialed, DialError> {
    let timed_out = |tried| DialError::TimedOut { host: host.into(), port, limit, tried };
    let start = Instant::now();
    let end = start + limit;
    let addresses =
        timeout_at(end, lookup(host, port)).await.map_err(|_| timed_out(Vec::new()))??;
    let dns = start.elapsed();
    let (stream, peer) = race(interleaved(addresses), end).await.map_err(|tried| {
        if tried.iter().any(|one| one.said.is_none()) {
            return timed_out(tried.into_iter().map(Lost::shown).collect());
        }
        let refused = tried.iter().any(|one| one.refused);
        let tried = tried.into_iter().map(Lost::shown).collect();
        let host = host.to_owned();
        if refused {
            DialError::Refused { host, port, tried }
        } else {
            DialError::Unreachable { host, port, tried }
        }
    })?;
    let tcp = start.elapsed().saturating_sub(dns);
    Ok(Dialed { stream, path: Path { host: host.to_owned(), peer, dns, tcp, through: None } })
}

/// Whether `host` names the loopback interface of this computer.
pub fn is_loopback(host: &str) -> bool {
    let bare = bare(host);
    match bare.parse::<std::net::IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => bare.eq_ignore_ascii_case("localhost") || bare.ends_with(".localhost"),
    }
}

/// A host without the brackets of an IPv6 literal and the dot of a name's root.
pub(super) fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.')
}

async fn lookup(host: &str, port: u16) -> Result<Vec<SocketAddr>, DialError> {
    let not_found = |said: String| DialError::NameNotFound { host: host.into(), said };
    let found: Vec<_> =
        lookup_host((bare(host), port)).await.map_err(|e| not_found(e.to_string()))?.collect();
    if found.is_empty() {
        return Err(not_found("the name has no address".to_owned()));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn a_connection_is_made_without_delay() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        for host in ["127.0.0.1", "localhost", "localhost."] {
            let dialed = dial(host, port, Duration::from_secs(5)).await.unwrap();
            assert!(dialed.stream.nodelay().unwrap());
            assert_eq!(dialed.path.peer.port(), port);
            assert!(dialed.path.stays_here());
        }
    }

    #[tokio::test]
    async fn an_ipv6_literal_is_dialed_with_and_without_brackets() {
        let listener = TcpListener::bind("[::1]:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        for host in ["::1", "[::1]"] {
            assert!(dial(host, port, Duration::from_secs(5)).await.is_ok(), "{host}");
        }
    }

    #[tokio::test]
    async fn a_closed_port_is_said_to_be_one_with_each_address() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let failed = dial("localhost", port, Duration::from_secs(5)).await.unwrap_err();
        let DialError::Refused { tried, .. } = &failed else { panic!("{failed:?}") };
        assert!(!tried.is_empty());
        assert!(tried.iter().all(|one| one.to_string().ends_with("connection refused")));
    }

    #[tokio::test]
    async fn a_name_that_cannot_exist_is_not_found() {
        let failed = dial("nobody.invalid", 587, Duration::from_secs(20)).await;
        assert!(matches!(failed, Err(DialError::NameNotFound { .. })), "{failed:?}");
    }

    #[test]
    #[rustfmt::skip]
    fn this_computer_is_known_by_each_of_its_names() {
        for here in ["localhost", "LOCALHOST", "localhost.", "mail.localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]", "::ffff:127.0.0.1"] {
            assert!(is_loopback(here), "{here}");
        }
        for away in ["localhost.example", "notlocalhost", "192.0.2.1", "::2", "127.0.0.1.example"] {
            assert!(!is_loopback(away), "{away}");
        }
    }
}
