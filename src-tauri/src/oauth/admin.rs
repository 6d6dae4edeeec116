//! An administrator is asked to allow an app for a whole organisation: Microsoft's own, no standard.
//! Source: <https://learn.microsoft.com/entra/identity-platform/v2-admin-consent>, 2026-11.

use super::{
    consent::{Asked, ConsentError},
    desk::{Consents, Expected, Inbox},
    party::redirect_uri,
    refusal::short,
};
use crate::{
    profile::{Provider, Redirect, Registration, RegistrationId, presets},
    secret::Secret,
};
use oauth2::CsrfToken;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use url::Url;

/// How long the administrator has: the link may have to be sent to somebody first.
const PATIENCE: Duration = Duration::from_secs(60 * 60);
/// Octets of chance in `state`.
const CHANCE: u32 = 32;
/// However many scopes the answer names, this many are kept.
const MOST_SCOPES: usize = 50;

/// An app registration as an administrator is asked to allow it.
#[derive(Debug, Clone)]
pub struct Application {
    registration: RegistrationId,
    provider: Provider,
    endpoint: Url,
    client_id: String,
    scopes: Vec<String>,
    issuer: Option<String>,
}

/// The one who waits for the administrator; dropping it withdraws the question.
#[derive(Debug)]
pub struct AdminWaiting {
    /// The question.
    pub asked: Asked,
    issuer: Option<String>,
    host: String,
    inbox: Inbox,
}

/// What an administrator allowed, as the answer says: for display, and no proof of anything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Allowed {
    /// The tenant, as a GUID; `None`: it does not say.
    pub tenant: Option<String>,
    /// The permissions; empty where the answer names none, as in Microsoft's first version.
    pub scopes: Vec<String>,
}

impl Allowed {
    pub(super) fn new(tenant: Option<String>, scopes: Option<String>) -> Self {
        let scopes = scopes.unwrap_or_default();
        let each = scopes.split([' ', ',']).filter(|scope| !scope.is_empty());
        Self {
            tenant: tenant.map(|tenant| short(&tenant)),
            scopes: each.take(MOST_SCOPES).map(short).collect(),
        }
    }
}

impl Application {
    /// `registration`, to be allowed `scopes`.
    ///
    /// # Errors
    /// [`NoAdministrator`](ConsentError::NoAdministrator) where its provider asks none.
    pub fn new(registration: &Registration, scopes: Vec<String>) -> Result<Self, ConsentError> {
        let provider = registration.provider;
        let endpoints = presets::endpoints(registration);
        Ok(Self {
            registration: registration.id,
            provider,
            endpoint: endpoints.admin_consent.ok_or(ConsentError::NoAdministrator { provider })?,
            client_id: registration.client_id.clone(),
            scopes,
            issuer: endpoints.issuer,
        })
    }

    /// The address that an administrator opens.
    fn link(&self, redirect_uri: &str, state: &Secret) -> Url {
        let mut link = self.endpoint.clone();
        link.query_pairs_mut()
            .append_pair("client_id", &self.client_id)
            .append_pair("scope", &self.scopes.join(" "))
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("state", state.expose());
        link
    }
}

impl Consents {
    /// Opens the question for an administrator; `port` is the loopback listener's.
    ///
    /// # Errors
    /// [`Busy`](ConsentError::Busy) while the same app's is open.
    pub fn ask_admin(
        &self,
        app: &Application,
        redirect: &Redirect,
        port: Option<u16>,
    ) -> Result<AdminWaiting, ConsentError> {
        let now = self.clock.now();
        let ends_at = now.after(PATIENCE);
        let state = Secret::new(CsrfToken::new_random_len(CHANCE).into_secret());
        let redirect_uri = redirect_uri(app.provider, redirect, port);
        let url = app.link(&redirect_uri, &state);
        let expected = Expected { state, redirect_uri: redirect_uri.clone(), bare: false };
        let inbox = self.inbox(app.registration.into(), ends_at, expected)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let asked = Asked {
            id: inbox.id(),
            url,
            redirect_uri,
            login_hint: String::new(),
            scopes: app.scopes.clone(),
            asked_at: now,
            ends_at,
        };
        Ok(AdminWaiting { asked, issuer: app.issuer.clone(), host, inbox })
    }
}

impl AdminWaiting {
    /// Waits for the administrator's answer, until patience ends or `cancel` is called.
    ///
    /// # Errors
    /// [`NotAllowed`](ConsentError::NotAllowed), [`TimedOut`](ConsentError::TimedOut),
    /// [`Cancelled`](ConsentError::Cancelled), or what is wrong with the answer.
    pub async fn answer(&mut self, cancel: &CancellationToken) -> Result<Allowed, ConsentError> {
        self.inbox.reply(cancel).await?.allowed(self.issuer.as_deref(), &self.host)
    }
}

#[cfg(test)]
mod tests;
