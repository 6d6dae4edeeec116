//! Ports on loopback, and the connections that come in.

use super::SandboxError;
use std::{
    future::Future,
    io::ErrorKind,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(30);
/// How many connections are served at once; more wait their turn.
const MOST_CONNECTIONS: usize = 64;
/// How often a free port is looked for that is free on both of the loopback addresses.
const TRIES: usize = 20;

/// Speaks TLS on `stream` from now on.
pub(super) async fn shake(
    tls: &TlsAcceptor,
    stream: TcpStream,
) -> std::io::Result<TlsStream<TcpStream>> {
    timeout(HANDSHAKE, tls.accept(stream)).await?
}

/// One port, on both loopback addresses where the computer has both: a browser may take `localhost`
/// for either.
pub(super) struct Port {
    listeners: Vec<TcpListener>,
    number: u16,
}

impl Port {
    /// Takes the port `number`; 0 takes a free one.
    pub(super) async fn take(number: u16) -> Result<Self, SandboxError> {
        let mut tries = if number == 0 { TRIES } else { 1 };
        loop {
            tries -= 1;
            match Self::take_both(number).await {
                Err(SandboxError::Port { source, .. })
                    if tries > 0 && source.kind() == ErrorKind::AddrInUse => {}
                taken => return taken,
            }
        }
    }

    async fn take_both(number: u16) -> Result<Self, SandboxError> {
        let failed = |source| SandboxError::Port { number, source };
        let first = TcpListener::bind((Ipv4Addr::LOCALHOST, number)).await.map_err(failed)?;
        let number = first.local_addr().map_err(failed)?.port();
        let mut listeners = vec![first];
        match TcpListener::bind((Ipv6Addr::LOCALHOST, number)).await {
            Ok(second) => listeners.push(second),
            Err(source) if source.kind() == ErrorKind::AddrInUse => {
                return Err(SandboxError::Port { number, source });
            }
            Err(_) => {} // no IPv6 here
        }
        Ok(Self { listeners, number })
    }

    /// Its number.
    pub(super) fn number(&self) -> u16 {
        self.number
    }
}

/// Those who answer: counted, so that they can be ended and waited for.
#[derive(Clone)]
pub(super) struct Staff {
    seats: Arc<Semaphore>,
    tasks: TaskTracker,
    end: CancellationToken,
}

impl Staff {
    /// Nobody works yet.
    pub(super) fn new() -> Self {
        Self {
            seats: Arc::new(Semaphore::new(MOST_CONNECTIONS)),
            tasks: TaskTracker::new(),
            end: CancellationToken::new(),
        }
    }

    /// Ends every conversation; does not wait.
    pub(super) fn send_home(&self) {
        self.end.cancel();
        self.tasks.close();
    }

    /// Waits until the last conversation has ended.
    pub(super) async fn gone(&self) {
        self.tasks.wait().await;
    }

    /// Has every connection to `port` served by `serve`.
    pub(super) fn serve<F, Fut>(&self, port: Port, serve: F)
    where
        F: Fn(TcpStream, SocketAddr) -> Fut + Clone + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        for listener in port.listeners {
            let (staff, serve) = (self.clone(), serve.clone());
            self.tasks.spawn(async move {
                let end = staff.end.clone();
                end.run_until_cancelled(staff.accept(listener, serve)).await;
            });
        }
    }

    async fn accept<F, Fut>(self, listener: TcpListener, serve: F)
    where
        F: Fn(TcpStream, SocketAddr) -> Fut,
        Fut: Future<Output = ()> + Send + 'static,
    {
        loop {
            let Ok(seat) = Arc::clone(&self.seats).acquire_owned().await else { return };
            let Ok((stream, peer)) = listener.accept().await else {
                // Out of file descriptors, most likely: they come back when others hang up.
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            // A small answer must not wait for the acknowledgement of the one before.
            let _ = stream.set_nodelay(true);
            let (conversation, end) = (serve(stream, peer), self.end.clone());
            self.tasks.spawn(async move {
                end.run_until_cancelled(conversation).await;
                drop(seat);
            });
        }
    }
}
