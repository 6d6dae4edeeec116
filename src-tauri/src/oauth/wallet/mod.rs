//! Tokens in custody: refresh tokens in the vault, access tokens in memory, renewed one at a time
//! across threads and processes.
//!
//! Invariants: a rotated refresh token is in the vault before its access token is handed out; a
//! renewal that has begun runs to its end, whoever stops waiting for it, since a rotated token in an
//! unread answer would be lost.

mod custody;
mod pauses;
mod turn;

use super::{
    account::Account,
    client,
    device::DeviceGrant,
    error::{SignInReason, TokenError},
    party::Party,
    proof::Proof,
    redeem,
    redirect::Grant,
    token::{AccessToken, Tokens, missing},
};
use crate::{
    clock::{Clock, Timestamp},
    paths::Paths,
    profile::{Basis, ProfileId, SignIn},
    secret::SecretStore,
};
use custody::{Custody, Kept};
use pauses::Pauses;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio_util::sync::CancellationToken;
use turn::Turns;
use url::Url;

/// Keeps the tokens of all profiles. Cloning shares them.
#[derive(Debug, Clone)]
pub struct Wallet(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    clock: Clock,
    refresh: Custody,
    /// Access tokens by whose and what for.
    access: Mutex<HashMap<Purpose, AccessToken>>,
    turns: Turns,
}

/// What an access token is for: other settings or another scope is another token.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Purpose {
    profile: ProfileId,
    basis: Basis,
    scopes: String,
}

/// What a sign-in brought.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who signed in; `None`: the provider does not say.
    pub account: Option<Account>,
    /// The settings that it rests on.
    pub basis: Basis,
    /// What is allowed now.
    pub granted: Vec<String>,
    /// What was asked for this token and not allowed.
    pub missing: Vec<String>,
    /// Whether it renews itself: there is a refresh token, and the vault has it.
    pub renews_itself: bool,
    /// When the first access token ends.
    pub expires_at: Timestamp,
}

/// How a sign-out ended; the tokens are forgotten here in any case.
#[derive(Debug)]
pub enum SignedOut {
    /// There was nothing to forget.
    NothingHeld,
    /// Forgotten; this provider offers no way to revoke.
    Forgotten,
    /// Forgotten, and revoked at the provider.
    Revoked,
    /// Forgotten; the provider could not be made to revoke.
    NotRevoked(TokenError),
}

