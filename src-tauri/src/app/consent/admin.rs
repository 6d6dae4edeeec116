//! An administrator is asked to allow an app registration for a whole organisation.

use super::{Topic, way};
use crate::{
    api::{BeginAdminConsent, ConsentStep, ConsentView},
    app::App,
    explain::Problem,
    oauth::{AdminWaiting, Allowed, Application, Browser, Ending, Loopback},
    profile::{Registration, RegistrationId, presets, store::AdminConsent},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

impl App {
    /// Makes the link for an administrator, and opens it where that is asked. What becomes of it is
    /// told as [`News::Consent`](crate::api::News::Consent).
    pub async fn begin_admin_consent(
        &self,
        request: BeginAdminConsent,
    ) -> Result<ConsentView, Problem> {
        let (registration, scopes) = self.to_be_allowed(request.registration_id).await?;
        let app = Application::new(&registration, scopes)?;
        let (redirect, route) = way::way(&registration, request.route)?;
        let port = self.port(route).await?;
        let number = port.as_ref().map(Loopback::port);
        let waiting = self.0.consents.ask_admin(&app, &redirect, number)?;
        let asked = waiting.asked.clone();
        let topic = Topic::of_app(asked.id, registration.id);
        let browser = port.map(|port| port.listen(self.0.consents.clone()));
        let cancel = self.under_way(topic, &asked.url);
        let (app, url) = (self.clone(), asked.url.clone());
        self.0.browsers.spawn(async move {
            if request.open_browser {
                app.open_for(topic, &url);
            }
            app.see_allowed(topic, registration, waiting, browser, &cancel).await;
        });
        Ok(super::view(topic, route, asked))
    }

    /// The app registration that a person calls `asked`, by its own name or that of a sender which
    /// signs in through it.
    pub async fn find_registration(&self, asked: &str) -> Result<RegistrationId, Problem> {
        let owner = self.find_owner(asked).await?;
        self.beside(move |inner| {
            inner.store.look(|rows| match rows.profile(crate::profile::ProfileId(owner)) {
                Ok(profile) => profile.registration.ok_or_else(|| way::nobody_to_ask(&profile)),
                Err(_) => Ok(RegistrationId(owner)),
            })
        })
        .await
    }

    /// A registration, and what its senders need.
    async fn to_be_allowed(
        &self,
        id: RegistrationId,
    ) -> Result<(Registration, Vec<String>), Problem> {
        self.beside(move |inner| {
            inner.store.look(|rows| {
                let registration = rows.registration(id)?;
                let mut users = rows.profiles()?;
                users.retain(|profile| profile.registration == Some(id));
                let scopes = presets::admin_scopes(&registration, &users);
                Ok((registration, scopes))
            })
        })
        .await
    }

    /// Waits for the answer, writes it down, and tells everybody how it ended.
    async fn see_allowed(
        &self,
        topic: Topic,
        registration: Registration,
        mut waiting: AdminWaiting,
        browser: Option<Browser>,
        cancel: &CancellationToken,
    ) {
        self.step(topic, ConsentStep::Waiting, None, None);
        let ended = async {
            let allowed = waiting.answer(cancel).await?;
            self.step(topic, ConsentStep::CodeReceived, allowed.tenant.clone(), None);
            self.allowed(registration, allowed).await
        };
        let ended: Result<(), Problem> = ended.await;
        let ending = match &ended {
            Ok(()) => Ending::Allowed,
            Err(problem) => Ending::Failed { title: problem.title.clone() },
        };
        self.over(topic, ended.err());
        if let Some(browser) = browser {
            browser.end(ending).await;
        }
    }

    /// Writes down what an administrator allowed. Tokens of before do not know of it.
    async fn allowed(&self, registration: Registration, allowed: Allowed) -> Result<(), Problem> {
        let granted_at = self.0.clock.now();
        let users = self
            .beside(move |inner| {
                let Allowed { tenant, scopes } = allowed;
                let known = AdminConsent { tenant, scopes, granted_at };
                inner.store.change(|rows| {
                    rows.put_admin_consent(&registration, &known)?;
                    let users = rows.profiles()?.into_iter();
                    let id = Some(registration.id);
                    Ok(users
                        .filter(|one| one.registration == id)
                        .map(|one| one.id)
                        .collect::<Vec<_>>())
                })
            })
            .await?;
        for id in users {
            self.0.wallet.drop_access(id);
        }
        Ok(())
    }
}

impl Topic {
    fn of_app(id: Uuid, registration: RegistrationId) -> Self {
        Self { id, profile: None, registration: Some(registration) }
    }
}
