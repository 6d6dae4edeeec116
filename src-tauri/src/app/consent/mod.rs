//! A consent, from the question to the tokens: opened, watched, answered, stopped.

mod admin;
mod device;
mod way;

use super::App;
use crate::{
    api::{BeginConsent, ConsentAnswer, ConsentNews, ConsentRoute, ConsentStep, ConsentView, News},
    explain::{Code, Problem},
    oauth::{
        Asked, Browser, ConsentError, Ending, Loopback, Party, SignedIn, TokenError, Waiting,
        browser_page,
    },
    profile::{ProfileId, RegistrationId},
};
use std::collections::HashMap;
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

/// The consents that are under way, by id.
pub(super) type UnderWay = HashMap<Uuid, OpenConsent>;

/// One of them: what its browser opens, and how it is stopped.
#[derive(Debug)]
pub(super) struct OpenConsent {
    url: Url,
    cancel: CancellationToken,
}

/// Which consent, and whose: a sender's, or an app registration's.
#[derive(Debug, Clone, Copy)]
struct Topic {
    id: Uuid,
    profile: Option<ProfileId>,
    registration: Option<RegistrationId>,
}

/// A question with everything that its answer needs.
struct Question {
    topic: Topic,
    party: Party,
    waiting: Waiting,
    browser: Option<Browser>,
    cancel: CancellationToken,
}

impl App {
    /// Opens a question, and the browser with it where that is asked. What becomes of it is told as
    /// [`News::Consent`].
    pub async fn begin_consent(&self, request: BeginConsent) -> Result<ConsentView, Problem> {
        let sender = self.sender(request.profile_id).await?;
        let registration = way::through(&sender)?;
        if request.route == Some(ConsentRoute::Device) {
            return self.begin_device(self.party(&sender).await?).await;
        }
        let (redirect, route) = way::way(registration, request.route)?;
        let party = self.party(&sender).await?;
        let port = self.port(route).await?;
        let number = port.as_ref().map(Loopback::port);
        let waiting = self.0.consents.ask(&party, &redirect, number)?;
        let asked = waiting.asked.clone();
        let note = party.holds_its_secret_back(&redirect).then(|| way::SECRET_STAYS.to_owned());
        let topic = Topic::of_sender(asked.id, request.profile_id);
        let browser = port.map(|port| port.listen(self.0.consents.clone()));
        let cancel = self.under_way(topic, &asked.url);
        let (app, url) = (self.clone(), asked.url.clone());
        self.0.browsers.spawn(async move {
            if request.open_browser {
                app.open_for(topic, &url);
            }
            app.see_through(Question { topic, party, waiting, browser, cancel }).await;
        });
        Ok(ConsentView { note, ..view(topic, route, asked) })
    }

    /// Opens the browser once more.
    #[allow(clippy::unused_async)] // every use case is called in the same way
    pub async fn open_consent_again(&self, id: Uuid) -> Result<(), Problem> {
        let url = self.0.under_way().get(&id).map(|open| open.url.clone());
        open_browser(&url.ok_or_else(over)?)
    }

    /// Takes a pasted address for the answer.
    #[allow(clippy::unused_async)] // every use case is called in the same way
    pub async fn answer_consent(&self, answer: ConsentAnswer) -> Result<(), Problem> {
        self.0.consents.paste(answer.consent_id, &answer.text)?;
        Ok(())
    }

    /// Explains the error page that a browser shows instead of coming back.
    #[allow(clippy::unused_async)] // every use case is called in the same way
    pub async fn explain_browser(&self, page: ConsentAnswer) -> Result<Problem, Problem> {
        Ok(Problem::from(&browser_page(&page.text)))
    }

    /// Stops a consent. One that is over is left as it is.
    #[allow(clippy::unused_async)] // every use case is called in the same way
    pub async fn cancel_consent(&self, id: Uuid) -> Result<(), Problem> {
        if let Some(open) = self.0.under_way().get(&id) {
            open.cancel.cancel();
        }
        Ok(())
    }

    /// Takes a deep link for the answer to whichever question it answers.
    pub fn redirect(&self, url: &Url) -> Result<(), Problem> {
        Ok(self.0.consents.hear(url)?)
    }

    /// A port that waits for the browser, where `route` needs one.
    async fn port(&self, route: ConsentRoute) -> Result<Option<Loopback>, Problem> {
        Ok(match route {
            ConsentRoute::Loopback => Some(Loopback::open().await?),
            ConsentRoute::DeepLink | ConsentRoute::Paste | ConsentRoute::Device => None,
        })
    }

    /// Writes down that a consent has begun; gives what stops it.
    fn under_way(&self, topic: Topic, url: &Url) -> CancellationToken {
        let cancel = CancellationToken::new();
        let open = OpenConsent { url: url.clone(), cancel: cancel.clone() };
        self.0.under_way().insert(topic.id, open);
        cancel
    }