impl Wallet {
    /// Keeps refresh tokens in `vault`, and agrees with other processes through locks in `paths`.
    pub fn new(vault: Arc<dyn SecretStore>, paths: Paths, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            clock,
            refresh: Custody::new(vault),
            access: Mutex::default(),
            turns: Turns::new(paths),
        }))
    }

    /// Redeems the answer to a question, and takes the tokens into custody. What was held of an
    /// earlier sign-in of this profile is replaced.
    ///
    /// # Errors
    /// Why there are no tokens, or why they could not be kept.
    pub async fn redeem(&self, party: &Party, grant: Grant) -> Result<SignedIn, TokenError> {
        let (wallet, party) = (self.clone(), party.clone());
        to_its_end(async move { wallet.redeem_alone(&party, grant).await }).await
    }

    /// Takes the tokens that a typed code brought into custody, as [`redeem`](Self::redeem) does.
    ///
    /// # Errors
    /// Why they could not be kept.
    pub async fn accept(&self, party: &Party, grant: DeviceGrant) -> Result<SignedIn, TokenError> {
        let (wallet, party) = (self.clone(), party.clone());
        to_its_end(async move {
            let _turn = wallet.0.turns.take(party.profile).await?;
            wallet.take_in(&party, grant.proof, grant.tokens).await
        })
        .await
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
        if let Some(fresh) = self.fresh(&Purpose::new(party, scopes)) {
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

    /// The access token of `profile` that lasts longest, fresh or not; for display.
    pub fn held_by(&self, profile: ProfileId) -> Option<AccessToken> {
        let access = lock(&self.0.access);
        let of_it = access.iter().filter(|(purpose, _)| purpose.profile == profile);
        of_it.map(|(_, token)| token).max_by_key(|token| token.expires_at).cloned()
    }

    /// Drops the access tokens of `profile`: a resource refused one, or the settings changed.
    pub fn drop_access(&self, profile: ProfileId) {
        lock(&self.0.access).retain(|purpose, _| purpose.profile != profile);
    }

    /// Forgets the tokens of `party`'s profile, and revokes them where the provider can.
    ///
    /// # Errors
    /// When they could not be forgotten.
    pub async fn sign_out(&self, party: &Party) -> Result<SignedOut, TokenError> {
        let _turn = self.0.turns.take(party.profile).await?;
        let kept = self.0.refresh.look(party.profile).await?;
        self.0.refresh.forget(party.profile).await?;
        self.drop_access(party.profile);
        match (kept, &party.endpoints.revoke) {
            (None, _) => Ok(SignedOut::NothingHeld),
            (Some(kept), Some(place)) if kept.changed(party).is_empty() => {
                Ok(match self.revoke(party, place, &kept).await {
                    Ok(()) => SignedOut::Revoked,
                    Err(error) => SignedOut::NotRevoked(error),
                })
            }
            (Some(_), _) => Ok(SignedOut::Forgotten),
        }
    }

    async fn redeem_alone(&self, party: &Party, grant: Grant) -> Result<SignedIn, TokenError> {
        let _turn = self.0.turns.take(party.profile).await?;
        let proof = grant.proof;
        let tokens = redeem::exchange(party, grant, self.0.clock.now()).await?;
        self.take_in(party, proof, tokens).await
    }

    /// Puts the tokens of a new sign-in in the place of an earlier one's. The caller has the turn.
    async fn take_in(
        &self,
        party: &Party,
        proof: Proof,
        tokens: Tokens,
    ) -> Result<SignedIn, TokenError> {
        // The old ones belong to an earlier sign-in, perhaps of another person.
        self.drop_access(party.profile);
        let renews_itself = tokens.refresh.is_some();
        match &tokens.refresh {
            Some(token) => {
                self.0.refresh.keep(party, Kept::new(party, proof, token.clone())).await?;
            }
            None => self.0.refresh.forget(party.profile).await?,
        }
        let Tokens { access, account, .. } = tokens;
        let signed_in = SignedIn {
            account,
            basis: party.basis.clone(),
            missing: missing(&party.token_scopes, &access.scopes),
            granted: access.scopes.clone(),
            renews_itself,
            expires_at: access.expires_at,
        };
        tracing::info!(profile = %party.profile, renews_itself, until = %access.expires_at, "signed in");
        lock(&self.0.access).insert(Purpose::new(party, &party.token_scopes), access);
        Ok(signed_in)
    }

    async fn renew_alone(
        &self,
        party: &Party,
        scopes: &[String],
    ) -> Result<AccessToken, TokenError> {
        let purpose = Purpose::new(party, scopes);
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

    /// Revokes a refresh token and all that came of it, the client proving itself as at the sign-in
    /// (RFC 7009 §2.1). By hand: the `oauth2` crate takes `https://` addresses only, and a provider on
    /// this computer has none.
    async fn revoke(&self, party: &Party, place: &Url, kept: &Kept) -> Result<(), TokenError> {
        let token = kept.refresh_token.expose();
        let fields = [("token", token), ("token_type_hint", "refresh_token")];
        let request = party.form(place, kept.proof, &fields);
        party.wire(self.0.clock.now()).tell(request).await
    }
}

impl Purpose {
    fn new(party: &Party, scopes: &[String]) -> Self {
        Self { profile: party.profile, basis: party.basis.clone(), scopes: scopes.join(" ") }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Each holder does one map operation; a panic leaves nothing half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `work` to its end even when nobody waits for it any more.
async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, TokenError>> + Send + 'static,
) -> Result<T, TokenError> {
    finished(tokio::spawn(work).await)?
}

/// A task's result; its panic goes on here, and a runtime that shuts down cancels it.
fn finished<T>(done: Result<T, tokio::task::JoinError>) -> Result<T, TokenError> {
    done.map_err(|error| match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(_) => TokenError::Cancelled,
    })
}
