//! Signing in with a code that the person types on any device (RFC 8628).
//!
//! The provider is asked again and again by ourselves: the loop of the `oauth2` crate can neither be
//! told a provider's refusal from a broken line nor know Microsoft's names for the errors.

mod pace;

use super::{
    consent::ConsentError,
    desk::{Consents, Seat},
    error::TokenError,
    party::Party,
    proof::Proof,
    redeem::unread,
    refusal::bounded,
    token::Tokens,
};
use crate::{
    clock::{Clock, Timestamp},
    net::http::{HttpError, is_this_computer},
    profile::Provider,
    secret::Secret,
};
use oauth2::{DeviceAuthorizationUrl, Scope, StandardDeviceAuthorizationResponse as Answer};
use pace::Pace;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

/// The grant type (RFC 8628 §3.4).
const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// A code is shown no longer than this, whatever the provider says; Microsoft's live 15 minutes.
const LONGEST_LIFE: Duration = Duration::from_secs(60 * 60);
/// The longest code that is shown, in characters; Microsoft's have 9.
const LONGEST_CODE: usize = 40;

/// A code as it is shown to the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Names the question.
    pub id: Uuid,
    /// What is typed.
    pub user_code: String,
    /// Where it is typed.
    pub verification_uri: Url,
    /// The same place with the code in it, where the provider offers one.
    pub verification_uri_complete: Option<Url>,
    /// The account to sign in with.
    pub login_hint: String,
    /// What the person is asked to allow.
    pub scopes: Vec<String>,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When the code runs out.
    pub ends_at: Timestamp,
}

/// A code that waits to be typed; dropping it withdraws the question.
#[derive(Debug)]
pub struct Device {
    /// What the person sees.
    pub shown: Shown,
    code: Secret,
    pace: Pace,
    clock: Clock,
    _seat: Seat,
}

/// The tokens that a typed code brought, on their way to the wallet.
#[derive(Debug)]
pub struct DeviceGrant {
    pub(super) tokens: Tokens,
    pub(super) proof: Proof,
}

impl Consents {
    /// Asks the provider of `party` for a code.
    ///
    /// # Errors
    /// [`NoDeviceEndpoint`](ConsentError::NoDeviceEndpoint) and [`Busy`](ConsentError::Busy) before
    /// anything is sent; then the provider's.
    pub async fn ask_device(&self, party: &Party) -> Result<Device, ConsentError> {
        let place = party.endpoints.device.clone();
        let place = place.ok_or(ConsentError::NoDeviceEndpoint { provider: party.provider })?;
        let seat = self.seat(party.profile.into(), self.clock.now().after(LONGEST_LIFE))?;
        let answer = ask(party, place, self.clock.now()).await?;
        let now = self.clock.now();
        let shown = Shown {
            id: seat.id,
            user_code: code(answer.user_code().secret()).ok_or_else(|| not_there(party))?,
            verification_uri: safe(answer.verification_uri().url())
                .ok_or_else(|| not_safe(party))?,
            verification_uri_complete: answer
                .verification_uri_complete()
                .and_then(|uri| safe(&uri.secret().parse().ok()?)),
            login_hint: party.login_hint.clone(),
            scopes: party.consent_scopes.clone(),
            asked_at: now,
            ends_at: now.after(answer.expires_in().min(LONGEST_LIFE)),
        };
        Ok(Device {
            shown,
            code: Secret::new(answer.device_code().secret().clone()),
            pace: Pace::of(answer.interval()),
            clock: self.clock.clone(),
            _seat: seat,
        })
    }
}

async fn ask(party: &Party, place: Url, now: Timestamp) -> Result<Answer, ConsentError> {
    let requests = party
        .requests(party.device_proof())
        .set_device_authorization_url(DeviceAuthorizationUrl::from_url(place));
    let mut request = requests
        .exchange_device_code()
        .add_scopes(party.consent_scopes.iter().cloned().map(Scope::new));
    for (name, value) in party.assertion(party.device_proof(), now).map_err(ended)? {
        request = request.add_extra_param(name, value);
    }
    let answer = request.request_async(&party.wire(now)).await;
    answer.map_err(|error| ended(unread(error, party)))
}

