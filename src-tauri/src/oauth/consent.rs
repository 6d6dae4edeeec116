//! A person is asked in the browser to let a profile use their account.

use super::{
    desk::{Consents, Inbox},
    error::TokenError,
    party::{Party, redirect_uri},
    redirect::Grant,
    refusal::ProviderRefusal,
    request::Question,
};
use crate::{
    clock::Timestamp,
    profile::{Provider, Redirect},
};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

/// How long a person has for the browser: Entra's own pages give up after about ten minutes.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// Why there is no answer, or none that counts.
#[derive(Debug, thiserror::Error)]
pub enum ConsentError {
    /// There is an open question of the same sender or app registration.
    #[error("this question is open already")]
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
    #[error("no answer in {} minutes", after.as_secs() / 60)]
    TimedOut {
        /// How long was waited.
        after: Duration,
    },
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
    /// Nobody can be asked to allow the app for a whole organisation.
    #[error("{provider} asks no administrator")]
    NoAdministrator {
        /// Whose platform.
        provider: Provider,
    },
    /// The administrator, or the provider in their place, said no.
    #[error("the administrator did not allow the app: {0}")]
    NotAllowed(Box<ProviderRefusal>),
    /// The provider has no place to ask for a device code.
    #[error("{provider} offers no sign-in with a code")]
    NoDeviceEndpoint {
        /// Who would be asked.
        provider: Provider,
    },
    /// Nobody typed the code in time.
    #[error("the code has run out")]
    CodeExpired,
    /// The provider said no to a device code.
    #[error("the provider refused the code: {0}")]
    DeviceRefused(Box<ProviderRefusal>),
    /// Asking for a device code, or for what came of it, failed otherwise.
    #[error(transparent)]
    Token(Box<TokenError>),
    /// Our question came back without a code and without an error.
    #[error("the answer carries neither a code nor an error")]
    Empty,
}

/// A question as it is shown to the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Names it.
    pub id: Uuid,
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

/// The one who waits for the answer; dropping it withdraws the question.
#[derive(Debug)]
pub struct Waiting {
    /// The question.
    pub asked: Asked,
    question: Option<Question>,
    inbox: Inbox,
}

impl Consents {
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
        let ends_at = now.after(PATIENCE);
        let address = redirect_uri(party.provider, redirect, port);
        let question = Question::new(party, redirect, address)?;
        let inbox = self.inbox(party.profile.into(), ends_at, question.expects())?;
        let asked = Asked {
            id: inbox.id(),
            url: question.url.clone(),
            redirect_uri: question.redirect_uri.clone(),
            login_hint: party.login_hint.clone(),
            scopes: party.consent_scopes.clone(),
            asked_at: now,
            ends_at,
        };
        Ok(Waiting { asked, question: Some(question), inbox })
    }
}

impl Waiting {
    /// Waits for the answer, until patience ends or `cancel` is called.
    ///
    /// # Errors
    /// What the answer says when it is no grant; [`TimedOut`](ConsentError::TimedOut);
    /// [`Cancelled`](ConsentError::Cancelled).
    pub async fn answer(&mut self, cancel: &CancellationToken) -> Result<Grant, ConsentError> {
        let reply = self.inbox.reply(cancel).await?;
        reply.settle(self.question.take().ok_or(ConsentError::Cancelled)?)
    }
}

#[cfg(test)]
mod tests;
