//! One message by SMTP: the connection that is open, or a new one that is signed in.

use super::{ending::Failed, ledger::Ready, line::Line, sender::Sender};
use crate::{
    explain::{Code, Problem},
    letter::Letter,
    net::tls::Oldest,
    profile::{MinTls, Profile, SmtpSettings, Transport, presets},
    transport::{
        Credentials, Delivery, SendError, Side, Stage, Then, Turn, Watch,
        smtp::{Server, Session},
    },
};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// A connection, and its place among those of its mailbox where the server takes only so many.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) session: Session,
    pub(super) _turn: Option<Turn>,
}

impl Line {
    /// Over the connection that is open, or a new one. When the server has let go of an open one, or
    /// of its sign-in, nothing of this message was taken, and a new one is tried.
    pub(super) async fn by_smtp(
        &self,
        ready: &Ready,
        then: Then<&Ready>,
        watch: &Watch,
    ) -> Result<Delivery, Failed> {
        let letter = &ready.letter;
        let mut place = self.open.lock().await;
        if let Some(mut open) = place.take().filter(|open| open.session.takes(letter)) {
            match over(&mut open.session, letter, then, watch).await {
                Err(error) if error.let_go() => self.forget_refused_token(&error),
                sent => {
                    *place = Some(open);
                    return sent.map_err(|error| self.failed(letter, error));
                }
            }
        }
        // Boxed: it is rare, and larger than all the rest.
        let mut open = Box::pin(self.connect(ready, watch)).await?;
        let sent = over(&mut open.session, letter, then, watch).await;
        *place = Some(open);
        sent.map_err(|error| self.failed(letter, error))
    }

    /// Connects and signs in. What it signs in with is fetched meanwhile: each can take its time, and
    /// neither needs the other.
    async fn connect(&self, ready: &Ready, watch: &Watch) -> Result<Open, Failed> {
        let letter = &ready.letter;
        let server =
            self.server().await.map_err(|problem| Failed::before(letter, "settings", problem))?;
        let turn = self.turn(&server.host, ready).await?;
        let limits = &self.app.0.limits;
        let fetched = AtomicBool::new(false);
        let fetching = async {
            let credentials = self.credentials(letter, &ready.cancel).await;
            fetched.store(true, Relaxed);
            credentials
        };
        let greeting = async {
            let greeted = Session::greet(&server, limits, watch).await;
            if !fetched.load(Relaxed) {
                self.app.waits_for(ready.id, "token", None); // that is what is waited for
            }
            Ok((greeted, Instant::now()))
        };
        // Whoever has nothing to sign in with hears of it at once, however slow the server is.
        let (credentials, (mut greeted, at)) = tokio::try_join!(fetching, greeting)?;
        if greeted.is_ok() && at.elapsed() > limits.idle {
            drop(greeted); // it may be closed already: nobody waits for a good-bye
            greeted = Session::greet(&server, limits, watch).await;
        }
        let mut session = greeted.map_err(|error| self.not_greeted(letter, error, watch))?;
        self.may_go_on(letter).await?; // a connection, the vault or the greeting may have taken long
        match session.sign_in(&server, &credentials, watch).await {
            Ok(()) => Ok(Open { session, _turn: turn }),
            Err(error) => Err(self.failed(letter, error)),
        }
    }

    /// A place for another connection to `host`, once the mailbox has one free.
    async fn turn(&self, host: &str, ready: &Ready) -> Result<Option<Turn>, Failed> {
        let Some(most) = presets::connections_at_once(host) else { return Ok(None) };
        let lane = self.app.0.lanes.of(host, &self.sender.profile.mailbox, most);
        let free = lane.enter_now();
        if free.is_some() {
            return Ok(free);
        }
        self.app.waits_for(ready.id, "connection", None);
        let entered = ready.cancel.run_until_cancelled(lane.enter()).await;
        let cancelled = || SendError::Cancelled { stage: Stage::Tcp };
        entered.map(Some).ok_or_else(|| self.failed(&ready.letter, cancelled()))
    }

    async fn credentials(
        &self,
        letter: &Letter,
        cancel: &CancellationToken,
    ) -> Result<Credentials, Failed> {
        self.app
            .credentials(&self.sender, self.via, cancel)
            .await
            .map_err(|problem| Failed::before(letter, "token", problem))
    }

    async fn server(&self) -> Result<Server, Problem> {
        let Sender { profile, registration, .. } = self.sender.clone();
        let settings =
            presets::smtp(&profile, registration.as_ref()).ok_or_else(|| no_server(&profile))?;
        let server = settings.clone();
        let (trust, route) = self
            .app
            .beside(move |inner| Ok((inner.smtp_trust(&profile, &server)?, inner.route(&profile)?)))
            .await?;
        Ok(Server {
            trust,
            route,
            host: settings.host,
            port: settings.port,
            security: settings.security,
            auth: settings.auth,
            allow_plaintext: settings.allow_plaintext,
            chunking: settings.chunking,
            oldest: match settings.min_tls {
                MinTls::V12 => Oldest::Tls12,
                MinTls::V13 => Oldest::Tls13,
            },
        })
    }

    /// Says why there was no greeting, and what to check first where the server did not say a word.
    fn not_greeted(&self, letter: &Letter, error: SendError, watch: &Watch) -> Failed {
        let heard = watch.transcript().lines().iter().any(|line| line.side == Side::Server);
        let silent = error.stage() == Stage::Ehlo
            && !heard
            && matches!(error, SendError::TimedOut { .. } | SendError::Lost { .. });
        let mut failed = self.failed(letter, error);
        if let Some(server) = self.mail_server().filter(|_| silent) {
            failed.problem = failed.problem.not_greeted(server.port, server.security);
        }
        failed
    }

    /// The mail server's settings, where the way out is one.
    pub(super) fn mail_server(&self) -> Option<SmtpSettings> {
        let Sender { profile, registration, .. } = &self.sender;
        let smtp = self.via == Transport::Smtp;
        presets::smtp(profile, registration.as_ref()).filter(|_| smtp)
    }
}

/// One message over `session`. Whoever stops waiting for it does not learn whether the server has heard
/// of the next one: until it is known, it may have.
async fn over(
    session: &mut Session,
    letter: &Letter,
    then: Then<&Ready>,
    watch: &Watch,
) -> Result<Delivery, SendError> {
    let Then::Next(next) = then else {
        return session.send(letter, then.map(|next| &next.letter), watch).await;
    };
    let before = next.announced.swap(true, Relaxed);
    let sent = session.send(letter, Then::Next(&next.letter), watch).await;
    next.announced.store(before || session.has_announced(&next.letter), Relaxed);
    sent
}

fn no_server(profile: &Profile) -> Problem {
    Problem::new(
        Code::InvalidSettings,
        format!("{} has no SMTP server", profile.name),
        "Nothing was sent. Enter host and port in the sender's settings.",
    )
}
