//! SMTP submission as Exchange Online speaks it (RFC 5321, RFC 6409), with its words.
//!
//! Invariant: what is offered in the answer to EHLO is implemented, and nothing else is accepted.

mod auth;
mod data;
mod envelope;
mod reply;
mod session;

use super::{World, listen::shake, wire::Wire};
use rustls::ServerConfig;
use session::{End, Session};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::TlsAcceptor;

/// How long the client may take for a line (RFC 5321 §4.5.3.2.7).
const PATIENCE: Duration = Duration::from_secs(300);
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
        let wire = Wire::new(shake(&tls, stream).await?, PATIENCE);
        let mut session = Session::protected(wire, peer, world);
        session.greet();
        return session.run().await.map(drop);
    }
    let mut session = Session::plain(Wire::new(stream, PATIENCE), peer, world);
    session.greet();
    if session.run().await? == End::StartTls {
        let stream = shake(&tls, session.into_stream()).await?;
        Session::protected(Wire::new(stream, PATIENCE), peer, world).run().await?;
    }
    Ok(())
}
