//! Tokens in custody: refresh tokens in the vault, access tokens in memory, renewed one at a time
//! across threads and processes.
//!
//! Invariants: a rotated refresh token is in the vault before its access token is handed out; a
//! renewal that has begun runs to its end, whoever stops waiting for it, since a rotated token in an
//! unread answer would be lost.

mod custody;
mod pauses;
mod renewal;
mod sign_out;
mod turn;

pub use sign_out::SignedOut;

use super::{
    account::Account,
    device::DeviceGrant,
    error::TokenError,
    party::Party,
    proof::Proof,
    redeem,
    redirect::Grant,
    token::{AccessToken, Tokens, missing},
};
use crate::{
    clock::{Clock, Timestamp},
    paths::Paths,
    profile::{Basis, ProfileId},
    secret::SecretStore,
};
use custody::{Custody, Kept};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use turn::Turns;

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
    /// What the person was asked for.
    pub asked: Vec<String>,
    /// What is allowed now.
    pub granted: Vec<String>,
    /// What was asked for this token and not allowed.
    pub missing: Vec<String>,
    /// Whether it renews itself: there is a refresh token, and the vault has it.
    pub renews_itself: bool,
    /// When the first access token ends.
    pub expires_at: Timestamp,
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
            asked: party.consent_scopes.clone(),
            missing: missing(&party.token_scopes, &access.scopes),
            granted: access.scopes.clone(),
            renews_itself,
            expires_at: access.expires_at,
        };
        tracing::info!(profile = %party.profile, renews_itself, until = %access.expires_at, "signed in");
        lock(&self.0.access).insert(Purpose::of(party, &party.token_scopes), access);
        Ok(signed_in)
    }
}

impl Purpose {
    fn new(profile: ProfileId, basis: Basis, scopes: &[String]) -> Self {
        Self { profile, basis, scopes: scopes.join(" ") }
    }

    fn of(party: &Party, scopes: &[String]) -> Self {
        Self::new(party.profile, party.basis.clone(), scopes)
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
