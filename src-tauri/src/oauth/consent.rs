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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::party::tests::party;

    fn desk() -> (Clock, Consents, Party) {
        let clock = Clock::set_to(Timestamp::from_unix(1_800_000_000).unwrap());
        (clock.clone(), Consents::new(clock), party(Provider::Microsoft, "https://login.example"))
    }

    fn answer_to(asked: &Asked, rest: &str) -> Url {
        let state = asked.url.query_pairs().find(|(name, _)| name == "state").unwrap().1;
        format!("{}?state={state}&{rest}", asked.redirect_uri).parse().unwrap()
    }

    #[tokio::test]
    async fn a_question_is_answered_once() {
        let (_, consents, party) = desk();
        let mut waiting = consents.ask(&party, &Redirect::DeepLink, None).unwrap();
        let url = answer_to(&waiting.asked, "code=abc");
        assert_eq!(consents.hear(&url).unwrap(), party.profile);
        assert!(matches!(consents.hear(&url), Err(ConsentError::NotOurs)), "a second time");
        let grant = waiting.answer(&CancellationToken::new()).await.unwrap();
        assert_eq!(grant.code.expose(), "abc");
    }

    #[tokio::test]
    async fn a_strangers_answer_leaves_the_question_open() {
        let (_, consents, party) = desk();
        let mut waiting = consents.ask(&party, &Redirect::DeepLink, None).unwrap();
        for stranger in [
            "org.sendright.app:/oauth2/callback?state=guessed&code=evil",
            "org.sendright.app:/oauth2/callback?code=evil",
            "org.sendright.app:/oauth2/callback?error=access_denied",
            "org.sendright.app:/?state=x",
        ] {
            let heard = consents.hear(&stranger.parse().unwrap());
            assert!(matches!(heard, Err(ConsentError::NotOurs)), "{stranger}");
        }
        let pasted = consents.paste(waiting.asked.id, "https://x.example/?state=y&code=evil");
        assert!(matches!(pasted, Err(ConsentError::NotOurs)));
        let nonsense = consents.paste(waiting.asked.id, "what now?");
        assert!(matches!(nonsense, Err(ConsentError::NotAnAddress)));
        consents.hear(&answer_to(&waiting.asked, "code=ours")).unwrap();
        let grant = waiting.answer(&CancellationToken::new()).await.unwrap();
        assert_eq!(grant.code.expose(), "ours");
    }

    #[test]
    fn an_answer_comes_only_the_way_that_was_asked() {
        let (_, consents, party) = desk();
        let waiting = consents.ask(&party, &Redirect::Loopback, Some(4711)).unwrap();
        let by_link = answer_to(&waiting.asked, "code=abc").query().unwrap().to_owned();
        let by_link = format!("org.sendright.app:/oauth2/callback?{by_link}").parse().unwrap();
        assert!(matches!(consents.hear(&by_link), Err(ConsentError::NotOurs)));
    }

    #[tokio::test]
    async fn the_answers_of_two_profiles_are_told_apart() {
        let (_, consents, one) = desk();
        let two = Party { profile: ProfileId::new(), ..one.clone() };
        let mut first = consents.ask(&one, &Redirect::DeepLink, None).unwrap();
        let mut second = consents.ask(&two, &Redirect::DeepLink, None).unwrap();
        assert_eq!(consents.hear(&answer_to(&second.asked, "code=2")).unwrap(), two.profile);
        assert_eq!(consents.hear(&answer_to(&first.asked, "code=1")).unwrap(), one.profile);
        let cancel = CancellationToken::new();
        assert_eq!(first.answer(&cancel).await.unwrap().code.expose(), "1");
        assert_eq!(second.answer(&cancel).await.unwrap().code.expose(), "2");
    }

    #[tokio::test(start_paused = true)]
    async fn patience_ends() {
        let (clock, consents, party) = desk();
        let mut waiting = consents.ask(&party, &Redirect::DeepLink, None).unwrap();
        let late = answer_to(&waiting.asked, "code=abc");
        let ended = waiting.answer(&CancellationToken::new()).await;
        assert!(matches!(ended, Err(ConsentError::TimedOut)), "{ended:?}");
        drop(waiting);
        assert!(matches!(consents.hear(&late), Err(ConsentError::NotOurs)), "withdrawn");
        let mut waiting = consents.ask(&party, &Redirect::DeepLink, None).unwrap();
        clock.advance(PATIENCE + Duration::from_secs(1));
        consents.hear(&answer_to(&waiting.asked, "code=abc")).unwrap();
        let ended = waiting.answer(&CancellationToken::new()).await;
        assert!(matches!(ended, Err(ConsentError::TimedOut)), "a late answer: {ended:?}");
    }

    #[tokio::test]
    async fn one_question_at_a_time_until_it_is_over() {
        let (clock, consents, party) = desk();
        let first = consents.ask(&party, &Redirect::DeepLink, None).unwrap();
        let again = consents.ask(&party, &Redirect::DeepLink, None);
        assert!(matches!(again, Err(ConsentError::Busy)));
        drop(first);
        let second = consents.ask(&party, &Redirect::DeepLink, None).unwrap();
        clock.advance(PATIENCE + Duration::from_secs(1));
        let third = consents.ask(&party, &Redirect::DeepLink, None).unwrap();
        // Its answer is a stranger's by now, and dropping it must not withdraw the third.
        let late = answer_to(&second.asked, "code=late");
        assert!(matches!(consents.hear(&late), Err(ConsentError::NotOurs)));
        drop(second);
        consents.hear(&answer_to(&third.asked, "code=abc")).unwrap();
    }

    #[tokio::test]
    async fn it_can_be_cancelled_from_both_sides() {
        let (_, consents, party) = desk();
        let mut waiting = consents.ask(&party, &Redirect::DeepLink, None).unwrap();
        let cancel = CancellationToken::new();
        cancel.cancel();
        assert!(matches!(waiting.answer(&cancel).await, Err(ConsentError::Cancelled)));
        assert!(consents.cancel(waiting.asked.id));
        assert!(!consents.cancel(waiting.asked.id), "it is over");
        let ended = waiting.answer(&CancellationToken::new()).await;
        assert!(matches!(ended, Err(ConsentError::Cancelled)));
    }

    #[tokio::test]
    async fn the_providers_words_come_through() {
        let (_, consents, party) = desk();
        let mut waiting = consents.ask(&party, &Redirect::DeepLink, None).unwrap();
        let words = "error=access_denied&error_subcode=cancel&error_description=AADSTS65004%3A+User+\
                     declined+to+consent.%0D%0ATrace+ID%3A+t-1%0D%0ACorrelation+ID%3A+c-1";
        consents.hear(&answer_to(&waiting.asked, words)).unwrap();
        let Err(ConsentError::Refused(refusal)) = waiting.answer(&CancellationToken::new()).await
        else {
            panic!("a refusal");
        };
        assert!(refusal.is("access_denied") && refusal.has(65004));
        assert_eq!(refusal.suberror.as_deref(), Some("cancel"));
        assert_eq!(refusal.trace_id.as_deref(), Some("t-1"));
        assert_eq!(refusal.correlation_id.as_deref(), Some("c-1"));
        assert_eq!(refusal.host, "login.example");
    }
}
