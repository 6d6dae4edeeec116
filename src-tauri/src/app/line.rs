//! One sender's way out: the conversation. What is written down before and after is in `ledger`.

use super::{
    App,
    ending::Failed,
    ledger::{Answered, Ready},
    sender::Sender,
    views::may_send_as,
};
use crate::{
    api::{MessageDraft, SendReport},
    explain::{Code, FieldFault, Keeper, Problem, SendAsFacts, credentials_refused, right_missing},
    letter::{Attachment, Draft, Letter, Notices},
    net::tls::Oldest,
    profile::{Mailbox, MinTls, Profile, SignIn, SmtpSettings, Transport, check, presets},
    transport::{
        Credentials, Delivery, SendError, Side, Stage, Then, Turn, Watch,
        smtp::{Server, Session},
    },
};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use tokio::{sync::Mutex, time::Instant};
use tokio_util::sync::CancellationToken;

/// A way out that stays open for several messages.
#[derive(Debug)]
pub struct Line {
    pub(super) app: App,
    pub(super) sender: Sender,
    pub(super) via: Transport,
    /// The open connection. Messages go over it one after the other.
    open: Mutex<Option<Open>>,
}

/// A connection, and its place among those of its mailbox where the server takes only so many.
#[derive(Debug)]
struct Open {
    session: Session,
    _turn: Option<Turn>,
}

impl Line {
    pub(super) fn new(app: App, sender: Sender, via: Transport) -> Self {
        Self { app, sender, via, open: Mutex::default() }
    }

    /// Sends a message that was written down, and writes down how it ended. What comes `then` the
    /// server is told in the same breath, where it lets us.
    pub async fn send(&self, ready: Ready, then: Then<&Ready>) -> SendReport {
        let answered = self.exchange(ready, then).await;
        self.settle(answered).await
    }

    /// Sends a message that was written down; how it ended has to be [`settle`](Self::settle)d.
    pub async fn exchange(&self, ready: Ready, then: Then<&Ready>) -> Answered {
        let began = Instant::now();
        let watch = self.app.watch(ready.id, ready.cancel.clone(), self.mail_server());
        let ended = self.hand_over(&ready, then, &watch).await;
        self.answered(ready, ended, &watch, began)
    }

    /// Says good-bye to the server.
    pub async fn close(self) {
        if let Some(Open { session, _turn }) = self.open.into_inner() {
            session.quit(&Watch::nobody()).await;
        }
    }

    /// Whether a copy goes to Sent Items: as the message says, else as the profile.
    pub(super) fn keeps_copy(&self, message: &MessageDraft) -> Result<bool, Problem> {
        if self.via == Transport::Smtp && message.save_to_sent_items == Some(false) {
            return Err(Problem::invalid(vec![FieldFault {
                field: "save_to_sent_items".to_owned(),
                fault: "with SMTP it is the provider that decides about a copy".to_owned(),
                remedy: "Leave it out, or send through Microsoft Graph".to_owned(),
            }]));
        }
        Ok(message.save_to_sent_items.unwrap_or(self.sender.profile.save_to_sent_items))
    }

    pub(super) async fn compose(&self, message: &MessageDraft) -> Result<Letter, Problem> {
        let profile = &self.sender.profile;
        let draft = Draft {
            from: from(profile, &message.from)?,
            reply_to: profile.reply_to.clone(),
            to: message.to.clone(),
            cc: message.cc.clone(),
            bcc: message.bcc.clone(),
            subject: message.subject.clone(),
            text: message.text.clone(),
            html: message.html.clone(),
            headers: message.headers.clone(),
            notices: self.notices(message)?,
            attachments: message
                .attachments
                .iter()
                .map(|file| Attachment {
                    path: file.file.clone().into(),
                    content_id: file.content_id.clone(),
                })
                .collect(),
        };
        Ok(Letter::compose(&draft, self.app.0.clock.now()).await?)
    }

