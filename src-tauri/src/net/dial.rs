//! TCP connections: names looked up, addresses raced against each other, `TCP_NODELAY` on.

use super::route::{ProxyError, SystemFault, Through};
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use std::{fmt, io, net::SocketAddr, time::Duration};
use tokio::{
    net::{TcpStream, lookup_host},
    time::{Instant, timeout_at},
};

/// How long an address has the race to itself before the next one joins it (RFC 8305 §5).
const HEAD_START: Duration = Duration::from_millis(250);

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
    pub(super) fn is_out_of_reach(&self) -> bool {
        match self {
            Self::Proxy(error) => error.fault.is_out_of_reach(),
            Self::System(_) => false,
            _ => true,
        }
    }

    /// The same after a longer wait than this look took.
    pub(super) fn waited(mut self, longer: Duration) -> Self {
        match &mut self {
            Self::TimedOut { limit, .. } => *limit = longer,
            Self::Proxy(error) => error.waited(longer),
            _ => {}
        }
        self
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

/// The families in turn, beginning with the one that the resolver prefers (RFC 8305 §4).
fn interleaved(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_family = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) =
        addresses.into_iter().partition(|address| address.is_ipv6() == first_family);
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    let mut all = Vec::new();
    loop {
        let pair = (first.next(), second.next());
        if pair == (None, None) {
            return all;
        }
        all.extend(pair.0);
        all.extend(pair.1);
    }
}

/// An address that lost the race.
struct Lost {
    peer: SocketAddr,
    refused: bool,
    said: Option<String>,
}

impl Lost {
    fn because(peer: SocketAddr, error: &io::Error) -> Self {
        let refused = error.kind() == io::ErrorKind::ConnectionRefused;
        let silent = error.kind() == io::ErrorKind::TimedOut;
        let said = if refused { "connection refused".to_owned() } else { error.to_string() };
        Self { peer, refused, said: (!silent).then_some(said) }
    }

    fn shown(self) -> Tried {
        Tried { peer: self.peer, said: self.said }
    }
}

/// The first of `addresses` that answers before `end`. Each has a head start before the next joins;
/// one that fails lets the next go at once, and the losers are dropped.
async fn race(
    addresses: Vec<SocketAddr>,
    end: Instant,
) -> Result<(TcpStream, SocketAddr), Vec<Lost>> {
    let mut waiting = addresses.into_iter().peekable();
    let (mut running, mut silent) = (FuturesUnordered::new(), Vec::new());
    let mut lost = Vec::new();
    loop {
        if let Some(peer) = waiting.next() {
            running.push(async move { (peer, connect(peer).await) });
            silent.push(peer);
        }
        let soon = Instant::now() + HEAD_START;
        let until = if waiting.peek().is_some() { end.min(soon) } else { end };
        match timeout_at(until, running.next()).await {
            Ok(Some((peer, Ok(stream)))) => return Ok((stream, peer)),
            Ok(Some((peer, Err(error)))) => {
                silent.retain(|one| *one != peer);
                lost.push(Lost::because(peer, &error));
            }
            Ok(None) => return Err(lost),
            Err(_) if until < end => {}
            Err(_) => {
                let rest = silent.into_iter().chain(waiting);
                lost.extend(rest.map(|peer| Lost { peer, refused: false, said: None }));
                return Err(lost);
            }
        }
    }
}

/// Without `TCP_NODELAY` the last line of a message waits some 40 ms for the other side's delayed ACK.
async fn connect(peer: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(peer).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, Ipv6Addr};
    use tokio::net::{TcpListener, TcpSocket};

    fn v4(last: u8) -> SocketAddr {
        (Ipv4Addr::new(192, 0, 2, last), 25).into()
    }

    fn v6(last: u16) -> SocketAddr {
        (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, last), 25).into()
    }

    async fn closed() -> SocketAddr {
        TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
    }

    /// An address that takes no more connections and says nothing: its queue is full.
    struct BlackHole {
        address: SocketAddr,
        _listener: TcpListener,
        _queue: Vec<tokio::task::JoinHandle<io::Result<TcpStream>>>,
    }

    impl BlackHole {
        async fn dig() -> Self {
            let socket = TcpSocket::new_v4().unwrap();
            socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
            let listener = socket.listen(1).unwrap();
            let address = listener.local_addr().unwrap();
            let mut queue = Vec::new();
            // The kernel takes a few more than it is told to.
            loop {
                let mut call = tokio::spawn(TcpStream::connect(address));
                let answered = tokio::time::timeout(Duration::from_millis(100), &mut call).await;
                match answered {
                    Ok(done) => queue.push(tokio::spawn(async move { done.unwrap() })),
                    Err(_) => break queue.push(call),
                }
            }
            Self { address, _listener: listener, _queue: queue }
        }
    }

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
        let port = closed().await.port();
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
    fn the_families_take_turns() {
        let mixed = vec![v6(1), v6(2), v6(3), v4(1), v4(2)];
        assert_eq!(interleaved(mixed), [v6(1), v4(1), v6(2), v4(2), v6(3)]);
        assert_eq!(interleaved(vec![v4(1), v4(2), v6(1)]), [v4(1), v6(1), v4(2)]);
        assert!(interleaved(Vec::new()).is_empty());
    }

    #[tokio::test]
    async fn a_silent_address_costs_a_head_start_and_no_more() {
        let hole = BlackHole::dig().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let alive = listener.local_addr().unwrap();
        let start = Instant::now();
        let (_, peer) =
            race(vec![hole.address, alive], start + Duration::from_secs(20)).await.ok().unwrap();
        let took = start.elapsed();
        assert_eq!(peer, alive);
        assert!(took >= HEAD_START && took < HEAD_START * 4, "{took:?}");
    }

    #[tokio::test]
    async fn a_refusal_lets_the_next_address_go_at_once() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let alive = listener.local_addr().unwrap();
        let start = Instant::now();
        let won = race(vec![closed().await, alive], start + Duration::from_secs(20)).await;
        assert!(won.is_ok() && start.elapsed() < HEAD_START, "{:?}", start.elapsed());
    }

    #[tokio::test]
    async fn the_race_has_an_end_and_every_address_its_reason() {
        let (hole, closed) = (BlackHole::dig().await, closed().await);
        let end = Instant::now() + HEAD_START * 3;
        let lost = race(vec![hole.address, closed, v4(1)], end).await.err().unwrap();
        let said: Vec<_> = lost.into_iter().map(Lost::shown).collect();
        let of = |peer| said.iter().find(|one| one.peer == peer).unwrap();
        assert_eq!(of(hole.address).said, None);
        assert_eq!(of(closed).said.as_deref(), Some("connection refused"));
        assert_eq!(said.len(), 3);
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