    fn open_for(&self, topic: Topic, url: &Url) {
        self.step(topic, ConsentStep::Opened, None, open_browser(url).err());
    }

    /// Waits for the answer, redeems it, and tells everybody how it ended.
    async fn see_through(&self, question: Question) {
        let Question { topic, party, mut waiting, browser, cancel } = question;
        self.step(topic, ConsentStep::Waiting, None, None);
        let ended = self.tokens(topic, &party, &mut waiting, &cancel).await;
        let ending = match &ended {
            Ok(account) => Ending::SignedIn { account: account.clone() },
            Err(problem) => Ending::Failed { title: problem.title.clone() },
        };
        self.over(topic, ended.err());
        if let Some(browser) = browser {
            browser.end(ending).await;
        }
    }

    /// From the answer to the account that signed in.
    async fn tokens(
        &self,
        topic: Topic,
        party: &Party,
        waiting: &mut Waiting,
        cancel: &CancellationToken,
    ) -> Result<Option<String>, Problem> {
        let grant = waiting.answer(cancel).await?;
        self.step(topic, ConsentStep::CodeReceived, None, None);
        let redeemed = self.0.wallet.redeem(party, grant).await;
        self.signed_in_by(topic, party, redeemed, cancel).await
    }

    /// Writes down what a sign-in brought; gives the account.
    async fn signed_in_by(
        &self,
        topic: Topic,
        party: &Party,
        redeemed: Result<SignedIn, TokenError>,
        cancel: &CancellationToken,
    ) -> Result<Option<String>, Problem> {
        if cancel.is_cancelled() {
            // Too late to stop the exchange, not too late to have none of it.
            self.0.wallet.sign_out(party).await?;
            return Err(ConsentError::Cancelled.into());
        }
        if let Err(TokenError::Refused(why)) = &redeemed {
            self.challenged(party.profile, why.claims.as_deref()).await?;
        }
        let brought = redeemed?;
        self.signed_in(party.profile, &brought).await?;
        self.step(topic, ConsentStep::TokensStored, missing(&brought), None);
        let account = brought.account.and_then(|account| account.name);
        self.step(topic, ConsentStep::IdentityChecked, account.clone(), None);
        Ok(account)
    }

    /// Tells everybody that a consent is over; well, when there is no problem.
    fn over(&self, topic: Topic, problem: Option<Problem>) {
        self.0.under_way().remove(&topic.id);
        let step = match &problem {
            None => ConsentStep::Done,
            Some(problem) if problem.code == Code::ConsentCancelled => ConsentStep::Cancelled,
            Some(_) => ConsentStep::Failed,
        };
        self.step(topic, step, None, problem);
        self.tell(News::ProfilesChanged);
    }

    fn step(
        &self,
        topic: Topic,
        step: ConsentStep,
        note: Option<String>,
        problem: Option<Problem>,
    ) {
        let at = self.0.clock.now();
        let Topic { id: consent_id, profile: profile_id, registration: registration_id } = topic;
        let news = ConsentNews { consent_id, profile_id, registration_id, step, at, note, problem };
        self.tell(News::Consent(news));
    }
}

impl Topic {
    fn of_sender(id: Uuid, profile: ProfileId) -> Self {
        Self { id, profile: Some(profile), registration: None }
    }
}

/// A question that a browser opens, as it is shown.
fn view(topic: Topic, route: ConsentRoute, asked: Asked) -> ConsentView {
    ConsentView {
        id: topic.id,
        profile_id: topic.profile,
        registration_id: topic.registration,
        route,
        url: asked.url.into(),
        redirect_uri: asked.redirect_uri,
        login_hint: asked.login_hint,
        scopes: asked.scopes,
        note: None,
        started_at: asked.asked_at,
        ends_at: asked.ends_at,
        device: None,
    }
}

fn missing(brought: &SignedIn) -> Option<String> {
    (!brought.missing.is_empty()).then(|| {
        format!(
            "Not allowed: {}. Sign in again and allow it; what is not asked there an administrator has \
             to grant.",
            brought.missing.join(", ")
        )
    })
}

fn open_browser(url: &Url) -> Result<(), Problem> {
    open::that_detached(url.as_str()).map_err(|error| {
        Problem::new(
            Code::BrowserDidNotOpen,
            "The browser did not open",
            "Copy the link and open it in a browser on this computer.",
        )
        .said(error.to_string())
    })
}

fn over() -> Problem {
    Problem::new(
        Code::ConsentAnswerForeign,
        "This sign-in is over",
        "It ended, was stopped, or ran out of time. Begin a new one.",
    )
}