    /// What the message asks mail servers to report; Graph cannot be asked.
    fn notices(&self, message: &MessageDraft) -> Result<Notices, Problem> {
        let notices = Notices { on: message.dsn.clone(), returned: message.dsn_return };
        if self.via == Transport::Graph && notices.are_wanted() {
            return Err(Problem::invalid(vec![FieldFault {
                field: "dsn".to_owned(),
                fault: "Microsoft Graph gives no notices of delivery".to_owned(),
                remedy: "Leave them out, or send by SMTP".to_owned(),
            }]));
        }
        Ok(notices)
    }

    async fn hand_over(
        &self,
        ready: &Ready,
        then: Then<&Ready>,
        watch: &Watch,
    ) -> Result<Delivery, Failed> {
        match self.via {
            Transport::Smtp => self.by_smtp(ready, then, watch).await,
            // Boxed: it is several times as large as the other.
            Transport::Graph => Box::pin(self.by_graph(ready, watch)).await,
        }
    }

    /// Over the connection that is open, or a new one. When the server has let go of an open one, or
    /// of its sign-in, nothing of this message was taken, and a new one is tried.
    async fn by_smtp(
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

    /// Says why it failed; a token that was refused is not used again.
    pub(super) fn failed(&self, letter: &Letter, error: SendError) -> Failed {
        self.forget_refused_token(&error);
        let keeper = right_missing(&error);
        let bearer = self.sender.bearer().filter(|_| credentials_refused(&error));
        let mut failed = Failed::of(letter, error);
        if let Some(keeper) = keeper {
            failed.problem = self.send_as_refused(failed.problem, letter, keeper);
        }
        if let Some(bearer) = bearer {
            failed.problem = failed.problem.token_refused(&bearer);
        }
        failed
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
    fn mail_server(&self) -> Option<SmtpSettings> {
        let Sender { profile, registration, .. } = &self.sender;
        let smtp = self.via == Transport::Smtp;
        presets::smtp(profile, registration.as_ref()).filter(|_| smtp)
    }

    fn forget_refused_token(&self, error: &SendError) {
        if error.sign_in_ended() {
            self.app.0.wallet.drop_access(self.sender.profile.id);
        }
    }

    fn send_as_refused(&self, problem: Problem, letter: &Letter, keeper: Keeper) -> Problem {
        let Sender { profile, account, .. } = &self.sender;
        // A mail server knows the mailbox that is signed in; Graph knows the person.
        let person = account.as_deref().filter(|_| self.via == Transport::Graph);
        problem.send_as(&SendAsFacts {
            signed_in: person.unwrap_or(&profile.mailbox),
            mailbox: &profile.mailbox,
            from: letter.envelope().from.as_ref(),
            keeper,
            shared_scope: self.via == Transport::Graph && profile.sign_in == SignIn::Delegated,
        })
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

/// The From of a message: the profile's own unless it names one that the profile may use.
fn from(profile: &Profile, asked: &str) -> Result<Mailbox, Problem> {
    let own = profile.sender();
    if asked.trim().is_empty() {
        return Ok(own);
    }
    let fault = |fault: String, remedy: String| {
        Problem::invalid(vec![FieldFault { field: "from".to_owned(), fault, remedy }])
    };
    let asked = check::mailbox(asked).map_err(|(what, remedy)| fault(what, remedy))?;
    if asked.address.eq_ignore_ascii_case(&own.address) || may_send_as(profile, &asked.address) {
        return Ok(asked);
    }
    Err(fault(
        format!("{} may not send as {}", profile.name, asked.address),
        "Add the address to send_as in the sender's settings, or leave From as it is".to_owned(),
    ))
}

fn no_server(profile: &Profile) -> Problem {
    Problem::new(
        Code::InvalidSettings,
        format!("{} has no SMTP server", profile.name),
        "Nothing was sent. Enter host and port in the sender's settings.",
    )
}

pub(super) fn no_graph(profile: &Profile) -> Problem {
    Problem::new(
        Code::InvalidSettings,
        format!("{} cannot send through Microsoft Graph", profile.name),
        "Nothing was sent. Graph needs an app registration with Microsoft, or one with a Graph \
         address of its own. Send through SMTP instead.",
    )
}
