//! A question to a person, from the moment it is open to its end.

use super::{OpenConsent, open_browser, way};
use crate::{
    api::{ConsentNews, ConsentRoute, ConsentStep, ConsentView, News},
    app::App,
    explain::{Code, Problem},
    oauth::{Asked, Ending, Loopback},
    profile::{ProfileId, Redirect, Registration, RegistrationId},
};
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

/// Which question, and whose: a sender's, or an app registration's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Topic {
    pub(super) id: Uuid,
    pub(super) profile: Option<ProfileId>,
    pub(super) registration: Option<RegistrationId>,
}

impl Topic {
    pub(super) fn of_sender(id: Uuid, profile: ProfileId) -> Self {
        Self { id, profile: Some(profile), registration: None }
    }

    pub(super) fn of_app(id: Uuid, registration: RegistrationId) -> Self {
        Self { id, profile: None, registration: Some(registration) }
    }
}

/// How an answer comes back.
pub(super) struct WayBack {
    pub(super) redirect: Redirect,
    pub(super) route: ConsentRoute,
    listener: Option<Loopback>,
}

impl WayBack {
    /// The listener's port, where there is one.
    pub(super) fn port(&self) -> Option<u16> {
        self.listener.as_ref().map(Loopback::port)
    }
}

/// A question that is open.
pub(super) struct Question {
    pub(super) topic: Topic,
    /// What the browser opens.
    pub(super) url: Url,
    pub(super) open_browser: bool,
    /// `None`: it is not answered in a browser of ours.
    pub(super) back: Option<WayBack>,
}

impl App {
    /// The way back to `registration`, by what is `asked`; a port is open from here on.
    pub(super) async fn way_back(
        &self,
        registration: &Registration,
        asked: Option<ConsentRoute>,
    ) -> Result<WayBack, Problem> {
        let (redirect, route) = way::way(registration, asked)?;
        let listener = match route {
            ConsentRoute::Loopback => Some(Loopback::open().await?),
            ConsentRoute::DeepLink | ConsentRoute::Paste | ConsentRoute::Device => None,
        };
        Ok(WayBack { redirect, route, listener })
    }

    /// Opens the browser where that is wanted, waits for what `answer` makes of the answer, and tells
    /// everybody how it ended.
    pub(super) fn see_through<F>(
        &self,
        question: Question,
        answer: impl FnOnce(Self, CancellationToken) -> F + Send + 'static,
    ) where
        F: Future<Output = Result<Ending, Problem>> + Send,
    {
        let Question { topic, url, open_browser, back } = question;
        let listener = back.and_then(|back| back.listener);
        let browser = listener.map(|listener| listener.listen(self.0.consents.clone()));
        let cancel = self.under_way(topic, &url);
        let app = self.clone();
        self.0.browsers.spawn(async move {
            if open_browser {
                app.open_for(topic, &url);
            }
            app.step(topic, ConsentStep::Waiting, None, None);
            let ended = answer(app.clone(), cancel).await;
            let (ending, problem) = match ended {
                Ok(ending) => (ending, None),
                Err(problem) => (Ending::Failed { title: problem.title.clone() }, Some(problem)),
            };
            app.over(topic, problem);
            if let Some(browser) = browser {
                browser.end(ending).await;
            }
        });
    }

    /// Writes down that a question is open; gives what stops it.
    fn under_way(&self, topic: Topic, url: &Url) -> CancellationToken {
        let cancel = CancellationToken::new();
        let open = OpenConsent { url: url.clone(), cancel: cancel.clone() };
        self.0.under_way().insert(topic.id, open);
        cancel
    }

    fn open_for(&self, topic: Topic, url: &Url) {
        self.step(topic, ConsentStep::Opened, None, open_browser(url).err());
    }

    /// Tells everybody that a question is over; well, when there is no problem.
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

    /// Tells everybody how far it is.
    pub(super) fn step(
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

/// A question that a browser opens, as it is shown.
pub(super) fn view(topic: Topic, route: ConsentRoute, asked: Asked) -> ConsentView {
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
