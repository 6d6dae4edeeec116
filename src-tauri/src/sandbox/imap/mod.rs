//! `IMAP4rev1` (RFC 3501) as Exchange Online speaks it, with its words: what arrived, mailbox by mailbox.
//!
//! Invariant: what is offered as a capability is implemented, and nothing else is accepted. Mails are
//! read and marked; nothing is put in, moved or removed.

mod auth;
mod command;
mod data;
mod fetch;
mod folders;
mod head;
mod idle;
mod search;
mod session;
mod store;

use super::{World, listen::shake, wire::Wire};
use rustls::ServerConfig;
use session::{End, Session};
use std::{sync::Arc, time::Duration};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::TlsAcceptor;

/// How long the client may be silent: the least that is allowed (RFC 3501 §5.4).
const PATIENCE: Duration = Duration::from_secs(30 * 60);
/// How long a conversation may take altogether.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// Serves one connection: `protected` by TLS from its first octet, or by STARTTLS.
pub(super) async fn serve(
    stream: TcpStream,
    tls: Arc<ServerConfig>,
    protected: bool,
    world: Arc<World>,
) {
    let conversation = talk(stream, TlsAcceptor::from(tls), protected, &world);
    if !matches!(timeout(LONGEST, conversation).await, Ok(Ok(()))) {
        tracing::debug!("an IMAP conversation with the sandbox ended early");
    }
}

async fn talk(
    stream: TcpStream,
    tls: TlsAcceptor,
    protected: bool,
    world: &Arc<World>,
) -> std::io::Result<()> {
    if protected {
        let mut session =
            Session::protected(Wire::new(shake(&tls, stream).await?, PATIENCE), world);
        session.greet();
        return session.run().await.map(drop);
    }
    let mut session = Session::plain(Wire::new(stream, PATIENCE), world);
    session.greet();
    if session.run().await? == End::StartTls {
        let stream = shake(&tls, session.into_stream()).await?;
        Session::protected(Wire::new(stream, PATIENCE), world).run().await?;
    }
    Ok(())
}
