//! TCP connections: names looked up, addresses tried in turn, `TCP_NODELAY` on.

use std::{io, net::SocketAddr, time::Duration};
use tokio::{
    net::{TcpStream, lookup_host},
    time::{Instant, timeout_at},
};

/// How long one address may keep the next one waiting when there are several.
const NEXT_ADDRESS_AFTER: Duration = Duration::from_secs(5);

/// A connection, and how it came about.
#[derive(Debug)]
pub struct Dialed {
    /// The connection.
    pub stream: TcpStream,
    /// Who answered.
    pub peer: SocketAddr,
    /// How long the name took.
    pub dns: Duration,
    /// How long the connection took.
    pub tcp: Duration,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
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
        /// The address that refused.
        peer: SocketAddr,
    },
    /// There is no way there.
    #[error("{host}:{port} cannot be reached: {said}")]
    Unreachable {
        /// The name.
        host: String,
        /// The port.
        port: u16,
        /// The operating system's words.
        said: String,
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
    },
}

/// Connects to `host:port` within `limit`, over whichever of its addresses answers.
///
/// # Errors
/// The name was not found, or none of its addresses answered; then the last one's reason.
pub async fn dial(host: &str, port: u16, limit: Duration) -> Result<Dialed, DialError> {
    let timed_out = || DialError::TimedOut { host: host.into(), port, limit };
    let start = Instant::now();
    let end = start + limit;
    let addresses = timeout_at(end, lookup(host, port)).await.map_err(|_| timed_out())??;
    let dns = start.elapsed();
    let mut failed = None;
    for (left, peer) in (1..=addresses.len()).rev().zip(addresses) {
        let until = if left > 1 { end.min(Instant::now() + NEXT_ADDRESS_AFTER) } else { end };
        match timeout_at(until, TcpStream::connect(peer)).await {
            Ok(Ok(stream)) => {
                let tcp = start.elapsed().saturating_sub(dns);
                return no_delay(stream, peer, dns, tcp).map_err(|e| because(host, port, peer, &e));
            }
            Ok(Err(error)) => failed = Some(because(host, port, peer, &error)),
            Err(_) => failed = Some(timed_out()),
        }
    }
    Err(failed.unwrap_or_else(timed_out))
}

/// Without it the last line of a message waits some 40 ms for the other side's delayed ACK.
fn no_delay(
    stream: TcpStream,
    peer: SocketAddr,
    dns: Duration,
    tcp: Duration,
) -> io::Result<Dialed> {
    stream.set_nodelay(true)?;
    Ok(Dialed { stream, peer, dns, tcp })
}

async fn lookup(host: &str, port: u16) -> Result<Vec<SocketAddr>, DialError> {
    let bare = host.trim_matches(['[', ']']);
    let not_found = |said: String| DialError::NameNotFound { host: host.into(), said };
    let found: Vec<_> =
        lookup_host((bare, port)).await.map_err(|e| not_found(e.to_string()))?.collect();
    if found.is_empty() {
        return Err(not_found("the name has no address".to_owned()));
    }
    Ok(found)
}

fn because(host: &str, port: u16, peer: SocketAddr, error: &io::Error) -> DialError {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => DialError::Refused { host: host.into(), port, peer },
        _ => DialError::Unreachable { host: host.into(), port, said: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn a_connection_is_made_without_delay() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let dialed = dial("127.0.0.1", port, Duration::from_secs(5)).await.unwrap();
        assert!(dialed.stream.nodelay().unwrap());
        assert_eq!(dialed.peer.port(), port);
    }

    #[tokio::test]
    async fn a_closed_port_is_said_to_be_one() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let failed = dial("127.0.0.1", port, Duration::from_secs(5)).await;
        assert!(matches!(failed, Err(DialError::Refused { .. })), "{failed:?}");
    }

    #[tokio::test]
    async fn a_name_that_cannot_exist_is_not_found() {
        let failed = dial("nobody.invalid", 587, Duration::from_secs(20)).await;
        assert!(matches!(failed, Err(DialError::NameNotFound { .. })), "{failed:?}");
    }
}
