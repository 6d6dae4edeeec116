//! SMTP submission as Exchange Online speaks it (RFC 5321, RFC 6409), with its words.
//!
//! Invariant: what is offered in the answer to EHLO is implemented, and nothing else is accepted.

mod auth;
mod data;
mod envelope;
mod session;
mod wire;

use super::World;
use rustls::ServerConfig;
use session::{End, Session};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::TlsAcceptor;
use wire::Wire;

/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(30);
/// How long a conversation may take altogether.
const LONGEST: Duration = Duration::from_secs(1800);

/// Serves one connection: `protected` by TLS from its first octet, or by STARTTLS.
pub(super) async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    tls: Arc<ServerConfig>,
    protected: bool,
    world: Arc<World>,
) {
    let conversation = talk(stream, peer, TlsAcceptor::from(tls), protected, &world);
    if !matches!(timeout(LONGEST, conversation).await, Ok(Ok(()))) {
        tracing::debug!("an SMTP conversation with the sandbox ended early");
    }
}

async fn talk(
    stream: TcpStream,
    peer: SocketAddr,
    tls: TlsAcceptor,
    protected: bool,
    world: &Arc<World>,
) -> std::io::Result<()> {
    if protected {
        let mut session = Session::protected(Wire::new(shake(&tls, stream).await?), peer, world);
        session.greet();
        return session.run().await.map(drop);
    }
    let mut session = Session::plain(Wire::new(stream), peer, world);
    session.greet();
    if session.run().await? == End::StartTls {
        let stream = shake(&tls, session.into_stream()).await?;
        Session::protected(Wire::new(stream), peer, world).run().await?;
    }
    Ok(())
}

async fn shake(
    tls: &TlsAcceptor,
    stream: TcpStream,
) -> std::io::Result<tokio_rustls::server::TlsStream<TcpStream>> {
    timeout(HANDSHAKE, tls.accept(stream)).await?
}
