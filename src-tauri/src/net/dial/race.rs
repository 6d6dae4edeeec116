//! Addresses raced against each other (RFC 8305).

use super::Tried;
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use std::{io, net::SocketAddr, time::Duration};
use tokio::{
    net::TcpStream,
    time::{Instant, timeout_at},
};

/// How long an address has the race to itself before the next one joins it (RFC 8305 §5).
const HEAD_START: Duration = Duration::from_millis(250);

/// The families in turn, beginning with the one that the resolver prefers (RFC 8305 §4).
pub(super) fn interleaved(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
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
pub(super) struct Lost {
    peer: SocketAddr,
    pub(super) refused: bool,
    pub(super) said: Option<String>,
}

impl Lost {
    fn because(peer: SocketAddr, error: &io::Error) -> Self {
        let refused = error.kind() == io::ErrorKind::ConnectionRefused;
        let silent = error.kind() == io::ErrorKind::TimedOut;
        let said = if refused { "connection refused".to_owned() } else { error.to_string() };
        Self { peer, refused, said: (!silent).then_some(said) }
    }

    pub(super) fn shown(self) -> Tried {
        Tried { peer: self.peer, said: self.said }
    }
}

/// The first of `addresses` that answers before `end`. Each has a head start before the next joins;
/// one that fails lets the next go at once, and the losers are dropped.
pub(super) async fn race(
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
}
