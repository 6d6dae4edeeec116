//! An administrator is asked to allow an app registration for a whole organisation.

use super::{
    question::{Question, Topic, view},
    way,
};
use crate::{
    api::{BeginAdminConsent, ConsentStep, ConsentView},
    app::App,
    explain::Problem,
    oauth::{Allowed, Application, Ending},
    profile::{Registration, RegistrationId, presets, store::AdminConsent},
};

impl App {
    /// Makes the link for an administrator, and opens it where that is asked. What becomes of it is
    /// told as [`News::Consent`](crate::api::News::Consent).
    pub async fn begin_admin_consent(
        &self,
        request: BeginAdminConsent,
    ) -> Result<ConsentView, Problem> {
        let (registration, scopes) = self.to_be_allowed(request.registration_id).await?;
        let application = Application::new(&registration, scopes)?;
        let back = self.way_back(&registration, request.route).await?;
        let mut waiting = self.0.consents.ask_admin(&application, &back.redirect, back.port())?;
        let topic = Topic::of_app(waiting.asked.id, registration.id);
        let shown = view(topic, back.route, waiting.asked.clone());
        let url = waiting.asked.url.clone();
        let open_browser = request.open_browser;
        let question = Question { topic, url, open_browser, back: Some(back) };
        self.see_through(question, move |app, cancel| async move {
            let allowed = waiting.answer(&cancel).await?;
            app.step(topic, ConsentStep::CodeReceived, allowed.tenant.clone(), None);
            app.allowed(registration, allowed).await?;
            Ok(Ending::Allowed)
        });
        Ok(shown)
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
