//! Signing in with a code that is typed on another device.

use super::question::{Question, Topic};
use crate::{
    api::{ConsentRoute, ConsentStep, ConsentView, DeviceCode},
    app::App,
    explain::Problem,
    oauth::{Party, Shown},
};

impl App {
    /// Asks for a code and shows it; nobody's browser is opened.
    ///
    /// NOTE: an address with the code in it is shown and never opened by ourselves, so that the
    /// person sees what is typed where (RFC 8628 §5.4).
    pub(super) async fn begin_device(&self, party: Party) -> Result<ConsentView, Problem> {
        let mut device = self.0.consents.ask_device(&party).await?;
        let topic = Topic::of_sender(device.shown.id, party.profile);
        let shown = view(topic, device.shown.clone());
        let url = device.shown.verification_uri.clone();
        let question = Question { topic, url, open_browser: false, back: None };
        self.see_through(question, move |app, cancel| async move {
            let grant = device.answer(&party, &cancel).await?;
            app.step(topic, ConsentStep::CodeReceived, None, None);
            let redeemed = app.0.wallet.accept(&party, grant).await;
            app.signed_in_by(topic, &party, redeemed, &cancel).await
        });
        Ok(shown)
    }
}

fn view(topic: Topic, shown: Shown) -> ConsentView {
    ConsentView {
        id: topic.id,
        profile_id: topic.profile,
        registration_id: None,
        route: ConsentRoute::Device,
        url: shown.verification_uri.to_string(),
        redirect_uri: String::new(),
        login_hint: shown.login_hint,
        scopes: shown.scopes,
        note: None,
        started_at: shown.asked_at,
        ends_at: shown.ends_at,
        device: Some(DeviceCode {
            user_code: shown.user_code,
            verification_uri: shown.verification_uri.into(),
            verification_uri_complete: shown.verification_uri_complete.map(Into::into),
        }),
    }
}
