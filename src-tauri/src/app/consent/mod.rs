//! A consent, from the question to the tokens: opened, watched, answered, stopped.

mod admin;
mod device;
mod question;
mod way;

use super::App;
use crate::{
    api::{BeginConsent, ConsentAnswer, ConsentRoute, ConsentStep, ConsentView},
    explain::{Code, Problem},
    oauth::{ConsentError, Ending, Party, SignedIn, TokenError, browser_page},
};
use question::{Question, Topic, view};
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

impl App {
    /// Opens a question, and the browser with it where that is asked. What becomes of it is told as
    /// [`News::Consent`](crate::api::News::Consent).
    pub async fn begin_consent(&self, request: BeginConsent) -> Result<ConsentView, Problem> {
        let sender = self.sender(request.profile_id).await?;
        let registration = way::through(&sender)?;
        if request.route == Some(ConsentRoute::Device) {
            return self.begin_device(self.party(&sender).await?).await;
        }
        let back = self.way_back(registration, request.route).await?;
        let party = self.party(&sender).await?;
        let asked = self.0.consents.ask(&party, &back.redirect, back.port());
        if let Err(ConsentError::SecretMissing { .. }) = &asked {
            self.app_never_proved(&sender).await?;
        }
        let mut waiting = asked?;
        let topic = Topic::of_sender(waiting.asked.id, party.profile);
        let note = way::note(&party, &back.redirect).map(ToOwned::to_owned);
        let shown = ConsentView { note, ..view(topic, back.route, waiting.asked.clone()) };
        let url = waiting.asked.url.clone();
        let open_browser = request.open_browser;
        let question = Question { topic, url, open_browser, back: Some(back) };
        self.see_through(question, move |app, cancel| async move {
            let grant = waiting.answer(&cancel).await?;
            app.step(topic, ConsentStep::CodeReceived, None, None);
            let redeemed = app.0.wallet.redeem(&party, grant).await;
            app.signed_in_by(topic, &party, redeemed, &cancel).await
        });
        Ok(shown)
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

    /// Writes down what a sign-in brought, and tells who signed in.
    async fn signed_in_by(
        &self,
        topic: Topic,
        party: &Party,
        redeemed: Result<SignedIn, TokenError>,
        cancel: &CancellationToken,
    ) -> Result<Ending, Problem> {
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
        Ok(Ending::SignedIn { account })
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
