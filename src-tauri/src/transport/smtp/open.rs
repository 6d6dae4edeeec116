//! The way to a session: name, connection, TLS, greeting.

use super::{
    Server, Session,
    offers::Offers,
    positive,
    wire::{Wire, cancellable},
};
use crate::{
    net::{dial::Prompt, limits::Limits, tls::Client as Tls},
    profile::Security,
    transport::{SendError, Stage, Watch},
};
use lettre::transport::smtp::{
    commands::{Ehlo, Starttls},
    extension::ClientId,
};

impl Session {
    /// Connects, protects the connection where the settings say so, and greets.
    pub(super) async fn begin(
        server: &Server,
        limits: &Limits,
        watch: &Watch,
    ) -> Result<Self, SendError> {
        watch.reached(Stage::Dns);
        let Server { host, port, route, .. } = server;
        let dialing = route.dial(host, *port, limits.connect);
        let dialed = cancellable(Stage::Tcp, watch, dialing).await??;
        watch.transcript.note(dialed.path.to_string());
        let allowed = server.security == Security::None && server.allow_plaintext;
        let private = dialed.path.stays_here() || allowed;
        let wire = Wire::new(Box::new(Prompt::new(dialed.stream)), host, private);
        let (offers, limits) = (Offers::default(), *limits);
        let chunking = server.chunking;
        let mut session =
            Self { wire, offers, limits, chunking, usable: true, ahead: None, parting: false };
        if server.security == Security::Tls {
            session.protect(server, watch).await?;
        }
        session.wire.reach(Stage::Ehlo, watch);
        let greeting = session.wire.reply(limits.greeting, watch).await?;
        positive(Stage::Ehlo, greeting)?;
        session.ehlo(watch).await?;
        if server.security == Security::Starttls {
            session.starttls(server, watch).await?;
            session.wire.reach(Stage::Ehlo, watch);
            session.ehlo(watch).await?;
        }
        Ok(session)
    }

    pub(super) async fn ehlo(&mut self, watch: &Watch) -> Result<(), SendError> {
        // An address literal, and not this computer's own: names and addresses of a network are
        // nobody's business (RFC 5321 §4.1.4 wants one when there is no public name).
        let reply = self.command(&Ehlo::new(ClientId::default()), watch).await?;
        self.offers = Offers::of(&positive(Stage::Ehlo, reply)?);
        Ok(())
    }

    async fn starttls(&mut self, server: &Server, watch: &Watch) -> Result<(), SendError> {
        self.wire.reach(Stage::Tls, watch);
        let host = server.host.clone();
        if !self.offers.starttls {
            let said = self.offers.said.clone();
            return Err(match self.offers.auth[..] {
                [] => SendError::StarttlsMissing { host, said },
                _ => SendError::PlaintextAuthOnly { host, said },
            });
        }
        let reply = self.command(&Starttls, watch).await?;
        if reply.code() != 220 {
            return Err(SendError::StarttlsRefused { host, reply });
        }
        self.protect(server, watch).await
    }

    /// Puts TLS around the connection. What was learnt before is forgotten (RFC 3207 §4.2).
    async fn protect(&mut self, server: &Server, watch: &Watch) -> Result<(), SendError> {
        self.wire.reach(Stage::Tls, watch);
        self.offers = Offers::default();
        let tls = Tls::new(&server.trust, server.oldest)?;
        self.wire.protect(&tls, self.limits.tls, watch).await
    }
}
