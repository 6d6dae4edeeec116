//! Access tokens: handed out while they are fresh, renewed one at a time.

use super::{Purpose, Wallet, lock, pauses::Pauses, to_its_end};
use crate::{
    oauth::{
        client,
        error::{SignInReason, TokenError},
        party::Party,
        redeem,
        token::AccessToken,
    },
    profile::{Basis, ProfileId, Registration, SignIn},
};
use tokio_util::sync::CancellationToken;

impl Wallet {
    /// The access token of `profile` for `scopes` of one resource that is in memory, while it is fresh.
    pub fn held_for(
        &self,
        profile: ProfileId,
        registration: &Registration,
        scopes: &[String],
    ) -> Option<AccessToken> {
        self.fresh(&Purpose::new(profile, Basis::of(registration), scopes))
    }

    /// An access token for `scopes` of one resource: the one in memory while it is fresh, else a new
    /// one. A busy provider is asked again, after a pause and not for ever. `cancel` ends the waiting,
    /// not the renewal.
    ///
    /// # Errors
    /// Why there is none. [`TokenError::SignInNeeded`] is the person's matter; after all others a
    /// later try may succeed and nothing was dropped.
    pub async fn access(
        &self,
        party: &Party,
        scopes: &[String],
        cancel: &CancellationToken,
    ) -> Result<AccessToken, TokenError> {
        if let Some(fresh) = self.fresh(&Purpose::of(party, scopes)) {
            return Ok(fresh);
        }
        let mut pauses = Pauses::default();
        loop {
            let done = self.renew(party, scopes, cancel).await;
            let pause = match &done {
                Err(TokenError::Busy { wait, .. }) => pauses.next(*wait),
                _ => None,
            };
            let Some(pause) = pause else { return done };
            tracing::info!(profile = %party.profile, ?pause, "the provider is busy");
            // The turn is free meanwhile: whoever has it next may find the provider less busy.
            tokio::select! {
                biased;
                () = cancel.cancelled() => return Err(TokenError::Cancelled),
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    async fn renew(
        &self,
        party: &Party,
        scopes: &[String],
        cancel: &CancellationToken,
    ) -> Result<AccessToken, TokenError> {
        let (wallet, party, scopes) = (self.clone(), party.clone(), scopes.to_vec());
        let renewal = to_its_end(async move { wallet.renew_alone(&party, &scopes).await });
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(TokenError::Cancelled),
            done = renewal => done,
        }
    }

    async fn renew_alone(
        &self,
        party: &Party,
        scopes: &[String],
    ) -> Result<AccessToken, TokenError> {
        let purpose = Purpose::of(party, scopes);
        let _turn = self.0.turns.take(party.profile).await?;
        // Whoever had the turn before us may have renewed it.
        if let Some(fresh) = self.fresh(&purpose) {
            return Ok(fresh);
        }
        let access = match party.sign_in {
            SignIn::AppOnly => client::credentials(party, scopes, self.0.clock.now()).await?.access,
            _ => self.renew_with_refresh_token(party, scopes).await?,
        };
        tracing::info!(profile = %party.profile, until = %access.expires_at, "access token renewed");
        lock(&self.0.access).insert(purpose, access.clone());
        Ok(access)
    }

    async fn renew_with_refresh_token(
        &self,
        party: &Party,
        scopes: &[String],
    ) -> Result<AccessToken, TokenError> {
        // Read only now: another process may have rotated it.
        let kept = self.0.refresh.fetch(party).await?;
        let kept = kept.ok_or(TokenError::SignInNeeded(SignInReason::Never))?;
        let changed = kept.changed(party);
        if !changed.is_empty() {
            return Err(TokenError::SignInNeeded(SignInReason::RegistrationChanged { changed }));
        }
        let now = self.0.clock.now();
        let tokens = redeem::refresh(party, kept.proof, &kept.refresh_token, scopes, now).await?;
        let rotated = tokens.refresh.filter(|new| new.expose() != kept.refresh_token.expose());
        if let Some(token) = rotated {
            self.0.refresh.keep(party, kept.rotated(token)).await?;
        }
        Ok(tokens.access)
    }

    fn fresh(&self, purpose: &Purpose) -> Option<AccessToken> {
        let now = self.0.clock.now();
        lock(&self.0.access).get(purpose).filter(|token| token.is_fresh(now)).cloned()
    }
}
