//! A consent, from the question to the tokens: opened, watched, answered, stopped.

use super::{App, reach::straight, sender::Sender};
use crate::{
    api::{BeginConsent, ConsentAnswer, ConsentNews, ConsentRoute, ConsentStep, ConsentView, News},
    explain::{Code, Problem},
    oauth::{
        Browser, ConsentError, Ending, Loopback, Party, SignedIn, TokenError, Waiting, browser_page,
    },
    profile::{Profile, ProfileId, Redirect, Registration, SignIn},
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

/// A question with everything that its answer needs.
struct Question {
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
        let (redirect, route) = way(&sender, request.route)?;
        straight(&sender.profile)?;
        let party = self.party(&sender).await?;
        let port = match route {
            ConsentRoute::Loopback => Some(Loopback::open().await?),
            ConsentRoute::DeepLink | ConsentRoute::Paste => None,
        };
        let number = port.as_ref().map(Loopback::port);
        let waiting = self.0.consents.ask(&party, &redirect, number)?;
        let (asked, url) = (waiting.asked.clone(), waiting.asked.url.to_string());
        let browser = port.map(|port| port.listen(self.0.consents.clone()));
        let cancel = CancellationToken::new();
        let open = OpenConsent { url: asked.url.clone(), cancel: cancel.clone() };
        self.0.under_way().insert(asked.id, open);
        let app = self.clone();
        self.0.browsers.spawn(async move {
            if request.open_browser {
                app.open_for(asked.id, request.profile_id, &asked.url);
            }
            app.see_through(Question { party, waiting, browser, cancel }).await;
        });
        Ok(ConsentView {
            id: asked.id,
            profile_id: asked.profile,
            route,
            url,
            redirect_uri: asked.redirect_uri,
            login_hint: asked.login_hint,
            scopes: asked.scopes,
            started_at: asked.asked_at,
            ends_at: asked.ends_at,
        })
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
    pub fn redirect(&self, url: &Url) -> Result<ProfileId, Problem> {
        Ok(self.0.consents.hear(url)?)
    }

    fn open_for(&self, id: Uuid, profile: ProfileId, url: &Url) {
        let problem = open_browser(url).err();
        self.step(id, profile, ConsentStep::Opened, None, problem);
    }

    /// Waits for the answer, redeems it, and tells everybody how it ended.
    async fn see_through(&self, question: Question) {
        let Question { party, mut waiting, browser, cancel } = question;
        let (id, profile) = (waiting.asked.id, waiting.asked.profile);
        self.step(id, profile, ConsentStep::Waiting, None, None);
        let ended = self.tokens(&party, &mut waiting, &cancel).await;
        self.0.under_way().remove(&id);
        let ending = match &ended {
            Ok(account) => Ending::SignedIn { account: account.clone() },
            Err(problem) => Ending::Failed { title: problem.title.clone() },
        };
        match ended {
            Ok(_) => self.step(id, profile, ConsentStep::Done, None, None),
            Err(problem) if problem.code == Code::ConsentCancelled => {
                self.step(id, profile, ConsentStep::Cancelled, None, Some(problem));
            }
            Err(problem) => self.step(id, profile, ConsentStep::Failed, None, Some(problem)),
        }
        self.tell(News::ProfilesChanged);
        if let Some(browser) = browser {
            browser.end(ending).await;
        }
    }

    /// From the answer to the account that signed in.
    async fn tokens(
        &self,
        party: &Party,
        waiting: &mut Waiting,
        cancel: &CancellationToken,
    ) -> Result<Option<String>, Problem> {
        let (id, profile) = (waiting.asked.id, waiting.asked.profile);
        let grant = waiting.answer(cancel).await?;
        self.step(id, profile, ConsentStep::CodeReceived, None, None);
        let redeemed = self.0.wallet.redeem(party, grant).await;
        if cancel.is_cancelled() {
            // Too late to stop the exchange, not too late to have none of it.
            self.0.wallet.sign_out(party).await?;
            return Err(ConsentError::Cancelled.into());
        }
        let brought = redeemed.map_err(|error: TokenError| Problem::from(error))?;
        self.signed_in(profile, &brought).await?;
        self.step(id, profile, ConsentStep::TokensStored, missing(&brought), None);
        let account = brought.account.and_then(|account| account.name);
        self.step(id, profile, ConsentStep::IdentityChecked, account.clone(), None);
        Ok(account)
    }

    fn step(
        &self,
        consent_id: Uuid,
        profile_id: ProfileId,
        step: ConsentStep,
        note: Option<String>,
        problem: Option<Problem>,
    ) {
        let at = self.0.clock.now();
        self.tell(News::Consent(ConsentNews { consent_id, profile_id, step, at, note, problem }));
    }
}

/// Where the browser will end, and how its answer comes back from there.
fn way(sender: &Sender, asked: Option<ConsentRoute>) -> Result<(Redirect, ConsentRoute), Problem> {
    let Sender { profile, registration, .. } = sender;
    let (SignIn::Delegated, Some(registration)) = (profile.sign_in, registration) else {
        return Err(nobody_to_ask(profile));
    };
    let way = match (asked, &registration.redirect) {
        (None | Some(ConsentRoute::Loopback), Redirect::Loopback)
        | (Some(ConsentRoute::Loopback), Redirect::DeepLink) => {
            (Redirect::Loopback, ConsentRoute::Loopback)
        }
        (None, Redirect::DeepLink) | (Some(ConsentRoute::DeepLink), _) => {
            (Redirect::DeepLink, ConsentRoute::DeepLink)
        }
        (None | Some(ConsentRoute::Paste), redirect @ Redirect::Pasted(_)) => {
            (redirect.clone(), ConsentRoute::Paste)
        }
        // Nobody listens there: the browser's address bar has the answer all the same.
        (Some(ConsentRoute::Paste), _) => (Redirect::Loopback, ConsentRoute::Paste),
        (Some(ConsentRoute::Loopback), Redirect::Pasted(_)) => {
            return Err(registered_elsewhere(registration));
        }
    };
    Ok(way)
}

fn missing(brought: &SignedIn) -> Option<String> {
    (!brought.missing.is_empty()).then(|| format!("not allowed: {}", brought.missing.join(", ")))
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

fn nobody_to_ask(profile: &Profile) -> Problem {
    Problem::new(
        Code::InvalidSettings,
        format!("{} does not sign in through a browser", profile.name),
        format!(
            "Its sign-in method is {}. Only senders with delegated sign-in ask a person.",
            profile.sign_in
        ),
    )
}

fn registered_elsewhere(registration: &Registration) -> Problem {
    Problem::new(
        Code::RedirectUnusable,
        format!("{} sends the browser to another system's page", registration.name),
        "Its redirect is an https:// address, where Sendright cannot listen. Sign in with the route \
         \"paste\", or register a loopback address and set redirect = \"loopback\".",
    )
}