impl Device {
    /// Asks at the provider's pace until the person has decided, the code runs out or `cancel` is
    /// called. A line that is broken for a while ends nothing.
    ///
    /// # Errors
    /// [`CodeExpired`](ConsentError::CodeExpired), [`Cancelled`](ConsentError::Cancelled), or what
    /// the provider says.
    pub async fn answer(
        &mut self,
        party: &Party,
        cancel: &CancellationToken,
    ) -> Result<DeviceGrant, ConsentError> {
        let asked = cancel.run_until_cancelled(self.ask_again_and_again(party)).await;
        asked.unwrap_or(Err(ConsentError::Cancelled))
    }

    async fn ask_again_and_again(&mut self, party: &Party) -> Result<DeviceGrant, ConsentError> {
        loop {
            tokio::time::sleep(self.pace.wait().min(self.left())).await;
            if self.left().is_zero() {
                return Err(ConsentError::CodeExpired);
            }
            match self.poll(party).await {
                Ok(tokens) => return Ok(DeviceGrant { tokens, proof: party.device_proof() }),
                Err(error) => self.go_on(error)?,
            }
        }
    }

    fn left(&self) -> Duration {
        self.shown.ends_at.since(self.clock.now())
    }

    /// Asks once.
    async fn poll(&self, party: &Party) -> Result<Tokens, TokenError> {
        let scope = party.token_scopes.join(" ");
        let mut fields = vec![("grant_type", GRANT_TYPE), ("device_code", self.code.expose())];
        // NOTE: Entra hands out tokens for one resource; the scope says which, as with a code.
        if party.provider == Provider::Microsoft {
            fields.push(("scope", &scope));
        }
        let (now, proof) = (self.clock.now(), party.device_proof());
        let assertion = party.assertion(proof, now)?;
        fields.extend(assertion.iter().map(|(name, value)| (*name, value.as_str())));
        let request = party.form(&party.endpoints.token, proof, &fields);
        let answer = party.wire(now).post(request).await?;
        let answer = serde_json::from_slice(answer.body()).map_err(|_| {
            // Its words would repeat what it could not read.
            party.not_the_protocol("the tokens cannot be read")
        })?;
        party.read(&answer, &party.token_scopes, now)
    }

    /// Sets the pace by what was said; gives back what ends the asking.
    fn go_on(&mut self, error: TokenError) -> Result<(), ConsentError> {
        match error {
            TokenError::Refused(refusal) if refusal.is("authorization_pending") => {
                self.pace.steady();
            }
            TokenError::Refused(refusal) if refusal.is("slow_down") => self.pace.slower(),
            TokenError::Refused(refusal) if refusal.is("expired_token") => {
                return Err(ConsentError::CodeExpired);
            }
            TokenError::Busy { wait, .. } => self.pace.troubled(wait),
            TokenError::Http(
                HttpError::Dial(_) | HttpError::TimedOut { .. } | HttpError::Interrupted { .. },
            ) => self.pace.troubled(None),
            other => return Err(ended(other)),
        }
        Ok(())
    }
}

/// What the person is told: a refusal means something else here than after a browser's answer.
fn ended(error: TokenError) -> ConsentError {
    match error {
        TokenError::Refused(refusal) => ConsentError::DeviceRefused(refusal),
        other => ConsentError::Token(Box::new(other)),
    }
}

/// The code in one line; `None`: there is none.
pub(super) fn code(said: &str) -> Option<String> {
    let code = bounded(said, LONGEST_CODE);
    code.contains(char::is_alphanumeric).then_some(code)
}

fn not_there(party: &Party) -> ConsentError {
    ended(party.not_the_protocol("`user_code` is empty"))
}

/// The address, when it may be shown and opened: only the web, and nothing unprotected.
pub(super) fn safe(address: &Url) -> Option<Url> {
    let web =
        address.scheme() == "https" || address.scheme() == "http" && is_this_computer(address);
    (web && address.username().is_empty()).then(|| address.clone())
}

fn not_safe(party: &Party) -> ConsentError {
    ended(party.not_the_protocol("`verification_uri` is no https:// address"))
}
