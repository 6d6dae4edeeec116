//! The open questions: one for each profile, each answered once.

use super::{
    party::{Party, redirect_uri},
    redirect::{self, Grant, Reply},
    refusal::ProviderRefusal,
    request::Question,
};
use crate::{
    clock::{Clock, Timestamp},
    profile::{ProfileId, Provider, Redirect},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

/// How long a person has for the browser: Entra's own pages give up after about ten minutes.
pub const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// Why there is no answer, or none that counts.
#[derive(Debug, thiserror::Error)]
pub enum ConsentError {
    /// The profile has an open question already.
    #[error("this sender is being signed in already")]
    Busy,
    /// The client has to prove itself and cannot.
    #[error("the provider wants a client secret, and there is none")]
    SecretMissing {
        /// Who wants it.
        provider: Provider,
    },
    /// It answers none of the open questions. They stay open: a stranger's link must not be able to
    /// end ours.
    #[error("this is not the answer to an open question")]
    NotOurs,
    /// What was pasted is no address with an answer in it. The question stays open.
    #[error("there is no answer in the pasted text")]
    NotAnAddress,
    /// Nobody answered in time.
    #[error("no answer in {} minutes", PATIENCE.as_secs() / 60)]
    TimedOut,
    /// The person stopped it here.
    #[error("the sign-in was cancelled")]
    Cancelled,
    /// The provider said no, to the person or to us.
    #[error("the provider refused: {0}")]
    Refused(Box<ProviderRefusal>),
    /// Somebody else than the provider we asked sent the answer (RFC 9207 §2.4).
    #[error("the answer comes from {said}, not from {expected}")]
    ForeignIssuer {
        /// Whom we asked.
        expected: String,
        /// Who the answer says it is from.
        said: String,
    },
    /// Our question came back without a code and without an error.
    #[error("the answer carries neither a code nor an error")]
    Empty,
}

/// A question as it is shown to the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Names it.
    pub id: Uuid,
    /// Whose sign-in.
    pub profile: ProfileId,
    /// What the browser opens.
    pub url: Url,
    /// Where the browser will end.
    pub redirect_uri: String,
    /// The account that is offered first.
    pub login_hint: String,
    /// What the person is asked to allow.
    pub scopes: Vec<String>,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// When patience ends.
    pub ends_at: Timestamp,
}

/// A question that waits for its answer, and where the answer is told.
#[derive(Debug)]
struct Open {
    id: Uuid,
    question: Question,
    tell: oneshot::Sender<Result<Grant, ConsentError>>,
}

/// All open questions. Cloning shares them.
#[derive(Debug, Clone, Default)]
pub struct Consents {
    clock: Clock,
    open: Arc<Mutex<HashMap<ProfileId, Open>>>,
}

/// The one who waits for the answer; dropping it withdraws the question.
#[derive(Debug)]
pub struct Waiting {
    /// The question.
    pub asked: Asked,
    consents: Consents,
    answer: oneshot::Receiver<Result<Grant, ConsentError>>,
}

impl Consents {
    /// None yet.
    pub fn new(clock: Clock) -> Self {
        Self { clock, open: Arc::default() }
    }

    /// Opens a question whose answer arrives at `redirect`; `port` is the loopback listener's.
    ///
    /// # Errors
    /// [`Busy`](ConsentError::Busy), or [`SecretMissing`](ConsentError::SecretMissing) when the
    /// answer could not be redeemed.
    pub fn ask(
        &self,
        party: &Party,
        redirect: &Redirect,
        port: Option<u16>,
    ) -> Result<Waiting, ConsentError> {
        let now = self.clock.now();
        let mut open = self.lock();
        if open.get(&party.profile).is_some_and(|open| open.is_alive(now)) {
            return Err(ConsentError::Busy);
        }
        let address = redirect_uri(party.provider, redirect, port);
        let question = Question::new(party, redirect, address, now)?;
        let asked = Asked {
            id: Uuid::new_v4(),
            profile: party.profile,
            url: question.url.clone(),
            redirect_uri: question.redirect_uri.clone(),
            login_hint: party.login_hint.clone(),
            scopes: party.consent_scopes.clone(),
            asked_at: now,
            ends_at: now.after(PATIENCE),
        };
        let (tell, answer) = oneshot::channel();
        open.insert(party.profile, Open { id: asked.id, question, tell });
        Ok(Waiting { asked, consents: self.clone(), answer })
    }

    /// Takes an address that the browser or the operating system brought for an answer, and tells
    /// the one who waits for it. Gives the profile whose question it was.
    ///
    /// # Errors
    /// [`NotOurs`](ConsentError::NotOurs) only: what a true answer says is told to the one who waits.
    pub fn hear(&self, url: &Url) -> Result<ProfileId, ConsentError> {
        let reply = Reply::of_query(url.query().unwrap_or_default());
        let mut open = self.lock();
        let profile = open
            .values()
            .find(|open| {
                redirect::arrives_at(url, &open.question.redirect_uri)
                    && reply.answers(&open.question)
            })
            .map(|open| open.question.profile)
            .ok_or(ConsentError::NotOurs)?;
        let heard = open.remove(&profile).ok_or(ConsentError::NotOurs)?;
        drop(open);
        heard.settle(reply, self.clock.now());
        Ok(profile)
    }

    /// Takes what the person pasted for the answer to question `id`.
    ///
    /// # Errors
    /// [`NotAnAddress`](ConsentError::NotAnAddress) or [`NotOurs`](ConsentError::NotOurs); both
    /// leave the question open.
    pub fn paste(&self, id: Uuid, text: &str) -> Result<ProfileId, ConsentError> {
        let reply = Reply::pasted(text).ok_or(ConsentError::NotAnAddress)?;
        let mut open = self.lock();
        let profile = open
            .values()
            .find(|open| open.id == id && reply.answers(&open.question))
            .map(|open| open.question.profile)
            .ok_or(ConsentError::NotOurs)?;
        let heard = open.remove(&profile).ok_or(ConsentError::NotOurs)?;
        drop(open);
        heard.settle(reply, self.clock.now());
        Ok(profile)
    }

    /// Withdraws question `id`; the one who waits is told [`ConsentError::Cancelled`]. Says whether
    /// it was still open.
    pub fn cancel(&self, id: Uuid) -> bool {
        let mut open = self.lock();
        let before = open.len();
        open.retain(|_, open| open.id != id);
        open.len() < before
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ProfileId, Open>> {
        // Nothing is left half done in the map by a panic.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn is_alive(&self, now: Timestamp) -> bool {
        now.since(self.question.asked_at) <= PATIENCE
    }

    fn settle(self, reply: Reply, now: Timestamp) {
        // Whoever asked may have gone meanwhile; then nobody needs to know.
        let _ = self.tell.send(reply.settle(self.question, now));
    }
}

impl Waiting {
    /// Waits for the answer, until patience ends or `cancel` is called.
    ///
    /// # Errors
    /// What the answer says when it is no grant; [`TimedOut`](ConsentError::TimedOut);
    /// [`Cancelled`](ConsentError::Cancelled).
    pub async fn answer(&mut self, cancel: &CancellationToken) -> Result<Grant, ConsentError> {
        let left = self.asked.ends_at.since(self.consents.clock.now());
        tokio::select! {
            biased;
            answer = &mut self.answer => answer.unwrap_or(Err(ConsentError::Cancelled)),
            () = cancel.cancelled() => Err(ConsentError::Cancelled),
            () = tokio::time::sleep(left) => Err(ConsentError::TimedOut),
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.consents.cancel(self.asked.id);
    }
}
