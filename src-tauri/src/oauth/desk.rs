//! Where open questions wait: one for each sender or app registration, each answered once.

use super::{
    consent::ConsentError,
    redirect::{self, Reply},
};
use crate::{
    clock::{Clock, Timestamp},
    secret::Secret,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

/// All open questions. Cloning shares them.
#[derive(Debug, Clone, Default)]
pub struct Consents {
    pub(super) clock: Clock,
    /// By whom each is asked for: a profile or a registration.
    open: Arc<Mutex<HashMap<Uuid, Open>>>,
}

/// A question that is open.
#[derive(Debug)]
struct Open {
    id: Uuid,
    ends_at: Timestamp,
    /// `None`: its answer is fetched and not brought, as with a device code.
    brought: Option<(Expected, oneshot::Sender<Heard>)>,
}

/// What an answer has to show to be the one.
#[derive(Debug)]
pub(super) struct Expected {
    /// What it repeats.
    pub(super) state: Secret,
    /// Where it arrives.
    pub(super) redirect_uri: String,
    /// A code alone is taken, too, when the person pastes it.
    pub(super) bare: bool,
}

/// An answer, and when it came.
type Heard = (Reply, Timestamp);

/// The place of one question; dropping it withdraws the question.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) id: Uuid,
    consents: Consents,
}

/// The place of a question whose answer is brought by somebody.
#[derive(Debug)]
pub(super) struct Inbox {
    seat: Seat,
    asked_at: Timestamp,
    ends_at: Timestamp,
    answer: oneshot::Receiver<Heard>,
}

impl Consents {
    /// None yet.
    pub fn new(clock: Clock) -> Self {
        Self { clock, open: Arc::default() }
    }

    /// Takes the place of `whose` one question, until `ends_at`.
    ///
    /// # Errors
    /// [`Busy`](ConsentError::Busy) while it is taken.
    pub(super) fn seat(&self, whose: Uuid, ends_at: Timestamp) -> Result<Seat, ConsentError> {
        self.open(whose, ends_at, None)
    }

    /// As [`seat`](Self::seat), for an answer that somebody brings.
    pub(super) fn inbox(
        &self,
        whose: Uuid,
        ends_at: Timestamp,
        expected: Expected,
    ) -> Result<Inbox, ConsentError> {
        let (asked_at, (tell, answer)) = (self.clock.now(), oneshot::channel());
        let seat = self.open(whose, ends_at, Some((expected, tell)))?;
        Ok(Inbox { seat, asked_at, ends_at, answer })
    }

    fn open(
        &self,
        whose: Uuid,
        ends_at: Timestamp,
        brought: Option<(Expected, oneshot::Sender<Heard>)>,
    ) -> Result<Seat, ConsentError> {
        let now = self.clock.now();
        let mut open = self.lock();
        if open.get(&whose).is_some_and(|open| now <= open.ends_at) {
            return Err(ConsentError::Busy);
        }
        let id = Uuid::new_v4();
        open.insert(whose, Open { id, ends_at, brought });
        Ok(Seat { id, consents: self.clone() })
    }

    /// Takes an address that the browser or the operating system brought for an answer, and tells
    /// the one who waits for it.
    ///
    /// # Errors
    /// [`NotOurs`](ConsentError::NotOurs) only: what a true answer says is told to the one who waits.
    pub fn hear(&self, url: &Url) -> Result<(), ConsentError> {
        let reply = Reply::of_query(url.query().unwrap_or_default());
        self.take(reply, |_, expected| redirect::arrives_at(url, &expected.redirect_uri))
    }

    /// Takes what the person pasted for the answer to question `id`.
    ///
    /// # Errors
    /// [`NotAnAddress`](ConsentError::NotAnAddress) or [`NotOurs`](ConsentError::NotOurs); both
    /// leave the question open.
    pub fn paste(&self, id: Uuid, text: &str) -> Result<(), ConsentError> {
        let reply = Reply::pasted(text).ok_or(ConsentError::NotAnAddress)?;
        self.take(reply, |open, _| open == id)
    }

    /// Hands `reply` to the question that it answers, among those that `may_be` meant.
    fn take(
        &self,
        reply: Reply,
        may_be: impl Fn(Uuid, &Expected) -> bool,
    ) -> Result<(), ConsentError> {
        let mut open = self.lock();
        let is_meant = |open: &Open| {
            open.brought
                .as_ref()
                .is_some_and(|(expected, _)| may_be(open.id, expected) && reply.answers(expected))
        };
        let whose = open.iter().find(|(_, open)| is_meant(open)).map(|(whose, _)| *whose);
        let heard = whose.and_then(|whose| open.remove(&whose)).and_then(|open| open.brought);
        let (_, tell) = heard.ok_or(ConsentError::NotOurs)?;
        // Whoever asked may have gone meanwhile; then nobody needs to know.
        let _ = tell.send((reply, self.clock.now()));
        Ok(())
    }

    /// Withdraws question `id`; the one who waits is told [`ConsentError::Cancelled`]. Says whether
    /// it was still open.
    pub fn cancel(&self, id: Uuid) -> bool {
        let mut open = self.lock();
        let before = open.len();
        open.retain(|_, open| open.id != id);
        open.len() < before
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, Open>> {
        // Nothing is left half done in the map by a panic.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inbox {
    /// Names the question.
    pub(super) fn id(&self) -> Uuid {
        self.seat.id
    }

    /// Waits for an answer, until patience ends or `cancel` is called.
    ///
    /// # Errors
    /// [`TimedOut`](ConsentError::TimedOut), after a late answer too;
    /// [`Cancelled`](ConsentError::Cancelled).
    pub(super) async fn reply(
        &mut self,
        cancel: &CancellationToken,
    ) -> Result<Reply, ConsentError> {
        let left = self.ends_at.since(self.seat.consents.clock.now());
        let too_late = ConsentError::TimedOut { after: self.ends_at.since(self.asked_at) };
        tokio::select! {
            biased;
            answer = &mut self.answer => match answer {
                Ok((reply, heard_at)) if heard_at <= self.ends_at => Ok(reply),
                Ok(_) => Err(too_late),
                Err(_) => Err(ConsentError::Cancelled),
            },
            () = cancel.cancelled() => Err(ConsentError::Cancelled),
            () = tokio::time::sleep(left) => Err(too_late),
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.consents.cancel(self.id);
    }
}
